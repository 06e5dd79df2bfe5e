"""SSD tables about people and homes: person, family, mother, address, disability."""

import numpy as np
import polars as pl

from riskaid.records.synthetic import choices
from riskaid.records.synthetic.arrays import NEVER, Ints, happens
from riskaid.records.synthetic.chunk import (
    SIZE,
    Chunk,
    Frames,
    numbered,
    repeated,
    ssd_table,
    texts,
    when,
    whole_rows,
)
from riskaid.records.synthetic.observed import occurrences
from riskaid.records.synthetic.rates import CODE_GROUP, DISABILITIES


def clients(rng: np.random.Generator, chunk: Chunk) -> Ints:
    """Rows of the mothers the council's system holds as people of their own."""
    drawn = rng.random(chunk.children.families) < choices.MOTHER_CLIENT
    without = np.zeros(chunk.children.families, dtype=bool)
    without[chunk.children.family[chunk.children.uasc]] = True
    return whole_rows(drawn & ~without)


def people(rng: np.random.Generator, chunk: Chunk) -> Frames:
    """Write who the council's system knows."""
    children, n = chunk.children, chunk.children.count
    mothers = clients(rng, chunk)
    unborn = children.born > chunk.time.end
    sex = np.where(unborn, "U", children.sex).astype(object)
    count = n + len(mothers)
    blank = np.full(len(mothers), "", dtype=object)
    dob = np.where(unborn, NEVER, children.born)
    expected = np.where(unborn, children.born, NEVER)
    guessed = children.uasc & (rng.random(n) < choices.GUESSED_BIRTH)
    expected = np.where(guessed, children.born, expected)
    dob = np.where(guessed, NEVER, dob)
    women = np.full(len(mothers), "F", dtype=object)
    sexes = texts(np.concatenate([sex, women]))
    ethnicity = np.concatenate([chunk.seen.ethnicity, blank])
    spelt = rng.random(count) < choices.ODD_SPELLING
    ethnicity = np.where(spelt & (ethnicity == "CHNE"), "CNHE", ethnicity)
    ethnicity = np.where(spelt & (ethnicity == "MWBA"), "MWBa", ethnicity)
    ethnicity = np.where(
        (rng.random(count) < choices.FILLER) & (ethnicity == ""), "SSD_PH", ethnicity
    )
    births = np.concatenate([dob, chunk.adults.born[mothers]])
    yield ssd_table(
        "ssd_person",
        {
            "pers_person_id": pl.concat(
                [chunk.child_ids(np.arange(n)), chunk.adult_ids(mothers)]
            ),
            "pers_sex": sexes,
            "pers_gender": sexes,
            "pers_ethnicity": texts(ethnicity),
            "pers_dob": when(births),
            "pers_expected_dob": when(
                np.concatenate([expected, np.full(len(mothers), NEVER)])
            ),
            "pers_is_mother": texts(
                np.concatenate([np.full(n, "", dtype=object), blank + "Y"])
            ),
            "pers_upn_unknown": texts(
                np.where(rng.random(count) < choices.NO_UPN, "UN4", "").astype(object)
            ),
        },
    )
    linked = np.isin(children.family, mothers)
    linked &= rng.random(n) < choices.MOTHER_ROW
    rows = whole_rows(linked)
    yield ssd_table(
        "ssd_mother",
        {
            "moth_table_id": chunk.ids("MO", rows),
            "moth_person_id": chunk.adult_ids(children.family[rows]),
            "moth_childs_person_id": chunk.child_ids(rows),
            "moth_childs_dob": when(dob[rows]),
        },
    )
    twice = whole_rows(rng.random(n) < choices.FAMILY_TWICE)
    held = np.concatenate([whole_rows(rng.random(n) < choices.FAMILY_ROW), twice])
    yield ssd_table(
        "ssd_family",
        {
            "fami_table_id": chunk.ids("FT", np.arange(len(held))),
            "fami_family_id": numbered(
                "F", children.family[held] + chunk.number * SIZE + 1, 7
            ),
            "fami_person_id": chunk.child_ids(held),
        },
    )
    yield _disabilities(rng, chunk)


def _disabilities(rng: np.random.Generator, chunk: Chunk) -> tuple[str, pl.DataFrame]:
    yes = whole_rows(chunk.seen.disability == "yes")
    codes = np.array(list(DISABILITIES), dtype=object)
    drawn = happens(rng, np.tile(list(DISABILITIES.values()), (len(yes), 1)))
    drawn[~drawn.any(axis=1), -1 - list(DISABILITIES)[::-1].index("DDA")] = True
    at, which = np.nonzero(drawn)
    none = whole_rows(chunk.seen.disability == "none")
    child = np.concatenate([yes[at], none])
    code = np.concatenate([codes[which], np.full(len(none), "NONE", dtype=object)])
    return ssd_table(
        "ssd_disability",
        {
            "disa_person_id": chunk.child_ids(child),
            "disa_table_id": chunk.ids("DI", np.arange(len(child))),
            "disa_disability_code": texts(code),
        },
    )


def addresses(
    rng: np.random.Generator, proxy_rng: np.random.Generator, chunk: Chunk
) -> Frames:
    """Write where each child has lived; families move together.

    The proxy switch adds moves of families that are not White, whatever their need.
    """
    children, time = chunk.children, chunk.time
    rate = choices.MOVES_A_MONTH * (1 + 6.0 * chunk.lives.housing)
    family, _, day = occurrences(rng, rate, time)
    if chunk.switches.proxy_name == "address_changes":
        white = np.ones(children.families, dtype=bool)
        white[children.family] = [CODE_GROUP[c] == "white" for c in children.ethnicity]
        extra = np.where(white, 0.0, choices.PROXY_MOVES)[:, None]
        more, _, days = occurrences(
            proxy_rng, np.broadcast_to(extra, rate.shape).copy(), time
        )
        family, day = np.concatenate([family, more]), np.concatenate([day, days])
    base = np.arange(children.families)
    family = np.concatenate([base, family])
    day = np.concatenate([np.full(children.families, time.burn_start), day])
    order = np.lexsort((day, family))
    family, day = family[order], day[order]
    last = np.append(family[1:] != family[:-1], True)
    until = np.where(last, NEVER, np.append(day[1:], NEVER))
    first = np.searchsorted(family, base)
    owner, place = repeated(np.bincount(family)[children.family])
    home = first[children.family[owner]] + place
    begin = np.maximum(day[home], children.born[owner])
    end = np.minimum(until[home], children.left[owner])
    keep = whole_rows((begin < end) & (end > time.first) & (begin <= time.end))
    owner, home, begin, end = owner[keep], home[keep], begin[keep], end[keep]
    code = (home * 7919 + chunk.number * 104729) % 240_000
    postcode = (
        "XQ"
        + pl.Series(code // 10_000 + 1).cast(pl.String)
        + " "
        + pl.Series(code // 1000 % 10).cast(pl.String)
        + "AB"
    )
    hidden = pl.Series(rng.random(len(owner)) < choices.NO_POSTCODE)
    uprn = numbered("", home + chunk.number * ROOM_FOR_HOMES + 1, 12)
    json = (
        '{"ROOM": "", "FLOOR": "", "FLAT": "", "BUILDING": "", "HOUSE": "", '
        '"STREET": "", "TOWN": "", "UPRN": "'
        + uprn
        + '", "EASTING": "", "NORTHING": ""}'
    )
    yield ssd_table(
        "ssd_address",
        {
            "addr_table_id": chunk.ids("AD", np.arange(len(owner))),
            "addr_address_json": json,
            "addr_person_id": chunk.child_ids(owner),
            "addr_address_type": texts(
                np.full(len(owner), "Primary Address", dtype=object)
            ),
            "addr_address_start_date": when(begin),
            "addr_address_end_date": when(chunk.known_end(end)),
            "addr_address_postcode": postcode.set(hidden, None),
        },
    )


ROOM_FOR_HOMES = 100_000

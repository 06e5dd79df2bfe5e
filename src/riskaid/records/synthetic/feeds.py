"""Partner feeds: police, housing, education, and adults' links and histories."""

import numpy as np
import polars as pl

from riskaid.records.synthetic import choices
from riskaid.records.synthetic.arrays import NEVER, Ints, pick_code, shares
from riskaid.records.synthetic.chunk import (
    Chunk,
    Frames,
    on,
    repeated,
    texts,
    whole_rows,
    yes_no,
)
from riskaid.records.synthetic.families import FATHER, MOTHER, PARTNER, ROLES
from riskaid.records.synthetic.observed import (
    Happenings,
    contact_first,
    delay,
    housing_events,
    occurrences,
    police_abuse,
    suspensions,
)

YEAR = 365
ROOM = 100_000  # more than any day number
TERM_ENDS = ((3, 28), (7, 20), (12, 20))
NIGHTS = (3, 15)


def police(rng: np.random.Generator, chunk: Chunk, reports: Happenings) -> Frames:
    """Write what the police shared: domestic abuse incidents, missing reports."""
    found = police_abuse(
        rng, chunk.children, chunk.lives, share=chunk.share, time=chunk.time
    )
    family = chunk.children.family[found.row]
    need = chunk.lives.family_need[family, found.month]
    visit, incident = np.unique(family * ROOM + found.day, return_inverse=True)
    luck = need + rng.standard_normal(len(visit))[incident]
    grade = np.where(luck > choices.HIGH, "high", "standard").astype(object)
    grade[(luck > choices.MEDIUM) & (luck <= choices.HIGH)] = "medium"
    yield (
        "police_domestic_abuse",
        pl.DataFrame(
            {
                "incident_id": chunk.ids("PD", incident),
                "child_id": chunk.child_ids(found.row),
                "incident_date": on(found.day),
                "recorded_date": on(found.recorded),
                "grade": texts(grade),
                "child_present": yes_no(rng.random(len(need)) < choices.PRESENT),
            }
        ),
    )
    size = len(reports.row)
    long = rng.random(size) < choices.MISSING_LONG
    nights = np.where(long, rng.integers(*NIGHTS, size), rng.integers(0, 3, size))
    back = chunk.known_end(reports.day + nights)
    yield (
        "police_missing",
        pl.DataFrame(
            {
                "report_id": chunk.ids("PM", np.arange(size)),
                "child_id": chunk.child_ids(reports.row),
                "missing_from": on(reports.day),
                "returned_on": on(back),
                "recorded_date": on(reports.recorded),
                "category": texts(
                    pick_code(rng, ("missing", "absent"), shares([4, 1]), size)
                ),
            }
        ),
    )


def relationships(rng: np.random.Generator, chunk: Chunk) -> Frames:
    """Write which adults are linked to which child, as far as anybody wrote it down.

    Fathers and partners are often not recorded, or late; ends are often not recorded.
    """
    children, adults, time = chunk.children, chunk.adults, chunk.time
    n = children.count
    rows = np.arange(n)
    partners = whole_rows(adults.role >= PARTNER)
    counts = np.bincount(adults.family[partners], minlength=children.families)
    first = np.cumsum(counts) - counts
    owner, place = repeated(counts[children.family])
    partner = partners[first[children.family[owner]] + place]
    child = np.concatenate([rows, rows, owner])
    adult = np.concatenate([children.family, children.father, partner])
    role = adults.role[adult]
    start = np.where(role >= PARTNER, adults.moved_in[adult], children.born[child])
    start = np.maximum(start, children.born[child])
    end = adults.moved_out[adult]
    share = np.select(
        [role == MOTHER, role == FATHER],
        [choices.MOTHER_LINKED, choices.FATHER_LINKED],
        choices.PARTNER_LINKED,
    )
    known = np.maximum(contact_first(children, chunk.contacts)[child], time.first)
    late = np.where(
        role == MOTHER,
        delay(rng, 3.0, 1.0, len(child)),
        delay(rng, 25.0, 1.2, len(child)),
    )
    recorded = np.maximum(known, start) + late
    keep = whole_rows(
        (rng.random(len(child)) < share)
        & ~children.uasc[child]
        & (recorded <= time.end)
        & (recorded < children.left[child])
        & (end > children.born[child])
        & (start < np.minimum(children.left[child], time.end))
    )
    child, adult, start, end = child[keep], adult[keep], start[keep], end[keep]
    told = rng.random(len(keep)) < choices.END_RECORDED
    end = np.where(told, chunk.known_end(end + 0), NEVER)
    names = np.array(ROLES, dtype=object)
    yield (
        "relationships",
        pl.DataFrame(
            {
                "child_id": chunk.child_ids(child),
                "adult_id": chunk.adult_ids(adult),
                "role": texts(names[adults.role[adult]]),
                "start_date": on(start),
                "end_date": on(end),
                "recorded_date": on(recorded[keep]),
            }
        ),
    )


def adult_events(rng: np.random.Generator, chunk: Chunk) -> Frames:
    """Write adults' histories, some of them many years older than any other record."""
    adults, lives, time = chunk.adults, chunk.lives, chunk.time
    families = chunk.children.families
    parts: list[tuple[str, Ints, Ints, float]] = []
    for kind, marked, late in (
        ("sexual_offence", adults.sexual_offence, 120.0),
        ("violence", adults.violence, 90.0),
    ):
        who = np.repeat(whole_rows(marked), 1 + rng.poisson(0.5, int(marked.sum())))
        grown = adults.born[who] + 17 * YEAR
        span = (time.end - grown).clip(1)
        parts.append(
            (kind, who, grown + (rng.random(len(who)) * span).astype(int), late)
        )
    once = rng.random(families) < choices.REMOVED * np.exp(
        0.8 * chunk.children.family_frailty
    )
    who = whole_rows(once)
    before = adults.moved_in[who] - rng.integers(300, 3000, size=len(who))
    parts.append(("previous_child_removed", who, before, 60.0))
    for kind, on_now, rate, who_else in (
        ("mental_health", lives.parent_mental_health, choices.UNWELL_SEEN, 0.15),
        ("substance_misuse", lives.substances, choices.SUBSTANCES_SEEN, 0.40),
        ("domestic_abuse", lives.domestic_abuse, choices.ABUSE_SEEN, 0.92),
    ):
        family, _, day = occurrences(rng, np.where(on_now, rate, 0.0005), time)
        father = rng.random(len(family)) < who_else
        parts.append((kind, np.where(father, family + families, family), day, 20.0))
    alone = np.zeros(families, dtype=bool)
    alone[chunk.children.family[chunk.children.uasc]] = True
    frames = []
    for kind, who, day, late in parts:
        recorded = day + delay(rng, late, 0.9, len(day))
        keep = whole_rows((recorded <= time.end) & ~alone[adults.family[who]])
        code = kind[:2].upper() + pl.Series(rng.integers(1, 5, len(keep))).cast(
            pl.String
        )
        frames.append(
            pl.DataFrame(
                {
                    "adult_id": chunk.adult_ids(who[keep]),
                    "event_date": on(day[keep]),
                    "recorded_date": on(recorded[keep]),
                    "kind": pl.Series([kind], dtype=pl.String).new_from_index(
                        0, len(keep)
                    ),
                    "code": code,
                }
            )
        )
    yield (
        "adult_events",
        pl.concat(frames).sort("adult_id", "event_date", "kind", "code"),
    )


def housing(rng: np.random.Generator, chunk: Chunk) -> Frames:
    """Write what the housing service shared."""
    found = housing_events(
        rng, chunk.children, chunk.lives, share=chunk.share, time=chunk.time
    )
    kinds = (
        "homelessness_application",
        "temporary_accommodation",
        "eviction_notice",
        "accommodation_refused",
    )
    size = len(found.row)
    yield (
        "housing",
        pl.DataFrame(
            {
                "child_id": chunk.child_ids(found.row),
                "event_date": on(found.day),
                "recorded_date": on(found.recorded),
                "kind": texts(pick_code(rng, kinds, shares([5, 4, 2, 1]), size)),
            }
        ),
    )


def _terms(chunk: Chunk) -> Ints:
    days = np.arange(chunk.time.first, chunk.time.end + 1)
    stamps = days.astype("datetime64[D]")
    month = stamps.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (stamps - stamps.astype("datetime64[M]")).astype(np.int64) + 1
    ends = np.zeros(len(days), dtype=bool)
    for wanted_month, wanted_day in TERM_ENDS:
        ends |= (month == wanted_month) & (day == wanted_day)
    found: Ints = days[ends]
    return found


def education(rng: np.random.Generator, chunk: Chunk) -> Frames:
    """Write attendance by term, and suspensions and exclusions."""
    children, lives = chunk.children, chunk.lives
    terms = _terms(chunk)
    grid_child, grid_term = np.indices((children.count, len(terms)))
    child, day = grid_child.ravel(), terms[grid_term.ravel()]
    month = chunk.time.month(day)
    age = lives.age[child, month]
    fits = (age >= choices.PUPIL[0]) & (age < choices.PUPIL[1])
    fits &= chunk.here(child, day)
    fits &= rng.random(len(child)) < choices.SHARED_ATTENDANCE
    luck = rng.random(len(child))
    rows = whole_rows(fits)
    child, day, month = child[rows], day[rows], month[rows]
    recorded = day + delay(rng, 14.0, 0.5, len(rows))
    pull = -2.75 + 0.38 * lives.need[child, month].clip(-2, 3)
    pull = pull + 0.9 * lives.extrafamilial[child, month]
    pull = pull + 0.8 * lives.child_mental_health[child, month]
    pull = pull + 0.60 * rng.standard_normal(len(rows)) + 0.3 * children.frailty[child]
    possible = rng.integers(108, 142, size=len(rows))
    missed = rng.binomial(possible, 1 / (1 + np.exp(-pull)))
    written = luck[rows] < chunk.share[child]
    known = whole_rows((recorded <= chunk.time.end) & written)
    yield (
        "attendance",
        pl.DataFrame(
            {
                "child_id": chunk.child_ids(child[known]),
                "term_end": on(day[known]),
                "recorded_date": on(recorded[known]),
                "sessions_possible": pl.Series(possible[known]),
                "sessions_missed": pl.Series(missed[known]),
            }
        ),
    )
    found = suspensions(rng, children, lives, share=chunk.share, time=chunk.time)
    size = len(found.row)
    ended = rng.random(size) < choices.PERMANENT
    kind = np.where(ended, "permanent_exclusion", "suspension").astype(object)
    length = pl.Series(rng.geometric(0.3, size=size).clip(1, 30))
    yield (
        "suspensions",
        pl.DataFrame(
            {
                "child_id": chunk.child_ids(found.row),
                "start_date": on(found.day),
                "recorded_date": on(found.recorded),
                "kind": texts(kind),
                "sessions": length.set(pl.Series(ended), None),
            }
        ),
    )

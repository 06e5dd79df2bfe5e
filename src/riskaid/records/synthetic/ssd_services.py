"""SSD tables of the way from a contact to a plan."""

import numpy as np
import polars as pl

from riskaid.records.synthetic import choices, outcomes
from riskaid.records.synthetic.arrays import NEVER, Ints, Texts, pick, pick_code, shares
from riskaid.records.synthetic.chunk import (
    Chunk,
    Frames,
    repeated,
    ssd_table,
    texts,
    when,
    whole_rows,
    yes_no,
)
from riskaid.records.synthetic.factors import assessment_factors
from riskaid.records.synthetic.rates import (
    CATEGORIES,
    CATEGORY_WORDS,
    SOURCE_CODES,
)

NEEDS = {
    "N1": 58.1,
    "N5": 12.0,
    "N4": 8.6,
    "N2": 8.0,
    "N8": 5.5,
    "N0": 2.6,
    "N3": 2.1,
    "N6": 2.0,
    "N9": 0.9,
    "N7": 0.3,
}
TEAMS = 12
EPOCH_1900 = -25567
EARLY_HELP = 3
SOURCES: Texts = np.array(SOURCE_CODES, dtype=object)


def teams(rng: np.random.Generator, size: int) -> pl.Series:
    """Made-up team numbers."""
    return "T" + pl.Series(rng.integers(1, TEAMS + 1, size)).cast(pl.String).str.zfill(
        2
    )


def workers(rng: np.random.Generator, size: int) -> pl.Series:
    """Made-up worker numbers."""
    return "W" + pl.Series(rng.integers(1, 400, size)).cast(pl.String).str.zfill(4)


def kept_episodes(chunk: Chunk) -> Ints:
    """Referrals the extract holds: made in the period, or still open when it began."""
    day, end = chunk.episodes.day, chunk.episodes.end
    return whole_rows((day <= chunk.time.end) & (end >= chunk.time.first))


def contacts(rng: np.random.Generator, chunk: Chunk) -> Frames:
    """Write contacts, and early help that came of them."""
    held, episodes = chunk.contacts, chunk.episodes
    key = held.child * 2_000_000 + held.day
    new = np.isin(key, episodes.child * 2_000_000 + episodes.day)
    open_then = chunk.presence.open[held.child, held.month]
    luck = rng.random((3, len(key)))
    sign = ~new & (luck[0] >= chunk.share[held.child])
    keep = whole_rows(chunk.here(held.child, held.day) & ~sign)
    kind = np.where(luck[1] < choices.EARLY_HELP_CONTACT, 3, 2)
    kind = np.where(luck[1] > choices.ADVICE_FROM, 4, kind)
    kind = np.where(open_then, 1, kind)
    kind = np.where(new, 0, kind)
    ready = (
        outcomes.one(outcomes.CONTACT, "NEW_REFERRAL_FLAG"),
        outcomes.one(outcomes.CONTACT, "EXISTING_REFERRAL_FLAG"),
        outcomes.one(outcomes.CONTACT, "NFA_FLAG"),
        outcomes.one(outcomes.CONTACT, "OTHER_OUTCOMES_EXIST_FLAG"),
        outcomes.one(outcomes.CONTACT, "ADVICE_FLAG"),
    )
    days = np.where(luck[2] < choices.EPOCH_DATE, EPOCH_1900, held.day)
    code = texts(SOURCES[held.source[keep]])
    yield ssd_table(
        "ssd_contacts",
        {
            "cont_contact_id": chunk.ids("CN", keep),
            "cont_person_id": chunk.child_ids(held.child[keep]),
            "cont_contact_date": when(days[keep]),
            "cont_contact_source_code": code,
            "cont_contact_outcome_json": outcomes.chosen(ready, kind[keep]),
        },
    )
    helped = keep[(kind[keep] == EARLY_HELP)]
    after = whole_rows(
        episodes.not_in_need
        & (rng.random(len(episodes.day)) < choices.EARLY_HELP_AFTER)
    )
    child = np.concatenate([held.child[helped], episodes.child[after]])
    start = np.concatenate([held.day[helped], episodes.end[after]])
    start = start + rng.integers(3, 40, size=len(start))
    end = start + (30 + rng.gamma(1.8, 70.0, size=len(start))).astype(np.int64)
    fits = chunk.here(child, start) & (rng.random(len(start)) < chunk.share[child])
    rows = whole_rows(fits)
    stops = chunk.known_end(np.minimum(end, chunk.children.left[child]))[rows]
    why = pick_code(rng, ("Met", "Step up", "No consent"), shares([6, 2, 2]), len(rows))
    yield ssd_table(
        "ssd_early_help_episodes",
        {
            "earl_episode_id": chunk.ids("EH", rows),
            "earl_person_id": chunk.child_ids(child[rows]),
            "earl_episode_start_date": when(start[rows]),
            "earl_episode_end_date": when(stops),
            "earl_episode_reason": texts(
                pick_code(
                    rng,
                    ("Parenting", "Behaviour", "Housing"),
                    shares([5, 3, 1]),
                    len(rows),
                )
            ),
            "earl_episode_end_reason": texts(np.where(stops < NEVER, why, "")),
            "earl_episode_worker_id": workers(rng, len(rows)),
        },
    )


def referrals(rng: np.random.Generator, chunk: Chunk) -> Frames:
    """Write referrals with their episodes, assessments and factors found."""
    held = chunk.episodes
    rows = kept_episodes(chunk)
    end = chunk.known_end(held.end[rows])
    child = held.child[rows]
    why = pick_code(rng, ("RC7", "RC7", "RC6"), shares([1, 1, 0.008]), len(rows))
    why = np.where(held.not_in_need[rows], "RC8", why)
    why = np.where(held.nfa[rows], "RC9", why)
    why = np.where(held.end[rows] >= chunk.children.left[child], "RC5", why)
    need = pick_code(rng, list(NEEDS), shares(list(NEEDS.values())), len(rows))
    need = np.where(held.uasc[rows], "N8", need)
    disabled = chunk.children.disabled[child] & (rng.random(len(rows)) < 1 / 2)
    need = np.where(disabled, "N2", need)
    need = np.where(held.nfa[rows], "N0", need)
    enquired = np.isin(rows, chunk.enquiries.episode)
    kind = np.where(enquired, 2, np.where(held.nfa[rows], 0, 1))
    ready = (
        outcomes.one(outcomes.REFERRAL, "NFA_FLAG"),
        outcomes.one(outcomes.REFERRAL, "SINGLE_ASSESSMENT_FLAG"),
        outcomes.one(
            outcomes.REFERRAL, "SINGLE_ASSESSMENT_FLAG", "STRATEGY_DISCUSSION_FLAG"
        ),
    )
    text = outcomes.chosen(ready, kind)
    broken = pl.Series(rng.random(len(rows)) < choices.BROKEN_JSON)
    text = text.to_frame("t").select(
        pl.when(broken).then(pl.col("t").str.head(150)).otherwise(pl.col("t"))
    )["t"]
    yield ssd_table(
        "ssd_cin_episodes",
        {
            "cine_referral_id": chunk.ids("R", rows),
            "cine_person_id": chunk.child_ids(child),
            "cine_referral_date": when(held.day[rows]),
            "cine_cin_primary_need_code": texts(need),
            "cine_referral_source_code": texts(SOURCES[held.source[rows]]),
            "cine_referral_outcome_json": text,
            "cine_referral_nfa": yes_no(held.nfa[rows]),
            "cine_close_reason": texts(np.where(end < NEVER, why, "")),
            "cine_close_date": when(end),
            "cine_referral_team": teams(rng, len(rows)),
            "cine_referral_worker_id": workers(rng, len(rows)),
        },
    )
    began = chunk.here(child, held.assessed[rows])
    which = rows[began]
    done = chunk.known_end(held.signed_off[which])
    over = held.not_in_need[which] & (done < NEVER)
    results = (
        outcomes.one(outcomes.ASSESSMENT, "NFA_FLAG"),
        outcomes.one(outcomes.ASSESSMENT, "PROV_OF_SERVICES_FLAG"),
    )
    ids = chunk.ids("AS", which)
    yield ssd_table(
        "ssd_cin_assessments",
        {
            "cina_assessment_id": ids,
            "cina_person_id": chunk.child_ids(held.child[which]),
            "cina_referral_id": chunk.ids("R", which),
            "cina_assessment_start_date": when(held.assessed[which]),
            "cina_assessment_child_seen": yes_no(
                rng.random(len(which)) < choices.CHILD_SEEN
            ),
            "cina_assessment_auth_date": when(done),
            "cina_assessment_outcome_json": outcomes.chosen(
                results, np.where(done == NEVER, -1, np.where(over, 0, 1))
            ),
            "cina_assessment_outcome_nfa": texts(
                np.where(done == NEVER, "", np.where(over, "Y", "N")).astype(object)
            ),
            "cina_assessment_team": teams(rng, len(which)),
            "cina_assessment_worker_id": workers(rng, len(which)),
        },
    )
    yield assessment_factors(
        rng, chunk, which[done < NEVER], ids.filter(pl.Series(done < NEVER))
    )


def cin_plans(rng: np.random.Generator, chunk: Chunk) -> Frames:
    """Write child in need plans and visits."""
    held = chunk.episodes
    start = held.cin_start
    end = np.minimum(np.minimum(held.cin_end, held.end), held.care_start)
    end = np.where(held.plan_start > start, np.minimum(end, held.plan_start), end)
    early = (held.plan_start <= start) | (end <= start)
    rows = whole_rows((start <= chunk.time.end) & (end >= chunk.time.first) & ~early)
    start, end = start[rows], end[rows]
    yield ssd_table(
        "ssd_cin_plans",
        {
            "cinp_cin_plan_id": chunk.ids("CP", rows),
            "cinp_referral_id": chunk.ids("R", rows),
            "cinp_person_id": chunk.child_ids(held.child[rows]),
            "cinp_cin_plan_start_date": when(start),
            "cinp_cin_plan_end_date": when(chunk.known_end(end)),
            "cinp_cin_plan_team": teams(rng, len(rows)),
            "cinp_cin_plan_worker_id": workers(rng, len(rows)),
        },
    )
    owner, day = visit_days(rng, start, np.minimum(end, chunk.time.end), 30)
    child = held.child[rows][owner]
    keep = whole_rows(chunk.here(child, day))
    luck = rng.random((3, len(keep)))
    yield ssd_table(
        "ssd_cin_visits",
        {
            "cinv_cin_visit_id": chunk.ids("CV", keep),
            "cinv_person_id": chunk.child_ids(child[keep]),
            "cinv_cin_visit_date": when(day[keep]),
            "cinv_cin_visit_seen": yes_no(luck[0] < choices.SEEN),
            "cinv_cin_visit_seen_alone": yes_no(luck[1] < choices.SEEN_ALONE),
            "cinv_cin_visit_bedroom": yes_no(luck[2] < choices.BEDROOM),
        },
    )


def visit_days(
    rng: np.random.Generator, start: Ints, end: Ints, every: int
) -> tuple[Ints, Ints]:
    """Draw visits about every so many days: which plan, and the day."""
    counts = ((end - start).clip(0) // every).astype(np.int64)
    owner, place = repeated(counts)
    day = start[owner] + (place + 1) * every + rng.integers(-4, 7, size=len(owner))
    return owner, np.minimum(day, end[owner])


def categories(rng: np.random.Generator, chunk: Chunk, rows: Ints) -> Texts:
    """Draw the category of abuse of each plan, related to what is true."""
    child, day = chunk.enquiries.child[rows], chunk.enquiries.day[rows]
    family, month = chunk.children.family[child], chunk.time.month(day)
    weights = np.tile(list(CATEGORIES.values()), (len(rows), 1))
    names = list(CATEGORIES)
    abuse = chunk.lives.domestic_abuse[family, month]
    weights[:, names.index("EMO")] *= np.where(abuse, 1.75, 0.75)
    weights[:, names.index("NEG")] *= np.where(
        chunk.lives.strain[family, month] > 1, 1.3, 0.8
    )
    old = chunk.lives.history[family, month]
    weights[:, names.index("SAB")] *= np.where(old, 1.7, 0.65)
    weights[:, names.index("PHY")] *= np.where(old, 1.4, 0.85)
    codes: Texts = np.array(names, dtype=object)[pick(rng, weights)]
    return codes


def spelt(rng: np.random.Generator, codes: Texts) -> pl.Series:
    """Write some categories in words, as some systems do."""
    words = np.array([CATEGORY_WORDS[c] for c in codes], dtype=object)
    said = rng.random(len(codes)) < choices.CATEGORY_IN_WORDS
    return texts(np.where(said, words, codes))

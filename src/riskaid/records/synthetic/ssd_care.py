"""SSD tables of children looked after, missing episodes and allocated workers."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from riskaid.records.synthetic import choices
from riskaid.records.synthetic.arrays import (
    NEVER,
    Bools,
    Ints,
    Texts,
    pick_code,
    shares,
)
from riskaid.records.synthetic.chunk import (
    Chunk,
    Frames,
    repeated,
    ssd_table,
    texts,
    when,
    whole_rows,
)
from riskaid.records.synthetic.families import ADULT_DAYS
from riskaid.records.synthetic.observed import Happenings
from riskaid.records.synthetic.ssd_services import kept_episodes, teams, workers

CARE_ORDER_AFTER = 240
LEGAL_THEN = "returns/legal_status"
"""For returns only: the legal status of each care episode. The SSD has none that began
before its records do, and a return needs one of every episode."""


@dataclass(frozen=True)
class Stays:
    """Pieces of periods of care: a new piece with each placement or legal status."""

    period: Ints
    start: Ints
    end: Ints
    new_legal: Bools
    placement: Ints


def _stays(rng: np.random.Generator, chunk: Chunk, rows: Ints) -> Stays:
    start = chunk.episodes.care_start[rows]
    end = chunk.episodes.care_end[rows]
    days = end - start
    moves = rng.poisson(choices.PLACEMENT_MOVES * days / 365)
    order = (days > CARE_ORDER_AFTER + 30) & (
        rng.random(len(rows)) < choices.CARE_ORDER
    )
    order &= ~chunk.episodes.uasc[rows]
    owner, _ = repeated(moves)
    moved = start[owner] + 1 + (rng.random(len(owner)) * (days[owner] - 2)).astype(int)
    own = whole_rows(order)
    period = np.concatenate([np.arange(len(rows)), owner, own])
    day = np.concatenate(
        [start, np.minimum(moved, end[owner] - 1), start[own] + CARE_ORDER_AFTER]
    )
    legal = np.zeros(len(period), dtype=bool)
    legal[len(rows) + len(owner) :] = True
    first = np.zeros(len(period), dtype=bool)
    first[: len(rows)] = True
    sort = np.lexsort((~first, day, period))
    period, day, legal = period[sort], day[sort], legal[sort]
    single = np.ones(len(period), dtype=bool)
    single[1:] = (period[1:] != period[:-1]) | (day[1:] != day[:-1])
    period, day, legal = period[single], day[single], legal[single]
    last = _last(period)
    until = np.where(last, end[period], _next(day))
    placement = np.cumsum(~legal) - 1
    return Stays(period, day, until, legal, placement)


def _last(owner: Ints) -> Bools:
    """Whether each row is the last of its owner."""
    ends = np.ones(len(owner), dtype=bool)
    ends[:-1] = owner[1:] != owner[:-1]
    return ends


def _next(days: Ints) -> Ints:
    """The day of the row after; NEVER after the last."""
    return np.concatenate([days, [NEVER]])[1:]


def _spread(flags: Bools, period: Ints) -> Bools:
    """Whether a mark stands on this piece or an earlier one of the same period."""
    marks = np.cumsum(flags)
    first = np.searchsorted(period, period)
    before = np.where(first > 0, marks[first - 1], 0)
    result: Bools = marks > before
    return result


def looked_after(rng: np.random.Generator, chunk: Chunk) -> Frames:
    """Write care episodes, placements, legal statuses and wellbeing scores."""
    held = chunk.episodes
    rows = whole_rows(
        (held.care_start <= chunk.time.end) & (held.care_end >= chunk.time.first)
    )
    stays = _stays(rng, chunk, rows)
    keep = whole_rows((stays.start <= chunk.time.end) & (stays.end >= chunk.time.first))
    period, start, end = stays.period[keep], stays.start[keep], stays.end[keep]
    episode = rows[period]
    child = held.child[episode]
    known = chunk.known_end(end)
    final = end == held.care_end[episode]
    grown = end >= chunk.children.born[child] + ADULT_DAYS - 1
    home = pick_code(
        rng, ("E4A", "E8", "E45", "E11", "E3"), shares([5, 2, 1, 1, 1]), len(keep)
    )
    why = np.where(final, np.where(grown, "E17", home), "X1")
    began = start == held.care_start[episode]
    reason = np.where(began, "S", np.where(stays.new_legal[keep], "L", "P"))
    ordered = _spread(stays.new_legal, stays.period)[keep]
    legal = np.where(ordered, "C2", "V2").astype(object)
    need = np.where(held.uasc[episode], "N8", "N1").astype(object)
    care_ids = chunk.ids("PC", episode)
    yield ssd_table(
        "ssd_cla_episodes",
        {
            "clae_cla_episode_id": chunk.ids("CE", keep),
            "clae_person_id": chunk.child_ids(child),
            "clae_cla_episode_start_date": when(start),
            "clae_cla_episode_start_reason": texts(reason.astype(object)),
            "clae_cla_primary_need_code": texts(need),
            "clae_cla_episode_ceased_date": when(known),
            "clae_cla_episode_ceased_reason": texts(
                np.where(known < NEVER, why, "").astype(object)
            ),
            "clae_cla_id": care_ids,
            "clae_referral_id": chunk.ids("R", episode),
            "clae_cla_placement_id": chunk.ids("PM", stays.placement[keep]),
            "clae_entered_care_date": when(held.care_start[episode]),
        },
    )
    yield (
        LEGAL_THEN,
        pl.DataFrame({"episode": chunk.ids("CE", keep), "status": texts(legal)}),
    )
    yield from _placements(rng, chunk, stays, rows)
    turn = whole_rows(began | stays.new_legal[keep])
    last = _last(period[turn])
    until = np.where(last, held.care_end[episode[turn]], _next(start[turn]))
    yield ssd_table(
        "ssd_legal_status",
        {
            "lega_legal_status_id": chunk.ids("LS", turn),
            "lega_person_id": chunk.child_ids(child[turn]),
            "lega_legal_status": texts(legal[turn]),
            "lega_legal_status_start_date": when(start[turn]),
            "lega_legal_status_end_date": when(chunk.known_end(until)),
        },
    )
    yield _wellbeing(rng, chunk, rows)


def _placements(
    rng: np.random.Generator, chunk: Chunk, stays: Stays, rows: Ints
) -> Frames:
    begin = np.unique(stays.placement, return_index=True)[1]
    start = stays.start[begin]
    until = np.maximum.reduceat(stays.end, begin) if len(begin) else start
    keep = whole_rows((start <= chunk.time.end) & (until >= chunk.time.first))
    episode = rows[stays.period[begin[keep]]]
    child = chunk.episodes.child[episode]
    age = start[keep] - chunk.children.born[child]
    young = ("U6", "U3", "U1", "P1", "K2")
    kind: Texts = pick_code(rng, young, shares([50, 14, 10, 8, 14]), len(keep))
    old = (age > 365 * 16) & (rng.random(len(keep)) < choices.SUPPORTED)
    kind = np.where(old, "K3", kind)
    provider = np.where(kind == "P1", "PR0", np.where(kind == "K2", "PR4", "PR1"))
    stop = chunk.known_end(until[keep])
    reason = np.where(
        (stop < NEVER) & (until[keep] < chunk.episodes.care_end[episode]), "CARPL", ""
    )
    yield ssd_table(
        "ssd_cla_placement",
        {
            "clap_cla_placement_id": chunk.ids("PM", keep),
            "clap_cla_placement_start_date": when(start[keep]),
            "clap_cla_placement_type": texts(kind),
            "clap_cla_id": chunk.ids("PC", episode),
            "clap_cla_placement_provider": texts(provider.astype(object)),
            "clap_cla_placement_end_date": when(stop),
            "clap_cla_placement_change_reason": texts(reason.astype(object)),
            "clap_person_id": chunk.child_ids(child),
        },
    )


def _wellbeing(
    rng: np.random.Generator, chunk: Chunk, rows: Ints
) -> tuple[str, pl.DataFrame]:
    held = chunk.episodes
    start = held.care_start[rows]
    owner, place = repeated((held.care_end[rows] - start) // 365 + 1)
    child = held.child[rows[owner]]
    day = start[owner] + 60 + 365 * place + rng.integers(0, 60, size=len(owner))
    age = (day - chunk.children.born[child]) // 365
    fits = (age >= choices.SDQ_AGES[0]) & (age <= choices.SDQ_AGES[1])
    fits &= chunk.here(child, day) & (day < held.care_end[rows[owner]])
    keep = whole_rows(fits & (rng.random(len(owner)) < choices.SDQ_DONE))
    month = chunk.time.month(day[keep])
    need = chunk.lives.need[child[keep], month]
    score = (13.5 + 1.5 * need + 6 * rng.standard_normal(len(keep))).clip(0, 40)
    filler = np.full(len(keep), "SSD_PH", dtype=object)
    text = score.round().astype(np.int64).astype(str).astype(object)
    return ssd_table(
        "ssd_sdq_scores",
        {
            "csdq_table_id": chunk.ids("SD", keep),
            "csdq_person_id": chunk.child_ids(child[keep]),
            "csdq_sdq_completed_date": when(day[keep]),
            "csdq_sdq_reason": texts(filler),
            "csdq_sdq_score": texts(text),
        },
    )


def missing(rng: np.random.Generator, chunk: Chunk, reports: Happenings) -> Frames:
    """Write missing episodes of children the council works with."""
    care = chunk.presence.care[reports.row, reports.month]
    case = chunk.presence.open[reports.row, reports.month]
    share = np.where(care, choices.MISSING_HELD_CARE, choices.MISSING_HELD_OPEN * case)
    rows = whole_rows(rng.random(len(share)) < share)
    child, day = reports.row[rows], reports.day[rows]
    long = rng.random(len(rows)) < choices.MISSING_LONG
    nights = np.where(
        long, rng.integers(3, 15, len(rows)), rng.integers(0, 3, len(rows))
    )
    kind = pick_code(rng, ("M", "A"), shares([3, 1]), len(rows))
    known = chunk.known_end(day + nights)
    offered = pick_code(rng, ("Y", "N", "NA", ""), shares([68, 14, 6, 12]), len(rows))
    taken = pick_code(rng, ("Y", "N"), shares([52, 48]), len(rows))
    yield ssd_table(
        "ssd_missing",
        {
            "miss_table_id": chunk.ids("MI", rows),
            "miss_person_id": chunk.child_ids(child),
            "miss_missing_episode_start_date": when(day),
            "miss_missing_episode_type": texts(kind),
            "miss_missing_episode_end_date": when(known),
            "miss_missing_rhi_offered": texts(offered),
            "miss_missing_rhi_accepted": texts(np.where(offered == "Y", taken, "")),
        },
    )


def involvements(rng: np.random.Generator, chunk: Chunk) -> Frames:
    """Write allocated workers, who change more often the longer a case is open."""
    held = chunk.episodes
    rows = kept_episodes(chunk)
    rows = rows[~held.nfa[rows]]
    end = held.end[rows]
    days = np.minimum(end, chunk.time.end) - held.day[rows]
    owner, place = repeated(1 + rng.poisson(choices.WORKER_CHANGES * days / 365))
    spot = np.where(place == 0, 0.0, rng.random(len(owner)))
    start = held.day[rows[owner]] + 1 + (spot * days[owner]).astype(np.int64)
    sort = np.lexsort((start, owner))
    owner, start = owner[sort], start[sort]
    last = _last(owner)
    until = np.where(last, end[owner], _next(start))
    keep = whole_rows(
        (start <= chunk.time.end) & (until >= chunk.time.first) & (until >= start)
    )
    stop = chunk.known_end(until[keep])
    why = pick_code(
        rng, ("LEFTRL", "TSPROC", "ORGRST", "MANAGE"), shares([5, 3, 1, 1]), len(keep)
    )
    yield ssd_table(
        "ssd_involvements",
        {
            "invo_involvements_id": chunk.ids("IN", keep),
            "invo_professional_id": workers(rng, len(keep)),
            "invo_professional_role_id": texts(np.full(len(keep), "CW", dtype=object)),
            "invo_professional_team": teams(rng, len(keep)),
            "invo_involvement_start_date": when(start[keep]),
            "invo_involvement_end_date": when(stop),
            "invo_worker_change_reason": texts(np.where(last[keep], "", why)),
            "invo_person_id": chunk.child_ids(held.child[rows[owner[keep]]]),
            "invo_referral_id": chunk.ids("R", rows[owner[keep]]),
        },
    )

"""SSD tables of child protection: enquiries, conferences, plans, visits."""

import numpy as np
import polars as pl

from riskaid.records.synthetic import choices, outcomes
from riskaid.records.synthetic.arrays import NEVER
from riskaid.records.synthetic.chunk import (
    Chunk,
    Frames,
    numbered,
    ssd_table,
    texts,
    when,
    whole_rows,
    yes_no,
)
from riskaid.records.synthetic.ssd_services import (
    categories,
    spelt,
    teams,
    visit_days,
    workers,
)


def enquiries(rng: np.random.Generator, chunk: Chunk) -> Frames:
    """Write section 47 enquiries and the conferences that came of them."""
    held, last = chunk.enquiries, chunk.time.end
    rows = whole_rows(chunk.here(held.child, held.day))
    end = chunk.known_end(held.end[rows])
    told = held.conference[rows] < NEVER
    over = end < NEVER
    ready = (
        outcomes.one(outcomes.ENQUIRY, "CP_CONFERENCE_FLAG"),
        outcomes.one(outcomes.ENQUIRY, "NFA_CONTINUE_SINGLE_FLAG"),
        outcomes.one(outcomes.ENQUIRY, "NFA_FLAG"),
    )
    nfa = ~told & (rng.random(len(rows)) < choices.ENQUIRY_NFA)
    kind = np.where(told, 0, np.where(nfa, 2, 1))
    yield ssd_table(
        "ssd_s47_enquiry",
        {
            "s47e_s47_enquiry_id": chunk.ids("S", rows),
            "s47e_referral_id": chunk.ids("R", held.episode[rows]),
            "s47e_person_id": chunk.child_ids(held.child[rows]),
            "s47e_s47_start_date": when(held.day[rows]),
            "s47e_s47_end_date": when(end),
            "s47e_s47_nfa": texts(
                np.where(over, np.where(nfa, "Y", "N"), "").astype(object)
            ),
            "s47e_s47_outcome_json": outcomes.chosen(ready, np.where(over, kind, -1)),
            "s47e_s47_completed_by_worker_id": workers(rng, len(rows)),
            "s47e_s47_completed_by_team": teams(rng, len(rows)),
        },
    )
    rows = whole_rows(
        (held.conference <= last) & chunk.here(held.child, held.conference)
    )
    made = held.plan[rows]
    results = (
        outcomes.one(outcomes.CONFERENCE, "PROV_OF_SERVICES_FLAG"),
        outcomes.one(outcomes.CONFERENCE, "CP_FLAG"),
    )
    plan_ids = chunk.ids("PL", rows)
    yield ssd_table(
        "ssd_initial_cp_conference",
        {
            "icpc_icpc_id": chunk.ids("I", rows),
            "icpc_icpc_meeting_id": numbered(
                "M", held.meeting[rows] + chunk.number * 1_000_000, 10
            ),
            "icpc_s47_enquiry_id": chunk.ids("S", rows),
            "icpc_person_id": chunk.child_ids(held.child[rows]),
            "icpc_cp_plan_id": plan_ids.set(pl.Series(~made), None),
            "icpc_referral_id": chunk.ids("R", held.episode[rows]),
            "icpc_icpc_transfer_in": yes_no(np.zeros(len(rows), dtype=bool)),
            "icpc_icpc_target_date": when(held.target[rows]),
            "icpc_icpc_date": when(held.conference[rows]),
            "icpc_icpc_outcome_cp_flag": yes_no(made),
            "icpc_icpc_outcome_json": outcomes.chosen(results, made.astype(np.int64)),
            "icpc_icpc_team": teams(rng, len(rows)),
            "icpc_icpc_worker_id": workers(rng, len(rows)),
        },
    )


def plans(rng: np.random.Generator, chunk: Chunk) -> Frames:
    """Write child protection plans and visits."""
    held = chunk.enquiries
    start, end = held.conference, held.plan_end
    rows = whole_rows(
        held.plan
        & (start <= chunk.time.end)
        & (end >= chunk.time.first)
        & (end > start)
    )
    start, end, child = start[rows], end[rows], held.child[rows]
    first = categories(rng, chunk, rows)
    changed = rng.random(len(rows)) < choices.CATEGORY_CHANGES
    latest = np.where(changed, categories(rng, chunk, rows), first)
    lost = pl.Series(rng.random(len(rows)) < choices.SENTINEL)
    referral, ids = chunk.ids("R", held.episode[rows]), chunk.ids("PL", rows)
    yield ssd_table(
        "ssd_cp_plans",
        {
            "cppl_cp_plan_id": ids,
            "cppl_referral_id": referral.set(lost, "-1"),
            "cppl_icpc_id": chunk.ids("I", rows).set(lost, "-1"),
            "cppl_person_id": chunk.child_ids(child),
            "cppl_cp_plan_start_date": when(start),
            "cppl_cp_plan_end_date": when(chunk.known_end(end)),
            "cppl_cp_plan_initial_category": spelt(rng, first),
            "cppl_cp_plan_ola": yes_no(np.zeros(len(rows), dtype=bool)),
            "cppl_cp_plan_latest_category": spelt(rng, latest),
        },
    )
    owner, day = visit_days(rng, start, np.minimum(end, chunk.time.end), 14)
    keep = whole_rows(chunk.here(child[owner], day))
    owner, day = owner[keep], day[keep]
    luck = rng.random((3, len(keep)))
    yield ssd_table(
        "ssd_cp_visits",
        {
            "cppv_cp_visit_id": chunk.ids("PV", keep),
            "cppv_person_id": chunk.child_ids(child[owner]),
            "cppv_cp_plan_id": ids.gather(owner),
            "cppv_cp_visit_date": when(day),
            "cppv_cp_visit_seen": yes_no(luck[0] < choices.SEEN),
            "cppv_cp_visit_seen_alone": yes_no(luck[1] < choices.SEEN_ALONE),
            "cppv_cp_visit_bedroom": yes_no(luck[2] < choices.BEDROOM),
        },
    )

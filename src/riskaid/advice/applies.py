"""Whether the release's estimate is about a case like this one at all.

An estimate made on referrals says nothing about a child without a recent referral, or
about one the experiment left out, such as a child already on a protection plan. Then
the records are shown and no estimate is given.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from riskaid.advice import wording
from riskaid.advice.facts import Facts
from riskaid.records.tables import TABLES

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

RECENT = timedelta(days=30)
"""How long after its first day a row's estimate may still be asked for."""


def why_it_does_not_apply(
    store: "CaseStore", facts: Facts, person_id: str, as_of: date
) -> str:
    """Say why the estimate is not about this child on this date; empty when it is.

    Only what could be known before the date is looked at, as training did.
    """
    needed = {facts.cohort.table, *(out.table for out in facts.cohort.exclude)}
    if not all(store.has(table) for table in needed):
        return wording.CANNOT_TELL
    mine = store.persons_table(facts.cohort.table, [person_id])
    first_day = pl.max_horizontal("date", "known_from") + timedelta(
        days=1 + facts.cohort.offset_days
    )
    rows = mine.filter(
        _visible(facts.cohort.table, facts.cohort.where, as_of)
        & (first_day <= as_of)
        & (first_day >= as_of - RECENT)
    )
    if rows.is_empty():
        return wording.no_recent_row(facts.rows)
    for out in facts.cohort.exclude:
        held = store.persons_table(out.table, [person_id])
        counts = _visible(out.table, out.where, as_of)
        if out.open:
            end = _seen("end", out.table, as_of)
            counts &= end.is_null() | (end >= as_of)
        if not held.filter(counts).is_empty():
            return wording.left_out(out.says)
    return ""


def _visible(table: str, where: Mapping[str, Any], as_of: date) -> pl.Expr:
    day = pl.lit(as_of)
    until = pl.col("known_until")
    seen = (
        (pl.col("date") < day)
        & (pl.col("known_from") < day)
        & (until.is_null() | (until >= day))
    )
    for name, wanted in where.items():
        values = list(wanted) if isinstance(wanted, list) else [wanted]
        seen &= _seen(name, table, as_of).is_in(values).fill_null(value=False)
    return seen


def _seen(name: str, table: str, as_of: date) -> pl.Expr:
    group = TABLES[table].columns[name].group
    if group is None:
        return pl.col(name)
    known = pl.col(f"{group}_known_from") < pl.lit(as_of)
    return pl.when(known).then(pl.col(name)).otherwise(None)

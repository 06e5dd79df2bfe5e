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
from riskaid.advice.facts import Cohort, Facts
from riskaid.indicators.answers import Answer
from riskaid.records.tables import TABLES

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

RECENT = timedelta(days=30)
"""How long after its first day a row's estimate may still be asked for."""


def why_it_does_not_apply(
    store: "CaseStore",
    facts: Facts,
    person_id: str,
    as_of: date,
    *,
    values: Mapping[str, Answer],
) -> str:
    """Say why the estimate is not about this child on this date; empty when it is.

    Only what could be known before the date is looked at, as training did.

    Args:
        store: The case store.
        facts: What the release says its estimate is about.
        person_id: The child.
        as_of: The date.
        values: The answers of the release's plan for this child and date.
    """
    cohort = facts.cohort
    needed = {cohort.table, *(out.table for out in cohort.exclude)}
    if not all(store.has(table) for table in needed):
        return wording.CANNOT_TELL
    mine = store.persons_table(cohort.table, [person_id]).filter(
        _visible(cohort.table, cohort.where, as_of)
    )
    if mine.filter(_makes_a_row(cohort, as_of)).is_empty():
        return wording.no_recent_row(facts.rows, cohort.each)
    for out in cohort.exclude:
        held = store.persons_table(out.table, [person_id])
        counts = _visible(out.table, out.where, as_of)
        if out.open:
            counts &= _open(out.table, as_of)
        if not held.filter(counts).is_empty():
            return wording.left_out(out.says)
    asked = [values[name].value if name in values else None for name in cohort.eligible]
    if 0 in asked:
        return wording.not_eligible(cohort.says)
    return wording.CANNOT_TELL if None in asked else ""


def _makes_a_row(cohort: Cohort, as_of: date) -> pl.Expr:
    """Whether a visible record makes a row on the date, or made one a short time ago.

    A record, or its end, may still be asked about for a while; a case that makes a row
    every month, for as long as it is open.
    """
    if cohort.each == "month":
        return _open(cohort.table, as_of)
    known = pl.max_horizontal("date", "known_from")
    if cohort.each == "end":
        group = TABLES[cohort.table].columns["end"].group
        filled = pl.col("known_from" if group is None else f"{group}_known_from")
        ended = pl.col("end").is_not_null() & filled.is_not_null()
        known = pl.when(ended).then(pl.max_horizontal(known, "end", filled))
    first_day = known + timedelta(days=1 + cohort.offset_days)
    return ((first_day <= as_of) & (first_day >= as_of - RECENT)).fill_null(value=False)


def _open(table: str, as_of: date) -> pl.Expr:
    end = _seen("end", table, as_of)
    return end.is_null() | (end >= as_of)


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

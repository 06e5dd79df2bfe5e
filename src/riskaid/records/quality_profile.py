"""How a council records, beside how others do: the latest whole year in its store.

A share far from other councils' is more often a way of recording than a way of life.
Counted are rows as they are now; a share of fewer than ten, or one that would show that
1 to 5 were or were not so, is not given.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from riskaid.records.delays import SMALLEST
from riskaid.records.quality_counts import lacking
from riskaid.records.quality_national import PERCENT, Spread, national
from riskaid.records.store import CaseStore

SMALLEST_BASE = 10
APRIL, PER = 4, 10_000
POLICE = "6"
NOT_DISABLED = "NONE"

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Year:
    """A financial year, from 1 April to 31 March."""

    first: date

    @property
    def last(self) -> date:
        """Its 31 March."""
        return self.first.replace(year=self.first.year + 1) - timedelta(days=1)

    def holds(self, column: str = "date") -> pl.Expr:
        """Rows whose date lies in it."""
        return pl.col(column).is_between(self.first, self.last)

    def __str__(self) -> str:
        """As it is said: 2024 to 2025."""
        return f"{self.first.year} to {self.last.year}"


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    base: int


@dataclass(frozen=True)
class Measured:
    """One measure of this council beside the others.

    Attributes:
        spread: The published figures.
        year: The year it was counted in; None where there is none.
        base: Of how many; for a rate, the children in the area.
        value: The figure, one decimal; None where it is not shown.
        why_not: Why it is not shown.
    """

    spread: Spread
    year: Year | None
    base: int | None
    value: float | None
    why_not: str = ""

    @property
    def place(self) -> str:
        """Where the council lies among the others, in words."""
        return "" if self.value is None else self.spread.place(self.value)

    @property
    def apart(self) -> bool:
        """Whether it lies outside the middle eight in ten."""
        return "9 in 10" in self.place or "every" in self.place

    def to_json(self) -> dict[str, Any]:
        """The measure as plain facts."""
        spread = self.spread
        return {
            "measure": spread.key,
            "says": spread.name,
            "unit": spread.unit,
            "year": None if self.year is None else str(self.year),
            "base": self.base,
            "value": self.value,
            "place": self.place,
            "why_not": self.why_not,
            "england": spread.england,
            "councils": spread.councils,
            "spread": list(spread.marks),
        }


def profile(store: CaseStore, child_population: int | None) -> tuple[Measured, ...]:
    """Count every published measure that the store can say.

    Args:
        store: An opened store.
        child_population: Children who live in the area, for rates; else none is given.
    """
    frames: dict[str, pl.DataFrame] = {}
    return tuple(
        _measured(spread, store, frames, child_population)
        for spread in national().measures
    )


def last_whole_year(store: CaseStore, tables: tuple[str, ...]) -> Year | None:
    """The latest financial year that all of some tables cover, if there is one."""
    covered = [store.coverage[t] for t in tables]
    start = max(c.covered_from for c in covered)
    end = min(c.covered_to for c in covered)
    first = date(end.year, APRIL, 1)
    year = Year(first)
    while year.last > end:
        year = Year(year.first.replace(year=year.first.year - 1))
    return year if year.first >= start else None


def _measured(
    spread: Spread,
    store: CaseStore,
    frames: dict[str, pl.DataFrame],
    population: int | None,
) -> Measured:
    kind = "factor" if spread.key.startswith("factor_") else spread.key
    tables, history, count = COUNTED[kind]
    absent = [t for t in tables if not store.has(t)]
    if absent:
        return Measured(spread, None, None, None, f"not supplied: {', '.join(absent)}")
    year = last_whole_year(store, tuple(t for t in tables if t not in UNDATED))
    if year is None:
        return Measured(spread, None, None, None, "no whole year is covered")
    before = year.first.replace(year=year.first.year - history)
    if store.coverage[tables[0]].covered_from > before:
        why = f"needs {history} year(s) of records before {year}"
        return Measured(spread, year, None, None, why)
    for table in tables:
        if table not in frames:
            frames[table] = store.current(table).drop(lacking(store, table))
    try:
        share = count(frames, year, spread.key)
    except pl.exceptions.ColumnNotFoundError:
        why = "no source has a column that it is counted by"
        return Measured(spread, year, None, None, why)
    if spread.unit == PERCENT:
        return _share(spread, year, share)
    return _rate(spread, year, share.part, population)


def _rate(spread: Spread, year: Year, count: int, population: int | None) -> Measured:
    if population is None:
        return Measured(spread, year, None, None, "needs --child-population")
    if count < SMALLEST:
        return Measured(spread, year, population, None, "too few to show")
    return Measured(spread, year, population, round(PER * count / population, 1))


def _share(spread: Spread, year: Year, share: Share) -> Measured:
    if share.base < SMALLEST_BASE:
        return Measured(spread, year, None, None, "too few to show")
    if any(0 < n < SMALLEST for n in (share.part, share.base - share.part)):
        return Measured(spread, year, share.base, None, "too few to show")
    value = round(100 * share.part / share.base, 1)
    return Measured(spread, year, share.base, value)


def _of(rows: pl.DataFrame, condition: pl.Expr) -> Share:
    """How many rows a condition holds for, of those for which it is known."""
    answers = rows.select(condition.alias("·"))["·"].drop_nulls()
    return Share(int(answers.sum()), len(answers))


def _referrals_nfa(frames: Frames, year: Year, _: str) -> Share:
    rows = frames["referrals"].filter(year.holds())
    return _of(rows, pl.col("no_further_action") == "yes")


def _re_referrals(frames: Frames, year: Year, _: str) -> Share:
    """Rows with a referral of the same child in the twelve months before their day."""
    days = frames["referrals"].select("person_id", "date").unique()
    earlier = days.sort("person_id", "date").with_columns(
        pl.col("date").shift(1).over("person_id").alias("before")
    )
    rows = (
        frames["referrals"].filter(year.holds()).join(earlier, on=["person_id", "date"])
    )
    again = pl.col("before") >= pl.col("date").dt.offset_by("-12mo")
    return _of(rows, again.fill_null(False))


def _police(frames: Frames, year: Year, _: str) -> Share:
    rows = frames["referrals"].filter(year.holds())
    return _of(rows, pl.col("source_code") == POLICE)


def _icpc_of_s47(frames: Frames, year: Year, _: str) -> Share:
    held = frames["icpcs"].filter(year.holds()).height
    return Share(held, frames["s47_enquiries"].filter(year.holds()).height)


def _second_plan(frames: Frames, year: Year, _: str) -> Share:
    plans = frames["cp_plans"]
    first = pl.col("date").min().over("person_id")
    rows = plans.with_columns((pl.col("date") > first).alias("later"))
    return _of(rows.filter(year.holds()), pl.col("later"))


def in_need(referrals: pl.DataFrame, year: Year) -> pl.DataFrame:
    """Children in need on 31 March: their latest referral that is open on that day.

    A referral that needed no further action opens no case.
    """
    still = pl.col("end").is_null() | (pl.col("end") > year.last)
    taken_up = pl.col("no_further_action").fill_null("no") == "no"
    open_then = referrals.filter((pl.col("date") <= year.last) & still & taken_up)
    return open_then.sort("person_id", "date", "source_row").unique(
        "person_id", keep="last", maintain_order=True
    )


def _disability(frames: Frames, year: Year, _: str) -> Share:
    children = in_need(frames["referrals"], year)
    said = frames["disabilities"].filter(pl.col("code") != NOT_DISABLED)
    return _of(children, pl.col("person_id").is_in(said["person_id"].implode()))


def _need(frames: Frames, year: Year, _: str) -> Share:
    children = in_need(frames["referrals"], year)
    return _of(children, (pl.col("primary_need") == "N1").fill_null(False))


def _factor(frames: Frames, year: Year, key: str) -> Share:
    """Cases assessed in the year with any factor; a factor counts once a case."""
    done = frames["assessments"].filter(year.holds("end")).with_row_index("·n")
    case = pl.coalesce("referral_id", pl.format("·{}", "·n")).alias("case")
    joined = done.select("person_id", "date", case).join(
        frames["assessment_factors"].select("person_id", "date", "code"),
        on=["person_id", "date"],
    )
    code = key.removeprefix("factor_")
    cases = joined.group_by("case").agg((pl.col("code") == code).any().alias("has"))
    return _of(cases, pl.col("has"))


def _in_year(table: str) -> "Count":
    def count(frames: Frames, year: Year, _: str) -> Share:
        return Share(frames[table].filter(year.holds()).height, 0)

    return count


def _cin(frames: Frames, year: Year, _: str) -> Share:
    return Share(in_need(frames["referrals"], year).height, 0)


def _on_plan(frames: Frames, year: Year, _: str) -> Share:
    still = pl.col("end").is_null() | (pl.col("end") > year.last)
    rows = frames["cp_plans"].filter((pl.col("date") <= year.last) & still)
    return Share(rows["person_id"].n_unique(), 0)


Count = Callable[[Frames, Year, str], Share]
UNDATED = ("disabilities",)
COUNTED: dict[str, tuple[tuple[str, ...], int, Count]] = {
    "referrals_nfa": (("referrals",), 0, _referrals_nfa),
    "re_referrals": (("referrals",), 1, _re_referrals),
    "referrals_from_police": (("referrals",), 0, _police),
    "icpc_of_s47": (("s47_enquiries", "icpcs"), 0, _icpc_of_s47),
    "second_plan": (("cp_plans",), 2, _second_plan),
    "disability_recorded": (("referrals", "disabilities"), 0, _disability),
    "need_n1": (("referrals",), 0, _need),
    "factor": (("assessments", "assessment_factors"), 0, _factor),
    "cin_rate": (("referrals",), 0, _cin),
    "referrals_rate": (("referrals",), 0, _in_year("referrals")),
    "s47_rate": (("s47_enquiries",), 0, _in_year("s47_enquiries")),
    "icpc_rate": (("icpcs",), 0, _in_year("icpcs")),
    "plans_rate": (("cp_plans",), 0, _on_plan),
}
"""By measure: tables it needs, years of history before the year, how it is counted."""

"""What is recorded, what is not, and in which months: counts that are safe to show.

A count of 1 to 5 is never given, nor one from which it could be worked out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

import polars as pl

from riskaid.dates import months_before
from riskaid.records.delays import SMALLEST
from riskaid.records.shape import ids_only
from riskaid.records.store import CaseStore
from riskaid.records.tables import TABLES

MONTHS = 24
USUAL_AT_LEAST = 40
"""Below it half the usual number of a month is too often chance."""
FEW = 0.5
ANSWERS = {"yes": "yes", "no": "no"}
ETHNICITY_STATES = {"REFU": "refused", "NOBT": "not yet obtained"}
NOT_RECORDED = "not recorded"


@dataclass(frozen=True)
class Counted:
    """How many rows say what, without small counts.

    Attributes:
        what: What is counted, in words.
        total: All of them; None where even that would be too small to show.
        counts: By what they say; None where it is not shown.
    """

    what: str
    total: int | None
    counts: Mapping[str, int | None]

    def to_json(self) -> dict[str, Any]:
        """The counts as plain facts."""
        return {"what": self.what, "total": self.total, "counts": dict(self.counts)}


@dataclass(frozen=True)
class Months:
    """Rows of one case table by month of their date.

    Attributes:
        table: Its name.
        counts: By first day of the month, oldest first; None for 1 to 5.
        low: Months with under half the usual number, by first day.
        usual: The median of the months; None for 1 to 5.
    """

    table: str
    counts: Mapping[date, int | None]
    low: tuple[date, ...]
    usual: int | None

    def to_json(self) -> dict[str, Any]:
        """The months as plain facts."""
        return {
            "table": self.table,
            "rows": {f"{m:%Y-%m}": count for m, count in self.counts.items()},
            "usual": self.usual,
            "low": [f"{m:%Y-%m}" for m in self.low],
        }


def without_small(what: str, counts: Mapping[str, int]) -> Counted:
    """Leave out counts of 1 to 5, and one more where the total would give one back."""
    hidden = {name for name, n in counts.items() if 0 < n < SMALLEST}
    total = sum(counts.values())
    if len(hidden) == 1:
        others = [(n, name) for name, n in counts.items() if n and name not in hidden]
        hidden |= {min(others)[1]} if others else set()
    shown = {name: None if name in hidden else n for name, n in counts.items()}
    return Counted(what, None if 0 < total < SMALLEST else total, shown)


def not_recorded(store: CaseStore) -> tuple[Counted, ...]:
    """How ethnicity and disability are recorded for children with a referral.

    In a store without referrals it is everybody who has a row of their own. Ethnicity
    is left out where no source has it.
    """
    if not store.has("persons"):
        return ()
    people = store.current("persons").filter(~ids_only())
    who = "people"
    if store.has("referrals"):
        known = store.table("referrals")["person_id"].unique()
        people = people.filter(pl.col("person_id").is_in(known.implode()))
        who = "children with a referral"
    code = pl.col("ethnicity")
    said = people.select(
        pl.when(code.is_null())
        .then(pl.lit(NOT_RECORDED))
        .when(code.is_in(list(ETHNICITY_STATES)))
        .then(code.replace(ETHNICITY_STATES))
        .otherwise(pl.lit("recorded"))
        .alias("said")
    )["said"]
    names = ("recorded", *ETHNICITY_STATES.values(), NOT_RECORDED)
    found = []
    if "ethnicity" not in lacking(store, "persons"):
        found.append(without_small(f"ethnicity of {who}", _tally(said, names)))
    if store.has("disabilities"):
        codes = store.current("disabilities")
        some = codes.filter(pl.col("code") != "NONE")["person_id"].unique()
        none = codes.filter(pl.col("code") == "NONE")["person_id"].unique()
        person = pl.col("person_id")
        said = people.select(
            pl.when(person.is_in(some.implode()))
            .then(pl.lit("a disability"))
            .when(person.is_in(none.implode()))
            .then(pl.lit("none (NONE)"))
            .otherwise(pl.lit(NOT_RECORDED))
            .alias("said")
        )["said"]
        names = ("a disability", "none (NONE)", NOT_RECORDED)
        found.append(without_small(f"disability of {who}", _tally(said, names)))
    return tuple(found)


def answers(store: CaseStore) -> tuple[Counted, ...]:
    """What each column of yes and no holds, in every table that was supplied.

    A column that no source has is left out: nobody left an answer out.
    """
    found = []
    for table in sorted(store.coverage):
        without = lacking(store, table)
        flags = [n for n, c in TABLES[table].columns.items() if c.type == "flag"]
        flags = [n for n in flags if n not in without]
        rows = store.current(table) if flags else None
        for name in flags:
            assert rows is not None
            said = rows[name].fill_null(NOT_RECORDED)
            counts = _tally(said, ("yes", "no", NOT_RECORDED))
            found.append(without_small(f"{table}.{name}", counts))
    return tuple(found)


def lacking(store: CaseStore, table: str) -> tuple[str, ...]:
    """The columns of a case table that the latest extract of no source has."""
    return tuple(
        sorted({one.column for one in store.coverage[table].absent if one.lasts})
    )


def _tally(said: pl.Series, names: tuple[str, ...]) -> dict[str, int]:
    """How often each thing is said; what nobody foresaw comes after the rest."""
    found = dict(said.value_counts().sort(said.name).rows())
    return {name: int(found.get(name, 0)) for name in names} | {
        name: int(n) for name, n in found.items() if name not in names
    }


def by_month(store: CaseStore) -> tuple[Months, ...]:
    """Rows by month, for the last 24 whole months that each dated table covers."""
    found = []
    for table in sorted(store.coverage):
        if TABLES[table].shape not in ("event", "spell"):
            continue
        covered = store.coverage[table]
        after = (covered.covered_to + timedelta(days=1)).replace(day=1)
        months = [
            m
            for m in (months_before(after, n) for n in range(MONTHS, 0, -1))
            if m >= covered.covered_from
        ]
        if months:
            settled = covered.covered_to - timedelta(days=TABLES[table].lag_days)
            dates = store.current(table)["date"]
            found.append(_months(table, dates, months, settled))
    return tuple(found)


def _months(table: str, dates: pl.Series, months: list[date], settled: date) -> Months:
    """Count a table's months; one not yet written up by `settled` is not called low."""
    begun = dates.dt.month_start().rename("month")
    held = dict(begun.value_counts().rows())
    counts = {m: int(held.get(m, 0)) for m in months}
    usual = int(median(counts.values()))
    few = usual >= USUAL_AT_LEAST
    return Months(
        table=table,
        counts={m: None if 0 < n < SMALLEST else n for m, n in counts.items()},
        low=tuple(
            m
            for m, n in counts.items()
            if few and n < FEW * usual and months_before(m, -1) <= settled
        ),
        usual=None if 0 < usual < SMALLEST else usual,
    )

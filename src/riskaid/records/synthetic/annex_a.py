"""The synthetic council as Ofsted's Annex A: one workbook of the last six months.

Lists 1 to 8 hold what happened in the six months before the extract, or was open in
them. Lists 9 to 11 have their headings and no row, because the synthetic council knows
nothing of care leavers' lives and of adopters.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

from riskaid.dates import day_of, months_before
from riskaid.errors import UsageError
from riskaid.records.synthetic import annex_a_lists as lists
from riskaid.records.synthetic import annex_a_words as words
from riskaid.records.synthetic.annex_a_lists import said
from riskaid.records.synthetic.months import Calendar
from riskaid.records.synthetic.returns import (
    Outlet,
    ReturnYear,
    Tables,
    facts,
    people,
)

NAME = "synthetic council Annex A"
MONTHS = 6
MOST_ROWS = 1_048_576
"""Rows that a sheet of a workbook can have."""
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "default_date_format": "dd/mm/yyyy",
}


def open_annex_a(folder: Path, calendar: Calendar, stack: ExitStack) -> Outlet:
    """Begin the workbook; what is returned takes chunk after chunk.

    Args:
        folder: Where the workbook and its extract.json will stand.
        calendar: The council's calendar; the lists are as of its last day.
        stack: Ends and closes the workbook.
    """
    last = day_of(calendar.end)
    window = ReturnYear(months_before(last + timedelta(days=1), MONTHS), last)
    folder.mkdir()
    facts(folder, NAME, window.first, window.last)
    book = stack.enter_context(Workbook(folder / "annex_a.xlsx", OPTIONS))
    book.set_properties({"created": datetime.combine(last, time(9))})
    sheets, rows = {}, {}
    for name, headings in words.HEADINGS.items():
        sheets[name] = book.add_worksheet(name)
        sheets[name].write_row(0, 0, headings)
        rows[name] = 1

    def add(tables: Tables) -> None:
        for name, held in all_lists(tables, window):
            if rows[name] + held.height > MOST_ROWS:
                raise UsageError(
                    f"{name} of the Annex A has more rows than a sheet can hold. "
                    "Ask for fewer children."
                )
            for row in held.iter_rows():
                sheets[name].write_row(rows[name], 0, row)
                rows[name] += 1

    return add


def all_lists(tables: Tables, window: ReturnYear) -> Iterator[tuple[str, pl.DataFrame]]:
    """Lists 1 to 8 of one chunk, each with its columns in order, sorted by child."""
    who = _who(tables, window.last)
    for name, held in (
        ("List 1", lists.contacts(tables, window)),
        ("List 2", lists.early_help(tables, window)),
        ("List 3", lists.referrals(tables, window)),
        ("List 4", lists.assessments(tables, window)),
        ("List 5", lists.enquiries(tables, window)),
        ("List 6", lists.in_need(tables, window)),
        ("List 7", lists.plans(tables, window)),
        ("List 8", lists.in_care(tables, window)),
    ):
        rows = held.join(who, on="child").sort("child", "day", maintain_order=True)
        rows = rows.rename({"child": words.WHO})
        empty = pl.lit(None, dtype=pl.String)
        yield (
            name,
            rows.select(
                pl.col(c) if c in rows.columns else empty.alias(c)
                for c in words.HEADINGS[name]
            ),
        )


def _who(tables: Tables, last: date) -> pl.DataFrame:
    """Each child as every list describes it, and whether a disability is recorded."""
    told = people(tables, last)
    due = pl.when(pl.col("expected") <= last).then("expected")
    born = pl.coalesce("born", due)
    ill = (
        tables["ssd_disability"]
        .group_by(child="disa_person_id")
        .agg((pl.col("disa_disability_code") != "NONE").any().alias("ill"))
    )
    gone = (pl.lit(last) - born).dt.total_days() / 365.25
    return told.join(ill, on="child", how="left").select(
        "child",
        said("sex", "sex").alias("Gender"),
        said("ethnicity", "ethnicity").alias("Ethnicity"),
        born.alias("Date of Birth"),
        gone.floor().cast(pl.Int64).alias("Age"),
        pl.when(pl.col("ill").is_null())
        .then(pl.lit("c) Unknown"))
        .when("ill")
        .then(pl.lit(words.YES))
        .otherwise(pl.lit(words.NO))
        .alias(words.DISABLED),
    )

"""What every return of a synthetic council shares: years, people, codes of the day.

Returns are made from the SSD tables of a chunk, and from nothing else, so that formats
never disagree. They hold no name, and nobody's number: a UPN has the right form and
check letter and begins with 999, which is no local authority.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from riskaid.dates import day_of
from riskaid.files import write_json
from riskaid.records import codes
from riskaid.records.identifiers import UPN_LETTERS
from riskaid.records.synthetic.months import Calendar

Tables = Mapping[str, pl.DataFrame]
"""The SSD tables of one chunk, by name."""
Outlet = Callable[[Tables], None]
"""Takes the SSD tables of one chunk after the other and writes them in a format."""

AUTHORITY = "999"
"""No local authority has this code."""
APRIL = 4
LETTERS_FOR_SEX = 2025
SCHOOL_AGE = 5
NOT_RECORDED = "NOBT"
"""Returns want an ethnicity of everybody: what nobody recorded is not yet obtained."""
UPN_WEIGHTS = range(2, 14)


@dataclass(frozen=True)
class ReturnYear:
    """A collection year, from 1 April to 31 March, both included."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """The year it ends in, by which a return is called."""
        return str(self.last.year)


def return_years(time: Calendar, wanted: int | None = None) -> list[ReturnYear]:
    """The whole collection years that the records cover, the oldest first.

    Args:
        time: The council's calendar.
        wanted: How many, counted from the last; all when None.
    """
    begin, end = day_of(time.first), day_of(time.end)
    years = [
        ReturnYear(date(year - 1, APRIL, 1), date(year, APRIL, 1) - timedelta(days=1))
        for year in range(begin.year, end.year + 1)
    ]
    held = [y for y in years if y.first >= begin and y.last <= end]
    return held if wanted is None else held[max(0, len(held) - wanted) :]


def facts(folder: Path, name: str, first: date, last: date) -> None:
    """Write what the files of a return cannot say of themselves."""
    write_json(
        folder / "extract.json",
        {
            "name": name,
            "extract_date": last.isoformat(),
            "covered_from": first.isoformat(),
            "mark": "synthetic",
        },
    )


def tag(name: str, said: pl.Expr) -> pl.Expr:
    """An XML element where there is something to say, else nothing."""
    text = pl.concat_str(pl.lit(f"<{name}>"), said, pl.lit(f"</{name}>"))
    return text.fill_null("")


def joined(frame: pl.DataFrame, key: str, name: str) -> pl.DataFrame:
    """The texts of each key one after the other: columns `key` and `name`."""
    return frame.group_by(key, maintain_order=True).agg(
        pl.col("text").str.join("").alias(name)
    )


def during(start: str, end: str, year: ReturnYear) -> pl.Expr:
    """Whether something that begins and may end stood on a day of the year."""
    still = pl.col(end).is_null() | (pl.col(end) >= year.first)
    return (pl.col(start) <= year.last) & still


def by_then(column: str, last: date) -> pl.Expr:
    """A date where it had come by a day; what was still to come is empty."""
    return pl.when(pl.col(column) <= last).then(pl.col(column)).alias(column)


def people(tables: Tables, last: date) -> pl.DataFrame:
    """Who the council knew, as a return writes them down on a day.

    Returns:
        child, born, expected, died, sex (F, M or U), ethnicity, upn and no_upn. A child
        who was not born on that day is expected, of unknown sex.
    """
    known = tables["ssd_person"].select(
        pl.col("pers_person_id").alias("child"),
        pl.col("pers_dob").dt.date().alias("born"),
        pl.col("pers_expected_dob").dt.date().alias("expected"),
        pl.col("pers_death_date").cast(pl.Date).alias("died"),
        pl.col("pers_sex").alias("sex"),
        pl.col("pers_ethnicity").alias("ethnicity"),
        pl.col("pers_upn_unknown").alias("no_upn"),
    )
    unborn = (pl.col("born") > last).fill_null(False)
    known = known.with_columns(
        by_then("died", last),
        pl.when(unborn).then("born").otherwise("expected").alias("expected"),
        pl.when(~unborn).then("born").alias("born"),
        pl.when(unborn | pl.col("sex").is_null())
        .then(pl.lit("U"))
        .otherwise("sex")
        .alias("sex"),
        codes.ethnicity(known["ethnicity"]).fill_null(NOT_RECORDED).alias("ethnicity"),
    )
    lived = pl.coalesce("born", "expected")
    young = lived.is_null() | (lived.dt.offset_by(f"{SCHOOL_AGE}y") > last)
    return known.with_columns(
        pl.when(young).then(pl.lit("UN1")).otherwise("no_upn").alias("no_upn")
    ).with_columns(
        pl.when(pl.col("no_upn").is_null()).then(made_up_upn("child")).alias("upn")
    )


def made_up_upn(child: str) -> pl.Expr:
    """A UPN that nobody can have, with the check letter of DfE's rule 1510."""
    figures = pl.concat_str(
        pl.lit(AUTHORITY), pl.col(child).str.slice(1).str.zfill(12 - len(AUTHORITY))
    )
    total = pl.sum_horizontal(
        figures.str.slice(place, 1).cast(pl.Int64) * weight
        for place, weight in enumerate(UPN_WEIGHTS)
    )
    letter = (total % len(UPN_LETTERS)).replace_strict(
        dict(enumerate(UPN_LETTERS)), return_dtype=pl.String
    )
    return pl.concat_str(letter, figures)

"""Text from a council's file as dates, numbers, yes or no, and nothing else.

A filler (-1, SSD_PH, 1900-01-01, NULL, #N/A) is not an answer: it becomes null and is
counted. Dates are tried in one stated order and never month-first.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

FILLERS = frozenset(
    {"null", "(null)", "#n/a", "n/a", "nan", "ssd_ph", "-1", "#value!", "#ref!", "nat"}
)
ID_FILLERS = frozenset({"0", "-1", "0.0", "-1.0", "none", "unknown"})
DATE_FILLERS = frozenset(
    {
        date(1753, 1, 1),
        date(1899, 12, 30),
        date(1899, 12, 31),
        date(1900, 1, 1),
        date(9999, 12, 31),
    }
)
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_FIRST, EXCEL_LAST = 10_000, 80_000
FIRST_YEAR = 1900
YES = ("y", "yes", "true", "t", "1", "1.0")
NO = ("n", "no", "false", "f", "0", "0.0")
NOT_APPLICABLE = ("na", "n/a", "not applicable")
LONGEST_CODE = 80


class Parsed(NamedTuple):
    """A column after parsing, and which rows held a filler or nothing readable."""

    values: pl.Series
    fillers: int
    unreadable: pl.Series


def by_distinct(
    series: pl.Series, function: Callable[[pl.Series], pl.Series]
) -> pl.Series:
    """Apply a function of text to each distinct value once."""
    distinct = series.drop_nulls().unique()
    mapped = function(distinct)
    if distinct.is_empty():
        return pl.Series(series.name, [None] * len(series), dtype=mapped.dtype)
    return series.replace_strict(
        distinct, mapped, default=None, return_dtype=mapped.dtype
    )


def tidy(series: pl.Series) -> pl.Series:
    """Plain spaces, none at the ends; empty text is null."""
    plain = (
        series.str.replace_all("[\u00a0\u2007\u202f\ufeff]", " ")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
    )
    return pl.select(pl.when(plain != "").then(plain)).to_series().alias(series.name)


def text(series: pl.Series) -> Parsed:
    """Text without fillers; nothing is unreadable as text."""

    def read(values: pl.Series) -> pl.Series:
        lower = values.str.to_lowercase()
        filler = lower.is_in(list(FILLERS)) | lower.str.contains(
            "*dummy*", literal=True
        )
        return pl.select(pl.when(~filler).then(values)).to_series()

    return _parsed(series, read)


def ids(series: pl.Series) -> Parsed:
    """Ids as text; 0 and -1 are fillers, and 123.0 is 123."""

    def read(values: pl.Series) -> pl.Series:
        lower = values.str.to_lowercase()
        filler = (
            lower.is_in(list(FILLERS | ID_FILLERS))
            | lower.str.contains("*dummy*", literal=True)
            | lower.str.contains("^#")
        )
        whole = values.str.replace(r"^(\d+)\.0+$", "$1")
        return pl.select(pl.when(~filler).then(whole)).to_series()

    return _parsed(series, read)


def dates(series: pl.Series, formats: Sequence[str] = ()) -> Parsed:
    """Dates, tried in order: the given formats, ISO, day first, Excel serial.

    The time of day is dropped and the date is kept as written. Text such as 13/25/2024
    is unreadable: the month is never read first. Partly known dates (ZZ/05/2021) are
    unreadable too.
    """
    plain = text(series)

    def read(values: pl.Series) -> pl.Series:
        return _dates(values, formats)

    parsed = by_distinct(plain.values, read)
    filler = parsed.is_in(sorted(DATE_FILLERS))
    days = pl.select(
        pl.when(~filler & (parsed.dt.year() >= FIRST_YEAR)).then(parsed)
    ).to_series()
    unreadable = plain.values.is_not_null() & (
        parsed.is_null() | (~filler & (parsed.dt.year() < FIRST_YEAR))
    )
    return Parsed(
        days.alias(series.name),
        plain.fillers + int(filler.fill_null(False).sum()),
        unreadable.fill_null(False),
    )


def _dates(values: pl.Series, formats: Sequence[str]) -> pl.Series:
    day = values.str.head(10)
    clock = r"([ T]\d{1,2}:\d{2}.*)?$"
    iso = values.str.contains(r"^\d{4}-\d{2}-\d{2}" + clock)
    local = values.str.extract(r"^(\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4})" + clock, 1)
    words = values.str.extract(r"^(\d{1,2}[ \-][A-Za-z]{3,9}[ \-]\d{4})" + clock, 1)
    serial = values.str.extract(r"^(\d{5})(\.\d+)?$", 1).cast(pl.Int32)
    serial_days = serial + (EXCEL_EPOCH - date(1970, 1, 1)).days
    words = words.str.replace_all(" ", "-")
    tried = [
        *(values.str.to_date(f, strict=False) for f in formats),
        pl.select(
            pl.when(iso).then(day.str.to_date("%Y-%m-%d", strict=False))
        ).to_series(),
        local.str.replace_all(r"[.\-]", "/").str.to_date("%d/%m/%Y", strict=False),
        values.str.extract(r"^(\d{8})$", 1).str.to_date("%Y%m%d", strict=False),
        words.str.to_date("%d-%b-%Y", strict=False),
        words.str.to_date("%d-%B-%Y", strict=False),
        pl.select(
            pl.when(serial.is_between(EXCEL_FIRST, EXCEL_LAST)).then(
                serial_days.cast(pl.Date)
            )
        ).to_series(),
    ]
    return pl.select(pl.coalesce([pl.lit(t) for t in tried])).to_series()


def numbers(series: pl.Series) -> Parsed:
    """Numbers as Float64; thousands commas are read, infinities are not."""
    plain = text(series)

    def read(values: pl.Series) -> pl.Series:
        parsed = values.str.replace_all(",", "").cast(pl.Float64, strict=False)
        return pl.select(pl.when(parsed.is_finite()).then(parsed)).to_series()

    written = by_distinct(series, tidy)
    parsed = by_distinct(written, read)
    filler = written.is_not_null() & plain.values.is_null() & parsed.is_null()
    unreadable = plain.values.is_not_null() & parsed.is_null()
    return Parsed(parsed.alias(series.name), int(filler.sum()), unreadable)


def flags(series: pl.Series) -> Parsed:
    """Yes, no, or null for not known and not applicable."""
    plain = text(series)

    def read(values: pl.Series) -> pl.Series:
        lower = values.str.to_lowercase()
        return pl.select(
            pl.when(lower.is_in(list(YES)))
            .then(pl.lit("yes"))
            .when(lower.is_in(list(NO)))
            .then(pl.lit("no"))
        ).to_series()

    parsed = by_distinct(plain.values, read)
    lower = plain.values.str.to_lowercase()
    unreadable = (
        plain.values.is_not_null()
        & parsed.is_null()
        & ~lower.is_in(list(NOT_APPLICABLE)).fill_null(True)
    )
    return Parsed(parsed.alias(series.name), plain.fillers, unreadable)


def codes(series: pl.Series, normal: Callable[[pl.Series], pl.Series]) -> Parsed:
    """Codes through their aliases; text too long to be a code never enters."""
    plain = text(series)

    def read(values: pl.Series) -> pl.Series:
        short = pl.select(
            pl.when(values.str.len_chars() <= LONGEST_CODE).then(values)
        ).to_series()
        return normal(short)

    parsed = by_distinct(plain.values, read)
    unreadable = plain.values.is_not_null() & parsed.is_null()
    return Parsed(parsed.alias(series.name), plain.fillers, unreadable)


def outcodes(series: pl.Series) -> Parsed:
    """The first half of a postcode; the rest never enters the store."""
    plain = text(series)

    def read(values: pl.Series) -> pl.Series:
        squeezed = values.str.to_uppercase().str.replace_all(" ", "")
        return squeezed.str.extract(r"^([A-Z]{1,2}\d[A-Z\d]?)(?:\d[A-Z]{2})?$", 1)

    parsed = by_distinct(plain.values, read)
    unreadable = plain.values.is_not_null() & parsed.is_null()
    return Parsed(parsed.alias(series.name), plain.fillers, unreadable)


def json_flag(series: pl.Series, key: str) -> pl.Series:
    """One yes or no out of JSON that may be cut off or badly quoted, as text."""
    return series.str.extract(rf'(?i)"?{key}"?\s*:\s*"?([A-Za-z0-9]+)', 1)


def _parsed(series: pl.Series, read: Callable[[pl.Series], pl.Series]) -> Parsed:
    plain = by_distinct(series, tidy)
    values = by_distinct(plain, read)
    fillers = int((plain.is_not_null() & values.is_null()).sum())
    nothing = pl.zeros(len(series), pl.Boolean, eager=True)
    return Parsed(values.alias(series.name), fillers, nothing)

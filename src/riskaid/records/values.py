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
ANSWERS = {
    "refused": r"\brefus|\bdeclin|^refu$",
    "not_yet_obtained": r"^nobt\b|^not (yet )?(been )?obtained|^(not yet|pending)$",
    "not_applicable": r"^(na|n/a|n\.a\.?|not (applicable|required|relevant))$",
}
"""Answers that are neither yes nor no, by pattern; each is a word of its own."""
NOT_RECORDED = ("unknown", "not known", "not recorded", "not stated", "unk")
PREFIX = r"^([a-e][).]|[0-9] ?-) *"
"""What stands before the answer in a list to choose from: "a) Yes", "0 - No"."""
FEW_DISTINCT = 8
"""Times that texts stand on average, from which looking them up by place is quicker."""
LONGEST_CODE = 80
LONGEST_LABEL = 250
PLAIN_ID = r"^(?:[A-Za-z0][A-Za-z0_-]*)?[1-9][A-Za-z0-9_-]*$"
"""Ids that are taken as they are: nothing to tidy, and a figure that no filler has."""


class Parsed(NamedTuple):
    """A column after parsing, and which rows held a filler or nothing readable."""

    values: pl.Series
    fillers: int
    unreadable: pl.Series


class Said(NamedTuple):
    """What different texts say, and which of them are fillers or unreadable."""

    values: pl.Series
    filler: pl.Series
    unreadable: pl.Series | None = None


def by_distinct(
    series: pl.Series, function: Callable[[pl.Series], pl.Series]
) -> pl.Series:
    """Apply a function of text to each distinct value once."""
    distinct = series.drop_nulls().unique()
    return _spread(series, distinct, function(distinct))


def _spread(series: pl.Series, distinct: pl.Series, mapped: pl.Series) -> pl.Series:
    if distinct.is_empty():
        return pl.Series(series.name, [None] * len(series), dtype=mapped.dtype)
    if len(distinct) * FEW_DISTINCT <= len(series):
        places = series.cast(pl.Enum(distinct)).to_physical()
        return mapped.gather(places).alias(series.name)
    return series.replace_strict(
        distinct, mapped, default=None, return_dtype=mapped.dtype
    )


def _parsed(series: pl.Series, read: Callable[[pl.Series], Said]) -> Parsed:
    """Read each distinct text once: a column repeats itself."""
    distinct = series.drop_nulls().unique()
    said = read(distinct)
    nothing = pl.zeros(len(series), pl.Boolean, eager=True)

    def rows(which: pl.Series | None) -> pl.Series:
        if which is None or not which.any():
            return nothing
        return series.is_in(distinct.filter(which).implode()).fill_null(False)

    values = _spread(series, distinct, said.values)
    return Parsed(values, int(rows(said.filler).sum()), rows(said.unreadable))


def tidy(series: pl.Series) -> pl.Series:
    """Plain spaces, none at the ends; empty text is null."""
    return _told(series, plain=TIDY)["plain"].alias(series.name)


def _tidied(written: pl.Expr) -> pl.Expr:
    plain = (
        written.str.replace_all("[\u00a0\u2007\u202f\ufeff]", " ")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
    )
    return pl.when(plain != "").then(plain)


def _is_filler(plain: pl.Expr, fillers: frozenset[str]) -> pl.Expr:
    lower = plain.str.to_lowercase()
    found = lower.is_in(sorted(fillers)) | lower.str.contains("*dummy*", literal=True)
    return found.fill_null(False)


TIDY = _tidied(pl.col("text"))
PLAIN, BLANK = pl.col("plain"), pl.col("blank")


def _told(values: pl.Series, **columns: pl.Expr) -> pl.DataFrame:
    """Read texts by expressions of `text`, at once, which is quicker than in turns."""
    return values.alias("text").to_frame().lazy().select(**columns).collect()


def _worded(values: pl.Series, fillers: frozenset[str] = FILLERS) -> pl.LazyFrame:
    """The texts as `text`, tidied without fillers as `plain`; fillers are `blank`."""
    tidied = values.alias("text").to_frame().lazy().with_columns(plain=TIDY)
    filled = tidied.with_columns(blank=_is_filler(PLAIN, fillers))
    return filled.with_columns(plain=pl.when(~BLANK).then(PLAIN))


def text(series: pl.Series) -> Parsed:
    """Text without fillers; nothing is unreadable as text."""
    return _parsed(series, _text)


def _text(values: pl.Series) -> Said:
    told = _worded(values).collect()
    return Said(told["plain"], told["blank"])


def ids(series: pl.Series) -> Parsed:
    """Ids as text; 0 and -1 are fillers, and 123.0 is 123."""
    odd = (~series.str.contains(PLAIN_ID)).fill_null(False)
    read, fillers, _ = _parsed(series.filter(odd), _ids)
    values = series if not len(read) else series.clone().scatter(odd.arg_true(), read)
    return Parsed(values, fillers, pl.zeros(len(series), pl.Boolean, eager=True))


def _ids(values: pl.Series) -> Said:
    whole = PLAIN.str.replace(r"^(\d+)\.0+$", "$1")
    hashed = PLAIN.str.contains("^#").fill_null(False)
    told = (
        _worded(values, FILLERS | ID_FILLERS)
        .select(values=pl.when(~hashed).then(whole), filler=BLANK | hashed)
        .collect()
    )
    return Said(told["values"], told["filler"])


def dates(series: pl.Series, formats: Sequence[str] = ()) -> Parsed:
    """Dates, tried in order: the given formats, ISO, day first, Excel serial.

    The time of day is dropped and the date is kept as written. Text such as 13/25/2024
    is unreadable: the month is never read first. Partly known dates (ZZ/05/2021) are
    unreadable too.
    """

    def read(values: pl.Series) -> Said:
        parsed = pl.col("parsed")
        filler = parsed.is_in(sorted(DATE_FILLERS)).fill_null(False)
        early = (parsed.dt.year() < FIRST_YEAR).fill_null(False)
        told = (
            _worded(values)
            .with_columns(parsed=_date(PLAIN, formats))
            .select(
                values=pl.when(~filler & ~early).then(parsed),
                filler=BLANK | filler,
                unreadable=PLAIN.is_not_null() & (parsed.is_null() | (~filler & early)),
            )
            .collect()
        )
        return Said(told["values"], told["filler"], told["unreadable"])

    return _parsed(series, read)


def _date(plain: pl.Expr, formats: Sequence[str]) -> pl.Expr:
    day = plain.str.head(10)
    clock = r"([ T]\d{1,2}:\d{2}.*)?$"
    iso = plain.str.contains(r"^\d{4}-\d{2}-\d{2}" + clock)
    local = plain.str.extract(r"^(\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4})" + clock, 1)
    words = plain.str.extract(r"^(\d{1,2}[ \-][A-Za-z]{3,9}[ \-]\d{4})" + clock, 1)
    serial = plain.str.extract(r"^(\d{5})(\.\d+)?$", 1).cast(pl.Int32)
    serial_days = serial + (EXCEL_EPOCH - date(1970, 1, 1)).days
    words = words.str.replace_all(" ", "-")
    return pl.coalesce(
        *(plain.str.to_date(f, strict=False) for f in formats),
        pl.when(iso).then(day.str.to_date("%Y-%m-%d", strict=False)),
        local.str.replace_all(r"[.\-]", "/").str.to_date("%d/%m/%Y", strict=False),
        plain.str.extract(r"^(\d{8})$", 1).str.to_date("%Y%m%d", strict=False),
        words.str.to_date("%d-%b-%Y", strict=False),
        words.str.to_date("%d-%B-%Y", strict=False),
        pl.when(serial.is_between(EXCEL_FIRST, EXCEL_LAST)).then(
            serial_days.cast(pl.Date)
        ),
    )


def numbers(series: pl.Series) -> Parsed:
    """Numbers as Float64; thousands commas are read, infinities are not."""

    def read(values: pl.Series) -> Said:
        number = TIDY.str.replace_all(",", "").cast(pl.Float64, strict=False)
        finite = pl.when(number.is_finite()).then(number)
        nothing = pl.col("parsed").is_null()
        told = (
            _worded(values)
            .with_columns(parsed=finite)
            .select(
                values="parsed",
                filler=BLANK & nothing,
                unreadable=PLAIN.is_not_null() & nothing,
            )
            .collect()
        )
        return Said(told["values"], told["filler"], told["unreadable"])

    return _parsed(series, read)


def flags(series: pl.Series) -> Parsed:
    """Yes, no, an answer that is neither (ANSWERS), or null for not recorded.

    Text that says that nothing was recorded ("unknown") counts as a filler.
    """

    def read(values: pl.Series) -> Said:
        lower, parsed = pl.col("lower"), pl.col("parsed")
        said = {"yes": lower.is_in(YES), "no": lower.is_in(NO)}
        said |= {a: lower.str.contains(form) for a, form in ANSWERS.items()}
        found = [pl.when(held).then(pl.lit(a)) for a, held in said.items()]
        nothing = TIDY.is_not_null() & parsed.is_null()
        unsaid = PLAIN.is_null() | lower.is_in(NOT_RECORDED).fill_null(False)
        told = (
            _worded(values)
            .with_columns(lower=TIDY.str.to_lowercase().str.replace(PREFIX, ""))
            .with_columns(parsed=pl.coalesce(found))
            .select(
                values="parsed", filler=nothing & unsaid, unreadable=nothing & ~unsaid
            )
            .collect()
        )
        return Said(told["values"], told["filler"], told["unreadable"])

    return _parsed(series, read)


def codes(series: pl.Series, normal: Callable[[pl.Series], pl.Series]) -> Parsed:
    """Codes through their aliases; text too long to be a code never enters.

    A code may be read out of its whole official label, and some have 200 characters.
    """

    def read(values: pl.Series) -> Said:
        told = _worded(values).collect()
        short = _short(told["plain"], LONGEST_LABEL)
        parsed = _short(normal(short), LONGEST_CODE)
        nothing = told["plain"].is_not_null() & parsed.is_null()
        return Said(parsed, told["blank"], nothing)

    return _parsed(series, read)


def _short(texts: pl.Series, most: int) -> pl.Series:
    few = pl.col("text").str.len_chars() <= most
    return _told(texts, text=pl.when(few).then(pl.col("text")))["text"]


def outcodes(series: pl.Series) -> Parsed:
    """The first half of a postcode; the rest never enters the store."""

    def read(values: pl.Series) -> Said:
        plain, blank, _ = _text(values)
        squeezed = plain.str.to_uppercase().str.replace_all(" ", "")
        parsed = squeezed.str.extract(r"^([A-Z]{1,2}\d[A-Z\d]?)(?:\d[A-Z]{2})?$", 1)
        return Said(parsed, blank, plain.is_not_null() & parsed.is_null())

    return _parsed(series, read)


def json_flag(series: pl.Series, key: str) -> pl.Series:
    """One yes or no out of JSON that may be cut off or badly quoted, as text."""
    said = rf'(?i)"?{key}"?\s*:\s*"?([A-Za-z0-9]+)'
    return by_distinct(series, lambda texts: texts.str.extract(said, 1))

"""The one boundary where text becomes typed rows, and every row's fate is counted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from riskaid.language import Column
from riskaid.records import codes, values
from riskaid.records.quality import FileLedger
from riskaid.records.schema import TYPES, groups, own_columns
from riskaid.records.supply import Supply
from riskaid.records.tables import TABLES

PLANNED = frozenset({"icpcs"})
"""Tables whose events can stand in the system before they happen."""
PLANNED_DAYS = 90
OVERDUE_DAYS = 42
OLDEST_YEARS = 115
SDQ_LARGEST = 40
NOTHING_FOUND = "21"
LOOKED_UP = 500_000
FOR_EACH_PERSON = 1
"""Rows looked up together among the persons: so many, and so many times the persons."""


@dataclass(frozen=True)
class Typed:
    """A supply after parsing: typed columns, not yet checked against anything.

    The supply's own text is let go: `rows` has as many.
    """

    supply: Supply
    rows: pl.DataFrame


def parse(supply: Supply) -> Typed:
    """Turn a supply's text into typed columns, counting fillers and the unreadable.

    Columns of the case table that the source does not have are there and empty.

    Raises:
        KeyError: The supply names no case table (a bug in a reader).
    """
    table = TABLES[supply.table]
    rows = supply.rows
    ledger = supply.ledger
    ledger.read_as.append(supply.table)
    columns = [rows["row"], rows["source_row"]]
    columns.append(_read(rows, "person_id", values.ids, ledger))
    dates = ["date", "known_from", "known_after"]
    dates += [f"{g}_known_from" for g in groups(table)]
    dates += [c for c in own_columns(table) if table.columns[c].type == "date"]

    def day(series: pl.Series) -> values.Parsed:
        return values.dates(series, supply.date_formats)

    columns += [_read(rows, c, day, ledger) for c in dates if c in rows.columns]
    for name, column in table.columns.items():
        if column.type != "date" and name in rows.columns:
            columns.append(_read(rows, name, _reader(supply, name, column), ledger))
    typed = pl.DataFrame(columns)
    wanted = {"date": TYPES["date"]}
    wanted |= {name: TYPES[column.type] for name, column in table.columns.items()}
    return Typed(
        replace(supply, rows=rows.clear()),
        typed.with_columns(
            pl.lit(None, dtype=kind).alias(name)
            for name, kind in wanted.items()
            if name not in typed.columns
        ),
    )


def _read(
    rows: pl.DataFrame,
    name: str,
    read: Callable[[pl.Series], values.Parsed],
    ledger: FileLedger,
) -> pl.Series:
    if name not in rows.columns:
        return pl.Series(name, [None] * rows.height, dtype=pl.String)
    series = rows[name]
    if series.dtype == pl.Date:
        return series
    parsed = read(series.cast(pl.String))
    ledger.filler(name, parsed.fillers)
    unreadable = rows["row"].filter(parsed.unreadable)
    if len(unreadable):
        ledger.repair(f"'{name}' could not be read and was left empty", unreadable)
    return parsed.values.alias(name)


def _reader(
    supply: Supply, name: str, column: Column
) -> Callable[[pl.Series], values.Parsed]:
    if column.type == "number":
        return values.numbers
    if column.type == "flag":
        return values.flags
    if name.endswith("_id"):
        return values.ids
    if (supply.table, name) == ("addresses", "outcode"):
        return values.outcodes
    normal = codes.NORMAL.get((supply.table, name), codes.plain)
    return lambda s: values.codes(s, normal)


def check(typed: Typed, extract_date: date) -> pl.DataFrame:
    """Refuse and mend rows by stated rules, each by itself (then see `each_once`).

    Refused: no person, no date where the table is dated, a date after the extract.
    Mended: an end before its start or after the extract is not known.
    """
    supply, rows = typed.supply, typed.rows
    table, ledger = TABLES[supply.table], supply.ledger
    if supply.on_extract_day:
        rows = rows.with_columns(pl.lit(extract_date, dtype=pl.Date).alias("date"))
    if supply.table == "persons":
        rows = _persons(rows, ledger, extract_date)
    rows = _refuse(rows, pl.col("person_id").is_null(), "no person id", ledger)
    if supply.table == "household":
        lonely = pl.col("adult_id").is_null()
        rows = _refuse(rows, lonely, "no adult id", ledger)
        itself = pl.col("adult_id") == pl.col("person_id")
        rows = _refuse(rows, itself, "linked to themselves", ledger)
    if table.shape in ("event", "spell"):
        rows = _refuse(rows, pl.col("date").is_null(), "no date", ledger)
    allowed = PLANNED_DAYS if supply.table in PLANNED else 0
    late = pl.col("date") > extract_date + timedelta(days=allowed)
    rows = _refuse(rows, late, "dated after the extract", ledger)
    if supply.table == "referrals":
        _closures(rows, ledger)
    rows = _ends(rows, ledger, extract_date)
    rows = _mend_numbers(rows, supply.table, ledger)
    if supply.table in ("disabilities", "assessment_factors"):
        rows = _refuse(rows, pl.col("code").is_null(), "no code", ledger)
    if supply.table == "assessment_factors":
        rows = _nothing_found(rows, ledger)
        old = pl.col("code").is_in(sorted(codes.RETIRED_FACTORS))
        ledger.note("retired factor code 18A or 19A (8945Q)", rows.filter(old)["row"])
    return rows


def _nothing_found(rows: pl.DataFrame, ledger: FileLedger) -> pl.DataFrame:
    """Leave out "none found" (21) beside a factor of the same assessment (8869)."""
    none = pl.col("code") == NOTHING_FOUND
    beside = none & (pl.col("code").n_unique().over("row") > 1)
    rows = _refuse(rows, beside, "none found (21) beside a factor (8869)", ledger)
    ledger.note(
        "none found (21) and nothing else; some systems fill it in themselves",
        rows.filter(none)["row"],
    )
    return rows


def _refuse(
    rows: pl.DataFrame, condition: pl.Expr, says: str, ledger: FileLedger
) -> pl.DataFrame:
    out = rows.select(condition.fill_null(False).alias("·out"))["·out"]
    if not out.any():
        return rows
    ledger.refuse(says, rows["row"].filter(out))
    return rows.filter(~out)


def _closures(rows: pl.DataFrame, ledger: FileLedger) -> None:
    """Note a date of closure without its reason, and a reason without its date."""
    ended, why = pl.col("end").is_not_null(), pl.col("close_reason").is_not_null()
    alone, bare = rows.filter(ended & ~why)["row"], rows.filter(~ended & why)["row"]
    ledger.note("a closure date without a reason (8805)", alone)
    ledger.note("a reason for closure without a date (8810)", bare)


def _ends(rows: pl.DataFrame, ledger: FileLedger, extract_date: date) -> pl.DataFrame:
    if "end" not in rows.columns:
        return rows
    wrong = {
        "end before start; the end was left empty": pl.col("end") < pl.col("date"),
        "end after the extract; read as open": pl.col("end") > extract_date,
    }
    for says, condition in wrong.items():
        bad = rows.select(condition.fill_null(False).alias("·bad"))["·bad"]
        if bad.any():
            ledger.repair(says, rows["row"].filter(bad))
            rows = rows.with_columns(pl.when(~bad).then("end").alias("end"))
    return rows


def _mend_numbers(rows: pl.DataFrame, name: str, ledger: FileLedger) -> pl.DataFrame:
    if name == "sdq_scores":
        whole = pl.col("score").is_between(0, SDQ_LARGEST)
        rows = _refuse(rows, ~whole | pl.col("score").is_null(), "no score", ledger)
        return _distinct(rows, ["person_id", "date", "score"], ledger)
    if name == "placements":
        wrong = (pl.col("distance_miles") < 0).fill_null(False)
        ledger.repair("a distance below 0; not known", rows.filter(wrong)["row"])
        return rows.with_columns(
            pl.when(~wrong).then("distance_miles").alias("distance_miles")
        )
    if name == "attendance":
        bad = (pl.col("sessions_missed") > pl.col("sessions_possible")).fill_null(False)
        ledger.note("more sessions missed than possible", rows.filter(bad)["row"])
    return rows


def _distinct(rows: pl.DataFrame, said: list[str], ledger: FileLedger) -> pl.DataFrame:
    first = pl.struct(said).is_first_distinct()
    return _refuse(rows, ~first, "says the same as an earlier row", ledger)


def _persons(
    rows: pl.DataFrame, ledger: FileLedger, extract_date: date
) -> pl.DataFrame:
    """Settle who is born and who is expected, and keep months instead of days.

    An expected date long past stands for the estimated date of birth of somebody who
    is born (problem 2 of the case systems); a date of birth still to come is an
    expected one.
    """
    oldest = extract_date.replace(year=extract_date.year - OLDEST_YEARS, day=1)
    due = extract_date - timedelta(days=OVERDUE_DAYS)
    born, expected = pl.col("born"), pl.col("expected")
    impossible = (born < oldest).fill_null(False)
    ledger.repair("impossible age; not known", rows.filter(impossible)["row"])
    rows = rows.with_columns(pl.when(~impossible).then(born).alias("born"))
    to_come = (born > extract_date).fill_null(False)
    ledger.repair(
        "date of birth to come; read as expected", rows.filter(to_come)["row"]
    )
    rows = rows.with_columns(
        pl.when(to_come).then(born).otherwise(expected).alias("expected"),
        pl.when(~to_come).then(born).alias("born"),
    )
    estimated = (born.is_null() & (expected <= due)).fill_null(False)
    ledger.repair(
        "expected date long past; read as an estimated date of birth",
        rows.filter(estimated)["row"],
    )
    rows = rows.with_columns(
        pl.when(estimated).then(expected).otherwise(born).alias("born")
    ).with_columns(pl.when(born.is_null()).then(expected).alias("expected"))
    early = (pl.col("died") < born).fill_null(False)
    ledger.repair("death before birth; not known (8535Q)", rows.filter(early)["row"])
    return rows.with_columns(
        pl.when(~early).then("died").alias("died"),
        born.dt.month_start().alias("born"),
        expected.dt.month_start().alias("expected"),
    )


def life_checks(typed: list[Typed], persons: pl.DataFrame) -> list[pl.DataFrame]:
    """Note rows dated long before a person's birth or after the death (8606, 8915).

    Args:
        typed: Supplies about persons of this table.
        persons: The table of persons.

    Returns:
        Of each supply, `row` and `person_id` where the person is not in the table.
    """
    lives = persons.select(
        "person_id",
        "died",
        pl.col("born").dt.offset_by("-10mo").alias("·first"),
        pl.lit(True).alias("·known"),
    )
    together = max(LOOKED_UP, FOR_EACH_PERSON * persons.height)
    strangers: list[pl.DataFrame] = []
    batch: list[Typed] = []
    held = 0
    for item in typed:
        batch.append(item)
        held += item.rows.height
        if held >= together:
            strangers += _looked_up(batch, lives)
            batch, held = [], 0
    return [*strangers, *(_looked_up(batch, lives) if batch else [])]


def _looked_up(typed: list[Typed], lives: pl.DataFrame) -> list[pl.DataFrame]:
    """Look up the persons of some supplies, which is quicker than of each alone."""
    day, who = pl.col("date"), pl.col("person_id")
    early, late = day < pl.col("·first"), day > pl.col("died")
    strange = pl.col("·known").is_null() & who.is_not_null()
    rows = pl.concat(
        item.rows.lazy().select(
            pl.lit(n, dtype=pl.Int16).alias("·item"),
            pl.col("row").cast(pl.Int64),
            "person_id",
            "date",
        )
        for n, item in enumerate(typed)
    )
    odd = (
        rows.join(lives.lazy(), on="person_id", how="left")
        .select("·item", "row", "person_id", early=early, late=late, strange=strange)
        .filter(pl.any_horizontal("early", "late", "strange"))
        .collect(engine="streaming")
        .sort("·item", "row")
    )
    for n, item in enumerate(typed):
        mine = pl.col("·item") == n
        note = item.supply.ledger.note
        note("dated long before birth (8606)", odd.filter(mine, "early")["row"])
        note("dated after the person's death (8915)", odd.filter(mine, "late")["row"])
    return [
        odd.filter(pl.col("·item") == n, "strange").select("row", "person_id")
        for n in range(len(typed))
    ]

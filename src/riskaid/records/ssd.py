"""SSD extracts: CSV or Parquet files saved from a council's reporting database.

There is no standard file export, so a file is known by its columns, whatever its name,
their order, their case, a schema prefix, or what is missing or added.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from riskaid.errors import ExtractError
from riskaid.progress import Progress, silent
from riskaid.records.given_file import files_in, size_of
from riskaid.records.quality import FileLedger
from riskaid.records.quality_upn import note_upns
from riskaid.records.read_csv import ROW, TextTable, is_table, read_table
from riskaid.records.side_by_side import ahead, side_by_side
from riskaid.records.ssd_family import family_links, first_filled
from riskaid.records.ssd_outcomes import (
    NFA_WORDS,
    enquiries,
    outcome,
    with_descriptions,
)
from riskaid.records.ssd_people import PERSON, note_twice, upns_of
from riskaid.records.ssd_tables import NOT_USED, SSD, why_not_used
from riskaid.records.supply import Reading, Supply
from riskaid.records.tables import TABLES
from riskaid.records.values import ids

PREFIX_LENGTH = 4
FACTOR = r'\b\d{1,2}[A-Fa-f]?\b"?(?:\s*:\s*"?\w*"?)?'
DESCRIBED = "cont_contact_source_desc|cine_referral_source_desc"
USED = {
    name
    for table in SSD.values()
    for names in (DESCRIBED, *table.columns.values(), *(table.through or ()))
    for name in names.split("|")
}
"""Columns that anything is read from; the others are let go when they were compared."""


def table_of(columns: list[str], file_name: str = "") -> str | None:
    """Which SSD table a header belongs to, by the prefix of its columns.

    Returns:
        The SSD name ("ssd_person"), or None when no prefix, and no file name, says so.
    """
    prefixes = {table.prefix: name for name, table in SSD.items()} | NOT_USED
    found = Counter(
        prefixes[name[:PREFIX_LENGTH]]
        for name in columns
        if name[:PREFIX_LENGTH] in prefixes
        and name[PREFIX_LENGTH : PREFIX_LENGTH + 1] == "_"
    )
    stem = file_name.lower().split(".")[0]
    for name in [*SSD, *NOT_USED.values()]:
        if found.get(name) and stem == name:
            return name
    if not found:
        return None
    best, most = max(found.items(), key=lambda item: (item[1], item[0]))
    return best if most > 1 or len(columns) == 1 or stem == best else None


def plain_columns(columns: list[str]) -> dict[str, str]:
    """Header names as written -> in small letters, without schema or table before."""
    plain: dict[str, str] = {}
    for name in columns:
        short = name.replace("[", "").replace("]", "").replace('"', "").lower()
        short = short.strip().rsplit(".", 1)[-1].replace(" ", "_").replace("-", "_")
        plain[name] = short if short not in plain.values() else name
    return plain


def looks_like_ssd(header: list[str], file_name: str) -> bool:
    """Whether a header is that of an SSD table."""
    return table_of(list(plain_columns(header).values()), file_name) is not None


def read_ssd(source: Path, progress: Progress = silent) -> Reading:
    """Read every SSD table in a folder of CSV and Parquet files.

    Raises:
        ExtractError: No file holds a table that riskaid uses.
    """
    files = [p for p in files_in(source) if is_table(p)]

    def found() -> Iterator[TextTable]:
        read = side_by_side(read_table, files, size_of)
        for done, table in enumerate(read, start=1):
            progress("reading SSD tables", done, len(files))
            yield table

    reading = reading_of(found(), kind="ssd_csv", name="ssd")
    if not reading.supplies:
        raise ExtractError(
            "No file in the folder holds an SSD table that riskaid uses. Looked for "
            "CSV or Parquet files with columns such as pers_person_id or "
            "cine_referral_date. Name the folder that holds them."
        )
    return reading


def reading_of(found: Iterable[TextTable], *, kind: str, name: str) -> Reading:
    """What SSD tables say, wherever they were read from.

    Args:
        found: Tables as text, in any order; what is no SSD table is said and left.
        kind: The kind of source, for the reading.
        name: What the source is called.

    Raises:
        ExtractError: Two tables hold the same SSD table.
    """
    tables: dict[str, tuple[TextTable, FileLedger]] = {}
    ledgers, digests, warnings = [], {}, []
    for held in found:
        frame = held.rows.rename(plain_columns(held.rows.columns))
        table = table_of(frame.columns, held.name)
        ledger = ledger_of(held)
        ledgers.append(ledger)
        digests[held.name] = held.digest
        if table is None or table not in SSD:
            warnings.append(f"{held.name}: {why_not_used(table, held.name)}")
        elif table in tables:
            raise ExtractError(
                f"{held.name} and {tables[table][0].name} both hold {table}. "
                "Leave only the one that belongs to this extract."
            )
        else:
            frame = without_twins(frame, ledger)
            if table == "ssd_person" and PERSON in frame.columns:
                upns = upns_of(frame)
                if upns is not None:
                    note_upns(upns, frame[PERSON], frame[ROW], ledger)
                note_twice(frame, ledger)
            frame = frame.select(ROW, *(c for c in frame.columns if c in USED))
            tables[table] = (TextTable(held.name, frame, held.digest), ledger)
    used = [ssd for ssd in SSD if ssd in tables and SSD[ssd].becomes]
    with ahead(lambda: family_links(tables)) as families:
        supplies = list(side_by_side(lambda ssd: _supply(ssd, tables), used))
    groups, links = families.result()
    if links is not None:
        supplies.append(links)
    missing = sorted(set(SSD) - set(tables))
    if missing:
        warnings.append(f"Not in the extract: {', '.join(missing)}.")
    return Reading(
        kind=kind,
        name=name,
        supplies=tuple(supplies),
        ledgers=tuple(ledgers),
        groups=groups,
        window="six years",
        warnings=tuple(warnings),
        digests=digests,
    )


def ledger_of(held: TextTable) -> FileLedger:
    """Begin to keep count of a file's rows."""
    rows = held.rows[ROW]
    if held.ragged:
        odd = pl.Series(ROW, held.ragged, dtype=pl.Int64)
        rows = pl.concat([rows, odd]).sort()
    ledger = FileLedger(held.name, rows)
    if held.ragged:
        ledger.refuse("more fields than the header", odd)
    return ledger


def without_twins(frame: pl.DataFrame, ledger: FileLedger) -> pl.DataFrame:
    """Leave out a row that says in every column what an earlier row said.

    Most tables begin with an id of their own, and most exports stand in its order:
    where that differs, rows do.
    """
    said = [c for c in frame.columns if c != ROW]
    if not said or _all_differ(frame[said[0]]):
        return frame
    if frame.select(said).hash_rows().n_unique() == frame.height:
        return frame
    kept = frame.unique(subset=said, keep="first", maintain_order=True)
    twins = frame.join(kept.select(ROW), on=ROW, how="anti")
    ledger.refuse("the same row as an earlier one", twins[ROW])
    return kept


def _all_differ(column: pl.Series) -> bool:
    if (column.slice(1) > column.head(-1)).sum() == len(column) - 1:
        return True
    return column.n_unique() == len(column)


def _supply(name: str, tables: dict[str, tuple[TextTable, FileLedger]]) -> Supply:
    held, ledger = tables[name]
    table = SSD[name]
    frame = held.rows
    rows = pl.DataFrame({"row": frame[ROW], "source_row": frame[ROW]})
    for column, names in table.columns.items():
        series = first_filled(frame, names)
        if series is not None:
            rows = rows.with_columns(series.alias(column))
    if "person_id" not in rows.columns and table.through is not None:
        rows = _through(rows, frame, table.through, tables)
    if name == "ssd_assessment_factors":
        rows = _factors(rows, tables, ledger)
    rows = _settle(name, rows, frame)
    kept = ["row", "source_row", "person_id", "date", "known_after"]
    kept += list(TABLES[table.becomes].columns)
    rows = rows.select(c for c in kept if c in rows.columns)
    lag = TABLES["assessments"].group_lags["end"]
    return Supply(
        table.becomes,
        held.name,
        ledger,
        rows,
        known_after_lag=lag,
        dated="date" in rows.columns,
    )


def _settle(name: str, rows: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Read answers out of JSON, descriptions for lookup ids, and add what is fixed."""
    if name == "ssd_mother":
        return rows.with_columns(
            pl.lit("mother").alias("role"), pl.lit("strong").alias("strength")
        )
    if name == "ssd_contacts" and "no_further_action" in rows.columns:
        said = outcome(rows["no_further_action"], "NFA_FLAG", NFA_WORDS)
        rows = rows.with_columns(said.alias("no_further_action"))
    if name == "ssd_s47_enquiry":
        rows = enquiries(rows)
    if name in ("ssd_contacts", "ssd_cin_episodes"):
        described = first_filled(frame, DESCRIBED)
        if described is not None:
            rows = with_descriptions(rows, described)
    return rows


def _through(
    rows: pl.DataFrame,
    frame: pl.DataFrame,
    way: tuple[str, str, str, str],
    tables: dict[str, tuple[TextTable, FileLedger]],
) -> pl.DataFrame:
    link, other, keys, person = way
    if link not in frame.columns or other not in tables:
        return rows
    there = tables[other][0].rows
    key = first_filled(there, keys)
    if key is None or person not in there.columns:
        return rows
    known = pl.DataFrame({"·link": ids(key).values, "person_id": there[person]})
    known = known.drop_nulls("·link").group_by("·link").agg(pl.col("person_id").min())
    return (
        rows.with_columns(ids(frame[link]).values.alias("·link"))
        .join(known, on="·link", how="left", maintain_order="left")
        .drop("·link")
    )


def _factors(
    rows: pl.DataFrame,
    tables: dict[str, tuple[TextTable, FileLedger]],
    ledger: FileLedger,
) -> pl.DataFrame:
    """One row a factor, with the person and dates of its assessment.

    The list is read by pattern, so that an array, an object with answers, a plain list
    and broken JSON all give their codes.
    """
    empty = rows.with_columns(
        pl.lit(None, dtype=pl.String).alias(c)
        for c in ("person_id", "date", "known_after", "code")
    )
    told = {"factors", "assessment_id"} <= set(rows.columns)
    if not told or "ssd_cin_assessments" not in tables:
        return empty
    there = tables["ssd_cin_assessments"][0].rows
    columns = SSD["ssd_cin_assessments"].columns
    wanted = {
        "assessment_id": "assessment_id",
        "person_id": "person_id",
        "date": "date",
        "end": "known_after",
    }
    known = pl.DataFrame(
        {
            new: series
            for old, new in wanted.items()
            if (series := first_filled(there, columns[old])) is not None
        }
    )
    if not {"assessment_id", "person_id"} <= set(known.columns):
        return empty
    known = known.with_columns(
        ids(known["assessment_id"]).values.alias("assessment_id")
    )
    known = known.drop_nulls("assessment_id")
    if known["assessment_id"].is_duplicated().any():
        known = known.sort(known.columns, nulls_last=True)
        known = known.unique("assessment_id", keep="first", maintain_order=True)
    rows = rows.with_columns(ids(rows["assessment_id"]).values.alias("assessment_id"))
    rows = rows.join(known, on="assessment_id", how="left", maintain_order="left")
    orphans = rows.filter(pl.col("person_id").is_null())["row"]
    ledger.refuse("its assessment is not in the extract", orphans)
    found = rows.filter(pl.col("person_id").is_not_null()).join(
        _codes_in(rows["factors"]), on="factors", maintain_order="left_right"
    )
    held = pl.concat([found["row"], orphans]).implode()
    ledger.refuse("no factor in it", rows.filter(~pl.col("row").is_in(held))["row"])
    if _all_differ(rows["assessment_id"]):
        return found
    once = found.unique(["assessment_id", "code"], keep="first", maintain_order=True)
    again = found.join(
        once, on=["row", "code"], how="anti", nulls_equal=True, maintain_order="left"
    )
    ledger.refuse("a factor of an earlier row again", again["row"])
    return once


def _codes_in(texts: pl.Series) -> pl.DataFrame:
    """The factors each text says yes to, or gives no answer for; once each."""
    code = pl.col("·said").str.extract(r"^(\d{1,2}[A-Fa-f]?)", 1)
    answer = pl.col("·said").str.extract(r':\s*"?(\w*)', 1).str.to_lowercase()
    return (
        texts.drop_nulls()
        .unique()
        .to_frame()
        .with_columns(pl.col("factors").str.extract_all(FACTOR).alias("·said"))
        .explode("·said", empty_as_null=True)
        .select("factors", code.alias("code"), answer.fill_null("y").alias("·answer"))
        .filter(pl.col("·answer").is_in(["y", "yes", "true", "1", "t"]))
        .drop_nulls("code")
        .select("factors", "code")
        .unique(keep="first", maintain_order=True)
    )

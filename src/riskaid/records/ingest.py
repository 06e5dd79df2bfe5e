"""From a council's source to its case store, whole or not at all."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from riskaid.errors import ExtractError
from riskaid.files import canonical_json, digest_bytes
from riskaid.progress import Progress, silent
from riskaid.records.coverage import Coverage, cover, joint, later_extract
from riskaid.records.household import find_families
from riskaid.records.knowledge import add_knowledge, date_persons
from riskaid.records.quality import IngestReport, TableReport
from riskaid.records.schema import arrange, empty_table
from riskaid.records.sources import check_mark, plain_name, read_source, recognise
from riskaid.records.stays import cap_overlaps
from riskaid.records.store import (
    CaseStore,
    check_shape,
    open_store,
    read_groups,
    read_quality,
    write_store,
)
from riskaid.records.supply import Reading
from riskaid.records.tables import TABLES
from riskaid.records.validate import Typed, check, life_checks, parse
from riskaid.records.versions import first_extract, next_extract

__all__ = ["ingest", "recognise"]

ONE_SOURCE = ("persons", "disabilities")
"""Snapshots that are taken from one source a person: the first that supplied them."""
DERIVED = "families"
IDS_ONLY = "ids"


@dataclass(frozen=True)
class _Shaped:
    """A reading as typed case tables with knowledge dates."""

    tables: dict[str, pl.DataFrame]
    dated: dict[str, bool]
    groups: pl.DataFrame


def ingest(
    source: Path,
    store: Path,
    *,
    extract_date: date | None = None,
    mapping: Path | str | None = None,
    mark: str | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
) -> IngestReport:
    """Bring one extract of one source into a case store.

    A store that is there already takes the source beside its others; the next extract
    of a source it holds becomes versions of that source's rows. The store changes only
    when everything went well.

    Args:
        source: A folder or file: SSD tables, a CIN census, SSDA903 files, or what a
            mapping describes.
        store: The store's folder; made when it is not there.
        extract_date: Last day the source could know; else what the source says; else
            its latest date that is not to come, with a warning.
        mapping: A mapping file, or the name of a shipped one ("partner_feeds").
        mark: "synthetic" or "public" for records of no real child or free to all.
        dry_run: Only say what would come in.
        progress: Told how far it is.

    Raises:
        ExtractError: The source or the store cannot be used.
        DefinitionError: The mapping is wrong.
    """
    held = _held(store)
    reading = read_source(source, mapping, progress)
    name = plain_name(reading.name)
    progress("checking rows", 0, 0)
    typed = [parse(supply) for supply in reading.supplies]
    day, warnings = _extract_day(extract_date, reading, typed)
    before = _source_facts(held, name)
    if before is not None and day < date.fromisoformat(before["extract_date"]):
        raise ExtractError(
            f"The store holds a later extract of '{name}' "
            f"({before['extract_date']}). Ingest extracts in order of their dates."
        )
    shaped = _shape(typed, reading, name, day)
    shaped = _one_source(shaped, held, name)
    covered = cover(reading, shaped.tables, shaped.dated, day)
    _note_orphans(typed, shaped, held)
    progress("comparing with the store", 0, 0)
    merged = _merge(held, shaped, covered, name, day, before)
    marked = check_mark(reading.mark if mark is None else mark, "mark")
    facts = _facts(held, reading, merged, shaped, name, day, marked)
    groups = _groups(held, shaped.groups, name)
    tables, more = _with_families(merged.tables, groups, facts["extract_date"])
    coverage = _joint_coverage(facts, tables)
    files = tuple(ledger.report() for ledger in reading.ledgers)
    report = IngestReport(
        name=name,
        kind=reading.kind,
        extract_date=day,
        mark=facts["mark"],
        dry_run=dry_run,
        tables=tuple(
            TableReport(
                name=n,
                rows=tables[n].height,
                from_source=shaped.tables[n].height if n in shaped.tables else 0,
                new=merged.new.get(n, 0),
                ended=merged.ended.get(n, 0),
                covered_from=coverage[n].covered_from,
                covered_to=coverage[n].covered_to,
            )
            for n in sorted(tables)
        ),
        files=files,
        warnings=(*reading.warnings, *warnings, *more),
    )
    if not dry_run:
        progress("writing the store", 0, 0)
        for n, rows in tables.items():
            check_shape(n, rows)
        write_store(
            store,
            tables=tables,
            groups=groups,
            facts=facts,
            coverage=coverage,
            quality=_quality(held, report),
        )
    return report


def _held(store: Path) -> CaseStore | None:
    if not store.exists():
        return None
    if store.is_dir() and not any(store.iterdir()):
        return None
    return open_store(store)


def _source_facts(held: CaseStore | None, name: str) -> dict[str, Any] | None:
    if held is None:
        return None
    found = [s for s in held.facts["sources"] if s["name"] == name]
    return dict(found[0]) if found else None


def _extract_day(
    asked: date | None, reading: Reading, typed: list[Typed]
) -> tuple[date, list[str]]:
    if asked is not None:
        return asked, []
    if reading.extract_date is not None:
        return reading.extract_date, []
    today = date.today()  # noqa: DTZ011 - a council's calendar day
    found = [
        latest
        for t in typed
        if TABLES[t.supply.table].shape in ("event", "spell")
        for c in ("date", "end", "known_from")
        if c in t.rows.columns
        for latest in [t.rows.filter(pl.col(c) <= today)[c].max()]
        if isinstance(latest, date)
    ]
    if not found:
        raise ExtractError(
            "The source says on no row when anything happened, so the day of the "
            "extract cannot be found. Give it: --extract-date 2026-03-31"
        )
    return max(found), [
        "The day of the extract is not given; took the latest date in it. "
        "Give it with --extract-date, or in extract.json."
    ]


def _shape(typed: list[Typed], reading: Reading, name: str, day: date) -> _Shaped:
    parts: dict[str, list[pl.DataFrame]] = {}
    dated: dict[str, bool] = {}
    groups = [reading.groups]
    for item in typed:
        supply, table = item.supply, item.supply.table
        rows = check(item, day)
        if table == DERIVED:
            groups.append(
                rows.filter(pl.col("family_id").is_not_null()).select(
                    "person_id",
                    pl.concat_str(pl.lit(f"{name}:"), "family_id").alias("group"),
                    pl.lit("strong").alias("strength"),
                )
            )
            continue
        if table == "cla_episodes":
            rows = cap_overlaps(rows, supply.ledger)
        known = add_knowledge(rows, supply, day).with_columns(
            pl.lit(f"{name}/{supply.file}").alias("source")
        )
        parts.setdefault(table, []).append(arrange(table, known))
        dated[table] = dated.get(table, False) or supply.dated
    tables = {t: arrange(t, pl.concat(p)) for t, p in parts.items()}
    events = [
        rows
        for t, rows in tables.items()
        if TABLES[t].shape in ("event", "spell") and t != "adult_events"
    ]
    if "persons" in tables:
        people = date_persons(tables["persons"], events, day)
        tables["persons"] = arrange("persons", people)
    for item in typed:
        if "persons" in tables and "date" in item.rows.columns:
            kept = item.rows.filter(pl.col("date").is_not_null())
            if item.supply.table != "adult_events":
                life_checks(kept, tables["persons"], item.supply.ledger)
    return _Shaped(tables, dated, pl.concat(groups))


def _one_source(shaped: _Shaped, held: CaseStore | None, name: str) -> _Shaped:
    """Leave out what an earlier source already says about who a person is."""
    if held is None:
        return shaped
    tables = dict(shaped.tables)
    for table in ONE_SOURCE:
        if table in tables:
            others = held.current(table).filter(~_from(name))["person_id"].unique()
            mine = pl.col("person_id").is_in(others.implode())
            tables[table] = tables[table].filter(~mine)
    return _Shaped(tables, shaped.dated, shaped.groups)


def _from(name: str) -> pl.Expr:
    return pl.col("source").str.starts_with(f"{name}/")


@dataclass(frozen=True)
class _Merged:
    """Every table with the new extract in it."""

    tables: dict[str, pl.DataFrame]
    new: dict[str, int]
    ended: dict[str, int]
    covered: dict[str, dict[str, Any]]


def _merge(
    held: CaseStore | None,
    shaped: _Shaped,
    covered: dict[str, Coverage],
    name: str,
    day: date,
    before: dict[str, Any] | None,
) -> _Merged:
    tables = (
        {}
        if held is None
        else {n: held.table(n) for n in held.coverage if n != DERIVED}
    )
    known = dict(before["coverage"]) if before is not None else {}
    new, ended = {}, {}
    for table, rows in shaped.tables.items():
        there = tables.get(table, empty_table(table))
        mine, others = there.filter(_from(name)), there.filter(~_from(name))
        now = covered[table]
        if table in known and before is not None:
            earlier = Coverage.from_json(known[table])
            change = next_extract(
                table,
                mine,
                rows,
                last_extract=date.fromisoformat(before["extract_date"]),
                extract_date=day,
                window_from=now.covered_from,
            )
            now = later_extract(earlier, now, dated=shaped.dated[table])
        else:
            change = first_extract(table, rows)
        new[table], ended[table] = change.new, change.ended
        tables[table] = arrange(table, pl.concat([others, change.rows]))
        known[table] = {**now.to_json(), "dated": shaped.dated[table]}
    return _Merged(tables, new, ended, known)


def _facts(
    held: CaseStore | None,
    reading: Reading,
    merged: _Merged,
    shaped: _Shaped,
    name: str,
    day: date,
    mark: str | None,
) -> dict[str, Any]:
    others = [] if held is None else held.facts["sources"]
    mine = {
        "name": name,
        "kind": reading.kind,
        "extract_date": day.isoformat(),
        "digest": digest_bytes(canonical_json(reading.digests).encode()),
        "mark": mark,
        "coverage": merged.covered,
    }
    sources = [*(s for s in others if s["name"] != name), mine]
    sources.sort(key=lambda s: str(s["name"]))
    marks = {s["mark"] for s in sources}
    joined = next(iter(marks)) if len(marks) == 1 else None
    if len(marks) > 1 and None not in marks:
        joined = "public"
    return {
        "mark": joined,
        "extract_date": max(s["extract_date"] for s in sources),
        "sources": sources,
        "notes": ["What was accepted, repaired and refused is in quality.json."],
    }


def _groups(held: CaseStore | None, mine: pl.DataFrame, name: str) -> pl.DataFrame:
    tagged = mine.with_columns(pl.lit(f"{name}/groups").alias("source"))
    if held is not None:
        others = read_groups(held).filter(~_from(name))
        tagged = pl.concat([others, tagged])
    return tagged.unique().sort("person_id", "group", "strength", "source")


def _with_families(
    tables: dict[str, pl.DataFrame], groups: pl.DataFrame, extract_date: str
) -> tuple[dict[str, pl.DataFrame], list[str]]:
    now = {
        n: tables.get(n, empty_table(n)).filter(pl.col("known_until").is_null())
        for n in ("persons", "household")
    }
    found = find_families(now["household"], now["persons"], groups)
    rows = found.rows.with_columns(
        pl.lit(date.fromisoformat(extract_date)).alias("known_from"),
        pl.lit("first_seen").alias("known_how"),
        pl.lit("riskaid/household").alias("source"),
    )
    warnings = []
    if found.cut:
        warnings.append(f"{found.cut} family group(s) of more than 40 were cut.")
    if found.too_large:
        warnings.append(f"{found.too_large} family group(s) still exceed 40 persons.")
    return {**tables, DERIVED: arrange(DERIVED, rows)}, warnings


def _joint_coverage(
    facts: dict[str, Any], tables: dict[str, pl.DataFrame]
) -> dict[str, Coverage]:
    day = date.fromisoformat(facts["extract_date"])
    found = {DERIVED: Coverage(day, day)}
    for table in tables:
        parts = [
            (
                Coverage.from_json(s["coverage"][table]),
                bool(s["coverage"][table]["dated"]),
            )
            for s in facts["sources"]
            if table in s["coverage"]
        ]
        if parts:
            found[table] = joint(parts)
    return found


def _note_orphans(typed: list[Typed], shaped: _Shaped, held: CaseStore | None) -> None:
    people = [t for t in [shaped.tables.get("persons")] if t is not None]
    if held is not None:
        people.append(held.table("persons"))
    if not people:
        return
    known = pl.concat(p.select("person_id") for p in people)["person_id"].unique()
    for item in typed:
        if item.supply.table in ("persons", "adult_events", DERIVED):
            continue
        who = pl.col("person_id")
        orphans = item.rows.filter(who.is_not_null() & ~who.is_in(known.implode()))
        item.supply.ledger.note("no row of its own for this person", orphans["row"])


def _quality(held: CaseStore | None, report: IngestReport) -> list[dict[str, Any]]:
    mine = report.to_json()
    del mine["tables"]
    key = (mine["name"], mine["extract_date"])
    others = [] if held is None else read_quality(held)
    kept = [q for q in others if (q["name"], q["extract_date"]) != key]
    return sorted([*kept, mine], key=lambda q: (q["extract_date"], q["name"]))

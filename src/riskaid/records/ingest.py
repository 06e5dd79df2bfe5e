"""From a council's source to its case store, whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from riskaid.dates import IN_REACH, in_reach
from riskaid.errors import ExtractError
from riskaid.progress import Progress, silent
from riskaid.records.coverage import cover
from riskaid.records.cross_checks import cross_check
from riskaid.records.delays import measure
from riskaid.records.first_rows import first_rows
from riskaid.records.identifiers import check_values
from riskaid.records.lock import mend, only_writer
from riskaid.records.merge import (
    Source,
    bases_of,
    facts_of,
    groups_of,
    joint_coverage,
    merge,
    with_families,
)
from riskaid.records.pseudonymise import (
    check_same_key,
    key_facts,
    read_key_file,
    with_pseudonyms,
)
from riskaid.records.quality import (
    NOT_USED,
    FileReport,
    IngestReport,
    TableReport,
)
from riskaid.records.reidentify import recognisable
from riskaid.records.shape import everybody_once, note_orphans, nothing_twice, shape
from riskaid.records.siblings import shared_referrals
from riskaid.records.side_by_side import ahead, let_go, side_by_side
from riskaid.records.source_facts import Asked, plain_name
from riskaid.records.sources import read_source, recognise
from riskaid.records.store import (
    CaseStore,
    check_shape,
    open_store,
    read_quality,
    write_store,
)
from riskaid.records.supply import Reading
from riskaid.records.tables import TABLES
from riskaid.records.validate import Typed, parse

__all__ = ["ingest", "recognise"]

MANY_REFUSED = 0.1
AS_WRITTEN = (
    "Ids are kept as they are: use --key-file for a council's own records "
    "(riskaid keyfile PATH makes a key)."
)


def ingest(
    source: Path | str,
    store: Path,
    *,
    extract_date: date | None = None,
    mapping: Path | str | None = None,
    mark: str | None = None,
    name: str | None = None,
    covered_from: date | None = None,
    authority: str | None = None,
    key_file: Path | None = None,
    schema: str | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
) -> IngestReport:
    """Bring one extract of one source into a case store.

    A store that is there already takes the source beside its others; the next extract
    of a source it holds becomes versions of that source's rows. The store changes only
    when everything went well, and in one step: a process that is killed leaves the old
    store or the new one.

    Args:
        source: A folder or file: SSD tables, a CIN census, SSDA903 files, or what a
            mapping describes; or the address of a database that holds an SSD.
        store: The store's folder; made when it is not there.
        extract_date: Last day the source could know; else what the source says; else
            its latest date that is not to come, with a warning.
        mapping: A mapping file, or the name of a shipped one ("partner_feeds").
        mark: "synthetic" or "public" for records of no real child or free to all.
        name: What the source is called; the next extract of it has the same name.
        covered_from: First day from which the source holds everything.
        authority: The council's code; a store holds one council.
        key_file: The secret key under which every id becomes a pseudonym; else ids are
            kept as they are written.
        schema: Where in a database the tables are; else its own default.
        dry_run: Only say what would come in.
        progress: Told how far it is.

    Raises:
        ExtractError: The source or the store cannot be used, the store was made with
            another key or of another council, a value would say who somebody is, or
            another ingest into the store is running.
        UsageError: The key file or the address cannot be used, or an option does not
            go with the source.
        DefinitionError: The mapping is wrong.
    """
    with _in_words(), nullcontext() if dry_run else only_writer(store):
        return _ingest(
            source,
            store,
            extract_date=extract_date,
            mapping=mapping,
            asked=Asked(name, covered_from, mark, authority),
            key_file=key_file,
            schema=schema,
            dry_run=dry_run,
            progress=progress,
        )


@contextmanager
def _in_words() -> Iterator[None]:
    """Say in words what the system refuses, and what breaks a library from within."""
    try:
        yield
    except OSError as error:
        name = Path(os.fsdecode(error.filename or "")).name
        where = f" for '{name}'" if name else ""
        raise ExtractError(
            f"The system says '{error.strerror}'{where}; nothing was changed. "
            "Check the path, the space left and your permissions."
        ) from error
    except pl.exceptions.PanicException:
        raise ExtractError(
            "The source broke the library that reads tables; nothing was changed. Save "
            "it again in another format, and please report this without its contents."
        ) from None


def _ingest(
    source: Path | str,
    store: Path,
    *,
    extract_date: date | None,
    mapping: Path | str | None,
    asked: Asked,
    key_file: Path | None,
    schema: str | None,
    dry_run: bool,
    progress: Progress,
) -> IngestReport:
    held = _held(store)
    key = None if key_file is None else read_key_file(key_file, store)
    check_same_key(held, key)
    reading = read_source(source, mapping, progress, schema=schema, asked=asked)
    _one_council(held, reading)
    name = plain_name(reading.name)
    progress("checking rows", 0, 0)
    supplies, reading = list(reading.supplies), replace(reading, supplies=())
    typed = list(side_by_side(parse, let_go(supplies)))
    with ahead(lambda: cross_check(typed, reading)) as noted:
        check_values(typed, reading.groups, keyed=key is not None)
    noted.result()
    told = pl.concat([reading.groups, shared_referrals(typed)])
    if key is not None:
        typed, told = with_pseudonyms(typed, told, key)
    reading = replace(reading, groups=told)
    day, warnings = _extract_day(extract_date, reading, typed)
    if not in_reach(day):
        raise ExtractError(f"The day of the extract must be {IN_REACH}. Correct it.")
    part = Source(name, day, _source_facts(held, name))
    _in_order(part)
    shaped = shape(let_go(typed), reading, name, day)
    shaped = nothing_twice(shaped, reading, held, name)
    shaped = everybody_once(shaped, held, name)
    covered = cover(reading, shaped.tables, shaped.dated, day, shaped.lacking)
    note_orphans(shaped, held)
    progress("comparing with the store", 0, 0)
    merged = merge(held, shaped, covered, part)
    if key is None and reading.mark is None:
        warnings = [*warnings, AS_WRITTEN]
    facts = {**facts_of(held, reading, merged, part), **key_facts(key)}
    groups = groups_of(held, shaped.groups, name)
    bases = bases_of(shaped, merged)
    with ahead(lambda: measure(merged.tables, name, bases)) as delays:
        people = recognisable(merged.tables)
        tables, more = with_families(merged.tables, groups, facts["extract_date"])
    coverage = joint_coverage(facts, tables)
    files = tuple(ledger.report() for ledger in reading.ledgers)
    said = tuple(gap.says() for gap in reading.gaps)
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
                history_days=coverage[n].history_days,
                gaps=coverage[n].gaps,
                absent=coverage[n].absent,
            )
            for n in sorted(tables)
        ),
        files=files,
        people=people,
        warnings=(
            *reading.warnings,
            *said,
            *warnings,
            *shaped.warnings,
            *more,
            *_many(files),
        ),
        delays=delays.result(),
        first_rows=first_rows(shaped.tables) if dry_run and mapping is not None else (),
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
            people=None if people is None else people.to_json(),
        )
    return report


def _held(store: Path) -> CaseStore | None:
    mend(store)
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


def _in_order(source: Source) -> None:
    if source.before is None:
        return
    last = date.fromisoformat(source.before["extract_date"])
    if source.day < last:
        raise ExtractError(
            f"The store holds a later extract of '{source.name}' ({last}). "
            "Ingest extracts in order of their dates."
        )


def _one_council(held: CaseStore | None, reading: Reading) -> None:
    """Refuse to mix councils: coverage and recording are those of one council."""
    if held is None or reading.authority is None:
        return
    others = {s.get("authority") for s in held.facts["sources"]}
    if others - {None, reading.authority}:
        raise ExtractError(
            f"The case store '{held.path.name}' holds records of another council "
            f"({', '.join(sorted(o for o in others if o))}; this source is of "
            f"{reading.authority}). Begin a store for each council."
        )


def _extract_day(
    asked: date | None, reading: Reading, typed: list[Typed]
) -> tuple[date, list[str]]:
    if asked is not None:
        return asked, []
    if reading.extract_date is not None:
        return reading.extract_date, []
    today = date.today()  # noqa: DTZ011 - a council's calendar day
    told = [
        (t.supply.beside, latest)
        for t in typed
        if TABLES[t.supply.table].shape in ("event", "spell")
        for c in ("date", "end", "known_from")
        if c in t.rows.columns
        for latest in [t.rows.select(pl.col(c).filter(pl.col(c) <= today).max()).item()]
        if isinstance(latest, date)
    ]
    found = [latest for beside, latest in told if not beside]
    found = found or [latest for _, latest in told]
    if not found:
        raise ExtractError(
            "The source says on no row when anything happened, so the day of the "
            "extract cannot be found. Give it: --extract-date 2026-03-31"
        )
    warning = (
        "The day of the extract is not given; took the latest date in it. "
        "Give it with --extract-date, or in extract.json."
    )
    return max(found), [warning]


def _many(files: tuple[FileReport, ...]) -> list[str]:
    """Files of which so many rows were refused that somebody should look."""
    return [
        f"{f.name}: {f.refused:,} of {f.rows:,} rows were refused; see quality.json."
        for f in files
        if f.read_as != NOT_USED and f.refused > MANY_REFUSED * f.rows
    ]


def _quality(held: CaseStore | None, report: IngestReport) -> list[dict[str, Any]]:
    mine = report.to_json()
    del mine["tables"], mine["people"]
    key = (mine["name"], mine["extract_date"])
    others = [] if held is None else read_quality(held)
    kept = [q for q in others if (q["name"], q["extract_date"]) != key]
    return sorted([*kept, mine], key=lambda q: (q["extract_date"], q["name"]))

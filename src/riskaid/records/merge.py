"""A source's new extract beside everything a store already holds."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from riskaid.files import canonical_json, digest_bytes
from riskaid.records.coverage import Coverage, joint, later_extract
from riskaid.records.delays import Basis
from riskaid.records.household import find_families
from riskaid.records.schema import arrange, empty_table
from riskaid.records.shape import DERIVED, Shaped, from_source, ids_only
from riskaid.records.store import CaseStore, read_groups
from riskaid.records.supply import Reading
from riskaid.records.tables import TABLES
from riskaid.records.versions import first_extract, next_extract


@dataclass(frozen=True)
class Source:
    """One source as the store knows it.

    Attributes:
        name: Plain name.
        day: The day of its extract.
        before: Its entry in store.json from an earlier extract, or None.
    """

    name: str
    day: date
    before: dict[str, Any] | None


@dataclass(frozen=True)
class Merged:
    """Every table with the new extract in it, and what changed."""

    tables: dict[str, pl.DataFrame]
    new: dict[str, int]
    ended: dict[str, int]
    covered: dict[str, dict[str, Any]]


def merge(
    held: CaseStore | None,
    shaped: Shaped,
    covered: dict[str, Coverage],
    source: Source,
) -> Merged:
    """Put a source's tables beside the others, as a first or a further extract.

    Args:
        held: The store as it is, if there is one.
        shaped: The source's tables.
        covered: What the source covers, by table.
        source: The source, with its earlier extract.
    """
    tables = {}
    if held is not None:
        tables = {n: held.table(n) for n in held.coverage if n != DERIVED}
    known = dict(source.before["coverage"]) if source.before is not None else {}
    new, ended = {}, {}
    for table, rows in shaped.tables.items():
        there = tables.get(table, empty_table(table))
        mine = there.filter(from_source(source.name))
        others = there.filter(~from_source(source.name))
        if table == "persons":
            named = pl.col("person_id").is_in(rows["person_id"].implode())
            others = others.filter(~(ids_only() & named))
        now = covered[table]
        if table in known and source.before is not None:
            change = next_extract(
                table,
                mine,
                rows,
                last_extract=Coverage.from_json(known[table]).covered_to,
                extract_date=source.day,
                window_from=now.covered_from,
                present=shaped.present,
                told=shaped.told.get(table),
            )
            earlier = Coverage.from_json(known[table])
            now = later_extract(earlier, now, dated=shaped.dated[table])
        else:
            change = first_extract(rows)
        new[table], ended[table] = change.new, change.ended
        tables[table] = change.rows
        if others.height:
            tables[table] = arrange(table, pl.concat([others, change.rows]))
        since = known.get(table, {}).get("first_extract", source.day.isoformat())
        known[table] = {
            **now.to_json(),
            "dated": shaped.dated[table],
            "first_extract": since,
        }
    return Merged(tables, new, ended, known)


def bases_of(shaped: Shaped, merged: Merged) -> dict[str, Basis]:
    """What the measured lags of each table of this extract rest on."""
    return {
        table: Basis(
            first_extract=date.fromisoformat(merged.covered[table]["first_extract"]),
            covered_from=date.fromisoformat(merged.covered[table]["covered_from"]),
            declared=shaped.lags.get(table, TABLES[table].lag_days),
            now=rows,
            told=shaped.told.get(table),
        )
        for table, rows in shaped.tables.items()
    }


def facts_of(
    held: CaseStore | None,
    reading: Reading,
    merged: Merged,
    source: Source,
) -> dict[str, Any]:
    """What store.json says besides its tables.

    A store is marked only when every source in it is.
    """
    others = [] if held is None else held.facts["sources"]
    mine: dict[str, Any] = {
        "name": source.name,
        "kind": reading.kind,
        "extract_date": source.day.isoformat(),
        "digest": digest_bytes(canonical_json(reading.digests).encode()),
        "mark": reading.mark,
        "coverage": merged.covered,
    }
    if reading.authority is not None:
        mine["authority"] = reading.authority
    sources = [*(s for s in others if s["name"] != source.name), mine]
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


def groups_of(held: CaseStore | None, mine: pl.DataFrame, name: str) -> pl.DataFrame:
    """The family groups of every source: person_id, group, strength, source."""
    tagged = mine.with_columns(pl.lit(f"{name}/groups").alias("source"))
    if held is not None:
        others = read_groups(held).filter(~from_source(name))
        tagged = pl.concat([others, tagged])
    return tagged.unique().sort("person_id", "group", "strength", "source")


def with_families(
    tables: dict[str, pl.DataFrame], groups: pl.DataFrame, extract_date: str
) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """Add the families of everybody as they are now, and warn of giant ones."""
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


def joint_coverage(
    facts: dict[str, Any], tables: dict[str, pl.DataFrame]
) -> dict[str, Coverage]:
    """What all sources of each table cover together."""
    day = date.fromisoformat(facts["extract_date"])
    found = {DERIVED: Coverage(day, day)}
    for table in tables:
        parts = [
            (Coverage.from_json(said), bool(said["dated"]))
            for s in facts["sources"]
            if (said := s["coverage"].get(table)) is not None
        ]
        if parts:
            found[table] = joint(parts)
    return found

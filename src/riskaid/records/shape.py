"""A reading as case tables: checked, with knowledge dates, and nobody twice."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from riskaid.records.knowledge import add_knowledge, date_persons, told_groups
from riskaid.records.lacking import without
from riskaid.records.once import each_once
from riskaid.records.schema import NOTHING_TOLD, arrange, as_stored, empty_table
from riskaid.records.side_by_side import side_by_side
from riskaid.records.stays import cap_overlaps
from riskaid.records.store import CaseStore
from riskaid.records.supply import Reading, Supply
from riskaid.records.tables import TABLES
from riskaid.records.validate import Typed, check, life_checks

DERIVED = "families"
"""The case table made from the others at each ingest."""
ONE_SOURCE = ("persons", "disabilities")
"""Snapshots that are taken from one source a person: the first that supplied them."""
NATIONAL = frozenset(
    {
        "annex_a",
        "cin_xml",
        "dfe_json",
        "ssd_csv",
        "ssd_database",
        "ssda903_csv",
        "ssda903_xml",
    }
)
"""Kinds of source that tell of the same events in different forms."""
IDS_ONLY = "ids"
"""What stands for a file's name where a person is known by an id alone."""
ADULTS = "adult_events"
LINKS = "household"


@dataclass(frozen=True)
class Shaped:
    """A reading as typed case tables with knowledge dates.

    Attributes:
        tables: By name; a table that was supplied without a row is there and empty.
        dated: Whether a table's rows say when they began to be so.
        groups: person_id, group, strength: the family groups the source knows.
        warnings: What a person should look at.
        strangers: Each supply that is not about adults, with its rows about persons
            who are not in the source's own table of persons: row, person_id.
        present: person_id of everybody in the extract: in its table of persons, else
            in any table.
        told: By table: source, source_row, group, where the source recorded when a
            group of columns was filled.
        lags: By table: the shortest lag that was declared for its rows.
        lacking: By table: the columns that none of its files has.
    """

    tables: dict[str, pl.DataFrame]
    dated: dict[str, bool]
    groups: pl.DataFrame
    warnings: tuple[str, ...] = ()
    strangers: tuple[tuple[Supply, pl.DataFrame], ...] = ()
    present: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    told: dict[str, pl.DataFrame] = field(default_factory=dict)
    lags: dict[str, int] = field(default_factory=dict)
    lacking: dict[str, frozenset[str]] = field(default_factory=dict)


def shape(typed: Iterable[Typed], reading: Reading, name: str, day: date) -> Shaped:
    """Check every supply and date what was known when.

    A table of which no row could be used counts as not supplied: empty would read as
    "nothing happened".

    Args:
        typed: Supplies after parsing; each is let go once it was checked.
        reading: What the source said.
        name: The source's plain name; `source` of a row is "name/file".
        day: The day of the extract.
    """
    parts: dict[str, list[pl.DataFrame]] = {}
    dated: dict[str, bool] = {}
    groups = [reading.groups]
    useless: dict[str, int] = {}
    told: dict[str, pl.DataFrame] = {}
    lags: dict[str, int] = {}
    lacking: dict[str, frozenset[str]] = {}
    about: list[Typed] = []

    def checked(item: Typed) -> tuple[Typed, pl.DataFrame]:
        kept = item.rows.select("row", "person_id", "date")
        return Typed(item.supply, kept), check(item, day)

    for item, left in each_once(side_by_side(checked, typed)):
        supply, table, rows = item.supply, item.supply.table, left
        if table != ADULTS:
            about.append(item)
        if table == DERIVED:
            groups.append(_told_groups(rows, name))
            continue
        if rows.is_empty() and item.rows.height:
            useless[table] = useless.get(table, 0) + item.rows.height
            continue
        if table == "cla_episodes":
            rows = cap_overlaps(rows, supply.ledger)
        known = add_knowledge(rows, supply, day).with_columns(
            pl.lit(f"{name}/{supply.file}").alias("source")
        )
        parts.setdefault(table, []).append(as_stored(table, known))
        said = told_groups(table, known)
        told[table] = pl.concat([told.get(table, NOTHING_TOLD), said]).unique()
        lag = TABLES[table].lag_days if supply.lag_days is None else supply.lag_days
        lags[table] = min(lags.get(table, lag), lag)
        dated[table] = dated.get(table, False) or supply.dated
        lacking[table] = lacking.get(table, supply.lacking) & supply.lacking
        del left, rows, known
    filled = [
        t for t, p in parts.items() if t not in useless or any(r.height for r in p)
    ]
    put = side_by_side(lambda t: _together(t, parts.pop(t)), filled)
    tables = dict(zip(filled, put, strict=True))
    supplies = tuple(item.supply for item in about)
    strangers = [item.rows for item in about]
    if "persons" in tables:
        people = date_persons(
            tables["persons"],
            _about_children(tables),
            day,
            deaths_told=bool(told.get("persons", NOTHING_TOLD).height),
        )
        tables["persons"] = arrange("persons", people)
        strangers = life_checks(about, tables["persons"])
    warnings = tuple(
        f"None of {count} row(s) for '{table}' could be used; taken as not supplied."
        for table, count in sorted(useless.items())
        if table not in tables
    )
    return Shaped(
        tables,
        dated,
        pl.concat(groups),
        warnings,
        tuple(zip(supplies, strangers, strict=True)),
        present=_present(tables),
        told={t: rows for t, rows in told.items() if rows.height},
        lags=lags,
        lacking=lacking,
    )


def _together(table: str, parts: list[pl.DataFrame]) -> pl.DataFrame:
    """The parts of a table, in order; persons are put in order when they are dated."""
    rows = pl.concat(parts)
    return rows if table == "persons" else arrange(table, rows)


def _present(tables: dict[str, pl.DataFrame]) -> pl.Series:
    named = [tables["persons"]] if "persons" in tables else list(tables.values())
    ids = [rows["person_id"] for rows in named]
    return pl.concat(ids).unique() if ids else pl.Series(dtype=pl.String)


def _told_groups(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Families a source names itself: as good as a strong link."""
    return rows.filter(pl.col("family_id").is_not_null()).select(
        "person_id",
        pl.concat_str(pl.lit(f"{name}:"), "family_id").alias("group"),
        pl.lit("strong").alias("strength"),
    )


def _about_children(tables: dict[str, pl.DataFrame]) -> list[pl.DataFrame]:
    return [
        rows
        for t, rows in tables.items()
        if TABLES[t].shape in ("event", "spell") and t != ADULTS
    ]


def everybody_once(shaped: Shaped, held: CaseStore | None, name: str) -> Shaped:
    """Leave out what an earlier source already says about who a person is.

    Where no source has, or had, a table of persons, the ids in the other tables stand
    for them, so that a subset of tables can be used at all.
    """
    tables, dated = dict(shaped.tables), dict(shaped.dated)
    lacking = dict(shaped.lacking)
    people = empty_table("persons") if held is None else held.current("persons")
    if "persons" not in tables and people.filter(~ids_only()).is_empty():
        elsewhere = people.filter(~from_source(name))["person_id"]
        known = pl.col("person_id").is_in(elsewhere.implode())
        found = [r.select("person_id", "known_from") for r in _about_children(tables)]
        if found:
            stubs = (
                pl.concat(found)
                .filter(~known)
                .group_by("person_id")
                .agg(pl.col("known_from").min())
            )
            tables["persons"] = arrange(
                "persons",
                stubs.with_columns(
                    pl.lit(f"{name}/{IDS_ONLY}").alias("source"),
                    pl.lit("declared_lag").alias("known_how"),
                ),
            )
            dated["persons"] = False
            lacking["persons"] = without("persons", ())
    if LINKS in tables and not dated[LINKS] and tables[LINKS].is_empty():
        there = empty_table(LINKS) if held is None else held.table(LINKS)
        if there.filter(from_source(name)).is_empty():
            del tables[LINKS]
    if held is not None:
        for table in ONE_SOURCE:
            if table in tables:
                others = held.current(table).filter(~from_source(name) & ~ids_only())
                theirs = others["person_id"].unique()
                mine = ~pl.col("person_id").is_in(theirs.implode())
                tables[table] = tables[table].filter(mine)
    return replace(shaped, tables=tables, dated=dated, lacking=lacking)


def nothing_twice(
    shaped: Shaped, reading: Reading, held: CaseStore | None, name: str
) -> Shaped:
    """Leave out tables another national source already supplies.

    An SSD and a census of one council tell of the same referrals; counted from both,
    each would count twice.
    """
    if held is None or reading.kind not in NATIONAL:
        return shaped
    there = {
        table
        for source in held.facts["sources"]
        if source["name"] != name and source["kind"] in NATIONAL
        for table in source["coverage"]
    } - {*ONE_SOURCE, "household"}
    twice = sorted(there & set(shaped.tables))
    if not twice:
        return shaped
    warning = (
        "Already in the store from another source, and left out so that nothing "
        f"counts twice: {', '.join(twice)}."
    )
    return replace(
        shaped,
        tables={t: rows for t, rows in shaped.tables.items() if t not in there},
        warnings=(*shaped.warnings, warning),
    )


def from_source(name: str) -> pl.Expr:
    """Rows that came from the source of this name."""
    return pl.col("source").str.starts_with(f"{name}/")


def ids_only() -> pl.Expr:
    """Rows of persons known by an id alone."""
    return pl.col("source").str.ends_with(f"/{IDS_ONLY}")


def note_orphans(shaped: Shaped, held: CaseStore | None) -> None:
    """Note rows about a person whom no table of persons holds."""
    people = [shaped.tables["persons"]] if "persons" in shaped.tables else []
    if held is not None:
        people.append(held.table("persons"))
    if not people:
        return
    known = pl.concat(p.select("person_id") for p in people)["person_id"].unique()
    for supply, strangers in shaped.strangers:
        if supply.table in ("persons", DERIVED) or strangers.is_empty():
            continue
        who = pl.col("person_id")
        orphans = strangers.filter(who.is_not_null() & ~who.is_in(known.implode()))
        supply.ledger.note("no row of its own for this person", orphans["row"])

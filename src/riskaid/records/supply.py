"""What a reader hands over: rows of text on their way to case tables."""

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from riskaid.records.holes import Hole
from riskaid.records.lacking import without
from riskaid.records.quality import FileLedger


@dataclass(frozen=True)
class Supply:
    """Rows of one file for one case table, still as text.

    `rows` holds `row` (the ledger's number), `source_row`, `person_id`, `date` and the
    table's own columns where the source has them; `known_from` and `<group>_known_from`
    where it recorded them; `known_after` where another date than the event's says when
    the row was known (an assessment's factors).

    Attributes:
        table: Name of the case table.
        file: Name of the file, shown beside every record.
        ledger: Where the fate of each row is counted.
        rows: Text columns, as said above.
        date_formats: Formats tried before all others.
        lag_days: Instead of the table's declared lag.
        known_after_lag: Days after `known_after` at which the row was known.
        on_extract_day: Whether rows have no date and are dated by the extract.
        dated: Whether the source says when a row began to be so.
        beside: Whether the file stands beside the main ones: its dates do not say how
            far the source reaches, unless no other file's do.
        lacks: Columns that stand there empty, because the file has no place for them.
    """

    table: str
    file: str
    ledger: FileLedger
    rows: pl.DataFrame
    date_formats: tuple[str, ...] = ()
    lag_days: int | None = None
    known_after_lag: int = 0
    on_extract_day: bool = False
    dated: bool = True
    beside: bool = False
    lacks: tuple[str, ...] = ()

    @property
    def lacking(self) -> frozenset[str]:
        """The case table's columns that the file has no place for."""
        there = [c for c in self.rows.columns if c not in self.lacks]
        return without(self.table, there)


@dataclass(frozen=True)
class Reading:
    """Everything one source said, before its rows are checked.

    Attributes:
        kind: "ssd_csv", "ssd_database", "dfe_json", "cin_xml", "ssda903_csv",
            "ssda903_xml", "annex_a" or "mapped".
        name: What the source is called; the next extract of it has the same name.
        supplies: Rows for case tables.
        ledgers: One a file, also for files that were not used.
        groups: person_id, group, strength: family groups the source knows.
        extract_date: Last day the source could know, where it says so.
        covered_from: First day it holds, where it says so; by table, or "" for all.
        found_from: First day its rows show that it holds, by table, where they show
            it better than the earliest date would; counts where nothing is declared.
        gaps: Times of which it declares that it holds nothing.
        window_start: First day the format promises to hold, where it promises one.
        mark: "synthetic", "public" or None.
        authority: The council's code, where the source says it.
        warnings: What a person should look at.
        digests: SHA-256 of each file, by name.
    """

    kind: str
    name: str
    supplies: tuple[Supply, ...]
    ledgers: tuple[FileLedger, ...]
    groups: pl.DataFrame
    extract_date: date | None = None
    covered_from: dict[str, date] = field(default_factory=dict)
    found_from: dict[str, date] = field(default_factory=dict)
    gaps: tuple[Hole, ...] = ()
    window: str = ""
    mark: str | None = None
    authority: str | None = None
    warnings: tuple[str, ...] = ()
    digests: dict[str, str] = field(default_factory=dict)


NO_GROUPS = pl.DataFrame(
    schema={"person_id": pl.String, "group": pl.String, "strength": pl.String}
)

"""What an ingest took, mended and refused, with reasons and row numbers, no values.

Of each file: rows accepted + repaired + refused = rows in. A row that feeds two tables
is refused only when neither takes it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from riskaid.errors import ExtractError
from riskaid.fragment import fragment
from riskaid.records.delays import Delay, delays_text
from riskaid.records.first_rows import FirstRows, first_rows_text
from riskaid.records.holes import Hole
from riskaid.records.lacking import Lack
from riskaid.records.reidentify import People

ROWS_SHOWN = 20
LINES_SHOWN = 12
NOT_USED = "not used"


@dataclass(frozen=True)
class Finding:
    """One kind of trouble in one file: how often, and the first rows, by number."""

    says: str
    rows: int
    first_rows: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """The finding as plain facts."""
        return {
            "says": self.says,
            "rows": self.rows,
            "first_rows": list(self.first_rows),
        }


@dataclass(frozen=True)
class FileReport:
    """One file of a source: rows in, accepted, repaired and refused.

    `noted` rows were taken as they are; row numbers count the header as row 1, and in
    XML they are line numbers.
    """

    name: str
    read_as: str
    rows: int
    accepted: int
    repaired: int
    refused: int
    repairs: tuple[Finding, ...] = ()
    refusals: tuple[Finding, ...] = ()
    noted: tuple[Finding, ...] = ()
    fillers: tuple[tuple[str, int], ...] = ()
    looked_for: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The report as plain facts, for quality.json."""
        return {
            "file": self.name,
            "read_as": self.read_as,
            "rows": self.rows,
            "accepted": self.accepted,
            "repaired": self.repaired,
            "refused": self.refused,
            "repairs": [f.to_json() for f in self.repairs],
            "refusals": [f.to_json() for f in self.refusals],
            "noted": [f.to_json() for f in self.noted],
            "fillers": dict(self.fillers),
            "looked_for": list(self.looked_for),
        }


class FileLedger:
    """Keeps count of what happens to each row of one file while it is read.

    Tables of one file may tell it side by side: it only ever appends.
    """

    def __init__(
        self, name: str, rows: pl.Series, lines: pl.Series | None = None
    ) -> None:
        """Begin with the row numbers of the file.

        Args:
            name: What the reader of the report knows the file by.
            rows: One different number a row.
            lines: The number to show for each row, where it is another one.
        """
        self.name = name
        self.read_as: list[str] = []
        self._rows = rows.alias("row")
        self._lines = rows if lines is None else lines
        self._refused: dict[str, list[pl.Series]] = {}
        self._passed: dict[str, list[pl.Series]] = {}
        self._repaired: dict[str, list[pl.Series]] = {}
        self._noted: dict[str, list[pl.Series]] = {}
        self._kept: list[pl.Series] = []
        self._fillers: list[tuple[str, int]] = []
        self._looked_for: set[str] = set()

    def looked_for(self, what: str) -> None:
        """The file has a column that not every file has, and it was looked through."""
        self._looked_for.add(what)

    def refuse(self, says: str, rows: pl.Series) -> None:
        """Leave these rows out of one table."""
        _add(self._refused, says, rows)

    def pass_over(self, says: str, rows: pl.Series) -> None:
        """Leave these rows to others; refused only if no table takes them."""
        _add(self._passed, says, rows)

    def repair(self, says: str, rows: pl.Series) -> None:
        """Take these rows with something mended or left empty."""
        _add(self._repaired, says, rows)

    def note(self, says: str, rows: pl.Series) -> None:
        """Take these rows as they are, and say so."""
        _add(self._noted, says, rows)

    def keep(self, rows: pl.Series) -> None:
        """These rows stand in a case table."""
        self._kept.append(rows)

    def filler(self, column: str, count: int) -> None:
        """So many fillers stood in a column of the source."""
        if count:
            self._fillers.append((column, count))

    def report(self) -> FileReport:
        """Add everything up.

        Raises:
            ExtractError: Never for what a user does; the sum is checked all the same.
        """
        kept = _union(self._kept)
        all_rows = self._rows.cast(pl.Int64)
        refused = all_rows.filter(~all_rows.is_in(kept.implode()))
        mended = _union([r for rows in self._repaired.values() for r in rows])
        half = _union([r for rows in self._refused.values() for r in rows])
        mended = _union([mended, half])
        repaired = kept.filter(kept.is_in(mended.implode()))
        accepted = len(all_rows) - len(refused) - len(repaired)
        if accepted < 0 or len(kept) + len(refused) != len(all_rows):
            raise ExtractError(
                f"{self.name}: the rows taken and refused do not add up to the rows "
                "read. Please report this with the kind of file, without its contents."
            )
        halves = {
            f"left out of one table: {says}": [r.filter(r.is_in(kept.implode()))]
            for says, rows in self._refused.items()
            for r in [_union(rows)]
        }
        if not self.read_as and len(refused):
            self.refuse("the file is not used", refused)
        whole = {
            says: [r.filter(r.is_in(refused.implode()))]
            for says, rows in [*self._refused.items(), *self._passed.items()]
            for r in [_union(rows)]
        }
        return FileReport(
            name=self.name,
            read_as=", ".join(sorted(set(self.read_as))) or NOT_USED,
            rows=len(all_rows),
            accepted=accepted,
            repaired=len(repaired),
            refused=len(refused),
            repairs=self._findings({**_among(self._repaired, kept), **halves}),
            refusals=self._findings(whole),
            noted=self._findings(_among(self._noted, kept)),
            fillers=self._fillers_by_column(),
            looked_for=tuple(sorted(self._looked_for)),
        )

    def _fillers_by_column(self) -> tuple[tuple[str, int], ...]:
        found = Counter[str]()
        for column, count in self._fillers:
            found[column] += count
        return tuple(sorted(found.items()))

    def _findings(self, found: dict[str, list[pl.Series]]) -> tuple[Finding, ...]:
        lines = pl.DataFrame({"row": self._rows.cast(pl.Int64), "line": self._lines})
        findings = []
        for says in sorted(found):
            rows = _union(found[says])
            if rows.is_empty():
                continue
            first = lines.filter(pl.col("row").is_in(rows.head(ROWS_SHOWN).implode()))
            shown = tuple(int(n) for n in first["line"].to_list())
            findings.append(Finding(says, len(rows), shown))
        return tuple(findings)


@dataclass(frozen=True)
class TableReport:
    """What one case table holds after an ingest."""

    name: str
    rows: int
    from_source: int
    new: int
    ended: int
    covered_from: date
    covered_to: date
    history_days: int
    gaps: tuple[Hole, ...] = ()
    absent: tuple[Lack, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The report as plain facts."""
        return {
            "table": self.name,
            "rows": self.rows,
            "from_source": self.from_source,
            "new": self.new,
            "ended": self.ended,
            "covered_from": self.covered_from.isoformat(),
            "covered_to": self.covered_to.isoformat(),
            "history_days": self.history_days,
            "gaps": [gap.to_json() for gap in self.gaps],
            "absent": [one.to_json() for one in self.absent],
        }


@dataclass(frozen=True)
class IngestReport:
    """What an ingest found: tables, files, and what a person should look at."""

    name: str
    kind: str
    extract_date: date
    mark: str | None
    dry_run: bool
    tables: tuple[TableReport, ...]
    files: tuple[FileReport, ...]
    warnings: tuple[str, ...] = field(default=())
    people: People | None = None
    delays: tuple[Delay, ...] = ()
    first_rows: tuple[FirstRows, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The report as plain facts: what quality.json holds of this ingest."""
        shown = [f.to_json() for f in self.first_rows]
        return {
            "name": self.name,
            "kind": self.kind,
            "extract_date": self.extract_date.isoformat(),
            "mark": self.mark,
            "tables": [t.to_json() for t in self.tables],
            "files": [f.to_json() for f in self.files],
            "people": None if self.people is None else self.people.to_json(),
            "warnings": list(self.warnings),
            "lags": [d.to_json() for d in self.delays],
            **({"first_rows": shown} if shown else {}),
        }

    def _repr_html_(self) -> str:
        """For a notebook: the summary, a line a paragraph."""
        first, *others = (line for line in self.summary().splitlines() if line.strip())
        return fragment(first, others)

    def measured_lags(self) -> str:
        """A short text for the terminal: how late this source's rows were known."""
        return delays_text(self.delays)

    def summary(self) -> str:
        """A short text for the terminal: what came in, and what was wrong with it."""
        used = [f for f in self.files if f.read_as != NOT_USED]
        rows = sum(f.rows for f in used)
        taken = sum(f.accepted for f in used)
        mended = sum(f.repaired for f in used)
        refused = sum(f.refused for f in used)
        done = "Would ingest" if self.dry_run else "Ingested"
        first = (
            f"{done} '{self.name}' ({self.kind}), extract of {self.extract_date}: "
            f"{rows:,} rows in, {taken:,} accepted, {mended:,} repaired, "
            f"{refused:,} refused."
        )
        lines = [first, "", "Case tables"]
        lines += [
            f"  {t.name:<26}{t.rows:>10,} rows   covers {t.covered_from} "
            f"to {t.covered_to}{_without(t)}" + _changes(t)
            for t in self.tables
        ]
        found = [
            (verb, f, finding)
            for f in used
            for verb, findings in (
                ("refused", f.refusals),
                ("repaired", f.repairs),
                ("noted", f.noted),
            )
            for finding in findings
        ]
        if found:
            lines += ["", "What was found in the files"]
            ranked = sorted(found, key=lambda x: (-x[2].rows, x[1].name, x[2].says))
            lines += [
                f"  {f.name}: {finding.says} ({verb}, {finding.rows:,} rows, "
                f"first at {', '.join(map(str, finding.first_rows[:3]))})"
                for verb, f, finding in ranked[:LINES_SHOWN]
            ]
            if len(ranked) > LINES_SHOWN:
                lines.append(f"  and {len(ranked) - LINES_SHOWN} more in quality.json")
        fillers = sum(count for f in self.files for _, count in f.fillers)
        if fillers:
            lines += [
                "",
                f"{fillers:,} fillers (-1, NULL, 1900-01-01 …) read as empty.",
            ]
        if self.people is not None:
            lines += ["", self.people.says()]
        if self.warnings:
            lines += ["", "Please look at", *(f"  {w}" for w in self.warnings)]
        if self.first_rows:
            lines += ["", first_rows_text(self.first_rows)]
        return "\n".join(lines) + "\n"


def _without(table: TableReport) -> str:
    gaps = "".join(f", not {gap.first} to {gap.last}" for gap in table.gaps)
    absent = dict.fromkeys(one.column for one in table.absent if one.lasts)
    return gaps + (f", without {', '.join(absent)}" if absent else "")


def _changes(table: TableReport) -> str:
    changed = [
        f"{count:,} {word}"
        for count, word in ((table.new, "new"), (table.ended, "no longer so"))
        if count
    ]
    return f"   ({', '.join(changed)})" if table.ended else ""


def _add(to: dict[str, list[pl.Series]], says: str, rows: pl.Series) -> None:
    if len(rows):
        to.setdefault(says, []).append(rows.cast(pl.Int64))


def _among(
    found: dict[str, list[pl.Series]], rows: pl.Series
) -> dict[str, list[pl.Series]]:
    """What was found on some rows only: what is refused is neither mended nor taken."""
    return {
        says: [one.filter(one.is_in(rows.implode())) for one in parts]
        for says, parts in found.items()
    }


def _union(rows: Iterable[pl.Series]) -> pl.Series:
    parts = [r.cast(pl.Int64).rename("row") for r in rows]
    if not parts:
        return pl.Series("row", [], dtype=pl.Int64)
    return pl.concat(parts).unique().sort()

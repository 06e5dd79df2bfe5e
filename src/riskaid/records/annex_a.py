"""Ofsted's Annex A: the lists every council makes for an inspection.

A workbook with one sheet a list, or one CSV a list. It is a snapshot: what happened in
the months before, and what is open. Events have no ids of their own, workers and teams
are never read, and counts ("in the last 12 months") are no events.
"""

from pathlib import Path

import polars as pl

from riskaid.errors import ExtractError
from riskaid.files import digest_file
from riskaid.progress import Progress, silent
from riskaid.records.annex_a_events import ONLY_NOW, events
from riskaid.records.annex_a_lists import (
    BY_NAME,
    DATES,
    SERVES_NO_TABLE,
    AnnexList,
    ListRows,
    list_of,
    places,
)
from riskaid.records.annex_a_people import people
from riskaid.records.read_csv import ROW, TextTable, header_of, is_table, read_table
from riskaid.records.ssd import ledger_of, without_twins
from riskaid.records.supply import NO_GROUPS, Reading
from riskaid.records.workbook import (
    Cell,
    Sheet,
    as_text,
    is_workbook,
    read_workbook,
)

NAME = "annex a"
HEADER_WITHIN = 60
"""Rows from the top in which a sheet's header is looked for."""
EPOCHS_APART = 1462
"""Days between Excel's two calendars, from 1900 and from 1904."""
ONLY_LATEST = ("cin_visits", "cp_visits", "placements", "legal_statuses")
AGE = "age"


def read_annex_a(source: Path, progress: Progress = silent) -> Reading:
    """Read a workbook, or the CSV files of a folder.

    Raises:
        ExtractError: It cannot be read safely, holds no list, or holds one twice.
    """
    if source.is_file() or any(is_workbook(p) for p in source.iterdir()):
        path = source if source.is_file() else _workbook_in(source)
        progress("reading the workbook", 0, 0)
        found, warnings = _from_workbook(path)
    else:
        found, warnings = _from_csv(source)
    return _reading(found, warnings)


def _workbook_in(folder: Path) -> Path:
    found = sorted(p for p in folder.iterdir() if is_workbook(p))
    if len(found) > 1:
        raise ExtractError(
            f"The folder holds {len(found)} workbooks. "
            "Ingest them one at a time, the oldest first."
        )
    return found[0]


def _from_workbook(path: Path) -> tuple[list[tuple[AnnexList, TextTable]], list[str]]:
    book = read_workbook(path)
    digest = digest_file(path)
    found: dict[str, tuple[Sheet, TextTable]] = {}
    warnings = []
    if book.macros:
        warnings.append(f"{path.name}: it holds macros, which were not read or run.")
    unknown = 0
    for sheet in book.sheets:
        top = _top(sheet.rows)
        if top is None:
            unknown += bool(sheet.rows)
            continue
        at, one = top
        if one.name in found and found[one.name][0].hidden == sheet.hidden:
            raise _twice(path.name, one)
        if one.name in found and sheet.hidden:
            warnings.append(f"{path.name}: a hidden second {one.name} was not used.")
            continue
        table = _table(sheet.rows, at, one, since_1904=book.since_1904)
        name = f"{path.name} {one.name}"
        found[one.name] = (sheet, TextTable(name, table, digest))
    for name, (sheet, _) in found.items():
        if sheet.hidden:
            warnings.append(f"{path.name}: {name} stands on a hidden sheet; used.")
    if unknown:
        warnings.append(f"{path.name}: {unknown} sheet(s) hold no list; not used.")
    if not found:
        raise _no_list(path.name)
    return [(BY_NAME[name], table) for name, (_, table) in found.items()], warnings


def _no_list(name: str) -> ExtractError:
    return ExtractError(
        f"{name}: no sheet holds a list of an Annex A. Looked in the first "
        f"{HEADER_WITHIN} rows of each for headings such as 'Child Unique ID' and "
        "'Date of Contact'. Use the headings of Ofsted's template."
    )


def _twice(name: str, one: AnnexList) -> ExtractError:
    return ExtractError(
        f"{name}: {one.name} stands there twice. Leave one of them, and ingest one "
        "Annex A at a time, the oldest first."
    )


def _top(rows: list[list[Cell]]) -> tuple[int, AnnexList] | None:
    """The row of a sheet's header, counted from 0, and the list it belongs to."""
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        header = [c if isinstance(c, str) else "" for c in row]
        one = list_of(header)
        if one is not None:
            return at, one
    return None


def _table(
    rows: list[list[Cell]], at: int, one: AnnexList, *, since_1904: bool
) -> pl.DataFrame:
    """What stands below a header, as text, under our names; other columns unnamed.

    A row is left out as blank when nothing but an age, which is a formula that councils
    fill down, stands in it.
    """
    header = [c if isinstance(c, str) else "" for c in rows[at]]
    names = {place: column for column, place in places(one, header).items()}
    ages = {i for i, h in enumerate(header) if h.strip().lower().startswith(AGE)}
    moved = {i for i, c in names.items() if since_1904 and c in DATES}
    kept, numbers = [], []
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        if all(c is None for i, c in enumerate(row) if i not in ages):
            continue
        kept.append(
            [as_text(_moved(c) if i in moved else c) for i, c in enumerate(row)]
        )
        numbers.append(number)
    labels = [names.get(i, f"·{i}") for i in range(len(header))]
    frame = pl.DataFrame(kept, schema=dict.fromkeys(labels, pl.String), orient="row")
    return frame.with_columns(pl.Series(ROW, numbers, dtype=pl.Int64))


def _moved(cell: Cell) -> Cell:
    """A plain number in a workbook that counts days from 1904, as from 1900."""
    if isinstance(cell, float) and not isinstance(cell, bool):
        return cell + EPOCHS_APART
    return cell


def _from_csv(folder: Path) -> tuple[list[tuple[AnnexList, TextTable]], list[str]]:
    found: dict[str, tuple[AnnexList, TextTable]] = {}
    for path in sorted(p for p in folder.iterdir() if p.is_file() and is_table(p)):
        one = list_of(header_of(path))
        if one is None:
            continue
        if one.name in found:
            raise _twice(folder.name, one)
        table = read_table(path)
        header = [c for c in table.rows.columns if c != ROW]
        names = {header[place]: c for c, place in places(one, header).items()}
        rest = {c: f"·{i}" for i, c in enumerate(header) if c not in names}
        rows = table.rows.rename({**names, **rest})
        found[one.name] = (
            one,
            TextTable(table.name, rows, table.digest, table.ragged),
        )
    if not found:
        raise _no_list(folder.name)
    return list(found.values()), []


def _reading(found: list[tuple[AnnexList, TextTable]], warnings: list[str]) -> Reading:
    lists: dict[str, ListRows] = {}
    ledgers, digests = [], {}
    order = list(BY_NAME)
    for one, table in sorted(found, key=lambda f: order.index(f[0].name)):
        ledger = ledger_of(table)
        ledgers.append(ledger)
        digests[table.name] = table.digest
        reason = SERVES_NO_TABLE.get(one.name)
        if reason is not None:
            used = (
                "used only for who a child is" if one.name != "List 11" else "not used"
            )
            warnings.append(f"{one.name} is {used}: {reason}.")
        if one.name == "List 11":
            continue
        rows = without_twins(table.rows, ledger)
        mine = [
            pl.col(ROW).alias("row"),
            *(c for c in one.columns if c in rows.columns),
        ]
        lists[one.name] = ListRows(one.name, table.name, rows.select(mine), ledger)
    absent = [f"list {n}" for n in range(1, 9) if f"List {n}" not in lists]
    if absent:
        warnings.append(f"Not in the Annex A: {', '.join(absent)}.")
    supplies, first = events(lists)
    supplies += people(lists)
    return Reading(
        kind="annex_a",
        name=NAME,
        supplies=tuple(supplies),
        ledgers=tuple(ledgers),
        groups=NO_GROUPS,
        covered_from=dict.fromkeys(ONLY_LATEST, ONLY_NOW),
        found_from=first,
        warnings=tuple(warnings),
        digests=digests,
    )

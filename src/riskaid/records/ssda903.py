"""SSDA903: the yearly return about looked-after children, as one CSV a module."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import polars as pl

from riskaid.errors import ExtractError
from riskaid.progress import Progress, silent
from riskaid.records.given_file import files_in
from riskaid.records.quality import FileLedger
from riskaid.records.quality_upn import note_upns
from riskaid.records.read_csv import ROW, TextTable, is_table, read_table
from riskaid.records.ssd import ledger_of, without_twins
from riskaid.records.stays import joined, order_episodes
from riskaid.records.supply import NO_GROUPS, Reading, Supply
from riskaid.records.values import dates, ids, tidy

MODULES: dict[str, tuple[str, ...]] = {
    "header": ("CHILD", "SEX", "DOB", "ETHNIC"),
    "episodes": ("CHILD", "DECOM", "RNE", "LS", "PLACE"),
    "missing": ("CHILD", "MISSING", "MIS_START"),
    "oc2": ("CHILD", "SDQ_SCORE"),
    "social worker episodes": ("CHILD", "SW_ID", "SW_DECOM"),
}
"""The modules that become case tables, by columns that only they have together."""

OTHER_MODULES: dict[str, tuple[str, ...]] = {
    "reviews": ("CHILD", "REVIEW", "REVIEW_CODE"),
    "uasc": ("CHILD", "DUC"),
    "oc3": ("CHILD", "IN_TOUCH"),
    "ad1": ("CHILD", "DATE_INT"),
    "placed for adoption": ("CHILD", "DATE_PLACED"),
    "previous permanence": ("CHILD", "PREV_PERM"),
    "deprivation of liberty": ("CHILD", "DOLO_START"),
}
WHY_NOT_USED = {
    "reviews": "no indicator reads how a review was held",
    "uasc": "having arrived alone is a matter of immigration, which is never used",
    "oc3": "it is about adults who left care",
    "ad1": "the end of an episode of care says that a child was adopted",
    "placed for adoption": "the placements of the episodes say so",
    "previous permanence": "its dates are known in part only, and often not at all",
    "deprivation of liberty": "no case table takes court orders of this kind",
}
CASE_WORKER = "CW"
CASE_COLUMNS = {"PLACE": "placement_type", "PLACE_PROVIDER": "provider"}
PLACE_COLUMNS = ["PLACE", "PLACE_PROVIDER", "PL_POST", "URN"]


def module_of(header: list[str]) -> str | None:
    """Which module a header belongs to, in any order and case, extra columns or not."""
    names = {n.strip().upper() for n in header}
    for module, columns in [*MODULES.items(), *OTHER_MODULES.items()]:
        if names.issuperset(columns):
            return module
    return None


def why_not_used(module: str | None) -> str:
    """Why a file beside the modules becomes no case table."""
    if module is None:
        return "not used (no 903 columns)."
    return f"not used ({module}): {WHY_NOT_USED[module]}."


def looks_like_ssda903(header: list[str]) -> bool:
    """Whether a header is that of an SSDA903 module."""
    return module_of(header) is not None


def read_ssda903(source: Path, progress: Progress = silent) -> Reading:
    """Read the modules of one return.

    Raises:
        ExtractError: No file holds a module that riskaid uses.
    """
    files = [p for p in files_in(source) if is_table(p)]

    def found() -> Iterator[TextTable]:
        for done, path in enumerate(files, start=1):
            progress("reading SSDA903 modules", done, len(files))
            yield read_table(path)

    return reading_of(found(), kind="ssda903_csv")


def reading_of(found: Iterable[TextTable], *, kind: str) -> Reading:
    """What the modules of one return say, wherever they were read from.

    Args:
        found: Modules as text, in any order; what is none is said and left.
        kind: The kind of source, for the reading.

    Raises:
        ExtractError: No table is a module that riskaid uses, or two are the same one.
    """
    held: dict[str, tuple[TextTable, FileLedger]] = {}
    ledgers, digests, warnings = [], {}, []
    for table in found:
        digests[table.name] = table.digest
        module = module_of(table.rows.columns)
        ledger = ledger_of(table)
        ledgers.append(ledger)
        if module not in MODULES:
            warnings.append(f"{table.name}: {why_not_used(module)}")
            continue
        if module in held:
            raise ExtractError(
                f"{table.name} and {held[module][0].name} both hold the {module} "
                "module. Ingest one return at a time, the oldest first."
            )
        upper = {c: c.strip().upper() for c in table.rows.columns if c != ROW}
        rows = without_twins(table.rows.rename(upper), ledger)
        held[module] = (TextTable(table.name, rows, table.digest), ledger)
    if not held:
        raise ExtractError(
            "No file in the folder holds an SSDA903 module that riskaid uses. Looked "
            "for CSV files with columns such as CHILD, DECOM and RNE."
        )
    supplies = [s for module in held for s in READ[module](*held[module])]
    absent = sorted(set(MODULES) - set(held))
    if absent:
        warnings.append(f"Not in the return: {', '.join(absent)}.")
    return Reading(
        kind=kind,
        name="ssda903",
        supplies=tuple(supplies),
        ledgers=tuple(ledgers),
        groups=NO_GROUPS,
        window="return year",
        warnings=tuple(warnings),
        digests=digests,
    )


def _taken(table: TextTable, columns: dict[str, str]) -> pl.DataFrame:
    frame = table.rows
    rows = pl.DataFrame({"row": frame[ROW], "source_row": frame[ROW]})
    return rows.with_columns(
        frame[written].alias(case)
        for case, written in columns.items()
        if written in frame.columns
    )


def _header(table: TextTable, ledger: FileLedger) -> list[Supply]:
    columns = {"person_id": "CHILD", "born": "DOB", "sex": "SEX", "ethnicity": "ETHNIC"}
    rows = _taken(table, columns)
    if "UPN" in table.rows.columns:
        note_upns(table.rows["UPN"], table.rows["CHILD"], rows["row"], ledger)
    return [Supply("persons", table.name, ledger, rows, dated=False)]


def _episodes(table: TextTable, ledger: FileLedger) -> list[Supply]:
    """Episodes as they are repaired, and the placements and legal statuses in them."""
    wanted = {
        "person_id": "CHILD",
        "date": "DECOM",
        "end": "DEC",
        "start_reason": "RNE",
        "end_reason": "REC",
        "need": "CIN",
        "legal_status": "LS",
        "change_reason": "REASON_PLACE_CHANGE",
        **{c: c for c in PLACE_COLUMNS},
    }
    rows = _taken(table, wanted)
    empty = [CASE_COLUMNS.get(c, c) for c in wanted if c not in rows.columns]
    rows = rows.with_columns(
        pl.lit(None, dtype=pl.String).alias(c) for c in wanted if c not in rows.columns
    )
    who = ids(rows["person_id"]).values
    start, end = dates(rows["date"]), dates(rows["end"])
    ledger.filler("DECOM", start.fillers)
    ledger.filler("DEC", end.fillers)
    numbers = rows["row"]
    ledger.repair(
        "'DEC' could not be read; read as open", numbers.filter(end.unreadable)
    )
    rows = rows.with_columns(
        who.alias("person_id"), start.values.alias("date"), end.values.alias("end")
    ).with_columns(
        tidy(rows[c]).str.to_uppercase().alias(c)
        for c in ("start_reason", "end_reason")
    )
    lost = pl.col("person_id").is_null() | pl.col("date").is_null()
    ledger.refuse("no child or no start (DECOM)", rows.filter(lost)["row"])
    rows = rows.filter(~lost)
    backwards = (pl.col("end") < pl.col("date")).fill_null(False)
    ledger.repair("DEC before DECOM; read as open", rows.filter(backwards)["row"])
    rows = rows.with_columns(pl.when(~backwards).then("end").alias("end"))
    rows = order_episodes(rows, ledger)
    placed = joined(rows, PLACE_COLUMNS).rename(CASE_COLUMNS)
    legal = joined(rows, ["legal_status"])
    chosen = {
        "cla_episodes": (rows, ["period_id", "start_reason", "need", "end_reason"]),
        "placements": (placed, ["placement_type", "provider", "change_reason"]),
        "legal_statuses": (legal, ["legal_status"]),
    }
    keys = ["row", "source_row", "person_id", "date", "end"]
    return [
        Supply(name, table.name, ledger, frame.select(*keys, *own), lacks=tuple(empty))
        for name, (frame, own) in chosen.items()
    ]


def _missing(table: TextTable, ledger: FileLedger) -> list[Supply]:
    columns = {
        "person_id": "CHILD",
        "date": "MIS_START",
        "episode_type": "MISSING",
        "end": "MIS_END",
    }
    return [Supply("missing_episodes", table.name, ledger, _taken(table, columns))]


def _oc2(table: TextTable, ledger: FileLedger) -> list[Supply]:
    """Scores of the year; the module has no date, so they count from its last day."""
    rows = _taken(table, {"person_id": "CHILD", "score": "SDQ_SCORE"})
    without = tidy(rows["score"]).is_null()
    ledger.pass_over("no SDQ score in the row", rows["row"].filter(without))
    rows = rows.filter(~without)
    return [Supply("sdq_scores", table.name, ledger, rows, on_extract_day=True)]


def _workers(table: TextTable, ledger: FileLedger) -> list[Supply]:
    """Who worked with a child from when to when, without the reason for a change."""
    columns = {
        "person_id": "CHILD",
        "date": "SW_DECOM",
        "worker_id": "SW_ID",
        "end": "SW_DEC",
    }
    rows = _taken(table, columns).with_columns(pl.lit(CASE_WORKER).alias("role"))
    return [Supply("involvements", table.name, ledger, rows, beside=True)]


READ: dict[str, Callable[[TextTable, FileLedger], list[Supply]]] = {
    "header": _header,
    "episodes": _episodes,
    "missing": _missing,
    "oc2": _oc2,
    "social worker episodes": _workers,
}

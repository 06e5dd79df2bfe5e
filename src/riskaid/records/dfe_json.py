"""DfE's daily children's social care data: JSON with one object a child.

The same safeguarding dataset as an SSD, already joined and with far fewer fields: no
primary need, no category of abuse, no missing episodes, contacts, visits, legal status
or family. A key that is absent is not known. `"disabilities": ["NONE"]` stands for no
row in the case system, which is not known either. `purge: true` deletes an object and
all that is in it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from riskaid.errors import ExtractError
from riskaid.files import digest_file
from riskaid.progress import Progress, silent
from riskaid.records.coverage import DFE_COHORT
from riskaid.records.dfe_fields import (
    ASSESSMENTS,
    BESIDE,
    CHILD,
    ENQUIRIES,
    EPISODE_OF_CARE,
    EPISODES,
    FROM_BLOCK,
    IN_EPISODE,
    PERSON,
    PLACEMENTS,
    REFERRAL,
    SCORES,
    WITH_REFERRAL,
)
from riskaid.records.json_objects import (
    begins_with_key,
    is_json,
    json_objects,
    parsed,
)
from riskaid.records.quality import FileLedger
from riskaid.records.read_csv import header_of, is_table, read_table
from riskaid.records.source_facts import FACTS
from riskaid.records.supply import NO_GROUPS, Reading, Supply
from riskaid.records.tables import TABLES

PAYLOAD = "json_payload"
STATE = "row_state"
NOT_USED = ("adoption", "care_leavers")
NOT_RECORDED = "NONE"
CASE_WORKER = "CW"
PURGED = "deleted by the source (purge)"
CHUNK = 20_000

Row = dict[str, str | int | None]


@dataclass
class _Rows:
    """Rows of one case table, kept as columns as soon as there are many."""

    schema: dict[str, pl.DataType]
    done: list[pl.DataFrame] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    named: set[str] = field(default_factory=set)

    def add(self, row: Row) -> None:
        """Take a row in."""
        self.waiting.append(row)
        if len(self.waiting) == CHUNK:
            self._settle()

    def frame(self) -> pl.DataFrame:
        """Every row so far."""
        self._settle()
        return pl.concat(self.done)

    def lacks(self) -> tuple[str, ...]:
        """The columns that no row names, where there is a row."""
        return tuple(c for c in self.schema if self.named and c not in self.named)

    def _settle(self) -> None:
        self.named.update(*self.waiting)
        self.done.append(pl.DataFrame(self.waiting, schema=self.schema))
        self.waiting = []


@dataclass
class _Found:
    """What one pass over the files collects.

    `units` are the numbers of the children in which the objects of a block stand: one
    entry an object, which is row 1, 2, 3 of its block.
    """

    rows: dict[str, _Rows] = field(default_factory=dict)
    units: dict[str, list[int]] = field(default_factory=dict)
    says: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    latest: dict[str, int] = field(default_factory=dict)
    replaced: set[int] = field(default_factory=set)
    children: int = 0
    not_recorded: int = 0
    unused: set[str] = field(default_factory=set)

    def unit(self, block: str) -> int:
        """Number an object of a block."""
        numbers = self.units.setdefault(block, [])
        numbers.append(self.children)
        return len(numbers)

    def say(self, how: str, block: str, says: str, unit: int) -> None:
        """Remember what became of an object: "pass_over", "repair" or "note"."""
        self.says.setdefault((how, block, says), []).append(unit)

    def add(self, table: str, row: Row) -> None:
        """One row for a case table."""
        self.table(table).add(row)

    def table(self, table: str) -> _Rows:
        """The rows of a case table, begun where there are none."""
        if table not in self.rows:
            columns = ["person_id", "date", "known_after", *TABLES[table].columns]
            numbers = dict.fromkeys(("row", "source_row"), pl.Int64())
            texts = dict.fromkeys(columns, pl.String())
            self.rows[table] = _Rows({**numbers, **texts})
        return self.rows[table]


def looks_like_dfe_json(path: Path) -> bool:
    """Whether a file is such JSON, or a staging table that holds it."""
    if is_json(path):
        return path.name != FACTS and begins_with_key(path, "la_child_id")
    return is_table(path) and PAYLOAD in {c.strip().lower() for c in header_of(path)}


def read_dfe_json(source: Path, progress: Progress = silent) -> Reading:
    """Read one file, or every file of a folder in the order of their names.

    A child that stands in the source more than once counts as it was sent last. A row's
    number is that of the child: the third object is row 3, counted on through files.

    Raises:
        ExtractError: A file cannot be read, or no child is in any.
    """
    folder = sorted(source.iterdir()) if source.is_dir() else [source]
    files = [p for p in folder if p.is_file() and looks_like_dfe_json(p)]
    found = _Found()
    for done, path in enumerate(files, start=1):
        progress("reading children as JSON", done, len(files))
        try:
            for one, purged in _children(path):
                _child(one, found, purged=purged)
        except RecursionError as error:
            raise ExtractError(
                f"{path.name}: objects stand in each other without end. "
                "Export it again."
            ) from error
    if not found.latest:
        raise ExtractError(
            f"{source.name}: no child was found in it. Looked for JSON objects with "
            'an "la_child_id".'
        )
    return _reading(source, files, found)


def _children(path: Path) -> Iterator[tuple[dict[str, Any] | None, bool]]:
    """Each child of a file, and whether its row in a staging table was deleted."""
    if is_json(path):
        for one in json_objects(path):
            yield one, False
        return
    rows = read_table(path).rows
    names = {c.strip().lower(): c for c in rows.columns}
    state = rows[names[STATE]] if STATE in names else pl.Series([None] * rows.height)
    for text, said in zip(rows[names[PAYLOAD]], state, strict=True):
        yield parsed(text or ""), str(said).strip().lower() == "deleted"


def _child(one: dict[str, Any] | None, found: _Found, *, purged: bool) -> None:
    found.children += 1
    unit = found.unit(CHILD)
    if one is None:
        found.say("pass_over", CHILD, "not a JSON object", unit)
        return
    who = (_plain(one.get("la_child_id")) or "").strip() or None
    if who is not None:
        found.replaced |= {found.latest[who]} if who in found.latest else set()
        found.latest[who] = found.children
    gone = purged or _purged(one)
    row: Row = {"row": unit, "source_row": found.children, "person_id": who}
    details = _part(one, "child_details")
    details = {} if _purged(details) else details
    if gone:
        found.say("pass_over", CHILD, PURGED, unit)
    else:
        found.add("persons", {**row, **_taken(details, PERSON, CHILD, unit, found)})
        _disabilities(details, row, found)
    health = _part(one, "health_and_wellbeing")
    twins: set[str] = set()
    for score in _items(health, SCORES):
        no_score = gone or _purged(health) or _purged(score)
        said = {"date": "date", "score": "score"}
        _block("sdq_scores", said, score, row, found, gone=no_score)
    for episode in _items(one, EPISODES):
        _episode(episode, row, found, twins, gone=gone)


def _disabilities(details: dict[str, Any], row: Row, found: _Found) -> None:
    written = details.get("disabilities")
    for code in written if isinstance(written, list) else []:
        said = (_plain(code) or "").strip().upper()
        if said == NOT_RECORDED:
            found.not_recorded += 1
        elif said:
            found.add("disabilities", {**row, "code": said})


def _episode(
    episode: dict[str, Any], row: Row, found: _Found, twins: set[str], *, gone: bool
) -> None:
    gone = gone or _purged(episode)
    number = _plain(episode.get("social_care_episode_id"))
    found.unused |= {name for name in NOT_USED if episode.get(name)}
    whole = f"{number} {json.dumps(episode, sort_keys=True)}"
    _block("referrals", REFERRAL, episode, row, found, gone=gone, twin=whole in twins)
    twins.add(whole)
    for block, (table, columns) in IN_EPISODE.items():
        for part in _items(episode, block):
            said = f"{number} {block} {json.dumps(part, sort_keys=True)}"
            more: Row = {"referral_id": number} if table in WITH_REFERRAL else {}
            if table == "involvements":
                more["role"] = CASE_WORKER
            unit = _block(
                table, columns, part, {**row, **more}, found,
                gone=gone or _purged(part), twin=said in twins,
            )  # fmt: skip
            twins.add(said)
            if unit is not None:
                _beside(block, part, {**row, **more, "row": unit}, found)


def _beside(block: str, part: dict[str, Any], row: Row, found: _Found) -> None:
    """What an object says for a second case table."""
    unit = int(row["row"] or 0)
    if block == ENQUIRIES and part.get("icpc_date") is not None:
        said = {"date": "icpc_date", "enquiry_id": "section_47_assessment_id"}
        found.add("icpcs", {**row, **_taken(part, said, block, unit, found)})
    if block == PLACEMENTS:
        said = EPISODE_OF_CARE
        found.add("cla_episodes", {**row, **_taken(part, said, block, unit, found)})
    if block == ASSESSMENTS:
        known = {"date": "start_date", "known_after": "authorisation_date"}
        taken = _taken(part, known, block, unit, found)
        factors = part.get("factors")
        plain = {k: v for k, v in row.items() if k != "referral_id"}
        codes = map(_plain, factors if isinstance(factors, list) else [])
        for code in dict.fromkeys(code for code in codes if code is not None):
            found.add("assessment_factors", {**plain, **taken, "code": code})


def _block(
    table: str,
    columns: dict[str, str],
    part: dict[str, Any],
    row: Row,
    found: _Found,
    *,
    gone: bool,
    twin: bool = False,
) -> int | None:
    """Take one object as a row; its number in its block, or None if it is left out."""
    block = FROM_BLOCK[table]
    unit = found.unit(block)
    if gone:
        found.say("pass_over", block, PURGED, unit)
        return None
    if twin:
        found.say("pass_over", block, "the same row as an earlier one", unit)
        return None
    taken = _taken(part, columns, block, unit, found)
    found.add(table, {**row, **taken, "row": unit})
    return unit


def _taken(
    part: dict[str, Any], columns: dict[str, str], block: str, unit: int, found: _Found
) -> Row:
    """The columns of an object; an array or object in place of a value is no value."""
    for key in columns.values():
        if isinstance(part.get(key), list | dict):
            says = f"'{key}' is not a plain value; left empty"
            found.say("repair", block, says, unit)
    return {case: _plain(part.get(key)) for case, key in columns.items()}


def _plain(value: object) -> str | None:
    if value is None or isinstance(value, list | dict):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _purged(part: dict[str, Any]) -> bool:
    return str(part.get("purge")).lower() in ("true", "1")


def _part(parent: dict[str, Any], name: str) -> dict[str, Any]:
    inside = parent.get(name)
    return inside if isinstance(inside, dict) else {}


def _items(parent: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of an array; one object alone stands for an array of one."""
    inside = parent.get(name)
    listed = inside if isinstance(inside, list) else [inside]
    return [one for one in listed if isinstance(one, dict)]


def _reading(source: Path, files: list[Path], found: _Found) -> Reading:
    label = files[0].name if len(files) == 1 else source.name
    ledgers = _ledgers(label, found)
    lag = TABLES["assessments"].group_lags["end"]
    again = sorted(found.replaced)
    supplies, absent = [], []
    for table, block in FROM_BLOCK.items():
        own = block == CHILD or table in BESIDE
        if table not in found.rows and (own or block not in found.units):
            absent.append(table)
            continue
        whole = found.table(table)
        rows = whole.frame()
        rows = rows.filter(~pl.col("source_row").is_in(again))
        dated = TABLES[table].shape != "snapshot"
        supplies.append(
            Supply(
                table,
                label,
                ledgers[block],
                rows,
                known_after_lag=lag,
                dated=dated,
                lacks=whole.lacks(),
            )
        )
    warnings = []
    if absent:
        warnings.append(
            f"Nothing in the source for: {', '.join(absent)}. Taken as not supplied, "
            "because an absent key and an empty one look the same."
        )
    if found.unused:
        warnings.append(f"Not used: {', '.join(sorted(found.unused))}.")
    return Reading(
        kind="dfe_json",
        name="dfe json",
        supplies=tuple(supplies),
        ledgers=tuple(ledgers.values()),
        groups=NO_GROUPS,
        window=DFE_COHORT,
        warnings=tuple(warnings),
        digests={path.name: digest_file(path) for path in files},
    )


def _ledgers(label: str, found: _Found) -> dict[str, FileLedger]:
    ledgers = {}
    for block, children in found.units.items():
        lines = pl.Series("line", children, dtype=pl.Int64)
        numbers = pl.int_range(1, len(lines) + 1, eager=True, dtype=pl.Int64)
        ledgers[block] = FileLedger(f"{label} <{block}>", numbers, lines)
        again = numbers.filter(lines.is_in(sorted(found.replaced)))
        ledgers[block].pass_over("the child was sent again later", again)
    for (how, block, says), units in found.says.items():
        rows = pl.Series("row", units, dtype=pl.Int64)
        getattr(ledgers[block], how)(says, rows)
    ledgers[CHILD].filler("disabilities", found.not_recorded)
    return ledgers

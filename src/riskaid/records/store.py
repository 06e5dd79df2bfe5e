"""The case store: a folder of typed case tables that says when each row was known.

Read through `open_store`, which checks every file against its digest. Written whole or
not at all, by an ingest.
"""

import json
import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from riskaid.errors import ExtractError, nearest
from riskaid.files import canonical_json, digest_bytes, digest_file, new_folder
from riskaid.files import write_json as put_json
from riskaid.fragment import fragment
from riskaid.records.coverage import Coverage
from riskaid.records.lock import mend
from riskaid.records.one_person import FEW, Finder, kept_tables
from riskaid.records.schema import HOW, empty_table, stored_columns
from riskaid.records.side_by_side import side_by_side
from riskaid.records.store_facts import check_facts, texts
from riskaid.records.tables import TABLES

FORMAT = "riskaid-store"
VERSION = 3
FACTS = "store.json"
QUALITY = "quality.json"
GROUPS = "family_groups.parquet"
LOOKS = "looks.json"
"""The ledger of audits made of these records, which every later ingest keeps."""
ROWS_A_GROUP = 8_192
"""Rows of a file that are read together: few, so that one child is read quickly."""
QUICKEST = 1
"""Of zstd's levels. The usual one saves a hundredth more for a fifth more time."""


@dataclass(frozen=True)
class CaseStore:
    """An opened case store.

    Attributes:
        path: Its folder.
        mark: "synthetic", "public" or None; None is real or of unknown origin.
        extract_date: Last day that any source could know.
        coverage: First and last day covered, by table; only tables that were supplied.
        facts: store.json as read.
        finder: Remembers where each person's rows stand, once one was asked for.
    """

    path: Path
    mark: str | None
    extract_date: date
    coverage: dict[str, Coverage]
    facts: dict[str, Any]
    finder: Finder = field(default_factory=Finder, compare=False, repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the tables part of store.json: names exactly these rows."""
        return digest_bytes(canonical_json(self.facts["tables"]).encode())

    def _repr_html_(self) -> str:
        """For a notebook: which tables, how many rows, which days; nothing of a row."""
        return fragment(
            f"Case store, extract of {self.extract_date}",
            [
                f"Marked {self.mark}."
                if self.mark
                else "Not marked synthetic or public."
            ],
            columns=("table", "rows", "from", "to"),
            rows=[
                (name, f"{held['rows']:,}", held["covered_from"], held["covered_to"])
                for name, held in self.facts["tables"].items()
            ],
        )

    def has(self, name: str) -> bool:
        """Whether any source supplied the table, be it empty."""
        return _known(name) in self.coverage

    def table(self, name: str) -> pl.DataFrame:
        """All versions of a case table's rows; no rows when it was not supplied.

        Raises:
            ExtractError: There is no such case table, or its file cannot be read.
        """
        if not self.has(name):
            return empty_table(name)
        return _read(self.location(name))

    def current(self, name: str) -> pl.DataFrame:
        """The rows of a case table as the latest extracts say them."""
        return self.table(name).filter(pl.col("known_until").is_null())

    def persons_table(
        self,
        name: str,
        person_ids: list[str],
        *,
        by: str = "person_id",
        columns: list[str] | None = None,
    ) -> pl.DataFrame:
        """All versions of a case table's rows about some persons, read lazily.

        Of a few persons only the part of the file is read in which their rows stand.

        Args:
            name: The case table.
            person_ids: Whose rows.
            by: The column they stand in; "adult_id" finds the children of adults.
            columns: Only these; otherwise all.
        """
        chosen = pl.all() if columns is None else pl.col(columns)
        if not self.has(name):
            return empty_table(name).select(chosen)
        file = self.location(name)
        try:
            if len(person_ids) <= FEW:
                found = self.finder.read(file, person_ids, by=by)
                return found if columns is None else found.select(chosen)
            ends = pl.lit(min(person_ids)), pl.lit(max(person_ids))
            near = pl.col(by).is_between(*ends)  # lets statistics leave out parts
            rows = pl.scan_parquet(file).filter(near & pl.col(by).is_in(person_ids))
            return rows.select(chosen).collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise _unreadable(file) from error

    def location(self, name: str) -> Path:
        """The file in which a table that was supplied stands."""
        return self.path / "tables" / f"{name}.parquet"


def open_store(path: Path) -> CaseStore:
    """Open a case store after checking that nothing in it has changed.

    A store that an ingest was killed in the middle of replacing is put back first.

    Raises:
        ExtractError: It is not a store, another version made it, or a file is missing
            or changed.
    """
    mend(path)
    facts = read_facts(path)
    names = list(facts["tables"])
    unknown = [n for n in names if n not in TABLES]
    if unknown:
        raise ExtractError(
            f"The case store '{path.name}' holds {len(unknown)} table(s) this version "
            "of riskaid does not know. Ingest the sources again."
        )
    for name in names:
        _check(path / "tables" / f"{name}.parquet", facts["tables"][name]["digest"])
    groups = facts.get("family_groups")
    if groups is not None:
        _check(path / GROUPS, groups["digest"])
    return CaseStore(
        path=path,
        mark=facts["mark"],
        extract_date=date.fromisoformat(facts["extract_date"]),
        coverage={n: Coverage.from_json(facts["tables"][n]) for n in names},
        facts=facts,
        finder=Finder(kept_tables({n: facts["tables"][n]["rows"] for n in names})),
    )


def read_facts(path: Path) -> dict[str, Any]:
    """Read store.json and check that it is one of this version's.

    Raises:
        ExtractError: It is not, or it cannot be read.
    """
    file = path / FACTS
    if not file.is_file():
        raise ExtractError(
            f"'{path.name}' is not a case store: it has no {FACTS}. "
            "Make one with: riskaid ingest SOURCE --store STORE"
        )
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        found = (facts["format"], facts["version"])
        parts = (facts["tables"], facts["mark"], facts["extract_date"])
    except (ValueError, KeyError, TypeError, OSError, RecursionError) as error:
        raise ExtractError(
            f"{FACTS} of '{path.name}' cannot be read as that of a case store. "
            "Ingest the sources again."
        ) from error
    if found[0] != FORMAT:
        raise ExtractError(
            f"'{path.name}' is not a case store. "
            "Make one with: riskaid ingest SOURCE --store STORE"
        )
    if found[1] != VERSION or not isinstance(parts[0], dict):
        raise ExtractError(
            f"The case store '{path.name}' was made by another version of riskaid "
            f"(store version {found[1]}, this one reads {VERSION}). "
            "Ingest the sources again."
        )
    try:
        check_facts(facts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExtractError(
            f"{FACTS} of '{path.name}' was changed by hand or is damaged. "
            "Restore it, or ingest the sources again."
        ) from error
    return dict(facts)


def write_store(
    path: Path,
    *,
    tables: dict[str, pl.DataFrame],
    groups: pl.DataFrame,
    facts: dict[str, Any],
    coverage: dict[str, Coverage],
    quality: list[dict[str, Any]],
    people: dict[str, Any] | None = None,
) -> None:
    """Write a whole case store beside its place, then put it there.

    Args:
        path: Where the store stands or will stand; an older store gives way only when
            the new one is complete.
        tables: Every table that was supplied, arranged.
        groups: Family groups the sources know.
        facts: mark, extract_date, sources and notes; how ids were made, with a key.
        coverage: By table.
        quality: The quality summary of each ingest.
        people: How many persons stand in small groups, as counts.

    Raises:
        ExtractError: The disk is full or refuses; an older store is as it was.
    """
    try:
        with new_folder(path, replace=True) as folder:
            put_json(folder / QUALITY, {"ingests": quality, "people": people})
            if (path / LOOKS).is_file():
                shutil.copyfile(path / LOOKS, folder / LOOKS)
            _fill(folder, tables, groups, facts, coverage)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ExtractError(
            f"The case store '{path.name}' could not be written; nothing was changed. "
            "Check the space left on its disk and your permissions, and ingest again."
        ) from error


def _fill(
    folder: Path,
    tables: dict[str, pl.DataFrame],
    groups: pl.DataFrame,
    facts: dict[str, Any],
    coverage: dict[str, Coverage],
) -> None:
    (folder / "tables").mkdir()
    names = sorted(tables)

    def write(name: str) -> dict[str, Any]:
        file = folder / "tables" / f"{name}.parquet"
        _write(tables[name], file)
        return {
            "rows": tables[name].height,
            "digest": digest_file(file),
            **coverage[name].to_json(),
            "known_from": _shares(tables[name]),
        }

    written = side_by_side(write, names, weight=lambda name: tables[name].height)
    described = dict(zip(names, written, strict=True))
    whole: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        **facts,
        "tables": described,
    }
    if groups.height:
        _write(groups, folder / GROUPS)
        whole["family_groups"] = {
            "rows": groups.height,
            "digest": digest_file(folder / GROUPS),
        }
    put_json(folder / FACTS, whole)


def read_groups(store: CaseStore) -> pl.DataFrame:
    """Family groups the sources know: person_id, group, strength, source."""
    if "family_groups" not in store.facts:
        names = ("person_id", "group", "strength", "source")
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    return _read(store.path / GROUPS)


def read_quality(store: CaseStore) -> list[dict[str, Any]]:
    """The quality summary of each ingest, in the order of quality.json.

    Raises:
        ExtractError: quality.json is missing or cannot be read.
    """
    try:
        found = json.loads((store.path / QUALITY).read_text(encoding="utf-8"))
        for one in found["ingests"]:
            texts(one["name"], one["extract_date"])
        return list(found["ingests"])
    except (ValueError, KeyError, TypeError, OSError, RecursionError) as error:
        raise ExtractError(
            f"{QUALITY} of '{store.path.name}' is missing or cannot be read. "
            "Ingest the sources again."
        ) from error


def _known(name: str) -> str:
    if name not in TABLES:
        raise ExtractError(
            f"There is no case table '{name}'.{nearest(name, list(TABLES))} "
            "The tables are listed in docs/case-store.md."
        )
    return name


def _check(file: Path, digest: object) -> None:
    if not file.is_file():
        raise ExtractError(
            f"The case store is not whole: {file.name} is missing. "
            "Restore it, or ingest the sources again."
        )
    if digest_file(file) != digest:
        raise ExtractError(
            f"The case store was changed by hand: {file.name} is not what was "
            "ingested. Restore it, or ingest the sources again."
        )


def _unreadable(file: Path) -> ExtractError:
    return ExtractError(
        f"{file.name} of the case store cannot be read. Ingest the sources again."
    )


def _read(file: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(file)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(file) from error


def _write(frame: pl.DataFrame, file: Path) -> None:
    frame.write_parquet(
        file,
        compression="zstd",
        compression_level=QUICKEST,
        statistics=True,
        row_group_size=ROWS_A_GROUP,
    )


def _shares(rows: pl.DataFrame) -> dict[str, float]:
    """The share of rows whose knowledge date was recorded, seen or declared."""
    if rows.is_empty():
        return dict.fromkeys(HOW, 0.0)
    counts = {h: int((rows["known_how"] == h).sum()) for h in HOW}
    return {how: round(count / rows.height, 6) for how, count in counts.items()}


def check_shape(name: str, rows: pl.DataFrame) -> None:
    """Make sure that rows about to be stored have exactly the stored columns.

    Raises:
        ExtractError: They have not (a bug in a reader).
    """
    if dict(rows.schema) != stored_columns(name):
        raise ExtractError(
            f"Rows of '{name}' do not have the stored columns. "
            "Please report this with the kind of source, without its contents."
        )

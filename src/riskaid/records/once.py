"""What may be said only once of a person, whichever of a source's files says it."""

from collections.abc import Iterable, Iterator

import polars as pl

from riskaid.records.tables import TABLES
from riskaid.records.validate import Typed

PART = "·part"
NTH = "·nth"


def each_once(
    checked: Iterable[tuple[Typed, pl.DataFrame]],
) -> Iterator[tuple[Typed, pl.DataFrame]]:
    """Refuse what says again what another row says, and count the rest as kept.

    In snapshots and links: the same row twice; a second row for one person; NONE beside
    another disability. Neither the order of rows nor that of files decides: of two rows
    for one person the one that says more is taken, else the first by what it says.

    Args:
        checked: Where rows came from, and the rows after `check`.

    Yields:
        Each supply and what is left of it: events and spells as they come, so that no
        more is held than must be, then snapshots and links.
    """
    waiting: dict[str, list[tuple[Typed, pl.DataFrame]]] = {}
    for item, rows in checked:
        table = item.supply.table
        if TABLES[table].shape in ("snapshot", "link"):
            waiting.setdefault(table, []).append((item, rows))
            continue
        item.supply.ledger.keep(rows["row"])
        yield item, rows
    for table in sorted(waiting):
        yield from _among(table, waiting[table])


def _among(
    table: str, held: list[tuple[Typed, pl.DataFrame]]
) -> Iterator[tuple[Typed, pl.DataFrame]]:
    parts = [
        rows.with_columns(pl.lit(n).alias(PART)) for n, (_, rows) in enumerate(held)
    ]
    together = pl.concat(parts, how="diagonal").with_row_index(NTH)
    for says, left in _sifted(table, together):
        if left.height < together.height:
            out = together.join(left.select(NTH), on=NTH, how="anti")
            for n, (item, _) in enumerate(held):
                item.supply.ledger.refuse(says, out.filter(pl.col(PART) == n)["row"])
        together = left
    for n, (item, rows) in enumerate(held):
        mine = together.filter(pl.col(PART) == n).select(rows.columns)
        item.supply.ledger.keep(mine["row"])
        yield item, mine


def _sifted(table: str, rows: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """What each rule says of those it refuses, and what it leaves."""
    said = [c for c in rows.columns if c not in (PART, NTH, "row", "source_row")]
    rows = rows.unique(subset=said, keep="first", maintain_order=True)
    steps = [("says the same as an earlier row", rows)]
    if table == "persons":
        rows = _fullest(rows, [c for c in said if c != "person_id"])
        steps.append(("a second row for one person (8510)", rows))
    if table == "disabilities":
        several = pl.len().over("person_id") > 1
        rows = rows.filter(~((pl.col("code") == "NONE") & several))
        steps.append(("NONE beside another disability", rows))
    return steps


def _fullest(rows: pl.DataFrame, said: list[str]) -> pl.DataFrame:
    several = pl.col("person_id").is_duplicated()
    filled = pl.sum_horizontal(pl.col(c).is_not_null() for c in said)
    chosen = (
        rows.filter(several)
        .with_columns(filled.alias("·filled"))
        .sort("·filled", *said, descending=[True, *[False] * len(said)])
        .unique("person_id", keep="first", maintain_order=True)
    )
    return rows.filter(~several | pl.col(NTH).is_in(chosen[NTH].implode()))

"""The features by riskaid's kernel, as any catalogue is computed."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from asked import FEATURES, HALF_LIFE
from made import make

from riskaid.indicators import kernel
from riskaid.indicators.cases import Days
from riskaid.language import CodeColumn, NumberColumn, Table, days


class Events(Table):
    """Made-up events of eight kinds."""

    kind = CodeColumn()
    hours = NumberColumn()


EVENTS = Events("events", kind="event", lag_days=1)


@dataclass(frozen=True)
class Folder:
    """A case store of two tables: the events and the persons."""

    folder: Path

    @property
    def coverage(self) -> dict[str, Days]:
        wide = Days(date(1900, 1, 1), date(2100, 1, 1))
        return {"events": wide, "persons": wide}

    def has(self, name: str) -> bool:
        return name in self.coverage

    def table(self, name: str) -> pl.DataFrame:
        return self._scan(name).collect()

    def persons_table(
        self, name: str, person_ids: list[str], *, by: str = "person_id", columns=None
    ) -> pl.DataFrame:
        wanted = self._scan(name).filter(pl.col(by).is_in(person_ids))
        return wanted.select(pl.all() if columns is None else columns).collect()

    def _scan(self, name: str) -> pl.LazyFrame:
        return pl.scan_parquet(self.folder / f"{name}.parquet")


def expressions() -> dict[str, object]:
    """Each feature in the words of the language."""
    found = {}
    for one in FEATURES:
        events = EVENTS.where(EVENTS.kind == one.kind)
        last = days(one.last) if one.last else None
        found[one.name] = {
            "count": lambda: events.count(last=last),
            "hours": lambda: events.total(EVENTS.hours, last=last),
            "since_last": events.days_since_last,
            "since_first": events.days_since_first,
            "decayed": lambda: events.decayed(half_life=days(HALF_LIFE)),
        }[one.word]().node
    return found


def warm(folder: Path) -> None:
    """Compile once, or read what was compiled before."""
    small = folder.parent / "warm"
    if not (small / "rows.parquet").exists():
        make(small, children=20, events=100, rows=50)
    compute(small)


def compute(folder: Path) -> pl.DataFrame:
    rows = pl.read_parquet(folder / "rows.parquet")
    return kernel.columns(expressions(), Folder(folder), rows)

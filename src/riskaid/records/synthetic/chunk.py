"""One chunk of a synthetic council: everything that is true of its children."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from riskaid.errors import UsageError
from riskaid.records.synthetic.arrays import NEVER, Bools, Floats, Ints, Texts
from riskaid.records.synthetic.columns import SSD_COLUMNS
from riskaid.records.synthetic.contacts import Contacts
from riskaid.records.synthetic.families import Adults, Children
from riskaid.records.synthetic.lives import Lives
from riskaid.records.synthetic.months import Calendar
from riskaid.records.synthetic.observed import Presence, Seen
from riskaid.records.synthetic.services import Enquiries, Episodes
from riskaid.records.synthetic.switches import Switches

SIZE = 5_000
"""Children in a chunk; fixed, so that the same arguments give the same bytes."""
ROOM = 1_000_000
"""Row numbers a chunk may use in one table."""
Frames = Iterator[tuple[str, pl.DataFrame]]


@dataclass(frozen=True)
class Chunk:
    """The truth about up to 5,000 children, and how it is seen."""

    number: int
    time: Calendar
    children: Children
    adults: Adults
    lives: Lives
    contacts: Contacts
    episodes: Episodes
    enquiries: Enquiries
    seen: Seen
    presence: Presence
    share: Floats
    switches: Switches

    def child_ids(self, rows: Ints) -> pl.Series:
        """Ids of children by their row in the chunk."""
        return numbered("C", rows + self.number * SIZE + 1, 7)

    def adult_ids(self, rows: Ints) -> pl.Series:
        """Ids of adults by their row in the chunk."""
        if len(self.adults.family) > 4 * SIZE:
            raise UsageError(
                "A chunk of the synthetic council has more adults than it has ids for. "
                "Lower PARTNERS in the generator's choices."
            )
        return numbered("A", rows + self.number * 4 * SIZE + 1, 7)

    def ids(self, prefix: str, rows: Ints) -> pl.Series:
        """Ids of records of one kind by their row in the chunk."""
        return numbered(prefix, rows + self.number * ROOM + 1, 9)

    def held(self, days: Ints) -> Bools:
        """Whether a day lies inside the period the extract covers."""
        result: Bools = (days >= self.time.first) & (days <= self.time.end)
        return result

    def known_end(self, days: Ints) -> Ints:
        """Ends that have come by the extract date; NEVER for the others."""
        result: Ints = np.where(days <= self.time.end, days, NEVER)
        return result

    def here(self, child: Ints, day: Ints) -> Bools:
        """Whether a record of a child on a day is held: in the period and the area."""
        result: Bools = (
            self.held(day)
            & (day >= self.children.arrived[child])
            & (day < self.children.left[child])
        )
        return result


def numbered(prefix: str, numbers: Ints, width: int) -> pl.Series:
    """Turn numbers into ids such as C0000001."""
    return prefix + pl.Series(numbers, dtype=pl.Int64).cast(pl.String).str.zfill(width)


def when(days: Ints) -> pl.Series:
    """Days as a case system's date and time; empty where the day is NEVER."""
    series = pl.Series(np.where(days >= NEVER, 0, days), dtype=pl.Int32)
    stamps = series.cast(pl.Date).cast(pl.Datetime("ms"))
    return stamps.set(pl.Series(days >= NEVER), None)


def on(days: Ints) -> pl.Series:
    """Days as plain dates; empty where the day is NEVER."""
    series = pl.Series(np.where(days >= NEVER, 0, days), dtype=pl.Int32).cast(pl.Date)
    return series.set(pl.Series(days >= NEVER), None)


def texts(values: Texts) -> pl.Series:
    """Texts as a column; empty text is an empty field."""
    series = pl.Series(values.tolist(), dtype=pl.String)
    return series.set(series == "", None)


def yes_no(values: Bools) -> pl.Series:
    """True as Y, false as N."""
    return texts(np.where(values, "Y", "N").astype(object))


def ssd_table(name: str, columns: dict[str, pl.Series]) -> tuple[str, pl.DataFrame]:
    """Lay columns out as one SSD table; columns not given are empty."""
    wanted = SSD_COLUMNS[name]
    strange = set(columns) - set(wanted)
    if strange:
        raise KeyError(f"{name} has no column {min(strange)}")
    size = len(next(iter(columns.values())))
    empty = pl.Series([None], dtype=pl.String).new_from_index(0, size)
    frame = pl.DataFrame([columns.get(c, empty).alias(c) for c in wanted])
    return name, frame


def whole_rows(kept: Bools) -> Ints:
    """Row numbers where something is kept."""
    rows: Ints = np.flatnonzero(kept)
    return rows


def repeated(counts: Ints) -> tuple[Ints, Ints]:
    """Which row each repeat belongs to, and its place among that row's repeats."""
    owner = np.repeat(np.arange(len(counts)), counts)
    place: Ints = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return owner, place

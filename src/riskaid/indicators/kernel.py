"""The kernel: values for many rows at once, on arrays; what training runs.

It must agree exactly with the reference engine, which advises (ADR-0010).
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

from riskaid.indicators.asked import checked_rows, wanted_values
from riskaid.indicators.cases import Cases
from riskaid.indicators.kernel_chunk import Chunk
from riskaid.indicators.kernel_dates import Dated, dated
from riskaid.indicators.kernel_groups import Group
from riskaid.indicators.kernel_loaded import Loaded
from riskaid.indicators.kernel_sweep import said_when_slow
from riskaid.indicators.kernel_tables import Floats, Ints, numbered
from riskaid.indicators.plan import Plan
from riskaid.language import nodes
from riskaid.progress import Progress, silent

ROWS_AT_ONCE = 16_392
"""No power of two: columns would lie where each pushes the others out of the cache."""
CHUNKS_A_PART = 20
THREADS = 2


def compute(
    plan: Plan,
    store: Cases,
    rows: pl.DataFrame,
    *,
    names: Sequence[str] | None = None,
    progress: Progress = silent,
) -> pl.DataFrame:
    """Compute a plan's indicators for many children and dates.

    Args:
        plan: What to compute.
        store: The case store, or anything with the same methods.
        rows: Columns `person_id` and `as_of`; duplicates are allowed.
        names: Only these indicators, in this order; otherwise all of the plan's.
        progress: Told how many rows are done.

    Returns:
        The same rows in the same order: person_id, as_of, one Float64 column an
        indicator; yes and no are 1.0 and 0.0, null is not known.

    Raises:
        DefinitionError: A name is not in the plan, or the rows lack a column.
    """
    return columns(wanted_values(plan, names), store, rows, progress=progress)


def columns(
    expressions: Mapping[str, nodes.Node],
    store: Cases,
    rows: pl.DataFrame,
    *,
    at_once: int = ROWS_AT_ONCE,
    progress: Progress = silent,
) -> pl.DataFrame:
    """Compute named expressions for many children and dates, some rows at a time.

    Returns:
        The same rows in the same order, one Float64 column an expression.
    """
    parts = stream(expressions, store, rows, at_once=at_once, progress=progress)
    return pl.concat(parts)


def stream(
    expressions: Mapping[str, nodes.Node],
    store: Cases,
    rows: pl.DataFrame,
    *,
    at_once: int = ROWS_AT_ONCE,
    progress: Progress = silent,
) -> Iterator[pl.DataFrame]:
    """Compute named expressions part by part, so that memory does not grow with rows.

    Of the case store only the records of a part's children are held at a time. Rows in
    the order of their children need the least reading.

    Args:
        expressions: What to compute, by the name of its column.
        store: The case store, or anything with the same methods.
        rows: Columns `person_id` and `as_of`; duplicates are allowed.
        at_once: Rows computed at once, by each of two threads.
        progress: Told how many rows are done, and when numba is missing.

    Yields:
        The same rows in the same order, one Float64 column an expression.
    """
    rows = checked_rows(rows)
    if slow := said_when_slow():
        progress(slow, 0, 0)
    part = at_once * CHUNKS_A_PART
    with ThreadPoolExecutor(THREADS, thread_name_prefix="riskaid") as pool:
        for start in range(0, len(rows), part) or [0]:
            asked = _laid_out(expressions, store, rows[start : start + part])
            for done in pool.map(asked.fill, asked.slices(at_once)):
                progress("computing indicators", start + done, len(rows))
            yield asked.frame()


@dataclass(frozen=True)
class _Part:
    """Some rows, and room for every value that is asked for each of them.

    A line is one value of all the rows in one piece of memory: the column to be. The
    sheet of a group holds a line for each of its values.
    """

    expressions: Mapping[str, nodes.Node]
    rows: pl.DataFrame
    loaded: Loaded
    person: Ints
    wanted: Dated
    sheets: dict[Group, Floats]
    lines: dict[nodes.Node, Floats]

    def slices(self, at_once: int) -> list[slice]:
        """The rows, so many at once."""
        n = len(self.rows)
        return [slice(at, min(at + at_once, n)) for at in range(0, n, at_once)]

    def fill(self, which: slice) -> int:
        """Compute some of the rows; up to which it is."""
        chunk = Chunk(self.loaded, self.person[which], self.wanted.take(which))
        for group, sheet in self.sheets.items():
            chunk.sweep(group, sheet, which)
        for node, line in self.lines.items():
            if node not in chunk.swept:
                line[which] = chunk.filled(node)
        return int(which.stop)

    def frame(self) -> pl.DataFrame:
        """The rows with their values, null where one is not known."""
        return self.rows.hstack(
            [
                pl.Series(name, self.lines[node], nan_to_null=True)
                for name, node in self.expressions.items()
            ]
        )


def _laid_out(
    expressions: Mapping[str, nodes.Node], store: Cases, rows: pl.DataFrame
) -> _Part:
    people, person = numbered(rows["person_id"])
    days = rows["as_of"].to_physical().cast(pl.Int64)
    wanted = dated(days.to_numpy(writable=True))
    loaded = Loaded(store, people, list(expressions.values()), wanted.days)
    loaded.prepare()
    sheets = {
        group: np.empty((len(group.nodes), len(rows)))
        for group in loaded.groups.values()
    }
    lines = {node: np.empty(len(rows)) for node in expressions.values()}
    for group, sheet in sheets.items():
        lines |= {node: sheet[line] for line, node in enumerate(group.nodes)}
    return _Part(expressions, rows, loaded, person, wanted, sheets, lines)

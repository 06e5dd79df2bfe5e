"""A table written to Parquet part by part, whole or not there.

Memory holds a few parts, however long the table becomes; the bytes are the same however
it was cut.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event

import polars as pl
from polars.io.plugins import register_io_source

from riskaid.errors import ExtractError

ROWS_A_GROUP = 16_384
"""Rows of the file that are written, and read, together."""
WAITING = 1
"""How many parts may wait for the writer."""
PATIENCE = 0.1
"""Seconds after which whoever waits looks whether the other side is still there."""

Part = pl.DataFrame
Put = Callable[[Part], None]


class _UnwrittenError(Exception):
    """The writer could not go on, or was told to stop."""


@contextmanager
def written_part_by_part(path: Path, schema: pl.Schema) -> Iterator[Put]:
    """Take a table part by part, and put the file in its place when it is whole.

    An older file gives way only then. If the work between fails or is interrupted,
    nothing is left and the older file stays.

    Args:
        path: Where the file will stand.
        schema: The columns of every part, in order.

    Yields:
        What takes the next part.

    Raises:
        ExtractError: The file cannot be written; nothing was changed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent)
    except OSError as error:
        raise _unwritten(path) from error
    handed: Queue[Part | None] = Queue(WAITING)
    stop = Event()
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="riskaid-writing") as pool:
            beside = Path(folder) / path.name
            writing = pool.submit(_write, beside, schema, handed, stop)
            try:
                yield lambda part: _hand(part, handed, writing)
                _hand(None, handed, writing)
            except BaseException:
                stop.set()
                raise
            _finished(writing)
        beside.replace(path)
    except (_UnwrittenError, OSError) as error:
        raise _unwritten(path) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _hand(
    part: Part | None, handed: "Queue[Part | None]", writing: Future[None]
) -> None:
    while not writing.done():
        try:
            handed.put(part, timeout=PATIENCE)
        except Full:
            continue
        return
    _finished(writing)


def _finished(writing: Future[None]) -> None:
    try:
        writing.result()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _UnwrittenError from error


def _write(
    beside: Path,
    schema: pl.Schema,
    handed: "Queue[Part | None]",
    stop: Event,
) -> None:
    def parts(
        columns: list[str] | None,
        _predicate: pl.Expr | None,
        _n_rows: int | None,
        _batch_size: int | None,
    ) -> Iterator[Part]:
        while not stop.is_set():
            try:
                part = handed.get(timeout=PATIENCE)
            except Empty:
                continue
            if part is None:
                return
            yield part if columns is None else part.select(columns)
        raise _UnwrittenError

    register_io_source(parts, schema=schema).sink_parquet(
        beside,
        compression="zstd",
        statistics=False,
        row_group_size=ROWS_A_GROUP,
        maintain_order=True,
    )


def _unwritten(path: Path) -> ExtractError:
    return ExtractError(
        f"'{path.name}' could not be written; nothing was changed. Check the space "
        "left on its disk and your permissions."
    )

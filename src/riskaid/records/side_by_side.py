"""Several tables at once: polars lets go of Python while it works on one."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import polars as pl

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 4
"""Each table at work needs memory of its own."""


def let_go(items: list[Item]) -> Iterator[Item]:
    """Each item of a list, which is empty in the end: nobody holds them any longer."""
    items.reverse()
    while items:
        yield items.pop()


def side_by_side(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    weight: Callable[[Item], int] | None = None,
) -> Iterator[Result]:
    """What a function makes of each item, in the order of the items.

    The function must not depend on what it did with another item. The first error, in
    the order of the items, is raised.

    Args:
        function: What to do with one item.
        items: What to do it with.
        weight: How much work an item is. The heaviest begin first, so that none of them
            is left for one worker when the others have ended.
    """
    workers = min(MOST, pl.thread_pool_size())
    with ThreadPoolExecutor(workers, thread_name_prefix="riskaid") as pool:
        if weight is None:
            yield from pool.map(function, items)
            return
        given = list(items)
        order = sorted(range(len(given)), key=lambda at: -weight(given[at]))
        begun = {at: pool.submit(function, given[at]) for at in order}
        try:
            for at in range(len(given)):
                yield begun.pop(at).result()
        finally:
            for left in begun.values():
                left.cancel()


@contextmanager
def ahead(function: Callable[[], Result]) -> Iterator[Future[Result]]:
    """What a function gives, begun now beside the block and ended with it."""
    with ThreadPoolExecutor(1, thread_name_prefix="riskaid") as pool:
        yield pool.submit(function)

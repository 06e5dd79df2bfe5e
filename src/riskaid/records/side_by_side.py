"""Several tables at once: polars lets go of Python while it works on one."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
    function: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[Result]:
    """What a function makes of each item, in the order of the items.

    The function must not depend on what it did with another item. The first error, in
    the order of the items, is raised.
    """
    workers = min(MOST, pl.thread_pool_size())
    with ThreadPoolExecutor(workers, thread_name_prefix="riskaid") as pool:
        yield from pool.map(function, items)

"""How long work tells the person waiting how far it is."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, steps done, steps in all); in all = 0: not known."""


def silent(_what: str, _done: int, _in_all: int) -> None:
    """Say nothing; the default of every function that takes a Progress."""

"""How much polars' allocator keeps, which it must be told before it is imported."""

import os

NAME = "_RJEM_MALLOC_CONF"
HANDED_BACK = "narenas:1,dirty_decay_ms:10,muzzy_decay_ms:0"
KEPT = "narenas:1,dirty_decay_ms:-1,muzzy_decay_ms:-1"


def hand_back_memory() -> None:
    """Ask for one pool that hands back at once what is let go.

    By default more is kept, which costs a census a quarter more memory
    (docs/measured.md).
    """
    os.environ.setdefault(NAME, HANDED_BACK)


def keep_memory() -> None:
    """Ask for one pool that keeps what is let go, for work on large tables.

    Getting the same pages from the system again costs an SSD a tenth of its time;
    keeping them costs an eighth more memory (docs/measured.md). What the user's own
    environment says stands.
    """
    if os.environ.get(NAME) == HANDED_BACK:
        os.environ[NAME] = KEPT

import threading
import time
import weakref

import polars as pl
import pytest

from riskaid.records.quality import FileLedger
from riskaid.records.side_by_side import ahead, let_go, side_by_side


def test_results_stand_in_the_order_of_the_items_whoever_is_first():
    def slow_at_first(n):
        time.sleep(0.02 if n == 0 else 0)
        return n * n

    assert list(side_by_side(slow_at_first, range(6))) == [0, 1, 4, 9, 16, 25]


def test_what_was_worked_on_is_held_no_longer():
    class Item:
        pass

    items = [Item() for _ in range(50)]
    held = [weakref.ref(item) for item in items]
    many = [
        sum(ref() is not None for ref in held)
        for _ in side_by_side(id, let_go(items))
        if time.sleep(0.002) is None
    ]
    assert many[-1] == 0
    assert not items


def test_the_first_error_in_order_is_raised_and_no_thread_stays():
    def break_later(n):
        if n:
            raise ValueError(str(n))
        time.sleep(0.02)
        return n

    before = threading.active_count()
    for weight in (None, int):
        with pytest.raises(ValueError, match="1"):
            list(side_by_side(break_later, range(9), weight))
        assert threading.active_count() == before


def test_fillers_of_one_file_add_up_whoever_tells_them():
    rows = pl.Series("row", [2, 3, 4])
    ledger = FileLedger("file.csv", rows)
    list(side_by_side(lambda n: ledger.filler(f"c{n % 2}", n), range(400)))
    ledger.keep(rows)
    told = dict(ledger.report().fillers)
    assert told == {"c0": sum(range(0, 400, 2)), "c1": sum(range(1, 400, 2))}


def test_the_heaviest_begins_first_and_the_order_stays():
    begun = []

    def note(n):
        begun.append(n)
        time.sleep(0.01)
        return -n

    items = [3, 9, 1, 7, 5]
    assert list(side_by_side(note, items, weight=lambda n: n)) == [-n for n in items]
    assert set(begun[:2]) == {9, 7}
    assert begun[-1] == 1


def test_what_is_done_ahead_is_there_after_the_block_and_its_error_too():
    done = threading.Event()
    with ahead(lambda: done.wait(5)) as waited:
        done.set()
    assert waited.result() is True
    with ahead(lambda: 1 / 0) as broken:
        pass
    with pytest.raises(ZeroDivisionError):
        broken.result()
    before = threading.active_count()
    with pytest.raises(ValueError, match="mine"), ahead(time.time):
        raise ValueError("mine")
    assert threading.active_count() == before

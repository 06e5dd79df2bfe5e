"""What the kernel reads and lays out before its threads begin, and what it tells."""

import threading
from collections import Counter
from random import Random

import generated_cases as g
import numpy as np
import polars as pl
import pytest

from riskaid.indicators import kernel, kernel_records, kernel_sweep
from riskaid.indicators.cases import MemoryCases
from riskaid.indicators.kernel_chunk import Chunk
from riskaid.indicators.kernel_dates import dated
from riskaid.indicators.kernel_loaded import Loaded
from riskaid.indicators.kernel_tables import hold, numbered, places, positions
from riskaid.indicators.plan import parts_of
from riskaid.language import nodes
from riskaid.records.schema import stored_columns
from riskaid.records.tables import adult_events, household, missing_episodes, placements

ROWS = pl.DataFrame(
    {"person_id": ["C1", "C2", "C9", "C1", "C3"], "as_of": [g.AS_OF[0]] * 5}
)
COUNT = {"x": missing_episodes.count().node}


class Watched(MemoryCases):
    """Tells what is read of it, and gives nothing of a table that is not there."""

    def persons_table(self, name, person_ids, *, by="person_id", columns=None):
        assert self.has(name)
        assert threading.current_thread() is threading.main_thread()
        self.__dict__.setdefault("read", Counter())[name, by, tuple(person_ids)] += 1
        return super().persons_table(name, person_ids, by=by, columns=columns)


def watched(seed, **how):
    store = g.a_store(seed, **how)
    return Watched(store.frames, store.coverage)


def words(seed):
    return g.each_word(g.Die(Random(seed).randbytes(4_000)))


def laid_out(store, named, rows=ROWS):
    people, person = numbered(rows["person_id"])
    days = dated(rows["as_of"].to_physical().cast(pl.Int64).to_numpy(writable=True))
    loaded = Loaded(store, people, list(named.values()), days.days)
    return loaded, Chunk(loaded, person, days)


@pytest.mark.parametrize("seed", range(6))
def test_all_is_read_and_laid_out_before_the_threads_run_and_only_once(seed):
    """Two threads that both did it would be in each other's way."""
    store = watched(seed, full=seed % 2 == 0)
    for word in words(seed):
        store.__dict__.pop("read", None)
        loaded, chunk = laid_out(store, {"x": word.node})
        loaded.prepare()
        known = loaded.tables | loaded.adults
        assert {"groups", "held_children"} <= set(vars(loaded))
        for group in loaded.groups.values():
            sheet = np.empty((len(group.nodes), len(ROWS)))
            chunk.sweep(group, sheet, slice(0, len(ROWS)))
        chunk.filled(word.node)
        covers = dict(chunk.covers)
        assert chunk.value(word.node) is chunk.value(word.node)
        chunk.done.clear()
        chunk.filled(word.node)
        assert all(chunk.covers[key] is covers[key] for key in chunk.covers)
        then = loaded.tables | loaded.adults
        assert list(then) == list(known)
        assert all(then[key] is known[key] for key in known)
        reached = [p for p in parts_of(word.node) if isinstance(p, nodes.Reach)]
        siblings = any(one.to == "siblings" for one in reached)
        assert max(store.read.values()) <= 1 + siblings, "own records, and theirs"
        assert len(g.by_kernel({"x": word.node}, store, ROWS)) == len(ROWS)
        assert siblings or all(by == "person_id" for _, by, _ in store.read)


def test_progress_is_told_of_every_part_whether_compiled_or_not(monkeypatch):
    seen = []
    rows = pl.concat([ROWS] * 9)
    monkeypatch.setattr(kernel, "CHUNKS_A_PART", 2)

    def told(said, part="computing indicators"):
        monkeypatch.setattr(kernel, "said_when_slow", lambda: said)
        seen.clear()
        kernel.columns(
            COUNT, g.a_store(1), rows, at_once=10,
            progress=lambda *what: seen.append(what),
        )  # fmt: skip
        return seen

    parts = [("computing indicators", done, 45) for done in (10, 20, 30, 40, 45)]
    assert told("") == parts
    assert told("slow") == [("slow", 0, 0), *parts]


def test_it_is_said_to_be_slow_only_where_nothing_is_compiled(monkeypatch):
    monkeypatch.setattr(kernel_sweep, "compiled", lambda: kernel_sweep.sweep)
    assert kernel_sweep.said_when_slow() == kernel_sweep.SLOW
    monkeypatch.setattr(kernel_sweep, "compiled", lambda: print)
    assert kernel_sweep.said_when_slow() == ""


@pytest.mark.parametrize("seed", range(3))
def test_the_sweep_is_handed_arrays_of_one_type_whatever_is_asked(seed, monkeypatch):
    """Memory that may not be written to, or comes in pieces, is another type."""
    types = set()

    def looked_at(*handed):
        found = []
        for one in handed:
            for name, part in one._asdict().items() if hasattr(one, "_asdict") else ():
                if isinstance(part, np.ndarray):
                    flags = (part.flags.c_contiguous, part.flags.writeable)
                    found.append((name, part.dtype, part.ndim, *flags))
        types.add(tuple(found))
        kernel_sweep.sweep(*handed)

    monkeypatch.setattr(kernel_sweep, "compiled", lambda: looked_at)
    in_pieces = pl.concat([ROWS, ROWS], rechunk=False)
    for word in words(seed):
        for rows in (ROWS, ROWS[:1], in_pieces):
            g.by_kernel({"x": word.node}, g.a_store(seed, full=True), rows)
    (one,) = types
    assert all(flags == (True, True) for *_, flags in [(p, p[3:]) for p in one])


@pytest.mark.parametrize("what", ["frames", "coverage"])
@pytest.mark.parametrize("seed", range(3))
def test_a_table_is_there_when_it_has_records_and_days_that_it_covers(seed, what):
    whole = g.a_store(seed, full=True)
    held = {"frames": whole.frames, "coverage": whole.coverage}
    held[what] = {"persons": held[what]["persons"]}
    store, named = Watched(**held), g.named(words(seed))
    found = g.by_kernel(named, store, ROWS)
    assert found.equals(g.by_reference(named, store, ROWS))
    assert found.null_count().row(0).count(len(ROWS)) >= len(named) - 2
    for node in named.values():
        shown = kernel_records.records_behind(node, store, ROWS)
        assert set(shown["table"]) <= {"persons"}


def test_without_links_nobody_is_reached_and_nothing_of_theirs_is_read():
    whole = g.a_store(1, full=True)
    frames = {name: whole.frames[name] for name in whole.frames if name != "household"}
    named = {
        "x": adult_events.of(household).count().node,
        "y": missing_episodes.of(household.siblings()).any().node,
    }
    found = g.by_kernel(named, Watched(frames, whole.coverage), ROWS)
    assert found.null_count().row(0) == (len(ROWS), len(ROWS))


def test_a_column_is_laid_out_once():
    store = g.a_store(1, full=True)
    named = {
        "x": adult_events.of(household).count().node,
        "y": placements.total(placements.distance_miles).node,
        "z": placements.where(placements.provider.is_known())
        .total(placements.distance_miles)
        .node,
    }
    loaded, _ = laid_out(store, named)
    held, reach = loaded.own("household"), named["x"].rows.reach
    adults = loaded.adults_of(reach)
    for once in (
        lambda: loaded.every(named["x"].rows),
        lambda: held.days("end"),
        lambda: held.codes("adult_id"),
        lambda: held.is_filled("adult_id"),
        lambda: loaded.codes(held, "adult_id", adults),
        lambda: loaded.own("placements").numbers("distance_miles"),
        lambda: loaded.own("placements").beyond("distance_miles", 1),
    ):
        assert once() is once()
    assert len(loaded.groups[named["y"]].records.millionths) == 1


def test_people_stand_in_the_order_of_their_ids():
    """As the records of a store do, which then need no sorting."""
    ids = [f"C{n}" for n in range(100, 200)]
    people = positions(pl.Series([*reversed(ids), None, *ids]))
    assert people["person_id"].to_list() == ids
    assert people["person"].to_list() == list(range(100))


def test_ids_are_looked_up_wherever_they_stand():
    ids = pl.Series([None, "b", "b", None, None, "x", "a", "b"], dtype=pl.String)
    assert places(ids, positions(pl.Series(["b", "a"]))).tolist() == [
        -1, 1, 1, -1, -1, -1, 0, 1
    ]  # fmt: skip
    assert places(ids[:0], positions(ids)).tolist() == []


def test_what_is_sorted_is_not_sorted_again():
    people = positions(pl.Series(["a", "b"]))
    early, late = g.AS_OF[3], g.AS_OF[0]
    row = dict.fromkeys(stored_columns("missing_episodes"))
    row |= {"known_from": g.LONG_AGO}
    records = g.frame(
        "missing_episodes",
        [
            row | {"person_id": one, "date": day, "source_row": number}
            for number, (one, day) in enumerate(
                [("a", None), ("a", early), ("a", late), ("a", late), ("b", early)]
            )
        ],
    )
    assert hold(records, people).frame is records
    mixed = hold(records.reverse(), people)
    assert mixed.person.tolist() == [0, 0, 0, 0, 1]
    assert mixed.frame["source_row"].to_list() == [0, 1, 3, 2, 4]
    assert mixed.day.tolist() == hold(records, people).day.tolist()


def test_each_day_is_known_by_its_place_among_the_days_also_before_1970():
    found = dated(np.array([30, -100, 5, 30, 5, -7]))
    assert found.days.tolist() == [-100, -7, 5, 30]
    assert found.at.tolist() == [3, 0, 2, 3, 2, 1]
    assert found.take(slice(1, 3)).at.tolist() == [0, 2]

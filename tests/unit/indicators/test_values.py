import sys
from datetime import date
from functools import partial

import polars as pl
import pytest

from riskaid import shipped
from riskaid.errors import ExtractError
from riskaid.indicators import kernel, kernel_sweep, sql, values
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.plan import make_plan
from riskaid.indicators.values import agreed, feature_values, of_equal_length
from riskaid.records.ingest import ingest
from riskaid.records.store import open_store
from riskaid.records.synthetic import synth


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("values")
    synth(place / "council", children=60, seed=4)
    ingest(place / "council" / "ssd", place / "store")
    ids = open_store(place / "store").table("persons")["person_id"].unique().sort()
    days = pl.DataFrame({"as_of": [date(2024, 3, 1), date(2025, 3, 1)]})
    rows = ids.to_frame().join(days, how="cross")
    rows.write_parquet(place / "rows.parquet")
    return place


def by(place, out, engines=("kernel",), **more):
    return feature_values(
        place / "store", place / "rows.parquet", out=out, engines=engines, **more
    )


def test_what_is_written_part_by_part_is_what_is_computed_whole(
    place, tmp_path, monkeypatch
):
    plan = make_plan(load_catalogue(shipped.folder("features")))
    rows = pl.read_parquet(place / "rows.parquet")
    whole = kernel.compute(plan, open_store(place / "store"), rows)
    said = by(place, tmp_path / "a.parquet")
    assert (said.rows, said.indicators) == (len(rows), len(plan.indicators))
    assert pl.read_parquet(tmp_path / "a.parquet").equals(whole)
    short = {"kernel": partial(kernel.stream, at_once=7)}
    monkeypatch.setattr(values, "_engine", short.__getitem__)
    by(place, tmp_path / "b.parquet")
    a, b = (tmp_path / f"{n}.parquet" for n in "ab")
    assert a.read_bytes() == b.read_bytes()


def test_engines_are_compared_part_by_part_and_one_file_is_written(
    place, tmp_path, monkeypatch
):
    monkeypatch.setattr(values, "ROWS_COMPARED", 50)
    told = []
    names = ("kernel", "reference", "duckdb")
    by(place, tmp_path / "a.parquet", progress=lambda *said: told.append(said))
    by(place, tmp_path / "b.parquet", names, progress=lambda *said: told.append(said))
    a, b = (tmp_path / f"{n}.parquet" for n in "ab")
    assert a.read_bytes() == b.read_bytes()
    rows = len(pl.read_parquet(place / "rows.parquet"))
    assert ("computing indicators", rows, rows) in told
    by_reference = [done for what, done, _ in told if "reference" in what]
    assert by_reference == list(range(rows))


def test_engines_that_disagree_late_leave_no_file(place, tmp_path, monkeypatch):
    def wrong(expressions, store, rows, *, progress):
        last = list(expressions)[-1]
        parts = list(kernel.stream(expressions, store, rows, at_once=20))
        parts[-1] = parts[-1].with_columns(pl.lit(-5.0).alias(last))
        yield from parts

    monkeypatch.setattr(values, "ROWS_COMPARED", 20)
    engines = {"kernel": kernel.stream, "reference": wrong}
    monkeypatch.setattr(values, "_engine", engines.__getitem__)
    with pytest.raises(ExtractError, match="kernel and reference disagree"):
        by(place, tmp_path / "values.parquet", ("kernel", "reference"))
    assert list(tmp_path.iterdir()) == []


def test_duckdb_gives_its_answers_part_by_part(place):
    plan = make_plan(load_catalogue(shipped.folder("features")))
    nodes = {one.name: one.value for one in plan.indicators[:12]}
    rows = pl.read_parquet(place / "rows.parquet")
    store = open_store(place / "store")
    told = []
    parts = list(
        sql.stream(
            nodes, store, rows, at_once=50, progress=lambda *said: told.append(said[1:])
        )
    )
    assert [len(part) for part in parts][:2] == [50, 50]
    assert told[0] == (50, len(rows))
    assert told[-1] == (len(rows), len(rows))
    assert pl.concat(parts).equals(sql.columns(nodes, store, rows))


def test_parts_are_cut_to_one_length_and_none_is_lost():
    whole = pl.DataFrame({"x": range(100)})
    for length in (1, 7, 30, 100, 1000):
        for cut in (1, 9, 100):
            parts = (whole[n : n + cut] for n in range(0, 100, cut))
            found = list(of_equal_length(parts, length))
            assert [len(one) for one in found[:-1]] == [length] * (100 // length)
            assert pl.concat(found).equals(whole)


@pytest.mark.parametrize("at_once", [9, 2, 1])
def test_engines_of_different_length_are_never_taken_for_equal(at_once, monkeypatch):
    monkeypatch.setattr(values, "ROWS_COMPARED", at_once)
    short, long = pl.DataFrame({"x": [1.0]}), pl.DataFrame({"x": [1.0, 2.0]})
    with pytest.raises(ExtractError, match="disagree"):
        list(agreed(["kernel", "duckdb"], [iter([short]), iter([long])]))


def test_who_waits_is_told_when_nothing_is_compiled(place, tmp_path, monkeypatch):
    told = []
    kernel_sweep.compiled.cache_clear()
    by(place, tmp_path / "a.parquet", progress=lambda *said: told.append(said[0]))
    assert set(told) == {"computing indicators"}
    monkeypatch.setitem(sys.modules, "numba", None)
    kernel_sweep.compiled.cache_clear()
    by(place, tmp_path / "b.parquet", progress=lambda *said: told.append(said[0]))
    kernel_sweep.compiled.cache_clear()
    slow = [one for one in told if one.startswith("numba is not installed")]
    assert slow == [kernel_sweep.SLOW]
    assert "pip install 'riskaid[train]'" in slow[0]

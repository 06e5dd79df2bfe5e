import pickle
import random

import polars as pl
import pyarrow.parquet as pq
import pytest

from riskaid.errors import ExtractError
from riskaid.records import one_person, store
from riskaid.records.ingest import ingest
from riskaid.records.one_person import Finder, Whereabouts, kept_tables
from riskaid.records.store import open_store


def links(rows=300, children=40):
    drawn = random.Random(5)
    made = [
        {
            "person_id": f"C{drawn.randrange(children):02}",
            "adult_id": drawn.choice([None, "A1", "A2", "A3", "A30"]),
            "n": n,
        }
        for n in range(rows)
    ]
    return pl.DataFrame(made).sort("person_id", maintain_order=True)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "household.parquet"
    links().write_parquet(path, row_group_size=16, statistics=True)
    return path


@pytest.mark.parametrize("kept", [frozenset(), frozenset({"household"})])
@pytest.mark.parametrize("by", ["person_id", "adult_id"])
def test_each_question_gets_exactly_the_rows_in_the_order_of_the_file(file, by, kept):
    finder, whole = Finder(kept), links()
    asked = [[one] for one in sorted(set(whole[by]) - {None})]
    asked += [
        ["C01", "C30", "A2", "C01"],
        ["C39", "A1", "A3"],
        ["nobody"],
        [],
        ["", "~"],
    ]
    for ids in asked * 2:
        expected = whole.filter(pl.col(by).is_in(ids))
        assert finder.read(file, ids, by=by).equals(expected), ids
    (where,) = finder.known.values()
    assert isinstance(where.rows, pl.DataFrame) == bool(kept)


def test_a_large_table_is_not_held(file):
    finder = Finder()
    for _ in range(3):
        finder.read(file, ["C01"], by="person_id")
    ((_, where),) = finder.known.items()
    assert isinstance(where.rows, pl.LazyFrame)
    assert len(where.ids) == len(set(links()["person_id"]))
    assert where.places is None


def test_a_table_out_of_order_or_without_rows_is_read_all_the_same(tmp_path):
    shuffled = links().sample(fraction=1, shuffle=True, seed=1)
    for name, table in {"mixed": shuffled, "empty": shuffled.clear()}.items():
        path, finder = tmp_path / f"{name}.parquet", Finder()
        table.write_parquet(path)
        for _ in range(3):
            expected = table.filter(pl.col("person_id") == "C07")
            assert finder.read(path, ["C07"], by="person_id").equals(expected)


def test_a_file_that_was_replaced_is_looked_at_anew(file, tmp_path):
    finder = Finder(frozenset({"household"}))
    for _ in range(3):
        finder.read(file, ["C01"], by="person_id")
    other = links().filter(pl.col("person_id") > "C00").with_columns(pl.col("n") * 2)
    other.write_parquet(tmp_path / "new.parquet")
    (tmp_path / "new.parquet").replace(file)
    expected = other.filter(pl.col("person_id") == "C01")
    assert finder.read(file, ["C01"], by="person_id").equals(expected)


def test_a_file_replaced_while_it_is_read_is_an_error(file, monkeypatch):
    finder = Finder()
    finder.read(file, ["C01"], by="person_id")
    stamps = iter([(1, 1, 1), (1, 2, 1)])
    monkeypatch.setattr(one_person, "_stamp", lambda _: next(stamps))
    with pytest.raises(ExtractError, match="was replaced while it was read"):
        finder.read(file, ["C01"], by="person_id")


def test_another_persons_rows_are_never_given(file, monkeypatch):
    finder = Finder()
    finder.read(file, ["C01"], by="person_id")
    monkeypatch.setattr(Whereabouts, "read", lambda *_: links())
    with pytest.raises(ExtractError, match="was replaced while it was read"):
        finder.read(file, ["C01"], by="person_id")


def test_the_smallest_tables_are_kept_and_no_more_rows_than_the_limit(monkeypatch):
    monkeypatch.setattr(one_person, "HELD_ROWS", 100)
    rows = {"large": 90, "small": 10, "middle": 60, "smaller": 30}
    assert kept_tables(rows) == {"small", "smaller", "middle"}
    assert kept_tables({}) == frozenset()


def test_what_was_found_does_not_travel_to_other_processes(file):
    finder = Finder(frozenset({"household"}))
    for _ in range(2):
        finder.read(file, ["C01"], by="person_id")
    there = pickle.loads(pickle.dumps(finder))
    assert there.kept == {"household"}
    assert (there.known, there.asked) == ({}, set())


def test_a_store_is_written_in_parts_that_say_whom_they_hold(
    ssd, tmp_path, monkeypatch
):
    monkeypatch.setattr(store, "ROWS_A_GROUP", 1)
    ingest(ssd(mark="synthetic"), tmp_path / "store")
    persons = tmp_path / "store" / "tables" / "persons.parquet"
    parts = pq.ParquetFile(persons).metadata
    ids = open_store(tmp_path / "store").table("persons")["person_id"].to_list()
    assert parts.num_row_groups == len(ids) > 1
    firsts = [
        parts.row_group(n).column(0).statistics.min for n in range(parts.num_row_groups)
    ]
    assert firsts == ids
    opened = open_store(tmp_path / "store")
    assert "persons" in opened.finder.kept
    assert opened == open_store(tmp_path / "store")
    many = [f"nobody {n}" for n in range(one_person.FEW)]
    for asked in ([ids[0]], [ids[0]], [ids[0], *many]):
        found = opened.persons_table("persons", asked, columns=["person_id", "born"])
        assert found["person_id"].to_list() == [ids[0]]
        assert found.columns == ["person_id", "born"]
        assert found["born"].dtype == pl.Date

"""On the whole catalogue every engine shows the records that the reference shows."""

from datetime import date

import polars as pl
import pytest

from riskaid import shipped
from riskaid.indicators import kernel_records, reference_records, sql_records
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.plan import make_plan
from riskaid.records.ingest import ingest
from riskaid.records.store import open_store
from riskaid.records.synthetic import synth


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    place = tmp_path_factory.mktemp("records")
    synth(place / "council", children=300, seed=3)
    ingest(place / "council" / "ssd", place / "store")
    ingest(place / "council" / "feeds", place / "store", mapping="partner_feeds")
    return open_store(place / "store")


@pytest.fixture(scope="module")
def rows(store):
    """Children with the most referrals and links, as of two dates."""
    held = [store.table(name) for name in ("referrals", "household", "cla_episodes")]
    often = [frame.group_by("person_id").len() for frame in held]
    most = [one.sort("len", "person_id", descending=True)[:15] for one in often]
    whose = pl.concat(most)["person_id"].unique().sort()
    dates = pl.DataFrame({"as_of": [date(2025, 3, 1), date(2026, 3, 15)]})
    return whose.to_frame().join(dates, how="cross")


@pytest.fixture(scope="module")
def values():
    plan = make_plan(load_catalogue(shipped.folder("features")))
    return {one.name: one.value for one in plan.indicators}


@pytest.fixture(scope="module")
def expected(store, rows, values):
    return {
        name: reference_records.records_behind(node, store, rows)
        for name, node in values.items()
    }


def test_there_is_much_to_compare(expected):
    shown = [name for name, frame in expected.items() if not frame.is_empty()]
    assert len(shown) > 60
    whose = {one for frame in expected.values() for one in frame["whose"]}
    assert whose == {"child", "adult", "sibling"}


def test_the_kernel_shows_the_same_records(store, rows, values, expected):
    for name, node in values.items():
        shown = kernel_records.records_behind(node, store, rows)
        assert shown.equals(expected[name]), name


def test_duckdb_shows_the_same_records(store, rows, values, expected):
    for name, node in values.items():
        shown = sql_records.records_behind(node, store, rows)
        assert shown.equals(expected[name]), name

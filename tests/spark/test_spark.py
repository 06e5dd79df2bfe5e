"""Spark gives what the kernel gives: on the whole catalogue, and on random records."""

import os
import shutil
import subprocess
import sys
from datetime import date
from random import Random

import generated_cases as g
import polars as pl
import pytest
from hypothesis import given, settings

from riskaid import shipped
from riskaid.errors import DefinitionError
from riskaid.indicators import kernel, kernel_records, spark
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.plan import make_plan
from riskaid.records.ingest import ingest
from riskaid.records.store import open_store
from riskaid.records.synthetic import synth

pytestmark = pytest.mark.requires("java")

JOBS = 200 if int(os.environ.get("RISKAID_GENERATED", "0")) >= 20_000 else 3


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    place = tmp_path_factory.mktemp("spark")
    synth(place / "council", children=300, seed=3)
    ingest(place / "council" / "ssd", place / "store")
    ingest(place / "council" / "feeds", place / "store", mapping="partner_feeds")
    return open_store(place / "store")


@pytest.fixture(scope="module")
def plan():
    return make_plan(load_catalogue(shipped.folder("features")))


def asked(store):
    people = store.table("persons")["person_id"].unique().sort().to_list()
    dates = [date(2025, 3, 1), date(2024, 2, 29), date(2026, 4, 1)]
    rows = [(person, day) for person in people for day in dates]
    Random(1).shuffle(rows)
    return pl.DataFrame(
        rows, schema={"person_id": pl.String, "as_of": pl.Date}, orient="row"
    )


def test_the_whole_catalogue_equals_the_kernel(plan, store, session):
    rows = asked(store)
    expected = kernel.compute(plan, store, rows)
    found = spark.compute(plan, store, rows, session=session)
    assert found.equals(expected)
    assert found["missing_episodes_365d"].sum() > 0


def test_the_records_behind_a_value_are_those_of_the_kernel(plan, store, session):
    rows = asked(store)
    for one in plan.indicators:
        if one.name in ("missing_episodes_365d", "age_years"):
            expected = kernel_records.records_behind(one.value, store, rows)
            found = spark.records_behind(one.value, store, rows, session=session)
            assert found.equals(expected)
            assert len(found) > 0
    none = spark.records_behind(one.value, store, rows.clear(), session=session)
    assert none.is_empty()


def test_rows_stay_in_their_order_and_twice_stays_twice(plan, store, session):
    rows = pl.concat([asked(store).head(5)] * 2)
    names = ["missing_episodes_365d", "age_years"]
    found = spark.compute(plan, store, rows, names=names, session=session)
    assert found.columns == ["person_id", "as_of", *names]
    assert found.select("person_id", "as_of").equals(rows)
    assert found.head(5).equals(found.tail(5))


def test_parts_together_are_the_whole(plan, store, session):
    rows, told = asked(store).head(10), []
    nodes = {one.name: one.value for one in plan.indicators[:3]}
    parts = list(
        spark.stream(
            nodes,
            store,
            rows,
            session=session,
            at_once=6,
            progress=lambda *said: told.append(said[1:]),
        )
    )
    assert [len(part) for part in parts] == [6, 4]
    assert told == [(6, 10), (10, 10)]
    assert pl.concat(parts).equals(kernel.columns(nodes, store, rows))


def test_no_rows_and_wrong_rows(plan, store, session):
    none = asked(store).clear()
    assert spark.compute(plan, store, none, session=session).height == 0
    with pytest.raises(DefinitionError):
        spark.compute(plan, store, none.drop("as_of"), session=session)
    with pytest.raises(DefinitionError):
        spark.compute(plan, store, none, names=["missing_episode"], session=session)


def test_random_expressions_over_random_records(session):
    @settings(g.generated, max_examples=JOBS)
    @given(g.dice)
    def agree(dice):
        store, named, rows = g.a_case(dice, 12)
        expected = kernel.columns(named, store, rows)
        assert spark.columns(named, store, rows, session=session).equals(expected)

    agree()


def test_without_java_it_says_what_to_install(tmp_path):
    words = "from riskaid.indicators.spark import local_session as s\nwith s(): pass"
    shell = tmp_path / "bin"
    shell.mkdir()
    for name in ("bash", "env", "dirname", "sed", "cut", "ps", "uname"):
        if (found := shutil.which(name)) is not None:
            (shell / name).symlink_to(found)
    bare = {k: v for k, v in os.environ.items() if k != "JAVA_HOME"}
    ended = subprocess.run(
        [sys.executable, "-c", words],
        capture_output=True,
        text=True,
        check=False,
        env=bare | {"PATH": str(shell)},
    )
    assert ended.returncode != 0
    assert "UsageError: Spark did not start. It needs Java 17" in ended.stderr

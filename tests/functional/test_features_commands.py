"""The commands about indicators: --check, explain-indicator and trace."""

import json
from datetime import date

import polars as pl
import pytest

from riskaid.records.ingest import ingest
from riskaid.records.store import open_store
from riskaid.records.synthetic import synth

FILE = '''
from riskaid.indicators import Indicator, days
from riskaid.records.tables import contacts

CONTACTS_365D = Indicator(
    name="contacts_365d",
    value=contacts.count(last=days(365)),
    reads="How many contacts in the last year",
    unit="contacts",
    source="SSD",
    family="cumulative_harm",
    more_means_more=None,
    because="Local",
    examples="""
        two, and one known too late
        contacts as of 2024-06-01 expect 2
        date       | known_from
        2024-05-01 |
        2024-05-02 |
        2024-05-03 | 2024-06-01
    """,
)
'''


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("features")
    synth(place / "council", children=60, seed=2)
    ingest(place / "council" / "ssd", place / "store")
    (place / "mine").mkdir()
    (place / "mine" / "local.py").write_text(FILE)
    return place


def test_check_runs_the_examples_on_three_engines(riskaid, place):
    ended = riskaid(place, "features", "--features", "mine", "--check")
    assert ended.code == 0, ended.text
    assert "on three engines: 1 indicators, 0 prompts, 0 gaps" in ended.text


def test_check_names_the_example_that_does_not_hold(riskaid, place, tmp_path):
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "local.py").write_text(FILE.replace("expect 2", "expect 3"))
    ended = riskaid(tmp_path, "features", "--features", "wrong", "--check")
    assert ended.code == 10
    assert "local.py:16: contacts_365d: 'two, and one known too late'" in ended.text
    assert "expected 3, the duckdb finds 2" in ended.text


def test_a_council_folder_stands_over_the_shipped_one(riskaid, place, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "catalogue.toml").write_text('extends = "shipped"\n')
    (tmp_path / "mine" / "local.py").write_text(FILE)
    (tmp_path / "mine" / "parameters.toml").write_text(
        '[repeat_missing_window]\nvalue = 45\nunit = "days"\n'
        'says = "x"\nbecause = "x"\n'
    )
    ended = riskaid(
        tmp_path, "explain-indicator", "--features", "mine", "repeat_missing_no_enquiry"
    )
    assert "at least 2 times in 45 days" in ended.text


def test_values_need_a_store_rows_and_a_place(riskaid, place):
    ended = riskaid(place, "features", "--store", "store")
    assert ended.code == 2
    assert "--rows and --out" in ended.text


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing_episodes_90d", "how many missing episodes in the last 90 days"),
        ("adult_sexual_offence_history", "of adults linked to the child"),
    ],
)
def test_explain_says_it_in_words(riskaid, place, name, says):
    ended = riskaid(place, "explain-indicator", name)
    assert ended.code == 0, ended.text
    assert says in ended.text
    assert "Where it is wrong:" in ended.text


def test_explain_suggests_the_nearest_name(riskaid, place):
    ended = riskaid(place, "explain-indicator", "missing_episode_90d")
    assert ended.code == 2
    assert "missing_episodes_90d" in ended.text


def test_trace_shows_the_records_behind_a_value(riskaid, place):
    contacts = open_store(place / "store").table("contacts")
    contacts = contacts.filter(pl.col("date") < date(2026, 3, 1))
    latest = contacts.sort("date").row(-1, named=True)
    words = ["trace", "contacts_365d", "--features", "mine", "--store", "store"]
    words += ["--person", latest["person_id"], "--as-of", "2026-03-31", "--json"]
    ended = riskaid(place, *words)
    assert ended.code == 0, ended.text
    facts = json.loads(ended.text)
    assert facts["value"] == len(facts["records"]) > 0
    assert latest["source_row"] in [one["source_row"] for one in facts["records"]]
    assert all(one["date"] < "2026-03-31" for one in facts["records"])
    plain = riskaid(place, *words[:-1])
    assert f"as of 2026-03-31: {facts['value']:g}" in plain.text


@pytest.mark.parametrize("engine", ["kernel", "duckdb"])
def test_trace_by_another_engine_shows_where_the_same_records_stand(
    riskaid, place, engine
):
    contacts = open_store(place / "store").table("contacts")
    person = contacts.filter(pl.col("date") < date(2026, 3, 1))["person_id"][0]
    words = ["trace", "contacts_365d", "--features", "mine", "--store", "store"]
    words += ["--person", person, "--as-of", "2026-03-31", "--json"]
    first = json.loads(riskaid(place, *words).text)
    ended = riskaid(place, *words, "--engine", engine)
    assert ended.code == 0, ended.text
    second = json.loads(ended.text)
    assert second["value"] == first["value"]
    assert _places(second) == _places(first)


def _places(facts):
    keys = ("table", "of", "date", "source", "source_row")
    return sorted([one[key] for key in keys] for one in facts["records"])


def test_trace_takes_an_engine_that_exists(riskaid, place):
    ended = riskaid(
        place,
        *["trace", "contacts_365d", "--features", "mine", "--store", "store"],
        *["--person", "nobody", "--as-of", "2026-03-31", "--engine", "excel"],
    )
    assert ended.code == 2
    assert "--engine takes one of reference, kernel, duckdb, spark" in ended.text


def test_trace_of_nobody_says_so_without_the_id(riskaid, place):
    ended = riskaid(
        place,
        *["trace", "contacts_365d", "--features", "mine", "--store", "store"],
        *["--person", "C1234567", "--as-of", "2026-03-31"],
    )
    assert ended.code == 11
    assert "no person under this id" in ended.text
    assert "C1234567" not in ended.text

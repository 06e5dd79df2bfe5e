"""A partner's feed: find its mapping, look first, take it in, keep a copy."""

import json
import tomllib

import pytest

FEED = (
    "child_id,event_date,kind\nK77,2025-06-01,eviction notice\nK77,2025-06-02,repair\n"
)
INGEST = ["ingest", "h.csv", "--store", "store", "--extract-date", "2026-03-31"]


@pytest.fixture
def feed(tmp_path):
    (tmp_path / "h.csv").write_text(FEED)
    return tmp_path


def test_the_ready_mappings_are_listed_and_one_is_printed_to_copy(riskaid, feed):
    listed = riskaid(feed, "mappings")
    assert listed.code == 0
    for name in ("police_domestic_abuse", "missing_from_home", "adult_social_care"):
        assert name in listed.text
    copy = riskaid(feed, "mappings", "housing")
    assert tomllib.loads(copy.text)["feed"][0]["table"] == "housing_events"
    (feed / "mine.toml").write_text(copy.text)
    assert riskaid(feed, *INGEST, "--mapping", "mine.toml").code == 0
    wrong = riskaid(feed, "mappings", "hosing")
    assert wrong.code == 10 and "Did you mean 'housing'" in wrong.text


def test_look_first_then_take_in(riskaid, feed):
    said = ["--mapping", "housing", "--name", "north", "--covered-from", "2024-04-01"]
    looked = riskaid(feed, *INGEST, *said, "--dry-run")
    assert looked.code == 0, looked.text
    assert "person 1" in looked.text and "eviction_notice" in looked.text
    assert "1 refused" in looked.text and "K77" not in looked.text
    assert not (feed / "store").exists()
    assert riskaid(feed, *INGEST, *said, "--mark", "synthetic").code == 0
    facts = json.loads((feed / "store/store.json").read_text())
    assert (facts["mark"], facts["sources"][0]["name"]) == ("synthetic", "north")
    assert facts["tables"]["housing_events"]["covered_from"] == "2024-04-01"
    wrong = riskaid(feed, *INGEST, "--mark", "real", "--mapping", "housing")
    assert wrong.code == 11 and "--mark" in wrong.text

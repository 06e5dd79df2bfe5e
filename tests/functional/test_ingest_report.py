"""`riskaid ingest --report` says how late records were known, and only if asked."""

import json

from riskaid.records.synthetic import synth


def test_measured_lags_are_said_when_asked_for(riskaid, tmp_path):
    synth(tmp_path / "council", children=300, seed=3)
    words = ["ingest", "council/feeds", "--mapping", "partner_feeds"]
    asked = riskaid(tmp_path, *words, "--store", "s", "--report")
    plain = riskaid(tmp_path, *words, "--store", "t")
    assert asked.code == plain.code == 0
    assert "Measured lags" in asked.text
    assert "housing_events: the declared lag (14) is too short" in asked.text
    assert "Measured lags" not in plain.text
    quality = [
        json.loads((tmp_path / name / "quality.json").read_text()) for name in "st"
    ]
    assert quality[0] == quality[1]
    assert quality[0]["ingests"][0]["lags"]

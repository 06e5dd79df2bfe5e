"""In a notebook the demonstration's release, run and audit give what commands give."""

import json
from dataclasses import replace

import polars as pl
import pytest

import riskaid
from riskaid.advice.pages import render_page
from riskaid.errors import AdviceRefused, ReleaseError


def test_advice_runs_and_audit_are_those_of_the_commands(demo, tmp_path):
    digest = (demo.out / "trust-digest.txt").read_text().strip()
    store = riskaid.read_store(demo.out / "store")
    shown = json.loads((demo.out / "demo.json").read_text())["advice"]
    person = pl.read_parquet(demo.out / "run/estimates.parquet")["person_id"][0]
    asked = {"trust_digest": digest}
    advice = riskaid.advise(
        demo.out / "release", store, person, shown["as_of"], **asked
    )
    assert advice.watermark and advice.as_of.isoformat() == shown["as_of"]
    html = advice._repr_html_()
    assert html.startswith("<iframe srcdoc=") and " sandbox " in html
    assert html.count("<") == 2, "the page itself is escaped"
    assert advice.watermark.split(" - ")[0] in html
    assert "DEMONSTRATION" in render_page(advice) and person not in html
    own = replace(store, mark=None)
    with pytest.raises((AdviceRefused, ReleaseError)):
        riskaid.advise(demo.out / "release", own, person, shown["as_of"], **asked)
    with pytest.raises(ReleaseError):
        riskaid.advise(
            demo.out / "release", store, person, shown["as_of"], trust_digest="0" * 64
        )
    frame = riskaid.runs(demo.out)
    facts = json.loads((demo.out / "run/run.json").read_text())
    held = facts["metrics"][facts["chosen"]]["auc"]
    assert frame.select("name", "auc", "auc.low95").rows() == [
        ("run", held["value"], held["low95"])
    ]
    found = riskaid.audit(
        demo.out / "run", out=tmp_path / "audit", store=demo.out / "store"
    )
    written = (demo.out / "audit/audit.json").read_bytes()
    assert (tmp_path / "audit/audit.json").read_bytes() == written
    assert found.verdict == demo.facts["verdict"]
    card = riskaid.card(
        demo.out / "run", demo.out / "audit", tmp_path / "card", name="conference_12m x"
    )
    assert card.verdict == found.verdict and card.verdict.split("_")[0] in (
        card._repr_html_()
    )

"""Each stage by its own command, on what the demonstration left."""

import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest


@pytest.fixture(scope="module")
def pinned(demo):
    return ["--trust-digest", (demo.out / "trust-digest.txt").read_text().strip()]


def test_engines_agree_on_the_made_up_council(demo, riskaid, tmp_path):
    table = pl.read_parquet(demo.out / "run/training_table.parquet")
    table.select("person_id", "as_of").head(60).write_parquet(tmp_path / "rows.parquet")
    words = ["features", "--store", demo.out / "store", "--rows", "rows.parquet"]
    ended = riskaid(
        tmp_path, *words, "--engine", "kernel,reference", "--out", "values.parquet"
    )
    assert ended.code == 0, ended.text
    values = pl.read_parquet(tmp_path / "values.parquet")
    assert values.height == 60
    named = [c for c in values.columns if c in table.columns]
    assert len(named) > 12
    assert values.select(named).equals(table.select(named).head(60))


def test_training_alone_without_tracking_gives_the_same_model(demo, riskaid, tmp_path):
    experiment = demo.out / "run/experiment.toml"
    ended = riskaid(
        tmp_path,
        *["train", experiment, "--store", demo.out / "store", "--out", "run"],
        "--no-tracking",
    )
    recommended = demo.facts["recommendation"] == "recommended"
    assert ended.code == (0 if recommended else 17), ended.text
    for name in ("booster.txt", "scorecard.json"):
        made = (tmp_path / "run/models" / name).read_bytes()
        assert made == (demo.out / "run/models" / name).read_bytes()
    assert not (tmp_path / "mlflow.db").exists()


def test_the_audit_ends_with_its_verdict(demo, riskaid, tmp_path):
    store = ["--store", demo.out / "store"]
    ended = riskaid(tmp_path, "audit", demo.out / "run", *store, "--out", "audit")
    codes = {"pass": 0, "fail": 12, "insufficient_evidence": 13}
    assert ended.code == codes[demo.facts["verdict"]]
    made = (tmp_path / "audit/audit.json").read_bytes()
    assert made == (demo.out / "audit/audit.json").read_bytes()
    assert len(json.loads((demo.out / "store/looks.json").read_text())["looks"]) == 1


def test_a_release_by_hand_from_keys_to_verified(demo, riskaid, tmp_path):
    name = ["--name", "conference_12m by_hand"]
    parts = [demo.out / "run", "--audit", demo.out / "audit"]
    until = (datetime.now(tz=UTC).date() + timedelta(days=300)).isoformat()

    def go(*words):
        ended = riskaid(tmp_path, *words)
        assert ended.code == 0, ended.text
        return ended.text

    go("card", *parts, "--out", "card", *name)
    go("release", "build", *parts, "--card", "card", "--out", "release", *name)
    for person in ("root", "analyst", "board"):
        go("release", "keygen", f"{person}.pem")
    public = {p: f"{p}.pub.pem" for p in ("analyst", "board")}
    made = json.loads(
        go(
            *["release", "trust", "trust.json", "--root-key", "root.pem"],
            *["--member", f"analyst:{public['analyst']}:Head of analysis"],
            *["--member", f"board:{public['board']}:Chair of the board", "--json"],
        )
    )
    common = ["--trust-digest", made["digest"], "--trust", "trust.json"]
    early = riskaid(tmp_path, "release", "verify", "release", *common)
    assert early.code == 14
    sign = ["release", "sign", "release", *common]
    go(*sign, "--state", "audited", "--key", "analyst.pem")
    go(
        *[*sign, "--state", "demonstration", "--key", "board.pem"],
        *["--expires", until],
    )
    assert "may load  yes" in go("release", "verify", "release", *common)
    go("release", "show", "release")
    go(*sign, "--state", "suspended", "--key", "analyst.pem")
    suspended = go("release", "verify", "release", *common)
    assert "may load  no" in suspended


def test_live_is_refused_on_made_up_records(demo, riskaid, tmp_path):
    common = ["--name", "conference_12m demo", "--purpose", "live"]
    parts = [demo.out / "run", "--audit", demo.out / "audit"]
    ended = riskaid(
        tmp_path,
        *["release", "build", *parts, "--card", demo.out / "card", "--out", "r"],
        *common,
    )
    assert ended.code in (12, 13)
    assert not (tmp_path / "r").exists()


def test_advice_leads_to_dated_records(demo, riskaid, pinned, tmp_path):
    facts = json.loads((demo.out / "advice/advice.json").read_text("utf-8"))
    records = [
        r for f in facts["families"] for one in f["reasons"] for r in one["records"]
    ]
    assert sum(record["day"] is not None for record in records) >= 3
    assert facts["estimate"]["sentences"]
    persons = pl.read_parquet(demo.out / "run/estimates.parquet")["person_id"]
    ended = riskaid(
        tmp_path,
        *["advise", "--release", demo.out / "release", "--store", demo.out / "store"],
        *["--person", persons[0], "--as-of", "2026-04-01", "--json", *pinned],
    )
    assert ended.code == 0, ended.text
    assert persons[0] not in ended.text
    assert json.loads(ended.text)["watermark"]


def test_a_changed_release_gives_no_advice(demo, riskaid, pinned, tmp_path):
    import shutil

    shutil.copytree(demo.out / "release", tmp_path / "release")
    card = tmp_path / "release/bundle/card/card.md"
    card.write_text(card.read_text("utf-8") + " ", "utf-8")
    ended = riskaid(
        tmp_path,
        *["advise", "--release", "release", "--store", demo.out / "store"],
        *["--person", "C0000001", "--as-of", "2026-04-01", *pinned],
    )
    assert ended.code == 14
    assert "RA14" in ended.text

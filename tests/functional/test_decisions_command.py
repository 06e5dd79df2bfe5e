"""The board's decisions by their commands, from an audit to nothing left undecided."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from simulated_scores import council

from riskaid.dates import months_before


@pytest.fixture(scope="module")
def audited(riskaid, tmp_path_factory):
    """A folder with an audit that has too little evidence."""
    folder = tmp_path_factory.mktemp("audited")
    council(120).write_csv(folder / "scores.csv")
    ended = riskaid(folder, "audit", "scores.csv", "--out", "audit")
    assert ended.code == 13, ended.text
    return folder


def left_in(riskaid, folder, *words):
    ended = riskaid(folder, "decisions", "check", *words, "--json")
    return ended.code, json.loads(ended.text)


def test_from_a_draft_to_a_decision(audited, riskaid, tmp_path):
    board = tmp_path / "board"
    asked = [board, "--audit", audited / "audit"]
    ended = riskaid(tmp_path, "decisions", "check", *asked)
    assert ended.code == 2 and "no folder of decisions" in ended.text
    board.mkdir()
    code, before = left_in(riskaid, tmp_path, *asked)
    assert code == 13 and not before["whole"] and not before["covered"]
    one = before["left"][0]
    about = [f"--{k}={one[k]}" for k in ("characteristic", "group", "measure")]
    ended = riskaid(tmp_path, "decisions", "draft", *asked, *about)
    assert ended.code == 0, ended.text
    assert "It decides nothing until" in ended.text
    refused = riskaid(tmp_path, "decisions", "check", *asked)
    assert refused.code == 10 and "person is empty" in refused.text
    (path,) = board.iterdir()
    text = path.read_text()
    taken = datetime.now(tz=UTC).date() - timedelta(days=1)
    latest, until = months_before(taken, -12), taken + timedelta(days=300)
    for key, said in (
        ("person", '"A. Made-up"'),
        ("role", '"Chair"'),
        ("decided_on", taken),
        ("until", "2099-01-01"),
    ):
        text = text.replace(f'{key} = ""', f"{key} = {said}")
    text = re.sub("<!--.*?-->", "Said in words.", text, flags=re.DOTALL)
    path.write_text(text)
    ended = riskaid(tmp_path, "decisions", "check", *asked)
    assert ended.code == 10 and f"twelve months after it, {latest}" in ended.text
    path.write_text(text.replace("2099-01-01", until.isoformat()))
    code, after = left_in(riskaid, tmp_path, *asked)
    assert code == 13
    assert after["until"] == until.isoformat()
    assert len(after["covered"]) == 1
    assert len(after["left"]) == len(before["left"]) - 1
    ended = riskaid(tmp_path, "decisions", "check", *asked)
    assert f"{path.name}, until {until}" in ended.text
    assert "riskaid decisions draft" in ended.text


def test_a_slip_in_what_is_to_be_decided_names_the_nearest(audited, riskaid, tmp_path):
    ended = riskaid(
        tmp_path,
        *["decisions", "draft", "board", "--audit", audited / "audit"],
        *["--characteristic", "ethnicty", "--group", "black", "--measure", "auc"],
    )
    assert ended.code == 10 and "Did you mean 'ethnicity'?" in ended.text
    assert not (tmp_path / "board").exists()

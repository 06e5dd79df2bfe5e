"""A pool may be a reason in a board's decision, where the policy lets it, by digest."""

import json
from datetime import date

import pytest

from riskaid.errors import DefinitionError, ExtractError, GateRefused
from riskaid.fairness.decision_draft import write_draft
from riskaid.fairness.decisions import parse_decision
from riskaid.fairness.pool_evidence import pool_named
from riskaid.files import digest_file

ABOUT = ("ethnicity", "black", "recall_ratio")
POLICY = "b" * 64
TODAY = date(2026, 11, 22)
AUDIT = {
    "verdict": "insufficient_evidence",
    "scores": {"digest": "a" * 64},
    "policy": {"digest": POLICY, "not_audited": {}},
    "characteristics": [
        {
            "name": "ethnicity",
            "groups": [
                {
                    "name": "black",
                    "verdict": "insufficient_evidence",
                    "metrics": [
                        {
                            "metric": "recall_ratio",
                            "verdict": "insufficient_evidence",
                            "decision_possible": True,
                            "role": "primary",
                            "sentence": "Too few here.",
                            "more_outcomes": 90,
                        }
                    ],
                }
            ],
        }
    ],
    "everyone": {"name": "everyone", "verdict": "pass", "metrics": []},
}


@pytest.fixture
def pooled(tmp_path):
    """Write a pool with some entries changed, and give its folder."""

    def put(**other):
        folder = tmp_path / "pool"
        folder.mkdir(exist_ok=True)
        finding = {
            "characteristic": "ethnicity",
            "group": "black",
            "metric": "recall_ratio",
            "verdict": "insufficient_evidence",
            "why": "the councils differ by more than chance explains",
            "sentence": "Together, enough were found.",
        }
        facts = {
            "format": "riskaid-pool",
            "policy": {"digest": POLICY},
            "may_support": "a decision of the board",
            "findings": [finding],
        }
        (folder / "pool.json").write_text(json.dumps(facts | other), "utf-8")
        return folder

    return put


def test_a_draft_names_the_pool_and_is_read_again(pooled, tmp_path):
    folder = pooled()
    named = pool_named(folder, AUDIT, ABOUT)
    assert named["digest"] == digest_file(folder / "pool.json")
    path = write_draft(tmp_path / "d", AUDIT, ABOUT, decisions=None, pool=named)
    text = path.read_text("utf-8")
    assert (
        "> Several councils together: too little evidence (the councils differ by more "
        "than chance explains). Together, enough were found.\n" in text
    )
    for key, value in (
        ("person", '"A. Made-up"'),
        ("role", '"Chair"'),
        ("decided_on", "2026-11-20"),
        ("until", "2027-05-31"),
    ):
        text = text.replace(f'{key} = ""', f"{key} = {value}")
    text = text.replace("<!--", "Said. <!--")
    held = parse_decision(path.name, text.encode(), today=TODAY)
    assert held.pool == named["digest"] and held.to_json()["pool"] == held.pool
    without = text.replace(f'pool = "{held.pool}"\n', "")
    assert parse_decision(path.name, without.encode(), today=TODAY).pool is None
    wrong = text.replace(held.pool, "pool.json")
    with pytest.raises(DefinitionError, match="pool must be the SHA-256"):
        parse_decision(path.name, wrong.encode(), today=TODAY)


@pytest.mark.parametrize(
    ("other", "error", "says"),
    [
        ({"policy": {"digest": "c" * 64}}, GateRefused, "under another policy"),
        ({"may_support": "nothing"}, GateRefused, "may support nothing"),
        ({"findings": []}, GateRefused, "judges no recall_ratio of the group 'black'"),
        ({"format": "riskaid-audit"}, ExtractError, "holds no pool"),
    ],
)
def test_a_pool_that_is_no_reason_is_refused(pooled, other, error, says):
    with pytest.raises(error, match=says):
        pool_named(pooled(**other), AUDIT, ABOUT)


def test_what_is_no_pool_is_refused(tmp_path, pooled):
    with pytest.raises(ExtractError, match="holds no pool"):
        pool_named(tmp_path, AUDIT, ABOUT)
    folder = pooled()
    for content, says in (
        ("{", "no pool"),
        ('{"format": "riskaid-pool"}', "not whole"),
    ):
        (folder / "pool.json").write_text(content, "utf-8")
        with pytest.raises(ExtractError, match=says):
            pool_named(folder, AUDIT, ABOUT)

import json
import re
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from riskaid.errors import UsageError
from riskaid.fairness.audit import audit, read_scores, write_audit
from riskaid.fairness.policy import load_policy

UNKNOWN = {"not recorded", "refused", "not yet obtained", "code not known"}


@pytest.fixture(scope="module")
def fewer(policy):
    """The shipped policy with fewer replicates, for speed."""
    return replace(policy, replicates=200)


def group_of(result, characteristic, name):
    (c,) = [c for c in result.characteristics if c.name == characteristic]
    (g,) = [g for g in c.groups if g.cell.name == name]
    return g


def judged_of(group, measure, capacity=0.2):
    (j,) = [
        j
        for j in group.judged
        if j.finding.measure == measure and j.finding.capacity in (None, capacity)
    ]
    return j


def test_a_council_that_overlooks_a_group_is_refused(make_council, fewer):
    for outcomes in (1000, 4000):
        result = audit(make_council(outcomes, overlooked=1.2), fewer)
        black = group_of(result, "ethnicity", "black")
        assert result.verdict == "fail"
        assert black.verdict == "fail"
        assert judged_of(black, "false_negative_rate_difference").verdict == "fail"
        assert judged_of(black, "false_negative_rate_difference").finding.value > 0.1


def test_a_council_that_selects_a_group_far_too_often_is_refused_too(
    make_council, fewer
):
    result = audit(make_council(4000, overlooked=-1.5), fewer)
    black = judged_of(
        group_of(result, "ethnicity", "black"), "false_negative_rate_difference"
    )
    assert result.verdict == "fail"
    assert black.verdict == "fail"
    assert black.finding.value < -0.1


def test_an_equal_council_passes_with_much_evidence(make_council, fewer):
    result = audit(make_council(14_000), fewer)
    assert result.verdict == "pass"
    assert {c.verdict for c in result.characteristics} == {"pass"}


@pytest.mark.parametrize("seed", range(4))
def test_an_equal_council_with_little_evidence_neither_passes_nor_fails(
    make_council, fewer, seed
):
    result = audit(make_council(250, seed=seed), fewer)
    assert result.verdict == "insufficient_evidence"
    waiting = [
        j
        for c in result.characteristics
        for g in c.groups
        for j in g.judged
        if j.verdict == "insufficient_evidence"
    ]
    assert sum(j.more_outcomes is not None for j in waiting) > len(waiting) / 2
    assert any("more recorded outcomes" in s["sentence"] for s in published(result))


def published(result):
    return [
        m
        for c in result.to_json()["characteristics"]
        for g in c["groups"]
        for m in g["metrics"]
    ]


def test_under_recording_of_a_group_is_found_by_calibration(make_council, fewer):
    result = audit(make_council(3000, recorded=0.6), fewer)
    found = judged_of(group_of(result, "ethnicity", "black"), "calibration")
    assert found.verdict == "fail"
    assert found.finding.value == pytest.approx(0.6, abs=0.08)
    assert result.verdict == "fail"


def test_a_constant_score_does_not_pass(make_council, fewer):
    frame = make_council(4000).with_columns(score=pl.col("outcome").mean())
    result = audit(frame, fewer)
    assert result.verdict == "fail"
    (lift,) = [j for j in result.everyone.judged if j.finding.measure == "lift"]
    assert lift.verdict == "fail"
    assert any("share the score at the cut" in note for note in result.notes)


def test_a_tool_that_says_only_yes_or_no_is_audited_and_cannot_pass(
    make_council, fewer
):
    frame = make_council(14_000).with_columns(
        selected=(pl.col("score") > 0.5).cast(int)
    )
    result = audit(frame.drop("score"), fewer)
    assert result.verdict == "insufficient_evidence"
    black = group_of(result, "ethnicity", "black")
    missed = judged_of(black, "false_negative_rate_difference", result.gated_capacity)
    assert missed.verdict == "pass"
    calibration = judged_of(black, "calibration")
    assert calibration.verdict == "insufficient_evidence"
    assert "no probability to compare" in calibration.finding.reason


def test_an_unknown_code_is_counted_and_kept(make_council, fewer):
    frame = make_council(300).with_columns(
        ethnicity=pl.when(pl.int_range(pl.len()) < 400)
        .then(pl.lit("ZZZZ"))
        .otherwise(pl.col("ethnicity").replace("", "WBRI"))
    )
    result = audit(frame, fewer)
    assert group_of(result, "ethnicity", "code not known").rows == 400
    assert any("400 rows have a code that is not known" in n for n in result.notes)
    few = audit(
        frame.with_columns(
            ethnicity=pl.col("ethnicity").replace("ZZZZ", "WBRI")
        ).with_columns(
            ethnicity=pl.when(pl.int_range(pl.len()) < 3)
            .then(pl.lit("ZZZZ"))
            .otherwise("ethnicity")
        ),
        fewer,
    )
    assert any("c rows have a code that is not known" in n for n in few.notes)


@pytest.mark.parametrize("name", ["ethnicity", "disability", "sex", "age_band"])
def test_no_row_is_lost_when_nothing_is_recorded(make_council, fewer, name):
    frame = make_council(200).with_columns(pl.lit(None, pl.String).alias(name))
    result = audit(frame, fewer)
    for c in result.characteristics:
        base = [g for g in c.groups if len(g.cell.members) == 1]
        assert sum(g.rows for g in base) == frame.height
        assert sum(g.outcomes for g in base) == frame["outcome"].sum()
    assert group_of(result, name, "not recorded").rows == frame.height
    assert result.verdict != "pass"


def test_the_same_rows_in_any_order_give_the_same_bytes(make_council, fewer, tmp_path):
    frame = make_council(300).with_columns(score=pl.col("score").round(1))
    frame.write_csv(tmp_path / "a.csv")
    frame.sample(fraction=1, shuffle=True, seed=4).write_parquet(tmp_path / "b.parquet")
    for name in ("a.csv", "b.parquet"):
        scores = read_scores(tmp_path / name, fewer)
        write_audit(audit(scores, fewer, seed=7), tmp_path / name[0])
    for file in ("audit.json", "audit.md", "audit.html"):
        assert (tmp_path / "a" / file).read_bytes() == (
            tmp_path / "b" / file
        ).read_bytes()
    other = audit(frame, fewer, seed=8).to_json()
    assert other != json.loads((tmp_path / "a" / "audit.json").read_text())
    with pytest.raises(UsageError):
        write_audit(audit(frame, fewer), tmp_path / "a")


def test_no_person_and_no_day_of_the_run_is_in_what_is_written(
    make_council, fewer, tmp_path
):
    frame = make_council(150)
    write_audit(audit(frame, fewer), tmp_path / "out")
    text = "".join(p.read_text() for p in sorted((tmp_path / "out").iterdir()))
    assert not re.search(r"[CF]\d{7}", text)
    assert set(re.findall(r"\d{4}-\d\d-\d\d", text)) == {
        "2026-11-22",  # agreed_on of the policy
        "2027-09-30",
        "2027-10-31",
    }


def test_sentences_keep_to_the_words_of_the_language_page(
    make_council, fewer, tmp_path, root
):
    page = (root / "fairness" / "LANGUAGE.md").read_text()
    forbidden = (
        re.search(r"```forbidden\n(.*?)```", page, re.DOTALL).group(1).split("\n")
    )
    forbidden = [phrase for phrase in forbidden if phrase]
    assert len(forbidden) > 10
    write_audit(audit(make_council(600, overlooked=1.0), fewer), tmp_path / "out")
    text = (tmp_path / "out" / "audit.md").read_text().lower()
    text += (tmp_path / "out" / "audit.html").read_text().lower()
    policy = (root / "fairness" / "policy.toml").read_text().lower()
    for phrase in forbidden:
        assert not re.search(rf"\b{re.escape(phrase.lower())}\b", text + policy), phrase


def test_a_policy_without_ethnicity_never_passes(policy_file, make_council, tmp_path):
    text = policy_file.read_text()
    start = text.index("[characteristics.ethnicity]")
    end = text.index("[characteristics.disability]")
    both = text.index("[characteristics.ethnicity_and_disability]")
    sex = text.index("[characteristics.sex]")
    left = text[:start] + text[end:both] + text[sex:]
    left += (
        '\n[not_audited.ethnicity]\nbecause = "Not in this data."\nagreed_by = "us"\n'
        "agreed_on = 2026-01-01\nreview_by = 2027-01-01\n"
    )
    (tmp_path / "policy.toml").write_text(left.replace("= 1000", "= 200"))
    other = load_policy(tmp_path / "policy.toml", today=date(2026, 11, 22))
    result = audit(make_council(14_000).drop("ethnicity"), other)
    assert {c.verdict for c in result.characteristics} == {"pass"}
    assert result.verdict == "insufficient_evidence"


def test_nothing_but_rows_policy_and_seed_goes_into_a_verdict():
    """Audits published earlier hide numbers; `gathered` is filled and never read."""
    import inspect

    from riskaid.fairness import audit as module
    from riskaid.fairness import gate

    assert list(inspect.signature(module.audit).parameters) == [
        "scores",
        "policy",
        "seed",
        "earlier",
        "gathered",
        "progress",
    ]
    for part in (module, gate):
        assert "import os" not in inspect.getsource(part)

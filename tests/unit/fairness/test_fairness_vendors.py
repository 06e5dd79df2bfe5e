"""Tools that give no probability: an order, or only a yes or no."""

from dataclasses import replace

import polars as pl
import pytest

from riskaid.fairness.audit import audit, read_scores


@pytest.fixture(scope="module")
def fewer(policy):
    return replace(policy, replicates=200)


def read(frame, policy, place, **options):
    frame.write_parquet(place / "scores.parquet")
    return read_scores(place / "scores.parquet", policy, **options)


def numbers(result, measure):
    return [
        (g.cell.name, j.finding.value, j.finding.low90, j.finding.high95)
        for c in result.characteristics
        for g in c.groups
        for j in g.judged
        if j.finding.measure == measure and j.finding.capacity in (None, 0.2)
    ]


def test_an_order_gives_what_its_probabilities_give_but_for_calibration(
    make_council, fewer, tmp_path
):
    frame = make_council(800)
    known = audit(frame, fewer)
    shown = frame.with_columns(score=1000 * pl.col("score") ** 3 - 70)
    result = audit(read(shown, fewer, tmp_path, ranks=True), fewer)
    for measure in ("false_negative_rate_difference", "recall_ratio", "auc"):
        ours, theirs = numbers(result, measure), numbers(known, measure)
        assert len(ours) > 10
        assert str(ours) == str(theirs)
    assert {str(v) for _, v, *_ in numbers(result, "calibration")} == {"nan"}
    assert not numbers(result, "spread")
    assert result.to_json()["scores"]["kind"] == "rank"
    assert any("gives an order" in note for note in result.notes)


def test_an_order_does_not_pass_however_much_evidence_there_is(
    make_council, fewer, tmp_path
):
    result = audit(read(make_council(14_000), fewer, tmp_path, ranks=True), fewer)
    assert result.verdict == "insufficient_evidence"
    assert audit(make_council(14_000), fewer).verdict == "pass"


def test_an_order_that_overlooks_a_group_fails(make_council, fewer, tmp_path):
    frame = make_council(4000, overlooked=1.2)
    assert audit(read(frame, fewer, tmp_path, ranks=True), fewer).verdict == "fail"


def test_a_yes_or_no_counts_as_its_own_capacity(make_council, fewer, tmp_path):
    frame = make_council(3000, overlooked=1.2)
    cut = frame["score"].quantile(0.85)
    flagged = frame.with_columns(selected=(pl.col("score") > cut).cast(int))
    result = audit(read(flagged.drop("score"), fewer, tmp_path), fewer)
    assert result.gated_capacity == pytest.approx(0.15, abs=0.001)
    assert result.verdict == "fail"
    black = flagged.filter(pl.col("ethnicity") == "BCRB", pl.col("outcome") == 1)
    (found,) = [
        j.finding.value
        for c in result.characteristics
        for g in c.groups
        for j in g.judged
        if g.cell.name == "black" and j.finding.measure == "false_negative_rate"
    ]
    assert found == pytest.approx(1 - black["selected"].mean(), abs=1e-12)


@pytest.mark.parametrize("selected", [0, 1])
def test_a_tool_that_selects_nobody_or_everybody_does_not_pass(
    make_council, fewer, tmp_path, selected
):
    frame = make_council(4000).with_columns(selected=selected).drop("score")
    result = audit(read(frame, fewer, tmp_path), fewer)
    assert result.verdict != "pass"
    assert result.to_json()["gated_capacity"] == selected

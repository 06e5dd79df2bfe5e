"""The gate's truth table: what passes, what fails, and that everything else waits."""

from math import inf, nan

import numpy as np
import pytest

from riskaid.errors import GateRefused, InsufficientEvidence
from riskaid.fairness.cells import Cell, choose_cells
from riskaid.fairness.findings import Finding
from riskaid.fairness.gate import (
    enforce,
    judge,
    share_error,
    spread,
    usefulness,
    worst,
)


def finding(measure="false_negative_rate_difference", **changes):
    rate, _, compared = measure.rpartition("_")
    if measure in ("calibration", "auc"):
        rate, compared = measure, "value"
    values = {
        "measure": measure,
        "rate": rate,
        "compared": compared,
        "capacity": None if measure in ("calibration", "auc") else 0.2,
        "value": 0.01,
        "n": 500.0,
        "others": 0.4,
        "low90": -0.05,
        "high90": 0.07,
        "low95": -0.06,
        "high95": 0.08,
        "p": 0.7,
    }
    values |= changes
    for end, further in (("low", -0.01), ("high", 0.01)):
        if f"{end}95" not in changes:
            values[f"{end}95"] = values[f"{end}90"] + further
        values.setdefault(f"{end}_inside", values[f"{end}90"])
    return Finding(**values)


def decide(policy, one, use="gated", rest=()):
    cell = Cell("black", "children recorded as Black", (0,), use)
    pairs = [
        (cell, one),
        *((Cell(f"g{i}", "", (1,), "gated"), f) for i, f in enumerate(rest)),
    ]
    outcomes = {c.name: 300.0 for c, _ in pairs}
    return judge(pairs, policy, capacity=0.2, outcomes=outcomes)[0]


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "pass"),
        ({"high90": 0.10}, "pass"),
        ({"high90": 0.1001}, "insufficient_evidence"),
        ({"low90": -0.10}, "pass"),
        ({"low90": -0.1001}, "insufficient_evidence"),
        ({"value": 0.2, "low90": 0.12, "high90": 0.28, "p": 0.001}, "fail"),
        ({"value": -0.2, "low90": -0.28, "high90": -0.12, "p": 0.001}, "fail"),
        (
            {"value": 0.2, "low90": 0.02, "high90": 0.4, "p": 0.051},
            "insufficient_evidence",
        ),
        (
            {"value": 0.2, "low90": 0.02, "high90": 0.4, "p": 0.05},
            "insufficient_evidence",
        ),
        ({"value": 0.2, "low90": 0.02, "high90": 0.4, "p": 0.049}, "fail"),
        # a p-value that the interval beside it does not bear out (ADR-0012)
        (
            {"value": 0.2, "low90": 0.01, "high90": 0.4, "low95": -0.01, "p": 0.001},
            "insufficient_evidence",
        ),
        (
            {"value": -0.2, "low90": -0.4, "high90": -0.01, "high95": 0.0, "p": 0.001},
            "insufficient_evidence",
        ),
        # a difference that is real and small is not beyond the limit
        ({"value": 0.05, "low90": 0.03, "high90": 0.07, "p": 0.001}, "pass"),
        (
            {"value": 0.1, "low90": 0.08, "high90": 0.12, "p": 0.001},
            "insufficient_evidence",
        ),
        # nothing that is not a finite number passes
        ({"low90": nan}, "insufficient_evidence"),
        ({"high90": nan}, "insufficient_evidence"),
        ({"high90": inf}, "insufficient_evidence"),
        ({"value": nan}, "insufficient_evidence"),
        (
            {"value": nan, "low90": nan, "high90": nan, "p": nan},
            "insufficient_evidence",
        ),
        ({"state": "not_estimable"}, "insufficient_evidence"),
        ({"state": "suppressed"}, "insufficient_evidence"),
        (
            {"p": nan, "value": 0.3, "low90": 0.2, "high90": 0.4},
            "insufficient_evidence",
        ),
        # an interval that somehow lies inside although its value does not
        ({"value": 0.3, "p": 0.5}, "insufficient_evidence"),
    ],
)
def test_missed_need(policy, changes, verdict):
    assert decide(policy, finding(**changes)).verdict == verdict


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"value": 1.0, "low90": 0.80, "high90": 1.25}, "pass"),
        ({"value": 1.0, "low90": 0.79, "high90": 1.2}, "insufficient_evidence"),
        ({"value": 1.0, "low90": 0.9, "high90": 1.26}, "insufficient_evidence"),
        ({"value": 0.5, "low90": 0.4, "high90": 0.6, "p": 0.001}, "fail"),
        ({"value": 1.6, "low90": 1.4, "high90": 1.8, "p": 0.001}, "fail"),
    ],
)
@pytest.mark.parametrize("measure", ["recall_ratio", "calibration"])
def test_ratios_fail_on_both_sides(policy, measure, changes, verdict):
    assert decide(policy, finding(measure, **changes)).verdict == verdict


@pytest.mark.parametrize(
    ("measure", "bad"),
    [
        (
            "false_positive_rate_difference",
            {"value": 0.2, "low90": 0.12, "high90": 0.28, "p": 0.001},
        ),
        ("auc", {"value": 0.4, "low90": 0.35, "high90": 0.45, "p": 0.001}),
    ],
)
def test_fail_only_measures_stop_and_never_carry(policy, measure, bad):
    fine = {"value": 0.9} if measure == "auc" else {}
    assert decide(policy, finding(measure, **fine)).verdict == "reported"
    assert decide(policy, finding(measure, **bad)).verdict == "fail"
    assert decide(policy, finding(measure, **(bad | {"p": 0.2}))).verdict == "reported"


def test_selection_never_decides(policy):
    for measure in ("selection_rate_ratio", "selection_rate_difference"):
        judged = decide(policy, finding(measure, value=9.0, p=1e-9))
        assert (judged.role, judged.verdict) == ("shown", "reported")


def test_only_the_gated_capacity_decides(policy):
    bad = {"value": 0.5, "low90": 0.4, "high90": 0.6, "p": 1e-9}
    assert decide(policy, finding(capacity=0.05, **bad)).verdict == "reported"
    assert decide(policy, finding(capacity=0.2, **bad)).verdict == "fail"


def test_a_merged_group_cannot_pass_and_can_fail(policy):
    bad = finding(value=0.5, low90=0.4, high90=0.6, p=1e-9)
    assert decide(policy, finding(), use="merged").verdict == "reported"
    assert decide(policy, bad, use="merged").verdict == "fail"
    assert decide(policy, bad, use="reported").verdict == "reported"


def test_many_groups_raise_the_bar_for_a_fail_and_not_for_a_board(policy):
    bad = finding(value=0.2, low90=0.02, high90=0.4, p=0.02)
    assert decide(policy, bad).verdict == "fail"
    judged = decide(policy, bad, rest=[finding(p=0.5), finding(p=0.6)])
    assert judged.verdict == "insufficient_evidence"
    assert judged.p_holm == pytest.approx(0.06)
    # beyond the limit with an uncorrected p under 0.05: no board may decide
    assert not judged.decision_possible
    assert decide(policy, finding(high90=0.2)).decision_possible
    assert not decide(policy, finding(value=0.2, p=1e-9)).decision_possible


def test_other_measures_are_not_in_the_correction(policy):
    bad = finding(value=0.2, low90=0.02, high90=0.4, p=0.02)
    other = finding("recall_ratio", value=1.0, p=0.01)
    assert decide(policy, bad, rest=[other, other]).p_holm == 0.02


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], "insufficient_evidence"),
        (["reported"], "insufficient_evidence"),
        (["pass"], "pass"),
        (["pass", "reported"], "pass"),
        (["pass", "insufficient_evidence"], "insufficient_evidence"),
        (["pass", "insufficient_evidence", "fail"], "fail"),
    ],
)
def test_the_worst_decides_and_nothing_is_not_a_pass(verdicts, expected):
    assert worst(verdicts) == expected


def test_only_the_word_pass_passes():
    enforce("pass")
    with pytest.raises(InsufficientEvidence) as waiting:
        enforce("insufficient_evidence")
    assert waiting.value.exit_code == 13
    for verdict in ("fail", "", "PASS", "passed", "true"):
        with pytest.raises(GateRefused) as refused:
            enforce(verdict)
        assert refused.value.exit_code == 12


def test_the_number_of_outcomes_that_would_settle_it(policy):
    # false negative rate .40 and limit .10: about 200 outcomes for four passes in five
    few = finding(n=50.0, state="not_estimable", value=nan, low90=nan, high90=nan)
    judged = decide(policy, few)
    assert judged.more_outcomes == pytest.approx(300 * (206 / 50 - 1), rel=0.1)
    half = finding(value=0.0, low90=-0.114, high90=0.114)
    assert decide(policy, half).more_outcomes == pytest.approx(300 * 3.11, rel=0.05)
    assert decide(policy, finding()).more_outcomes is None


def test_a_model_that_says_nothing_does_not_pass(policy):
    cell = Cell("everyone", "everyone", (0,), "gated")

    def lift(**changes):
        return usefulness(finding(**({"value": 2.0} | changes)), cell, policy).verdict

    assert lift(low90=1.5, high90=2.5) == "pass"
    assert lift(low90=1.49, high90=2.5) == "insufficient_evidence"
    assert lift(value=1.0, low90=0.9, high90=1.1, p=0.0) == "fail"
    assert lift(value=nan, low90=nan, high90=nan, p=nan) == "insufficient_evidence"
    assert spread(finding(value=0.1), cell, policy).verdict == "pass"
    assert spread(finding(value=0.0), cell, policy).verdict == "fail"
    few = finding(value=nan, state="not_estimable")
    assert spread(few, cell, policy).verdict == "insufficient_evidence"


def cells_of(policy, **counts):
    about = policy.characteristics[0]
    groups = [(name, name) for name in about.gated]
    rows = np.array([counts.get(n.replace(" ", "_"), (500, 300))[0] for n, _ in groups])
    outcomes = np.array(
        [counts.get(n.replace(" ", "_"), (500, 300))[1] for n, _ in groups]
    )
    return {c.name: c for c in choose_cells(about, groups, rows, outcomes)}


def test_large_groups_are_gated_by_themselves(policy):
    assert {c.use for c in cells_of(policy).values()} == {"gated"}


def test_small_groups_are_merged_in_the_policys_order_and_it_is_said(policy):
    cells = cells_of(policy, gypsy_roma_traveller=(40, 19), other=(90, 60))
    assert cells["gypsy roma traveller"].use == cells["other"].use == "merged"
    together = cells["gypsy roma traveller or other"]
    assert together.use == "gated"
    assert len(together.members) == 2
    assert "at least one of them had fewer than 20" in together.says
    assert cells["black"].use == "gated"


def test_a_group_just_large_enough_is_not_merged(policy):
    assert cells_of(policy, gypsy_roma_traveller=(40, 20))["other"].use == "gated"


def test_reported_groups_are_not_in_the_correction(policy):
    cell = Cell("black", "children recorded as Black", (0,), "gated")
    shown = Cell("shown", "others", (1,), "reported")
    bad = finding(value=0.2, low90=0.02, high90=0.4, p=0.02)
    pairs = [(cell, bad), (shown, finding(p=0.5))]
    counts = {"black": 300.0, "shown": 300.0}
    assert judge(pairs, policy, capacity=0.2, outcomes=counts)[0].p_holm == 0.02


def test_nobody_in_a_gated_group_is_not_a_pass(policy):
    cells = cells_of(policy, black=(0, 0), gypsy_roma_traveller=(0, 0))
    assert cells["black"].use == "gated"
    assert cells["gypsy roma traveller"].use == "gated"
    assert "gypsy roma traveller or other" not in cells


def test_an_empty_group_of_those_not_known_is_allowed(policy):
    cells = cells_of(policy, refused=(0, 0))
    assert cells["refused"].use == "reported"
    assert "policy allows it" in cells["refused"].says


def test_the_error_is_shared_over_the_whole_audit(policy):
    bad = {"value": 0.2, "low90": 0.02, "high90": 0.4}

    def verdict_among(p, others):
        cells = [[[decide(policy, finding(p=p, **bad))]]]
        cells += [[[decide(policy, finding(p=0.6))]] for _ in range(others)]
        assert cells[0][0][0].verdict == "fail"
        share_error(cells, policy)
        return cells[0][0][0]

    assert verdict_among(0.001, 0).verdict == "fail"
    assert verdict_among(0.001, 48).verdict == "fail"
    rare_only_alone = verdict_among(0.001, 50)
    assert rare_only_alone.verdict == "insufficient_evidence"
    assert not rare_only_alone.decision_possible


def test_sharing_the_error_never_makes_a_pass(policy):
    fine, waiting = finding(), finding(high90=0.2)
    cells = [[[decide(policy, fine), decide(policy, waiting)]]]
    before = [j.verdict for j in cells[0][0]]
    share_error(cells, policy)
    assert [j.verdict for j in cells[0][0]] == before

"""What is said of groups whose numbers may not be shown."""

from dataclasses import replace
from math import isnan

from riskaid.fairness.cells import Cell
from riskaid.fairness.findings import Finding
from riskaid.fairness.gate import Judged
from riskaid.fairness.results import Group
from riskaid.fairness.withhold import as_shown


def judged(verdict, measure="recall_ratio", capacity=0.1, **more):
    compared = measure.rpartition("_")[2]
    compared = compared if compared in ("ratio", "difference") else "value"
    finding = Finding(measure, "recall", compared, capacity, 1.1, 50.0)
    cell = Cell("any", "children", (0,), "gated")
    return Judged(finding, cell, p_holm=0.4, verdict=verdict, **more)


def group(*findings, use="gated", hidden=False, hidden_at=(), verdict=None):
    cell = Cell("one", "children", (0,), use)
    return Group(cell, 60, 30, findings, verdict, hidden, frozenset(hidden_at))


EVERYONE = group(use="reported")


def said(groups, everyone=EVERYONE):
    """Of each group its findings as (verdict, decision possible, p shown, withheld)."""
    return [
        [
            (j.verdict, j.decision_possible, not isnan(j.p_holm), flag)
            for j, flag in findings
        ]
        for findings, _ in as_shown(groups, everyone)
    ]


def verdicts(groups, everyone=EVERYONE):
    return [verdict for _, verdict in as_shown(groups, everyone)]


def test_where_nothing_is_hidden_all_is_said_as_it_is():
    groups = [
        group(judged("pass"), judged("reported"), verdict="pass"),
        group(judged("fail"), verdict="fail"),
    ]
    shown = as_shown(groups, EVERYONE)
    assert [[j for j, _ in found] for found, _ in shown] == [
        list(one.judged) for one in groups
    ]
    assert not any(flag for found, _ in shown for _, flag in found)
    assert verdicts(groups) == ["pass", "fail"]


def test_hidden_groups_share_the_worst_verdict_of_each_measure():
    few = "insufficient_evidence"
    groups = [
        group(judged("pass"), judged("pass", "base_rate"), hidden=True, verdict="pass"),
        group(judged(few, decision_possible=False), hidden=True, verdict=few),
        group(judged("pass"), verdict="pass"),
        group(judged("fail"), use="merged", hidden=True, verdict="fail"),
        group(judged("reported"), hidden=True, verdict=None),
    ]
    assert said(groups) == [
        [(few, False, False, True), ("pass", True, False, True)],
        [(few, False, False, True)],
        [("pass", True, False, False)],
        [("fail", True, False, True)],
        [("reported", True, False, True)],
    ]
    assert verdicts(groups) == [few, few, "pass", "fail", few]


def test_groups_that_are_shown_keep_their_verdict_to_themselves():
    groups = [
        group(judged("pass"), hidden=True, verdict="pass"),
        group(judged("fail", decision_possible=False), verdict="fail"),
    ]
    assert said(groups) == [
        [("pass", True, False, True)],
        [("fail", False, False, False)],
    ]
    assert verdicts(groups) == ["pass", "fail"]


def test_measures_and_capacities_are_asked_apart():
    groups = [
        group(judged("pass"), judged("fail", capacity=0.2), hidden_at=[0.1, 0.2]),
        group(judged("pass"), judged("pass", capacity=0.2), hidden_at=[0.2]),
        group(judged("pass", "auc", None), judged("fail", "auc", 0.2), hidden_at=[0.1]),
    ]
    assert said(groups) == [
        [("pass", True, False, True), ("fail", True, False, True)],
        [("pass", True, False, False), ("fail", True, False, True)],
        [("pass", True, True, False), ("fail", True, True, False)],
    ]


def test_what_a_group_decides_by_itself_stays_though_it_is_no_gated_one():
    for use in ("merged", "reported"):
        one = group(
            judged("fail"), judged("pass"), use=use, hidden=True, verdict="fail"
        )
        assert verdicts([one]) == ["fail"]
        none = replace(one, verdict=None)
        assert verdicts([none]) == [None]


def test_a_comparison_is_withheld_where_everyones_numbers_are():
    of = [judged("pass"), judged("pass", "recall_difference"), judged("pass", "recall")]
    shown = group(*of, judged("pass", capacity=0.2), verdict="pass")
    hidden = group(use="reported", hidden_at=[0.1])
    assert [flag for *_, flag in said([shown], hidden)[0]] == [True, True, False, False]
    # the group's own numbers are withheld whatever is known of everyone
    own = group(*of, hidden_at=[0.1])
    assert [flag for *_, flag in said([own])[0]] == [True, True, True]

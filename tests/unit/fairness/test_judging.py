"""The groups of one characteristic, with their numbers and what each decides."""

from dataclasses import replace
from math import isnan, nan

import numpy as np
import polars as pl
import pytest

from riskaid.fairness import judging
from riskaid.fairness.calibration_slope import calibration_slope
from riskaid.fairness.cells import Cell
from riskaid.fairness.findings import Finding, gather
from riskaid.fairness.gate import Judged, judge
from riskaid.fairness.judging import judge_groups, score_facts, verdict_of
from riskaid.fairness.metrics import rank_quality
from riskaid.fairness.over_all_rows import find
from riskaid.fairness.rows import group_rows, take_rows
from riskaid.fairness.scores import check_scores
from riskaid.fairness.sums import draw_together, replicate


class Asked:
    """A made-up council, and its ethnicities judged."""

    def __init__(self, frame, policy):
        self.policy = policy
        checked = check_scores(frame, policy)
        self.rows, _notes = take_rows(checked, policy, 0)
        self.g = group_rows(checked, policy)[0]
        rows = self.rows
        per_row = [np.ones(len(rows.score)), rows.outcome, rows.score, rows.score]
        for selected in rows.selected:
            per_row += [selected, selected * rows.outcome]
        quantities = np.stack(per_row, axis=1).astype(float)
        drawn = draw_together(
            rows.family, self.g.of_row, len(self.g.groups), quantities
        )
        (redrawn,) = replicate([drawn], families=rows.families, replicates=40, seed=0)
        self.evidence = gather(drawn, redrawn, rows.capacities, scored=rows.scored)

    def judged(self, rows=None, **more):
        return judge_groups(
            self.g, self.evidence, rows or self.rows, self.policy, **more
        )


@pytest.fixture(scope="module")
def asked(make_council, policy):
    # few of mixed ethnicity, so that they are merged
    frame = make_council(250, seed=1)
    few = (pl.col("ethnicity") == "MWBC") & (pl.int_range(pl.len()) % 8 > 0)
    return Asked(frame.filter(~few), replace(policy, replicates=40))


def test_every_cell_has_its_own_findings_judged_and_in_order(asked):
    cells, by_cell = asked.judged()
    names = [cell.name for cell in cells]
    assert len(names) == len(set(names)) == len(by_cell)
    assert any(len(cell.members) > 1 for cell in cells)
    assert {cell.use for cell in cells} >= {"gated", "merged"}
    for cell, judged in zip(cells, by_cell, strict=True):
        inside = np.isin(asked.g.of_row, cell.members)
        assert {j.cell.name for j in judged} == {cell.name}
        ranking, spread = score_facts(inside, asked.rows, asked.policy)
        expected = [*find(asked.evidence, cell, ranking, asked.policy), spread]
        parts = (
            one[inside]
            for one in (asked.rows.score, asked.rows.outcome, asked.rows.family)
        )
        expected.append(calibration_slope(*parts, asked.policy))
        assert [repr(j.finding) for j in judged] == [repr(f) for f in expected]
        assert judged[-2].role == "usefulness"
        if cell.use == "gated":
            waiting = [j for j in judged if j.verdict == "insufficient_evidence"]
            for j in waiting:
                assert j.role in ("primary", "guardrail", "fail_only", "usefulness")


def test_cells_are_chosen_by_the_rows_and_outcomes_of_each_group(asked, monkeypatch):
    said, choose = [], judging.choose_cells

    def chosen(about, groups, rows, outcomes):
        said.append((rows.tolist(), outcomes.tolist()))
        return choose(about, groups, rows, outcomes)

    monkeypatch.setattr(judging, "choose_cells", chosen)
    asked.judged()
    of, groups = asked.g.of_row, len(asked.g.groups)
    rows = np.bincount(of, minlength=groups).tolist()
    outcomes = np.bincount(of, weights=asked.rows.outcome, minlength=groups).tolist()
    assert said == [(rows, outcomes)]


def test_findings_are_judged_together_with_the_outcomes_of_each_cell(asked):
    cells, by_cell = asked.judged()
    rows = asked.rows
    outcomes = {
        cell.name: float(rows.outcome[np.isin(asked.g.of_row, cell.members)].sum())
        for cell in cells
    }
    of_limits = [
        (cell, j.finding)
        for cell, judged in zip(cells, by_cell, strict=True)
        for j in judged
        if j.finding.measure not in ("spread", "calibration_slope")
    ]
    together = judge(of_limits, asked.policy, capacity=rows.gated, outcomes=outcomes)
    assert any(j.more_outcomes for j in together)
    for cell, judged in zip(cells, by_cell, strict=True):
        expected = [j for j in together if j.cell is cell]
        assert [repr(j) for j in judged[:-2]] == [repr(j) for j in expected]


def test_only_what_a_limit_is_about_is_found_where_that_is_asked(asked):
    cells, by_cell = asked.judged(limits_only=True)
    every = asked.judged()[1]
    limited = {*asked.policy.limits, "auc", "spread"}
    for whole, judged in zip(every, by_cell, strict=True):
        kept = [j for j in whole if j.finding.measure in limited]
        assert [j.finding.measure for j in judged] == [j.finding.measure for j in kept]
        assert [j.verdict for j in judged] == [j.verdict for j in kept]
    assert {"calibration_slope", "selection_rate"} <= {
        j.finding.measure for j in every[0]
    }
    assert len(cells) == len(by_cell)


def test_what_is_known_of_the_scores_need_not_be_found_again(asked):
    said = []

    def scored(cell):
        said.append(cell.name)
        return None, None

    cells, by_cell = asked.judged(scored=scored)
    assert said == [cell.name for cell in cells]
    measures = {j.finding.measure for judged in by_cell for j in judged}
    assert not {"auc", "spread"} & measures and "calibration_slope" in measures
    own = Finding("spread", "spread", "value", None, 0.5, 99.0)
    _, by_cell = asked.judged(scored=lambda _: (None, own))
    assert all(own in [j.finding for j in judged] for judged in by_cell)


def test_a_tool_that_orders_or_only_selects_is_asked_for_no_more(asked):
    inside = asked.g.of_row == 0
    rows = asked.rows
    ranking, spread = score_facts(inside, rows, asked.policy)
    assert ranking == rank_quality(
        rows.score[inside], rows.outcome[inside], rows.family[inside]
    )
    assert spread.value == float(np.std(rows.score[inside]))
    assert score_facts(inside, replace(rows, kind="rank"), asked.policy) == (
        ranking,
        None,
    )
    only = replace(rows, kind="selected")
    assert score_facts(inside, only, asked.policy) == (None, None)
    for kind in ("rank", "selected"):
        _, by_cell = asked.judged(replace(rows, kind=kind))
        measures = {j.finding.measure for judged in by_cell for j in judged}
        assert not {"spread", "calibration_slope"} & measures
        assert ("auc" in measures) is (kind == "rank")


def test_estimates_of_fewer_rows_than_a_number_needs_have_no_spread(asked):
    least = asked.policy.smallest_denominator
    for size in (least, least - 1):
        inside = np.arange(len(asked.rows.score)) < size
        _ranking, spread = score_facts(inside, asked.rows, asked.policy)
        assert (spread.measure, spread.rate, spread.compared) == (
            *("spread", "spread", "value"),
        )
        assert spread.n == size and spread.capacity is None
        if size == least:
            assert spread.value == float(np.std(asked.rows.score[:size]))
            assert (spread.state, spread.reason) == ("estimable", "")
        else:
            assert isnan(spread.value) and spread.state == "not_estimable"
            assert spread.reason == f"fewer than {least} rows in the group"


def judged(verdict):
    finding = Finding("recall", "recall", "value", None, nan, 0.0)
    return Judged(finding, Cell("a", "children", (0,), "gated"), verdict=verdict)


@pytest.mark.parametrize(
    ("use", "verdicts", "verdict"),
    [
        ("gated", ["pass", "reported"], "pass"),
        ("gated", ["pass", "insufficient_evidence"], "insufficient_evidence"),
        ("gated", ["pass", "insufficient_evidence", "fail"], "fail"),
        ("gated", ["reported"], "insufficient_evidence"),
        ("merged", ["reported"], None),
        ("merged", ["reported", "fail"], "fail"),
        ("reported", [], None),
    ],
)
def test_a_cell_decides_what_the_worst_of_its_findings_does(use, verdicts, verdict):
    cell = Cell("a", "children", (0,), use)
    assert verdict_of(cell, [judged(one) for one in verdicts]) == verdict

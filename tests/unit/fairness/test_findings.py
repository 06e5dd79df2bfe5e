"""The numbers of a group: values by plain counting, intervals as ADR-0019 chose."""

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from riskaid.fairness import findings, intervals
from riskaid.fairness.cells import Cell
from riskaid.fairness.findings import (
    Finding,
    bounded,
    find_rates,
    gather,
    one_sided,
    too_few,
)
from riskaid.fairness.metrics import AT_CAPACITY, divide, parts
from riskaid.fairness.sums import FIXED, draw_together, replicate

CAPACITIES = (0.1, 0.25)


def rows_of(seed=0, rows=400, groups=3):
    """Family, group, outcome, and who is selected at each of two capacities."""
    draw = np.random.default_rng(seed)
    outcome = draw.random(rows) < 0.4
    likely = draw.random(rows) + 0.1 * outcome
    order = np.argsort(-likely)
    chosen = [np.isin(np.arange(rows), order[: int(c * rows)]) for c in CAPACITIES]
    family = draw.integers(0, int(0.7 * rows), rows)
    return family, draw.integers(0, groups, rows), outcome, chosen


def evidence_of(family, group, outcome, chosen, *, groups=3, scored=True):
    quantities = np.zeros((len(family), FIXED + 2 * len(chosen)))
    quantities[:, 0], quantities[:, 1] = 1, outcome
    quantities[:, 2], quantities[:, 3] = 0.4, 0.24
    for k, one in enumerate(chosen):
        quantities[:, FIXED + 2 * k] = one
        quantities[:, FIXED + 2 * k + 1] = one & outcome
    _ids, family = np.unique(family, return_inverse=True)
    drawn = draw_together(family, group, groups, quantities)
    families = int(family.max()) + 1
    (redrawn,) = replicate([drawn], families=families, replicates=150, seed=1)
    return gather(drawn, redrawn, CAPACITIES[: len(chosen)], scored=scored)


def cell(*members):
    return Cell("some", "children", members, "gated")


def found(evidence, policy, *members, **more):
    return {
        (f.measure, f.capacity): f
        for f in find_rates(evidence, cell(*members), policy, **more)
    }


@pytest.fixture(scope="module")
def rows():
    return rows_of()


@pytest.fixture(scope="module")
def evidence(rows):
    return evidence_of(*rows)


def plain(rate, outcome, chosen):
    """A rate's numerator and denominator in some rows."""
    both = {
        "base_rate": (outcome, outcome | True),
        "selection_rate": (chosen, chosen | True),
        "false_negative_rate": (outcome & ~chosen, outcome),
        "recall": (outcome & chosen, outcome),
        "false_positive_rate": (chosen & ~outcome, ~outcome),
        "positive_predictive_value": (chosen & outcome, chosen),
        "false_omission_rate": (outcome & ~chosen, ~chosen),
    }[rate]
    return tuple(int(one.sum()) for one in both)


ALL = [(rate, k) for k in (0, 1) for rate in AT_CAPACITY] + [("base_rate", None)]


@pytest.mark.parametrize("members", [(0,), (1, 2)])
def test_every_rate_is_plain_counting_with_its_difference_and_ratio(
    rows, evidence, policy, members
):
    _family, group, outcome, chosen = rows
    inside = np.isin(group, members)
    held = found(evidence, policy, *members)
    expected = [
        (f"{rate}{end}", None if k is None else CAPACITIES[k])
        for rate, k in ALL
        for end in ("", "_difference", "_ratio")
    ]
    assert list(held) == expected
    for rate, k in ALL:
        at = None if k is None else CAPACITIES[k]
        here = chosen[k or 0]
        (a, b), (c, d) = (
            plain(rate, outcome[of], here[of]) for of in (inside, ~inside)
        )
        value, difference, ratio = (
            held[rate + end, at] for end in ("", "_difference", "_ratio")
        )
        assert value.value == a / b and value.n == b and value.others == c / d
        assert difference.value == a / b - c / d
        assert ratio.value == (a / b) / (c / d)
        for one, how in (
            (value, "value"),
            (difference, "difference"),
            (ratio, "ratio"),
        ):
            assert (one.rate, one.compared, one.n) == (rate, how, b)
            assert (one.state, one.reason) == ("estimable", "")


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize(("rate", "k"), ALL)
def test_each_interval_is_of_both_shares_and_how_alike_they_are(
    evidence, policy, rate, k, times
):
    # drawn anew as they are, and apart three times as far, which widens intervals
    drawn = evidence.replicates
    middle = drawn.mean(axis=2, keepdims=True)
    evidence = replace(evidence, replicates=middle + times * (drawn - middle))
    members, others = [0], [1, 2]
    held = found(evidence, policy, *members)
    one, two, alike = evidence.compared(rate, k or 0, (members, others))
    counts = [
        [evidence.counts(s, k or 0, m) for m in (members, others)]
        for s in (evidence.sums, evidence.replicates)
    ]
    redrawn = [divide(*parts(rate, one)) for one in counts[1]]
    reckoned = {
        "": (one.bounds, redrawn[0]),
        "_difference": (
            lambda c: intervals.difference_of(
                one.value, two.value, (one.bounds(c), two.bounds(c)), alike
            ),
            redrawn[0] - redrawn[1],
        ),
        "_ratio": (
            lambda c: intervals.ratio_of(
                one.value, two.value, (one.bounds(c), two.bounds(c)), alike
            ),
            divide(*redrawn),
        ),
    }
    p = intervals.two_sided_p(float(intervals.pooled_z(one, two, alike)))
    widened = 0
    for end, (bounds, drawn) in reckoned.items():
        f = held[rate + end, None if k is None else CAPACITIES[k]]
        expected = bounded(f, policy, bounds, drawn)
        for name in ("90", "95", "_inside"):
            for side in ("low", "high"):
                assert getattr(f, side + name) == getattr(expected, side + name)
        assert f.low95 < f.value < f.high95
        assert f.effect == float(one.effect) >= 1
        widened += f.low95 < float(bounds(0.95)[0]) or f.high95 > float(bounds(0.95)[1])
        assert isnan(f.p) if not end else f.p == p
    assert widened == 0 if times == 1 else widened > 0


def test_one_capacity_is_enough(rows, policy):
    family, group, outcome, chosen = rows
    held = found(evidence_of(family, group, outcome, chosen[1:]), policy, 0)
    assert len(held) == 3 * len(AT_CAPACITY) + 3
    both = found(evidence_of(*rows), policy, 0)
    assert repr(held["base_rate", None]) == repr(both["base_rate", None])


def test_only_what_is_wanted_is_found(evidence, policy):
    every = found(evidence, policy, 0)
    wanted = frozenset({"recall_ratio", "base_rate", "false_positive_rate_difference"})
    some = found(evidence, policy, 0, wanted=wanted)
    assert list(some) == [key for key in every if key[0] in wanted]
    assert [some[key] == every[key] for key in some if key[0] != "base_rate"] == [
        *([True] * 4)
    ]
    assert found(evidence, policy, 0, wanted=frozenset({"calibration"})) == {}


def test_what_families_do_is_worked_out_once_for_a_group(rows, policy, monkeypatch):
    held, asked = evidence_of(*rows), []
    reckon = findings.compared

    def counted(*what):
        asked.append(what[1:4])
        return reckon(*what)

    monkeypatch.setattr(findings, "compared", counted)
    first = found(held, policy, 0)
    assert len(asked) == len(ALL) == 13
    assert [repr(f) for f in found(held, policy, 0).values()] == [
        repr(f) for f in first.values()
    ]
    assert len(asked) == 13
    found(held, policy, 1)
    assert len(asked) == 26
    # what is not wanted is not reckoned
    found(held, policy, 2, wanted=frozenset({"recall_ratio", "base_rate"}))
    assert [one[:2] for one in asked[26:]] == [
        *(("recall", 0), ("recall", 1), ("base_rate", 0)),
    ]
    del asked[26:]
    # of other counts, as probes ask, the same families are supposed
    fewer = replace(held, sums=held.sums * 2)
    doubled = found(fewer, policy, 0)
    assert len(asked) == 26
    assert doubled["recall", 0.1].n == 2 * first["recall", 0.1].n
    assert doubled["recall", 0.1].effect == first["recall", 0.1].effect


def few(policy, *, own, others, selected=None):
    """Evidence with so many outcomes in group 0 and in all others."""
    size = [120, 200, 0]
    group = np.repeat([0, 1, 2], size)
    place = np.arange(320) - np.where(group == 0, 0, 120)
    outcome = place < np.where(group == 0, own, others)
    chosen = place % 2 == 0 if selected is None else selected(place, group, outcome)
    return evidence_of(np.arange(320), group, outcome, [chosen, chosen])


def test_too_few_in_the_group_or_among_everyone_else_give_no_number(policy):
    least = policy.smallest_denominator
    one = found(few(policy, own=least, others=60), policy, 0)
    assert one["recall", 0.1].state == one["recall_ratio", 0.1].state == "estimable"
    one = found(few(policy, own=least - 1, others=60), policy, 0)
    reason = f"fewer than {least} recorded outcomes in the group"
    for end in ("", "_difference", "_ratio"):
        f = one["recall" + end, 0.1]
        assert (f.state, f.reason, f.n) == ("not_estimable", reason, least - 1)
        assert isnan(f.value) and isnan(f.low95) and isnan(f.p) and isnan(f.high_inside)
        assert f.others == 0.5
    assert one["base_rate", None].state == "estimable"
    one = found(few(policy, own=60, others=least - 1), policy, 0)
    reason = f"fewer than {least} recorded outcomes among everyone else"
    value, difference, ratio = (
        one["recall" + end, 0.1] for end in ("", "_difference", "_ratio")
    )
    assert value.state == "estimable" and value.value == 0.5 and isnan(value.others)
    for f in (difference, ratio):
        assert (f.state, f.reason) == ("not_estimable", reason)
        assert isnan(f.value) and isnan(f.p)


def test_where_both_sides_are_too_few_it_says_so_of_the_group(policy):
    least = policy.smallest_denominator
    reason = f"fewer than {least} recorded outcomes in the group"
    for own, others in ((least - 1, least - 2), (least - 1, 60)):
        held = few(policy, own=own, others=others, selected=lambda *of: of[0] < 0)
        one = found(held, policy, 0)
        for end in ("", "_difference", "_ratio"):
            assert one["recall" + end, 0.1].reason == reason


def test_nobody_in_a_group_or_all_in_it(policy):
    held = few(policy, own=60, others=60)
    nobody = found(held, policy, 2)
    assert {f.state for f in nobody.values()} == {"not_estimable"}
    assert nobody["base_rate", None].reason.startswith("fewer than")
    assert nobody["base_rate", None].n == 0
    everyone = found(held, policy, 0, 1, 2)
    assert everyone["base_rate", None].value == 120 / 320
    assert everyone["base_rate_ratio", None].reason.endswith("among everyone else")


def test_a_ratio_to_nothing_has_no_meaning(policy):
    def none_else(place, group, outcome):
        return outcome & (group == 0) & (place % 2 == 0)

    held = found(few(policy, own=60, others=60, selected=none_else), policy, 0)
    assert held["recall", 0.1].value == 0.5 and held["recall", 0.1].others == 0
    assert held["recall_difference", 0.1].value == 0.5
    assert held["recall_difference", 0.1].p < 0.001
    ratio = held["recall_ratio", 0.1]
    assert ratio.state == "not_estimable" and isnan(ratio.value) and isnan(ratio.p)
    assert ratio.reason == "everyone else's rate is 0, so a ratio has no meaning"


def test_rows_of_a_few_large_families_give_no_interval(policy):
    family, group, outcome, chosen = rows_of(rows=400)
    family = np.where(group == 0, family % 4, 1000 + family)
    held = found(evidence_of(family, group, outcome, chosen), policy, 0)
    words = "rows of fewer than 5 families, or of one that outweighs the others, in the"
    assert held["base_rate", None].reason == f"{words} group"
    of_others = found(evidence_of(family, group, outcome, chosen), policy, 1, 2)
    assert of_others["base_rate", None].state == "estimable"
    reason = of_others["base_rate_difference", None].reason
    assert reason == f"{words.removesuffix(' in the')} among everyone else"
    assert one_sided(5.0) == "" and one_sided(4.99) != ""
    assert too_few("rows", 10) == "fewer than 10 rows"


def test_a_tool_without_estimates_expects_nothing(rows):
    sums = evidence_of(*rows).sums
    for scored in (True, False):
        counts = evidence_of(*rows, scored=scored).counts(sums, 1, [0, 2])
        assert counts.rows == sums[0, [0, 2]].sum()
        assert counts.outcomes == sums[1, [0, 2]].sum()
        assert counts.selected == sums[6, [0, 2]].sum()
        assert counts.found == sums[7, [0, 2]].sum()
        assert isnan(counts.expected) is not scored
    held = evidence_of(*rows)
    assert held.counts(held.sums, 0, [1]).selected == held.sums[4, 1]
    assert held.counts(held.sums, 0, [1]).expected == held.sums[2, 1]


FINDING = Finding("recall", "recall", "value", 0.2, 0.5, 40.0)


def bounds(confidence):
    """An interval that is wider the surer it has to be."""
    return 0.5 - confidence / 4, 0.5 + confidence / 4


def test_an_interval_has_three_widths(policy):
    made = bounded(FINDING, policy, bounds)
    inside = policy.inside_confidence
    assert (made.low90, made.high90) == (0.5 - 0.9 / 4, 0.5 + 0.9 / 4)
    assert (made.low95, made.high95) == (0.5 - 0.95 / 4, 0.5 + 0.95 / 4)
    assert (made.low_inside, made.high_inside) == bounds(inside)
    other = replace(policy, looks=replace(policy.looks, planned=4))
    assert other.inside_confidence != inside
    made = bounded(FINDING, other, bounds)
    assert (made.low_inside, made.high_inside) == bounds(other.inside_confidence)
    assert (made.value, made.n) == (0.5, 40.0)


def test_families_drawn_anew_count_where_they_are_a_quarter_wider(policy):
    # 401 draws, of which 95% are between the 11th from each end: 0.95 of the width
    spread = np.linspace(-1, 1, 401)
    width = (bounds(0.95)[1] - bounds(0.95)[0]) / 2
    made = bounded(FINDING, policy, bounds, 0.5 + spread * width * 1.24 / 0.95)
    assert made == bounded(FINDING, policy, bounds)
    drawn = 0.5 + spread * width * 1.27 / 0.95
    made = bounded(FINDING, policy, bounds, drawn)
    for name, confidence in (("90", 0.9), ("95", 0.95)):
        low, high = intervals.percentiles(drawn, confidence)
        assert getattr(made, f"low{name}") == low < bounds(confidence)[0]
        assert getattr(made, f"high{name}") == high > bounds(confidence)[1]
    # exactly a quarter wider is not wider
    drawn41 = np.concatenate([[-1.0], np.linspace(0, 0.625, 39), [2.0]])
    made = bounded(FINDING, policy, lambda _: (0.25, 0.75), drawn41)
    assert (made.low95, made.high95) == (0.25, 0.75)
    # of each end the farther
    aside = bounded(FINDING, policy, bounds, drawn + 0.2)
    assert aside.low95 == bounds(0.95)[0]
    assert aside.high95 == intervals.percentiles(drawn + 0.2, 0.95)[1]
    # draws without an end say nothing of the width
    drawn[:100] = nan
    assert bounded(FINDING, policy, bounds, drawn) == bounded(FINDING, policy, bounds)


def test_an_end_that_is_infinite_is_none(policy):
    made = bounded(FINDING, policy, lambda _: (-np.inf, np.inf))
    assert isnan(made.low90) and isnan(made.high95) and isnan(made.high_inside)
    assert (FINDING.state, FINDING.reason, FINDING.effect) == ("estimable", "", 1.0)

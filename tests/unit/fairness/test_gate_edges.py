"""The gate at its very edges, and the reckoning of what would settle a finding."""

from dataclasses import replace
from math import inf, log, nan, sqrt
from statistics import NormalDist

import pytest

from riskaid.errors import GateRefused, InsufficientEvidence
from riskaid.fairness.cells import Cell
from riskaid.fairness.findings import Finding
from riskaid.fairness.gate import (
    Judged,
    enforce,
    judge,
    more_outcomes,
    share_error,
    spread,
    usefulness,
)
from riskaid.fairness.policy import Limit

CELL = Cell("black", "children recorded as Black", (0,), "gated")
OTHER = Cell("white", "children recorded as White", (1,), "gated")
MISSED = "false_negative_rate_difference"
INSIDE, POWER = (NormalDist().inv_cdf(share) for share in (0.95, 0.9))
INSUFFICIENT = "insufficient_evidence"


def found(measure=MISSED, **changes):
    rate, _, compared = measure.rpartition("_")
    capacity = 0.2
    if measure in ("calibration", "auc"):
        rate, compared, capacity = measure, "value", None
    held = {
        "measure": measure, "rate": rate, "compared": compared, "capacity": capacity,
        "value": 0.01, "n": 500.0, "others": 0.4, "p": 0.7,
        "low90": -0.05, "high90": 0.07, "low95": -0.06, "high95": 0.08,
    } | changes  # fmt: skip
    held.setdefault("low_inside", held["low90"])
    held.setdefault("high_inside", held["high90"])
    return Finding(**held)


def judged(policy, *pairs, outcomes=300.0, capacity=0.2):
    asked = [(cell, one) for cell, one in pairs]
    counts = {cell.name: outcomes for cell, _ in asked}
    return judge(asked, policy, capacity=capacity, outcomes=counts)


def decide(policy, one, cell=CELL, **more):
    return judged(policy, (cell, one), **more)[0]


FAR = {"value": 0.2, "low90": 0.12, "high90": 0.28, "low95": 0.1, "high95": 0.3}


def test_the_number_at_the_limit_is_not_beyond_it(policy):
    for value in (0.10, -0.10):
        edge = found(value=value, low90=-0.1, high90=0.1, p=1e-9)
        assert decide(policy, edge).verdict == "pass"
        assert decide(policy, edge).decision_possible


def test_a_p_value_at_the_level_is_not_under_it(policy):
    at = decide(policy, found(**FAR, p=policy.fail_level))
    assert (at.verdict, at.decision_possible) == (INSUFFICIENT, True)
    under = decide(policy, found(**FAR, p=policy.fail_level - 1e-9))
    assert (under.verdict, under.decision_possible) == ("fail", False)


def test_the_correction_over_the_audit_takes_back_what_is_at_the_level(policy):
    level = policy.fail_level
    for p, verdict in ((level / 2, INSUFFICIENT), (level / 2 - 1e-9, "fail")):
        cells = [[[decide(policy, found(**FAR, p=p))]], [[decide(policy, found())]]]
        share_error(cells, policy)
        assert cells[0][0][0].verdict == verdict


def test_a_finding_without_p_is_asked_nothing(policy):
    bad, none = found(**FAR, p=0.03), found(p=nan)
    first, second = judged(policy, (CELL, bad), (OTHER, none))
    assert first.p_holm == 0.03
    assert second.p_holm != second.p_holm  # not a number
    cells = [[[first], [second]]]
    share_error(cells, policy)
    assert cells[0][0][0].verdict == "fail"


def test_a_number_at_another_capacity_is_no_question_of_the_gate(policy):
    bad, other = found(**FAR, p=0.03), found(capacity=0.05, p=0.03)
    first, second = judged(policy, (CELL, bad), (OTHER, other))
    assert (first.p_holm, second.role) == (0.03, "shown")
    assert second.verdict == "reported"


def test_what_is_only_shown_bars_nobody_by_itself():
    shown = Judged(found(), CELL)
    assert shown.decision_possible
    assert (shown.role, shown.verdict) == ("shown", "reported")
    assert (shown.lowest, shown.highest, shown.more_outcomes) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"low95": 0.0}, INSUFFICIENT),
        ({"low95": 1e-9}, "fail"),
        ({"value": -0.2, "low95": -0.3, "high95": 0.0}, INSUFFICIENT),
        ({"value": -0.2, "low95": -0.3, "high95": -1e-9}, "fail"),
        ({"low95": nan, "high95": nan}, INSUFFICIENT),
    ],
)
def test_an_interval_that_holds_equality_is_no_fail(policy, changes, verdict):
    assert decide(policy, found(**(FAR | {"p": 0.001} | changes))).verdict == verdict


@pytest.mark.parametrize("measure", ["recall_ratio", "calibration"])
@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"value": 1.5, "low95": 0.99, "high95": 2.0}, INSUFFICIENT),
        ({"value": 1.5, "low95": 1.01, "high95": 2.0}, "fail"),
        ({"value": 0.6, "low95": 0.4, "high95": 1.01}, INSUFFICIENT),
        ({"value": 0.6, "low95": 0.4, "high95": 0.99}, "fail"),
    ],
)
def test_equality_of_a_ratio_is_one(policy, measure, changes, verdict):
    one = found(measure, p=0.001, low90=0.5, high90=1.9, **changes)
    assert decide(policy, one).verdict == verdict


def test_equality_of_an_order_is_its_floor(policy):
    low = {"value": 0.5, "low90": 0.46, "high90": 0.54, "low95": 0.45, "p": 0.001}
    assert decide(policy, found("auc", high95=0.5499, **low)).verdict == "fail"
    assert decide(policy, found("auc", high95=0.5501, **low)).verdict == "reported"


def one_sided(policy, lowest, highest):
    agreed = policy.limits[MISSED].agreement
    limits = {MISSED: Limit(MISSED, lowest, highest, agreed)}
    return replace(policy, limits=limits)


@pytest.mark.parametrize(
    ("lowest", "highest", "changes", "verdict"),
    [
        (None, 0.1, {}, "pass"),
        (None, 0.1, {"low90": -0.9}, "pass"),
        (None, 0.1, {"value": 0.2}, INSUFFICIENT),
        (None, 0.1, {"low90": nan}, INSUFFICIENT),
        (None, 0.1, {"low90": -inf}, INSUFFICIENT),
        (-0.1, None, {}, "pass"),
        (-0.1, None, {"high90": 0.9}, "pass"),
        (-0.1, None, {"value": -0.2}, INSUFFICIENT),
        (-0.1, None, {"high90": nan}, INSUFFICIENT),
        (-0.1, None, {"high90": inf}, INSUFFICIENT),
        (None, None, {}, "pass"),
        (None, None, {"value": nan}, INSUFFICIENT),
        (None, None, {"value": inf}, INSUFFICIENT),
    ],
)
def test_a_side_without_a_limit_needs_a_finite_end_all_the_same(
    policy, lowest, highest, changes, verdict
):
    one = decide(one_sided(policy, lowest, highest), found(**changes))
    assert one.verdict == verdict
    if verdict == INSUFFICIENT:
        assert one.more_outcomes is None


@pytest.mark.parametrize("state", ["not_estimable", "suppressed", ""])
def test_only_what_can_be_estimated_passes(policy, state):
    assert decide(policy, found(state=state)).verdict == INSUFFICIENT


def test_only_the_gated_must_pass(policy):
    far = found(**FAR, p=0.001)
    for use, verdict in (("merged", "reported"), ("reported", "reported")):
        cell = replace(CELL, use=use)
        assert decide(policy, found(high90=0.5), cell).verdict == verdict
        assert decide(policy, found(), cell).verdict == "reported"
        assert decide(policy, found(), cell).more_outcomes is None
    assert decide(policy, far, replace(CELL, use="merged")).verdict == "fail"
    shown = decide(policy, far, replace(CELL, use="reported"))
    assert (shown.verdict, shown.decision_possible) == ("reported", True)


def two_figures(number):
    """Upwards to two figures: 1,067.7 becomes 1,100."""
    step = 10 ** (len(str(int(number))) - 2) if number >= 10 else 1
    return int(-(-number // step) * step)


def waits(measure=MISSED, **changes):
    lowest, highest = changes.pop("lowest", -0.1), changes.pop("highest", 0.1)
    return Judged(found(measure, **changes), CELL, "primary", lowest, highest)


def more(policy, j, outcomes=300.0):
    return more_outcomes(j, outcomes, policy)


def test_how_many_more_where_there_may_be_no_gap(policy):
    """(1.645 + 1.282) standard errors must fit between no gap and the nearer edge."""
    error = 0.12 / INSIDE
    for lowest, highest, nearer in (
        (-0.1, 0.1, 0.1),
        (-0.2, 0.1, 0.1),
        (-0.08, 0.1, 0.08),
    ):
        j = waits(value=0.02, low90=-0.10, high90=0.14, lowest=lowest, highest=highest)
        times = ((INSIDE + POWER) * error / nearer) ** 2
        assert more(policy, j) == two_figures(300 * (times - 1))
    j = waits(value=0.02, low90=-0.10, high90=0.14)
    assert more(policy, j) == 1100
    assert more(policy, j, outcomes=30.0) == 110
    assert more(policy, j, outcomes=3.0) == 11
    assert more(policy, j, outcomes=0.3) == 2
    assert more(policy, j, outcomes=0.0) is None
    assert more(policy, j, outcomes=-1.0) is None


def test_how_many_more_where_the_number_is_beyond_the_limit(policy):
    for value in (0.2, -0.2):
        j = waits(value=value, low90=value - 0.12, high90=value + 0.12)
        times = (3.3 * 0.12 / INSIDE / 0.2) ** 2
        assert more(policy, j) == two_figures(300 * (times - 1))
    sure = waits(value=0.2, low90=0.15, high90=0.25)
    assert more(policy, sure) is None, (
        "enough is there; the correction stands in its way"
    )


def test_how_many_more_where_only_the_number_is_near_the_edge(policy):
    for value in (0.09, -0.09):
        j = waits(value=value, low90=value - 0.025, high90=value + 0.025)
        assert more(policy, j) == 1600  # (0.025 / 0.01)^2 = 6.25 times, 1,575 more
    at = waits(value=0.1, low90=0.08, high90=0.12)
    assert more(policy, at) is None, "however much there is, it stays at the edge"
    wide = waits(value=0.1, low90=-0.1, high90=0.3)
    times = ((INSIDE + POWER) * 0.2 / INSIDE / 0.1) ** 2
    assert more(policy, wide) == two_figures(300 * (times - 1))


def test_over_a_thousand_times_what_there_is_is_no_number(policy):
    for times, known in ((999.5, True), (1000.5, False)):
        half = 0.1 * INSIDE / (INSIDE + POWER) * sqrt(times)
        j = waits(value=0.0, low90=-half, high90=half)
        assert (more(policy, j) is not None) is known


@pytest.mark.parametrize("measure", ["recall_ratio", "calibration"])
def test_how_many_more_of_a_ratio_is_reckoned_on_logarithms(policy, measure):
    one = {"lowest": 0.8, "highest": 1.25}
    j = waits(measure, value=1.0, low90=0.7, high90=1 / 0.7, **one)
    times = ((INSIDE + POWER) * log(1 / 0.7) / INSIDE / log(1.25)) ** 2
    assert more(policy, j) == two_figures(300 * (times - 1))
    beyond = waits(measure, value=0.6, low90=0.4, high90=0.9, **one)
    error = (log(0.9) - log(0.4)) / 2 / INSIDE
    times = (3.3 * error / -log(0.6)) ** 2
    assert more(policy, beyond) == two_figures(300 * (times - 1))
    nearer = waits(
        measure, value=1.0, low90=0.7, high90=1 / 0.7, lowest=0.5, highest=1.1
    )
    times = ((INSIDE + POWER) * log(1 / 0.7) / INSIDE / log(1.1)) ** 2
    assert more(policy, nearer) == two_figures(300 * (times - 1))


def from_others(share, n, *, limit, variance, effect=1.0, outcomes=300.0):
    needed = effect * variance * ((INSIDE + POWER) / limit) ** 2
    return two_figures(max(0.0, needed / n * outcomes - outcomes)) or None


FEW = {"state": "not_estimable", "value": nan, "low90": nan, "high90": nan}


@pytest.mark.parametrize("effect", [1.0, 2.0])
@pytest.mark.parametrize("n", [6.0, 9.0])
def test_too_few_to_tell_are_reckoned_from_everyone_elses_rate(policy, n, effect):
    j = waits(**FEW, n=n, effect=effect, others=0.3)
    expected = from_others(0.3, n, limit=0.1, variance=0.3 * 0.7, effect=effect)
    assert more(policy, j) == expected
    ratio = waits(
        "recall_ratio", **FEW, n=n, effect=effect, others=0.3, lowest=0.8, highest=1.25
    )
    expected = from_others(0.3, n, limit=log(1.25), variance=0.7 / 0.3, effect=effect)
    assert more(policy, ratio) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"others": nan},
        {"others": 0.0},
        {"others": 1.0},
        {"n": 0.0},
        {"n": -1.0},
        {"n": 1e9},
    ],
)
def test_where_even_that_says_nothing_there_is_no_number(policy, changes):
    assert more(policy, waits(**(FEW | {"n": 6.0} | changes))) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"low90": nan},
        {"high90": nan},
        {"low90": -inf},
        {"state": "not_estimable"},
        {"state": "suppressed"},
    ],
)
def test_without_a_whole_interval_it_is_reckoned_from_the_others_too(policy, changes):
    expected = from_others(0.4, 60.0, limit=0.1, variance=0.24)
    assert more(policy, waits(n=60.0, **changes)) == expected


@pytest.mark.parametrize(
    "ends",
    [(0.0, 1.0, 2.0), (0.1, 0.0, 2.0), (-0.1, 1.0, 2.0)],
)
def test_a_ratio_that_may_be_nothing_is_reckoned_from_the_others(policy, ends):
    low, value, high = ends
    j = waits(
        *("recall_ratio",),
        low90=low,
        value=value,
        high90=high,
        n=60.0,
        lowest=0.8,
        highest=1.25,
    )
    expected = from_others(0.4, 60.0, limit=log(1.25), variance=0.6 / 0.4)
    assert more(policy, j) == expected


@pytest.mark.parametrize(("lowest", "highest"), [(None, 0.1), (-0.1, None)])
def test_a_limit_of_one_side_has_no_such_number(policy, lowest, highest):
    j = waits(value=0.02, low90=-0.1, high90=0.14, lowest=lowest, highest=highest)
    assert more(policy, j) is None


def test_planned_looks_ask_for_more(policy):
    two = replace(policy, looks=replace(policy.looks, planned=2))
    j = waits(value=0.02, low90=-0.10, high90=0.14)
    inside = NormalDist().inv_cdf(0.975)
    times = ((inside + POWER) * 0.12 / INSIDE / 0.1) ** 2
    assert more(two, j) == two_figures(300 * (times - 1)) > more(policy, j)


EVERYONE = Cell("everyone", "everyone", (0, 1), "gated")


@pytest.mark.parametrize(
    ("changes", "verdict", "possible"),
    [
        ({"low_inside": 1.5, "high_inside": 3.0}, "pass", True),
        ({"low_inside": 1.49, "high_inside": 3.0}, INSUFFICIENT, True),
        ({"low_inside": 1.0, "high_inside": 1.5}, INSUFFICIENT, True),
        ({"low_inside": 1.0, "high_inside": 1.49}, "fail", False),
        ({"low_inside": nan, "high_inside": nan, "value": nan}, INSUFFICIENT, True),
        ({"low_inside": inf, "high_inside": inf}, INSUFFICIENT, True),
        ({"low_inside": -inf, "high_inside": -inf}, INSUFFICIENT, True),
        # beyond the floor with a p under the level: no board may decide
        ({"low_inside": 1.2, "high_inside": 1.6, "value": 1.4, "p": 0.049},
         INSUFFICIENT, False),
        ({"low_inside": 1.2, "high_inside": 1.6, "value": 1.4, "p": 0.05},
         INSUFFICIENT, True),
        ({"low_inside": 1.2, "high_inside": 1.9, "value": 1.5, "p": 0.001},
         INSUFFICIENT, True),
    ],
)  # fmt: skip
def test_usefulness(policy, changes, verdict, possible):
    lift = usefulness(found(**({"value": 2.0} | changes)), EVERYONE, policy)
    assert (lift.verdict, lift.decision_possible) == (verdict, possible)
    assert (lift.role, lift.lowest, lift.highest) == ("usefulness", 1.5, None)


@pytest.mark.parametrize(
    ("value", "use", "state", "verdict"),
    [
        (0.005, "gated", "estimable", "pass"),
        (0.0049, "gated", "estimable", "fail"),
        (nan, "gated", "not_estimable", INSUFFICIENT),
        (0.0, "merged", "estimable", "reported"),
        (0.0, "reported", "estimable", "reported"),
    ],
)
def test_spread(policy, value, use, state, verdict):
    one = spread(found(value=value, state=state), replace(CELL, use=use), policy)
    assert (one.verdict, one.decision_possible) == (verdict, verdict != "fail")
    assert (one.role, one.lowest, one.highest) == ("usefulness", 0.005, None)


def test_a_refusal_says_for_what_and_what_to_do():
    with pytest.raises(InsufficientEvidence, match=r"'live'.*--decisions FOLDER"):
        enforce(INSUFFICIENT, purpose="live")
    with pytest.raises(GateRefused, match="'a release', and nobody can override"):
        enforce("fail")
    assert enforce("pass") is None
    assert enforce("fail", allowed=frozenset({"fail"})) is None
    with pytest.raises(GateRefused):
        enforce("pass", allowed=frozenset())

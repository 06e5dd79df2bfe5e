"""Calibration, order, spread and lift of several councils, from their sums."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np

from riskaid.fairness import intervals
from riskaid.fairness.findings import Finding, bounded, too_few
from riskaid.fairness.over_all_rows import OUTNUMBER
from riskaid.fairness.policy import Policy
from riskaid.fairness.pool_sums import EVERYONE, SIZE, Book, Found, quantities

if TYPE_CHECKING:
    from riskaid.fairness.pool_file import Expected, Sums


@dataclass(frozen=True)
class Estimates:
    """What the estimates of one council's cell come to."""

    council: int
    rows: float
    outcomes: float
    expected: float
    variance: float
    freedom: float
    spread: float


def estimates(
    book: Book, council: int, made_of: Sequence[tuple[str, str]]
) -> Estimates | None:
    """A cell's estimates in one file; None where they were not sent.

    Of groups together, standard deviations add up at most.
    """
    given: list[tuple[Sums, Expected]] = []
    for one in made_of:
        if one in book.expected:
            given.append((book.sums[one], book.expected[one]))
        elif book.sums[one].rows > 0:
            return None
    if not given:
        return None
    rows = float(sum(s.rows for s, _ in given))
    expected = sum(e.expected for _, e in given)
    middle = expected / rows
    squares = sum(
        s.rows * (e.spread**2 + (e.expected / s.rows - middle) ** 2) for s, e in given
    )
    return Estimates(
        council,
        rows,
        float(sum(s.outcomes for s, _ in given)),
        expected,
        sum(sqrt(e.variance) for _, e in given) ** 2,
        min(e.freedom for _, e in given),
        sqrt(squares / rows),
    )


def calibration(given: Sequence[Estimates], policy: Policy) -> Found:
    """Recorded outcomes for each one expected, over the councils that sent both."""
    rows, outcomes, expected, variance = (
        float(sum(getattr(one, name) for one in given))
        for name in ("rows", "outcomes", "expected", "variance")
    )
    smallest = policy.smallest_denominator
    reason = ""
    if not given:
        reason = "no council could send what the estimates expect"
    elif rows < smallest:
        reason = too_few("rows in the group", smallest)
    elif expected < smallest and outcomes < OUTNUMBER * smallest:
        reason = too_few("outcomes expected in the group", smallest)
    elif expected <= 0:
        reason = "the estimates add up to 0"
    councils = tuple(one.council for one in given)
    value = nan if reason else outcomes / expected
    found = _finding("calibration", None, value, rows, reason)
    if reason:
        return Found(found, councils)
    freedom = variance**2 / sum(e.variance**2 / e.freedom for e in given)
    z = (outcomes - expected) / sqrt(variance)
    return Found(
        bounded(
            replace(
                found,
                p=intervals.two_sided_p(float(intervals.as_normal(z, freedom))),
            ),
            policy,
            lambda c: intervals.observed_to_expected(
                outcomes, expected, variance, intervals.t_of(c, freedom)
            ),
        ),
        councils,
    )


def spread(given: Sequence[Estimates], policy: Policy) -> Found:
    """The standard deviation of the estimates over councils."""
    rows = sum(one.rows for one in given)
    few = rows < policy.smallest_denominator
    value = nan
    if not few:
        middle = sum(one.expected for one in given) / rows
        squares = sum(
            one.rows * (one.spread**2 + (one.expected / one.rows - middle) ** 2)
            for one in given
        )
        value = sqrt(squares / rows)
    why = too_few("rows in the group", policy.smallest_denominator) if few else ""
    found = _finding("spread", None, value, rows, why)
    return Found(found, tuple(one.council for one in given))


def order(
    books: Sequence[tuple[int, Book]], about: tuple[str, str], policy: Policy
) -> Found:
    """The area under the curve within councils, combined by inverse variance.

    It is not that of all rows in one order: sums do not hold it. On log-odds; an error
    is that of DeLong and Obuchowski in each council.
    """
    given = [(i, b.order[about]) for i, b in books if about in b.order]
    given = [(i, o) for i, o in given if 0 < o.auc < 1 and o.error > 0]
    councils = tuple(i for i, _ in given)
    if not given:
        why = "no council could send how well the estimates are ordered"
        return Found(_finding("auc", None, nan, 0.0, why), councils)
    weight = [1 / o.error**2 for _, o in given]
    pairs = zip(weight, given, strict=True)
    middle = sum(w * log(o.auc / (1 - o.auc)) for w, (_, o) in pairs) / sum(weight)
    value, error = 1 / (1 + exp(-middle)), 1 / sqrt(sum(weight))
    outcomes = sum(b.sums[about].outcomes for i, b in books if i in councils)
    floor = policy.limits["auc"].lowest or 0.5
    z = (value - floor) / (error * value * (1 - value))
    found = replace(
        _finding("auc", None, value, float(outcomes), ""), p=intervals.two_sided_p(z)
    )
    reach = error * value * (1 - value)
    return Found(
        bounded(
            found,
            policy,
            lambda c: intervals.on_log_odds(value, reach, intervals.z_of(c)),
        ),
        councils,
    )


def lift(books: Sequence[tuple[int, Book]], capacity: float, policy: Policy) -> Found:
    """The lift over councils that sent everyone's counts.

    Where councils select the same share, it is the mean of their lifts, weighted by
    outcomes, which gives its error.
    """
    key = (*EVERYONE, capacity)
    given = [(i, b) for i, b in books if key in b.at and EVERYONE in b.sums]
    councils = tuple(i for i, _ in given)
    rows = [quantities(b.sums[EVERYONE], b.at[key]) for _, b in given]
    total = np.sum(rows, axis=0) if rows else np.zeros(SIZE)
    smallest = policy.smallest_denominator
    why = ""
    if min(total[4], total[1]) < smallest:
        why = f"fewer than {smallest} rows selected or outcomes recorded"
    elif any(b.lift is None for _, b in given):
        why = "a council could not send how sure its own is"
    value = nan if why else float(total[5] * total[0] / (total[4] * total[1]))
    found = _finding("lift", capacity, value, float(total[4]), why)
    if why or value <= 0:
        return Found(found, councils)
    errors = [(b.lift.error, b.lift.freedom) for _, b in given if b.lift is not None]
    each = [
        (q[5] * q[0] / (q[4] * q[1]) * error * q[1] / total[1]) ** 2
        for q, (error, _) in zip(rows, errors, strict=True)
    ]
    error = sqrt(sum(each)) / value
    freedom = sum(each) ** 2 / sum(
        v * v / f for v, (_, f) in zip(each, errors, strict=True)
    )
    z = log(value / policy.lift_at_least) / error
    p = intervals.two_sided_p(float(intervals.as_normal(z, freedom)))

    def bounds(confidence: float) -> intervals.Bounds:
        reach = error * float(intervals.t_of(confidence, freedom))
        return np.asarray(value * exp(-reach)), np.asarray(value * exp(reach))

    return Found(bounded(replace(found, p=p), policy, bounds), councils)


def _finding(
    measure: str, capacity: float | None, value: float, n: float, reason: str
) -> Finding:
    return Finding(
        measure,
        measure,
        "value",
        capacity,
        value,
        n,
        state="not_estimable" if reason else "estimable",
        reason=reason,
    )

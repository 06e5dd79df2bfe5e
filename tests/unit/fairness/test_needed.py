"""What an insufficient finding could not have seen, and what would settle it."""

from dataclasses import replace
from math import exp, isnan, log, nan

import polars as pl
import pytest

from riskaid.fairness.audit import audit
from riskaid.fairness.cells import Cell
from riskaid.fairness.findings import Finding
from riskaid.fairness.gate import Z_FAIL, Judged
from riskaid.fairness.intervals import z_of
from riskaid.fairness.needed import (
    NOTHING,
    months_of,
    needed,
    needed_words,
    smallest_gap,
)

CELL = Cell("black", "children recorded as Black", (0,), "gated")
DIFFERENCE = Finding(
    "false_negative_rate_difference",
    "false_negative_rate",
    "difference",
    0.2,
    0.02,
    120.0,
    others=0.4,
    low90=-0.10,
    high90=0.14,
)


def waits(finding, **changes):
    return Judged(
        finding,
        CELL,
        role="primary",
        **({"verdict": "insufficient_evidence", "more_outcomes": 120} | changes),
    )


def test_the_smallest_gap_is_three_standard_errors_and_a_third():
    gap = smallest_gap(waits(DIFFERENCE))
    assert gap == pytest.approx(Z_FAIL * 0.12 / z_of(0.9))


@pytest.mark.parametrize("measure", ["recall_ratio", "calibration"])
def test_of_a_ratio_it_is_that_many_times(measure):
    ratio = replace(
        DIFFERENCE,
        measure=measure,
        rate=measure.removesuffix("_ratio"),
        compared="ratio" if measure == "recall_ratio" else "value",
        low90=0.8,
        high90=1.25,
    )
    gap = smallest_gap(waits(ratio))
    assert gap == pytest.approx(exp(Z_FAIL * log(1.25) / z_of(0.9)))
    assert f"between {1 / gap:.2f} and {gap:.2f}" in needed_words(
        needed(waits(ratio), outcomes=300, months=None), waits(ratio)
    )
    assert isnan(smallest_gap(waits(replace(ratio, low90=0.0))))


def test_without_an_interval_it_is_told_from_everyone_elses_rate():
    few = replace(
        DIFFERENCE, state="not_estimable", value=nan, low90=nan, high90=nan, n=6.0
    )
    gap = smallest_gap(waits(few))
    assert gap == pytest.approx(Z_FAIL * (0.4 * 0.6 / 6) ** 0.5)
    clustered = smallest_gap(waits(replace(few, effect=4.0)))
    assert clustered == pytest.approx(2 * gap)
    ratio = replace(few, compared="ratio", measure="recall_ratio")
    assert smallest_gap(waits(ratio)) == pytest.approx(
        exp(Z_FAIL * (0.6 / 0.4 / 6) ** 0.5)
    )


@pytest.mark.parametrize(
    "changes",
    [{"n": 0.0}, {"others": nan}, {"others": 0.0}, {"others": 1.0}],
)
def test_of_nobody_and_of_a_rate_without_errors_nothing_is_told(changes):
    few = replace(DIFFERENCE, state="not_estimable", low90=nan, high90=nan)
    assert isnan(smallest_gap(waits(replace(few, **changes))))


def test_a_value_that_is_no_comparison_has_no_gap():
    lift = replace(DIFFERENCE, measure="lift", rate="lift", compared="value")
    assert isnan(smallest_gap(waits(lift)))


@pytest.mark.parametrize(
    ("outcomes", "months", "longer", "councils"),
    [
        (300, 24.0, 10, 2),  # 120 of 12.5 a month; 420 outcomes of 300 each
        (40, 24.0, 72, 4),
        (120, 12.0, 12, 2),  # as many again: two councils and a year, no more
        (300, None, None, 2),
        (300, 0.5, None, 2),  # dates too near each other say nothing of a rate
        (0, 24.0, None, None),
    ],
)
def test_months_and_councils(outcomes, months, longer, councils):
    said = needed(waits(DIFFERENCE), outcomes=outcomes, months=months)
    assert (said.outcomes, said.months, said.councils) == (120, longer, councils)


def test_only_too_little_evidence_needs_more():
    for verdict in ("pass", "fail", "reported"):
        one = waits(DIFFERENCE, verdict=verdict)
        assert needed(one, outcomes=300, months=24.0) == NOTHING


def test_it_is_said_in_one_line_after_the_finding():
    said = needed(waits(DIFFERENCE), outcomes=300, months=24.0)
    assert needed_words(said, waits(DIFFERENCE)) == (
        " The 90% interval reaches about 12.0 points to each side. A gap under 24.1 "
        "points would often not have shown. About 120 more recorded outcomes in this "
        "group would settle it: about 10 more months at the rate so far, or as many "
        "as 2 councils such as this one have together."
    )
    nothing = needed(waits(DIFFERENCE, more_outcomes=None), outcomes=300, months=24.0)
    assert "settle" not in needed_words(nothing, waits(DIFFERENCE))


@pytest.mark.parametrize(
    ("days", "months"),
    [
        (["2024-01-01", "2025-12-31"], 24.0),
        (["2024-01-01", "", "2024-01-01T10:00:00"], 1 / 30.4375),
        (["", ""], None),
    ],
)
def test_the_months_of_a_file(days, months):
    found = months_of(pl.DataFrame({"as_of": days}))
    assert found == (months if months is None else pytest.approx(months, rel=0.002))
    assert months_of(pl.DataFrame({"score": [0.1]})) is None


def test_every_insufficient_row_of_an_audit_says_them(make_council, fewer_draws):
    frame = make_council(400)
    quarter = [f"2024-{1 + 3 * (i % 4):02d}-15" for i in range(frame.height)]
    facts = audit(frame.with_columns(as_of=pl.Series(quarter)), fewer_draws).to_json()
    assert facts["scores"]["months"] == pytest.approx(9.0, abs=0.1)
    rows = [
        (g, m)
        for c in facts["characteristics"]
        for g in c["groups"]
        for m in g["metrics"]
    ]
    waiting = [m for _, m in rows if m["verdict"] == "insufficient_evidence"]
    assert len(waiting) > 20
    known = [m for m in waiting if m["more_outcomes"]]
    assert known
    for m in known:
        assert m["more_months"] >= 1 and m["councils"] >= 2
        assert f"{m['more_months']:,} more months" in m["sentence"]
        assert f"{m['councils']:,} councils" in m["sentence"]
    for m in waiting:
        if m["smallest_gap"] is not None:
            assert "would often not have shown" in m["sentence"]
        if m["half_width90"] is not None:
            assert "The 90% interval reaches" in m["sentence"]
    for _, m in rows:
        hidden = m["state"] == "suppressed"
        if hidden or m["verdict"] != "insufficient_evidence":
            said = (m["smallest_gap"], m["more_months"], m["councils"])
            assert said == (None, None, None)

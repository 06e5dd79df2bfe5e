import math
import warnings

import numpy as np
import polars as pl
import pytest

from riskaid.fairness.audit import audit
from riskaid.fairness.intervals import (
    Share,
    difference_of,
    holm,
    observed_to_expected,
    percentiles,
    pooled_z,
    ratio_of,
    two_sided_p,
    wilson,
    z_of,
)
from riskaid.fairness.metrics import Counts, parts, rank_quality
from riskaid.fairness.sums import draw_together, replicate


def metric(result, characteristic, group, name, capacity):
    (c,) = [c for c in result.characteristics if c.name == characteristic]
    (g,) = [g for g in c.groups if g.cell.name == group]
    (found,) = [
        j.finding
        for j in g.judged
        if j.finding.measure == name and j.finding.capacity in (None, capacity)
    ]
    return found


@pytest.fixture(scope="module")
def counted(make_council, policy):
    frame = make_council(700, seed=3)
    return frame, audit(frame, policy)


def test_point_values_are_plain_counting(counted):
    frame, result = counted
    take = round(0.2 * frame.height)
    cut = sorted(frame["score"].to_list(), reverse=True)[take - 1]
    inside = missed = selected = outcomes = others = others_missed = 0
    expected = 0.0
    for row in frame.iter_rows(named=True):
        if row["ethnicity"] != "BCRB":
            others += row["outcome"]
            others_missed += row["outcome"] and row["score"] < cut
            continue
        inside += 1
        outcomes += row["outcome"]
        selected += row["score"] >= cut
        missed += row["outcome"] and row["score"] < cut
        expected += row["score"]
    found = outcomes - missed

    def value(name):
        return metric(result, "ethnicity", "black", name, 0.2).value

    assert value("base_rate") == outcomes / inside
    assert value("selection_rate") == selected / inside
    assert value("false_negative_rate") == missed / outcomes
    assert value("recall") == found / outcomes
    assert value("positive_predictive_value") == found / selected
    assert value("false_positive_rate") == (selected - found) / (inside - outcomes)
    assert value("false_omission_rate") == missed / (inside - selected)
    assert value("calibration") == pytest.approx(outcomes / expected, rel=1e-13)
    assert value("false_negative_rate_difference") == (
        missed / outcomes - others_missed / others
    )
    assert value("recall_ratio") == (found / outcomes) / (
        1 - others_missed / others
    ) or (
        value("recall_ratio")
        == pytest.approx((found / outcomes) / (1 - others_missed / others), rel=1e-14)
    )


def test_point_values_equal_fairlearn_and_scikit_learn(counted):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fairlearn.metrics import (
            MetricFrame,
            false_negative_rate,
            false_positive_rate,
            selection_rate,
            true_positive_rate,
        )
        from sklearn.metrics import precision_score, roc_auc_score

        frame, result = counted
        take = round(0.2 * frame.height)
        cut = sorted(frame["score"].to_list(), reverse=True)[take - 1]
        theirs = MetricFrame(
            metrics={
                "selection_rate": selection_rate,
                "false_negative_rate": false_negative_rate,
                "recall": true_positive_rate,
                "false_positive_rate": false_positive_rate,
                "positive_predictive_value": precision_score,
            },
            y_true=frame["outcome"].to_list(),
            y_pred=(frame["score"] >= cut).cast(int).to_list(),
            sensitive_features=frame["ethnicity"].to_list(),
        ).by_group
        names = {"WBRI": "white", "MWBC": "mixed", "AIND": "asian", "BCRB": "black"}
        for code, group in names.items():
            for name in theirs.columns:
                ours = metric(result, "ethnicity", group, name, 0.2).value
                assert abs(ours - theirs.loc[code, name]) < 1e-12
            own = frame.filter(pl.col("ethnicity") == code)
            auc = metric(result, "ethnicity", group, "auc", None).value
            assert abs(auc - roc_auc_score(own["outcome"], own["score"])) < 1e-12


def test_an_interval_holds_its_value_and_the_wider_holds_the_narrower(counted):
    _frame, result = counted
    seen = 0
    for c in result.characteristics:
        for g in c.groups:
            for j in g.judged:
                f = j.finding
                if f.state != "estimable" or f.measure == "spread":
                    continue
                seen += 1
                low90, low95 = (
                    -math.inf if math.isnan(b) else b for b in (f.low90, f.low95)
                )
                high90, high95 = (
                    math.inf if math.isnan(b) else b for b in (f.high90, f.high95)
                )
                assert low95 <= low90 <= f.value <= high90 <= high95, f
                assert low90 < high90
    assert seen > 1000


def test_nobody_missed_in_a_small_group_does_not_give_an_interval_of_no_width(policy):
    rows = 400
    frame = pl.DataFrame(
        {
            "person_id": [str(i) for i in range(rows)],
            "score": [0.9] * 12 + [0.5 + i / 1000 for i in range(rows - 12)],
            "outcome": [1] * 12 + [i % 2 for i in range(rows - 12)],
            "ethnicity": ["BCRB"] * 12 + ["WBRI"] * (rows - 12),
            "disability": ["no"] * rows,
            "sex": ["F"] * rows,
            "age_band": ["under 1"] * rows,
        }
    )
    found = metric(
        audit(frame, policy), "ethnicity", "black", "false_negative_rate", 0.2
    )
    assert found.value == 0
    assert found.high90 > 0.15


def test_wilson_newcombe_and_mover_give_the_published_numbers():
    # Newcombe 1998 (II), table: 56/70 against 48/80, method 10: 0.0524 to 0.3339
    one, two = 56 / 70, 48 / 80
    both = wilson(one, 70, z_of(0.95)), wilson(two, 80, z_of(0.95))
    low, high = difference_of(one, two, both)
    assert (round(float(low), 4), round(float(high), 4)) == (0.0524, 0.3339)
    low, high = ratio_of(one, two, both)
    assert 1 < low < one / two < high
    none, some = wilson(0.0, 20, 1.645), wilson(0.5, 80, 1.645)
    assert ratio_of(0.0, 0.5, (none, some))[0] == 0
    assert ratio_of(0.5, 0.001, (some, (0.0, 0.1)))[1] == math.inf


def test_the_ratio_turned_round_has_the_interval_turned_round():
    both = wilson(0.3, 60, 1.645), wilson(0.5, 90, 1.645)
    low, high = ratio_of(0.3, 0.5, both)
    other_low, other_high = ratio_of(0.5, 0.3, (both[1], both[0]))
    assert low == pytest.approx(1 / other_high)
    assert high == pytest.approx(1 / other_low)


def test_observed_to_expected_solves_its_equation():
    low, high = observed_to_expected(30, 25, 20, z_of(0.95))
    for bound in (low, high):
        assert (30 - bound * 25) ** 2 / (bound * 20) == pytest.approx(
            3.841459, rel=1e-5
        )
    assert observed_to_expected(0, 25, 20, z_of(0.95))[0] == 0


def test_holm_is_monotone_and_no_smaller_than_the_p_values():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_replicate_without_a_value_widens_on_both_sides():
    values = np.linspace(0, 1, 200)
    low, high = percentiles(values, 0.9)
    assert (round(low, 2), round(high, 2)) == (0.05, 0.95)
    values[:40] = np.nan
    assert percentiles(values, 0.9) == (-math.inf, math.inf)


def test_pooled_z_is_the_chi_squared_of_a_two_by_two_table():
    def share(hits, of, effect=1.0):
        return Share(*(np.array(x) for x in (hits, of, effect, math.inf, of)))

    z = float(pooled_z(share(30, 100), share(40, 80)))
    a, b, c, d = 30, 70, 40, 40
    chi = 180 * (a * d - b * c) ** 2 / (100 * 80 * 70 * 110)
    assert z * z == pytest.approx(chi)
    assert pooled_z(share(0, 10), share(0, 10)) == 0
    twice = pooled_z(share(30, 100, 2), share(40, 80, 2))
    assert abs(twice) == pytest.approx(abs(z) / 2**0.5)
    assert two_sided_p(1.959964) == pytest.approx(0.05, rel=1e-5)
    assert two_sided_p(math.nan) == 1


def test_rates_of_an_empty_cell_are_no_rate_and_not_zero():
    zero = np.zeros(1)
    numerator, denominator = parts("recall", Counts(zero, zero, zero, zero, zero))
    assert numerator[0] == denominator[0] == 0


def test_ranking_counts_ties_half_and_keeps_an_error_when_perfect():
    family = np.arange(40)
    outcome = np.repeat([0, 1], 20)
    perfect = rank_quality(outcome.astype(float), outcome, family)
    assert perfect.auc == 1
    assert perfect.error > 0.01
    assert rank_quality(np.full(40, 0.3), outcome, family).auc == 0.5
    assert math.isnan(rank_quality(np.full(40, 0.3), np.ones(40, int), family).auc)


def test_replicates_vary_as_families_do_and_not_as_rows():
    families, size = 400, 4
    family = np.repeat(np.arange(families), size)
    draw = np.random.default_rng(1)
    alike = np.repeat(draw.integers(0, 2, families), size).astype(float)
    rows = np.stack([np.ones(len(family)), alike], axis=1)
    drawn = draw_together(family, np.zeros(len(family), dtype=int), 1, rows)
    (sums,) = replicate([drawn], families=families, replicates=2000, seed=5)
    share = sums[1, 0] / sums[0, 0]
    assert share.mean() == pytest.approx(alike.mean(), abs=0.005)
    assert share.std() == pytest.approx(0.5 / families**0.5, rel=0.08)
    assert np.array_equal(
        sums, replicate([drawn], families=families, replicates=2000, seed=5)[0]
    )
    assert not np.array_equal(
        sums, replicate([drawn], families=families, replicates=2000, seed=6)[0]
    )


def test_families_that_are_alike_widen_the_interval(make_council, policy):
    frame = make_council(300, seed=9)
    twice = pl.concat(
        [frame, frame.with_columns(person_id="twin" + pl.col("person_id"))]
    )
    alone = twice.with_columns(family_id=pl.col("person_id"))
    capacity = policy.capacity_gated
    wide, narrow = (
        metric(audit(f, policy), "ethnicity", "black", "false_negative_rate", capacity)
        for f in (twice, alone)
    )
    assert wide.value == pytest.approx(narrow.value, abs=0.02)
    assert (wide.high90 - wide.low90) > 1.2 * (narrow.high90 - narrow.low90)
    assert wide.effect > 1.5

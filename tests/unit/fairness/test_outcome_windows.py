"""Outcomes that are alike by construction are refused, in any file; honest ones never."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from riskaid.errors import ExtractError
from riskaid.fairness.outcome_windows import refuse_alike
from riskaid.fairness.scores import check_scores, read_scores

FIRST = date(2013, 1, 1)
HONEST_FILES = 1000


def scores(dates, outcome, family=None) -> pl.DataFrame:
    n = len(outcome)
    draw = np.random.Generator(np.random.PCG64(n))
    return pl.DataFrame(
        {
            "person_id": [f"P{i}" for i in range(n)],
            "score": draw.random(n),
            "outcome": outcome,
            "family_id": [f"F{i}" for i in (range(n) if family is None else family)],
            "as_of": [str(d) for d in dates],
            "ethnicity": draw.choice(["WBRI", "BCRB", ""], n),
            "disability": draw.choice(["yes", "no", ""], n),
            "sex": draw.choice(["F", "M"], n),
            "age_band": draw.choice(["1 to 4", "5 to 9"], n),
        },
        schema_overrides={"outcome": pl.Int8},
    )


def like_the_famous_file(seed: int = 1) -> pl.DataFrame:
    """Made up: to April 2014 everybody; after that only who has the outcome, 998."""
    draw = np.random.Generator(np.random.PCG64(seed))
    early = FIRST + np.sort(draw.integers(0, 455, 6216)) * timedelta(days=1)
    late = date(2014, 4, 1) + np.sort(draw.integers(0, 275, 998)) * timedelta(days=1)
    had = (draw.random(6216) < 0.36).astype(int)
    return scores([*early, *late], [*had, *np.ones(998, dtype=int)])


def test_a_file_made_like_the_famous_one_is_refused(policy, tmp_path):
    path = tmp_path / "scores.csv"
    like_the_famous_file().write_csv(path)
    with pytest.raises(ExtractError) as raised:
        read_scores(path, policy)
    said = str(raised.value)
    assert "In 998 rows" in said or "In 99" in said or "In 100" in said
    assert "from April 2014 to December 2014, the last of all" in said or (
        "from March 2014 to December 2014, the last of all" in said
    )
    assert "always recorded" in said and "'scores.csv'" in said
    assert "Leave out every row, with the outcome or without" in said
    assert "2014-" not in said and "P7" not in said


def test_without_its_late_rows_the_same_file_is_taken(policy):
    held = like_the_famous_file().filter(pl.col("as_of") < "2014-04-01")
    assert check_scores(held, policy).height == 6216


@pytest.mark.parametrize("mixed_in", [1, 10, 20])
def test_some_late_rows_without_the_outcome_hide_nothing(policy, mixed_in):
    """Rows put right by hand, or a date that is wrong, break the run and not the find."""
    held = like_the_famous_file()
    where = np.linspace(6216, 7213, mixed_in + 2)[1:-1].astype(int)
    held = held.with_columns(
        outcome=pl.when(pl.int_range(pl.len()).is_in(where.tolist()))
        .then(0)
        .otherwise("outcome")
    )
    with pytest.raises(ExtractError, match="always recorded"):
        check_scores(held, policy)


def test_windows_that_had_not_closed_are_refused(policy):
    """Taken at the end of 2014, a year's window: the last rows have hardly any."""
    draw = np.random.Generator(np.random.PCG64(3))
    day = np.sort(draw.integers(0, 730, 9000))
    wait = draw.integers(1, 366, 9000)
    had = (draw.random(9000) < 0.2) & (day + wait < 730)
    held = scores([FIRST + timedelta(days=int(d)) for d in day], had.astype(int))
    with pytest.raises(ExtractError, match=r"December 2014.*(never|hardly ever) rec"):
        check_scores(held, policy)
    closed = held.filter(pl.col("as_of") < "2014-01-01")
    check_scores(closed, policy)


def test_an_early_time_before_outcomes_were_kept_is_refused(policy):
    draw = np.random.Generator(np.random.PCG64(4))
    day = np.sort(draw.integers(0, 730, 3000))
    had = (draw.random(3000) < 0.15) & (day > 120)
    held = scores([FIRST + timedelta(days=int(d)) for d in day], had.astype(int))
    with pytest.raises(ExtractError, match=r"from January 2013 .* never recorded"):
        check_scores(held, policy)


def honest(seed: int) -> pl.DataFrame:
    """Small and middling files whose outcome comes by chance, of every honest kind.

    With seasons, a rate that may halve or double, days or months, families of 1 to 5
    who share the outcome and the date, and few or many outcomes.
    """
    draw = np.random.Generator(np.random.PCG64(seed))
    n = int(draw.choice([20, 60, 150, 400, 1200, 3000]))
    days = int(draw.choice([90, 365, 1095]))
    share = float(draw.choice([0.01, 0.05, 0.14, 0.4, 0.9]))
    family = np.sort(draw.integers(0, max(1, n // int(draw.integers(1, 4))), n))
    of_family = draw.integers(0, days, family.max() + 1)
    together = draw.random() < 0.5
    day = of_family[family] if together else draw.integers(0, days, n)
    if draw.random() < 0.3:
        day = day // 30 * 30
    odds = share / (1 - share) * draw.choice([0.5, 1.0, 2.0]) ** (day / days - 0.5)
    odds = odds * (1 + 0.25 * np.sin(day / 58))
    same = draw.random(family.max() + 1)[family]
    mine = np.where(draw.random(n) < 0.5, same, draw.random(n))
    had = mine < odds / (1 + odds)
    dates = [FIRST + timedelta(days=int(d)) for d in day]
    return scores(dates, had.astype(int), family.tolist())


def test_honest_files_are_taken():
    """At most one in a hundred; the first thousand seeds had none."""
    refused = 0
    for seed in range(HONEST_FILES):
        try:
            refuse_alike(honest(seed))
        except ExtractError:
            refused += 1
    assert refused <= HONEST_FILES // 100


def test_few_outcomes_that_come_early_are_no_sign(policy):
    """One outcome, on the first day of forty: that happens one time in forty."""
    dates = [FIRST + timedelta(days=i) for i in range(40)]
    check_scores(scores(dates, [1] + [0] * 39), policy)
    check_scores(scores(dates, [0] * 40), policy)


def test_siblings_and_months_of_one_child_are_one_chance(policy):
    dates = [FIRST + timedelta(days=i // 2) for i in range(800)]
    draw = np.random.Generator(np.random.PCG64(9))
    had = (draw.random(800) < 0.3).astype(int)
    had[700:] = 0
    alone = scores(dates, had)
    with pytest.raises(ExtractError, match="never recorded"):
        check_scores(alone, policy)
    few = [*range(700), *(700 + i % 3 for i in range(100))]
    check_scores(scores(dates, had, few), policy)


def test_without_dates_nothing_is_looked_at_and_it_is_said(make_council, policy):
    from dataclasses import replace

    from riskaid.fairness.audit import audit

    frame = make_council(200)
    assert refuse_alike(frame.drop("as_of", strict=False)) is False
    fewer = replace(policy, replicates=200)
    notes = audit(frame.drop("as_of", strict=False), fewer).notes
    assert any("No as_of was given" in note for note in notes)
    dated = frame.with_columns(
        as_of=pl.Series([FIRST + timedelta(days=i % 300) for i in range(frame.height)])
    )
    notes = audit(dated, fewer).notes
    assert not any("No as_of was given" in note for note in notes)


@pytest.mark.parametrize("wrong", ["03/04/2024", "2024-13-01", "soon", "45352"])
def test_a_date_that_is_none_is_refused_without_its_value(policy, wrong):
    held = like_the_famous_file().filter(pl.col("as_of") < "2014-04-01").head(50)
    held = held.with_columns(
        as_of=pl.when(pl.int_range(pl.len()) == 6)
        .then(pl.lit(wrong))
        .otherwise("as_of")
    )
    with pytest.raises(ExtractError, match=r"1 of 50 .*not dates.*row 7") as raised:
        check_scores(held, policy)
    assert wrong not in str(raised.value)


def test_empty_dates_and_times_of_day_are_taken(policy):
    held = like_the_famous_file().filter(pl.col("as_of") < "2014-04-01").head(60)
    some = pl.int_range(pl.len()) % 3 == 0
    held = held.with_columns(
        as_of=pl.when(some).then(pl.lit("")).otherwise(pl.col("as_of") + " 10:30:00")
    )
    assert check_scores(held, policy).height == 60

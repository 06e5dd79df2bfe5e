from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from riskaid.errors import ExtractError
from riskaid.training.incomplete import refuse_incomplete, refuse_stopped

FIRST = date(2018, 1, 1)


def quarters(*shares: float, n: int = 60) -> pl.DataFrame:
    return pl.concat(
        [
            pl.DataFrame(
                {
                    "as_of": [date(2018 + i // 4, 1 + 3 * (i % 4), 5)] * n,
                    "outcome": [1 if j < share * n else 0 for j in range(n)],
                    "family_id": [f"{i}-{j}" for j in range(n)],
                }
            )
            for i, share in enumerate(shares)
        ]
    )


def test_quarters_all_alike_by_construction_are_refused():
    refuse_incomplete(quarters(0.3, 0.25, 0.35))
    refuse_incomplete(quarters(0.02, 0.0, 0.03))
    with pytest.raises(ExtractError, match="1 of 4 quarters"):
        refuse_incomplete(quarters(0.3, 0.3, 0.3, 0.0))
    with pytest.raises(ExtractError, match="1 of 3 quarters"):
        refuse_incomplete(quarters(1.0, 0.3, 0.3))
    with pytest.raises(ExtractError, match="never recorded in all"):
        refuse_incomplete(quarters(0.0, 0.0))
    with pytest.raises(ExtractError, match="always recorded in all"):
        refuse_incomplete(quarters(1.0))


def by_day(
    rows: int = 6000, *, a_day: int = 3, share: float = 0.15, seed: int = 4
) -> pl.DataFrame:
    """So many rows a day, with the outcome by chance."""
    rng = np.random.Generator(np.random.PCG64(seed))
    return pl.DataFrame(
        {
            "as_of": [FIRST + timedelta(days=i // a_day) for i in range(rows)],
            "outcome": (rng.random(rows) < share).astype(np.int8),
            "family_id": [f"F{i}" for i in range(rows)],
        }
    )


def planted(rows: pl.DataFrame, first: int, until: int, outcome: int) -> pl.DataFrame:
    inside = pl.int_range(pl.len()).is_between(first, until, closed="left")
    return rows.with_columns(
        outcome=pl.when(inside).then(outcome).otherwise("outcome").cast(pl.Int8)
    )


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("share", [0.01, 0.15, 0.6, 0.95])
def test_chance_alone_is_let_be(seed, share):
    refuse_incomplete(by_day(share=share, seed=seed))


def test_the_last_rows_that_all_have_the_outcome_are_refused():
    """The last 998 rows are all 1, in a quarter whose other rows are not."""
    held = planted(by_day(30_000, a_day=30), 29_002, 30_000, 1)
    quarters = held.group_by(pl.col("as_of").dt.truncate("1q")).agg("outcome")
    assert all(len(set(q)) == 2 for q in quarters["outcome"].to_list())
    with pytest.raises(ExtractError, match=r"in 99\d rows that follow each other"):
        refuse_incomplete(held)


@pytest.mark.parametrize(("rows", "outcome"), [(30, 1), (150, 0)])
@pytest.mark.parametrize("first", [0, 1000, 5850])
def test_a_short_run_inside_a_quarter_is_found_wherever_it_lies(rows, outcome, first):
    held = planted(by_day(share=0.2), first, first + rows, outcome)
    with pytest.raises(ExtractError, match="follow each other"):
        refuse_incomplete(held)


def test_the_end_of_all_rows_is_named():
    with pytest.raises(ExtractError, match="up to the last date of all"):
        refuse_incomplete(planted(by_day(), 5850, 6000, 0))
    with pytest.raises(ExtractError) as raised:
        refuse_incomplete(planted(by_day(), 3000, 3150, 0))
    assert "last date of all" not in str(raised.value)


def test_siblings_with_one_date_are_no_long_run():
    """Thirty rows in a row, of one family: one chance and not thirty."""
    held = planted(by_day(), 3000, 3030, 1)
    with pytest.raises(ExtractError):
        refuse_incomplete(held)
    family = pl.when(pl.int_range(pl.len()).is_between(3000, 3029))
    refuse_incomplete(
        held.with_columns(family_id=family.then(pl.lit("F")).otherwise("family_id"))
    )


def weekly(n: int, *, quiet: int = 0) -> pl.Series:
    """A record a week, with a quiet time in the middle."""
    days = [
        FIRST + timedelta(days=7 * i + (quiet if i > n // 2 else 0)) for i in range(n)
    ]
    return pl.Series([*days, None], dtype=pl.Date)


@pytest.mark.parametrize(
    ("quiet", "lag", "silent", "stopped"),
    [
        (0, 0, 21, False),
        (0, 0, 22, True),
        (0, 10, 31, False),
        (0, 10, 32, True),
        (43, 0, 150, False),
        (43, 0, 151, True),
    ],
)
def test_a_table_that_ends_long_before_the_extract_is_refused(
    quiet, lag, silent, stopped
):
    dates = weekly(60, quiet=quiet)
    last = dates.max() + timedelta(days=silent)
    if stopped:
        longest = 7 + quiet
        with pytest.raises(ExtractError, match=f"last {silent} days.* than {longest}"):
            refuse_stopped(dates, last, lag_days=lag)
    else:
        refuse_stopped(dates, last, lag_days=lag)


def test_few_dates_and_dates_after_the_extract_stop_nothing():
    refuse_stopped(weekly(29), FIRST + timedelta(days=3000), lag_days=0)
    refuse_stopped(weekly(60), FIRST + timedelta(days=300), lag_days=0)
    refuse_stopped(pl.Series([], dtype=pl.Date), FIRST, lag_days=0)


def test_a_quarter_of_few_families_with_many_rows_is_let_be():
    """Sixty rows of a few children, month by month, say no more than a few."""
    held = quarters(0.3, 0.3, 0.3, 0.0)
    with pytest.raises(ExtractError):
        refuse_incomplete(held)
    refuse_incomplete(
        held.with_columns(
            family_id=pl.col("family_id").str.replace(r"-\d*(\d)$", "-$1")
        )
    )

import json
from datetime import date, timedelta

import polars as pl
import pytest
from pydantic import ValidationError
from training_support import write_experiment

from riskaid.errors import ExtractError
from riskaid.training.asked_rows import Break, Outcome
from riskaid.training.breaks import apply_breaks
from riskaid.training.train import train

D = date
SAYS = "Schools and visits were closed"
OUTCOME = Outcome(
    name="held", says="something recorded", table="icpcs", within_days=30, lag_days=0
)


def broke(first: date, last: date, **keys) -> Break:
    return Break(says=SAYS, first=first, last=last, **({"rows_are": "left_out"} | keys))


def rows(*days: date) -> pl.DataFrame:
    return pl.DataFrame(
        {"as_of": list(days), "outcome": [n % 2 for n in range(len(days))]}
    )


@pytest.mark.parametrize(
    ("touches", "left"),
    [
        # The break is 1 to 10 June. A window of 30 days: 2 May is the first to reach it.
        ("either", [D(2020, 5, 2), D(2020, 6, 11)]),
        ("window", [D(2020, 5, 2), D(2020, 6, 11)]),
        ("as_of", [D(2020, 5, 2), D(2020, 5, 3), D(2020, 6, 11)]),
    ],
)
def test_a_break_touches_the_date_or_the_window(touches, left):
    days = [
        D(2020, 5, 2), D(2020, 5, 3), D(2020, 6, 1), D(2020, 6, 10), D(2020, 6, 11),
    ]  # fmt: skip
    counts: dict[str, int] = {}
    asked = broke(D(2020, 6, 1), D(2020, 6, 10), touches=touches)
    kept, (found,) = apply_breaks(rows(*days), [asked], OUTCOME, counts)
    assert kept["as_of"].to_list() == left
    assert counts["declared_break"] == found.rows == 5 - len(left)
    assert kept.columns == ["as_of", "outcome", "in_break"]
    assert not kept["in_break"].any()


def test_a_window_that_begins_after_the_date_is_a_way_of_its_own():
    late = OUTCOME.model_copy(update={"gap_days": 20})
    asked = broke(D(2020, 6, 1), D(2020, 6, 10))
    held = rows(D(2020, 5, 1), D(2020, 6, 5), D(2020, 4, 1))
    kept, _ = apply_breaks(held, [asked], late, {})
    assert kept["as_of"].to_list() == [D(2020, 4, 1)]
    window = asked.model_copy(update={"touches": "window"})
    kept, _ = apply_breaks(held, [window], late, {})
    assert kept["as_of"].to_list() == [D(2020, 6, 5), D(2020, 4, 1)]


def test_marked_rows_stay_and_both_sides_are_told():
    days = [D(2020, 1, 1) + timedelta(days=n) for n in range(40)]
    marks = broke(days[0], days[9], touches="as_of", rows_are="marked")
    leaves = broke(days[8], days[11], touches="as_of")
    counts: dict[str, int] = {}
    held = rows(*days).with_columns(
        outcome=pl.when(pl.col("as_of") < days[5]).then(1).otherwise(0)
    )
    kept, (first, second) = apply_breaks(held, [marks, leaves], OUTCOME, counts)
    assert counts == {"declared_break": 4}
    assert kept["in_break"].to_list() == [True] * 8 + [False] * 28
    assert (first.rows, first.with_outcome, first.base_rate) == (10, 5, 0.5)
    assert first.base_rate_elsewhere == 0
    assert (second.rows, second.base_rate) == (4, 0)
    none = broke(D(2030, 1, 1), D(2030, 1, 2), rows_are="marked")
    assert apply_breaks(held, [none], OUTCOME, {})[1][0].base_rate is None


def test_without_breaks_nothing_changes():
    counts: dict[str, int] = {}
    held = rows(D(2020, 1, 1))
    assert apply_breaks(held, (), OUTCOME, counts) == (held, ())
    assert counts == {}


def test_breaks_that_leave_nothing_and_breaks_that_end_first_are_refused():
    with pytest.raises(ExtractError, match="leave no row"):
        apply_breaks(
            rows(D(2020, 1, 1)), [broke(D(2019, 1, 1), D(2021, 1, 1))], OUTCOME, {}
        )
    with pytest.raises(ValidationError, match="ends before it begins"):
        broke(D(2020, 2, 1), D(2020, 1, 1))


BREAKS = """
[[breaks]]
says = "A lockdown, in which schools and visits were closed"
first = 2019-03-01
last = 2019-04-30
touches = "as_of"
rows_are = "left_out"
[[breaks]]
says = "A code that was split in two"
first = 2020-01-01
last = 2020-12-31
touches = "as_of"
rows_are = "marked"
"""


def test_a_run_says_what_its_breaks_touched(council, features, tmp_path):
    path = write_experiment(tmp_path, trials=0, more=BREAKS)
    facts = train(path, council, tmp_path / "run", features=features).facts
    lockdown, split = facts["breaks"]
    assert lockdown["rows"] == facts["cohort"]["declared_break"] > 10
    assert 0 < split["base_rate"] < 1
    table = pl.read_parquet(tmp_path / "run" / "training_table.parquet")
    day = pl.col("as_of")
    assert table.filter(day.is_between(D(2019, 3, 1), D(2019, 4, 30))).is_empty()
    assert table["in_break"].equals(
        table.select(in_break=day.dt.year() == 2020)["in_break"]
    )
    assert table["in_break"].sum() > 10
    counts = facts["cohort"]
    fell = (
        "censored", "outcome_not_covered", "declared_break", "not_eligible",
        "eligibility_not_known", "between_folds", "dropped_by_family_guard",
    )  # fmt: skip
    assert counts["rows"] == counts["kept"] + sum(counts[f] for f in fell)
    assert json.loads((tmp_path / "run" / "run.json").read_text())["breaks"] == [
        lockdown,
        split,
    ]

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from training_support import MadeStore, made_table

from riskaid.errors import DefinitionError, ExtractError
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.plan import make_plan
from riskaid.training.experiment import Choice
from riskaid.training.table import (
    Predictors,
    add_groups,
    add_indicators,
    choose_predictors,
    matrix_of,
    usable_predictors,
)

DAY = timedelta(days=1)
AS_OF = date(2020, 6, 1)


@pytest.fixture(scope="module")
def plan(features: Path):
    return make_plan(load_catalogue(features))


def keyed(*persons: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "person_id": list(persons),
            "as_of": [AS_OF] * len(persons),
            "outcome": [0] * len(persons),
        }
    )


def test_a_record_of_the_as_of_day_is_no_predictor(plan):
    days = {
        "before": AS_OF - DAY,
        "that_day": AS_OF,
        "edge": AS_OF - 90 * DAY,
        "older": AS_OF - 91 * DAY,
    }
    held = MadeStore(
        {
            "missing_episodes": made_table(
                "missing_episodes",
                [{"person_id": p, "date": d} for p, d in days.items()],
            ),
            "persons": made_table("persons", [{"person_id": p} for p in days]),
        }
    )
    predictors = Predictors(
        names=("missing_90d", "contacts_90d"), more_means_more=(True, True), left_out={}
    )
    done = add_indicators(
        keyed(*days),
        plan=plan,
        store=held,
        predictors=predictors,
        eligible_when=(),
        counts={},
    )
    assert done["missing_90d"].to_list() == [1.0, 0.0, 1.0, 0.0]
    # A table that was never supplied is not known, and is not zero.
    assert done["contacts_90d"].to_list() == [None] * 4
    assert np.isnan(matrix_of(done, ("contacts_90d",))).all()


def test_eligible_rows_are_known_and_true(plan):
    held = MadeStore(
        {
            "missing_episodes": made_table(
                "missing_episodes", [{"person_id": "a", "date": AS_OF - DAY}]
            ),
            "persons": made_table("persons", [{"person_id": p} for p in "ab"]),
        }
    )
    predictors = Predictors(names=("age",), more_means_more=(None,), left_out={})
    counts: dict[str, int] = {}
    done = add_indicators(
        keyed("a", "b", "stranger"),
        plan=plan,
        store=held,
        predictors=predictors,
        eligible_when=("missing_90d",),
        counts=counts,
    )
    assert done["person_id"].to_list() == ["a"]
    assert counts == {"not_eligible": 1, "eligibility_not_known": 1}
    assert done.columns == ["person_id", "as_of", "outcome", "age"]
    with pytest.raises(ExtractError, match="No row is eligible"):
        add_indicators(
            keyed("b", "stranger"),
            plan=plan,
            store=held,
            predictors=predictors,
            eligible_when=("missing_90d",),
            counts={},
        )


def test_choice_takes_families_and_leaves_out_names(plan):
    assert choose_predictors(Choice(), plan, file="x.toml").names == tuple(
        i.name for i in plan.indicators
    )
    chosen = choose_predictors(
        Choice(families=("missing", "under_ones"), exclude=("age",)), plan, file="x"
    )
    assert (chosen.names, chosen.more_means_more) == (("missing_90d",), (True,))
    with pytest.raises(
        DefinitionError,
        match=r"names 'mising', which nobody declared\. Did you mean 'missing'",
    ):
        choose_predictors(Choice(families=("mising",)), plan, file="x")
    with pytest.raises(DefinitionError, match="no predictor is left"):
        choose_predictors(
            Choice(families=("missing",), exclude=("missing_90d",)), plan, file="x"
        )


def test_what_the_training_fold_cannot_teach_is_left_out_with_the_reason():
    train = pl.DataFrame(
        {
            "sign": [0.0, 1.0, None, None],
            "nobody": pl.Series([None] * 4, dtype=pl.Float64),
            "alike": [2.0] * 4,
            "sometimes_known": [0.0, None, None, None],
            "age": [1.0, None, 3.0, 4.0],
        }
    )
    names = ("sign", "nobody", "alike", "sometimes_known", "age")
    predictors = Predictors(
        names=names, more_means_more=(True, True, True, True, None), left_out={}
    )
    done = usable_predictors(train, predictors, unknown_share=0.2)
    assert done.names == ("sign", "sometimes_known")
    assert set(done.left_out) == {"nobody", "alike", "age"}
    assert "good news" in done.left_out["age"]
    assert "age" in usable_predictors(train, predictors, unknown_share=0.25).names
    with pytest.raises(DefinitionError, match="No predictor is of use"):
        usable_predictors(
            train.select("nobody"),
            Predictors(("nobody",), (True,), {}),
            unknown_share=0.2,
        )


def born(years: int, months: int = 0) -> date:
    return date(
        AS_OF.year - years - (months > 5), (AS_OF.month - months - 1) % 12 + 1, 1
    )


def test_groups_say_what_is_recorded_and_not_recorded_is_a_group():
    persons = [
        {"person_id": "a", "born": born(0, 5), "sex": "F", "ethnicity": "REFU"},
        {"person_id": "b", "born": born(1), "sex": "M", "ethnicity": "WBRI"},
        {"person_id": "c", "born": born(15, 11)},
        {"person_id": "d", "born": born(16)},
        {"person_id": "e", "expected": AS_OF + 40 * DAY},
        {"person_id": "f"},
        {"person_id": "b", "ethnicity": "OOTH", "known_until": date(2019, 1, 1)},
    ]
    disabilities = [
        {"person_id": "a", "code": "NONE"},
        {"person_id": "b", "code": "NONE"},
        {"person_id": "b", "code": "MOB"},
        {"person_id": "c", "code": "MOB", "known_until": date(2019, 1, 1)},
    ]
    held = MadeStore(
        {
            "persons": made_table("persons", persons),
            "disabilities": made_table("disabilities", disabilities),
        }
    )
    done = add_groups(keyed(*"abcdefg"), held)
    assert done["person_id"].to_list() == list("abcdefg")
    assert done["ethnicity"].to_list() == ["REFU", "WBRI", "", "", "", "", ""]
    assert done["disability"].to_list() == ["no", "yes", "", "", "", "", ""]
    assert done["sex"].to_list() == ["F", "M", "", "", "", "", ""]
    assert done["age_band"].to_list() == [
        "under 1",
        "1 to 4",
        "10 to 15",
        "16 and over",
        "unborn",
        "",
        "",
    ]

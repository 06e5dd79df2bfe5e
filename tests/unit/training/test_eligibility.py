import json

import polars as pl
import pytest
from training_support import write_experiment

from riskaid.errors import DefinitionError
from riskaid.indicators.plan import Plan
from riskaid.training.eligibility import PREFIX, eligible_names
from riskaid.training.train import check_experiment, train

TABLE = 'table = "referrals"'
MISSING = "missing_episodes.any(last=days(90))"


def asked(folder, *said: str):
    key = f"{TABLE}\neligible_when = {json.dumps(said)}"
    return write_experiment(folder, trials=0, change=(TABLE, key))


def test_names_and_conditions_stand_side_by_side(features, tmp_path):
    path = asked(tmp_path, "missing_90d", MISSING, "persons.age_years() < 12")
    cohort = check_experiment(path, features).cohort
    assert eligible_names(cohort) == ("missing_90d", f"{PREFIX}2", f"{PREFIX}3")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            "missing_90",
            "eligible_when 1 names 'missing_90', which nobody declared. Did",
        ),
        ("missing_episode.any()", "Did you mean 'missing_episodes'"),
        ("missing_episodes.anny()", "has no column 'anny'"),
        ("missing_episodes.any(last=90)", "days("),
        ("missing_episodes.count()", "this is no yes or no"),
        ("missing_episodes", "names 'missing_episodes', which nobody declared"),
        ("missing_episodes.any(", "this is no condition in the language"),
        ("x := 1", "not part of the language"),
        ("__import__('os').system('true')", "is no name of the language"),
        ("persons.age_years() > 3 and contacts.any()", "Write '&', '|' and '~'"),
        ("Indicator(name='x')", "'Indicator' is no name of the language"),
        ("persons.where(persons.ethnicity == 'BCRB').any()", "may not depend on this"),
        ("~disabilities.any()", "disability is for the audit"),
        ("contacts.any(last=window('none_such'))", "There is no parameter 'none_such'"),
        ("", "this is no condition in the language"),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place(
    features, tmp_path, said, message
):
    with pytest.raises(DefinitionError) as raised:
        check_experiment(asked(tmp_path, said), features)
    assert message in str(raised.value)
    assert str(raised.value).startswith("made_12m.toml: [cohort] eligible_when 1")


def test_a_condition_over_several_lines_is_read(features, tmp_path):
    said = "(\n  missing_episodes.any(last=days(90))\n  | contacts.any()\n)"
    assert check_experiment(asked(tmp_path, said), features)
    assert check_experiment(asked(tmp_path, said[1:-1]), features)


def test_a_name_that_the_features_folder_took_is_refused(features, tmp_path):
    text = (features / "made.py").read_text()
    folder = tmp_path / "features"
    folder.mkdir()
    text = text.replace('name="age"', 'name="eligibility_1"').replace(
        "AGE =", "ELIGIBILITY_1 ="
    )
    (folder / "made.py").write_text(text)
    with pytest.raises(DefinitionError, match="declares too"):
        check_experiment(asked(tmp_path, MISSING), folder)


def test_only_the_eligible_are_trained_on_and_the_plan_keeps_the_condition(
    council, features, tmp_path
):
    path = asked(tmp_path, "~missing_episodes.any(last=days(20))")
    run = train(path, council, tmp_path / "run", features=features)
    counts = run.facts["cohort"]
    assert counts["not_eligible"] > 20
    assert counts["eligibility_not_known"] == 0
    plan = Plan.from_json(json.loads((tmp_path / "run" / "plan.json").read_text()))
    (held,) = [i for i in plan.indicators if i.role == "eligibility"]
    assert (held.name, held.family) == ("eligibility_1", "service_response")
    assert "missing" in held.reads
    assert run.facts["eligible"] == ["eligibility_1"]
    assert "eligibility_1" not in run.facts["predictors"]
    table = pl.read_parquet(tmp_path / "run" / "training_table.parquet")
    late = council.table("missing_episodes").join(
        table.select("person_id", "as_of"), on="person_id"
    )
    recent = (pl.col("as_of") - pl.col("date")).dt.total_days()
    assert late.filter(recent.is_between(1, 20)).is_empty()

"""What the report on outcome bias is asked to look at: the file, and what is wrong with it."""

import json
from pathlib import Path

import pytest
from training_support import write_experiment

from riskaid import shipped
from riskaid.errors import DefinitionError, ExtractError
from riskaid.training.bias_asked import (
    FILE,
    WRITTEN,
    Declared,
    load_declared,
    read_declared,
)
from riskaid.training.experiment import load_experiment
from riskaid.training.train import check_experiment, plan_of

ABLATION = """
[[ablations]]
name = "attention"
says = "what the services counted of themselves"
because = "Counting oneself says little of a child."
"""


@pytest.fixture(scope="module")
def plan(features, tmp_path_factory):
    file = write_experiment(tmp_path_factory.mktemp("plan"))
    return plan_of(load_experiment(file), features, file=file.name)


def written(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text)
    return folder


def test_a_councils_own_control_outcome_is_among_the_others(
    plan, features, tmp_path, monkeypatch
):
    """docs/explanation/placebo.md: an experiment in the home's folder is asked about."""
    (tmp_path / "experiments").mkdir()
    write_experiment(tmp_path / "experiments", change=("made_12m", "letter_12m"))
    monkeypatch.setenv("RISKAID_HOME", str(tmp_path))
    others = load_declared(plan, features).others
    assert [one.name for one in others] == ["letter_12m"]


def test_the_shipped_file_names_what_is_declared():
    path = shipped.folder("experiments") / "conference_12m.toml"
    plan = plan_of(load_experiment(path), None, file=path.name)
    declared = load_declared(plan)
    assert [one.name for one in declared.ablations] == [
        "attention",
        "poverty",
        "police",
        "help_seeking",
    ]
    assert [one.table for one in declared.screened_out] == ["referrals"]
    named = [one.name for one in declared.others]
    assert "rereferral_12m" in named
    assert named == sorted(named)
    # Switched off: nothing is asked of it until somebody answers for it.
    assert "care_entry_24m" not in named


def test_a_folder_without_the_file_declares_nothing(plan, tmp_path):
    declared = load_declared(plan, tmp_path)
    assert declared.ablations == declared.screened_out == ()


def test_a_folder_that_extends_the_catalogue_takes_the_shipped_file(tmp_path):
    (tmp_path / "catalogue.toml").write_text(
        'extends = "shipped"\nleave_out = ["contacts_365d", "referrals_ever"]\n'
    )
    path = shipped.folder("experiments") / "conference_12m.toml"
    plan = plan_of(load_experiment(path), tmp_path, file=path.name)
    (attention, *_) = load_declared(plan, tmp_path).ablations
    assert "contacts_365d" not in attention.indicators
    assert "conferences_ever" in attention.indicators
    own = written(tmp_path, ABLATION + 'indicators = ["s47_enquiries_730d"]\n')
    (attention,) = load_declared(plan, own).ablations
    assert attention.indicators == ("s47_enquiries_730d",)


SCREENED = """
[[screened_out]]
name = "closed"
says = "Referrals that were closed"
because = "Nobody looked further."
hides = ["icpcs"]
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[ablations]", "is no TOML file"),
        (ABLATION, "it leaves nothing out"),
        (ABLATION + 'families = ["misssing"]', "families.*'misssing'.*'missing'"),
        (ABLATION + 'indicators = ["missing_90"]', "'missing_90'.*'missing_90d'"),
        (ABLATION + 'tables = ["contact"]', "tables.*'contact'.*'contacts'"),
        (
            ABLATION + 'familes = ["missing"]',
            "no key 'ablations.0.familes'.*'families'",
        ),
        (2 * (ABLATION + 'families = ["missing"]\n'), "two of 'ablations'"),
        (9 * (ABLATION + 'families = ["missing"]\n'), "at most 8"),
        (
            ABLATION + 'outcomes_after = { table = "referral", where = { end = "x" } }',
            "outcomes_after table.*'referral'.*'referrals'",
        ),
        (SCREENED + 'table = "referrals"\nwhere = {}', "where"),
        (
            SCREENED + 'table = "referrals"\nwhere = { no_action = "yes" }',
            "'closed' where names 'no_action'",
        ),
        (SCREENED + 'table = "referrals"', "'screened_out.0.where' is missing"),
        (
            SCREENED.replace("icpcs", "icpc")
            + 'table = "referrals"\nwhere = { no_further_action = "yes" }',
            "'closed' hides names 'icpc'.*'icpcs'",
        ),
    ],
)
def test_a_file_that_is_wrong_says_where(plan, tmp_path, text, said):
    with pytest.raises(DefinitionError, match=f"(?s){FILE}.*{said}"):
        load_declared(plan, written(tmp_path, text))


def test_checking_an_experiment_checks_the_file_too(features, tmp_path):
    (tmp_path / "made.py").write_text((features / "made.py").read_text())
    written(tmp_path, ABLATION + 'families = ["misssing"]')
    with pytest.raises(DefinitionError, match="misssing"):
        check_experiment(write_experiment(tmp_path), tmp_path)


def test_what_was_declared_is_read_back_from_a_run(plan, tmp_path):
    written(tmp_path, ABLATION + 'families = ["missing"]\n')
    declared = load_declared(plan, tmp_path)
    assert read_declared(tmp_path) == Declared()
    held = {"declared": declared.model_dump(mode="json")}
    (tmp_path / WRITTEN).write_text(json.dumps(held))
    assert read_declared(tmp_path) == declared
    (tmp_path / WRITTEN).write_text('{"declared": {"ablation": []}}')
    with pytest.raises(ExtractError, match="cannot be read"):
        read_declared(tmp_path)

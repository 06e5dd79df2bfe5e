import re

import pytest
from training_support import write_experiment

from riskaid.errors import DefinitionError, NotRecommended
from riskaid.training.experiment import load_experiment
from riskaid.training.never_outcomes import arithmetic
from riskaid.training.train import train

OUTCOME = """table = "icpcs"
linked_to = { table = "s47_enquiries", by = "enquiry_id", or_within_days = 45 }"""


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (
            (OUTCOME, 'table = "local_events"\nwhere = { kind = "serious_incident" }'),
            "outcome.where.kind",
        ),
        (
            (OUTCOME, 'table = "local_events"\nwhere = { code = ["LCSPR", "x"] }'),
            "outcome.where.code",
        ),
        (
            (
                'says = "a conference after an enquiry"',
                'says = "a rapid review of harm"',
            ),
            "outcome.says",
        ),
        (('name = "conference"', 'name = "child_death_24m"'), "outcome.name"),
        (('name = "made_12m"', 'name = "serious_harm"'), "experiment.name"),
        (
            ('title = "A made-up', 'title = "Fatal incidents: a made-up'),
            "experiment.title",
        ),
        (
            ("Does anything recorded", "Does suicide, or anything recorded"),
            "experiment.question",
        ),
        (
            (OUTCOME, 'table = "referrals"\nwhere = { close_reason = "RC2" }'),
            "outcome.where.close_reason",
        ),
        (
            (OUTCOME, 'table = "cla_episodes"\nwhere = { end_reason = ["E2"] }'),
            "outcome.where.end_reason",
        ),
    ],
)
def test_serious_incidents_are_refused_with_the_arithmetic(tmp_path, change, key):
    with pytest.raises(DefinitionError) as raised:
        load_experiment(write_experiment(tmp_path, change=change))
    assert (
        f"made_12m.toml: '{key}' is no outcome to train on: it names a serious incident"
        in str(raised.value)
    )
    assert arithmetic() in str(raised.value)


def test_what_is_no_serious_incident_is_let_be(tmp_path):
    where = 'table = "referrals"\nwhere = { close_reason = ["RC1", "RC2", "RC7"] }'
    load_experiment(write_experiment(tmp_path, change=(OUTCOME, where)))
    # Uses that an outcome is not for may well name them.
    change = ("Anything at all outside", "Serious incidents, and anything outside")
    load_experiment(write_experiment(tmp_path, change=change))
    for title in ("A diesel spill", "Deadlines of reviews", "Studied at home"):
        change = ('title = "A made-up outcome', f'title = "{title}, an outcome')
        load_experiment(write_experiment(tmp_path, change=change))


def test_the_arithmetic_is_right():
    """485 of 399,460: found 242.5 and wrongly 1% of 398,975, which is 3,989.75."""
    numbers = re.findall(r"\d[\d,.]*\d|\d", arithmetic())
    assert pytest.approx(0.9427, abs=1e-4) == 3989.75 / (3989.75 + 242.5)
    assert pytest.approx(2.489, abs=1e-3) == 2050 * 485 / 399460
    assert {"485", "399,460", "12", "10,000", "94", "242", "2,050", "2.5"} <= {*numbers}


def test_a_switched_off_experiment_is_read_and_not_trained(council, features, tmp_path):
    reason = "It is a decision of services, and nobody has answered for it yet."
    change = ("not_for =", f'switched_off = """\n{reason}"""\nnot_for =')
    path = write_experiment(tmp_path, change=change)
    assert load_experiment(path).experiment.switched_off.strip() == reason
    with pytest.raises(NotRecommended) as raised:
        train(path, council, tmp_path / "run", features=features)
    said = str(raised.value)
    assert "made_12m.toml is switched off" in said and reason in said
    assert "have your board record why" in said
    assert not (tmp_path / "run").exists()


def test_a_switch_without_a_reason_is_refused(tmp_path):
    change = ("not_for =", 'switched_off = "yes"\nnot_for =')
    with pytest.raises(DefinitionError, match="says why, in a sentence"):
        load_experiment(write_experiment(tmp_path, change=change))

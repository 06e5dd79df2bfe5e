import re
from datetime import date, timedelta

import pytest

from riskaid.errors import DefinitionError
from riskaid.fairness.policy import ROLES, load_policy

TODAY = date(2026, 11, 22)


@pytest.fixture
def change(policy_file, tmp_path):
    """Load the shipped policy with one piece of its text replaced."""

    def load(old: str, new: str, *, today: date = TODAY, count: int = 1):
        text = policy_file.read_text()
        assert old in text
        changed = tmp_path / "policy.toml"
        changed.write_text(text.replace(old, new, count))
        return load_policy(changed, today=today)

    return load


def test_the_shipped_policy_holds_what_the_gate_needs(policy):
    assert set(policy.limits) == set(ROLES)
    assert {c.name for c in policy.characteristics} >= {
        "ethnicity",
        "disability",
        "ethnicity_and_disability",
        "sex",
        "age_band",
    }
    assert policy.capacity_gated in policy.capacities
    assert policy.smallest_published_count == 6
    ethnicity = policy.characteristics[0]
    assert {"not recorded", "refused", "not yet obtained"} <= set(ethnicity.gated)


def test_a_limit_holds_on_its_last_day_and_is_refused_on_the_next(policy_file):
    last = date(2027, 9, 30)
    load_policy(policy_file, today=last)
    with pytest.raises(DefinitionError) as error:
        load_policy(policy_file, today=last + timedelta(days=1))
    assert str(error.value) == (
        "fairness/policy.toml: the limit on false negative rate difference "
        "(limits.false_negative_rate_difference.review_by) was to be reviewed by "
        "2027-09-30. Ask the board to look at it again and to renew it there: no "
        "decision takes its place."
    )


@pytest.mark.parametrize("measure", sorted(ROLES))
def test_no_limit_can_be_left_out(change, measure):
    with pytest.raises(DefinitionError, match=f"limits.{measure} is missing"):
        change(f"[limits.{measure}]", f"[limits_of.{measure}]")


@pytest.mark.parametrize("key", ["because", "agreed_by", "agreed_on", "review_by"])
def test_every_limit_says_why_who_and_until_when(policy_file, tmp_path, key):
    text = policy_file.read_text()
    start = text.index("[limits.recall_ratio]")
    cut = re.compile(rf"^{key} = .*\n", re.MULTILINE).sub("", text[start:], count=1)
    (tmp_path / "policy.toml").write_text(text[:start] + cut)
    with pytest.raises(DefinitionError, match=rf"limits.recall_ratio.{key} is missing"):
        load_policy(tmp_path / "policy.toml", today=TODAY)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("highest = 0.10", "highest = 1.0", "limits.false_negative_rate_difference.h"),
        ("lowest = -0.10", "lowest = nan", "false_negative_rate_difference.lowest"),
        ("lowest = 0.55", "lowest = 0.1", "limits.auc.lowest must be from 0.5"),
        ("fail_p_below = 0.05", "fail_p_below = 0.0", "evidence.fail_p_below"),
        ("planned = 1", "planned = 0", "looks.planned must be from 1 to 24"),
        ("planned = 1", "plans = 1", "looks.planned is missing"),
        ('inside_interval = "90%"', 'inside_interval = "10%"', "It may be: 90%, 95%"),
        ("smallest_denominator = 10", "smallest_denominator = 1", "from 10 to 1000"),
        ("published_count = 6", "published_count = 2", "must be from 6"),
        ("lift_at_least = 1.5", "lift_at_least = 0", "must be from 1.05"),
        ("gated = 0.20", "gated = true", "capacity.gated must be a number"),
        ("replicates = 1000", "replicates = 3", "must be from 200"),
        ("lift_at_least", "lift_atleast", "missing. Did you mean 'lift_atleast'?"),
        ('"asian"', '"asain"', "Did you mean 'asian'?"),
        ("[policy]", "skip = true\n[policy]", "policy.toml: skip is not known"),
        ("[policy]", "[policy]\nskip = true", "policy.toml: policy.skip is not known"),
        ("agreed_on = 2026-11-22", 'agreed_on = "soon"', "must be a date"),
        ("agreed_on = 2026-11-22", "agreed_on = 2031-01-01", "lies in the future"),
        ('reads = "ethnicity"', 'reads = "ethnicty"', "Did you mean 'ethnicity'?"),
        ("[characteristics.ethnicity]", "[characteristics.race]", "ethnicity"),
        ("= [", "= [[", "cannot be read as TOML"),
    ],
)
def test_a_slip_or_a_loose_policy_is_refused_with_its_key(change, old, new, says):
    with pytest.raises(DefinitionError) as error:
        change(old, new)
    assert says in str(error.value)
    assert "policy.toml" in str(error.value)


def test_a_policy_that_gates_no_group_of_disability_is_refused(change):
    old = (
        'gated = ["disability", "no disability", "not recorded", "refused", '
        '"not yet obtained", "code not known"]\nmay_be_absent = ["no disability", '
        '"not recorded", "refused", "not yet obtained", "code not known"]'
    )
    with pytest.raises(DefinitionError, match=r"\[characteristics.disability\]"):
        change(old, "gated = []")


def test_an_intersection_drops_nobody(change):
    with pytest.raises(DefinitionError, match="leaves out refused"):
        change(
            '"no disability", "not recorded", "refused", "not yet obtained", "code not '
            'known"]\n  phrase',
            '"no disability", "not recorded", "not yet obtained", "code not known"]\n'
            "  phrase",
        )


def test_a_missing_policy_is_an_error(tmp_path):
    with pytest.raises(DefinitionError, match="There is no fairness policy"):
        load_policy(tmp_path / "none.toml", today=TODAY)

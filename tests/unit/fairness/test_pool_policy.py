"""The policy's part on pooling is agreed like any other, and opens no release."""

from datetime import date

import pytest

from riskaid.errors import DefinitionError
from riskaid.fairness.policy import load_policy

TODAY = date(2026, 11, 22)


def test_the_shipped_part_is_read(policy):
    rules = policy.pooling
    assert (rules.may_support, rules.least_files) == ("a decision of the board", 3)
    assert (rules.apart_at_most, rules.round_to) == (0.75, 10)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'support = "a decision of the board"',
            'support = "a release"',
            "is not known",
        ),
        ("least_files = 3", "least_files = 1", "must be from 2 to 200"),
        ("apart_at_most = 0.75", "apart_at_most = 1.0", "must be from 0.1 to 0.9"),
        ("round_to = 10", "round_to = 10\nalso = 1", "pooling.also is not known"),
        ("round_to = 10\n", "", "pooling.round_to is missing"),
        ("round_to = 10", "round_to = 0", "must be from 1 to 1000"),
        ("least_files = 3", "least_files = 201", "must be from 2 to 200"),
    ],
)
def test_a_loose_part_is_refused(policy_file, tmp_path, old, new, said):
    before, part = policy_file.read_text("utf-8").split("[pooling]")
    assert old in part
    changed = tmp_path / "policy.toml"
    changed.write_text(f"{before}[pooling]{part.replace(old, new, 1)}", "utf-8")
    with pytest.raises(DefinitionError, match=said):
        load_policy(changed, today=TODAY)


@pytest.mark.parametrize("to", [1, 1000])
def test_counts_may_be_rounded_to_one_and_to_a_thousand(policy_file, tmp_path, to):
    changed = tmp_path / "policy.toml"
    text = policy_file.read_text("utf-8")
    changed.write_text(text.replace("round_to = 10\n", f"round_to = {to}\n"), "utf-8")
    assert load_policy(changed, today=TODAY).pooling.round_to == to


def test_a_policy_without_the_part_is_read_and_pools_nothing(policy_file, tmp_path):
    before, part = policy_file.read_text("utf-8").split("[pooling]")
    changed = tmp_path / "policy.toml"
    changed.write_text(f"{before}[usefulness]{part.split('[usefulness]')[1]}", "utf-8")
    assert load_policy(changed, today=TODAY).pooling is None

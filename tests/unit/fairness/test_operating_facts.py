"""What is shipped about how often the gate is right is whole, in bounds and shown."""

from family_counts import SHARES

from riskaid.fairness.operating import (
    LIMIT,
    NONE,
    WORDS,
    as_page,
    in_short,
    operating_characteristics,
)

OUTCOMES = (400, 1000, 2000, 4000, 10_000, 20_000)


def test_the_page_is_made_from_the_facts(root):
    page = root / "docs" / "reference" / "operating-characteristics.md"
    assert page.read_text(encoding="utf-8") == as_page(operating_characteristics())


def test_every_cell_is_there_with_enough_audits():
    facts = operating_characteristics()
    assert tuple(facts["shares"]) == SHARES
    seen = {
        (c["measure"], c["families"], c["outcomes"], c["gap"], c["group"])
        for c in facts["cells"]
    }
    assert len(seen) == len(facts["cells"]) == len(WORDS) * 2 * len(OUTCOMES) * 10
    for cell in facts["cells"]:
        edge = cell["gap"] in {LIMIT, NONE}
        assert cell["audits"] >= (5000 if edge else 2000)
        assert cell["pass"] + cell["fail"] <= 1


def test_the_shipped_policy_is_the_one_simulated(policy):
    facts = operating_characteristics()
    assert facts["limits"] == {
        m: [limit.lowest, limit.highest] for m, limit in policy.limits.items()
    }


def test_a_gap_at_the_limit_seldom_passes_and_equal_groups_seldom_fail():
    facts = operating_characteristics()
    for cell in facts["cells"]:
        if cell["gap"] == LIMIT:
            assert cell["pass_at_most"] < 0.065
        if cell["gap"] == NONE:
            assert cell["fail"] <= 0.05
        if cell["gap"] == "twice the limit":
            assert cell["pass"] <= 0.01
    for one in facts["several"]:
        assert one["audits"] >= 2000
        assert one["fail"] <= 0.05


def test_power_is_that_of_the_reference_within_what_400_audits_can_tell():
    for one in operating_characteristics()["reference"]:
        assert one["share"] >= one["reference"] - 2 * one["error"] - 0.005


def test_power_is_at_least_that_of_the_same_rule_on_the_same_audits():
    for one in operating_characteristics()["reference"]:
        assert one["share"] >= one["plain"]


def test_a_board_reads_the_worst_cells():
    facts = operating_characteristics()
    said = dict(in_short(facts))
    worst = max(c["pass"] for c in facts["cells"] if c["gap"] == LIMIT)
    assert f"{100 * worst:.1f}%" in said["A gap as large as the limit passes"]
    alike = [c for c in facts["cells"] if c["gap"] == NONE]
    false = max(c["fail"] for c in (*alike, *facts["several"]))
    assert f"{100 * false:.1f}%" in said["Groups that are alike fail"]

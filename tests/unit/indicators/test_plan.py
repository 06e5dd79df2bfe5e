import copy
import json

import pytest

from riskaid.errors import DefinitionError
from riskaid.files import canonical_json
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.plan import Plan, TableRead, make_plan, tables_read
from riskaid.records.tables import adult_events, household, missing_episodes


@pytest.fixture(scope="module")
def plan(root):
    return make_plan(load_catalogue(root / "features"))


def test_a_plan_comes_back_from_its_json_the_same(plan):
    text = canonical_json(plan.to_json())
    again = Plan.from_json(json.loads(text))
    assert again == plan
    assert canonical_json(again.to_json()) == text
    assert again.digest == plan.digest


def test_the_digest_changes_with_any_part(plan):
    changed = Plan(plan.indicators[1:], plan.prompts, plan.gaps)
    other = Plan(plan.indicators, plan.prompts[::-1], plan.gaps)
    assert len({plan.digest, changed.digest, other.digest}) == 3


def test_a_plan_lists_the_tables_columns_and_groups_it_reads():
    expression = (
        adult_events.where(adult_events.kind == "x").of(household).any()
        & missing_episodes.where(missing_episodes.rhi_offered == "no").any()
    )
    assert tables_read(expression.node) == (
        TableRead("adult_events", ("kind",), ()),
        TableRead("household", ("adult_id", "end"), ("end",)),
        TableRead("missing_episodes", ("rhi_offered",), ("rhi",)),
    )


def test_the_shipped_plan_reads_no_family_and_ethnicity_only_in_gaps(plan):
    values = tables_read(*(i.value for i in plan.indicators))
    assert "disabilities" not in {read.table for read in values}
    columns = {(read.table, c) for read in values for c in read.columns}
    assert ("persons", "ethnicity") not in columns
    assert "families" not in {read.table for read in plan.tables}


def broken(plan, change):
    value = copy.deepcopy(plan.to_json())
    change(value)
    return value


COUNT = {
    "node": "Count",
    "rows": {
        "node": "Rows",
        "table": "icpcs",
        "shape": "event",
        "where": None,
        "reach": None,
    },
    "last": {"node": "Days", "n": 3},
}


def with_value(value):
    def change(plan):
        plan["indicators"][0]["value"] = value

    return change


CHANGES = {
    "not a plan": lambda p: p.pop("format"),
    "another version": lambda p: p.update(version=3),
    "no prompts": lambda p: p.pop("prompts"),
    "gaps that are no list": lambda p: p.update(gaps={}),
    "an indicator that is text": lambda p: p["indicators"].append("x"),
    "a name twice": lambda p: p["indicators"].append(p["indicators"][0]),
    "a field too many": lambda p: p["indicators"][0].update(weight=3),
    "a field too few": lambda p: p["indicators"][0].pop("unit"),
    "another type": lambda p: p["indicators"][0].update(unit=3),
    "another node": with_value({"node": "Exec", "text": "1"}),
    "a condition's part for a value": with_value(COUNT["rows"]),
    "no node": with_value(None),
    "a number": with_value(3),
    "a bare window": with_value(COUNT | {"last": 3}),
    "an empty window": with_value(COUNT | {"last": {"node": "Days", "n": 0}}),
    "an endless window": with_value(COUNT | {"last": {"node": "Days", "n": 10**9}}),
    "a true window": with_value(COUNT | {"last": {"node": "Days", "n": True}}),
    "another shape": with_value(COUNT | {"rows": COUNT["rows"] | {"shape": "blob"}}),
    "another operator": with_value(
        {"node": "Arithmetic", "operator": "**", "left": COUNT, "right": COUNT}
    ),
    "a whole number for a decimal": with_value({"node": "Number", "value": 2}),
    "other tables": lambda p: p["tables"].pop(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_plan_is_refused(plan, what):
    with pytest.raises(DefinitionError):
        Plan.from_json(broken(plan, CHANGES[what]))


def test_a_plan_nested_too_deep_is_refused(plan):
    value = COUNT
    for _ in range(70):
        value = {
            "node": "Arithmetic",
            "operator": "+",
            "left": value,
            "right": {"node": "Number", "value": 1.0},
        }
    with pytest.raises(DefinitionError, match="nested deeper"):
        Plan.from_json(broken(plan, with_value(value)))


def test_what_is_not_json_of_a_plan_is_refused():
    for value in (None, [], "plan", 3):
        with pytest.raises(DefinitionError, match="not a plan"):
            Plan.from_json(value)

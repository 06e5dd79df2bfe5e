"""The plan of an audit: no look, the gate's own arithmetic, and held to simulation."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskaid.errors import ExtractError
from riskaid.fairness import expected as reading
from riskaid.fairness.expected import read_expected
from riskaid.fairness.intervals import (
    difference_of,
    observed_to_expected,
    ratio_of,
    wilson,
    z_of,
)
from riskaid.fairness.plan import (
    FORMAT,
    PLANNED,
    VERSION,
    Plan,
    Supposed,
    make_plan,
    plan_schema,
)
from riskaid.fairness.plan_page import plan_markdown

USUAL = Supposed(base_rate=0.14, recall=0.6)


@pytest.fixture(autouse=True)
def _every_plan_follows_the_schema(follows_schema, monkeypatch):
    """Check each plan that these tests publish, whatever the test is about."""
    publish = Plan.to_json

    def checked(plan):
        facts = publish(plan)
        follows_schema(facts, plan_schema())
        return facts

    monkeypatch.setattr(Plan, "to_json", checked)


def test_its_schema_is_closed_and_says_its_version():
    schema = plan_schema()
    assert schema["$id"] == f"urn:riskaid:{FORMAT}:{VERSION}"
    assert schema["properties"]["version"] == {"const": VERSION}
    closed = [schema, *schema["$defs"].values()]
    closed += [schema["properties"][name] for name in ("policy", "supposed")]
    for one in closed:
        if "properties" in one:
            assert one["additionalProperties"] is False
            assert sorted(one["required"]) == sorted(one["properties"])


def declared(place, rows):
    lines = ["characteristic,group,outcomes_a_year"]
    lines += [f"{c},{g},{n}" for c, g, n in rows]
    (place / "declared.csv").write_text("\n".join(lines) + "\n")
    return place / "declared.csv"


def planned(place, policy, rows, supposed=USUAL):
    file = declared(place, rows)
    found = read_expected(file, policy, base_rate=supposed.base_rate)
    return make_plan(found, policy, supposed)


def needs(plan, group):
    (row,) = [r for r in plan.rows if r.cell.name == group]
    return {need.measure: need for need in row.needs}


SEXES = [("sex", "girls", 30), ("sex", "boys", 270)]


def test_a_small_group_needs_what_the_published_reckonings_say(tmp_path, policy):
    """Limit 0.10 and missed need 0.40: about 200; recall ratio: 110; calibration: 150."""
    many = [("sex", "girls", 1), ("sex", "boys", 1_000_000)]
    found = needs(planned(tmp_path, policy, many), "girls")
    assert found["false_negative_rate_difference"].outcomes == pytest.approx(206, abs=1)
    assert found["recall_ratio"].outcomes == pytest.approx(115, abs=1)
    assert found["calibration"].outcomes == pytest.approx(148, abs=1)
    low = needs(planned(tmp_path, policy, many, replace(USUAL, recall=0.3)), "girls")
    assert low["recall_ratio"].outcomes == pytest.approx(401, abs=2)


def inside(measure, draw, found, policy, supposed=USUAL):
    """The share of simulated audits whose deciding interval lies inside the limit."""
    limit = policy.limits[measure]
    r, b, k = supposed.recall, supposed.base_rate, policy.capacity_gated
    n1 = found.outcomes
    n2 = n1 * 9
    share, each = r, 1.0
    if measure == "positive_predictive_value_difference":
        share, each = r * b / k, k / b
    passed, runs, z = 0, 3000, z_of(0.90)
    for _ in range(runs):
        if measure == "calibration":
            rows = round(n1 / b)
            low, high = observed_to_expected(
                draw.binomial(rows, b), rows * b, rows * b * (1 - b), z
            )
        else:
            sizes = [round(n1 * each), round(n2 * each)]
            one, two = (draw.binomial(n, share) / n for n in sizes)
            both = (wilson(one, sizes[0], z), wilson(two, sizes[1], z))
            between = ratio_of if measure == "recall_ratio" else difference_of
            low, high = between(one, two, both)
        passed += limit.lowest <= low and high <= limit.highest
    return passed / runs


@pytest.mark.parametrize("measure", PLANNED)
def test_with_what_is_planned_four_simulated_audits_in_five_pass(
    tmp_path, policy, measure
):
    found = needs(planned(tmp_path, policy, SEXES), "girls")[measure]
    draw = np.random.Generator(np.random.PCG64(3))
    assert 0.76 < inside(measure, draw, found, policy) < 0.86
    half = replace(found, outcomes=found.outcomes / 2)
    assert inside(measure, draw, half, policy) < 0.6


def test_years_are_outcomes_over_those_expected_and_the_last_limit_settles(
    tmp_path, policy
):
    plan = planned(tmp_path, policy, SEXES)
    for row in plan.rows:
        for need in row.needs:
            assert need.units == pytest.approx(need.outcomes / row.outcomes)
    assert plan.settled == max(row.units for row in plan.rows)
    twice = planned(tmp_path, policy, [(c, g, 2 * n) for c, g, n in SEXES])
    assert twice.settled == pytest.approx(plan.settled / 2)
    alike = planned(tmp_path, policy, SEXES, replace(USUAL, design_effect=1.5))
    assert alike.settled == pytest.approx(1.5 * plan.settled)


def test_more_planned_looks_need_more(tmp_path, policy):
    more = replace(policy, looks=replace(policy.looks, planned=4))
    once = planned(tmp_path, policy, SEXES).settled
    assert planned(tmp_path, more, SEXES).settled > 1.3 * once


def test_a_gap_that_a_year_would_show_is_wider_than_its_interval(tmp_path, policy):
    for row in planned(tmp_path, policy, SEXES).rows:
        for need in row.needs:
            assert 0 < need.half_width < need.smallest_gap


def test_a_group_too_small_is_planned_within_another_until_it_need_not(
    tmp_path, policy
):
    rows = [("ethnicity", "white", 4000), ("ethnicity", "black", 4000)]
    rows += [("ethnicity", g, 4000) for g in ("mixed", "asian")]
    few = [("ethnicity", "other", 9), ("ethnicity", "gypsy roma traveller", 9)]
    plan = planned(tmp_path, policy, [*rows, *few])
    use = {row.cell.name: row.cell.use for row in plan.rows}
    # Together they would need 12 years, by which each has more than 20 outcomes.
    assert use["other"] == "gated"
    assert plan.settled > 200 / 9 * 0.9
    soon = planned(
        tmp_path, policy, [*rows, ("ethnicity", "other", 260), (*few[1][:2], 19)]
    )
    use = {row.cell.name: row.cell.use for row in soon.rows}
    assert use["gypsy roma traveller"] == "merged"
    assert use["gypsy roma traveller or other"] == "gated"
    assert soon.settled == 1.0 or soon.settled < 1.1


def test_a_group_nobody_is_expected_in_never_has_enough(tmp_path, policy):
    plan = planned(tmp_path, policy, [("sex", "girls", 300)])
    assert plan.settled == float("inf")
    facts = plan.to_json()
    assert facts["settled_after"] is None
    assert "would not have enough" in plan_markdown(facts)
    assert "no number" in plan_markdown(facts)
    json.dumps(facts, allow_nan=False)


def test_a_plan_reads_no_score_and_no_outcome(
    make_council, policy, tmp_path, monkeypatch
):
    frame = make_council(400)
    hidden = frame.with_columns(score=pl.lit("not a number"), outcome=pl.lit("x"))
    taken = []
    read = reading._read
    monkeypatch.setattr(
        reading,
        "_read",
        lambda file, columns: taken.append(columns) or read(file, columns),
    )
    plans = []
    for name, one in (
        ("a", frame),
        ("b", hidden),
        ("c", frame.drop("score", "outcome")),
    ):
        one.write_csv(tmp_path / f"{name}.csv")
        one.write_parquet(tmp_path / f"{name}.parquet")
        for end in ("csv", "parquet"):
            found = read_expected(tmp_path / f"{name}.{end}", policy, base_rate=0.2)
            plans.append(make_plan(found, policy, USUAL).to_json())
    assert all(plan == plans[0] for plan in plans)
    assert plans[0]["unit"] == "file"
    allowed = {*policy.columns, "as_of", "family_id"}
    assert len(taken) == 6 and all(set(columns) <= allowed for columns in taken)


def test_dates_make_years_of_a_file(make_council, policy, tmp_path):
    frame = make_council(400).with_columns(
        as_of=pl.date(2024, 1, 1) + pl.duration(days=pl.int_range(pl.len()) % 731)
    )
    frame.write_csv(tmp_path / "scores.csv")
    found = read_expected(tmp_path / "scores.csv", policy, base_rate=0.2)
    assert found.unit == "year"
    rows = sum(float(g.outcomes.sum()) for g in found.characteristics[:1])
    assert rows == pytest.approx(frame.height * 0.2 / (731 / 365.25))
    wrong = frame.with_columns(as_of=pl.lit("3 May"))
    wrong.write_csv(tmp_path / "scores.csv")
    with pytest.raises(ExtractError, match="values of 'as_of' are not dates") as error:
        read_expected(tmp_path / "scores.csv", policy, base_rate=0.2)
    assert "May" not in str(error.value)


def test_small_groups_of_a_file_are_not_shown(make_council, policy, tmp_path):
    def with_few(number):
        row = pl.int_range(pl.len())
        sex = (
            pl.when(row < number).then(pl.lit("U"))
            .when(row % 3 == 0).then(pl.lit("F"))
            .otherwise(pl.lit("M"))
        )  # fmt: skip
        make_council(400).with_columns(sex=sex).write_csv(tmp_path / "scores.csv")
        found = read_expected(tmp_path / "scores.csv", policy, base_rate=0.2)
        return make_plan(found, policy, USUAL).to_json()

    facts = with_few(4)
    shown = {
        g["group"]: g["outcomes_a_unit"]
        for g in facts["groups"]
        if g["characteristic"] == "sex"
    }
    # With everybody's number and the boys', the girls would give the four away.
    assert shown["not recorded"] == shown["girls"] == "c"
    assert shown["boys"] != "c"
    for group in facts["groups"]:
        if group["outcomes_a_unit"] == "c":
            assert set(group["limits"].values()) == {"c"}
    # Nor does the sum of it all tell whether they are four or three.
    assert facts["settled_after"] == with_few(3)["settled_after"] is not None
    assert "shown as c are left out" in plan_markdown(facts)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("sexes", "girls", 1)], "no such characteristic · 'declared.csv', row 1"),
        ([("sex", "girl", 1)], "Did you mean 'girls'"),
        ([("sex", "girls", 1), ("sex", "girls", 2)], "twice · 'declared.csv', row 2"),
        ([("sex", "girls", -1)], "1 of 1 values of 'outcomes_a_year'"),
        ([("sex", "girls", "many")], "1 of 1 values of 'outcomes_a_year'"),
    ],
)
def test_wrong_declarations_are_refused(tmp_path, policy, rows, says):
    with pytest.raises(ExtractError, match=says.replace("(", r"\(")):
        planned(tmp_path, policy, rows)


def test_a_file_without_groups_or_not_there_is_refused(tmp_path, policy):
    with pytest.raises(ExtractError, match="There is no file"):
        read_expected(tmp_path / "none.csv", policy, base_rate=0.2)
    (tmp_path / "a.csv").write_text("Jo Bloggs,0.7,1\n")
    with pytest.raises(ExtractError, match="none of the names") as error:
        read_expected(tmp_path / "a.csv", policy, base_rate=0.2)
    assert "Bloggs" not in str(error.value)
    (tmp_path / "b.parquet").write_text("x")
    with pytest.raises(ExtractError, match="cannot be read"):
        read_expected(tmp_path / "b.parquet", policy, base_rate=0.2)


def test_an_intersection_and_what_was_not_declared(tmp_path, policy):
    rows = [("ethnicity_and_disability", "white; disability", 50)]
    plan = planned(tmp_path, policy, rows)
    assert {row.characteristic for row in plan.rows} == {"ethnicity_and_disability"}
    assert any(note.startswith("Sex: nothing was declared") for note in plan.notes)
    page = plan_markdown(plan.to_json())
    assert "with a disability recorded" in page

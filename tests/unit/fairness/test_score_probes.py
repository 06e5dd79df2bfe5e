"""Probes of scores alone: other records of the same rows, and the same gate."""

import json
from dataclasses import replace
from itertools import product

import numpy as np
import polars as pl
import pytest

from riskaid.errors import ExtractError
from riskaid.fairness.audit import audit, write_audit
from riskaid.fairness.probes.anchor import beside_anchor
from riskaid.fairness.probes.probes import FORMAT, VERSION, probe, probes_schema
from riskaid.fairness.probes.recording import SHARES, mis_record
from riskaid.fairness.probes.scene import set_scene
from riskaid.fairness.scores import check_scores


@pytest.fixture(scope="module")
def few(policy):
    """Ethnicity and disability alone, for speed."""
    asked = policy.characteristics[:2]
    return replace(policy, replicates=200, characteristics=asked)


@pytest.fixture(scope="module")
def frame(make_council, few):
    return check_scores(make_council(1500), few)


@pytest.fixture(scope="module")
def audited(frame, few):
    return audit(frame, few)


@pytest.fixture(scope="module")
def scene(frame, few, audited):
    return set_scene(frame, few, audited)


@pytest.fixture(scope="module")
def probes(frame, few, audited):
    return probe(frame, few, audited)


@pytest.fixture(scope="module")
def published(probes):
    return probes.to_json()


@pytest.fixture(scope="module")
def of_many(make_council, few):
    """So many outcomes that everything passes."""
    frame = make_council(12000, seed=1)
    result = audit(frame, few)
    assert result.verdict == "pass"
    return set_scene(frame, few, result), probe(frame, few, result).to_json()


def value_at(result, characteristic, group, measure, capacity=0.2):
    held = {one.name: one for one in result.characteristics}[characteristic]
    cell = {one.cell.name: one for one in held.groups}[group]
    return next(
        j.finding.value
        for j in cell.judged
        if j.finding.measure == measure and j.finding.capacity in (None, capacity)
    )


def moved_of(published, group, direction, pattern):
    one = next(r for r in published["recording"] if r["group"] == group)
    return next(
        m
        for m in one["moved"]
        if (m["direction"], m["pattern"]) == (direction, pattern)
    )


def test_with_nothing_changed_the_gate_says_what_the_audit_said(scene, audited):
    for fine, one in zip(scene.fine, audited.characteristics, strict=True):
        told = scene.tell(fine, fine.group)
        assert told.verdict == one.verdict
        for group in one.groups:
            verdict, judged = told.of(group.cell.name)
            assert verdict == group.verdict
            whole = {
                j.finding.measure: j.finding
                for j in group.judged
                if j.finding.capacity in (None, 0.2)
            }
            for j in judged:
                expected = vars(whole[j.finding.measure])
                for name, value in vars(j.finding).items():
                    # Replicates round scores to 2^-24 a family, and pieces apart.
                    exact = not isinstance(value, float)
                    near = pytest.approx(expected[name], abs=1e-6, nan_ok=True)
                    assert value == (expected[name] if exact else near)


def test_recorded_too_often_is_an_audit_of_a_file_without_those_outcomes(
    scene, frame, few
):
    """A tenth of the outcomes of a group taken away among those selected."""
    fine = scene.fine[0]
    black = fine.names.index("black")
    mine = (fine.grouped.of_row == black) & (scene.rows.outcome == 1)
    found = np.flatnonzero(mine & (scene.rows.selected[0] == 1))
    taken = found[: round(0.1 * mine.sum())]
    share = len(taken) / mine.sum()
    changed = mis_record(
        scene.evidence(fine, fine.group),
        np.array([black]),
        share,
        "over_recorded",
        "unevenly",
    )
    _, judged = scene.tell(fine, fine.group, changed).of("black")
    outcome = frame["outcome"].to_numpy().copy()
    outcome[taken] = 0
    again = audit(frame.with_columns(outcome=pl.Series(outcome)), few)
    for j in judged:
        if j.finding.measure in ("auc", "spread"):
            continue
        expected = value_at(again, "ethnicity", "black", j.finding.measure)
        assert j.finding.value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("pattern", ["evenly", "unevenly"])
@pytest.mark.parametrize("direction", ["under_recorded", "over_recorded"])
def test_mis_recording_keeps_what_nobody_changed_and_counts_the_rest(
    scene, direction, pattern
):
    fine = scene.fine[0]
    evidence = scene.evidence(fine, fine.group)
    black = np.array([fine.names.index("black")])
    changed = mis_record(evidence, black, 0.2, direction, pattern)
    others = [i for i in range(len(fine.names)) if i not in black]
    assert (changed.sums[:, others] == evidence.sums[:, others]).all()
    assert (changed.replicates[:, others] == evidence.replicates[:, others]).all()
    times = 1 / 0.8 if direction == "under_recorded" else 0.8
    outcomes, found = evidence.sums[1, black], evidence.sums[5, black]
    assert changed.sums[1, black] == pytest.approx(times * outcomes)
    expected = {
        ("under_recorded", "evenly"): found / 0.8,
        ("under_recorded", "unevenly"): found,
        ("over_recorded", "evenly"): found * 0.8,
        ("over_recorded", "unevenly"): found - 0.2 * outcomes,
    }[direction, pattern]
    assert changed.sums[5, black] == pytest.approx(expected)
    assert (changed.sums[5] <= changed.sums[4]).all()
    assert (changed.replicates[5] <= changed.replicates[1]).all()


def test_more_unrecorded_outcomes_than_rows_without_one_cannot_be(scene):
    fine = scene.fine[0]
    evidence = scene.evidence(fine, fine.group)
    sums = evidence.sums.copy()
    sums[1, 0] = sums[0, 0]
    full = replace(evidence, sums=sums)
    asked = (np.array([0]), 0.1, "under_recorded", "evenly")
    assert mis_record(full, *asked) is None


def test_the_smallest_share_that_turns_the_verdict_is_the_smallest(of_many):
    """Tried again at that share and at one in a hundred less."""
    scene, published = of_many
    fine = scene.fine[0]
    evidence = scene.evidence(fine, fine.group)
    turned = 0
    for one in published["recording"]:
        if one["characteristic"] != "ethnicity":
            continue
        members = np.array([fine.names.index(one["group"])])
        for moved in one["moved"]:
            if moved["turns_at"] is None:
                continue
            turned += 1
            for less, same in ((0.0, False), (0.01, True)):
                share = moved["turns_at"] - less
                if share < 0.005:
                    continue
                ask = (members, share, moved["direction"], moved["pattern"])
                told = scene.tell(fine, fine.group, mis_record(evidence, *ask))
                assert (told.verdict == one["recorded"]) is same
                assert same or told.verdict == moved["turns_to"]
    assert turned >= 4


def test_a_pass_turns_where_outcomes_went_unrecorded(of_many):
    """Beyond some share of outcomes missing where nobody looked, no pass is left."""
    moved = moved_of(of_many[1], "black", "under_recorded", "unevenly")
    assert moved["turns_at"] is not None
    assert moved["turns_to"] in {"insufficient_evidence", "fail"}
    steps = moved["steps"]
    assert [one["share"] for one in steps] == list(SHARES)
    gaps = [one["false_negative_rate_difference"] for one in steps]
    assert gaps == sorted(gaps), "the more are missing, the more are overlooked"
    evenly = moved_of(of_many[1], "black", "under_recorded", "evenly")
    same = {one["recall_ratio"] for one in evenly["steps"]}
    assert len(same) == 1, "evenly missing outcomes leave missed need as it was"


def test_all_of_one_group_is_an_audit_of_a_file_that_says_so(frame, few, published):
    one = next(u for u in published["unrecorded"] if u["characteristic"] == "ethnicity")
    for group, code in (("black", "BCRB"), ("asian", "AIND")):
        said = pl.when(pl.col("ethnicity") == "").then(pl.lit(code))
        told = frame.with_columns(
            said.otherwise(pl.col("ethnicity")).alias("ethnicity")
        )
        again = audit(check_scores(told, few), few)
        verdict = next(
            c.verdict for c in again.characteristics if c.name == "ethnicity"
        )
        held = next(g for g in one["groups"] if g["group"] == group)
        assert held["all_here"] == verdict


def test_bounds_are_those_of_every_assignment_one_by_one(make_council, few):
    """Eight rows without a group: all 256 ways, counted plainly."""
    frame = make_council(60, seed=5)
    keep = pl.when(pl.col("ethnicity") == "").then(pl.lit("WBRI"))
    frame = frame.with_columns(keep.otherwise(pl.col("ethnicity")).alias("ethnicity"))
    asked = replace(few, smallest_denominator=1, smallest_published_count=1)
    frame = check_scores(frame, asked)
    top = frame["score"].rank("ordinal") > 0.8 * frame.height
    piece = top.cast(pl.Int8) + 2 * frame["outcome"]
    rows = [int(r) for p in range(4) for r in (piece == p).arg_true()[:2]]
    blank = pl.Series([i in rows for i in range(frame.height)])
    codes = pl.when(blank).then(pl.lit("")).otherwise(frame["ethnicity"])
    frame = frame.with_columns(codes.alias("ethnicity"))
    result = audit(frame, asked)
    scene = set_scene(frame, asked, result)
    found = probe(frame, asked, result).to_json()
    one = next(u for u in found["unrecorded"] if u["characteristic"] == "ethnicity")
    group = next(g for g in one["groups"] if g["group"] == "black")
    own = scene.fine[0].grouped.of_row == scene.fine[0].names.index("black")
    open_ = np.flatnonzero(
        scene.fine[0].grouped.of_row == scene.fine[0].names.index("not recorded")
    )
    assert len(open_) == 8
    seen = {}
    for taken in product([False, True], repeat=8):
        inside = own.copy()
        inside[open_[list(taken)]] = True
        for measure, value in measures(scene.rows, inside).items():
            seen.setdefault(measure, []).append(value)
    assert len(group["measures"]) == 5
    for bound in group["measures"]:
        values = seen[bound["metric"]]
        assert bound["lowest"] == pytest.approx(min(values), abs=1e-9)
        assert bound["highest"] == pytest.approx(max(values), abs=1e-9)
        low, high = bound["limit_lowest"], bound["limit_highest"]
        inside = [low <= v <= high for v in values]
        told = "inside" if all(inside) else "depends" if any(inside) else None
        beyond = min(values) > high or max(values) < low
        assert bound["says"] == (told or ("beyond" if beyond else "depends"))


def measures(rows, inside):
    """The five measures by the plainest counting."""

    def rates(here):
        outcome, selected = rows.outcome[here], rows.selected[0][here]
        return {
            "missed": ((outcome == 1) & (selected == 0)).sum() / (outcome == 1).sum(),
            "right": ((outcome == 1) & (selected == 1)).sum() / (selected == 1).sum(),
            "wrong": ((outcome == 0) & (selected == 1)).sum() / (outcome == 0).sum(),
        }

    one, two = rates(inside), rates(~inside)
    return {
        "false_negative_rate_difference": one["missed"] - two["missed"],
        "recall_ratio": (1 - one["missed"]) / (1 - two["missed"]),
        "positive_predictive_value_difference": one["right"] - two["right"],
        "false_positive_rate_difference": one["wrong"] - two["wrong"],
        "calibration": rows.outcome[inside].sum() / rows.score[inside].sum(),
    }


def test_a_small_group_stays_hidden_in_every_probe(make_council, few):
    """Three who refused, found in no number of any probe of ethnicity."""
    frame = make_council(900).with_row_index()
    refused = pl.when(pl.col("index") < 3).then(pl.lit("REFU"))
    frame = frame.with_columns(
        refused.otherwise(pl.col("ethnicity")).alias("ethnicity")
    )
    frame = check_scores(frame.drop("index"), few)
    result = audit(frame, few)
    hidden = {
        (c.name, g.cell.name)
        for c in result.characteristics
        for g in c.groups
        if g.hidden or 0.2 in g.hidden_at
    }
    assert ("ethnicity", "refused") in hidden
    found = probe(frame, few, result).to_json()
    shown = {
        (one["characteristic"], one["group"])
        for one in found["recording"]
        if one["moved"]
    }
    assert not shown & hidden
    for one in found["recording"]:
        if (one["characteristic"], one["group"]) in hidden:
            assert one["state"] == "suppressed"
            assert "not published" in one["sentences"][0]
    one = next(u for u in found["unrecorded"] if u["characteristic"] == "ethnicity")
    for group in one["groups"]:
        if ("ethnicity", group["group"]) in hidden:
            assert group["measures"] == []


def test_too_few_without_a_group_say_nothing(make_council, few):
    """With three such rows every bound would give their outcomes away."""
    frame = make_council(900).with_row_index()
    kept = pl.when(pl.col("index") < 3).then(pl.lit(""))
    codes = pl.col("ethnicity").replace({"": "WBRI"})
    frame = frame.with_columns(kept.otherwise(codes).alias("ethnicity")).drop("index")
    frame = check_scores(frame, few)
    found = probe(frame, few, audit(frame, few)).to_json()
    one = next(u for u in found["unrecorded"] if u["characteristic"] == "ethnicity")
    assert one["state"] == "suppressed"
    assert (one["rows"], one["outcomes"], one["groups"]) == ("c", "c", [])
    assert one["best"] is None
    assert one["worst"] is None


def with_anchor(frame, *, extra=1.0, seed=0, code="BCRB"):
    """An anchor that goes with the outcome alike, the outcome thinned for a group."""
    draw = np.random.Generator(np.random.PCG64(seed))
    outcome = frame["outcome"].to_numpy()
    anchor = np.where(draw.random(len(outcome)) < 0.8, outcome, 1 - outcome)
    anchor = np.where(draw.random(len(outcome)) < 0.5, anchor, 0)
    gone = (frame["ethnicity"] == code).to_numpy() & (
        draw.random(len(outcome)) >= extra
    )
    return frame.with_columns(
        outcome=pl.Series(np.where(gone, 0, outcome)), anchor_outcome=pl.Series(anchor)
    )


@pytest.mark.parametrize(("kept", "found"), [(1.0, False), (0.6, True)])
def test_an_anchor_finds_outcomes_that_a_group_lacks(make_council, few, kept, found):
    frame = check_scores(with_anchor(make_council(3000), extra=kept), few)
    facts = probe(frame, few, audit(frame, few)).to_json()["anchor"]
    one = next(a for a in facts if a["group"] == "black")
    assert one["found"] is found
    assert one["ratio"] == pytest.approx(kept, abs=0.12)
    assert one["low95"] < one["ratio"] < one["high95"]
    assert ("too rarely" in one["sentence"]) is found


@pytest.mark.parametrize(
    ("left", "shown"), [(0, True), (1, False), (5, False), (6, True)]
)
def test_few_outcomes_without_an_anchor_are_not_to_be_worked_out(
    make_council, few, left, shown
):
    """The audit shows all outcomes of a group, and the ratio nearly those with one."""
    frame = check_scores(with_anchor(make_council(900)), few)
    scene = set_scene(frame, few, audit(frame, few))
    before = beside_anchor(scene, frame)
    told = next(b for b in before if not b.suppressed and b.ratio > 0)
    inside = np.isin(told.fine.group[told.fine.column], told.cell.members)
    has = (frame["outcome"] == 1).to_numpy()
    gone = np.zeros(frame.height, dtype=bool)
    gone[np.flatnonzero(has & inside)[:left]] = True
    gone[np.flatnonzero(has & ~inside)[:20]] = True
    anchor = pl.when(pl.Series(gone)).then(None).otherwise("anchor_outcome")
    after = beside_anchor(scene, frame.with_columns(anchor_outcome=anchor))
    one = next(
        b for b in after if (b.title, b.cell.name) == (told.title, told.cell.name)
    )
    facts = one.to_json(few)
    assert (facts["state"] == "suppressed") is not shown
    assert (facts["ratio"] is not None) is shown


def test_an_anchor_is_0_1_or_empty(make_council, few):
    text = make_council(60).with_columns(anchor_outcome=pl.lit("yes"))
    with pytest.raises(ExtractError, match="'anchor_outcome' are neither 0 nor 1"):
        check_scores(text, few)
    empty = make_council(60).with_columns(anchor_outcome=pl.lit(""))
    held = check_scores(empty, few)
    assert held["anchor_outcome"].null_count() == held.height
    facts = probe(held, few, audit(held, few)).to_json()["anchor"]
    assert {one["found"] for one in facts} == {None}


def test_the_order_of_rows_changes_no_byte(frame, few, published):
    mixed = frame.sample(fraction=1, shuffle=True, seed=4)
    again = probe(mixed, few, audit(mixed, few)).to_json()
    assert json.dumps(again) == json.dumps(published)


def every_object(schema):
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for inner in schema.values():
            yield from every_object(inner)


def test_the_schema_is_closed_and_every_kind_of_probe_follows_it(
    make_council, few, follows_schema, published
):
    schema = probes_schema()
    assert schema["$id"] == f"urn:riskaid:{FORMAT}:{VERSION}"
    for inner in every_object(schema):
        assert inner["additionalProperties"] is False
        assert sorted(inner["required"]) == sorted(inner["properties"])
    follows_schema(published, schema)
    yes = make_council(200).with_columns(selected=(pl.col("score") > 0.4).cast(pl.Int8))
    order = make_council(200).rename({"score": "ordering"})
    for other in (yes.drop("score"), order, with_anchor(make_council(200))):
        facts = probe(other, few, audit(other, few)).to_json()
        follows_schema(json.loads(json.dumps(facts, allow_nan=False)), schema)


def test_the_page_shows_them_beside_the_verdict(tmp_path, published, audited):
    write_audit(audited, tmp_path / "out", probes=published)
    written = (tmp_path / "out" / "probes.json").read_text("utf-8")
    assert json.loads(written) == published
    page = (tmp_path / "out" / "audit.html").read_text("utf-8")
    assert "What if the records are wrong?" in page
    assert "decide nothing" in page
    assert "Too rarely, those not selected" in page

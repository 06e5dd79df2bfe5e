"""From what is published, no count from 1 to 5 can be worked out; see the attack."""

import json
from dataclasses import replace

import disclosure_attack as attack
import polars as pl
import pytest

from riskaid.errors import UsageError
from riskaid.fairness.audit import audit, write_audit
from riskaid.fairness.behind import Behind
from riskaid.fairness.earlier import read_earlier


@pytest.fixture(scope="module")
def fewer(policy):
    return replace(policy, replicates=200)


def done(frame, policy, earlier=()):
    result = audit(frame, policy, earlier=earlier)
    return result.to_json(), attack.Truth.of(frame, policy, result)


def kept(frame, policy, place):
    """An audit in its folder, as it is published."""
    write_audit(audit(frame, policy), place)
    return read_earlier(place)


@pytest.mark.parametrize(("outcomes", "seed"), [(20, 0), (60, 1), (150, 2)])
def test_one_audit_gives_no_small_count_away(make_council, fewer, outcomes, seed):
    published, truth = done(make_council(outcomes, seed=seed), fewer)
    assert attack.attack_one(published, truth) == []
    assert attack.speaks(published) == []


def test_the_attack_finds_many_where_nothing_is_hidden(make_council, fewer):
    """Planted: the same audits with the smallest published count at 1."""
    bare = replace(fewer, smallest_published_count=1)
    found = attack.attack_one(*done(make_council(40, seed=0), bare))
    assert len(found) > 20
    assert any("between capacities" in one for one in found)


def test_the_attack_finds_what_hiding_only_small_counts_leaves(
    make_council, fewer, monkeypatch
):
    """Planted: small counts are hidden, and nothing else."""
    monkeypatch.setattr(
        "riskaid.fairness.disclosure._hide", lambda *_, hidden, **__: hidden
    )
    published, truth = done(make_council(60, seed=0), fewer)
    assert attack.attack_one(published, truth, ("outcomes", "without"))


@pytest.mark.parametrize("part", ["_left_over", "_given_together"])
def test_each_way_of_hiding_more_is_needed(make_council, fewer, monkeypatch, part):
    """Planted: one of the ways is missing, and the attack gets through."""
    import numpy as np

    none = np.array([], dtype=np.int64)
    monkeypatch.setattr(f"riskaid.fairness.disclosure.{part}", lambda *_, **__: none)
    if part == "_left_over":
        monkeypatch.setattr(
            "riskaid.fairness.disclosure._given_together", lambda *_, **__: none
        )
    frames = [make_council(60, seed=seed) for seed in range(4)]
    assert any(
        attack.attack_one(*done(frame, fewer), ("outcomes", "without"))
        for frame in frames
    )


def changed(frame, make_council, out, more):
    new = make_council(30, seed=99).with_columns(
        person_id="N" + pl.col("person_id"), family_id="N" + pl.col("family_id")
    )
    return pl.concat([frame[out:], new.head(more)])


@pytest.mark.parametrize(("out", "more"), [(0, 3), (3, 4), (0, 60)])
def test_two_audits_of_nearly_the_same_rows(make_council, fewer, tmp_path, out, more):
    frame = make_council(150, seed=1)
    now = changed(frame, make_council, out, more)
    before = done(frame, fewer)
    assert attack.attack_two(before, done(now, fewer))
    after = done(now, fewer, [kept(frame, fewer, tmp_path / "before")])
    assert attack.attack_two(before, after) == []
    sums = ("rows", "outcomes", "without", "found@0.2")
    assert attack.attack_one(*after, sums) == []
    assert attack.speaks(after[0]) == []


def test_of_three_audits_each_earlier_one_has_to_be_named(
    make_council, fewer, tmp_path
):
    """Naming the last only leaves what subtracting the first gives back."""
    frame = make_council(150, seed=1)
    frames = [frame, changed(frame, make_council, 0, 40), frame[3:]]
    first = done(frames[0], fewer)
    kept_first = kept(frames[0], fewer, tmp_path / "first")
    second = done(frames[1], fewer, [kept_first])
    write_audit(audit(frames[1], fewer, earlier=[kept_first]), tmp_path / "second")
    kept_second = read_earlier(tmp_path / "second")
    assert attack.attack_two(first, done(frames[2], fewer, [kept_second]))
    third = done(frames[2], fewer, [kept_first, kept_second])
    assert attack.attack_two(first, third) == []
    assert attack.attack_two(second, third) == []


def test_a_second_audit_at_another_capacity(make_council, fewer, tmp_path):
    frame = make_council(500, seed=0)
    other = replace(fewer, capacities=(0.05, 0.10, 0.19), capacity_gated=0.19)
    before = done(frame, fewer)
    assert attack.attack_two(before, done(frame, other))
    after = done(frame, other, [kept(frame, fewer, tmp_path / "before")])
    assert attack.attack_two(before, after) == []


def test_a_second_audit_without_a_group(make_council, fewer, tmp_path):
    """The same rows, without those whose ethnicity was not recorded."""
    frame = make_council(150, seed=4)
    now = frame.filter((pl.col("ethnicity") != "") | (pl.col("outcome") == 0))
    before = done(frame, fewer)
    after = done(now, fewer, [kept(frame, fewer, tmp_path / "before")])
    assert attack.attack_two(before, after) == []


def test_the_very_same_audit_again_hides_nothing_more(make_council, fewer, tmp_path):
    frame = make_council(150, seed=2)
    again = audit(frame, fewer, earlier=[kept(frame, fewer, tmp_path / "a")]).to_json()
    first = audit(frame, fewer).to_json()
    assert len(again["compared_with"]) == 1
    assert {**again, "compared_with": []} == first


def test_a_total_that_changed_by_a_few_is_not_shown(make_council, fewer, tmp_path):
    frame = make_council(150, seed=1)
    earlier = [kept(frame, fewer, tmp_path / "before")]
    published = done(frame[3:], fewer, earlier)[0]
    assert {published["scores"][n] for n in ("rows", "outcomes", "families")} == {"c"}
    compared = [
        m
        for c in published["characteristics"]
        for g in c["groups"]
        for m in g["metrics"]
        if m["compared"] != "value"
    ]
    assert {m["state"] for m in compared} == {"suppressed"}
    write_audit(audit(frame[3:], fewer, earlier=earlier), tmp_path / "now")
    page = (tmp_path / "now" / "audit.html").read_text("utf-8")
    assert f"{frame.height - 3:,}" not in page and str(frame.height - 3) not in page


def test_what_is_not_an_audit_cannot_be_compared_with(tmp_path):
    with pytest.raises(UsageError, match="holds no audit"):
        read_earlier(tmp_path)
    for content in ("{", "[]", '{"format": "other"}', '{"format": "riskaid-audit"}'):
        (tmp_path / "audit.json").write_text(content)
        with pytest.raises(UsageError, match="holds no audit"):
            read_earlier(tmp_path)


def test_pages_and_plots_are_made_of_the_published_form_only(
    make_council, fewer, tmp_path
):
    """Other hidden numbers, the same published form: the same bytes of every page."""
    from riskaid.document import to_html
    from riskaid.fairness.page import as_document
    from riskaid.fairness.report import to_markdown

    result = audit(make_council(60, seed=1), fewer)
    write_audit(result, tmp_path / "a")
    published = json.loads((tmp_path / "a/audit.json").read_text("utf-8"))
    page = (tmp_path / "a/audit.html").read_text("utf-8")
    assert page == to_html(as_document(published))
    assert (tmp_path / "a/audit.md").read_text("utf-8") == to_markdown(published)
    hidden = [
        replace(
            group,
            rows=group.rows + 1 if group.hidden else group.rows,
            outcomes=group.outcomes + 1 if group.hidden else group.outcomes,
            judged=tuple(
                replace(
                    j, finding=replace(j.finding, value=0.123456, n=j.finding.n + 1)
                )
                if group.suppressed(j)
                else j
                for j in group.judged
            ),
        )
        for c in result.characteristics
        for group in c.groups
    ]
    assert any(group.hidden for group in hidden)
    at = iter(hidden)
    other = replace(
        result,
        characteristics=tuple(
            replace(c, groups=tuple(next(at) for _ in c.groups))
            for c in result.characteristics
        ),
    )
    assert other.to_json() == result.to_json()
    write_audit(other, tmp_path / "b")
    for name in ("audit.json", "audit.md", "audit.html"):
        assert (tmp_path / "a" / name).read_bytes() == (
            tmp_path / "b" / name
        ).read_bytes()


def test_verdicts_of_hidden_groups_are_those_of_all_together(make_council, fewer):
    """A pass of its own would say which hidden group is the large one."""
    published = audit(make_council(150, seed=0), fewer).to_json()
    seen = 0
    for one in published["characteristics"]:
        said: dict = {}
        for group in one["groups"]:
            for m in group["metrics"]:
                gated = group["use"] == "gated" and m["role"] != "shown"
                if gated and m["state"] == "suppressed" and m["verdict"] != "reported":
                    said.setdefault((m["metric"], m["capacity"]), set()).add(
                        (m["verdict"], m["decision_possible"])
                    )
        assert all(len(verdicts) == 1 for verdicts in said.values())
        seen += len(said)
    assert seen > 5


def test_a_corrected_p_value_never_stands_beside_a_hidden_one(make_council, fewer):
    published = audit(make_council(60, seed=1), fewer).to_json()
    for one in published["characteristics"]:
        by_measure: dict = {}
        for group in one["groups"]:
            for m in group["metrics"]:
                by_measure.setdefault(m["metric"], []).append(m)
        for found in by_measure.values():
            if any(m["state"] == "suppressed" for m in found):
                assert {m["p_holm"] for m in found} == {None}


def counts_of(frame, fewer, group="asian"):
    ethnicity = audit(frame, fewer).to_json()["characteristics"][0]["groups"]
    return next(g["rows"] for g in ethnicity if g["name"] == group)


def council_with(rows, families, *, largest=1):
    """Two hundred White children and some Asian ones, in so many families."""
    of = [0] * largest + [i % families for i in range(rows - largest)]
    return pl.DataFrame(
        {
            "person_id": [f"P{i}" for i in range(400 + rows)],
            "family_id": [f"F{i}" for i in range(400)] + [f"A{i}" for i in of],
            "score": [i % 97 / 97 for i in range(400 + rows)],
            "outcome": [i % 2 for i in range(400 + rows)],
            "ethnicity": ["WBRI"] * 200 + ["BCRB"] * 200 + ["AIND"] * rows,
            "disability": "no",
            "sex": "F",
            "age_band": "5 to 9",
        }
    )


def test_rows_of_few_families_are_few_and_one_family_does_not_make_a_group(fewer):
    assert counts_of(council_with(30, 30), fewer) == 30
    assert counts_of(council_with(30, 5), fewer) == "c"
    assert counts_of(council_with(30, 12, largest=20), fewer) == "c"


def test_an_unknown_code_is_not_counted_aloud_where_its_group_is_hidden(fewer):
    frame = council_with(30, 30).with_columns(
        ethnicity=pl.when(pl.int_range(pl.len()) >= 427)
        .then(pl.lit("ZZZZ"))
        .otherwise("ethnicity")
    )
    notes = audit(frame, fewer).to_json()["notes"]
    assert any(note.startswith("Ethnicity: c rows have a code") for note in notes)
    assert not any("3 rows" in note for note in notes)


def test_sums_behind_counts_are_those_of_the_rows(make_council, fewer):
    """What decides is counted, and not estimated: against plain counting."""
    import numpy as np

    from riskaid.fairness.behind import kinds_of, stand_behind
    from riskaid.fairness.hidden import counted
    from riskaid.fairness.rows import take_rows
    from riskaid.fairness.scores import check_scores

    rows, _ = take_rows(check_scores(make_council(60), fewer), fewer, 0)
    pattern = np.arange(len(rows.outcome)) % 3
    kinds = kinds_of(3, 2)
    behind = stand_behind(pattern, rows.family, counted(rows), kinds, 6)
    assert isinstance(behind, Behind)
    first, last = rows.selected[0], rows.selected[2]
    plain = {
        "rows": np.ones(len(pattern)),
        "missed at 3": rows.outcome * (1 - last),
        "wrong from 1 to 3": (last - first) * (1 - rows.outcome),
        "left at 1": (1 - first) * (1 - rows.outcome),
    }
    for name, each in plain.items():
        found = behind.sums[kinds.names.index(name)]
        assert found.tolist() == np.bincount(pattern, weights=each).tolist()
    assert kinds.levels[kinds.names.index("wrong from 1 to 3")] == 1
    assert kinds.levels[kinds.names.index("found from 1 to 2")] == 1

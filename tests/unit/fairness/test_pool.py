"""Sums of councils: as one audit of all rows, and no council hidden by the others."""

import json
from dataclasses import replace
from math import isnan
from statistics import median

import polars as pl
import pytest

from riskaid.document import to_html, to_markdown
from riskaid.errors import DefinitionError, ExtractError, UsageError
from riskaid.fairness.audit import audit
from riskaid.fairness.pool import Pooled, _beside, pool
from riskaid.fairness.pool_document import as_document
from riskaid.fairness.pool_file import pool_file_schema, read_pool_file, sealed
from riskaid.fairness.pool_out import pool_facts
from riskaid.fairness.pool_page import pool_json, pool_schema
from riskaid.files import canonical_json, write_json

MAY = "a decision of the board"
NAMES = ("Rutland", "Luton", "Torbay")
ROUNDED = ("value", "low90", "high90", "low95", "high95", "p", "p_holm", "apart")


def own(frame, council):
    """The same people under ids of the council's own."""
    return frame.with_columns(
        person_id=council + pl.col("person_id"), family_id=council + pl.col("family_id")
    )


def sent_of(frame, policy, council, outcome="need_12m"):
    gathered = []
    result = audit(frame, policy, gathered=gathered)
    return pool_facts(result, gathered, frame, council=council, outcome=outcome)


@pytest.fixture(scope="module")
def frames(make_council):
    """Three councils of 1,500 rows, each a whole number of fifths."""
    return [own(make_council(300, seed=i), name) for i, name in enumerate(NAMES)]


@pytest.fixture(scope="module")
def facts(frames, fewer_draws):
    return [sent_of(f, fewer_draws, n) for f, n in zip(frames, NAMES, strict=True)]


@pytest.fixture
def every_object():
    """Every object that a schema describes, at any depth."""

    def walk(schema):
        if isinstance(schema, dict):
            if schema.get("type") == "object":
                yield schema
            for inner in schema.values():
                yield from walk(inner)
        if isinstance(schema, list):
            for inner in schema:
                yield from walk(inner)

    return walk


@pytest.fixture
def kept(tmp_path):
    """Write facts as files, and read them as a pool does."""

    def keep(*all_facts):
        out = []
        for i, one in enumerate(all_facts):
            write_json(tmp_path / f"{i}.json", one)
            out.append(read_pool_file(tmp_path / f"{i}.json"))
        return out

    return keep


def by_about(result):
    return {f.one.about: f for f in result.findings}


def changed(one, **other):
    return sealed({**json.loads(json.dumps(one)), **other})


def test_sums_are_those_of_one_audit_of_all_rows(frames, fewer_draws, kept):
    """The same rows selected: every value to the digit, every interval nearly."""
    chosen = [
        f.with_columns(
            selected=(pl.col("score").rank("ordinal", descending=True) <= 300).cast(int)
        ).drop("score")
        for f in frames
    ]
    files = [sent_of(f, fewer_draws, n) for f, n in zip(chosen, NAMES, strict=True)]
    found = by_about(pool(kept(*files), fewer_draws))
    whole = audit(pl.concat(chosen), fewer_draws)
    compared = 0
    widths = []
    for characteristic in whole.characteristics:
        for group in characteristic.groups:
            for j in group.judged:
                f = j.finding
                about = (characteristic.name, group.cell.name, f.measure, f.capacity)
                if about not in found or len(found[about].one.councils) < len(files):
                    continue
                sums = found[about].one.judged.finding
                if isnan(f.value):
                    continue
                assert round(sums.value, 10) == round(f.value, 10), about
                if not isnan(f.high90):
                    widths.append((sums.high90 - sums.low90) / (f.high90 - f.low90))
                compared += 1
    assert compared > 40
    assert min(widths) > 0.96 and max(widths) < 1.15
    assert median(widths) > 1, "mostly a little wider"


def test_calibration_and_spread_are_those_of_all_rows(frames, facts, fewer_draws, kept):
    found = by_about(pool(kept(*facts), fewer_draws))
    whole = audit(pl.concat(frames), fewer_draws)
    compared = 0
    for characteristic in whole.characteristics:
        for group in characteristic.groups:
            for f in (j.finding for j in group.judged):
                about = (characteristic.name, group.cell.name, f.measure, None)
                if f.measure not in {"calibration", "spread"} or about not in found:
                    continue
                sums = found[about].one
                if len(sums.councils) == len(facts) and not isnan(f.value):
                    value = sums.judged.finding.value
                    assert round(value, 10) == round(f.value, 10), about
                    compared += 1
    assert compared > 20


def test_a_council_that_fails_alone_is_seen(
    make_council, facts, fewer_draws, kept, follows_schema
):
    bad = own(make_council(2500, seed=8, overlooked=3.0), "Bad")
    files = kept(*facts, sent_of(bad, fewer_draws, "Badland"))
    assert files[-1].verdict == "fail"
    result = pool(files, fewer_draws)
    published = pool_json(result)
    about = ("ethnicity", "black", "false_negative_rate_difference", 0.2)
    assert len(by_about(result)[about].failing) == 1
    assert published["usable_for_release"] is False
    assert published["may_support"] == "nothing"
    assert result.verdict != "pass"
    follows_schema(published, pool_schema())
    page = to_html(as_document(published))
    failing = page.split("Where a council fails by itself</h2>")[1].split("<h2")[0]
    assert "black, Missed need: difference in points: Badland" in failing


def test_a_pass_of_the_sums_gives_way_to_each_council(facts, fewer_draws, kept):
    """Every reason by itself turns a pass, and nothing turns a fail into less."""
    result = pool(kept(*facts), fewer_draws)
    good = next(f for f in result.findings if f.verdict == "pass" and f.apart)
    rules = fewer_draws.pooling
    assert _beside(good, rules).verdict == "pass"

    def turned(**other) -> Pooled:
        return _beside(replace(good, **other), rules)

    for other, why in (
        ({"audited": ("fail", "pass", "pass")}, "fails by itself"),
        ({"without": {0: "fail", 1: "pass", 2: "pass"}}, "the others fail"),
        ({"apart": 0.76}, "differ by more"),
        ({"one": replace(good.one, councils=(0, 1))}, "fewer than 3 files"),
    ):
        found = turned(**other)
        assert found.verdict == "insufficient_evidence" and why in found.why
    assert turned(verdict="fail", apart=0.9).verdict == "fail"


def test_a_group_not_sent_is_missing_on_both_sides(facts, fewer_draws, kept):
    def without(one, group):
        kinds = ("sums", "base", "at", "expected", "order")
        return changed(
            one, **{k: [x for x in one[k] if x["group"] != group] for k in kinds}
        )

    all_three = by_about(pool(kept(*facts), fewer_draws))
    result = pool(kept(without(facts[0], "white"), *facts[1:]), fewer_draws)
    about = ("ethnicity", "white", "recall_ratio", 0.2)
    two = by_about(pool(kept(*facts[1:]), fewer_draws))
    found = by_about(result)[about]
    assert len(all_three[about].one.councils) == 3
    assert len(found.one.councils) == 2
    assert found.one.judged.finding.value == two[about].one.judged.finding.value
    assert found.verdict == "insufficient_evidence"
    said = [w for w in pool_json(result)["withheld"] if w["group"] == "white"]
    assert said == [{"characteristic": "ethnicity", "group": "white", "councils": 1}]
    nobody = pool(kept(*(without(one, "not recorded") for one in facts)), fewer_draws)
    cells = {f.one.about[1] for f in nobody.findings}
    assert "not recorded" in cells, "withheld everywhere is not the same as absent"
    assert nobody.verdict != "pass"


def test_what_is_written_is_the_same_in_any_order_and_closed(
    facts, fewer_draws, kept, follows_schema
):
    for one in facts:
        follows_schema(one, pool_file_schema())
    files = kept(*facts)
    there, back = (pool_json(pool(f, fewer_draws)) for f in (files, files[::-1]))
    assert canonical_json(there) == canonical_json(back)
    follows_schema(there, pool_schema())
    text = canonical_json(facts)
    assert "C000" not in text and "F000" not in text, "an id of a row"
    assert there["everyone"]["rows"] % 10 == 0
    assert all(f["n"] % 10 == 0 for f in there["findings"])
    numbers = [f[k] for f in there["findings"] for k in ROUNDED if f[k] is not None]
    numbers += [e["value"] for f in there["findings"] for e in f["each"] if e["value"]]
    assert len(numbers) > 200
    assert all(x == round(x, 3) for x in numbers), "more digits give counts back"


def test_files_that_cannot_be_added_are_refused_in_words(facts, fewer_draws, kept):
    a, b, _ = facts
    other = {"name": "x", "digest": "0" * 64}
    months = [{"first": "2024-01", "last": "2024-12"}]
    later = [{"first": "2025-01", "last": "2025-06"}]
    for second, said in (
        (changed(b, policy=other), "another policy"),
        (changed(b, outcome="other_12m"), "one outcome at a time"),
        (changed(b, kind="rank"), "do not select alike"),
        (changed(b, scores=a["scores"]), "the same rows"),
        (changed(b, council="rutland"), "children would count twice"),
    ):
        with pytest.raises(ExtractError, match=said):
            pool(kept(a, second), fewer_draws)
    with pytest.raises(ExtractError, match="at least two"):
        pool(kept(a), fewer_draws)
    with pytest.raises(DefinitionError, match="does not say what counts"):
        pool(kept(a, b), replace(fewer_draws, pooling=None))
    year = changed(a, period=months)
    with pytest.raises(ExtractError, match="stands there twice"):
        pool(kept(year, changed(b, council="Rutland", period=months)), fewer_draws)
    pool(kept(year, changed(b, council="Rutland", period=later)), fewer_draws)


def test_a_file_that_is_not_as_it_was_made_is_refused(facts, kept, tmp_path):
    one = facts[0]
    first = one["sums"][0]
    small = [{**first, "outcomes": 3}, *one["sums"][1:]]
    larger = [{**first, "outcomes": first["rows"] + 1}, *one["sums"][1:]]
    for wrong, said in (
        ({**one, "council": "Elsewhere"}, "was changed after"),
        (changed(one, rows=[1]), "rows is not known"),
        (changed(one, sums=[{**first, "person": 1}]), "person is not known"),
        ({k: v for k, v in one.items() if k != "lift"}, "lift is missing"),
        (changed(one, capacities=["x"]), "not as it must be"),
        (changed(one, sums=small), "too small to be published"),
        (changed(one, sums=larger), "contradicts itself"),
        (changed(one, sums=[*one["sums"], first]), "contradicts itself"),
        ({"format": "riskaid-audit"}, "no file for a pool"),
    ):
        with pytest.raises(ExtractError, match=said):
            kept(wrong)
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(ExtractError, match="cannot be read"):
        read_pool_file(tmp_path / "x.json")


def test_a_name_that_cannot_be_used_is_refused(frames, fewer_draws):
    for council, outcome in (("", "need_12m"), ("Rutland", "Need in 12 months")):
        with pytest.raises(UsageError, match="--council takes"):
            sent_of(frames[0], fewer_draws, council, outcome)


def test_the_months_of_a_file_are_those_of_its_rows(frames, fewer_draws):
    days = ["2024-03-31", "2025-02-01", "2024-11-05"] * 500
    dated = frames[0].with_columns(as_of=pl.Series(days))
    sent = sent_of(dated, fewer_draws, "Rutland")
    assert sent["period"] == [{"first": "2024-03", "last": "2025-02"}]


def test_a_council_cannot_write_into_the_page_by_its_name(facts, fewer_draws, kept):
    named = changed(facts[0], council="<b>Rutland</b> | [x](y)")
    page = as_document(pool_json(pool(kept(named, *facts[1:]), fewer_draws)))
    assert "<b>" not in to_html(page) and "&lt;b&gt;Rutland" in to_html(page)
    assert "\\<b\\>Rutland\\</b\\> \\| \\[x\\](y)" in to_markdown(page)
    assert "<script" not in to_html(page)


def test_the_page_says_what_a_pool_may_be_used_for(facts, fewer_draws, kept):
    published = pool_json(pool(kept(*facts), fewer_draws))
    for may, said in (("nothing", "support nothing"), (MAY, "names the digest")):
        page = to_html(as_document({**published, "may_support": may}))
        assert said in page and "not usable for a release by itself" in page


def test_the_schema_is_closed_and_every_entry_must_be_there(every_object):
    for schema in (pool_schema(), pool_file_schema()):
        found = list(every_object(schema))
        assert len(found) >= 7
        for one in found:
            assert one["additionalProperties"] is False
            assert sorted(one["required"]) == sorted(one["properties"])

"""The audit's page: plots of what may be published, tables beside them, plain words."""

import base64
import json
import re
import sys
from dataclasses import replace
from math import inf

import pytest

from riskaid.document import to_html
from riskaid.fairness.audit import audit, write_audit
from riskaid.fairness.page import as_document
from riskaid.fairness.page_limits import LIMITS
from riskaid.fairness.page_plots import (
    Line,
    Measure,
    forest,
    recorded_and_expected,
)

MEASURE = Measure(words="points", scale="points", equal=0.0, lowest=-10.0, highest=10.0)


@pytest.fixture(scope="module")
def written(make_council, policy, tmp_path_factory):
    """An audit of few rows, in which several groups may not be published."""
    out = tmp_path_factory.mktemp("page") / "audit"
    write_audit(audit(make_council(600, overlooked=1.0), few(policy)), out)
    return out


def few(policy):
    return replace(policy, replicates=200)


@pytest.fixture(scope="module")
def page(written):
    return (written / "audit.html").read_text()


@pytest.fixture(scope="module")
def facts(written):
    return json.loads((written / "audit.json").read_text())


def pictures(page):
    coded = re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', page)
    return [base64.b64decode(one).decode() for one in coded]


def words(page):
    plain = re.sub(r'src="data:[^"]*"', "", page).replace("&#39;", "'")
    return plain.replace("\u00a0", " ").replace("&lt;", "<")


def at_gate(facts):
    """Every group with its findings at the capacity that gates."""
    for one in facts["characteristics"]:
        for group in one["groups"]:
            if group["rows"] == 0 and group["use"] == "reported":
                continue
            yield (
                group,
                {
                    m["metric"]: m
                    for m in group["metrics"]
                    if m["capacity"] in (None, facts["gated_capacity"])
                },
            )


def test_every_finding_is_a_sentence_of_the_page(page, facts):
    said = words(page)
    assert facts["verdict"] == "fail" and facts["sentence"] in said
    checked = 0
    for group, _ in at_gate(facts):
        for m in group["metrics"]:
            if m["role"] != "shown":
                assert m["sentence"] in said
                checked += 1
    assert checked > 100


def test_the_three_that_cannot_all_be_equal_stand_together(page, written, facts):
    said = words(page)
    section = said[said.index('id="three-measures') :].partition("<h2")[0]
    assert "cannot all be equal where base rates differ" in section
    assert f"The board's priority: {facts['priority']}" in section
    assert section.count("<table") == len(facts["characteristics"])
    for column in (
        "Outcome recorded",
        "Selected, times everyone else's",
        "Missed need, points from everyone else",
        "Recorded for each one expected",
        "Outcome among selected, points",
    ):
        assert section.count(f">{column}<") == len(facts["characteristics"])
    groups, shown = 0, re.findall(r"<tr.*?</tr>", section, re.DOTALL)
    for _, found in at_gate(facts):
        groups += 1
        for measure in ("recall_ratio", "calibration"):
            assert measure in found
    assert len(shown) == groups + len(facts["characteristics"])
    text = (written / "audit.md").read_text()
    assert "| Observed / expected | Slope | Outcome among selected |" in text
    assert "cannot all be equal" in text and facts["priority"] in text


def test_one_page_asks_nothing_of_anybody(page):
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!#|data:image/svg)[^"]*"', page) == []
    for svg in pictures(page):
        assert not re.search(r'(?:href|src)="(?!#)[^"]*"', svg)
        assert "url(http" not in svg


def test_there_is_a_plot_for_every_limit_and_a_table_after_it(page, facts):
    found = list(re.finditer(r'<img src="[^"]*" alt="([^"]*)"', page))
    assert len(found) == len(facts["policy"]["limits"]) + 1
    for one in found:
        assert "The table below has the same numbers." in one[1]
        assert "<table>" in page[one.end() :].split("<img")[0].split("<section")[0]


def test_each_limits_section_has_both_intervals_of_every_group(page, facts):
    section = words(page).split('<h2 id="missed-need">')[1].split("<section")[0]
    shown = 0
    for _, found in at_gate(facts):
        m = found["false_negative_rate_difference"]
        if m["state"] != "estimable":
            continue
        shown += 1
        for c in ("90", "95"):
            low, high = 100 * m[f"low{c}"], 100 * m[f"high{c}"]
            assert f"{low:.1f} to {high:.1f}" in section
    assert shown > 8


def test_an_interval_that_decides_and_is_another_stands_in_the_table(facts):
    assert "97.5% interval" not in to_html(as_document(facts))
    changed = json.loads(json.dumps(facts))
    changed["policy"]["inside_interval"] = "97.5%"
    _, found = next(f for f in at_gate(changed) if f[1]["auc"]["value"] is not None)
    found["auc"].update(low_inside=0.123, high_inside=0.987)
    page = words(to_html(as_document(changed)))
    assert "97.5% interval</th>" in page
    assert "0.12 to 0.99" in page
    assert "the 97.5% interval decides a pass" in page


def bars(svg):
    """How many thick lines (90%) a plot has."""
    return len(re.findall(r"stroke-width: 4[;\"]", svg))


def test_a_group_that_is_not_published_has_no_mark_in_any_plot(page, facts):
    drawn = pictures(page)
    hidden = 0
    for measure, svg in zip(LIMITS, drawn_by_limit(drawn), strict=True):
        found = [f[measure] for _, f in at_gate(facts)]
        shown = [m for m in found if m["state"] == "estimable"]
        hidden += sum(m["state"] == "suppressed" for m in found)
        assert bars(svg) == len(shown)
    assert hidden > 5


def drawn_by_limit(drawn):
    """The plots of the limits; the one of recorded and expected stands fourth."""
    return [*drawn[:3], *drawn[4:]]


def test_recorded_and_expected_are_shown_only_where_both_may_be(page, facts):
    section = words(page).split("Recorded and expected, in 100 rows</caption>")[1]
    section = section.split("</table>")[0]
    rows = re.findall(r"<tr>.*?</tr>", section, re.DOTALL)[1:]
    found = list(at_gate(facts))
    assert len(rows) == len(found)
    for row, (_, metrics) in zip(rows, found, strict=True):
        base, ratio = metrics["base_rate"], metrics["calibration"]
        if base["state"] == ratio["state"] == "estimable":
            assert f">{100 * base['value']:.1f}<" in row
            assert f">{100 * base['value'] / ratio['value']:.1f}<" in row
        else:
            assert not re.search(r"\d\.\d", row)


def test_what_is_not_published_changes_no_byte_of_the_page(make_council, policy):
    """Whatever stood behind a "c" cannot be read from an axis, a mark or a word."""
    result = audit(make_council(600, overlooked=1.0), few(policy))
    changed, hidden = [], 0
    for one in result.characteristics:
        groups = []
        for group in one.groups:
            judged = []
            for j in group.judged:
                finding = j.finding
                if group.suppressed(j):
                    hidden += 1
                    finding = replace(finding, value=7.7, low90=-9, high95=99, n=3)
                judged.append(replace(j, finding=finding))
            groups.append(replace(group, judged=tuple(judged)))
        changed.append(replace(one, groups=tuple(groups)))
    other = replace(result, characteristics=tuple(changed))
    pages = [to_html(as_document(one.to_json())) for one in (result, other)]
    assert hidden > 50
    assert pages[0] == pages[1]


def test_the_page_can_be_made_again_from_audit_json(page, facts):
    assert to_html(as_document(facts)) == page


def test_marked_records_are_said_at_the_head_of_the_page(page, facts):
    assert 'class="mark"' not in page
    for mark, says in (("synthetic", "MADE-UP"), ("public", "PUBLIC RECORDS")):
        marked = to_html(as_document(facts, mark=mark))
        assert says in marked.split("<main")[0]


@pytest.mark.requires("chromium")
def test_everybody_can_read_the_page(written, check_page_in_one_file):
    check_page_in_one_file(written / "audit.html")


def test_without_matplotlib_the_page_has_tables_and_says_so(facts, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    page = to_html(as_document(facts))
    assert "<img" not in page
    assert "matplotlib is not installed" in page
    assert "Missed need: difference in points, by group" in page


def test_a_tool_that_gives_a_yes_or_no_has_a_page(make_council, policy, tmp_path):
    frame = make_council(400).with_columns(selected=1).drop("score")
    frame = frame.with_columns(selected=(frame["outcome"] + frame["sex"].eq("F")) > 0)
    frame = frame.with_columns(frame["selected"].cast(int))
    write_audit(audit(frame, few(policy)), tmp_path / "out")
    page = words((tmp_path / "out" / "audit.html").read_text())
    assert "The tool gives a yes or no" in page
    assert "the tool gives no probability to compare" in page
    assert "Fail" in page or "Insufficient" in page


def test_a_name_of_a_group_cannot_become_markup(facts):
    changed = json.loads(json.dumps(facts))
    changed["characteristics"][0]["groups"][0]["phrase"] = "<b>x&y"
    page = to_html(as_document(changed))
    assert "<b>x" not in page
    assert all("<b>x" not in svg for svg in pictures(page))


def test_ninety_and_ninety_five_differ_in_width_and_ends_and_not_in_colour():
    line = Line(name="a", use="gated", value=1.0, inner=(-5.0, 6.0), outer=(-8.0, 9.0))
    svg = forest(MEASURE, (line,))
    strokes = re.findall(r"stroke: (#\w+); stroke-width: (4|1\.2)[;\"]", svg)
    assert {width for _, width in strokes} == {"4", "1.2"}
    assert bars(svg) == 1


def test_an_end_beyond_the_picture_is_an_arrow_and_does_not_stretch_it():
    wild = Line(
        name="b", use="gated", value=2.0, inner=(-400.0, inf), outer=(-900.0, inf)
    )
    near = Line(name="a", use="gated", value=1.0, inner=(-5.0, 6.0), outer=(-8.0, 9.0))
    svg = forest(MEASURE, (near, wild))
    ticks = [
        float(t.replace("\u2212", "-"))
        for t in re.findall(r">([\u2212\d.]+)</text>", svg)
    ]
    assert min(ticks) >= -40 and max(ticks) <= 40
    assert svg != forest(MEASURE, (near, replace(wild, outer=(-20.0, 20.0))))


def test_a_number_far_beyond_the_limit_is_drawn_where_it_is():
    far = Line(
        name="b", use="gated", value=70.0, inner=(50.0, 90.0), outer=(45.0, 95.0)
    )
    ticks = re.findall(r">([\d.]+)</text>", forest(MEASURE, (far,)))
    assert max(float(t) for t in ticks) >= 60
    times = replace(MEASURE, scale="times", equal=1.0, lowest=0.8, highest=1.25)
    nobody = replace(far, value=0.0, inner=(0.0, 0.4), outer=(0.0, 0.6))
    assert bars(forest(times, (nobody,))) == 1


def test_the_limits_edges_are_named_in_the_plot():
    line = Line(name="a", use="gated", value=1.0, inner=(-5.0, 6.0), outer=(-8.0, 9.0))
    svg = forest(MEASURE, (line,))
    assert "limit -10" in svg and "limit 10" in svg
    times = replace(MEASURE, scale="times", equal=1.0, lowest=0.8, highest=1.25)
    near = Line(name="a", use="gated", value=1.0, inner=(0.9, 1.1), outer=(0.85, 1.2))
    assert "limit 0.8" in forest(times, (near,))


def test_a_plot_of_groups_none_of_which_may_be_shown():
    hidden = Line(name="a", use="gated", says="c; not enough evidence")
    assert bars(forest(MEASURE, (Line(name="Sex"), hidden))) == 0
    assert "not enough evidence" in recorded_and_expected((hidden,))

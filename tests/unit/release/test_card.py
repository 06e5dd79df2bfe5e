"""The card says what a board must know, three times the same, and never too much."""

import itertools
import json
import re
import shutil
import sys
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from riskaid import shipped
from riskaid.errors import InsufficientEvidence, UsageError
from riskaid.fairness.decided import unsettled
from riskaid.fairness.decision_draft import write_draft
from riskaid.fairness.decisions import Decisions, read_decisions
from riskaid.files import digest_folder, write_json
from riskaid.release import card_fairness, plots
from riskaid.release.bundle import build_release
from riskaid.release.card import make_card
from riskaid.release.card_opening import published
from riskaid.release.card_worth import _or_fewer

made_up = sys.modules["made_up"]
made_up_run = sys.modules["made_up_run"]
NAME = "made_up_12m 2026.1"
DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    run = made_up_run.make_full_run(folder / "run", made_up.estimates(1200))
    policy = made_up.make_policy(folder / "policy.toml")
    return run, made_up_run.make_real_audit(folder / "audit", run, policy), policy


@pytest.fixture(scope="module")
def card(parts, tmp_path_factory):
    out = tmp_path_factory.mktemp("card") / "card"
    make_card(*parts, out, name=NAME, purpose="demonstration")
    return out


@pytest.fixture
def undrawn(monkeypatch):
    """Leave the groups' plots out, where a test is about something else: they are slow."""
    monkeypatch.setattr(card_fairness, "forest", lambda panels: made_up_run.SVG)


@pytest.fixture(scope="module")
def page(card):
    return (card / "card.html").read_text()


@pytest.fixture(scope="module")
def facts(card):
    return json.loads((card / "card.json").read_text())


def test_three_measures_stand_together_with_what_comes_first(page, parts):
    audited = json.loads((parts[1] / "audit.json").read_text())
    start = page.index("Three measures that cannot all be equal")
    section = page[start:].partition("<h3")[0]
    assert "The board&#39;s priority: " in section
    assert audited["priority"][:40] in section
    assert section.count("<table") == len(audited["characteristics"])
    assert section.count("Selected, times everyone else&#39;s") == 5


def headings(markdown: str) -> list[str]:
    return re.findall(r"^## (.+)$", markdown, re.MULTILINE)


def test_it_follows_the_template(card, page):
    template = (shipped.folder("model_cards") / "TEMPLATE.md").read_text()
    assert headings((card / "card.md").read_text()) == headings(template)
    assert re.findall(r"<h2 id=[^>]*>(.*?)</h2>", page) == headings(template)


def test_made_twice_it_is_the_same_to_the_byte(parts, card, tmp_path):
    made = make_card(*parts, tmp_path / "again", name=NAME, purpose="demonstration")
    assert digest_folder(tmp_path / "again") == digest_folder(card)
    assert made.to_json() == json.loads((card / "card.json").read_text())


@pytest.mark.usefixtures("undrawn")
def test_made_again_it_takes_the_place_of_the_old_one(parts, tmp_path):
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "old.txt").write_text("old")
    make_card(*parts, tmp_path / "card", name=NAME, purpose="demonstration")
    assert not (tmp_path / "card" / "old.txt").exists()


def test_it_holds_no_date_but_the_extracts_and_the_policys(page, facts, parts):
    allowed = {"2026-03-31", *re.findall(r"\d{4}-\d\d-\d\d", parts[2].read_text())}
    assert set(re.findall(r"\d{4}-\d\d-\d\d", page)) <= allowed


class Page(HTMLParser):
    """Everything an accessible, self-contained page is asked about."""

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.tables = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "img", "br", "input", "link"}:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        if self.tables and "table" in self.open:
            self.tables[-1].append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def of(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def parsed(page):
    found = Page()
    found.feed(page)
    assert found.open == [], "every tag is closed"
    return found


def test_the_page_asks_nothing_of_anybody(parsed, page):
    names = {tag for tag, _ in parsed.tags}
    assert not names & {"script", "link", "iframe", "object", "base", "form", "svg"}
    for tag, attrs in parsed.tags:
        for key, value in attrs.items():
            assert not key.startswith("on")
            if key in {"src", "href"}:
                assert value.startswith(("data:image/svg+xml;base64,", "#")), tag
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    assert "url(" not in style and "@import" not in style
    assert "http" not in re.sub(r"http-equiv", "", page)
    assert "GDS Transport" not in page and "crown" not in page


def test_the_page_is_accessible(parsed):
    assert parsed.of("html") == [{"lang": "en-GB"}]
    assert len(parsed.of("h1")) == 1
    assert "width=device-width" in parsed.of("meta")[1]["content"]
    ids = [attrs["id"] for _, attrs in parsed.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = {attrs["href"].removeprefix("#") for attrs in parsed.of("a")}
    assert links <= set(ids)
    assert parsed.of("img") and all(a["alt"].strip() for a in parsed.of("img"))
    levels = [int(tag[1]) for tag, _ in parsed.tags if re.fullmatch(r"h[1-6]", tag)]
    steps = itertools.pairwise(levels)
    assert all(later <= earlier + 1 for earlier, later in steps)
    assert parsed.tables
    for table in parsed.tables:
        assert [tag for tag, _ in table].count("caption") == 1
        assert all("scope" in attrs for tag, attrs in table if tag == "th")
    for attrs in parsed.of("div"):
        if attrs.get("class") == "scroll":
            assert attrs["tabindex"] == "0" and attrs["role"] == "region"
            assert attrs["aria-label"]


def test_every_picture_is_followed_by_a_table(parsed):
    order = [tag for tag, _ in parsed.tags if tag in {"img", "table", "h3", "h2"}]
    for i, tag in enumerate(order):
        if tag == "img":
            assert order[i + 1] == "table"


def test_pictures_stand_beside_the_markdown(card):
    named = set(re.findall(r"\]\(plots/([^)]+)\)", (card / "card.md").read_text()))
    assert named == {path.name for path in (card / "plots").iterdir()}
    assert {"calibration.svg", "recall.svg", "groups-ethnicity.svg"} <= named


def test_columns_that_no_source_has_stand_beside_the_coverage(page):
    assert "March 2026 (nothing known of transfer in)" in page


def test_record_text_is_escaped(page, card):
    assert "&lt;in&gt;" in page and "<in>" not in page
    assert "\\<in\\>" in (card / "card.md").read_text()


@pytest.mark.parametrize("file", ["card.html", "card.md"])
def test_forbidden_words(card, file):
    text = (card / file).read_text().lower()
    for word in (
        "fair model",
        "unbiased",
        "debias",
        "at-risk child",
        "high-risk",
        "risk score",
        "predict",
        "flags",
        "ai decided",
        "low risk",
        "threshold",
        "alert",
    ):
        assert word not in text, word


def test_the_facts_that_advice_reads(facts):
    assert facts["outcome"]["says"] == "a made-up conference within 12 months"
    assert facts["outcome"]["within_days"] == 365
    assert facts["base_rate"] == 0.197
    assert facts["cohort"]["table"] == "referrals"
    assert facts["extract_date"] == "2026-03-31"
    assert all(isinstance(one, str) and one.endswith(".") for one in facts["limits"])
    assert facts["rung"] == "scorecard" and facts["indicators"] == ["missing_90d"]


def test_the_card_builds_into_a_bundle(parts, card, tmp_path):
    release = tmp_path / "release"
    build_release(*parts, card, release, name=NAME, purpose="demonstration")
    held = release / "bundle" / "card" / "plots" / "groups-ethnicity.svg"
    assert held.read_bytes() == (card / "plots" / "groups-ethnicity.svg").read_bytes()


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        ("pass", "Audit by group: pass."),
        ("fail", "Nobody can override this."),
        ("insufficient_evidence", "a normal and correct result in a small council"),
    ],
)
def test_each_verdict_in_words(parts, tmp_path, verdict, says):
    run, audit, policy = parts
    facts = json.loads((audit / "audit.json").read_text())
    write_json(tmp_path / "audit.json", {**facts, "verdict": verdict})
    out = tmp_path / "card"
    made = make_card(run, tmp_path, policy, out, name=NAME, purpose="demonstration")
    assert made.verdict == verdict
    text = (out / "card.html").read_text()
    assert says in text
    assert ("a normal and correct result" in text) is (
        verdict == "insufficient_evidence"
    )


@pytest.mark.usefixtures("undrawn")
def test_not_recommended_is_said_at_the_top(parts, tmp_path):
    _, audit, policy = parts
    run = made_up_run.make_full_run(
        tmp_path / "run",
        made_up.estimates(1200),
        mark=None,
        recommendation="not_recommended",
        why=["The lift at capacity is 1.2; at least 1.5 was asked."],
    )
    out = tmp_path / "card"
    made = make_card(run, audit, policy, out, name=NAME, purpose="shadow")
    assert made.watermark is None
    text = (out / "card.html").read_text()
    assert text.index("NOT RECOMMENDED") < text.index("On this card")
    assert "at least 1.5 was asked" in text
    assert "synthetic" not in text


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("purpose", "mark", "words"),
    [
        ("demonstration", "synthetic", "synthetic records"),
        ("demonstration", "public", "public records"),
        ("demonstration", None, "synthetic or public records"),
        ("live", "public", "public records"),
    ],
)
def test_the_watermark(parts, tmp_path, purpose, mark, words):
    _, audit, policy = parts
    run = made_up_run.make_full_run(
        tmp_path / "run", made_up.estimates(1200), mark=mark
    )
    out = tmp_path / "card"
    made = make_card(run, audit, policy, out, name=NAME, purpose=purpose)
    expected = f"DEMONSTRATION - {words} - not for use about any child or person"
    assert made.watermark == expected
    for file in ("card.html", "card.md"):
        assert expected in (out / file).read_text().replace("\\", "")


def test_small_counts_are_not_given_back():
    counts = {
        "records": 1000,
        "undated": 3,
        "outside_dates": 0,
        "excluded_1_cp_plans": 12,
        "excluded_2_cla_episodes": 90,
        "rows": 895,
        "censored": 100,
        "kept": 795,
    }
    assert published(counts) == {
        "records": "1,000",
        "undated": "c",
        "outside_dates": "0",
        "excluded_1_cp_plans": "c",
        "excluded_2_cla_episodes": "90",
        "rows": "895",
        "censored": "100",
        "kept": "795",
    }
    alone = published({"records": 10, "undated": 3, "rows": 7, "kept": 7})
    assert (alone["records"], alone["rows"]) == ("c", "c")
    two = {"records": 20, "undated": 3, "outside_dates": 2, "rows": 15, "kept": 15}
    assert published(two)["records"] == "20"


def test_a_small_part_of_the_calibration_curve_is_hidden(page):
    row = re.search(r'<th scope="row">5.0%</th>(.*?)</tr>', page, re.DOTALL)[1]
    assert re.findall(r">([^<>\n]+)</td>", row) == ["c", "c", "80"]


def spoil(path: Path, **changed) -> None:
    write_json(path, {**json.loads(path.read_text()), **changed})


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("how", "match"),
    [
        (lambda run: (run / "models" / "scorecard.json").unlink(), "models/scorecard"),
        (lambda run: (run / "evaluation.json").unlink(), "evaluation.json"),
        (lambda run: spoil(run / "run.json", folds={}), "lacks an entry"),
        (lambda run: spoil(run / "run.json", chosen="booster"), "models/booster"),
    ],
)
def test_a_run_that_lacks_something(parts, tmp_path, how, match):
    _, audit, policy = parts
    run = made_up_run.make_full_run(tmp_path / "run", made_up.estimates(1200))
    how(run)
    with pytest.raises(UsageError, match=match):
        make_card(
            run, audit, policy, tmp_path / "c", name=NAME, purpose="demonstration"
        )
    assert not (tmp_path / "c").exists()


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("name", "purpose", "match"),
    [("../up", "demonstration", "name"), (NAME, "anything", "purpose")],
)
def test_a_wrong_name_or_purpose(parts, tmp_path, name, purpose, match):
    with pytest.raises(UsageError, match=match):
        make_card(*parts, tmp_path / "c", name=name, purpose=purpose)


def test_without_matplotlib_the_extra_is_named(parts, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"riskaid\[train\]"):
        make_card(*parts, tmp_path / "c", name=NAME, purpose="demonstration")


def test_a_forest_plot_with_nothing_to_show():
    bar = plots.Bar(group="White", value=None, low=None, high=None, instead="c")
    panel = plots.Panel(
        title="Missed need", no_difference=0.0, lowest=None, highest=None, bars=(bar,)
    )
    drawn = plots.forest((panel, panel))
    assert drawn == plots.forest((panel, panel))
    assert "White" in drawn and "<dc:date>" not in drawn


def section(markdown: str, heading: str) -> str:
    return markdown.split(f"## {heading}\n")[1].split("\n## ", 1)[0]


def test_it_says_what_looking_again_is_worth(card):
    said = section((card / "card.md").read_text(), "What looking again is worth")
    said = said.replace("\N{NO-BREAK SPACE}", " ")
    assert "| 2.0% | c | not estimable |" in said
    row = next(line for line in said.splitlines() if line.startswith("| 20.0%"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1] == "31.0%"
    assert [cell.split(" ")[0] for cell in cells[2:]] == [
        *("6.1", "4.1", "2.1", "0.1", "-1.9"),
    ]
    assert "38.0% (33.0 to 43.0) of recorded outcomes by the estimate" in said
    assert "21.0% (16.0 to 26.0) oldest first" in said
    assert "Reviews a week at capacity: 8.4 (8.3 to 8.5), of 42.0" in said
    assert "5 reviews or fewer" in said and "13 or more" in said
    assert "net_benefit.svg" in said


def test_a_week_without_reviews_is_said_as_none():
    assert _or_fewer("0") == "none"
    assert _or_fewer("3") == "3 reviews or fewer"


def test_it_says_how_steady_the_model_is(card):
    said = section((card / "card.md").read_text(), "How steady it is")
    assert "| Housing | c | not estimable |" in said
    assert "| Police | c | 0.64" in said
    assert "84.0% were given again on average, and 77.0%" in said
    assert (
        "| Times reported missing in the last 90 days | 40.0% | 31.0% to 47.0% | 4 of 5"
        in said
    )
    assert "| 50.0% | 700 | 0.65" in said
    assert "no results by council" in said
    assert "3.1% would get no estimate: 2.0% because too little is known" in said
    assert "0.4% because they lie too far from the training table" in said


def test_it_takes_the_brier_score_apart(card):
    said = section((card / "card.md").read_text(), "Calibration")
    assert "| Brier score (lower is better) | 140.0" in said
    assert "| Resolution: groups told apart (higher is better) | 12.0" in said


def test_it_says_what_the_model_uses(card):
    said = section((card / "card.md").read_text(), "What the model uses")
    assert "nothing about what causes harm" in said
    assert "| missing | 61.0% (55.0 to 66.0)" in said
    assert "| domestic abuse | 39.0% |" in said
    assert "the mean of at least 10 different children" in said
    assert (
        "| Times reported missing in the last 90 days | 61.0% | 1.14 | 0.00 | 3.00 |"
        in said
    )
    assert "Changes of address" not in said
    assert "| 0: 0.00; 2.4: 3.00; not known: 0.50 |" in said
    assert "the score did not move against the declaration once" in said
    assert "adds up its points" in said
    drawn = [f"{n}.svg" for n in ("importance", "beeswarm", "dependence")]
    assert re.findall(r"\]\(plots/([^)]+)\)", said) == drawn


@pytest.mark.usefixtures("undrawn")
def test_a_broken_direction_and_pairs_stand_on_the_card(parts, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(parts[0], run)
    held = json.loads((run / "evaluation.json").read_text())
    held["importance_of"] = {"rows": 20_000, "of_rows": 40_000}
    broken = {"indicator": "moves_12m", "rows_share": 0.12, "own_part": 0.3, "score": 2}
    held["explanation"]["monotone"]["scorecard"]["breaks"] = [broken]
    held["explanation"]["interactions"] = {
        "rows": 300,
        "share": 0.17,
        "pairs": [
            {"indicators": ["missing_90d", "moves_12m"], "size": 0.2, "share": 0.08}
        ],
    }
    write_json(run / "evaluation.json", held)
    make_card(run, *parts[1:], tmp_path / "card", name=NAME, purpose="demonstration")
    text = (tmp_path / "card" / "card.md").read_text()
    said = section(text, "What the model uses")
    assert "These counted against it:" in said
    assert (
        "- Changes of address \\<in\\> 12 months: the score of 12.0% of these rows, by "
        "up to 2.00; its own part by up to 0.30." in said
    )
    assert "17.0% of all movement, by the SHAP interaction values of 300 rows" in said
    assert "by 20,000 of the test fold's 40,000 rows: whole households" in said
    assert "| 8.0% |" in said and "plots/interactions.svg" in said
    assert "lets some indicators count against" in text.replace(said, "")


@pytest.mark.usefixtures("undrawn")
def test_a_run_that_measured_none_of_it_still_has_a_card(parts, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(parts[0], run)
    held = json.loads((run / "evaluation.json").read_text())
    for key in made_up_run.worth():
        del held[key]
    for rung in held["rungs"].values():
        del rung["brier_parts"]
    write_json(run / "evaluation.json", held)
    make_card(run, *parts[1:], tmp_path / "card", name=NAME, purpose="demonstration")
    text = (tmp_path / "card" / "card.md").read_text()
    for heading in (
        "What looking again is worth",
        "How steady it is",
        "What the model uses",
    ):
        assert "Train again" in section(text, heading)
    assert "Resolution" not in text


@pytest.mark.usefixtures("undrawn")
def test_an_override_of_the_leakage_hunt_is_printed_with_its_reason(
    parts, card, tmp_path
):
    heading = "Honest split and random split"
    assert "leakage" not in section((card / "card.md").read_text(), heading)
    run = tmp_path / "run"
    shutil.copytree(parts[0], run)
    held = json.loads((run / "evaluation.json").read_text())
    suspect = {
        "indicator": "missing_90d",
        "auc": 0.81,
        "shift_auc": 0.66,
        "changed": 0.2,
        "declared_lag": 0.9,
        "reads_outcome": True,
    }
    held["leakage"] = {
        "auc": 0.872,
        "limit": 0.85,
        "reason": "Checked by hand with the front door",
        "suspects": [suspect],
    }
    write_json(run / "evaluation.json", held)
    made = make_card(
        run, *parts[1:], tmp_path / "card", name=NAME, purpose="demonstration"
    )
    said = section((tmp_path / "card" / "card.md").read_text(), heading)
    assert "0.872 is above 0.85" in said
    assert "The reason recorded: Checked by hand with the front door." in said
    assert "(the outcome's own table) | 0.81 | 0.66 | 20.0% | 90.0%" in said
    assert made.facts["leakage"]["reason"].startswith("Checked by hand")


@pytest.mark.usefixtures("undrawn")
def test_what_the_board_decided_stands_on_the_card(parts, tmp_path):
    run, audit, policy = parts
    facts = json.loads((audit / "audit.json").read_text())
    facts["verdict"] = "insufficient_evidence"
    for group in (g for c in facts["characteristics"] for g in c["groups"]):
        for metric in group["metrics"]:
            metric["decision_possible"] = True
            if metric["verdict"] == "fail":
                metric["verdict"] = "insufficient_evidence"
    for metric in facts["everyone"]["metrics"]:
        metric["decision_possible"] = True
    write_json(tmp_path / "audit.json", facts)
    folder = tmp_path / "decisions"
    for one in unsettled(facts):
        held = read_decisions(folder, today=DAY) if folder.is_dir() else None
        path = write_draft(folder, facts, one.about, decisions=held)
        text = path.read_text().replace('decided_on = ""', f"decided_on = {DAY}")
        text = text.replace('person = ""', 'person = "A. Made-up"')
        text = text.replace('role = ""', 'role = "Chair of the board"')
        text = text.replace('until = ""', "until = 2027-05-31")
        path.write_text(re.sub("<!--.*?-->", "For a while <b>.", text, flags=re.DOTALL))
    decisions = read_decisions(folder, today=DAY)
    assert len(decisions.every) > 10
    out = tmp_path / "card"
    make_card(
        *(run, tmp_path, policy, out),
        name=NAME,
        purpose="live",
        decisions=decisions,
    )
    page = (out / "card.html").read_text()
    text = (out / "card.md").read_text()
    assert "The release ends on 2027-05-31 at the latest" in text
    assert "its decisions stand below" in text
    assert "may go to shadow use: it is" not in text
    assert "For a while <b>" not in page and "For a while &lt;b&gt;" in page
    for said in (page, text):
        assert said.count("Decided by A. Made-up, Chair of the board") == len(
            decisions.every
        )
    held = json.loads((out / "card.json").read_text())
    assert len(held["decisions"]) == len(decisions.every)
    assert held["decisions"][0]["until"] == "2027-05-31"
    place = f"decisions/{decisions.every[0].file}"
    assert held["made_from"][place] == decisions.every[0].digest
    with pytest.raises(InsufficientEvidence, match="riskaid decisions check"):
        make_card(
            *(run, tmp_path, policy, tmp_path / "other"),
            name=NAME,
            purpose="live",
            decisions=Decisions(every=decisions.every[1:], today=DAY),
        )

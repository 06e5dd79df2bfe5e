"""The pages stand alone, escape what comes from records, and say all that advice says."""

import hashlib
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from riskaid.advice.advise import advise
from riskaid.advice.content import DatedRecord
from riskaid.advice.pages import STATIC, render, render_page, render_text

HOSTILE = "<script>alert(1)</script> \"'{{7*7}}&"


@pytest.fixture
def advice(release, store, as_of):
    return advise(release, store, "SECRET1", as_of)


class Outline(HTMLParser):
    def __init__(self):
        super().__init__()
        self.headings, self.ids, self.tags = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.ids += [value for name, value in attrs if name == "id"]


def test_a_page_stands_alone(advice):
    page = render_page(advice)
    outline = Outline()
    outline.feed(page)
    for tag, attrs in outline.tags:
        assert tag not in ("script", "link", "img", "iframe", "form", "button")
        assert not any(name.startswith("on") for name in attrs)
    body = page.split("</style>")[1]
    assert "http://" not in body and "https://" not in body and "url(" not in page
    assert ".govuk-details" in page and ".riskaid-watermark" in page


def test_headings_go_down_one_step_at_a_time_and_ids_are_unique(advice):
    outline = Outline()
    outline.feed(render_page(advice))
    assert outline.headings[0] == 1 and outline.headings.count(1) == 1
    for before, after in zip(outline.headings, outline.headings[1:], strict=False):
        assert after <= before + 1
    assert len(outline.ids) == len(set(outline.ids))


def test_page_and_text_say_all_of_it_in_one_order(advice):
    for shown in (render_page(advice), render_text(advice).replace("'", "&#39;")):
        parts = [
            advice.watermark,
            advice.families[0].title,
            "3 episodes",
            advice.prompts[0].asks,
            advice.estimate.sentences[0],
            advice.limits[-1],
            advice.release_digest,
        ]
        places = [shown.find(part) for part in parts]
        assert -1 not in places and places == sorted(places), parts


def test_the_estimate_comes_after_reasons_gaps_and_questions(advice):
    outline = Outline()
    outline.feed(render_page(advice))
    order = [
        i
        for i in outline.ids
        if i in ("recorded", "not-known", "questions", "estimate", "limits")
    ]
    assert order == ["recorded", "not-known", "questions", "estimate", "limits"]


def test_a_page_is_the_same_to_the_byte(advice):
    assert render_page(advice) == render_page(advice)


def test_what_a_record_says_is_text_and_nothing_else(advice):
    record = DatedRecord(
        day=None,
        what=HOSTILE,
        details=((HOSTILE, HOSTILE),),
        whose=HOSTILE,
        source=HOSTILE,
    )
    reason = replace(
        advice.families[0].reasons[0], reads=HOSTILE, value=HOSTILE, records=(record,)
    )
    family = replace(advice.families[0], title=HOSTILE, reasons=(reason,))
    page = render_page(replace(advice, families=(family,), watermark=HOSTILE))
    assert "<script>" not in page and "49" not in re.findall(r">[^<]*49[^<]*<", page)
    assert page.count("&lt;script&gt;") >= 6


def test_a_template_refuses_what_it_was_not_given():
    with pytest.raises(UndefinedError):
        render("advice.html")


def test_an_undated_record_says_so(advice):
    assert "No date recorded" in render_page(advice)
    assert "no date recorded" in render_text(advice)


def test_without_watermark_there_is_no_banner(advice):
    page = render_page(replace(advice, watermark=None))
    assert '<aside class="riskaid-watermark"' not in page


def test_an_empty_advice_still_says_what_it_found(advice):
    empty = replace(
        advice, families=(), gaps=(), unknown=(), prompts=(), household=(),
        nothing_recorded=(), watermark=None,
    )  # fmt: skip
    for shown in (render_page(empty), render_text(empty)):
        assert "Nothing that adds to the estimate is recorded." in shown
        assert "There may be others." in shown
        assert "No question is raised" in shown


def test_the_vendored_styles_are_the_ones_noted_and_ask_for_nothing():
    note = (STATIC / "VENDORED.md").read_text()
    css = (STATIC / "govuk.css").read_bytes()
    assert f"`{hashlib.sha256(css).hexdigest()}`" in note
    assert b"MIT licence" in css[:200]
    for name in ("govuk.css", "riskaid.css"):
        text = (STATIC / name).read_text()
        for part in ("url(", "@import", "@font-face", 'GDS Transport"', "</style"):
            assert part not in text


def test_dates_are_said_as_people_write_them(advice):
    assert date(2026, 3, 20) == advice.as_of
    assert "As of 20 March 2026" in render_text(advice)

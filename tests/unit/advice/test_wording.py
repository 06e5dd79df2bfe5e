"""The words: plain enough, never a word that is not used, and never reassuring."""

import re
from pathlib import Path

import pytest

from riskaid.advice import wording
from riskaid.advice.pages import HERE

LANGUAGE = Path(__file__).resolve().parents[3] / "fairness" / "LANGUAGE.md"
MOST = 9.0


def texts():
    for name, value in vars(wording).items():
        if name.isupper():
            yield from (value.values() if isinstance(value, dict) else [value])


def fixed_sentences():
    flat = []
    for text in texts():
        flat += text if isinstance(text, tuple) else [text]
    flat += [
        wording.estimate_sentence(
            rows="referrals", count="about 23", span="17 to 30", of=100,
            outcome="an initial conference, within 12 months",
        ),
        wording.usual_sentence(rows="referrals", count="about 14", of=100),
        wording.known_sentence(11, 12),
        wording.no_recent_row("referrals"),
        wording.no_recent_row("plans that have ended", "end"),
        wording.no_recent_row("open cases", "month"),
        wording.not_eligible("Each child with a case that is open"),
        wording.left_out("Already on a plan"),
    ]  # fmt: skip
    return [t for t in flat if isinstance(t, str) and " " in t]


def syllables(word):
    found = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith("le")
    return max(1, found - silent)


def grade(text):
    """Flesch-Kincaid grade: years of school a reader needs; add 5 for the age."""
    sentences = max(1, len(re.findall(r"[.!?:](?:\s|$)", text)))
    words = re.findall(r"[A-Za-z']+", text)
    each = sum(map(syllables, words)) / len(words)
    return 0.39 * len(words) / sentences + 11.8 * each - 15.59


def test_the_grade_tells_plain_from_hard():
    assert grade("The cat sat on the mat.") < 2
    assert grade("Multidisciplinary safeguarding considerations necessitate it.") > 20


def test_all_the_words_together_are_plain():
    assert len(fixed_sentences()) > 60
    assert grade(" ".join(t.rstrip(".") + "." for t in fixed_sentences())) < 6


@pytest.mark.parametrize("text", fixed_sentences())
def test_every_longer_text_is_plain(text):
    if len(text.split()) > 8:
        assert grade(text) < MOST


def test_no_word_is_one_that_is_not_used():
    page = LANGUAGE.read_text(encoding="utf-8")
    (block,) = re.findall(r"^```forbidden\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    lines = [line.split("#")[0].strip() for line in block.splitlines()]
    words = [line for line in lines if line]
    assert len(words) > 5
    shown = " ".join(fixed_sentences())
    for template in (HERE / "templates").glob("*.html"):
        shown += re.sub(r"\{[%{].*?[%}]\}|<[^>]*>", " ", template.read_text())
    for word in words:
        assert not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", shown, re.IGNORECASE)


def test_low_is_said_of_nothing():
    for text in fixed_sentences():
        assert "low" not in re.findall(r"\w+", text.replace("not a low estimate", ""))


@pytest.mark.parametrize(
    ("estimate", "low", "high", "says"),
    [
        (0.30, 0.22, 0.38, "well above usual"),
        (0.28, 0.20, 0.36, "well above usual"),
        (0.279, 0.20, 0.36, "above usual"),
        (0.176, 0.12, 0.24, "above usual"),
        (0.174, 0.12, 0.24, "around usual"),
        (0.14, 0.10, 0.18, "around usual"),
        (0.01, 0.00, 0.03, "around usual"),
        (0.20, 0.13, 0.28, "not enough known"),
        (0.40, 0.10, 0.80, "not enough known"),
        (0.40, 0.14, 0.80, "above usual"),
    ],
)
def test_bands_have_no_word_for_below_the_usual(estimate, low, high, says):
    assert wording.band(estimate, low, high, 0.14) == says


@pytest.mark.parametrize(
    ("share", "of", "says"),
    [
        (0.234, 100, "about 23"),
        (0.0, 100, "fewer than 1"),
        (0.004, 100, "fewer than 1"),
        (0.006, 100, "about 1"),
        (0.999, 100, "more than 99"),
        (1.0, 100, "more than 99"),
        (0.0032, 1000, "about 3"),
    ],
)
def test_a_count_is_never_none_and_never_all(share, of, says):
    assert wording.count_of(share, of) == says


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (0.17, 0.30, "17 to 30"),
        (0.0, 0.03, "fewer than 1 to 3"),
        (0.0, 0.001, "fewer than 1 to 1"),
        (0.9, 1.0, "90 to more than 99"),
        (0.171, 0.172, "17"),
    ],
)
def test_a_range_is_never_none_and_never_all(low, high, says):
    assert wording.range_of(low, high, 100) == says


def test_rare_outcomes_are_said_of_a_thousand():
    assert wording.of_how_many(0.14) == 100
    assert wording.of_how_many(0.01) == 100
    assert wording.of_how_many(0.009) == 1000


@pytest.mark.parametrize(
    ("value", "unit", "says"),
    [
        (None, "episodes", "not known"),
        (1.0, "yes or no", "yes"),
        (0.0, "yes or no", "no"),
        (3.0, "episodes", "3 episodes"),
        (1.0, "episodes", "1 episode"),
        (1.0, "enquiries", "1 enquiry"),
        (1.0, "days missing", "1 day missing"),
        (2.5, "visits", "2.5 visits"),
        (1234.0, "days", "1,234 days"),
        (0.256, "share of sessions", "26 of every 100 sessions"),
        (1.0, "addresses", "1 address"),
        (1.0, "points of 40", "1 point of 40"),
        (4.0, "", "4"),
    ],
)
def test_values_are_said_with_their_unit(value, unit, says):
    assert wording.value_words(value, unit) == says

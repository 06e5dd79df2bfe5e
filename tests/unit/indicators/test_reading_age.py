"""How old a reader must be for the catalogue, and that the measure measures."""

import re

import pytest

from riskaid.indicators.catalogue import (
    FAMILY_TITLES,
    load_catalogue,
    read_by_people,
    render_catalogue,
)
from riskaid.indicators.reading_age import reading_age, syllables_of
from riskaid.language import FAMILIES

AVERAGE_AT_MOST = 14
HARDEST_AT_MOST = 16


@pytest.fixture(scope="module")
def catalogue(root):
    return load_catalogue(root / "features")


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("child", 1),
        ("closed", 1),
        ("used", 1),
        ("ended", 2),
        ("recorded", 3),
        ("houses", 2),
        ("leaves", 1),
        ("family", 3),
        ("the", 1),
        ("education", 4),
        ("2", 1),
    ],
)
def test_syllables_are_groups_of_vowels_less_a_silent_e(word, syllables):
    assert syllables_of(word) == syllables


def test_the_formula_by_hand():
    # 6 words, 1 sentence, 6 syllables: 0.39 * 6 + 11.8 * 1 - 15.59 is below 0
    assert reading_age("The cat sat on the mat.") == 5
    # 6 words, 2 sentences, 18 syllables: 0.39 * 3 + 11.8 * 3 - 15.59 = 20.98
    text = "Recorded recorded recorded. Recorded recorded recorded."
    assert reading_age(text) == pytest.approx(25.98)


def test_longer_sentences_and_longer_words_are_harder():
    short = "A worker recorded another visit. A child recorded another visit."
    assert reading_age(short) < reading_age(short.replace("visit. A", "visit and a"))
    assert reading_age(short) < reading_age(short.replace("worker", "professional"))
    assert reading_age("") == 5


def test_the_catalogue_can_be_read_at_fourteen(catalogue):
    ages = {
        text: reading_age(text)
        for one in catalogue.declarations
        for text in read_by_people(one)
    }
    assert sum(ages.values()) / len(ages) <= AVERAGE_AT_MOST
    hard = {text: age for text, age in ages.items() if age > HARDEST_AT_MOST}
    assert hard == {}, "say it in shorter words, or in two sentences"


def test_the_catalogue_says_what_was_measured(catalogue):
    said = re.search(
        r"Reading age of the (\d+) texts.*?\): ([\d.]+) years on average, ([\d.]+) the",
        render_catalogue(catalogue),
        re.DOTALL,
    )
    ages = [
        reading_age(t) for one in catalogue.declarations for t in read_by_people(one)
    ]
    assert int(said[1]) == len(ages)
    assert float(said[2]) == round(sum(ages) / len(ages), 1)
    assert float(said[3]) == round(max(ages), 1)


def test_every_family_has_a_title_and_the_page_leads_to_it(catalogue):
    assert tuple(FAMILY_TITLES) == FAMILIES
    page = render_catalogue(catalogue)
    titles = re.findall(r"^## (.+)$", page, re.MULTILINE)
    for title, place in re.findall(r"^\| \[(.+?)\]\(#(.+?)\)", page, re.MULTILINE):
        assert title in titles
        assert place == re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")

from types import SimpleNamespace

import pytest

from riskaid.errors import DefinitionError
from riskaid.indicators import Indicator, days
from riskaid.indicators.declared import Place
from riskaid.indicators.example_text import read_examples
from riskaid.indicators.examples import check_examples, run
from riskaid.records.tables import missing_episodes, persons, s47_enquiries

BOTH = ((missing_episodes.count(last=days(90)) >= 1) & s47_enquiries.any()).node
COUNT = missing_episodes.count(last=days(90))


def catalogue(examples):
    one = Indicator(
        name="one", value=COUNT, reads="-", unit="-", source="-", family="missing",
        more_means_more=None, because="-", examples=examples,
    )  # fmt: skip
    return SimpleNamespace(declarations=(one,), examples={"one": Place("a.py", 3)})


WRONG = """
    one too many
    missing_episodes as of 2024-06-01 expect 2
    date
    2024-05-01
"""


def test_a_wrong_answer_is_told_for_each_engine_with_its_place():
    failures = check_examples(catalogue(WRONG))
    assert [f.engine for f in failures] == ["reference", "kernel", "duckdb"]
    assert str(failures[0]) == (
        "a.py:5: one: 'one too many': expected 2, the reference finds 1."
    )


def test_an_unknown_answer_is_told_as_unknown():
    (failure, *_) = check_examples(
        catalogue(WRONG.replace("expect 2", "expect unknown"))
    )
    assert "expected unknown, the reference finds 1" in str(failure)


def test_a_right_answer_fails_nothing():
    assert check_examples(catalogue(WRONG.replace("expect 2", "expect 1"))) == []


def test_an_empty_known_from_is_the_records_own_date():
    (example,) = read_examples(WRONG, COUNT.node)
    row = example.cases.table("missing_episodes").to_dicts()[0]
    assert row["known_from"] == row["date"]
    assert row["end_known_from"] is None


def test_a_groups_date_is_its_own_or_the_records_whichever_is_later():
    text = """shows
    missing_episodes as of 2024-06-01 expect 3
    date       | end        | rhi_offered | known_from
    2024-05-01 | 2024-05-04 | yes         |
    2024-05-01 | 2024-05-04 |             | 2024-05-09
    2024-05-01 |            |             |
    """
    (example,) = read_examples(text, COUNT.node)
    table = example.cases.table("missing_episodes")
    assert [str(day) for day in table["end_known_from"]] == [
        "2024-05-04",
        "2024-05-09",
        "None",
    ]
    assert [str(day) for day in table["rhi_known_from"]] == [
        "2024-05-01",
        "None",
        "None",
    ]


def test_tables_that_are_not_named_are_supplied_and_empty():
    text = """shows
    missing_episodes as of 2024-06-01 expect no
    date
    2024-05-01
    """
    (example,) = read_examples(text, BOTH)
    assert example.cases.has("s47_enquiries")
    assert run(example, BOTH) == dict.fromkeys(["reference", "kernel", "duckdb"], 0.0)


BAD = {
    "a table misspelt, below a column": (
        (
            "title\nmissing_episodes as of 2024-06-01 expect 1\ndate\n2024-05-01\n"
            "missing_episode not supplied"
        ),
        "does not read 'missing_episode'.*Did you mean 'missing_episodes'",
    ),
    "a table that the expression does not read": (
        "title\nmissing_episodes as of 2024-06-01 expect 1\ndate\n2024-05-01\ncp_plans",
        "does not read 'cp_plans'",
    ),
    "an answer of two words": (
        "title\nmissing_episodes as of 2024-06-01 expect not known",
        "a number, yes, no or unknown, not 'not known'",
    ),
    "a day without its noughts": (
        "title\nmissing_episodes as of 2024-6-1 expect 1",
        "'2024-6-1' .*is no date. Write 2024-06-01",
    ),
    "nothing": ("", "needs a line such as"),
    "only a title": ("a title", "needs a line such as"),
    "no title": ("missing_episodes as of 2024-06-01 expect 1", "says nothing"),
    "a heading misspelt": (
        (
            "title\nmissing_episodes on 2024-06-01 expect 1\n\ntitle\n"
            "missing_episodes as of 2024-06-01 expect 0"
        ),
        "cannot be read",
    ),
    "a table it does not read": (
        "title\ncontacts as of 2024-06-01 expect 1",
        "does not read 'contacts'",
    ),
    "a column it does not have": (
        "title\nmissing_episodes as of 2024-06-01 expect 1\ndate | endd\n2024-05-01 |",
        "Did you mean 'end'",
    ),
    "a cell too many": (
        "title\nmissing_episodes as of 2024-06-01 expect 1\ndate\n2024-05-01 | x",
        "2 cells, its heading 1",
    ),
    "no date": (
        "title\nmissing_episodes as of 2024-06-01 expect 1\ndate\n1 May",
        "is no date",
    ),
    "no day": (
        "title\nmissing_episodes as of 2024-02-30 expect 1",
        "is no date",
    ),
    "no answer": (
        "title\nmissing_episodes as of 2024-06-01 expect many",
        "a number, yes, no or unknown",
    ),
    "a table twice": (
        (
            "title\nmissing_episodes as of 2024-06-01 expect 1\ndate\n2024-05-01\n"
            "missing_episodes"
        ),
        "stands there twice",
    ),
    "a lacking column it does not have": (
        "title\nmissing_episodes without endd as of 2024-06-01 expect 1",
        "Did you mean 'end'",
    ),
    "a lacking column that is not the table's own": (
        "title\nmissing_episodes without person_id as of 2024-06-01 expect 1",
        "has no column 'person_id'",
    ),
    "a lacking column that a row fills": (
        (
            "title\nmissing_episodes without end as of 2024-06-01 expect 1\n"
            "date | end\n2024-05-01 | 2024-05-02"
        ),
        "without 'end', but a row fills it",
    ),
    "a lacking column without a name": (
        "title\nmissing_episodes without as of 2024-06-01 expect 1",
        "cannot be read",
    ),
    "a cover that cannot be read": (
        "title\nmissing_episodes since 2020 as of 2024-06-01 expect 1",
        "cannot be read",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_an_example_that_cannot_be_read_says_why(what):
    text, said = BAD[what]
    with pytest.raises(DefinitionError, match=said):
        read_examples(text, COUNT.node)


def test_a_number_that_is_none_says_so():
    with pytest.raises(DefinitionError, match="holds numbers"):
        read_examples(
            "title\npersons as of 2024-06-01 expect 1\nsource_row | born\nx |",
            persons.age_years().node,
        )


def test_the_place_is_named_when_an_example_cannot_be_read():
    with pytest.raises(DefinitionError, match=r"^a\.py:8: example: 'x' in 'date'"):
        check_examples(catalogue(WRONG.replace("2024-05-01", "2024-05-01\nx")))

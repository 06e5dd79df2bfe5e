from dataclasses import replace
from datetime import date

import pytest

from riskaid.errors import ExtractError
from riskaid.indicators import days, reference
from riskaid.indicators.answers import Answer, Record
from riskaid.indicators.cases import Days, MemoryCases
from riskaid.indicators.example_text import CHILD, read_examples
from riskaid.indicators.plan import Plan, PlannedGap, PlannedPrompt
from riskaid.records.tables import (
    adult_events,
    attendance,
    household,
    missing_episodes,
    persons,
    s47_enquiries,
    sdq_scores,
)

AS_OF = date(2024, 6, 1)


def ask(expression, text):
    (example,) = read_examples(f"shows\n{text}", expression.node)
    answer = reference.value(expression, example.cases, CHILD, example.as_of)
    assert answer.value == example.expected
    return answer


def test_the_records_behind_a_count_are_those_that_counted():
    answer = ask(
        missing_episodes.where(missing_episodes.episode_type == "M").count(
            last=days(30)
        ),
        """missing_episodes as of 2024-06-01 expect 1
        date       | episode_type | end        | rhi_offered | rhi_known_from
        2024-05-20 | M            | 2024-05-21 | yes         | 2024-06-01
        2024-05-21 | A            |            |             |
        2024-04-01 | M            |            |             |
        """,
    )
    assert answer.records == (
        Record(
            table="missing_episodes",
            source="example",
            source_row=0,
            date=date(2024, 5, 20),
            person="child",
            fields={"episode_type": "M", "end": "2024-05-21"},
        ),
    )


def test_an_adults_record_comes_with_the_link_that_reached_it():
    answer = ask(
        adult_events.of(household).any(),
        """adult_events as of 2024-06-01 expect yes
        person_id | date       | kind
        m         | 1994-05-20 | violence
        other     | 2020-05-20 | violence
        household
        adult_id | date       | role
        m        | 2020-01-01 | mother
        x        | 2020-01-01 | father
        """,
    )
    assert [(r.table, r.person, r.date) for r in answer.records] == [
        ("household", "child", date(2020, 1, 1)),
        ("adult_events", "adult", date(1994, 5, 20)),
    ]


def test_the_latest_alone_stands_behind_days_since_last():
    answer = ask(
        missing_episodes.days_since_last(),
        """missing_episodes as of 2024-06-01 expect 2
        date
        2024-05-20
        2024-05-30
        """,
    )
    assert [r.date for r in answer.records] == [date(2024, 5, 30)]


def test_only_the_record_with_the_number_stands_behind_it():
    answer = ask(
        sdq_scores.latest(sdq_scores.score),
        """sdq_scores as of 2024-06-01 expect 9
        date       | score
        2024-05-20 | 30
        2024-05-30 | 7
        2024-05-30 | 9
        """,
    )
    assert [r.fields for r in answer.records] == [{"score": "9"}]


def test_of_a_person_only_what_was_asked_is_shown():
    answer = ask(
        persons.age_years(),
        """persons as of 2024-06-01 expect 10
        born       | sex | ethnicity
        2014-05-01 | F   | WBRI
        """,
    )
    (record,) = answer.records
    assert record.fields == {"born": "2014-05-01"}


def test_the_records_of_both_sides_stand_behind_a_comparison_once():
    count = missing_episodes.count()
    answer = ask(
        (count >= 1) & (s47_enquiries.count() == count),
        """missing_episodes as of 2024-06-01 expect yes
        date
        2024-05-20
        s47_enquiries
        date
        2024-05-21
        """,
    )
    assert [r.table for r in answer.records] == ["missing_episodes", "s47_enquiries"]


def test_nothing_stands_behind_what_is_not_known():
    assert ask(
        attendance.count(last=days(3)),
        "attendance not supplied as of 2024-06-01 expect unknown",
    ) == Answer(None)


PROMPT = PlannedPrompt(
    "asked",
    ((missing_episodes.count() >= 1) & (s47_enquiries.count() == 0)).node,
    "Missing, and no enquiry.",
    "Why?",
    "A fact.",
    "missing",
)
GAP = PlannedGap(
    "unsaid",
    (~s47_enquiries.any().is_known()).node,
    "Enquiries cannot be seen.",
    "Ask for them.",
    "A fact.",
    "information_gaps",
)


def picture(text):
    (example,) = read_examples(f"shows\n{text}", PROMPT.when)
    return reference.look(Plan((), (PROMPT,), (GAP,)), example.cases, CHILD, AS_OF)


def test_a_prompt_whose_condition_is_true_is_raised_with_its_records():
    found = picture(
        "missing_episodes as of 2024-06-01 expect yes\ndate\n2024-05-20\ns47_enquiries"
    )
    (prompt,) = found.prompts
    assert (prompt.kind, prompt.says, prompt.asks) == (
        "prompt",
        "Missing, and no enquiry.",
        "Why?",
    )
    assert [r.date for r in prompt.records] == [date(2024, 5, 20)]
    assert found.gaps == ()


def test_a_prompt_that_is_not_known_becomes_a_gap_and_never_a_prompt():
    found = picture(
        "missing_episodes as of 2024-06-01 expect unknown\ndate\n2024-05-20\n"
        "s47_enquiries not supplied"
    )
    assert found.prompts == ()
    unknown, gap = found.gaps
    assert (unknown.kind, unknown.name, unknown.asks) == ("not_known", "asked", "")
    assert unknown.says == (
        "The records held cannot say whether this is so: Missing, and no enquiry."
    )
    assert "s47 enquiries" in unknown.closes_with
    assert (gap.kind, gap.closes_with) == ("gap", "Ask for them.")


def test_a_gap_names_the_columns_that_no_source_has():
    typed = missing_episodes.where(missing_episodes.rhi_offered == "no").any()
    prompt = replace(PROMPT, when=(typed & ~s47_enquiries.is_open()).node)
    (example,) = read_examples(
        "shows\nmissing_episodes without rhi_offered, end as of 2024-06-01 expect "
        "unknown\ns47_enquiries without end",
        prompt.when,
    )
    found = reference.look(Plan((), (prompt,), ()), example.cases, CHILD, AS_OF)
    (unknown,) = found.gaps
    assert (found.prompts, unknown.kind) == ((), "not_known")
    assert unknown.closes_with == (
        "Records of missing episodes, s47 enquiries that cover the time asked about. No "
        "source says: return interview offered (missing episodes), end (s47 enquiries)."
    )


def test_a_prompt_whose_condition_is_false_raises_nothing():
    found = picture("missing_episodes as of 2024-06-01 expect no\ns47_enquiries")
    assert (found.prompts, found.gaps) == ((), ())


@pytest.mark.parametrize("child", ["nobody", ""])
def test_a_child_the_store_does_not_hold_is_not_known(child):
    store = MemoryCases({}, {"missing_episodes": Days(AS_OF, AS_OF)})
    assert reference.value(missing_episodes.any(), store, child, AS_OF) == Answer(None)


def test_only_spells_with_a_day_in_the_window_stand_behind_the_days_they_cover():
    answer = ask(
        missing_episodes.overlap_days(last=days(30)),
        """missing_episodes as of 2024-06-01 expect 3
        date       | end
        2024-04-01 | 2024-05-02
        2024-04-02 | 2024-05-03
        2024-05-20 | 2024-05-20
        2024-05-30 |
        """,
    )
    assert [one.date for one in answer.records] == [date(2024, 4, 2), date(2024, 5, 30)]


def test_what_was_followed_and_what_followed_stand_behind_a_sequence_once():
    answer = ask(
        missing_episodes.sequence(s47_enquiries, within=days(3)),
        """missing_episodes as of 2024-06-01 expect 2
        date
        2024-05-01
        2024-05-02
        2024-05-20
        s47_enquiries
        date
        2024-05-02
        2024-05-04
        2024-05-06
        2024-05-20
        """,
    )
    assert [(one.table, one.date.day) for one in answer.records] == [
        ("missing_episodes", 1),
        ("missing_episodes", 2),
        ("s47_enquiries", 2),
        ("s47_enquiries", 4),
    ]


def test_of_several_codes_on_the_latest_day_each_is_asked_and_shown():
    asked = missing_episodes.latest(missing_episodes.episode_type) == "M"
    answer = ask(
        asked,
        """missing_episodes as of 2024-06-01 expect yes
        date       | episode_type
        2024-05-30 | A
        2024-05-30 | M
        2024-05-01 | M
        2024-05-31 |
        """,
    )
    assert [one.fields["episode_type"] for one in answer.records] == ["A", "M"]


@pytest.mark.parametrize("number", ["1000000001", "-1000000001", "inf"])
def test_a_number_too_large_to_be_added_up_exactly_is_refused(number):
    for word in (attendance.total, attendance.largest, attendance.latest):
        with pytest.raises(ExtractError, match=r"attendance\.sessions_missed"):
            ask(
                word(attendance.sessions_missed),
                f"""attendance as of 2024-06-01 expect 1
                date       | sessions_missed
                2024-05-01 | {number}
                """,
            )


def test_a_definition_is_asked_by_its_words_or_by_its_node():
    asked = missing_episodes.any()
    text = "shows\nmissing_episodes as of 2024-06-01 expect yes\ndate\n2024-05-01"
    (example,) = read_examples(text, asked.node)
    by = [
        reference.value(one, example.cases, CHILD, AS_OF) for one in (asked, asked.node)
    ]
    assert by[0] == by[1]
    assert by[0].value == 1


def test_values_without_their_records_are_the_same_values():
    text = "shows\nmissing_episodes as of 2024-06-01 expect 1\ndate\n2024-05-01"
    asked = {"some": missing_episodes.count().node, "none": missing_episodes.any().node}
    (example,) = read_examples(text, asked["some"])
    assert reference.values_of(asked, example.cases, CHILD, AS_OF) == [1.0, 1.0]
    assert reference.values_of(asked, example.cases, "another", AS_OF) == [None, None]


def test_a_number_beyond_all_numbers_is_not_known():
    product = attendance.largest(attendance.sessions_missed)
    for _ in range(6):
        product = product * product
    ask(
        product,
        """attendance as of 2024-06-01 expect unknown
        date       | sessions_missed
        2024-05-01 | 1000000000
        """,
    )

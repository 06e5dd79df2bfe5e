"""Every node of the language is said in words."""

import generated_cases as g
from hypothesis import given

from riskaid.indicators import days, months
from riskaid.indicators.explain import in_words
from riskaid.records.tables import adult_events, contacts, household, icpcs, siblings


def test_some_are_said_as_a_person_would():
    value = adult_events.where(adult_events.kind == "violence").of(
        household, since=days(90)
    )
    assert in_words(value.any().node) == (
        "whether there is any of adult events where kind is violence of adults linked "
        "to the child as of the date (linked in the last 90 days), ever (within the "
        "history held)"
    )
    assert in_words((icpcs.of(siblings).count(last=months(1)) >= 2).node).startswith(
        "(how many icpcs of the other children of the child's mother or father"
    )
    assert in_words(contacts.rate_of_change(last=days(90)).node) == (
        "(how many contacts in the last 90 days) - (how many contacts in the 90 days "
        "before the last 90 days)"
    )


@g.generated
@given(g.expressions)
def test_every_expression_has_words(expression):
    words = in_words(g.node_of(expression))
    assert words
    assert "nodes." not in words

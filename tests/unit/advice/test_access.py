"""Outside the service, advice is for evaluation only."""

from dataclasses import replace
from datetime import timedelta

import pytest

from riskaid.advice.access import may_advise_outside_service
from riskaid.advice.facts import read_facts
from riskaid.errors import AdviceRefused


@pytest.mark.parametrize("mark", ["synthetic", "public"])
def test_open_records_are_open(release, store, as_of, mark):
    open_records = replace(store, mark=mark)
    may_advise_outside_service(open_records, read_facts(release), as_of)


def test_a_councils_own_records_are_open_only_when_the_window_is_over(release, store):
    own = replace(store, mark=None)
    facts = read_facts(release)
    over = own.extract_date - timedelta(days=395)
    may_advise_outside_service(own, facts, over)
    with pytest.raises(AdviceRefused, match="window is not over"):
        may_advise_outside_service(own, facts, over + timedelta(days=1))


def test_an_unknown_mark_opens_nothing(release, store, as_of):
    with pytest.raises(AdviceRefused):
        may_advise_outside_service(
            replace(store, mark="demo"), read_facts(release), as_of
        )

"""What formats carry is declared with tables, columns and rules that exist."""

import pytest

from riskaid.errors import DefinitionError
from riskaid.records.carried import CARRIED, read_carried
from riskaid.records.tables import TABLES

RIGHT = """
[rules]
all = "every row"
half = "only half"
[formats.post]
title = "By post"
[formats.post.referrals]
rows = "all"
whole = ["end"]
ids = ["referral_id"]
part = { source_code = "half" }
"""


def test_columns_that_are_not_named_are_lost():
    referrals = read_carried(RIGHT).formats["post"]["referrals"]
    assert referrals.lost == ("primary_need", "no_further_action", "close_reason")
    assert read_carried(RIGHT).titles == {"post": "By post"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("post.referrals", "post.referals", "no such case table"),
        ("ids =", "idz =", "no such case table or setting"),
        ('"end"', '"ende"', "it has not"),
        ('"end"', '"end", "referral_id"', "twice"),
        ('rows = "all"', 'rows = "al"', "a rule"),
        ('"half" }', '"haf" }', "a rule"),
    ],
)
def test_a_wrong_name_is_refused(old, new, says):
    with pytest.raises(DefinitionError, match=says):
        read_carried(RIGHT.replace(old, new))


def test_every_shipped_rule_is_used():
    used = {
        rule
        for tables in CARRIED.formats.values()
        for one in tables.values()
        for rule in (one.rows, *one.part.values())
    }
    assert used == set(CARRIED.rules)
    for tables in CARRIED.formats.values():
        for name, one in tables.items():
            named = {*one.whole, *one.ids, *one.part, *one.lost}
            assert named == set(TABLES[name].columns)

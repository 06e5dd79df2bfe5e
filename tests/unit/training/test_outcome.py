from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import polars as pl
import pytest
from training_support import EXTRACT, MadeStore, made_table

from riskaid.errors import DefinitionError, ExtractError
from riskaid.records.lacking import Lack
from riskaid.training.asked_rows import Cohort, Link, Outcome
from riskaid.training.outcome import (
    add_outcome,
    outcome_records,
)

AS_OF = date(2020, 1, 10)
DAY = timedelta(days=1)


def outcome(**keys):
    base = {
        "name": "held",
        "says": "a conference in a test",
        "table": "icpcs",
        "within_days": 365,
        "lag_days": 30,
    }
    return Outcome(**(base | keys))


def rows(*days: date) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "person_id": [f"p{i}" for i in range(len(days))],
            "as_of": list(days),
            "family_id": "f",
        }
    )


def with_both(
    *more: dict[str, object], enquiries: tuple[dict[str, object], ...] = ()
) -> MadeStore:
    """p0 is the case under test; p1 always has the outcome and p2 never."""
    sure = {"person_id": "p1", "date": AS_OF + 5 * DAY}
    return MadeStore(
        {
            "icpcs": made_table("icpcs", [sure, *more]),
            "s47_enquiries": made_table(
                "s47_enquiries", [{"person_id": "p1", "date": AS_OF}, *enquiries]
            ),
        }
    )


def found(held: MadeStore, asked: Outcome) -> int:
    done = add_outcome(rows(AS_OF, AS_OF, AS_OF), asked, held, {})
    assert done["outcome"].to_list()[1:] == [1, 0]
    return int(done["outcome"][0])


@pytest.mark.parametrize(
    ("day", "gap", "counts"),
    [
        (AS_OF - DAY, 0, 0),
        (AS_OF, 0, 1),
        (AS_OF + 364 * DAY, 0, 1),
        (AS_OF + 365 * DAY, 0, 0),
        (AS_OF + 2 * DAY, 3, 0),
        (AS_OF + 3 * DAY, 3, 1),
        (AS_OF + 367 * DAY, 3, 1),
    ],
)
def test_the_window_starts_on_the_as_of_day_and_is_half_open(day, gap, counts):
    held = with_both({"person_id": "p0", "date": day})
    assert found(held, outcome(gap_days=gap)) == counts


def test_a_record_withdrawn_since_is_no_outcome_and_late_knowledge_is():
    gone = {"person_id": "p0", "date": AS_OF + DAY, "known_until": AS_OF + 9 * DAY}
    late = {"person_id": "p0", "date": AS_OF + DAY, "known_from": EXTRACT}
    assert found(with_both(gone), outcome()) == 0
    assert found(with_both(late), outcome()) == 1


LINK = Link(table="s47_enquiries", by="enquiry_id", or_within_days=45)


@pytest.mark.parametrize(
    ("enquiry", "named", "counts"),
    [
        ({"days": 300, "enquiry_id": "E1"}, "E1", 1),
        ({"days": 300, "enquiry_id": "E1"}, None, 0),
        ({"days": 45, "enquiry_id": "E1"}, None, 1),
        ({"days": 45, "enquiry_id": "E1"}, "E9", 1),
        ({"days": 46, "enquiry_id": "E1"}, "E9", 0),
        ({"days": -1, "enquiry_id": "E1"}, None, 0),
        ({"days": 0, "enquiry_id": None}, None, 1),
    ],
)
def test_linked_by_id_else_by_days_before(enquiry, named, counts):
    day = AS_OF + 20 * DAY
    held = with_both(
        {"person_id": "p0", "date": day, "enquiry_id": named},
        enquiries=(
            {
                "person_id": "p0",
                "date": day - enquiry["days"] * DAY,
                "enquiry_id": enquiry["enquiry_id"],
            },
        ),
    )
    assert found(held, outcome(linked_to=LINK)) == counts


def test_another_childs_enquiry_of_that_id_is_no_link():
    held = with_both(
        {"person_id": "p0", "date": AS_OF, "enquiry_id": "E1"},
        enquiries=({"person_id": "p2", "date": AS_OF, "enquiry_id": "E1"},),
    )
    assert found(held, outcome(linked_to=LINK)) == 0
    assert outcome_records(outcome(linked_to=LINK), held).height == 1


def test_a_number_of_records_can_be_asked_for():
    two = [
        {"person_id": p, "date": AS_OF + n * DAY} for p in ("p0", "p1") for n in (1, 2)
    ]
    assert found(with_both(*two[:1], *two[2:]), outcome(at_least=2)) == 0
    assert found(with_both(*two), outcome(at_least=2)) == 1


def test_censoring_edges_count_the_lag_and_coverage():
    whole = timedelta(days=365 + 30)
    held = with_both({"person_id": "p0", "date": EXTRACT - 200 * DAY})
    counts: dict[str, int] = {}
    before = held.first - DAY
    done = add_outcome(
        rows(EXTRACT - whole, AS_OF, EXTRACT - whole + DAY, before, held.first),
        outcome(),
        held,
        counts,
    )
    assert done["as_of"].to_list() == [EXTRACT - whole, AS_OF, held.first]
    assert (counts["censored"], counts["outcome_not_covered"]) == (1, 1)
    with pytest.raises(ExtractError, match="whole outcome window"):
        add_outcome(rows(EXTRACT), outcome(), held, {})
    with pytest.raises(ExtractError, match="'icpcs' is not in the store"):
        add_outcome(rows(AS_OF), outcome(), MadeStore(), {})


REFERRED = {"table": "referrals", "different_in": ("source_code", "primary_need")}


def referred(*more: dict[str, object]) -> MadeStore:
    """p0 is the case under test; p1 surely comes back otherwise and p2 never."""
    first = AS_OF - 2 * DAY
    told = {"date": first, "known_from": AS_OF - DAY, "source_code": "6"}
    told |= {"primary_need": "N1"}
    again = {"person_id": "p1", "date": AS_OF + 5 * DAY, "source_code": "2A"}
    return MadeStore(
        {
            "referrals": made_table(
                "referrals",
                [*({"person_id": f"p{i}"} | told for i in range(3)), again, *more],
            )
        }
    )


def differs(held: MadeStore, **keys) -> tuple[int | None, dict[str, int]]:
    counts: dict[str, int] = {}
    cohort = Cohort(says="Each referral in a test", table="referrals")
    done = add_outcome(
        rows(AS_OF, AS_OF, AS_OF),
        outcome(**REFERRED, **keys),
        held,
        counts,
        cohort=cohort,
    )
    found = dict(done.select("person_id", "outcome").rows())
    assert (found["p1"], found["p2"]) == (1, 0)
    return found.get("p0"), counts


@pytest.mark.parametrize(
    ("again", "counts"),
    [
        ({"source_code": "6", "primary_need": "N1"}, 0),
        ({"source_code": "2A", "primary_need": "N1"}, 1),
        ({"source_code": "6", "primary_need": "N4"}, 1),
        ({"source_code": "2A"}, 1),
        # The same service, and nobody wrote down about what: not known.
        ({"source_code": "6"}, None),
        ({}, None),
    ],
)
def test_an_outcome_may_have_to_differ_from_the_record_of_its_row(again, counts):
    held = referred({"person_id": "p0", "date": AS_OF + 9 * DAY, **again})
    found, counted = differs(held)
    assert found == counts
    assert counted["outcome_not_known"] == (counts is None)


def test_what_one_record_leaves_open_another_may_settle():
    unclear = {"person_id": "p0", "date": AS_OF + 9 * DAY}
    clear = {**unclear, "date": AS_OF + 12 * DAY, "source_code": "2A"}
    same = {**clear, "source_code": "6", "primary_need": "N1"}
    assert differs(referred(unclear, clear))[0] == 1
    assert differs(referred(unclear, same))[0] is None
    more = {**clear, "person_id": "p1"}
    assert differs(referred(clear, more, unclear), at_least=2)[0] is None
    assert differs(referred(clear, more, same), at_least=2)[0] == 0


def test_two_records_that_made_one_row_are_both_compared():
    """Told twice on one day by two services: neither is new when it comes again."""
    too = {"person_id": "p0", "date": AS_OF - DAY, "source_code": "2A"}
    too |= {"primary_need": "N1"}
    held = referred(too, {**too, "date": AS_OF + 9 * DAY})
    assert differs(held)[0] == 0
    new = {**too, "date": AS_OF + 9 * DAY, "source_code": "3A"}
    assert differs(referred(too, new))[0] == 1


def test_what_is_settled_later_about_the_row_is_compared_as_it_stands_today():
    settled = {"person_id": "p0", "date": AS_OF - 2 * DAY, "known_from": EXTRACT}
    settled |= {"source_code": "6", "primary_need": "N4"}
    held = referred(
        {
            "person_id": "p0",
            "date": AS_OF + DAY,
            "source_code": "6",
            "primary_need": "N4",
        }
    )
    assert differs(held)[0] == 1
    table = held.tables["referrals"].with_columns(
        known_until=pl.when(
            (pl.col("person_id") == "p0") & (pl.col("date") < AS_OF)
        ).then(EXTRACT)
    )
    later = {"referrals": pl.concat([table, made_table("referrals", [settled])])}
    assert differs(MadeStore(later))[0] == 0
    # Withdrawn since: nobody can say what it was.
    assert differs(MadeStore({"referrals": table}))[0] is None


def test_an_outcome_that_has_to_differ_needs_its_own_cohort():
    with pytest.raises(DefinitionError, match="its own cohort"):
        add_outcome(rows(AS_OF, AS_OF, AS_OF), outcome(**REFERRED), referred(), {})


def test_a_window_that_touches_a_gap_of_the_coverage_is_left_out():
    gap = SimpleNamespace(first=AS_OF + 100 * DAY, last=AS_OF + 110 * DAY)
    held = replace(
        with_both({"person_id": "p0", "date": AS_OF + 200 * DAY}), gaps=(gap,)
    )
    asked = outcome(within_days=30)
    ends_before, touches = AS_OF + 70 * DAY, AS_OF + 71 * DAY
    last, after = AS_OF + 110 * DAY, AS_OF + 111 * DAY
    counts: dict[str, int] = {}
    days = (AS_OF + 180 * DAY, AS_OF, ends_before, touches, last, after)
    done = add_outcome(rows(*days), asked, held, counts)
    assert done["as_of"].to_list() == [days[0], AS_OF, ends_before, after]
    assert counts["outcome_not_covered"] == 2


def test_an_outcome_asked_of_a_column_that_no_source_has_is_refused():
    held = with_both({"person_id": "p0", "date": AS_OF + 200 * DAY})
    bare = replace(held, absent=(Lack("plan_made"),))
    asked = outcome(where={"plan_made": "yes"})
    with pytest.raises(ExtractError, match="No source of the store has a column"):
        add_outcome(rows(AS_OF), asked, bare, {})
    assert found(bare, outcome()) == 1
    linked = outcome(linked_to=Link(table="s47_enquiries", by="enquiry_id"))
    with pytest.raises(ExtractError, match="enquiry_id of 'icpcs'"):
        add_outcome(
            rows(AS_OF), linked, replace(held, absent=(Lack("enquiry_id"),)), {}
        )


def test_a_window_of_days_that_lack_the_outcomes_column_is_left_out():
    """What was lacking only before the latest extract is known today."""
    sure = {"person_id": "p3", "date": AS_OF + 405 * DAY, "plan_made": "yes"}
    held = MadeStore({"icpcs": made_table("icpcs", [sure])})
    asked = outcome(where={"plan_made": "yes"}, within_days=30)
    days = (AS_OF, AS_OF + DAY, AS_OF + 2 * DAY)
    for lack, left in (
        (Lack("plan_made", last=AS_OF, since=AS_OF), days[1:]),
        (Lack("plan_made", until=EXTRACT), days),
        (Lack("target", last=AS_OF, since=AS_OF), days),
    ):
        more = rows(*days, AS_OF + 400 * DAY)
        done = add_outcome(more, asked, replace(held, absent=(lack,)), {})
        assert done["as_of"].to_list() == [*left, AS_OF + 400 * DAY]

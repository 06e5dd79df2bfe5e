"""Signs that several agencies held, put together as of each day of a few weeks.

The course is that of a published review: a separation with domestic abuse, a refusal of
accommodation, a new partner known to other services, moves between councils, and five
days without a first visit. Persons and dates are made up.
"""

from datetime import date

import polars as pl
import pytest

from riskaid.indicators.cases import Days, MemoryCases
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.kernel import compute
from riskaid.indicators.plan import make_plan
from riskaid.indicators.reference import look
from riskaid.records.schema import stored_columns

EVER = Days(date(2010, 1, 1), date(2030, 1, 1))
YEAR = 2021


def day(month, number):
    return date(YEAR, month, number)


RECORDS = {
    "persons": [{"born": day(1, 1).replace(year=YEAR - 2)}],
    "referrals": [{"date": day(4, 20)}, {"date": day(6, 19)}],
    "housing_events": [
        {"date": day(4, 25), "kind": "homelessness_application"},
        {"date": day(5, 10), "kind": "accommodation_refused", "known": day(5, 20)},
        {"date": day(6, 12), "kind": "accommodation_refused"},
    ],
    "household": [
        {"adult_id": "mother", "role": "mother", "date": None},
        {"adult_id": "partner", "role": "mothers_partner", "date": day(5, 1)},
    ],
    "adult_events": [
        {
            "person": "partner",
            "date": day(2, 1).replace(year=YEAR - 3),
            "kind": "violence",
            "known": day(6, 20),
        },
        {"person": "partner", "date": day(2, 1), "kind": "domestic_abuse"},
    ],
    "addresses": [{"date": day(6, 1)}, {"date": day(6, 19)}],
    "domestic_abuse_incidents": [
        {"date": day(3, 1)},
        {"date": day(4, 18)},
        {"date": day(6, 15), "known": day(6, 25)},
    ],
    "assessments": [],
}


@pytest.fixture(scope="module")
def store():
    frames = {}
    for name, records in RECORDS.items():
        plain = dict.fromkeys(stored_columns(name)) | {"source": "made up"}
        frames[name] = pl.DataFrame(
            [
                plain
                | {k: v for k, v in one.items() if k not in ("known", "person")}
                | {"person_id": one.get("person", "child"), "source_row": at}
                | {"known_from": one.get("known") or one.get("date") or day(1, 1)}
                for at, one in enumerate(records)
            ],
            schema=stored_columns(name),
            orient="row",
        )
    return MemoryCases(frames, dict.fromkeys(frames, EVER))


@pytest.fixture(scope="module")
def plan(root):
    return make_plan(load_catalogue(root / "features"))


def values(plan, store, as_of, *names):
    found = look(plan, store, "child", as_of).values
    return [found[name].value for name in names]


def prompts(plan, store, as_of):
    return {one.name for one in look(plan, store, "child", as_of).prompts}


SIGNS = (
    "adult_violence_events_5y",
    "new_adult_in_household_90d",
    "homelessness_events_365d",
    "address_changes_365d",
    "domestic_abuse_incidents_365d",
    "referrals_365d",
)


def test_the_signs_gather_as_they_become_known(plan, store):
    assert values(plan, store, day(4, 21), *SIGNS) == [0, 0, 0, 0, 2, 1]
    assert values(plan, store, day(5, 20), *SIGNS) == [1, 1, 1, 0, 2, 1]
    assert values(plan, store, day(6, 20), *SIGNS) == [1, 1, 3, 2, 2, 2]
    assert values(plan, store, day(6, 26), *SIGNS) == [2, 1, 3, 2, 3, 2]


def test_the_prompts_come_when_their_records_do(plan, store):
    assert "accommodation_refused_after_move" not in prompts(plan, store, day(6, 1))
    assert "accommodation_refused_after_move" in prompts(plan, store, day(6, 2))
    assert "three_domestic_abuse_incidents" not in prompts(plan, store, day(6, 25))
    assert "three_domestic_abuse_incidents" in prompts(plan, store, day(6, 26))


def test_what_nobody_supplied_is_said_and_never_read_as_none(plan, store):
    found = look(plan, store, "child", day(6, 24))
    assert found.values["missing_episodes_90d"].value is None
    assert {one.name for one in found.gaps} >= {
        "father_not_recorded",
        "repeat_missing_no_enquiry",
    }
    assert "repeat_missing_no_enquiry" not in {one.name for one in found.prompts}


def test_training_sees_what_advice_sees(plan, store):
    days = [day(4, 21), day(5, 20), day(6, 20), day(6, 26)]
    rows = pl.DataFrame({"person_id": ["child"] * len(days), "as_of": days})
    found = compute(plan, store, rows).drop("person_id", "as_of").to_dicts()
    for as_of, row in zip(days, found, strict=True):
        seen = look(plan, store, "child", as_of).values
        assert row == {name: answer.value for name, answer in seen.items()}

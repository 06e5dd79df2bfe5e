"""Advice says what is recorded, what is not known, and an estimate only where it may."""

import json
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import polars as pl
import pytest

from riskaid.advice import wording
from riskaid.advice.advise import (
    _each_record_once,
    _gaps,
    _Weighed,
    advise,
    age_of,
)
from riskaid.errors import AdviceRefused, ReleaseError
from riskaid.indicators.answers import Answer, Raised, Record
from riskaid.models.checklist import Checklist
from riskaid.models.reach import Reach


def with_rows(store, name, *rows):
    """The same store with more rows in a table."""
    frame = store.frames[name]
    filled = [{column: row.get(column) for column in frame.columns} for row in rows]
    more = pl.DataFrame(filled, schema=frame.schema)
    return replace(store, frames={**store.frames, name: pl.concat([frame, more])})


def reasons(advice):
    return {r.indicator: r for family in advice.families for r in family.reasons}


def test_reasons_carry_their_dated_records(release, store, as_of):
    found = reasons(advise(release, store, "SECRET1", as_of))
    missing = found["missing_90d"]
    assert missing.value == "3 episodes"
    assert [r.day for r in missing.records] == [
        as_of - timedelta(days=n) for n in (60, 20, 5)
    ]
    assert missing.records[0].source == "missing_episodes.csv, row 1"
    assert ("episode type", "missing") in missing.records[0].details
    assert missing.not_a_sign_of == "choice or blame"
    link, offence = found["adult_offence"].records
    assert link.whose == "the child" and link.what == "Link to an adult"
    assert offence.day == date(1999, 3, 3) and offence.whose != "the child"
    assert ("role", "mothers partner") in link.details


def test_the_chronology_holds_every_record_once_and_in_order(release, store, as_of):
    days = [r.day for r in advise(release, store, "SECRET1", as_of).chronology()]
    # Three episodes, the offence, the link, and the undated record of birth.
    assert days[-1] is None
    assert days[:-1] == sorted(set(days[:-1])) and len(days) == 6


def test_families_and_reasons_stand_in_the_order_of_what_they_add(
    release, store, as_of
):
    advice = advise(release, store, "SECRET1", as_of)
    assert [f.family for f in advice.families] == [
        "adult_histories",
        "missing",
        "cumulative_harm",
    ]
    found = reasons(advice)
    assert found["missing_90d"].adds == wording.ADDS["most"]
    assert found["age"].adds == wording.ADDS["unused"]


def test_a_sign_without_a_record_is_said_apart_and_never_as_good_news(
    release, store, as_of
):
    advice = advise(release, store, "SECRET1", as_of)
    assert "In words enquiries" in advice.nothing_recorded
    assert "enquiries" not in reasons(advice)


def test_not_known_is_never_nothing(release, store, as_of):
    advice = advise(release, store.without("s47_enquiries"), "SECRET1", as_of)
    assert advice.unknown == ("In words enquiries",)
    assert "In words enquiries" not in advice.nothing_recorded
    assert advice.prompts == ()
    assert any("cannot say whether" in g.says for g in advice.gaps)


def test_prompts_and_gaps_come_with_source_and_remedy(release, store, as_of):
    (prompt,) = advise(release, store, "SECRET1", as_of).prompts
    assert prompt.asks == "Has a strategy discussion been held?"
    assert prompt.because == "Panel annual report"
    assert len(prompt.records) == 3
    (gap,) = advise(release, store, "SECRET2", as_of).gaps
    assert (gap.says, gap.closes_with) == (
        "No adult is recorded.",
        "Ask who lives with the child.",
    )


def test_the_estimate_is_in_natural_frequencies_beside_the_usual(release, store, as_of):
    estimate = advise(release, store, "SECRET1", as_of).estimate
    # Two of four signs: 1 / (1 + exp(2 - 1.6)) = 0.401.
    assert estimate.band == "well above usual"
    assert estimate.sentences[0] == (
        "Of 100 referrals with records like these in the test period, about 40 "
        "(range 38 to 42) had this recorded: a conference, within 12 months."
    )
    assert "about 14 of 100" in estimate.sentences[1]
    assert "4 of the 4 things" in estimate.sentences[2]
    assert wording.NEVER_SAFE in estimate.sentences


def test_below_the_usual_no_smaller_number_is_said(release, store, as_of):
    # The estimate is about 40 in 100; let the usual be 45.
    release = replace(release, facts={**release.facts, "base_rate": 0.45})
    estimate = advise(release, store, "SECRET1", as_of).estimate
    assert estimate.band == "around usual"
    assert estimate.sentences[0] == (
        "Of 100 referrals with records like these in the test period, no more than "
        "the usual about 45 had this recorded: a conference, within 12 months."
    )
    assert estimate.count == "no more than the usual about 45"
    assert estimate.span == ""
    assert "40" not in " ".join(estimate.sentences)


def test_no_number_of_the_model_is_in_the_advice(release, store, as_of):
    text = json.dumps(advise(release, store, "SECRET1", as_of).to_json())
    assert "0.40" not in text and "contribution" not in text and "score" not in text


@pytest.mark.parametrize("person", ["SECRET1", "SECRET2"])
def test_no_id_of_anybody_is_in_the_advice(release, store, as_of, person):
    text = json.dumps(advise(release, store, person, as_of).to_json())
    assert "SECRET" not in text and "ADULT9" not in text


def test_no_indicator_for_the_audit_is_shown(release, store, as_of):
    assert "secret" not in json.dumps(
        advise(release, store, "SECRET1", as_of).to_json()
    )


def withheld(advice, why):
    estimate = advice.estimate
    assert estimate.band == "not enough known"
    assert (estimate.count, estimate.span) == ("", "")
    assert estimate.sentences[0] == why
    assert estimate.sentences[1] == "This is not a low estimate."
    assert not any("records like these" in one for one in estimate.sentences)
    assert advice.families


def test_too_little_known_gives_no_estimate(release, store, as_of):
    less = store.without("s47_enquiries", "attendance")
    withheld(advise(release, less, "SECRET1", as_of), wording.ABSTAINED)
    enough = advise(release, store.without("attendance"), "SECRET1", as_of)
    assert enough.estimate.band == "well above usual"
    assert "3 of the 4 things" in " ".join(enough.estimate.sentences)


def test_two_thirds_known_is_enough(release, store, as_of):
    three = Checklist(names=release.model.names[1:], cuts=(0.0,) * 3)
    held = store.without("attendance")
    advice = advise(replace(release, model=three), held, "SECRET1", as_of)
    assert "2 of the 3 things" in " ".join(advice.estimate.sentences)
    assert advice.estimate.count


def test_an_unknown_that_would_reassure_gives_no_estimate(release, store, as_of):
    class Reassuring:
        names = release.model.names

        def score(self, matrix):
            import numpy as np

            return np.where(np.isnan(matrix), -1.0, 0.5).sum(axis=1)

        def contributions(self, matrix):
            import numpy as np

            return np.zeros((len(matrix), 5))

    changed = replace(release, model=Reassuring())
    assert advise(changed, store, "SECRET1", as_of).estimate.count
    withheld(
        advise(changed, store.without("attendance"), "SECRET1", as_of),
        wording.ABSTAINED,
    )


def test_records_unlike_the_training_table_give_no_estimate(release, store, as_of):
    names = release.model.names

    def with_limit(limit):
        reach = Reach(names=names, centre=(0.0,) * 4, spread=(1.0,) * 4, limit=limit)
        return replace(release, calibration=replace(release.calibration, reach=reach))

    shown = advise(with_limit(100.0), store, "SECRET1", as_of)
    assert shown.estimate.count
    far = advise(with_limit(0.1), store, "SECRET1", as_of)
    withheld(far, wording.UNLIKE)
    assert far.prompts == shown.prompts and far.gaps == shown.gaps


def test_a_range_too_wide_gives_no_estimate(release, store, as_of):
    wide = replace(
        release.calibration, replicates=((-6.0, 0.8), (-2.0, 0.8), (2.0, 0.8))
    )
    changed = replace(release, calibration=wide)
    withheld(advise(changed, store, "SECRET1", as_of), wording.TOO_WIDE)


def test_no_estimate_without_a_recent_referral(release, store, as_of):
    for day in (as_of - timedelta(days=10), as_of + timedelta(days=11)):
        advice = advise(release, store, "SECRET1", day)
        recent = day > as_of
        if recent:
            assert advice.estimate.count
        else:
            withheld(advice, wording.no_recent_row("referrals"))
    late = replace(store, extract_date=as_of + timedelta(days=60))
    advice = advise(release, late, "SECRET1", as_of + timedelta(days=31))
    withheld(advice, wording.no_recent_row("referrals"))


def test_no_estimate_where_the_experiment_left_the_case_out(release, store, as_of):
    plan = {
        "person_id": "SECRET1",
        "date": as_of - timedelta(days=90),
        "known_from": as_of - timedelta(days=90),
        "source": "x",
    }
    says = wording.left_out("Already on a child protection plan")
    held = with_rows(store, "cp_plans", plan)
    withheld(advise(release, held, "SECRET1", as_of), says)
    assert advise(release, held, "SECRET2", as_of).estimate.count
    ended = plan | {
        "end": as_of - timedelta(days=1),
        "end_known_from": as_of - timedelta(days=1),
    }
    ended_store = with_rows(store, "cp_plans", ended)
    assert advise(release, ended_store, "SECRET1", as_of).estimate.count
    ends_today = ended | {"end": as_of}
    today_store = with_rows(store, "cp_plans", ends_today)
    withheld(advise(release, today_store, "SECRET1", as_of), says)
    not_yet = ended | {"end_known_from": as_of}
    open_store = with_rows(store, "cp_plans", not_yet)
    withheld(advise(release, open_store, "SECRET1", as_of), says)
    withheld(
        advise(release, store.without("cp_plans"), "SECRET1", as_of),
        wording.CANNOT_TELL,
    )


def test_the_household_is_adults_by_role_as_of_the_date(release, store, as_of):
    (adult,) = advise(release, store, "SECRET1", as_of).household
    assert adult.role == "Mother's partner" and adult.sure
    gone = {
        "person_id": "SECRET2",
        "adult_id": "ADULT9",
        "role": "father",
        "strength": "weak",
        "date": date(2020, 1, 1),
        "known_from": date(2020, 1, 1),
        "end": as_of - timedelta(days=1),
        "end_known_from": as_of - timedelta(days=1),
    }
    for change, seen in (
        ({}, 0),
        ({"end": as_of}, 1),
        ({"end_known_from": as_of}, 1),
        ({"known_from": as_of}, 0),
        ({"end": None, "known_until": as_of}, 1),
        ({"end": None, "known_until": as_of - timedelta(days=1)}, 0),
        ({"end": None, "date": as_of}, 0),
    ):
        changed = with_rows(store, "household", gone | change)
        assert len(advise(release, changed, "SECRET2", as_of).household) == seen
    assert advise(release, store.without("household"), "SECRET1", as_of).household == ()


@pytest.mark.parametrize("person", ["NOBODY7", "", "SECRET"])
def test_somebody_the_store_does_not_hold_is_refused_without_the_id(
    release, store, as_of, person
):
    with pytest.raises(AdviceRefused, match="no child of that id") as problem:
        advise(release, store, person, as_of)
    assert "NOBODY7" not in str(problem.value)
    assert "riskaid pseudonym" not in str(problem.value)


def test_of_a_keyed_store_it_is_said_how_an_id_is_found(release, store, as_of):
    keyed = replace(store, facts={"pseudonyms": {"method": "HMAC-SHA-256"}})
    with pytest.raises(AdviceRefused, match="riskaid pseudonym --key-file"):
        advise(release, keyed, "NOBODY7", as_of)


def test_a_date_the_store_cannot_speak_about_is_refused(release, store):
    last = store.extract_date + timedelta(days=1)
    assert advise(release, store, "SECRET1", last)
    with pytest.raises(AdviceRefused, match="later than the day after"):
        advise(release, store, "SECRET1", last + timedelta(days=1))
    with pytest.raises(AdviceRefused, match="between 1900-01-01 and 2199-12-31"):
        advise(release, store, "SECRET1", date(1, 1, 1))


def test_a_store_older_than_the_release_is_refused(release, store, as_of):
    older = replace(store, extract_date=store.extract_date - timedelta(days=1))
    with pytest.raises(AdviceRefused, match="older than the records"):
        advise(release, older, "SECRET1", as_of)


@pytest.mark.parametrize(
    "change",
    [{"base_rate": None}, {"base_rate": 0.0}, {"outcome": {}}, {"limits": None}],
)
def test_a_card_that_does_not_say_what_it_is_about_is_refused(
    release, store, as_of, change
):
    changed = replace(release, facts=release.facts | change)
    with pytest.raises(ReleaseError, match="what its estimate is about"):
        advise(changed, store, "SECRET1", as_of)


def test_limits_and_watermark_stand_on_it(release, store, as_of):
    advice = advise(release, store, "SECRET1", as_of)
    assert "A limit of the card." in advice.limits
    assert wording.LIMIT_NO_SIBLINGS in advice.limits
    assert advice.watermark == release.watermark


@pytest.mark.parametrize(
    ("born", "says"),
    [
        (date(2026, 6, 1), "Unborn child"),
        (date(2025, 6, 1), "Child under 1"),
        (date(2025, 3, 1), "Child aged 1"),
        (date(2012, 4, 1), "Child aged 13"),
        (None, "Child, age not known"),
    ],
)
def test_a_child_is_named_by_age_alone(make_store, as_of, born, says):
    held = make_store(persons=[{"person_id": "P", "born": born}])
    assert age_of(held, "P", as_of) == says


def weighed(name, rows, *, part=None, role="predictor"):
    indicator = SimpleNamespace(name=name, role=role)
    records = tuple(
        Record("contacts", "a.csv", row, date(2024, 1, 1), "child", {}) for row in rows
    )
    return _Weighed(indicator, Answer(float(len(rows)), records), part)


def test_records_that_stand_there_are_not_counted_over_again():
    members = [
        weighed("again", [1, 2]),
        weighed("more", [1, 2, 3]),
        weighed("shown", [2], role="display"),
        weighed("used", [1, 2], part=0.4),
        weighed("nothing behind it", []),
    ]
    kept = [one.indicator.name for one in _each_record_once(members)]
    assert kept == ["used", "shown", "more", "nothing behind it"]


def test_what_one_missing_table_leaves_open_is_one_gap():
    def unanswered(name, table):
        return Raised(name, "not_known", "f", f"{name}?", "", table, "", ())

    declared = Raised("gap", "gap", "f", "Nobody asked.", "", "Ask.", "", ())
    shown = _gaps(
        (
            unanswered("a", "housing"),
            declared,
            unanswered("b", "housing"),
            unanswered("c", "police"),
        )
    )
    assert [(one.name, one.says, one.closes_with) for one in shown] == [
        ("gap", "Nobody asked.", "Ask."),
        (
            "a",
            "2 questions cannot be answered, this one among them. a?",
            "housing",
        ),
        ("c", "c?", "police"),
    ]


def asking(release, **cohort):
    """The same release with another cohort on its card."""
    card = {**release.facts, "cohort": {**release.facts["cohort"], **cohort}}
    return replace(release, facts=card)


def test_no_estimate_where_the_case_is_not_open(release, store, as_of):
    monthly = asking(release, each="month", rows="open cases")
    says = wording.no_recent_row("open cases", "month")
    day = as_of - timedelta(days=200)

    def opened(**keys):
        long_ago = {"date": day, "known_from": day, **keys}
        frame = store.frames["referrals"].with_columns(
            **{name: pl.lit(one) for name, one in long_ago.items()}
        )
        return replace(store, frames={**store.frames, "referrals": frame})

    # Long after the referral the case is still open; a month is not a new referral.
    withheld(
        advise(release, opened(), "SECRET1", as_of),
        wording.no_recent_row("referrals"),
    )
    assert advise(monthly, opened(), "SECRET1", as_of).estimate.count
    before = as_of - timedelta(days=1)
    for end, known, is_open in (
        (as_of, before, True),
        (before, before, False),
        (before, as_of, True),
    ):
        held = opened(end=end, end_known_from=known)
        advice = advise(monthly, held, "SECRET1", as_of)
        if is_open:
            assert advice.estimate.count
        else:
            withheld(advice, says)
    withheld(advise(monthly, opened(known_from=as_of), "SECRET1", as_of), says)


def test_no_estimate_unless_an_end_has_just_become_known(release, store, as_of):
    rows = "child protection plans that have ended"
    ends = asking(release, each="end", rows=rows, table="cp_plans", exclude=[])
    says = wording.no_recent_row(rows, "end")
    plan = {
        "person_id": "SECRET1",
        "date": as_of - timedelta(days=400),
        "known_from": as_of - timedelta(days=400),
        "source": "x",
    }
    withheld(advise(ends, with_rows(store, "cp_plans", plan), "SECRET1", as_of), says)
    for end, known, counts in (
        (9, 1, True),
        (9, 0, False),
        (40, 32, False),
        (40, 31, True),
    ):
        ended = plan | {
            "end": as_of - timedelta(days=end),
            "end_known_from": as_of - timedelta(days=known),
        }
        advice = advise(ends, with_rows(store, "cp_plans", ended), "SECRET1", as_of)
        if counts:
            assert advice.estimate.count
        else:
            withheld(advice, says)


def test_no_estimate_for_those_who_were_not_eligible(release, store, as_of):
    asked = asking(release, eligible=["missing_90d"])
    assert advise(asked, store, "SECRET1", as_of).estimate.count
    says = wording.not_eligible("Each referral of a child not on a plan")
    both = asking(release, eligible=["missing_90d", "enquiries"])
    withheld(advise(both, store, "SECRET1", as_of), says)
    for name, held in (
        ("missing_90d", store.without("missing_episodes")),
        ("no_such_indicator", store),
    ):
        asked = asking(release, eligible=[name])
        withheld(advise(asked, held, "SECRET1", as_of), wording.CANNOT_TELL)


def test_a_card_with_another_kind_of_cohort_is_refused(release, store, as_of):
    with pytest.raises(ReleaseError, match="what its estimate is about"):
        advise(asking(release, each="week"), store, "SECRET1", as_of)

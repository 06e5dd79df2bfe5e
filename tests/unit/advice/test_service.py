"""The service starts as a demonstration, on cases drawn without looking, or not at all."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from riskaid.advice.allocation import CASES_EACH, choose_cases
from riskaid.advice.desk import OwnView, Review
from riskaid.advice.review_log import verify
from riskaid.advice.service import ServiceSettings, build_app
from riskaid.errors import AdviceRefused, ReleaseError

VIEW = OwnView(concern="worried", reason="Missing", help="A visit")


def settings_for(tmp_path, **more):
    return ServiceSettings(
        release=tmp_path,
        trust=tmp_path / "trust.json",
        trust_digest="0" * 64,
        store=tmp_path,
        review_log=f"sqlite:///{tmp_path / 'log.sqlite3'}",
        clock=lambda: datetime(2026, 4, 1, 9, tzinfo=UTC),
        **more,
    )


@pytest.mark.parametrize("state", ["live", "shadow", "audited"])
@pytest.mark.parametrize("mark", ["synthetic", "public", None])
def test_only_a_demonstration_is_served(tmp_path, release, store, state, mark):
    settings = settings_for(tmp_path)
    with pytest.raises(ReleaseError, match=r"identity provider \(OIDC\) is not built"):
        build_app(
            settings,
            release=replace(release, state=state),
            store=replace(store, mark=mark),
        )
    assert not (tmp_path / "log.sqlite3").exists()


def test_a_demonstration_on_a_councils_own_records_is_not_served(
    tmp_path, release, store
):
    with pytest.raises(ReleaseError, match="OIDC"):
        build_app(
            settings_for(tmp_path), release=release, store=replace(store, mark=None)
        )


def test_the_whole_way_on_the_reference_engine(tmp_path, release, store):
    app = build_app(settings_for(tmp_path), release=release, store=store)
    desk = app.state.desk
    session = desk.sign_in("demo-practitioner-1")
    (line,) = desk.case_lines(session)
    assert line.age in ("Child aged 14", "Child aged 10")
    visit = desk.open(session, desk.offer(session, line.handle).handle)
    assert dict(desk.header(visit))["Records held up to"] == "31 March 2026"
    own_view = desk.own_view(session, visit.handle, VIEW).own_view
    _, advice = desk.reveal(session, own_view)
    assert advice.families
    review = Review(opinion="agree", why="fits", note="")
    assert desk.review(session, own_view, review).reviewed
    assert verify(desk.log).entries == 4
    desk.log.dispose()


def test_the_expiry_is_looked_at_each_time(tmp_path, release, store):
    settings = settings_for(tmp_path)
    late = replace(release, expires=date(2026, 3, 31))
    desk = build_app(settings, release=late, store=store).state.desk
    session = desk.sign_in("demo-practitioner-1")
    (line,) = desk.case_lines(session)
    visit = desk.open(session, desk.offer(session, line.handle).handle)
    own_view = desk.own_view(session, visit.handle, VIEW).own_view
    with pytest.raises(AdviceRefused, match="expired"):
        desk.reveal(session, own_view)
    desk.log.dispose()


def council(make_store, n, *, seen):
    people = [f"P{i:03}" for i in range(n)]
    return make_store(
        persons=[{"person_id": p, "born": date(2015, 1, 1)} for p in people],
        referrals=[
            {"person_id": p, "date": seen - timedelta(days=3), "known_from": seen}
            for p in people
        ],
    )


def test_cases_are_drawn_the_same_each_time_and_given_once(make_store):
    store = council(make_store, 40, seen=date(2026, 3, 20))
    first, second = (choose_cases(store, ("one", "two")) for _ in range(2))
    assert [c.person_id for c in first] == [c.person_id for c in second]
    assert {c.handle for c in first}.isdisjoint(c.handle for c in second)
    assert len({c.person_id for c in first}) == 2 * CASES_EACH
    assert {c.practitioner for c in first} == {"one", "two"}
    assert all(c.as_of == date(2026, 3, 21) for c in first)
    assert [c.person_id for c in first] != sorted(c.person_id for c in first)
    assert not any(c.person_id in c.handle for c in first)


def test_a_case_is_as_of_the_day_after_its_newest_referral_was_known(make_store):
    store = make_store(
        persons=[{"person_id": "P"}],
        referrals=[
            {
                "person_id": "P",
                "date": date(2026, 3, 1),
                "known_from": date(2026, 3, 9),
            },
            {
                "person_id": "P",
                "date": date(2026, 1, 1),
                "known_from": date(2026, 1, 2),
            },
            {
                "person_id": "P",
                "date": date(2026, 4, 9),
                "known_from": date(2026, 3, 1),
            },
        ],
    )
    (case,) = choose_cases(store, ("one",))
    assert (case.seen, case.as_of) == (date(2026, 3, 9), date(2026, 3, 10))

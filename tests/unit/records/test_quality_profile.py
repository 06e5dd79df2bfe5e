"""How a council records beside others: the arithmetic, the words, the figures' source."""

import csv
from collections import defaultdict
from datetime import date

import pytest

from riskaid.records.ingest import ingest
from riskaid.records.quality_national import national
from riskaid.records.quality_profile import last_whole_year, profile
from riskaid.records.store import open_store
from riskaid.records.synthetic import synth

FROM, TO = date(2020, 4, 1), date(2025, 6, 30)


def measured(store, key, population=None):
    (one,) = [m for m in profile(store, population) if m.spread.key == key]
    return one


def many(count, **said):
    return [{"person_id": f"P{n}", "source_row": str(n), **said} for n in range(count)]


def test_every_figure_equals_the_published_source(sector_files):
    with (sector_files / "stats_la_spread_2024.csv").open(encoding="utf-8") as file:
        published = {row["measure"]: row for row in csv.DictReader(file)}
    names = ("min", "p10", "p25", "median", "p75", "p90", "max")
    for one in national().measures:
        row = published.pop(one.published)
        assert one.england == float(row["england"])
        assert one.councils == int(row["n_las"])
        assert one.marks == tuple(float(row[name]) for name in names)
    assert set(published) == set(national().not_shown)


def test_the_source_and_its_licence_are_named():
    said = national().attribution
    assert said.startswith("Department for Education, Children in need 2024")
    assert "Open Government Licence v3.0" in said


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (2.4, "lower than every council"),
        (2.5, "lower than 9 in 10 councils"),
        (7.4, "lower than 9 in 10 councils"),
        (7.5, "lower than 3 in 4 councils"),
        (9.5, "among the middle half of councils"),
        (16.2, "among the middle half of councils"),
        (16.3, "higher than 3 in 4 councils"),
        (20.5, "higher than 3 in 4 councils"),
        (20.6, "higher than 9 in 10 councils"),
        (34.3, "higher than every council"),
    ],
)
def test_where_a_council_lies_is_said_in_words(value, place):
    (one,) = [m for m in national().measures if m.key == "disability_recorded"]
    assert one.place(value) == place


@pytest.mark.parametrize(
    ("start", "end", "year"),
    [
        (date(2020, 4, 1), date(2025, 3, 31), "2024 to 2025"),
        (date(2020, 4, 1), date(2025, 3, 30), "2023 to 2024"),
        (date(2020, 4, 1), date(2024, 12, 31), "2023 to 2024"),
        (date(2024, 4, 1), date(2025, 3, 31), "2024 to 2025"),
        (date(2024, 4, 2), date(2025, 3, 31), None),
    ],
)
def test_the_year_is_the_last_whole_one_that_is_covered(a_store, start, end, year):
    store = a_store(start, end, referrals=[])
    found = last_whole_year(store, ("referrals",))
    assert (found and str(found)) == year


def test_no_further_action_is_a_share_of_what_is_known(a_store):
    store = a_store(
        referrals=[
            *many(8, date="2024-04-01", no_further_action="yes"),
            *many(12, date="2025-03-31", no_further_action="no"),
            *many(9, date="2024-05-01"),
            *many(9, date="2024-03-31", no_further_action="yes"),
            *many(9, date="2025-04-01", no_further_action="yes"),
        ]
    )
    one = measured(store, "referrals_nfa")
    assert (one.value, one.base, str(one.year)) == (40.0, 20, "2024 to 2025")
    assert one.place == "higher than 9 in 10 councils" and one.apart


def test_a_referral_counts_again_within_twelve_months(a_store):
    first = many(10, date="2024-04-10")
    store = a_store(
        referrals=[
            *first,
            *[{**r, "date": "2025-03-01"} for r in first[:8]],
            {"person_id": "X", "date": "2023-05-01"},
            {"person_id": "X", "date": "2024-05-01"},
            {"person_id": "Y", "date": "2023-05-01"},
            {"person_id": "Y", "date": "2024-05-02"},
            {"person_id": "Z", "date": "2024-05-02"},
            {"person_id": "Z", "date": "2024-05-02"},
        ]
    )
    one = measured(store, "re_referrals")
    assert (one.value, one.base) == (round(100 * 9 / 22, 1), 22)


def test_referrals_again_need_the_year_before(a_store):
    store = a_store(date(2024, 4, 1), TO, referrals=many(20, date="2024-05-01"))
    one = measured(store, "re_referrals")
    assert one.value is None
    assert one.why_not == "needs 1 year(s) of records before 2024 to 2025"
    assert measured(store, "referrals_from_police").why_not == "too few to show"


def test_police_are_a_share_of_known_sources(a_store):
    store = a_store(
        referrals=[
            *many(10, date="2024-05-01", source_code="6"),
            *many(30, date="2024-05-01", source_code="2A"),
            *many(30, date="2024-05-01"),
        ]
    )
    assert measured(store, "referrals_from_police").value == 25.0


def test_conferences_are_set_beside_enquiries(a_store):
    store = a_store(
        s47_enquiries=many(40, date="2024-05-01"),
        icpcs=[*many(10, date="2024-05-01"), *many(5, date="2023-05-01")],
    )
    assert measured(store, "icpc_of_s47").value == 25.0


def test_a_second_plan_counts_any_earlier_one(a_store):
    plans = many(24, date="2024-05-01")
    store = a_store(
        cp_plans=[*plans, *[{**p, "date": "2021-01-01"} for p in plans[:6]]]
    )
    one = measured(store, "second_plan")
    assert (one.value, one.base) == (25.0, 24)


def test_children_in_need_are_those_open_on_31_march(a_store):
    store = a_store(
        referrals=[
            *many(30, date="2024-05-01", primary_need="N1"),
            *many(10, date="2025-01-01", primary_need="N2"),
            *[{"person_id": f"C{n}", "date": "2024-05-01", "end": "2025-03-31"} for n in range(10)],
            *[{"person_id": f"N{n}", "date": "2024-05-01", "no_further_action": "yes"} for n in range(10)],
            *[{"person_id": f"L{n}", "date": "2025-04-01"} for n in range(10)],
            *[{"person_id": f"E{n}", "date": "2024-05-01", "end": "2025-04-01", "primary_need": "N4"} for n in range(10)],
        ],
        disabilities=[
            *[{"person_id": f"P{n}", "code": "LD"} for n in range(8)],
            {"person_id": "P0", "code": "AUT"},
            *[{"person_id": f"P{n}", "code": "NONE"} for n in range(8, 20)],
            *[{"person_id": f"L{n}", "code": "LD"} for n in range(10)],
        ],
    )  # fmt: skip
    one = measured(store, "disability_recorded")
    assert (one.value, one.base) == (20.0, 40)
    need = measured(store, "need_n1")
    assert (need.value, need.base) == (50.0, 40)
    rate = measured(store, "cin_rate", 2000)
    assert (rate.value, rate.base) == (200.0, 2000)
    assert measured(store, "cin_rate").why_not == "needs --child-population"


def test_a_factor_counts_once_a_case(a_store):
    done = many(20, date="2024-04-01", end="2024-05-01")
    done = [{**a, "referral_id": f"R{n}"} for n, a in enumerate(done)]
    again = [{**a, "date": "2024-06-01", "end": "2024-07-01"} for a in done[:6]]
    late = [{**a, "end": "2025-04-01"} for a in many(9, date="2025-03-01")]
    factors = [{"person_id": a["person_id"], "date": a["date"]} for a in done]
    store = a_store(
        assessments=[*done, *again, *late],
        assessment_factors=[
            *[{**f, "code": "21"} for f in factors[:16]],
            *[{**f, "code": "3B"} for f in factors[:8]],
            *[{**f, "code": "3B", "date": "2024-06-01"} for f in factors[:6]],
            *[{**f, "code": "3B", "date": "2025-03-01"} for f in factors[:9]],
        ],
    )
    one = measured(store, "factor_3B")
    assert (one.value, one.base) == (50.0, 16)
    assert measured(store, "factor_3A").value == 0.0


def test_plans_and_referrals_as_rates(a_store):
    store = a_store(
        cp_plans=[
            *many(20, date="2024-05-01"),
            *many(3, date="2024-06-01"),
            *[{"person_id": f"E{n}", "date": "2024-05-01", "end": "2025-03-31"} for n in range(9)],
        ],
        s47_enquiries=many(7, date="2024-05-01"),
        icpcs=many(5, date="2024-05-01"),
    )  # fmt: skip
    assert measured(store, "plans_rate", 4000).value == 50.0
    assert measured(store, "s47_rate", 7000).value == 10.0
    assert measured(store, "icpc_rate", 7000).why_not == "too few to show"
    assert measured(store, "referrals_rate", 7000).why_not == "not supplied: referrals"


@pytest.mark.parametrize(
    ("yes", "no", "value"),
    [(5, 95, None), (95, 5, None), (0, 9, None), (6, 6, 50.0), (0, 10, 0.0), (10, 0, 100.0)],
)  # fmt: skip
def test_small_counts_are_not_shown(a_store, yes, no, value):
    store = a_store(
        referrals=[
            *many(yes, date="2024-05-01", no_further_action="yes"),
            *many(no, date="2024-05-01", no_further_action="no"),
        ]
    )
    one = measured(store, "referrals_nfa")
    assert one.value == value
    assert one.why_not == ("too few to show" if value is None else "")


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    folder = tmp_path_factory.mktemp("council")
    synth(folder / "council", children=1500, seed=5)
    ingest(folder / "council" / "ssd", folder / "store")
    return folder


def table(council, name):
    with (council / "council" / "ssd" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_synthetic_council_counted_again_from_its_own_files(council):
    """The same shares, with csv and nothing of riskaid's reading."""
    found = {
        m.spread.key: (m.value, m.base)
        for m in profile(open_store(council / "store"), 5000)
    }
    year = ("2025-04-01", "2026-03-31")

    def day(text):
        return text[:10]

    def in_year(text):
        return year[0] <= day(text) <= year[1]

    def share(part, base):
        hidden = base < 10 or 0 < part < 6 or 0 < base - part < 6
        return (None if hidden else round(100 * part / base, 1), base)

    referrals = table(council, "ssd_cin_episodes")
    new = [r for r in referrals if in_year(r["cine_referral_date"])]
    nfa = [r for r in new if r["cine_referral_nfa"] in ("Y", "N")]
    assert found["referrals_nfa"] == share(
        sum(r["cine_referral_nfa"] == "Y" for r in nfa), len(nfa)
    )
    days = defaultdict(set)
    for r in referrals:
        days[r["cine_person_id"]].add(date.fromisoformat(day(r["cine_referral_date"])))

    def again(r):
        on = date.fromisoformat(day(r["cine_referral_date"]))
        since = on.replace(year=on.year - 1)
        return any(since <= other < on for other in days[r["cine_person_id"]])

    assert found["re_referrals"] == share(sum(map(again, new)), len(new))

    def open_then(r):
        closed = day(r["cine_close_date"])
        return (
            day(r["cine_referral_date"]) <= year[1]
            and (not closed or closed > year[1])
            and r["cine_referral_nfa"] != "Y"
        )

    last = {}
    for r in sorted(
        filter(open_then, referrals), key=lambda r: day(r["cine_referral_date"])
    ):
        last[r["cine_person_id"]] = r
    last.pop("-1", None)
    disabled = {
        r["disa_person_id"]
        for r in table(council, "ssd_disability")
        if r["disa_disability_code"] not in ("", "NONE")
    }
    assert found["disability_recorded"] == share(len(disabled & set(last)), len(last))
    n1 = sum(r["cine_cin_primary_need_code"] == "N1" for r in last.values())
    assert found["need_n1"] == share(n1, len(last))
    rate = round(10_000 * len(last) / 5000, 1) if len(last) > 5 else None
    assert found["cin_rate"] == (rate, 5000)

    enquiries = [
        r
        for r in table(council, "ssd_s47_enquiry")
        if in_year(r["s47e_s47_start_date"])
    ]
    held = [
        r
        for r in table(council, "ssd_initial_cp_conference")
        if in_year(r["icpc_icpc_date"])
    ]
    assert found["icpc_of_s47"] == share(len(held), len(enquiries))
    factors = {
        r["cinf_assessment_id"]: r["cinf_assessment_factors_json"]
        for r in table(council, "ssd_assessment_factors")
    }
    cases = {
        r["cina_referral_id"]
        for r in table(council, "ssd_cin_assessments")
        if in_year(r["cina_assessment_auth_date"])
        and r["cina_assessment_id"] in factors
    }
    assert found["factor_3B"][1] == len(cases)

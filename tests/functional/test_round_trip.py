"""What goes out as a return comes back as the case tables that the SSD gives.

The comparison is derived from riskaid.records.carried: here stands only what each of
its rules means, said in case tables. What a return does not carry must come out as not
known, never as zero.
"""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.kernel import compute
from riskaid.indicators.plan import make_plan, tables_read
from riskaid.indicators.reference import look, value
from riskaid.language import nodes
from riskaid.records.carried import CARRIED
from riskaid.records.coverage import Coverage
from riskaid.records.ingest import ingest
from riskaid.records.store import open_store
from riskaid.records.synthetic import synth
from riskaid.records.tables import TABLES

LAST = date(2026, 3, 31)
FIRST = date(2025, 4, 1)
HALF = date(2025, 10, 1)
SOURCES = {
    "cin_census/2026": "cin_census",
    "ssda903/2026": "ssda903",
    "ssda903/2026_xml": "ssda903",
    "annex_a": "annex_a",
}
ONLY_LATEST = ("cin_visits", "cp_visits", "placements", "legal_statuses")
"""What an Annex A says of its own day alone."""


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    """A council in every format, and a store made of each."""
    folder = tmp_path_factory.mktemp("round-trip")
    out = folder / "council"
    synth(out, children=4000, seed=14, formats=["ssd", *CARRIED.formats])
    stores = {}
    for source in ("ssd", *SOURCES):
        place = folder / source.replace("/", "-")
        ingest(out / source, place)
        stores[source] = open_store(place)
    return SimpleNamespace(out=out, stores=stores)


# What each rule means: the rows of one case table of the SSD that a return holds.


def in_year(rows, ssd):
    return rows.filter(pl.col("date").is_between(FIRST, LAST))


def open_in_year(rows, ssd):
    still = pl.col("end").is_null() | (pl.col("end") >= FIRST)
    return rows.filter(pl.col("date") <= LAST, still)


def child_open(rows, ssd):
    return rows.join(open_in_year(ssd("referrals"), ssd), on="person_id", how="semi")


def assessment_year(rows, ssd):
    referrals = open_in_year(ssd("referrals"), ssd)
    return open_in_year(rows, ssd).join(referrals, on="referral_id", how="semi")


def factor_year(rows, ssd):
    held = assessment_year(ssd("assessments"), ssd).filter(pl.col("end").is_not_null())
    return rows.join(held, on=["person_id", "date"], how="semi")


def met_in_year(rows, ssd):
    return rows.join(in_year(ssd("icpcs"), ssd), on="enquiry_id", how="semi")


def enquiry_year(rows, ssd):
    return pl.concat([in_year(rows, ssd), met_in_year(rows, ssd)]).unique()


def child_in_care(rows, ssd):
    return rows.join(open_in_year(ssd("cla_episodes"), ssd), on="person_id", how="semi")


def stay_in_year(rows, ssd):
    episodes = open_in_year(ssd("cla_episodes"), ssd)
    inside = (pl.col("began") >= pl.col("date")) & (
        pl.col("end").is_null() | (pl.col("began") < pl.col("end"))
    )
    first = (
        rows.with_row_index("n")
        .join(episodes.select("person_id", began="date"), on="person_id")
        .filter(inside)
        .group_by("n")
        .agg(pl.col("began").min())
    )
    held = open_in_year(rows.with_row_index("n"), ssd).join(first, on="n")
    return held.with_columns(pl.col("began").alias("date")).drop("n", "began")


def whole_periods(rows, ssd):
    """An SSD has no legal status from before its records; its episodes say who had."""
    care = ssd("cla_episodes").sort("date").unique("period_id", keep="first")
    cut = care.filter(pl.col("start_reason") != "S")
    return rows.join(cut, on="person_id", how="anti")


def missing_in_care(rows, ssd):
    care = ssd("cla_episodes").select("person_id", began="date", done="end")
    inside = (pl.col("date") >= pl.col("began")) & (
        pl.col("done").is_null() | (pl.col("date") < pl.col("done"))
    )
    held = open_in_year(rows, ssd).join(care, on="person_id").filter(inside)
    return held.unique(["person_id", "date", "episode_type", "end"])


def last_score(rows, ssd):
    care = ssd("cla_episodes")
    periods = care.group_by("person_id", "period_id").agg(
        pl.col("date").min(), pl.col("end").is_null().any().alias("open")
    )
    long = periods.filter(pl.col("date") <= date(2025, 3, 31), "open")
    held = in_year(rows, ssd).join(long, on="person_id", how="semi").sort("date")
    held = held.unique("person_id", keep="last")
    return held.with_columns(pl.lit(LAST).alias("date"))


def in_half(rows, ssd):
    return rows.filter(pl.col("date").is_between(HALF, LAST))


def open_in_half(rows, ssd):
    still = pl.col("end").is_null() | (pl.col("end") >= HALF)
    return rows.filter(pl.col("date") <= LAST, still)


def list_six(rows, ssd):
    return open_in_half(rows, ssd).filter(pl.col("no_further_action") != "yes")


def referral_half(rows, ssd):
    return pl.concat([in_half(rows, ssd), list_six(rows, ssd)]).unique()


def enquiry_half(rows, ssd):
    met = in_half(ssd("icpcs"), ssd)
    later = rows.join(met, on="enquiry_id", how="semi")
    return pl.concat([in_half(rows, ssd), later]).unique()


def asked_children(ssd):
    lists = (
        open_in_half(ssd("assessments"), ssd),
        enquiry_half(ssd("s47_enquiries"), ssd),
        list_six(ssd("referrals"), ssd),
        open_in_half(ssd("cp_plans"), ssd),
        open_in_half(ssd("cla_episodes"), ssd),
    )
    return pl.concat(one.select("person_id") for one in lists).unique()


def asked(rows, ssd):
    held = rows.join(asked_children(ssd), on="person_id", how="semi")
    return held.unique("person_id", keep="any")


def listed(rows, ssd):
    lists = (
        in_half(ssd("contacts"), ssd),
        open_in_half(ssd("early_help"), ssd),
        in_half(ssd("referrals"), ssd),
        asked_children(ssd),
    )
    children = pl.concat(one.select("person_id") for one in lists)
    return rows.join(children, on="person_id", how="semi")


def last_seen(rows, ssd):
    """The last time seen since the referral, unless in care or on a plan today."""
    now = [
        ssd(t).filter(pl.col("end").is_null() | (pl.col("end") >= LAST))["person_id"]
        for t in ("cla_episodes", "cp_plans")
    ]
    status = pl.concat(now).unique().implode()
    in_need = list_six(ssd("referrals"), ssd).filter(
        pl.col("end").is_not_null() | ~pl.col("person_id").is_in(status)
    )
    last = rows.filter(pl.col("child_seen") == "yes").sort("date")
    last = last.unique("person_id", keep="last")
    since = last.join(in_need.select("person_id", began="date"), on="person_id")
    since = since.filter(pl.col("date") >= pl.col("began"))
    return since.unique("person_id", keep="any")


def last_visit(rows, ssd):
    plans = open_in_half(ssd("cp_plans"), ssd).select(
        "person_id", "plan_id", began="date", done="end"
    )
    under = rows.join(plans, on="person_id").filter(
        pl.col("date") >= pl.col("began"),
        pl.col("done").is_null() | (pl.col("date") <= pl.col("done")),
    )
    latest = under.filter(pl.col("date") == pl.col("date").max().over("plan_id"))
    return latest.unique(["person_id", "date"], keep="any")


def period_half(rows, ssd):
    whole = rows.sort("date").group_by("period_id", maintain_order=True)
    last = pl.exclude("period_id", "date", "start_reason").last()
    periods = whole.agg(pl.col("date", "start_reason").first(), last)
    return open_in_half(periods, ssd).select(rows.columns)


def last_stay(rows, ssd):
    """The stay in force when the period's last episode began."""
    last = ssd("cla_episodes").sort("date").unique("period_id", keep="last")
    last = open_in_half(last, ssd).select("person_id", at="date", done="end")
    held = rows.join(last, on="person_id").filter(pl.col("date") <= pl.col("at"))
    held = held.filter(pl.col("date") == pl.col("date").max().over("person_id", "at"))
    return held.with_columns(pl.col("done").alias("end"))


ROWS = {
    "listed": listed,
    "asked": asked,
    "in_half": in_half,
    "open_in_half": open_in_half,
    "referral_half": referral_half,
    "enquiry_half": enquiry_half,
    "last_seen": last_seen,
    "last_visit": last_visit,
    "period_half": period_half,
    "last_stay": last_stay,
    "in_year": in_year,
    "child_open": child_open,
    "referral_open": open_in_year,
    "open_in_year": open_in_year,
    "assessment_year": assessment_year,
    "factor_year": factor_year,
    "enquiry_year": enquiry_year,
    "child_in_care": child_in_care,
    "care_in_year": open_in_year,
    "stay_in_year": stay_in_year,
    "status_in_year": stay_in_year,
    "missing_in_care": missing_in_care,
    "last_score": last_score,
}

BOTH_SIDES = dict.fromkeys(
    ("status_in_year", "period_half", "last_stay"), whole_periods
)
"""Rules by which an SSD does not hold what the return does."""


def nobt(rows, ssd, column):
    return rows.with_columns(pl.col(column).fill_null("NOBT"))


def plans_before(rows, ssd, column):
    plans = ssd("cp_plans").select("person_id", pl.col("date").alias("began"))
    earlier = (
        rows.select("person_id", "date")
        .unique()
        .join(plans, on="person_id")
        .group_by("person_id", "date")
        .agg((pl.col("began") < pl.col("date")).sum().cast(pl.Float64).alias(column))
    )
    return rows.drop(column).join(earlier, on=["person_id", "date"], how="left")


def conference_held(rows, ssd, column):
    met = met_in_year(rows, ssd)["enquiry_id"].implode()
    early = (pl.col(column) == "yes") & ~pl.col("enquiry_id").is_in(met)
    return rows.with_columns(pl.when(~early).then(column).alias(column))


def yes_or_none(rows, ssd, column):
    some = pl.col(column) != "NONE"
    return rows.with_columns(
        pl.when(some).then(pl.lit("YES")).otherwise(column).alias(column)
    )


def of_list_three(rows, ssd, column):
    return rows.with_columns(pl.when(pl.col("date") >= HALF).then(column).alias(column))


def of_list_six(rows, ssd, column):
    in_need = ~pl.col("referral_id").is_in(
        ssd("referrals")
        .filter(pl.col("no_further_action") == "yes")["referral_id"]
        .implode()
    )
    return rows.with_columns(pl.when(in_need).then(column).alias(column))


COLUMNS = {
    "plans_before": plans_before,
    "nobt": nobt,
    "conference_held": conference_held,
    "yes_or_none": yes_or_none,
    "list_three": of_list_three,
    "list_six": of_list_six,
}
CASES = [
    (source, table)
    for source, name in SOURCES.items()
    for table in CARRIED.formats[name]
]


def test_every_rule_is_meant_by_something_here():
    assert set(CARRIED.rules) == {*ROWS, *COLUMNS}
    assert set(CARRIED.formats) == set(SOURCES.values())


@pytest.mark.parametrize(("source", "table"), CASES)
def test_what_a_return_carries_comes_back_the_same(council, source, table):
    carried = CARRIED.formats[SOURCES[source]][table]
    ssd = council.stores["ssd"].table
    expected = ROWS[carried.rows](ssd(table), ssd)
    for column, rule in carried.part.items():
        expected = COLUMNS[rule](expected, ssd, column)
    found = council.stores[source].table(table)
    if carried.rows in BOTH_SIDES:
        expected = BOTH_SIDES[carried.rows](expected, ssd)
        found = BOTH_SIDES[carried.rows](found, ssd)
    columns = ["person_id", "date", *carried.whole, *carried.part]
    assert expected.height > 5, "the council is too small to show anything"
    for column in (*carried.whole, *carried.part):
        filled = expected[column].is_not_null().any()
        assert filled or column == "died", f"nothing to compare in {column}"
    assert_frame_equal(
        found.select(columns).sort(columns), expected.select(columns).sort(columns)
    )
    for column in carried.lost:
        assert found[column].is_null().all(), f"{column} is carried after all"


@pytest.mark.parametrize("source", SOURCES)
def test_what_a_return_cannot_carry_is_not_in_its_store(council, source):
    derived = {"families"}
    held = set(council.stores[source].coverage) - derived
    assert held == set(CARRIED.formats[SOURCES[source]])
    coverage = council.stores[source].coverage
    first = HALF if source == "annex_a" else FIRST
    for table in held:
        today = table in ONLY_LATEST and source == "annex_a"
        undated = TABLES[table].shape == "snapshot" and table != "persons"
        begins = LAST if today or undated else first
        found = replace(coverage[table], absent=())
        assert found == Coverage(begins, LAST), table


# What a return cannot carry is not known, on both engines, and a gap says so.

DECIDED = {
    "cin_census": set(),
    # Nobody looked after is unborn, and hardly a baby.
    "ssda903": {
        "baby_injury_no_enquiry",
        "baby_male_carer_not_recorded",
        "baby_routine_changed",
        "maternity_records_not_supplied",
        "unborn_earlier_child_removed",
        "unborn_referred_not_assessed",
    },
    # An Annex A says whether a child is disabled, and not how.
    "annex_a": {"advocate_not_offered", "distress_put_down_to_condition"},
}
"""Declarations to which what is carried already says no, for every child."""

RAISED_ALL_THE_SAME = {
    "cin_census": set(),
    "ssda903": {"reachable_moment"},
    "annex_a": set(),
}
"""Prompts to which something that is carried already says yes: missing, or excluded."""

WITHOUT_A_COLUMN = {
    "cin_census": {"transfer_in_conferences_730d"},
    "ssda903": {"placement_distance_latest", "return_interviews_not_taken_up_365d"},
    "annex_a": {
        "contacts_closed_fading",
        "contacts_closed_then_back_365d",
        "early_help_not_taken_up_730d",
        "family_concerns_closed_180d",
        "placement_distance_latest",
        "transfer_in_conferences_730d",
        "visits_seen_alone_90d",
    },
}
"""Indicators whose tables are carried, but not a column that they ask about."""

STANDS_IN = {("persons", "expected")}
"""A column that is only read where another one is empty."""


@pytest.fixture(scope="module")
def plan(root):
    return make_plan(load_catalogue(root / "features"))


def lacks(node, source):
    """The tables, and the columns of tables, that a return has no place for."""
    carried = CARRIED.formats[SOURCES[source]]
    tables = {r.table for r in tables_read(node) if r.table not in carried}
    columns = {
        (r.table, c)
        for r in tables_read(node)
        if r.table in carried
        for c in r.columns
        if c in carried[r.table].lost
    }
    return tables, columns - STANDS_IN


def needs_more(node, source):
    """Whether a return has no place for some of what is asked about."""
    return any(lacks(node, source))


def says_no(node, store, person, source):
    """Whether a part of an "and" that the return carries is no, which settles it."""
    if not isinstance(node, nodes.And):
        return not needs_more(node, source) and (
            value(node, store, person, LAST + timedelta(days=1)).value == 0
        )
    return any(says_no(part, store, person, source) for part in (node.left, node.right))


@pytest.mark.parametrize("source", SOURCES)
def test_an_indicator_that_needs_what_is_not_carried_is_not_known(
    council, plan, source
):
    store = council.stores[source]
    people = store.table("persons")["person_id"].unique().sort()
    rows = pl.DataFrame({"person_id": people}).with_columns(
        pl.lit(LAST + timedelta(days=1)).alias("as_of")
    )
    values = compute(plan, store, rows)
    pictures = [look(plan, store, p, as_of) for p, as_of in rows.head(60).iter_rows()]
    needing = [i for i in plan.indicators if needs_more(i.value, source)]
    assert len(needing) > 5
    for one in needing:
        found = dict(zip(people, values[one.name], strict=True))
        for person, picture in zip(people.head(60), pictures, strict=True):
            assert picture.values[one.name].value == found[person], one.name
        for person, number in found.items():
            assert number is None or says_no(one.value, store, person, source), one.name
    others = [i for i in plan.indicators if i not in needing]
    assert any(values[one.name].is_not_null().any() for one in others)
    for one in others:
        assert [p.values[one.name].value for p in pictures] == values[one.name].head(
            60
        ).to_list()
    lacking = {one.name for one in needing if not lacks(one.value, source)[0]}
    assert lacking == WITHOUT_A_COLUMN[SOURCES[source]]
    assert not any(values[name].is_not_null().any() for name in lacking)


@pytest.mark.parametrize("source", SOURCES)
def test_a_column_that_is_not_carried_is_said_to_be_absent(council, source):
    coverage = council.stores[source].coverage
    for table, carried in CARRIED.formats[SOURCES[source]].items():
        assert {one.column for one in coverage[table].absent} == set(carried.lost)
        assert all(one.lasts for one in coverage[table].absent)


@pytest.mark.parametrize("source", SOURCES)
def test_a_gap_names_what_is_not_carried(council, plan, source):
    store = council.stores[source]
    people = store.table("persons")["person_id"].unique().sort()
    declared = {
        one.name: one.when
        for one in (*plan.prompts, *plan.gaps)
        if needs_more(one.when, source)
    }
    assert len(declared) > 5
    silent, raised = set(declared), set()
    for person in people:
        picture = look(plan, store, person, LAST + timedelta(days=1))
        raised |= declared.keys() & {prompt.name for prompt in picture.prompts}
        silent -= {gap.name for gap in picture.gaps}
    assert silent == DECIDED[SOURCES[source]]
    assert raised == RAISED_ALL_THE_SAME[SOURCES[source]]


def test_a_return_interview_that_has_no_column_is_a_gap(council, plan):
    """SSDA903 says who went missing, and nothing of return interviews."""
    store = council.stores["ssda903/2026"]
    as_of = LAST + timedelta(days=1)
    back = store.table("missing_episodes").filter(
        pl.col("date") >= as_of - timedelta(days=90), pl.col("end_known_from") < as_of
    )
    assert back.height > 2
    for person in back["person_id"].unique().sort():
        picture = look(plan, store, person, as_of)
        assert "return_interview_not_known" in {g.name for g in picture.gaps}
        assert "return_interview_not_offered" not in {p.name for p in picture.prompts}

"""Columns that no source has: said in the store, by table and by extract."""

import json
from datetime import date

import polars as pl
import pytest

from riskaid.errors import ExtractError
from riskaid.files import canonical_json
from riskaid.indicators import kernel, reference, sql
from riskaid.language import days
from riskaid.records.carried import CARRIED
from riskaid.records.coverage import Coverage, joint, later_extract
from riskaid.records.ingest import ingest
from riskaid.records.lacking import Lack, after, lacking_now, lacks_of, shared, without
from riskaid.records.quality_counts import answers, not_recorded
from riskaid.records.quality_profile import profile
from riskaid.records.quality_report import quality_report
from riskaid.records.quality_rules import check_rules, columns_of, rule_book
from riskaid.records.store import FACTS, open_store
from riskaid.records.tables import TABLES, missing_episodes, persons, referrals

D = date
PEOPLE = "pers_person_id,pers_dob,pers_sex\nC1,2015-05-17,F\nC2,2018-05-17,M\n"
MISSING = """\
miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type,\
miss_missing_episode_end_date
C1,2025-11-10,M,2025-11-12
"""
UNTYPED = """\
miss_person_id,miss_missing_episode_start_date,miss_missing_episode_end_date
C1,2025-11-10,2025-11-12
"""
OF_TYPE_M = missing_episodes.where(missing_episodes.episode_type == "M")
WRITTEN_AGAIN = [
    Lack("code"),
    Lack("code", last=D(2024, 1, 1)),
    Lack("code", since=D(2024, 1, 1), until=D(2024, 2, 1)),
]


def files(missing, **more):
    return {"people.csv": PEOPLE, "missing.csv": missing, **more}


def absent(store, table):
    return open_store(store).coverage[table].absent


def lasting(store, table):
    return {one.column for one in absent(store, table) if one.lasts}


def value(store, expression, as_of, person="C1"):
    """One value by the three engines, which must agree."""
    held = open_store(store)
    rows = pl.DataFrame({"person_id": [person], "as_of": [as_of]})
    named = {"x": expression.node}
    found = kernel.columns(named, held, rows)["x"][0]
    assert sql.columns(named, held, rows)["x"][0] == found
    assert reference.value(expression, held, person, as_of).value == found
    return found


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


def test_a_column_that_no_file_has_is_said_and_one_that_is_empty_is_not(ssd, store):
    empty = MISSING.replace(",M,", ",,")
    ingest(ssd(files(empty)), store)
    assert lasting(store, "missing_episodes") == {"rhi_offered", "rhi_accepted"}
    assert lasting(store, "persons") == {"expected", "died", "ethnicity"}
    assert value(store, OF_TYPE_M.count(last=days(200)), D(2026, 3, 31)) == 0
    said = json.loads((store / FACTS).read_text())["tables"]["missing_episodes"]
    assert said["absent"] == [{"column": "rhi_accepted"}, {"column": "rhi_offered"}]


def test_what_reads_the_column_is_not_known_and_what_does_not_is(ssd, store):
    ingest(ssd(files(UNTYPED)), store)
    as_of = D(2026, 3, 31)
    assert value(store, OF_TYPE_M.count(last=days(200)), as_of) is None
    assert value(store, OF_TYPE_M.any(last=days(200)), as_of) is None
    assert value(store, OF_TYPE_M.any(last=days(200)), as_of, "C2") is None
    assert value(store, missing_episodes.count(last=days(200)), as_of) == 1
    assert value(store, missing_episodes.is_open(), as_of) == 0
    # An expected date of birth only stands in for a date of birth.
    assert value(store, persons.age_years(), as_of) == 10


def test_spells_without_an_end_cannot_be_said_to_be_open(ssd, store):
    text = "cine_referral_id,cine_person_id,cine_referral_date\nR1,C1,2025-11-10\n"
    ingest(ssd(files(MISSING, **{"r.csv": text})), store)
    as_of = D(2026, 3, 31)
    assert value(store, referrals.is_open(), as_of) is None
    assert value(store, referrals.open_at(days(30)), as_of) is None
    assert value(store, referrals.overlap_days(last=days(30)), as_of) is None
    assert value(store, referrals.count(), as_of) == 1


def test_a_link_without_an_end_holds_as_long_as_the_extracts_say_it(ssd, store):
    text = "moth_person_id,moth_childs_person_id\nC2,C1\n"
    ingest(ssd(files(MISSING, **{"h.csv": text})), store)
    household = TABLES["household"]
    assert lasting(store, "household") == set()
    assert value(store, household.is_open(), D(2026, 4, 1)) == 1


def test_ids_alone_say_nothing_of_who_somebody_is(ssd, store):
    ingest(ssd({"missing.csv": MISSING}), store)
    assert lasting(store, "persons") == set(TABLES["persons"].columns)
    assert value(store, persons.where(persons.sex == "F").any(), D(2026, 3, 31)) is None


FEED = """
name = "police"
covered_from = 2020-04-01
[[feed]]
file = "police.csv"
table = "missing_episodes"
[feed.columns]
person_id = "child"
date = "from"
{more}
"""


@pytest.fixture
def police(tmp_path):
    """A mapped feed of one file, with what its mapping says besides."""

    def make(more):
        folder = tmp_path / "feed"
        folder.mkdir(exist_ok=True)
        (folder / "police.csv").write_text("child,from,kind\nC1,2025-12-01,M\n")
        (folder / "map.toml").write_text(FEED.format(more=more))
        return {"source": folder, "mapping": folder / "map.toml"}

    return make


@pytest.mark.parametrize(
    ("more", "lacks"),
    [
        ("", {"episode_type", "end", "rhi_offered", "rhi_accepted"}),
        ('episode_type = "kind"', {"end", "rhi_offered", "rhi_accepted"}),
        (
            '[feed.constants]\nepisode_type = "M"',
            {"end", "rhi_offered", "rhi_accepted"},
        ),
        ('end = "kind"', {"episode_type", "rhi_offered", "rhi_accepted"}),
    ],
)
def test_a_mapping_supplies_what_it_maps_or_fixes(police, store, more, lacks):
    ingest(**police(more), store=store, extract_date=D(2026, 3, 31))
    assert lasting(store, "missing_episodes") == lacks


def test_an_optional_column_that_the_file_has_not_is_lacking(police, store):
    more = 'episode_type = "sort"\n'
    feed = police(more)
    text = feed["mapping"].read_text()
    feed["mapping"].write_text(
        text.replace("[feed.columns]", 'optional = ["episode_type"]\n[feed.columns]')
    )
    ingest(**feed, store=store, extract_date=D(2026, 3, 31))
    assert "episode_type" in lasting(store, "missing_episodes")


def test_a_column_that_one_of_several_sources_has_is_there(ssd, police, store):
    """A record of a source without the column is one whose value is not known."""
    ingest(ssd(files(MISSING)), store)
    ingest(**police(""), store=store, extract_date=D(2026, 3, 31))
    assert lasting(store, "missing_episodes") == {"rhi_offered", "rhi_accepted"}
    as_of = D(2026, 3, 31)
    assert value(store, missing_episodes.count(last=days(200)), as_of) == 2
    assert value(store, OF_TYPE_M.count(last=days(200)), as_of) == 1


def test_a_column_that_comes_later_is_not_known_before(ssd, store):
    before = ssd(files(UNTYPED), day="2025-12-31", name="first")
    ingest(before, store)
    ingest(ssd(files(MISSING), day="2026-03-31", name="second"), store)
    lack = Lack("episode_type", until=D(2026, 3, 31))
    assert lack in absent(store, "missing_episodes")
    asked = OF_TYPE_M.count(last=days(200))
    assert value(store, asked, D(2026, 1, 15)) is None
    assert value(store, asked, D(2026, 3, 31)) is None
    assert value(store, asked, D(2026, 4, 1)) == 1


def test_a_column_that_goes_is_not_known_afterwards(ssd, store):
    ingest(ssd(files(MISSING), day="2025-12-31", name="first"), store)
    ingest(ssd(files(UNTYPED), day="2026-03-31", name="second"), store)
    lack = Lack("episode_type", since=D(2026, 1, 2))
    assert lack in absent(store, "missing_episodes")
    asked = OF_TYPE_M.count(last=days(200))
    assert value(store, asked, D(2026, 1, 1)) == 1
    assert value(store, asked, D(2026, 1, 2)) is None
    assert value(store, asked, D(2026, 4, 1)) is None


def test_what_left_with_the_window_never_had_the_column(ssd, store):
    old = UNTYPED + "C1,2020-06-01,2020-06-02\n"
    ingest(ssd(files(old), day="2025-12-31", name="first"), store)
    later = ssd(files(MISSING), name="second", covered_from="2021-01-01")
    ingest(later, store)
    asked, as_of = OF_TYPE_M.count, D(2026, 4, 1)
    assert value(store, missing_episodes.count(), as_of) == 2
    assert value(store, asked(), as_of) is None
    assert value(store, asked(last=days((as_of - D(2020, 12, 31)).days)), as_of) is None
    assert value(store, asked(last=days((as_of - D(2021, 1, 1)).days)), as_of) == 1


def test_the_same_extract_again_changes_no_byte(ssd, store):
    ingest(ssd(files(UNTYPED), day="2025-12-31", name="first"), store)
    second = ssd(files(MISSING), name="second")
    ingest(second, store)
    before = (store / FACTS).read_bytes()
    ingest(second, store)
    assert (store / FACTS).read_bytes() == before


def test_the_summary_and_the_quality_file_name_what_is_lacking(ssd, store):
    report = ingest(ssd(files(UNTYPED)), store)
    (line,) = [x for x in report.summary().splitlines() if "missing_episodes" in x]
    assert line.endswith(", without episode_type, rhi_accepted, rhi_offered")
    told = {t["table"]: t["absent"] for t in report.to_json()["tables"]}
    assert {"column": "episode_type"} in told["missing_episodes"]
    assert told["families"] == []


def test_a_store_of_before_is_to_be_ingested_again(ssd, store):
    """It does not say what its sources lacked, so its zeros cannot be believed."""
    ingest(ssd(files(MISSING)), store)
    facts = json.loads((store / FACTS).read_text())
    (store / FACTS).write_text(canonical_json({**facts, "version": 2}))
    with pytest.raises(ExtractError, match="Ingest the sources again"):
        open_store(store)


@pytest.mark.parametrize(
    "damaged",
    [
        "code",
        [{}],
        [{"column": 3}],
        [{"column": "rhi_offered", "to": "soon"}],
        [{"column": "rhi_offered", "from": "2024-01-01"}],
    ],
)
def test_what_a_store_says_it_lacks_is_checked(ssd, store, damaged):
    ingest(ssd(files(MISSING)), store)
    facts = json.loads((store / FACTS).read_text())
    facts["tables"]["missing_episodes"]["absent"] = damaged
    (store / FACTS).write_text(canonical_json(facts))
    with pytest.raises(ExtractError, match="changed by hand or is damaged"):
        open_store(store)


@pytest.mark.parametrize("lack", WRITTEN_AGAIN)
def test_a_lack_is_read_as_it_was_written(lack):
    held = Coverage(D(2020, 1, 1), D(2024, 1, 1), absent=(lack,))
    assert Coverage.from_json(json.loads(json.dumps(held.to_json()))) == held
    assert lacks_of([lack.to_json()]) == (lack,)


def test_a_link_is_never_without_an_end():
    assert without("household", ["adult_id", "role", "strength"]) == set()
    assert without("missing_episodes", ["episode_type", "rhi_offered", "date"]) == {
        "end",
        "rhi_accepted",
    }
    assert lacking_now(["b", "a"]) == (Lack("a"), Lack("b"))


TWO = (D(2024, 1, 1), D(2025, 1, 1))


@pytest.mark.parametrize(
    ("before", "now", "windows", "expected"),
    [
        ([Lack("a")], [Lack("a")], TWO, [Lack("a")]),
        ([Lack("a")], [], None, [Lack("a", until=TWO[1])]),
        (
            [Lack("a")],
            [],
            (D(2020, 1, 1), D(2020, 2, 1)),
            [
                Lack("a", last=D(2020, 1, 31), since=D(2025, 1, 2)),
                Lack("a", until=TWO[1]),
            ],
        ),
        ([Lack("a")], [], (D(2020, 1, 1), D(2020, 1, 1)), [Lack("a", until=TWO[1])]),
        ([], [Lack("a")], None, [Lack("a", since=D(2024, 1, 3))]),
        (
            [Lack("a", until=D(2023, 1, 1))],
            [Lack("a")],
            None,
            [Lack("a", until=D(2023, 1, 1)), Lack("a", since=D(2024, 1, 3))],
        ),
        ([Lack("a", until=D(2023, 1, 1))], [], TWO, [Lack("a", until=D(2023, 1, 1))]),
    ],
)
def test_extracts_follow_each_other(before, now, windows, expected):
    found = after(before, now, extracts=TWO, windows=windows)
    assert set(found) == set(expected)


def test_an_extract_of_the_same_day_takes_effect_the_next():
    day = TWO[1]
    found = after([], [Lack("a")], extracts=(day, day), windows=None)
    assert found == (Lack("a", since=D(2025, 1, 2)),)


def test_sources_share_what_they_lack_for_the_same_days_and_dates():
    early, late = Lack("a", until=D(2024, 1, 1)), Lack("a", since=D(2023, 1, 1))
    both = Lack("a", since=D(2023, 1, 1), until=D(2024, 1, 1))
    assert shared([[early], [late]]) == (both,)
    assert shared([[early], [Lack("a", since=D(2024, 1, 2))]]) == ()
    assert shared([[Lack("a"), Lack("b")], [Lack("b")]]) == (Lack("b"),)
    old = Lack("a", last=D(2020, 1, 1))
    assert shared([[old], [early]]) == (
        Lack("a", last=D(2020, 1, 1), until=D(2024, 1, 1)),
    )
    assert shared([[Lack("a"), early]]) == (Lack("a"),)


def test_an_undated_source_supplies_a_column_only_while_it_covers_the_time():
    dated = Coverage(D(2020, 1, 1), D(2026, 3, 31), absent=(Lack("role"),))
    undated = Coverage(D(2026, 1, 31), D(2026, 2, 28))
    found = joint([(dated, True), (undated, False)])
    assert found.absent == (
        Lack("role", until=D(2026, 1, 31)),
        Lack("role", since=D(2026, 3, 2)),
    )
    assert joint([(undated, False), (undated, False)]).absent == ()
    beside = later_extract(dated, dated, dated=True)
    assert beside.absent == (Lack("role"),)


def test_a_census_lacks_what_it_has_no_place_for(tmp_path, store):
    census = tmp_path / "census.xml"
    census.write_text(
        "<Message><Header><ReferenceDate>2026-03-31</ReferenceDate></Header>"
        "<Children><Child><ChildIdentifiers><LAchildID>C1</LAchildID>"
        "<PersonBirthDate>2015-05-17</PersonBirthDate></ChildIdentifiers>"
        "<CINdetails><CINreferralDate>2025-06-01</CINreferralDate>"
        "<Section47><S47ActualStartDate>2025-06-02</S47ActualStartDate>"
        "<DateOfInitialCPC>2025-06-10</DateOfInitialCPC></Section47>"
        "<ChildProtectionPlans><CPPstartDate>2025-06-10</CPPstartDate>"
        "</ChildProtectionPlans></CINdetails></Child></Children></Message>"
    )
    ingest(census, store)
    carried = CARRIED.formats["cin_census"]
    for table in ("persons", "referrals", "s47_enquiries", "icpcs", "cp_plans"):
        assert lasting(store, table) == set(carried[table].lost), table


def test_a_rule_that_reads_a_lacking_column_is_not_checked(ssd, store):
    people = PEOPLE.replace(",pers_sex", "").replace(",F", "").replace(",M", "")
    ingest(ssd(files(MISSING) | {"people.csv": people}), store)
    found = {one.rule.codes[0]: one for one in check_rules(open_store(store))}
    assert found["4180"].rows is None
    assert found["4180"].why_not == "no source has persons.sex"
    text = PEOPLE.replace("C2,2018-05-17,M", "C2,2018-05-17,")
    ingest(ssd(files(MISSING) | {"people.csv": text}, name="second"), store)
    found = {one.rule.codes[0]: one for one in check_rules(open_store(store))}
    assert found["4180"].rows == 1


def test_the_columns_that_a_rule_reads_are_found_in_its_words():
    read = {rule.codes[0]: columns_of(rule) for rule in rule_book().rules if rule.sql}
    assert read["8585Q"] == {("referrals", "close_reason"), ("persons", "died")}
    assert read["4180"] == {("persons", "sex")}
    assert read["8820"] == {("referrals", "no_further_action"), ("referrals", "end")}
    inner = [r for r in rule_book().rules if "SELECT person_id, date" in r.sql]
    assert inner
    assert all(("assessments", "end") in columns_of(rule) for rule in inner)
    dated = [rule for rule in rule_book().rules if rule.sql and ".date" in rule.sql]
    assert all(column != "date" for rule in dated for _, column in columns_of(rule))


def test_the_report_does_not_count_answers_that_nobody_could_give(ssd, store, tmp_path):
    ingest(ssd(files(MISSING)), store)
    held = open_store(store)
    assert "missing_episodes.rhi_offered" not in {one.what for one in answers(held)}
    assert [one.what for one in not_recorded(held)] == []
    quality_report(store, tmp_path / "report")
    page = (tmp_path / "report" / "report.html").read_text()
    assert "Columns that no source has: what reads them is not known" in page
    assert "died, ethnicity, expected" in page
    whole = MISSING.replace("_end_date", "_end_date,miss_missing_rhi_offered")
    whole = whole.replace("12\n", "12,Y\n")
    ingest(ssd(files(whole), name="second"), store)
    counted = {one.what: one.counts for one in answers(open_store(store))}
    assert list(counted) == ["missing_episodes.rhi_offered"]


def test_a_council_is_not_set_beside_others_by_a_column_it_does_not_have(ssd, store):
    head = "cine_referral_id,cine_person_id,cine_referral_date,cine_referral_nfa\n"
    rows = [f"R{n},C{n},2025-05-0{1 + n % 9},{'NY'[n % 2]}\n" for n in range(30)]
    ingest(ssd(files(MISSING, **{"r.csv": head + "".join(rows)})), store)
    found = {one.spread.key: one for one in profile(open_store(store), 5000)}
    assert (found["referrals_nfa"].value, found["referrals_nfa"].why_not) == (50.0, "")
    why = "no source has a column that it is counted by"
    for key in ("referrals_from_police", "cin_rate", "need_n1"):
        assert (found[key].value, found[key].why_not) == (None, why)

"""Returns of the synthetic council: laid out as in their year, with the codes of it."""

import csv
import json
import re
from datetime import date
from itertools import pairwise

import polars as pl
import pytest
from lxml import etree

from riskaid.errors import UsageError
from riskaid.files import digest_folder
from riskaid.records.identifiers import valid_upn
from riskaid.records.synthetic import next_steps, synth
from riskaid.records.synthetic.months import make_calendar
from riskaid.records.synthetic.returns import return_years

YEARS = [str(year) for year in range(2019, 2027)]
ORDER = {
    "Child": ["ChildIdentifiers", "ChildCharacteristics", "CINdetails"],
    "ChildIdentifiers": [
        "LAchildID", "UPN", "UPNunknown", "PersonBirthDate", "ExpectedPersonBirthDate",
        "GenderCurrent", "Sex",
    ],
    "ChildCharacteristics": ["Ethnicity", "Disabilities"],
    "CINdetails": [
        "CINreferralDate", "ReferralSource", "PrimaryNeedCode", "CINclosureDate",
        "ReasonForClosure", "DateOfInitialCPC", "Assessments", "CINPlanDates",
        "Section47", "ReferralNFA", "ChildProtectionPlans",
    ],
    "Assessments": [
        "AssessmentActualStartDate", "AssessmentAuthorisationDate",
        "FactorsIdentifiedAtAssessment",
    ],
    "CINPlanDates": ["CINPlanStartDate", "CINPlanEndDate"],
    "Section47": [
        "S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC", "ICPCnotRequired",
    ],
    "ChildProtectionPlans": [
        "CPPstartDate", "CPPendDate", "InitialCategoryOfAbuse", "LatestCategoryOfAbuse",
        "NumberOfPreviousCPP",
    ],
}  # fmt: skip
CENSUS_CODES = {
    "Ethnicity": "ETHNICITY",
    "Disability": "DISABILITY",
    "ReferralSource": "REFERRAL_SOURCE",
    "PrimaryNeedCode": "PRIMARY_NEED",
    "ReasonForClosure": "CIN_CLOSURE_REASON",
    "AssessmentFactors": "ASSESSMENT_FACTOR",
    "InitialCategoryOfAbuse": "CATEGORY_OF_ABUSE",
    "LatestCategoryOfAbuse": "CATEGORY_OF_ABUSE",
    "UPNunknown": "UPN_UNKNOWN",
    "GenderCurrent": "SEX",
    "Sex": "SEX",
}
MODULE_CODES = {
    ("header", "SEX"): "SEX",
    ("header", "ETHNIC"): "ETHNICITY",
    ("episodes", "RNE"): "EPISODE_START_REASON",
    ("episodes", "LS"): "LEGAL_STATUS",
    ("episodes", "CIN"): "PRIMARY_NEED",
    ("episodes", "PLACE"): "PLACEMENT_TYPE",
    ("episodes", "PLACE_PROVIDER"): "PLACEMENT_PROVIDER",
    ("episodes", "REC"): "EPISODE_CEASED_REASON",
    ("episodes", "REASON_PLACE_CHANGE"): "PLACEMENT_CHANGE_REASON",
    ("reviews", "REVIEW_CODE"): "REVIEW_PARTICIPATION",
    ("oc2", "SDQ_REASON"): "SDQ_REASON",
    ("missing", "MISSING"): "MISSING_TYPE",
}
ON_PURPOSE = {("AssessmentFactors", "18A")}
"""Faults that the synthetic SSD has on purpose, and that go out as they are."""
DATES_IN_YEAR = {
    *("CINclosureDate", "AssessmentAuthorisationDate", "CINPlanEndDate"),
    *("DateOfInitialCPC", "CPPendDate"),
}
"""Dates that must fall within the year (8620, 8696, 4013, 8715, 8930)."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "council"
    synth(out, children=5_600, seed=7, formats=["cin_census", "ssda903"])
    return out


@pytest.fixture(scope="module")
def lists(sector_files):
    """Codes by list and year."""
    text = (sector_files / "ssd_codelists.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))

    def valid(name, year):
        return {
            row["code"]
            for row in rows
            if row["code_list"] == name
            and int(row["from_year"] or 0)
            <= int(year)
            <= int(row["until_year"] or 9999)
        }

    return valid


def census(made, year):
    return etree.parse(made / "cin_census" / year / f"cin_{year}.xml").getroot()


def module(made, year, name):
    return pl.read_csv(made / "ssda903" / year / f"{name}.csv", infer_schema=False)


def window(year):
    return f"{int(year) - 1}-04-01", f"{year}-03-31"


@pytest.mark.parametrize("year", YEARS)
def test_a_census_has_the_codes_of_its_year(made, lists, year):
    root = census(made, year)
    for element, name in CENSUS_CODES.items():
        found = {e.text for e in root.iter(element)}
        allowed = lists(name, year) | {code for e, code in ON_PURPOSE if e == element}
        assert found <= allowed, element
    assert {e.text for e in root.iter("ReferralNFA", "ICPCnotRequired")} == {"0", "1"}


@pytest.mark.parametrize("year", YEARS)
def test_a_census_is_laid_out_as_in_its_year(made, year):
    root = census(made, year)
    first, last = window(year)
    assert root.findtext("Header/CollectionDetails/Collection") == "CIN"
    assert root.findtext("Header/CollectionDetails/Year") == year
    assert root.findtext("Header/CollectionDetails/ReferenceDate") == last
    for block, order in ORDER.items():
        for element in root.iter(block):
            places = [order.index(part.tag) for part in element]
            assert places == sorted(places), block
    assert (next(root.iter("Sex"), None) is not None) == (int(year) >= 2025)
    assert (next(root.iter("GenderCurrent"), None) is None) == (int(year) >= 2025)
    assert (next(root.iter("CINPlanDates"), None) is not None) == (int(year) >= 2022)
    factors = {f.text for f in root.iter("AssessmentFactors")}
    assert (
        factors & {"18B", "18C", "19B", "19C"}
        if int(year) >= 2021
        else "18A" in factors
    )
    for element in root.iter():
        if re.search("Date$|^Date|date$|target$", element.tag) and element.text:
            if element.tag in (
                "DateTime",
                "ExpectedPersonBirthDate",
                "InitialCPCtarget",
            ):
                continue
            date.fromisoformat(element.text)
            assert element.text <= last, element.tag
            assert element.tag not in DATES_IN_YEAR or element.text >= first, (
                element.tag
            )


@pytest.mark.parametrize("year", ["2019", "2026"])
def test_a_census_holds_children_with_a_referral_open_in_the_year(made, year):
    root = census(made, year)
    first, last = window(year)
    children = root.findall("Children/Child")
    ids = [c.findtext("ChildIdentifiers/LAchildID") for c in children]
    assert len(ids) == len(set(ids)) > 100
    assert ids == sorted(ids)
    for child in children:
        born = child.findall(".//PersonBirthDate") + child.findall(
            ".//ExpectedPersonBirthDate"
        )
        assert len(born) == 1
        for details in child.findall("CINdetails"):
            assert details.findtext("CINreferralDate") <= last
            closed = details.findtext("CINclosureDate")
            assert closed is None or first <= closed <= last
            assert (closed is None) == (details.findtext("ReasonForClosure") is None)
            for plan in details.findall("ChildProtectionPlans"):
                assert plan.findtext("CPPstartDate") >= details.findtext(
                    "CINreferralDate"
                )
            for enquiry in details.findall("Section47"):
                begun = enquiry.findtext("S47ActualStartDate")
                assert begun >= first or enquiry.findtext("DateOfInitialCPC")
                if enquiry.findtext("ICPCnotRequired") == "1":
                    assert enquiry.find("DateOfInitialCPC") is None


def test_nobody_has_the_upns_but_their_form_is_right(made):
    upns = pl.Series([e.text for e in census(made, "2026").iter("UPN")])
    assert len(upns) > 100
    assert valid_upn(upns).all()
    assert upns.str.slice(1, 3).unique().to_list() == ["999"]
    assert upns.is_unique().all()
    theirs = module(made, "2026", "header")["UPN"]
    assert theirs.str.contains(r"^(UN\d|[A-Z]999\d{9})$").all()


def test_an_unborn_child_is_expected_and_of_no_sex(made):
    unborn = [
        child
        for child in census(made, "2026").iter("ChildIdentifiers")
        if (child.findtext("ExpectedPersonBirthDate") or "") > "2026-03-31"
    ]
    assert unborn
    assert {child.findtext("Sex") for child in unborn} == {"U"}


COLUMNS = {
    "header": "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB",
    "episodes": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,"
    "REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN",
    "reviews": "CHILD,DOB,REVIEW,REVIEW_CODE",
    "uasc": "CHILD,SEX,DOB,DUC",
    "oc2": "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,"
    "TEETH_CHECK,HEALTH_ASSESSMENT,SUBSTANCE_MISUSE,INTERVENTION_RECEIVED,"
    "INTERVENTION_OFFERED",
    "missing": "CHILD,DOB,MISSING,MIS_START,MIS_END",
}


@pytest.mark.parametrize("year", YEARS)
def test_modules_of_ssda903_are_those_of_their_year(made, lists, year):
    children = module(made, year, "header")
    for name, columns in COLUMNS.items():
        rows = module(made, year, name)
        assert rows.columns == columns.split(","), name
        assert rows.height > 0, name
        assert set(rows["CHILD"]) <= set(children["CHILD"]), name
        for column in set(rows.columns) & {
            *("DOB", "DECOM", "DEC", "REVIEW", "DUC", "MIS_START", "MIS_END")
        }:
            told = rows[column].drop_nulls()
            assert told.str.contains(r"^\d\d/\d\d/\d{4}$").all(), (name, column)
        if "DOB" in rows.columns:
            agree = rows.join(children.select("CHILD", DOB_TOO="DOB"), on="CHILD")
            assert (agree["DOB"] == agree["DOB_TOO"]).all(), name
    for (name, column), codes in MODULE_CODES.items():
        found = set(module(made, year, name)[column].drop_nulls())
        assert found, (name, column)
        assert found <= lists(codes, year), (name, column)


def test_episodes_follow_each_other_and_have_a_legal_status(made):
    rows = module(made, "2024", "episodes").with_columns(
        pl.col("DECOM", "DEC").str.to_date("%d/%m/%Y")
    )
    assert rows["LS"].is_not_null().all()
    assert rows["PLACE"].is_not_null().all()
    assert (rows["DEC"].is_null() == rows["REC"].is_null()).all()
    for (_,), mine in rows.group_by("CHILD"):
        for one, after in pairwise(mine.sort("DECOM").iter_rows(named=True)):
            assert one["DEC"] is not None
            assert one["DEC"] <= after["DECOM"]
            assert (one["REC"] == "X1") == (after["RNE"] != "S")


def test_wellbeing_is_asked_of_children_looked_after_for_a_year(made):
    rows = module(made, "2026", "oc2")
    assert (rows["SDQ_SCORE"].is_null() != rows["SDQ_REASON"].is_null()).all()
    assert rows["SDQ_SCORE"].drop_nulls().cast(pl.Int64).is_between(0, 40).all()
    assert rows["CHILD"].is_unique().all()
    open_now = module(made, "2026", "episodes").filter(pl.col("DEC").is_null())
    assert set(rows["CHILD"]) < set(open_now["CHILD"])
    born = rows["DOB"].str.to_date("%d/%m/%Y")
    of_age = (born <= date(2022, 3, 31)) & (born > date(2009, 3, 31))
    assert (~of_age.filter(rows["SDQ_REASON"] == "SDQ1")).all()
    assert of_age.filter(rows["SDQ_REASON"] == "SDQ4").all()


def test_the_xml_of_ssda903_says_what_the_modules_say(made):
    root = etree.parse(made / "ssda903/2026_xml/ssda903_2026.xml").getroot()
    assert root.tag == "EXPSSDA903"
    blocks = {
        "episodes": "EPISODE",
        "reviews": "AREVIEW",
        "missing": "AMISSING",
        "oc2": "OC2",
    }
    for name, block in blocks.items():
        parents = "CHILD" if block == "EPISODE" else "CHILD/HEADER"
        found = [
            (
                part.getroottree().getroot() is root
                and next(part.iterancestors("CHILD")).findtext("HEADER/CHILDID"),
                {
                    e.tag.replace("PL", "PLACE") if e.tag == "PL" else e.tag: e.text
                    for e in part
                },
            )
            for part in root.findall(f"{parents}/{block}")
        ]
        rows = [
            (
                row["CHILD"],
                {k: v for k, v in row.items() if v and k not in ("CHILD", "DOB")},
            )
            for row in module(made, "2026", name).iter_rows(named=True)
        ]
        assert sorted(found, key=str) == sorted(rows, key=str)
    alone = {
        c.findtext("HEADER/CHILDID") for c in root if c.findtext("HEADER/UASC") == "1"
    }
    assert alone == set(module(made, "2026", "uasc")["CHILD"])


def test_each_folder_says_what_it_is(made):
    facts = json.loads((made / "cin_census/2020/extract.json").read_text())
    assert facts == {
        "name": "synthetic council CIN census",
        "extract_date": "2020-03-31",
        "covered_from": "2019-04-01",
        "mark": "synthetic",
    }
    assert not (made / "ssd").exists()
    assert not (made / "feeds").exists()
    council = json.loads((made / "council.json").read_text())
    assert council["synthetic"] is True


def test_the_same_arguments_give_the_same_bytes(tmp_path):
    formats = ["ssd", "cin_census", "ssda903"]
    synth(tmp_path / "a", children=500, seed=3, formats=formats)
    synth(tmp_path / "b", children=500, seed=3, formats=formats)
    assert digest_folder(tmp_path / "a") == digest_folder(tmp_path / "b")


def test_formats_do_not_change_the_ssd(tmp_path):
    synth(tmp_path / "a", children=500, seed=3)
    synth(tmp_path / "b", children=500, seed=3, formats=["ssd", "ssda903"])
    assert digest_folder(tmp_path / "a/ssd") == digest_folder(tmp_path / "b/ssd")
    assert digest_folder(tmp_path / "a/truth") == digest_folder(tmp_path / "b/truth")


def test_only_the_last_years_when_asked(tmp_path):
    synth(
        tmp_path / "a", children=300, seed=3, formats=["cin_census", "ssda903"], years=2
    )
    held = sorted(p.name for p in (tmp_path / "a/cin_census").iterdir())
    assert held == ["2025", "2026"]
    assert next_steps(tmp_path / "a") == [
        f"{tmp_path / 'a' / place} --store STORE_{place.split('/')[0].upper()}"
        for place in (
            *("cin_census/2025", "cin_census/2026"),
            *("ssda903/2025", "ssda903/2026", "ssda903/2026_xml"),
        )
    ]


def test_a_year_is_returned_only_when_the_records_hold_it_whole():
    held = return_years(make_calendar(date(2025, 10, 10)))
    assert [year.name for year in held] == [str(y) for y in range(2019, 2026)]
    assert held[0].first == date(2018, 4, 1)


@pytest.mark.parametrize(
    ("formats", "years", "says"),
    [
        (["cin_cenus"], None, "Did you mean 'cin_census'"),
        ([], None, "No format is given"),
        (["ssda903"], 0, "below 1"),
    ],
)
def test_a_format_there_is_not_is_refused(tmp_path, formats, years, says):
    with pytest.raises(UsageError, match=says):
        synth(tmp_path / "a", children=10, seed=1, formats=formats, years=years)
    assert not (tmp_path / "a").exists()

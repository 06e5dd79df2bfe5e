from datetime import date

import pytest

from riskaid.errors import ExtractError
from riskaid.records.ingest import ingest, recognise
from riskaid.records.store import open_store

CHILD = """<Child><ChildIdentifiers><LAchildID>{who}</LAchildID><UPN>A123456789012</UPN>
<PersonBirthDate>2012-08-14</PersonBirthDate><{sex}</ChildIdentifiers>
<ChildCharacteristics><Ethnicity>MWBC</Ethnicity><Disabilities><Disability>AUT</Disability>
<Disability>LD</Disability></Disabilities></ChildCharacteristics>
<CINdetails><CINreferralDate>2025-04-17</CINreferralDate><ReferralSource>6</ReferralSource>
<PrimaryNeedCode>N1</PrimaryNeedCode><CINclosureDate>2026-01-10</CINclosureDate>
<ReasonForClosure>RC8</ReasonForClosure>
<Assessments><AssessmentActualStartDate>2025-04-18</AssessmentActualStartDate>
<AssessmentAuthorisationDate>2025-06-03</AssessmentAuthorisationDate>
<FactorsIdentifiedAtAssessment><AssessmentFactors>3B</AssessmentFactors>
<AssessmentFactors>RB</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>
<CINPlanDates><CINPlanStartDate>2025-07-01</CINPlanStartDate></CINPlanDates>
<Section47><S47ActualStartDate>2025-04-22</S47ActualStartDate>
<InitialCPCtarget>2025-05-14</InitialCPCtarget><DateOfInitialCPC>2025-05-12</DateOfInitialCPC>
<ICPCnotRequired>false</ICPCnotRequired></Section47>
<Section47><S47ActualStartDate>2025-09-22</S47ActualStartDate><ICPCnotRequired>1</ICPCnotRequired></Section47>
<ReferralNFA>false</ReferralNFA>
<ChildProtectionPlans><CPPstartDate>2025-05-12</CPPstartDate><InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>
<LatestCategoryOfAbuse>EMO</LatestCategoryOfAbuse></ChildProtectionPlans></CINdetails></Child>"""
HEADER = "<Header><CollectionDetails><ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails></Header>"


def message(*children, header=HEADER, first='<?xml version="1.0"?>'):
    return f"{first}<Message>{header}<Children>{''.join(children)}</Children></Message>"


def child(who="C1", sex="Sex>F</Sex>"):
    return CHILD.format(who=who, sex=sex)


@pytest.fixture
def census(tmp_path):
    def run(text):
        file = tmp_path / "return.xml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        report = ingest(file, tmp_path / "store")
        return report, open_store(tmp_path / "store")

    return run


def test_every_block_becomes_its_table(census):
    report, store = census(message(child()))
    assert report.extract_date == date(2026, 3, 31)
    counts = {name: store.table(name).height for name in store.coverage}
    assert counts == {
        "assessment_factors": 1,
        "assessments": 1,
        "cin_plans": 1,
        "cp_plans": 1,
        "disabilities": 2,
        "families": 1,
        "icpcs": 1,
        "persons": 1,
        "referrals": 1,
        "s47_enquiries": 2,
    }
    referral = store.table("referrals").row(0, named=True)
    assert (referral["no_further_action"], referral["source_code"]) == ("no", "6")
    assert (referral["end"], referral["close_reason"]) == (date(2026, 1, 10), "RC8")
    conference = store.table("icpcs").row(0, named=True)
    assert conference["target"] == date(2025, 5, 14)
    assert conference["referral_id"] == referral["referral_id"]
    decided = store.table("s47_enquiries")["conference_decided"].to_list()
    assert decided == ["yes", "no"]
    assert store.table("persons")["born"].to_list() == [date(2012, 8, 1)]


def test_factors_are_known_when_the_assessment_was_authorised(census):
    _, store = census(message(child()))
    factor = store.table("assessment_factors").row(0, named=True)
    assert (factor["date"], factor["known_from"]) == (
        date(2025, 4, 18),
        date(2025, 6, 6),
    )


def test_the_latest_category_of_an_open_plan_is_known_only_from_the_extract(census):
    _, store = census(message(child()))
    plan = store.table("cp_plans").row(0, named=True)
    assert (plan["latest_category"], plan["end_known_from"]) == (
        "EMO",
        date(2026, 3, 31),
    )


def test_words_for_numbers_are_taken_and_said(census):
    report, _ = census(message(child()))
    noted = {(f.name.split("<")[1], n.says) for f in report.files for n in f.noted}
    assert ("CINdetails>", "ReferralNFA is true or false, not 1 or 0") in noted
    assert ("Section47>", "ICPCnotRequired is true or false, not 1 or 0") in noted
    for file in report.files:
        assert file.accepted + file.repaired + file.refused == file.rows


def test_old_returns_have_gender(census):
    _, store = census(
        message(
            child("A", "GenderCurrent>1</GenderCurrent>"),
            child("B", "GenderCurrent>9</GenderCurrent>"),
        )
    )
    assert store.table("persons")["sex"].to_list() == ["M", "U"]


def test_a_block_that_is_nowhere_is_not_supplied(census):
    text = message(child())
    start, end = text.index("<Section47>"), text.index("<ReferralNFA>")
    report, store = census(text[:start] + text[end:])
    assert not store.has("s47_enquiries")
    assert any("s47_enquiries" in w for w in report.warnings)


def test_a_return_covers_its_year(census):
    _, store = census(message(child()))
    assert store.coverage["referrals"].covered_from == date(2025, 4, 1)


def test_the_next_years_return_keeps_what_left_with_the_year(census):
    first = message(child("C1"), child("C2"))
    census(first)
    later = child("C2").replace("<CINclosureDate>2026-01-10</CINclosureDate>", "")
    _, store = census(message(later, header=HEADER.replace("2026", "2027")))
    referrals = store.table("referrals").select("person_id", "end", "known_until")
    assert referrals.rows() == [
        ("C1", date(2026, 1, 10), None),
        ("C2", None, None),
        ("C2", date(2026, 1, 10), date(2027, 3, 31)),
    ]
    assert set(store.current("persons")["person_id"]) == {"C1", "C2"}
    assert store.coverage["referrals"].covered_from == date(2025, 4, 1)


HOSTILE = {
    "a DTD": message(child(), first="<!DOCTYPE Message [<!ELEMENT a ANY>]>"),
    "an outside DTD": message(
        child(), first='<!DOCTYPE Message SYSTEM "http://nowhere.test/a.dtd">'
    ),
    "entities": message(
        child().replace("MWBC", "&b;"),
        first='<!DOCTYPE Message [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
    ),
    "a local file": message(
        child().replace("MWBC", "&a;"),
        first='<!DOCTYPE Message [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_xml_is_refused_and_nothing_is_written(census, tmp_path, kind):
    with pytest.raises(ExtractError, match="DTD"):
        census(HOSTILE[kind])
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    "text",
    [
        message(child())[:900],
        message(child().replace("MWBC", "é")).encode("cp1252"),
        message(child().replace("MWBC", "&unknown;")),
        message(),
        b"",
        "<other/>",
    ],
)
def test_broken_xml_says_what_to_do(census, tmp_path, text):
    with pytest.raises(ExtractError) as caught:
        census(text)
    assert "C1" not in str(caught.value)
    assert not (tmp_path / "store").exists()


def test_several_returns_in_one_folder_are_taken_one_at_a_time(tmp_path):
    for name in ("a.xml", "b.xml"):
        (tmp_path / name).write_text(message(child()))
    with pytest.raises(ExtractError, match="one at a time"):
        recognise(tmp_path)
    (tmp_path / "b.xml").unlink()
    assert recognise(tmp_path) == "cin_xml"


def test_a_child_half_of_whose_record_is_left_out_counts_as_repaired(census):
    half = child().replace(
        "<Disability>LD</Disability>", "<Disability>NONE</Disability>"
    )
    report, store = census(message(half))
    assert store.table("disabilities")["code"].to_list() == ["AUT"]
    file = next(f for f in report.files if f.name.endswith("<Child>"))
    assert (file.accepted, file.repaired, file.refused) == (0, 1, 0)
    says = "left out of one table: NONE beside another disability"
    assert says in [f.says for f in file.repairs]

"""Known problems 1 to 5, 9, 10, 20 and 21: who a person is, and who is linked to whom.

The numbers are those of the table in docs/reference/known-problems.md.
"""

from datetime import date

import pytest

from riskaid.records.ingest import ingest
from riskaid.records.store import open_store
from riskaid.records.tables import disabilities, household
from riskaid.training.table import add_groups

FILLER_IDS = ["-1", "0", "0.0", "NULL", "#N/A", "*DUMMY*", "SSD_PH", "nan", "#REF!"]


@pytest.mark.parametrize("filler", FILLER_IDS)
def test_problem_01_a_sentinel_id_is_nobody(ssd, filler):
    text = f"miss_person_id,miss_missing_episode_start_date\nC1,2025-01-01\n{filler},2025-01-02\n"
    taken = ssd(missing=text)
    assert taken.rows("missing_episodes", "person_id") == [("C1",)]
    assert taken.said("missing", "refusals") == {"no person id": (3,)}
    assert taken.fillers("missing") == {"person_id": 1}


@pytest.mark.parametrize(
    "filler", ["SSD_PH", "NULL", "(null)", "#N/A", "*DUMMY*", "-1", "#VALUE!", "NaN"]
)
def test_problem_01_fillers_in_codes_are_empty_and_counted(ssd, filler):
    taken = ssd(
        people=f"pers_person_id,pers_sex,pers_ethnicity\nC1,F,{filler}\nC2,{filler},WBRI\n"
    )
    assert taken.rows("persons", "person_id", "sex", "ethnicity") == [
        ("C1", "F", None),
        ("C2", None, "WBRI"),
    ]
    assert taken.fillers("people") == {"ethnicity": 1, "sex": 1}
    assert (taken.file("people").accepted, taken.file("people").rows) == (2, 2)


@pytest.mark.parametrize(
    "filler", ["1900-01-01", "1900-01-01 00:00:00.000", "9999-12-31", "31/12/1899"]
)
def test_problem_01_filler_dates_are_empty_and_counted(ssd, people, filler):
    text = (
        "miss_person_id,miss_missing_episode_start_date,miss_missing_episode_end_date\n"
    )
    taken = ssd(people=people, missing=f"{text}C1,2025-01-01,{filler}\nC1,{filler},\n")
    assert taken.rows("missing_episodes", "date", "end") == [(date(2025, 1, 1), None)]
    assert taken.said("missing", "refusals") == {"no date": (3,)}
    assert taken.fillers("missing") == {"date": 1, "end": 1}


def test_problem_01_blanks_and_hard_spaces_are_empty_but_no_filler(ssd):
    taken = ssd(
        people="pers_person_id,pers_sex,pers_ethnicity\n\u00a0C1\u00a0,\u00a0,  \nC2,\u00a0F ,WBRI\n"
    )
    assert taken.rows("persons", "person_id", "sex", "ethnicity") == [
        ("C1", None, None),
        ("C2", "F", "WBRI"),
    ]
    assert taken.fillers("people") == {}


def test_problem_02_an_estimated_birth_is_not_unborn(ssd):
    """An estimated date of birth stands as an expected one; only a late one is a birth."""
    taken = ssd(
        people="pers_person_id,pers_dob,pers_expected_dob\n"
        "estimated,NULL,2008-01-01\nunborn,,2026-05-02\noverdue,,2026-02-20\n"
        "late,,2026-02-10\ncopied,2026-06-09,2026-06-09\nneither,,\n"
    )
    month = lambda *ymd: date(*ymd, 1)  # noqa: E731 - reads better in the table below
    assert taken.rows("persons", "person_id", "born", "expected") == [
        ("copied", None, month(2026, 6)),
        ("estimated", month(2008, 1), None),
        ("late", month(2026, 2), None),
        ("neither", None, None),
        ("overdue", None, month(2026, 2)),
        ("unborn", None, month(2026, 5)),
    ]
    assert taken.said("people", "repairs") == {
        "date of birth to come; read as expected": (6,),
        "expected date long past; read as an estimated date of birth": (2, 5),
    }


TWICE = (
    "pers_person_id,pers_forename,pers_surname,pers_dob,pers_upn\n"
    "C1,ForenameX,SurnameX,2015-05-17,A123456789012\n"
    "C2,FORENAMEX ,SurnameX,17/05/2015,\n"
    "C3,ForenameY,SurnameX,2015-05-17,a 1234 5678 9012\n"
    "C4,ForenameZ,SurnameZ (DUPLICATE),2012-01-01,\n"
    "C5,ForenameX,SurnameX,2016-05-17,UN3\n"
    "C6,ForenameV,SurnameV,2016-05-17,UN3\n"
)


def test_problem_03_one_person_twice_is_reported_and_never_merged(ssd):
    taken = ssd(people=TWICE)
    assert taken.column("persons", "person_id") == ["C1", "C2", "C3", "C4", "C5", "C6"]
    assert taken.said("people", "noted") == {
        "named as a duplicate; not merged": (5,),
        "one UPN for several children (444, 1520)": (2, 4),
        "the name and date of birth of another person; not merged": (2, 3),
    }
    for said in ("ForenameX", "SurnameX", "A123456789012"):
        assert not taken.holds(said)
        assert said not in taken.report.summary()


def test_problem_03_a_second_row_for_one_id_is_refused(ssd):
    taken = ssd(people="pers_person_id,pers_sex\nC1,F\nC1,M\nC1,F\n")
    assert taken.rows("persons", "person_id", "sex") == [("C1", "F")]
    assert taken.said("people", "refusals") == {
        "a second row for one person (8510)": (3,),
        "the same row as an earlier one": (4,),
    }


MOTHERS = (
    "moth_table_id,moth_person_id,moth_childs_person_id\n"
    "{0}1,M1,C1\n{0}2,M9,C2\n{0}3,C1,C8\n{0}4,C2,C2\n{0}5,M1,C1\n"
)


def test_problem_04_mothers_without_a_row_are_linked_and_reported(ssd, people):
    taken = ssd(people=f"{people}M1,F,,1990-01-01,\n", mothers=MOTHERS.format("x"))
    assert taken.rows("household", "person_id", "adult_id", "role", "strength") == [
        ("C1", "M1", "mother", "strong"),
        ("C2", "M9", "mother", "strong"),
        ("C8", "C1", "mother", "strong"),
    ]
    assert taken.said("mothers", "noted") == {
        "no row of its own for the adult": (3,),
        "no row of its own for this person": (4,),
    }
    assert taken.said("mothers", "refusals") == {
        "linked to themselves": (5,),
        "says the same as an earlier row": (6,),
    }


def test_problem_04_no_row_is_never_no_mother(ssd, people):
    """Without the table the answer is not known; with it, only that no link is held."""
    taken = ssd(people=people)
    assert taken.value(household.where(household.role == "mother").any()) is None
    assert any("ssd_mother" in w for w in taken.report.warnings)


def test_problem_04_and_06_random_keys_of_a_link_are_no_change(ssd, people):
    ssd(people=people, mothers=MOTHERS.format("x"))
    before = ssd(people=people, mothers=MOTHERS.format("x"))
    held = before.store.table("household")
    after = ssd(day="2026-04-01", people=people, mothers=MOTHERS.format("y"))
    assert after.store.table("household").equals(held)


def test_problem_05_the_family_table_gives_distinct_weak_pairs(ssd):
    taken = ssd(
        people="pers_person_id,pers_dob\nC1,2015-05-17\nC2,2018-05-17\nP1,1985-01-01\n",
        families="fami_table_id,fami_person_id,fami_family_id\n"
        "1,C1,F1\n2,C1,F1\n3,C2,F1\n4,P1,F1\n5,C1,F1\n6,,F1\n",
    )
    assert taken.said("families", "noted") == {
        "the same person and family as an earlier row": (3, 6)
    }
    assert taken.said("families", "refusals") == {"no person or no family id": (7,)}
    assert taken.rows("household", "person_id", "adult_id", "role", "strength") == [
        ("C1", "P1", "family", "weak"),
        ("C2", "P1", "family", "weak"),
    ]
    assert len(set(taken.column("families", "family_id"))) == 1


@pytest.mark.parametrize(
    ("written", "code"),
    [("CNHE", "CHNE"), ("MWBa", "MWBA"), ("ORAB", "OOTH"), ("??", None),
     ("Any other local word", None), ("Refused", "REFU"), ("NOBT", "NOBT")],
)  # fmt: skip
def test_problem_09_ethnicity_spellings_are_codes_or_not_known_and_counted(
    ssd, written, code
):
    taken = ssd(people=f"pers_person_id,pers_ethnicity\nC1,{written}\n")
    assert taken.column("persons", "ethnicity") == [code]
    unread = {"'ethnicity' could not be read and was left empty": (2,)}
    assert taken.said("people", "repairs") == ({} if code else unread)


def test_problem_10_disability_is_yes_no_refused_not_yet_obtained_or_not_recorded(ssd):
    """NONE is a statement; no row, and "unknown", are none; refused is refused."""
    people = "".join(f"C{n},F\n" for n in range(1, 8))
    taken = ssd(
        people=f"pers_person_id,pers_sex\n{people}",
        disabled="disa_person_id,disa_disability_code\nC1,NONE\nC2,AUT\nC3,Refused\n"
        "C4,NOBT\nC5,Unknown\nC6,NONE\nC6,MOB\nC7,Something local\n",
    )
    assert taken.rows("disabilities", "person_id", "code") == [
        ("C1", "NONE"), ("C2", "AUT"), ("C3", "REFU"), ("C4", "NOBT"),
        ("C6", "MOB"), ("C7", "SOMETHING LOCAL"),
    ]  # fmt: skip
    assert taken.said("disabled", "refusals") == {
        "NONE beside another disability": (7,),
        "no code": (6,),
    }
    everybody = taken.store.table("persons").select(
        "person_id", as_of=taken.store.table("persons")["known_from"]
    )
    found = add_groups(everybody, taken.store)
    assert found["disability"].to_list() == [
        "no", "yes", "REFU", "NOBT", "", "yes", "yes",
    ]  # fmt: skip


def test_problem_10_none_that_a_feed_fills_in_itself_is_left_out_by_its_mapping(
    tmp_path,
):
    """The DfE's API sends NONE where there is no row: a mapping leaves it out."""
    (tmp_path / "payload.csv").write_text("child,code\nC1,NONE\nC2,AUT\n")
    (tmp_path / "feed.toml").write_text(
        'name = "api"\n[[feed]]\nfile = "payload.csv"\ntable = "disabilities"\n'
        'columns = { person_id = "child", code = "code" }\n'
        '[feed.values.code]\nAUT = "AUT"\nMOB = "MOB"\n'
    )
    ingest(
        tmp_path / "payload.csv",
        tmp_path / "store",
        mapping=tmp_path / "feed.toml",
        extract_date=date(2026, 3, 31),
    )
    store = open_store(tmp_path / "store")
    assert store.table("disabilities").select("person_id", "code").rows() == [
        ("C2", "AUT")
    ]


def test_problem_10_none_in_a_census_is_a_statement(census, make_child):
    none = "<Disabilities><Disability>NONE</Disability></Disabilities>"
    taken = census(make_child("C1", characteristics=none), make_child("C2"))
    assert taken.rows("disabilities", "person_id", "code") == [("C1", "NONE")]
    later = date(2026, 4, 1)
    assert taken.value(disabilities.any(), "C1", later) == 1
    assert taken.value(disabilities.any(), "C2", later) == 0


@pytest.mark.parametrize(
    ("written", "code"),
    [("M", "M"), ("F", "F"), ("1", "M"), ("2", "F"), ("01", "M"), ("02", "F"),
     ("00", "U"), ("09", "U"), ("0", "U"), ("9", "U"), ("U", "U"), ("Male", "M"),
     ("female", "F"), ("Not known", "U"), ("Unborn", "U"), ("x1", None)],
)  # fmt: skip
def test_problem_20_sex_in_every_build(ssd, written, code):
    taken = ssd(people=f"pers_person_id,pers_sex\nC1,{written}\n")
    assert taken.column("persons", "sex") == [code]


def test_problem_20_gender_stands_in_where_a_build_has_no_sex(ssd):
    taken = ssd(people="pers_person_id,pers_sex,pers_gender\nC1,,02\nC2,,1\n")
    assert taken.column("persons", "sex") == ["F", "M"]


def test_problem_21_a_upn_is_told_from_a_reason_for_none_and_never_stored(ssd):
    """UNn codes are no UPN; the real one may stand in the column for the reason."""
    taken = ssd(
        people="pers_person_id,pers_upn,pers_upn_unknown\n"
        "C1,A123456789012,\nC2,UN4,a123456789012 \nC3,UN4,\nC4,UN10,UN4\n"
        "C5,A1234567890123,\nC6,A12345678901B,\nC7,,A12345678901b\n"
    )
    assert taken.said("people", "noted") == {
        "a UPN with a wrong check letter (1510)": (7, 8),
        "one UPN for several children (444, 1520)": (2, 3, 6, 7, 8),
    }
    assert taken.file("people").accepted == 7
    assert not taken.holds("A12345678901")
    assert not taken.holds("UN4")


def test_problem_21_shared_upns_of_a_return_are_noted_and_reasons_are_not(returned):
    taken = returned(
        header="CHILD,SEX,DOB,ETHNIC,UPN\n1,1,01/02/2010,WBRI,UN3\n2,1,01/02/2011,WBRI,UN3\n"
        "3,1,01/02/2012,WBRI,A123456789012\n4,1,01/02/2013,WBRI,A123456789012\n"
    )
    assert taken.said("header", "noted") == {
        "one UPN for several children (444, 1520)": (4, 5)
    }

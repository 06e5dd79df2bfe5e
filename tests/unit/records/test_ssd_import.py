from datetime import date

import pytest

from riskaid.errors import ExtractError
from riskaid.records import validate
from riskaid.records.ingest import ingest, recognise
from riskaid.records.ssd import plain_columns, table_of
from riskaid.records.store import open_store

DAY = date(2026, 3, 31)


def rows(store, name, *columns):
    return open_store(store).table(name).select(columns).rows()


@pytest.fixture
def imported(ssd, tmp_path):
    def run(files=None, **facts):
        store = tmp_path / "store"
        report = ingest(ssd(files, **facts), store)
        return report, store

    return run


def test_people_become_months_codes_and_nothing_else(imported):
    _, store = imported()
    assert rows(
        store, "persons", "person_id", "born", "expected", "sex", "ethnicity"
    ) == [
        ("C1", date(2015, 5, 1), None, "F", "WBRI"),
        ("C2", date(2018, 5, 1), None, "M", "WBRI"),
        ("C3", None, date(2026, 5, 1), "U", "NOBT"),
        ("C4", date(2008, 1, 1), None, "M", "REFU"),
    ]
    for file in store.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"ForenameX" not in content
            assert b"A123456789012" not in content


def test_problem_2_an_old_expected_date_is_a_birth_and_a_coming_birth_is_expected(
    imported,
):
    files = {
        "p.csv": "pers_person_id,pers_dob,pers_expected_dob\n"
        "A,2026-06-09,2026-06-09\nB,,2026-02-20\nC,,2026-02-10\nD,1890-01-01,\n"
    }
    _, store = imported(files)
    assert rows(store, "persons", "person_id", "born", "expected") == [
        ("A", None, date(2026, 6, 1)),
        ("B", None, date(2026, 2, 1)),
        ("C", date(2026, 2, 1), None),
        ("D", None, None),
    ]


def test_rows_add_up_and_reasons_have_row_numbers(imported):
    report, _ = imported()
    missing = next(f for f in report.files if f.name == "ssd_missing.csv")
    assert (missing.rows, missing.accepted, missing.repaired, missing.refused) == (
        4,
        2,
        1,
        1,
    )
    assert [(f.says, f.first_rows) for f in missing.refusals] == [("no date", (5,))]
    assert ("end before start; the end was left empty", (3,)) in [
        (f.says, f.first_rows) for f in missing.repairs
    ]
    assert ("no row of its own for this person", (4,)) in [
        (f.says, f.first_rows) for f in missing.noted
    ]


def test_knowledge_dates_are_event_plus_lag_and_groups_have_their_own(imported):
    _, store = imported()
    columns = (
        "date",
        "known_from",
        "end",
        "end_known_from",
        "rhi_offered",
        "rhi_known_from",
    )
    first, second, _ = rows(store, "missing_episodes", *columns)
    d = date
    assert first == (
        d(2024, 12, 10), d(2024, 12, 11), d(2024, 12, 12), d(2024, 12, 13), "yes", d(2024, 12, 26),
    )  # fmt: skip
    assert second == (
        d(2025, 12, 10), d(2025, 12, 11), None, None, "not_applicable", d(2025, 12, 24),
    )  # fmt: skip


def test_a_person_is_known_from_the_first_record_about_them(imported):
    _, store = imported()
    known = dict(rows(store, "persons", "person_id", "known_from"))
    assert known["C1"] == date(2024, 1, 2)
    assert known["C3"] == DAY


def test_names_order_case_schema_prefix_and_extra_columns_do_not_matter(ssd, tmp_path):
    plain = ingest(ssd(), tmp_path / "one")
    files = {
        "zz export.txt": "[ssd_development].[Miss_Missing_Episode_Start_Date];local;MISS_PERSON_ID;"
        "ssd_development.ssd_missing.miss_missing_episode_type\r\n10/12/2024;x;C1;M\r\n"
    }
    ingest(ssd(files, name="other"), tmp_path / "two")
    assert rows(
        tmp_path / "two", "missing_episodes", "person_id", "date", "episode_type"
    ) == [("C1", date(2024, 12, 10), "M")]
    assert plain.kind == "ssd_csv"
    assert recognise(ssd()) == "ssd_csv"


def test_a_table_is_known_by_its_prefixes_and_a_join_column_does_not_mislead():
    header = ["cinv_cin_visit_id", "cinv_cin_visit_date", "cinp_cin_plan_id"]
    assert table_of(header) == "ssd_cin_visits"
    assert table_of(["name", "date"]) is None
    assert (
        table_of(["immi_person_id", "immi_immigration_status"])
        == "ssd_immigration_status"
    )
    assert plain_columns(["dbo.Pers_DOB", "a b"]) == {
        "dbo.Pers_DOB": "pers_dob",
        "a b": "a_b",
    }


def test_factors_in_every_form_get_their_assessments_dates(imported):
    files = {
        "a.csv": "cina_assessment_id,cina_person_id,cina_assessment_start_date,cina_assessment_auth_date\n"
        "11,C1,2024-01-01,2024-02-01\n12,C2,2026-03-01,\n13,C2,2020-06-01,2020-06-20\n",
        "f.csv": "cinf_table_id,cinf_assessment_id,cinf_assessment_factors_json\n"
        '1,11,"[""1A"",""18A"",""99""]"\n2,12,"{""1B"":""Yes"",""2B"":""No"",""3B"":1}"\n'
        '3,13,"[""4A"",""5'
        '"\n4,77,"[""1A""]"\n5,11,[]\n',
    }
    report, store = imported(files)
    assert rows(
        store, "assessment_factors", "person_id", "code", "date", "known_from"
    ) == [
        ("C1", "18A", date(2024, 1, 1), date(2024, 2, 4)),
        ("C1", "1A", date(2024, 1, 1), date(2024, 2, 4)),
        ("C2", "4A", date(2020, 6, 1), date(2020, 6, 23)),
        ("C2", "1B", date(2026, 3, 1), DAY),
        ("C2", "3B", date(2026, 3, 1), DAY),
    ]
    file = next(f for f in report.files if f.name == "f.csv")
    assert file.accepted + file.repaired + file.refused == file.rows == 5
    assert {f.says for f in file.refusals} == {
        "its assessment is not in the extract",
        "no factor in it",
    }


@pytest.mark.parametrize(
    ("outcome", "flag"),
    [
        ('"{""NFA_FLAG"":""Y"",""COMMENTS"":""a ""quoted"" word""}"', "yes"),
        ('"{""NFA_FLAG"":""N""}"', "no"),
        ("No Further Action", "yes"),
        ('"Referral, Advice"', "no"),
        ("", None),
    ],
)
def test_contact_outcomes_from_json_broken_json_and_lists(imported, outcome, flag):
    files = {
        "c.csv": "cont_contact_id,cont_person_id,cont_contact_date,cont_contact_outcome_json\n"
        f"1,C1,2025-01-01,{outcome}\n"
    }
    _, store = imported(files)
    assert rows(store, "contacts", "no_further_action") == [(flag,)]


def test_problem_11c_lookup_ids_give_way_to_descriptions(imported):
    files = {
        "c.csv": "cont_contact_id,cont_person_id,cont_contact_date,cont_contact_source_code,cont_contact_source_desc\n"
        "1,C1,2025-01-01,10482,Police\n2,C1,2025-01-02,6,School\n3,C1,2025-01-03,777,\n4,C1,2025-01-04,9812,Zzz\n"
    }
    _, store = imported(files)
    assert rows(store, "contacts", "source_code") == [("6",), ("2A",), (None,), (None,)]


def test_problem_16_persons_are_found_through_another_table_where_a_build_leaves_them_out(
    imported,
):
    files = {
        "clae.csv": "clae_cla_episode_id,clae_person_id,clae_cla_episode_start_date,clae_cla_id\n1,C1,2024-01-01,P9\n",
        "clap.csv": "clap_cla_placement_id,clap_cla_id,clap_cla_placement_start_date,clap_cla_placement_type\n5,P9,2024-01-01,U4\n",
    }
    _, store = imported(files)
    assert rows(store, "placements", "person_id", "placement_type") == [("C1", "U4")]


def test_problem_14_overlapping_episodes_end_where_the_next_starts(imported):
    files = {
        "clae.csv": "clae_cla_episode_id,clae_person_id,clae_cla_episode_start_date,clae_cla_episode_ceased_date\n"
        "1,C1,2024-01-01,2024-05-01\n2,C1,2024-03-01,\n3,C1,2024-06-01,\n"
    }
    report, store = imported(files)
    assert rows(store, "cla_episodes", "date", "end") == [
        (date(2024, 1, 1), date(2024, 3, 1)),
        (date(2024, 3, 1), date(2024, 6, 1)),
        (date(2024, 6, 1), None),
    ]
    assert report.files[0].repaired == 2


def test_addresses_keep_the_outcode_and_the_move(imported):
    files = {
        "a.csv": "addr_table_id,addr_person_id,addr_address_start_date,addr_address_postcode,addr_address_json\n"
        '1,C1,2024-01-01,eg19 7tt,"{""STREET"":""StreetX""}"\n2,C1,2025-01-01,XXXX,\n'
    }
    _, store = imported(files)
    assert rows(store, "addresses", "outcode") == [("EG19",), (None,)]


def test_a_mother_is_a_strong_link_and_a_family_member_a_generation_older_a_weak_one(
    imported,
):
    files = {
        "p.csv": "pers_person_id,pers_dob\nC1,2015-01-01\nM1,1985-01-01\nC2,2016-01-01\nC3,\n",
        "m.csv": "moth_table_id,moth_person_id,moth_childs_person_id\n1,M1,C1\n2,-1,C2\n",
        "f.csv": "fami_table_id,fami_family_id,fami_person_id\n1,7,C1\n2,7,M1\n3,7,C2\n4,7,C2\n5,0,C3\n",
    }
    _, store = imported(files)
    assert sorted(
        rows(store, "household", "person_id", "adult_id", "role", "strength")
    ) == [
        ("C1", "M1", "family", "weak"),
        ("C1", "M1", "mother", "strong"),
        ("C2", "M1", "family", "weak"),
    ]
    assert dict(rows(store, "families", "person_id", "family_id")) == {
        "C1": "FC1", "C2": "FC1", "M1": "FC1", "C3": "FC3",
    }  # fmt: skip
    household = open_store(store).coverage["household"]
    assert household.covered_from == DAY


def test_a_planned_conference_is_known_from_the_extract_that_shows_it(imported):
    files = {
        "i.csv": "icpc_icpc_id,icpc_person_id,icpc_icpc_date,icpc_icpc_target_date\n"
        "1,C1,2026-04-10,2026-04-12\n2,C1,,2026-04-12\n3,C1,2025-01-10,\n4,C1,2029-01-10,\n"
    }
    report, store = imported(files)
    assert rows(store, "icpcs", "date", "known_from", "known_how") == [
        (date(2025, 1, 10), date(2025, 1, 15), "declared_lag"),
        (date(2026, 4, 10), DAY, "first_seen"),
    ]
    assert {f.says for f in report.files[0].refusals} == {
        "no date",
        "dated after the extract",
    }


def test_a_table_whose_dates_cannot_be_read_is_not_supplied_rather_than_empty(imported):
    files = {
        "people.csv": "pers_person_id,pers_dob\nC1,2015-01-01\n",
        "s.csv": "s47e_s47_enquiry_id,s47e_person_id,s47e_s47_start_date\n1,C1,ZZ/01/2024\n",
        "empty.csv": "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date\n",
    }
    report, store = imported(files)
    opened = open_store(store)
    assert not opened.has("s47_enquiries")
    assert opened.has("cp_plans")
    assert opened.table("cp_plans").height == 0
    assert any("taken as not supplied" in w for w in report.warnings)


def test_two_files_of_one_table_are_refused(ssd, tmp_path):
    files = {
        "a.csv": "pers_person_id,pers_dob\n1,\n",
        "b.csv": "pers_person_id,pers_dob\n2,\n",
    }
    with pytest.raises(ExtractError, match="both hold ssd_person"):
        ingest(ssd(files), tmp_path / "store")


def test_without_a_table_of_persons_the_ids_stand_for_them(imported):
    files = {
        "ssd_missing.csv": "miss_person_id,miss_missing_episode_start_date\nC1,2025-01-01\n"
    }
    _, store = imported(files)
    assert rows(store, "persons", "person_id", "born", "known_from") == [
        ("C1", None, date(2025, 1, 2))
    ]


def test_a_table_without_its_date_column_is_not_supplied(imported):
    files = {
        "c.csv": "cont_contact_id,cont_person_id,cont_contact_outcome_json\n1,C1,\n"
    }
    report, store = imported(files)
    assert not open_store(store).has("contacts")
    assert report.files[0].refusals[0].says == "no date"


@pytest.mark.parametrize("together", [0, 3, 1000])
def test_births_and_deaths_are_looked_up_the_same_in_pieces(
    imported, monkeypatch, together
):
    monkeypatch.setattr(validate, "LOOKED_UP", together)
    monkeypatch.setattr(validate, "FOR_EACH_PERSON", 0)
    report, _ = imported(
        {
            "p.csv": "pers_person_id,pers_dob,pers_death_date\nC1,2015-05-17,\n"
            "C2,2018-05-17,2024-01-01\n",
            "m.csv": "miss_person_id,miss_missing_episode_start_date\nC1,2010-01-01\n"
            "C1,2025-01-01\nC9,2025-01-01\n",
            "r.csv": "cine_referral_id,cine_person_id,cine_referral_date\n"
            "R1,C2,2025-01-01\nR2,C2,2020-01-01\nR3,C1,2011-01-01\nR4,C8,2025-01-01\n",
        }
    )
    noted = {
        f.name: {n.says: (n.rows, n.first_rows) for n in f.noted} for f in report.files
    }
    assert noted["m.csv"] == {
        "dated long before birth (8606)": (1, (2,)),
        "no row of its own for this person": (1, (4,)),
    }
    assert noted["r.csv"] == {
        "dated after the person's death (8915)": (1, (2,)),
        "dated long before birth (8606)": (1, (4,)),
        "no row of its own for this person": (1, (5,)),
    }

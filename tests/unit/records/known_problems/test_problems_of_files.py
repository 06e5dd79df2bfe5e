"""Known problems 22, 23, 24 and 28: dates, encodings, postcodes and headers.

The numbers are those of the table in docs/reference/known-problems.md.
"""

from datetime import date

import pytest

from riskaid.records.ingest import ingest
from riskaid.records.store import open_store

D = date
HEADER = "cont_person_id,cont_contact_date\n"


@pytest.mark.parametrize(
    "written",
    ["10/12/2024", "10/12/2024 13:45", "10-12-2024", "10.12.2024", "2024-12-10",
     "2024-12-10 00:00:00.000", "2024-12-10 23:59:59.997", "2024-12-10T08:15:00Z",
     "2024-12-10T08:15:00+01:00", "20241210", "10 Dec 2024", "10-December-2024", "45636",
     "45636.75", " 10/12/2024 "],
)  # fmt: skip
def test_problem_22_every_way_to_write_a_date_is_the_same_day(ssd, people, written):
    taken = ssd(people=people, contacts=f"{HEADER}C1,{written}\n")
    assert taken.column("contacts", "date") == [D(2024, 12, 10)]
    assert taken.file("contacts").accepted == 1


def test_problem_22_an_ambiguous_date_is_day_first(ssd, people):
    taken = ssd(people=people, contacts=f"{HEADER}C1,03/04/2025\n")
    assert taken.column("contacts", "date") == [D(2025, 4, 3)]


@pytest.mark.parametrize(
    "written",
    ["12/25/2024", "ZZ/05/2021", "ZZ/ZZ/ZZZZ", "2024-13-01", "30/02/2024", "1900",
     "in May", "01/01/0202", "99999999"],
)  # fmt: skip
def test_problem_22_what_is_no_whole_date_is_never_guessed(ssd, people, written):
    taken = ssd(people=people, contacts=f"{HEADER}C1,01/05/2025\nC1,{written}\n")
    assert taken.column("contacts", "date") == [D(2025, 5, 1)]
    assert taken.said("contacts", "refusals")["no date"] == (3,)
    file = taken.file("contacts")
    assert (file.accepted, file.refused) == (1, 1)


def test_problem_22_a_partly_known_end_leaves_a_spell_open_and_is_counted(ssd, people):
    taken = ssd(
        people=people,
        missing="miss_person_id,miss_missing_episode_start_date,miss_missing_episode_end_date\n"
        "C1,01/05/2025,ZZ/05/2025\nC1,01/06/2025,1900-01-01\n",
    )
    assert taken.column("missing_episodes", "end") == [None, None]
    assert taken.said("missing", "repairs") == {
        "'end' could not be read and was left empty": (2,)
    }
    assert taken.fillers("missing") == {"end": 1}


TEXT = "pers_person_id,pers_sex,pers_ethnicity,pers_forename\nC1,F,WBRI,Zoë\nC2,M,REFU,Renée\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("cp1252"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r\n").encode("utf-8-sig"),
        TEXT.replace("\n", "\r\n").encode("utf-16"),
        TEXT.replace("\n", "\r").encode(),
    ],
    ids=["utf-8", "utf-8 with a mark", "cp1252", "utf-16", "utf-16 big-endian", "CRLF",
         "CRLF with a mark", "CRLF in utf-16", "CR"],
)  # fmt: skip
def test_problem_23_every_encoding_gives_the_same_rows(ssd, content):
    taken = ssd.files({"people.csv": content})
    assert taken.rows("persons", "person_id", "sex", "ethnicity") == [
        ("C1", "F", "WBRI"),
        ("C2", "M", "REFU"),
    ]


def test_problem_23_returns_in_utf_16_and_cp1252_are_read(tmp_path):
    folder = tmp_path / "903"
    folder.mkdir()
    header = "CHILD,SEX,DOB,ETHNIC,MOTHER\r\n1,2,01/02/2010,WBRI,é\r\n"
    (folder / "h.csv").write_bytes(header.encode("utf-16"))
    missing = "CHILD,MISSING,MIS_START,NOTE\r\n1,M,01/05/2025,é\r\n"
    (folder / "m.csv").write_bytes(missing.encode("cp1252"))
    ingest(folder, tmp_path / "store", extract_date=D(2026, 3, 31))
    store = open_store(tmp_path / "store")
    assert store.table("persons")["sex"].to_list() == ["F"]
    assert store.table("missing_episodes")["date"].to_list() == [D(2025, 5, 1)]


@pytest.mark.parametrize(
    ("written", "outcode"),
    [("AA1 1AA", "AA1"), ("aa11aa", "AA1"), ("Aa1  1aA", "AA1"), ("W1A 1AA", "W1A"),
     ("B33 8TH", "B33"), ("AA1", "AA1"), ("XXXX XXX", None), ("XX1 1XX", "XX1"),
     ("XXXXXXX", None), ("nopostcode", None), ("SSD_PH", None), ("0", None)],
)  # fmt: skip
def test_problem_24_postcodes_become_outcodes_or_nothing(ssd, people, written, outcode):
    taken = ssd(
        people=people,
        addresses="addr_person_id,addr_address_start_date,addr_address_postcode\n"
        f"C1,2025-01-01,{written}\n",
    )
    assert taken.column("addresses", "outcode") == [outcode]
    counted = taken.fillers("addresses") or taken.said("addresses", "repairs")
    assert bool(counted) == (outcode is None)
    assert not taken.holds("1AA")


def test_problem_28_schema_case_brackets_and_separators_do_not_matter(ssd, people):
    taken = ssd.files(
        {
            "a.csv": people,
            "zz export.txt": "[ssd_development].[Miss_Missing_Episode_Start_Date];local;"
            'MISS_PERSON_ID;"ssd_development.ssd_missing.miss_missing_episode_type"\r\n'
            "10/12/2024;x;C1;M\r\n",
            "b.csv": "HDM_Local.ssd_development.CONT_PERSON_ID\tcont_contact_date\nC1\t2025-01-01\n",
        }
    )
    assert taken.rows("missing_episodes", "person_id", "date", "episode_type") == [
        ("C1", D(2024, 12, 10), "M")
    ]
    assert taken.rows("contacts", "person_id", "date") == [("C1", D(2025, 1, 1))]


@pytest.mark.parametrize(
    ("table", "text", "expected"),
    [
        ("cla_episodes", "clae_person_id,clae_cla_episode_start,clae_cla_episode_ceased,clae_cla_episode_cease_reason\nC1,2025-01-01,2025-02-01,E4A\n", {"end": D(2025, 2, 1), "end_reason": "E4A"}),
        ("addresses", "addr_person_id,addr_address_start,addr_address_end,addr_address_postcode\nC1,2025-01-01,2025-02-01,AA1 1AA\n", {"end": D(2025, 2, 1)}),
        ("contacts", "cont_person_id,cont_contact_start,cont_contact_source\nC1,2025-01-01,1A\n", {"source_code": "1A"}),
        ("referrals", "cine_person_id,cine_referral_date,cine_referral_source,cine_cin_primary_need\nC1,2025-01-01,6,N1\n", {"source_code": "6", "primary_need": "N1"}),
        ("cin_plans", "cinp_person_id,cinp_cin_plan_start,cinp_cin_plan_end\nC1,2025-01-01,2025-02-01\n", {"end": D(2025, 2, 1)}),
        ("legal_statuses", "lega_person_id,lega_legal_status,lega_legal_status_start,lega_legal_status_end\nC1,V2,2025-01-01,2025-02-01\n", {"end": D(2025, 2, 1)}),
        ("missing_episodes", "miss_person_id,miss_missing_episode_start,miss_missing_episode_end\nC1,2025-01-01,2025-02-01\n", {"end": D(2025, 2, 1)}),
        ("involvements", "invo_person_id,invo_professional_role,invo_involvement_start_date\nC1,CW,2025-01-01\n", {"role": "CW"}),
    ],
)  # fmt: skip
def test_problem_28_other_builds_names_of_columns_are_known(
    ssd, people, table, text, expected
):
    taken = ssd.files({"a.csv": people, "b.csv": text})
    found = taken.store.table(table)
    assert found["date"].to_list() == [D(2025, 1, 1)]
    assert {c: found[c][0] for c in expected} == expected


@pytest.mark.parametrize("key", ["cinp_cin_plan_id", "cin_plan_id"])
def test_problem_28_a_key_without_its_prefix_still_leads_to_the_person(
    ssd, people, key
):
    taken = ssd(
        people=people,
        ssd_cin_plans=f"{key},cinp_person_id,cinp_cin_plan_start_date\n7,C1,2025-01-01\n",
        visits="cinv_cin_plan_id,cinv_cin_visit_date,cinv_cin_visit_seen\n7,2025-02-01,Y\n",
    )
    assert taken.rows("cin_visits", "person_id", "date") == [("C1", D(2025, 2, 1))]


def test_problem_28_columns_that_are_absent_leave_the_rest_and_tables_are_said(ssd):
    taken = ssd(
        people="PERS_PERSON_ID,pers_common_child_id\nC1,9434765919\n",
        reviews="cp_plan_id,cp_review_date\n7,2025-01-01\n",
    )
    assert taken.rows("persons", "person_id", "born", "sex") == [("C1", None, None)]
    assert not taken.holds("9434765919")
    assert "reviews.csv: not used (no SSD columns)." in taken.report.warnings
    assert any(w.startswith("Not in the extract:") for w in taken.report.warnings)

"""Who belongs with whom: every kind of link, and what the absence of one does not say."""

from datetime import date

import polars as pl
import pytest

from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.plan import make_plan
from riskaid.indicators.reference import look
from riskaid.records.ingest import ingest
from riskaid.records.pseudonymise import make_key_file
from riskaid.records.store import open_store, read_groups
from riskaid.shipped import folder

DAY = date(2026, 3, 31)
PEOPLE = (
    "pers_person_id,pers_dob\n"
    "C1,2015-05-17\nC2,2018-05-17\nC3,2012-01-01\nC4,2013-01-01\nM1,1985-01-01\n"
)
MOTHER = "moth_childs_person_id,moth_person_id\nC1,M1\n"
HOME = "fami_person_id,fami_family_id\nC2,F1\nM1,F1\n"
REFERRALS = (
    "cine_referral_id,cine_person_id,cine_referral_date\n"
    "R1,C3,2024-01-01\nR1,C4,2024-01-01\nR2,C1,2024-02-01\n0,C1,2024-03-01\n"
    "0,C2,2024-03-02\nR3,C2,2024-03-03\nR3,C2,2024-03-04\n"
)
FILES = {"p.csv": PEOPLE, "m.csv": MOTHER, "f.csv": HOME, "r.csv": REFERRALS}


@pytest.fixture
def store(ssd, tmp_path):
    def go(files=FILES, day="2026-03-31", **more):
        ingest(ssd(files, day=day), tmp_path / "store", **more)
        return open_store(tmp_path / "store")

    return go


def family(store):
    return dict(store.table("families").select("person_id", "family_id").rows())


def link(store, child):
    (row,) = store.table("household").filter(person_id=child).rows(named=True)
    said = ("adult_id", "role", "strength", "date", "end", "known_from", "known_how")
    return tuple(row[name] for name in said)


def test_a_mother_is_a_strong_link_first_seen_in_the_extract(store):
    expected = ("M1", "mother", "strong", None, None, DAY, "first_seen")
    assert link(store(), "C1") == expected


def test_the_family_at_a_contact_is_a_weak_link_to_who_is_a_generation_older(store):
    expected = ("M1", "family", "weak", None, None, DAY, "first_seen")
    assert link(store(), "C2") == expected


def test_a_relationships_feed_says_role_start_end_and_when_it_was_known(tmp_path):
    (tmp_path / "r.csv").write_text(
        "child_id,adult_id,role,start_date,end_date,recorded_date\n"
        "C1,A1,Mother's partner,2025-01-01,2025-02-01,2025-01-09\n"
    )
    ingest(
        tmp_path / "r.csv",
        tmp_path / "store",
        mapping="relationships",
        extract_date=DAY,
    )
    start, end, told = date(2025, 1, 1), date(2025, 2, 1), date(2025, 1, 9)
    opened = open_store(tmp_path / "store")
    expected = ("A1", "mothers_partner", "strong", start, end, told, "recorded")
    assert link(opened, "C1") == expected
    assert opened.table("household")["end_known_from"].to_list() == [date(2025, 3, 3)]


def test_children_of_one_referral_are_one_family_where_no_strong_link_says_more(store):
    opened = store()
    found = family(opened)
    assert found["C3"] == found["C4"]
    assert found["C1"] == found["M1"]
    assert len({found["C1"], found["C3"]}) == 2
    shared = read_groups(opened).filter(pl.col("group").str.starts_with("referral"))
    assert shared["person_id"].to_list() == ["C3", "C4"]
    assert set(shared["strength"]) == {"weak"}


def test_a_shared_referral_adds_nobody_to_a_strong_family(store):
    mothers = MOTHER + "C3,M3\nC4,M4\n"
    found = family(store({**FILES, "m.csv": mothers}))
    assert len({found[c] for c in ("C1", "C3", "C4")}) == 3


def test_shared_referrals_are_the_same_groups_when_ids_are_made_anew(
    store, ssd, tmp_path
):
    before = read_groups(store())
    files = {**FILES, "r.csv": REFERRALS.replace("R1,", "R901,")}
    ingest(ssd(files, day="2026-04-01", name="next"), tmp_path / "store")
    assert before.equals(read_groups(open_store(tmp_path / "store")))


def test_under_a_key_a_shared_referral_holds_no_id_as_written(store, tmp_path):
    make_key_file(tmp_path / "k.key")
    opened = store(key_file=tmp_path / "k.key")
    groups = read_groups(opened)
    assert groups["person_id"].str.contains("^P[A-Z2-7]{26}$").all()
    assert groups["group"].str.contains("^X[A-Z2-7]{26}$").all()
    found = family(opened)
    assert len(set(found.values())) == 2


def test_a_referral_of_a_whole_school_makes_no_giant_family(store):
    many = "".join(f"R1,K{n:03},2024-01-01\n" for n in range(60))
    header = "cine_referral_id,cine_person_id,cine_referral_date\n"
    found = family(store({"p.csv": PEOPLE, "r.csv": header + many}))
    assert len({f for c, f in found.items() if c.startswith("K")}) == 60


def test_the_absence_of_a_link_is_a_gap_and_never_no_father(store):
    plan = make_plan(load_catalogue(folder("features")))
    picture = look(plan, store(), "C1", date(2026, 4, 1))
    gaps = {(raised.name, raised.kind) for raised in picture.gaps}
    assert ("father_not_recorded", "gap") in gaps

"""What is undated, corrected or filled in later has a history of knowledge (ADR-0002)."""

from datetime import date

import polars as pl
import pytest

from riskaid.records.ingest import ingest
from riskaid.records.store import open_store

FIRST, SECOND, THIRD = date(2026, 3, 1), date(2026, 3, 10), date(2026, 3, 20)
PEOPLE = "pers_person_id,pers_dob,pers_ethnicity,pers_death_date\n"
GROWN_UP = "A1,1985-01-01,WBRI,\n"


def known(rows, as_of):
    """The rows of a table as an as-of date sees them."""
    until = pl.col("known_until")
    return rows.filter(
        (pl.col("known_from") < as_of) & (until.is_null() | (until >= as_of))
    )


@pytest.fixture
def council(ssd, tmp_path):
    """Ingest one night's tables after another; give the store."""

    def night(day, name="council", **tables):
        files = {f"{table}.csv": text for table, text in tables.items()}
        folder = ssd(files, day.isoformat(), name=f"{name} {day}")
        (folder / "extract.json").write_text(
            (folder / "extract.json").read_text().replace('"council"', f'"{name}"')
        )
        ingest(folder, tmp_path / "store")
        return open_store(tmp_path / "store")

    return night


def test_an_ethnicity_that_changed_was_the_old_one_between_two_extracts(council):
    council(FIRST, people=PEOPLE + "C1,2015-01-01,NOBT,\n")
    store = council(SECOND, people=PEOPLE + "C1,2015-01-01,BCRB,\n")
    rows = store.table("persons")
    assert known(rows, date(2026, 3, 5))["ethnicity"].to_list() == ["NOBT"]
    assert known(rows, SECOND)["ethnicity"].to_list() == ["NOBT"]
    assert known(rows, date(2026, 3, 11))["ethnicity"].to_list() == ["BCRB"]


def test_a_disability_is_known_from_the_extract_that_first_showed_it(council):
    people = PEOPLE + "C1,2015-01-01,WBRI,\n"
    head = "disa_person_id,disa_disability_code\n"
    council(FIRST, people=people, d=head + "C1,AUT\n")
    store = council(SECOND, people=people, d=head + "C1,AUT\nC1,LD\n")
    rows = store.table("disabilities")
    seen = dict(rows.select("code", "known_from").rows())
    assert seen == {"AUT": FIRST, "LD": SECOND}
    assert set(rows["known_how"]) == {"first_seen"}
    assert known(rows, FIRST).is_empty()
    assert store.coverage["disabilities"].covered_from == FIRST


def test_a_family_link_that_ended_was_known_until_then(council):
    people = PEOPLE + "C1,2015-01-01,WBRI,\n" + GROWN_UP
    head = "fami_person_id,fami_family_id\n"
    council(FIRST, people=people, f=head + "C1,F1\nA1,F1\n")
    store = council(SECOND, people=people, f=head + "C1,F2\nA1,F1\n")
    rows = store.table("household")
    assert rows.select("person_id", "adult_id", "known_from", "known_until").rows() == [
        ("C1", "A1", FIRST, SECOND)
    ]
    assert known(rows, date(2026, 3, 5)).height == 1
    assert known(rows, date(2026, 3, 11)).height == 0


def test_a_family_link_ends_though_another_source_says_who_people_are(council):
    people = PEOPLE + "C1,2015-01-01,WBRI,\n" + GROWN_UP
    head = "moth_childs_person_id,moth_person_id\n"
    council(FIRST, name="first", people=people)
    council(FIRST, people=people, m=head + "C1,A1\n")
    store = council(SECOND, people=people, m=head)
    assert store.table("household")["known_until"].to_list() == [SECOND]


def test_a_death_is_not_known_before_it(council):
    head = "cine_referral_id,cine_person_id,cine_referral_date\n"
    store = council(
        FIRST,
        people=PEOPLE + "C1,2015-01-01,WBRI,2026-02-01\n",
        r=head + "R1,C1,2024-01-01\n",
    )
    (row,) = store.table("persons").rows(named=True)
    assert row["known_from"] == date(2024, 1, 2)
    assert row["died"] == date(2026, 2, 1)
    assert row["death_known_from"] >= date(2026, 2, 1)


def test_an_extract_without_its_table_of_persons_takes_nobody_away(council):
    referrals = "cine_referral_id,cine_person_id,cine_referral_date\nR1,C1,2024-01-01\n"
    council(FIRST, people=PEOPLE + "C1,2015-05-17,WBRI,\n", r=referrals)
    store = council(SECOND, r=referrals)
    assert store.table("persons").select("born", "known_until").rows() == [
        (date(2015, 5, 1), None)
    ]
    assert store.coverage["persons"].covered_to == FIRST


def test_people_whom_only_the_second_feed_names_are_known_by_their_id(tmp_path):
    for feed, who in (("police", "C1"), ("housing", "C1\nC2")):
        rows = "".join(f"{w},2026-01-01\n" for w in who.split())
        (tmp_path / f"{feed}.csv").write_text("who,on\n" + rows)
        (tmp_path / f"{feed}.toml").write_text(
            f'name = "{feed}"\nextract_date = 2026-03-01\n[[feed]]\n'
            f'file = "{feed}.csv"\ntable = "local_events"\n'
            '[feed.columns]\nperson_id = "who"\ndate = "on"\n'
        )
        ingest(
            tmp_path / f"{feed}.csv",
            tmp_path / "store",
            mapping=tmp_path / f"{feed}.toml",
        )
    people = open_store(tmp_path / "store").table("persons")
    assert people.select("person_id", "source").rows() == [
        ("C1", "police/ids"),
        ("C2", "housing/ids"),
    ]


MAPPING = """
name = "police"
covered_from = 2026-01-01
[[feed]]
file = "police.csv"
table = "{table}"
[feed.columns]
{columns}
"""
EPISODES = (
    "missing_episodes",
    ("person_id", "date", "known_from", "end", "end_known_from", "episode_type"),
)
LINKS = ("household", ("person_id", "adult_id", "date", "known_from", "end", "role"))


@pytest.fixture
def police(tmp_path):
    """Ingest one night's feed after another; give all versions of its rows."""

    def nights(table, columns, *extracts):
        said = "\n".join(f'{c} = "{c}"' for c in columns)
        mapping = tmp_path / "police.toml"
        mapping.write_text(MAPPING.format(table=table, columns=said))
        for day, *lines in extracts:
            text = "\n".join([",".join(columns), *lines, ""])
            (tmp_path / "police.csv").write_text(text)
            ingest(
                tmp_path / "police.csv",
                tmp_path / "store",
                mapping=mapping,
                extract_date=day,
            )
        return open_store(tmp_path / "store").table(table)

    return nights


def test_a_correction_never_counts_beside_what_it_corrects(police):
    """A new date of recording does not put the new version before the old one's end."""
    rows = police(
        *EPISODES,
        (FIRST, "C1,2026-02-20,2026-02-21,,,M"),
        (SECOND, "C1,2026-02-20,2026-03-05,,,A"),
    )
    for day in pl.date_range(date(2026, 2, 22), THIRD, eager=True):
        assert known(rows, day).height == 1
    assert rows["known_from"].max() == SECOND


def test_a_group_first_seen_with_a_recorded_row_is_known_from_the_extract(police):
    rows = police(
        *EPISODES,
        (FIRST,),
        (
            SECOND,
            "C1,2026-03-02,2026-03-03,2026-03-04,,M",
            "C2,2026-03-02,2026-03-03,2026-03-04,2026-03-06,M",
        ),
    )
    assert rows.select("person_id", "known_from", "end_known_from").rows() == [
        ("C1", date(2026, 3, 3), SECOND),
        ("C2", date(2026, 3, 3), date(2026, 3, 6)),
    ]


def test_a_date_of_recording_counts_from_the_extract_before(police):
    rows = police(
        *EPISODES,
        (FIRST, "C9,2026-02-20,2026-02-21,,,M"),
        (SECOND,),
        (
            THIRD,
            "C1,2026-03-02,2026-03-15,,,M",
            "C2,2026-03-02,2026-03-05,,,M",
        ),
    )
    now = rows.filter(pl.col("known_until").is_null())
    assert now.select("person_id", "known_from", "known_how").rows() == [
        ("C1", date(2026, 3, 15), "recorded"),
        ("C2", THIRD, "first_seen"),
    ]


def test_a_dated_link_that_vanished_is_no_longer_known(police):
    rows = police(
        *LINKS,
        (FIRST, "C1,A1,2026-02-01,,,father", "C1,A2,2025-01-01,,2025-02-01,father"),
        (SECOND,),
    )
    assert rows.select("adult_id", "known_until").rows() == [
        ("A2", None),
        ("A1", SECOND),
    ]


def test_a_row_keeps_its_history_when_a_twin_with_a_smaller_id_comes(council):
    head = "cina_assessment_id,cina_person_id,cina_assessment_start_date\n"
    people = PEOPLE + "C1,2015-01-01,WBRI,\n"
    council(FIRST, people=people, a=head + "7,C1,2024-01-01\n")
    store = council(
        SECOND, people=people, a=head + "7,C1,2024-01-01\n3,C1,2024-01-01\n"
    )
    rows = store.table("assessments").select("assessment_id", "known_from").rows()
    assert rows == [("3", SECOND), ("7", date(2024, 1, 4))]


def test_a_recorded_row_is_no_later_for_an_extract_that_lacked_its_table(tmp_path):
    columns = EPISODES[1]
    said = "\n".join(f'{c} = "{c}"' for c in columns)
    other = (
        '[[feed]]\nfile = "other.csv"\ntable = "local_events"\n'
        '[feed.columns]\nperson_id = "person_id"\ndate = "date"\n'
    )
    mapping = tmp_path / "m.toml"
    mapping.write_text(MAPPING.format(table=EPISODES[0], columns=said) + other)
    new = ["C1,2026-02-20,2026-02-21,,,M", "C2,2026-03-02,2026-03-05,,,M"]
    for day, lines in ((FIRST, new[:1]), (SECOND, None), (THIRD, new)):
        folder = tmp_path / str(day)
        folder.mkdir()
        (folder / "other.csv").write_text("person_id,date\nC1,2026-01-02\n")
        if lines is not None:
            text = "\n".join([",".join(columns), *lines, ""])
            (folder / "police.csv").write_text(text)
        ingest(folder, tmp_path / "store", mapping=mapping, extract_date=day)
    rows = open_store(tmp_path / "store").table("missing_episodes")
    assert rows.select("person_id", "known_from").rows() == [
        ("C1", date(2026, 2, 21)),
        ("C2", date(2026, 3, 5)),
    ]


def test_a_table_of_mothers_none_of_whom_can_be_used_is_no_table_of_links(council):
    store = council(
        FIRST,
        people=PEOPLE + "C1,2015-01-01,WBRI,\n",
        m="moth_childs_person_id,moth_person_id\nC1,-1\n",
        f="fami_person_id,fami_family_id\nC1,F1\n",
    )
    assert not store.has("household")

from datetime import date

import polars as pl
import pytest

from riskaid.errors import ExtractError
from riskaid.files import digest_folder
from riskaid.records.ingest import ingest
from riskaid.records.store import open_store

FIRST, SECOND = date(2026, 3, 31), date(2026, 4, 1)
HEADER = "miss_table_id,miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type,miss_missing_episode_end_date\n"


def missing(*lines):
    return {"m.csv": HEADER + "".join(f"{line}\n" for line in lines)}


@pytest.fixture
def nights(ssd, tmp_path):
    """Ingest one night's rows after another; give the store's missing episodes."""
    store = tmp_path / "store"

    def run(day, *lines, **facts):
        ingest(
            ssd(missing(*lines), day=day.isoformat(), name=f"night{day}", **facts),
            store,
        )
        return open_store(store).table("missing_episodes")

    run.store = store
    return run


def said(rows, *columns):
    return rows.select(
        columns or ("date", "end", "known_from", "known_until", "known_how")
    ).rows()


def test_the_same_extract_again_changes_no_byte(nights):
    nights(FIRST, "1,C1,2025-01-01,M,2025-01-02", "2,C1,2025-02-01,M,")
    before = digest_folder(nights.store)
    nights(FIRST, "1,C1,2025-01-01,M,2025-01-02", "2,C1,2025-02-01,M,")
    assert digest_folder(nights.store) == before


def test_row_order_and_row_ids_do_not_matter(nights):
    nights(FIRST, "1,C1,2025-01-01,M,2025-01-02", "2,C1,2025-02-01,M,")
    tables = open_store(nights.store).facts["tables"]["missing_episodes"]["digest"]
    nights(SECOND, "8,C1,2025-02-01,M,", "9,C1,2025-01-01,M,2025-01-02")
    after = open_store(nights.store)
    assert after.facts["tables"]["missing_episodes"]["digest"] == tables
    assert after.extract_date == SECOND
    assert after.coverage["missing_episodes"].covered_to == SECOND


def test_an_end_that_fills_in_ends_one_version_and_begins_the_next(nights):
    nights(FIRST, "1,C1,2026-03-01,M,")
    rows = nights(SECOND, "1,C1,2026-03-01,M,2026-03-20")
    assert said(rows) == [
        (date(2026, 3, 1), None, date(2026, 3, 2), SECOND, "declared_lag"),
        (date(2026, 3, 1), date(2026, 3, 20), SECOND, None, "first_seen"),
    ]
    assert said(rows, "end_known_from") == [(None,), (SECOND,)]


def test_a_row_that_vanished_is_no_longer_so_and_a_new_one_is_first_seen(nights):
    nights(FIRST, "1,C1,2025-01-01,M,", "2,C1,2025-02-01,M,")
    rows = nights(SECOND, "2,C1,2025-02-01,M,", "3,C1,2025-03-01,A,")
    assert said(rows, "date", "known_until", "known_how") == [
        (date(2025, 1, 1), SECOND, "declared_lag"),
        (date(2025, 2, 1), None, "declared_lag"),
        (date(2025, 3, 1), None, "first_seen"),
    ]
    assert said(rows, "known_from")[2] == (SECOND,)


def test_two_rows_that_say_the_same_stay_two(nights):
    nights(FIRST, "1,C1,2025-01-01,M,", "2,C1,2025-01-01,M,")
    rows = nights(SECOND, "1,C1,2025-01-01,M,")
    assert said(rows, "known_until") == [(None,), (SECOND,)]


def test_a_row_that_left_with_the_window_is_still_so(nights):
    nights(
        FIRST,
        "1,C1,2020-05-01,M,2020-05-02",
        "2,C1,2021-05-01,M,2021-05-02",
        "3,C2,2020-05-01,M,",
    )
    rows = nights(SECOND, "4,C1,2026-03-01,M,", covered_from="2020-06-01")
    assert said(rows, "person_id", "date", "known_until") == [
        ("C1", date(2020, 5, 1), None),
        ("C1", date(2021, 5, 1), SECOND),
        ("C1", date(2026, 3, 1), None),
        ("C2", date(2020, 5, 1), SECOND),
    ]
    assert open_store(nights.store).coverage["missing_episodes"].covered_from == date(
        2020, 4, 1
    )


def test_an_id_made_anew_overnight_is_taken_and_makes_no_version(ssd, tmp_path):
    header = "cina_assessment_id,cina_person_id,cina_assessment_start_date\n"
    for day, number in ((FIRST, 11), (SECOND, 99)):
        files = {"a.csv": f"{header}{number},C1,2024-01-01\n"}
        ingest(ssd(files, day=day.isoformat(), name=str(day)), tmp_path / "s")
    rows = open_store(tmp_path / "s").table("assessments")
    assert rows.select("assessment_id", "known_until").rows() == [("99", None)]


def test_a_corrected_person_is_two_versions_and_one_who_left_keeps_the_last(
    ssd, tmp_path
):
    header = "pers_person_id,pers_dob,pers_ethnicity\n"
    nights = [
        (FIRST, "C1,2015-01-01,NOBT\nC2,2016-01-01,WBRI\n"),
        (SECOND, "C1,2015-01-01,BCRB\n"),
    ]
    for day, text in nights:
        ingest(
            ssd({"p.csv": header + text}, day=day.isoformat(), name=str(day)),
            tmp_path / "s",
        )
    store = open_store(tmp_path / "s")
    assert store.table("persons").height == 3
    assert store.current("persons").select("person_id", "ethnicity").rows() == [
        ("C1", "BCRB"),
        ("C2", "WBRI"),
    ]


def test_an_older_extract_after_a_later_one_is_refused_and_changes_nothing(nights):
    nights(SECOND, "1,C1,2025-01-01,M,")
    before = digest_folder(nights.store)
    with pytest.raises(ExtractError, match="later extract"):
        nights(FIRST, "1,C1,2025-01-01,M,", "2,C1,2025-02-01,M,")
    assert digest_folder(nights.store) == before


def test_adjacent_versions_never_both_count(nights):
    """For each as-of date at most one version of an episode counts."""
    nights(FIRST, "1,C1,2026-03-01,M,")
    rows = nights(SECOND, "1,C1,2026-03-01,M,2026-03-20")
    for day in pl.date_range(date(2026, 3, 3), date(2026, 4, 9), eager=True):
        counts = rows.filter(
            (pl.col("known_from") < day)
            & (pl.col("known_until").is_null() | (pl.lit(day) <= pl.col("known_until")))
        )
        assert counts.height == 1

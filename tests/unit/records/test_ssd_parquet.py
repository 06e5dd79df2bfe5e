"""The same tables as Parquet, typed as other programs write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from riskaid.errors import ExtractError
from riskaid.records.ingest import ingest, recognise
from riskaid.records.store import open_store

DAY = date(2026, 3, 31)
PEOPLE = {
    "pers_person_id": [1.0, 2.0, 3.0],
    "pers_sex": [2, 1, None],
    "pers_dob": [date(2015, 5, 17), date(2018, 5, 17), None],
    "pers_photo": [b"x", None, None],
}
REFERRALS = {
    "ssd_development.CINE_person_id": [Decimal("1.0"), Decimal("2.0")],
    "cine_referral_id": [11, 12],
    "cine_referral_date": [
        datetime(2024, 1, 1, 23, 30, tzinfo=UTC),
        datetime(2026, 3, 1, tzinfo=UTC),
    ],
    "cine_referral_source_code": [6.0, 10.0],
    "cine_referral_nfa": [False, True],
    "cine_close_date": [datetime(2024, 3, 1), None],  # noqa: DTZ001 - as databases say it
}
AS_CSV = {
    "p.csv": "pers_person_id,pers_sex,pers_dob\n1,2,2015-05-17\n2,1,17/05/2018\n3,,\n",
    "r.csv": "cine_person_id,cine_referral_id,cine_referral_date,"
    "cine_referral_source_code,cine_referral_nfa,cine_close_date\n"
    "1,11,2024-01-01,6,N,2024-03-01\n2,12,2026-03-01,10,Y,\n",
}
WHERE_FROM = ("source", "source_row")


def tables(store):
    held = open_store(store)
    names = sorted(p.stem for p in (store / "tables").iterdir())
    return {n: held.table(n).drop(WHERE_FROM).to_dicts() for n in names}


def test_typed_parquet_says_what_csv_says_alone_and_beside_csv(ssd, tmp_path):
    ingest(ssd(AS_CSV, name="csv"), tmp_path / "1")
    both = ssd({"p.csv": AS_CSV["p.csv"]}, name="both")
    pl.DataFrame(REFERRALS).write_parquet(both / "anything.parquet")
    ingest(both, tmp_path / "2")
    only = ssd({}, name="parquet")
    pl.DataFrame(PEOPLE).write_parquet(only / "a.parquet")
    pl.DataFrame(REFERRALS).write_parquet(only / "b.PARQUET")
    assert recognise(only) == "ssd_csv"
    ingest(only, tmp_path / "3")
    said = tables(tmp_path / "1")
    assert [r["source_code"] for r in said["referrals"]] == ["6", "10"]
    assert [r["no_further_action"] for r in said["referrals"]] == ["no", "yes"]
    assert tables(tmp_path / "2") == said
    assert tables(tmp_path / "3") == said


@pytest.mark.parametrize(
    "factors",
    [
        [["1A", "2B"], ["3C"], None],
        [{"1A": "Yes", "2B": "Y", "3C": "No"}, {"3C": "Yes"}, None],
    ],
)
def test_factors_kept_as_lists_and_objects_are_read(ssd, tmp_path, factors):
    files = {
        "a.csv": "cina_assessment_id,cina_person_id,cina_assessment_start_date,"
        "cina_assessment_auth_date\n1,A,2025-01-01,2025-02-01\n2,B,2025-01-01,\n"
    }
    folder = ssd(files)
    pl.DataFrame(
        {"cinf_assessment_id": [1, 2, 3], "cinf_assessment_factors_json": factors}
    ).write_parquet(folder / "f.parquet")
    ingest(folder, tmp_path / "store")
    found = open_store(tmp_path / "store").table("assessment_factors")
    assert found.select("person_id", "code").rows() == [
        ("A", "1A"),
        ("A", "2B"),
        ("B", "3C"),
    ]


def test_the_same_table_as_csv_and_parquet_is_refused(ssd, tmp_path):
    folder = ssd(AS_CSV)
    pl.DataFrame(PEOPLE).write_parquet(folder / "p.parquet")
    with pytest.raises(ExtractError, match=r"p\.parquet and p\.csv both hold"):
        ingest(folder, tmp_path / "store")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1 cut off PAR1"])
def test_a_damaged_parquet_file_is_refused(ssd, tmp_path, content):
    folder = ssd(AS_CSV)
    (folder / "ssd_missing.parquet").write_bytes(content)
    with pytest.raises(ExtractError, match=r"ssd_missing\.parquet.*cannot be read"):
        ingest(folder, tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_a_column_named_twice_but_for_its_case_is_refused(ssd, tmp_path):
    folder = ssd({})
    frame = pl.DataFrame({"pers_person_id": ["1"], "PERS_PERSON_ID": ["2"]})
    frame.write_parquet(folder / "ssd_person.parquet")
    with pytest.raises(ExtractError, match="stand twice"):
        ingest(folder, tmp_path / "store")

"""A small council written by hand, and how to read its store back."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from riskaid.records.coverage import Coverage
from riskaid.records.schema import stored_columns

SSD_FILES = {
    "people.csv": """\
pers_person_id,pers_forename,pers_surname,pers_sex,pers_ethnicity,pers_dob,pers_expected_dob,pers_upn
C1,ForenameX,SurnameX,F,WBRI,2015-05-17 00:00:00.000,NULL,A123456789012
C2,ForenameX,SurnameX,1,White British,17/05/2018,,
C3,ForenameX,SurnameX,U,NOBT,,2026-05-02,
C4,ForenameX,SurnameX,M,REFU,NULL,2008-01-01,
-1,ForenameX,SurnameX,,,,,
""",
    "ssd_missing.csv": """\
miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type,miss_missing_episode_end_date,miss_missing_rhi_offered
C1,2024-12-10 00:00:00.000,Missing,2024-12-12 00:00:00.000,Y
C1,2025-12-10,M,2025-12-02,NA
C9,2025-12-10,A,,
C1,13/25/2024,M,,
""",
    "referrals.csv": """\
cine_referral_id,cine_person_id,cine_referral_date,cine_referral_source_code,cine_referral_source_desc,cine_referral_nfa,cine_close_date,cine_close_reason
R1,C1,2024-01-01,6,Police,N,2024-03-01,RC8
R2,C2,2026-03-01,1A,Family member,Y,,
""",
}


def write_ssd(
    folder: Path, files=None, day: str | None = "2026-03-31", **facts
) -> Path:
    """Write SSD tables and their extract.json."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (SSD_FILES if files is None else files).items():
        (folder / name).write_text(text)
    if day is not None:
        said = {"extract_date": day, "covered_from": "2020-04-01", "name": "council"}
        (folder / "extract.json").write_text(json.dumps({**said, **facts}))
    return folder


@pytest.fixture
def ssd(tmp_path):
    """Write SSD tables; give their folder."""

    def make(files=None, day="2026-03-31", name="ssd", **facts):
        return write_ssd(tmp_path / name, files, day, **facts)

    return make


def typed_rows(table, said):
    """Rows of a case table from dictionaries of text."""
    columns = stored_columns(table)
    frame = pl.DataFrame(said, schema=dict.fromkeys(columns, pl.String))
    return frame.with_columns(
        (pl.col(c).str.to_date() if kind == pl.Date else pl.col(c).cast(kind))
        for c, kind in columns.items()
    )


@pytest.fixture
def a_store():
    """Make what stands for an opened store, from rows written by hand."""

    def make(start=date(2020, 4, 1), end=date(2025, 6, 30), **tables):
        held = {name: typed_rows(name, said) for name, said in tables.items()}
        return SimpleNamespace(
            has=held.__contains__,
            current=held.__getitem__,
            table=held.__getitem__,
            coverage=dict.fromkeys(held, Coverage(start, end)),
        )

    return make

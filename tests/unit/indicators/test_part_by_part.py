import os
import signal
from datetime import date

import polars as pl
import pyarrow.parquet as pq
import pytest

from riskaid.commands.terminal import ended_in_order
from riskaid.errors import ExtractError
from riskaid.indicators import part_by_part
from riskaid.indicators.part_by_part import written_part_by_part

WHOLE = pl.DataFrame(
    {
        "person_id": [f"C{n:05}" for n in range(1000)],
        "as_of": [date(2025, 1, 1 + n % 28) for n in range(1000)],
        "x": [None if n % 7 == 0 else n / 3 for n in range(1000)],
    }
)


def write(path, length, whole=WHOLE):
    with written_part_by_part(path, whole.schema) as put:
        for start in range(0, len(whole), length):
            put(whole[start : start + length])
    return path.read_bytes()


def test_the_file_holds_all_parts_in_order_the_same_bytes_however_cut(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(part_by_part, "ROWS_A_GROUP", 64)
    made = {write(tmp_path / f"{n}.parquet", n) for n in (1000, 333, 64, 7)}
    assert len(made) == 1
    assert pl.read_parquet(tmp_path / "7.parquet").equals(WHOLE)
    assert pq.ParquetFile(tmp_path / "7.parquet").metadata.num_row_groups == 16


def test_a_table_without_rows_is_a_file_with_its_columns(tmp_path):
    with written_part_by_part(tmp_path / "none.parquet", WHOLE.schema) as put:
        put(WHOLE.clear())
    assert pl.read_parquet(tmp_path / "none.parquet").equals(WHOLE.clear())


@pytest.mark.parametrize("parts", [0, 1, 40])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_fails_midway_leaves_nothing_and_the_older_file(tmp_path, parts, error):
    place = tmp_path / "values.parquet"
    place.write_text("older")

    def fails_midway():
        with written_part_by_part(place, WHOLE.schema) as put:
            for _ in range(parts):
                put(WHOLE)
            raise error

    with pytest.raises(error):
        fails_midway()
    assert [p.name for p in tmp_path.iterdir()] == ["values.parquet"]
    assert place.read_text() == "older"


def test_a_request_to_stop_midway_leaves_nothing(tmp_path):
    def stopped_midway():
        place = tmp_path / "values.parquet"
        with ended_in_order(), written_part_by_part(place, WHOLE.schema) as put:
            put(WHOLE)
            os.kill(os.getpid(), signal.SIGTERM)
            put(WHOLE)

    with pytest.raises(SystemExit) as ended:
        stopped_midway()
    assert ended.value.code == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_and_changes_nothing(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", full)
    place = tmp_path / "values.parquet"
    place.write_text("older")
    for parts in (1, 40):
        with pytest.raises(ExtractError, match=r"'values\.parquet' could not be"):
            write(place, 1000 // parts)
    assert [p.name for p in tmp_path.iterdir()] == ["values.parquet"]
    assert place.read_text() == "older"


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(ExtractError, match="Check the space left"):
        write(tmp_path / "taken" / "values.parquet", 1000)

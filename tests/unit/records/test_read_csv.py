import gzip

import polars as pl
import pytest

from riskaid.errors import ExtractError
from riskaid.records.read_csv import ROW, header_of, read_table


def written(tmp_path, content, name="t.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        "a,b\r\n1,é\r\n".encode(),
        "\ufeffa,b\n1,é\n".encode(),
        "a,b\n1,é".encode("cp1252"),
        "a,b\n1,é\n".encode("utf-16"),
        "a;b\n1;é\n".encode(),
        "a\tb\n1\té\n".encode(),
        '"a","b"\n"1","é"\n'.encode(),
    ],
)
def test_the_same_table_however_it_was_saved(tmp_path, content):
    path = written(tmp_path, content)
    table = read_table(path).rows
    assert table.drop(ROW).to_dict(as_series=False) == {"a": ["1"], "b": ["é"]}
    assert table[ROW].to_list() == [2]
    assert header_of(path) == ["a", "b"]


def test_gzip_and_parquet_read_as_text(tmp_path):
    packed = read_table(written(tmp_path, gzip.compress(b"a\n1\n"), "t.csv.gz"))
    held = {"a": [1], "list": [[1, 2]], "nested": [[[1]]], "bytes": [b"x"]}
    pl.DataFrame(held).write_parquet(tmp_path / "t.parquet")
    assert packed.rows["a"].to_list() == ["1"]
    read = read_table(tmp_path / "t.parquet").rows.drop(ROW)
    assert read.to_dict(as_series=False) == {"a": ["1"], "list": ["1, 2"]}


def test_rows_with_too_many_fields_are_named_and_the_rest_is_read(tmp_path):
    table = read_table(written(tmp_path, 'a,b\n1,2\n3,4,5\n6\n"7\n8",9\n'))
    assert table.ragged == (3,)
    assert table.rows[ROW].to_list() == [2, 4, 5]
    assert table.rows["b"].to_list() == ["2", None, "9"]


def test_a_header_alone_is_a_table_without_rows(tmp_path):
    assert read_table(written(tmp_path, "a,b\n")).rows.height == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"a,b\n1,\x00\n", "not a text file"),
        (b"a,b\n1,\x81\xff\xfe\n", "not a text file"),
        (b"a,A\n1,2\n", "stand twice"),
        (b"\n1,2\n", "first line is empty"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(tmp_path, content, says):
    with pytest.raises(ExtractError, match=says) as caught:
        read_table(written(tmp_path, content))
    assert "t.csv" in str(caught.value)
    assert caught.value.__str__().count(".") > 1


def test_damaged_gzip_and_parquet_are_refused(tmp_path):
    with pytest.raises(ExtractError, match="gzip"):
        read_table(written(tmp_path, gzip.compress(b"a\n1\n" * 99)[:-6], "t.csv.gz"))
    with pytest.raises(ExtractError, match="Parquet"):
        read_table(written(tmp_path, b"PAR1", "t.parquet"))

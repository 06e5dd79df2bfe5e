"""Hostile and broken sources: a documented error or a correct read, the store kept."""

import errno
import gzip
import json
import os
import subprocess
import sys

import polars as pl
import pytest

from riskaid.errors import ExtractError, RiskaidError
from riskaid.files import digest_folder
from riskaid.records import store as store_module
from riskaid.records.ingest import ingest
from riskaid.records.read_csv import header_of, read_table
from riskaid.records.store import open_store

HEADER = "miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type"
ROWS = ["C1,2024-12-10,M", "C2,2025-01-05,A"]
PLAIN = "\n".join([HEADER, *ROWS]) + "\n"


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def store(ssd, tmp_path):
    place = tmp_path / "here" / "store"
    ingest(ssd(), place)
    return place


@pytest.fixture
def given(ssd, tmp_path):
    """Write one file of missing episodes in bytes; give the folder it stands in."""

    def make(content, name="missing.csv"):
        folder = ssd({}, name="hostile")
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(raw)
        return folder

    return make


def episodes(tmp_path, folder):
    ingest(folder, tmp_path / "fresh")
    rows = open_store(tmp_path / "fresh").table("missing_episodes")
    return rows.select("person_id", pl.col("date").cast(pl.String), "episode_type")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PLAIN.encode("utf-16"), id="UTF-16 with a mark"),
        pytest.param(
            b"\xfe\xff" + PLAIN.encode("utf-16-be"), id="UTF-16 the other way"
        ),
        pytest.param(PLAIN.encode("utf-16-le"), id="UTF-16 unmarked"),
        pytest.param(PLAIN.encode("utf-16-be"), id="UTF-16 unmarked, the other way"),
        pytest.param(PLAIN.encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param(PLAIN.replace("\n", "\r\n"), id="Windows line ends"),
        pytest.param(PLAIN.replace("\n", "\r"), id="old Mac line ends"),
        pytest.param(
            f"{HEADER}\r\n{ROWS[0]}\r{ROWS[1]}\n", id="line ends of three kinds"
        ),
        pytest.param(f"{HEADER}\n{ROWS[0]}\r\n{ROWS[1]}", id="two kinds, no last one"),
        pytest.param(
            f"{HEADER},note\n{ROWS[0]},caf\xe9 \x96\n{ROWS[1]},\n".encode("latin-1"),
            id="cp1252",
        ),
        pytest.param(
            HEADER
            + "".join(f",c{n}" for n in range(10_000))
            + "\n"
            + "\n".join(row + ",x" * 10_000 for row in ROWS),
            id="10,000 columns more",
        ),
        pytest.param(
            f"{HEADER},note\n{ROWS[0]},{'x' * 50_000_000}\n{ROWS[1]},\n",
            id="a field of 50 MB",
        ),
        pytest.param(
            f'{HEADER},note\n{ROWS[0]},"{"x," * 25_000_000}"\n{ROWS[1]},\n',
            id="a quoted field of 50 MB",
        ),
        pytest.param(
            f"{HEADER},note\n{ROWS[0]},{'x' * 50_000_000}\n{ROWS[1]},,,,\n{ROWS[1]},\n",
            id="a field of 50 MB and a row too long",
        ),
        pytest.param(
            f"{HEADER},note\n{ROWS[0]},=cmd|' /C calc'!A0\n{ROWS[1]},@SUM(1)\n",
            id="formulas",
        ),
    ],
)
def test_the_same_rows_however_they_were_saved(tmp_path, given, content):
    rows = episodes(tmp_path, given(content))
    assert rows.rows() == [("C1", "2024-12-10", "M"), ("C2", "2025-01-05", "A")]


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        pytest.param(PLAIN.replace("M", "\0"), "m.csv", "riskaid knows", id="NUL"),
        pytest.param(
            PLAIN.encode("utf-16")[:-3], "m.csv", "not a text file", id="UTF-16 cut off"
        ),
        pytest.param(
            PLAIN.replace("type", "start_date"), "m.csv", "stand twice", id="twice"
        ),
        pytest.param(
            gzip.compress(PLAIN.encode() * 999)[:-20],
            "m.csv.gz",
            "cut off or damaged",
            id="gzip cut off",
        ),
        pytest.param(
            gzip.compress(PLAIN.encode())[:12], "m.csv.gz", "riskaid knows", id="a stub"
        ),
        pytest.param(
            f'{HEADER}\n"C1,2024-12-10,M\nC2,2025-01-05,A,1,2\n',
            "m.csv",
            "quotation mark may be missing",
            id="an open quotation",
        ),
        pytest.param(HEADER, "m.parquet", "riskaid knows", id="text as Parquet"),
    ],
)
def test_what_cannot_be_read_ends_in_words_and_the_store_is_kept(
    given, store, content, name, says
):
    before = digest_folder(store)
    with pytest.raises(ExtractError, match=says) as caught:
        ingest(given(content, name), store)
    assert "C1" not in str(caught.value)
    assert digest_folder(store) == before
    assert names_in(store.parent) == ["store"]


def test_a_header_alone_is_a_table_supplied_and_empty(tmp_path, given):
    report = ingest(given(HEADER + "\n"), tmp_path / "fresh")
    assert sum(f.rows for f in report.files) == 0
    store = open_store(tmp_path / "fresh")
    assert store.has("missing_episodes")
    assert store.table("missing_episodes").is_empty()


@pytest.mark.skipif(os.name != "posix", reason="NOT RUN: names only POSIX allows")
@pytest.mark.parametrize(
    "name", ["x\\..\\..\\y.csv", "-rf.csv", "a\nb.csv", "\x1b[31mred.csv", "x;rm *.csv"]
)
def test_a_file_name_that_plays_tricks_is_only_a_name(tmp_path, given, name):
    folder = given(PLAIN, name)
    report = ingest(folder, tmp_path / "fresh")
    assert open_store(tmp_path / "fresh").table("missing_episodes").height == 2
    assert names_in(tmp_path) == ["fresh", "hostile"]
    assert all(f.name.isprintable() for f in report.files)


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "a\nb", "\x1b[31m"])
def test_a_source_name_that_plays_tricks_is_made_plain(tmp_path, given, name):
    folder = given(PLAIN)
    facts = json.loads((folder / "extract.json").read_text())
    (folder / "extract.json").write_text(json.dumps({**facts, "name": name}))
    report = ingest(folder, tmp_path / "fresh")
    assert not set(report.name) & set("/\n\x1b")
    assert names_in(tmp_path) == ["fresh", "hostile"]


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"tables": [1]}', '{"tables": 7}', '{"extract_date": {}}', "\0"],
)
def test_an_extract_json_of_another_shape_is_refused(given, store, text):
    before = digest_folder(store)
    folder = given(PLAIN)
    (folder / "extract.json").write_text(text)
    with pytest.raises(ExtractError, match=r"extract\.json"):
        ingest(folder, store)
    assert digest_folder(store) == before


@pytest.mark.parametrize("file", ["tables/missing_episodes.parquet", "store.json"])
def test_a_disk_that_is_full_keeps_the_store(given, store, monkeypatch, file):
    before = digest_folder(store)

    def full(*_words, **_more):
        raise OSError(errno.ENOSPC, "No space left on device")

    name = "_write" if file.endswith("parquet") else "put_json"
    monkeypatch.setattr(store_module, name, full)
    with pytest.raises(ExtractError, match="space left"):
        ingest(given(PLAIN), store)
    assert digest_folder(store) == before
    assert names_in(store.parent) == ["store"]


LIMITED = """\
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
from riskaid.cli import main
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="NOT RUN: needs a limit of file sizes")
@pytest.mark.parametrize("size", [400, 3000])
def test_a_write_the_system_breaks_off_keeps_the_store(given, store, size):
    before = digest_folder(store)
    words = [str(size), "ingest", str(given(PLAIN)), "--store", str(store)]
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == ExtractError.exit_code, ended.stderr
    assert "Traceback" not in ended.stderr
    assert digest_folder(store) == before
    assert names_in(store.parent) == ["store"]


def test_a_store_json_of_another_shape_is_refused(store):
    for text in ("[" * 100_000, "[]", "7", '{"format": []}', ""):
        (store / "store.json").write_text(text)
        with pytest.raises(RiskaidError):
            open_store(store)


def test_headers_that_cannot_be_read_are_no_headers(tmp_path):
    for n, content in enumerate((b"\0" * 99, b"\x1f\x8b\x08", b"", b'"' * 200_000)):
        path = tmp_path / f"{n}.csv.gz"
        path.write_bytes(content)
        assert header_of(path) == []
        with pytest.raises(ExtractError):
            read_table(path)


def test_an_open_quotation_never_swallows_rows_in_silence(tmp_path):
    for lines in (['"C1,2,M'], ["C0,1,A", '"C1,2,M'], ["C0,1,A", 'C1,2,"M']):
        text = "\n".join(["a,b,c", *lines, "C2,3,A", "C3,4,A"]) + "\n"
        (tmp_path / "t.csv").write_text(text)
        with pytest.raises(ExtractError, match="quotation mark may be missing"):
            read_table(tmp_path / "t.csv")

"""What may be opened at all: archives, bombs, pipes, absurd sizes, names that play."""

import bz2
import gzip
import io
import json
import lzma
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from riskaid.errors import DefinitionError, ExtractError, RiskaidError, shown
from riskaid.files import digest_folder
from riskaid.records import given_file
from riskaid.records.ingest import ingest, recognise
from riskaid.records.read_csv import read_table
from riskaid.records.store import open_store

HEADER = "miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type"
PLAIN = f"{HEADER}\nC1,2024-12-10,M\nC2,2025-01-05,A\n".encode()
CENSUS = (
    "<Message><Header><CollectionDetails><Year>2022</Year>"
    "<ReferenceDate>2022-03-31</ReferenceDate></CollectionDetails></Header><Children>"
    "<Child><ChildIdentifiers><LAchildID>C1</LAchildID><PersonBirthDate>2015-01-01"
    "</PersonBirthDate></ChildIdentifiers>{}<CINdetails><CINreferralDate>2022-01-01"
    "</CINreferralDate></CINdetails></Child></Children></Message>"
)


def zipped(name="x.csv"):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, PLAIN)
    return held.getvalue()


def tarred(mode):
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:
        member = tarfile.TarInfo("../../evil.csv")
        member.size = len(PLAIN)
        archive.addfile(member, io.BytesIO(PLAIN))
    return held.getvalue()


@pytest.fixture
def store(ssd, tmp_path):
    place = tmp_path / "here" / "store"
    ingest(ssd(), place)
    return place


@pytest.fixture
def folder(ssd):
    """A source of one good table."""
    made = ssd({}, name="given")
    (made / "missing.csv").write_bytes(PLAIN)
    return made


@pytest.fixture
def refused(store, tmp_path):
    """Ingest something that must be refused, with these words and nothing changed."""
    before, names = digest_folder(store), sorted(tmp_path.rglob("*"))

    def check(source, says, **more):
        here = sorted(tmp_path.rglob("*"))
        with pytest.raises(RiskaidError, match=says) as caught:
            ingest(source, store, **more)
        assert "C1" not in str(caught.value)
        assert "\x1b" not in str(caught.value)
        assert digest_folder(store) == before
        assert sorted(tmp_path.rglob("*")) == here
        return str(caught.value)

    assert names
    return check


@pytest.mark.parametrize("name", ["all.zip", "missing2.csv", "x.xml", "x.txt"])
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(zipped("../../evil.csv"), "ZIP", id="zip that climbs"),
        pytest.param(zipped("/etc/passwd"), "ZIP", id="zip from the root"),
        pytest.param(b"PK\x05\x06" + b"\0" * 18, "ZIP", id="empty zip"),
        pytest.param(tarred("w"), "tar", id="tar that climbs"),
        pytest.param(tarred("w:gz"), "gzip", id="tgz"),
        pytest.param(bz2.compress(PLAIN), "bzip2", id="bz2"),
        pytest.param(lzma.compress(PLAIN), "xz", id="xz"),
        pytest.param(b"7z\xbc\xaf\x27\x1c\0\4" + b"\0" * 99, "7z", id="7z"),
        pytest.param(b"Rar!\x1a\x07\x01\0" + b"\0" * 99, "RAR", id="rar"),
    ],
)
def test_an_archive_is_refused_by_its_first_bytes(folder, refused, name, content, kind):
    (folder / name).write_bytes(content)
    said = refused(folder, kind)
    assert "Unpack it first" in said
    assert "only you may read" in said
    refused(folder / name, "Unpack it first")
    assert not list(folder.parent.rglob("evil*"))


def test_a_packed_archive_in_a_packed_table_is_refused(folder, refused):
    for n, inside in enumerate((tarred("w"), zipped(), gzip.compress(PLAIN))):
        (folder / "missing.csv").unlink(missing_ok=True)
        (folder / "missing.csv.gz").write_bytes(gzip.compress(inside))
        with pytest.raises(ExtractError, match="Unpack it first"):
            read_table(folder / "missing.csv.gz")
        assert n < 3


def test_a_packed_table_is_read(folder, tmp_path):
    (folder / "missing.csv").unlink()
    (folder / "missing.csv.gz").write_bytes(gzip.compress(PLAIN))
    ingest(folder, tmp_path / "fresh")
    assert open_store(tmp_path / "fresh").table("missing_episodes").height == 2


def test_a_gzip_bomb_is_stopped_long_before_it_is_unpacked(folder, refused):
    bomb = gzip.compress(PLAIN + b"C1,2024-12-10,M\n" * 8_000_000)
    assert len(bomb) < 640 * 1024
    (folder / "missing.csv").unlink()
    (folder / "missing.csv.gz").write_bytes(bomb)
    refused(folder, "200 times")


def test_what_is_unpacked_may_not_be_larger_than_said(monkeypatch):
    monkeypatch.setattr(given_file, "LARGEST_UNPACKED", 3 * given_file.MB)
    content = os.urandom(4 * given_file.MB)
    with pytest.raises(ExtractError, match="larger than"):
        given_file.unpacked("x.csv.gz", gzip.compress(content))
    monkeypatch.setattr(given_file, "LARGEST_UNPACKED", 4 * given_file.MB)
    assert given_file.unpacked("x.csv.gz", gzip.compress(content)) == content


@pytest.mark.skipif(os.name != "posix", reason="NOT RUN: files only POSIX has")
@pytest.mark.parametrize(
    "says_of",
    [
        ("folder", "is a folder"),
        ("pipe", "is a pipe"),
        ("socket", "is a socket"),
        ("device", "is a device"),
        ("loop", "cannot be read"),
        ("nowhere", "leads nowhere"),
    ],
)
@pytest.mark.parametrize("name", ["x.csv", "x.parquet", "x.xml", "extract.json"])
def test_what_is_no_file_is_said_and_never_waited_for(
    folder, refused, monkeypatch, says_of, name
):
    kind, says = says_of
    place = folder / name
    place.unlink(missing_ok=True)
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "socket":
        monkeypatch.chdir(folder)
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(name)
    elif kind == "device":
        place.symlink_to("/dev/zero")
    else:
        place.symlink_to(place if kind == "loop" else folder / "gone")
    said = refused(folder, says)
    assert name in said
    if kind != "folder":
        refused(place, says if kind not in ("loop", "nowhere") else "no file or folder")


def test_a_pipe_as_a_mapping_or_a_key_is_not_waited_for(folder, refused, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refused(folder, "There is no mapping", mapping=tmp_path / "pipe")
    refused(folder, "no key file", key_file=tmp_path / "pipe")


def as_somebody(code, *words):
    """Run a little program as a user without rights; root becomes nobody."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )


RUN = """\
import os, sys
from riskaid.cli import main
asked, good = sys.argv, sys.argv.pop(1)
sys.argv = ["riskaid", "ingest", good, "--store", "none", "--dry-run"]
try:
    main()  # brings everything in that a user without rights could not
except SystemExit:
    sys.argv = asked
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
main()
"""


@pytest.fixture
def open_folder():
    """A folder that every user of this machine may look into; pytest's own are not."""
    place = Path(tempfile.mkdtemp(prefix="riskaid-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.mark.skipif(os.name != "posix", reason="NOT RUN: permissions as POSIX has them")
def test_without_permission_the_file_is_named_and_nothing_changes(
    folder, store, open_folder, ssd
):
    before = digest_folder(store)
    good = ssd(name="good")
    folder = Path(shutil.copytree(folder, open_folder / "given"))
    store = Path(shutil.copytree(store, open_folder / "here" / "store"))
    (folder / "missing.csv").chmod(0)
    words = ["ingest", folder, "--store", open_folder / "new"]
    ended = as_somebody(RUN, good, *words, "--dry-run")
    assert "missing.csv cannot be read: you have no permission" in ended.stderr
    assert ended.returncode == ExtractError.exit_code
    (folder / "missing.csv").chmod(0o644)
    folder.chmod(0)
    ended = as_somebody(RUN, good, *words, "--dry-run")
    assert "no permission" in ended.stderr
    assert ended.returncode == ExtractError.exit_code
    folder.chmod(0o755)
    store.parent.chmod(0o555)
    ended = as_somebody(RUN, good, "ingest", folder, "--store", store)
    assert "Nothing can be written beside the case store 'store'" in ended.stderr
    assert ended.returncode == ExtractError.exit_code
    assert "Traceback" not in ended.stderr
    store.parent.chmod(0o755)
    assert digest_folder(store) == before
    assert sorted(p.name for p in store.parent.iterdir()) == ["store"]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 300 KB, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(words, capture_output=True, check=False).returncode
    except OSError:
        mounted = 1
    if mounted:
        pytest.skip("NOT RUN: mounting a small disk takes root on Linux")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full_keeps_the_store(small_disk, ssd, folder):
    store = small_disk / "store"
    ingest(ssd(), store)
    before = digest_folder(store)
    filler = small_disk / "filler"
    for left in (0, 4096, 12_288):
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"\0" * 4096)
        os.truncate(filler, max(0, filler.stat().st_size - left))
        with pytest.raises(ExtractError, match=r"space left") as caught:
            ingest(folder, store)
        assert "C1" not in str(caught.value)
        assert digest_folder(store) == before
        assert sorted(p.name for p in small_disk.iterdir()) == ["filler", "store"]
    filler.unlink()
    ingest(folder, store)
    assert digest_folder(store) != before


def test_a_file_that_changes_while_it_is_read_is_refused(folder, refused, monkeypatch):
    plainly = Path.read_bytes

    def slowly(path):
        content = plainly(path)
        with path.open("ab") as file:
            file.write(b"C3,2025-01-07,A\n")
        return content

    monkeypatch.setattr(Path, "read_bytes", slowly)
    refused(folder, "changed while it was read")


def test_a_return_that_changes_while_it_is_read_is_refused(tmp_path, refused):
    path = tmp_path / "return.xml"
    path.write_text(CENSUS.format("") + "\n" * 100_000)
    parts = given_file.unchanged(path)
    parts.__enter__()
    with path.open("a") as file:
        file.write("\n")
    with pytest.raises(ExtractError, match="changed while it was read"):
        parts.__exit__(None, None, None)
    from riskaid.records import xml_stream

    seen = xml_stream.elements(path, ("Child",), "Child")
    next(seen)
    with path.open("a") as file:
        file.write("\n")
    with pytest.raises(ExtractError, match="changed while it was read"):
        list(seen)


def test_a_file_larger_than_said_is_not_read(folder, refused, monkeypatch):
    with (folder / "huge.csv").open("wb") as file:
        file.truncate(given_file.LARGEST_FILE + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda _path: pytest.fail("was read"))
    refused(folder, "larger than 4 GB")


def test_absurdly_many_files_are_refused(folder, refused, monkeypatch):
    monkeypatch.setattr(given_file, "MOST_FILES", 2)
    refused_at = [(folder / f"{n}.csv").write_bytes(PLAIN) for n in range(2)]
    assert len(refused_at) == 2
    refused(folder, "more than 2 files")


@pytest.mark.skipif(os.name != "posix", reason="NOT RUN: names only POSIX allows")
@pytest.mark.parametrize(
    "name",
    [
        "\x1b[31mred.csv", "a\nb.csv", "\x9b2J.csv", "\u202egnp.csv", "\x07\x08.csv",
        os.fsdecode(b"\xff\xfe.csv"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("content", [b"\0" * 99, b"", zipped(), b'a,"b\n1,2,3\n'])
def test_a_name_that_plays_with_the_terminal_is_never_shown_raw(
    folder, refused, name, content
):
    (folder / name).write_bytes(content)
    feed = folder.parent / "feed.toml"
    feed.write_text(
        '[[feed]]\nfile = "*.csv"\ntable = "missing_episodes"\n'
        'columns = {person_id = "a", date = "b"}\n'
    )
    said = refused(folder, "csv|a text file", mapping=feed)
    assert said.isprintable()
    said = refused(folder / name, r"\.csv")
    assert said.isprintable()


def test_a_header_that_plays_with_the_terminal_is_never_shown_raw(folder, tmp_path):
    (folder / "missing.csv").write_text("child,when,\x1b[31mred\nC1,2024-12-10,x\n")
    feed = tmp_path / "feed.toml"
    feed.write_text(
        '[[feed]]\nfile = "*.csv"\ntable = "missing_episodes"\n'
        'columns = {person_id = "child", date = "when"}\n'
    )
    words = ["ingest", folder, "--store", tmp_path / "new", "--mapping", feed]
    for more in ([], ["--json"]):
        ended = subprocess.run(
            [sys.executable, "-m", "riskaid", *map(str, words), *more],
            capture_output=True,
            check=True,
        )
        assert b"red" in ended.stdout
        assert b"\x1b" not in ended.stdout + ended.stderr


def test_what_is_shown_keeps_its_letters_and_lines():
    assert shown("caf\xe9 – 12%\n\tx") == "caf\xe9 – 12%\n\tx"
    assert shown("\x1b[2J\x9b\u202e\ud800\r") == "-[2J----"
    assert str(DefinitionError("a\x1bb")) == "a-b"


def test_ten_million_columns_are_refused_before_they_are_parsed(folder, refused):
    path = folder / "missing.csv"
    path.write_bytes(b"c," * 10_000_000 + b"\n1\n")
    with pytest.raises(ExtractError, match="absurdly long"):
        read_table(path)
    path.write_bytes(HEADER.encode() + b"\nC1," + b"," * 10_000_000 + b"\n")
    said = refused(folder, "line 2 has more than 16,384 fields")
    assert len(said) < 300
    path.write_bytes(HEADER.encode() + b",x" * 20_000 + b"\nC1,2024-12-10,M\n")
    refused(folder, "absurdly long")


def test_a_line_longer_than_said_is_refused_and_one_byte_less_is_not(monkeypatch):
    monkeypatch.setattr(given_file, "LONGEST_LINE", 100_000)
    for before in (0, 1, 8191, 8192, 99_999):
        start = b"a" * before + b"\n"
        line = b"b" * 100_000
        given_file.check_lines("x", start + line + b"\nc\n", ",")
        given_file.check_lines("x", start + line, ",")
        for text in (start + line + b"b\nc\n", start + line + b"b"):
            with pytest.raises(ExtractError, match="line 2 is longer"):
                given_file.check_lines("x", text, ",")


def test_separators_within_quotation_marks_are_no_fields():
    line = b'"' + b"," * 50_000 + b'",' + b"x," * 16_382 + b"\n"
    given_file.check_lines("x", line, ",")
    with pytest.raises(ExtractError, match="more than 16,384 fields"):
        given_file.check_lines("x", b"x," + line, ",")


ENTITIES = {
    "a bomb": '<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(n + 1)} "{f"&{chr(n)};" * 10}">' for n in range(97, 110)),
    "a file": '<!ENTITY n SYSTEM "file:///etc/passwd">',
    "an address": '<!ENTITY n SYSTEM "http://192.0.2.1/x">',
    "a parameter": '<!ENTITY % p SYSTEM "file:///etc/passwd"> %p; <!ENTITY n "x">',
    "a long one": f'<!ENTITY n "{"n" * 1_000_000}">',
}


@pytest.mark.parametrize("kind", sorted(ENTITIES))
def test_a_document_type_is_refused_at_once(tmp_path, refused, kind):
    path = tmp_path / "return.xml"
    body = CENSUS.format("<x>&n;</x>" * 1000)
    path.write_text(f"<!DOCTYPE Message [{ENTITIES[kind]}]>\n{body}")
    if "<Message" not in path.read_text()[:4096]:
        path.write_text(f"<!-- <Message> -->{path.read_text()}")
    began = time.monotonic()
    refused(path, "DTD|broken")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_return_in_another_encoding_is_read(tmp_path, encoding):
    path = tmp_path / "return.xml"
    path.write_bytes(CENSUS.format("").encode(encoding))
    assert recognise(path) == "cin_xml"
    ingest(path, tmp_path / "store")
    assert open_store(tmp_path / "store").table("referrals").height == 1


def test_deep_nesting_is_refused_and_never_followed(tmp_path, folder, refused):
    path = tmp_path / "return.xml"
    path.write_text(CENSUS.format("<a>" * 100_000 + "</a>" * 100_000))
    refused(path, "broken")
    (folder / "extract.json").write_text('{"a":' * 100_000)
    refused(folder, r"extract\.json")
    feed = tmp_path / "feed.toml"
    feed.write_text("a = " + "[" * 100_000)
    refused(folder, "not a TOML file", mapping=feed)


def test_settings_that_are_absurdly_large_are_not_read(tmp_path, folder, refused):
    (folder / "extract.json").write_text(json.dumps({"name": "x" * 2_000_000}))
    refused(folder, r"extract\.json")
    feed = tmp_path / "feed.toml"
    feed.write_text("#" * 2_000_000)
    refused(folder, "not a TOML file", mapping=feed)


def test_settings_may_begin_with_a_byte_order_mark(folder, tmp_path):
    text = (folder / "extract.json").read_text()
    (folder / "extract.json").write_text(text, encoding="utf-8-sig")
    assert ingest(folder, tmp_path / "fresh").name == "council"


@pytest.mark.parametrize("where", ["between", "within"])
def test_a_return_of_empty_parts_takes_no_memory(tmp_path, refused, monkeypatch, where):
    from riskaid.records import xml_stream

    monkeypatch.setattr(xml_stream, "MOST_PARTS", 10_000)
    path = tmp_path / "return.xml"
    if where == "between":
        path.write_text(CENSUS.format("").replace("</Children>", "<a/>" * 6000))
    else:
        path.write_text(CENSUS.format("<a/>" * 6000))
    refused(path, "has more than 5,000 parts")


MEASURED = """\
import sys
from pathlib import Path
from riskaid.cli import main
try:
    main()
finally:
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    print(peak, file=sys.stderr)
"""


def test_a_bomb_takes_little_memory(folder, tmp_path):
    with gzip.open(folder / "missing.csv.gz", "wb", compresslevel=6) as file:
        file.write(PLAIN)
        for _ in range(100):
            file.write(b"," * given_file.MB)
    (folder / "missing.csv").unlink()
    ended = subprocess.run(
        [
            sys.executable, "-c", MEASURED, "ingest", str(folder), "--store",
            str(tmp_path / "s"),
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == ExtractError.exit_code
    assert "200 times" in ended.stderr
    assert int(ended.stderr.split()[-1]) < 700_000


@pytest.mark.skipif(os.name != "posix", reason="NOT RUN: signals as POSIX has them")
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_a_stop_in_the_middle_of_writing_leaves_nothing_behind(
    folder, store, number, code
):
    before = digest_folder(store)
    slow = (
        "import time\n"
        "from riskaid.records import store\n"
        "write = store._write\n"
        "def slowly(*words):\n"
        "    write(*words); time.sleep(3)\n"
        "store._write = slowly\n"
        "from riskaid.cli import main\n"
        "main()\n"
    )
    words = ["ingest", str(folder), "--store", str(store)]
    running = subprocess.Popen(
        [sys.executable, "-c", slow, *words],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not list(store.parent.glob(".store-????????/tables/*.parquet")):
        assert time.monotonic() < deadline
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(number)
    _, said = running.communicate(timeout=60)
    assert running.returncode == code
    assert "Traceback" not in said
    assert digest_folder(store) == before
    assert sorted(p.name for p in store.parent.iterdir()) == ["store"]

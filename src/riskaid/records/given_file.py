"""Files that somebody gives us: which may be opened at all, and how much of one.

Nothing is ever unpacked to a disk, because it would leave personal data in a second
place; the only packed files that are read, in memory, are .csv.gz and workbooks.
"""

import gzip
import io
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from riskaid.errors import ExtractError, shown

MB = 1024**2
MOST_FILES = 10_000
LARGEST_FILE = 4096 * MB
LARGEST_UNPACKED = 2048 * MB
MOST_TIMES = 200
"""No table of text packs this well; what a gzip file may grow by, above RATIO_FROM."""
RATIO_FROM = 64 * MB
LONGEST_LINE = 64 * MB
LONGEST_HEADER = MB
MOST_COLUMNS = 16_384
"""As many as a spreadsheet can have."""
LARGEST_SETTINGS = MB
MOST_LISTED = 60
WORDS = (
    "address|category|child|code|date|dob|end|from|id|kind|no|number|person|reason|ref"
    "|reference|sex|start|status|team|time|to|type|worker"
)
LIKE_A_COLUMN = re.compile(
    r"[a-z]+(_[a-z]*[0-9]{0,2})*|[A-Z]+(_[A-Z]*[0-9]{0,2})+"
    rf"|(?=(?i:.*\b({WORDS})\b))[A-Za-z][a-z]*( [A-Za-z][a-z]*)*"
)
BLOCK = 8 * 1024
START = 512
TAR_AT = slice(257, 262)
ARCHIVES = {
    b"PK\x03\x04": "a ZIP archive",
    b"PK\x05\x06": "a ZIP archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ\x00": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
}
"""By the first bytes of a file: a name says nothing about what is in it."""
ARCHIVE_NAMES = (
    ".zip", ".tar", ".tgz", ".tbz2", ".txz", ".7z", ".rar", ".gz", ".bz2", ".xz",
    ".zst",
)  # fmt: skip
TABLE_NAMES = (
    ".csv", ".csv.gz", ".txt", ".tsv", ".parquet", ".xml", ".json", ".xlsx", ".xlsm",
    ".xlsb", ".xls", ".ods", ".jsonl", ".ndjson",
)  # fmt: skip
CHECKED_ELSEWHERE = (".csv.gz", ".xlsx", ".xlsm", ".xlsb", ".ods")
"""Packed by their nature, and measured by who reads them."""
OTHER_KINDS = {
    stat.S_ISDIR: "a folder",
    stat.S_ISFIFO: "a pipe",
    stat.S_ISSOCK: "a socket",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
}
TAKE_OUT = "Take it out of the source, or save the file again."


def given_name(path: Path) -> str:
    """A file's name on one line, without what would confuse a terminal."""
    return shown(path.name).replace("\n", "-").replace("\t", "-")


def files_in(folder: Path) -> list[Path]:
    """The files of a source's folder, in order of their names.

    Folders below it are not looked into. What is hidden or has the name of something
    else than a table is let be.

    Raises:
        ExtractError: It may not be read, holds absurdly many files, or something with a
            table's name in it is no file, may not be read or is an archive.
    """
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in islice(entries, MOST_FILES + 1))
    except OSError as error:
        raise ExtractError(
            f"The folder '{given_name(folder)}' cannot be read: {_reason(error)}. "
            "Check the path and your permissions."
        ) from error
    if len(names) > MOST_FILES:
        raise ExtractError(
            f"The folder '{given_name(folder)}' holds more than {MOST_FILES:,} files. "
            "Name one that holds nothing but the extract."
        )
    found = []
    for name in names:
        path, plain = folder / name, name.lower()
        if plain.startswith(".") or not plain.endswith(TABLE_NAMES + ARCHIVE_NAMES):
            continue
        check_file(path)
        found.append(path)
    return found


def check_file(path: Path) -> None:
    """Make sure that something is a file, may be read, and is no archive.

    Raises:
        ExtractError: It is not, with what it is.
    """
    name = given_name(path)
    try:
        mode = path.stat().st_mode
        for holds, what in OTHER_KINDS.items():
            if holds(mode):
                raise ExtractError(f"{name} is {what}, not a file. {TAKE_OUT}")
        with path.open("rb") as file:
            start = file.read(START)
    except OSError as error:
        raise _closed(name, error) from error
    if not name.lower().endswith(CHECKED_ELSEWHERE):
        no_archive(name, start)


def no_archive(name: str, start: bytes) -> None:
    """Refuse an archive by its first bytes, whatever it is called.

    Raises:
        ExtractError: It is one.
    """
    kinds = [kind for first, kind in ARCHIVES.items() if start.startswith(first)]
    if start[TAR_AT] == b"ustar":
        kinds = ["a tar archive"]
    if kinds:
        raise ExtractError(
            f"{name} is {kinds[0]}. riskaid unpacks none, because that would leave "
            "personal data in a second place. Unpack it first, into a folder that only "
            "you may read, and name that folder."
        )


def content_of(path: Path) -> bytes:
    """Every byte of a file, read while nobody changed it.

    Raises:
        ExtractError: It is no file, too large, may not be read or changed meanwhile.
    """
    check_file(path)
    name = given_name(path)
    try:
        with unchanged(path):
            return path.read_bytes()
    except OSError as error:
        raise _closed(name, error) from error


def size_of(path: Path) -> int:
    """Bytes in a file; 0 where that cannot be told."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


@contextmanager
def unchanged(path: Path) -> Iterator[None]:
    """Make sure that a file is the same after it was read as before.

    Raises:
        ExtractError: It is not: an export is still running. Or it is too large.
    """
    name = given_name(path)
    before = _state(path)
    if before is not None and before[2] > LARGEST_FILE:
        raise ExtractError(
            f"{name} is larger than {LARGEST_FILE // MB // 1024} GB. "
            "Split it into several files or years."
        )
    yield
    if _state(path) != before:
        raise ExtractError(
            f"{name} changed while it was read. Wait until the export has ended, and "
            "ingest it again."
        )


def _state(path: Path) -> tuple[int, int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def unpacked(name: str, content: bytes) -> bytes:
    """What a gzip file holds, as long as it grows no more than a table can.

    Raises:
        ExtractError: It is cut off, damaged, grows more, or holds an archive.
    """
    held = io.BytesIO()
    try:
        with gzip.open(io.BytesIO(content)) as file:
            while piece := file.read(MB):
                held.write(piece)
                size = held.tell()
                if size > max(RATIO_FROM, MOST_TIMES * len(content)):
                    raise ExtractError(
                        f"{name}: unpacked it is more than {MOST_TIMES} times as large "
                        "as packed, which no table is. Make the file again."
                    )
                if size > LARGEST_UNPACKED:
                    raise ExtractError(
                        f"{name}: unpacked it is larger than "
                        f"{LARGEST_UNPACKED // MB // 1024} GB. "
                        "Split it into several files."
                    )
    except (OSError, EOFError, zlib.error) as error:
        raise ExtractError(
            f"{name}: the gzip file is cut off or damaged. Make it again."
        ) from error
    whole = held.getvalue()
    no_archive(name, whole[:START])
    return whole


def check_lines(name: str, content: bytes, separator: str) -> None:
    """Make sure, before a table is parsed, that none of its lines is absurd.

    A long line holds a whole block without a line end, so that only such blocks are
    looked at: the check costs next to nothing.

    Raises:
        ExtractError: A line is too long or has too many fields; the message says which.
    """
    at, last, find = 0, len(content) - BLOCK, content.find
    while at <= last:
        if find(b"\n", at, at + BLOCK) >= 0:
            at += BLOCK
            continue
        begin = content.rfind(b"\n", 0, at) + 1
        end = content.find(b"\n", at + BLOCK)
        end = len(content) if end < 0 else end
        if end - begin > LONGEST_LINE:
            raise ExtractError(
                f"{name}: line {_number(content, begin)} is longer than "
                f"{LONGEST_LINE // MB} MB. A line end or a quotation mark is missing, "
                "or this is no table. Save the file again."
            )
        if content.count(separator.encode(), begin, end) >= MOST_COLUMNS:
            bare = re.sub(rb'"[^"]*+"', b"", content[begin:end])
            if bare.count(separator.encode()) >= MOST_COLUMNS:
                raise ExtractError(
                    f"{name}: line {_number(content, begin)} has more than "
                    f"{MOST_COLUMNS:,} fields. This is no table, or its line ends are "
                    "missing. Save the file again."
                )
        at = end - end % BLOCK + BLOCK


def _number(content: bytes, begin: int) -> int:
    return content.count(b"\n", 0, begin) + 1


def named_columns(some: list[str], among: list[str]) -> str:
    """Columns of a file by name, or by place where a name could be somebody's.

    A file without a header has a person's values in its first line, and a line end that
    is lost puts them beside the names. Only what is written like a column's name is
    shown: child_id, Date of birth, SDQ_SCORE.
    """
    listed = [
        name if LIKE_A_COLUMN.fullmatch(name) else f"column {among.index(name) + 1}"
        for name in some[:MOST_LISTED]
    ]
    more = len(some) - len(listed)
    return ", ".join(listed) + (f" and {more:,} more" if more else "")


def settings_text(path: Path) -> str:
    """The text of a small file of settings, with or without a byte order mark.

    Raises:
        OSError: It cannot be read, or is absurdly large.
        UnicodeDecodeError: It is not UTF-8.
    """
    with path.open("rb") as file:
        content = file.read(LARGEST_SETTINGS + 1)
    if len(content) > LARGEST_SETTINGS:
        raise OSError(0, "too large")
    return content.decode("utf-8-sig")


def _closed(name: str, error: OSError) -> ExtractError:
    return ExtractError(f"{name} cannot be read: {_reason(error)}. {TAKE_OUT}")


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "you have no permission to"
    if isinstance(error, FileNotFoundError):
        return "it is not there, or a link that leads nowhere"
    return str(error.strerror or "the system refuses").lower()

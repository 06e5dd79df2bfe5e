"""CSV and Parquet files as tables of text, whatever program wrote them.

Accepts UTF-8 and UTF-16 with or without a byte order mark, Windows (cp1252), any
line ends, and comma, semicolon, tab or bar between fields.
"""

import csv
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import polars as pl

from riskaid.errors import ExtractError
from riskaid.files import digest_bytes
from riskaid.records.given_file import (
    LONGEST_HEADER,
    MOST_COLUMNS,
    check_lines,
    content_of,
    given_name,
    unpacked,
)

FIRST_ROW = 2
ROW = "#row"
SEARCHED = 1024
ONE_LIMIT = Lock()
"""The csv module has one limit for every thread."""
SNIFFED = 512
FEWEST_SNIFFED = 4
SEPARATORS = (",", ";", "\t", "|")
SUFFIXES = (".csv", ".csv.gz", ".txt", ".tsv", ".parquet")


@dataclass(frozen=True)
class TextTable:
    """A file as text: its columns as written, `#row` numbers from 2, and its digest.

    `ragged` are the row numbers that had more fields than the header and were left out.
    """

    name: str
    rows: pl.DataFrame
    digest: str
    ragged: tuple[int, ...] = ()


def is_table(path: Path) -> bool:
    """Whether a file's name says that it is a table we can read."""
    return path.name.lower().endswith(SUFFIXES) and not path.name.startswith(".")


def read_table(path: Path) -> TextTable:
    """Read one CSV, gzipped CSV or Parquet file as text.

    Raises:
        ExtractError: The file is empty, not text, or its header names a column twice.
    """
    content = content_of(path)
    digest = digest_bytes(content)
    name = given_name(path)
    if name.lower().endswith(".parquet"):
        return TextTable(name, _parquet(name, content), digest)
    if name.lower().endswith(".gz"):
        content = unpacked(name, content)
    content = _line_ends(utf8(name, content))
    header = _header(name, content)
    separator = max(SEPARATORS, key=header.count)
    names = _names(name, header, separator)
    _check_names(name, names)
    check_lines(name, content, separator)
    rows, ragged = _rows(name, content, separator, names)
    return TextTable(name, rows, digest, ragged)


def utf8(name: str, content: bytes) -> bytes:
    """The same text as UTF-8 without a byte order mark.

    Raises:
        ExtractError: It is empty, holds NUL bytes, or is in no encoding known here.
    """
    wide = utf16(content[:SNIFFED])
    if wide is not None:
        try:
            content = content.decode(wide).encode()
        except UnicodeDecodeError as error:
            raise _not_text(name) from error
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content[:SEARCHED].strip() and not content.strip():
        raise ExtractError(
            f"{name}: the file is empty. Save the table again with its header row."
        )
    if b"\0" in content:
        raise _not_text(name)
    if content.isascii():
        return content
    try:
        content.decode()
    except UnicodeDecodeError:
        try:
            content = content.decode("cp1252").encode()
        except UnicodeDecodeError as error:
            raise _not_text(name) from error
    return content


def utf16(start: bytes) -> str | None:
    """Which UTF-16 a text is in, by its mark or by every second byte being NUL."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = start[0::2], start[1::2]
    if len(odd) < FEWEST_SNIFFED:
        return None
    if not even.count(0) and odd.count(0) > len(odd) // 2:
        return "utf-16-le"
    return "utf-16-be" if not odd.count(0) and even.count(0) > len(odd) // 2 else None


def _line_ends(content: bytes) -> bytes:
    """The same text with one kind of line end, where an old Mac's is among them."""
    if b"\r" not in content or content.count(b"\r") == content.count(b"\r\n"):
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _not_text(name: str) -> ExtractError:
    return ExtractError(
        f"{name}: this is not a text file in UTF-8 or Windows (cp1252) encoding. "
        "Save it again as 'CSV UTF-8 (comma delimited)'."
    )


def _header(name: str, content: bytes) -> str:
    start = content[: LONGEST_HEADER + 1].splitlines()[0]
    line = start.decode(errors="replace")
    if not line.strip():
        raise ExtractError(
            f"{name}: the first line is empty. It must name the columns."
        )
    if len(start) > LONGEST_HEADER:
        raise _too_wide(name)
    return line


def _names(name: str, header: str, separator: str) -> list[str]:
    """The names in a header line."""
    if header.count(separator) >= MOST_COLUMNS:
        raise _too_wide(name)
    try:
        names = next(csv.reader([header], delimiter=separator))
    except (csv.Error, StopIteration) as error:
        raise _too_wide(name) from error
    return [n.strip().strip("\ufeff") for n in names]


def _too_wide(name: str) -> ExtractError:
    return ExtractError(
        f"{name}: the first line is longer than 1 MB, has a name that is absurdly long "
        f"or more than {MOST_COLUMNS:,} columns. It must name the columns. "
        "Save the table again with its header row."
    )


def _check_names(name: str, names: list[str]) -> None:
    lowered = [n.lower() for n in names if n]
    twice = len(lowered) - len(set(lowered))
    if twice:
        raise ExtractError(
            f"{name}: {twice} column name(s) stand twice in the header. "
            "Give each column a name of its own."
        )


def _rows(
    name: str, content: bytes, separator: str, names: list[str]
) -> tuple[pl.DataFrame, tuple[int, ...]]:
    try:
        frame = pl.read_csv(
            content,
            separator=separator,
            infer_schema=False,
            has_header=False,
            skip_rows=1,
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError:
        return _rows_slowly(name, content, separator, names)
    if frame.width == 0:
        frame = pl.DataFrame(schema=dict.fromkeys(_labels(names), pl.String))
    elif frame.width != len(names):
        return _rows_slowly(name, content, separator, names)
    frame.columns = _labels(names)
    return _numbered(frame), ()


def _rows_slowly(
    name: str, content: bytes, separator: str, names: list[str]
) -> tuple[pl.DataFrame, tuple[int, ...]]:
    """Read a file whose rows are not all of one width, counting the odd ones."""
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    ragged: list[int] = []
    reader = csv.reader(
        io.TextIOWrapper(io.BytesIO(content), "utf-8", newline=""), delimiter=separator
    )
    ONE_LIMIT.acquire()
    usual = csv.field_size_limit(len(content) + 1)
    before = line = 0
    try:
        next(reader)
        for number, fields in enumerate(reader, start=FIRST_ROW):
            before, line = line, reader.line_num
            if len(fields) > len(names):
                ragged.append(number)
            elif fields:
                padding = [None] * (len(names) - len(fields))
                rows.append([*fields, *padding])
                numbers.append(number)
    except csv.Error as error:
        raise _runs_on(name, reader.line_num) from error
    finally:
        csv.field_size_limit(usual)
        ONE_LIMIT.release()
    if line - before > 1 and content.count(b'"') % 2:
        raise _runs_on(name, before)
    schema = dict.fromkeys(_labels(names), pl.String())
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(pl.Series(ROW, numbers, dtype=pl.Int64)), tuple(ragged)


def _runs_on(name: str, line: int) -> ExtractError:
    return ExtractError(
        f"{name}: the rows cannot be told apart after line {line}. "
        "A quotation mark may be missing. Save the file again."
    )


def _labels(names: list[str]) -> list[str]:
    return [n or f"column {i}" for i, n in enumerate(names, start=1)]


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.int_range(FIRST_ROW, FIRST_ROW + pl.len()).alias(ROW))


def _parquet(name: str, content: bytes) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ExtractError(
            f"{name}: the Parquet file cannot be read. Write it again."
        ) from error
    _check_names(name, frame.columns)
    written = [
        text
        for column, kind in frame.schema.items()
        if (text := _as_text(column, kind)) is not None
    ]
    return _numbered(frame.select(written))


def _as_text(column: str, kind: pl.DataType) -> pl.Expr | None:
    """A typed column as a CSV would have it; None for what no CSV could hold.

    Whole numbers kept as decimals, as programs do where some are missing, lose their
    ".0"; a list becomes "1A, 2B", and an object its JSON.
    """
    held = pl.col(column)
    if isinstance(kind, pl.List) and not kind.inner.is_nested():
        return held.cast(pl.List(pl.String)).list.join(", ", ignore_nulls=True)
    if isinstance(kind, pl.Struct):
        return pl.when(held.is_not_null()).then(held.struct.json_encode()).alias(column)
    if kind.is_nested() or kind in (pl.Binary, pl.Duration, pl.Object):
        return None
    if kind.is_float() or kind.is_decimal():
        return held.cast(pl.String).str.replace(r"^(-?\d+)\.0+$", "$1")
    return held.cast(pl.String)


def header_of(path: Path) -> list[str]:
    """The column names of a file, or none where they cannot be read."""
    try:
        if path.name.lower().endswith(".parquet"):
            return list(pl.read_parquet_schema(path))
        opened = gzip.open if path.name.lower().endswith(".gz") else open
        with opened(path, "rb") as file:
            start = file.read(64 * 1024)
        wide = utf16(start[:SNIFFED])
        if wide is not None:
            start = start.decode(wide, errors="ignore").encode()
        line = _header(
            path.name, utf8(path.name, start[: start.rfind(b"\n") + 1] or start)
        )
        separator = max(SEPARATORS, key=line.count)
        return [n.strip() for n in next(csv.reader([line], delimiter=separator))]
    except (ExtractError, OSError, EOFError, zlib.error, csv.Error, StopIteration):
        return []
    except pl.exceptions.PolarsError:
        return []

"""JSON objects one at a time, from a file that nobody vouches for.

An array, one object, or an object a line; UTF-8 with or without a byte order mark, or
UTF-16 with one. Lines are read one by one, so a file of lines may be of any size.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from riskaid.errors import ExtractError

SUFFIXES = (".json", ".jsonl", ".ndjson")
START = 64 * 1024
LARGEST_WHOLE = 256 * 1024**2
"""Bytes of a file that is one array or object: a hundred children are under 1 MB."""
LONGEST_LINE = 64 * 1024**2
UTF16 = (b"\xff\xfe", b"\xfe\xff")


def is_json(path: Path) -> bool:
    """Whether a file's name says that it is JSON."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def begins_with_key(path: Path, key: str) -> bool:
    """Whether a JSON file has this key near its beginning."""
    try:
        with path.open("rb") as file:
            start = file.read(START)
    except OSError:
        return False
    written = start.decode(_encoding(start), errors="ignore")
    return f'"{key}"' in written


def json_objects(path: Path) -> Iterator[dict[str, Any] | None]:
    """Each object of a file in order; None for a line or an item that is none.

    Raises:
        ExtractError: The file is empty, not text, cut off, nested without end, or one
            array larger than 256 MB.
    """
    try:
        with path.open("rb") as raw:
            encoding = _encoding(raw.read(2))
        with path.open(encoding=encoding, newline="") as file:
            first = _first_line(path, file)
            if first.lstrip().startswith("{") and _object(first) is not None:
                yield _object(first)
                yield from _lines(path, file)
            else:
                yield from _whole(path)
    except UnicodeError as error:
        raise ExtractError(
            f"{path.name}: the file is not text in UTF-8 or UTF-16. Export it again."
        ) from error
    except OSError as error:
        raise ExtractError(f"{path.name}: the file cannot be read.") from error


def parsed(text: str) -> dict[str, Any] | None:
    """The object a text holds, or None where it holds none."""
    return _object(text)


def _encoding(start: bytes) -> str:
    return "utf-16" if start.startswith(UTF16) else "utf-8-sig"


def _first_line(path: Path, file: TextIO) -> str:
    for line in iter(lambda: file.readline(LONGEST_LINE), ""):
        if line.strip():
            return line
    raise ExtractError(f"{path.name}: the file is empty. Export it again.")


def _lines(path: Path, file: TextIO) -> Iterator[dict[str, Any] | None]:
    for line in iter(lambda: file.readline(LONGEST_LINE), ""):
        if len(line) == LONGEST_LINE:
            raise ExtractError(
                f"{path.name}: a line is longer than 64 MB, which no child's record "
                "is. Export it again, one child a line."
            )
        if line.strip():
            yield _object(line)


def _whole(path: Path) -> Iterator[dict[str, Any] | None]:
    if path.stat().st_size > LARGEST_WHOLE:
        raise ExtractError(
            f"{path.name}: one array of more than 256 MB. Export at most 100 children "
            "a file, or one child a line (JSON Lines)."
        )
    with path.open("rb") as raw:
        content = raw.read()
    found = _read(content.decode(_encoding(content)))
    if found is None:
        raise ExtractError(
            f"{path.name}: the JSON is broken or cut off. Export it again."
        )
    for item in found if isinstance(found, list) else [found]:
        yield item if isinstance(item, dict) else None


def _object(text: str) -> dict[str, Any] | None:
    found = _read(text)
    return found if isinstance(found, dict) else None


def _read(text: str) -> Any:
    """What a text says; None where it is no JSON. NaN and infinities are no values."""
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None

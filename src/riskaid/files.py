"""Files that are whole or not there, and bytes that are the same each time."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from riskaid.errors import UsageError


@contextmanager
def new_folder(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """Fill a folder beside its place and put it there only when it is whole.

    Args:
        path: Where the folder will stand; its parents are made.
        replace: Whether an existing folder of that name gives way (it is removed only
            after the new one is complete).

    Raises:
        UsageError: The place is taken and replace is false.
    """
    if path.exists() and not replace and (path.is_file() or any(path.iterdir())):
        raise UsageError(
            f"'{path.name}' is there already and is not empty. "
            "Name another folder, or remove it first."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        yield beside
        beside.chmod(0o755)
        if path.exists():
            old = beside.with_name(beside.name + "-old")
            path.rename(old)
            beside.rename(path)
            shutil.rmtree(old)
        else:
            beside.rename(path)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file beside its place, then rename it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with plain line ends, beside its place, then rename."""
    write_bytes(path, text.encode())


def canonical_json(value: Any) -> str:
    """Write JSON that is the same to the byte for the same facts, newline at the end.

    Keys are sorted; NaN and infinity are refused, because JSON has none.
    """
    return (
        json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
        + "\n"
    )


def write_json(path: Path, value: Any) -> None:
    """Write canonical JSON, beside its place, then rename."""
    write_text(path, canonical_json(value))


def digest_bytes(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def digest_file(path: Path) -> str:
    """SHA-256 of a file's bytes in hexadecimal, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_folder(folder: Path) -> dict[str, str]:
    """SHA-256 of each file below a folder, by its path with forward slashes, sorted."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): digest_file(p) for p in files}

"""Files that are whole or not there, and bytes that are the same each time."""

import ctypes
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from riskaid.errors import UsageError

AT_FDCWD = -100
RENAME_EXCHANGE = 2
OLD = "-old"


@contextmanager
def new_folder(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """Fill a folder beside its place and put it there only when it is whole.

    Where the system can, an old folder and the new one change places in one step
    (Linux). Elsewhere the old one is moved to `.NAME-xxxxxxxx-old` first; whoever is
    killed between that and the second move leaves both beside an empty place, and
    `undo_half_swap` puts the old one back.

    Args:
        path: Where the folder will stand; its parents are made. A link is followed.
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
    place = path.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        yield beside
        beside.chmod(0o755)
        if not place.exists():
            beside.rename(place)
        elif not _exchange(beside, place):
            _swap_in_two_steps(beside, place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; false where that is not possible."""
    if sys.platform != "linux":
        return False
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    here, there = os.fsencode(one), os.fsencode(other)
    found: int = renameat2(AT_FDCWD, here, AT_FDCWD, there, RENAME_EXCHANGE)
    return found == 0


def _swap_in_two_steps(beside: Path, place: Path) -> None:
    old = beside.with_name(beside.name + OLD)
    place.rename(old)
    try:
        beside.rename(place)
    except BaseException:
        old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def undo_half_swap(path: Path) -> bool:
    """Put a folder back that was moved away by a swap that was never finished.

    Only where the place is empty and both the old and the new folder of one swap stand
    beside it. Not while somebody may be writing there.

    Returns:
        Whether there was something to put back.
    """
    place = path.resolve()
    if place.exists():
        return False
    for old in left_beside(place):
        if (
            old.name.endswith(OLD)
            and old.with_name(old.name.removesuffix(OLD)).is_dir()
        ):
            old.rename(place)
            return True
    return False


def left_beside(path: Path) -> list[Path]:
    """Folders that `new_folder` made beside a place and has not taken away, sorted.

    They are from writers that were killed, or are still writing.
    """
    place = path.resolve()
    if not place.parent.is_dir():
        return []
    made = re.compile(re.escape(f".{place.name}-") + r"[a-z0-9_]{8}(" + OLD + ")?")
    return sorted(
        p for p in place.parent.iterdir() if made.fullmatch(p.name) and p.is_dir()
    )


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

"""One ingest into one case store at a time, and what a killed one left behind.

A writer holds the file `.STORE.lock` beside the store, with the number of its process.
A lock whose process is gone is stale and is taken over. The folder of a store never
holds a lock, so a killed ingest changes nothing in it.
"""

import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from riskaid.errors import ExtractError
from riskaid.files import left_beside, undo_half_swap

OPEN_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


@contextmanager
def only_writer(store: Path) -> Iterator[None]:
    """Hold a store for one ingest: finish or undo what a killed one began.

    Leftover folders beside the store are removed. A parent folder made for the lock
    goes again if nothing was put there.

    Raises:
        ExtractError: Another ingest into this store is running.
    """
    place = store.resolve()
    lock = _lock_of(place)
    try:
        made = [p for p in place.parents if not p.exists()]
        place.parent.mkdir(parents=True, exist_ok=True)
        _take(lock, place.name)
    except OSError as error:
        reason = str(error.strerror or "the system refuses").lower()
        raise ExtractError(
            f"Nothing can be written beside the case store '{place.name}': {reason}. "
            "Check the folder it is in, the space left on its disk and your "
            "permissions."
        ) from error
    try:
        undo_half_swap(place)
        for folder in left_beside(place):
            shutil.rmtree(folder, ignore_errors=True)
        _sweep(lock)
        yield
    finally:
        lock.unlink(missing_ok=True)
        for folder in made:
            if any(folder.iterdir()):
                break
            folder.rmdir()


def mend(store: Path) -> None:
    """Put a store back that a killed ingest had moved away, unless one is running."""
    place = store.resolve()
    if place.exists() or not left_beside(place) or _held(_read(_lock_of(place))):
        return
    with only_writer(place):
        pass


def _lock_of(place: Path) -> Path:
    return place.with_name(f".{place.name}.lock")


def _take(lock: Path, name: str) -> None:
    """Make the lock file, whole from its first moment, or say who is in the way."""
    found = _read(lock)
    if found is not None and not _held(found):
        _move_away(lock, found)
    handle, text = tempfile.mkstemp(prefix=f"{lock.name}-", dir=lock.parent)
    mine = Path(text)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_myself())
        _put(mine, lock, _myself())
    except FileExistsError as error:
        raise ExtractError(
            f"Another ingest into '{name}' is running. Wait until it has ended. "
            f"If none is running, on this machine or another, remove {lock.name} "
            "beside the store."
        ) from error
    finally:
        mine.unlink(missing_ok=True)


def _put(mine: Path, lock: Path, text: str) -> None:
    """Link the file to the lock's name, which fails if the name is taken."""
    try:
        os.link(mine, lock)
    except FileExistsError:
        raise
    except OSError:  # a disk without links: made new, then filled
        with os.fdopen(os.open(lock, OPEN_NEW, 0o644), "w", encoding="utf-8") as file:
            file.write(text)


def _move_away(lock: Path, stale: str) -> None:
    """Take a stale lock away, and put it back if it was another's by then."""
    aside = lock.with_name(f"{lock.name}-stale-{os.getpid()}")
    with suppress(OSError):
        lock.rename(aside)
        found = _read(aside)
        if found is not None and found != stale:
            _put(aside, lock, found)
    aside.unlink(missing_ok=True)


def _sweep(lock: Path) -> None:
    """Remove what writers that were killed left beside the store."""
    made = re.compile(re.escape(lock.name) + r"-([a-z0-9_]{8}|stale-\d+)")
    for file in lock.parent.iterdir():
        if made.fullmatch(file.name):
            file.unlink(missing_ok=True)


def _read(lock: Path) -> str | None:
    try:
        return lock.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return ""


def _held(found: str | None) -> bool:
    """Whether the process that a lock names may still be running.

    Nothing is known of a process on another machine or of a lock that cannot be read,
    so they count as running.
    """
    if found is None:
        return False
    try:
        said = json.loads(found)
        process, began = int(said["process"]), said["began"]
        elsewhere = said["machine"] != platform.node()
    except (ValueError, KeyError, TypeError):
        return True
    if elsewhere or os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return bool(began == _began(process))


def _myself() -> str:
    process = os.getpid()
    facts = {
        "process": process,
        "began": _began(process),
        "machine": platform.node(),
    }
    return json.dumps(facts, sort_keys=True) + "\n"


def _began(process: int) -> str | None:
    """When a process began, as Linux counts it: tells two of one number apart.

    None where that is not said, and of a process that has ended (a zombie).
    """
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
        facts = text.rpartition(")")[2].split()
        return None if facts[0] == "Z" else facts[19]
    except (OSError, ValueError, IndexError):
        return None

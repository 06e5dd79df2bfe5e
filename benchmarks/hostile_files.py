"""How much memory absurd files take before they are refused or read.

Run: python benchmarks/hostile_files.py
"""

import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

MB = 1024**2
HEADER = (
    b"miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type,note\n"
)
FIRST, LAST = b"C1,2024-12-10,M,", b"C2,2025-01-05,A,\n"
MEASURED = """\
import resource, sys, time
began = time.monotonic()
from riskaid.cli import main
try:
    main()
finally:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{peak} {time.monotonic() - began:.1f}", file=sys.stderr)
"""


def plain(file: BinaryIO) -> None:
    """One field of 1 GB."""
    file.write(HEADER + FIRST)
    file.writelines(b"x" * MB for _ in range(1024))
    file.write(b"\n" + LAST)


def quoted(file: BinaryIO) -> None:
    """One quoted field of 1 GB with separators and line ends in it."""
    file.write(HEADER + FIRST + b'"')
    file.writelines((b"x," * 511 + b",\n") * 1024 for _ in range(1024))
    file.write(b'"\n' + LAST)


def many(file: BinaryIO) -> None:
    """600 fields of 1 MB, a row too long and one letter that is not UTF-8."""
    file.write(HEADER + FIRST + b"xy," * 5000 + b"\n")
    file.writelines(FIRST + b"x" * (MB - 1024) + b"\n" for _ in range(600))
    file.write(FIRST + b"\xe9\n")


def wide(file: BinaryIO) -> None:
    """A row of ten million fields."""
    file.write(HEADER + FIRST + b"," * 10_000_000 + b"\n")


def bomb(file: BinaryIO) -> None:
    """A .csv.gz of 4 GB."""
    with gzip.open(file, "wb", compresslevel=6) as packed:
        packed.write(HEADER)
        for _ in range(4096):
            packed.write(b"," * MB)


def measure(make: Callable[[BinaryIO], None], place: Path) -> None:
    """Make a file, ingest it and say how it ended."""
    folder = place / make.__name__
    folder.mkdir()
    facts = {"name": "hostile", "extract_date": "2026-03-31"}
    (folder / "extract.json").write_text(json.dumps(facts))
    path = folder / ("missing.csv.gz" if make is bomb else "missing.csv")
    with path.open("wb") as file:
        make(file)
    words = ["ingest", str(folder), "--store", str(place / "store"), "--dry-run"]
    ended = subprocess.run(
        [sys.executable, "-c", MEASURED, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    peak, seconds = ended.stderr.split()[-2:]
    how = "read" if ended.returncode == 0 else "refused"
    print(f"| {str(make.__doc__).rstrip('.')} | {how} | {seconds} | {peak} |")
    path.unlink()


if __name__ == "__main__":
    print("| file | | seconds | peak MiB |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as made:
        for make in (plain, quoted, many, wide, bomb):
            measure(make, Path(made))

"""Rows a second and peak memory of an ingest, beside plain polars.

python benchmarks/ingest.py [--rows 500000 1000000 5000000] [--times 3]
    [--census-mb 500] [--councils FOLDER]

Makes a synthetic council of each size (or takes the one of a run before, where a folder
keeps them) and runs, by turns and each in a process of its own: `pl.read_csv` and
`write_parquet` of each file of the SSD as they are by default; the same as text, of the
columns that riskaid uses; and `riskaid ingest` with every check. Says the ratios of the
medians, by the clock and in seconds of processor, which other work on the machine
disturbs less; how cost grows; and, from one ingest on one thread, what share of it each
step and check takes.
"""

import argparse
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import numpy as np
import polars as pl
from census import write_census

from riskaid.records.ingest import ingest
from riskaid.records.ssd_tables import SSD

ROWS_A_CHILD = 14.8
TICK = 0.002
RISKAID, AS_TEXT = "riskaid ingest", "polars, as text"
BY_DEFAULT = "polars, by default"
STEPS = {
    "digest_bytes": "digests of the files",
    "read_table": "reading and decoding CSV",
    "without_twins": "check: the same row twice",
    "_supply": "columns into case tables",
    "_families": "family groups and weak links",
    "parse": "check: dates, codes, answers, fillers",
    "_in_supply": "check: identifiers in values",
    "check_values": "check: identifiers in values",
    "check": "check: rows to refuse or mend",
    "add_knowledge": "knowledge dates",
    "told_groups": "knowledge dates",
    "date_persons": "knowledge dates",
    "arrange": "order of rows",
    "as_stored": "order of rows",
    "life_checks": "check: dates beside birth and death, unknown persons",
    "note_orphans": "check: dates beside birth and death, unknown persons",
    "merge": "comparing with the store",
    "with_families": "families",
    "recognisable": "check: smallest groups",
    "measure": "measured lags",
    "report": "check: rows in = accepted + repaired + refused",
    "write": "writing Parquet and its digests",
    "write_store": "writing Parquet and its digests",
}
"""Functions of riskaid by the step they are; the innermost one counts."""


class Run(NamedTuple):
    """What one process took."""

    wall: float
    processor: float
    peak_mib: float


def _environment() -> dict[str, str]:
    """As a user's: without what polars sets for its allocator when it is imported."""
    return {k: v for k, v in os.environ.items() if k != "_RJEM_MALLOC_CONF"}


def measured(words: list[str], folder: Path) -> Run:
    """Run a command to its end."""
    start = time.perf_counter()
    with (folder / "said.txt").open("wb") as said:
        run = subprocess.Popen(
            words, cwd=folder, stdout=said, stderr=said, env=_environment()
        )
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        sys.exit((folder / "said.txt").read_text())
    wall = time.perf_counter() - start
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def rewrite(source: Path, out: Path, *, text: bool) -> None:
    """What the peer does: read each file that riskaid uses, write it as Parquet."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    for name, table in SSD.items():
        file = source / f"{name}.csv"
        if not file.is_file():
            continue
        if not text:
            pl.read_csv(file).write_parquet(out / f"{name}.parquet")
            continue
        with file.open(newline="") as opened:
            header = next(csv.reader(opened))
        wanted = {n for names in table.columns.values() for n in names.split("|")}
        used = [n for n in header if n in wanted]
        frame = pl.read_csv(file, columns=used, infer_schema=False)
        frame.write_parquet(
            out / f"{name}.parquet", compression="zstd", statistics=False
        )


def rows_in(source: Path) -> int:
    """Data rows of every SSD file."""
    counted = 0
    for file in source.glob("*.csv"):
        with file.open("rb") as opened:
            pieces = iter(lambda f=opened: f.read(2**24), b"")
            counted += sum(p.count(b"\n") for p in pieces) - 1
    return counted


def compare(source: Path, folder: Path, times: int) -> dict[str, Run]:
    """Run peers and riskaid by turns; the median of each figure, the largest peak."""
    itself = [sys.executable, str(Path(__file__).resolve())]
    store = folder / "store"
    ways = {
        BY_DEFAULT: [*itself, "--rewrite", str(source)],
        AS_TEXT: [*itself, "--rewrite", str(source), "--text"],
        RISKAID: [
            *[sys.executable, "-m", "riskaid", "ingest", str(source)],
            *["--store", str(store)],
        ],
    }
    runs: dict[str, list[Run]] = {way: [] for way in ways}
    for _ in range(times):
        for way, words in ways.items():
            shutil.rmtree(store, ignore_errors=True)
            runs[way].append(measured(words, folder))
    return {
        way: Run(
            statistics.median(r.wall for r in found),
            statistics.median(r.processor for r in found),
            max(r.peak_mib for r in found),
        )
        for way, found in runs.items()
    }


def shares(source: Path, folder: Path) -> dict[str, float]:
    """The share of processor time of each step, by looking every two milliseconds."""
    found: Counter[str] = Counter()
    over = threading.Event()

    def look() -> None:
        before = time.process_time()
        while not over.wait(TICK):
            now = time.process_time()
            me = threading.get_ident()
            frames = sys._current_frames()  # noqa: SLF001 - documented for this use
            at = [_step(f) for thread, f in frames.items() if thread != me]
            steps = [step for step in at if step]
            for step in steps:
                found[step] += (now - before) / len(steps)
            before = now

    watcher = threading.Thread(target=look)
    watcher.start()
    ingest(source, folder / "watched")
    over.set()
    watcher.join()
    total = sum(found.values())
    return {step: spent / total for step, spent in found.most_common()}


def _step(frame: FrameType | None) -> str | None:
    """The step a thread is at; None where it only waits for others."""
    inside = False
    while frame is not None:
        code = frame.f_code
        if not inside and Path(code.co_filename).name in ("threading.py", "thread.py"):
            return None
        inside = True
        if "riskaid" in code.co_filename and code.co_name in STEPS:
            return STEPS[code.co_name]
        frame = frame.f_back
    return "the rest"


def bench_ssd(sizes: list[int], times: int, folder: Path, councils: Path) -> None:
    """The tables of docs/measured.md about an SSD."""
    print("| rows | what | seconds | processor s | rows/s | peak MiB | riskaid takes |")
    print("|---|---|---|---|---|---|---|")
    lines = []
    for size in sizes:
        council = councils / str(size)
        if not council.exists():
            children = str(round(size / ROWS_A_CHILD))
            synth = [sys.executable, "-m", "riskaid", "synth", str(council)]
            synth += ["--children", children, "--seed", "1", "--format", "ssd"]
            measured(synth, folder)
        source = council / "ssd"
        rows = rows_in(source)
        found = compare(source, folder, times)
        mine = found[RISKAID]
        lines.append((rows, mine.wall, mine.processor))
        for way, run in found.items():
            times_as = (
                f"{mine.wall / run.wall:.1f} x ({mine.processor / run.processor:.1f})"
            )
            print(
                f"| {rows:,} | {way} | {run.wall:.1f} | {run.processor:.1f} | "
                f"{rows / run.wall:,.0f} | {run.peak_mib:,.0f} | {times_as} |",
                flush=True,
            )
        if size == sizes[0]:
            apart = [sys.executable, str(Path(__file__).resolve()), "--shares"]
            one = {**os.environ, "POLARS_MAX_THREADS": "1"}
            told = subprocess.run(
                [*apart, str(source)], cwd=folder, env=one, check=True, text=True,
                stdout=subprocess.PIPE,
            ).stdout  # fmt: skip
        if councils == folder:
            shutil.rmtree(council)
    if len(lines) > 1:
        rows, wall, processor = np.log(np.array(lines)).T
        print(
            f"\nCost grows as rows to the power of {np.polyfit(rows, wall, 1)[0]:.2f} "
            "by the clock and "
            f"{np.polyfit(rows, processor, 1)[0]:.2f} in processor seconds."
        )
    print(f"\n{told}")


def bench_census(megabytes: int, folder: Path) -> None:
    """The line of docs/measured.md about a CIN census."""
    file = folder / "census.xml"
    children, size = write_census(file, megabytes * 10**6)
    words = [sys.executable, "-m", "riskaid", "ingest", str(file), "--store", "cin"]
    run = measured(words, folder)
    print("| CIN census | children | seconds | processor s | MB/s | peak MiB |")
    print("|---|---|---|---|---|---|")
    print(
        f"| {size / 10**6:,.0f} MB | {children:,} | {run.wall:.1f} | "
        f"{run.processor:.1f} | {size / 10**6 / run.wall:.1f} | {run.peak_mib:,.0f} |"
    )


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    sizes = [500_000, 1_000_000, 5_000_000]
    words.add_argument("--rows", type=int, nargs="*", default=sizes)
    words.add_argument("--times", type=int, default=3)
    words.add_argument("--councils", type=Path, help="where councils are kept")
    words.add_argument("--census-mb", type=int, default=500, help="0 leaves it out")
    words.add_argument("--rewrite", type=Path, help=argparse.SUPPRESS)
    words.add_argument("--text", action="store_true", help=argparse.SUPPRESS)
    words.add_argument("--shares", type=Path, help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.rewrite:
        rewrite(given.rewrite, Path("rewritten"), text=given.text)
        return
    with tempfile.TemporaryDirectory() as place:
        if given.shares:
            print("| step, on one thread | share |\n|---|---|")
            for step, share in shares(given.shares, Path(place)).items():
                print(f"| {step} | {share:.0%} |")
            return
        if given.rows:
            kept = given.councils.resolve() if given.councils else Path(place)
            bench_ssd(given.rows, given.times, Path(place), kept)
        if given.census_mb:
            bench_census(given.census_mb, Path(place))


if __name__ == "__main__":
    main()

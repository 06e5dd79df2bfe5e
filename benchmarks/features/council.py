"""The whole catalogue for every child of a made-up council, as of one date.

python benchmarks/features/council.py [--children 20000 200000 1000000]

Makes a synthetic council of each size and ingests it, then runs `riskaid features` in a
process of its own, which writes its file part by part: seconds by the clock and of the
processor, and peak memory, interpreter and imports included. A million children need
about 10 GB of disk and the ingest 6 GB of memory.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import polars as pl

RISKAID = [sys.executable, "-m", "riskaid"]
AS_OF = date(2025, 3, 31)


def made_store(place: Path, children: int) -> Path:
    """A store of so many children, with every feed; nothing else stays."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        council, store = Path(folder), place / "store"
        feeds = ["--mapping", "partner_feeds"]
        for step in (
            ["synth", str(council / "c"), "--children", str(children)],
            ["ingest", str(council / "c" / "ssd"), "--store", str(store)],
            ["ingest", str(council / "c" / "feeds"), "--store", str(store), *feeds],
        ):
            subprocess.run([*RISKAID, *step], check=True, capture_output=True)
    return store


def measured(words: list[str]) -> tuple[float, float, float]:
    """Seconds by the clock and of the processor, and peak MiB, of one command."""
    began = time.perf_counter()
    run = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(run.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        message = f"{words} ended with {os.waitstatus_to_exitcode(status)}"
        raise RuntimeError(message)
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def one_size(place: Path, store: Path) -> str:
    """Measure one store; a line of the table."""
    persons = pl.scan_parquet(store / "tables" / "persons.parquet")
    rows = persons.select("person_id").unique().sort("person_id").collect()
    rows.with_columns(as_of=pl.lit(AS_OF)).write_parquet(place / "rows.parquet")
    records = sum(
        pl.scan_parquet(file).select(pl.len()).collect().item()
        for file in (store / "tables").iterdir()
    )
    out = place / "values.parquet"
    features = ["features", "--store", str(store), "--out", str(out)]
    seconds, cpu, peak = measured(
        [*RISKAID, *features, "--rows", str(place / "rows.parquet")]
    )
    values = pl.scan_parquet(out)
    height = values.select(pl.len()).collect().item()
    width = len(values.collect_schema()) - 2
    assert height == len(rows)
    return (
        f"| {height:,} | {records:,} | {width} | {seconds:.0f} | {cpu:.0f} "
        f"| {peak:,.0f} | {out.stat().st_size / 2**20:,.0f} |"
    )


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--children", type=int, nargs="+", default=[20_000, 200_000])
    words.add_argument("--store", type=Path, help="This store; make none.")
    given = words.parse_args()
    print(
        "| children | records held | indicators | seconds | processor s | peak MiB "
        "| file MiB |\n|---|---|---|---|---|---|---|"
    )
    for children in [0] if given.store else given.children:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            store = given.store or made_store(place, children)
            print(one_size(place, store), flush=True)


if __name__ == "__main__":
    main()

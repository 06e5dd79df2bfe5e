"""How long one child takes: the whole catalogue, with prompts, gaps and records.

python benchmarks/one_child.py [--children 2000 20000 200000]

Makes a synthetic council of each size and ingests it, then in a new process each looks
at children drawn from those referred. The first child of a process finds every file
closed; afterwards the median over 200 more, reading and engine together.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import polars as pl

from riskaid import shipped
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.plan import make_plan
from riskaid.indicators.reference import look
from riskaid.records.store import CaseStore, open_store

DAYS = (date(2026, 3, 31), date(2025, 1, 15), date(2024, 6, 1))
WARM_UP = 5


class Timed:
    """A case store that adds up the processor time of reading."""

    def __init__(self, store: CaseStore) -> None:
        self.store, self.has, self.coverage = store, store.has, store.coverage
        self.cpu = 0.0

    def persons_table(self, *asked: object, **more: object) -> pl.DataFrame:
        began = time.process_time()
        found = self.store.persons_table(*asked, **more)
        self.cpu += time.process_time() - began
        return found


def looked_at(folder: Path, children: int) -> dict[str, float]:
    """Milliseconds by the clock and of the processor, and peak MiB."""
    plan = make_plan(load_catalogue(shipped.folder("features", None)))
    drawn = pl.read_parquet(folder / "tables" / "referrals.parquet")["person_id"]
    ids = drawn.unique().sort().to_list()
    random.Random(0).shuffle(ids)
    started = time.perf_counter()
    store = Timed(open_store(folder))
    opening = time.perf_counter() - started
    clock, cpu, reading, records = [], [], [], 0
    for place, one in enumerate(ids[: children + WARM_UP + 1]):
        asked, read = (one, DAYS[place % len(DAYS)]), store.cpu
        began, cpu_began = time.perf_counter(), time.process_time()
        picture = look(plan, store, *asked)
        cpu.append(time.process_time() - cpu_began)
        clock.append(time.perf_counter() - began)
        reading.append(store.cpu - read)
        records += sum(len(answer.records) for answer in picture.values.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rest = slice(WARM_UP + 1, None)
    return {
        "opening": opening * 1e3,
        "first": clock[0] * 1e3,
        "median": statistics.median(clock[rest]) * 1e3,
        "median_cpu": statistics.median(cpu[rest]) * 1e3,
        "slow": statistics.quantiles(clock[rest], n=20)[-1] * 1e3,
        "reading": statistics.median(reading[rest]) * 1e3,
        "records": records / len(clock),
        "peak": peak,
    }


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--children", type=int, nargs="+", default=[2_000, 20_000])
    words.add_argument("--looked-at", type=int, default=200)
    words.add_argument("--store", type=Path, help="Only look at this store, as JSON.")
    given = words.parse_args()
    if given.store:
        print(json.dumps(looked_at(given.store, given.looked_at)))
        return
    riskaid = [sys.executable, "-m", "riskaid"]
    print(
        "| children in the store | opening ms | first child ms | median ms "
        "| median processor ms | of which reading | 95% within ms "
        "| records | peak MiB |\n|---|---|---|---|---|---|---|---|---|"
    )
    for children in given.children:
        with tempfile.TemporaryDirectory() as place:
            council, store = Path(place) / "council", Path(place) / "store"
            feeds = ["--mapping", "partner_feeds"]
            for step in (
                ["synth", str(council), "--children", str(children)],
                ["ingest", str(council / "ssd"), "--store", str(store)],
                ["ingest", str(council / "feeds"), "--store", str(store), *feeds],
            ):
                subprocess.run([*riskaid, *step], check=True, capture_output=True)
            mine = ["--store", str(store), "--looked-at", str(given.looked_at)]
            run = subprocess.run(
                [sys.executable, __file__, *mine], check=True, capture_output=True
            )
        found = json.loads(run.stdout)
        print(
            f"| {children:,} | {found['opening']:.0f} | {found['first']:.0f} "
            f"| {found['median']:.1f} | {found['median_cpu']:.1f} "
            f"| {found['reading']:.1f} | {found['slow']:.1f} "
            f"| {found['records']:.0f} | {found['peak']:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()

"""How time and memory of riskaid's kernel grow: part by part, nothing kept.

python benchmarks/features/large.py [--times 10]

The usual size, then so many times the children, events and rows; each in a process of
its own, compiled before. Parts are let go of as they are made, as a writer would.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import by_riskaid
import polars as pl
from made import make

from riskaid.indicators import kernel


def stream(folder: Path) -> dict[str, float]:
    """Compute all parts; seconds, processor seconds and peak MiB."""
    by_riskaid.warm(folder)
    rows = pl.read_parquet(folder / "rows.parquet")
    started, cpu = time.perf_counter(), time.process_time()
    store = by_riskaid.Folder(folder)
    done = sum(map(len, kernel.stream(by_riskaid.expressions(), store, rows)))
    return {
        "rows": done,
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--times", type=int, default=10)
    words.add_argument("--made", type=Path, help="Only compute this folder, as JSON.")
    given = words.parse_args()
    if given.made:
        print(json.dumps(stream(given.made)))
        return
    found = []
    with tempfile.TemporaryDirectory() as place:
        for times in (1, given.times):
            folder = Path(place) / str(times)
            make(
                folder,
                children=50_000 * times,
                events=2_000_000 * times,
                rows=300_000 * times,
            )
            words_of_run = [sys.executable, __file__, "--made", str(folder)]
            run = subprocess.run(words_of_run, capture_output=True, check=True)
            found.append(json.loads(run.stdout))
            print(found[-1], flush=True)
    small, large = found
    slope = math.log(large["cpu"] / small["cpu"]) / math.log(given.times)
    print(f"processor time grows as rows to the power of {slope:.2f}")


if __name__ == "__main__":
    main()

"""One engine in a process of its own: prints its time, memory and a digest as JSON.

python benchmarks/features/engines.py ENGINE FOLDER
"""

import hashlib
import importlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from asked import FEATURES


def digest(table: Any) -> str:
    """SHA-256 of the values, with one way to write what is not known.

    Fading counts are compared as whole millionths: polars divides by multiplying.
    """
    found = hashlib.sha256()
    for one in FEATURES:
        values = np.asarray(table[one.name]).astype(np.float64) + 0.0
        if one.word == "decayed":
            values = np.rint(values * 1e6)
        values[np.isnan(values)] = np.nan
        found.update(values.tobytes())
    return found.hexdigest()


def main() -> None:
    engine = importlib.import_module(f"by_{sys.argv[1]}")
    folder = Path(sys.argv[2])
    engine.warm(folder)
    started, cpu = time.perf_counter(), time.process_time()
    values = engine.compute(folder)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if hasattr(engine, "others"):
        more_cpu, more_peak = engine.others()
        cpu, peak = cpu + more_cpu, peak + more_peak
    print(
        json.dumps(
            {"seconds": seconds, "cpu": cpu, "peak": peak, "digest": digest(values)}
        )
    )


if __name__ == "__main__":
    main()

"""Time and peak memory of making a synthetic council.

python benchmarks/synth.py --children 20000 [--seed 1] [--keep FOLDER]
    [--format cin_census --years 1]
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

from riskaid.records.synthetic import USUAL, synth


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="leave the council in this folder")
    parser.add_argument("--format", action="append", help="as riskaid synth takes it")
    parser.add_argument("--years", type=int, help="yearly returns of a kind")
    args = parser.parse_args()
    formats = args.format or USUAL
    with tempfile.TemporaryDirectory() as beside:
        out = args.keep or Path(beside) / "council"
        begun = time.perf_counter()
        synth(
            out,
            children=args.children,
            seed=args.seed,
            formats=formats,
            years=args.years,
        )
        seconds = time.perf_counter() - begun
        size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{args.children} children as {', '.join(formats)}: {seconds:.1f} s, "
        f"peak memory {peak:.0f} MiB, {size / 2**20:.0f} MiB written"
    )


if __name__ == "__main__":
    main()

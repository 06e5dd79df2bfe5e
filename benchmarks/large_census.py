"""A census of any size: one synthetic year, told again under new ids.

python benchmarks/large_census.py FILE.xml --megabytes 500 [--children 20000] [--seed 1]

Living through millions of children takes long; a reader does not care that the same
lives come again, as long as every child has an id of its own.
"""

import argparse
import tempfile
import time
from pathlib import Path

from riskaid.records.synthetic import synth

BEGIN, END = b"<Children>\n", b"</Children>"
CHILD = b"<LAchildID>C"


def large_census(file: Path, *, megabytes: float, children: int, seed: int) -> int:
    """Write the file and say how many children stand in it."""
    with tempfile.TemporaryDirectory() as beside:
        out = Path(beside) / "council"
        synth(out, children=children, seed=seed, formats=["cin_census"], years=1)
        (made,) = out.glob("cin_census/*/*.xml")
        content = made.read_bytes()
    before, rest = content.split(BEGIN)
    body, after = rest.split(END)
    copies = max(1, round(megabytes * 2**20 / len(body)))
    with file.open("wb") as target:
        target.write(before + BEGIN)
        for copy in range(copies):
            target.write(body.replace(CHILD, CHILD + b"%05d-" % copy))
        target.write(END + after)
    return copies * body.count(CHILD)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--megabytes", type=float, default=500)
    parser.add_argument("--children", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    begun = time.perf_counter()
    held = large_census(
        args.file, megabytes=args.megabytes, children=args.children, seed=args.seed
    )
    seconds = time.perf_counter() - begun
    size = args.file.stat().st_size / 2**20
    print(f"{held} children in {size:.0f} MiB, written in {seconds:.1f} s")


if __name__ == "__main__":
    main()

"""The same eighty features by riskaid and by its peers, side by side in one run.

python benchmarks/features/run.py [--rows 300000] [--engines riskaid polars ...]

Each engine runs in a process of its own, by turns; the table holds the best of the
runs, from Parquet in to arrays out, after what is compiled was compiled. Peak memory is
that of the whole process. timeseriesflattener may stand in another environment:
name its Python in RISKAID_TSF_PYTHON.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
from asked import FEATURES
from made import make

HERE = Path(__file__).parent
ENGINES = {
    "riskaid": "riskaid",
    "numba": "numba sweep written by hand (yardstick)",
    "polars": "polars, streaming join",
    "duckdb": "DuckDB, join and conditional aggregates",
    "pandas": "pandas, merge",
    "timeseriesflattener": "timeseriesflattener, made strict",
    "pyspark": "pyspark SQL, local[2]",
}
RESULTS = HERE.parent / "RESULTS.md"


def once(engine: str, folder: Path) -> dict[str, object]:
    """Run one engine; where it cannot, the reason."""
    python = sys.executable
    if engine == "timeseriesflattener":
        python = os.environ.get("RISKAID_TSF_PYTHON", python)
    run = subprocess.run(
        [python, str(HERE / "engines.py"), engine, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"POLARS_MAX_THREADS": "2", "NUMBA_NUM_THREADS": "2"},
    )
    lines = run.stdout.strip().splitlines()
    if run.returncode or not lines:
        errors = run.stderr.strip().splitlines() or ["killed"]
        return {"failed": errors[-1][:100]}
    return json.loads(lines[-1])


def rounds(engines: list[str], folder: Path, runs: int) -> dict[str, dict]:
    """Run all engines by turns and keep the best of each."""
    best: dict[str, dict] = {}
    for _ in range(runs):
        for engine in engines:
            if "failed" in best.get(engine, {}):
                continue
            found = once(engine, folder)
            print(engine, found, file=sys.stderr, flush=True)
            old = best.get(engine)
            if old is None or "failed" in found:
                best[engine] = found
            else:
                best[engine] = {
                    name: min(old[name], found[name])
                    for name in ("seconds", "cpu", "peak")
                } | {"digest": found["digest"]}
    return best


def table(best: dict[str, dict]) -> list[str]:
    """The results as Markdown; ratios are against riskaid."""
    mine = best["riskaid"]
    heads = ["engine", "seconds", "processor s", "peak MiB"]
    heads += ["takes, of riskaid's seconds", "of its processor", "same values"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for engine, found in best.items():
        if "failed" in found:
            lines.append(
                f"| {ENGINES[engine]} | NOT RUN: {found['failed']} | | | | | |"
            )
            continue
        same = "yes" if found["digest"] == mine["digest"] else "NO"
        lines.append(
            f"| {ENGINES[engine]} | {found['seconds']:.2f} | {found['cpu']:.2f} "
            f"| {found['peak']:,.0f} | {found['seconds'] / mine['seconds']:.1f} x "
            f"| {found['cpu'] / mine['cpu']:.1f} x | {same} |"
        )
    return lines


MIB = 2**20
REST = 450
"""MiB that riskaid's process may hold beside what goes in and what comes out."""


def memory(folder: Path, mine: dict) -> str:
    """What riskaid's peak is made of.

    Input is what the three tables take in memory as polars counts it, output eight
    bytes a value and a bit that says whether it is known.
    """
    files = [folder / f"{name}.parquet" for name in ("events", "persons", "rows")]
    read = sum(pl.read_parquet(file).estimated_size() for file in files) / MIB
    stored = sum(file.stat().st_size for file in files) / MIB
    rows = pl.scan_parquet(folder / "rows.parquet").select(pl.len()).collect().item()
    made = rows * len(FEATURES) * (8 + 1 / 8) / MIB
    rest = mine["peak"] - read - made
    return (
        f"riskaid's process held {mine['peak']:,.0f} MiB at its peak: {read:,.0f} of "
        f"input (the tables in memory; {stored:,.0f} as Parquet), {made:,.0f} of "
        f"output, and {rest:,.0f} of interpreter, imports and work "
        f"(aim: at most {REST})."
    )


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--events", type=int, default=2_000_000)
    words.add_argument("--rows", type=int, default=300_000)
    words.add_argument("--children", type=int, default=50_000)
    words.add_argument("--runs", type=int, default=3)
    words.add_argument("--engines", nargs="+", default=list(ENGINES), choices=ENGINES)
    words.add_argument("--out", type=Path, default=RESULTS)
    given = words.parse_args()
    engines = ["riskaid", *(e for e in given.engines if e != "riskaid")]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "made"
        make(folder, children=given.children, events=given.events, rows=given.rows)
        best = rounds(engines, folder, given.runs)
        held = memory(folder, best["riskaid"])
    load = os.getloadavg()[1]
    about = (
        f"{given.events:,} events of 8 kinds over {given.children:,} children, "
        f"{given.rows:,} rows, 80 features; knowledge dates and versions honoured "
        f"throughout. Best of {given.runs} runs by turns; Python "
        f"{platform.python_version()}, {os.cpu_count()} cores, load {load:.0f}: "
        "above 2 means that others shared the machine, and processor seconds say more."
    )
    made = "Made by `python benchmarks/features/run.py`; `make bench` runs it."
    text = [
        "# Eighty features, side by side",
        "",
        about,
        "",
        *table(best),
        "",
        held,
        "",
        made,
        "",
    ]
    given.out.write_text("\n".join(text), encoding="utf-8")
    print("\n".join(text))
    right = best["riskaid"]["digest"]
    wrong = [e for e, found in best.items() if found.get("digest", right) != right]
    if wrong:
        raise SystemExit(f"These engines gave other values: {', '.join(wrong)}")


if __name__ == "__main__":
    main()

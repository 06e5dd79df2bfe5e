"""Time and memory of the whole way, as a Markdown table for docs/measured.md.

Each line is a command of its own, so that its peak memory is its own.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil


def measured(words: list[str], folder: Path) -> tuple[float, float]:
    """Run a command and return its seconds and its peak resident memory in MiB."""
    start = time.perf_counter()
    run = psutil.Popen(
        words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak = 0
    while run.poll() is None:
        try:
            family = [run, *run.children(recursive=True)]
            peak = max(peak, sum(p.memory_info().rss for p in family))
        except psutil.Error:
            pass
        time.sleep(0.02)
    return time.perf_counter() - start, peak / 2**20


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--children", type=int, default=20_000)
    given = words.parse_args()
    riskaid = [sys.executable, "-m", "riskaid"]
    experiment = Path(__file__).parent.parent / "experiments" / "conference_12m.toml"
    audit = ["--policy", str(experiment.parent.parent / "fairness" / "policy.toml")]
    steps = {
        "a bare interpreter": [sys.executable, "-c", "pass"],
        "riskaid --help": [*riskaid, "--help"],
        f"synth, {given.children:,} children": [
            *[*riskaid, "synth", "council", "--children", str(given.children)],
        ],
        "ingest SSD": [*riskaid, "ingest", "council/ssd", "--store", "store"],
        "ingest feeds": [
            *[*riskaid, "ingest", "council/feeds", "--store", "store"],
            *["--mapping", "partner_feeds"],
        ],
        "train": [
            *[*riskaid, "train", str(experiment), "--store", "store", "--out", "run"],
        ],
        "audit": [*riskaid, "audit", "run", "--out", "audit", *audit],
        "card": [
            *[*riskaid, "card", "run", "--audit", "audit", "--out", "card"],
            *["--name", "conference_12m bench"],
        ],
        "demo, 6,000 children": [*riskaid, "demo", "demo"],
    }
    print("| step | seconds | peak MiB |")
    print("|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, step in steps.items():
            seconds, peak = measured(step, Path(folder))
            print(f"| {name} | {seconds:.1f} | {peak:,.0f} |", flush=True)


if __name__ == "__main__":
    main()

"""How often a pool says what, and how wide its intervals are beside one audit's.

Tables for docs/measured.md: councils whose truth is known send their sums, and the pool
judges one group's missed need; and pools of three councils beside one audit of all
their rows, with the same rows selected.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from math import isfinite
from pathlib import Path

import numpy as np
import polars as pl
from simulated_scores import council

from riskaid.fairness.audit import audit
from riskaid.fairness.policy import Policy, load_policy
from riskaid.fairness.pool import pool
from riskaid.fairness.pool_file import PoolFile
from riskaid.fairness.pool_out import pool_facts

ABOUT = ("ethnicity", "black", "false_negative_rate_difference", 0.2)
OUTCOMES = 400
TWICE = 0.705
"""Log-odds by which estimates of the group are too low: it is missed 20 points more."""
SIZES = (1, 2, 5, 10)
VERDICTS = ("pass", "insufficient_evidence", "fail")


def sent(frame: pl.DataFrame, name: str, policy: Policy) -> PoolFile:
    """What one council sends."""
    gathered: list = []
    result = audit(frame, policy, gathered=gathered)
    facts = pool_facts(result, gathered, frame, council=name, outcome="need_12m")
    return PoolFile.model_validate(facts)


def missed_more(overlooked: float) -> float:
    """The gap in a very large council: share missed in the group less elsewhere."""
    frame = council(200_000, seed=0, overlooked=overlooked)
    cut = frame["score"].sort(descending=True)[frame.height // 5]
    there = frame.filter(pl.col("outcome") == 1).with_columns(
        missed=pl.col("score") <= cut, group=pl.col("ethnicity") == "BCRB"
    )
    share = {one["group"]: one["missed"] for one in _means(there)}
    return share[True] - share[False]


def _means(there: pl.DataFrame) -> list[dict]:
    return there.group_by("group").agg(pl.col("missed").mean()).to_dicts()


def councils(number: int, overlooked: float, policy: Policy) -> list[PoolFile]:
    """Files of so many councils of one truth; seeds differ between truths."""
    first = round(1000 * overlooked) * 10_000
    return [
        sent(
            council(OUTCOMES, seed=first + i, overlooked=overlooked),
            f"{overlooked}-{i}",
            policy,
        )
        for i in range(number)
    ]


def rightness(number: int, policy: Policy) -> None:
    """Print how often pools of councils of each truth say what."""
    fair = councils(number, 0.0, policy)
    unfair = councils(number, TWICE, policy)
    print(f"The gap that is planted: {100 * missed_more(TWICE):.1f} points")
    print("| truth | councils | pools | pass | too little | fail | any fail |")
    print("|---|---|---|---|---|---|---|")
    for size in SIZES:
        print(_line("no gap", size, [*_dealt(fair, size)], policy))
    for size in SIZES:
        print(_line("twice the limit in all", size, [*_dealt(unfair, size)], policy))
    for size in SIZES[2:]:
        mixed = [
            [one, *others]
            for one, others in zip(unfair, _dealt(fair, size - 1), strict=False)
        ]
        print(_line("twice the limit in one", size, mixed, policy))


def _dealt(files: list[PoolFile], size: int) -> Iterator[list[PoolFile]]:
    """Files in pools of a size, each file once."""
    for at in range(0, len(files) - size + 1, size):
        yield files[at : at + size]


def _line(truth: str, size: int, pools: list[list[PoolFile]], policy: Policy) -> str:
    said = [_said(files, policy) for files in pools]
    shares = [np.mean([v == verdict for v, _ in said]) for verdict in VERDICTS]
    anywhere = np.mean([any_fail for _, any_fail in said])
    cells = [f"{100 * x:.0f}%" for x in (*shares, anywhere)]
    return f"| {truth} | {size} | {len(pools)} | {' | '.join(cells)} |"


def _said(files: list[PoolFile], policy: Policy) -> tuple[str, bool]:
    """Verdict of the group's missed need, and whether anything failed."""
    if len(files) == 1:
        by_about = {(f.characteristic, f.group, f.measure): f for f in files[0].found}
        return by_about[ABOUT[:3]].verdict, files[0].verdict == "fail"
    result = pool(files, policy)
    found = {f.one.about: f for f in result.findings}
    return found[ABOUT].verdict, result.verdict == "fail"


def widths(pools: int, policy: Policy) -> None:
    """Print how wide 90% intervals of sums are, over those of one audit of all rows."""
    found = [x for i in range(pools) for x in _widths_of(i, policy)]
    wide = np.array(found)
    ends = np.quantile(wide, [0, 0.005, 0.5, 0.995, 1])
    print(f"{len(wide)} intervals of {pools} pools of three, over one audit's:")
    print("least, 0.5%, median, 99.5%, most: " + ", ".join(f"{x:.3f}" for x in ends))
    print(f"narrower: {100 * (wide < 1).mean():.0f}%")
    print(f"by over 3%: {(wide < 0.97).sum()}")


def _widths_of(seed: int, policy: Policy) -> Iterator[float]:
    frames = []
    for i in range(3):
        frame = council(300, seed=3 * seed + i).with_columns(
            person_id=f"{i}" + pl.col("person_id"),
            family_id=f"{i}" + pl.col("family_id"),
        )
        ranked = pl.col("score").rank("ordinal", descending=True)
        chosen = (ranked <= frame.height // 5).cast(int)
        frames.append(frame.with_columns(selected=chosen).drop("score"))
    files = [sent(frame, f"C{i}", policy) for i, frame in enumerate(frames)]
    pooled = {f.one.about: f.one for f in pool(files, policy).findings}
    whole = audit(pl.concat(frames), policy)
    for characteristic in whole.characteristics:
        for group in characteristic.groups:
            for f in (j.finding for j in group.judged):
                key = (characteristic.name, group.cell.name, f.measure, f.capacity)
                if key not in pooled or len(pooled[key].councils) < len(files):
                    continue
                sums = pooled[key].judged.finding
                width = (sums.high90 - sums.low90) / (f.high90 - f.low90)
                if isfinite(width):
                    yield width


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--councils", type=int, default=200)
    asked.add_argument("--pools", type=int, default=30)
    given = asked.parse_args()
    file = Path(__file__).resolve().parents[1] / "fairness" / "policy.toml"
    shipped = load_policy(file, today=date(2026, 11, 22))
    policy = replace(shipped, replicates=200)
    widths(given.pools, policy)
    rightness(given.councils, policy)


if __name__ == "__main__":
    main()

"""Audits published earlier, so that subtracting one from another gives nothing away.

Last month's audit and this month's differ by a few children. Where both show a count,
their difference is a count of those children. So a count is treated as small when it is
not equal to one published earlier, and less than the smallest published count away.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from riskaid.errors import UsageError
from riskaid.fairness.behind import Bools, Kinds
from riskaid.fairness.sums import Floats
from riskaid.files import digest_file

FILE: Final = "audit.json"
Counts = dict[str, int]
"""Kinds of count ("found at 1") that were published, or that follow from what was."""


@dataclass(frozen=True)
class Earlier:
    """What an audit published earlier says, as counts.

    Attributes:
        digest: SHA-256 of its audit.json.
        everyone: Counts of all rows.
        groups: Counts of each (characteristic, group) that was shown.
        held: Groups of each characteristic, but for those made of others.
        merged: Which of them make up each (characteristic, wider group).
        capacities: How many it has.
    """

    digest: str
    everyone: Counts
    groups: dict[tuple[str, str], Counts]
    held: dict[str, tuple[str, ...]]
    merged: dict[tuple[str, str], frozenset[str]]
    capacities: int

    def of(self, characteristic: str, names: frozenset[str]) -> Counts:
        """What it says about some groups together, whichever way it is worked out."""
        held = self.held.get(characteristic)
        if held is None:
            return {}
        inside = [name for name in held if name in names]
        outside = [name for name in held if name not in names]
        ways = [self._sum(characteristic, inside)]
        beside = self._sum(characteristic, outside)
        ways.append(_less(self.everyone, beside))
        for (name, wide), members in self.merged.items():
            if name == characteristic and members == set(inside):
                ways.append(self.groups.get((name, wide), {}))
        return {kind: count for way in ways for kind, count in way.items()}

    def _sum(self, characteristic: str, names: Sequence[str]) -> Counts:
        parts = [self.groups.get((characteristic, name), {}) for name in names]
        if not parts:
            return dict.fromkeys(self.everyone, 0)
        kinds = [kind for kind in parts[0] if all(kind in part for part in parts)]
        return {kind: sum(part[kind] for part in parts) for kind in kinds}


def _less(whole: Counts, part: Counts) -> Counts:
    return {kind: whole[kind] - part[kind] for kind in whole if kind in part}


def read_earlier(folder: Path) -> Earlier:
    """Read an audit that was published earlier.

    Args:
        folder: As `riskaid audit --out` made it.

    Raises:
        UsageError: There is no audit.json of riskaid in it.
    """
    place = folder / FILE
    try:
        facts = json.loads(place.read_text(encoding="utf-8"))
        known = facts["format"] == "riskaid-audit"
        held = _earlier(facts, digest_file(place)) if known else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        held = None
    if held is None:
        raise UsageError(
            f"'{folder.name}' holds no audit.json of riskaid to compare with. Give "
            "--previous the folder of an audit that was published, as it stands."
        )
    return held


def _earlier(facts: dict[str, Any], digest: str) -> Earlier:
    capacities = facts["capacities"]
    groups, held, merged = {}, {}, {}
    for one in facts["characteristics"]:
        wide = {g["within"] for g in one["groups"] if g["within"]}
        held[one["name"]] = tuple(
            g["name"] for g in one["groups"] if g["name"] not in wide
        )
        for name in wide:
            merged[one["name"], name] = frozenset(
                g["name"] for g in one["groups"] if g["within"] == name
            )
        for group in one["groups"]:
            groups[one["name"], group["name"]] = _counts(group, capacities)
    return Earlier(
        digest=digest,
        everyone=_counts(facts["everyone"], capacities),
        groups=groups,
        held=held,
        merged=merged,
        capacities=len(capacities),
    )


def _counts(group: dict[str, Any], capacities: list[float]) -> Counts:
    """Every count that a group's published numbers give."""
    out: Counts = {}
    rows, outcomes = group["rows"], group["outcomes"]
    if isinstance(rows, str) or isinstance(outcomes, str):
        return out
    out |= {"rows": rows, "outcomes": outcomes, "without": rows - outcomes}
    for k, capacity in enumerate(capacities, start=1):
        rates = {m["metric"]: m for m in group["metrics"] if m["capacity"] == capacity}
        chosen = rates["positive_predictive_value"]["n"] if rates else None
        found = _numerator(rates.get("recall"))
        if found is None:
            found = _numerator(rates.get("positive_predictive_value"))
        if 0 in {rows, chosen, outcomes}:
            found = 0
        if rows == 0:
            chosen = 0
        if chosen is not None:
            out |= {f"selected at {k}": chosen, f"not selected at {k}": rows - chosen}
        if found is not None:
            out |= {f"found at {k}": found, f"missed at {k}": outcomes - found}
        if chosen is not None and found is not None:
            wrong = chosen - found
            out |= {f"wrong at {k}": wrong, f"left at {k}": rows - outcomes - wrong}
    return out


def _numerator(metric: dict[str, Any] | None) -> int | None:
    if metric is None or metric["value"] is None or metric["n"] is None:
        return None
    count: int = round(metric["value"] * metric["n"])
    return count


@dataclass(frozen=True)
class Before:
    """What was published earlier, beside the cells of an audit.

    Attributes:
        earlier: Audits published before.
        named: Characteristic and groups of each cell.
        kinds: The kinds of count of this audit.
        smallest: Differences from 1 to just under it are too small.
    """

    earlier: tuple[Earlier, ...]
    named: tuple[tuple[str, tuple[str, ...]], ...]
    kinds: Kinds
    smallest: int

    def near(self, cells: Sequence[int], counts: Floats) -> Bools:
        """Whether counts of some cells together are near to ones published earlier.

        A count at a capacity is compared with those at every capacity of the earlier
        audit.

        Args:
            cells: Of one characteristic, lying apart.
            counts: Of them together, each kind. Shape [kinds].
        """
        out = np.zeros(len(counts), dtype=np.bool_)
        for one, known in self._known(cells):
            for i, name in enumerate(self.kinds.names):
                stem, at, _ = name.partition(" at ")
                asked = [f"{stem}{at}{k + 1}" for k in range(one.capacities)]
                now = round(counts[i])
                for before in asked if at else [stem]:
                    apart = abs(now - known.get(before, now))
                    out[i] |= 0 < apart < self.smallest
        return out

    def counts(self) -> list[tuple[list[str], list[int], Floats]]:
        """What each earlier audit shows of this audit's cells.

        Returns:
            For each its kinds of count, the cells of which it shows any (the one after
            the last is everyone), and the counts [cells + 1, kinds], NaN where it does
            not show one.
        """
        first = [i for i, one in enumerate(self.named) if one[0] == self.named[0][0]]
        cells = [[i] for i in range(len(self.named))] + [first]
        out = []
        for at in range(len(self.earlier)):
            known = [self._known(group)[at][1] for group in cells]
            names = sorted({name for counts in known for name in counts})
            held = np.array([[k.get(name, np.nan) for name in names] for k in known])
            shown = [i for i, counts in enumerate(known) if counts]
            if names:
                out.append((names, shown, held))
        return out

    def _known(self, cells: Sequence[int]) -> list[tuple[Earlier, Counts]]:
        if not cells:
            return []
        characteristic = self.named[cells[0]][0]
        names = frozenset(m for i in cells for m in self.named[i][1])
        return [(one, one.of(characteristic, names)) for one in self.earlier]

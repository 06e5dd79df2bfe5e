"""An attack on published audits: what small counts can be worked out from them?

The attacker holds audit.json only (the pages are made from it), knows the policy, and
is even told which combinations of characteristics there are people in. They

1. harvest every count that a published number gives: n, a rate times its n, and what is
   left of n;
2. look, by integer programming, for any set of people whose number is a sum and
   difference of harvested counts, and is from 1 to 5: of one audit, between capacities,
   or of two audits of other rows or under another policy;
3. find the least and the most that each hidden small count can be, from all harvested
   counts together, from none being below zero, and from what verdicts and merges say.
"""

import re
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp

from riskaid.fairness.policy import Policy
from riskaid.fairness.results import Audit
from riskaid.fairness.rows import group_rows, take_rows
from riskaid.fairness.scores import check_scores

LARGEST_SMALL = 5
NUMBERS = (
    *("value", "low90", "high90", "low95", "high95", "low_inside", "high_inside"),
    *("half_width90", "n", "p", "p_holm", "smallest_gap"),
    *("more_outcomes", "more_months", "councils"),
)


def harvest(published: dict) -> dict[tuple[str, str], dict[str, int]]:
    """Every count that the published numbers of each group give; "everyone" too."""
    out = {}
    listed = [("everyone", published["everyone"])] + [
        (c["name"], g) for c in published["characteristics"] for g in c["groups"]
    ]
    for characteristic, group in listed:
        key = characteristic, group["name"]
        out[key] = _harvest_one(group)
    for count in ("rows", "outcomes"):
        whole = published["scores"][count]
        if not isinstance(whole, str):
            out["everyone", "everyone"][count] = whole
    return out


def _harvest_one(group: dict) -> dict[str, int]:
    found = {k: group[k] for k in ("rows", "outcomes") if not isinstance(group[k], str)}
    for m in group["metrics"]:
        at = "" if m["capacity"] is None else f"@{m['capacity']:g}"
        n, rate = m["n"], m["rate"]
        if n is not None:
            of = {
                "base_rate": {"rows": n},
                "selection_rate": {"rows": n},
                "false_negative_rate": {"outcomes": n},
                "recall": {"outcomes": n},
                "false_positive_rate": {"without": n},
                "positive_predictive_value": {f"selected{at}": n},
                "false_omission_rate": {f"not selected{at}": n},
            }
            found |= of.get(rate, {})
        if n is None or m["value"] is None or m["compared"] != "value":
            continue
        share = round(m["value"] * n)
        of = {
            "base_rate": "outcomes",
            "selection_rate": f"selected{at}",
            "false_negative_rate": f"missed{at}",
            "recall": f"found{at}",
            "false_positive_rate": f"wrong{at}",
            "positive_predictive_value": f"found{at}",
            "false_omission_rate": f"missed{at}",
        }
        if rate in of:
            found[of[rate]] = share
    changed = True
    while changed:
        before = len(found)
        _complete(found)
        changed = len(found) > before
    return found


def _complete(found: dict[str, int]) -> None:
    """Work out what follows: of a whole and its two parts, any two give the third."""
    ats = {k.partition("@")[1] + k.partition("@")[2] for k in found if "@" in k}
    triples = [("rows", "outcomes", "without")]
    for at in ats:
        triples += [
            ("rows", f"selected{at}", f"not selected{at}"),
            ("outcomes", f"found{at}", f"missed{at}"),
            ("without", f"wrong{at}", f"left{at}"),
            (f"selected{at}", f"found{at}", f"wrong{at}"),
            (f"not selected{at}", f"missed{at}", f"left{at}"),
        ]
    for whole, one, two in triples:
        if one in found and two in found:
            found.setdefault(whole, found[one] + found[two])
        if whole in found and one in found:
            found.setdefault(two, found[whole] - found[one])
        if whole in found and two in found:
            found.setdefault(one, found[whole] - found[two])


@dataclass
class Truth:
    """The rows behind an audit, which the attacker does not have.

    Attributes:
        inside: Rows in each (characteristic, group) and in everyone.
        counts: Each kind of count as a number for each row.
    """

    inside: dict[tuple[str, str], np.ndarray]
    counts: dict[str, np.ndarray]
    capacities: tuple[float, ...]

    @classmethod
    def of(
        cls, frame: pl.DataFrame, policy: Policy, result: Audit, seed: int = 0
    ) -> "Truth":
        frame = check_scores(frame, policy)
        rows, _ = take_rows(frame, policy, seed)
        inside = {("everyone", "everyone"): np.ones(frame.height, dtype=bool)}
        for g, audited in zip(
            group_rows(frame, policy), result.characteristics, strict=True
        ):
            for group in audited.groups:
                inside[g.about.name, group.cell.name] = np.isin(
                    g.of_row, group.cell.members
                )
        one = rows.outcome.astype(float)
        counts = {"rows": np.ones(len(one)), "outcomes": one, "without": 1 - one}
        for capacity, chosen in zip(rows.capacities, rows.selected, strict=True):
            at = f"@{capacity:g}"
            counts |= {
                f"selected{at}": chosen,
                f"not selected{at}": 1 - chosen,
                f"found{at}": chosen * one,
                f"missed{at}": (1 - chosen) * one,
                f"wrong{at}": chosen * (1 - one),
                f"left{at}": (1 - chosen) * (1 - one),
            }
        return cls(inside, counts, rows.capacities)


def patterns(*truths: Truth) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """People alike in every cell of all audits, by the cells' names.

    Returns:
        For each audit the cells by pattern [cells, patterns], in the order of its
        `inside`, and the pattern of each of its rows.
    """
    names = sorted({key for t in truths for key in t.inside})
    keyed = [
        np.array([t.inside.get(n, np.zeros(len(t.counts["rows"]))) for n in names]).T
        for t in truths
    ]
    held, which = np.unique(np.concatenate(keyed), axis=0, return_inverse=True)
    which = which.reshape(-1)
    out, at = [], 0
    for t in truths:
        size = len(t.counts["rows"])
        rows = which[at : at + size]
        at += size
        out.append(rows)
    cells = [
        np.array([held[:, names.index(key)] for key in t.inside], dtype=float)
        for t in truths
    ]
    return cells, out


def small_set(spans: list[np.ndarray], count: np.ndarray) -> np.ndarray | None:
    """A set of patterns that every span gives, with a count from 1 to 5; or None.

    Args:
        spans: For each audit or capacity, the cells whose counts are known.
        count: Of each pattern; may be below zero where it is a difference.
    """
    patterns_ = len(count)
    width = patterns_ + sum(len(s) for s in spans)
    rules, at = [], patterns_
    for span in spans:
        if not len(span):
            return None
        rule = np.zeros((patterns_, width))
        rule[:, :patterns_] = np.eye(patterns_)
        rule[:, at : at + len(span)] = -span.T
        at += len(span)
        rules.append(LinearConstraint(rule, 0, 0))
    total = np.zeros((1, width))
    total[0, :patterns_] = count
    ends = [(1, LARGEST_SMALL)]
    if (count < 0).any():
        ends.append((-LARGEST_SMALL, -1))
    low = np.concatenate([np.zeros(patterns_), np.full(width - patterns_, -30.0)])
    high = np.concatenate([np.ones(patterns_), np.full(width - patterns_, 30.0)])
    whole = np.concatenate([np.ones(patterns_), np.zeros(width - patterns_)])
    for least, most in ends:
        found = milp(
            np.zeros(width),
            constraints=[*rules, LinearConstraint(total, least, most)],
            bounds=Bounds(low, high),
            integrality=whole,
            options={"time_limit": 20.0},
        )
        if found.x is not None:
            return np.round(found.x[:patterns_]).astype(bool)
    return None


def _span(cells: np.ndarray, truth: Truth, known: dict, kind: str) -> np.ndarray:
    shown = [i for i, key in enumerate(truth.inside) if kind in known.get(key, {})]
    rows = cells[shown]
    return rows[rows.any(axis=1)]


def attack_one(published: dict, truth: Truth, kinds: tuple[str, ...] = ()) -> list[str]:
    """Small counts that one audit gives away, in words; none where it is safe.

    Args:
        published: As audit.json holds it.
        truth: For counting, and for saying what was found.
        kinds: Only sums of these kinds of count; the whole attack by default.
    """
    known = harvest(published)
    (cells,), (which,) = patterns(truth)

    def count(kind: str) -> np.ndarray:
        return np.bincount(which, weights=truth.counts[kind], minlength=cells.shape[1])

    found = []
    for kind in kinds or truth.counts:
        span = _span(cells, truth, known, kind)
        if small_set([span], count(kind)) is not None:
            found.append(f"{kind}: a sum of published counts")
    if kinds:
        return found
    ats = [f"@{c:g}" for c in truth.capacities]
    for i, lower in enumerate(ats):
        for upper in ats[i + 1 :]:
            for kind in ("selected", "found", "wrong"):
                spans = [_span(cells, truth, known, kind + at) for at in (lower, upper)]
                between = count(kind + upper) - count(kind + lower)
                if small_set(spans, between) is not None:
                    found.append(f"{kind}: between capacities {lower} and {upper}")
    return found + ranges(published, truth, known, cells, which)


def attack_two(one: tuple[dict, Truth], two: tuple[dict, Truth]) -> list[str]:
    """Small counts that two audits give away by subtraction."""
    known = [harvest(p) for p, _ in (one, two)]
    truths = [one[1], two[1]]
    cells, which = patterns(*truths)
    width = cells[0].shape[1]

    def count(i: int, kind: str) -> np.ndarray:
        return np.bincount(which[i], weights=truths[i].counts[kind], minlength=width)

    found = []
    for kind in truths[1].counts:
        stem, at, _ = kind.partition("@")
        asked = [k for k in truths[0].counts if k.partition("@")[:2] == (stem, at)]
        for before in asked:
            spans = [
                _span(cells[0], truths[0], known[0], before),
                _span(cells[1], truths[1], known[1], kind),
            ]
            if small_set(spans, count(1, kind) - count(0, before)) is not None:
                found.append(f"{kind} less {before} before")
    return found


def ranges(  # noqa: C901 - one rule after the other
    published: dict,
    truth: Truth,
    known: dict,
    cells: np.ndarray,
    which: np.ndarray,
) -> list[str]:
    """Hidden small counts whose least and most are the same."""
    rules, low, high = [], [], []
    for i, key in enumerate(truth.inside):
        for kind, value in known.get(key, {}).items():
            if kind in truth.counts:
                rules.append(_form(cells[i], kind, truth))
                low.append(value)
                high.append(value)
    for i, least in _least_outcomes(published, truth).items():
        rules.append(_form(cells[i], "outcomes", truth))
        low.append(least)
        high.append(np.inf)
    if not rules:
        return []
    rule = LinearConstraint(np.array(rules), low, high)
    found = []
    for i, key in enumerate(truth.inside):
        for kind in truth.counts:
            true = truth.counts[kind][truth.inside[key]].sum()
            if kind in known[key] or not 0 < true <= LARGEST_SMALL:
                continue
            # How many are selected of all, capacity and rows say by themselves.
            if key[0] != "everyone" or "selected" not in kind:
                asked = _form(cells[i], kind, truth)
                if _is_one_number(asked, rule, float(len(which))):
                    found.append(f"{kind} of {key[0]}: only one number is possible")
    return found


def _is_one_number(asked: np.ndarray, rule: LinearConstraint, most: float) -> bool:
    bounds = Bounds(np.zeros(len(asked)), np.full(len(asked), most))
    ends = [milp(sign * asked, constraints=[rule], bounds=bounds) for sign in (1, -1)]
    assert all(end.x is not None for end in ends), "the truth must be possible"
    return ceil(ends[0].fun - 1e-6) >= floor(-ends[1].fun + 1e-6)


def _form(mask: np.ndarray, kind: str, truth: Truth) -> np.ndarray:
    """A count as a sum over pattern, place between the capacities, and outcome."""
    steps = len(truth.capacities) + 1
    stem, _, at = kind.partition("@")
    step = np.ones(steps)
    if at:
        upto = [f"{c:g}" for c in truth.capacities].index(at) + 1
        step[upto:] = 0
    if stem in ("not selected", "missed", "left"):
        step = 1 - step
    has = (1, 1)
    if stem in ("outcomes", "found", "missed"):
        has = (0, 1)
    if stem in ("without", "wrong", "left"):
        has = (1, 0)
    return np.einsum("a,s,o->aso", mask, step, np.array(has)).reshape(-1)


def _least_outcomes(published: dict, truth: Truth) -> dict[int, int]:
    """What a pass says of a group that is not shown: it had a denominator of ten."""
    at = {key: i for i, key in enumerate(truth.inside)}
    out = {}
    for one in published["characteristics"]:
        for group in one["groups"]:
            passes = any(
                m["state"] == "suppressed"
                and m["verdict"] == "pass"
                and m["metric"] in ("false_negative_rate_difference", "recall_ratio")
                for m in group["metrics"]
            )
            if passes:
                out[at[one["name"], group["name"]]] = 10
    return out


def speaks(published: dict) -> list[str]:
    """Findings that are withheld and yet have a number or a reason somewhere."""
    found = []
    everyone = [published["everyone"]]
    groups = [g for c in published["characteristics"] for g in c["groups"]]
    for group in everyone + groups:
        for m in group["metrics"]:
            if m["state"] != "suppressed":
                continue
            if any(m[name] is not None for name in (*NUMBERS, "reason")):
                found.append(f"{m['metric']}: a number")
            said = m["sentence"].replace(group["phrase"], "")
            _, _, tail = said.partition(": not published")
            after = tail.partition(" Limit")[0]
            if not tail or re.search(r"\d", after):
                found.append(f"{m['metric']}: its sentence")
    return found

"""Sums of several councils, judged by the gate; never enough for a release by itself.

The same rules judge all councils together, each alone, and all but one, so that a sum
cannot hide the council in which a group is missed (ADR-0021).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite, log
from typing import Final

import numpy as np

from riskaid.errors import DefinitionError, ExtractError
from riskaid.fairness.gate import RowVerdict, Verdict, worst
from riskaid.fairness.intervals import z_of
from riskaid.fairness.policy import Policy
from riskaid.fairness.pool_file import PoolFile
from riskaid.fairness.pool_judging import About, One, cells_of, judge_sums
from riskaid.fairness.pool_policy import Pooling
from riskaid.fairness.pool_sums import Book

FEWEST: Final = 2


@dataclass(frozen=True)
class Pooled:
    """One deciding finding of a pool, beside the councils it is made of.

    Attributes:
        one: On the sums of all, with the verdict that the gate gives them.
        verdict: After looking at each council; a pass may become too little evidence.
        why: Why it did; else "".
        alone: For each council, on its sums alone: its finding, or None.
        audited: For each council, what its own audit said; None where nothing.
        without: For each council it rests on, the verdict without that council.
        apart: I², from 0 to 1; None where under two councils have a number.
    """

    one: One
    verdict: RowVerdict
    why: str
    alone: tuple[One | None, ...]
    audited: tuple[str | None, ...]
    without: dict[int, str]
    apart: float | None

    @property
    def failing(self) -> tuple[int, ...]:
        """Councils that fail by their own audit, or by their sums alone."""
        return tuple(
            i
            for i, (alone, said) in enumerate(
                zip(self.alone, self.audited, strict=True)
            )
            if said == "fail" or (alone is not None and alone.judged.verdict == "fail")
        )


@dataclass(frozen=True)
class Pool:
    """What sums of several councils come to.

    Attributes:
        verdict: The worst of all that decide. It carries no release.
        findings: Those that decide.
        withheld: For each characteristic and group, councils that could not send it.
    """

    verdict: Verdict
    policy: Policy
    pooling: Pooling
    files: tuple[PoolFile, ...]
    findings: tuple[Pooled, ...]
    withheld: dict[tuple[str, str], int]


def pool(files: Sequence[PoolFile], policy: Policy) -> Pool:
    """Add councils and years, and judge the sums.

    The same files in any order give the same pool.

    Args:
        files: As read_pool_file returns.
        policy: The one they were all audited under, with a part on pooling.

    Raises:
        DefinitionError: The policy says nothing of pooling.
        ExtractError: Files cannot be added up; says which and why.
    """
    if policy.pooling is None:
        raise DefinitionError(
            "The policy does not say what counts as evidence from pooling, so nothing "
            "is pooled. Ask the board to add [pooling]; the shipped "
            "fairness/policy.toml has a starting point."
        )
    files = sorted(files, key=lambda f: (f.label, f.digest))
    _check(files, policy)
    books = [(i, Book(file)) for i, file in enumerate(files)]
    cells = cells_of(files, books, policy)
    everything = judge_sums(books, cells, files, policy)
    alone = [_by_about(judge_sums([b], cells, files, policy)) for b in books]
    left = [
        _by_about(judge_sums([b for b in books if b[0] != i], cells, files, policy))
        for i, _ in books
    ]
    audited = [
        {(f.characteristic, f.group, f.measure): f.verdict for f in file.found}
        for file in files
    ]
    findings = []
    for one in everything:
        if one.judged.role == "shown" or one.judged.cell.use == "reported":
            continue
        made = Pooled(
            one,
            one.judged.verdict,
            "",
            tuple(
                found.get(one.about) if i in one.councils else None
                for i, found in enumerate(alone)
            ),
            tuple(said.get(one.about[:3]) for said in audited),
            {i: left[i][one.about].judged.verdict for i in one.councils},
            _apart([a[one.about] for i, a in enumerate(alone) if i in one.councils]),
        )
        findings.append(_beside(made, policy.pooling))
    verdicts = [f.verdict for f in findings]
    if policy.not_audited or any(f.verdict == "fail" for f in files):
        verdicts.append("insufficient_evidence")
    withheld = {
        (g.characteristic, g.group): sum(
            (g.characteristic, g.group) not in book.sums
            for i, book in books
            if (g.characteristic, g.group) in book.members
        )
        for file in files
        for g in file.groups
    }
    return Pool(
        worst(verdicts), policy, policy.pooling, tuple(files), tuple(findings), withheld
    )


def _check(files: Sequence[PoolFile], policy: Policy) -> None:
    if len(files) < FEWEST:
        raise ExtractError("A pool needs at least two files. Name them all.")
    first = files[0]
    for i, file in enumerate(files):
        if file.policy.digest != policy.digest:
            raise ExtractError(
                f"'{file.label}' was audited under another policy, so its limits were "
                "not those of the others. Audit again under the policy that is given."
            )
        if file.outcome != first.outcome:
            raise ExtractError(
                f"'{file.label}' is about the outcome '{file.outcome}' and "
                f"'{first.label}' about '{first.outcome}'. Pool one outcome at a time."
            )
        if (file.kind, file.capacities, file.gated_capacity) != (
            first.kind,
            first.capacities,
            first.gated_capacity,
        ):
            raise ExtractError(
                f"'{file.label}' and '{first.label}' do not select alike: one gives "
                "estimates and the other does not, or the shares selected differ. "
                "Pool audits of one tool at the same capacities."
            )
        for other in files[:i]:
            _apart_in_time(file, other)


def _apart_in_time(one: PoolFile, two: PoolFile) -> None:
    if one.scores == two.scores or one.digest == two.digest:
        raise ExtractError(
            f"'{one.label}' and '{two.label}' are of the same rows. Give each once."
        )
    if one.council.casefold() != two.council.casefold():
        return
    meet = not (one.period and two.period)
    for a in one.period:
        for b in two.period:
            meet |= a.first <= b.last and b.first <= a.last
    if meet:
        raise ExtractError(
            f"'{one.label}' stands there twice, and the months of its rows meet or are "
            "not known: children would count twice. Give one file of the council for "
            "each time, with as_of dates in its rows."
        )


def _by_about(found: Sequence[One]) -> dict[About, One]:
    return {one.about: one for one in found}


def _apart(alone: Sequence[One]) -> float | None:
    """I² of Higgins and Thompson 2002: differences beyond chance between councils."""
    values, weights = [], []
    for one in alone:
        f = one.judged.finding
        ratio = f.compared == "ratio" or f.measure in {"calibration", "lift"}
        ends = (f.value, f.low90, f.high90)
        if not all(isfinite(x) and (x > 0 or not ratio) for x in ends):
            continue
        value, low, high = (log(x) if ratio else x for x in ends)
        if high > low:
            values.append(value)
            weights.append((2 * z_of(0.9) / (high - low)) ** 2)
    if len(values) < FEWEST:
        return None
    of = np.array(values)
    weight = np.array(weights)
    middle = float((of * weight).sum() / weight.sum())
    q = float((weight * (of - middle) ** 2).sum())
    return max(0.0, 1 - (len(values) - 1) / q) if q > 0 else 0.0


def _beside(found: Pooled, rules: Pooling) -> Pooled:
    """Let a pass of the sums stand only where no council speaks against it."""
    why = ""
    if len(found.one.councils) < rules.least_files:
        why = f"fewer than {rules.least_files} files could send it"
    elif "fail" in found.without.values():
        why = "without one of the councils the others fail"
    elif found.apart is not None and found.apart > rules.apart_at_most:
        why = "the councils differ by more than chance explains"
    if found.failing:
        why = "a council fails by itself"
    if found.verdict != "pass" or not why:
        failing = "a council fails by itself" if found.failing else ""
        if found.verdict == "reported" and failing:
            return replace(found, verdict="insufficient_evidence", why=failing)
        return replace(found, why=failing)
    return replace(found, verdict="insufficient_evidence", why=why)


def as_counts(number: float, rules: Pooling) -> int:
    """A count as it is published, to the nearest of what the policy says."""
    return round(number / rules.round_to) * rules.round_to

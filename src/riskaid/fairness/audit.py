"""The audit of a set of scores: who is missed, by how much, and how sure we are."""

from dataclasses import dataclass
from math import nan
from pathlib import Path

import numpy as np
import polars as pl

from riskaid.fairness.cells import Cell, choose_cells
from riskaid.fairness.disclosure import has_small, hide, published_count
from riskaid.fairness.findings import FIXED, Evidence, Finding, find, gather
from riskaid.fairness.gate import Judged, Verdict, judge, spread, usefulness, worst
from riskaid.fairness.groups import group_order, phrase_for, read_groups
from riskaid.fairness.intervals import finite, percentiles
from riskaid.fairness.metrics import Ranking, divide, rank_quality
from riskaid.fairness.policy import Characteristic, Policy
from riskaid.fairness.report import to_markdown
from riskaid.fairness.results import Audit, Audited, Group
from riskaid.fairness.scores import check_scores, read_scores
from riskaid.fairness.sums import Floats, Ints, draw_together, replicate
from riskaid.files import digest_bytes, new_folder, write_json, write_text
from riskaid.progress import Progress, silent

__all__ = ["Audit", "audit", "read_scores", "write_audit"]


@dataclass(frozen=True)
class _Grouped:
    """One characteristic over the rows: which groups there are and who is in each."""

    about: Characteristic
    groups: list[tuple[str, str]]
    of_row: Ints
    unknown: int


@dataclass(frozen=True)
class _Rows:
    """The rows, in sorted order, as arrays."""

    score: Floats
    outcome: Ints
    family: Ints
    families: int
    selected: list[Floats]
    capacities: tuple[float, ...]
    gated: float
    scored: bool


def audit(
    scores: pl.DataFrame, policy: Policy, *, seed: int = 0, progress: Progress = silent
) -> Audit:
    """Audit scores and recorded outcomes by recorded group.

    The same rows in any order, with the same policy and seed, give the same audit.

    Args:
        scores: As read_scores returns; checked again here.
        policy: As load_policy returns.
        seed: For the draw among ties at a cut, and for the intervals.
        progress: Told how far the replicates are.

    Raises:
        ExtractError: The scores cannot be used (see read_scores).
    """
    frame = check_scores(scores, policy)
    rows, notes = _rows(frame, policy, seed)
    grouped = _group_rows(frame, policy)
    variance = rows.score * (1 - rows.score)
    per_row = [np.ones(len(rows.score)), rows.outcome, rows.score, variance]
    for selected in rows.selected:
        per_row += [selected, selected * rows.outcome]
    quantities = np.stack(per_row, axis=1).astype(np.float64)
    drawn = [
        draw_together(rows.family, g.of_row, len(g.groups), quantities) for g in grouped
    ]
    replicates = replicate(
        drawn,
        families=rows.families,
        replicates=policy.replicates,
        seed=seed,
        progress=progress,
    )
    evidence = [
        gather(d, r, rows.capacities, scored=rows.scored)
        for d, r in zip(drawn, replicates, strict=True)
    ]
    judged = [
        _judge(g, e, rows, policy) for g, e in zip(grouped, evidence, strict=True)
    ]
    hidden = _disclose(grouped, evidence, [cells for cells, _ in judged], policy)
    characteristics = []
    at = 0
    for g, e, (cells, by_cell) in zip(grouped, evidence, judged, strict=True):
        groups = []
        for cell, found in zip(cells, by_cell, strict=True):
            sums = e.sums[:, list(cell.members)].sum(axis=1)
            groups.append(_group(cell, found, sums, hidden[:, at], rows.capacities))
            at += 1
        gates = [group.verdict for group in groups if group.verdict]
        characteristics.append(
            Audited(
                g.about.name,
                g.about.title,
                tuple(groups),
                worst(gates) if gates else None,
            )
        )
        if g.unknown:
            count = published_count(g.unknown, policy.smallest_published_count)
            notes.append(
                f"{g.about.title}: {count} rows have a code that is not known. They are "
                "a group of their own; correct the codes or the mapping."
            )
    everyone = _everyone(evidence[0], rows, policy)
    notes += [
        f"{name.capitalize()} is not audited, so this cannot pass: {a.because}"
        for name, a in policy.not_audited.items()
    ]
    verdicts: list[Verdict] = [c.verdict for c in characteristics if c.verdict]
    verdicts += [everyone.verdict or "insufficient_evidence"]
    if policy.not_audited or len(verdicts) == 1:
        verdicts.append("insufficient_evidence")
    return Audit(
        verdict=worst(verdicts),
        policy=policy,
        seed=seed,
        scores_digest=digest_bytes(frame.write_csv().encode()),
        rows=frame.height,
        families=rows.families,
        outcomes=int(rows.outcome.sum()),
        capacities=rows.capacities,
        gated_capacity=rows.gated,
        scored=rows.scored,
        characteristics=tuple(characteristics),
        everyone=everyone,
        notes=tuple(notes),
    )


def write_audit(result: Audit, out: Path) -> None:
    """Write audit.json and audit.md, both in their published form, into a new folder.

    Raises:
        UsageError: The folder is there already and holds something.
    """
    published = result.to_json()
    with new_folder(out) as folder:
        write_json(folder / "audit.json", published)
        write_text(folder / "audit.md", to_markdown(published))


def _rows(frame: pl.DataFrame, policy: Policy, seed: int) -> tuple[_Rows, list[str]]:
    outcome = frame["outcome"].to_numpy().astype(np.int64)
    person = "p" + frame["person_id"]
    if "family_id" in frame:
        own = frame["family_id"]
        person = pl.select(
            pl.when(own == "").then(person).otherwise("f" + own)
        ).to_series()
    families, family = np.unique(person.to_numpy(), return_inverse=True)
    notes: list[str] = []
    if "family_id" not in frame:
        notes.append(
            "No family_id was given: brothers and sisters count as strangers, so "
            "intervals may be too narrow."
        )
    if "score" not in frame:
        selected = frame["selected"].to_numpy().astype(np.float64)
        share = float(selected.mean())
        notes.append(
            "The tool gives a yes or no and no estimate: calibration and order cannot "
            "be judged, so this cannot pass."
        )
        score = np.zeros(len(outcome))
        return (
            _Rows(
                score,
                outcome,
                family,
                len(families),
                [selected],
                (share,),
                share,
                False,
            ),
            notes,
        )
    score = frame["score"].to_numpy().astype(np.float64)
    draw = np.random.Generator(np.random.PCG64([seed, 1])).permutation(len(score))
    order = np.lexsort((draw, -score))
    chosen = []
    for capacity in policy.capacities:
        size = max(1, round(capacity * len(score)))
        selected = np.zeros(len(score))
        selected[order[:size]] = 1.0
        chosen.append(selected)
        tied = score == score[order[size - 1]]
        if selected[tied].sum() < tied.sum():
            count = published_count(float(tied.sum()), policy.smallest_published_count)
            notes.append(
                f"With {100 * capacity:g}% selected, {count} rows share the score at the "
                "cut; who of them is selected was drawn with the audit's seed."
            )
    return (
        _Rows(
            score,
            outcome,
            family,
            len(families),
            chosen,
            policy.capacities,
            policy.capacity_gated,
            True,
        ),
        notes,
    )


def _group_rows(frame: pl.DataFrame, policy: Policy) -> list[_Grouped]:
    plain: dict[str, pl.Series] = {}
    out = []
    for about in policy.characteristics:
        unknown = 0
        if about.of:
            one, two = about.of
            parts = [
                plain[name].replace(
                    list(about.collapse[name]), list(about.collapse[name].values())
                )
                for name in about.of
            ]
            of_row = parts[0] + "; " + parts[1]
            phrases = {
                f"{a}; {b}": f"{about.phrases[one][a]}, {about.phrases[two][b]}"
                for a in about.phrases[one]
                for b in about.phrases[two]
            }
            phrases |= {
                g: f"children recorded as {g}"
                for g in sorted(set(of_row.unique().to_list()) - set(phrases))
            }
            groups = list(phrases.items())
        else:
            of_row, unknown = read_groups(frame[about.column], about.reads)
            plain[about.name] = of_row
            present = sorted(set(of_row.unique().to_list()) | set(about.gated))
            groups = [
                (name, phrase_for(name, about.reads, about.title))
                for name in group_order(about.reads, present)
            ]
        names = [name for name, _ in groups]
        index = of_row.replace_strict(
            names, list(range(len(names))), return_dtype=pl.Int64
        )
        out.append(_Grouped(about, groups, index.to_numpy(), unknown))
    return out


def _judge(
    g: _Grouped, evidence: Evidence, rows: _Rows, policy: Policy
) -> tuple[list[Cell], list[list[Judged]]]:
    cells = choose_cells(
        g.about,
        g.groups,
        evidence.sums[0],
        evidence.sums[1],
        policy.smallest_gated_outcomes,
    )
    findings: list[tuple[Cell, Finding]] = []
    spreads: dict[str, Finding] = {}
    outcomes: dict[str, float] = {}
    for cell in cells:
        inside = np.isin(g.of_row, cell.members)
        ranking: Ranking | None = None
        if rows.scored:
            score = rows.score[inside]
            ranking = rank_quality(score, rows.outcome[inside], rows.family[inside])
            few = len(score) < policy.smallest_denominator
            smallest = policy.smallest_denominator
            spreads[cell.name] = Finding(
                "spread",
                "spread",
                "value",
                None,
                nan if few else float(np.std(score)),
                float(len(score)),
                state="not_estimable" if few else "estimable",
                reason=f"fewer than {smallest} rows in the group" if few else "",
            )
        findings += [(cell, f) for f in find(evidence, cell, ranking, policy)]
        outcomes[cell.name] = float(evidence.sums[1, list(cell.members)].sum())
    judged = judge(findings, policy, capacity=rows.gated, outcomes=outcomes)
    by_cell = [[j for j in judged if j.cell is cell] for cell in cells]
    for cell, found in zip(cells, by_cell, strict=True):
        if cell.name in spreads:
            found.append(spread(spreads[cell.name], cell, policy))
    return cells, by_cell


def _group(
    cell: Cell,
    found: list[Judged],
    sums: Floats,
    hidden: np.ndarray[tuple[int], np.dtype[np.bool_]],
    capacities: tuple[float, ...],
) -> Group:
    deciding = [j.verdict for j in found if j.verdict != "reported"]
    verdict = worst(deciding) if cell.use == "gated" or "fail" in deciding else None
    return Group(
        cell=cell,
        rows=float(sums[0]),
        outcomes=float(sums[1]),
        judged=tuple(found),
        verdict=verdict,
        hidden=bool(hidden[0]),
        hidden_at=frozenset(
            c for c, h in zip(capacities, hidden[1:], strict=True) if h
        ),
    )


def _everyone(evidence: Evidence, rows: _Rows, policy: Policy) -> Group:
    members = tuple(range(evidence.sums.shape[1]))
    cell = Cell("everyone", "everyone in the file", members, "gated")
    ranking = None
    if rows.scored:
        ranking = rank_quality(rows.score, rows.outcome, rows.family)
    found = [
        Judged(f, cell)
        for f in find(evidence, cell, ranking, policy)
        if f.compared == "value"
    ]
    k = rows.capacities.index(rows.gated)
    found.append(usefulness(_lift(evidence, k, list(members), policy), cell, policy))
    sums = evidence.sums.sum(axis=1)
    small = _small_counts(sums[:, None], len(rows.capacities), policy)[:, 0]
    small |= small[0]
    return _group(cell, found, sums, small, rows.capacities)


def _lift(evidence: Evidence, k: int, members: list[int], policy: Policy) -> Finding:
    def lift(sums: Floats) -> Floats:
        c = evidence.counts(sums, k, members)
        return divide(divide(c.found, c.selected), divide(c.outcomes, c.rows))

    counts = evidence.counts(evidence.sums, k, members)
    smallest = policy.smallest_denominator
    few = min(float(counts.selected), float(counts.outcomes)) < smallest
    value = nan if few else float(lift(evidence.sums))
    redrawn = lift(evidence.replicates)
    bounds = [
        nan if few else finite(b) for c in (0.90, 0.95) for b in percentiles(redrawn, c)
    ]
    above = float((redrawn >= policy.lift_at_least).mean())
    return Finding(
        "lift",
        "lift",
        "value",
        evidence.capacities[k],
        value,
        float(counts.selected),
        nan,
        *bounds,
        state="not_estimable" if few else "estimable",
        reason=f"fewer than {smallest} rows selected or outcomes recorded"
        if few
        else "",
        p=nan if few else min(1.0, 2 * min(above, 1 - above)),
    )


def _small_counts(
    sums: Floats, capacities: int, policy: Policy
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Which groups have a small count: of rows, then at each capacity."""
    smallest = policy.smallest_published_count
    rows, outcomes = sums[0], sums[1]
    levels = [has_small(np.array([rows, outcomes, rows - outcomes]), smallest)]
    for k in range(capacities):
        selected, found = sums[FIXED + 2 * k], sums[FIXED + 2 * k + 1]
        wrong = selected - found
        cells = [found, outcomes - found, wrong, rows - outcomes - wrong, selected]
        levels.append(has_small(np.array([*cells, rows - selected]), smallest))
    return np.array(levels)


def _disclose(
    grouped: list[_Grouped],
    evidence: list[Evidence],
    cells: list[list[Cell]],
    policy: Policy,
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """What to hide: [rows and outcomes, then each capacity; all cells in order]."""
    together = np.stack([g.of_row for g in grouped], axis=1)
    atoms = np.unique(together, axis=0)
    membership, sums, rest = [], [], []
    for i, (e, own) in enumerate(zip(evidence, cells, strict=True)):
        for cell in own:
            membership.append(np.isin(atoms[:, i], cell.members).astype(np.float64))
            sums.append(e.sums[:, list(cell.members)].sum(axis=1))
            rest.append(e.sums.sum(axis=1) - sums[-1])
    patterns = np.unique(np.array(membership), axis=1)
    capacities = len(evidence[0].capacities)
    small = _small_counts(np.array(sums).T, capacities, policy)
    small_rest = _small_counts(np.array(rest).T, capacities, policy)
    size = np.array(sums)[:, 0]
    hidden = np.zeros(small.shape, dtype=np.bool_)
    for level in range(len(small)):
        hidden[level] = hide(patterns, small[level], small_rest[level], size, hidden[0])
    return hidden

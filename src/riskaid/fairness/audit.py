"""The audit of a set of scores: who is missed, by how much, and how sure we are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from riskaid.document import to_html
from riskaid.fairness.behind import Bools
from riskaid.fairness.calibration_slope import calibration_slope
from riskaid.fairness.cells import Cell
from riskaid.fairness.earlier import Earlier
from riskaid.fairness.findings import Evidence, gather
from riskaid.fairness.gate import (
    Judged,
    Verdict,
    share_error,
    usefulness,
    worst,
)
from riskaid.fairness.groups import CODE_NOT_KNOWN
from riskaid.fairness.hidden import hidden_cells
from riskaid.fairness.judging import judge_groups, verdict_of
from riskaid.fairness.metrics import rank_quality
from riskaid.fairness.needed import months_of
from riskaid.fairness.over_all_rows import find, lift
from riskaid.fairness.page import as_document
from riskaid.fairness.policy import Policy
from riskaid.fairness.probes.page import section
from riskaid.fairness.report import to_markdown
from riskaid.fairness.results import Audit, Audited, Group
from riskaid.fairness.rows import Grouped, Rows, group_rows, take_rows
from riskaid.fairness.scores import ORDERING, check_scores, read_scores
from riskaid.fairness.sums import Floats, draw_together, replicate
from riskaid.files import digest_bytes, new_folder, write_json, write_text
from riskaid.progress import Progress, silent

__all__ = ["Audit", "audit", "read_scores", "write_audit"]


def audit(
    scores: pl.DataFrame,
    policy: Policy,
    *,
    seed: int = 0,
    earlier: Sequence[Earlier] = (),
    gathered: list[tuple[Grouped, Evidence]] | None = None,
    progress: Progress = silent,
) -> Audit:
    """Audit scores and recorded outcomes by recorded group.

    The same rows in any order, with the same policy and seed, give the same audit.

    Args:
        scores: As read_scores returns; checked again here.
        policy: As load_policy returns.
        seed: For the draw among ties at a cut, and for the intervals.
        earlier: Audits published before, of some of the same rows perhaps: what
            subtraction would give is not shown.
        gathered: A list to fill with what each characteristic offers, for a pool.
        progress: Told how far the replicates are.

    Raises:
        ExtractError: The scores cannot be used (see read_scores).
    """
    ranks = ORDERING in scores.columns and "score" not in scores.columns
    frame = check_scores(scores, policy, ranks=ranks)
    rows, notes = take_rows(frame, policy, seed)
    grouped = group_rows(frame, policy)
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
    if gathered is not None:
        gathered += zip(grouped, evidence, strict=True)
    judged = [
        judge_groups(g, e, rows, policy) for g, e in zip(grouped, evidence, strict=True)
    ]
    share_error([by_cell for _, by_cell in judged], policy)
    cells_of = [[cell.members for cell in cells] for cells, _ in judged]
    hidden = hidden_cells(
        grouped,
        cells_of,
        rows.family,
        quantities,
        smallest=policy.smallest_published_count,
        gated=rows.capacities.index(rows.gated),
        earlier=earlier,
    )
    characteristics = []
    at = 0
    for g, e, (cells, by_cell) in zip(grouped, evidence, judged, strict=True):
        groups, codes_hidden = [], False
        for cell, found in zip(cells, by_cell, strict=True):
            sums = e.sums[:, list(cell.members)].sum(axis=1)
            groups.append(_group(cell, found, sums, hidden[:, at], rows.capacities))
            at += 1
            codes_hidden |= cell.name == CODE_NOT_KNOWN and bool(hidden[0, at - 1])
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
            count = "c" if codes_hidden else f"{g.unknown}"
            notes.append(
                f"{g.about.title}: {count} rows have a code that is not known. They "
                "are a group of their own; correct the codes or the mapping."
            )
    everyone = _everyone(evidence[0], rows, policy, hidden[:, -1])
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
        kind=rows.kind,
        characteristics=tuple(characteristics),
        everyone=everyone,
        months=months_of(frame),
        notes=tuple(notes),
        earlier=tuple(one.digest for one in earlier),
    )


def write_audit(
    result: Audit,
    out: Path,
    *,
    mark: str | None = None,
    probes: dict[str, Any] | None = None,
) -> None:
    """Write the audit in its published form into a new folder.

    audit.json for programs, audit.md and audit.html for people: all made from the same
    facts, in which small counts are left out.

    Args:
        result: As audit returns.
        out: The folder to make.
        mark: "synthetic" or "public" where the records are marked so.
        probes: What stands beside the verdict, in its published form; probes.json.

    Raises:
        UsageError: The folder is there already and holds something.
    """
    published = result.to_json()
    with new_folder(out) as folder:
        write_json(folder / "audit.json", published)
        write_text(folder / "audit.md", to_markdown(published))
        if probes is not None:
            write_json(folder / "probes.json", probes)
        beside = () if probes is None else (section(probes),)
        page = as_document(published, mark=mark, beside=beside)
        write_text(folder / "audit.html", to_html(page))


def _group(
    cell: Cell,
    found: list[Judged],
    sums: Floats,
    hidden: Bools,
    capacities: tuple[float, ...],
) -> Group:
    return Group(
        cell=cell,
        rows=float(sums[0]),
        outcomes=float(sums[1]),
        judged=tuple(found),
        verdict=verdict_of(cell, found),
        hidden=bool(hidden[0]),
        hidden_at=frozenset(
            c for c, h in zip(capacities, hidden[1:], strict=True) if h
        ),
    )


def _everyone(evidence: Evidence, rows: Rows, policy: Policy, hidden: Bools) -> Group:
    members = tuple(range(evidence.sums.shape[1]))
    cell = Cell("everyone", "everyone in the file", members, "gated")
    ranking = None
    if rows.ordered:
        ranking = rank_quality(rows.score, rows.outcome, rows.family)
    found = [
        Judged(f, cell)
        for f in find(evidence, cell, ranking, policy)
        if f.compared == "value"
    ]
    if rows.scored:
        slope = calibration_slope(rows.score, rows.outcome, rows.family, policy)
        found.append(Judged(slope, cell))
    k = rows.capacities.index(rows.gated)
    found.append(usefulness(lift(evidence, k, list(members), policy), cell, policy))
    sums = evidence.sums.sum(axis=1)
    return _group(cell, found, sums, hidden, rows.capacities)

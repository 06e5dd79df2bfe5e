"""A pool in its published form: pool.json, and the pages that are made of it."""

import json
from importlib.resources import files
from math import isnan
from pathlib import Path
from typing import Any, Final

from riskaid.document import to_html, to_markdown
from riskaid.fairness.pool import Pool, Pooled, as_counts
from riskaid.fairness.pool_document import NO_RELEASE, as_document
from riskaid.fairness.words import sentence
from riskaid.files import new_folder, write_json, write_text

FORMAT: Final = "riskaid-pool"
SCHEMA: Final = "pool.schema.json"
DIGITS: Final = 3
"""A tenth of a percentage point, as DfE rounds shares. More digits would give counts of
large groups back, which are rounded (ADR-0022)."""
NOTES: Final = (
    (
        "Families were not drawn anew over all councils: there are no rows. Each "
        "council widened its own sums where drawing them anew asked for it."
    ),
    (
        "A group that a council could not send has only the other councils in it, and "
        "among everyone else it is compared with."
    ),
    "Families and children with records in two councils count as strangers.",
    (
        "How the estimates are ordered (area under the curve) is combined within "
        "councils, by inverse variance: sums hold no order over all rows. The slope of "
        "calibration is left out, because it decides nothing and needs rows."
    ),
)


def pool_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that every pool.json of this version follows."""
    place = files("riskaid.fairness") / SCHEMA
    schema: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return schema


def pool_json(result: Pool) -> dict[str, Any]:
    """The published form; counts to the nearest of what the policy says.

    Numbers of no finding that is not estimable; no day of the run.
    """
    rules = result.pooling
    leans = result.verdict != "fail" and not any(f.failing for f in result.findings)
    everyone = [
        s for f in result.files for s in f.sums if (s.characteristic, s.group) == _ALL
    ]
    return {
        "format": FORMAT,
        "version": 1,
        "verdict": result.verdict,
        "usable_for_release": False,
        "may_support": rules.may_support if leans else "nothing",
        "policy": {"name": result.policy.name, "digest": result.policy.digest},
        "pooling": {
            "least_files": rules.least_files,
            "apart_at_most": rules.apart_at_most,
            "round_to": rules.round_to,
            "because": rules.agreement.because,
            "agreed_by": rules.agreement.agreed_by,
            "agreed_on": rules.agreement.agreed_on.isoformat(),
            "review_by": rules.agreement.review_by.isoformat(),
        },
        "outcome": result.files[0].outcome,
        "kind": result.files[0].kind,
        "files": [
            {"label": f.label, "digest": f.digest, "verdict": f.verdict}
            for f in result.files
        ],
        "everyone": {
            "councils": len(everyone),
            "rows": as_counts(sum(s.rows for s in everyone), rules),
            "outcomes": as_counts(sum(s.outcomes for s in everyone), rules),
        },
        "withheld": [
            {"characteristic": name, "group": group, "councils": count}
            for (name, group), count in sorted(result.withheld.items())
            if count
        ],
        "findings": [_finding(result, found) for found in result.findings],
        "notes": [NO_RELEASE, *NOTES],
    }


_ALL: Final = ("", "everyone")


def _finding(result: Pool, found: Pooled) -> dict[str, Any]:
    j = found.one.judged
    f = j.finding
    shown = f.state == "estimable"

    def known(value: float | None) -> float | None:
        out = value is None or not shown or isnan(value)
        return None if out or value is None else round(value, DIGITS)

    return {
        "characteristic": found.one.characteristic,
        "group": j.cell.name,
        "phrase": j.cell.phrase,
        "use": j.cell.use,
        "metric": f.measure,
        "capacity": f.capacity,
        "role": j.role,
        "lowest": j.lowest,
        "highest": j.highest,
        "value": known(f.value),
        "low90": known(f.low90),
        "high90": known(f.high90),
        "low95": known(f.low95),
        "high95": known(f.high95),
        "low_inside": known(f.low_inside),
        "high_inside": known(f.high_inside),
        "p": known(f.p),
        "p_holm": known(j.p_holm),
        "n": as_counts(f.n, result.pooling),
        "state": f.state,
        "reason": f.reason or None,
        "on_sums": j.verdict,
        "verdict": found.verdict,
        "why": found.why or None,
        "sentence": sentence(j),
        "councils": len(found.one.councils),
        "failing": len(found.failing),
        "apart": known(found.apart),
        "each": [_each(found, i) for i in range(len(result.files))],
    }


def _each(found: Pooled, council: int) -> dict[str, Any]:
    alone = found.alone[council]
    value = None
    if alone is not None and alone.judged.finding.state == "estimable":
        value = round(alone.judged.finding.value, DIGITS)
    return {
        "file": council + 1,
        "sent": alone is not None,
        "value": value,
        "audited": found.audited[council],
        "alone": None if alone is None else alone.judged.verdict,
        "without": found.without.get(council),
    }


def write_pool(result: Pool, out: Path) -> dict[str, Any]:
    """Write pool.json, and pool.md and pool.html made of it, into a new folder.

    Returns:
        What stands in pool.json.
    """
    facts = pool_json(result)
    page = as_document(facts)
    with new_folder(out) as folder:
        write_json(folder / "pool.json", facts)
        write_text(folder / "pool.md", to_markdown(page))
        write_text(folder / "pool.html", to_html(page))
    return facts

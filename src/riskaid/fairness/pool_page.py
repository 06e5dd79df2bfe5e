"""A pool in its published form: pool.json, and the same in words."""

from math import isnan
from pathlib import Path
from typing import Any, Final

from riskaid.fairness.pool import Pool, Pooled, as_counts
from riskaid.fairness.words import VERDICTS, sentence
from riskaid.files import new_folder, write_json, write_text

FORMAT: Final = "riskaid-pool"
DIGITS: Final = 3
"""A tenth of a percentage point, as DfE rounds shares. More digits would give counts of
large groups back, which are rounded (ADR-0022)."""
NO_RELEASE: Final = (
    "A pool is not usable for a release by itself: the gate of a release reads the "
    "council's own audit, and no pool."
)
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
NAMED: Final = "A decision of the board has to name the digest of pool.json."
SAID: Final = {
    "pass": "PASS ON SUMS",
    "fail": "FAIL ON SUMS",
    "insufficient_evidence": "INSUFFICIENT EVIDENCE ON SUMS",
}


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


FORMING: Final = frozenset("|[]<>`*_\\")
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


def pool_markdown(facts: dict[str, Any]) -> str:
    """The same facts as a page, the councils that fail first."""
    lines = [
        f"# {SAID[facts['verdict']]}",
        "",
        f"Outcome `{facts['outcome']}`, policy {facts['policy']['name']}. {NO_RELEASE}",
        "",
        f"It may support: {facts['may_support']}. {NAMED}",
        "",
        "## The councils",
        "",
        "| file | council | its own audit |",
        "|---|---|---|",
        *(
            f"| {i} | {_plain(one['label'])} | {_words(one['verdict'])} |"
            for i, one in enumerate(facts["files"], 1)
        ),
        "",
        "## Where a council fails by itself",
        "",
    ]
    failing = [f for f in facts["findings"] if f["failing"]]
    lines += [_failing(one, facts) for one in failing] or ["Nowhere that was sent."]
    lines += [
        "",
        "## What decides",
        "",
        "| characteristic | group | measure | value | councils | I² | verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in facts["findings"]:
        value = "" if one["value"] is None else f"{one['value']:.3f}"
        apart = "" if one["apart"] is None else f"{100 * one['apart']:.0f}%"
        said = _words(one["verdict"]) + (f": {one['why']}" if one["why"] else "")
        cells = (one["characteristic"], _plain(one["group"]), one["metric"], value)
        rest = (f"{one['councils']}", apart, said)
        lines.append(f"| {' | '.join((*cells, *rest))} |")
    lines += ["", "## Groups that some could not send", ""]
    lines += [
        f"* {one['characteristic']}, {_plain(one['group'])}: not sent by "
        f"{one['councils']} of {len(facts['files'])}."
        for one in facts["withheld"]
    ] or ["None."]
    lines += ["", "## What to know", "", *(f"* {note}" for note in facts["notes"]), ""]
    return "\n".join(lines)


def _failing(one: dict[str, Any], facts: dict[str, Any]) -> str:
    who = [
        _plain(facts["files"][e["file"] - 1]["label"])
        for e in one["each"]
        if "fail" in (e["audited"], e["alone"])
    ]
    return (
        f"* {one['characteristic']}, {_plain(one['group'])}, {one['metric']}: "
        f"{'; '.join(who)}."
    )


def _words(verdict: str) -> str:
    return {**VERDICTS, "insufficient_evidence": "too little evidence"}[verdict]


def _plain(text: str) -> str:
    """Text of a file from elsewhere, that can neither end a cell nor make a link."""
    kept = "".join(
        c if c.isprintable() and c not in "|[]<>`*_\\" else " " for c in text
    )
    return kept.strip()


def write_pool(result: Pool, out: Path) -> dict[str, Any]:
    """Write pool.json and pool.md into a new folder.

    Returns:
        What stands in pool.json.
    """
    facts = pool_json(result)
    with new_folder(out) as folder:
        write_json(folder / "pool.json", facts)
        write_text(folder / "pool.md", pool_markdown(facts))
    return facts

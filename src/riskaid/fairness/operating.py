"""How often the gate is right: what simulations of it found, shipped with it.

benchmarks/gate.py finds the facts. The card shows the lines that matter and
docs/reference/operating-characteristics.md all of them.
"""

import json
from importlib.resources import files
from typing import Any, Final

FACTS: Final = "operating.json"
LIMIT: Final = "the limit"
NONE: Final = "none"
EVERY: Final = "all"
WORDS: Final = {
    "false_negative_rate_difference": "missed need, difference",
    "recall_ratio": "need found, ratio",
    "calibration": "calibration",
    "positive_predictive_value_difference": "outcome among selected, difference",
    EVERY: "all of them at once, and false positives",
}


def operating_characteristics() -> dict[str, Any]:
    """The facts that `make bench-gate` found with the shipped policy."""
    place = files("riskaid.fairness") / FACTS
    facts: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return facts


def in_short(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """What a board asks first, and the answer, for a card.

    Args:
        facts: As operating_characteristics returns.
    """
    cells = facts["cells"]
    at_limit = [c for c in cells if c["gap"] == LIMIT]
    alike = [c for c in cells if c["gap"] == NONE]
    without = [*alike, *facts["several"]]
    worst = max(at_limit, key=lambda c: c["pass"])
    false = max(without, key=lambda c: c["fail"])
    passes = (
        f"at most {_percent(worst['pass'])} of {worst['audits']:,} audits in any of "
        f"{len(at_limit)} cells (under {_percent(worst['pass_at_most'])} with a "
        "confidence of 99%)"
    )
    fails = (
        f"at most {_percent(false['fail'])} of {false['audits']:,} audits in any of "
        f"{len(without)} cells"
    )
    return [
        ("A gap as large as the limit passes", passes),
        ("Groups that are alike fail", fails),
        *(
            (
                f"Groups that are alike pass every limit, {outcomes:,} outcomes",
                " and ".join(
                    f"{_percent(cell['pass'])} with {cell['families']}"
                    for cell in alike
                    if cell["measure"] == EVERY and cell["outcomes"] == outcomes
                ),
            )
            for outcomes in (2000, 10_000, 20_000)
        ),
    ]


def as_page(facts: dict[str, Any]) -> str:
    """The page of the reference: every cell."""
    shares = ", ".join(f"{100 * share:g}%" for share in facts["shares"])
    says = f"""# How often the gate is right

Simulated audits whose truth is known, under the shipped policy, found by
`{facts["command"]}`, which writes this page. Groups have the shares {shares}
of families. Rows are strangers to each other, or come in families of one to five whose
likeness is {facts["likeness"]}. Half and twice the limit of a ratio are those of its
logarithm. *All of them at once* has one characteristic, the gap in missed need, and
what follows from it in the rest. Whatever is neither a pass nor a fail is
*insufficient evidence*.

| what a board asks | answer |
|---|---|
"""
    lines = [
        *says.splitlines(),
        *(f"| {asked} | {answer} |" for asked, answer in in_short(facts)),
        "",
        "In brackets behind a pass: what it is at most, with a confidence of 99%",
        "(Wilson). *By measure* is how often an audit would fail if the error were",
        "held at 5% within each measure alone",
        "([ADR-0012](../adr/0012-a-fail-shows-in-its-interval.md)).",
    ]
    for measure, words in WORDS.items():
        lines += ["", f"## {words[0].upper()}{words[1:]}", "", *_table(facts, measure)]
    lines += ["", *_several(facts), "", *_reference(facts), "", *_whole(facts), ""]
    return "\n".join(lines)


def _table(facts: dict[str, Any], measure: str) -> list[str]:
    lines = [
        "| rows | outcomes | gap | group | audits | pass | fail | by measure |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for c in facts["cells"]:
        if c["measure"] == measure:
            most = f" (≤ {c['pass_at_most']:.3f})" if c["gap"] == LIMIT else ""
            lines.append(
                f"| {c['families']} | {c['outcomes']:,} | {c['gap']} | {c['group']} | "
                f"{c['audits']:,} | {c['pass']:.3f}{most} | {c['fail']:.3f} | "
                f"{c['fail_by_measure']:.3f} |"
            )
    return lines


def _several(facts: dict[str, Any]) -> list[str]:
    return [
        "## Five characteristics without a gap",
        "",
        "All limits of each, drawn apart from each other: the most that five can err",
        "together.",
        "",
        "| rows | outcomes | audits | pass | fail | by measure |",
        "|---|---|---|---|---|---|",
        *(
            f"| {c['families']} | {c['outcomes']:,} | {c['audits']:,} | "
            f"{c['pass']:.3f} | {c['fail']:.3f} | {c['fail_by_measure']:.3f} |"
            for c in facts["several"]
        ),
    ]


def _reference(facts: dict[str, Any]) -> list[str]:
    return [
        "## Beside a rule written apart from this one",
        "",
        "One limit (missed need, difference), rows that are strangers. The reference",
        "is 400 audits of a prototype; in brackets its standard error. *Same rule* is",
        "the prototype's rule, written plainly, on the same audits as the gate.",
        "",
        "| outcomes | gap | group | verdict | reference | same rule | here | audits |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {r['outcomes']:,} | {r['gap']:g} | {r['group']} | {r['verdict']} | "
            f"{r['reference']:.2f} ({r['error']:.3f}) | {r['plain']:.3f} | "
            f"{r['share']:.3f} | {r['audits']:,} |"
            for r in facts["reference"]
        ),
    ]


def _whole(facts: dict[str, Any]) -> list[str]:
    return [
        "## Whole audits",
        "",
        "Rows, estimates and five characteristics through `audit` itself, with 200",
        "replicates; *too low* is by 1.2 in log-odds.",
        "",
        "| outcomes | truth | audits | pass | fail |",
        "|---|---|---|---|---|",
        *(
            f"| {w['outcomes']:,} | {w['truth']} | {w['audits']:,} | {w['pass']:.3f} | "
            f"{w['fail']:.3f} |"
            for w in facts["whole"]
        ),
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"

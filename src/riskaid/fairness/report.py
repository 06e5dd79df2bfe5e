"""The audit as a page of Markdown, made from its published form only."""

from typing import Any

from riskaid.fairness.calibration_slope import MEASURE
from riskaid.fairness.published import JUDGED, beside_earlier, cell_words, count_words
from riskaid.fairness.three_together import CANNOT
from riskaid.fairness.words import VERDICTS


def to_markdown(audit: dict[str, Any]) -> str:
    """Write the audit so that a board member can read it from top to bottom.

    Args:
        audit: What Audit.to_json returns; suppressed counts are not in it.
    """
    scores, policy = audit["scores"], audit["policy"]
    about = (
        f"Policy: {policy['name']} (review by {policy['review_by']}; digest "
        f"`{policy['digest'][:16]}`). {audit['priority']}"
    )
    counted = (
        f"{count_words(scores['rows'])} rows, "
        f"{count_words(scores['outcomes'])} recorded outcomes, "
        f"{count_words(scores['families'])} families. Judged with "
        f"{100 * audit['gated_capacity']:.3g}% of rows selected for a further look. "
        "Outcomes are as recorded, not as true. Limits are engineering margins, not "
        "legal thresholds."
    )
    lines = ["# Fairness audit", "", f"**{audit['sentence']}**", ""]
    lines += [about, "", counted, ""]
    for note in audit["notes"]:
        lines += [f"* {note}"]
    if audit["notes"]:
        lines.append("")
    lines += ["## Everyone", ""]
    lines += _sentences(audit["everyone"])
    for characteristic in audit["characteristics"]:
        lines += [
            f"## {characteristic['title']}: {_verdict(characteristic['verdict'])}",
            "",
        ]
        lines += _table(characteristic, audit["gated_capacity"])
        for group in characteristic["groups"]:
            lines += [f"### {group['name']}: {_verdict(group['verdict'])}", ""]
            if group["within"]:
                within = (
                    "Too small to be asked to pass by itself; judged within "
                    f"*{group['within']}*. It can still fail by itself."
                )
                lines += [within, ""]
            if group["says"]:
                lines += [group["says"], ""]
            lines += _sentences(group)
    reading = (
        "Each group is compared with everyone else in the file, those whose group was "
        "not recorded included. *Within the limit* needs the whole "
        f"{policy['inside_interval']} interval inside the limit. *Beyond the limit* "
        "needs the number itself beyond it and a difference that chance would rarely "
        f"give (p below {policy['fail_p_below']:g} after Holm's correction, within the "
        "measure and over the whole audit, and a 95% interval without equality). "
        "Everything else is *not enough evidence*, which is not a pass. `c`: a count "
        f"from 1 to {policy['smallest_published_count'] - 1}, or one that would give "
        f"it back. {beside_earlier(audit)} {CANNOT} A slope of 1 is right; under 1, "
        "high estimates are too high and low ones too low."
    )
    lines += ["## How to read this", "", reading, ""]
    return "\n".join(lines)


def _verdict(verdict: str) -> str:
    return VERDICTS[verdict]


def _sentences(group: dict[str, Any]) -> list[str]:
    said = [f"* {m['sentence']}" for m in group["metrics"] if m["role"] in JUDGED]
    return [*said, ""] if said else []


def _table(characteristic: dict[str, Any], capacity: float) -> list[str]:
    head = (
        "| Group | Use | Rows | Outcomes | Base rate | Selected | Selected, times "
        "everyone else's | Missed need | Observed / expected | Slope | Outcome among "
        "selected |"
    )
    lines = [head, "|---" * 11 + "|"]
    for group in characteristic["groups"]:
        found = {
            m["metric"]: m
            for m in group["metrics"]
            if m["capacity"] in (None, capacity)
        }
        shown = [
            cell_words(found.get(name))
            for name in (
                "base_rate",
                "selection_rate",
                "selection_rate_ratio",
                "false_negative_rate",
                "calibration",
                MEASURE,
                "positive_predictive_value",
            )
        ]
        lines.append(
            f"| {group['name']} | {group['use']} | {count_words(group['rows'])} | "
            f"{count_words(group['outcomes'])} | " + " | ".join(shown) + " |"
        )
    return [*lines, ""]

"""A plan of an audit in words and tables, made from its published form only."""

from math import ceil
from typing import Any, Final

from riskaid.fairness.disclosure import SMALL
from riskaid.fairness.plan import PLANNED

MEASURES: Final = {
    "false_negative_rate_difference": "Missed need",
    "recall_ratio": "Need found",
    "calibration": "Calibration",
    "positive_predictive_value_difference": "Outcome among selected",
}
NEVER: Final = "no number"


def plan_markdown(plan: dict[str, Any]) -> str:
    """Say what each limit needs for each group that must pass.

    Args:
        plan: What Plan.to_json returns.
    """
    supposed, years = plan["supposed"], plan["unit"] == "year"
    unit, expected = ("years", "a year") if years else ("files", "a file as this one")
    lines = [
        "# What an audit would need",
        "",
        f"Under the policy '{plan['policy']['name']}', before any score was looked at.",
        "",
        f"**{_settled(plan, years=years)}{_hidden(plan)}**",
        "",
        (
            f"Supposed: an outcome is recorded for {_hundred(supposed['base_rate'])} "
            f"rows; the tool selects {_hundred(supposed['capacity'])} rows and "
            f"{_hundred(supposed['recall'])} of those with a recorded outcome; "
            f"{_families(supposed['design_effect'])}; there is no gap. Each number is "
            "what makes four audits in five pass that limit, with the "
            f"{plan['inside_interval']} interval inside it. To pass all at once needs "
            "more, and a gap that is there needs more still."
        ),
        "",
    ]
    lines += [f"* {note}" for note in plan["notes"]]
    if plan["notes"]:
        lines.append("")
    for characteristic in dict.fromkeys(g["characteristic"] for g in plan["groups"]):
        lines += [
            f"## {characteristic.replace('_', ' ').capitalize()}",
            "",
            f"| Group | Outcomes expected {expected} | "
            + " | ".join(f"{MEASURES[m]}: outcomes ({unit})" for m in PLANNED)
            + f" | Missed need after one of the {unit}: half-width, smallest gap "
            "seen (points) |",
            "|---|---|" + "---|" * (len(PLANNED) + 1),
        ]
        lines += [
            _line(group)
            for group in plan["groups"]
            if group["characteristic"] == characteristic
        ]
        lines.append("")
    reading = (
        "Outcomes are recorded outcomes in that group. Years are of one council such "
        "as this; as many councils of its size give the same in one year."
        if years
        else "Outcomes are recorded outcomes in that group; files are such as this "
        "one, of later years or of other councils."
    )
    lines += [
        (
            f"{reading} *Within*: too small to be asked to pass by itself; its own "
            f"numbers are what it would need. `{SMALL}`: a count from 1 to 5, or one "
            f"that would give it back. *{NEVER.capitalize()}*: nobody is expected in "
            "the group, or nobody outside it. The arithmetic stands in "
            "docs/how-to/audit.md."
        ),
        "",
    ]
    return "\n".join(lines)


def _settled(plan: dict[str, Any], *, years: bool) -> str:
    after = plan["settled_after"]
    if after is None:
        return (
            "However long one waits, some group that must pass would not have enough: "
            "nobody is expected in it, or nobody outside it."
        )
    if not years:
        return f"Every group would have what it needs with {after:.1f} such files."
    return (
        f"Every group that must pass would have what it needs after {after:.1f} years "
        f"of one council, or with {max(1, ceil(after - 1e-9))} councils of this size "
        "in one year."
    )


def _hidden(plan: dict[str, Any]) -> str:
    if not any(group["outcomes_a_unit"] == SMALL for group in plan["groups"]):
        return ""
    return (
        f" Groups shown as {SMALL} are left out of this, because it would give their "
        "counts away; they need far longer, or to be looked at together."
    )


def _hundred(share: float) -> str:
    return f"{100 * share:.3g} in 100"


def _families(effect: float) -> str:
    if effect == 1:
        return "rows are strangers to each other"
    return f"families widen the variance {effect:g} times"


def _line(group: dict[str, Any]) -> str:
    name = group["phrase"][:1].upper() + group["phrase"][1:]
    if group["within"]:
        name += f" (within *{group['within']}*)"
    cells = [_needed(group["limits"][m]) for m in PLANNED]
    missed = group["limits"]["false_negative_rate_difference"]
    first = SMALL
    if missed != SMALL:
        first = NEVER
        if missed["half_width"] is not None:
            half, gap = 100 * missed["half_width"], 100 * missed["smallest_gap"]
            first = f"{half:.1f}, {gap:.1f}"
    count = group["outcomes_a_unit"]
    shown = count if isinstance(count, str) else f"{count:,.1f}"
    return f"| {name} | {shown} | " + " | ".join(cells) + f" | {first} |"


def _needed(limit: dict[str, Any] | str) -> str:
    if isinstance(limit, str):
        return limit
    if limit["outcomes"] is None:
        return NEVER
    return f"{limit['outcomes']:,} ({limit['units']:,.1f})"

"""Plots of what looking again is worth, of groups apart, and of fewer training rows."""

from typing import Any

from riskaid.models import RUNGS
from riskaid.svg import SOFT, drawing

WHO = "A run's plots need"
COLOURS = {"checklist": "#6f777b", "scorecard": "#1d70b8", "booster": "#00703c"}
MARKS = {"checklist": "s", "scorecard": "o", "booster": "^"}
RULES = {
    "estimate": ("by the estimate", "-", 2.0),
    "checklist": ("by the checklist", "-", 1.2),
    "oldest_first": ("oldest first", "--", 1.2),
    "review_all": ("everybody", ":", 1.2),
}
RULE_COLOURS = {
    "estimate": "#00703c",
    "checklist": "#6f777b",
    "oldest_first": "#b58840",
    "review_all": "#1d70b8",
}

Drawn = tuple[str, str, str]
"""SVG text, title, alternative text."""


def draw_worth(facts: dict[str, Any], *, chosen: str) -> dict[str, Drawn]:
    """Draw every plot that this file knows, by file name.

    Args:
        facts: evaluation.json; what it does not hold is not drawn.
        chosen: The chosen rung.
    """
    made: dict[str, Drawn] = {}
    if any(p["state"] == "estimable" for p in facts.get("net_benefit", [])):
        made["net_benefit.svg"] = net_benefit(facts, chosen=chosen)
    if any(_estimable(facts)):
        made["apart.svg"] = apart(facts, chosen=chosen)
    if facts.get("learning_curve"):
        made["learning_curve.svg"] = learning_curve(facts)
    return made


def net_benefit(facts: dict[str, Any], *, chosen: str) -> Drawn:
    """Draw net benefit by cut for each rule; the estimate's with its interval."""
    title = "What looking again is worth, by rule"
    points = [p for p in facts["net_benefit"] if p["state"] == "estimable"]
    cuts = [p["cut"] for p in points]
    worth = {r: [p["net_benefit"][r]["value"] for p in points] for r in RULES}
    own = [p["net_benefit"]["estimate"] for p in points]
    with drawing(WHO, 5.6, 4.4) as drawn:
        axes = drawn.figure.add_subplot()
        axes.fill_between(
            cuts,
            [one["low95"] for one in own],
            [one["high95"] for one in own],
            color="#d9eade",
            lw=0,
        )
        for rule, (words, line, width) in RULES.items():
            axes.plot(
                cuts,
                worth[rule],
                label=words,
                ls=line,
                lw=width,
                marker="o",
                ms=3,
                color=RULE_COLOURS[rule],
            )
        axes.axhline(0.0, color=SOFT, lw=1)
        # Reviewing everybody falls without end; the plot need not follow it.
        lowest = min(
            [one["low95"] for one in own]
            + [v for r in RULES if r != "review_all" for v in worth[r]]
        )
        highest = max([*(one["high95"] for one in own), *worth["review_all"]])
        room = 0.15 * (highest - lowest) or 0.01
        axes.set_ylim(lowest - room, highest + room)
        axes.set_xlabel("Cut: the estimate from which a review is thought worth it")
        axes.set_ylabel("Net benefit (0 is reviewing nobody)")
        axes.set_title(title, loc="left")
        axes.legend(frameon=False, loc="upper right")
    said = "; ".join(
        f"cut {p['cut']:.0%}: estimate {p['net_benefit']['estimate']['value']:.3f}, "
        f"everybody {p['net_benefit']['review_all']['value']:.3f}"
        for p in points
    )
    return drawn.svg, title, f"{title}, {chosen}, net benefit at each {said}."


def apart(facts: dict[str, Any], *, chosen: str) -> Drawn:
    """Draw the area under the curve of each group that is estimable."""
    title = f"Order by the {chosen} within each group"
    rows = list(_estimable(facts))
    with drawing(WHO, 6.4, 1.2 + 0.32 * len(rows)) as drawn:
        axes = drawn.figure.add_subplot()
        for y, (_, found) in enumerate(rows):
            if found["low95"] is not None:
                ends = [found["low95"], found["high95"]]
                axes.plot(ends, [y, y], color=COLOURS[chosen], lw=2)
            axes.plot([found["value"]], [y], marker="o", color=COLOURS[chosen], ms=6)
        axes.axvline(0.5, color=SOFT, lw=1, ls="--")
        axes.set_yticks(range(len(rows)), [words for words, _ in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlabel("Area under the curve (0.5 is chance), with 95% interval")
        axes.set_title(title, loc="left")
        axes.tick_params(axis="y", length=0)
    said = "; ".join(f"{words} {found['value']:.2f}" for words, found in rows)
    return drawn.svg, title, f"{title}, area under the curve: {said}."


def learning_curve(facts: dict[str, Any]) -> Drawn:
    """Draw the area under the curve by the number of training rows, by rung."""
    title = "What fewer training rows would have given"
    curve = facts["learning_curve"]
    rows = [p["rows"] for p in curve]
    with drawing(WHO, 5.2, 4.2) as drawn:
        axes = drawn.figure.add_subplot()
        for rung in RUNGS:
            axes.plot(
                rows,
                [p["auc"][rung]["value"] for p in curve],
                label=rung,
                marker=MARKS[rung],
                color=COLOURS[rung],
                lw=1.5,
            )
        axes.axhline(0.5, color=SOFT, lw=1, ls="--")
        axes.set_xlabel("Training rows")
        axes.set_ylabel("Area under the curve, calibration fold")
        axes.set_title(title, loc="left")
        axes.legend(frameon=False)
    said = "; ".join(
        f"{p['share']:.0%} of families "
        + ", ".join(f"{rung} {p['auc'][rung]['value']:.2f}" for rung in RUNGS)
        for p in curve
    )
    return drawn.svg, title, f"{title}, area under the curve: {said}."


def _estimable(facts: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Groups with an area under the curve: words, and the number with its interval."""
    named = [
        (f"age {band['age_band'] or 'not recorded'}", band)
        for band in facts.get("age_bands", [])
    ]
    for groups in facts.get("apart", {}).values():
        named += [(group["group"], group) for group in groups]
    return [
        (words, found["metrics"]["auc"])
        for words, found in named
        if found["state"] == "estimable"
    ]

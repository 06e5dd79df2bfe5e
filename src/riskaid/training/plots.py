"""Plots of a run as SVG, the same to the byte each time, each with its words."""

import io
from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from riskaid.models import RUNGS
from riskaid.models.scorecard import Scorecard
from riskaid.training.explanation_plots import draw_explanation
from riskaid.training.search_plot import draw_search
from riskaid.training.worth_plots import draw_worth

COLOURS = {"checklist": "#6f777b", "scorecard": "#1d70b8", "booster": "#00703c"}
MARKS = {"checklist": "s", "scorecard": "o", "booster": "^"}
SETTINGS = {
    "svg.hashsalt": "riskaid",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw_all(
    facts: dict[str, Any],
    *,
    chosen: str,
    scorecard: Scorecard,
    reads: dict[str, str],
    dots: list[dict[str, Any]],
) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Draw every plot of an evaluation.

    Args:
        facts: What evaluate() returned.
        chosen: The chosen rung.
        scorecard: Printed as a table.
        reads: Indicators in words.
        dots: What the beeswarm is made of.

    Returns:
        SVG text by file name, and a list of file, title and alternative text.
    """
    made = {
        "calibration.svg": calibration(facts, chosen=chosen),
        "recall.svg": recall(facts, chosen=chosen),
        "scorecard.svg": scorecard_table(scorecard, reads=reads),
        **draw_explanation(facts, chosen=chosen, reads=reads, dots=dots),
        **draw_worth(facts, chosen=chosen),
        **draw_search(facts["search"]),
    }
    words = [
        {"file": name, "title": title, "alt": alt}
        for name, (_, title, alt) in made.items()
    ]
    return {name: svg for name, (svg, _, _) in made.items()}, words


def calibration(facts: dict[str, Any], *, chosen: str) -> tuple[str, str, str]:
    """Draw estimate against observed share, by rung; the chosen one with intervals."""
    title = "Estimate against what was recorded"
    with mpl.rc_context(SETTINGS):
        figure, axes = _figure(5.2, 4.6)
        top = 0.05
        for rung in RUNGS:
            curve = facts["rungs"][rung]["calibration_curve"]
            x = [p["estimate"] for p in curve]
            y = [p["observed"] for p in curve]
            ends = [p["high95"] for p in curve] if rung == chosen else y
            top = max([top, *x, *ends])
            axes.plot(x, y, marker=MARKS[rung], color=COLOURS[rung], label=rung, lw=1.5)
            if rung == chosen:
                low = [max(0.0, p["observed"] - p["low95"]) for p in curve]
                high = [max(0.0, p["high95"] - p["observed"]) for p in curve]
                axes.errorbar(
                    x, y, yerr=[low, high], fmt="none", ecolor=COLOURS[rung], lw=1
                )
        axes.plot([0, top], [0, top], color="#b1b4b6", lw=1, ls="--", label="exact")
        axes.set_xlabel("Mean estimate")
        axes.set_ylabel("Share with the outcome recorded")
        axes.set_title(title, loc="left")
        axes.legend(frameon=False)
        svg = _svg(figure)
    curve = facts["rungs"][chosen]["calibration_curve"]
    alt = f"{title}, {chosen}, from lowest to highest estimate: " + "; ".join(
        f"estimate {p['estimate']:.2f}, recorded {p['observed']:.2f}" for p in curve
    )
    return svg, title, alt + "."


def recall(facts: dict[str, Any], *, chosen: str) -> tuple[str, str, str]:
    """Draw the share of outcomes found against the share of rows looked at again."""
    title = "Outcomes found at each capacity"
    with mpl.rc_context(SETTINGS):
        figure, axes = _figure(5.2, 4.2)
        for rung in RUNGS:
            curve = facts["rungs"][rung]["recall_curve"]
            axes.plot(
                [0.0, *(p["share"] for p in curve), 1.0],
                [0.0, *(p["recall"] for p in curve), 1.0],
                color=COLOURS[rung],
                label=rung,
                lw=1.5,
            )
        axes.plot([0, 1], [0, 1], color="#b1b4b6", lw=1, ls="--", label="by chance")
        axes.axvline(facts["capacity"], color="#505a5f", lw=1, ls=":")
        axes.set_xlabel("Share of rows looked at again")
        axes.set_ylabel("Share of outcomes found")
        axes.set_title(title, loc="left")
        axes.legend(frameon=False)
        svg = _svg(figure)
    curve = facts["rungs"][chosen]["recall_curve"]
    alt = f"{title}, {chosen}: " + "; ".join(
        f"looking at {p['share']:.0%} finds {p['recall']:.0%}" for p in curve
    )
    return svg, title, alt + "."


def scorecard_table(
    scorecard: Scorecard, *, reads: dict[str, str]
) -> tuple[str, str, str]:
    """Draw the points scorecard as a table for one page."""
    title = "The scorecard"
    rows = [
        [
            reads.get(line.indicator, line.indicator),
            "yes"
            if reads.get(line.indicator, "").startswith("Whether ")
            and line.side == "at_least"
            else f"{line.side.replace('_', ' ')} {line.cut:g}",
            str(line.points),
        ]
        for line in scorecard.lines
    ]
    held = [[fill(row[0], 104), *row[1:]] for row in rows]
    held = held or [["No indicator earned a point", "", ""]]
    lines = [1, *(row[0].count("\n") + 1 for row in held)]
    tall = [0.14 + 0.15 * n for n in lines]
    with mpl.rc_context(SETTINGS):
        figure, axes = _figure(9.0, 0.5 + sum(tall))
        axes.set_axis_off()
        axes.set_title(title, loc="left")
        table = axes.table(
            cellText=held,
            colLabels=["What is recorded", "Step", "Points"],
            colWidths=[0.76, 0.15, 0.09],
            cellLoc="left",
            colLoc="left",
            bbox=[0.0, 0.0, 1.0, 1.0],
            edges="horizontal",
        )
        table.auto_set_font_size(False)
        table.set_fontsize(8)
        for (row, column), cell in table.get_celld().items():
            cell.PAD = 0.02
            cell.set_height(tall[row] / sum(tall))
            cell.set_edgecolor("#b1b4b6")
            if row == 0:
                cell.set_text_props(weight="bold")
            if column == len(held[0]) - 1:
                cell.set_text_props(ha="right")
        svg = _svg(figure)
    said = "; ".join(f"{words}, {step}: {points}" for words, step, points in rows)
    return svg, title, f"{title}, points by line: {said or 'none'}."


def _figure(wide: float, high: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(wide, high), layout="constrained")
    FigureCanvasSVG(figure)
    return figure, figure.add_subplot()


def _svg(figure: Figure) -> str:
    held = io.StringIO()
    figure.savefig(held, format="svg", metadata={"Date": None, "Creator": "riskaid"})
    return "".join(line.rstrip() + "\n" for line in held.getvalue().splitlines())

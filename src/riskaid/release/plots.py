"""Draw how groups compare, as SVG that is the same to the byte each time."""

from dataclasses import dataclass
from textwrap import fill
from typing import Any

from riskaid.svg import BAND, INK, SOFT, drawing

_ROW = 0.4


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One group's number with its 95% interval; None where it is not shown."""

    group: str
    value: float | None
    low: float | None
    high: float | None
    instead: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One measure for every group, with the line of no difference and the limits."""

    title: str
    no_difference: float
    lowest: float | None
    highest: float | None
    bars: tuple[Bar, ...]


def forest(panels: tuple[Panel, ...]) -> str:
    """Draw measures side by side, one line a group, its interval as a bar.

    The shaded band lies inside the policy's limits; the dashed line is no difference.

    Returns:
        SVG text.

    Raises:
        UsageError: The extra that draws is not installed.
    """
    groups = [bar.group for bar in panels[0].bars]
    with drawing("A card's plots need", 8.8, 1.5 + _ROW * len(groups)) as drawn:
        figure = drawn.figure
        all_axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, panel in zip(all_axes, panels, strict=True):
            _draw(axes, panel)
        all_axes[0].set_yticks(range(len(groups)), [fill(one, 26) for one in groups])
        all_axes[0].set_ylim(len(groups) - 0.5, -0.5)
    return drawn.svg


def _draw(axes: Any, panel: Panel) -> None:
    shown = [
        one
        for bar in panel.bars
        for one in (bar.value, bar.low, bar.high)
        if one is not None
    ]
    edges = [one for one in (panel.lowest, panel.highest) if one is not None]
    left = min([panel.no_difference, *shown, *edges])
    right = max([panel.no_difference, *shown, *edges])
    room = 0.06 * ((right - left) or 1.0)
    axes.set_xlim(left - room, right + room)
    axes.axvspan(
        left - room if panel.lowest is None else panel.lowest,
        right + room if panel.highest is None else panel.highest,
        color=BAND,
        lw=0,
    )
    axes.axvline(panel.no_difference, color=SOFT, lw=1, ls="--")
    for y, bar in enumerate(panel.bars):
        if bar.value is None:
            axes.text(
                panel.no_difference,
                y,
                bar.instead,
                ha="center",
                va="center",
                fontsize=8.5,
                color=SOFT,
                style="italic",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
            )
            continue
        if bar.low is not None and bar.high is not None:
            axes.plot([bar.low, bar.high], [y, y], color=INK, lw=2)
        axes.plot([bar.value], [y], marker="o", color=INK, ms=6)
    axes.set_title(panel.title, loc="left", fontsize=10)
    axes.tick_params(axis="y", length=0)

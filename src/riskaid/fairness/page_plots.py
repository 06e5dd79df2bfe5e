"""The plots of an audit's page, as SVG that is the same to the byte each time.

They are drawn from the published form only: a number that may not be published is not
there to be drawn, and does not stretch an axis either.
"""

from dataclasses import dataclass
from math import exp, inf, log
from textwrap import fill
from typing import Any, Final, Literal

from riskaid.svg import BAND, INK, SOFT, drawing

NEEDS: Final = "The plots of an audit need"
WIDTH, ROW = 8.8, 0.32
LEFT, RIGHT, TOP, BOTTOM = 2.75, 1.6, 0.3, 0.55
"""Inches: a line's height, and what is left for names, words, limits and the axis."""
WRAP: Final = 38
REACH: Final = 3.0
"""How far an axis goes from no difference for the ends of intervals, in times the
limit's width: what lies further is cut off with an arrow, so that one vague group does
not squash the rest. A number itself is never cut off."""
MARKS: Final = {"gated": "o", "merged": "D", "reported": "s"}
Scale = Literal["points", "times", "plain"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One group of a plot, or, where it has no use, the heading over some groups.

    Attributes:
        name: Beside the line.
        use: "gated", "merged" or "reported"; "" for a heading.
        value: The number, None where it is not shown.
        inner: The 90% interval; a side that has no bound is infinite.
        outer: The 95% interval.
        says: At the right: the verdict, or why there is no number.
    """

    name: str
    use: str = ""
    value: float | None = None
    inner: tuple[float, float] = (-inf, inf)
    outer: tuple[float, float] = (-inf, inf)
    says: str = ""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What is plotted: its axis, no difference, and the limit's edges."""

    words: str
    scale: Scale
    equal: float
    lowest: float | None
    highest: float | None


def forest(measure: Measure, lines: tuple[Line, ...]) -> str:
    """Draw one measure for every group: a thin line of 95%, a thick one of 90%.

    The limit's edges are two solid lines with a pale band between; the dashed line is
    no difference. An arrow at the picture's edge: the interval goes on beyond it.

    Returns:
        SVG text.

    Raises:
        UsageError: The extra that draws is not installed.
    """
    low, high = _reach(measure, lines)
    with drawing(NEEDS, WIDTH, _height(lines)) as drawn:
        axes = _axes(drawn.figure, lines)
        if measure.scale == "times":
            axes.set_xscale("log")
        axes.set_xlim(low, high)
        axes.axvspan(
            low if measure.lowest is None else measure.lowest,
            high if measure.highest is None else measure.highest,
            color=BAND,
            lw=0,
            zorder=0,
        )
        for edge in (measure.lowest, measure.highest):
            if edge is not None:
                axes.axvline(edge, color=INK, lw=1.2, zorder=1)
        axes.axvline(measure.equal, color=SOFT, lw=1, ls=(0, (4, 3)), zorder=1)
        for y, line in enumerate(lines):
            _draw(axes, y, line, (low, high))
        _name(axes, lines)
        _ticks(axes, measure, (low, high))
    return drawn.svg


def recorded_and_expected(lines: tuple[Line, ...]) -> str:
    """Draw what was recorded in each group beside what the estimates add up to.

    Args:
        lines: `value` is recorded in 100 rows, with its intervals; `inner[0]` is what
            was expected in 100.

    Returns:
        SVG text: a filled circle for recorded, an open diamond for expected.

    Raises:
        UsageError: The extra that draws is not installed.
    """
    shown = [x for one in lines if one.value is not None for x in _numbers(one)]
    with drawing(NEEDS, WIDTH, _height(lines)) as drawn:
        axes = _axes(drawn.figure, lines)
        axes.set_xlim(0, 1.06 * max(shown, default=1.0))
        for y, line in enumerate(lines):
            if line.value is None:
                _instead(axes, y, line)
                continue
            expected = line.inner[0]
            axes.plot(list(line.outer), [y, y], color=INK, lw=1.4, zorder=2)
            axes.plot([line.value], [y], "o", color=INK, ms=6, zorder=3)
            axes.plot(
                [expected], [y], "D", mfc="white", mec=INK, mew=1.4, ms=8, zorder=2.5
            )
        _name(axes, lines)
        axes.set_xlabel("rows in 100")
    return drawn.svg


def _height(lines: tuple[Line, ...]) -> float:
    return TOP + BOTTOM + ROW * len(lines)


def _axes(figure: Any, lines: tuple[Line, ...]) -> Any:
    """Axes at a place that is reckoned and not sought, which takes a tenth the time."""
    figure.set_layout_engine("none")
    height = _height(lines)
    across = (WIDTH - LEFT - RIGHT) / WIDTH
    return figure.add_axes(
        (LEFT / WIDTH, BOTTOM / height, across, ROW * len(lines) / height)
    )


def _numbers(line: Line) -> list[float]:
    both = (line.value, *line.outer, line.inner[0])
    return [x for x in both if x is not None and abs(x) < inf]


def _reach(measure: Measure, lines: tuple[Line, ...]) -> tuple[float, float]:
    """The axis: the limit and what is shown, but not endlessly far from the limit."""
    times = measure.scale == "times"

    def forth(x: float) -> float:
        if not times:
            return x
        return log(x) if x > 0 else -REACH

    edges = [x for x in (measure.lowest, measure.highest) if x is not None]
    equal = forth(measure.equal)
    width = max(abs(forth(x) - equal) for x in edges)
    if measure.scale == "plain":
        width = max(width, 0.15)
    shown = [one for one in lines if one.value is not None]
    values = [forth(one.value) for one in shown if one.value is not None]
    starts = [max(forth(one.outer[0]), equal - REACH * width) for one in shown]
    ends = [min(forth(one.outer[1]), equal + REACH * width) for one in shown]
    low = min([equal - 1.25 * width, *starts, *values])
    high = max([equal + 1.25 * width, *ends, *values])
    room = 0.04 * (high - low)
    if times:
        return exp(low - room), exp(high + room)
    return low - room, high + room


def _draw(axes: Any, y: int, line: Line, within: tuple[float, float]) -> None:
    if not line.use:
        return
    if line.value is None:
        _instead(axes, y, line)
        return
    low, high = within
    for (start, end), width in ((line.outer, 1.2), (line.inner, 4.0)):
        axes.plot(
            [max(start, low), min(end, high)],
            [y, y],
            color=INK,
            lw=width,
            solid_capstyle="butt",
            zorder=2,
        )
    for end, mark in zip(line.outer, "<>", strict=True):
        if low <= end <= high:
            axes.plot([end], [y], "|", color=INK, ms=8, mew=1.2, zorder=2)
        else:
            edge = low if end < low else high
            axes.plot([edge], [y], mark, color=INK, ms=7, clip_on=False, zorder=4)
    axes.plot(
        [max(line.value, low)],
        [y],
        MARKS[line.use],
        mfc=INK if line.use == "gated" else "white",
        mec=INK,
        mew=1.4,
        ms=7,
        zorder=3,
    )
    _at_right(axes, y, line.says)


def _instead(axes: Any, y: int, line: Line) -> None:
    if line.use:
        _at_right(axes, y, line.says)


def _at_right(axes: Any, y: int, text: str) -> None:
    axes.annotate(
        text,
        (1.0, y),
        xycoords=("axes fraction", "data"),
        xytext=(12, 0),
        textcoords="offset points",
        va="center",
        fontsize=8.5,
        color=INK,
    )


def _name(axes: Any, lines: tuple[Line, ...]) -> None:
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_yticks(
        range(len(lines)),
        [fill(one.name, WRAP) for one in lines],
        fontsize=9,
        linespacing=1.1,
    )
    for label, line in zip(axes.get_yticklabels(), lines, strict=True):
        if not line.use:
            label.set_fontweight("bold")
    axes.tick_params(axis="y", length=0, pad=8)


def _ticks(axes: Any, measure: Measure, within: tuple[float, float]) -> None:
    edges = [x for x in (measure.lowest, measure.highest) if x is not None]
    if measure.scale == "times":
        steps = (0.25, 0.5, 0.65, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0)
        ticks = sorted({x for x in (*steps, *edges) if within[0] <= x <= within[1]})
        axes.set_xticks(ticks, [f"{x:g}" for x in ticks])
        axes.set_xticks([], minor=True)
    for edge in edges:
        axes.annotate(
            f"limit {edge:g}",
            (edge, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
            color=INK,
        )
    axes.set_xlabel(measure.words)

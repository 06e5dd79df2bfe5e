"""Plots of the data-quality report: where a council lies, when rows came, how late."""

from datetime import date
from typing import Any

from riskaid.records.coverage import Coverage
from riskaid.records.quality_counts import Months
from riskaid.records.quality_profile import Measured
from riskaid.svg import BAND, INK, SOFT, drawing

NEEDS = "The report's plots need"
WIDTH, ROW = 8.8, 0.36
EDGE = "#8fa3b0"


def council_spread(measures: list[Measured], names: list[str]) -> str:
    """Draw this council among the others, one line a measure, in per cent.

    A thin line from the lowest council to the highest, a pale bar for the middle eight
    in ten, a darker one for the middle half, a tick for the middle council, and a
    diamond for this one.
    """
    with drawing(NEEDS, WIDTH, 1.3 + ROW * len(measures)) as drawn:
        axes = drawn.figure.subplots()
        for y, one in enumerate(measures):
            low, tenth, quarter, middle, three, ninetieth, high = one.spread.marks
            axes.plot([low, high], [y, y], color=SOFT, lw=1, zorder=1)
            _bar(axes, tenth, ninetieth, y, BAND)
            _bar(axes, quarter, three, y, EDGE)
            axes.plot([middle, middle], [y - 0.3, y + 0.3], color="#000000", lw=2)
            if one.value is not None:
                axes.plot(
                    [one.value], [y], marker="D", ms=8, color=INK, mec="white", mew=1.2
                )
        _lines(axes, names)
        axes.set_xlim(left=0)
        axes.set_xlabel("per cent")
        axes.set_title(
            "Diamond: this council. Tick: the middle council. Dark bar: the middle "
            "half.\nPale bar: the middle eight in ten. Line: lowest to highest.",
            loc="left",
            fontsize=9,
        )
    return drawn.svg


def rows_by_month(months: list[Months], names: list[str]) -> str:
    """Draw the rows of each month as bars, one small picture a case table.

    A month of 1 to 5 rows is an open circle; a month under half the usual is hatched.
    """
    columns = 3
    lines = -(-len(months) // columns)
    with drawing(NEEDS, WIDTH, 0.4 + 1.45 * lines) as drawn:
        cells = drawn.figure.subplots(lines, columns, squeeze=False)
        for n, cell in enumerate(cells.flat):
            if n >= len(months):
                cell.set_axis_off()
                continue
            _month_bars(cell, months[n], names[n])
    return drawn.svg


def _month_bars(cell: Any, one: Months, name: str) -> None:
    days = list(one.counts)
    for place, (day, count) in enumerate(one.counts.items()):
        if count is None:
            cell.plot(
                [place], [0], marker="o", ms=4, mfc="white", mec=INK, clip_on=False
            )
            continue
        low = day in one.low
        cell.bar(
            place,
            count,
            width=0.8,
            color="white" if low else INK,
            edgecolor=INK,
            linewidth=0.8,
            hatch="////" if low else None,
        )
    cell.set_title(name, loc="left", fontsize=8.5)
    cell.set_xlim(-0.8, len(days) - 0.2)
    most = max((n for n in one.counts.values() if n), default=0)
    cell.set_ylim(0, 1.05 * most or 1)
    ends = sorted({0, len(days) - 1})
    cell.set_xticks(ends, [f"{days[i]:%m/%Y}" for i in ends], fontsize=7.5)
    cell.tick_params(axis="y", labelsize=7.5)
    cell.locator_params(axis="y", nbins=3, integer=True)
    if not most:
        cell.set_yticks([0])


def coverage_lines(covered: list[tuple[str, Coverage]]) -> str:
    """Draw from when to when each case table holds what happened."""
    with drawing(NEEDS, WIDTH, 0.9 + 0.3 * len(covered)) as drawn:
        axes = drawn.figure.subplots()
        for y, (_, one) in enumerate(covered):
            left, right = _year(one.covered_from), _year(one.covered_to)
            _bar(axes, left, right, y, INK)
            axes.plot([left, right], [y, y], marker="|", ms=10, color=INK, lw=1)
        _lines(axes, [name for name, _ in covered])
        axes.locator_params(axis="x", integer=True)
        axes.xaxis.set_major_formatter(lambda year, _: f"{year:.0f}")
    return drawn.svg


def lag_lines(lags: list[dict[str, Any]], names: list[str]) -> str:
    """Draw how late rows were known: median to 90th percentile, beside the declared."""
    with drawing(NEEDS, WIDTH, 1.2 + ROW * len(lags)) as drawn:
        axes = drawn.figure.subplots()
        for y, one in enumerate(lags):
            half, ninth = one["median"], one["percentile_90"]
            axes.plot([half, ninth], [y, y], color=INK, lw=3, solid_capstyle="butt")
            axes.plot([half], [y], marker="o", ms=7, color=INK)
            axes.plot([ninth], [y], marker="|", ms=12, mew=2.5, color=INK)
            axes.plot(
                [one["declared"]], [y], marker="s", ms=10, mfc="none", mec="#000000"
            )
        _lines(axes, names)
        axes.set_xlim(left=-1)
        axes.set_xlabel("days after the event")
        axes.set_title(
            "Dot: half were known. End of the line: nine in ten were. "
            "Open square: the declared lag.",
            loc="left",
            fontsize=9,
        )
    return drawn.svg


def _bar(axes: Any, left: float, right: float, y: int, colour: str) -> None:
    axes.barh(y, right - left, left=left, height=0.5, color=colour, lw=0)


def _lines(axes: Any, names: list[str]) -> None:
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)


def _year(day: date) -> float:
    first = date(day.year, 1, 1)
    return day.year + (day - first).days / (date(day.year + 1, 1, 1) - first).days

"""Plots as SVG text that is the same to the byte each time."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from riskaid.errors import UsageError

SETTINGS = {
    "svg.hashsalt": "riskaid",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}
INK, BAND, SOFT = "#1d3a4f", "#dfe8ee", "#6f777b"
"""Colours of what is drawn, of what lies behind it, and of lines beside it."""


@dataclass
class Drawing:
    """A figure to draw on, and its SVG once that is done."""

    figure: Any
    svg: str = ""


@contextmanager
def drawing(what: str, width: float, height: float) -> Iterator[Drawing]:
    """Lend a figure with the settings every plot shares, and turn it into SVG.

    Args:
        what: Who needs it, for the message where nothing can be drawn.
        width: In inches.
        height: In inches.

    Raises:
        UsageError: The extra that draws is not installed.
    """
    mpl, figures, canvas = _matplotlib(what)
    with mpl.rc_context(SETTINGS):
        drawn = Drawing(figures.Figure(figsize=(width, height), layout="constrained"))
        canvas.FigureCanvasSVG(drawn.figure)
        yield drawn
        held = io.StringIO()
        drawn.figure.savefig(
            held, format="svg", metadata={"Date": None, "Creator": "riskaid"}
        )
    drawn.svg = "".join(line.rstrip() + "\n" for line in held.getvalue().splitlines())


def _matplotlib(what: str) -> tuple[ModuleType, ModuleType, ModuleType]:
    try:
        # An optional extra: whoever only verifies or advises does not install it.
        import matplotlib as mpl  # noqa: PLC0415
        from matplotlib import figure  # noqa: PLC0415
        from matplotlib.backends import backend_svg  # noqa: PLC0415
    except ImportError as problem:
        raise UsageError(
            f"{what} matplotlib, which is not installed. "
            "Install it with: pip install 'riskaid[train]'"
        ) from problem
    return mpl, figure, backend_svg

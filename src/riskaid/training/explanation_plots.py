"""Plots of what a model uses: families, the beeswarm, dependences and pairs.

No dot, point or bar stands for fewer than ten children; kept_together.py says why.
"""

from textwrap import fill, shorten
from typing import Any

from riskaid.svg import BAND, INK, SOFT, drawing

WHO = "A run's plots need"
COLOURS = {"checklist": "#6f777b", "scorecard": "#1d70b8", "booster": "#00703c"}
UNKNOWN = "#ffffff"
LEVELS = ("#fde725", "#8fc36b", "#3f8f8c", "#35608d", "#2d1e4f")
"""From low values to high: growing darker, so that they are told apart in grey too."""

COLUMNS = 60
"""Steps across the beeswarm within which dots are stacked."""

Drawn = tuple[str, str, str]
"""SVG text, title, alternative text."""


def draw_explanation(
    facts: dict[str, Any],
    *,
    chosen: str,
    reads: dict[str, str],
    dots: list[dict[str, Any]],
) -> dict[str, Drawn]:
    """Draw every plot that this file knows, by file name.

    Args:
        facts: evaluation.json; what it does not hold is not drawn.
        chosen: The rung that is explained.
        reads: Indicators in words.
        dots: Rows of beeswarm.json.
    """
    made = {"importance.svg": importance(facts, chosen=chosen)}
    held = facts.get("explanation", {})
    if dots:
        made["beeswarm.svg"] = beeswarm(held, reads=reads, dots=dots)
    if any(one["points"] for one in held.get("dependence", [])):
        made["dependence.svg"] = dependence(held, reads=reads)
    if held.get("interactions", {}).get("pairs"):
        made["interactions.svg"] = interactions(held, reads=reads)
    return made


def importance(facts: dict[str, Any], *, chosen: str) -> Drawn:
    """Draw how much each family of indicators moves the score, with intervals."""
    title = f"What moves the {chosen}'s score, by family"
    rows = facts["importance"]
    with drawing(WHO, 6.4, 1.2 + 0.32 * max(1, len(rows))) as drawn:
        axes = drawn.figure.add_subplot()
        for y, row in enumerate(rows):
            axes.barh(y, row["share"], color=COLOURS[chosen], alpha=0.5, height=0.62)
            if row.get("low95") is not None:
                axes.plot([row["low95"], row["high95"]], [y, y], color="black", lw=1.4)
        axes.set_yticks(range(len(rows)), [_family(r["family"]) for r in rows])
        axes.set_ylim(max(1, len(rows)) - 0.4, -0.6)
        axes.set_xlim(left=0.0)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("Share of all movement, with 95% interval")
        axes.set_title(title, loc="left")
    said = "; ".join(f"{_family(r['family'])} {_between(r)}" for r in rows)
    return drawn.svg, title, f"{title}: {said or 'nothing'}."


def beeswarm(
    facts: dict[str, Any], *, reads: dict[str, str], dots: list[dict[str, Any]]
) -> Drawn:
    """Draw what each indicator adds to or takes from the score, a dot ten children."""
    title = f"What each indicator does to the {facts['rung']}'s score"
    names = list(dict.fromkeys(dot["indicator"] for dot in dots))
    ends = [dot["contribution"] for dot in dots]
    step = (max(ends) - min(ends)) / COLUMNS or 1.0
    placed = _stacked(dots, names, step=step, lowest=min(ends))
    with drawing(WHO, 9.4, 1.5 + 0.54 * len(names)) as drawn:
        axes = drawn.figure.add_subplot()
        axes.axvline(0.0, color=SOFT, lw=1)
        for level, words in (
            *((i, "") for i in range(len(LEVELS))),
            (None, "mostly not known"),
        ):
            held = [(x, y) for x, y, at in placed if at == level]
            if held:
                axes.scatter(
                    [x for x, _ in held],
                    [y for _, y in held],
                    s=13,
                    c=UNKNOWN if level is None else LEVELS[level],
                    edgecolors=SOFT,
                    linewidths=0.7 if level is None else 0.3,
                    label=words or None,
                    zorder=3,
                )
        for at, words in ((0, "low value"), (2, "middle"), (4, "high value")):
            axes.scatter(
                [], [], s=24, c=LEVELS[at], edgecolors=SOFT, lw=0.3, label=words
            )
        words_of = [_label(reads.get(name, name), 46) for name in names]
        axes.set_yticks(range(len(names)), words_of, fontsize=8)
        axes.set_ylim(len(names) - 0.45, -0.55)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(
            f"Part of the score ({facts['unit']}). A dot is the mean of "
            f"{facts['fewest_children']} children or more"
        )
        drawn.figure.suptitle(title, x=0.01, ha="left")
        drawn.figure.legend(loc="outside lower center", ncols=4, frameon=False)
    said = "; ".join(
        f"{reads.get(one['indicator'], one['indicator'])}: from {one['lowest']:+.2f} "
        f"to {one['highest']:+.2f}"
        for one in facts["indicators"]
        if one["indicator"] in names
    )
    return drawn.svg, title, f"{title}, in {facts['unit']}: {said}."


def dependence(facts: dict[str, Any], *, reads: dict[str, str]) -> Drawn:
    """Draw what the first indicators contribute at each of their values."""
    title = f"What the {facts['rung']} makes of each value"
    shown = [one for one in facts["dependence"] if one["points"]]
    wide = min(3, len(shown))
    high = -(-len(shown) // wide)
    said = []
    with drawing(WHO, 3.3 * wide + 0.4, 2.9 * high + 0.6) as drawn:
        grid = drawn.figure.subplots(high, wide, squeeze=False, sharey=True).ravel()
        for axes, one in zip(grid, shown, strict=False):
            words = reads.get(one["indicator"], one["indicator"])
            said.append(f"{words}: {points_in_words(one)}")
            at = [p["value"] for p in one["points"]]
            axes.fill_between(
                at,
                [p["low_quarter"] for p in one["points"]],
                [p["high_quarter"] for p in one["points"]],
                color=BAND,
                lw=0,
            )
            axes.plot(
                at,
                [p["contribution"] for p in one["points"]],
                color=INK,
                marker="o",
                ms=4,
                lw=1.4,
            )
            axes.axhline(0.0, color=SOFT, lw=0.6)
            if one["not_known"] is not None:
                _not_known(axes, one)
            axes.set_title(_label(words, 40), loc="left", fontsize=8)
        for axes in grid[len(shown) :]:
            axes.set_axis_off()
        drawn.figure.supxlabel("Value", fontsize=9)
        drawn.figure.supylabel(f"Part of the score ({facts['unit']})", fontsize=9)
        drawn.figure.suptitle(title, x=0.01, ha="left")
    return drawn.svg, title, f"{title}, in {facts['unit']}: {'; '.join(said)}."


def points_in_words(one: dict[str, Any]) -> str:
    """Say a dependence as value and part of the score, from low values to high."""
    held = [f"{p['value']:.3g} gives {p['contribution']:+.2f}" for p in one["points"]]
    if one["not_known"] is not None:
        held.append(f"not known gives {one['not_known']['contribution']:+.2f}")
    return ", ".join(held)


def interactions(facts: dict[str, Any], *, reads: dict[str, str]) -> Drawn:
    """Draw the pairs of indicators that do most together."""
    title = f"Pairs that the {facts['rung']} reads together"
    pairs = facts["interactions"]["pairs"]
    words = [" with ".join(reads.get(n, n) for n in p["indicators"]) for p in pairs]
    with drawing(WHO, 9.0, 1.2 + 0.52 * len(pairs)) as drawn:
        axes = drawn.figure.add_subplot()
        axes.barh(
            range(len(pairs)),
            [pair["share"] for pair in pairs],
            color=COLOURS[facts["rung"]],
            height=0.5,
        )
        labels = [
            " with\n".join(
                shorten(reads.get(n, n), 66, placeholder=" ...")
                for n in pair["indicators"]
            )
            for pair in pairs
        ]
        axes.set_yticks(range(len(pairs)), labels, fontsize=8)
        axes.set_ylim(len(pairs) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("Share of all movement")
        drawn.figure.suptitle(title, x=0.01, ha="left")
    said = "; ".join(
        f"{what} {pair['share']:.1%}" for what, pair in zip(words, pairs, strict=True)
    )
    return drawn.svg, title, f"{title}, share of all movement: {said}."


def _stacked(
    dots: list[dict[str, Any]], names: list[str], *, step: float, lowest: float
) -> list[tuple[float, float, int | None]]:
    """Give each dot its place: dots at the same step stand above and below the line."""
    piles: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for dot in dots:
        column = round((dot["contribution"] - lowest) / step)
        piles.setdefault((names.index(dot["indicator"]), column), []).append(dot)
    placed = []
    for (line, column), pile in sorted(piles.items()):
        pile.sort(key=lambda dot: -1.0 if dot["level"] is None else dot["level"])
        apart = min(0.13, 0.84 / len(pile))
        for i, dot in enumerate(pile):
            y = line + apart * ((len(pile) - 1) / 2 - i)
            at = None
            if dot["level"] is not None:
                at = min(len(LEVELS) - 1, int(dot["level"] * len(LEVELS)))
            placed.append((lowest + column * step, y, at))
    return placed


def _not_known(axes: Any, one: dict[str, Any]) -> None:
    """A line for what is not known, named where the curve leaves most room."""
    height = one["not_known"]["contribution"]
    first, last = (abs(one["points"][i]["contribution"] - height) for i in (0, -1))
    axes.axhline(height, color=SOFT, lw=1.2, ls="--")
    axes.annotate(
        "not known",
        (0.02 if first > last else 0.98, height),
        xycoords=("axes fraction", "data"),
        ha="left" if first > last else "right",
        va="bottom",
        fontsize=8,
        color=SOFT,
    )


def _label(words: str, wide: int) -> str:
    return fill(shorten(words, 3 * wide - 12, placeholder=" ..."), wide)


def _family(name: str) -> str:
    return name.replace("_", " ")


def _between(row: dict[str, Any]) -> str:
    if row.get("low95") is None:
        return f"{row['share']:.0%}"
    return f"{row['share']:.0%} ({row['low95']:.0%} to {row['high95']:.0%})"

"""One section a limit: its measure for every group, as a plot and as a table."""

from collections.abc import Callable, Iterator
from math import inf
from typing import Any, Final

from riskaid.document import NO_BREAK, Block, Paragraph, Picture, Section, Table
from riskaid.errors import UsageError
from riskaid.fairness.calibration_slope import MEASURE as SLOPE
from riskaid.fairness.disclosure import SMALL
from riskaid.fairness.page_plots import (
    Line,
    Measure,
    Scale,
    forest,
    recorded_and_expected,
)
from riskaid.fairness.published import (
    MEASURES,
    ROLES,
    SHORT,
    at_capacity,
    cell_words,
    edge_words,
    interval_words,
    is_nobody,
    names_of,
    not_shown,
    value_words,
)
from riskaid.fairness.words import RATES

TO: Final = f"{NO_BREAK}to{NO_BREAK}"
LIMITS: Final[dict[str, tuple[str, str, Scale, float]]] = {
    "false_negative_rate_difference": (
        "Missed need",
        "points more (right) or less (left) missed than among everyone else",
        "points",
        0.0,
    ),
    "recall_ratio": (
        "Need found",
        "times as often found as among everyone else",
        "times",
        1.0,
    ),
    "calibration": (
        "Calibration",
        "recorded outcomes for each one expected by the estimates",
        "times",
        1.0,
    ),
    "positive_predictive_value_difference": (
        "Outcome recorded among those selected",
        "points more (right) or less (left) than among everyone else",
        "points",
        0.0,
    ),
    "false_positive_rate_difference": (
        "Selected without a recorded outcome",
        "points more (right) or less (left) than among everyone else",
        "points",
        0.0,
    ),
    "auc": (
        "Order within the group",
        "area under the curve; 0.5 is chance",
        "plain",
        0.5,
    ),
}
Shown = tuple[str, dict[str, Any], dict[str, dict[str, Any]]]
"""A group's name, the group, and its findings by measure."""


def groups_of(audit: dict[str, Any]) -> Iterator[tuple[dict[str, Any], list[Shown]]]:
    """Each characteristic with its groups, in order; empty reported ones are left."""
    for one in audit["characteristics"]:
        yield (
            one,
            [
                (name, group, at_capacity(group, audit["gated_capacity"]))
                for name, group in zip(
                    names_of(one["groups"]), one["groups"], strict=True
                )
                if not is_nobody(group)
            ],
        )


def intervals_of(audit: dict[str, Any]) -> list[tuple[str, str]]:
    """The intervals a table shows: 90%, 95%, and the one that decides if it is another.

    Returns:
        For each its words, and how the published form ends its names.
    """
    both = [("90%", "90"), ("95%", "95")]
    decides = audit["policy"]["inside_interval"]
    return both if decides in dict(both) else [*both, (decides, "_inside")]


def limit_section(audit: dict[str, Any], measure: str) -> Section:
    """One limit's measure for every group: a plot, and the same numbers as a table."""
    held = audit["policy"]["limits"][measure]
    title, words, scale, equal = LIMITS[measure]
    times = 100.0 if scale == "points" else 1.0
    lowest, highest = (
        None if held[edge] is None else round(times * held[edge], 9)
        for edge in ("lowest", "highest")
    )
    asked = Measure(
        words=words, scale=scale, equal=equal, lowest=lowest, highest=highest
    )
    intervals = intervals_of(audit)
    lines, rows = [], []
    for one, shown in groups_of(audit):
        lines.append(Line(name=one["title"]))
        for name, group, metrics in shown:
            found = metrics.get(measure)
            lines.append(_line(name, group["use"], found, times))
            rows.append(
                (
                    f"{one['title']}: {name}",
                    "" if found is None else SHORT[found["verdict"]],
                    value_words(found),
                    *(
                        interval_words(found, end).replace(" to ", TO)
                        for _, end in intervals
                    ),
                    SMALL if found is None or found["n"] is None else f"{found['n']:,}",
                )
            )
    rate = measure.removesuffix("_difference").removesuffix("_ratio")
    what = RATES[rate][:1].upper() + RATES[rate][1:]
    blocks: list[Block] = [
        Paragraph(
            text=f"{what}. Limit: {edge_words(measure, held)} "
            f"({ROLES[held['role']]}). {held['because']}"
        ),
        *_picture(
            f"{measure.replace('_', '-')}.svg",
            f"{title}, one line a group beside the limit's edges. A thick line is the "
            "90% interval, the thin one the 95% interval. The table below has the "
            "same numbers.",
            lambda: forest(asked, tuple(lines)),
        ),
        Table(
            caption=f"{MEASURES[measure]}, by group",
            columns=(
                "Group",
                "Verdict",
                "Number",
                *(f"{share} interval" for share, _ in intervals),
                "Out of",
            ),
            rows=tuple(rows),
            numbers=frozenset(range(2, 4 + len(intervals))),
        ),
    ]
    if measure == "calibration":
        blocks += _expected(audit)
    return Section(heading=title, blocks=tuple(blocks))


def _line(name: str, use: str, found: dict[str, Any] | None, times: float) -> Line:
    if found is None or found["value"] is None:
        says = not_shown(found)
        if found is not None and says == SMALL:
            says += f"; {SHORT[found['verdict']]}"
        return Line(name=name, use=use, says=says)

    def bounds(confidence: str) -> tuple[float, float]:
        low, high = found[f"low{confidence}"], found[f"high{confidence}"]
        return (
            -inf if low is None else times * low,
            inf if high is None else times * high,
        )

    return Line(
        name=name,
        use=use,
        value=times * found["value"],
        inner=bounds("90"),
        outer=bounds("95"),
        says=SHORT[found["verdict"]],
    )


def _expected(audit: dict[str, Any]) -> list[Block]:
    """Recorded and expected outcomes in 100 rows of each group."""
    lines, rows = [], []
    for one, shown in groups_of(audit):
        lines.append(Line(name=one["title"]))
        for name, group, found in shown:
            base, ratio = found.get("base_rate"), found.get("calibration")
            named = f"{one['title']}: {name}"
            if not (base and ratio and base["value"] is not None and ratio["value"]):
                why = not_shown(ratio if base and base["value"] is not None else base)
                lines.append(Line(name=name, use=group["use"], says=why))
                rows.append((named, why, why, "", cell_words(found.get(SLOPE))))
                continue
            recorded, expected = (
                100 * base["value"],
                100 * base["value"] / ratio["value"],
            )
            outer = (100 * base["low95"], 100 * base["high95"])
            lines.append(
                Line(
                    name=name,
                    use=group["use"],
                    value=recorded,
                    inner=(expected, expected),
                    outer=outer,
                )
            )
            rows.append(
                (
                    named,
                    f"{recorded:.1f}",
                    f"{expected:.1f}",
                    f"{outer[0]:.1f}{TO}{outer[1]:.1f}",
                    cell_words(found.get(SLOPE)),
                )
            )
    return [
        Paragraph(
            text="Of 100 rows of each group: in how many the outcome was recorded, "
            "and in how many the estimates expected it. In the picture a filled circle "
            "is what was recorded, with its 95% interval, and an open diamond is what "
            "was expected. A slope of 1 is right at both ends; under 1, high estimates "
            "are too high and low ones too low. It decides nothing."
        ),
        *_picture(
            "recorded-and-expected.svg",
            "Recorded and expected outcomes in 100 rows of each group. The table "
            "below has the same numbers.",
            lambda: recorded_and_expected(tuple(lines)),
        ),
        Table(
            caption="Recorded and expected, in 100 rows",
            columns=(
                "Group",
                "Recorded",
                "Expected",
                "Recorded, 95% interval",
                "Slope (95% interval)",
            ),
            rows=tuple(rows),
            numbers=frozenset({1, 2, 3, 4}),
        ),
    ]


def _picture(file: str, alt: str, draw: Callable[[], str]) -> list[Block]:
    try:
        return [Picture(file=file, alt=alt, svg=draw())]
    except UsageError:
        return []

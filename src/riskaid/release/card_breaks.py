"""The declared breaks on a card: when recording broke, and which rows they touch."""

from typing import Any

from riskaid.document import Paragraph, Table
from riskaid.release.figures import SUPPRESSED, count, month, share

DONE = {"left_out": "Left out", "marked": "Kept, and marked"}
WAYS = {
    "as_of": "As-of date",
    "window": "Outcome window",
    "either": "As-of date or outcome window",
}


def declared_breaks(
    facts: dict[str, Any], counts: dict[str, str]
) -> tuple[Paragraph | Table, ...]:
    """Say which breaks were declared, and what the outcome was on both sides.

    Args:
        facts: All of run.json; a run without breaks says nothing.
        counts: Those of the cohort as they may be published.
    """
    declared = facts.get("breaks", [])
    if not declared:
        return ()
    hides = _hides(declared, counts)
    return (
        Paragraph(
            text="Recording broke at some times, and what was recorded on both sides "
            "of a break does not mean the same. The breaks below were declared before "
            "training."
        ),
        Table(
            caption="Declared breaks, and the rows they touch",
            columns=(
                "Break",
                "From",
                "To",
                "Touches a row by its",
                "Rows",
                "What was done",
                "Outcome recorded",
                "In all other rows",
            ),
            rows=tuple(
                _row(one, hidden=hides and one["rows_are"] == "left_out")
                for one in declared
            ),
            numbers=frozenset({4, 6, 7}),
        ),
    )


def _hides(declared: list[dict[str, Any]], counts: dict[str, str]) -> bool:
    """Whether the counts left out would give a small one back: their sum is a step."""
    left_out = [count(one["rows"]) for one in declared if one["rows_are"] == "left_out"]
    return SUPPRESSED in {*left_out, counts.get("declared_break")}


def _row(one: dict[str, Any], *, hidden: bool) -> tuple[str, ...]:
    rows = SUPPRESSED if hidden else count(one["rows"])
    with_it, without = one["with_outcome"], one["rows"] - one["with_outcome"]
    told = not hidden and all(count(n) != SUPPRESSED for n in (with_it, without))
    return (
        " ".join(one["says"].split()),
        month(one["first"]),
        month(one["last"]),
        WAYS[one["touches"]],
        rows,
        DONE[one["rows_are"]],
        share(one["base_rate"]) if told and one["rows"] else "not shown",
        share(one["base_rate_elsewhere"]) if told and one["rows"] else "not shown",
    )

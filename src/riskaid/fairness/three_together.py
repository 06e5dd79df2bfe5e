"""Missed need, calibration and the outcome among those selected, beside one another.

Where base rates differ, no tool that errs can have all three alike (Chouldechova 2017;
Kleinberg, Mullainathan and Raghavan 2017). So they are read together, beside the base
rates and who is selected, with what the board puts first.
"""

from typing import Any, Final

from riskaid.document import Paragraph, Section, Table
from riskaid.fairness.page_limits import groups_of
from riskaid.fairness.published import cell_words

TOGETHER: Final = (
    ("base_rate", "Outcome recorded"),
    ("selection_rate_ratio", "Selected, times everyone else's"),
    ("false_negative_rate_difference", "Missed need, points from everyone else"),
    ("calibration", "Recorded for each one expected"),
    ("positive_predictive_value_difference", "Outcome among selected, points"),
)
CANNOT: Final = (
    "Missed need, calibration and the share with an outcome among those selected "
    "cannot all be equal where base rates differ, unless the estimates never err. "
    "Making one of them equal then moves the others."
)


def three_together(audit: dict[str, Any]) -> Section:
    """The three side by side for every group, and which comes first.

    Args:
        audit: What Audit.to_json returns; suppressed numbers are not in it.
    """
    tables = tuple(
        Table(
            caption=f"{one['title']}: three measures, beside base rates",
            columns=("Group", *(words for _, words in TOGETHER)),
            rows=tuple(
                (name, *(cell_words(found.get(measure)) for measure, _ in TOGETHER))
                for name, _, found in shown
            ),
            numbers=frozenset(range(1, 1 + len(TOGETHER))),
        )
        for one, shown in groups_of(audit)
    )
    return Section(
        heading="Three measures that cannot all be equal",
        blocks=(
            Paragraph(text=CANNOT),
            Paragraph(text=f"The board's priority: {audit['priority']}", strong=True),
            *tables,
        ),
    )

"""When a row of the cohort is made, and who is eligible, as a card says it."""

from collections.abc import Mapping
from typing import Any

from riskaid.document import Bullets, Paragraph

MADE = {
    "record": "A row is as of the day after its record was known and dated{later}.",
    "end": "A row is as of the day after the end of its record was known{later}.",
    "month": "A row is as of the first day of each month on which its record was open, "
    "as far as anybody could know then.",
}


def decision_points(
    facts: Mapping[str, Any], reads: Mapping[str, str]
) -> tuple[Paragraph | Bullets, ...]:
    """Say as of when rows are made, and which conditions each of them meets.

    Args:
        facts: All of run.json.
        reads: The plan's indicators in words, by name.
    """
    asked = facts["experiment"]["cohort"]
    days = asked.get("offset_days", 0)
    later = f", and {days} days later" if days else ""
    when = MADE[asked.get("each", "record")].format(later=later)
    conditions = facts.get("eligible", [])
    if not conditions:
        return (Paragraph(text=when),)
    return (
        Paragraph(
            text=f"{when} Each of these is known and true of every row; where one is "
            "not known, the row is left out:"
        ),
        Bullets(items=tuple(f"{reads.get(name, name)}." for name in conditions)),
    )

"""What a card says when a figure stands above the limit of the leakage hunt."""

from typing import Any

from riskaid.document import Block, Paragraph, Table
from riskaid.release.card_inputs import CardInputs
from riskaid.release.figures import number, share


def overridden(made: CardInputs) -> tuple[Block, ...]:
    """The reason why a figure that is too good is believed, and the suspects.

    Nothing where no figure is above the limit, as in nearly every run.
    """
    found: dict[str, Any] | None = made.run.evaluation.get("leakage")
    if not found:
        return ()
    return (
        Paragraph(
            text=f"An area under the curve of {number(found['auc'], 3)} is above "
            f"{number(found['limit'])}, the limit at which a run stops for a leakage "
            "hunt. The analyst let it go on.",
            strong=True,
        ),
        Paragraph(text=f"The reason recorded: {_sentence(found['reason'])}"),
        Table(
            caption="Indicators to look at first. An indicator is suspect when it "
            "alone tells the outcome, when its value changes in the 30 days after the "
            "date where the outcome follows, and when it is assumed and not measured "
            "when its records became known",
            columns=(
                "What is recorded",
                "Alone (area under the curve)",
                "Its change afterwards",
                "Rows it changes for",
                "Knowledge dates assumed",
            ),
            rows=tuple(
                (
                    made.reads.get(one["indicator"], one["indicator"])
                    + (" (the outcome's own table)" if one["reads_outcome"] else ""),
                    number(one["auc"]),
                    number(one["shift_auc"]),
                    share(one["changed"]),
                    share(one["declared_lag"]),
                )
                for one in found["suspects"]
            ),
            numbers=frozenset({1, 2, 3, 4}),
        ),
    )


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else text + "."

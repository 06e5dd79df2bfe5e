"""The section of a card about what the board decided where evidence was too little."""

from riskaid.document import Block, Bullets, Paragraph, Section
from riskaid.fairness.decided import EVERYONE, earliest_end
from riskaid.fairness.decisions import Decision
from riskaid.fairness.published import MEASURES, names_of
from riskaid.release.card_inputs import CardInputs


def decided(made: CardInputs) -> Section:
    """Each decision that the release rests on, whole, or that there is none."""
    heading = "What the board decided"
    if not made.decisions:
        none = (
            "This release rests on no decision of a board about too little evidence: "
            "the audit's verdict above stands by itself."
        )
        return Section(heading=heading, blocks=(Paragraph(text=none),))
    ends = earliest_end(made.decisions)
    return Section(
        heading=heading,
        blocks=(
            Paragraph(
                text=f"The audit could not tell, for {len(made.decisions)} measures of "
                "groups, whether a limit is kept. The board decided to go on for a "
                "time, in its own words below. That is not a pass, and nobody can "
                "decide so where a limit is shown to be broken. The release ends on "
                f"{ends} at the latest, with the first of these decisions."
            ),
        ),
        parts=tuple(_one(made, decision) for decision in made.decisions),
    )


def _one(made: CardInputs, decision: Decision) -> Section:
    measure = MEASURES.get(decision.measure, decision.measure.replace("_", " "))
    blocks: tuple[Block, ...] = (
        Bullets(
            items=(
                (
                    f"Decided by {decision.person}, {decision.role}, on "
                    f"{decision.decided_on}."
                ),
                f"Holds until {decision.until}. Sooner, if: {decision.sooner}",
                f"Why: {decision.reason}",
                f"Meanwhile: {decision.meanwhile}",
            )
        ),
    )
    return Section(
        heading=f"{decision.number:04d}. {_group(made, decision)}: {measure}",
        blocks=blocks,
    )


def _group(made: CardInputs, decision: Decision) -> str:
    """The group as the rest of the card calls it."""
    if decision.characteristic == EVERYONE:
        return "Everyone"
    for one in made.audit.facts["characteristics"]:
        if one["name"] == decision.characteristic:
            names = [group["name"] for group in one["groups"]]
            shown = dict(zip(names, names_of(one["groups"]), strict=True))
            return f"{one['title']}, {shown[decision.group]}"
    return decision.group

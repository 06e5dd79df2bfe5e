"""The section of a card about groups: who would be missed, by how much, how sure."""

from collections.abc import Sequence
from typing import Any

from riskaid.document import Block, Bullets, Paragraph, Picture, Section, Table
from riskaid.fairness.calibration_slope import MEASURE
from riskaid.fairness.operating import in_short, operating_characteristics
from riskaid.fairness.published import (
    MEASURES,
    ROLES,
    SHORT,
    USES,
    at_capacity,
    beside_earlier,
    cell_words,
    count_words,
    edge_words,
    is_nobody,
    names_of,
    not_shown,
    outcomes_wanted,
)
from riskaid.fairness.three_together import three_together
from riskaid.fairness.words import VERDICTS
from riskaid.release.card_explanation import against_direction
from riskaid.release.card_inputs import CardInputs
from riskaid.release.figures import SUPPRESSED, in_hundred, share
from riskaid.release.plots import Bar, Panel, forest

GATED = (
    ("false_negative_rate_difference", "Missed need, points from everyone else"),
    ("recall_ratio", "Need found, times everyone else's"),
    ("calibration", "Recorded for each one expected"),
    ("positive_predictive_value_difference", "Outcome among selected, points"),
)
SHOWN = (
    ("base_rate", "Base rate"),
    ("selection_rate", "Selected"),
    ("selection_rate_ratio", "Selected, times everyone else's"),
    ("false_negative_rate", "Missed need"),
    (MEASURE, "Slope of outcomes on estimates"),
)
DRAWN = (
    ("false_negative_rate_difference", "Missed need\n(points from everyone else)", 0.0),
    ("calibration", "Recorded outcomes\n(for each one expected)", 1.0),
)


def fairness(made: CardInputs) -> Section:
    """Every characteristic of the policy, worst news first within each."""
    audit = made.audit.facts
    policy, scores = audit["policy"], audit["scores"]
    blocks: list[Block] = [
        Paragraph(text=audit["sentence"], strong=True),
        Paragraph(
            text=f"{count_words(scores['rows'])} rows of the test fold, "
            f"{count_words(scores['outcomes'])} recorded outcomes, "
            f"{count_words(scores['families'])} families. Judged as if "
            f"{share(audit['gated_capacity'])} of rows were selected for a further "
            "look. Each group is compared with everyone else, those whose group was "
            "not recorded included. Groups and outcomes are as recorded."
        ),
        Paragraph(
            text=f"A group passes when the whole {policy['inside_interval']} interval "
            "lies inside the limit. It fails when the number itself is beyond the "
            "limit by more than chance explains. Everything else is not enough "
            "evidence. Intervals shown are 95%, and keep families whole."
        ),
        Paragraph(
            text=f"'{SUPPRESSED}' stands for a count from 1 to "
            f"{policy['smallest_published_count'] - 1}, or one that would give it "
            "back."
        ),
    ]
    if audit["notes"]:
        blocks.append(Bullets(items=tuple(audit["notes"])))
    return Section(
        heading="Differences between groups",
        blocks=tuple(blocks),
        parts=(
            _everyone(audit["everyone"]),
            three_together(audit),
            _how_often_right(),
            *(
                _characteristic(one, capacity=audit["gated_capacity"])
                for one in audit["characteristics"]
            ),
        ),
    )


def _how_often_right() -> Section:
    """What simulations of the gate found, with the shipped policy's limits."""
    facts = operating_characteristics()
    return Section(
        heading="How often the gate is right",
        blocks=(
            Paragraph(
                text="In simulated audits whose truth is known, under the limits of "
                f"the shipped policy ({facts['command']}; the reference has every "
                "cell). They say how the gate errs, and nothing about this release."
            ),
            Table(
                caption="Shares of simulated audits",
                columns=("What a board asks", "Answer"),
                rows=tuple(in_short(facts)),
            ),
        ),
    )


def limits(made: CardInputs) -> Section:
    """The policy's limits, why they are where they are, and until when."""
    policy = made.audit.facts["policy"]
    return Section(
        heading="Limits, and who agreed them",
        blocks=(
            Paragraph(
                text="The limits are engineering margins that a board agrees. They "
                "are not legal limits: keeping them shows neither that the law is "
                "kept, nor that groups are treated alike in every way."
            ),
            Paragraph(
                text=f"Policy: {policy['name']}, to be reviewed by "
                f"{policy['review_by']}."
            ),
            Table(
                caption="Limits of the policy",
                columns=("Measure", "Limit", "What it may do", "Why", "Agreed by"),
                rows=tuple(
                    (
                        MEASURES.get(name, name.replace("_", " ")),
                        edge_words(name, held),
                        ROLES.get(held["role"], held["role"]),
                        held["because"],
                        held["agreed_by"],
                    )
                    for name, held in policy["limits"].items()
                ),
            ),
            Paragraph(text=f"The audit: {beside_earlier(made.audit.facts)}"),
            Bullets(items=warnings(made)),
        ),
    )


def warnings(made: CardInputs) -> tuple[str, ...]:
    """What whoever reads an estimate must be told, a sentence each."""
    outcome = made.outcome["says"]
    said = [
        f"The estimate is about a recorded outcome and not about harm: {outcome}.",
        (
            f"It is recorded for {in_hundred(made.base_rate)} rows; what is not "
            "recorded is not known."
        ),
        (
            "Differences between groups are differences in recording and response as "
            "much as in need."
        ),
    ]
    if made.audit.verdict != "pass":
        said.append(
            "The audit by group "
            + (
                "found a difference beyond the policy's limits."
                if made.audit.verdict == "fail"
                else "had too little evidence to rule out differences between groups."
            )
        )
    said += against_direction(made)
    if not made.run.recommended:
        said.append("No model is recommended by the run this release was made from.")
    if made.run.mark is not None:
        said.append(
            f"The records are {made.run.mark}: nothing here is about a real child."
        )
    return tuple(said)


def _everyone(group: dict[str, Any]) -> Section:
    judged = [m["sentence"] for m in group["metrics"] if m["role"] == "usefulness"]
    return Section(
        heading=f"Everyone: {VERDICTS[group['verdict']]}",
        blocks=(Bullets(items=tuple(judged)),),
    )


def _characteristic(facts: dict[str, Any], *, capacity: float) -> Section:
    names = names_of(facts["groups"])
    every = [
        ({**group, "name": name}, at_capacity(group, capacity))
        for group, name in zip(facts["groups"], names, strict=True)
    ]
    groups = [one for one in every if not is_nobody(one[0])]
    title = facts["title"]
    blocks: list[Block] = []
    panels = tuple(
        _panel(metric, words, groups, no_difference)
        for metric, words, no_difference in DRAWN
    )
    if groups:
        blocks.append(
            Picture(
                file=f"groups-{facts['name'].replace('_', '-')}.svg",
                alt=_alt(title, panels),
                svg=forest(panels),
            )
        )
    blocks += [
        Table(
            caption=f"{title}: what the gate judged, with 95% intervals",
            columns=(
                "Group",
                "Verdict",
                *(words for _, words in GATED),
                "More outcomes needed, about",
            ),
            rows=tuple(
                (
                    group["name"],
                    SHORT[group["verdict"]],
                    *(cell_words(found.get(metric)) for metric, _ in GATED),
                    outcomes_wanted(found),
                )
                for group, found in groups
            ),
            numbers=frozenset({2, 3, 4, 5, 6}),
        ),
        Table(
            caption=f"{title}: who is in each group, beside base rates",
            columns=(
                "Group",
                "Use",
                "Rows",
                "Outcomes",
                *(words for _, words in SHOWN),
            ),
            rows=tuple(
                (
                    group["name"],
                    USES[group["use"]],
                    count_words(group["rows"]),
                    count_words(group["outcomes"]),
                    *(cell_words(found.get(metric)) for metric, _ in SHOWN),
                )
                for group, found in groups
            ),
            numbers=frozenset(range(2, 4 + len(SHOWN))),
        ),
    ]
    said = [
        metric["sentence"]
        for group, _ in groups
        for metric in group["metrics"]
        if metric["verdict"] == "fail"
    ]
    said += [
        f"{group['name']}: {group['says']}" for group, _ in groups if group["says"]
    ]
    if said:
        blocks.append(Bullets(items=tuple(said)))
    return Section(
        heading=f"{title}: {VERDICTS[facts['verdict']]}", blocks=tuple(blocks)
    )


def _panel(
    metric: str,
    words: str,
    groups: Sequence[tuple[dict[str, Any], dict[str, dict[str, Any]]]],
    no_difference: float,
) -> Panel:
    bars, lowest, highest = [], None, None
    for group, metrics in groups:
        found = metrics.get(metric, {"state": "not_estimable", "value": None})
        times = 100.0 if metric.endswith("_difference") else 1.0
        shown = [
            None if found.get(key) is None else times * found[key]
            for key in ("value", "low95", "high95", "lowest", "highest")
        ]
        lowest = shown[3] if shown[3] is not None else lowest
        highest = shown[4] if shown[4] is not None else highest
        bars.append(
            Bar(
                group=group["name"],
                value=shown[0],
                low=shown[1],
                high=shown[2],
                instead=not_shown(found),
            )
        )
    return Panel(
        title=words,
        no_difference=no_difference,
        lowest=lowest,
        highest=highest,
        bars=tuple(bars),
    )


def _alt(title: str, panels: tuple[Panel, ...]) -> str:
    said = []
    for panel in panels:
        shown = [bar for bar in panel.bars if bar.value is not None]
        numbers = "; ".join(f"{bar.group} {bar.value:.2f}" for bar in shown)
        said.append(
            f"{' '.join(panel.title.split())}: {numbers or 'no group can be shown'}."
        )
    return (
        f"{title}. One line a group with its 95% interval, beside the limits. "
        + " ".join(said)
    )

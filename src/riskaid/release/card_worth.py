"""The sections of a card about what looking again is worth, and how steady it is."""

from typing import Any

from riskaid.document import Block, Bullets, Paragraph, Section, Table
from riskaid.release.card_inputs import CardInputs
from riskaid.release.figures import (
    NOT_ESTIMABLE,
    SUPPRESSED,
    count,
    interval,
    number,
    share,
)

RUNGS = ("checklist", "scorecard", "booster")
RULES = ("estimate", "checklist", "oldest_first", "review_all", "gain")
EARLIER = Paragraph(
    text="The run was made by a version that did not measure this. Train again."
)


def worth(made: CardInputs) -> Section:
    """What looking again is worth by each rule, and how many reviews it asks for."""
    facts = made.run.evaluation
    blocks: tuple[Block, ...] = (EARLIER,)
    if "net_benefit" in facts:
        blocks = (
            Paragraph(
                text="Whoever looks again at rows with an estimate of 10% or more says "
                "by that that finding one row with the outcome is worth nine reviews "
                "that find none. Net benefit is the share of rows found, less the "
                "share reviewed in vain at that exchange. Reviewing nobody is worth 0. "
                "Oldest first reviews as many rows as the estimate would, in the order "
                "in which they came in each week."
            ),
            *made.picture("net_benefit.svg"),
            _net_benefit(facts["net_benefit"]),
            *_budget(made),
        )
    return Section(heading="What looking again is worth", blocks=blocks)


def steady(made: CardInputs) -> Section:
    """Whether it holds for groups, for fewer rows and for a model made again."""
    facts = made.run.evaluation
    blocks: list[Block] = []
    if "apart" in facts:
        blocks += [
            *made.picture("apart.svg"),
            *(
                _apart(made, words, facts["apart"][key])
                for key, words in (
                    ("source", "source of the referral"),
                    ("period", "period"),
                )
                if facts["apart"].get(key)
            ),
            Paragraph(
                text="A store holds one council, so that there are no results by "
                "council here. Councils compare by pooling their audits."
            ),
        ]
    if facts.get("learning_curve"):
        blocks += [
            *made.picture("learning_curve.svg"),
            _learning(facts["learning_curve"]),
        ]
    if "stability" in facts:
        blocks += _stability(made, facts["stability"])
    blocks += _withheld(facts)
    return Section(heading="How steady it is", blocks=tuple(blocks) or (EARLIER,))


def _net_benefit(points: list[dict[str, Any]]) -> Table:
    return Table(
        caption="Net benefit by cut, in rows found per 100 rows, with 95% intervals. "
        "The last column is the estimate's over the best of the others",
        columns=(
            "Cut",
            "Reviewed",
            "By the estimate",
            "By the checklist",
            "Oldest first",
            "Everybody",
            "Gain",
        ),
        rows=tuple(
            (
                share(point["cut"]),
                *(
                    (
                        share(point["reviewed"]),
                        *(_in_hundred(point["net_benefit"][r]) for r in RULES),
                    )
                    if point["state"] == "estimable"
                    else (SUPPRESSED, *([NOT_ESTIMABLE] * len(RULES)))
                ),
            )
            for point in points
        ),
        numbers=frozenset(range(1, 7)),
    )


def _in_hundred(found: dict[str, Any]) -> str:
    scaled = {k: None if v is None else 100 * v for k, v in found.items()}
    return interval(scaled, digits=1)


def _budget(made: CardInputs) -> tuple[Block, ...]:
    facts = made.run.evaluation
    week, oldest = facts["reviews_a_week"], facts["oldest_first"]
    own = made.run.facts["metrics"][made.run.rung]
    capacity = share(facts["capacity"])
    recall, by_age = own["recall_at_capacity"], oldest["recall_at_capacity"]
    items = [
        (
            f"Found at capacity ({capacity} of rows): {interval(recall, percent=True)} "
            "of recorded outcomes by the estimate, "
            f"{interval(by_age, percent=True)} oldest first."
        )
    ]
    if week["weeks"]:
        items += [
            (
                f"Reviews a week at capacity: {interval(week['reviews'], digits=1)}, "
                f"of {interval(week['rows'], digits=1)} rows a week over "
                f"{week['weeks']} weeks."
            ),
            (
                "From one fixed cut up, the quietest tenth of weeks asks for "
                f"{_or_fewer(number(week['quiet_week'], 0))}, and the busiest "
                f"tenth for {number(week['busy_week'], 0)} or more."
            ),
        ]
    return (Bullets(items=tuple(items)),)


def _or_fewer(reviews: str) -> str:
    return "none" if reviews == "0" else f"{reviews} reviews or fewer"


def _apart(made: CardInputs, words: str, groups: list[dict[str, Any]]) -> Table:
    return Table(
        caption=f"The {made.run.rung} by {words}, with 95% intervals",
        columns=(
            words.capitalize(),
            "Rows",
            "Order (area under the curve)",
            "Mean estimate",
            "Recorded",
        ),
        rows=tuple(
            (
                group["group"][:1].upper() + group["group"][1:],
                *(
                    (
                        count(group["rows"]),
                        interval(group["metrics"]["auc"]),
                        share(group["mean_estimate"]),
                        interval(group["metrics"]["base_rate"], percent=True),
                    )
                    if group["state"] == "estimable"
                    else (SUPPRESSED, *([NOT_ESTIMABLE] * 3))
                ),
            )
            for group in groups
        ),
        numbers=frozenset({1, 2, 3, 4}),
    )


def _learning(curve: list[dict[str, Any]]) -> Table:
    return Table(
        caption="Area under the curve on the calibration fold by share of training "
        "families, with 95% intervals. A line still rising says that more records "
        "would help",
        columns=("Families", "Rows", *(rung.capitalize() for rung in RUNGS)),
        rows=tuple(
            (
                share(point["share"]),
                count(point["rows"]),
                *(interval(point["auc"][rung]) for rung in RUNGS),
            )
            for point in curve
        ),
        numbers=frozenset({1, 2, 3, 4}),
    )


def _stability(made: CardInputs, facts: dict[str, Any]) -> list[Block]:
    kept = facts["reasons_kept"]
    blocks: list[Block] = [
        Paragraph(
            text="The model was fitted again "
            f"{facts['refits']} times, each time without another fifth of the families "
            "and with another seed. "
            + (
                "No row that would be reviewed had a reason that could be compared."
                if kept is None
                else f"Of the three reasons that add most, {share(kept['mean'])} were "
                f"given again on average, and {share(kept['least'])} by the refit that "
                "agreed least."
            )
        )
    ]
    if facts["indicators"]:
        blocks.append(
            Table(
                caption="The indicators that move the score most: share of all "
                "movement, and what it was among the refits",
                columns=("What is recorded", "Share", "Refits", "Among the top again"),
                rows=tuple(
                    (
                        made.reads.get(one["indicator"], one["indicator"]),
                        share(one["share"]),
                        f"{share(one['least'])} to {share(one['most'])}",
                        f"{one['among_top']} of {facts['refits']}",
                    )
                    for one in facts["indicators"]
                ),
                numbers=frozenset({1, 2, 3}),
            )
        )
    return blocks


def _withheld(facts: dict[str, Any]) -> list[Block]:
    """For how many rows no estimate is given: never fewer than the rules ask for."""
    found = facts.get("withheld")
    if found is None:
        return []
    return [
        Paragraph(
            text=f"Of the test fold's rows {share(found['any'])} would get no "
            f"estimate: {share(found['coverage'])} because too little is known, "
            f"{share(found['reassures'])} because what is not known would lower it, "
            f"and {share(found['distance'])} because they lie too far from the "
            "training table. Advice then says that this is not a low estimate."
        )
    ]

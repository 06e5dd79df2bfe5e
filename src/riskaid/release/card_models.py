"""The sections of a card about the models: compared, calibrated, printed, explained."""

from typing import Any

from riskaid.document import Block, Bullets, Paragraph, Section, Table
from riskaid.release.card_inputs import CardInputs
from riskaid.release.card_leakage import overridden
from riskaid.release.figures import (
    NOT_ESTIMABLE,
    SUPPRESSED,
    count,
    interval,
    number,
    share,
)

RUNGS = ("checklist", "scorecard", "booster")
WHAT = {
    "checklist": "Checklist: how many declared signs are recorded",
    "scorecard": "Scorecard: a few signs with whole points, on one page",
    "booster": "Booster: many small trees",
}
METRICS = (
    ("auc", "Order: area under the curve (0.5 is chance, 1 is perfect)", False),
    ("recall_at_capacity", "Share of outcomes found at capacity", True),
    ("precision_at_capacity", "Share with the outcome among those looked at", True),
    ("lift_at_capacity", "Times better than looking by chance", False),
    ("average_precision", "Average precision", False),
    ("brier_skill", "Nearer to the records than the base rate (0 is no better)", False),
    ("calibration_slope", "Calibration slope (1 is exact)", False),
    ("calibration_intercept", "Calibration intercept (0 is exact)", False),
    ("base_rate", "Base rate", True),
)
BRIER_PARTS = (
    ("brier", "Brier score (lower is better)"),
    ("reliability", "Reliability: estimates away from the records (lower is better)"),
    ("resolution", "Resolution: groups told apart (higher is better)"),
    ("uncertainty", "Uncertainty: the outcome itself"),
)


def compared(made: CardInputs) -> Section:
    """The three rungs side by side, and why one is proposed."""
    facts = made.run.facts
    metrics, chosen = facts["metrics"], made.run.rung
    capacity = made.run.evaluation["capacity"]
    heads = tuple(
        rung.capitalize() + (" (proposed)" if rung == chosen else "") for rung in RUNGS
    )
    return Section(
        heading="The three models compared",
        blocks=(
            Paragraph(
                text="Every model is compared with two plainer ones. The simplest "
                "within one standard error of the best is proposed."
            ),
            Bullets(items=tuple(WHAT.values())),
            Paragraph(text=f"Proposed: the {chosen}.", strong=True),
            Paragraph(text=str(facts["proposed"]["because"])),
            Paragraph(
                text="Rows are weighted, so that those kept stand as well for rows "
                "left out because their family is in another fold. Intervals keep "
                "families whole."
            ),
            Table(
                caption="On the test fold, with 95% intervals. "
                f"Capacity: {share(capacity)} of rows can be looked at again",
                columns=("Measure", *heads),
                rows=tuple(
                    (
                        words,
                        *(
                            interval(metrics[rung][metric], percent=percent)
                            for rung in RUNGS
                        ),
                    )
                    for metric, words, percent in METRICS
                    if all(metric in metrics[rung] for rung in RUNGS)
                ),
                numbers=frozenset({1, 2, 3}),
            ),
            *_plot(made, "recall.svg", _recall(made)),
            *_age_bands(made),
        ),
    )


def split(made: CardInputs) -> Section:
    """What a careless split would have claimed."""
    rows = []
    for rung in RUNGS:
        found = made.run.facts["metrics"][rung]
        honest, careless = found["auc"]["value"], found["random_split_auc"]
        gap = None if None in (honest, careless) else careless - honest
        rows.append((rung.capitalize(), number(honest), number(careless), number(gap)))
    return Section(
        heading="Honest split and random split",
        blocks=(
            Paragraph(
                text="The figures on this card come from later dates than the models "
                "were fitted on, and from families no model has seen. Had rows been "
                "split at random instead, with siblings and earlier referrals of the "
                "same child on both sides, the same models would have looked like this."
            ),
            Table(
                caption="Area under the curve by how the rows are split",
                columns=("Model", "By date and family", "At random", "Difference"),
                rows=tuple(rows),
                numbers=frozenset({1, 2, 3}),
            ),
            *overridden(made),
        ),
    )


def calibration(made: CardInputs) -> Section:
    """Whether an estimate means what it says."""
    chosen = made.run.rung
    curve = made.run.evaluation["rungs"][chosen]["calibration_curve"]
    table = Table(
        caption=f"The {chosen}: mean estimate and share recorded, from the lowest "
        "estimates to the highest, with 95% intervals",
        columns=("Mean estimate", "Recorded", "95% interval", "Rows"),
        rows=tuple(
            (share(point["estimate"]), *_observed(point), count(point["rows"]))
            for point in curve
        ),
        numbers=frozenset({1, 2, 3}),
    )
    return Section(
        heading="Calibration",
        blocks=(
            Paragraph(
                text="Of all rows with an estimate of 10%, about 10 in 100 should have "
                "the outcome recorded. Where the two columns differ by more than the "
                "interval, the estimate does not mean what it says there."
            ),
            *_plot(made, "calibration.svg", table),
            *_brier(made),
        ),
    )


def _brier(made: CardInputs) -> tuple[Block, ...]:
    rungs = made.run.evaluation["rungs"]
    if not all("brier_parts" in rungs[rung] for rung in RUNGS):
        return ()
    return (
        Table(
            caption="The Brier score (mean squared distance of estimate and record) "
            "and its parts, times 1,000, with 95% intervals",
            columns=("Part", *(rung.capitalize() for rung in RUNGS)),
            rows=tuple(
                (words, *(_thousandths(made, rung, part) for rung in RUNGS))
                for part, words in BRIER_PARTS
            ),
            numbers=frozenset({1, 2, 3}),
        ),
    )


def _thousandths(made: CardInputs, rung: str, part: str) -> str:
    held = made.run.evaluation["rungs"][rung]
    found = held["metrics"] if part == "brier" else held["brier_parts"]
    scaled = {k: None if v is None else 1000 * v for k, v in found[part].items()}
    return interval(scaled, digits=1)


def scorecard(made: CardInputs) -> Section:
    """The points scorecard, printed even where another rung is proposed."""
    lines = made.scorecard["lines"]
    blocks: list[Block] = [
        Paragraph(
            text="Add up the points of every line that is reached. No line takes "
            "points away, and what is not known is never worth less than a known zero: "
            "missing information never reassures."
        )
    ]
    if lines:
        blocks.append(
            Table(
                caption="Points",
                columns=("What is recorded", "Step", "Points"),
                rows=tuple(
                    (
                        made.reads.get(line["indicator"], line["indicator"]),
                        _step(made, line),
                        str(line["points"]),
                    )
                    for line in lines
                ),
                numbers=frozenset({2}),
            )
        )
    else:
        blocks.append(Paragraph(text="No sign earned a point."))
    return Section(heading="The scorecard", blocks=tuple(blocks))


def indicators(made: CardInputs) -> Section:
    """Every indicator the proposed model reads, and every one left out."""
    held = {one["name"]: one for one in made.run.plan["indicators"]}
    rows = [
        (
            held[name]["reads"],
            held[name]["family"].replace("_", " "),
            held[name]["source"],
            _DIRECTION[held[name]["more_means_more"]],
            held[name]["not_a_sign_of"] or "not said",
        )
        for name in made.used
    ]
    blocks: list[Block] = [
        Paragraph(
            text=f"Indicators the {made.run.rung} reads: {len(rows)}. Ethnicity, "
            "religion, disability, immigration status, poverty, postcode and language "
            "are never among them. Ethnicity and disability are used to audit by "
            "group, and for nothing else."
        ),
        Table(
            caption="Indicators the proposed model reads",
            columns=(
                "What is recorded",
                "Family",
                "Source",
                "More of it goes with",
                "Not a sign of",
            ),
            rows=tuple(rows),
        ),
    ]
    left_out: dict[str, str] = made.run.facts["left_out"]
    if left_out:
        blocks.append(
            Table(
                caption="Indicators left out of every model",
                columns=("What is recorded", "Why"),
                rows=tuple(
                    (made.reads.get(name, name), why)
                    for name, why in sorted(left_out.items())
                ),
            )
        )
    return Section(heading="Indicators used", blocks=tuple(blocks))


def gaps(made: CardInputs) -> Section:
    """What the release tells people it does not know."""
    declared = made.run.plan["gaps"]
    blocks: list[Block] = [
        Paragraph(
            text="Not known is never zero. Where one of these holds, the advice says "
            "so, and says what would close it. Gaps never change an estimate."
        )
    ]
    if declared:
        blocks.append(
            Table(
                caption="Information gaps the release looks for",
                columns=("What is not known", "What would close it"),
                rows=tuple((one["says"], one["closes_with"]) for one in declared),
            )
        )
    else:
        blocks.append(Paragraph(text="No information gaps are declared."))
    return Section(heading="Information gaps", blocks=tuple(blocks))


_DIRECTION = {
    True: "more of the outcome",
    False: "less of the outcome",
    None: "no claim",
}


def _step(made: CardInputs, line: dict[str, Any]) -> str:
    reads = made.reads.get(line["indicator"], "")
    if reads.startswith("Whether ") and line["side"] == "at_least":
        return "yes"
    return f"{line['side'].replace('_', ' ')} {line['cut']:g}"


def _observed(point: dict[str, Any]) -> tuple[str, str]:
    """The share recorded with its interval, unless it would give back a small count."""
    with_it = round(point["observed"] * point["rows"])
    if SUPPRESSED in (count(with_it), count(point["rows"] - with_it)):
        return SUPPRESSED, SUPPRESSED
    between = f"{share(point['low95'])} to {share(point['high95'])}"
    return share(point["observed"]), between


def _plot(made: CardInputs, file: str, table: Table) -> tuple[Block, ...]:
    """A run's own plot, followed by the table of its numbers."""
    return (*made.picture(file), table)


def _recall(made: CardInputs) -> Table:
    rungs = made.run.evaluation["rungs"]
    curves = [
        {p["share"]: p["recall"] for p in rungs[r]["recall_curve"]} for r in RUNGS
    ]
    return Table(
        caption="Share of recorded outcomes found, by share of rows looked at again",
        columns=("Looked at", *(rung.capitalize() for rung in RUNGS)),
        rows=tuple(
            (share(at), *(share(curve.get(at)) for curve in curves)) for at in curves[0]
        ),
        numbers=frozenset({1, 2, 3}),
    )


def _age_bands(made: CardInputs) -> tuple[Block, ...]:
    bands: list[dict[str, Any]] = made.run.evaluation.get("age_bands", [])
    if not bands:
        return ()
    return (
        Table(
            caption=f"The {made.run.rung} within each age band",
            columns=(
                "Age",
                "Rows",
                "Order (area under the curve)",
                "Calibration slope",
            ),
            rows=tuple(
                (
                    band["age_band"] or "not recorded",
                    *(
                        (
                            count(band["rows"]),
                            interval(band["metrics"]["auc"]),
                            interval(band["metrics"]["calibration_slope"]),
                        )
                        if band["state"] == "estimable"
                        else (SUPPRESSED, NOT_ESTIMABLE, NOT_ESTIMABLE)
                    ),
                )
                for band in bands
            ),
            numbers=frozenset({1, 2, 3}),
        ),
    )

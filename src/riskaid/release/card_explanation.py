"""The section of a card about what the model uses: families, indicators, pairs."""

from typing import Any

from riskaid.document import Block, Bullets, Paragraph, Section, Table
from riskaid.release.card_inputs import CardInputs
from riskaid.release.figures import interval, number, share

EARLIER = Paragraph(
    text="The run was made by a version that did not look at single indicators. "
    "Train again."
)


def explanation(made: CardInputs) -> Section:
    """What moves the score, whether directions hold, and which pairs count as pairs."""
    facts = made.run.evaluation
    held = facts.get("explanation")
    blocks: list[Block] = [
        Paragraph(
            text="This says which records the model uses, and how much. It says "
            "nothing about what causes harm: a service that records more moves the "
            "score more."
        ),
        *made.picture("importance.svg"),
        _families(made),
        *_sample(facts.get("importance_of")),
    ]
    if held is None:
        blocks.append(EARLIER)
    else:
        blocks += [*_indicators(made, held), *_directions(made, held)]
        blocks += [*_dependence(made, held), *_pairs(made, held)]
    return Section(heading="What the model uses", blocks=tuple(blocks))


def against_direction(made: CardInputs) -> tuple[str, ...]:
    """A sentence where the proposed model breaks a declared direction, else none."""
    held = made.run.evaluation.get("explanation")
    if held is None or not held["monotone"][made.run.rung]["breaks"]:
        return ()
    return (
        (
            f"The {made.run.rung} lets some indicators count against the direction "
            "they are declared to have. The section on what the model uses names them."
        ),
    )


def _families(made: CardInputs) -> Table:
    return Table(
        caption=f"What moves the {made.run.rung}'s score, by family of indicators, "
        "with 95% intervals that keep families of children whole. It says what the "
        "model uses, not what causes the outcome",
        columns=("Family", "Share of all movement"),
        rows=tuple(
            (_family(one["family"]), _share(one))
            for one in made.run.evaluation["importance"]
        ),
        numbers=frozenset({1}),
    )


def _sample(of: dict[str, int] | None) -> list[Block]:
    """Where families were looked at by a sample of the rows, that they were."""
    if of is None or of["rows"] == of["of_rows"]:
        return []
    return [
        Paragraph(
            text=f"This was looked at by {of['rows']:,} of the test fold's "
            f"{of['of_rows']:,} rows: whole households, drawn by the run's seed. The "
            "intervals are those of so many."
        )
    ]


def _indicators(made: CardInputs, held: dict[str, Any]) -> list[Block]:
    drawn = [one for one in held["indicators"] if one["lowest"] is not None]
    if not drawn:
        return []
    fewest = held["fewest_children"]
    return [
        Paragraph(
            text=f"Below, each dot is the mean of at least {fewest} different "
            "children with near parts of the score, so that nobody's record can be "
            "read off it: not even the farthest dot is one child. The lowest and "
            f"highest are means of at least {fewest} children too. "
            f"{held['rows']:,} rows of the test fold were looked at. The parts are "
            "those that advice gives as reasons."
        ),
        *made.picture("beeswarm.svg"),
        Table(
            caption=f"Parts of the score by indicator, in {held['unit']}",
            columns=(
                "What is recorded",
                "Share of all movement",
                "Mean size",
                "Lowest",
                "Highest",
            ),
            rows=tuple(
                (
                    _reads(made, one["indicator"]),
                    share(one["share"]),
                    *(number(one[key]) for key in ("size", "lowest", "highest")),
                )
                for one in drawn
            ),
            numbers=frozenset({1, 2, 3, 4}),
        ),
    ]


def _directions(made: CardInputs, held: dict[str, Any]) -> list[Block]:
    check = held["monotone"][made.run.rung]
    said = (
        f"{check['checked']} indicators that move the {made.run.rung}'s score are "
        "declared to count in one direction. Each was given other values in "
        f"{check['rows']} rows, with everything else left as it is"
    )
    if not check["breaks"]:
        return [
            Paragraph(
                text=f"{said}: the score did not move against the declaration once, "
                "nor did the indicator's own part, which was looked at in "
                f"{check['rows_of_parts']} of these rows."
            )
        ]
    return [
        Paragraph(text=f"{said}. These counted against it:", strong=True),
        Bullets(
            items=tuple(
                f"{_reads(made, one['indicator'])}: the score of "
                f"{share(one['rows_share'])} of these rows, by up to "
                f"{number(one['score'])}; its own part by up to "
                f"{number(one['own_part'])}."
                for one in check["breaks"]
            )
        ),
    ]


def _dependence(made: CardInputs, held: dict[str, Any]) -> list[Block]:
    shown = [one for one in held["dependence"] if one["points"]]
    if not shown:
        return []
    return [
        Paragraph(
            text="What the model makes of each value: the mean part of the score, and "
            "shaded where half of the rows lie. The rows differ in more than this one "
            "indicator, so that a curve can dip where the model itself does not."
        ),
        *made.picture("dependence.svg"),
        Table(
            caption=f"Mean part of the score, in {held['unit']}, by value from the "
            "lowest to the highest",
            columns=("What is recorded", "Value: part of the score"),
            rows=tuple((_reads(made, one["indicator"]), _points(one)) for one in shown),
        ),
    ]


def _points(one: dict[str, Any]) -> str:
    named = [(f"{point['value']:.3g}", point) for point in one["points"]]
    if one["not_known"] is not None:
        named.append(("not known", one["not_known"]))
    return "; ".join(f"{at}: {number(point['contribution'])}" for at, point in named)


def _pairs(made: CardInputs, held: dict[str, Any]) -> list[Block]:
    found = held["interactions"]
    if not found["rows"]:
        return [
            Paragraph(
                text=f"The {made.run.rung} adds up its points, so that no two "
                "indicators count together otherwise than apart."
            )
        ]
    blocks: list[Block] = [
        Paragraph(
            text="Some indicators count otherwise together than apart. Such pairs "
            f"bring about {share(found['share'])} of all movement, by the SHAP "
            f"interaction values of {found['rows']} rows of the test fold."
        )
    ]
    if found["pairs"]:
        blocks += [
            *made.picture("interactions.svg"),
            Table(
                caption="The pairs that do most together",
                columns=("What is recorded", "With", "Share of all movement"),
                rows=tuple(
                    (
                        *(_reads(made, name) for name in pair["indicators"]),
                        share(pair["share"]),
                    )
                    for pair in found["pairs"]
                ),
                numbers=frozenset({2}),
            ),
        ]
    return blocks


def _share(one: dict[str, Any]) -> str:
    if one.get("low95") is None:
        return share(one["share"])
    return interval({**one, "value": one["share"]}, percent=True)


def _reads(made: CardInputs, name: str) -> str:
    return made.reads.get(name, name)


def _family(name: str) -> str:
    return name.replace("_", " ")

"""What a model uses, as numbers and as words for MLflow."""

from collections.abc import Iterator
from typing import Any

FIRST = 5
"""Families, indicators and pairs that the page names; the run holds them all."""


def explanation_metrics(evaluation: dict[str, Any]) -> dict[str, float | None]:
    """Numbers that can be compared with another run's.

    Returns:
        `importance/<family>`, with `.low95` and `.high95`; `explanation/
        interactions` (share of all movement that pairs bring about) and `explanation/
        against_declared.<rung>` (how many indicators count against their declaration).
    """
    found: dict[str, float | None] = {}
    for one in evaluation["importance"]:
        place = f"importance/{one['family']}"
        found[place] = one["share"]
        found |= {f"{place}.{end}": one.get(end) for end in ("low95", "high95")}
    held = evaluation.get("explanation")
    if held is not None:
        found["explanation/interactions"] = held["interactions"]["share"]
        for rung, check in held["monotone"].items():
            found[f"explanation/against_declared.{rung}"] = float(len(check["breaks"]))
    return found


def explanation_lines(
    evaluation: dict[str, Any], *, reads: dict[str, str]
) -> Iterator[str]:
    """Write the page's part about what the model uses, as Markdown.

    Args:
        evaluation: evaluation.json; an older one may hold no explanation.
        reads: Indicators in words, such as Markdown takes as they are.
    """
    yield "### What the model uses"
    yield ""
    yield "This is about the model, and not about what causes harm."
    yield ""
    yield "| family of indicators | share of all movement (95% interval) |"
    yield "| --- | ---: |"
    for one in evaluation["importance"][:FIRST]:
        yield f"| {one['family'].replace('_', ' ')} | {_between(one)} |"
    sample = sample_words(evaluation)
    if sample:
        yield ""
        yield sample
    held = evaluation.get("explanation")
    if held is None:
        return
    yield ""
    named = [reads.get(i["indicator"], i["indicator"]) for i in held["indicators"]]
    if named:
        yield f"Of the {len(named)} indicators that move the score, these do most:"
        yield ""
        yield from (f"- {words}" for words in named[:FIRST])
        yield ""
    for said in monotone_words(held["monotone"], reads=reads):
        yield said
        yield ""
    yield interaction_words(held, reads=reads)
    yield ""
    yield (
        "The plots `beeswarm.svg`, `dependence.svg` and `interactions.svg` draw it. No "
        f"dot or point in them stands for fewer than {held['fewest_children']} "
        "children. The scorecard to print is `scorecard.txt`."
    )


def sample_words(evaluation: dict[str, Any]) -> str:
    """Say that families of indicators were looked at by a sample, where they were."""
    held = evaluation.get("importance_of")
    if held is None or held["rows"] == held["of_rows"]:
        return ""
    return (
        f"Families of indicators were looked at by {held['rows']:,} of the test fold's "
        f"{held['of_rows']:,} rows: whole households, drawn by the seed. The intervals "
        "are those of so many."
    )


def monotone_words(checks: dict[str, Any], *, reads: dict[str, str]) -> Iterator[str]:
    """Say for each rung whether indicators count in the direction declared."""
    for rung, check in checks.items():
        if not check["breaks"]:
            yield (
                f"Direction: each of the {check['checked']} indicators with a declared "
                f"direction that move the {rung}'s score keeps to it, tried in "
                f"{check['rows']} rows."
            )
            continue
        names = "; ".join(
            reads.get(one["indicator"], one["indicator"]) for one in check["breaks"]
        )
        yield (
            f"**Finding: in the {rung}, {len(check['breaks'])} of {check['checked']} "
            f"indicators count against their declared direction: {names}.**"
        )


def interaction_words(held: dict[str, Any], *, reads: dict[str, str]) -> str:
    """Say what pairs of indicators do together."""
    found = held["interactions"]
    if not found["rows"]:
        return (
            f"The {held['rung']} adds up its points, so that no two indicators count "
            "together otherwise than apart."
        )
    said = (
        f"Pairs of indicators bring about {found['share']:.1%} of all movement, by the "
        f"SHAP interaction values of {found['rows']} rows"
    )
    if not found["pairs"]:
        return f"{said}."
    two = [reads.get(name, name) for name in found["pairs"][0]["indicators"]]
    first = found["pairs"][0]["share"]
    return f"{said}; the most ({first:.1%}) by: {two[0]}; and: {two[1]}."


def _between(one: dict[str, Any]) -> str:
    if one.get("low95") is None:
        return f"{one['share']:.0%}"
    return f"{one['share']:.0%} ({one['low95']:.0%} to {one['high95']:.0%})"

"""A study as a page and as a few plain lines, made from its published form only."""

from typing import Any, Final

from riskaid.document import Bullets, Document, Paragraph, Section, Table
from riskaid.fairness.disclosure import SMALL
from riskaid.fairness.published import count_words, names_of
from riskaid.training.run_probes_page import MARKED

MODELS: Final = {
    "checklist": "Checklist of the run",
    "scorecard": "Scorecard of the run",
    "booster": "Boosted trees of the run",
    "plain": "Plain model of the study",
    "constrained": "The same with the constraint",
}
CONSTRAINT: Final = {
    "missed_need": "missed need (recorded outcomes that are not selected)",
    "share_selected": "the share selected",
}
RATE_HEADS: Final = {
    "false_negative_rate": "Missed need: of 100 with the recorded outcome, not "
    "selected",
    "false_negative_rate_difference": "Missed need against everybody else, points",
    "selection_rate": "Of 100 rows, selected",
    "positive_predictive_value": "Of 100 selected, with the recorded outcome",
}
NO_CUTS: Final = (
    "Cuts that differ by group are not offered: docs/explanation/mitigation.md says "
    "why."
)
LOOKED_AT: Final = (
    "The test fold was looked at for this. What is changed because of it has to be "
    "judged on rows that nobody has looked at."
)


def as_document(facts: dict[str, Any], *, mark: str | None = None) -> Document:
    """The whole study on one page.

    Args:
        facts: As study.json holds them.
        mark: "synthetic" or "public" where the records are marked so.
    """
    return Document(
        title="A study: a model taught with a constraint between groups",
        name=f"Study of {facts['run']['experiment']}",
        subtitle=f"{facts['asked']['title']}. Groups are as recorded, outcomes too.",
        watermark=None if mark is None else MARKED[mark],
        verdict=(facts["says"],),
        tone="none",
        sections=(_cost(facts), _accuracy(facts), _by_group(facts), _how(facts)),
        this="page",
        kind="A study for analysts",
        contents="On this page",
        closing="A study. Nothing in it can be released.",
    )


def plain_lines(facts: dict[str, Any]) -> list[str]:
    """What a study found, a sentence each; of groups that are not shown, none."""
    asked, taught = facts["asked"], facts["taught"]
    first = (
        f"Taught so that {CONSTRAINT[asked['constraint']]} hardly differs by "
        f"{_title(facts)}: in the rows taught with, the group furthest away was "
        f"{100 * taught['apart_plain']:.1f} points from everybody without the "
        f"constraint and {100 * taught['apart_constrained']:.1f} with it."
    )
    said = [first, _whole(facts)]
    said += [
        _changed(g) for g in facts["groups"] if g["missed_need_change"] is not None
    ]
    silent = [g for g in facts["groups"] if g["missed_need_change"] is None]
    if silent:
        said.append(
            f"Of {len(silent)} more groups there is too little to say whom it costs: "
            f"{', '.join(_short(g) for g in silent)}."
        )
    return said


def _title(facts: dict[str, Any]) -> str:
    return str(facts["asked"]["title"]).lower()


def _whole(facts: dict[str, Any]) -> str:
    everyone = facts["everyone"]
    if everyone["missed_need_change"] is None:
        return (
            "So few rows are selected otherwise with the constraint than without it "
            "that what changes over all may not be shown."
        )
    rows = f"{100 * facts['capacity']:g} of 100 rows"
    named = everyone | {"phrase": "everyone in the test fold"}
    return f"At a capacity of {rows}. {_changed(named)}"


def _changed(group: dict[str, Any]) -> str:
    plain, constrained = (
        group["models"][name]["false_negative_rate"]
        for name in ("plain", "constrained")
    )
    moved = group["moved"]
    return (
        f"{_short(group)}: of 100 with the recorded outcome, {_rate(plain)} are missed "
        f"without the constraint and {_rate(constrained)} with it (change "
        f"{_points(group['missed_need_change'])} points). Rows selected: "
        f"{count_words(group['selected']['plain'])} without, "
        f"{count_words(group['selected']['constrained'])} with; newly for review "
        f"{count_words(moved['newly'])}, no longer {count_words(moved['no_longer'])}."
    )


def _cost(facts: dict[str, Any]) -> Section:
    rows = tuple(
        (
            name,
            count_words(g["rows"]),
            count_words(g["outcomes"]),
            *(count_words(g["selected"][name]) for name in ("plain", "constrained")),
            count_words(g["moved"]["newly"]),
            count_words(g["moved"]["newly_with_outcome"]),
            count_words(g["moved"]["no_longer"]),
            count_words(g["moved"]["no_longer_with_outcome"]),
            _points(g["missed_need_change"]),
        )
        for name, g in _named(facts)
    )
    return Section(
        heading="What it costs whom",
        blocks=(
            Bullets(items=tuple(facts["sentences"])),
            Table(
                caption="Who is looked at again with the constraint and was not "
                "without it, and the other way round, in the test fold",
                columns=(
                    "Group",
                    "Rows",
                    "With the outcome",
                    "Selected without",
                    "Selected with",
                    "Newly for review",
                    "of them with the outcome",
                    "No longer for review",
                    "of them with the outcome ",
                    "Change of missed need, points (95% interval)",
                ),
                rows=rows,
                numbers=frozenset(range(1, 10)),
            ),
            Paragraph(
                text=f'"{SMALL}" is a count from 1 to '
                f"{facts['smallest_published_count'] - 1}, or one that "
                "would give such a count back. As many rows are selected with the "
                "constraint as without it, by one order for everybody: what one group "
                "gains, others give. A child may have several rows."
            ),
        ),
    )


def _accuracy(facts: dict[str, Any]) -> Section:
    rows = tuple(
        (
            MODELS[one["model"]],
            *(
                SMALL if one["accuracy"] is None else _decimal(one["accuracy"][name])
                for name in ("auc", "recall_at_capacity", "precision_at_capacity")
            ),
        )
        for one in facts["models"]
    )
    return Section(
        heading="How well each model does, over all rows",
        blocks=(
            Paragraph(
                text="The constraint is laid on a plain logistic model, because a "
                "reduction needs one that takes weights; compare it with the same "
                "model without the constraint, and both with the run's own. Intervals "
                "of 95% keep families whole, and rows weigh as in the run's "
                "evaluation. At a capacity of "
                f" {100 * facts['capacity']:g} of 100 rows."
            ),
            Table(
                caption="Accuracy in the test fold",
                columns=(
                    "Model",
                    "Area under the curve",
                    "Recorded outcomes found at capacity",
                    "With the outcome among those selected",
                ),
                rows=rows,
                numbers=frozenset({1, 2, 3}),
            ),
        ),
    )


def _by_group(facts: dict[str, Any]) -> Section:
    tables = tuple(
        Table(
            caption=head,
            columns=("Group", *MODELS.values()),
            rows=tuple(
                (name, *(_rate(g["models"][model][rate]) for model in MODELS))
                for name, g in _named(facts)
                if not (rate.endswith("_difference") and g is facts["everyone"])
            ),
            numbers=frozenset(range(1, 1 + len(MODELS))),
        )
        for rate, head in RATE_HEADS.items()
    )
    return Section(
        heading="Each group, by each model",
        blocks=(
            Paragraph(
                text="The same measures and 95% intervals as in an audit, from the "
                "same code; they are not judged here."
            ),
            *tables,
        ),
    )


def _how(facts: dict[str, Any]) -> Section:
    together = [one for one in facts["taught"]["parts"] if len(one) > 1]
    taught = (
        f"Taught with {facts['taught']['rows']:,} rows of the training fold by "
        "fairlearn's exponentiated gradient: it teaches a model several times with "
        "other weights, and mixes them. Which group a child is in teaches, and is no "
        "input: the same record has the same score in every group."
    )
    asked = (
        "A group's rate was asked to be at most "
        f"{100 * facts['asked']['allowed']:g} points from everybody's in the rows "
        "taught with. In other rows it may differ by more."
    )
    items = [taught, asked, NO_CUTS, LOOKED_AT]
    if together:
        items.append(
            "Too few to be taught with by themselves, so put together: "
            f"{'; '.join(', '.join(one) for one in together)}."
        )
    return Section(heading="How it was made", blocks=(Bullets(items=tuple(items)),))


def _named(facts: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    names = names_of(facts["groups"])
    groups = list(zip(names, facts["groups"], strict=True))
    return [*groups, ("Everyone", facts["everyone"])]


def _short(group: dict[str, Any]) -> str:
    return str(names_of([group])[0])


def _decimal(measured: dict[str, float | None]) -> str:
    value, low, high = (measured[key] for key in ("value", "low95", "high95"))
    if value is None or low is None or high is None:
        return "not estimable"
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def _rate(held: dict[str, Any]) -> str:
    if held["value"] is None:
        return SMALL if held["state"] == "suppressed" else "not estimable"
    said = f"{100 * held['value']:.1f}"
    if held["low95"] is None or held["high95"] is None:
        return said
    return f"{said} ({100 * held['low95']:.1f} to {100 * held['high95']:.1f})"


def _points(change: dict[str, float | None] | None) -> str:
    if change is None or change["value"] is None:
        return "not shown"
    said = f"{100 * change['value']:+.1f}"
    low, high = change["low95"], change["high95"]
    if low is None or high is None:
        return said
    return f"{said}, {100 * low:+.1f} to {100 * high:+.1f}"

"""The section of a card about how far bias in the recorded outcome could reach."""

from typing import Any

from riskaid.document import Block, Bullets, Paragraph, Section, Table
from riskaid.fairness.groups import phrase_for
from riskaid.release.card_inputs import CardInputs
from riskaid.release.card_worth import EARLIER
from riskaid.release.figures import NOT_ESTIMABLE, SUPPRESSED, count, interval, share

Facts = dict[str, Any]

NOT_SHOWN = "not shown"
AREA = "area under the curve"
CASES = {
    "as_recorded": "As recorded: none of them had the outcome",
    "left_out": "Their rows are left out",
    "all_recorded": "All of them had the outcome",
}
STATES = {
    "nothing_to_leave_out": "The model reads nothing of it.",
    "nothing_left": "Nothing else is left to read.",
    "not_known": "The store does not say where outcomes come from.",
    "too_few": "Too few recorded outcomes are left.",
}
VOCABULARY = {
    "ethnicity": "ethnicity",
    "disability": "disability",
    "age_band": "age band",
}
BY = {
    "ethnicity": "ethnicity",
    "disability": "disability",
    "age_band": "age",
    "source": "source of the referral",
}


def outcome_bias(made: CardInputs) -> Section:
    """What was asked of the outcome, beside what the model makes of it."""
    found = made.run.outcome_bias
    blocks: tuple[Block, ...] = (EARLIER,)
    if found is not None:
        blocks = (
            Paragraph(
                text="A model learns what was recorded, and recording has causes of "
                "its own: who is looked at, who looks, what is written down. This "
                "cannot be taken out by arithmetic. What follows says how far it "
                "could reach."
            ),
            *(Paragraph(text=one, strong=True) for one in found["warnings"]),
            *_bounds(found),
            *_recording(found["recording"]),
            *_ablations(found["ablations"]),
            *_agreement(found["agreement"]),
            _placebo(found["placebo"]),
        )
    return Section(heading="How far bias in the outcome could reach", blocks=blocks)


def _bounds(found: Facts) -> tuple[Block, ...]:
    bounds = found["bounds"]
    if bounds["state"] == "not_known":
        return (
            Paragraph(
                text="Which rows were screened out before an outcome could be recorded "
                "is not declared, or not recorded, so that no bounds are given."
            ),
        )
    who = "; ".join(_inside(one["says"]) for one in found["screened_out"])
    if bounds["state"] == "not_hidden":
        return (
            Paragraph(
                text=f"Rows were screened out ({who}), but that does not hide this "
                "outcome: it can be recorded although nobody looked further. So no "
                "bounds are given."
            ),
        )
    if bounds["state"] == "too_few":
        return (
            Paragraph(
                text=f"Fewer than ten rows of the test fold were screened out ({who}) "
                "and show no outcome: too few for bounds."
            ),
        )
    ends = bounds["bounds"]
    return (
        Paragraph(
            text=f"Screened out: {who}. They are {share(bounds['share'])} of the test "
            f"fold ({count(bounds['rows'])} rows), and show no outcome because nobody "
            "looked further. Whichever of them had it, the order would lie between "
            f"{interval(ends['auc']['worst'])} and {interval(ends['auc']['best'])} "
            f"({AREA}), and at capacity between "
            f"{interval(ends['recall_at_capacity']['worst'], percent=True)} and "
            f"{interval(ends['recall_at_capacity']['best'], percent=True)} of outcomes "
            "would be found. Rows whose outcome window was still open are left out, "
            "and are no part of this: the calendar, and nobody's decision, took them."
        ),
        Table(
            caption="The same estimates, with three guesses about the rows that were "
            "screened out, and 95% intervals",
            columns=(
                "Guess",
                f"Order ({AREA})",
                "Found at capacity",
                "Has the outcome",
                "Recorded for each expected",
            ),
            rows=tuple(
                (
                    CASES[one["case"]],
                    interval(one["metrics"]["auc"]),
                    interval(one["metrics"]["recall_at_capacity"], percent=True),
                    interval(one["metrics"]["base_rate"], percent=True),
                    interval(one["metrics"]["calibration"]),
                )
                for one in bounds["cases"]
            ),
            numbers=frozenset({1, 2, 3, 4}),
        ),
    )


def _recording(recording: dict[str, list[Facts]]) -> tuple[Block, ...]:
    tables = tuple(
        Table(
            caption=f"How the outcome is recorded, by {words}: all rows with a known "
            "outcome, with 95% intervals",
            columns=(
                words.capitalize(),
                "Rows",
                "Outcome recorded",
                "Screened out",
                "Fields filled in",
                "Days until known: middle, slowest tenth",
            ),
            rows=tuple(_group(by, one) for one in recording[by]),
            numbers=frozenset(range(1, 6)),
        )
        for by, words in BY.items()
        if recording.get(by)
    )
    return (
        *tables,
        Paragraph(
            text="Fields and days are those of the outcomes' own records. Where days "
            "are assumed, no source says when a record became known, and the days are "
            "those declared for its table: then a delay that differs by group cannot "
            "be seen."
        ),
    )


def _group(by: str, one: Facts) -> tuple[str, ...]:
    name = _named(by, one["group"])
    if one["state"] != "estimable":
        return (name, SUPPRESSED, *([NOT_ESTIMABLE] * 4))
    screened, days = one["screened_out"], one["days_until_known"]
    assumed = " (assumed)" if one["assumed"] == 1 else ""
    return (
        name,
        count(one["rows"]),
        interval(one["recorded"], percent=True),
        NOT_SHOWN if screened is None else interval(screened, percent=True),
        share(one["complete"]),
        f"{_days(days['median'])}, {_days(days['ninetieth'])}{assumed}",
    )


def _named(by: str, group: str) -> str:
    """A group as the audit's sections name it; a source as it stands."""
    phrase = group
    if by in VOCABULARY:
        phrase = phrase_for(group, VOCABULARY[by], BY[by])
    for start in ("children recorded as ", "children whose ", "children "):
        phrase = phrase.removeprefix(start)
    return phrase[:1].upper() + phrase[1:]


def _ablations(listed: list[Facts]) -> tuple[Block, ...]:
    if not listed:
        return ()
    done = [one for one in listed if one["state"] == "estimable"]
    blocks: list[Block] = []
    if done:
        blocks.append(
            Table(
                caption="The model fitted once more without some signs, with the same "
                f"settings: {AREA} on the same rows, with 95% intervals",
                columns=("Without", "With everything", "Without it", "Change"),
                rows=tuple(
                    (
                        _sentence(one["says"]),
                        interval(one["auc"]),
                        interval(one["auc_without"]),
                        interval(one["change"], 3),
                    )
                    for one in done
                ),
                numbers=frozenset({1, 2, 3}),
            )
        )
    blocks.append(Bullets(items=tuple(_why(one) for one in listed)))
    blocks += _gaps(done)
    return tuple(blocks)


def _gaps(done: list[Facts]) -> list[Block]:
    """Whose missed need changes by more than chance, of all that were looked at."""
    gaps = [(one, group) for one in done for group in one["groups"]]
    if not gaps:
        return []
    moved = [(one, group) for one, group in gaps if _is_change(group["change"])]
    said = (
        f"Missed need, as distance from everybody else's, was looked at for "
        f"{len(gaps)} pairs of a group and what was left out. "
    )
    if not moved:
        return [Paragraph(text=f"{said}None changed by more than chance may do.")]
    return [
        Paragraph(
            text=f"{said}Those whose 95% interval does not hold a change of zero are "
            "below; of twenty pairs, one is so by chance."
        ),
        Table(
            caption="Missed need by group: points from everybody else's, with "
            "everything and without",
            columns=("Without", "Group", "With everything", "Without it", "Change"),
            rows=tuple(
                (
                    _sentence(one["says"]),
                    _named(group["by"], group["group"]),
                    *(
                        interval(group[key], percent=True)
                        for key in ("gap", "gap_without", "change")
                    ),
                )
                for one, group in moved
            ),
            numbers=frozenset({2, 3, 4}),
        ),
    ]


def _is_change(measured: Facts) -> bool:
    low, high = measured["low95"], measured["high95"]
    return low is not None and high is not None and not low <= 0 <= high


def _why(one: Facts) -> str:
    said = f"Without {one['says']}: {' '.join(one['because'].split())}"
    if one["state"] != "estimable":
        return f"{said} {STATES[one['state']]}"
    said += f" {len(one['left_out'])} indicators are left out"
    if one["outcomes_left_out"]:
        said += f", and {share(one['outcomes_left_out'])} of the test fold's outcomes"
    return f"{said}."


def _agreement(listed: list[Facts]) -> tuple[Block, ...]:
    done = [one for one in listed if one["state"] == "estimable"]
    if not done:
        return (
            Paragraph(
                text="No other outcome could be compared with on the rows of the test "
                "fold."
            ),
        )
    return (
        Table(
            caption="The same order held against other outcomes, on those rows of the "
            f"test fold for which they are known ({AREA}, with 95% intervals). An "
            "order that holds for one outcome alone may follow one decision of the "
            "services",
            columns=(
                "Other outcome",
                "Rows",
                "For the other outcome",
                "For this outcome",
                "Of rows with this outcome, have the other",
            ),
            rows=tuple(
                (
                    _sentence(one["says"]),
                    count(one["rows"]),
                    interval(one["auc"]),
                    interval(one["own_auc"]),
                    NOT_SHOWN if one["both"] is None else share(one["both"]),
                )
                for one in done
            ),
            numbers=frozenset({1, 2, 3, 4}),
        ),
    )


def _placebo(found: Facts) -> Paragraph:
    said = {
        True: "The interval holds a half, as it must.",
        False: "The interval does not hold a half, as it must.",
        None: "There are too few rows to say whether that holds a half, as it must.",
    }[found["holds"]]
    return Paragraph(
        text="A placebo: fitted to an outcome that chance dealt out within each "
        f"quarter, the model has an {AREA} of {interval(found['auc'])}. {said}"
    )


def _days(value: float | None) -> str:
    return NOT_ESTIMABLE if value is None else f"{value:.0f}"


def _inside(text: str) -> str:
    text = " ".join(text.split())
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]

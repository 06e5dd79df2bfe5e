"""The first sections of a card: what it is, the verdict, the outcome, the data."""

from typing import Any

from riskaid.document import Bullets, Paragraph, Section, Table
from riskaid.release.card_breaks import declared_breaks
from riskaid.release.card_inputs import CardInputs
from riskaid.release.card_rows import decision_points
from riskaid.release.figures import SUPPRESSED, count, in_hundred, month, share

BANNER = {
    "pass": "Audit by group: pass. Every gated difference lies within the policy's "
    "limits.",
    "fail": "Audit by group: fail. At least one difference between groups is beyond "
    "the policy's limits.",
    "insufficient_evidence": "Audit by group: insufficient evidence. There were too "
    "few records to say yes, and that is not a pass.",
}
MODEL = {
    "recommended": "Model: every criterion written beforehand is met.",
    "not_recommended": "Model: NOT RECOMMENDED.",
}
NEXT = {
    "pass": "A council's own release may go to shadow use, and from there to live use "
    "with two signatures.",
    "fail": "Nothing but a demonstration on synthetic or public records can be built. "
    "Nobody can override this.",
    "insufficient_evidence": "A council's own release may go to shadow use: it is "
    "scored silently, shown to nobody, and gathers the evidence that is missing.",
}
NEXT_DECIDED = (
    "The board has decided on each insufficient finding, for a time; its decisions "
    "stand below. They make this no pass. Live use ends with the first of them."
)
NORMAL = (
    "Insufficient evidence is a normal and correct result in a small council. A "
    "difference between two groups can only be ruled out with enough recorded outcomes "
    "in each, and many groups are small. It says nothing against the service, and "
    "nothing for the model: the honest way on is shadow use, or pooling evidence with "
    "other councils."
)


def what_this_is(made: CardInputs) -> Section:
    """What a board must know before any number."""
    blocks: list[Paragraph | Bullets | Table] = []
    if made.run.mark is not None:
        blocks.append(
            Paragraph(
                text=f"This card was made from {made.run.mark} records. They prove "
                "that the software works, not that a model helps children.",
                strong=True,
            )
        )
    blocks += [
        Paragraph(
            text=f"The model described here puts signs that are already recorded "
            "together as of a date, and estimates how often one recorded outcome "
            f"follows: {made.outcome['says']}. It gives advice for human review. A "
            "person who knows the child decides, and nothing happens by itself."
        ),
        Paragraph(
            text="The estimate is about what services recorded. It is not the "
            "probability of harm, it does not say what is true of a child, and it "
            "never says that a child is safe. What is not recorded is not known."
        ),
        Paragraph(text="It must not be used for:"),
        Bullets(items=tuple(_sentence(one) for one in made.about["not_for"])),
    ]
    return Section(
        heading="What this is, and what it is not",
        blocks=tuple(blocks),
    )


def verdict(made: CardInputs) -> Section:
    """The two verdicts in words, and what may follow from them."""
    found, says = made.audit.verdict, str(made.run.facts["recommendation"])
    blocks: list[Paragraph | Bullets | Table] = [
        Paragraph(text=BANNER[found], strong=True)
    ]
    if found == "insufficient_evidence":
        blocks.append(Paragraph(text=NORMAL))
    blocks += [
        Paragraph(text=NEXT_DECIDED if made.decisions else NEXT[found]),
        Paragraph(text=MODEL[says], strong=True),
    ]
    if says == "not_recommended":
        blocks += [
            Bullets(items=tuple(made.run.facts["why"])),
            Paragraph(
                text="Not recommending a model is a respectable result. The checklist "
                "of signs can be read without any estimate, and so can the prompts and "
                "the information gaps."
            ),
        ]
    if not made.audit.usable:
        blocks.append(
            Paragraph(
                text="This audit is not usable for a release of a council's own "
                "records, because it is not entered in a ledger of audits."
            )
        )
    blocks.append(Paragraph(text=_PURPOSE[made.purpose]))
    return Section(heading="Verdict", blocks=tuple(blocks))


def outcome(made: CardInputs) -> Section:
    """The question, the recorded outcome and how recording shapes it."""
    facts = made.outcome
    rows = [
        ("Question", " ".join(made.about["question"].split())),
        ("Recorded outcome", _sentence(facts["says"])),
        (
            "Outcome window",
            (
                f"{facts['within_days']} days, beginning {facts['gap_days']} days "
                "after the as-of date"
            ),
        ),
        ("Recorded after at most", f"{facts['lag_days']} days"),
        (
            "How often it is recorded",
            f"{in_hundred(made.base_rate)} rows of the test fold, weighted",
        ),
    ]
    return Section(
        heading="The outcome, and how recording shapes it",
        blocks=(
            Table(
                caption="What is asked, and what is counted",
                columns=("What", "Meaning"),
                rows=tuple(rows),
            ),
            Paragraph(text=" ".join(made.about["bias_statement"].split())),
        ),
    )


def data(made: CardInputs) -> Section:
    """Which tables there were, for which time, and how it is known what was known."""
    facts = made.run.facts
    mark = facts["mark"]
    blocks: list[Paragraph | Bullets | Table] = [
        Paragraph(
            text=f"The extract is of {facts['extract_date']}. The store is "
            + (f"marked {mark}." if mark else "a council's own.")
        )
    ]
    known, covered = facts["known_from"], facts["coverage"]
    blocks += [
        Table(
            caption="Tables in the store, and how it is known when each record was "
            "known (shares of records)",
            columns=(
                "Table",
                "Covered from",
                "Covered to",
                "Recorded date",
                "First seen in an extract",
                "Declared lag",
            ),
            rows=tuple(
                (
                    name.replace("_", " "),
                    month(covered[name]["from"]),
                    _until(covered[name]),
                    *(_known(known.get(name, {}), way) for way in _WAYS),
                )
                for name in sorted(covered)
            ),
            numbers=frozenset({3, 4, 5}),
        ),
        Paragraph(
            text="A value as of a date uses only what the council's systems could have "
            "shown before that date. A recorded date is best; the first extract in "
            "which a record was seen comes next; a declared lag is an assumption. "
            "'Ever' always means within the time covered here."
        ),
    ]
    return Section(heading="Data and coverage", blocks=tuple(blocks))


def cohort(made: CardInputs) -> Section:
    """Who is counted, who fell away and why, and the three folds."""
    facts = made.run.facts
    asked = facts["experiment"]["cohort"]
    counts = published(facts["cohort"])
    words = dict(_COUNTS)
    for i, out in enumerate(asked.get("exclude", []), start=1):
        words[f"excluded_{i}_{out['table']}"] = f"Left out: {_inside(out['says'])}"
    order = [*words, *sorted(set(counts) - set(words))]
    order.sort(key=lambda key: _PLACE.get(key.split("_")[0], 99))
    return Section(
        heading="Who is counted, and whose outcome is not yet known",
        blocks=(
            Paragraph(text=_sentence(asked["says"])),
            *decision_points(facts, made.reads),
            Table(
                caption="Rows, and why some fell away. A row is one child as of one "
                "date",
                columns=("Step", "Count"),
                rows=tuple(
                    (words.get(key, key.replace("_", " ")), counts[key])
                    for key in order
                    if key in counts
                ),
                numbers=frozenset({1}),
            ),
            Paragraph(
                text="A row is censored when its outcome window, with the time it "
                "takes to record an outcome, ends after the extract. Censored rows are "
                "left out and counted: no recorded outcome yet is not the same as no "
                "outcome."
            ),
            *declared_breaks(facts, counts),
            Table(
                caption="The folds: by date, and no family in two of them",
                columns=(
                    "Fold",
                    "Rows",
                    "Families",
                    "From",
                    "To",
                    "Base rate",
                    "Before families are kept apart",
                ),
                rows=tuple(
                    (
                        _FOLDS[name],
                        count(fold["rows"]),
                        count(fold["families"]),
                        month(fold["first"]),
                        month(fold["last"]),
                        share(fold["base_rate"]),
                        share(fold["base_rate_before_family_guard"]),
                    )
                    for name in _FOLDS
                    for fold in [facts["folds"][name]]
                ),
                numbers=frozenset({1, 2, 5, 6}),
            ),
        ),
    )


def published(counts: dict[str, int]) -> dict[str, str]:
    """Counts of a cohort as they may be published.

    A count of 1 to 5 is "c". Where it stands alone between two totals, the difference
    would give it back, so the next smallest is "c" as well, or else both totals.
    """
    written = {key: count(number) for key, number in counts.items()}
    first = [key for key in counts if key.startswith(_BEFORE_ROWS)]
    after = [key for key in counts if key not in {*first, "records", "rows", "kept"}]
    for steps in (first, after):
        if [written[key] for key in steps].count(SUPPRESSED) != 1:
            continue
        others = [k for k in steps if counts[k] and written[k] != SUPPRESSED]
        if others:
            written[min(others, key=lambda k: (counts[k], k))] = SUPPRESSED
        else:
            written |= {k: SUPPRESSED for k in ("records", "rows") if k in written}
    return written


_WAYS = ("recorded", "first_seen", "declared_lag")
_BEFORE_ROWS = ("undated", "outside_dates", "excluded_")
_PURPOSE = {
    "demonstration": "This card is for a demonstration. The release loads only beside "
    "records marked synthetic or public, with a watermark on every page.",
    "shadow": "This card is for shadow use: the release is scored silently and shown "
    "to nobody.",
    "live": "This card is for live use, which also needs evidence from shadow use and "
    "two signatures by different people.",
}
_COUNTS = {
    "records": "Records the rows are made from",
    "undated": "Left out: no date",
    "outside_dates": "Left out: outside the dates asked for",
    "excluded_not_known": "Left out: not known whether to leave out",
    "rows": "Rows",
    "censored": "Censored: the outcome window was still open",
    "outcome_not_covered": "Left out: outcomes not covered in the window",
    "outcome_not_known": "Left out: not known whether the outcome differs",
    "declared_break": "Left out: touched by a declared break",
    "not_eligible": "Left out: not eligible",
    "eligibility_not_known": "Left out: not known whether eligible",
    "between_folds": "Left out: between two folds",
    "dropped_by_family_guard": "Left out: a family stands in one fold only",
    "kept": "Rows used",
}
_PLACE = {
    "records": 0,
    "undated": 1,
    "outside": 2,
    "excluded": 3,
    "rows": 4,
    "censored": 5,
    "outcome": 6,
    "declared": 6,
    "not": 7,
    "eligibility": 8,
    "between": 9,
    "dropped": 10,
    "kept": 100,
}
_FOLDS = {
    "train": "Train: models are fitted",
    "calibrate": "Calibrate: the estimate is fitted, a rung is proposed",
    "test": "Test: looked at once",
}


def _known(shares: dict[str, Any], way: str) -> str:
    return share(shares[way]) if way in shares else "not known"


def _inside(text: str) -> str:
    """Words to follow a colon; "SSD" and other abbreviations stay as they are."""
    text = " ".join(text.split())
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else text + "."


def _until(covered: dict[str, Any]) -> str:
    """The last month covered, the gaps before it, and columns that no source has."""
    gaps = covered.get("gaps", [])
    without = [f"{month(first)} to {month(last)}" for first, last in gaps]
    without += [column.replace("_", " ") for column in covered.get("absent", [])]
    said = f" (nothing known of {', '.join(without)})" if without else ""
    return f"{month(covered['to'])}{said}"

"""The model card: what a governance board reads before it decides anything.

Made from the files of a run and its audit, and from nothing else, so that the same
files give the same card to the byte. It holds no date but the extract's and those of
the policy; who signed it, and until when, is said by statements beside it.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from riskaid.document import (
    Bullets,
    Document,
    Paragraph,
    Section,
    Table,
    pictures_of,
    to_html,
    to_markdown,
)
from riskaid.errors import UsageError
from riskaid.fairness.decisions import Decisions
from riskaid.files import (
    digest_folder,
    new_folder,
    write_json,
    write_text,
)
from riskaid.fragment import fragment
from riskaid.release.card_decisions import decided
from riskaid.release.card_explanation import explanation
from riskaid.release.card_fairness import fairness, limits, warnings
from riskaid.release.card_inputs import CardInputs
from riskaid.release.card_models import (
    calibration,
    compared,
    gaps,
    indicators,
    scorecard,
    split,
)
from riskaid.release.card_opening import (
    BANNER,
    MODEL,
    cohort,
    data,
    outcome,
    published,
    verdict,
    what_this_is,
)
from riskaid.release.card_outcome_bias import outcome_bias
from riskaid.release.card_probes import probes_section, read_probes
from riskaid.release.card_worth import steady, worth
from riskaid.release.decided import used_decisions
from riskaid.release.inputs import (
    check_same,
    made_from,
    read_audit,
    read_object,
    read_run,
)
from riskaid.release.lifecycle import PURPOSES
from riskaid.release.manifest import check_name
from riskaid.release.watermark import watermark_of


@dataclass(frozen=True, kw_only=True)
class CardFacts:
    """What the card says, for programs; also card.json."""

    name: str
    purpose: str
    verdict: str
    recommendation: str
    rung: str
    watermark: str | None
    facts: dict[str, Any]

    def _repr_html_(self) -> str:
        """For a notebook: what the card is of, and its verdict."""
        return fragment(
            f"Model card of {self.name}",
            [self.watermark] if self.watermark else [],
            columns=("", "says"),
            rows=[
                ("audit", self.verdict.replace("_", " ")),
                ("run", self.recommendation.replace("_", " ")),
                ("model", self.rung),
                ("purpose", self.purpose),
            ],
        )

    def to_json(self) -> dict[str, Any]:
        """All of card.json."""
        return self.facts


def make_card(
    run: Path,
    audit: Path,
    policy: Path,
    out: Path,
    *,
    name: str,
    purpose: str,
    decisions: Decisions | None = None,
    probes: Path | None = None,
) -> CardFacts:
    """Write a model card as a page, as Markdown and as facts.

    Args:
        run: The training run's folder.
        audit: The audit's folder, or its audit.json.
        policy: The policy the audit was made under.
        out: The folder to make: card.html, card.md, card.json, plots/.
        name: What the release will be called, such as "conference_12m 2026.1".
        purpose: "demonstration", "shadow" or "live".
        decisions: The board's; the card shows those that live use rests on.
        probes: What `riskaid probe` wrote; the card says it in a few lines.

    Raises:
        UsageError: A part is missing or of another run, the name or purpose is not
            one, or the extra that draws plots is not installed.
        InsufficientEvidence, GateRefused, DefinitionError: Decisions were given and do
            not cover what the purpose needs, or may not (see release.decided).
    """
    if purpose not in PURPOSES:
        raise UsageError(
            f"'{purpose}' is not a purpose. The purposes are: {', '.join(PURPOSES)}."
        )
    if not check_name(name):
        raise UsageError(
            "A release's name has letters, digits, '_', '.', '-' and at most one "
            "space, such as 'conference_12m 2026.1'. Choose such a name."
        )
    made = _read(run, audit, policy, decisions, name=name, purpose=purpose)
    found = read_probes(audit, probes, of=(made.run, made.audit))
    made = replace(made, probes=found)
    try:
        document = _document(made)
    except (KeyError, TypeError, IndexError) as problem:
        raise UsageError(
            f"The run or the audit lacks an entry that the card needs: {problem}. "
            "Train and audit again with this version."
        ) from problem
    with new_folder(out, replace=True) as folder:
        write_text(folder / "card.html", to_html(document))
        write_text(folder / "card.md", to_markdown(document))
        for picture in pictures_of(document.sections):
            write_text(folder / "plots" / picture.file, picture.svg)
        for file, held in made.probes.items():
            write_json(folder / file, held)
        facts = {**_facts(made), "files": digest_folder(folder)}
        write_json(folder / "card.json", facts)
    return CardFacts(
        name=name,
        purpose=purpose,
        verdict=made.audit.verdict,
        recommendation=str(made.run.facts["recommendation"]),
        rung=made.run.rung,
        watermark=document.watermark,
        facts=facts,
    )


def _read(
    run: Path,
    audit: Path,
    policy: Path,
    decisions: Decisions | None,
    *,
    name: str,
    purpose: str,
) -> CardInputs:
    read, audited = read_run(run), read_audit(audit)
    check_same(read, audited, policy)
    taken = used_decisions(audited, decisions, purpose=purpose)
    for needed in {"scorecard", read.rung}:
        if not (run / "models" / f"{needed}.json").is_file():
            raise UsageError(f"The run has no models/{needed}.json. Train again.")
    plots = sorted((run / "plots").glob("*.svg"))
    return CardInputs(
        run=read,
        audit=audited,
        scorecard=read_object(run / "models" / "scorecard.json"),
        chosen_model=read_object(run / "models" / f"{read.rung}.json"),
        plots={path.name: path.read_text(encoding="utf-8") for path in plots},
        made_from=made_from(read, audited, policy, taken),
        name=name,
        purpose=purpose,
        decisions=taken,
    )


def _document(made: CardInputs) -> Document:
    banner = BANNER[made.audit.verdict]
    return Document(
        title=made.about["title"].strip(),
        name=made.name,
        subtitle=f"Release {made.name}. Advice for human review about one recorded "
        f"outcome: {made.outcome['says']}.",
        watermark=watermark_of(made.purpose, made.run.mark),
        verdict=(banner, MODEL[str(made.run.facts["recommendation"])]),
        tone=made.audit.verdict,
        sections=(
            what_this_is(made),
            verdict(made),
            outcome(made),
            data(made),
            cohort(made),
            compared(made),
            split(made),
            calibration(made),
            worth(made),
            steady(made),
            explanation(made),
            outcome_bias(made),
            scorecard(made),
            indicators(made),
            fairness(made),
            *probes_section(made.probes),
            decided(made),
            limits(made),
            gaps(made),
            _signing(),
            _digests(made),
        ),
    )


def _signing() -> Section:
    return Section(
        heading="Who must sign, and until when",
        blocks=(
            Paragraph(
                text="Signatures, expiry and suspension are statements beside this "
                "card, never on it, so that the card is the same to the byte when it "
                "is made again. Show them with: riskaid release show."
            ),
            Bullets(
                items=(
                    "Audited, or a demonstration: one signature.",
                    "Shadow use: a signature for the board.",
                    (
                        "Live use: a pass or a decision of the board on each "
                        "insufficient finding, a report of shadow use, and two "
                        "signatures by different people, one an analyst and one for "
                        "the board."
                    ),
                    (
                        "Every use ends at most 12 months after it was signed. "
                        "Renewing needs a new report."
                    ),
                    "One signature, of either role, suspends or withdraws.",
                )
            ),
        ),
    )


def _digests(made: CardInputs) -> Section:
    digests = made.run.facts["digests"]
    named = [(file, made.made_from[file]) for file in sorted(made.made_from)]
    named += [
        (f"{what} (named in run.json)", digests[what]) for what in sorted(digests)
    ]
    return Section(
        heading="Digests",
        blocks=(
            Paragraph(
                text="The SHA-256 of everything this card was made from. The same "
                "files give the same card."
            ),
            Table(
                caption="Files and their digests",
                columns=("File", "SHA-256"),
                rows=tuple(named),
            ),
        ),
    )


def _facts(made: CardInputs) -> dict[str, Any]:
    run, audit = made.run.facts, made.audit.facts
    asked = run["experiment"]
    facts: dict[str, Any] = {
        "format": "riskaid-card",
        "version": 1,
        "name": made.name,
        "purpose": made.purpose,
        "mark": made.run.mark,
        "watermark": watermark_of(made.purpose, made.run.mark),
        "title": made.about["title"].strip(),
        "question": " ".join(made.about["question"].split()),
        "bias_statement": " ".join(made.about["bias_statement"].split()),
        "not_for": [" ".join(one.split()) for one in made.about["not_for"]],
        "outcome": asked["outcome"],
        "cohort": {
            **asked["cohort"],
            "eligible": run.get("eligible", []),
            "counts": published(run["cohort"]),
        },
        "extract_date": run["extract_date"],
        "folds": run["folds"],
        "base_rate": made.base_rate,
        "capacity": made.run.evaluation["capacity"],
        "rung": made.run.rung,
        "proposed": run["proposed"],
        "recommendation": run["recommendation"],
        "why": run["why"],
        "leakage": made.run.evaluation.get("leakage"),
        "metrics": run["metrics"],
        "indicators": list(made.used),
        "verdict": made.audit.verdict,
        "usable_for_release": made.audit.usable,
        "groups": [
            {
                "name": one["name"],
                "title": one["title"],
                "verdict": one["verdict"],
                "groups": {g["name"]: g["verdict"] for g in one["groups"]},
            }
            for one in audit["characteristics"]
        ],
        "policy": {
            "name": audit["policy"]["name"],
            "digest": audit["policy"]["digest"],
            "review_by": audit["policy"]["review_by"],
        },
        "decisions": [one.to_json() for one in made.decisions],
        "limits": list(warnings(made)),
        "digests": run["digests"],
        "made_from": made.made_from,
    }
    return facts

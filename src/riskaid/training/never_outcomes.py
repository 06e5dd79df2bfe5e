"""Outcomes that nothing is trained on: serious incidents, and the death of a child.

They are too rare, and the arithmetic says so before any ethics does. Figures: rapid
reviews of 2023-24 from the annual report of the Child Safeguarding Practice Review
Panel, as reported by Community Care; children in need at 31 March 2024 from DfE's
Children in need statistics, and of a middling council of 60,000 children from the same.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from riskaid.errors import DefinitionError

if TYPE_CHECKING:
    from riskaid.training.experiment import Experiment

IN_REVIEWS = 485
"""Children whom the rapid reviews of 2023-24 were about, in England."""

IN_NEED = 399_460
"""Children in need in England at 31 March 2024."""

IN_NEED_OF_ONE_COUNCIL = 2_050
"""Children in need of a council of 60,000 children, at the median rate."""

FOUND = 0.5
WRONGLY_FOUND = 0.01
"""A model far better than any published: half found, one in a hundred others wrong."""

WORDS = re.compile(
    r"\b(serious[ _-]?(incident|harm|injur|case[ _-]?review)|rapid[ _-]?review"
    r"|(safeguarding[ _-])?practice[ _-]review|lcspr|fatal|deaths?\b|dead\b|died\b"
    r"|dies\b|dying\b|killed\b|killing|homicide|murder|suicide|life[ _-]threatening)",
    re.IGNORECASE,
)
CODES = {("cla_episodes", "end_reason"): {"E2"}, ("referrals", "close_reason"): {"RC2"}}
"""Codes of DfE's returns that mean that a child has died."""


def refuse_serious_incidents(file: str, experiment: "Experiment") -> None:
    """Refuse to train on serious incidents or deaths, with the arithmetic of why.

    Raises:
        DefinitionError: The outcome, by its words or codes, is one.
    """
    for key, text in _read(experiment):
        if WORDS.search(text.replace("_", " ")):
            raise DefinitionError(
                f"{file}: '{key}' is no outcome to train on: it names {WHAT}. "
                f"{arithmetic()}"
            )
    outcome = experiment.outcome
    for name, wanted in outcome.where.items():
        values = set(wanted) if isinstance(wanted, list) else {wanted}
        if values and values <= CODES.get((outcome.table, name), set()):
            key = f"outcome.where.{name}"
            raise DefinitionError(
                f"{file}: '{key}' is no outcome to train on: it names {WHAT}. "
                f"{arithmetic()}"
            )


def arithmetic() -> str:
    """Say in numbers why nothing can be learned about so rare an outcome."""
    others = IN_NEED - IN_REVIEWS
    right, wrong = FOUND * IN_REVIEWS, WRONGLY_FOUND * others
    a_year = IN_NEED_OF_ONE_COUNCIL * IN_REVIEWS / IN_NEED
    return (
        f"In 2023-24, rapid reviews in England were about {IN_REVIEWS} children; there "
        f"were {IN_NEED:,} children in need, so {1e4 * IN_REVIEWS / IN_NEED:.0f} in "
        f"10,000. A model that found half of them and was wrong about one in 100 "
        f"others would be wrong about {100 * wrong / (right + wrong):.0f} of every 100 "
        f"children it found, and would miss {IN_REVIEWS - right:.0f}. A council with "
        f"{IN_NEED_OF_ONE_COUNCIL:,} children in need would have {a_year:.1f} a year "
        "to learn from. Reviews are for reading; prompts and gaps carry what they "
        "teach. Take one of the outcomes in experiments/README.md."
    )


WHAT = "a serious incident or a death, on which nothing is trained"


def _read(experiment: "Experiment") -> Iterator[tuple[str, str]]:
    about, outcome = experiment.experiment, experiment.outcome
    yield "experiment.name", about.name
    yield "experiment.title", about.title
    yield "experiment.question", about.question
    yield "outcome.name", outcome.name
    yield "outcome.says", outcome.says
    for name, wanted in outcome.where.items():
        yield f"outcome.where.{name}", name
        for value in wanted if isinstance(wanted, list) else [wanted]:
            yield f"outcome.where.{name}", str(value)

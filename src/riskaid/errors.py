"""Every error riskaid raises on purpose, each with the exit code a user will see.

RiskaidError
├── UsageError           RA02  the command cannot run as asked, or an extra is missing
├── DefinitionError      RA10  a file in features, experiments or fairness is wrong
├── ExtractError         RA11  a source, store or scores file cannot be used
├── GateRefused          RA12  the fairness gate said no
│   └── InsufficientEvidence RA13  the gate had too little to say yes
├── ReleaseError         RA14  unsigned, changed, expired, suspended or out of order
├── AdviceRefused        RA15  this person, case or date may not have advice
├── ReviewLogError       RA16  the review log's chain is broken
└── NotRecommended       RA17  no model is recommended, or a leakage hunt is due

A message says what is wrong, where, and what to do. It never holds a value, name, id
or date of a person: counts, and row numbers of the council's own file, only.
"""

from difflib import get_close_matches
from typing import ClassVar


def shown(text: str) -> str:
    """Text without what would move a terminal's cursor, colour it or turn its words.

    Line ends and tabs stay. File names and headers come from others, and any of them
    may hold escape sequences.
    """
    return "".join(c if c.isprintable() or c in "\n\t" else "-" for c in text)


class RiskaidError(Exception):
    """Something a user can put right; shown without a traceback."""

    code: ClassVar[str] = "RA01"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str = "") -> None:
        """Keep a message that can be shown on any terminal."""
        super().__init__(shown(message))


class UsageError(RiskaidError):
    """The command cannot run as asked, or the extra it needs is not installed."""

    code = "RA02"
    exit_code = 2


class DefinitionError(RiskaidError):
    """A file in features, experiments, fairness or a mapping is wrong."""

    code = "RA10"
    exit_code = 10


class ExtractError(RiskaidError):
    """A source extract, case store or scores file cannot be read or used."""

    code = "RA11"
    exit_code = 11


class GateRefused(RiskaidError):  # noqa: N818 - a refusal is a normal result
    """The fairness gate said no."""

    code = "RA12"
    exit_code = 12


class InsufficientEvidence(GateRefused):
    """The fairness gate had too little evidence to say yes."""

    code = "RA13"
    exit_code = 13


class ReleaseError(RiskaidError):
    """A release is unsigned, changed, expired, suspended or out of order."""

    code = "RA14"
    exit_code = 14


class AdviceRefused(RiskaidError):  # noqa: N818 - a refusal is a normal result
    """This person, case or date may not have advice."""

    code = "RA15"
    exit_code = 15


class ReviewLogError(RiskaidError):
    """The chain of the review log is broken."""

    code = "RA16"
    exit_code = 16


class NotRecommended(RiskaidError):  # noqa: N818 - a respectable result
    """No model is recommended, or the run stopped for a leakage hunt."""

    code = "RA17"
    exit_code = 17


def nearest(name: str, known: list[str]) -> str:
    """Suggest the nearest known name, as the end of a sentence.

    Returns:
        " Did you mean 'x'?" or "" when nothing is near.
    """
    found = get_close_matches(name, known, n=1)
    return f" Did you mean '{found[0]}'?" if found else ""

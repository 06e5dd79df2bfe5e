"""What the reference engine answers: values with the dated records behind them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Whose = Literal["child", "adult", "sibling"]


@dataclass(frozen=True, slots=True)
class Record:
    """One dated record of the council's or a partner's, as it was then visible.

    `date` is empty for an undated record; `fields` hold what was visible before the
    as-of date, as text; columns that were empty or filled in later are left out.
    """

    table: str
    source: str
    source_row: int | None
    date: date | None
    person: Whose
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """A value and the records behind it; None is not known, never zero."""

    value: float | None
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class Raised:
    """A prompt or information gap that stands for this child as of this date.

    `kind` "not_known" is a prompt or gap whose condition is not known: shown as
    something to find out, never as an accusation.
    """

    name: str
    kind: Literal["prompt", "gap", "not_known"]
    family: str
    says: str
    asks: str
    closes_with: str
    because: str
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is recorded of one child as of one date: values, prompts and gaps."""

    values: dict[str, Answer]
    prompts: tuple[Raised, ...]
    gaps: tuple[Raised, ...]

"""What one piece of advice holds: facts and sentences, ready to be shown or sent.

It names no child. A contribution stands in it as words and as the order of reasons, and
an estimate as whole numbers out of 100: the raw score is not in it and cannot be worked
out from it.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from riskaid.advice.wording import Band


@dataclass(frozen=True, kw_only=True)
class DatedRecord:
    """One record behind a reason or a prompt.

    Attributes:
        day: When it happened; None for a record without a date.
        what: The kind of record, in words.
        details: What it says, as pairs of name and value.
        whose: "the child", "an adult linked to them" or "a brother or sister", of whose
            record nothing more is shown.
        source: Where it stands in the council's own files.
    """

    day: date | None
    what: str
    details: tuple[tuple[str, str], ...]
    whose: str
    source: str


@dataclass(frozen=True, kw_only=True)
class ReasonShown:
    """One indicator with something recorded, in its own words, with its records."""

    indicator: str
    reads: str
    value: str
    adds: str
    not_a_sign_of: str
    source: str
    records: tuple[DatedRecord, ...]


@dataclass(frozen=True, kw_only=True)
class FamilyShown:
    """The reasons of one family of signs, those that add most first."""

    family: str
    title: str
    reasons: tuple[ReasonShown, ...]


@dataclass(frozen=True, kw_only=True)
class PromptShown:
    """A question the records raise, and where the question comes from."""

    name: str
    says: str
    asks: str
    because: str
    records: tuple[DatedRecord, ...]


@dataclass(frozen=True, kw_only=True)
class GapShown:
    """Something that is not known, and what would close the gap."""

    name: str
    says: str
    closes_with: str


@dataclass(frozen=True, kw_only=True)
class LinkedAdult:
    """An adult linked to the child as of the date, by role; never by name or id."""

    role: str
    since: date | None
    sure: bool


@dataclass(frozen=True, kw_only=True)
class EstimateShown:
    """The estimate in natural frequencies, or why there is none.

    Attributes:
        band: In words; never "low".
        sentences: What is said, in order.
        of: Out of how many: 100, or 1,000 for rare outcomes.
        count, span, usual: The numbers as words; empty when there is no estimate. Below
            the usual no number is given, and no range.
    """

    band: Band
    sentences: tuple[str, ...]
    of: int
    count: str
    span: str
    usual: str


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Advice about one child as of one date, for a person to weigh."""

    as_of: date
    extract_date: date
    age: str
    outcome: str
    release: str
    release_digest: str
    watermark: str | None
    families: tuple[FamilyShown, ...]
    nothing_recorded: tuple[str, ...]
    gaps: tuple[GapShown, ...]
    unknown: tuple[str, ...]
    prompts: tuple[PromptShown, ...]
    household: tuple[LinkedAdult, ...]
    estimate: EstimateShown
    limits: tuple[str, ...]

    def chronology(self) -> tuple[DatedRecord, ...]:
        """Every record behind the advice once, oldest first, undated ones last."""
        behind = [r.records for f in self.families for r in f.reasons]
        behind += [prompt.records for prompt in self.prompts]
        every = {record for records in behind for record in records}
        return tuple(sorted(every, key=_when))

    def to_json(self) -> dict[str, Any]:
        """The advice as plain facts, with dates as YYYY-MM-DD."""
        facts: dict[str, Any] = _plain(asdict(self))
        return facts


def _when(record: DatedRecord) -> tuple[date, str, str, tuple[tuple[str, str], ...]]:
    return (record.day or date.max, record.what, record.source, record.details)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value

"""The board's decisions on too little evidence: one checked file each, never changed.

A decision is Markdown with facts at its head (TOML between lines of `+++`) and three
parts in words below. It covers one measure of one group in one audit, for a time. What
is missing, misspelt or too long is refused with the file and what to do: a decision
that cannot be read is no decision.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from riskaid.dates import months_before
from riskaid.errors import DefinitionError, UsageError, nearest
from riskaid.fairness.policy_reading import Part
from riskaid.files import digest_bytes

FORMAT: Final = "riskaid-decision"
VERSION: Final = 1
LONGEST_MONTHS: Final = 12
HEADINGS: Final = ("Reason", "What would end it sooner", "Meanwhile")
NAME: Final = re.compile(r"(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md")
EXPLAINED: Final = "README.md"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FENCED = re.compile(r"\A\+\+\+\n(.*?)^\+\+\+\n(.*)\Z", re.DOTALL | re.MULTILINE)
_HINT = re.compile(r"<!--.*?-->", re.DOTALL)
_LIKE_AN_ID = re.compile(r"\d{6,}")
_LARGEST = 100_000


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One decision of a board.

    Attributes:
        number: The number of its file; each has the next.
        file: The file's name.
        content: Its bytes, which a release keeps.
        characteristic: As audit.json names it, or "everyone".
        group: As audit.json names it.
        measure: As audit.json names it.
        scores: SHA-256 of the audited rows, as in audit.json.
        policy: SHA-256 of the policy, as in audit.json.
        person: Who decided.
        role: In which role.
        decided_on: On which day.
        until: The last day on which it holds; at most twelve months later.
        replaces: The number of the earlier decision it takes the place of.
        pool: SHA-256 of the pool.json that is among its reasons; None where none is.
        reason: Why, in words a family could read.
        sooner: What would end it sooner.
        meanwhile: What is done meanwhile to gather the evidence.
    """

    number: int
    file: str
    content: bytes
    characteristic: str
    group: str
    measure: str
    scores: str
    policy: str
    person: str
    role: str
    decided_on: date
    until: date
    replaces: int | None
    pool: str | None
    reason: str
    sooner: str
    meanwhile: str

    @property
    def about(self) -> tuple[str, str, str]:
        """Characteristic, group and measure."""
        return self.characteristic, self.group, self.measure

    @property
    def audited(self) -> tuple[str, str]:
        """The digests of the audit it is about: of scores, and of the policy."""
        return self.scores, self.policy

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return digest_bytes(self.content)

    def to_json(self) -> dict[str, Any]:
        """As a release and a card carry it; dates as YYYY-MM-DD."""
        held = {k: v for k, v in vars(self).items() if k != "content"}
        return {
            **held,
            "decided_on": self.decided_on.isoformat(),
            "until": self.until.isoformat(),
            "digest": self.digest,
        }


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """Every decision of a folder, as it stood on one day."""

    every: tuple[Decision, ...]
    today: date

    @property
    def in_force(self) -> tuple[Decision, ...]:
        """Those that have not ended and were not replaced."""
        return tuple(d for d in self.every if not self.why_not(d))

    def why_not(self, decision: Decision) -> str:
        """Why a decision holds no longer, in words; "" where it does."""
        later = [d.file for d in self.every if d.replaces == decision.number]
        if later:
            return f"it was replaced by {later[0]}"
        if decision.until < self.today:
            return f"it ended on {decision.until.isoformat()}"
        return ""


def read_decisions(folder: Path, *, today: date) -> Decisions:
    """Read a folder of decisions and refuse it when a part does not hold.

    Args:
        folder: With files NNNN-short-title.md, numbered from 0001 without a gap, and a
            README.md that is not read.
        today: The day on which they are used.

    Raises:
        UsageError: There is no such folder.
        DefinitionError: With the file and what to do: a file of another name, a number
            twice or left out, a part missing, unknown, empty or of the wrong kind, a
            day that cannot be, two decisions on one thing, a wrong replacement.
    """
    if not folder.is_dir():
        raise UsageError(
            f"There is no folder of decisions '{folder.name}'. Name the folder with "
            "the board's decisions, such as fairness/decisions."
        )
    found = []
    for path in sorted(folder.iterdir()):
        if path.name == EXPLAINED or path.name.startswith("."):
            continue
        if not path.is_file() or path.stat().st_size > _LARGEST:
            raise DefinitionError(
                f"{path.name}: among the decisions stands what is no file of one. "
                "Move it elsewhere."
            )
        found.append(parse_decision(path.name, path.read_bytes(), today=today))
    _check_numbers(found)
    _check_replacing(found)
    return Decisions(every=tuple(found), today=today)


def parse_decision(file: str, content: bytes, *, today: date) -> Decision:
    """Read one decision.

    Raises:
        DefinitionError: As `read_decisions`.
    """
    named = NAME.fullmatch(file)
    if named is None:
        raise DefinitionError(
            f"{file}: a decision's file is called NNNN-short-title.md, such as "
            "0001-few-outcomes.md. Rename it, or move it elsewhere."
        )
    table, body = _halves(file, content)
    part = Part(table, (), file, today)
    part.text("format", one_of=[FORMAT])
    part.whole("version", at_least=VERSION, at_most=VERSION)
    replaces = None
    if part.has("replaces"):
        replaces = part.whole("replaces", at_least=1, at_most=int(named[1]) - 1)
    facts: dict[str, Any] = {
        name: part.text(name) for name in ("characteristic", "group", "measure")
    }
    for name in ("scores", "policy"):
        facts[name] = part.text(name)
        if not _DIGEST.fullmatch(facts[name]):
            raise part.error(name, "must be the 64 characters that audit.json has")
    facts["pool"] = part.text("pool") if part.has("pool") else None
    if facts["pool"] is not None and not _DIGEST.fullmatch(facts["pool"]):
        raise part.error("pool", "must be the SHA-256 of pool.json, 64 characters")
    for name in ("person", "role"):
        facts[name] = part.text(name)
        _refuse_ids(file, name, facts[name])
    decided_on, until = part.day("decided_on"), part.day("until")
    part.nothing_else()
    latest = months_before(decided_on, -LONGEST_MONTHS)
    if decided_on > today:
        raise part.error("decided_on", "lies in the future. Give the day it was taken")
    if not decided_on <= until <= latest:
        raise part.error(
            "until",
            "must lie between the day of the decision and twelve months after it, "
            f"{latest.isoformat()}",
        )
    said = _said(file, body)
    return Decision(
        number=int(named[1]),
        file=file,
        content=content,
        decided_on=decided_on,
        until=until,
        replaces=replaces,
        reason=said["Reason"],
        sooner=said["What would end it sooner"],
        meanwhile=said["Meanwhile"],
        **facts,
    )


def _halves(file: str, content: bytes) -> tuple[dict[str, Any], str]:
    try:
        text = content.decode().replace("\r\n", "\n")
        fenced = _FENCED.match(text)
        if fenced is None:
            raise DefinitionError(
                f"{file}: the facts at the head must stand between two lines of +++. "
                "Draft a new one: riskaid decisions draft"
            )
        return tomllib.loads(fenced[1]), fenced[2]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(
            f"{file}: the facts between the lines of +++ cannot be read as TOML: "
            f"{error}. Correct that line."
        ) from error


def _said(file: str, body: str) -> dict[str, str]:
    """The parts in words below the facts, by heading; hints left out."""
    pieces = re.split(r"^## (.+)$", _HINT.sub("", body), flags=re.MULTILINE)
    headings = [heading.strip() for heading in pieces[1::2]]
    for heading in headings:
        if heading not in HEADINGS:
            raise DefinitionError(
                f"{file}: '## {heading}' is not a part of a decision."
                f"{nearest(heading, list(HEADINGS))} Its parts are: "
                f"{', '.join(HEADINGS)}."
            )
    said = {}
    for heading in HEADINGS:
        if headings.count(heading) != 1:
            often = "stands twice" if heading in headings else "is missing"
            raise DefinitionError(
                f"{file}: the part '## {heading}' {often}. Let it stand once."
            )
        words = " ".join(pieces[2 * headings.index(heading) + 2].split())
        if not words:
            raise DefinitionError(
                f"{file}: nothing stands under '## {heading}'. Say it in words."
            )
        _refuse_ids(file, f"'## {heading}'", words)
        said[heading] = words
    return said


def _refuse_ids(file: str, where: str, words: str) -> None:
    if _LIKE_AN_ID.search(words):
        raise DefinitionError(
            f"{file}: {where} holds what looks like an id or a number of a person. A "
            "decision is about groups: take it out."
        )


def _check_numbers(found: Iterable[Decision]) -> None:
    expected = 1
    for decision in found:
        if decision.number < expected:
            raise DefinitionError(
                f"{decision.file}: another decision has its number. Give it the next "
                "free one."
            )
        if decision.number > expected:
            raise DefinitionError(
                f"{decision.file}: decision {expected:04d} before it is missing. "
                "Decisions are never deleted: put it back, or number on without a gap."
            )
        expected += 1


def _check_replacing(found: list[Decision]) -> None:
    replaced: dict[int, str] = {}
    standing: dict[tuple[tuple[str, str, str], tuple[str, str]], Decision] = {}
    for decision in found:
        if decision.replaces is not None:
            earlier = found[decision.replaces - 1]
            if earlier.number in replaced:
                raise DefinitionError(
                    f"{decision.file}: decision {earlier.number:04d} was replaced "
                    f"already, by {replaced[earlier.number]}. Replace that one."
                )
            if earlier.about != decision.about:
                raise DefinitionError(
                    f"{decision.file}: decision {earlier.number:04d}, which it would "
                    "replace, is about another group or measure. A decision covers "
                    "one of each: leave 'replaces' out, or correct it."
                )
            replaced[earlier.number] = decision.file
            standing.pop((earlier.about, earlier.audited), None)
        key = decision.about, decision.audited
        if key in standing:
            raise DefinitionError(
                f"{decision.file}: {standing[key].file} decides the same. Say which "
                f"holds: replaces = {standing[key].number}"
            )
        standing[key] = decision

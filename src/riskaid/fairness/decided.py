"""Which of an audit's insufficient findings the board's decisions cover, and which not.

Only too little evidence can be decided. A fail is overridden by nobody, nor is a number
beyond its limit with an uncorrected p-value under the policy's; nor is a characteristic
that is not audited at all, because there is no finding to decide on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from riskaid.errors import DefinitionError, GateRefused, UsageError, nearest
from riskaid.fairness.decisions import Decision, Decisions

EVERYONE: Final = "everyone"


@dataclass(frozen=True, kw_only=True)
class Unsettled:
    """A finding for which there is too little evidence.

    Attributes:
        about: Characteristic ("everyone" for all rows together), group and measure.
        decision_possible: Whether a board may decide on it.
        sentence: As the audit says it.
        more_outcomes: About how many more recorded outcomes would settle it.
    """

    about: tuple[str, str, str]
    decision_possible: bool
    sentence: str
    more_outcomes: int | None


@dataclass(frozen=True, kw_only=True)
class Covered:
    """What an audit leaves unsettled, beside what was decided.

    Attributes:
        decisions: Those that cover a finding, in the audit's order.
        left: Findings without a decision that holds, with why an earlier one does not.
        barred: In words, what no decision may cover.
    """

    decisions: tuple[Decision, ...]
    left: tuple[tuple[Unsettled, str], ...]
    barred: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether each insufficient finding is covered, and there is at least one."""
        return bool(self.decisions) and not self.left and not self.barred


def unsettled(audit: dict[str, Any]) -> tuple[Unsettled, ...]:
    """Every finding of an audit for which there is too little evidence, in order.

    Args:
        audit: As audit.json holds it.
    """
    return tuple(
        Unsettled(
            about=(characteristic, group["name"], metric["metric"]),
            decision_possible=metric["decision_possible"] is True,
            sentence=metric["sentence"],
            more_outcomes=metric["more_outcomes"],
        )
        for characteristic, group in _groups(audit)
        for metric in group["metrics"]
        if metric["verdict"] == "insufficient_evidence"
    )


def cover(audit: dict[str, Any], decisions: Decisions) -> Covered:
    """Lay decisions beside an audit.

    Args:
        audit: As audit.json holds it; its verdict is insufficient evidence.
        decisions: Of a folder. Those about other audits cover nothing here.

    Raises:
        UsageError: The audit passed: there is nothing to decide.
        GateRefused: The audit failed, or a decision is on a finding that no board may
            decide.
        DefinitionError: A decision on this audit names what it does not hold.
    """
    _check_verdict(audit)
    audited = audit["scores"]["digest"], audit["policy"]["digest"]
    mine = [d for d in decisions.in_force if d.audited == audited]
    for decision in mine:
        _check_named(decision, audit)
    by_about = {d.about: d for d in mine}
    found, left = [], []
    barred = list(_barred(audit))
    for one in unsettled(audit):
        if not one.decision_possible:
            _refuse_decided(by_about.get(one.about))
            barred.append(one.sentence)
        elif one.about in by_about:
            found.append(by_about[one.about])
        else:
            left.append((one, _why_none(one, decisions, audited)))
    return Covered(decisions=tuple(found), left=tuple(left), barred=tuple(barred))


def finding_of(audit: dict[str, Any], about: tuple[str, str, str]) -> Unsettled:
    """The insufficient finding that a decision is to be drafted on.

    Raises:
        UsageError: The audit passed, or the finding is not an insufficient one.
        DefinitionError: The audit holds no such characteristic, group or measure.
        GateRefused: The audit failed, or no board may decide on the finding.
    """
    _check_verdict(audit)
    _check_names("The draft", about, audit)
    found = [one for one in unsettled(audit) if one.about == about]
    if not found:
        raise UsageError(
            "The audit does not find too little evidence there, so there is nothing to "
            "decide. See what is left with: riskaid decisions check"
        )
    if not found[0].decision_possible:
        raise GateRefused(
            "No decision is possible there: the number itself is beyond its limit by "
            "more than chance would often give. More outcomes may settle it."
        )
    return found[0]


def _check_verdict(audit: dict[str, Any]) -> None:
    if audit["verdict"] == "pass":
        raise UsageError(
            "The audit passed: no decision is needed, and none changes anything."
        )
    if audit["verdict"] != "insufficient_evidence":
        raise GateRefused(
            "The audit failed, and no decision of anybody overrides that. Look for the "
            "cause in the records and the outcome, train again and audit again."
        )


def _groups(audit: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for characteristic in audit["characteristics"]:
        for group in characteristic["groups"]:
            yield characteristic["name"], group
    yield EVERYONE, audit["everyone"]


def _barred(audit: dict[str, Any]) -> Iterator[str]:
    """What is insufficient and has no finding that a decision could name."""
    for name in audit["policy"]["not_audited"]:
        yield f"{name.capitalize()} is not audited, which no decision covers."
    for characteristic, group in _groups(audit):
        waits = any(m["verdict"] == "insufficient_evidence" for m in group["metrics"])
        if group["verdict"] == "insufficient_evidence" and not waits:
            yield (
                f"{characteristic}, {group['name']}: too little evidence, and no "
                "finding that says of what."
            )


def _check_named(decision: Decision, audit: dict[str, Any]) -> None:
    _check_names(decision.file, decision.about, audit)
    for characteristic, group in _groups(audit):
        for metric in group["metrics"]:
            about = characteristic, group["name"], metric["metric"]
            if about == decision.about and metric["verdict"] == "fail":
                _refuse_decided(decision)


def _check_names(who: str, about: tuple[str, str, str], audit: dict[str, Any]) -> None:
    """Refuse a characteristic, group or measure that the audit does not judge."""
    characteristic, group, measure = about
    groups: dict[str, dict[str, list[str]]] = {}
    for name, held in _groups(audit):
        judged = [m["metric"] for m in held["metrics"] if m["role"] != "shown"]
        groups.setdefault(name, {})[held["name"]] = judged
    for what, named, known in (
        ("characteristic", characteristic, lambda: groups),
        ("group", group, lambda: groups[characteristic]),
        ("measure", measure, lambda: groups[characteristic][group]),
    ):
        held_names = list(dict.fromkeys(known()))
        if named not in held_names:
            raise DefinitionError(
                f"{who}: the audit judges no {what} '{named}' there."
                f"{nearest(named, held_names)} It has: {', '.join(held_names)}."
            )


def _refuse_decided(decision: Decision | None) -> None:
    if decision is not None:
        raise GateRefused(
            f"{decision.file} decides on a number that is beyond its limit by more "
            "than chance would often give. Nobody can override that: have the board "
            "take another decision that replaces it, and change the model or wait for "
            "more outcomes."
        )


def _why_none(one: Unsettled, decisions: Decisions, audited: tuple[str, str]) -> str:
    """Why the latest decision on the same thing does not count; "" if there is none."""
    for decision in reversed(decisions.every):
        if decision.about != one.about:
            continue
        ended = decisions.why_not(decision)
        if ended:
            return f"{decision.file} does not count: {ended}"
        what = "scores" if decision.scores != audited[0] else "policy"
        return (
            f"{decision.file} does not count: it is about another audit (its {what} "
            "has another digest)"
        )
    return ""


def earliest_end(decisions: Iterable[Decision]) -> date | None:
    """The last day on which all of them hold; None where there are none."""
    return min((d.until for d in decisions), default=None)

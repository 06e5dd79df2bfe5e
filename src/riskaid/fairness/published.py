"""Reading an audit's published form: names, cells and limits as every page says them.

The audit's page, its Markdown and the model card read the same facts. They share these
words, so that no two of them say a number, a group or a limit differently.
"""

from collections.abc import Sequence
from math import nan
from typing import Any, Final

from riskaid.fairness.disclosure import SMALL
from riskaid.fairness.words import kind_of, number

MEASURES: Final = {
    "false_negative_rate_difference": "Missed need: difference in points",
    "recall_ratio": "Need found: ratio",
    "calibration": "Recorded outcomes for each one expected",
    "positive_predictive_value_difference": "Outcome among those selected: points",
    "false_positive_rate_difference": "Selected without an outcome: points",
    "auc": "Order within the group (area under the curve)",
}
ROLES: Final = {
    "primary": "must pass",
    "guardrail": "must pass, wider",
    "fail_only": "can only stop a release",
}
SHORT: Final = {
    "pass": "within the limit",
    "fail": "beyond the limit",
    "insufficient_evidence": "not enough evidence",
    "reported": "reported only",
}
USES: Final = {
    "gated": "must pass",
    "merged": "judged within another",
    "reported": "reported",
}
JUDGED: Final = ("primary", "guardrail", "fail_only", "usefulness")
NOT_ESTIMABLE: Final = "not estimable"


def names_of(groups: Sequence[dict[str, Any]]) -> list[str]:
    """Groups as a reader knows them: "White", "Ethnicity was refused"."""
    names = []
    for group in groups:
        name = group["phrase"]
        for start in ("children recorded as ", "children whose ", "children "):
            name = name.removeprefix(start)
        names.append(name[:1].upper() + name[1:])
    if len(set(names)) == len(names):
        return names
    return [group["name"] for group in groups]


def is_nobody(group: dict[str, Any]) -> bool:
    """Whether nobody is in a group that does not have to pass."""
    return bool(group["rows"] == 0 and group["use"] == "reported")


def at_capacity(group: dict[str, Any], capacity: float) -> dict[str, dict[str, Any]]:
    """A group's findings by measure, at one capacity or where none matters."""
    return {
        metric["metric"]: metric
        for metric in group["metrics"]
        if metric["capacity"] in (None, capacity)
    }


def not_shown(found: dict[str, Any] | None) -> str:
    """What stands where there is no number: "c", or that it cannot be estimated."""
    suppressed = found is not None and found["state"] == "suppressed"
    return SMALL if suppressed else NOT_ESTIMABLE


def interval_words(found: dict[str, Any] | None, confidence: str) -> str:
    """An interval as a person reads it, "no bound" on a side that has none.

    Args:
        found: A finding with a number.
        confidence: "90", "95" or "_inside", the one that a pass needs inside the limit.
    """
    if found is None or found["value"] is None:
        return not_shown(found)
    kind = kind_of(found["rate"], found["compared"])
    low, high = (
        nan if found[f"{side}{confidence}"] is None else found[f"{side}{confidence}"]
        for side in ("low", "high")
    )
    return f"{number(low, kind)} to {number(high, kind)}".replace("%", "")


def value_words(found: dict[str, Any] | None) -> str:
    """A number by itself."""
    if found is None or found["value"] is None:
        return not_shown(found)
    return number(found["value"], kind_of(found["rate"], found["compared"]))


def cell_words(found: dict[str, Any] | None) -> str:
    """A number with its 95% interval: "31.0% (24.1 to 38.8)"."""
    if found is None or found["value"] is None:
        return not_shown(found)
    return f"{value_words(found)} ({interval_words(found, '95')})"


def edge_words(measure: str, held: dict[str, Any]) -> str:
    """A limit's edges as a person reads them."""
    kind = "points" if measure.endswith("_difference") else "plain"
    low, high = held["lowest"], held["highest"]
    if low is not None and high is not None:
        return f"{number(low, kind)} to {number(high, kind)}"
    if low is not None:
        return f"at least {number(low, kind)}"
    return f"at most {number(high, kind)}" if high is not None else "none"


def count_words(value: float | str) -> str:
    """A count with commas, or "c" where it is not published."""
    return value if isinstance(value, str) else f"{value:,}"


def outcomes_wanted(findings: dict[str, dict[str, Any]]) -> str:
    """About how many more outcomes would settle a group's findings; "" where none."""
    wanted = [f["more_outcomes"] for f in findings.values() if f["more_outcomes"]]
    return f"{max(wanted):,}" if wanted else ""


def beside_earlier(audit: dict[str, Any]) -> str:
    """Which audits published before it was held against, and what to do with others.

    Args:
        audit: What Audit.to_json returns.
    """
    held = len(audit["compared_with"])
    if held:
        said = (
            f"It was held against {held} published before, so that subtracting one "
            "from another gives no small count back."
        )
        other = "If any other audit of some of the same rows is out"
    else:
        said = "It was held against no audit published before."
        other = "If one of some of the same rows is out"
    return f"{said} {other}, audit again with --previous before this is given away."

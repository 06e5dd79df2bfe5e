"""The report on outcome bias on a run's page in MLflow, in a few lines and numbers."""

from collections.abc import Iterator
from typing import Any

Facts = dict[str, Any]


def bias_metrics(found: Facts | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Find the numbers of the report that can be compared with another run's.

    Args:
        found: outcome_bias.json; None gives nothing.

    Yields:
        Where a number stands, ending in a stroke, and the numbers by name.
    """
    if found is None:
        return
    yield "outcome_bias/placebo/", {"auc": found["placebo"]["auc"]}
    for one in _estimable(found["ablations"]):
        told = {"auc": one["auc_without"], "auc_change": one["change"]}
        yield f"outcome_bias/without_{one['name']}/", told
    for one in _estimable(found["agreement"]):
        yield f"outcome_bias/{one['name']}/", {"auc": one["auc"]}
    for metric, ends in found["bounds"].get("bounds", {}).items():
        yield f"outcome_bias/bounds/{metric}_", ends


def bias_lines(found: Facts | None) -> Iterator[str]:
    """Say in a few lines how far bias in the outcome could reach; empty ones part them.

    Args:
        found: outcome_bias.json; None gives nothing.
    """
    if found is None:
        return
    for warning in found["warnings"]:
        yield f"WARNING. {warning}"
        yield ""
    bounds = found["bounds"]
    if bounds["state"] == "estimable":
        ends = bounds["bounds"]["auc"]
        yield (
            f"Of the test fold's rows {_share(bounds['share'])} were screened out "
            "before an outcome could be recorded. Whichever of them had it, the AUC "
            f"would lie between {_said(ends['worst'])} and {_said(ends['best'])}."
        )
        yield ""
    for one in _estimable(found["ablations"]):
        yield (
            f"Without {one['says']}: AUC {_said(one['auc_without'])}, "
            f"a change of {_change(one['change'])}."
        )
        yield ""
    for one in _estimable(found["agreement"]):
        yield f"For another outcome, {one['says']}: AUC {_said(one['auc'])}."
        yield ""
    chance = found["placebo"]["auc"]
    yield (
        f"For an outcome dealt out by chance: AUC {_said(chance)} "
        f"({_said(chance, 'low95')} to {_said(chance, 'high95')})."
    )
    yield ""


def _estimable(listed: list[Facts]) -> Iterator[Facts]:
    return (one for one in listed if one["state"] == "estimable")


def _said(measured: Facts, end: str = "value") -> str:
    value = measured[end]
    return "not estimable" if value is None else f"{value:.3f}"


def _change(measured: Facts) -> str:
    if measured["value"] is None:
        return "not estimable"
    ends = [measured[end] for end in ("value", "low95", "high95")]
    value, low, high = ("not estimable" if e is None else f"{e:+.3f}" for e in ends)
    return f"{value} ({low} to {high})"


def _share(value: float) -> str:
    return f"{100 * value:.1f}%"

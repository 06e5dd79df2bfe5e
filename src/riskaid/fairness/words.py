"""One sentence for each finding, in the words of fairness/LANGUAGE.md."""

from math import isnan
from typing import Final

from riskaid.fairness.gate import Judged

RATES: Final = {
    "base_rate": "the share with a recorded outcome",
    "selection_rate": "the share selected for a further look",
    "false_negative_rate": "missed need (recorded outcomes not selected for a further "
    "look)",
    "recall": "need found (recorded outcomes selected for a further look)",
    "false_positive_rate": "the share selected among those without a recorded outcome",
    "positive_predictive_value": "the share with a recorded outcome among those "
    "selected",
    "false_omission_rate": "the share with a recorded outcome among those not selected",
    "calibration": "recorded outcomes for each one expected by the estimates",
    "calibration_slope": "how far recorded outcomes spread with the estimates (1 is "
    "right; under 1, high estimates are too high and low ones too low)",
    "auc": "how well the estimates order those with and without a recorded outcome "
    "(0.5 is chance)",
    "lift": "how many times more often an outcome was recorded for those selected than "
    "for all",
    "spread": "how much the estimates differ from one another (standard deviation)",
}
VERDICTS: Final = {
    "pass": "within the limit",
    "fail": "beyond the limit",
    "insufficient_evidence": "not enough evidence to tell",
    "reported": "reported; decides nothing",
}
RELEASE_VERDICTS: Final = {
    "pass": "Pass: in every gated group the whole interval lies within the limits.",
    "fail": "Fail: at least one group is treated differently beyond a limit, by more "
    "than chance explains. Nobody can override this.",
    "insufficient_evidence": "Insufficient evidence: nothing shows that a limit is "
    "broken, and there is too little to show that all are kept. This is not a pass.",
}
SHARES: Final = frozenset(
    {
        "base_rate",
        "selection_rate",
        "false_negative_rate",
        "recall",
        "false_positive_rate",
        "positive_predictive_value",
        "false_omission_rate",
    }
)


def number(value: float, kind: str) -> str:
    """A number as a person reads it: "31%", "11.0 points" or "1.20"."""
    if isnan(value):
        return "no bound"
    if kind == "share":
        return f"{100 * value:.1f}%"
    if kind == "points":
        return f"{100 * value:.1f}"
    return f"{value:.2f}"


def kind_of(rate: str, compared: str) -> str:
    """How a number is written: "share", "points" or "plain"."""
    if compared == "difference":
        return "points"
    return "share" if compared == "value" and rate in SHARES else "plain"


def limit_words(j: Judged) -> str:
    """The limit as a person reads it, else "" where there is none."""
    f = j.finding
    kind = kind_of(f.rate, f.compared)
    unit = " points" if kind == "points" else ""
    if j.lowest is not None and j.highest is not None:
        low, high = number(j.lowest, kind), number(j.highest, kind)
        return f"{low} to {high}{unit}"
    if f.measure == "spread":
        return f"at least {j.lowest:.3f}"
    if j.lowest is not None:
        return f"at least {number(j.lowest, kind)}{unit}"
    return ""


def _what(j: Judged) -> str:
    f, kind = j.finding, kind_of(j.finding.rate, j.finding.compared)
    between = f"95% interval {number(f.low95, kind)} to {number(f.high95, kind)}"
    if f.compared == "difference":
        side = "higher" if f.value >= 0 else "lower"
        return (
            "the estimate differs between groups by "
            f"{number(abs(f.value), kind)} points, {side} than among everyone else "
            f"({between} points)"
        )
    if f.compared == "ratio":
        return f"{number(f.value, kind)} times that among everyone else ({between})"
    if f.measure == "spread":
        return f"{f.value:.3f}"
    return f"{number(f.value, kind)} ({between})"


def sentence(j: Judged, *, suppressed: bool = False) -> str:
    """Say one finding: what, about whom, how sure, against which limit, the verdict.

    Args:
        j: The judged finding.
        suppressed: Whether its number may not be published; then it is left out.
    """
    f = j.finding
    head = f"Among {j.cell.phrase}, {RATES[f.rate]}"
    if f.capacity is not None:
        head += f", with {100 * f.capacity:.3g}% of rows selected"
    if suppressed:
        said = f"{head}: not published, because small counts are not."
    elif f.state != "estimable":
        said = f"{head}: cannot be estimated, because there are {f.reason}."
        if not f.reason.startswith("fewer"):
            said = f"{head}: cannot be estimated, because {f.reason}."
    else:
        said = f"{head}: {_what(j)}."
    if j.role == "shown":
        return said
    if j.verdict == "reported" and j.role == "fail_only":
        said += f" Limit {limit_words(j)}: not shown to be beyond it."
    elif suppressed and j.cell.use == "gated":
        said += (
            f" Limit {limit_words(j)}, for the groups not shown taken together: "
            f"{VERDICTS[j.verdict]}."
        )
    else:
        said += f" Limit {limit_words(j)}: {VERDICTS[j.verdict]}."
    return said

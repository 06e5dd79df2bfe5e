"""A finished run in words and numbers for MLflow, whose page can be read by itself."""

import re
from collections.abc import Iterator
from typing import Any

from riskaid.models import RUNGS
from riskaid.training.experiment import FOLDS
from riskaid.training.explanation_page import (
    explanation_lines,
    explanation_metrics,
)
from riskaid.training.fitted import read_rungs, rows_of
from riskaid.training.measures import estimate_metrics, rank_metrics, short
from riskaid.training.outcome_bias_page import bias_lines, bias_metrics
from riskaid.training.run import Run
from riskaid.training.table import matrix_of, outcome_of

Number = float | None
ENDS = ("low95", "high95")
WHAT_IS_HERE = (
    "### What is here",
    "",
    "- **Artifacts**: the experiment, the frozen declarations, all three models with",
    "  their calibrations, the evaluation and the plots. No row about a child is",
    "  uploaded: the training table and the estimates stay in the run's folder.",
    "- **Model**: gives an estimate with its interval, reasons and gaps, never a yes",
    "  or no, and only on rows whose outcome is known by now.",
    "- **Next**: `riskaid audit` on the run's folder, then `riskaid card`. Nothing",
    "  here may be used about a child before a signed release.",
)

ELSEWHERE = re.compile(r"[^\w\-. /]")
"""Characters that MLflow takes in no metric's name."""


def params_of(facts: dict[str, Any]) -> dict[str, Any]:
    """What the run was asked to do and which settings its search chose."""
    asked = facts["experiment"]
    return {
        "outcome": asked["outcome"]["name"],
        "within_days": asked["outcome"]["within_days"],
        "gap_days": asked["outcome"]["gap_days"],
        "trials": asked["search"]["trials"],
        "inner_folds": facts["search"]["inner_folds"],
        "capacity": asked["limits"]["capacity"],
        "choose": asked["models"]["choose"],
        "calibration": asked["models"]["calibration"],
        "predictors": len(facts["predictors"]),
        "extract_date": facts["extract_date"],
        "seed": facts["seed"],
        **{f"booster.{name}": held for name, held in facts["settings"].items()},
    }


def metrics_of(run: Run) -> dict[str, Number]:
    """Every number of a run that can be compared with another run's.

    Returns:
        `scorecard.auc` and its like for the test fold, with `.low95` and `.high95`;
        `train/scorecard.auc` for each fold; `age_bands/under 1/auc` for each group that
        the evaluation measured, whose intervals stand in evaluation.json; `rows.train`,
        `base_rate.train`; `outcome_bias/placebo/auc` and its like.
    """
    found: dict[str, Number] = {}
    for rung, metrics in run.facts["metrics"].items():
        found |= _told(f"{rung}.", metrics)
    for fold, held in run.facts["folds"].items():
        found[f"rows.{fold}"] = float(held["rows"])
        found[f"base_rate.{fold}"] = held["base_rate"]
    found |= fold_metrics(run)
    found |= explanation_metrics(run.evaluation)
    for place, metrics in groups_of(run.evaluation):
        # With the ends of every group's intervals nobody could find anything.
        found |= _told(f"{place}/", metrics, ends=())
    for place, metrics in bias_metrics(run.outcome_bias):
        found |= _told(place, metrics)
    return {ELSEWHERE.sub("-", name): value for name, value in found.items()}


def fold_metrics(run: Run) -> dict[str, Number]:
    """Measure every rung on every fold, without intervals; rows keep their weights.

    Far better numbers on the training fold than on the others say that a rung has
    learnt its rows by heart.
    """
    names = tuple(run.facts["predictors"])
    capacity = run.facts["experiment"]["limits"]["capacity"]
    rungs = read_rungs(run.folder)
    found: dict[str, Number] = {}
    for fold in FOLDS:
        rows = rows_of(run.folder, fold)
        outcome, once = outcome_of(rows), rows["weight"].to_numpy()[None, :]
        matrix = matrix_of(rows, names)
        for name, rung in rungs.items():
            estimate = rung.estimate(matrix, names)
            measured = rank_metrics(estimate, outcome, once, capacity=capacity)
            measured |= estimate_metrics(estimate, outcome, once)
            del measured["base_rate"]
            for metric, values in measured.items():
                found[f"{fold}/{name}.{metric}"] = short(float(values[0]))
    return found


def groups_of(evaluation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Find every group the evaluation measured: its place, and its metrics.

    A list in the evaluation, or one level down in it, is one of groups when its entries
    hold `metrics`; a group is named by the first of its entries that is text and is not
    its state.
    """
    lists = {name: held for name, held in evaluation.items() if isinstance(held, list)}
    for held in evaluation.values():
        if isinstance(held, dict):
            lists |= {name: one for name, one in held.items() if isinstance(one, list)}
    for name, held in sorted(lists.items()):
        for entry in held:
            if not isinstance(entry, dict) or "metrics" not in entry:
                continue
            words = [
                text
                for key, text in entry.items()
                if isinstance(text, str) and key != "state"
            ]
            yield (
                f"{name}/{(words[0] if words else '') or 'not recorded'}",
                entry["metrics"],
            )


def _told(
    place: str, metrics: dict[str, Any], *, ends: tuple[str, ...] = ENDS
) -> dict[str, Number]:
    found: dict[str, Number] = {}
    for metric, held in metrics.items():
        if isinstance(held, dict) and "value" in held:
            found[f"{place}{metric}"] = held["value"]
            found |= {f"{place}{metric}.{end}": held.get(end) for end in ends}
        elif isinstance(held, int | float) and not isinstance(held, bool):
            found[f"{place}{metric}"] = float(held)
    return found


def page_of(run: Run) -> str:
    """Write the run's page as Markdown: what was asked, what was found, what next."""
    facts = run.facts
    about = facts["experiment"]["experiment"]
    # MLflow folds a long page up after a few lines, so what matters most comes first.
    lines = [f"### {_plain(about['title'])}", "", *_verdict(facts), ""]
    if facts["mark"]:
        lines += [f"**Made from {facts['mark']} records, about nobody's case.**", ""]
    lines += [_plain(about["question"]), ""]
    lines += ["### The three models on the test fold", ""]
    lines += [*_rungs(facts), "", _plain(facts["proposed"]["because"]), ""]
    reads = {one.name: _plain(one.reads) for one in run.plan.indicators}
    lines += [*explanation_lines(run.evaluation, reads=reads), ""]
    lines += ["### The rows", "", *_folds(facts), ""]
    lines += [
        "### How recording shapes this outcome",
        "",
        _plain(about["bias_statement"]),
        "",
        *(_plain(line) if line else "" for line in bias_lines(run.outcome_bias)),
        "### Not for",
        "",
        *(f"- {_plain(use)}" for use in about["not_for"]),
        "",
        *WHAT_IS_HERE,
        "",
        f"Store `{facts['digests']['store'][:12]}`,",
        f"declarations `{facts['digests']['plan'][:12]}`, seed {facts['seed']}.",
    ]
    return "\n".join(lines) + "\n"


def _verdict(facts: dict[str, Any]) -> list[str]:
    if facts["recommendation"] == "recommended":
        said = f"Recommended: the {facts['chosen']}."
    else:
        said = "NOT RECOMMENDED, a respectable result."
    return [f"**{said}**", "", *(f"- {_plain(why)}" for why in facts["why"])]


def _rungs(facts: dict[str, Any]) -> Iterator[str]:
    yield "| model | AUC (95% interval) | found at capacity | AUC if split at random |"
    yield "| --- | ---: | ---: | ---: |"
    for rung in RUNGS:
        metrics = facts["metrics"][rung]
        auc, recall = metrics["auc"], metrics["recall_at_capacity"]["value"]
        ends = f"{_said(auc['low95'])} to {_said(auc['high95'])}"
        name = f"**{rung}**" if rung == facts["chosen"] else rung
        careless = _said(metrics["random_split_auc"])
        area = f"{_said(auc['value'])} ({ends})"
        yield f"| {name} | {area} | {_said(recall)} | {careless} |"


def _folds(facts: dict[str, Any]) -> Iterator[str]:
    yield "| fold | first | last | rows | families | share with the outcome |"
    yield "| --- | --- | --- | ---: | ---: | ---: |"
    for fold in FOLDS:
        held = facts["folds"][fold]
        yield (
            f"| {fold} | {held['first']} | {held['last']} | {held['rows']:,} | "
            f"{held['families']:,} | {100 * held['base_rate']:.1f}% |"
        )


def _said(value: Number) -> str:
    return "not estimable" if value is None else f"{value:.3f}"


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(str(text).split()))

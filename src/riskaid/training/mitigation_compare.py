"""The plain and the constrained model of a study beside the rungs, by group.

Rates and their intervals are the audit's own, from the same code. Nothing is judged.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from riskaid.fairness.audit import audit
from riskaid.fairness.disclosure import SMALL
from riskaid.fairness.policy import Policy
from riskaid.fairness.results import Audit, Group
from riskaid.fairness.rows import group_rows
from riskaid.fairness.scores import check_columns
from riskaid.fairness.sums import Floats
from riskaid.progress import Progress, silent
from riskaid.training.measures import measure, resampled
from riskaid.training.mitigation import Asked, Bools, chosen, parts_of, teach
from riskaid.training.moved import moved
from riskaid.training.table import matrix_of, outcome_of

TAUGHT: Final = ("plain", "constrained")
ACCURACY: Final = ("auc", "recall_at_capacity", "precision_at_capacity")
RATES: Final = (
    "false_negative_rate",
    "false_negative_rate_difference",
    "selection_rate",
    "positive_predictive_value",
)


@dataclass(frozen=True)
class Draws:
    """What is drawn, and by which seed.

    Attributes:
        replicates: Resamples of families for accuracy and for changes.
        seed: Of those: that of the run, so that its rungs have its figures.
        audit_seed: Of draws among equal scores, and of the audits' intervals.
    """

    replicates: int
    seed: int
    audit_seed: int = 0


@dataclass(frozen=True)
class Side:
    """One model's order of the test rows, and its audit.

    Attributes:
        audit: With whole numbers.
        published: As it may leave the council.
        groups: Of the characteristic asked for, and at the end everyone.
        shown: The same as published.
    """

    audit: Audit
    published: dict[str, Any]
    groups: list[Group]
    shown: list[dict[str, Any]]

    def rates(self, at: int, *, closed: bool) -> dict[str, Any]:
        """The rates of one group as its audit publishes them; none where `closed`."""
        capacity = self.published["gated_capacity"]
        held = self.shown[at]["metrics"]
        found = {m["metric"]: m for m in held if m["capacity"] == capacity}
        keys = ("value", "low95", "high95", "state")
        state = "suppressed" if closed else "not_estimable"
        nothing = dict.fromkeys(keys[:3]) | {"state": state}
        found = {} if closed else found
        return {r: {k: found.get(r, nothing)[k] for k in keys} for r in RATES}

    def shut(self, at: int) -> bool:
        """Whether who is selected of one group may not be shown."""
        one = self.groups[at]
        return one.hidden or self.audit.gated_capacity in one.hidden_at


def compare(
    train: pl.DataFrame,
    test: pl.DataFrame,
    names: tuple[str, ...],
    policy: Policy,
    *,
    asked: Asked,
    rungs: Mapping[Any, Floats],
    draws: Draws,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Teach with one fold, and measure every order on another.

    Args:
        train: person_id, family_id, outcome, the indicators, and a column for each
            characteristic of the policy.
        test: The same columns, and weight.
        names: The indicators used; null is not known.
        policy: Whose capacity selects, and whose smallest count is shown.
        asked: The constraint, checked.
        rungs: By name the estimates of the test rows.
        draws: For intervals and for draws among equal scores.
        progress: Told what is being done.

    Returns:
        asked, taught, models, everyone and groups, as study.json has them.

    Raises:
        ExtractError: Too few recorded groups are large enough, or a column is missing.
    """
    check_columns(test.columns, policy.columns, "the recorded groups")
    filled = pl.col(policy.columns).fill_null("")
    train, test = (rows.with_columns(filled) for rows in (train, test))
    about = {g.about.name: g for g in group_rows(train, policy)}[asked.by]
    outcome = outcome_of(train)
    parts = parts_of(about.of_row, [name for name, _ in about.groups], outcome)
    progress("teaching with the constraint", 0, 0)
    taught = teach(
        matrix_of(train, names),
        outcome,
        matrix_of(test, names),
        parts=parts,
        asked=asked,
        capacity=policy.capacity_gated,
    )
    scores = {**rungs, "plain": taught.plain, "constrained": taught.constrained}
    picked = {
        name: chosen(scores[name], policy.capacity_gated, draws.audit_seed)
        for name in TAUGHT
    }
    sides: dict[str, Side] = {}
    accuracy: dict[str, dict[str, Any]] = {}
    said = "measuring each model by group"
    for done, (name, score) in enumerate(scores.items()):
        progress(said, done, len(scores))
        sides[name] = _side(test, picked.get(name, score), policy, asked.by, draws)
        measured = measure(
            score,
            outcome_of(test),
            family=test["family_id"].to_numpy(),
            capacity=policy.capacity_gated,
            replicates=draws.replicates,
            seed=draws.seed,
            weight=test["weight"].to_numpy(),
        )
        accuracy[name] = {one: measured[one].to_json() for one in ACCURACY}
    progress(said, len(scores), len(scores))
    by_group = _by_group(sides, test, picked, policy, by=asked.by, draws=draws)
    whole = by_group["everyone"]["models"]
    silent = {n for n in scores if whole[n]["selection_rate"]["state"] == "suppressed"}
    return {
        "asked": {**asdict(asked), "title": about.about.title},
        "taught": {
            "rows": train.height,
            "parts": [list(one) for one in parts.members],
            "apart_plain": round(taught.apart[0], 10),
            "apart_constrained": round(taught.apart[1], 10),
        },
        "models": [
            {"model": name, "accuracy": None if name in silent else accuracy[name]}
            for name in scores
        ],
        **by_group,
    }


def _side(
    test: pl.DataFrame, order: Floats | Bools, policy: Policy, by: str, draws: Draws
) -> Side:
    """Audit a model: by its scores, or by whom it selects."""
    kind = "selected" if order.dtype == np.bool_ else "score"
    column = pl.Series(kind, order.astype(np.float64))
    rows = test.drop("as_of", "weight", strict=False).with_columns(column)
    found = audit(rows, policy, seed=draws.audit_seed)
    told = found.to_json()
    held = next(c for c in found.characteristics if c.name == by)
    shown = next(c for c in told["characteristics"] if c["name"] == by)
    return Side(
        audit=found,
        published=told,
        groups=[*held.groups, found.everyone],
        shown=[*shown["groups"], told["everyone"]],
    )


def _by_group(
    sides: dict[str, Side],
    test: pl.DataFrame,
    picked: dict[str, Bools],
    policy: Policy,
    *,
    by: str,
    draws: Draws,
) -> dict[str, Any]:
    """Everyone and each group somebody is in: rates by model, who moves, the change."""
    of_row = {g.about.name: g for g in group_rows(test, policy)}[by].of_row
    plain = sides["plain"]
    cells = [one.cell.members for one in plain.groups[:-1]]
    _, family = np.unique(test["family_id"].to_numpy(), return_inverse=True)
    places = range(len(plain.groups))
    who, apart = moved(
        (picked["plain"], picked["constrained"]),
        outcome_of(test),
        of_row=of_row,
        cells=cells,
        family=family.astype(np.int64),
        smallest=policy.smallest_published_count,
        hidden=np.array([any(sides[n].shut(i) for n in TAUGHT) for i in places]),
    )
    inside = [np.isin(of_row, one) for one in cells]
    inside.append(np.ones(test.height, dtype=np.bool_))
    needing = outcome_of(test) == 1
    change = _changes(test, picked, np.array(inside, dtype=np.float64).T, draws)
    told: list[dict[str, Any]] = []
    for i, one in enumerate(plain.shown):
        closed = {name: sides[name].shut(i) for name in TAUGHT}
        closed["constrained"] |= bool(apart[i])
        models = {
            name: side.rates(i, closed=closed.get(name, False))
            for name, side in sides.items()
        }
        states = {models[name]["false_negative_rate"]["state"] for name in TAUGHT}
        told.append(
            {
                **{key: one[key] for key in ("phrase", "use", "rows", "outcomes")},
                "group": one["name"],
                "selected": _counts(picked, inside[i], closed),
                "found": _counts(picked, inside[i] & needing, closed),
                "models": models,
                "moved": asdict(who[i]),
                "missed_need_change": change[i] if states == {"estimable"} else None,
            }
        )
    return {
        "everyone": told[-1],
        "groups": [one for one in told[:-1] if one["rows"] != 0],
    }


def _counts(
    picked: dict[str, Bools], rows: Bools, closed: dict[str, bool]
) -> dict[str, int | str]:
    """How many of some rows either model selects, where that may be said."""
    return {
        name: SMALL if closed[name] else int((picked[name] & rows).sum())
        for name in TAUGHT
    }


def _changes(
    test: pl.DataFrame, picked: dict[str, Bools], member: Floats, draws: Draws
) -> list[dict[str, float | None]]:
    """How missed need changes in each cell, with intervals that keep families whole."""
    outcome = outcome_of(test)
    more = picked["plain"].astype(np.float64) - picked["constrained"]
    needing, lost = outcome[:, None] * member, (outcome * more)[:, None] * member

    def compute(weights: Floats) -> dict[str, Floats]:
        with np.errstate(invalid="ignore", divide="ignore"):
            rates = (weights @ lost) / (weights @ needing)
        return {f"{i:04d}": rates[:, i] for i in range(member.shape[1])}

    found = resampled(
        compute,
        family=test["family_id"].to_numpy(),
        weight=np.ones(test.height),
        replicates=draws.replicates,
        seed=draws.seed,
    )
    keys = ("value", "low95", "high95")
    return [{key: getattr(found[n], key) for key in keys} for n in sorted(found)]

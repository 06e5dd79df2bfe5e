"""What a model uses, over all rows: the reasons that advice gives, put together.

Every number here comes from the contributions that are given as reasons for one row
(`riskaid.models.explanation`), so that what is said of the model as a whole and what is
said of one row cannot differ. For points that are added up they are the points, which
are their exact SHAP values but for a constant; for the booster they are SHAP values of
its trees. All of it is about the model, and none of it about what causes harm.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from riskaid.models import RUNGS, Matrix, RungName, columns_of
from riskaid.progress import Progress, silent
from riskaid.training.fit import Rung
from riskaid.training.interactions import interactions
from riskaid.training.kept_together import FEWEST, split, together
from riskaid.training.measures import resampled, short
from riskaid.training.monotone import monotone_check
from riskaid.training.table import Predictors, matrix_of

if TYPE_CHECKING:
    from riskaid.indicators.plan import Plan

MOST_ROWS = 5_000
"""The most rows that indicators are looked at by, drawn by the seed."""

MOST_ROWS_OF_FAMILIES = 20_000
"""The most rows that families of indicators are looked at by, in whole households."""

MOST_DRAWN = 12
MOST_DEPENDENCES = 6
DOTS = 60
"""About how many dots a line of the beeswarm has, where there are children enough."""

POINTS = 10
"""About how many points a dependence has."""

DOTS_SCHEMA = {
    "indicator": pl.String,
    "contribution": pl.Float64,
    "level": pl.Float64,
    "children": pl.Int64,
}


@dataclass(frozen=True)
class Explained:
    """What a model uses.

    Attributes:
        facts: For evaluation.json.
        dots: For beeswarm.json and the beeswarm: indicator; contribution (mean of
            the dot's rows, in the score's unit); level (mean rank of their values among
            all values there are, 0 lowest, 1 highest, null where most are not known);
            children behind the dot, never fewer than ten.
    """

    facts: dict[str, Any]
    dots: pl.DataFrame


def explain(
    rungs: dict[RungName, Rung],
    test: pl.DataFrame,
    predictors: Predictors,
    *,
    chosen: RungName,
    plan: "Plan",
    seed: int,
    progress: Progress = silent,
) -> Explained:
    """Explain the chosen rung over the test fold, and check all three for direction.

    Args:
        rungs: Fitted.
        test: The test fold, with person_id and weight.
        predictors: The columns used.
        chosen: The rung that is explained.
        plan: For the families of indicators.
        seed: Draws the rows that are looked at.
        progress: Told what is being done.

    Returns:
        Facts: rung; unit; rows, children (looked at) and fewest_children (behind
        anything drawn); indicators, the one that moves the score most first (family;
        size, the mean size of the reason given; share of all movement; lowest, highest:
        the ends of its dots); dependence of the first six; monotone by rung;
        interactions.
    """
    said = "explaining what the model uses"
    progress(said, 0, 3)
    drawn = np.random.Generator(np.random.PCG64(seed)).permutation(test.height)
    rows = test[np.sort(drawn[:MOST_ROWS])]
    person, weight = rows["person_id"].to_numpy(), rows["weight"].to_numpy()
    model = rungs[chosen].model
    whole = matrix_of(rows, predictors.names)
    matrix = columns_of(whole, predictors.names, model.names)
    parts = model.contributions(matrix)[:, :-1]
    moved = movement(parts, weight)
    order = [int(i) for i in np.argsort(-moved, kind="stable") if moved[i] > 0]
    of = {i.name: i.family for i in plan.indicators}
    wanted = max(FEWEST, -(-len(np.unique(person)) // DOTS))
    swarm = {
        i: dots(parts[:, i], matrix[:, i], person, weight, wanted=wanted)
        for i in order[:MOST_DRAWN]
    }
    total = float(moved.sum()) or 1.0
    sizes = np.average(np.abs(parts), axis=0, weights=weight)
    progress(said, 1, 3)
    facts: dict[str, Any] = {
        "rung": chosen,
        "unit": "log-odds" if chosen == "booster" else "points",
        "rows": rows.height,
        "children": len(np.unique(person)),
        "fewest_children": FEWEST,
        "indicators": [
            {
                "indicator": model.names[i],
                "family": of[model.names[i]],
                "size": short(float(sizes[i])),
                "share": short(float(moved[i] / total)),
                **_ends(swarm.get(i, [])),
            }
            for i in order
        ],
        "dependence": [
            {
                "indicator": model.names[i],
                **dependence(parts[:, i], matrix[:, i], person, weight),
            }
            for i in order[:MOST_DEPENDENCES]
        ],
    }
    declared = dict(zip(predictors.names, predictors.more_means_more, strict=True))
    facts["monotone"] = {
        name: monotone_check(
            rungs[name].model,
            columns_of(whole, predictors.names, rungs[name].model.names),
            declared=declared,
            seed=seed,
        )
        for name in RUNGS
    }
    progress(said, 2, 3)
    facts["interactions"] = interactions(model, matrix, weight, seed=seed)
    progress(said, 3, 3)
    return Explained(
        facts=facts,
        dots=pl.DataFrame(
            [
                {"indicator": model.names[i], **dot}
                for i, found in swarm.items()
                for dot in found
            ],
            schema=DOTS_SCHEMA,
        ),
    )


def movement(parts: Matrix, weight: Matrix) -> Matrix:
    """How far each column moves the score from its mean, on average over the rows."""
    centred = parts - np.average(parts, axis=0, weights=weight)
    return np.asarray(np.average(np.abs(centred), axis=0, weights=weight))


def whole_households(
    family: np.ndarray[Any, Any], *, seed: int, most: int = MOST_ROWS_OF_FAMILIES
) -> np.ndarray[Any, Any]:
    """Draw whole households until there are rows enough: contributions are slow.

    Args:
        family: The household of each row.
        seed: Draws them.
        most: The most rows; one household is taken even when it has more.

    Returns:
        Which rows, in their order; all of them where there are no more than `most`.
    """
    if len(family) <= most:
        return np.arange(len(family))
    _, codes = np.unique(family, return_inverse=True)
    sizes = np.bincount(codes)
    drawn = np.random.Generator(np.random.PCG64(seed)).permutation(len(sizes))
    fits = np.cumsum(sizes[drawn]) <= most
    fits[0] = True
    return np.flatnonzero(np.isin(codes, drawn[fits]))


def family_importance(
    rung: Rung,
    matrix: Matrix,
    predictors: Predictors,
    *,
    plan: "Plan",
    family: np.ndarray[Any, Any],
    weight: Matrix,
    replicates: int,
    seed: int,
) -> list[dict[str, Any]]:
    """Say how much each family of indicators moves the score, largest first.

    The mean size of what a family's indicators contribute together, away from their
    mean over the rows, as a share of all families'. It says what the model uses, and
    not what causes the outcome.

    Args:
        rung: The model explained.
        matrix: Rows that hold the predictors' columns.
        predictors: Their names.
        plan: For the families of indicators.
        family: The household of each row, kept whole when resampling.
        weight: How much each row counts.
        replicates: How many resamples.
        seed: Draws them.

    Returns:
        family; share, with low95 and high95.
    """
    model = rung.model
    parts = model.contributions(columns_of(matrix, predictors.names, model.names))
    of = {i.name: i.family for i in plan.indicators}
    families = sorted({of[name] for name in model.names})
    together_in = np.array(
        [[of[name] == one for one in families] for name in model.names], dtype=float
    ).reshape(len(model.names), len(families))
    sums = parts[:, :-1] @ together_in
    away = np.abs(sums - np.average(sums, axis=0, weights=weight))

    def shares(weights: Matrix) -> dict[str, Matrix]:
        sizes = weights @ away
        total = sizes.sum(axis=1, keepdims=True)
        found = sizes / np.where(total > 0, total, 1.0)
        return {name: found[:, j] for j, name in enumerate(families)}

    measured = resampled(
        shares, family=family, weight=weight, replicates=replicates, seed=seed
    )
    ordered = sorted(families, key=lambda one: (-(measured[one].value or 0.0), one))
    return [
        {
            "family": one,
            "share": measured[one].value,
            "low95": measured[one].low95,
            "high95": measured[one].high95,
        }
        for one in ordered
    ]


def dots(
    parts: Matrix,
    values: Matrix,
    person: np.ndarray[Any, Any],
    weight: Matrix,
    *,
    wanted: int,
) -> list[dict[str, Any]]:
    """Put an indicator's contributions together into dots of enough children each.

    Args:
        parts: Its contribution to each row.
        values: Its value in each row; NaN is not known.
        person: Whose row it is.
        weight: How much each row counts.
        wanted: How many children a dot should hold.
    """
    level = levels(values)
    found = []
    for part in together(np.round(parts, 9), person, wanted=wanted):
        for rows in split(part, level, person, wanted=wanted):
            known = rows[~np.isnan(level[rows])]
            mostly = 2 * len(known) > len(rows)
            at = float(np.average(level[known], weights=weight[known])) if mostly else 0
            found.append(
                {
                    "contribution": short(
                        float(np.average(parts[rows], weights=weight[rows]))
                    ),
                    "level": short(at) if mostly else None,
                    "children": len(np.unique(person[rows])),
                }
            )
    return found


def levels(values: Matrix) -> Matrix:
    """Rank values among those there are: 0 the lowest, 1 the highest, NaN not known."""
    known = ~np.isnan(values)
    found = np.full(len(values), np.nan)
    kinds, rank = np.unique(values[known], return_inverse=True)
    found[known] = rank / max(1, len(kinds) - 1)
    return found


def dependence(
    parts: Matrix, values: Matrix, person: np.ndarray[Any, Any], weight: Matrix
) -> dict[str, Any]:
    """Say what an indicator contributes at each of its values, and when not known.

    Returns:
        points, from low values to high (mean value, mean contribution, its quartiles,
        children), and not_known, such a point without a value; None when too few
        children stand behind it.
    """
    known = np.flatnonzero(~np.isnan(values))
    wanted = max(FEWEST, -(-len(np.unique(person[known])) // POINTS))
    found = together(values[known], person[known], wanted=wanted)
    points = [_point(parts, person, weight, known[rows]) for rows in found]
    for point, rows in zip(points, found, strict=True):
        at = np.average(values[known[rows]], weights=weight[known[rows]])
        point["value"] = short(float(at))
    unknown = np.flatnonzero(np.isnan(values))
    enough = len(np.unique(person[unknown])) >= FEWEST
    return {
        "points": points,
        "not_known": _point(parts, person, weight, unknown) if enough else None,
    }


def _point(
    parts: Matrix, person: np.ndarray[Any, Any], weight: Matrix, rows: Any
) -> dict[str, Any]:
    low, high = np.quantile(parts[rows], [0.25, 0.75])
    return {
        "contribution": short(float(np.average(parts[rows], weights=weight[rows]))),
        "low_quarter": short(float(low)),
        "high_quarter": short(float(high)),
        "children": len(np.unique(person[rows])),
    }


def _ends(found: list[dict[str, Any]]) -> dict[str, float | None]:
    held = [dot["contribution"] for dot in found]
    return {"lowest": min(held, default=None), "highest": max(held, default=None)}

"""Are older children of one group read by what they did, and as older than they are?

Contributions to the score are the reasons that advice gives. Their sum over signs of
one kind is compared between a group's older children and other older children about
whom as much else is recorded; and the same record is scored as if the child were older.

Source: docs/how-to/probes.md names what is known of adultification.
"""

from typing import Any, Final

import numpy as np

from riskaid.fairness.groups import phrase_for
from riskaid.models import Matrix, columns_of
from riskaid.training.ablations import Again
from riskaid.training.measures import resampled
from riskaid.training.probes_asked import Adultification
from riskaid.training.proxies import UNKNOWN
from riskaid.training.table import matrix_of

AGE: Final = "age_years"
FEWEST: Final = 30
"""Fewer children of the group, or others, say nothing."""
STRATA: Final = 4


def adultification(again: Again, asked: Adultification) -> dict[str, Any]:
    """Compare older children of a group with others about whom as much is recorded.

    Rows of `again.test` of children from an age on whose group is recorded. They are
    cut into four by how many signs are recorded of them, signs of the offending type
    apart; within each the group's mean is set beside the others', and the four are put
    together as the group is spread over them.

    Returns:
        state: "no_age" (the age is no indicator of the run), "too_few" or "estimable".
        Then offending_type and exploitation_type, each with `used` (indicators the
        model uses) and `difference` (mean contribution to the score, the group's less
        the others'), `balance` (the first difference less the second: above 0 the
        group's scores rest more on what they did), and older: `change` (mean change of
        the estimate, in shares, when the same record is some years older; None where
        the model does not use the age) and `difference` (less the others'); all with
        intervals that keep families whole.
    """
    facts: dict[str, Any] = {
        "says": asked.says,
        "because": asked.because,
        "groups": [phrase_for(g, asked.by, asked.by) for g in asked.groups],
        "from_age": asked.from_age,
        "years_older": asked.years_older,
    }
    test, names = again.test, again.predictors.names
    if AGE not in names or asked.by not in again.groups.columns:
        return {"state": "no_age", **facts}
    matrix = matrix_of(test, names)
    value = again.groups[asked.by].to_numpy()
    older = np.nan_to_num(matrix[:, names.index(AGE)], nan=-1.0) >= asked.from_age
    kept = older & ~np.isin(value, UNKNOWN)
    member = np.isin(value, asked.groups)[kept]
    children = test["person_id"].to_numpy()[kept]
    sides = [len(np.unique(children[side])) for side in (member, ~member)]
    if min(sides) < FEWEST:
        return {"state": "too_few", **facts}
    rows, model = matrix[kept], again.rung.model
    parts = model.contributions(columns_of(rows, names, model.names))[:, :-1]
    signs = [
        i
        for i, name in enumerate(names)
        if again.predictors.more_means_more[i] and name not in asked.offending_type
    ]
    strata = _strata((np.nan_to_num(rows[:, signs]) > 0).sum(axis=1))
    sums = {
        kind: parts[:, np.isin(model.names, getattr(asked, kind))].sum(axis=1)
        for kind in ("offending_type", "exploitation_type")
    }
    change = _as_older(again, rows, asked.years_older)
    weight = test["weight"].to_numpy()[kept]

    def compute(weights: Matrix) -> dict[str, Matrix]:
        found = {
            kind: _standardised(values, member, strata, weights)
            for kind, values in sums.items()
        }
        found["balance"] = found["offending_type"] - found["exploitation_type"]
        found["older"] = _standardised(change, member, strata, weights)
        own = weights * member
        found["change"] = own @ change / own.sum(axis=1)
        return found

    drawn = resampled(
        compute,
        family=test["family_id"].to_numpy()[kept],
        weight=weight,
        replicates=again.limits.replicates,
        seed=again.seed,
    )
    used = AGE in model.names
    return {
        "state": "estimable",
        **facts,
        **{
            kind: {
                "used": [n for n in model.names if n in getattr(asked, kind)],
                "difference": drawn[kind].to_json(),
            }
            for kind in sums
        },
        "balance": drawn["balance"].to_json(),
        "older": {
            "change": drawn["change"].to_json() if used else None,
            "difference": drawn["older"].to_json() if used else None,
        },
    }


def _strata(counts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Four parts by how many signs are recorded; ties stay together."""
    edges = np.unique(np.quantile(counts, np.arange(1, STRATA) / STRATA))
    return np.searchsorted(edges, counts, side="left")


def _standardised(
    values: Matrix,
    member: np.ndarray[Any, Any],
    strata: np.ndarray[Any, Any],
    weights: Matrix,
) -> Matrix:
    """The group's mean less the others', the others spread as the group is.

    A part in which nobody else is, or nobody of the group, is left out.
    """
    total, spread = np.zeros(len(weights)), np.zeros(len(weights))
    for part in np.unique(strata):
        here = strata == part
        own, others = weights * (member & here), weights * (~member & here)
        of_own, of_others = own.sum(axis=1), others.sum(axis=1)
        both = (of_own > 0) & (of_others > 0)
        gap = np.zeros(len(weights))
        gap[both] = (own @ values)[both] / of_own[both]
        gap[both] -= (others @ values)[both] / of_others[both]
        total += of_own * gap * both
        spread += of_own * both
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / spread)


def _as_older(again: Again, rows: Matrix, years: int) -> Matrix:
    """By how much each estimate changes when the same record is some years older."""
    names, rung = again.predictors.names, again.rung
    shifted = rows.copy()
    shifted[:, names.index(AGE)] += years
    return rung.estimate(shifted, names) - rung.estimate(rows, names)


def words(found: dict[str, Any]) -> list[str]:
    """A few plain lines about what was found."""
    head = found["says"]
    if found["state"] != "estimable":
        why = {
            "no_age": "the age is no indicator of this run",
            "too_few": f"fewer than {FEWEST} such children, or others",
        }[found["state"]]
        return [f"{head}: not asked, because {why}."]
    who = " and ".join(found["groups"])
    balance = found["balance"]
    said = (
        f"{head}: among {who} from the age of {found['from_age']}, beside others about "
        "whom as much else is recorded, signs read as what a child did count "
        f"{_signed(found['offending_type']['difference'])} in the score, and signs of "
        "what was done to a child "
        f"{_signed(found['exploitation_type']['difference'])}. "
    )
    if balance["low95"] is not None and balance["low95"] > 0:
        said += "The balance leans to what they did, by more than chance explains."
    elif balance["high95"] is not None and balance["high95"] < 0:
        said += "The balance leans to what was done to them."
    else:
        said += "The balance leans to neither by more than chance explains."
    older = found["older"]
    if older["change"] is None:
        return [
            said,
            "The model does not use the age, so nobody is read as older by it.",
        ]
    gap = older["difference"]
    differs = gap["low95"] is not None and (gap["low95"] > 0 or gap["high95"] < 0)
    return [
        said,
        f"Were the same records those of children {found['years_older']} years older, "
        f"their estimates would change by {_points(older['change'])} points, "
        f"{_points(gap)} apart from the others'"
        + ("." if differs else ", which chance may explain."),
    ]


def _signed(measured: dict[str, float | None]) -> str:
    value = measured["value"]
    return "nothing that can be said" if value is None else f"{value:+.3f}"


def _points(measured: dict[str, float | None]) -> str:
    value = measured["value"]
    return "an unknown number of" if value is None else f"{100 * value:+.2f}"

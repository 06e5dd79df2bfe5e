"""How well the outcome is recorded, by group of children and by source of referral."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from riskaid.fairness.groups import group_order, read_groups
from riskaid.models import Matrix
from riskaid.records.tables import TABLES
from riskaid.training.asked_rows import Cohort, Outcome
from riskaid.training.experiment import Limits
from riskaid.training.measures import Measured, resampled, short
from riskaid.training.outcome import outcome_records
from riskaid.training.slices import FEWEST, add_slices, hide_the_second
from riskaid.training.table import add_groups, outcome_of

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

BY = ("ethnicity", "disability", "age_band", "source")
HIDDEN = 5
"""Shares of 1 to 5 rows, or of all but so few, are not shown, as DfE does not."""

WORDS_OF = {"age_band": "age band", "source": "as written"}


def grouped(rows: pl.DataFrame, cohort: Cohort, store: "CaseStore") -> pl.DataFrame:
    """Put each row into its group of ethnicity, disability, age and source.

    Returns:
        One column for each of `BY` that the store can say, in words.
    """
    known = [name for name in BY if name in rows.columns]
    held = rows.drop(known)
    held = add_slices(add_groups(held, store), cohort, store)
    return held.select(
        read_groups(held[name], WORDS_OF.get(name, name))[0].alias(name)
        for name in BY
        if name in held.columns
    )


def recording_by_group(
    rows: pl.DataFrame,
    out: pl.Series | None,
    *,
    cohort: Cohort,
    outcome: Outcome,
    store: "CaseStore",
    limits: Limits,
    seed: int,
) -> dict[str, list[dict[str, Any]]]:
    """Say how often, how completely and how late the outcome is recorded, by group.

    Args:
        rows: All rows with a known outcome, of every fold and between them.
        out: Whether each was screened out; None where nobody can say.
        cohort: How the rows were made.
        outcome: Where the outcome is recorded.
        store: The case store.
        limits: The number of resamples.
        seed: Draws them.

    Returns:
        By characteristic, each group: rows; recorded (share with the outcome) and
        difference (from everybody else), screened_out (share, None where nobody can
        say), with intervals that keep families whole; complete (mean share of the
        fields of the outcome's record that are filled in); days_until_known (median,
        and the 90th of a hundred); later_than_lag (share known later than the outcome's
        lag allows for); assumed (share whose date of knowledge is a declared lag). A
        group with fewer than ten rows with, or without, the outcome is "not_estimable"
        and shows no number; a share of 1 to 5 rows is None.
    """
    groups = grouped(rows, cohort, store)
    records = rows.select("person_id", "as_of").hstack(groups)
    records = records.join(
        _first_records(rows, outcome, store),
        on=["person_id", "as_of"],
        how="left",
        maintain_order="left",
    )
    held = outcome_of(rows)
    screened = None if out is None else out.to_numpy().astype(np.float64)
    found: dict[str, list[dict[str, Any]]] = {}
    for name in groups.columns:
        values = groups[name].to_numpy()
        present = sorted(set(values.tolist()))
        order = group_order(WORDS_OF.get(name, name), present)
        named = [one for one in order if one in present]
        member = np.array([values == one for one in named], dtype=np.float64).T
        shares = _shares(
            member,
            held,
            screened,
            family=rows["family_id"].to_numpy(),
            replicates=limits.replicates,
            seed=seed,
        )
        listed: list[tuple[str, dict[str, Any]]] = []
        for i, group in enumerate(named):
            inside = member[:, i] == 1
            with_it = int(held[inside].sum())
            if min(with_it, int(inside.sum()) - with_it) < FEWEST:
                listed.append((group, {"state": "not_estimable"}))
                continue
            facts = {
                "state": "estimable",
                "rows": int(inside.sum()),
                **{w: s[i].to_json() if s else None for w, s in shares.items()},
                **_hidden(screened, inside),
                **_records_say(records.filter(pl.Series(inside)), outcome),
            }
            listed.append((group, facts))
        hide_the_second(listed)
        _hide_screened_out(listed, screened)
        found[name] = [{"group": group, **facts} for group, facts in listed]
    return found


def _hidden(screened: Matrix | None, inside: np.ndarray[Any, Any]) -> dict[str, None]:
    """Nothing, or the share screened out taken away because it is of too few rows."""
    if screened is None or shown(screened[inside].sum(), inside.sum()):
        return {}
    return {"screened_out": None}


def _hide_screened_out(
    listed: list[tuple[str, dict[str, Any]]], screened: Matrix | None
) -> None:
    """Where one share alone is taken away, take the smallest group's other too.

    The sum over another characteristic would give the first one back.
    """
    told = [facts for _, facts in listed if facts.get("screened_out") is not None]
    if screened is not None and len(listed) - len(told) == 1 and told:
        min(told, key=lambda facts: facts["rows"] or 0)["screened_out"] = None


def shown(count: float, of: float) -> bool:
    """Whether a share may be shown: of no row, of all, or of more than a few."""
    return all(few == 0 or few > HIDDEN for few in (count, of - count))


def _shares(
    member: Matrix,
    held: Matrix,
    screened: Matrix | None,
    *,
    family: np.ndarray[Any, Any],
    replicates: int,
    seed: int,
) -> dict[str, list[Measured] | None]:
    many = range(member.shape[1])

    def compute(weights: Matrix) -> dict[str, Matrix]:
        rows, hits = weights @ member, (weights * held) @ member
        others = weights.sum(axis=1)[:, None] - rows
        rest = (weights @ held)[:, None] - hits
        with np.errstate(invalid="ignore", divide="ignore"):
            share = hits / rows
            found = {"recorded": share, "difference": share - rest / others}
            if screened is not None:
                found["screened_out"] = (weights * screened) @ member / rows
        return {f"{name} {i}": found[name][:, i] for name in found for i in many}

    once = np.ones(len(held))
    drawn = resampled(
        compute, family=family, weight=once, replicates=replicates, seed=seed
    )
    names = ("recorded", "difference", "screened_out")
    return {
        name: [drawn[f"{name} {i}"] for i in many] if f"{name} 0" in drawn else None
        for name in names
    }


def _records_say(records: pl.DataFrame, outcome: Outcome) -> dict[str, Any]:
    """What the records that are a group's outcomes say of how they were recorded."""
    known = records.drop_nulls("days")
    days = known["days"]
    return {
        "complete": _short(known["complete"].mean()),
        "days_until_known": {
            "median": _short(days.median()),
            "ninetieth": _short(days.quantile(0.9, "linear")),
        },
        "later_than_lag": _share(days > outcome.lag_days),
        "assumed": _share(known["assumed"]),
    }


def _share(held: pl.Series) -> float | None:
    return _short(held.mean()) if shown(int(held.sum()), len(held)) else None


def _short(value: Any) -> float | None:
    return None if value is None else short(float(value))


def _first_records(
    rows: pl.DataFrame, outcome: Outcome, store: "CaseStore"
) -> pl.DataFrame:
    """The first record of each row's outcome: how full it is, and when it was known.

    A record corrected since was known when its first version was.
    """
    start = pl.col("as_of") + timedelta(days=outcome.gap_days)
    whole = store.table(outcome.table).filter(pl.col("date").is_not_null())
    known = (
        whole.sort("known_from", "source", "source_row", nulls_last=True)
        .group_by("person_id", "date", maintain_order=True)
        .agg(pl.col("known_from").first(), pl.col("known_how").first())
    )
    fields = [
        name
        for name, column in TABLES[outcome.table].columns.items()
        if column.group != "end" and whole[name].null_count() < whole.height
    ]
    filled = pl.mean_horizontal(pl.col(name).is_not_null() for name in fields)
    today = whole.filter(pl.col("known_until").is_null()).select(
        "person_id", "date", complete=filled if fields else pl.lit(None, pl.Float64)
    )
    counted = outcome_records(outcome, store).select("person_id", "date").unique()
    return (
        rows.filter(pl.col("outcome") == 1)
        .select("person_id", "as_of")
        .join(counted, on="person_id")
        .filter(
            pl.col("date") >= start,
            pl.col("date") < start + timedelta(days=outcome.within_days),
        )
        .group_by("person_id", "as_of")
        .agg(pl.col("date").min())
        .join(known, on=["person_id", "date"])
        .join(
            today.group_by("person_id", "date").agg(pl.col("complete").mean()),
            on=["person_id", "date"],
        )
        .select(
            "person_id",
            "as_of",
            "complete",
            # A conference that is planned is known before its day.
            days=(pl.col("known_from") - pl.col("date")).dt.total_days().clip(0),
            assumed=pl.col("known_how") == "declared_lag",
        )
    )

"""How the chosen rung does apart: by age, by source of the referral and by period."""

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from riskaid.models import Matrix
from riskaid.records.tables import TABLES
from riskaid.training.asked_rows import Cohort
from riskaid.training.experiment import Limits
from riskaid.training.measures import measure, short
from riskaid.training.table import BANDS

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

FEWEST = 10
"""A group with fewer rows with, or without, the outcome is not estimable."""

SOURCES = {
    "1": "individual, family or neighbour",
    "2": "school or early years",
    "3": "health services",
    "4": "housing",
    "5": "the council's own services",
    "6": "police",
    "7": "other legal agency",
    "8": "other",
    "9": "anonymous",
    "10": "source not known",
}
"""Groups of the CIN census's codes of the source of a referral."""


def add_slices(rows: pl.DataFrame, cohort: Cohort, store: "CaseStore") -> pl.DataFrame:
    """Add what results are shown apart by.

    `period` is the quarter of the as-of date. `source` is the group of the source code
    of the record that made the row, empty where none is held; there is no such column
    when the cohort's table holds no source. (By council is no column: a store holds
    one council.)
    """
    dated = rows.with_columns(
        period=pl.format(
            "{} quarter {}", pl.col("as_of").dt.year(), pl.col("as_of").dt.quarter()
        )
    )
    if "source_code" not in TABLES[cohort.table].columns:
        return dated
    first_day = pl.max_horizontal("date", "known_from") + pl.duration(
        days=1 + cohort.offset_days
    )
    digits = pl.col("source_code").str.extract(r"^(10|\d)")
    held = (
        store.table(cohort.table)
        .select(
            "person_id",
            as_of=first_day,
            source=digits.replace_strict(SOURCES, default="source not known"),
        )
        .group_by("person_id", "as_of")
        .agg(pl.col("source").min())
    )
    return dated.join(
        held, on=["person_id", "as_of"], how="left", maintain_order="left"
    ).with_columns(pl.col("source").fill_null("source not known"))


def results_apart(
    estimate: Matrix,
    outcome: Matrix,
    test: pl.DataFrame,
    *,
    limits: Limits,
    seed: int,
) -> dict[str, list[dict[str, Any]]]:
    """Measure the chosen rung within each source and each period that rows hold."""
    return {
        column: [
            {"group": group, **facts}
            for group, facts in within(
                estimate, outcome, test, column=column, limits=limits, seed=seed
            )
        ]
        for column in ("source", "period")
        if column in test.columns
    }


def by_age_band(
    estimate: Matrix,
    outcome: Matrix,
    test: pl.DataFrame,
    *,
    limits: Limits,
    seed: int,
) -> list[dict[str, Any]]:
    """Measure the chosen rung within each age band; children under one stand apart."""
    return [
        {"age_band": band, **facts}
        for band, facts in within(
            estimate,
            outcome,
            test,
            column="age_band",
            order=BANDS,
            limits=limits,
            seed=seed,
        )
    ]


def within(
    estimate: Matrix,
    outcome: Matrix,
    test: pl.DataFrame,
    *,
    column: str,
    limits: Limits,
    seed: int,
    order: tuple[str, ...] = (),
) -> list[tuple[str, dict[str, Any]]]:
    """Measure within each value of a column.

    A group with fewer than ten rows with, or without, the outcome is "not_estimable"
    and shows no number, not even how many rows it has. Where exactly one is, the
    smallest of the others hides its number of rows too: the difference from all rows
    would give the first one's back.

    Args:
        estimate: Calibrated estimates.
        outcome: 0 or 1.
        test: The rows, with the column, `family_id` and `weight`.
        column: What to measure apart by.
        limits: Capacity and the number of resamples.
        seed: Draws the resamples.
        order: The groups in order; as words are sorted when empty.
    """
    values, weight = test[column].to_numpy(), test["weight"].to_numpy()
    found: list[tuple[str, dict[str, Any]]] = []
    for group in order or tuple(sorted(set(values.tolist()))):
        inside = values == group
        if not inside.any():
            continue
        with_it = outcome[inside].sum()
        if min(with_it, inside.sum() - with_it) < FEWEST:
            found.append((group, {"state": "not_estimable"}))
            continue
        measured = measure(
            estimate[inside],
            outcome[inside],
            family=test["family_id"].to_numpy()[inside],
            capacity=limits.capacity,
            replicates=limits.replicates,
            seed=seed,
            weight=weight[inside],
        )
        mean = float(np.average(estimate[inside], weights=weight[inside]))
        facts = {
            "state": "estimable",
            "rows": int(inside.sum()),
            "mean_estimate": short(mean),
            "metrics": {metric: m.to_json() for metric, m in measured.items()},
        }
        found.append((group, facts))
    hide_the_second(found)
    return found


def hide_the_second(found: list[tuple[str, dict[str, Any]]]) -> None:
    """Where exactly one group is not shown, hide the rows of the smallest other."""
    shown = [facts for _, facts in found if facts["state"] == "estimable"]
    if len(found) - len(shown) == 1 and shown:
        min(shown, key=lambda facts: facts["rows"])["rows"] = None

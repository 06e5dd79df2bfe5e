"""The training table: every row with its indicators, outcome and recorded groups."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from riskaid.errors import DefinitionError, ExtractError, nearest
from riskaid.indicators.kernel import compute
from riskaid.models import Matrix
from riskaid.progress import Progress, silent
from riskaid.training.cohort import Counts
from riskaid.training.experiment import Choice

if TYPE_CHECKING:
    from riskaid.indicators.plan import Plan, PlannedIndicator
    from riskaid.records.store import CaseStore

KEYS = ("person_id", "as_of", "family_id", "fold", "outcome")
AGE_BANDS = ((1, "under 1"), (5, "1 to 4"), (10, "5 to 9"), (16, "10 to 15"))
OLDEST = "16 and over"
BANDS = ("unborn", *(name for _, name in AGE_BANDS), OLDEST, "")
NO_DISABILITY = {"NONE": "no", "REFU": "REFU", "NOBT": "NOBT"}
"""Codes that record no disability; of several, "no" comes first, then refused."""


@dataclass(frozen=True)
class Predictors:
    """The indicators a model may use, and those left out with the reason.

    Attributes:
        names: In the plan's order.
        more_means_more: What each is declared to be.
        left_out: Name to reason.
    """

    names: tuple[str, ...]
    more_means_more: tuple[bool | None, ...]
    left_out: dict[str, str]


def choose_predictors(choice: Choice, plan: "Plan", *, file: str) -> Predictors:
    """Take the declared predictors the experiment asks for.

    Raises:
        DefinitionError: A family or indicator is named that nobody declared, or no
            predictor is left.
    """
    declared = list(plan.indicators)
    families = sorted({i.family for i in declared})
    for key, named, known in (
        ("families", choice.families, families),
        ("exclude", choice.exclude, [i.name for i in declared]),
    ):
        for name in named:
            if name not in known:
                raise DefinitionError(
                    f"{file}: [indicators] {key} names '{name}', which nobody "
                    f"declared.{nearest(name, known)}"
                )
    kept = [
        i
        for i in declared
        if i.role == "predictor"
        and (not choice.families or i.family in choice.families)
        and i.name not in choice.exclude
    ]
    if not kept:
        raise DefinitionError(
            f"{file}: no predictor is left. Check [indicators] families and exclude, "
            "and the roles declared in the features folder."
        )
    return _predictors(kept, {})


def _predictors(kept: list["PlannedIndicator"], left_out: dict[str, str]) -> Predictors:
    return Predictors(
        names=tuple(i.name for i in kept),
        more_means_more=tuple(i.more_means_more for i in kept),
        left_out=left_out,
    )


def add_indicators(
    rows: pl.DataFrame,
    *,
    plan: "Plan",
    store: "CaseStore",
    predictors: Predictors,
    eligible_when: tuple[str, ...],
    counts: Counts,
    progress: Progress = silent,
) -> pl.DataFrame:
    """Compute every indicator as of each row's date, and keep the eligible rows.

    A row is eligible when every indicator in `eligible_when` is known and true; one
    that is not known is not taken for true, and is counted apart.

    Args:
        rows: person_id, as_of, and anything else.
        plan: The frozen declarations.
        store: The case store.
        predictors: Whose columns are added.
        eligible_when: Names of indicators of the plan.
        counts: Filled with "not_eligible" and "eligibility_not_known".
        progress: Told how far the computation is.

    Raises:
        ExtractError: No row is eligible.
    """
    kept = rows
    if eligible_when:
        # First, because often few are: the predictors are computed for those alone.
        keys = rows.select("person_id", "as_of")
        asked = compute(plan, store, keys, names=eligible_when, progress=progress)
        true = pl.all_horizontal(pl.col(n) != 0 for n in eligible_when)
        false = pl.any_horizontal(pl.col(n) == 0 for n in eligible_when)
        kept = rows.filter(asked.select(true.fill_null(False)).to_series())
        counts["not_eligible"] = asked.filter(false.fill_null(False)).height
    else:
        counts["not_eligible"] = 0
    counts["eligibility_not_known"] = rows.height - kept.height - counts["not_eligible"]
    if kept.is_empty():
        raise ExtractError(
            "No row is eligible: of none is every condition of [cohort] eligible_when "
            "known and true. Check it, and whether the store holds the tables it reads."
        )
    values = compute(
        plan,
        store,
        kept.select("person_id", "as_of"),
        names=predictors.names,
        progress=progress,
    )
    return kept.hstack(values.select(predictors.names))


def usable_predictors(
    train: pl.DataFrame, predictors: Predictors, *, unknown_share: float
) -> Predictors:
    """Leave out what the training fold cannot teach, with the reason for each.

    Left out are predictors known for nobody, those the same for everybody, and those
    declared with no direction whose being not known is common, because not known could
    then read as good news. With a direction it cannot: no rung lets it.

    Raises:
        DefinitionError: None is left.
    """
    left_out = dict(predictors.left_out)
    kept: list[int] = []
    for i, (name, direction) in enumerate(
        zip(predictors.names, predictors.more_means_more, strict=True)
    ):
        column = train[name]
        known = column.drop_nulls()
        if not len(known):
            left_out[name] = "not known for any training row"
        elif known.n_unique() == 1 and len(known) == len(column):
            left_out[name] = "the same for every training row"
        elif direction is None and column.null_count() > unknown_share * len(column):
            left_out[name] = "not known too often, which could read as good news"
        else:
            kept.append(i)
    if not kept:
        raise DefinitionError(
            "No predictor is of use in the training fold: each is known for nobody or "
            "the same for everybody. Ingest the tables the features folder reads."
        )
    return Predictors(
        names=tuple(predictors.names[i] for i in kept),
        more_means_more=tuple(predictors.more_means_more[i] for i in kept),
        left_out=left_out,
    )


def matrix_of(rows: pl.DataFrame, names: tuple[str, ...]) -> Matrix:
    """Take the indicator columns as numbers, NaN for not known."""
    columns = [
        rows[name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in names
    ]
    return np.column_stack(columns) if columns else np.empty((rows.height, 0))


def outcome_of(rows: pl.DataFrame) -> Matrix:
    """Take the outcome as 0.0 or 1.0."""
    return rows["outcome"].cast(pl.Float64).to_numpy()


def add_groups(rows: pl.DataFrame, store: "CaseStore") -> pl.DataFrame:
    """Add what is recorded of each person, for the audit and never for a model.

    Recorded as held in the store at the extract date: `ethnicity` (the code, empty when
    not recorded), `disability` ("yes"; "no" only when recorded as none; "REFU" and
    "NOBT" when refused or not yet obtained; empty when nobody recorded any), `sex`, and
    `age_band` as of the row's date.
    """
    persons = (
        store.table("persons")
        .filter(pl.col("known_until").is_null())
        .sort("person_id", "known_from", "source", "source_row", nulls_last=True)
        .unique("person_id", keep="last", maintain_order=True)
        .select("person_id", "sex", "ethnicity", "born", "expected")
    )
    disabled = (
        store.table("disabilities")
        .filter(pl.col("known_until").is_null(), pl.col("code").is_not_null())
        .group_by("person_id")
        .agg(
            pl.when(~pl.col("code").is_in([*NO_DISABILITY]).all())
            .then(pl.lit("yes"))
            .otherwise(pl.col("code").replace(NO_DISABILITY).max())
            .alias("disability")
        )
    )
    joined = rows.join(persons, on="person_id", how="left", maintain_order="left").join(
        disabled, on="person_id", how="left", maintain_order="left"
    )
    return joined.with_columns(
        pl.col("ethnicity", "disability", "sex").fill_null(""),
        age_band=_age_band(),
    ).drop("born", "expected")


def _age_band() -> pl.Expr:
    as_of, born = pl.col("as_of"), pl.col("born")
    not_yet = pl.when(as_of.dt.month() < born.dt.month()).then(1).otherwise(0)
    years = as_of.dt.year() - born.dt.year() - not_yet
    unborn = (born > as_of) | (born.is_null() & (pl.col("expected") > as_of))
    band = pl.when(unborn).then(pl.lit("unborn")).when(born.is_null()).then(pl.lit(""))
    for limit, name in AGE_BANDS:
        band = band.when(years < limit).then(pl.lit(name))
    return band.otherwise(pl.lit(OLDEST))

"""What was recorded afterwards, and for which rows nobody can know yet."""

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from riskaid.errors import DefinitionError, ExtractError
from riskaid.training.asked_rows import Cohort, Outcome
from riskaid.training.cohort import Counts
from riskaid.training.different import differing
from riskaid.training.incomplete import refuse_incomplete, refuse_stopped
from riskaid.training.visible import demand, lacks, matching

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore


def add_outcome(
    rows: pl.DataFrame,
    outcome: Outcome,
    store: "CaseStore",
    counts: Counts,
    *,
    cohort: Cohort | None = None,
) -> pl.DataFrame:
    """Add the recorded outcome, and leave out rows whose window is not whole.

    The window is [as_of + gap, as_of + gap + within). A record dated on the as-of day
    belongs to the outcome and never to a predictor. A row is censored when the window's
    end plus the outcome's lag lies beyond the last day the source could know; a window
    that touches a gap of the coverage, or days for which no source has a column that
    is asked about, is not covered.

    Args:
        rows: person_id, as_of, and anything else.
        outcome: The experiment's part.
        store: The case store.
        counts: Filled with "censored", "outcome_not_covered" and, where the outcome
            has to differ, "outcome_not_known": rows nobody can say it of.
        cohort: How the rows were made; needed when the outcome has to differ from the
            record that made its row.

    Returns:
        The rows that are left, in order, with `outcome` (Int8, 0 or 1).

    Raises:
        ExtractError: A table or a column was not supplied, no row is left, or the
            outcome is never (or always) recorded for some time, as no chance would
            have it.
        DefinitionError: The outcome has to differ, and no cohort was given.
    """
    why = "the outcome is recorded in it"
    asked = {*outcome.where, *outcome.different_in}
    demand(store, outcome.table, why=why, columns=asked)
    tables = [outcome.table]
    if outcome.linked_to is not None:
        link = outcome.linked_to
        by = [link.by] if link.by is not None and link.or_within_days is None else []
        demand(store, outcome.table, why="the outcome is linked by it", columns=by)
        demand(store, link.table, why="the outcome is linked to it", columns=by)
        tables.append(link.table)
    covered = [store.coverage[t] for t in tables if t in store.coverage]
    last = min([store.extract_date, *(c.covered_to for c in covered)])
    first = max((c.covered_from for c in covered), default=None)
    start = pl.col("as_of") + timedelta(days=outcome.gap_days)
    whole = timedelta(days=outcome.gap_days + outcome.within_days + outcome.lag_days)
    kept = rows.filter(pl.col("as_of") + whole <= last)
    counts["censored"] = rows.height - kept.height
    before = kept.height
    if first is not None:
        kept = kept.filter(start >= first)
    end = start + timedelta(days=outcome.within_days)
    for gap in (gap for held in covered for gap in held.gaps):
        kept = kept.filter((end <= gap.first) | (start > gap.last))
    for one in lacks(store, outcome.table, asked):
        if one.until > store.extract_date:
            kept = kept.filter(start > one.last)
    counts["outcome_not_covered"] = before - kept.height
    if not kept.height:
        raise ExtractError(
            "No row of the cohort has a whole outcome window before the extract ends. "
            "Ingest a longer extract, or shorten [outcome] within_days or lag_days."
        )
    dates = store.table(outcome.table)["date"]
    refuse_stopped(dates, last, lag_days=outcome.lag_days)
    found = outcome_records(outcome, store)
    inside = (
        kept.select("person_id", "as_of")
        .join(found, on="person_id")
        .filter(
            pl.col("date") >= start,
            pl.col("date") < start + timedelta(days=outcome.within_days),
        )
    )
    counts_for = pl.lit(True)
    if outcome.different_in:
        if cohort is None:
            raise DefinitionError(
                "An outcome with different_in is about the records that make its rows. "
                "Give it with its own cohort."
            )
        counts_for = differing(inside, outcome.different_in, cohort, store)
    held = (
        inside.with_columns(counts=counts_for)
        .group_by("person_id", "as_of")
        .agg(
            pl.col("counts").fill_null(False).sum().alias("sure"),
            pl.col("counts").fill_null(True).sum().alias("perhaps"),
        )
    )
    done = kept.join(
        held, on=["person_id", "as_of"], how="left", maintain_order="left"
    ).with_columns(
        outcome=(pl.col("sure").fill_null(0) >= outcome.at_least).cast(pl.Int8),
        perhaps=pl.col("perhaps").fill_null(0) >= outcome.at_least,
    )
    known = (pl.col("outcome") == 1) | ~pl.col("perhaps")
    if outcome.different_in:
        counts["outcome_not_known"] = done.filter(~known).height
    done = done.filter(known).drop("sure", "perhaps")
    refuse_incomplete(done)
    return done


def outcome_records(outcome: Outcome, store: "CaseStore") -> pl.DataFrame:
    """List the records that are the outcome: as they stand today, and linked.

    Returns:
        person_id, date, and the columns it may have to differ in; one row a record.
    """
    wanted = ["person_id", "date", *outcome.different_in]
    found = store.table(outcome.table).filter(
        pl.col("known_until").is_null(),
        pl.col("date").is_not_null(),
        matching(outcome.where, outcome.table),
    )
    link = outcome.linked_to
    if link is None:
        return found.select(wanted)
    other = store.table(link.table).filter(pl.col("known_until").is_null())
    found = found.with_row_index("record")
    linked = [pl.Series("record", [], dtype=found.schema["record"])]
    if link.by is not None:
        named = other.select("person_id", link.by).drop_nulls().unique()
        linked.append(found.join(named, on=["person_id", link.by])["record"])
    if link.or_within_days is not None:
        near = (
            found.select("record", "person_id", "date")
            .join(other.select("person_id", linked_date="date"), on="person_id")
            .filter(
                pl.col("linked_date") <= pl.col("date"),
                pl.col("date")
                <= pl.col("linked_date") + timedelta(days=link.or_within_days),
            )
        )
        linked.append(near["record"])
    if link.by is None and link.or_within_days is None:
        linked.append(found.join(other, on="person_id", how="semi")["record"])
    which = pl.concat(linked).unique()
    return found.filter(pl.col("record").is_in(which.implode())).select(wanted)

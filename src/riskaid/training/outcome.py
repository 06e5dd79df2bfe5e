"""What was recorded afterwards, and for which rows nobody can know yet."""

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from riskaid.errors import ExtractError
from riskaid.training.cohort import Counts, demand, lacks, matching
from riskaid.training.experiment import Outcome

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

LEAST_LIKELY = 1e-6
"""A quarter without any outcome (or with nothing else) is refused when chance alone
would make it less often than this, at the rate of the other quarters."""


def add_outcome(
    rows: pl.DataFrame, outcome: Outcome, store: "CaseStore", counts: Counts
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
        counts: Filled with "censored" and "outcome_not_covered".

    Returns:
        The rows that are left, in order, with `outcome` (Int8, 0 or 1).

    Raises:
        ExtractError: A table or a column was not supplied, no row is left, or the
            outcome is never (or always) recorded in some quarter, as no chance would
            have it.
    """
    why = "the outcome is recorded in it"
    demand(store, outcome.table, why=why, columns=outcome.where)
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
    for one in lacks(store, outcome.table, outcome.where):
        if one.until > store.extract_date:
            kept = kept.filter(start > one.last)
    counts["outcome_not_covered"] = before - kept.height
    if not kept.height:
        raise ExtractError(
            "No row of the cohort has a whole outcome window before the extract ends. "
            "Ingest a longer extract, or shorten [outcome] within_days or lag_days."
        )
    found = outcome_records(outcome, store)
    inside = (
        kept.select("person_id", "as_of")
        .join(found, on="person_id")
        .filter(
            pl.col("date") >= start,
            pl.col("date") < start + timedelta(days=outcome.within_days),
        )
        .group_by("person_id", "as_of")
        .len("records")
        .filter(pl.col("records") >= outcome.at_least)
        .select("person_id", "as_of", outcome=pl.lit(1, dtype=pl.Int8))
    )
    done = kept.join(
        inside, on=["person_id", "as_of"], how="left", maintain_order="left"
    ).with_columns(pl.col("outcome").fill_null(0))
    refuse_broken_quarters(done)
    return done


def outcome_records(outcome: Outcome, store: "CaseStore") -> pl.DataFrame:
    """List the records that are the outcome: as they stand today, and linked.

    Returns:
        person_id and date; one row a record.
    """
    found = store.table(outcome.table).filter(
        pl.col("known_until").is_null(),
        pl.col("date").is_not_null(),
        matching(outcome.where, outcome.table),
    )
    link = outcome.linked_to
    if link is None:
        return found.select("person_id", "date")
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
    wanted = pl.concat(linked).unique()
    return found.filter(pl.col("record").is_in(wanted.implode())).select(
        "person_id", "date"
    )


def refuse_broken_quarters(rows: pl.DataFrame) -> None:
    """Stop when a quarter's outcomes are all alike by construction and not by chance.

    Args:
        rows: as_of and outcome.

    Raises:
        ExtractError: The whole table is alike, or a quarter is that at odds of less
            than one in a million.
    """
    quarters = (
        rows.group_by(pl.col("as_of").dt.truncate("1q").alias("quarter"))
        .agg(pl.len().alias("rows"), pl.col("outcome").sum().alias("with"))
        .sort("quarter")
    )
    n = quarters["rows"].to_numpy().astype(np.float64)
    k = quarters["with"].to_numpy().astype(np.float64)
    if k.sum() in {0.0, n.sum()}:
        always = "always" if k.sum() else "never"
        raise ExtractError(
            f"The outcome is {always} recorded in all {int(n.sum())} rows. "
            "Check [outcome] table, where and linked_to."
        )
    rest = (k.sum() - k + 0.5) / (n.sum() - n + 1)
    chance = np.where(k == 0, (1 - rest) ** n, np.where(k == n, rest**n, 1.0))
    broken = int((chance < LEAST_LIKELY).sum())
    if broken:
        raise ExtractError(
            f"In {broken} of {len(n)} quarters the outcome is never, or always, "
            f"recorded ({int(n[chance < LEAST_LIKELY].sum())} rows), which is no "
            "chance: the outcome's table is not whole there. Set [cohort] first_as_of "
            "or last_as_of, or a longer [outcome] lag_days."
        )

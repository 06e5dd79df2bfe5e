"""Which cases the demonstration's practitioners have: drawn without looking at them.

A council's case system knows who is allocated to whom. Here a few recent referrals are
taken in the order of a digest of the person's id, so that the draw is always the same
and has nothing to do with what is recorded.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from riskaid.advice.sessions import Case, new_handle
from riskaid.files import digest_bytes

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

CASES_EACH = 6
RECENT = timedelta(days=60)


def choose_cases(
    store: "CaseStore", practitioners: tuple[str, ...], *, table: str = "referrals"
) -> tuple[Case, ...]:
    """Give each practitioner a few children with a recent referral.

    A case is as of the day after its referral was known and dated, as training's rows
    are. No child is given to two practitioners, or twice.

    Args:
        store: The case store.
        practitioners: Their ids.
        table: The table whose newest records make the cases.
    """
    last = store.extract_date
    records = store.table(table).select(
        "person_id",
        seen=pl.max_horizontal("date", "known_from"),
    )
    newest = (
        records.filter(pl.col("seen").is_not_null() & (pl.col("seen") <= last))
        .group_by("person_id")
        .agg(pl.col("seen").max())
    )
    recent = newest.filter(pl.col("seen") > last - RECENT)
    wanted = CASES_EACH * len(practitioners)
    pool = recent if recent.height >= wanted else newest
    drawn = sorted(pool.rows(), key=lambda row: digest_bytes(str(row[0]).encode()))[
        :wanted
    ]
    return tuple(
        Case(
            handle=new_handle(),
            person_id=person_id,
            as_of=seen + timedelta(days=1),
            seen=seen,
            practitioner=practitioners[i % len(practitioners)],
        )
        for i, (person_id, seen) in enumerate(drawn)
    )

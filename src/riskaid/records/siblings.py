"""Children whom one referral names together: brothers and sisters, most often.

A referral that a council recorded for several children at once makes a weak family
group. It joins a child to the others only where no strong link says who the child's
family is, because a referral may also name children who only met.
"""

from collections.abc import Iterable

import polars as pl

from riskaid.records.validate import Typed

REFERRALS = "referrals"
COLUMNS = ("person_id", "group", "strength")


def shared_referrals(typed: Iterable[Typed]) -> pl.DataFrame:
    """Family groups of children with one referral's id: person_id, group, strength.

    A group is named after its smallest member and not after the referral, whose id some
    case systems make anew overnight: so the same children are the same group in the
    next extract. Two groups of one smallest member are one family all the same.

    Args:
        typed: Every supply of one source after parsing.
    """
    parts = [
        item.rows.select("person_id", "referral_id").drop_nulls()
        for item in typed
        if item.supply.table == REFERRALS and "referral_id" in item.rows.columns
    ]
    if not parts:
        return pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))
    rows = pl.concat(parts).unique()
    shared = rows.filter(pl.len().over("referral_id") > 1)
    first = pl.col("person_id").min().over("referral_id")
    return (
        shared.with_columns(
            pl.concat_str(pl.lit("referral:"), first).alias("group"),
            pl.lit("weak").alias("strength"),
        )
        .select(COLUMNS)
        .unique()
        .sort(COLUMNS)
    )

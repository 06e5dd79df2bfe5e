"""How easily somebody in a store could be recognised, as counts and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

SMALL = 5
BROAD = {"W": "white", "M": "mixed", "A": "asian", "B": "black", "O": "other"}
BROAD_CODES = {"CHNE": "asian", "REFU": None, "NOBT": None}


@dataclass(frozen=True)
class People:
    """Groups of persons alike in birth month, sex, broad ethnicity and outcode.

    Attributes:
        persons: Everybody in the store.
        groups: How many groups they fall into; what is not known is alike.
        smallest: How many persons are in the smallest group (k).
        in_small_groups: How many persons are in groups of fewer than five.
    """

    persons: int
    groups: int
    smallest: int
    in_small_groups: int

    def to_json(self) -> dict[str, int]:
        """The counts as plain facts."""
        return {
            "persons": self.persons,
            "groups": self.groups,
            "smallest_group": self.smallest,
            "persons_in_groups_under_5": self.in_small_groups,
        }

    def says(self) -> str:
        """The counts in words, for the terminal."""
        return (
            "By birth month, sex, broad ethnicity and outcode the smallest group in "
            f"the store is of {self.smallest:,} (k = {self.smallest:,}); "
            f"{self.in_small_groups:,} of {self.persons:,} persons are in groups "
            f"under {SMALL}. With or without names, the store is personal data."
        )


def recognisable(tables: Mapping[str, pl.DataFrame]) -> People | None:
    """Count groups of persons who are alike in what others may know of them.

    Args:
        tables: Case tables with all versions; only what is so now counts. Of several
            addresses the open one that began last is taken, else the last.

    Returns:
        The counts, or None where the store holds nobody.
    """
    if "persons" not in tables:
        return None
    people = _now(tables["persons"]).unique("person_id", keep="first")
    if people.is_empty():
        return None
    code = pl.col("ethnicity")
    alike = people.select(
        "person_id",
        pl.coalesce("born", "expected").alias("born"),
        "sex",
        pl.when(code.is_in(list(BROAD_CODES)))
        .then(code.replace_strict(BROAD_CODES, default=None, return_dtype=pl.String))
        .otherwise(
            code.str.head(1).replace_strict(BROAD, default=None, return_dtype=pl.String)
        )
        .alias("ethnicity"),
    )
    if "addresses" in tables:
        alike = alike.join(_outcodes(tables["addresses"]), on="person_id", how="left")
    said = [c for c in alike.columns if c != "person_id"]
    sizes = alike.group_by(said).len()["len"]
    return People(
        persons=alike.height,
        groups=len(sizes),
        smallest=int(sizes.to_numpy().min()),
        in_small_groups=int(sizes.filter(sizes < SMALL).sum()),
    )


def _outcodes(addresses: pl.DataFrame) -> pl.DataFrame:
    known = _now(addresses).filter(pl.col("outcode").is_not_null())
    last = known.select(
        "person_id", "date", "outcode", pl.col("end").is_null().alias("open")
    ).sort("person_id", "open", "date", "outcode")
    return last.group_by("person_id").agg(pl.col("outcode").last())


def _now(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("known_until").is_null())

"""Families: who belongs with whom, for folds and for nothing else.

Connected components of the strong links of a mother, father or carer, and of family
groups a source knows. The family of residence at a contact (ssd_family) is weak: it
joins a person only where no strong link does.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

STRONG_ROLES = ("mother", "father", "carer")
LARGEST = 40

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Families:
    """person_id and family_id of everybody, and how many groups were too large."""

    rows: pl.DataFrame
    cut: int
    too_large: int


def families(
    household: pl.DataFrame, persons: pl.DataFrame, groups: pl.DataFrame | None = None
) -> pl.DataFrame:
    """One family a person: person_id, family_id.

    Args:
        household: Links: person_id (the child), adult_id, role, strength.
        persons: person_id of everybody who must have a family.
        groups: person_id, group, strength ("strong" or "weak"), where a source has
            family groups of its own.

    A family of more than 40 is cut: weak links are left out first, then all but those
    to mothers.

    Returns:
        Sorted by person_id. A family is named after its smallest member's id.
    """
    return find_families(household, persons, groups).rows


def find_families(
    household: pl.DataFrame, persons: pl.DataFrame, groups: pl.DataFrame | None = None
) -> Families:
    """As `families`, and how often the guard against giant families cut one."""
    if groups is None:
        groups = pl.DataFrame(
            schema={
                "person_id": pl.String,
                "group": pl.String,
                "strength": pl.String,
            }
        )
    sure_links = household.filter(pl.col("strength") == "strong")
    known = _chains(groups.filter(pl.col("strength") == "strong"))
    strong = pl.concat([_links(sure_links, STRONG_ROLES), known])
    mothers = pl.concat([_links(sure_links, ("mother",)), known])
    weak_groups = groups.filter(pl.col("strength") == "weak")
    everybody = pl.concat(
        [
            persons.select("person_id"),
            household.select("person_id"),
            household.select(person_id="adult_id"),
            groups.select("person_id"),
        ]
    )["person_id"]
    names = everybody.drop_nulls().unique().sort()
    place = pl.DataFrame({"id": names, "n": np.arange(len(names), dtype=np.int64)})
    by_mother = components(_pairs(mothers, place), len(names))
    sure, _ = _guarded(components(_pairs(strong, place), len(names)), by_mother)
    linked = pl.concat([strong["a"], strong["b"]]).unique()
    lonely = weak_groups.filter(~pl.col("person_id").is_in(linked.implode()))
    joined = weak_groups.filter(
        pl.col("group").is_in(lonely["group"].unique().implode())
    )
    both = components(
        np.concatenate([_pairs(strong, place), _pairs(_chains(joined), place)], axis=1),
        len(names),
    )
    labels, cut = _guarded(both, sure)
    sizes = np.bincount(labels, minlength=1)
    rows = pl.DataFrame({"person_id": names, "family_id": "F" + names.gather(labels)})
    return Families(rows, cut, int((sizes > LARGEST).sum()))


def components(pairs: NDArray[np.int64], size: int) -> Labels:
    """Label each of `size` nodes with the smallest node it is connected to.

    Args:
        pairs: Shape (2, links): nodes at both ends.
        size: Number of nodes.
    """
    labels = np.arange(size, dtype=np.int64)
    if pairs.shape[1] == 0:
        return labels
    one, other = pairs
    while True:
        low = np.minimum(labels[one], labels[other])
        after = labels.copy()
        np.minimum.at(after, labels[one], low)
        np.minimum.at(after, labels[other], low)
        after = after[after]
        if np.array_equal(after, labels):
            return labels
        labels = after


def _guarded(both: Labels, sure: Labels) -> tuple[Labels, int]:
    """Fall back to surer links in families too large to be one; say how many."""
    if len(both) == 0:
        return both, 0
    sizes = np.bincount(both, minlength=len(both))
    giant = (sizes[both] > LARGEST) & (both != sure)
    whole = np.isin(both, np.unique(both[giant]))
    return np.where(whole, sure, both), len(np.unique(both[giant]))


def _links(household: pl.DataFrame, roles: tuple[str, ...]) -> pl.DataFrame:
    chosen = household.filter(pl.col("role").is_in(roles))
    return chosen.select(a="person_id", b="adult_id")


def _chains(groups: pl.DataFrame) -> pl.DataFrame:
    """Link each member of a group to the group's smallest member."""
    return groups.select(
        a="person_id", b=pl.col("person_id").min().over("group")
    ).unique()


def _pairs(links: pl.DataFrame, place: pl.DataFrame) -> NDArray[np.int64]:
    found = (
        links.drop_nulls()
        .join(place, left_on="a", right_on="id")
        .join(place, left_on="b", right_on="id", suffix="_b")
    )
    return np.stack([found["n"].to_numpy(), found["n_b"].to_numpy()])

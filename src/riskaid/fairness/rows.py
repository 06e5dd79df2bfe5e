"""The rows of an audit as arrays: who is selected at each capacity, who is where."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from riskaid.fairness.disclosure import published_count
from riskaid.fairness.groups import group_order, phrase_for, read_groups
from riskaid.fairness.outcome_windows import NO_DATES
from riskaid.fairness.policy import Policy
from riskaid.fairness.policy_groups import Characteristic
from riskaid.fairness.scores import ORDERING
from riskaid.fairness.sums import Floats, Ints

Kind = Literal["score", "rank", "selected"]


@dataclass(frozen=True)
class Grouped:
    """One characteristic over the rows: which groups there are and who is in each."""

    about: Characteristic
    groups: list[tuple[str, str]]
    of_row: Ints
    unknown: int


@dataclass(frozen=True)
class Rows:
    """The rows, in sorted order, as arrays of one length.

    Attributes:
        score: The estimate; zeros for a tool that gives none.
        outcome: 0 or 1.
        family: Number of the family, or of the person where no family is given.
        families: How many there are.
        selected: For each capacity 1.0 where the row is selected.
        capacities: Shares of rows selected.
        gated: The capacity that gates.
        kind: "score" for probabilities, "rank" for an order, "selected" for a yes or
            no.
    """

    score: Floats
    outcome: Ints
    family: Ints
    families: int
    selected: list[Floats]
    capacities: tuple[float, ...]
    gated: float
    kind: Kind

    @property
    def scored(self) -> bool:
        """Whether there are probabilities, which can be calibrated."""
        return self.kind == "score"

    @property
    def ordered(self) -> bool:
        """Whether rows are in an order, and not only selected or not."""
        return self.kind != "selected"


def take_rows(frame: pl.DataFrame, policy: Policy, seed: int) -> tuple[Rows, list[str]]:
    """Take the rows as arrays and select at each capacity.

    The highest scores are selected; among equal scores at the cut, a draw with the seed
    decides. A row whose family is empty counts as a family of its person.

    Args:
        frame: As check_scores returns, so sorted.
        policy: With its capacities.
        seed: For ties.

    Returns:
        The rows, and what a reader should be told about them.
    """
    outcome = frame["outcome"].to_numpy().astype(np.int64)
    cluster = "p" + frame["person_id"]
    notes: list[str] = []
    if "family_id" in frame:
        own = frame["family_id"]
        cluster = ("f" + own).zip_with(own != "", cluster)
    else:
        notes.append(
            "No family_id was given: brothers and sisters count as strangers, so "
            "intervals may be too narrow."
        )
    if "as_of" not in frame or (frame["as_of"] == "").all():
        notes.append(NO_DATES)
    names, inverse = np.unique(cluster.to_numpy(), return_inverse=True)
    family = inverse.astype(np.int64)
    if ORDERING in frame:
        notes.append(
            "The tool gives an order and no probability: calibration cannot be judged, "
            "so this cannot pass."
        )
    elif "score" not in frame:
        notes.append(
            "The tool gives a yes or no and no estimate: calibration and order cannot "
            "be judged, so this cannot pass."
        )
        selected = frame["selected"].to_numpy().astype(np.float64)
        share = round(float(selected.mean()), 3)
        return Rows(
            score=np.zeros(len(outcome)),
            outcome=outcome,
            family=family,
            families=len(names),
            selected=[selected],
            capacities=(share,),
            gated=share,
            kind="selected",
        ), notes
    score = _scores(frame)
    draw = np.random.Generator(np.random.PCG64([seed, 1])).permutation(len(score))
    order = np.lexsort((draw, -score))
    chosen = []
    for capacity in policy.capacities:
        size = max(1, round(capacity * len(score)))
        selected = np.zeros(len(score))
        selected[order[:size]] = 1.0
        chosen.append(selected)
        tied = score == score[order[size - 1]]
        if selected[tied].sum() < tied.sum():
            count = published_count(float(tied.sum()), policy.smallest_published_count)
            notes.append(
                f"With {100 * capacity:g}% selected, {count} rows share the score at "
                "the cut; who of them is selected was drawn with the audit's seed."
            )
    return Rows(
        score=score,
        outcome=outcome,
        family=family,
        families=len(names),
        selected=chosen,
        capacities=policy.capacities,
        gated=policy.capacity_gated,
        kind="rank" if ORDERING in frame else "score",
    ), notes


def _scores(frame: pl.DataFrame) -> Floats:
    """Probabilities as they are; numbers that only order rows as places from 0 to 1."""
    if ORDERING not in frame:
        return frame["score"].to_numpy().astype(np.float64)
    _, place = np.unique(frame[ORDERING].to_numpy(), return_inverse=True)
    return np.asarray(place / max(1, place.max()), dtype=np.float64)


def group_rows(frame: pl.DataFrame, policy: Policy) -> list[Grouped]:
    """Put every row into a group of every characteristic; none is lost.

    Gated groups nobody is in are kept, so that the gate can say so.
    """
    plain: dict[str, pl.Series] = {}
    out = []
    for about in policy.characteristics:
        unknown = 0
        if about.of:
            one, two = about.of
            parts = [
                plain[name].replace(
                    list(about.collapse[name]), list(about.collapse[name].values())
                )
                for name in about.of
            ]
            of_row = parts[0] + "; " + parts[1]
            phrases = {
                f"{a}; {b}": f"{about.phrases[one][a]}, {about.phrases[two][b]}"
                for a in about.phrases[one]
                for b in about.phrases[two]
            }
            phrases |= {
                g: f"children recorded as {g}"
                for g in sorted(set(of_row.unique().to_list()) - set(phrases))
            }
            groups = list(phrases.items())
        else:
            of_row, unknown = read_groups(frame[about.column], about.reads)
            plain[about.name] = of_row
            present = sorted(set(of_row.unique().to_list()) | set(about.gated))
            groups = [
                (name, phrase_for(name, about.reads, about.title))
                for name in group_order(about.reads, present)
            ]
        names = [name for name, _ in groups]
        index = of_row.replace_strict(
            names, list(range(len(names))), return_dtype=pl.Int64
        )
        out.append(Grouped(about, groups, index.to_numpy(), unknown))
    return out

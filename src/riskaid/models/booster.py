"""Boosted trees that may only move the way each indicator is declared to."""

import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import lightgbm as lgb
import numpy as np

from riskaid.errors import ReleaseError
from riskaid.files import digest_bytes
from riskaid.models import Matrix

MANY_ROWS = 10_000
"""From here two threads pay. The bytes are the same: each column's sums are made by
one thread, and no row's score knows of another row."""


@dataclass(frozen=True)
class Settings:
    """What the search may choose about the trees.

    Attributes:
        rounds: How many trees.
        leaves: The most leaves of a tree.
        least_rows: The fewest training rows in a leaf.
        rate: How much each tree counts.
        shrink: L2 shrinkage of leaf values.
        columns: The share of indicators each tree may look at.
    """

    rounds: int = 150
    leaves: int = 8
    least_rows: int = 40
    rate: float = 0.05
    shrink: float = 5.0
    columns: float = 0.8


def fit_booster(
    matrix: Matrix,
    outcome: Matrix,
    *,
    names: tuple[str, ...],
    more_means_more: tuple[bool | None, ...],
    settings: Settings,
    seed: int,
) -> "Booster":
    """Fit boosted trees without re-weighting; rare outcomes are left to calibration.

    An indicator declared as more means more can never lower the raw score as it grows,
    and the other way round. Not known is a value of its own in the trees, with two
    exceptions, so that it can never read as good news: where less is declared to mean
    more it reads as zero, the value of most concern; and where more means more and some
    values lie below zero (a change against the time before) it reads as zero too,
    because a branch for values below zero would else be open to it.

    Args:
        matrix: Training rows, one column for each of `names`; NaN is not known.
        outcome: 0 or 1, one a row.
        names: The indicators.
        more_means_more: Declared direction of each; None is free.
        settings: Size and speed of the trees.
        seed: Draws columns for each tree.
    """
    data = binned(matrix, outcome, more_means_more=more_means_more)
    text = grow(data, settings=settings, seed=seed).model_to_string()
    return Booster(
        names=names, more_means_more=more_means_more, settings=settings, text=text
    )


def binned(
    matrix: Matrix, outcome: Matrix, *, more_means_more: tuple[bool | None, ...]
) -> lgb.Dataset:
    """Bin rows once, so that many trials can share the work.

    A column without anything not known keeps LightGBM reading NaN as zero in it, later
    too, so that the second exception of fit_booster needs no note in the model.
    """
    held = filled(matrix, more_means_more=more_means_more)
    signed = np.array([d is True for d in more_means_more], dtype=bool)
    signed &= (held < 0).any(axis=0)
    held[:, signed] = np.nan_to_num(held[:, signed], nan=0.0)
    directions = [{True: 1, False: -1, None: 0}[d] for d in more_means_more]
    data = lgb.Dataset(
        held,
        label=outcome,
        params=_fixed(len(matrix)) | {"monotone_constraints": directions},
        free_raw_data=True,
    )
    return data.construct()


def filled(matrix: Matrix, *, more_means_more: tuple[bool | None, ...]) -> Matrix:
    """Read not known as zero where less is declared to mean more."""
    whole = np.array(matrix, dtype=np.float64)
    less = np.array([d is False for d in more_means_more], dtype=bool)
    whole[:, less] = np.nan_to_num(whole[:, less], nan=0.0)
    return whole


def grow(data: lgb.Dataset, *, settings: Settings, seed: int) -> lgb.Booster:
    """Grow the trees on binned rows."""
    params = _fixed(data.num_data()) | {
        "num_leaves": settings.leaves,
        "min_data_in_leaf": settings.least_rows,
        "learning_rate": settings.rate,
        "lambda_l2": settings.shrink,
        "feature_fraction": settings.columns,
        "seed": seed,
        "monotone_constraints": data.params["monotone_constraints"],
    }
    return lgb.train(params, data, num_boost_round=settings.rounds)


def raw_scores(booster: lgb.Booster, matrix: Matrix, *, rounds: int = -1) -> Matrix:
    """Score rows with the first `rounds` trees only, as log-odds."""
    return _scores(booster, matrix, first=0, rounds=rounds)


def growing_scores(
    booster: lgb.Booster, matrix: Matrix, rounds: Sequence[int]
) -> list[Matrix]:
    """Score rows with more and more trees, looking at no tree twice.

    Args:
        booster: The trees.
        matrix: The rows.
        rounds: Numbers of trees, each larger than the one before.
    """
    found: list[Matrix] = []
    for before, after in itertools.pairwise((0, *rounds)):
        more = _scores(booster, matrix, first=before, rounds=after - before)
        found.append(found[-1] + more if found else more)
    return found


def _scores(booster: lgb.Booster, matrix: Matrix, *, first: int, rounds: int) -> Matrix:
    return np.asarray(
        booster.predict(
            matrix,
            raw_score=True,
            start_iteration=first,
            num_iteration=rounds,
            num_threads=_threads(len(matrix)),
        )
    )


def _never_missing(trees: list[dict[str, Any]]) -> set[int]:
    """Columns that some tree splits on, and that were known in every training row."""
    found: set[int] = set()
    nodes = [tree["tree_structure"] for tree in trees]
    while nodes:
        node = nodes.pop()
        if "split_feature" not in node:
            continue
        if node["missing_type"] == "None":
            found.add(int(node["split_feature"]))
        nodes += [node["left_child"], node["right_child"]]
    return found


def _threads(rows: int) -> int:
    return 2 if rows >= MANY_ROWS else 1


def _fixed(rows: int) -> dict[str, Any]:
    return {
        "objective": "binary",
        "deterministic": True,
        "force_col_wise": True,
        "num_threads": _threads(rows),
        "max_bin": 63,
        "feature_pre_filter": False,
        "monotone_constraints_method": "basic",
        "verbosity": -1,
    }


@dataclass(frozen=True)
class Booster:
    """Trees as text, with the indicators they read.

    Attributes:
        names: The indicators, in the order of the matrix's columns.
        more_means_more: The directions the trees keep to.
        settings: How they were grown.
        text: LightGBM's own text.
    """

    names: tuple[str, ...]
    more_means_more: tuple[bool | None, ...]
    settings: Settings
    text: str = field(repr=False)
    _trees: lgb.Booster = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read the text once."""
        object.__setattr__(self, "_trees", lgb.Booster(model_str=self.text))

    def score(self, matrix: Matrix) -> Matrix:
        """Raw log-odds, before calibration."""
        held = filled(matrix, more_means_more=self.more_means_more)
        return raw_scores(self._trees, held)

    def contributions(self, matrix: Matrix) -> Matrix:
        """TreeSHAP in log-odds, from LightGBM itself; the last column is the mean."""
        return np.asarray(
            self._trees.predict(
                filled(matrix, more_means_more=self.more_means_more),
                pred_contrib=True,
                num_threads=_threads(len(matrix)),
            )
        )

    @property
    def trees(self) -> lgb.Booster:
        """The trees, for whoever explains them."""
        return self._trees

    def as_read(self, matrix: Matrix) -> Matrix:
        """Rows as the trees read them, for readers that know less of not known.

        Where no training row was not known, LightGBM reads not known as zero. Only its
        own trees do so by themselves.
        """
        held = filled(matrix, more_means_more=self.more_means_more)
        whole = sorted(_never_missing(self._trees.dump_model()["tree_info"]))
        held[:, whole] = np.nan_to_num(held[:, whole], nan=0.0)
        return held

    def to_json(self) -> dict[str, Any]:
        """Write everything but the text, and the text's digest."""
        return {
            "rung": "booster",
            "names": list(self.names),
            "more_means_more": list(self.more_means_more),
            "settings": asdict(self.settings),
            "text_sha256": digest_bytes(self.text.encode()),
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any], *, text: str) -> "Booster":
        """Read what to_json wrote, checking the text before it is parsed.

        Raises:
            ReleaseError: The text is not the one the facts were written with.
        """
        if facts["rung"] != "booster":
            raise ValueError(facts["rung"])
        if digest_bytes(text.encode()) != facts["text_sha256"]:
            raise ReleaseError(
                "models/booster.txt is not the text its facts name. "
                "Build the run or bundle again."
            )
        return cls(
            names=tuple(str(n) for n in facts["names"]),
            more_means_more=tuple(facts["more_means_more"]),
            settings=Settings(**facts["settings"]),
            text=text,
        )

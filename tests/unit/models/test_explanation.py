from types import SimpleNamespace

import numpy as np
import pytest

from riskaid.models import Matrix
from riskaid.models.explanation import reasons, unknown_reassures
from riskaid.models.scorecard import Line, Scorecard

NAN = float("nan")
PLAN = SimpleNamespace(
    indicators=tuple(
        SimpleNamespace(name=n, family=f, reads=f"How many {n}")
        for n, f in [
            ("a", "missing"),
            ("b", "missing"),
            ("c", "mobility"),
            ("d", "mobility"),
        ]
    )
)
CARD = Scorecard(
    names=("a", "b", "c", "d"),
    lines=tuple(
        Line(n, "at_least", 1.0, p) for n, p in zip("abcd", [2, 3, 4, 9], strict=True)
    ),
)


def test_reasons_stand_by_family_and_size_with_their_words():
    found = reasons(CARD, np.array([1.0, 2.0, 1.0, 0.0]), PLAN)
    assert [r.indicator for r in found] == ["b", "a", "c"]
    assert found[0].reads == "How many b"
    assert (found[0].contribution, found[0].value, found[0].known) == (3.0, 2.0, True)


def test_what_is_not_known_is_a_reason_of_its_own():
    found = reasons(CARD, np.array([1.0, NAN, 0.0, 0.0]), PLAN)
    assert [(r.indicator, r.known, r.value) for r in found] == [
        ("a", True, 1.0),
        ("b", False, None),
    ]


class Reassuring:
    names = ("a", "b")

    def score(self, matrix: Matrix) -> Matrix:
        # Not known takes a point away from the first sign only.
        return np.isnan(matrix) @ np.array([-1.0, 0.5])


@pytest.mark.parametrize(
    ("row", "named"), [([NAN, NAN], ("a",)), ([0.0, NAN], ()), ([1.0, 1.0], ())]
)
def test_an_unknown_that_reads_as_good_news_is_named(row, named):
    assert unknown_reassures(Reassuring(), np.array(row)) == named


def test_a_scorecard_never_reads_unknown_as_good_news():
    assert unknown_reassures(CARD, np.full(4, NAN)) == ()

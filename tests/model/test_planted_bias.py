"""An unfairness that is built in is found, and little is found where there is none.

`make test-all` makes the councils of 100 seeds, and goes on where it was stopped; `make
test` those of two.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from planted_bias import (
    ALARMS,
    LOOKED_FOR,
    SEEDS,
    WHOLE,
    Seen,
    counted,
    is_found,
    seen,
    table,
)

PROXY = "proxy, by its probe"
LEAST = 0.9
MOST_ALARMS = 11 if WHOLE else 1
"""At 5 in 100, 100 seeds have more than 11 in 1 of 250 tries; two have two in 1 of 400."""


@pytest.fixture(scope="module")
def all_seen() -> list[Seen]:
    return seen()


@pytest.mark.parametrize("what", list(LOOKED_FOR))
def test_what_is_built_in_is_found(all_seen, what):
    found, of = counted(all_seen)[what]
    assert of == len(SEEDS)
    assert found >= LEAST * of, table(all_seen)


@pytest.mark.parametrize("by", ["audit", "proxy", "anchor"])
def test_where_nothing_is_built_in_little_is_found(all_seen, by):
    found, of = counted(all_seen)[f"nothing, by the {by}"]
    assert of == len(SEEDS)
    assert found <= MOST_ALARMS, table(all_seen)


def test_it_is_the_planting_that_is_found(all_seen):
    """The same questions about councils without it are answered with no."""
    for what, by in (("under-recording, by the audit", "audit"), (PROXY, "proxy")):
        nothing = [one for one in all_seen if one.planting == ALARMS[by]]
        assert len(nothing) == len(SEEDS)
        found = sum(is_found(one, what) for one in nothing)
        assert found <= 0.05 * len(nothing), what

"""Three-valued logic (Kleene's): true, false and not known, which stays not known."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from riskaid.language import nodes

Truth = bool | None

COMPARISONS: Mapping[nodes.Comparison, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def both(left: Truth, right: Truth) -> Truth:
    """True when both are; false wins over not known."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(left: Truth, right: Truth) -> Truth:
    """True when one is; true wins over not known."""
    if left is True or right is True:
        return True
    return None if left is None or right is None else False


def opposite(one: Truth) -> Truth:
    """The opposite; not known stays not known."""
    return None if one is None else not one


def compare(sign: nodes.Comparison, left: Any, right: Any) -> Truth:
    """Compare two numbers or texts; not known when either is."""
    if left is None or right is None:
        return None
    return bool(COMPARISONS[sign](left, right))

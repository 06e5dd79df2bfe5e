"""Values and conditions: what an author compares, adds and joins."""

from riskaid.errors import DefinitionError
from riskaid.language import nodes
from riskaid.language.columns import plain_number, refuse_truth


class Condition:
    """True, false or not known, for a child as of a date."""

    def __init__(self, node: nodes.ConditionNode) -> None:
        """Hold the node."""
        self.node = node

    def __and__(self, other: "Condition") -> "Condition":
        """Both hold; false wins over not known."""
        return Condition(nodes.And(self.node, _condition(other, "&")))

    def __or__(self, other: "Condition") -> "Condition":
        """At least one holds; true wins over not known."""
        return Condition(nodes.Or(self.node, _condition(other, "|")))

    def __invert__(self) -> "Condition":
        """It does not hold; not known stays not known."""
        return Condition(nodes.Not(self.node))

    def as_number(self) -> "Value":
        """1 when it holds, 0 when it does not; not known stays not known."""
        return Value(nodes.AsNumber(self.node))

    def is_known(self) -> "Condition":
        """Whether the answer is known: every table it reads covers the window."""
        return Condition(nodes.IsKnown(self.node))

    def __bool__(self) -> bool:
        """Refuse: 'and', 'or', 'not' do not work here."""
        return refuse_truth()


class Value:
    """A number or not known, for a child as of a date."""

    def __init__(self, node: nodes.ValueNode) -> None:
        """Hold the node."""
        self.node = node

    def __add__(self, other: "Value | float") -> "Value":
        """The sum; not known when either is."""
        return Value(nodes.Arithmetic("+", self.node, _value(other)))

    def __radd__(self, other: float) -> "Value":
        """The sum, the number first."""
        return Value(nodes.Arithmetic("+", _value(other), self.node))

    def __sub__(self, other: "Value | float") -> "Value":
        """The difference; not known when either is."""
        return Value(nodes.Arithmetic("-", self.node, _value(other)))

    def __rsub__(self, other: float) -> "Value":
        """The difference, the number first."""
        return Value(nodes.Arithmetic("-", _value(other), self.node))

    def __mul__(self, other: "Value | float") -> "Value":
        """The product; not known when either is."""
        return Value(nodes.Arithmetic("*", self.node, _value(other)))

    def __rmul__(self, other: float) -> "Value":
        """The product, the number first."""
        return Value(nodes.Arithmetic("*", _value(other), self.node))

    def __truediv__(self, other: "Value | float") -> "Value":
        """The quotient; not known when either is, or when dividing by 0."""
        return Value(nodes.Arithmetic("/", self.node, _value(other)))

    def __rtruediv__(self, other: float) -> "Value":
        """The quotient, the number first."""
        return Value(nodes.Arithmetic("/", _value(other), self.node))

    def __eq__(self, other: "Value | float") -> Condition:  # type: ignore[override]  # makes a condition
        """The same number; not known when either is."""
        return Condition(nodes.Compare("==", self.node, _value(other)))

    def __ne__(self, other: "Value | float") -> Condition:  # type: ignore[override]  # makes a condition
        """Another number; not known when either is."""
        return Condition(nodes.Compare("!=", self.node, _value(other)))

    def __lt__(self, other: "Value | float") -> Condition:
        """Below; not known when either is."""
        return Condition(nodes.Compare("<", self.node, _value(other)))

    def __le__(self, other: "Value | float") -> Condition:
        """The same or below; not known when either is."""
        return Condition(nodes.Compare("<=", self.node, _value(other)))

    def __gt__(self, other: "Value | float") -> Condition:
        """Above; not known when either is."""
        return Condition(nodes.Compare(">", self.node, _value(other)))

    def __ge__(self, other: "Value | float") -> Condition:
        """The same or above; not known when either is."""
        return Condition(nodes.Compare(">=", self.node, _value(other)))

    def is_known(self) -> Condition:
        """Whether the number is known: its tables cover the window, and it exists."""
        return Condition(nodes.IsKnown(self.node))

    def __bool__(self) -> bool:
        """Refuse: 'and', 'or', 'not' and chained comparisons do not work here."""
        return refuse_truth()

    __hash__ = None  # type: ignore[assignment]  # `==` makes a condition


def _condition(other: object, sign: str) -> nodes.ConditionNode:
    if not isinstance(other, Condition):
        raise DefinitionError(
            f"'{sign}' joins two conditions. Put brackets round each comparison: "
            f"(a >= 2) {sign} (b == 0)."
        )
    return other.node


def _value(other: object) -> nodes.ValueNode:
    if isinstance(other, Value):
        return other.node
    if isinstance(other, Condition):
        raise DefinitionError(
            "A condition is not a number. Use count() for a number, or '&' and '|' to "
            "join conditions."
        )
    return nodes.Number(plain_number(other))

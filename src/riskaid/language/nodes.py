"""What an expression means: frozen nodes that every engine computes alike.

Two levels. A *record* condition looks at the columns of one record: what `where` takes.
A *value* or *condition* looks at a child as of a date. Nothing here knows a table, an
engine or a file: all an engine needs stands in the nodes.
"""

from dataclasses import dataclass
from typing import Literal

from riskaid.language.windows import Window

ColumnType = Literal["code", "number", "date", "flag"]
Shape = Literal["event", "spell", "snapshot", "link"]
Comparison = Literal["==", "!=", "<", "<=", ">", ">="]
Operation = Literal["+", "-", "*", "/"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a case table; its group says when it becomes visible."""

    table: str
    column: str
    type: ColumnType
    group: str | None


@dataclass(frozen=True, slots=True)
class RecordCompare:
    """A column of the record against a text or number; unknown when it is empty."""

    operator: Comparison
    field: Field
    value: str | float


@dataclass(frozen=True, slots=True)
class RecordIsIn:
    """Whether a column of the record is one of some codes; unknown when it is empty."""

    field: Field
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordIsKnown:
    """Whether a column of the record is filled and visible as of the date."""

    field: Field


@dataclass(frozen=True, slots=True)
class RecordAnd:
    """Both record conditions hold."""

    left: "RecordNode"
    right: "RecordNode"


@dataclass(frozen=True, slots=True)
class RecordOr:
    """At least one of the record conditions holds."""

    left: "RecordNode"
    right: "RecordNode"


@dataclass(frozen=True, slots=True)
class RecordNot:
    """The record condition does not hold; unknown stays unknown."""

    of: "RecordNode"


RecordNode = (
    RecordCompare | RecordIsIn | RecordIsKnown | RecordAnd | RecordOr | RecordNot
)


@dataclass(frozen=True, slots=True)
class Reach:
    """A way to other people's records: links from the child to adults.

    A link counts when it began before the as-of date (or its start is empty), was
    known, and has no visible end before the as-of date.
    """

    links: "Rows"
    adult: Field
    end: Field


@dataclass(frozen=True, slots=True)
class Rows:
    """The records of a table that pass `where`, the child's own or reached by links."""

    table: str
    shape: Shape
    where: RecordNode | None
    reach: Reach | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many records count."""

    rows: Rows
    last: Window | None


@dataclass(frozen=True, slots=True)
class Any:
    """Whether at least one record counts."""

    rows: Rows
    last: Window | None


@dataclass(frozen=True, slots=True)
class CountDistinct:
    """How many different codes the records hold; empty codes are passed over."""

    rows: Rows
    field: Field
    last: Window | None


@dataclass(frozen=True, slots=True)
class DaysSinceLast:
    """Days from the latest record to the as-of date; not known when there is none."""

    rows: Rows
    last: Window | None


@dataclass(frozen=True, slots=True)
class DaysSinceFirst:
    """Days from the first record to the as-of date; not known when there is none."""

    rows: Rows
    last: Window | None


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a number; 0 without records, not known when any number is empty."""

    rows: Rows
    field: Field
    last: Window | None


@dataclass(frozen=True, slots=True)
class Largest:
    """The largest number; empty ones are passed over; not known when there is none."""

    rows: Rows
    field: Field
    last: Window | None


@dataclass(frozen=True, slots=True)
class Latest:
    """The number of the latest record that holds one; the larger of two on a day."""

    rows: Rows
    field: Field
    last: Window | None


@dataclass(frozen=True, slots=True)
class OverlapDays:
    """Days the spells cover in the window; two spells on one day count it twice."""

    rows: Rows
    end: Field
    last: Window | None


@dataclass(frozen=True, slots=True)
class IsOpen:
    """Whether a spell that began before the as-of date has not visibly ended by it."""

    rows: Rows
    end: Field


@dataclass(frozen=True, slots=True)
class AgeYears:
    """Whole years of age on the as-of date, from the month of birth; -1 = unborn."""

    table: str
    born: Field
    expected: Field | None


@dataclass(frozen=True, slots=True)
class Number:
    """A number written in the definition."""

    value: float


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two values added, taken away, multiplied or divided; unknown stays unknown."""

    operator: Operation
    left: "ValueNode"
    right: "ValueNode"


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values compared; unknown when either is."""

    operator: Comparison
    left: "ValueNode"
    right: "ValueNode"


@dataclass(frozen=True, slots=True)
class And:
    """Both hold; false wins over unknown."""

    left: "ConditionNode"
    right: "ConditionNode"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one holds; true wins over unknown."""

    left: "ConditionNode"
    right: "ConditionNode"


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold; unknown stays unknown."""

    of: "ConditionNode"


@dataclass(frozen=True, slots=True)
class IsKnown:
    """Whether a value or condition is known; itself always known."""

    of: "Node"


ValueNode = (
    Count
    | CountDistinct
    | DaysSinceLast
    | DaysSinceFirst
    | Total
    | Largest
    | Latest
    | OverlapDays
    | AgeYears
    | Number
    | Arithmetic
)
ConditionNode = Any | IsOpen | Compare | And | Or | Not | IsKnown
Node = ValueNode | ConditionNode

VALUE_NODES: tuple[type, ...] = (
    Count,
    CountDistinct,
    DaysSinceLast,
    DaysSinceFirst,
    Total,
    Largest,
    Latest,
    OverlapDays,
    AgeYears,
    Number,
    Arithmetic,
)
CONDITION_NODES: tuple[type, ...] = (Any, IsOpen, Compare, And, Or, Not, IsKnown)
RECORD_NODES: tuple[type, ...] = (
    RecordCompare,
    RecordIsIn,
    RecordIsKnown,
    RecordAnd,
    RecordOr,
    RecordNot,
)

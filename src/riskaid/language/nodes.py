"""What an expression means: frozen nodes that every engine computes alike.

Two levels. A *record* condition looks at the columns of one record: what `where` takes.
A *value* or *condition* looks at a child as of a date. Nothing here knows a table, an
engine or a file: all an engine needs stands in the nodes.
"""

from dataclasses import dataclass
from typing import Literal

from riskaid.language.windows import Days, Months, Window

ColumnType = Literal["code", "number", "date", "flag"]
Shape = Literal["event", "spell", "snapshot", "link"]
Comparison = Literal["==", "!=", "<", "<=", ">", ">="]
Operation = Literal["+", "-", "*", "/"]
ReachTo = Literal["adults", "siblings"]


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

    A link counts when it began before the as-of date (or its start is empty; with
    `since`, when it began inside that window), was known, and has no visible end before
    the as-of date. To "siblings": on to the other children who are linked, by links
    that count in the same way, with one of those adults.
    """

    links: "Rows"
    adult: Field
    end: Field
    to: ReachTo
    since: Window | None


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
class LatestIs:
    """Whether a code of the latest day that holds one is among some codes.

    Not known when no record that counts holds a code.
    """

    rows: Rows
    field: Field
    values: tuple[str, ...]
    last: Window | None


@dataclass(frozen=True, slots=True)
class Changes:
    """How often the code differs from that of the record before, empty ones left out.

    Records stand in the order of their dates, those of one day in that of their codes.
    """

    rows: Rows
    field: Field
    last: Window | None


@dataclass(frozen=True, slots=True)
class Decayed:
    """The sum of 0.5 ** (age in days / half-life), each to the millionth."""

    rows: Rows
    half_life: Days
    last: Window | None


@dataclass(frozen=True, slots=True)
class Sequence:
    """How many records are followed by one of `then` within so many days.

    Followed: its date is 1 to n days later, or on the same day where `same_day` says
    so. The window is that of the first record.
    """

    rows: Rows
    then: Rows
    within: Days
    same_day: bool
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
class OpenAt:
    """Whether a spell was open so long before the as-of date, by what is known now."""

    rows: Rows
    end: Field
    back: Days | Months


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
class AsNumber:
    """A condition as a number: 1 when it holds, 0 when not; unknown stays unknown."""

    of: "ConditionNode"


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
    | Changes
    | Decayed
    | Sequence
    | OverlapDays
    | AgeYears
    | Number
    | Arithmetic
    | AsNumber
)
ConditionNode = Any | LatestIs | IsOpen | OpenAt | Compare | And | Or | Not | IsKnown
Node = ValueNode | ConditionNode

VALUE_NODES: tuple[type, ...] = (
    Count,
    CountDistinct,
    DaysSinceLast,
    DaysSinceFirst,
    Total,
    Largest,
    Latest,
    Changes,
    Decayed,
    Sequence,
    OverlapDays,
    AgeYears,
    Number,
    Arithmetic,
    AsNumber,
)
CONDITION_NODES: tuple[type, ...] = (
    Any,
    LatestIs,
    IsOpen,
    OpenAt,
    Compare,
    And,
    Or,
    Not,
    IsKnown,
)
RECORD_NODES: tuple[type, ...] = (
    RecordCompare,
    RecordIsIn,
    RecordIsKnown,
    RecordAnd,
    RecordOr,
    RecordNot,
)

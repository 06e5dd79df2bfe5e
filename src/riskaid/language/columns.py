"""Columns of a case table, and what may be asked of one record."""

import copy
from dataclasses import dataclass
from typing import ClassVar, NoReturn, Protocol, Self

from riskaid.errors import DefinitionError
from riskaid.language import nodes

LARGEST = 1e12


def refuse_truth() -> bool:
    """Refuse to be true or false where a definition is only being written.

    Raises:
        DefinitionError: Always.
    """
    raise DefinitionError(
        "The keywords 'and', 'or' and 'not' cannot be used in a definition, nor can "
        "'if', nor a chained comparison such as a < b < c. Write '&', '|' and '~', and "
        "put brackets round each comparison: (a < b) & (b < c)."
    )


class RecordCondition:
    """A question to one record of a table: true, false or not known.

    `where` keeps a record only when the answer is true.
    """

    def __init__(self, node: nodes.RecordNode, table: str) -> None:
        """Hold the node and the name of the table whose records can be asked."""
        self.node = node
        self.table = table

    def __and__(self, other: "RecordCondition") -> "RecordCondition":
        """Both hold."""
        self._joins(other, "&")
        return RecordCondition(nodes.RecordAnd(self.node, other.node), self.table)

    def __or__(self, other: "RecordCondition") -> "RecordCondition":
        """At least one holds."""
        self._joins(other, "|")
        return RecordCondition(nodes.RecordOr(self.node, other.node), self.table)

    def __invert__(self) -> "RecordCondition":
        """It does not hold; not known stays not known."""
        return RecordCondition(nodes.RecordNot(self.node), self.table)

    def __bool__(self) -> bool:
        """Refuse: 'and', 'or', 'not' do not work here."""
        return refuse_truth()

    def _joins(self, other: object, sign: str) -> None:
        if not isinstance(other, RecordCondition):
            raise DefinitionError(
                f"'{sign}' inside where(…) joins two questions to one record, such as "
                f"(table.column == 'x') {sign} (table.other == 'y'). "
                "Put brackets round each comparison."
            )
        if other.table != self.table:
            raise DefinitionError(
                f"where(…) asks one record, but these questions are to '{self.table}' "
                f"and to '{other.table}'. Count each table by itself and join the "
                "counts."
            )


class Named(Protocol):
    """What a column is declared in: a table with a name."""

    name: str


class Column:
    """A column of a case table; `group` names columns that fill in later together."""

    type: ClassVar[nodes.ColumnType]

    def __init__(self, *, group: str | None = None) -> None:
        """Declare a column inside a Table class."""
        self.group = group
        self.name = ""
        self.table = ""

    def __set_name__(self, owner: object, name: str) -> None:
        """Take the name it is declared under."""
        self.name = name

    def __get__(self, instance: Named | None, owner: object = None) -> Self:
        """Give the column as one of that table."""
        if instance is None:
            return self
        bound = copy.copy(self)
        bound.table = instance.name
        return bound

    def field(self) -> nodes.Field:
        """The column as a node.

        Raises:
            DefinitionError: It was taken from a Table class, not from its table.
        """
        if not self.table:
            raise DefinitionError(
                f"Column '{self.name}' was taken from a class. Take it from the table: "
                "missing_episodes.episode_type, not MissingEpisodes.episode_type."
            )
        return nodes.Field(self.table, self.name, self.type, self.group)

    def is_known(self) -> RecordCondition:
        """Whether the record's column is filled and was visible before the as-of date.

        Always true or false, never not known.
        """
        return RecordCondition(nodes.RecordIsKnown(self.field()), self.table)

    def __bool__(self) -> bool:
        """Refuse: a column is not true or false."""
        return refuse_truth()

    def _compared(
        self, operator: nodes.Comparison, value: str | float
    ) -> RecordCondition:
        node = nodes.RecordCompare(operator, self.field(), value)
        return RecordCondition(node, self.table)

    __hash__ = None  # type: ignore[assignment]  # `==` makes a condition


@dataclass(frozen=True, slots=True)
class Codelist:
    """A named list of codes, with the term of each; kept in a file of its own."""

    name: str
    codes: tuple[str, ...]
    terms: tuple[tuple[str, str], ...]


class CodeColumn(Column):  # noqa: PLW1641 - `==` makes a condition
    """A code or short word, compared as text."""

    type = "code"

    def __eq__(self, other: str) -> RecordCondition:  # type: ignore[override]  # makes a condition
        """The record's code is this one; not known when it is empty."""
        return self._compared("==", _text(other, self.name))

    def __ne__(self, other: str) -> RecordCondition:  # type: ignore[override]  # makes a condition
        """The record's code is another one; not known when it is empty."""
        return self._compared("!=", _text(other, self.name))

    def is_in(self, *codes: str | Codelist) -> RecordCondition:
        """The record's code is one of these; not known when it is empty."""
        if not codes:
            raise DefinitionError(
                f"{self.name}.is_in() names no code. Write {self.name}.is_in('1A')."
            )
        texts = listed(codes, self.name)
        return RecordCondition(nodes.RecordIsIn(self.field(), texts), self.table)


ANSWERS = ("yes", "no", "refused", "not_applicable", "not_yet_obtained")


class FlagColumn(Column):  # noqa: PLW1641 - `==` makes a condition
    """An answer: "yes", "no", one that is neither, or empty, which is not known.

    Neither yes nor no: "refused", "not_applicable", "not_yet_obtained" (ANSWERS). They
    are recorded, so is_known() holds for them, and they are not equal to "yes" or "no".
    """

    type = "flag"

    def __eq__(self, other: str) -> RecordCondition:  # type: ignore[override]  # makes a condition
        """The record gives this answer; not known when it is empty."""
        return self._compared("==", self._answer(other))

    def __ne__(self, other: str) -> RecordCondition:  # type: ignore[override]  # makes a condition
        """The record gives another answer; not known when it is empty."""
        return self._compared("!=", self._answer(other))

    def _answer(self, value: object) -> str:
        if isinstance(value, str) and value in ANSWERS:
            return value
        raise DefinitionError(
            f"'{self.name}' is 'yes', 'no' or not known, not {value!r}. "
            f"Write {self.name} == 'yes', or {self.name}.is_known()."
        )


class NumberColumn(Column):  # noqa: PLW1641 - `==` makes a condition
    """A number; whole or with at most six decimal places."""

    type = "number"

    def __eq__(self, other: float) -> RecordCondition:  # type: ignore[override]  # makes a condition
        """The record's number is this one; not known when it is empty."""
        return self._compared("==", plain_number(other))

    def __ne__(self, other: float) -> RecordCondition:  # type: ignore[override]  # makes a condition
        """The record's number is another one; not known when it is empty."""
        return self._compared("!=", plain_number(other))

    def __lt__(self, other: float) -> RecordCondition:
        """The record's number is below this one; not known when it is empty."""
        return self._compared("<", plain_number(other))

    def __le__(self, other: float) -> RecordCondition:
        """The record's number is this one or below; not known when it is empty."""
        return self._compared("<=", plain_number(other))

    def __gt__(self, other: float) -> RecordCondition:
        """The record's number is above this one; not known when it is empty."""
        return self._compared(">", plain_number(other))

    def __ge__(self, other: float) -> RecordCondition:
        """The record's number is this one or above; not known when it is empty."""
        return self._compared(">=", plain_number(other))


class DateColumn(Column):  # noqa: PLW1641 - `==` makes a condition
    """A further date of a record, such as its end; asked only whether it is known."""

    type = "date"

    def __eq__(self, other: object) -> NoReturn:
        """Refuse: dates are reached through windows."""
        raise DefinitionError(
            f"A date cannot be compared with '=='. Write {self.name}.is_known(), or "
            "use a window: count(last=days(90))."
        )


def plain_number(value: object) -> float:
    """Take a whole or decimal number as written in a definition.

    Raises:
        DefinitionError: It is a string, true or false, or too large.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DefinitionError(
            f"A number is compared with a number, not with {value!r}. Write >= 2."
        )
    if not abs(value) < LARGEST:
        raise DefinitionError(
            "A number in a definition must be below a million million. Write it out, "
            "as in >= 2 or * 0.5."
        )
    return float(value)


def listed(codes: tuple[str | Codelist, ...], column: str) -> tuple[str, ...]:
    """Codes and codelists as one list of codes, each once and in order.

    Raises:
        DefinitionError: One is no text.
    """
    found: set[str] = set()
    for one in codes:
        found.update(one.codes if isinstance(one, Codelist) else [_text(one, column)])
    return tuple(sorted(found))


def _text(value: object, column: str) -> str:
    if not isinstance(value, str) or not value:
        raise DefinitionError(
            f"'{column}' holds codes as text, not {value!r}. "
            f"Write {column} == '1A' with quotation marks; for an empty code write "
            f"~{column}.is_known()."
        )
    return value

"""The words an author writes: tables, their records, and what is asked of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from riskaid.errors import DefinitionError, nearest
from riskaid.language import nodes
from riskaid.language.columns import (
    CodeColumn,
    Column,
    NumberColumn,
    RecordCondition,
    refuse_truth,
)
from riskaid.language.values import Condition, Value
from riskaid.language.windows import Window, checked_window


class Selection:
    """Some records of one table, of which something is counted or asked.

    Every word counts a record when as_of - last <= date < as_of and it was known
    before the as-of date; without `last` there is no lower edge: ever, within the
    history held (ADR-0001).
    """

    def __init__(self, rows: nodes.Rows, table: "Table | None" = None) -> None:
        """Hold the rows and the table they come from."""
        self._rows = rows
        self._table = table

    def where(self, condition: RecordCondition) -> "Selection":
        """Keep the records for which the condition is true (not known is not true)."""
        if not isinstance(condition, RecordCondition):
            raise DefinitionError(
                "where(…) takes a question to one record of the table, such as "
                f"{self._rows.table}.where({self._rows.table}.column == 'x')."
            )
        if condition.table != self._rows.table:
            raise DefinitionError(
                f"Records of '{self._rows.table}' cannot be asked about a column of "
                f"'{condition.table}'. Use a column of '{self._rows.table}'."
            )
        old = self._rows.where
        both = condition.node if old is None else nodes.RecordAnd(old, condition.node)
        rows = nodes.Rows(self._rows.table, self._rows.shape, both, self._rows.reach)
        return Selection(rows, self._source())

    def of(self, links: "Selection") -> "Selection":
        """Take the records of adults linked to the child as of the date, however old.

        A record counts once, however many links reach it.
        """
        if not isinstance(links, Selection) or links._rows.shape != "link":  # noqa: SLF001 - same class
            raise DefinitionError(
                "of(…) takes a table of links, such as household. "
                "Write adult_events.of(household)."
            )
        table = links._source()  # noqa: SLF001 - same class
        if self._rows.shape == "link" or self._rows.reach is not None:
            raise DefinitionError(
                f"'{self._rows.table}' cannot be reached through links here. "
                "Write adult_events.of(household), once."
            )
        reach = nodes.Reach(links._rows, table.field("adult_id"), table.field("end"))  # noqa: SLF001 - same class
        rows = nodes.Rows(self._rows.table, self._rows.shape, self._rows.where, reach)
        return Selection(rows, self._source())

    def count(self, *, last: Window | None = None) -> Value:
        """How many records count. Unit: records. For spells: how many began."""
        return Value(nodes.Count(self._rows, self._window(last)))

    def any(self, *, last: Window | None = None) -> Condition:
        """Whether at least one record counts."""
        return Condition(nodes.Any(self._rows, self._window(last)))

    def count_distinct(
        self, column: CodeColumn, *, last: Window | None = None
    ) -> Value:
        """How many different codes the counted records hold; empty ones pass over."""
        field = self._own(column, CodeColumn)
        return Value(nodes.CountDistinct(self._rows, field, self._window(last)))

    def days_since_last(self, *, last: Window | None = None) -> Value:
        """Days from the latest counted record to the as-of date: 1 or more.

        Not known where no record counts; ask any() for whether there is one.
        """
        self._dated("days_since_last")
        return Value(nodes.DaysSinceLast(self._rows, self._window(last)))

    def days_since_first(self, *, last: Window | None = None) -> Value:
        """Days from the first counted record to the as-of date: 1 or more.

        Not known where no record counts; ask any() for whether there is one.
        """
        self._dated("days_since_first")
        return Value(nodes.DaysSinceFirst(self._rows, self._window(last)))

    def total(self, column: NumberColumn, *, last: Window | None = None) -> Value:
        """The sum of a number over the counted records, to six decimal places.

        0 where no record counts; not known where a counted record's number is empty.
        """
        field = self._own(column, NumberColumn)
        return Value(nodes.Total(self._rows, field, self._window(last)))

    def largest(self, column: NumberColumn, *, last: Window | None = None) -> Value:
        """The largest number among the counted records; not known where there is none.

        Records whose number is empty are passed over.
        """
        field = self._own(column, NumberColumn)
        return Value(nodes.Largest(self._rows, field, self._window(last)))

    def latest(self, column: NumberColumn, *, last: Window | None = None) -> Value:
        """The number of the latest counted record that holds one.

        Not known where there is none. Of two on one day, the larger.
        """
        self._dated("latest")
        field = self._own(column, NumberColumn)
        return Value(nodes.Latest(self._rows, field, self._window(last)))

    def overlap_days(self, *, last: Window | None = None) -> Value:
        """Days the spells cover inside the window, added up over spells. Unit: days.

        A spell covers [start, end); an end that is empty or not yet visible reads as
        open, up to the as-of date. Spells that began before the window count for their
        days inside it.
        """
        window = self._window(last)
        return Value(nodes.OverlapDays(self._rows, self._end("overlap_days"), window))

    def is_open(self) -> Condition:
        """Whether a spell that began before the as-of date is open on that date.

        Open: no end, an end not yet visible, or an end on the as-of date or later.
        """
        return Condition(nodes.IsOpen(self._rows, self._end("is_open")))

    def __bool__(self) -> bool:
        """Refuse: a table is not true or false."""
        return refuse_truth()

    def _source(self) -> "Table":
        if self._table is None:
            raise DefinitionError("These records belong to no table.")
        return self._table

    def _window(self, last: object) -> Window | None:
        window = checked_window(last)
        if window is not None and self._rows.shape == "snapshot":
            raise DefinitionError(
                f"'{self._rows.table}' holds no dates, so it has no window. "
                "Leave `last` out."
            )
        return window

    def _dated(self, word: str) -> None:
        if self._rows.shape == "snapshot":
            raise DefinitionError(
                f"'{self._rows.table}' holds no dates, so {word} has no meaning there. "
                "Use any() or count()."
            )

    def _end(self, word: str) -> nodes.Field:
        if self._rows.shape not in ("spell", "link"):
            raise DefinitionError(
                f"{word}() needs spells with a start and an end; "
                f"'{self._rows.table}' holds {self._rows.shape}s. Use count() or any()."
            )
        return self._source().field("end")

    def _own(self, column: object, kind: type[Column]) -> nodes.Field:
        if not isinstance(column, kind):
            raise DefinitionError(
                f"This word takes a {kind.__name__} of '{self._rows.table}', not "
                f"{type(column).__name__}. It has: {self._source().described()}."
            )
        field = column.field()
        if field.table != self._rows.table:
            raise DefinitionError(
                f"'{field.column}' is a column of '{field.table}', not of "
                f"'{self._rows.table}'. It has: {self._source().described()}."
            )
        return field


class Table(Selection):
    """A case table; its docstring says who records it, when, and where it is wrong.

    Columns are declared as class attributes. `shape` says what one record is: an event
    on a day, a spell with an end, an undated snapshot, or a link from a child to an
    adult. (`kind` is a common column name, so the attribute is called `shape`.)
    """

    def __init__(
        self,
        name: str,
        *,
        kind: nodes.Shape,
        lag_days: int,
        group_lags: Mapping[str, int] | None = None,
    ) -> None:
        """Name the table, its shape, and its declared lags in days.

        Raises:
            DefinitionError: A column names a group without a lag, or the other way.
        """
        self.name = name
        self.shape = kind
        self.lag_days = lag_days
        self.group_lags: Mapping[str, int] = MappingProxyType(dict(group_lags or {}))
        super().__init__(nodes.Rows(name, kind, None, None), self)
        groups = {c.group for c in self.columns.values() if c.group is not None}
        if groups != set(self.group_lags):
            raise DefinitionError(
                f"Table '{name}' has column groups {sorted(groups)} but lags for "
                f"{sorted(self.group_lags)}. Give each group one lag in days."
            )

    @property
    def columns(self) -> dict[str, Column]:
        """The table's own columns by name, in the order they are declared."""
        return {
            name: getattr(self, name)
            for name, held in vars(type(self)).items()
            if isinstance(held, Column)
        }

    def field(self, column: str) -> nodes.Field:
        """A column of the table as a node.

        Raises:
            DefinitionError: The table has no such column.
        """
        columns = self.columns
        if column not in columns:
            raise DefinitionError(self._missing(column))
        return columns[column].field()

    def described(self) -> str:
        """The names of its columns, for a message."""
        return ", ".join(self.columns) or "no columns of its own"

    def age_years(self) -> Value:
        """Whole years of age on the as-of date, from the month of birth.

        -1 for a child not yet born; not known without a date of birth or expected
        birth. Up to a month ahead, because only the month is kept.
        """
        if self.shape != "snapshot" or "born" not in self.columns:
            raise DefinitionError(
                f"'{self.name}' holds no dates of birth. Write persons.age_years()."
            )
        expected = self.field("expected") if "expected" in self.columns else None
        return Value(nodes.AgeYears(self.name, self.field("born"), expected))

    def _missing(self, column: str) -> str:
        return (
            f"Table '{self.name}' has no column '{column}'. "
            f"It has: {self.described()}.{nearest(column, list(self.columns))}"
        )

    if not TYPE_CHECKING:  # a checker knows the columns; a message is for run time

        def __getattr__(self, name: str) -> Self:
            """Say which columns there are when one is misspelt."""
            if name.startswith("_"):
                raise AttributeError(name)
            raise DefinitionError(self._missing(name))

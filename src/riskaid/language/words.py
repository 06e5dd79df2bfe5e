"""The words an author writes: tables, their records, and what is asked of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from riskaid.errors import DefinitionError
from riskaid.language import nodes
from riskaid.language.columns import (
    CodeColumn,
    Codelist,
    Column,
    FlagColumn,
    NumberColumn,
    RecordCondition,
    listed,
    refuse_truth,
)
from riskaid.language.values import Condition, Value
from riskaid.language.windows import (
    Days,
    Earlier,
    Months,
    Window,
    checked_days,
    checked_window,
)

if TYPE_CHECKING:
    from riskaid.language.table import Table


@dataclass(frozen=True, slots=True)
class Siblings:
    """The other children who are linked with the same adults, as a way to records."""

    links: "Selection"


class LatestCode:  # noqa: PLW1641 - `==` makes a condition
    """The code of the latest record, of which is asked whether it is one of some."""

    def __init__(
        self, rows: nodes.Rows, field: nodes.Field, last: Window | None
    ) -> None:
        """Hold the rows, the column and the window."""
        self._rows = rows
        self._field = field
        self._last = last

    def is_in(self, *codes: str | Codelist) -> Condition:
        """A code of the latest day that holds one is one of these.

        Not known where no counted record holds a code.
        """
        if not codes:
            raise DefinitionError(
                f"latest({self._field.column}).is_in(…) takes codes as text. "
                f"Write latest({self._field.column}).is_in('1A', '2A')."
            )
        texts = listed(codes, self._field.column)
        return Condition(nodes.LatestIs(self._rows, self._field, texts, self._last))

    def __eq__(self, other: str) -> Condition:  # type: ignore[override]  # makes a condition
        """A code of the latest day that holds one is this one."""
        return self.is_in(other)

    def __ne__(self, other: str) -> Condition:  # type: ignore[override]  # makes a condition
        """No code of the latest day that holds one is this one."""
        return ~self.is_in(other)

    def __bool__(self) -> bool:
        """Refuse: a code is not true or false."""
        return refuse_truth()


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

    def of(
        self, links: "Selection | Siblings", *, since: Window | None = None
    ) -> "Selection":
        """Take the records of linked people as of the date, however old the record.

        of(household): adults linked to the child; of(siblings): the other children of
        those adults. With `since`, only through adults whose link to the child began
        inside that window. A record counts once, however many links reach it.
        """
        to: nodes.ReachTo = "adults"
        if isinstance(links, Siblings):
            links, to = links.links, "siblings"
        if not isinstance(links, Selection) or links._rows.shape != "link":  # noqa: SLF001 - same class
            raise DefinitionError(
                "of(…) takes a table of links, such as household, or siblings. "
                "Write adult_events.of(household)."
            )
        table = links._source()  # noqa: SLF001 - same class
        if self._rows.shape == "link" or self._rows.reach is not None:
            raise DefinitionError(
                f"'{self._rows.table}' cannot be reached through links here. "
                "Write adult_events.of(household), once."
            )
        adult, end = table.field("adult_id"), table.field("end")
        window = checked_window(since)
        reach = nodes.Reach(links._rows, adult, end, to, window)  # noqa: SLF001 - same class
        rows = nodes.Rows(self._rows.table, self._rows.shape, self._rows.where, reach)
        return Selection(rows, self._source())

    def siblings(self) -> Siblings:
        """The other children linked with the same adults: siblings, for of(…)."""
        if self._rows.shape != "link":
            raise DefinitionError(
                f"'{self._rows.table}' holds no links between children and adults. "
                "Write household.siblings()."
            )
        return Siblings(self)

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

    @overload
    def latest(self, column: NumberColumn, *, last: Window | None = None) -> Value: ...

    @overload
    def latest(
        self, column: CodeColumn | FlagColumn, *, last: Window | None = None
    ) -> LatestCode: ...

    def latest(
        self,
        column: NumberColumn | CodeColumn | FlagColumn,
        *,
        last: Window | None = None,
    ) -> Value | LatestCode:
        """The number or code of the latest counted record that holds one.

        Not known where there is none. Of two numbers on one day, the larger; of
        several codes on one day, each is asked.
        """
        self._dated("latest")
        window = self._window(last)
        if isinstance(column, CodeColumn | FlagColumn):
            field = self._own(column, type(column))
            return LatestCode(self._rows, field, window)
        field = self._own(column, NumberColumn)
        return Value(nodes.Latest(self._rows, field, window))

    def changes(self, column: CodeColumn, *, last: Window | None = None) -> Value:
        """How often the code differs from that of the record before. Unit: changes.

        Records stand in the order of their dates, those of one day in that of their
        codes; empty codes are left out.
        """
        self._dated("changes")
        field = self._own(column, CodeColumn)
        return Value(nodes.Changes(self._rows, field, self._window(last)))

    def decayed(self, *, half_life: Days, last: Window | None = None) -> Value:
        """The counted records, each worth half as much after every half-life.

        The sum of 0.5 ** (days before the as-of date / half-life), each taken to the
        millionth; 0 where no record counts.
        """
        self._dated("decayed")
        half = checked_days(half_life, "half_life")
        return Value(nodes.Decayed(self._rows, half, self._window(last)))

    def rate_of_change(self, *, last: Window) -> Value:
        """Records in the window less records in the equally long one before it.

        Above 0 where there are more of late. The tables must cover both windows.
        """
        self._dated("rate_of_change")
        window = self._window(last)
        if window is None or isinstance(window, Earlier):
            raise DefinitionError(
                "rate_of_change(…) compares a window with the one before it. "
                "Write rate_of_change(last=days(90))."
            )
        return self.count(last=window) - self.count(last=window.before(window))

    def sequence(
        self,
        then: "Selection",
        *,
        within: Days,
        same_day: bool = False,
        last: Window | None = None,
    ) -> Value:
        """How many of these records are followed by one of `then` in so many days.

        Followed: 1 to n days later; with same_day=True on the same day too. `last` is
        the window of the first record; what follows may come up to the as-of date.
        """
        self._dated("sequence")
        if not isinstance(then, Selection):
            raise DefinitionError(
                "sequence(…) takes the records that follow, such as "
                "contacts.sequence(referrals, within=days(30))."
            )
        then._dated("sequence")  # noqa: SLF001 - same class
        if same_day and then._rows.table == self._rows.table:  # noqa: SLF001 - same class
            raise DefinitionError(
                f"A record of '{self._rows.table}' would follow itself on its own day. "
                "Leave same_day out."
            )
        days = checked_days(within, "within")
        window = self._window(last)
        return Value(
            nodes.Sequence(self._rows, then._rows, days, bool(same_day), window)  # noqa: SLF001 - same class
        )

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

    def open_at(self, back: Days | Months) -> Condition:
        """Whether a spell was open so long before the as-of date, as is known now.

        open_at(days(90)) asks of the day 90 days earlier what is_open() asks of the
        as-of date.
        """
        if not isinstance(back, Days | Months):
            raise DefinitionError(
                f"open_at(…) takes days(…) or months(…), not {back!r}. "
                "Write open_at(days(90))."
            )
        return Condition(nodes.OpenAt(self._rows, self._end("open_at"), back))

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

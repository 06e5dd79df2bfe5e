"""Case tables: the nouns of the language, with the columns that may be asked about."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from riskaid.errors import DefinitionError, nearest
from riskaid.language import nodes
from riskaid.language.columns import CodeColumn, Column
from riskaid.language.values import Value
from riskaid.language.words import Selection

SOURCE = "source"


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

    @property
    def source(self) -> CodeColumn:
        """Which feed and file a record came from: every table has it.

        count_distinct(table.source) says how many agencies or files reported.
        """
        column = CodeColumn()
        column.name, column.table = SOURCE, self.name
        return column

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

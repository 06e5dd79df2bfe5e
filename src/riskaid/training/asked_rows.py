"""The parts of an experiment about rows: whom, what is recorded afterwards, breaks."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from riskaid.training.asked_part import Days, Part, Where, Words


class Exclusion(Part):
    """Rows left out because of something recorded before the as-of date.

    Attributes:
        says: Why, in words.
        table: Where it is recorded.
        where: Which of its records count.
        open: Only spells not ended as of the date count.
    """

    says: Words
    table: str
    where: Where = Field(default_factory=dict)
    open: bool = False


class Cohort(Part):
    """Which records make a row, and as of when.

    Attributes:
        says: Whom, in words.
        rows: What the rows are, in the plural, as people read it.
        table: Where the records are.
        where: Which of them count.
        each: "record": as of the first day on which the record counts, the day after it
            was known and dated. "end": the same of its end. "month": the first day of
            each month on which it is open.
        offset_days: Days added, save for a month.
        eligible_when: Names of declared indicators, or conditions in the language;
            every one must be known and true.
        exclude: Rows left out.
        first_as_of: The first as-of date taken, if not all.
        last_as_of: The last as-of date taken, if not all.
    """

    says: Words
    rows: str = ""
    table: str
    where: Where = Field(default_factory=dict)
    each: Literal["record", "end", "month"] = "record"
    offset_days: Days = 0
    eligible_when: tuple[str, ...] = ()
    exclude: tuple[Exclusion, ...] = ()
    first_as_of: date | None = None
    last_as_of: date | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Cohort":
        if self.each == "month" and self.offset_days:
            raise ValueError(
                "each = 'month' is the first day of the month and takes no offset_days"
            )
        if self.first_as_of and self.last_as_of and self.last_as_of < self.first_as_of:
            raise ValueError("last_as_of lies before first_as_of")
        return self


class Link(Part):
    """A record of another table that an outcome's record must belong to.

    Attributes:
        table: The other table.
        by: The column both tables name the other record in.
        or_within_days: Else the same person's record, so many days before at the most.
    """

    table: str
    by: str | None = None
    or_within_days: Days | None = None


class Outcome(Part):
    """The recorded event that is estimated, and the window it must be dated in.

    Attributes:
        name: Short name.
        says: The event in words, as people will read it.
        table: Where it is recorded.
        where: Which records count.
        linked_to: What each record must belong to, if anything.
        different_in: Columns, in one of which at least a record must differ from the
            record that made the row.
        at_least: How many records make the outcome.
        gap_days: Days from the as-of date to the window's start.
        within_days: The window's length.
        lag_days: Days after the event by which it is surely recorded.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    says: Words
    table: str
    where: Where = Field(default_factory=dict)
    linked_to: Link | None = None
    different_in: tuple[str, ...] = ()
    at_least: Annotated[int, Field(ge=1)] = 1
    gap_days: Days = 0
    within_days: Annotated[int, Field(ge=1, le=3_660)]
    lag_days: Days


class Break(Part):
    """A time in which recording broke: rows on both sides mean different things.

    Attributes:
        says: What broke, and who says so.
        first: Its first day.
        last: Its last day.
        touches: "as_of": rows whose date lies in it. "window": rows whose outcome
            window has a day in it. "either": both.
        rows_are: "left_out", or "marked": kept, counted and shown beside the others.
    """

    says: Words
    first: date
    last: date
    touches: Literal["as_of", "window", "either"] = "either"
    rows_are: Literal["left_out", "marked"]

    @model_validator(mode="after")
    def _in_order(self) -> "Break":
        if self.last < self.first:
            raise ValueError("the break ends before it begins")
        return self

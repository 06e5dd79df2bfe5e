"""How far back a value looks: whole days or whole months, never a bare number."""

from dataclasses import dataclass

from riskaid.errors import DefinitionError


@dataclass(frozen=True, slots=True)
class Days:
    """A window of `n` days before the as-of date: as_of - n <= date < as_of."""

    n: int

    def __post_init__(self) -> None:
        """Refuse a window that is empty or beyond a hundred years."""
        _check(self.n, "days", LONGEST_DAYS)

    def before(self, other: "Days | Months") -> "Earlier":
        """The `n` days that end where the other window begins."""
        return Earlier(self, _plain(other))


@dataclass(frozen=True, slots=True)
class Months:
    """A window of `n` months before the as-of date, by the calendar.

    It begins on the same day of the month `n` months earlier, or on that month's last
    day where it has no such day: one month before 31 March begins on 28 or 29 February.
    """

    n: int

    def __post_init__(self) -> None:
        """Refuse a window that is empty or beyond a hundred years."""
        _check(self.n, "months", LONGEST_MONTHS)

    def before(self, other: "Days | Months") -> "Earlier":
        """The `n` months that end where the other window begins."""
        return Earlier(self, _plain(other))


@dataclass(frozen=True, slots=True)
class Earlier:
    """A window that ends on the first day of another, which it does not include.

    days(90).before(days(30)): as_of - 120 <= date < as_of - 30. What counts is still
    what was known before the as-of date.
    """

    window: Days | Months
    before: Days | Months


Window = Days | Months | Earlier

LONGEST_DAYS = 36_525
LONGEST_MONTHS = 1_200


def days(n: int) -> Days:
    """The last `n` days before the as-of date; the as-of day itself does not count.

    Raises:
        DefinitionError: `n` is not a whole number, below 1 or beyond a hundred years.
    """
    return Days(n)


def months(n: int) -> Months:
    """The last `n` months before the as-of date; the as-of day itself does not count.

    Raises:
        DefinitionError: `n` is not a whole number, below 1 or beyond a hundred years.
    """
    return Months(n)


def checked_window(last: object) -> Window | None:
    """Refuse anything but days(…), months(…) or nothing as a window.

    Raises:
        DefinitionError: A bare number, a string or anything else stands there.
    """
    if last is None or isinstance(last, Days | Months | Earlier):
        return last
    raise DefinitionError(
        f"`last` must be supplied as days(…) or months(…), not {last!r}. "
        "Write last=days(90) or last=months(3); leave `last` out for ever."
    )


def checked_days(value: object, word: str) -> Days:
    """Refuse anything but days(…).

    Raises:
        DefinitionError: With the word it stands at.
    """
    if isinstance(value, Days):
        return value
    raise DefinitionError(
        f"`{word}` must be supplied as days(…), not {value!r}. Write {word}=days(30)."
    )


def _plain(value: object) -> Days | Months:
    if isinstance(value, Days | Months):
        return value
    raise DefinitionError(
        f"before(…) takes days(…) or months(…), not {value!r}. "
        "Write days(90).before(days(30))."
    )


def _check(n: object, word: str, most: int) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= most:
        raise DefinitionError(
            f"{word}(…) takes a whole number from 1 to {most}, not {n!r}. "
            f"Write {word}(3), not {word}('3') or {word}(0); for ever leave `last` out."
        )

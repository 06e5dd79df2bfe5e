"""An expression in plain words, for whoever asks what is computed."""

from riskaid.language import nodes
from riskaid.language.windows import Days, Earlier, Months, Window

SIGNS = {
    "==": "is",
    "!=": "is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
}
REACHED = {
    "adults": " of adults linked to the child as of the date",
    "siblings": " of the other children of the child's mother or father",
}


def in_words(node: nodes.Node) -> str:  # noqa: C901, PLR0911, PLR0912 - one short case a word; mypy refuses it when one is missing
    """Say what an expression computes, in one sentence without a full stop."""
    match node:
        case nodes.Number(number):
            return f"{number:g}"
        case nodes.Count(rows, last):
            return f"how many {_rows(rows)}{_window(last)}"
        case nodes.Any(rows, last):
            return f"whether there is any of {_rows(rows)}{_window(last)}"
        case nodes.CountDistinct(rows, field, last):
            return f"how many different {_name(field)} in {_rows(rows)}{_window(last)}"
        case nodes.DaysSinceLast(rows, last):
            return f"days since the latest of {_rows(rows)}{_window(last)}"
        case nodes.DaysSinceFirst(rows, last):
            return f"days since the first of {_rows(rows)}{_window(last)}"
        case nodes.Total(rows, field, last):
            return f"the sum of {_name(field)} over {_rows(rows)}{_window(last)}"
        case nodes.Largest(rows, field, last):
            return f"the largest {_name(field)} of {_rows(rows)}{_window(last)}"
        case nodes.Latest(rows, field, last):
            return f"the latest {_name(field)} of {_rows(rows)}{_window(last)}"
        case nodes.LatestIs(rows, field, codes, last):
            return (
                f"whether the latest {_name(field)} of {_rows(rows)}{_window(last)} "
                f"is {_either(codes)}"
            )
        case nodes.Changes(rows, field, last):
            return f"how often {_name(field)} changes in {_rows(rows)}{_window(last)}"
        case nodes.Decayed(rows, half_life, last):
            return (
                f"{_rows(rows)}{_window(last)}, each counting half as much after every "
                f"{_length(half_life)}"
            )
        case nodes.Sequence(rows, then, within, same_day, last):
            also = "the same day or " if same_day else ""
            return (
                f"how many {_rows(rows)}{_window(last)} are followed by one of "
                f"{_rows(then)} on {also}the next {_length(within)}"
            )
        case nodes.OverlapDays(rows, _, last):
            return f"how many days {_rows(rows)} cover{_window(last)}"
        case nodes.IsOpen(rows, _):
            return f"whether one of {_rows(rows)} is open on the as-of date"
        case nodes.OpenAt(rows, _, back):
            return (
                f"whether one of {_rows(rows)} was open {_length(back)} before the "
                "as-of date, by what is known now"
            )
        case nodes.AgeYears():
            return "the child's age in whole years, from the month of birth"
        case nodes.Arithmetic(operator, left, right):
            return f"({in_words(left)}) {operator} ({in_words(right)})"
        case nodes.Compare(operator, left, right):
            return f"({in_words(left)}) {SIGNS[operator]} {_operand(right)}"
        case nodes.And(left, right):
            return f"{in_words(left)}, and {in_words(right)}"
        case nodes.Or(left, right):
            return f"either {in_words(left)}, or {in_words(right)}"
        case nodes.Not(inner):
            return f"not: {in_words(inner)}"
        case nodes.IsKnown(inner):
            return f"whether it is known {in_words(inner)}"
        case nodes.AsNumber(inner):
            return f"1 or 0 for {in_words(inner)}"


def _operand(node: nodes.Node) -> str:
    words = in_words(node)
    return words if isinstance(node, nodes.Number) else f"({words})"


def _rows(rows: nodes.Rows) -> str:
    words = rows.table.replace("_", " ")
    if rows.where is not None:
        words += f" where {_question(rows.where)}"
    if rows.reach is not None:
        words += REACHED[rows.reach.to]
        if rows.reach.links.where is not None:
            words += f" (links where {_question(rows.reach.links.where)})"
        if rows.reach.since is not None:
            words += f" (linked{_window(rows.reach.since)})"
    return words


def _question(node: nodes.RecordNode) -> str:
    match node:
        case nodes.RecordCompare(operator, field, value):
            shown = value if isinstance(value, str) else f"{value:g}"
            return f"{_name(field)} {SIGNS[operator]} {shown}"
        case nodes.RecordIsIn(field, values):
            return f"{_name(field)} is {_either(values)}"
        case nodes.RecordIsKnown(field):
            return f"{_name(field)} is known"
        case nodes.RecordAnd(left, right):
            return f"{_question(left)} and {_question(right)}"
        case nodes.RecordOr(left, right):
            return f"({_question(left)} or {_question(right)})"
        case nodes.RecordNot(inner):
            return f"not ({_question(inner)})"


def _window(last: Window | None) -> str:
    if last is None:
        return ", ever (within the history held)"
    if isinstance(last, Earlier):
        return f" in the {_length(last.window)} before the last {_length(last.before)}"
    return f" in the last {_length(last)}"


def _length(window: Days | Months) -> str:
    unit = "day" if isinstance(window, Days) else "month"
    return f"{window.n} {unit}{'' if window.n == 1 else 's'}"


def _either(codes: tuple[str, ...]) -> str:
    if len(codes) == 1:
        return codes[0]
    return f"{', '.join(codes[:-1])} or {codes[-1]}"


def _name(field: nodes.Field) -> str:
    return field.column.replace("_", " ")

"""What each word of the language is in SQL: fragments, without a database.

In every fragment `a` is a row that is asked about (row, person_id, as_of), `e` a record
of a case table, and unknown is NULL, so that SQL's own three-valued logic is the
language's.
"""

from collections.abc import Callable
from typing import TypeAlias

from riskaid.indicators.cases import SIX_PLACES
from riskaid.language import nodes
from riskaid.language.windows import Days, Earlier, Months, Window

AS_OF = "a.as_of"

Grouped: TypeAlias = (
    nodes.Count
    | nodes.Any
    | nodes.CountDistinct
    | nodes.DaysSinceLast
    | nodes.DaysSinceFirst
    | nodes.Total
    | nodes.Largest
    | nodes.Latest
    | nodes.LatestIs
    | nodes.Changes
    | nodes.Decayed
    | nodes.OverlapDays
    | nodes.IsOpen
    | nodes.OpenAt
)
Leaf: TypeAlias = Grouped | nodes.Sequence | nodes.AgeYears
LEAVES = (
    nodes.Count,
    nodes.Any,
    nodes.CountDistinct,
    nodes.DaysSinceLast,
    nodes.DaysSinceFirst,
    nodes.Total,
    nodes.Largest,
    nodes.Latest,
    nodes.LatestIs,
    nodes.Changes,
    nodes.Decayed,
    nodes.OverlapDays,
    nodes.IsOpen,
    nodes.OpenAt,
    nodes.Sequence,
    nodes.AgeYears,
)


def quoted(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """The name of a table or column in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | float) -> str:
    """A text or number of a definition in SQL; numbers to the last bit."""
    if isinstance(value, str):
        return quoted(value)
    return f"CAST('{value!r}' AS DOUBLE)"


def back(day: str, window: Days | Months) -> str:
    """The day a window before another day begins on."""
    if isinstance(window, Days):
        return f"({day} - {window.n})"
    return f"CAST({day} - INTERVAL {window.n} MONTH AS DATE)"


def edges(last: Window | None) -> tuple[str | None, str]:
    """The first day of a window and the first day after it."""
    if last is None:
        return None, AS_OF
    if isinstance(last, Earlier):
        upper = back(AS_OF, last.before)
        return back(upper, last.window), upper
    return back(AS_OF, last), AS_OF


def within(lower: str | None, upper: str, e: str = "e") -> str:
    """Whether a record lies in a window; undated ones only without a first day."""
    if lower is None:
        return f"({e}.date IS NULL OR {e}.date < {upper})"
    return f"({e}.date >= {lower} AND {e}.date < {upper})"


def visible(e: str = "e") -> str:
    """Whether a version of a record was the one known before the as-of date."""
    return (
        f"({e}.known_from < {AS_OF} AND "
        f"({e}.known_until IS NULL OR {AS_OF} <= {e}.known_until))"
    )


def cell(field: nodes.Field, e: str = "e") -> str:
    """What a column showed before the as-of date."""
    value = f"{e}.{named(field.column)}"
    if field.type == "number":
        value = f"nullif({value}, CAST('nan' AS DOUBLE))"
    if field.group is None:
        return value
    known = f"{e}.{named(f'{field.group}_known_from')}"
    return f"(CASE WHEN {known} < {AS_OF} THEN {value} END)"


def holds(node: nodes.RecordNode | None, e: str = "e") -> str:  # noqa: PLR0911 - one short case a word; mypy refuses it when one is missing
    """A question to one record: true, false or NULL."""
    match node:
        case None:
            return "true"
        case nodes.RecordAnd(left, right):
            return f"({holds(left, e)} AND {holds(right, e)})"
        case nodes.RecordOr(left, right):
            return f"({holds(left, e)} OR {holds(right, e)})"
        case nodes.RecordNot(inner):
            return f"(NOT {holds(inner, e)})"
        case nodes.RecordIsKnown(field):
            return f"({cell(field, e)} IS NOT NULL)"
        case nodes.RecordIsIn(field, values):
            return f"({cell(field, e)} IN ({', '.join(map(quoted, values))}))"
        case nodes.RecordCompare(operator, field, value):
            return f"({cell(field, e)} {_sign(operator)} {literal(value)})"


def links(reach: nodes.Reach) -> str:
    """The people whose records count: row, as_of and `who`, each once."""
    adults = f"SELECT DISTINCT row, person_id, as_of, who FROM ({adult_links(reach)})"
    if reach.to == "adults":
        return adults
    back = sibling_links(reach, f"({adults})")
    return f"SELECT DISTINCT row, person_id, as_of, who FROM ({back})"


def adult_links(reach: nodes.Reach) -> str:
    """Each link of a row's child that counts, with the adult as `who`."""
    return (
        f"SELECT a.row, a.person_id, a.as_of, {cell(reach.adult, 'l')} AS who, "
        "l.source, l.source_row, l.date "
        f"FROM asked a JOIN {named(reach.links.table)} l ON l.person_id = a.person_id "
        f"WHERE {_holding(reach, reach.since)}"
    )


def sibling_links(reach: nodes.Reach, adults: str) -> str:
    """Each link of adults to another child that counts, with the child as `who`.

    Args:
        reach: The links.
        adults: A query in brackets of row, person_id, as_of and the adult as `who`.
    """
    return (
        "SELECT a.row, a.person_id, a.as_of, l.person_id AS who, a.who AS adult, "
        f"l.source, l.source_row, l.date FROM {adults} a "
        f"JOIN {named(reach.links.table)} l ON {cell(reach.adult, 'l')} = a.who "
        f"WHERE l.person_id <> a.person_id AND {_holding(reach, None)}"
    )


def _holding(reach: nodes.Reach, last: Window | None) -> str:
    """Whether a link counts: visible, in the window and not ended."""
    end = cell(reach.end, "l")
    parts = [
        visible("l"),
        within(*edges(last), "l"),
        f"({end} IS NULL OR {end} >= {AS_OF})",
        holds(reach.links.where, "l"),
        f"{cell(reach.adult, 'l')} IS NOT NULL",
    ]
    return " AND ".join(parts)


def pairs(rows: nodes.Rows) -> str:
    """Every visible record dated before the as-of date, beside the row it is for."""
    table = named(rows.table)
    if rows.reach is None:
        return (
            f"asked a JOIN {table} e ON e.person_id = a.person_id "
            f"AND {visible()} AND {within(None, AS_OF)}"
        )
    return (
        f"({links(rows.reach)}) a JOIN {table} e ON e.person_id = a.who "
        f"AND {visible()} AND {within(None, AS_OF)}"
    )


def aggregate(node: Grouped) -> str:  # noqa: C901, PLR0911, PLR0912 - one short case a word; mypy refuses it when one is missing
    """One leaf as an aggregate over the pairs of a row; NULL where there is none."""
    lower, upper = window_of(node)
    kept = f"{within(lower, upper)} AND {holds(node.rows.where)}"
    dated = f"e.date IS NOT NULL AND {kept}"
    match node:
        case nodes.Count():
            return _over("count(*)", kept)
        case nodes.Any():
            return _over("count(*)", kept) + " > 0"
        case nodes.CountDistinct(_, field):
            return _over(f"count(DISTINCT {cell(field)})", kept)
        case nodes.DaysSinceLast():
            return _over(f"min({AS_OF} - e.date)", dated)
        case nodes.DaysSinceFirst():
            return _over(f"max({AS_OF} - e.date)", dated)
        case nodes.Total(_, field):
            number = cell(field)
            whole = f"CAST(round_even({number} * {SIX_PLACES}, 0) AS BIGINT)"
            total = _over(f"sum({whole})", kept)
            empty = _over("count(*)", f"{number} IS NULL AND {kept}")
            some = f"CAST(coalesce({total}, 0) AS DOUBLE) / {SIX_PLACES}"
            return f"CASE WHEN {empty} = 0 THEN {some} END"
        case nodes.Largest(_, field):
            return _over(f"max({cell(field)})", kept)
        case nodes.Latest(_, field):
            return _latest(cell(field), f"{cell(field)} IS NOT NULL AND {dated}")
        case nodes.LatestIs(_, field, codes):
            is_one = f"{cell(field)} IN ({', '.join(map(quoted, codes))})"
            return _latest(is_one, f"{cell(field)} IS NOT NULL AND {dated}")
        case nodes.Changes(_, field):
            code = f"{{'d': e.date, 'c': {cell(field)}}}"
            listed = _over(f"list({code})", f"{cell(field)} IS NOT NULL AND {dated}")
            return f"coalesce(changed(list_sort({listed})), 0)"
        case nodes.Decayed(_, half_life):
            worth = _over(f"sum({weights_of(half_life.n)}.worth)", dated)
            return f"CAST(coalesce({worth}, 0) AS DOUBLE) / {SIX_PLACES}"
        case nodes.OverlapDays():
            where = f"e.date IS NOT NULL AND {holds(node.rows.where)}"
            return f"coalesce({_over(f'sum({overlap(node)})', where)}, 0)"
        case nodes.IsOpen(_, end) | nodes.OpenAt(_, end):
            still = f"({cell(end)} IS NULL OR {cell(end)} >= {upper}) AND {kept}"
            return _over("count(*)", still) + " > 0"


def overlap(node: nodes.OverlapDays) -> str:
    """How many days of the window one spell covers."""
    low, high = edges(node.last)
    ended = f"least(coalesce({cell(node.end)}, {high}), {high})"
    began = "e.date" if low is None else f"greatest(e.date, {low})"
    return f"greatest({ended} - {began}, 0)"


def empty_value(node: Grouped) -> str:
    """What a leaf is where no record counts."""
    if isinstance(node, nodes.Any | nodes.IsOpen | nodes.OpenAt):
        return "false"
    none = (
        nodes.DaysSinceLast
        | nodes.DaysSinceFirst
        | nodes.Largest
        | nodes.Latest
        | nodes.LatestIs
    )
    return "NULL" if isinstance(node, none) else "0"


def sequence(node: nodes.Sequence) -> str:
    """How many first records of each row are followed: row and value."""
    soonest = 0 if node.same_day else 1

    def some(rows: nodes.Rows, lower: str | None, upper: str) -> str:
        return (
            f"SELECT a.row, e.date FROM {pairs(rows)} WHERE e.date IS NOT NULL "
            f"AND {within(lower, upper)} AND {holds(rows.where)}"
        )

    lower, upper = edges(node.last)
    return (
        f"WITH firsts AS ({some(node.rows, lower, upper)}), "
        f"thens AS ({some(node.then, lower, AS_OF)}) "
        "SELECT f.row, count(*) AS v0 FROM firsts f WHERE EXISTS ("
        "SELECT t.row FROM thens t WHERE t.row = f.row AND t.date - f.date "
        f"BETWEEN {soonest} AND {node.within.n}) GROUP BY f.row"
    )


def age(node: nodes.AgeYears) -> str:
    """The age of each row's person, by the version that is read: row and value."""
    born = f"e.{named(node.born.column)}"
    if node.expected is not None:
        born = f"coalesce({born}, e.{named(node.expected.column)})"
    yet = f"(month({AS_OF}), day({AS_OF})) < (month({born}), day({born}))"
    years = f"year({AS_OF}) - year({born}) - CAST({yet} AS INTEGER)"
    return (
        f"SELECT a.row, CASE WHEN {born} IS NOT NULL THEN greatest(-1, {years}) END "
        f"AS v0 {version_read(node)}"
    )


def version_read(node: nodes.AgeYears) -> str:
    """Of each row's person the latest visible version, else the first of all.

    Of twins, which differ in nothing but where they stand, the one the reference reads.
    """
    columns = [node.born] if node.expected is None else [node.born, node.expected]
    days = [f"coalesce(e.{named(c.column)}, DATE '0001-01-01')" for c in columns]
    order = ["e.known_from", *days, "e.source", "e.source_row"]
    latest = [f"CASE WHEN {visible()} THEN {one} END DESC NULLS LAST" for one in order]
    return (
        f"FROM asked a JOIN {named(node.table)} e ON e.person_id = a.person_id QUALIFY "
        "row_number() OVER (PARTITION BY a.row ORDER BY "
        f"{', '.join([*latest, *order])}) = 1"
    )


def weights_of(half_life: int) -> str:
    """The table of weights of one half-life."""
    return f"weights_{half_life}"


def combined(node: nodes.Node, leaf: Callable[[Leaf], str]) -> str:  # noqa: C901, PLR0911 - one short case a word; mypy refuses it when one is missing
    """An expression over its leaves' columns; conditions are booleans."""

    def of(inner: nodes.Node) -> str:
        return combined(inner, leaf)

    match node:
        case nodes.Number(number):
            return literal(number)
        case nodes.Arithmetic("/", left, right):
            return f"finite({of(left)} / nullif({of(right)}, 0))"
        case nodes.Arithmetic(operator, left, right):
            return f"finite({of(left)} {operator} {of(right)})"
        case nodes.Compare(operator, left, right):
            return f"({of(left)} {_sign(operator)} {of(right)})"
        case nodes.And(left, right):
            return f"({of(left)} AND {of(right)})"
        case nodes.Or(left, right):
            return f"({of(left)} OR {of(right)})"
        case nodes.Not(inner):
            return f"(NOT {of(inner)})"
        case nodes.IsKnown(inner):
            return f"({of(inner)} IS NOT NULL)"
        case nodes.AsNumber(inner):
            return f"CAST({of(inner)} AS DOUBLE)"
        case _:
            return leaf(node)


def window_of(node: Grouped) -> tuple[str | None, str]:
    """The first day of the window a leaf looks at and the first day after it."""
    if isinstance(node, nodes.IsOpen):
        return None, AS_OF
    if isinstance(node, nodes.OpenAt):
        return None, back(AS_OF, node.back)
    return edges(node.last)


def _over(what: str, kept: str) -> str:
    return f"{what} FILTER (WHERE {kept})"


def _latest(what: str, kept: str) -> str:
    latest = _over(f"max({{'d': e.date, 'v': {what}}})", kept)
    return f"({latest}).v"


def _sign(operator: nodes.Comparison) -> str:
    return {"==": "=", "!=": "<>"}.get(operator, operator)

"""What no estimate may ever read (section "never predictors" of the design).

Ethnicity, religion, disability of a child or parent, immigration status, where somebody
lives, sex; and the undated family table, which is for folds only.
"""

from collections.abc import Iterator, Mapping

from riskaid.errors import DefinitionError
from riskaid.indicators.plan import parts_of, tables_read
from riskaid.language import Condition, Indicator, Value, nodes

TABLES_NEVER_READ: Mapping[str, str] = {
    "disabilities": "a child's disability is for the audit and for gaps",
    "families": "families are for folds",
}
COLUMNS_NEVER_READ: Mapping[tuple[str, str], str] = {
    ("persons", "ethnicity"): "ethnicity is for the audit and for gaps",
    ("persons", "sex"): "sex is for the audit",
    ("addresses", "outcode"): "where somebody lives stands for how poor they are",
}
WORDS_NEVER_READ = (
    "asylum",
    "disab",
    "ethnic",
    "faith",
    "immigra",
    "language",
    "nationality",
    "outcode",
    "postcode",
    "racial",
    "religi",
    "uasc",
)
"""Parts of words that a column, kind or code of a local feed may not hold."""

CODES_NEVER_READ: Mapping[tuple[str, str], frozenset[str]] = {
    ("assessment_factors", "code"): frozenset(
        {"5A", "5B", "5C", "6A", "6B", "6C", "9A", "22A", "23A"}
    ),
    ("referrals", "primary_need"): frozenset({"N2", "N3"}),
    ("cla_episodes", "need"): frozenset({"N2", "N3"}),
}
"""Codes for disability of a child or parent, asylum, faith and female genital
mutilation, which stands for origin: a predictor must name other codes instead."""


def check_never_predictors(one: Indicator, place: str) -> None:
    """Refuse a predictor that reads what no estimate may read.

    Raises:
        DefinitionError: With the place, and what to do instead.
    """
    if one.role != "predictor":
        return
    for reason in why_never(one.value):
        raise DefinitionError(
            f"{place}: '{one.name}' is a predictor, but {reason}. "
            "Give it the role audit_only, or read something else."
        )


def why_never(value: Value | Condition) -> Iterator[str]:
    """Say, reason by reason, why no estimate may read an expression; often nothing."""
    node = value.node
    for read in tables_read(node):
        if read.table in TABLES_NEVER_READ:
            yield TABLES_NEVER_READ[read.table]
        for column in read.columns:
            reason = COLUMNS_NEVER_READ.get((read.table, column))
            if reason:
                yield reason
            yield from _words(column)
    for part in parts_of(node):
        yield from _of_part(node, part)


def _of_part(node: nodes.Node, part: object) -> Iterator[str]:
    match part:
        case nodes.RecordCompare(_, _, str(value)):
            yield from _words(value)
        case nodes.RecordIsIn(_, values):
            for value in values:
                yield from _words(value)
        case nodes.Rows():
            yield from _codes(node, part)
        case nodes.IsKnown():
            yield "whether something is known is a gap, not a sign"


def _words(word: str) -> Iterator[str]:
    if any(part in word.lower() for part in WORDS_NEVER_READ):
        yield f"it reads '{word}'"


def _codes(node: nodes.Node, rows: nodes.Rows) -> Iterator[str]:
    for (table, column), never in CODES_NEVER_READ.items():
        if rows.table != table:
            continue
        reads = any(
            part.column == column
            for part in parts_of(node)
            if isinstance(part, nodes.Field) and part.table == table
        )
        if table != "assessment_factors" and not reads:
            continue
        named = _named(rows.where, column)
        if named is None or named & never:
            yield (
                f"{table}.{column} also holds disability, asylum or faith; name the "
                "codes that count with is_in(…), without those"
            )


def _named(where: nodes.RecordNode | None, column: str) -> frozenset[str] | None:
    """The codes a kept record may have; None when it may have any."""
    match where:
        case nodes.RecordCompare("==", field, str(value)) if field.column == column:
            return frozenset({value})
        case nodes.RecordIsIn(field, values) if field.column == column:
            return frozenset(values)
        case nodes.RecordAnd(left, right):
            a, b = _named(left, column), _named(right, column)
            if a is None or b is None:
                return b if a is None else a
            return a & b
        case nodes.RecordOr(left, right):
            a, b = _named(left, column), _named(right, column)
            return None if a is None or b is None else a | b
        case _:
            return None

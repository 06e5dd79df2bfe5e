"""What no estimate may ever read (section "never predictors" of the design).

Ethnicity, religion, disability of a child or parent, immigration status, where somebody
lives, sex; and the undated family table, which is for folds only.
"""

from collections.abc import Mapping

from riskaid.errors import DefinitionError
from riskaid.indicators.plan import parts_of, tables_read
from riskaid.language import Indicator, nodes

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
    node = one.value.node
    for read in tables_read(node):
        if read.table in TABLES_NEVER_READ:
            raise _never(one, place, TABLES_NEVER_READ[read.table])
        for column in read.columns:
            reason = COLUMNS_NEVER_READ.get((read.table, column))
            if reason:
                raise _never(one, place, reason)
            _check_word(one, place, column)
    for part in parts_of(node):
        _check_part(one, part, place)


def _check_part(one: Indicator, part: object, place: str) -> None:
    match part:
        case nodes.RecordCompare(_, _, str(value)):
            _check_word(one, place, value)
        case nodes.RecordIsIn(_, values):
            for value in values:
                _check_word(one, place, value)
        case nodes.Rows():
            _check_codes(one, part, place)
        case nodes.IsKnown():
            raise _never(one, place, "whether something is known is a gap, not a sign")


def _check_word(one: Indicator, place: str, word: str) -> None:
    for part in WORDS_NEVER_READ:
        if part in word.lower():
            raise _never(one, place, f"it reads '{word}'")


def _check_codes(one: Indicator, rows: nodes.Rows, place: str) -> None:
    for (table, column), never in CODES_NEVER_READ.items():
        if rows.table != table:
            continue
        reads = any(
            part.column == column
            for part in parts_of(one.value.node)
            if isinstance(part, nodes.Field) and part.table == table
        )
        if table != "assessment_factors" and not reads:
            continue
        named = _named(rows.where, column)
        if named is None or named & never:
            raise _never(
                one,
                place,
                f"{table}.{column} also holds disability, asylum or faith; name the "
                "codes that count with is_in(…), without those",
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


def _never(one: Indicator, place: str, reason: str) -> DefinitionError:
    return DefinitionError(
        f"{place}: '{one.name}' is a predictor, but {reason}. "
        "Give it the role audit_only, or read something else."
    )

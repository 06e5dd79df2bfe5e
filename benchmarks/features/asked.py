"""The eighty features every engine computes, in one order, and what each means.

Of each kind of event: how many in six windows, hours in a year, days since the last and
since the first, and a count that fades with a half-life of 180 days, each record to the
millionth. A record counts when it is dated before the as-of day and inside the window,
and is the version that was known before it.
"""

from typing import NamedTuple

from made import KINDS

WINDOWS = (30, 90, 182, 365, 730, None)
TOTAL_OVER = 365
HALF_LIFE = 180


class Feature(NamedTuple):
    """One feature: what is done with the events of one kind in the last days."""

    name: str
    kind: str
    word: str
    last: int | None


FEATURES = tuple(
    Feature(f"{kind}_{word}_{last or 'ever'}", kind, word, last)
    for kind in KINDS
    for word, last in (
        *(("count", last) for last in WINDOWS),
        ("hours", TOTAL_OVER),
        ("since_last", None),
        ("since_first", None),
        ("decayed", None),
    )
)
COUNTED = ("count", "hours", "decayed")
"""Words that are 0 where no record counts; the others are not known there."""


def sql(dialect: str) -> str:
    """The features as conditional aggregates over one join, for DuckDB or Spark."""
    age = {
        "duckdb": "(r.as_of - e.date)",
        "spark": "datediff(r.as_of, e.date)",
    }[dialect]
    weight = f"1e6 * pow(5e-1, {age} / {HALF_LIFE:e})"
    worth = {"duckdb": f"round_even({weight}, 0)", "spark": f"rint({weight})"}[dialect]
    texts = []
    for one in FEATURES:
        kept = f"e.kind = '{one.kind}'"
        if one.last:
            kept += f" AND {age} <= {one.last}"
        texts.append(
            {
                "count": f"count(e.kind) FILTER (WHERE {kept})",
                "hours": f"coalesce(sum(e.hours) FILTER (WHERE {kept}), 0)",
                "since_last": f"min({age}) FILTER (WHERE {kept})",
                "since_first": f"max({age}) FILTER (WHERE {kept})",
                "decayed": f"coalesce(sum({worth}) FILTER (WHERE {kept}), 0) / 1e6",
            }[one.word]
            + f" AS {one.name}"
        )
    return (
        f"SELECT r.at, {', '.join(texts)} FROM rows r LEFT JOIN events e "
        "ON e.person_id = r.person_id AND e.date < r.as_of AND e.known_from < r.as_of "
        "AND (e.known_until IS NULL OR r.as_of <= e.known_until) GROUP BY r.at"
    )

"""Whether store.json says all that an ingest writes into it, each in its form.

What a store says of itself decides what counts as known and when, so that a part which
is missing or of another form is never guessed.
"""

from datetime import date
from typing import Any

from riskaid.records.lacking import OPTIONAL

DERIVED = {"families"}
"""Tables that no source supplies."""
MARKS = (None, "synthetic", "public")


def check_facts(facts: dict[str, Any]) -> None:
    """Look at every part of store.json that riskaid reads.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: A part is missing or of another
            form than it was written in.
    """
    days(facts["extract_date"])
    _one_of(facts["mark"], MARKS)
    for table in facts["tables"].values():
        texts(table["digest"])
        days(table["covered_from"], table["covered_to"])
        _absent(table)
        _kind(table["rows"], int)
        _kind(table["known_from"], dict)
    _kind(facts["sources"], list)
    for source in facts["sources"]:
        _source(source)
    covered = {table for source in facts["sources"] for table in source["coverage"]}
    if set(facts["tables"]) - DERIVED != covered - DERIVED:
        raise ValueError
    if facts.get("family_groups") is not None:
        texts(facts["family_groups"]["digest"])
    if facts.get("pseudonyms") is not None:
        texts(facts["pseudonyms"]["fingerprint"])


def _source(source: dict[str, Any]) -> None:
    texts(source["name"], source["kind"], source["digest"])
    days(source["extract_date"])
    _one_of(source["mark"], MARKS)
    if source.get("authority") is not None:
        texts(source["authority"])
    for covered in source["coverage"].values():
        days(covered["covered_from"], covered["covered_to"], covered["first_extract"])
        _kind(covered["dated"], bool)
        _absent(covered)


def _absent(covered: dict[str, Any]) -> None:
    """Columns that no source has: a name, and days where there are limits."""
    listed = covered.get("absent", [])
    _kind(listed, list)
    for one in listed:
        texts(one["column"])
        days(*(one[limit] for limit in one if limit != "column"))
        if set(one) - {"column", *OPTIONAL.values()}:
            raise ValueError


def texts(*values: object) -> None:
    """Make sure that values are texts.

    Raises:
        TypeError: One is not.
    """
    for value in values:
        _kind(value, str)


def days(*values: object) -> None:
    """Make sure that values are dates as they are written here: 2026-03-31.

    Raises:
        TypeError: One is not.
        ValueError: One is no day of the calendar, or written otherwise.
    """
    for value in values:
        if not isinstance(value, str):
            raise TypeError
        if date.fromisoformat(value).isoformat() != value:
            raise ValueError


def _kind(value: object, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError


def _one_of(value: object, known: tuple[object, ...]) -> None:
    if value not in known:
        raise ValueError

"""What rows say together that cannot all be right: noted, and never mended.

Nothing here changes a row: which of two records is the wrong one only a person can say.
What one of the DfE's rules looks for is counted by that rule (quality_rules.toml).
"""

from datetime import date

import polars as pl

from riskaid.records.supply import Reading
from riskaid.records.validate import Typed

ENDLESS = date(9999, 12, 31)
KEYS = {"referral_id": "referrals", "enquiry_id": "s47_enquiries"}
"""Ids that lead to another table; some lead out, because the windows differ."""
SAME_TIME = ("placements", "legal_statuses")


def cross_check(typed: list[Typed], reading: Reading) -> None:
    """Note rows that contradict others of the source, in the ledger of their file."""
    rows: dict[str, list[Typed]] = {}
    for item in typed:
        rows.setdefault(item.supply.table, []).append(item)
    for item in typed:
        _links(item, rows)
    for item in rows.get("household", []):
        _adults(item, rows.get("persons", []), reading)
    for name in SAME_TIME:
        for item in rows.get(name, []):
            _at_once(item)


def _note(item: Typed, says: str, rows: pl.DataFrame) -> None:
    item.supply.ledger.note(says, rows["row"].unique())


def _links(item: Typed, rows: dict[str, list[Typed]]) -> None:
    """Ids of another table that are not in the extract (problem 11)."""
    for key, table in KEYS.items():
        if item.supply.table == table or key not in item.rows.columns:
            continue
        there = [other.rows[key] for other in rows.get(table, [])]
        if there:
            known = pl.concat(there).drop_nulls()
            lost = pl.col(key).is_not_null() & ~pl.col(key).is_in(known.implode())
            says = f"its {key.removesuffix('_id')} is not in the extract"
            _note(item, says, item.rows.select("row", key).filter(lost))


def _adults(item: Typed, people: list[Typed], reading: Reading) -> None:
    """Adults that an SSD links to a child and has no row for (problem 4)."""
    if not people or not reading.kind.startswith("ssd"):
        return
    known = pl.concat(other.rows["person_id"] for other in people)
    adult = pl.col("adult_id")
    lost = adult.is_not_null() & ~adult.is_in(known.implode())
    _note(
        item,
        "no row of its own for the adult",
        item.rows.select("row", "adult_id").filter(lost),
    )


def _at_once(item: Typed) -> None:
    """Placements or legal statuses that overlap; some of them may (problem 14)."""
    spans = _spans(item.rows)
    after = pl.col("date").shift(-1).over("person_id")
    both = spans.filter(pl.col("·end") > after)
    _note(item, "still so when the next one of the child began", both)


def _spans(rows: pl.DataFrame) -> pl.DataFrame:
    """Dated rows of persons in order, with the end, or a day far ahead where open."""
    return (
        rows.drop_nulls(["person_id", "date"])
        .with_columns(pl.col("end").fill_null(ENDLESS).alias("·end"))
        .sort("person_id", "date", "·end", "row")
    )

"""Who the children of an Annex A are: every list says it again, each child counts once.

Where lists say different things, the list deepest in the services is believed: a record
that many people work with has been looked at more often.
"""

from collections.abc import Callable

import polars as pl

from riskaid.records import codes
from riskaid.records.annex_a_lists import SERVES_NO_TABLE, ListRows
from riskaid.records.supply import Supply
from riskaid.records.values import Parsed, dates, ids, tidy
from riskaid.records.values import codes as read_codes

DEEPEST_FIRST = (
    "List 8", "List 7", "List 6", "List 5", "List 4", "List 10", "List 9", "List 3",
    "List 2", "List 1",
)  # fmt: skip
NOT_KNOWN = {"sex": ("U",), "ethnicity": ("NOBT",)}
"""Answers that give way to another list's without contradicting it."""
YES, NONE = "YES", "NONE"
SETTLED = ("born", "sex", "ethnicity")


READ: dict[str, Callable[[pl.Series], Parsed]] = {
    "born": dates,
    "sex": lambda s: read_codes(s, codes.sex),
    "ethnicity": lambda s: read_codes(s, codes.ethnicity),
    "disability": lambda s: read_codes(s, codes.disability),
}


def people(lists: dict[str, ListRows]) -> list[Supply]:
    """Give each child to the deepest list that names it, with what all lists say.

    A child whom some list calls disabled is: another list's "no" is a record that was
    not brought up to date. "Unknown" is no row, and "no" alone is NONE.
    """
    held = [lists[name] for name in DEEPEST_FIRST if name in lists]
    if not held:
        return []
    said = pl.concat(
        [_said(one, place) for place, one in enumerate(held)], how="diagonal"
    )
    said = said.filter(pl.col("person_id").is_not_null())
    said = said.sort("place", "person_id", *READ, "row", nulls_last=True)
    person = said
    for column in SETTLED:
        person = _settled(person, column, held)
    person = person.unique("person_id", keep="first", maintain_order=True)
    disabled = _disabled(said, held)
    asked = [c for c in SETTLED if any(c in one.rows.columns for one in held)]
    supplies = []
    for place, one in enumerate(held):
        if one.name in SERVES_NO_TABLE:
            one.ledger.read_as.append("persons")
            one.ledger.keep(said.filter(pl.col("place") == place)["row"])
        mine = person.filter(pl.col("place") == place)
        facts = mine.select("row", "source_row", "person_id", *asked)
        if facts.height:
            supplies.append(
                Supply("persons", one.source, one.ledger, facts, dated=False)
            )
        codes_of = disabled.filter(pl.col("place") == place)
        if "disability" in one.rows.columns:
            rows = codes_of.select("row", "source_row", "person_id", "code")
            supplies.append(
                Supply("disabilities", one.source, one.ledger, rows, dated=False)
            )
    return supplies


def _said(one: ListRows, place: int) -> pl.DataFrame:
    """What one list says of its children, read, and counted where it cannot be.

    An id with nothing beside it, such as the last row's "Total: 3", is no child.
    """
    others = [c for c in one.rows.columns if c not in ("row", "person_id")]
    rows = one.rows.filter(pl.any_horizontal(pl.col(c).is_not_null() for c in others))
    found = [
        rows["row"],
        rows["row"].alias("source_row"),
        ids(rows["person_id"]).values.alias("person_id"),
    ]
    for column, read in READ.items():
        if column not in rows.columns:
            continue
        parsed = read(rows[column])
        one.ledger.filler(column, parsed.fillers)
        lost = parsed.unreadable
        if column == "disability":
            lost &= ~_no_answer(rows[column])
        one.ledger.repair(
            f"'{column}' could not be read and was left empty", rows["row"].filter(lost)
        )
        found.append(parsed.values.alias(column))
    empty = [c for c in READ if c not in rows.columns]
    return pl.DataFrame(found).with_columns(
        pl.lit(place).alias("place"),
        *(
            pl.lit(None, dtype=pl.Date if c == "born" else pl.String).alias(c)
            for c in empty
        ),
    )


def _no_answer(series: pl.Series) -> pl.Series:
    """Which texts say that it is not known; no row, and nothing to mend."""
    lower = tidy(series).str.to_lowercase()
    return lower.str.contains(codes.NO_ANSWER).fill_null(False)


def _settled(said: pl.DataFrame, column: str, held: list[ListRows]) -> pl.DataFrame:
    """One value a child: the first known one; others that differ are counted."""
    weak = pl.col(column).is_in(list(NOT_KNOWN.get(column, ())))
    strong = pl.when(~weak).then(column)
    who = "person_id"
    known = strong.drop_nulls().first().over(who)
    settled = pl.coalesce(known, pl.col(column).drop_nulls().first().over(who))
    said = said.with_columns(settled.alias("·settled"), (strong != known).alias("·odd"))
    for place, one in enumerate(held):
        odd = said.filter((pl.col("place") == place) & pl.col("·odd"))
        one.ledger.note(f"'{column}' differs from another row or list", odd["row"])
    return said.with_columns(pl.col("·settled").alias(column)).drop("·settled", "·odd")


def _disabled(said: pl.DataFrame, held: list[ListRows]) -> pl.DataFrame:
    """One row a child and code; a code beside YES says more, and NONE gives way."""
    known = said.filter(pl.col("disability").is_not_null()).rename(
        {"disability": "code"}
    )
    some = (pl.col("code") != NONE).any().over("person_id")
    coded = (~pl.col("code").is_in([YES, NONE])).any().over("person_id")
    none = pl.col("code") == NONE
    for place, one in enumerate(held):
        odd = known.filter((pl.col("place") == place) & none & some)
        one.ledger.note("'disability' differs from another row or list", odd["row"])
    kept = known.filter(~(none & some) & ~((pl.col("code") == YES) & coded))
    return kept.unique(["person_id", "code"], keep="first", maintain_order=True)

"""Values that would say who somebody is, found before they enter the store.

NHS numbers, UPNs and National Insurance numbers are known by their form and, where they
have one, their check digit or letter; e-mail addresses, telephone numbers and full
postcodes by their form. Names cannot be found so: columns of names are never read.
"""

from collections.abc import Callable
from typing import NamedTuple

import polars as pl

from riskaid.errors import ExtractError
from riskaid.records.codes import NORMAL
from riskaid.records.schema import is_id
from riskaid.records.side_by_side import side_by_side
from riskaid.records.tables import TABLES
from riskaid.records.validate import Typed

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
NHS_LENGTH = 10
NHS_MODULUS = 11
ROWS_SAID = 5
FINDINGS_SAID = 5
SHARE_OF_NUMBERS = 0.5
"""In ids and numbers: the share of values of one form with a right check digit from
which it is no chance. One ten-digit number in eleven is right by chance."""
OPEN = frozenset({("disabilities", "code"), ("cla_episodes", "end_reason")})
"""Columns whose codes are read from a list and in which other text may still stand."""
CLOSED = (frozenset(NORMAL) - OPEN) | {("addresses", "outcode")}
"""Columns in which only codes of a known list, or half a postcode, can stand."""


class Kind(NamedTuple):
    """One kind of identifier.

    Attributes:
        says: Its name, in the plural.
        form: What it looks like in capitals, as a pattern.
        valid: Which texts of that form have the right check digit or letter.
        in_ids: Whether it is looked for in ids; other ids look like some kinds.
    """

    says: str
    form: str
    valid: Callable[[pl.Series], pl.Series] | None = None
    in_ids: bool = True


class Found(NamedTuple):
    """Rows of one column that hold one kind of identifier, by number only."""

    file: str
    column: str
    kind: str
    held: int
    first_rows: tuple[int, ...]


def valid_nhs(values: pl.Series) -> pl.Series:
    """Which texts are NHS numbers: ten digits, the last a check digit (modulo 11)."""
    digits = values.str.replace_all("[ -]", "")
    fits = digits.str.contains(r"^\d{10}$") & (digits != "0" * NHS_LENGTH)
    total = _weighted(digits, range(NHS_LENGTH, 1, -1), first=0)
    check = (NHS_MODULUS - total % NHS_MODULUS) % NHS_MODULUS
    last = digits.str.slice(NHS_LENGTH - 1, 1).cast(pl.Int64, strict=False)
    return (fits & (check == last)).fill_null(False)


def valid_upn(values: pl.Series) -> pl.Series:
    """Which texts are UPNs: a check letter and twelve figures, or eleven and a letter.

    The check letter is the sum of the figures weighted 2 to 13, modulo 23, in the
    alphabet without I, O and S (DfE's rule 1510). A letter at the end, as in a
    temporary UPN, counts as its place in that alphabet.
    """
    fits = values.str.contains(rf"^[{UPN_LETTERS}]\d{{11}}[\d{UPN_LETTERS}]$")
    places = {letter: n for n, letter in enumerate(UPN_LETTERS)}
    places |= {str(n): n for n in range(10)}
    last = values.str.slice(12, 1).replace_strict(
        places, default=None, return_dtype=pl.Int64
    )
    total = _weighted(values, range(2, 13), first=1) + last * 13
    letter = (total % len(UPN_LETTERS)).replace_strict(
        dict(enumerate(UPN_LETTERS)), default=None, return_dtype=pl.String
    )
    return (fits & (letter == values.str.head(1))).fill_null(False)


def _weighted(values: pl.Series, weights: range, *, first: int) -> pl.Series:
    total = pl.zeros(len(values), pl.Int64, eager=True)
    for place, weight in enumerate(weights, start=first):
        total += values.str.slice(place, 1).cast(pl.Int64, strict=False) * weight
    return total


NHS = Kind("NHS numbers", r"\d{3}[ -]\d{3}[ -]\d{4}|\d{10,}", valid_nhs)
KINDS = (
    NHS,
    Kind("UPNs", r"\b[A-Z]\d{11}[\dA-Z]\b", valid_upn),
    Kind(
        "National Insurance numbers",
        r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b",
    ),
    Kind("e-mail addresses", r"[A-Z0-9._%+'-]+@[A-Z0-9-]+(?:\.[A-Z0-9-]+)+"),
    Kind(
        "telephone numbers",
        r"(?:\+|\b00 ?)44[ ()0-]*[1-9](?:[ -]?\d){8,9}\b"
        r"|\b0[1-35789]\d{8,9}\b"
        r"|\b0\d{4}\)?[ -]\d{3}[ -]?\d{3}\b"
        r"|\b0\d{3}\)?[ -]\d{3}[ -]?\d{4}\b"
        r"|\b0\d{2}\)?[ -]\d{4}[ -]?\d{4}\b",
        in_ids=False,
    ),
    Kind(
        "full postcodes",
        r"\b(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})\b",
        in_ids=False,
    ),
)


MAY_BE_ONE = (
    r"[^\x00-\x7F]|(?i)^(?:" + "|".join(k.form for k in KINDS if k.in_ids) + ")$"
)
"""An id that may be an identifier as a whole: one look at each row, because ids hardly
repeat themselves. Text outside ASCII is looked at again in capitals."""


def check_values(typed: list[Typed], groups: pl.DataFrame, *, keyed: bool) -> None:
    """Refuse a source in which a value that would be stored says who somebody is.

    Columns whose codes come from a known list are left out, because nothing else can
    stand in them; ids are left out where a key replaces them.

    Args:
        typed: Supplies after parsing, ids still as written.
        groups: Family groups the source knows, "source:id".
        keyed: Whether ids are replaced by pseudonyms.

    Raises:
        ExtractError: Names file, column, kind, count and first rows, never a value.
    """
    each = side_by_side(lambda item: _in_supply(item, keyed=keyed), typed)
    found = [f for of_one in each for f in of_one]
    if not keyed and groups.height:
        written = groups["group"].str.split(":").list.last()
        where = ("the family table", "its family id")
        found += _among_numbers(where, written, None)
    if found:
        raise ExtractError(_message(list(dict.fromkeys(found)), keyed=keyed))


def _in_supply(item: Typed, *, keyed: bool) -> list[Found]:
    table, rows = item.supply.table, item.rows
    lines = rows["source_row"]
    types = {"person_id": "code"}
    types |= {name: column.type for name, column in TABLES[table].columns.items()}
    found = []
    for name, kind in types.items():
        where = (item.supply.file, f"'{name}' of {table}")
        if kind in ("date", "flag") or (table, name) in CLOSED:
            continue
        if kind == "number":
            found += _among_numbers(where, _whole(rows[name]), lines)
        elif not is_id(name):
            found += _in_text(where, rows[name], lines)
        elif not keyed:
            found += _among_numbers(where, rows[name], lines)
    return found


def _in_text(
    where: tuple[str, str], series: pl.Series, lines: pl.Series
) -> list[Found]:
    """Look for every kind anywhere inside a text: one is enough."""
    distinct = series.drop_nulls().unique()
    capitals = distinct.str.to_uppercase()
    found = []
    for kind in KINDS:
        fits = capitals.str.contains(kind.form)
        if not fits.any():
            continue
        held = pl.DataFrame({"value": distinct.filter(fits)}).with_columns(
            pl.Series("part", capitals.filter(fits)).str.extract_all(kind.form)
        )
        held = held.explode("part", empty_as_null=True)
        if kind.valid is not None:
            held = held.filter(kind.valid(held["part"]))
        found += _found(where, kind, series, held["value"], lines)
    return found


def _among_numbers(
    where: tuple[str, str], series: pl.Series, lines: pl.Series | None
) -> list[Found]:
    """Look for ids that are, as a whole, identifiers of a known kind.

    Where a kind has a check digit, only if so many are right that it is no chance.
    """
    distinct = series.filter(series.str.contains(MAY_BE_ONE)).unique()
    if distinct.is_empty():
        return []
    capitals = distinct.str.to_uppercase()
    found = []
    for kind in KINDS:
        fits = capitals.str.contains(f"^(?:{kind.form})$")
        if not kind.in_ids or not fits.any():
            continue
        held = distinct.filter(fits)
        if kind.valid is not None:
            right = held.filter(kind.valid(capitals.filter(fits)))
            held = right if len(right) >= SHARE_OF_NUMBERS * len(held) else held.clear()
        found += _found(where, kind, series, held, lines)
    return found


def _whole(numbers: pl.Series) -> pl.Series:
    """Numbers of ten digits as text: an NHS number in a spreadsheet is a number."""
    low, high = 10.0 ** (NHS_LENGTH - 1), 10.0**NHS_LENGTH
    long = (numbers >= low) & (numbers < high) & (numbers == numbers.floor())
    plain = pl.select(pl.when(long).then(numbers).cast(pl.Int64)).to_series()
    return plain.cast(pl.String)


def _found(
    where: tuple[str, str],
    kind: Kind,
    series: pl.Series,
    held: pl.Series,
    lines: pl.Series | None,
) -> list[Found]:
    hit = series.is_in(held.unique().implode()).fill_null(False)
    count = int(hit.sum())
    if not count:
        return []
    first = [] if lines is None else lines.filter(hit).head(ROWS_SAID).to_list()
    return [Found(*where, kind.says, count, tuple(int(n) for n in first))]


def _message(found: list[Found], *, keyed: bool) -> str:
    said = [
        f"{f.file}: {f.column} holds {f.kind} on {f.held:,} row(s)"
        + (f", first at {', '.join(map(str, f.first_rows))}." if f.first_rows else ".")
        for f in found[:FINDINGS_SAID]
    ]
    if len(found) > FINDINGS_SAID:
        said.append(f"And {len(found) - FINDINGS_SAID} more of the kind.")
    said.append(
        "Such values never enter a store, and nothing was taken in. Leave the column "
        "out of the mapping, map another one in its place, or say its values with "
        "[feed.values]; in an extract without a mapping, empty the column."
    )
    if not keyed:
        said.append("Ids are replaced by pseudonyms with --key-file.")
    return " ".join(said)

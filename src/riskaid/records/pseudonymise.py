"""Ids replaced by keyed pseudonyms before anything is stored.

A pseudonym is HMAC-SHA-256 of what kind of id it is and the id, under a secret key that
stays outside the store: the first 26 base32 characters (130 bits) after one letter. The
same id under the same key is the same pseudonym in every feed and every extract, and
the case system's own numbers are not in the store.
"""

import hmac
import os
import secrets
from base64 import b32encode
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from riskaid.errors import ExtractError, UsageError
from riskaid.records.schema import PERSON, PERSON_COLUMNS, is_id
from riskaid.records.store import CaseStore, open_store
from riskaid.records.validate import Typed
from riskaid.records.values import by_distinct, ids

KEY_BYTES = 32
LONGEST_KEY = 4096
FEWEST_DIFFERENT = 8
PLACES_SAID = 5
CHARACTERS = 26
DIGEST_BYTES, DIGEST_CHARACTERS = 20, 32
"""As much of a digest as is a whole number of base32 characters, and that number."""
METHOD = "HMAC-SHA-256"
FACTS_KEY = "pseudonyms"
OTHERS_MAY_READ = 0o077
LETTERS = {PERSON: "P", "worker_id": "W"}
OTHER_LETTER = "X"
_FINGERPRINT_OF = b"riskaid key fingerprint, version 1"


@dataclass(frozen=True)
class Key:
    """A secret key in memory; what it is never shows in a message."""

    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """What a store remembers of the key: from it the key cannot be found."""
        return hmac.digest(self.secret, _FINGERPRINT_OF, "sha256").hex()


def make_key_file(path: Path) -> None:
    """Write a new secret key that only its owner can read.

    Raises:
        UsageError: There is a file already. A key is never overwritten.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(
            f"There is a file '{path.name}' already, and a key is never overwritten. "
            "Name another file."
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))


def read_key_file(path: Path, store: Path | None) -> Key:
    """Read a secret key that stands outside the store it is for.

    Args:
        path: The key file; all its bytes are the key.
        store: The store's folder, in which no key may stand; None when there is none.

    Raises:
        UsageError: No such file, too short, too long or not random, inside the store,
            or a file that other users of the machine may read.
    """
    if store is not None and path.resolve().is_relative_to(store.resolve()):
        raise UsageError(
            f"The key file '{path.name}' stands inside the store, where whoever has "
            "the store has the key. Move it to a place of its own."
        )
    if not path.is_file():
        raise UsageError(
            f"There is no key file '{path.name}'. Make one: riskaid keyfile PATH"
        )
    if os.name == "posix" and path.stat().st_mode & OTHERS_MAY_READ:
        raise UsageError(
            f"The key file '{path.name}' can be read by others on this machine. "
            f"Run: chmod 600 {path.name}"
        )
    size = path.stat().st_size
    secret = path.read_bytes() if KEY_BYTES <= size <= LONGEST_KEY else b""
    if len(set(secret)) < FEWEST_DIFFERENT:
        raise UsageError(
            f"'{path.name}' is not a key: a key is {KEY_BYTES} to {LONGEST_KEY} random "
            "bytes. Make one: riskaid keyfile PATH"
        )
    return Key(secret)


def check_same_key(held: CaseStore | None, key: Key | None) -> None:
    """Make sure that a store takes in all its sources under one key, or none.

    Raises:
        ExtractError: The store was made with another key, or one of both has none. The
            same child would stand in it under two ids.
    """
    if held is None:
        return
    known = held.facts.get(FACTS_KEY)
    if known is None and key is None:
        return
    if known is None:
        raise ExtractError(
            f"The case store '{held.path.name}' was made without a key, so its ids are "
            "as the council writes them. Ingest every source into a new store with "
            "--key-file, and remove the old one."
        )
    if key is None:
        raise ExtractError(
            f"The case store '{held.path.name}' was made with a key. "
            "Give the same one: --key-file FILE"
        )
    if not hmac.compare_digest(str(known.get("fingerprint")), key.fingerprint):
        raise ExtractError(
            f"The case store '{held.path.name}' was made with another key. "
            "Give the same key file, or ingest every source into a new store."
        )


def key_facts(key: Key | None) -> dict[str, dict[str, str]]:
    """What store.json says of the key: how ids were made, and its fingerprint."""
    if key is None:
        return {}
    return {FACTS_KEY: {"method": METHOD, "fingerprint": key.fingerprint}}


def pseudonyms(key: Key, kind: str, written: list[str]) -> list[str]:
    """The pseudonyms of some ids of one kind, in their order.

    Args:
        key: The secret key.
        kind: PERSON, or the name of the id column: the same text as two kinds of id is
            two pseudonyms.
        written: Ids after parsing: without spaces around them, 123.0 as 123.
    """
    begun = hmac.new(key.secret, f"{kind}\0".encode(), "sha256")
    digests = []
    for one in written:
        said = begun.copy()
        said.update(one.encode())
        digests.append(said.digest()[:DIGEST_BYTES])
    every = b32encode(b"".join(digests)).decode("ascii")
    letter = LETTERS.get(kind, OTHER_LETTER)
    return [
        letter + every[place : place + CHARACTERS]
        for place in range(0, len(every), DIGEST_CHARACTERS)
    ]


def find_pseudonyms(
    written: list[str], key_file: Path, store: Path | None = None
) -> list[str]:
    """The pseudonyms of persons' ids as the case system writes them, in their order.

    An id is read as an ingest reads it: without spaces around it, 123.0 as 123.

    Args:
        written: The ids.
        key_file: The secret key.
        store: A store that must have been made with the key and hold every one of
            these persons, as a child or as an adult; None to check neither.

    Raises:
        UsageError: The key file cannot be used, or an id is a filler such as 0.
        ExtractError: The store was made with another key or none, or does not hold
            somebody. Which one is said by its place, never by its id.
    """
    key = read_key_file(key_file, store)
    held = None if store is None else open_store(store)
    check_same_key(held, key)
    read = ids(pl.Series(written, dtype=pl.String)).values
    if read.null_count():
        raise UsageError(
            f"Id {int(read.is_null().arg_true()[0]) + 1} of {len(read)} is empty or a "
            "filler such as 0 or -1. Leave it out."
        )
    found = pseudonyms(key, PERSON, read.to_list())
    if held is not None:
        _all_held(held, found)
    return found


def _all_held(held: CaseStore, found: list[str]) -> None:
    there = set(held.persons_table("persons", found)["person_id"])
    there |= set(held.persons_table("adult_events", found)["person_id"])
    links = held.table("household").filter(pl.col("adult_id").is_in(found))
    there |= set(links["adult_id"])
    lost = [place for place, one in enumerate(found, start=1) if one not in there]
    if lost:
        shown = ", ".join(map(str, lost[:PLACES_SAID]))
        raise ExtractError(
            f"The case store '{held.path.name}' does not hold {len(lost)} of "
            f"{len(found)} person(s): id {shown} of those given. Check how the case "
            "system writes the id (C1 and c1 are two), and that an extract with this "
            "person was ingested."
        )


def with_pseudonyms(
    typed: list[Typed], groups: pl.DataFrame, key: Key
) -> tuple[list[Typed], pl.DataFrame]:
    """Replace every id of a source after parsing; an empty id stays empty.

    Args:
        typed: Its supplies.
        groups: Its family groups: ids of persons and of the groups themselves.
        key: The secret key.
    """
    known: dict[str, dict[str, str]] = {}

    def replaced(series: pl.Series, kind: str) -> pl.Series:
        there = known.setdefault(kind, {})

        def made(values: pl.Series) -> pl.Series:
            written = values.to_list()
            new = [one for one in written if one not in there]
            there.update(zip(new, pseudonyms(key, kind, new), strict=True))
            return pl.Series([there[one] for one in written], dtype=pl.String)

        return by_distinct(series, made).alias(series.name)

    items = [
        replace(
            item,
            rows=item.rows.with_columns(
                replaced(item.rows[c], PERSON if c in PERSON_COLUMNS else c)
                for c in item.rows.columns
                if is_id(c)
            ),
        )
        for item in typed
    ]
    return items, groups.with_columns(
        replaced(groups["person_id"], PERSON),
        replaced(groups["group"], "family_id"),
    )

"""Laws that hold for every extract of every kind of source, through real ingests.

What was known when is compared with an observer written row by row: somebody who keeps
every night's extract, and on a day knows what the nights before it said, and what a
later night says was recorded before that day.
"""

import re
import shutil
import tempfile
from collections import Counter
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random

import generated_extracts as g
import polars as pl
from hypothesis import example, given

from riskaid.files import digest_folder
from riskaid.records.ingest import ingest
from riskaid.records.pseudonymise import PERSON, Key, pseudonyms
from riskaid.records.schema import UNSTABLE_IDS, group_columns, group_date, groups
from riskaid.records.store import open_store
from riskaid.records.tables import TABLES

SECRET = bytes(range(7, 39))
WHERE = ["source", "source_row"]
LAG_OF_MAPPING = {"missing_episodes": 4}
PERSONS = {"person_id", "adult_id"}


@contextmanager
def a_place():
    """A folder for one generated case, gone afterwards."""
    place = Path(tempfile.mkdtemp())
    try:
        yield place
    finally:
        shutil.rmtree(place)


def taken(place, extract, store, *, key=None, **how):
    """Write an extract and ingest it; give the report."""
    folder = g.written(place / f"x{len(list(place.iterdir()))}", extract, **how)
    mapping = None
    if extract.kind == "mapped":
        mapping = place / "mapping.toml"
        mapping.write_text(g.MAPPING)
    return ingest(folder, place / store, mapping=mapping, key_file=key)


def tables_of(place, store):
    opened = open_store(place / store)
    return {name: opened.table(name) for name in opened.coverage}


def plain(frames, drop):
    """Tables as sorted lists of rows, without some columns."""
    return {
        name: sorted(map(repr, frame.drop(drop, strict=False).rows()))
        for name, frame in frames.items()
    }


@g.generated
@given(g.kinds, g.seeds, g.sizes, g.counts)
def test_the_same_extract_twice_changes_no_byte(kind, seed, size, count):
    with a_place() as place:
        for extract in g.nights(kind, seed, size, count):
            taken(place, extract, "store")
            before = digest_folder(place / "store")
            taken(place, extract, "store")
            assert digest_folder(place / "store") == before


@g.generated
@given(g.kinds, g.seeds, g.sizes, g.counts)
def test_the_order_of_rows_columns_and_files_does_not_matter(kind, seed, size, count):
    drop = [*WHERE, *(UNSTABLE_IDS if kind == "cin_xml" else [])]
    with a_place() as place:
        for extract in g.nights(kind, seed, size, count):
            taken(place, extract, "as written")
            taken(place, extract, "mixed", order=Random(seed))
        straight, mixed = (tables_of(place, s) for s in ("as written", "mixed"))
        assert plain(mixed, drop) == plain(straight, drop)
        facts = [open_store(place / s).coverage for s in ("as written", "mixed")]
        assert facts[0] == facts[1]


@g.generated
@given(g.seeds, g.sizes, g.counts)
def test_a_file_of_a_mapping_may_come_in_parts(seed, size, count):
    with a_place() as place:
        for extract in g.nights("mapped", seed, size, count):
            taken(place, extract, "whole")
            taken(place, extract, "parts", parts=True)
        whole, parts = (tables_of(place, s) for s in ("whole", "parts"))
        assert plain(parts, WHERE) == plain(whole, WHERE)


@g.generated
@given(g.kinds, g.seeds, g.sizes)
def test_no_row_is_lost(kind, seed, size):
    with a_place() as place:
        (extract,) = g.nights(kind, seed, size, 1)
        report = taken(place, extract, "store")
        folder = next(p for p in place.iterdir() if p.name.startswith("x"))
        standing = {}
        for name, rows in tables_of(place, "store").items():
            if name != "families":
                for source, row in rows.select(WHERE).rows():
                    standing.setdefault(source, set()).add(row)
        blocks = (folder / "return.xml").exists()
        for file in report.files:
            if blocks:
                path, tag = file.name.removesuffix(">").split(" <")
                lines = (folder / path).read_text().splitlines()
                rows = {n for n, t in enumerate(lines, 1) if re.match(f"<{tag}>", t)}
            else:
                path = file.name
                rows = set(range(2, (folder / path).read_text().count("\n") + 1))
            assert file.rows == len(rows)
            assert file.accepted + file.repaired + file.refused == file.rows
            refused = {n for f in file.refusals for n in f.first_rows}
            assert refused <= rows
            assert len(refused) == file.refused
            here = standing.get(f"council/{path}", set()) & rows
            assert here.isdisjoint(refused)
            if "family groups" not in file.read_as:
                assert here | refused == rows


@g.generated
@given(g.kinds, g.seeds, g.sizes, g.counts)
def test_a_key_changes_nothing_but_the_names_of_ids(kind, seed, size, count):
    with a_place() as place:
        key = place / "project.key"
        key.write_bytes(SECRET)
        key.chmod(0o600)
        for extract in g.nights(kind, seed, size, count):
            taken(place, extract, "plain")
            taken(place, extract, "keyed", key=key)
        plain_ids, keyed = (tables_of(place, s) for s in ("plain", "keyed"))
        families = (plain_ids.pop("families"), keyed.pop("families"))
        renamed = {name: with_key(frame) for name, frame in plain_ids.items()}
        assert plain(keyed, []) == plain(renamed, [])
        together = [
            {
                frozenset(who)
                for (who,) in frame.group_by("family_id")
                .agg("person_id")
                .select("person_id")
                .rows()
            }
            for frame in (with_key(families[0]), families[1])
        ]
        assert together[0] == together[1]


def with_key(frame):
    def renamed(name):
        kind = PERSON if name in PERSONS else name
        ids = frame[name].unique().drop_nulls().to_list()
        new = dict(zip(ids, pseudonyms(Key(SECRET), kind, ids), strict=True))
        return pl.Series(name, [new.get(one) for one in frame[name]], dtype=pl.String)

    return frame.with_columns(
        renamed(c) for c in frame.columns if c.endswith("_id") and c != "family_id"
    )


# What an observer of the nights knows


def said(name, row):
    """What a row says, without ids that a system may make anew."""
    own = [c for c in TABLES[name].columns if c not in UNSTABLE_IDS]
    return tuple(row[c] for c in ("person_id", "date", *own))


def noted(extract, name, row, column):
    """A recorded date, read out of the extract's own file."""
    if extract.kind != "mapped" or name not in ("missing_episodes", "household"):
        return None
    file = "episodes" if name == "missing_episodes" else "links"
    columns = g.MAPPED[file].columns
    if column not in columns:
        return None
    text = extract.tables[file][row["source_row"] - 2][columns.index(column)]
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return None if day == date(1900, 1, 1) else day


def recorded(extract, name, row):
    day = noted(extract, name, row, "noted")
    if day is None:
        return None
    if name != "household" and row["date"] is not None:
        day = max(day, row["date"])
    return min(day, extract.day)


class Observer:
    """Keeps every night's rows, and says from and until when each was known."""

    def __init__(self):
        self.versions = {}
        self.last = {}

    def night(self, extract, fresh):
        """Take in one night: `fresh` is what that extract alone says."""
        people = fresh.get("persons", [])
        only_ids = all(r["source"].endswith("/ids") for r in people)
        present = {r["person_id"] for r in people}
        if only_ids:
            present = {r["person_id"] for rows in fresh.values() for r in rows}
        for name, rows in fresh.items():
            if name == "persons" and only_ids and self.really_known():
                continue
            if name in self.last:
                self.compared(extract, name, rows, present)
            else:
                self.versions[name] = [
                    (row, row["known_from"], None, groups_known(name, row))
                    for row in rows
                ]
            self.last[name] = extract.day

    def really_known(self):
        held = self.versions.get("persons", [])
        return any(not r["source"].endswith("/ids") for r, _, _, _ in held)

    def compared(self, extract, name, rows, present):
        new, same, gone, kept = list(rows), [], [], []
        for version in self.versions[name]:
            row, _, until, _ = version
            if until is not None:
                kept.append(version)
                continue
            match = next((r for r in new if said(name, r) == said(name, row)), None)
            if match is None:
                gone.append(version)
            else:
                new.remove(match)
                same.append(version)
        of = {(r["person_id"], r["date"]) for r in new}
        ended = set()
        for row, known, _, group in gone:
            mine = (row["person_id"], row["date"])
            if mine not in of and out_of_reach(row, present):
                same.append((row, known, None, group))
            else:
                ended.add(mine)
                kept.append((row, known, extract.day, group))
        for row in new:
            known = recorded(extract, name, row)
            fits = known is not None and known > self.last[name]
            if not fits or (row["person_id"], row["date"]) in ended:
                known = extract.day
            group = {}
            for one in groups_known(name, row):
                told = noted(extract, name, row, f"{one} noted")
                group[one] = extract.day
                if told is not None:
                    group[one] = min(max(told, known), extract.day)
            same.append((row, known, None, group))
        self.versions[name] = kept + same

    def knows(self, name, as_of):
        """What counts as of a day, with what is not yet known left empty."""
        seen = Counter()
        for row, known, until, group in self.versions[name]:
            if known < as_of and (until is None or as_of <= until):
                hidden = {
                    c
                    for one in groups(TABLES[name])
                    if one not in group or group[one] >= as_of
                    for c in group_columns(TABLES[name], one)
                }
                seen[
                    said(name, {c: None if c in hidden else v for c, v in row.items()})
                ] += 1
        return seen


def out_of_reach(row, present):
    """Whether a row left with its person, or with the window, and not as untrue."""
    if row["date"] is None:
        return row["person_id"] not in present
    if row["date"] >= g.COVERED:
        return False
    return "end" not in row or (row["end"] is not None and row["end"] < g.COVERED)


def groups_known(name, row):
    return {
        one: row[f"{one}_known_from"]
        for one in groups(TABLES[name])
        if row[f"{one}_known_from"] is not None
    }


def visible(rows, name, as_of):
    """What a store shows as of a day."""
    seen = Counter()
    for row in rows:
        until = row["known_until"]
        if row["known_from"] < as_of and (until is None or as_of <= until):
            shown = dict(row)
            for one in groups(TABLES[name]):
                known = row[f"{one}_known_from"]
                if known is None or known >= as_of:
                    shown |= dict.fromkeys(group_columns(TABLES[name], one))
            seen[said(name, shown)] += 1
    return seen


def rows_of(place, store):
    return {
        name: frame.rows(named=True)
        for name, frame in tables_of(place, store).items()
        if name != "families"
    }


def last_said(place, extract, store):
    """What an extract says by itself, in a store of its own.

    An SSD's files say who is linked, be it nobody: but a file of links of which no row
    can be used says nothing, and what was known before still holds.
    """
    report = taken(place, extract, store)
    alone = rows_of(place, store)
    useless = any("for 'household' could be used" in w for w in report.warnings)
    if extract.kind == "ssd_csv" and not useless:
        alone.setdefault("household", [])
    return alone


@g.often
@example(
    "ssd_csv", 2711, 5, 4
)  # no row of the links' file of the second night is usable
@given(g.kinds, g.seeds, g.sizes, g.counts)
def test_as_of_any_day_a_store_shows_what_was_known_and_nothing_later(
    kind, seed, size, count
):
    extracts = g.nights(kind, seed, size, count)
    observer = Observer()
    with a_place() as place:
        for number, extract in enumerate(extracts):
            taken(place, extract, "store")
            alone = last_said(place, extract, f"alone {number}")
            observer.night(extract, alone)
        held = rows_of(place, "store")
        final = {name: rows for name, rows in alone.items() if rows}
    first, last = extracts[0].day, extracts[-1].day
    days = [first + timedelta(days=n) for n in range(1, (last - first).days + 3)]
    for name, rows in held.items():
        for as_of in days:
            assert visible(rows, name, as_of) == observer.knows(name, as_of), name
    assert {n for n, v in observer.versions.items() if v} == {
        n for n in held if held[n]
    }
    for name, rows in final.items():
        now = Counter(said(name, r) for r in held[name] if r["known_until"] is None)
        missing = Counter(said(name, r) for r in rows) - now
        assert name == "persons" or not missing, name


@g.generated
@given(g.kinds, g.seeds, g.sizes)
def test_in_a_first_extract_a_row_is_known_by_its_record_or_its_lag(kind, seed, size):
    (extract,) = g.nights(kind, seed, size, 1)
    with a_place() as place:
        taken(place, extract, "store")
        held = rows_of(place, "store")
    today = extract.day
    lags = LAG_OF_MAPPING if kind == "mapped" else {}
    for name, rows in held.items():
        table = TABLES[name]
        if name == "assessment_factors":
            continue
        for row in rows:
            lag = timedelta(days=lags.get(name, table.lag_days))
            known, how = recorded(extract, name, row), "recorded"
            if known is None and (row["date"] is None or row["date"] > today):
                known, how = today, "first_seen"
            elif known is None:
                known, how = min(row["date"] + lag, today), "declared_lag"
            if name == "persons":
                events = [
                    r["known_from"]
                    for n, there in held.items()
                    if TABLES[n].shape in ("event", "spell")
                    for r in there
                    if r["person_id"] == row["person_id"]
                ]
                if events:
                    known, how = min(events), "declared_lag"
            assert (row["known_from"], row["known_how"]) == (known, how), name
            for one in groups(table):
                assert row[f"{one}_known_from"] == group_expected(
                    extract, name, row, one
                ), (name, one)


def group_expected(extract, name, row, group):
    table, today = TABLES[name], extract.day
    if all(row[c] is None for c in group_columns(table, group)):
        return None
    told = noted(extract, name, row, f"{group} noted")
    own = group_date(table, group)
    start = row["end"] or row["date"] if group == "rhi" else row["date"]
    start = row[own] if own is not None else start
    lag = timedelta(days=table.group_lags[group])
    lagged = today if start is None else start + lag
    return min(max(told or lagged, row["known_from"]), today)

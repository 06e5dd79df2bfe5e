"""Broken and hostile inputs without end, and what every importer owes to each.

An input is a small sample with mutations of its bytes, or a table that Hypothesis makes.
Whatever comes in, an ingest ends in an error of riskaid's own that holds no value of
the source and leaves the store as it was, or in a store that opens and in whose report
every row is accounted for. It ends within seconds and leaves no file behind.

RISKAID_GENERATED=20000 (`make test-all`) gives each importer 5,000 inputs, a quarter of
what an engine's law gets; without it each gets 30.
"""

import faulthandler
import os
import shutil
import signal
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random

import polars as pl
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from riskaid.errors import DefinitionError, ExtractError, UsageError
from riskaid.files import digest_folder
from riskaid.records.ingest import ingest
from riskaid.records.store import open_store

GENERATED = int(os.environ.get("RISKAID_GENERATED", "0"))
INPUTS = max(30, GENERATED // 4)
"""For each importer: 12 of them make 60,000 of RISKAID_GENERATED=20000."""
IMPORTERS = (
    "ssd_csv", "ssd_parquet", "ssd_database", "cin_census", "ssda903_csv",
    "ssda903_xml", "mapped_feed", "extract_facts", "key_file", "damaged_store",
    "annexa", "dfe_json",
)  # fmt: skip
"""One test module each, named test_fuzz_<importer>.py."""
SECONDS = 60
DAY = date(2026, 3, 31)
DOCUMENTED = (ExtractError, DefinitionError, UsageError)
fuzzed = settings(
    max_examples=INPUTS,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
seeds = st.integers(0, 2**48)

NAME, FORENAME = "Quackenbush", "Zebedeea"
NHS, UPN, EMAIL = "9434765919", "A850728973744", "zq@marked.invalid"
CHILD, OTHER = "KIDXQ17", "KIDXQ23"
MARKED = (NAME, FORENAME, NHS, UPN, EMAIL, CHILD, OTHER)
"""Values of persons: whatever becomes of an input, no message shows one."""

TOKENS = [
    b"", b"\0", b"\r", b"\n", b"\r\n", b'"', b'""', b"'", b",", b";", b"\t", b"|",
    b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x80", b"\xff", b"\x1a", b"\x1b[31m",
    b"=1+1", b"@SUM(1)", b"-1", b"-0", b"+1", b"1e999", b"-1e309", b"NaN", b"inf",
    b"99999999999999999999", b"9" * 400, b"0x10", b"1,234", b"NULL", b"#N/A", b"NA",
    b"None", b"true", b"9999-12-31", b"0000-00-00", b"0001-01-01", b"31/02/2024",
    b"2024-13-45", b"2024-02-30 25:61:61", b"29/02/1900", b"45292", b"-99999",
    b"2958465", b"2958466", b"99999999", b"2024-12-10T00:00:00+99:99", b"+262143-01-01",
    b"1/1/1", b"10/10/99", b"{", b"}", b"[" * 60, b'{"1A":' * 40, b"<", b">", b"&",
    b"&amp;", b"&#0;", b"&#x110000;", b"&lol;", b"]]>", b"<![CDATA[", b"<!--", b"-->",
    b"<?xml?>", b"<!DOCTYPE x []>", b"<a>" * 300, b"</Child>", b"<Child>", b"<CHILD>",
    b"</CHILD>", b"xmlns='x'", b"x" * 5000, "\u202e\u00e9\U0001f4a5\u0130\u00df".encode(),
    b"\xed\xa0\x80", b"../../x", b"%n%s", b"$(id)", b"\\", b"\\N", b"C1", b"[[feed]]",
    b"PAR1", b"PK\x03\x04", b"\x1f\x8b", NHS.encode(), NAME.encode(), CHILD.encode(),
]  # fmt: skip
SETTINGS = [t for t in TOKENS if not any(m.encode() in t for m in MARKED)]
"""What may stand in a file of settings, which is about nobody."""


def mutated(
    random: Random, content: bytes, others: list[bytes], tokens: list[bytes] = TOKENS
) -> bytes:
    """A sample's bytes after one to five changes; one in fifty stays whole."""
    if random.random() < 0.02:
        return content
    for _ in range(random.choice((1, 1, 1, 2, 3, 5))):
        content = _changed(random, content, others, random.choice(tokens))
    return content


def _changed(
    random: Random, content: bytes, others: list[bytes], token: bytes
) -> bytes:
    """One change at one place: the new bytes stand between what is kept."""
    here = random.randrange(len(content) + 1)
    there = min(len(content), here + random.choice((1, 1, 2, 8, 40, 400)))
    between, after = content[here:there], content[there:]
    kind = random.randrange(10)
    if kind < 2:
        flipped = bytes(byte ^ (1 << random.randrange(8)) for byte in between[:1])
        between = flipped + between[1:] if kind else b""
    elif kind == 2:
        between += between * random.choice((1, 1, 3, 50))
    elif kind == 3:
        between, after = b"", b""
    elif kind == 4:
        other = random.choice(others)
        between, after = other[random.randrange(len(other) + 1) :], b""
    elif kind == 5:
        between = random.randbytes(there - here)
    elif kind == 6:
        return _field(random, content, token)
    elif kind == 7:
        return _lines_exchanged(random, content)
    elif kind == 8:
        between = token + between
    else:
        between, after = token, content[here + len(token) :]
    return content[:here] + between + after


def _lines_exchanged(random: Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    one, two = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"\n".join(lines)


def _field(random: Random, content: bytes, token: bytes) -> bytes:
    """Put a token where one whole field, element's text or value stands."""
    ends = [i for i, byte in enumerate(content) if byte in b',\n<>"=']
    if len(ends) < 2:
        return content + token
    one = random.randrange(len(ends) - 1)
    return content[: ends[one] + 1] + token + content[ends[one + 1] :]


TEXTS = [t.decode("utf-8", errors="replace") for t in TOKENS if len(t) < 60]
USUAL = [
    CHILD, OTHER, "M", "Y", "N", "1", "WBRI", "2024-12-10", "10/12/2024", "N1", "",
    "2024-12-10 00:00:00.000", "NULL", "R1", "6", "A3", "AMENDED", "50",
]  # fmt: skip
cells = st.one_of(
    st.sampled_from(USUAL), st.sampled_from(USUAL), st.sampled_from(TEXTS), st.text()
)


def _escaped(text: str) -> str:
    kept = "".join(c for c in text if c.isprintable() or c in "\n\t")
    return kept.replace("&", "&amp;").replace("<", "&lt;")


def markup(tags: list[str]) -> st.SearchStrategy[str]:
    """Well-formed elements of the given names inside each other, with any text."""
    return st.recursive(
        cells.map(_escaped),
        lambda inner: st.builds(
            lambda tag, held: f"<{tag}>{''.join(held)}</{tag}>",
            st.sampled_from(tags),
            st.lists(inner, max_size=3),
        ),
        max_leaves=12,
    )


@st.composite
def tables(draw, columns: list[str]) -> bytes:
    """A CSV of the given columns and others, in any order, with any cells."""
    header = draw(st.lists(st.sampled_from(columns), max_size=8, unique=True))
    header = [*header, *draw(st.lists(cells, max_size=2))]
    header = draw(st.permutations(header))
    rows = draw(st.lists(st.lists(cells, max_size=9), max_size=6))
    separator = draw(st.sampled_from(",,,;\t|"))
    quoted = draw(st.booleans())
    ends = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    encoding = draw(st.sampled_from(["utf-8"] * 5 + ["utf-16", "cp1252", "utf-16-le"]))

    def written(cell):
        return f'"{cell.replace(chr(34), chr(34) * 2)}"' if quoted else cell

    lines = [separator.join(written(c) for c in row) for row in [header, *rows]]
    return (ends.join(lines) + ends).encode(encoding, errors="replace")


@contextmanager
def in_time(what: str):
    """Fail an input that takes longer than a person would wait for so little."""

    def late(_number, _frame):
        raise AssertionError(f"{what} took longer than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    faulthandler.dump_traceback_later(5 * SECONDS, exit=True)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


def nothing_personal(text: str) -> None:
    shown = [mark for mark in MARKED if mark.lower() in text.lower()]
    assert not shown, "a value of a person is shown"


class Arena:
    """A folder for sources, a store, and what must hold after every input."""

    def __init__(self, place: Path, held: Path | None = None) -> None:
        self.place = place
        self.held = held
        self.store = place / "stores" / "store"
        self.store.parent.mkdir(parents=True)
        self.counts = {"taken": 0, "refused": 0}
        self.slowest = 0.0

    def source(self, files: dict[str, bytes]) -> Path:
        """A fresh folder of files."""
        folder = self.place / "source"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return folder

    def take(self, source, *, onto: bool = False, **how) -> None:
        """Ingest, onto a store of another source or into none, and check the end."""
        shutil.rmtree(self.store, ignore_errors=True)
        if onto and self.held is not None:
            shutil.copytree(self.held, self.store)
        self.take_in(source, **how)

    def take_in(self, source, **how) -> None:
        """Ingest into the store as it is."""
        before = digest_folder(self.store) if self.store.exists() else None
        began = time.monotonic()
        with in_time("an input"):
            self._ingest(source, before, how)
        self.slowest = max(self.slowest, time.monotonic() - began)
        left = sorted(p.name for p in self.store.parent.iterdir())
        assert left in ([], ["store"]), "something was left behind"

    def _ingest(self, source, before, how) -> None:
        try:
            report = ingest(source, self.store, **how)
        except DOCUMENTED as error:
            self.counts["refused"] += 1
            said = str(error)
            assert said
            assert said.isprintable()
            nothing_personal(said)
            after = digest_folder(self.store) if self.store.exists() else None
            assert after == before, "a refused input changed the store"
            return
        self.counts["taken"] += 1
        for file in report.files:
            assert file.accepted + file.repaired + file.refused == file.rows
        nothing_personal(report.summary())
        nothing_personal(report.measured_lags())
        nothing_personal((self.store / "quality.json").read_text("utf-8"))
        store = open_store(self.store)
        for name in store.coverage:
            held = store.table(name)
            assert held.height == store.facts["tables"][name]["rows"]
            assert isinstance(held, pl.DataFrame)

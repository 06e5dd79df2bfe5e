"""Small extracts of each kind, read by the real ingest, and what came of them."""

import json
from datetime import date

import polars as pl
import pytest

from riskaid.indicators import reference
from riskaid.records.ingest import ingest
from riskaid.records.store import open_store

DAY = date(2026, 3, 31)


class Taken:
    """A report and its store, with the questions the tests ask."""

    def __init__(self, report, path):
        self.report = report
        self.path = path
        self.store = open_store(path)

    def rows(self, table, *columns):
        return self.store.table(table).select(columns).rows()

    def column(self, table, column):
        return self.store.table(table)[column].to_list()

    def file(self, name):
        return next(f for f in self.report.files if f.name.startswith(name))

    def said(self, name, fate):
        """Reason -> row numbers, of one file's "repairs", "refusals" or "noted"."""
        return {f.says: f.first_rows for f in getattr(self.file(name), fate)}

    def fillers(self, name):
        return dict(self.file(name).fillers)

    def value(self, expression, person="C1", as_of=DAY):
        return reference.value(expression, self.store, person, as_of).value

    def holds(self, text):
        """Whether a text stands in any cell or any file of the store."""
        frames = [pl.read_parquet(f) for f in sorted(self.path.rglob("*.parquet"))]
        cells = [str(c) for f in frames for row in f.rows() for c in row if c]
        plain = [f.read_text() for f in sorted(self.path.rglob("*.json"))]
        return any(text in said for said in [*cells, *plain])


def _written(folder, files, facts):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        content = text if isinstance(text, bytes) else text.encode()
        (folder / name).write_bytes(content)
    if facts is not None:
        (folder / "extract.json").write_text(json.dumps(facts))
    return folder


@pytest.fixture
def ssd(tmp_path):
    """Ingest SSD tables, given by name of file."""

    def take(day="2026-03-31", name="ssd", **tables):
        files = {f"{table}.csv": text for table, text in tables.items()}
        return take_files(files, day=day, name=name)

    def take_files(files, *, day="2026-03-31", name="ssd", **facts):
        said = {"extract_date": day, "covered_from": "2020-04-01", "name": "council"}
        folder = _written(tmp_path / f"{name}-{day}", files, {**said, **facts})
        return Taken(ingest(folder, tmp_path / "store"), tmp_path / "store")

    take.files = take_files
    return take


@pytest.fixture
def returned(tmp_path):
    """Ingest SSDA903 modules, given by name."""

    def take(day=DAY, **modules):
        files = {f"{module}.csv": text for module, text in modules.items()}
        folder = _written(tmp_path / "903", files, None)
        report = ingest(folder, tmp_path / "store", extract_date=day)
        return Taken(report, tmp_path / "store")

    return take


CENSUS = """<?xml version="1.0" encoding="utf-8"?>
<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>
<ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails></Header>
<Children>{children}</Children></Message>
"""


@pytest.fixture
def census(tmp_path):
    """Ingest a CIN census with these children."""

    def take(*children):
        folder = tmp_path / "cin"
        text = CENSUS.format(children="".join(children))
        _written(folder, {"cin.xml": text}, None)
        return Taken(ingest(folder, tmp_path / "store"), tmp_path / "store")

    return take


def child(who="C1", details="", identifiers="", characteristics=""):
    """One <Child> of a census."""
    born = (
        ""
        if "BirthDate" in identifiers
        else "<PersonBirthDate>2015-05-17</PersonBirthDate>"
    )
    return (
        f"<Child><ChildIdentifiers><LAchildID>{who}</LAchildID>{born}{identifiers}"
        f"</ChildIdentifiers><ChildCharacteristics>{characteristics}"
        f"</ChildCharacteristics><CINdetails><CINreferralDate>2025-05-01"
        f"</CINreferralDate>{details}</CINdetails></Child>"
    )


@pytest.fixture
def make_child():
    return child


PEOPLE = (
    "pers_person_id,pers_sex,pers_ethnicity,pers_dob,pers_expected_dob\n"
    "C1,F,WBRI,2015-05-17,\nC2,M,WBRI,2018-05-17,\n"
)


@pytest.fixture
def people():
    return PEOPLE

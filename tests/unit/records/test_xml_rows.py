import polars as pl

from riskaid.records import xml_rows
from riskaid.records.xml_rows import GatheredRows


def test_rows_are_the_same_wherever_they_are_set_aside(monkeypatch):
    rows = [
        {"row": n, "source_row": n * 2, "person_id": None if n == 3 else f"C{n}"}
        for n in range(1, 8)
    ]
    tables = []
    for together in (1, 3, 7, 100):
        monkeypatch.setattr(xml_rows, "TOGETHER", together)
        gathered = GatheredRows(["person_id", "date"])
        for row in rows:
            gathered.add(row)
        tables.append(gathered.table())
    assert all(t.equals(tables[0]) for t in tables)
    assert tables[0]["row"].to_list() == list(range(1, 8))
    assert tables[0]["person_id"][2] is None
    assert tables[0].schema["date"] == pl.String


def test_few_rows_are_held_as_they_came(monkeypatch):
    monkeypatch.setattr(xml_rows, "TOGETHER", 10)
    gathered = GatheredRows(["person_id"])
    for n in range(95):
        gathered.add({"row": n, "source_row": n, "person_id": "C1"})
        assert len(gathered._last) < 10
    assert gathered.table().height == 95

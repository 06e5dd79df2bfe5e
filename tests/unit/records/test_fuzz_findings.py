"""What fuzzing found once: each ended in a traceback, a shown value or a stray file."""

import json
import sqlite3
from pathlib import Path

import pytest

from riskaid.errors import DefinitionError, ExtractError
from riskaid.files import digest_folder
from riskaid.records.database import read_database
from riskaid.records.given_file import named_columns
from riskaid.records.ingest import ingest
from riskaid.records.store import open_store, read_quality

ASSESSMENTS = "cina_assessment_id,cina_person_id,cina_assessment_start_date\n"
FACTORS = "cinf_assessment_id,cinf_assessment_factors_json\n"


@pytest.mark.parametrize(
    ("assessments", "factors"),
    [
        ("cina_assessment_id,cina_assessment_start_date\nA1,2024-01-03\n", None),
        (f"{ASSESSMENTS}A1,C1,2024-01-03\n", 'cinf_assessment_factors_json\n"[""1A""]"\n'),
        ("cina_person_id,cina_assessment_start_date\nC1,2024-01-03\n", None),
    ],
)  # fmt: skip
def test_factors_of_assessments_without_their_keys_are_refused_by_row(
    ssd, tmp_path, assessments, factors
):
    whole = f'{FACTORS}A1,"{{""1A"": ""Yes""}}"\n'
    files = {"assessments.csv": assessments, "factors.csv": factors or whole}
    report = ingest(ssd(files), tmp_path / "store")
    file = next(f for f in report.files if f.name == "factors.csv")
    assert (file.rows, file.refused) == (1, 1)


def damages(whole):
    """store.json in which one thing that is read is gone or of another form."""
    places = [
        ("extract_date",), ("mark",), ("sources",), ("sources", 0),
        *(("sources", 0, k) for k in ("name", "kind", "extract_date", "digest", "mark")),
        ("sources", 0, "coverage"), ("sources", 0, "coverage", "persons"),
        ("sources", 0, "coverage", "persons", "dated"),
        ("sources", 0, "coverage", "persons", "first_extract"),
        ("tables",), ("tables", "persons"), ("tables", "persons", "digest"),
        ("tables", "persons", "covered_from"), ("tables", "persons", "rows"),
    ]  # fmt: skip
    for place in places:
        for value in ("gone", 7, [1], "x", {"a": 1}, None):
            if place == ("mark",) and value is None:
                continue
            if place[-1] in ("name", "kind", "digest") and value == "x":
                continue
            if place == ("sources", 0, "mark") and value is None:
                continue
            if place[-1] == "rows" and value == 7:
                continue
            copy = json.loads(json.dumps(whole))
            inside = copy
            for step in place[:-1]:
                inside = inside[step]
            if value == "gone":
                del inside[place[-1]]
            else:
                inside[place[-1]] = value
            yield place, value, copy


def test_a_store_json_of_any_other_form_is_refused_by_reader_and_ingest(ssd, tmp_path):
    store = tmp_path / "store"
    ingest(ssd(), store)
    whole = json.loads((store / "store.json").read_text())
    other = ssd(name="other")
    facts = json.loads((other / "extract.json").read_text())
    (other / "extract.json").write_text(json.dumps({**facts, "name": "another"}))
    seen = 0
    for _place, _value, copy in damages(whole):
        (store / "store.json").write_text(json.dumps(copy))
        before = digest_folder(store)
        with pytest.raises(ExtractError):
            open_store(store)
        with pytest.raises(ExtractError):
            ingest(other, store)
        assert digest_folder(store) == before
        seen += 1
    assert seen > 80


@pytest.mark.parametrize("text", ['{"ingests": [7]}', '{"ingests": [{"name": 1}]}'])
def test_a_quality_json_of_another_form_is_refused(ssd, tmp_path, text):
    ingest(ssd(), tmp_path / "store")
    (tmp_path / "store" / "quality.json").write_text(text)
    with pytest.raises(ExtractError, match=r"quality\.json"):
        read_quality(open_store(tmp_path / "store"))


def made_database(path: Path, *more: str) -> Path:
    held = sqlite3.connect(path)
    try:
        for words in more:
            held.execute(words)
        held.execute(
            "CREATE TABLE ssd_missing (miss_person_id, miss_missing_episode_start_date)"
        )
        held.execute("INSERT INTO ssd_missing VALUES ('C1', '2024-12-10')")
        held.commit()
    finally:
        held.close()
    return path


def test_a_database_that_keeps_a_log_is_read_and_nothing_is_left_beside_it(tmp_path):
    path = made_database(tmp_path / "council.db", "PRAGMA journal_mode = WAL")
    assert path.read_bytes()[18] == 2
    before = path.read_bytes()
    reading = read_database(f"sqlite:///{path}")
    assert reading.supplies[0].rows.height == 1
    assert [p.name for p in tmp_path.iterdir()] == ["council.db"]
    assert path.read_bytes() == before


def test_a_log_that_is_there_is_read_too(tmp_path):
    path = made_database(tmp_path / "council.db", "PRAGMA journal_mode = WAL")
    writer = sqlite3.connect(path)
    try:
        writer.execute("INSERT INTO ssd_missing VALUES ('C2', '2024-12-11')")
        writer.commit()
        reading = read_database(f"sqlite:///{path}")
        assert reading.supplies[0].rows.height == 2
    finally:
        writer.close()


def test_a_database_whose_names_are_damaged_is_refused(tmp_path):
    path = made_database(tmp_path / "council.db")
    content = path.read_bytes().replace(b"miss_person_id,", b"miss\xffperson_id,")
    path.write_bytes(content)
    with pytest.raises(ExtractError, match="damaged"):
        read_database(f"sqlite:///{path}")


@pytest.mark.parametrize(
    "first",
    [
        "C1,2024-12-10,Quackenbush",
        "Child_Id,miss_fromQuackenbush,9434765919,John Smith",
    ],
)
def test_a_first_line_that_is_no_header_is_not_shown(ssd, tmp_path, first):
    folder = ssd({"missing.csv": f"{first}\nC2,2024-12-11,Smith\n"})
    feed = tmp_path / "feed.toml"
    feed.write_text(
        '[[feed]]\nfile = "*.csv"\ntable = "missing_episodes"\n'
        'columns = {person_id = "child_id", date = "miss_from"}\n'
    )
    with pytest.raises(DefinitionError, match="does not have") as caught:
        ingest(folder, tmp_path / "store", mapping=feed)
    for value in ("C1", "2024", "Quackenbush", "9434765919", "Smith"):
        assert value not in str(caught.value)
    assert "column 3" in str(caught.value)


def test_columns_are_named_only_where_they_are_written_as_names():
    names = [
        "child_id",
        "Date of birth",
        "SDQ_SCORE",
        "category",
        "C0000017",
        "Ann Lee",
    ]
    assert named_columns(names, names) == (
        "child_id, Date of birth, SDQ_SCORE, category, column 5, column 6"
    )
    many = [f"a_{chr(97 + n % 26)}_{chr(97 + n // 26)}" for n in range(70)]
    assert named_columns(many, many).endswith(" and 10 more")

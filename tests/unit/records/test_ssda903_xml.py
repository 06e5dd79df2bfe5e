"""SSDA903 as XML: the same case tables as from the CSV set, and nothing hostile."""

from datetime import date

import pytest

from riskaid.errors import ExtractError
from riskaid.records import xml_rows
from riskaid.records.ingest import ingest, recognise
from riskaid.records.store import open_store

EPISODES = (
    "<EPISODE><DECOM>15/02/2024</DECOM><RNE>S</RNE><LS>V2</LS><CIN>N1</CIN><PL>U4</PL>"
    "<PL_POST>AA1 1AA</PL_POST><PLACE_PROVIDER>PR0</PLACE_PROVIDER><DEC>14/08/2024</DEC>"
    "<REC>X1</REC><REASON_PLACE_CHANGE>PLANND</REASON_PLACE_CHANGE></EPISODE>"
    "<EPISODE><DECOM>14/08/2024</DECOM><RNE>P</RNE><LS>V2</LS><CIN>N1</CIN><PL>K2</PL>"
    "<PL_POST>BB2 2BB</PL_POST><DEC /><REC>X1</REC></EPISODE>"
)
FIRST = (
    "<CHILD><HEADER><CHILDID>1</CHILDID><UPN>A123456789012</UPN><SEX>2</SEX>"
    "<DOB>27/03/2008</DOB><ETHNIC>WROM</ETHNIC><UASC/>"
    "<AREVIEW><REVIEW>01/06/2024</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>"
    "<AMISSING><MISSING>M</MISSING><MIS_START>01/05/2024</MIS_START>"
    "<MIS_END>02/05/2024</MIS_END></AMISSING>"
    "<AMISSING><MISSING>A</MISSING><MIS_START>09/05/2024</MIS_START><MIS_END/></AMISSING>"
    f"<OC2><SDQ_SCORE>12</SDQ_SCORE></OC2></HEADER>{EPISODES}</CHILD>"
)
SECOND = (
    "<CHILD><HEADER><CHILDID>2</CHILDID><UPN>A123456789012</UPN><SEX>1</SEX>"
    "<DOB>01/02/2010</DOB><ETHNIC>REFU</ETHNIC>"
    "<OC2><SDQ_REASON>SDQ1</SDQ_REASON></OC2></HEADER></CHILD>"
)
CSV = {
    "h.csv": "CHILD,SEX,DOB,ETHNIC,UPN\n1,2,27/03/2008,WROM,A123456789012\n2,1,01/02/2010,REFU,A123456789012\n",
    "e.csv": "CHILD,DECOM,RNE,LS,CIN,PLACE,PL_POST,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE\n"
    "1,15/02/2024,S,V2,N1,U4,AA1 1AA,PR0,14/08/2024,X1,PLANND\n"
    "1,14/08/2024,P,V2,N1,K2,BB2 2BB,,,X1,\n",
    "m.csv": "CHILD,MISSING,MIS_START,MIS_END\n1,M,01/05/2024,02/05/2024\n1,A,09/05/2024,\n",
    "o.csv": "CHILD,SDQ_SCORE\n1,12\n2,\n",
}
DAY = date(2025, 3, 31)


@pytest.fixture(params=[1, 10_000])
def together(request, monkeypatch):
    monkeypatch.setattr(xml_rows, "TOGETHER", request.param)


def message(*children, first=""):
    return f"<?xml version='1.0' encoding='us-ascii'?>{first}<EXPSSDA903>{''.join(children)}</EXPSSDA903>"


@pytest.fixture
def returned(tmp_path):
    def run(text, name="return.xml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        report = ingest(path, tmp_path / "store", extract_date=DAY)
        return report, tmp_path / "store"

    return run


def tables(store):
    held = open_store(store)
    named = sorted(p.stem for p in (store / "tables").iterdir())
    return {n: held.table(n).drop("source", "source_row").to_dicts() for n in named}


@pytest.mark.usefixtures("together")
def test_the_xml_gives_the_case_tables_of_the_csv(returned, tmp_path):
    report, store = returned(message(FIRST, SECOND))
    folder = tmp_path / "csv"
    folder.mkdir()
    for name, text in CSV.items():
        (folder / name).write_text(text)
    ingest(folder, tmp_path / "other", extract_date=DAY)
    assert tables(store) == tables(tmp_path / "other")
    assert {"persons", "placements", "missing_episodes", "sdq_scores"} <= set(
        tables(store)
    )
    assert (report.kind, report.name) == ("ssda903_xml", "ssda903")
    assert b"A123456789012" not in (store / "tables/persons.parquet").read_bytes()


def test_rows_are_counted_by_block(returned):
    report, store = returned(message(FIRST, SECOND))
    files = {f.name: f for f in report.files}
    assert {n.split("<")[1]: f.rows for n, f in files.items()} == {
        "HEADER>": 2,
        "EPISODE>": 2,
        "AMISSING>": 2,
        "OC2>": 2,
    }
    episodes = files["return.xml <EPISODE>"]
    assert [(r.says.split(";")[0], r.first_rows) for r in episodes.repairs] == [
        ("open, yet REC X1 says another episode follows", (2,))
    ]
    assert files["return.xml <OC2>"].refusals[0].first_rows == (2,)
    assert "return.xml: not used: AREVIEW." in report.warnings
    placements = open_store(store).table("placements")
    assert set(placements["source"]) == {"ssda903/return.xml <EPISODE>"}


def test_a_namespace_and_a_folder_are_no_hindrance_and_no_block_is_no_supply(
    tmp_path,
):
    folder = tmp_path / "903"
    folder.mkdir()
    text = message(SECOND).replace("<EXPSSDA903>", "<EXPSSDA903 xmlns='urn:x'>")
    (folder / "2025.XML").write_text(text)
    assert recognise(folder) == "ssda903_xml"
    ingest(folder, tmp_path / "store", extract_date=DAY)
    store = open_store(tmp_path / "store")
    assert store.table("persons").height == 1
    assert not store.has("missing_episodes")
    (folder / "2024.xml").write_text(text)
    with pytest.raises(ExtractError, match="holds 2 returns"):
        recognise(folder)


BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (message(FIRST, first=BOMB), "DTD"),
        (message(FIRST, first="<!DOCTYPE x SYSTEM 'file:///etc/passwd'>"), "DTD"),
        (message(FIRST)[:-40], "broken, cut off"),
        (message(FIRST).replace("WROM", "&nothing;"), "broken, cut off"),
        (message(), "no <CHILD>"),
        (message("<CHILD><EPISODE/></CHILD>"), "no <CHILD>"),
        (message(FIRST).encode() + b"\0", "broken, cut off"),
    ],
)
def test_hostile_and_broken_xml_is_refused(returned, tmp_path, text, says):
    with pytest.raises(ExtractError, match=says) as caught:
        returned(text)
    assert "A123456789012" not in str(caught.value)
    assert not (tmp_path / "store").exists()

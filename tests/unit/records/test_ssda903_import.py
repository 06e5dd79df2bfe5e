from datetime import date

import pytest

from riskaid.errors import ExtractError
from riskaid.records.ingest import ingest, recognise
from riskaid.records.ssda903 import OTHER_MODULES, why_not_used
from riskaid.records.store import open_store

FILES = {
    "h.csv": "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1,2,27/03/2008,WROM,A123456789012,,\n2,M,01/02/2010,REFU,A123456789012,,\n",
    "e.csv": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    "1,15/02/2024,S,V2,N1,U4,PR0,14/08/2024,X1,,,AA1 1AA,9\n"
    "1,14/08/2024,L,C2,N1,U4,PR0,01/10/2024,X1,PLANND,,AA1 1AA,9\n"
    "1,01/10/2024,P,C2,N1,K2,PR1,01/12/2024,E4A,,,BB2 2BB,8\n"
    "1,01/02/2025,S,V2,N1,K2,PR1,,X1,,,BB2 2BB,8\n"
    "2,01/04/2024,S,V2,N1,U6,PR0,01/03/2024,E8,,,,\n",
    "m.csv": "CHILD,DOB,MISSING,MIS_START,MIS_END\n1,27/03/2008,M,01/05/2024,02/05/2024\n",
    "o.csv": "CHILD,DOB,SDQ_SCORE,SDQ_REASON\n1,27/03/2008,12,\n2,01/02/2010,,SDQ1\n",
    "r.csv": "CHILD,DOB,REVIEW,REVIEW_CODE\n1,27/03/2008,01/06/2024,PN1\n",
}


@pytest.fixture
def returned(tmp_path):
    def run(files=FILES, **changes):
        folder = tmp_path / "903"
        folder.mkdir(exist_ok=True)
        for name, text in {**files, **changes}.items():
            (folder / name).write_text(text)
        report = ingest(folder, tmp_path / "store", extract_date=date(2025, 3, 31))
        return report, open_store(tmp_path / "store")

    return run


def d(day, month, year):
    return date(year, month, day)


def test_episodes_join_to_periods_placements_and_legal_statuses(returned):
    _, store = returned()
    first = store.table("cla_episodes").filter(person_id="1")
    assert first.select("date", "end", "end_reason", "period_id").rows() == [
        (d(15, 2, 2024), d(14, 8, 2024), "X1", "1-20240215"),
        (d(14, 8, 2024), d(1, 10, 2024), "X1", "1-20240215"),
        (d(1, 10, 2024), d(1, 12, 2024), "E4A", "1-20240215"),
        (d(1, 2, 2025), None, None, "1-20250201"),
    ]
    places = store.table("placements").filter(person_id="1")
    assert places.select("placement_type", "date", "end", "change_reason").rows() == [
        ("U4", d(15, 2, 2024), d(1, 10, 2024), "PLANND"),
        ("K2", d(1, 10, 2024), d(1, 12, 2024), None),
        ("K2", d(1, 2, 2025), None, None),
    ]
    legal = store.table("legal_statuses").filter(person_id="1")
    assert legal.select("legal_status", "date", "end").rows() == [
        ("V2", d(15, 2, 2024), d(14, 8, 2024)),
        ("C2", d(14, 8, 2024), d(1, 12, 2024)),
        ("V2", d(1, 2, 2025), None),
    ]


def test_repairs_are_counted_by_name(returned):
    report, _ = returned()
    episodes = next(f for f in report.files if f.name == "e.csv")
    assert {(f.says.split(";")[0], f.first_rows) for f in episodes.repairs} == {
        ("open, yet REC X1 says another episode follows", (5,)),
        ("open, yet with a reason for ending (REC)", (6,)),
        ("DEC before DECOM", (6,)),
    }
    assert (episodes.rows, episodes.accepted, episodes.repaired) == (5, 3, 2)


def test_scores_count_from_the_last_day_of_the_return(returned):
    report, store = returned()
    assert store.table("sdq_scores").select("score", "date").rows() == [
        (12.0, d(31, 3, 2025))
    ]
    oc2 = next(f for f in report.files if f.name == "o.csv")
    assert [f.says for f in oc2.refusals] == ["no SDQ score in the row"]


def test_people_codes_and_shared_upns(returned):
    report, store = returned()
    assert store.table("persons").select("sex", "ethnicity", "born").rows() == [
        ("F", "WROM", d(1, 3, 2008)),
        ("M", "REFU", d(1, 2, 2010)),
    ]
    header = next(f for f in report.files if f.name == "h.csv")
    assert header.noted[0].says == "one UPN for several children (444, 1520)"
    why = "no indicator reads how a review was held"
    assert f"r.csv: not used (reviews): {why}." in report.warnings
    assert store.coverage["missing_episodes"].covered_from == d(1, 4, 2024)


@pytest.mark.parametrize(
    ("second", "says", "end"),
    [
        ("1,01/06/2024,P,", "open although another episode follows", d(1, 6, 2024)),
        ("1,01/06/2024,S,", "open although another episode follows", d(1, 6, 2024)),
    ],
)
def test_an_open_episode_ends_where_the_next_starts(returned, second, says, end):
    header = "CHILD,DECOM,RNE,LS,PLACE,DEC,REC\n"
    report, store = returned(
        {"e.csv": f"{header}1,01/05/2024,S,V2,U4,,\n{second}V2,U4,,\n"}
    )
    assert store.table("cla_episodes")["end"].to_list() == [end, None]
    assert any(says in f.says for f in report.files[0].repairs)


def test_an_overlap_and_a_gap_after_x1_are_mended(returned):
    header = "CHILD,DECOM,RNE,LS,PLACE,DEC,REC\n"
    rows = "1,01/05/2024,S,V2,U4,10/06/2024,X1\n1,01/06/2024,P,V2,K2,01/07/2024,X1\n1,09/07/2024,P,V2,U4,,\n"
    _, store = returned({"e.csv": header + rows})
    found = store.table("cla_episodes")
    assert found["end"].to_list() == [d(1, 6, 2024), d(9, 7, 2024), None]
    assert found["period_id"].n_unique() == 1


def test_extra_columns_any_order_and_small_letters_are_recognised(returned, tmp_path):
    returned({"x.csv": "year,mis_start,LA,child,missing\n2024,01/05/2024,301,1,A\n"})
    assert recognise(tmp_path / "903") == "ssda903_csv"


def test_two_returns_in_one_folder_are_refused(returned):
    with pytest.raises(ExtractError, match="one return at a time"):
        returned(FILES, **{"m2.csv": FILES["m.csv"]})


def test_social_workers_become_involvements(tmp_path):
    folder = tmp_path / "903"
    folder.mkdir()
    (folder / "h.csv").write_text("CHILD,SEX,DOB,ETHNIC\nC1,2,17/05/2015,WBRI\n")
    (folder / "sw.csv").write_text(
        "\ufeffCHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON\r\n"
        "C1,17/05/2015,SW9,01/05/2024,03/06/2024,SWLAZY\r\n"
        "C1,17/05/2015,SW8,03/06/2024,,\r\n"
    )
    ingest(folder, tmp_path / "store", extract_date=date(2025, 3, 31))
    held = open_store(tmp_path / "store").table("involvements")
    columns = ("person_id", "date", "worker_id", "role", "end")
    assert held.select(columns).rows() == [
        ("C1", date(2024, 5, 1), "SW9", "CW", date(2024, 6, 3)),
        ("C1", date(2024, 6, 3), "SW8", "CW", None),
    ]


@pytest.mark.parametrize("module", OTHER_MODULES)
def test_a_module_that_is_not_used_says_why(tmp_path, module):
    folder = tmp_path / "903"
    folder.mkdir()
    (folder / "h.csv").write_text("CHILD,SEX,DOB,ETHNIC\nC1,2,17/05/2015,WBRI\n")
    columns = OTHER_MODULES[module]
    (folder / "x.csv").write_text(
        f"{','.join(columns)}\n{','.join('1' * len(columns))}\n"
    )
    report = ingest(folder, tmp_path / "store", extract_date=date(2025, 3, 31))
    assert f"x.csv: {why_not_used(module)}" in report.warnings
    assert len(why_not_used(module)) > len(f"not used ({module}): .")


def test_social_workers_do_not_say_how_far_a_return_reaches(tmp_path):
    worker = "CHILD,SW_ID,SW_DECOM,SW_DEC\n1,SW9,01/05/2025,03/06/2025\n"
    folder = tmp_path / "903"
    folder.mkdir()
    (folder / "h.csv").write_text(FILES["h.csv"])
    (folder / "sw.csv").write_text(worker)
    alone = ingest(folder, tmp_path / "alone")
    assert alone.extract_date == date(2025, 6, 3)
    (folder / "e.csv").write_text(FILES["e.csv"])
    beside = ingest(folder, tmp_path / "store")
    assert beside.extract_date == date(2025, 2, 1)

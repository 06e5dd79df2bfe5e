"""Annex A: eight lists of a workbook become case tables, and nothing is made up."""

import json
from datetime import date

import polars as pl
import pytest
import xlsxwriter

from riskaid.errors import ExtractError
from riskaid.records.ingest import ingest, recognise
from riskaid.records.store import open_store

DAY = date(2025, 3, 31)
WHO = ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age"]
DISABLED = "Does the Child have a Disability"
TEAM = ["Allocated Team", "Allocated Worker"]
HEADERS = {
    "List 1": [*WHO, "Date of Contact", "Contact Source"],
    "List 2": [
        *WHO,
        "Assessment start date",
        "Assessment completion date",
        "Organisation completing assessment",
    ],
    "List 3": [
        *WHO,
        "Date of Referral",
        "Referral Source",
        "Referral NFA?",
        "Number of Referrals in Last 12 Months",
        *TEAM,
    ],
    "List 4": [
        *WHO,
        DISABLED,
        "Continuous Assessment Start Date",
        "Child Seen During Continuous Assessment",
        "Continuous Assessment Date of Authorisation",
        "Was the child assessed as requiring LA children's social care support?",
        *TEAM,
    ],
    "List 5": [
        *WHO,
        DISABLED,
        "Strategy discussion initiating Section 47 Enquiry Start Date",
        "Was an Initial Child Protection Conference deemed unnecessary?",
        "Date of Initial Child Protection Conference",
        "Did the Initial Child Protection Conference Result in a Child Protection Plan",
        *TEAM,
    ],
    "List 6": [
        *WHO,
        DISABLED,
        "CIN Start Date",
        "Primary Need Code",
        "Date Child Was Last Seen",
        "CIN Closure Date",
        "Reason for Closure",
        "Case Status",
        *TEAM,
    ],
    "List 7": [
        *WHO,
        DISABLED,
        "Child Protection Plan Start Date",
        "Initial Category of Abuse",
        "Latest Category of Abuse",
        "Date of the Last Statutory Visit",
        "Was the Child Seen Alone?",
        "Child Protection Plan End Date",
        "Number of Previous Child Protection Plans",
        *TEAM,
    ],
    "List 8": [
        *WHO,
        DISABLED,
        "Date Started to be Looked After",
        "Child's Category of Need",
        "Start date of current legal status",
        "Child's Legal Status",
        "Date Ceased to be Looked After",
        "Reason Ceased to be Looked After",
        "Start Date of Most Recent Placement",
        "Placement Type",
        "Placement postcode",
        "Number of Episodes the Child has been ‘Missing’ from their Placement in the last 12 months",
        *TEAM,
    ],
}
ANNA = ["101", "b) Female", "a) WBRI", date(2015, 5, 17), 9]
BEN = [102, "a) Male", "n) BCRB", date(2018, 6, 2), 6]
STAFF = ["TeamX", "WorkerX"]


day = date


ROWS = {
    "List 1": [
        [*ANNA, day(2024, 10, 3), "q) 6: Police"],
        [*BEN, "05/11/2024", "a) 1A: Individual"],
        [*BEN, 45_600, "12345"],
    ],
    "List 2": [[*BEN, day(2024, 9, 1), day(2024, 10, 20), "SchoolX"]],
    "List 3": [
        [*ANNA, day(2024, 10, 4), "q) 6: Police", "b) No", 2, *STAFF],
        [*BEN, day(2024, 11, 6), "a) 1A: Individual", "a) Yes", 1, *STAFF],
    ],
    "List 4": [
        [*ANNA, "a) Yes", day(2024, 10, 5), "a) Yes", day(2024, 11, 1), "a) Yes", *STAFF],
        [*BEN, "c) Unknown", day(2025, 3, 1), "b) No", None, None, *STAFF],
    ],
    "List 5": [
        [*ANNA, "a) Yes", day(2024, 10, 8), "b) No", day(2024, 10, 22), "a) Yes", *STAFF],
        [*ANNA, "a) Yes", day(2024, 10, 9), "b) No", day(2024, 10, 22), "a) Yes", *STAFF],
        [*BEN, "b) No", day(2024, 12, 1), "a) Yes", None, None, *STAFF],
    ],
    "List 6": [
        [*ANNA, "a) Yes", day(2024, 10, 4), "N1 - Abuse or neglect", day(2025, 3, 20),
         None, None, "b) Child Protection plan", *STAFF],
        [*BEN, "b) No", day(2019, 1, 7), "N4 - Family in acute stress", day(2025, 2, 1),
         day(2025, 2, 3), "RC8 - Case closed after assessment, no further action",
         "e) Closed episode", *STAFF],
    ],
    "List 7": [
        [*ANNA, "a) Yes", day(2024, 10, 22), "a) Neglect", "d) Emotional abuse",
         day(2025, 3, 20), "a) Yes", None, 0, *STAFF],
        [*BEN, "b) No", day(2023, 1, 10), "Physical", "Physical", day(2024, 11, 20),
         "b) No", day(2024, 12, 2), 1, *STAFF],
    ],
    "List 8": [
        [*BEN, "b) No", day(2024, 12, 2), "N1 - Abuse or neglect", day(2024, 12, 9),
         "C2: FCO", day(2025, 1, 30), "E3: Care taken over by another LA",
         day(2024, 12, 20), "f) U6: Foster placement - not FFA", "AA1 1AA", 3, *STAFF],
    ],
}  # fmt: skip


def workbook(path, lists=ROWS, *, headers=HEADERS, above=(), hidden=(), extra=()):
    """Write lists, one a sheet; dates as Excel's dates."""
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in {**dict(extra), **lists}.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            table = [*above, *([headers[name]] if name in headers else []), *rows]
            for at, row in enumerate(table):
                for place, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(at, place, cell, dates)
                    elif isinstance(cell, str):
                        sheet.write_string(at, place, cell)
                    elif cell is not None:
                        sheet.write_number(at, place, cell)
    return path


@pytest.fixture
def taken(tmp_path):
    """Write a workbook and take it in; give the report and the store."""

    def run(lists=ROWS, *, path=None, **how):
        path = path or workbook(tmp_path / "inspection.xlsx", lists, **how)
        report = ingest(path, tmp_path / "store", extract_date=DAY)
        return report, open_store(tmp_path / "store")

    return run


def rows(store, table, *columns):
    return store.table(table).select("person_id", *columns).rows()


def test_every_list_becomes_the_case_tables_it_can(taken):
    report, store = taken()
    d = date
    assert (report.kind, report.name) == ("annex_a", "annex a")
    assert rows(store, "persons", "born", "sex", "ethnicity") == [
        ("101", d(2015, 5, 1), "F", "WBRI"),
        ("102", d(2018, 6, 1), "M", "BCRB"),
    ]
    assert rows(store, "disabilities", "code") == [("101", "YES"), ("102", "NONE")]
    assert rows(store, "contacts", "date", "source_code") == [
        ("101", d(2024, 10, 3), "6"),
        ("102", d(2024, 11, 4), None),
        ("102", d(2024, 11, 5), "1A"),
    ]
    assert rows(store, "early_help", "date", "end") == [
        ("102", d(2024, 9, 1), d(2024, 10, 20))
    ]
    assert rows(
        store, "referrals", "date", "source_code", "no_further_action", "primary_need",
        "end", "close_reason",
    ) == [
        ("101", d(2024, 10, 4), "6", "no", "N1", None, None),
        ("102", d(2019, 1, 7), None, None, "N4", d(2025, 2, 3), "RC8"),
        ("102", d(2024, 11, 6), "1A", "yes", None, None, None),
    ]  # fmt: skip
    assert rows(store, "assessments", "date", "end", "child_seen") == [
        ("101", d(2024, 10, 5), d(2024, 11, 1), "yes"),
        ("102", d(2025, 3, 1), None, "no"),
    ]
    assert rows(store, "s47_enquiries", "date", "conference_decided") == [
        ("101", d(2024, 10, 8), "yes"),
        ("101", d(2024, 10, 9), "yes"),
        ("102", d(2024, 12, 1), "no"),
    ]
    assert rows(store, "icpcs", "date", "plan_made") == [
        ("101", d(2024, 10, 22), "yes")
    ]
    assert rows(store, "cin_visits", "date", "child_seen") == [
        ("102", d(2025, 2, 1), "yes")
    ]
    assert rows(
        store, "cp_plans", "date", "end", "initial_category", "latest_category"
    ) == [
        ("101", d(2024, 10, 22), None, "NEG", "EMO"),
        ("102", d(2023, 1, 10), d(2024, 12, 2), "PHY", "PHY"),
    ]
    assert rows(store, "cp_visits", "date", "seen_alone") == [
        ("101", d(2025, 3, 20), "yes"),
        ("102", d(2024, 11, 20), "no"),
    ]
    assert rows(
        store, "cla_episodes", "date", "end", "need", "start_reason", "end_reason"
    ) == [("102", d(2024, 12, 2), d(2025, 1, 30), "N1", "S", "E3")]
    assert rows(store, "placements", "date", "end", "placement_type") == [
        ("102", d(2024, 12, 20), d(2025, 1, 30), "U6")
    ]
    assert rows(store, "legal_statuses", "date", "end", "legal_status") == [
        ("102", d(2024, 12, 9), d(2025, 1, 30), "C2")
    ]
    assert not store.has("missing_episodes")


def file_of(report, name):
    return next(f for f in report.files if f.name.endswith(name))


def test_every_row_of_every_list_is_accounted_for(taken):
    report, _ = taken()
    assert len(report.files) == len(ROWS)
    for name, lines in ROWS.items():
        one = file_of(report, name)
        assert one.rows == len(lines)
        assert one.accepted + one.repaired + one.refused == one.rows
        assert one.refused == 0
    (unread,) = file_of(report, "List 1").repairs
    assert (unread.says.split("'")[1], unread.first_rows) == ("source_code", (4,))
    (twice,) = file_of(report, "List 5").repairs
    assert "same conference" in twice.says
    assert twice.first_rows == (3,)


def test_staff_teams_postcodes_and_counts_never_enter(taken, tmp_path):
    _, store = taken()
    for path in (tmp_path / "store").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for word in (b"WorkerX", b"TeamX", b"AA1 1AA", b"SchoolX"):
                assert word not in content, path.name
    assert not store.has("involvements")


def test_lists_cover_what_they_hold_and_no_day_more(taken):
    report, _ = taken()
    first = {t.name: t.covered_from for t in report.tables}
    d = date
    assert first["contacts"] == d(2024, 10, 3)
    assert first["referrals"] == d(2024, 10, 4)  # list 3, not list 6's 2019
    assert first["early_help"] == d(2024, 10, 20)
    assert first["assessments"] == d(2024, 11, 1)
    assert first["s47_enquiries"] == d(2024, 12, 1)
    assert first["cp_plans"] == d(2024, 12, 2)  # and not 2023, when one began
    assert first["cla_episodes"] == d(2025, 1, 30)
    for latest in ("cp_visits", "cin_visits", "placements", "legal_statuses"):
        assert first[latest] == DAY
    assert {t.covered_to for t in report.tables} == {DAY}


def test_what_the_council_declares_counts_before_what_the_rows_show(tmp_path):
    (tmp_path / "a").mkdir()
    workbook(tmp_path / "a/annex.xlsx")
    facts = {"extract_date": "2025-03-31", "covered_from": "2024-09-30", "name": "X"}
    (tmp_path / "a/extract.json").write_text(json.dumps(facts))
    report = ingest(tmp_path / "a", tmp_path / "store")
    first = {t.name: t.covered_from for t in report.tables}
    assert (report.name, report.extract_date) == ("X", DAY)
    assert first["cp_plans"] == first["contacts"] == date(2024, 9, 30)
    assert first["cp_visits"] == DAY


def test_without_list_3_nothing_is_claimed_about_referrals(taken):
    report, store = taken({"List 6": ROWS["List 6"]})
    (referrals,) = [t for t in report.tables if t.name == "referrals"]
    assert referrals.covered_from == DAY
    assert store.table("referrals").height == 2
    assert any("list 3" in w for w in report.warnings)


def test_notes_case_breaks_and_extra_columns_are_no_hindrance(taken):
    plain = taken()[1]
    expected = {n: plain.table(n).drop("source", "source_row") for n in plain.coverage}
    headers = {
        name: ["Local note", *(f" {h.upper()}\n ?" for h in reversed(columns))]
        for name, columns in HEADERS.items()
    }
    lists = {
        name: [["any", *reversed(row)] for row in lines]
        for name, lines in reversed(ROWS.items())
    }
    lists = {f"Tab {n}": rows for n, rows in lists.items()}
    headers = {f"Tab {n}": h for n, h in headers.items()}
    report, store = taken(
        lists,
        headers=headers,
        above=[["Annex A of the council"], [], ["Made on the last day"]],
        hidden=["Tab List 7"],
        extra=[("Notes", [["Read me", "first"]])],
    )
    assert any("List 7 stands on a hidden sheet" in w for w in report.warnings)
    assert any("1 sheet(s) hold no list" in w for w in report.warnings)
    for table, frame in expected.items():
        assert store.table(table).drop("source", "source_row").equals(frame), table


def test_the_same_lists_as_csv_files_give_the_same_tables(taken, tmp_path):
    plain = taken()[1]
    expected = {n: plain.table(n).drop("source", "source_row") for n in plain.coverage}
    folder = tmp_path / "lists"
    folder.mkdir()
    for name, lines in ROWS.items():
        frame = pl.DataFrame(
            [[None if c is None else str(c) for c in row] for row in lines],
            schema=HEADERS[name],
            orient="row",
        )
        frame.write_csv(folder / f"{name}.csv")
    assert recognise(folder) == "annex_a"
    ingest(folder, tmp_path / "other", extract_date=DAY)
    store = open_store(tmp_path / "other")
    for table, frame in expected.items():
        assert store.table(table).drop("source", "source_row").equals(frame), table


def test_one_child_in_many_lists_is_one_person_and_differences_are_counted(taken):
    other = ["102", "b) Female", "s) REFU", date(2018, 6, 3), 6]
    unsure = ["103", "c) Not stated/recorded", "Not obtained", None, None]
    sure = ["103", "M", "White British", date(2016, 1, 2), None]
    lists = {
        "List 1": [
            [*other, date(2024, 10, 3), "6"],
            [*unsure, date(2024, 10, 4), "6"],
            [*sure, date(2024, 10, 5), "6"],
        ],
        "List 4": [[*other, "a) Yes", date(2024, 10, 5), None, None, None, *STAFF]],
        "List 8": ROWS["List 8"],
    }
    report, store = taken(lists)
    assert rows(store, "persons", "born", "sex", "ethnicity") == [
        ("102", date(2018, 6, 1), "M", "BCRB"),
        ("103", date(2016, 1, 1), "M", "WBRI"),
    ]
    assert rows(store, "disabilities", "code") == [("102", "YES")]
    found = {
        (f.name[-6:], n.says.split("'")[1], n.first_rows)
        for f in report.files
        for n in f.noted
        if "differs" in n.says
    }
    assert found == {
        ("List 1", "born", (2,)), ("List 1", "sex", (2,)),
        ("List 1", "ethnicity", (2,)), ("List 4", "born", (2,)),
        ("List 4", "sex", (2,)), ("List 4", "ethnicity", (2,)),
        ("List 8", "disability", (2,)),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("disabled", "kept"),
    [
        ("a) Yes", ["YES"]),
        ("b) No", ["NONE"]),
        ("c) Unknown", []),
        ("Refused", ["REFU"]),
        ("NOBT - Information not yet obtained", ["NOBT"]),
        (None, []),
        ("AUT", ["AUT"]),
    ],
)
def test_a_disability_is_recorded_denied_or_not_known(taken, disabled, kept):
    row = [*ANNA, disabled, date(2024, 10, 5), "a) Yes", None, None, *STAFF]
    _, store = taken({"List 4": [row]})
    assert store.table("disabilities")["code"].to_list() == kept


@pytest.mark.parametrize(
    ("referrals", "start", "joined"),
    [
        ([("2025-01-06", "No")], date(2025, 1, 6), [date(2025, 1, 6)]),
        ([("2025-01-06", "No")], date(2025, 2, 7), [date(2025, 1, 6)]),
        ([("2025-01-06", "No")], date(2025, 3, 11), [None]),
        ([("2025-01-06", "Yes")], date(2025, 2, 7), [None]),
        (
            [("2025-01-06", "No"), ("2025-01-20", "No")],
            date(2025, 2, 7),
            [date(2025, 1, 20)],
        ),
    ],
)
def test_an_episode_of_need_belongs_to_the_referral_that_led_to_it(
    taken, referrals, start, joined
):
    told = [[*ANNA, day, "6", nfa, 1, *STAFF] for day, nfa in referrals]
    need = [[*ANNA, None, start, "N1", None, None, None, None, *STAFF]]
    report, store = taken({"List 3": told, "List 6": need})
    table = store.table("referrals")
    with_need = table.filter(pl.col("primary_need") == "N1")
    assert with_need["date"].to_list() == [joined[0] or start]
    assert table.height == len(told) + (joined[0] is None)
    assert file_of(report, "List 6").accepted == 1


def test_lists_of_children_who_left_care_give_persons_only(taken):
    headers = {
        "List 9": [
            *WHO,
            DISABLED,
            "Eligibility Category",
            "Latest Pathway Plan Review Date",
        ],
        "List 11": ["Individual adopter identifier", "Gender", "Date enquiry received"],
    }
    lists = {
        "List 9": [[*ANNA, "a) Yes", "a) Relevant child", date(2025, 1, 2)]],
        "List 11": [["A1", "b) Female", date(2025, 1, 2)]],
    }
    report, store = taken(
        {**lists, "List 1": ROWS["List 1"]}, headers={**HEADERS, **headers}
    )
    assert store.table("persons").height == 2
    assert "A1" not in store.table("persons")["person_id"].to_list()
    assert file_of(report, "List 9").accepted == 1
    assert file_of(report, "List 11").read_as == "not used"
    for name in headers:
        assert any(w.startswith(f"{name} is ") for w in report.warnings)


def test_a_blank_row_with_an_age_is_no_row_and_a_total_is_no_child(taken):
    lines = [
        *ROWS["List 1"],
        [None, None, None, None, 125, None, None],
        ["Total: 3", None, None, None, None, None, None],
    ]
    report, store = taken({"List 1": lines})
    assert file_of(report, "List 1").rows == len(ROWS["List 1"]) + 1
    assert file_of(report, "List 1").refused == 1
    assert store.table("persons").height == 2


def test_two_sheets_of_one_list_are_refused_and_a_hidden_copy_is_not_used(
    taken, tmp_path
):
    twice = {"List 1": ROWS["List 1"], "Copy": ROWS["List 1"][:1]}
    headers = {**HEADERS, "Copy": HEADERS["List 1"]}
    with pytest.raises(ExtractError, match="List 1 stands there twice"):
        taken(twice, headers=headers)
    report, store = taken(twice, headers=headers, hidden=["Copy"])
    assert store.table("contacts").height == 3
    assert any("hidden second List 1" in w for w in report.warnings)


def test_a_workbook_without_a_list_is_refused_with_what_was_looked_for(taken):
    with pytest.raises(ExtractError, match="no sheet holds a list"):
        taken({"Notes": [["Hello"]]}, headers={})


def test_an_identifier_in_place_of_a_child_id_is_refused(taken):
    lines = [["9434765919", *ANNA[1:], date(2024, 10, 3), "6"]]
    with pytest.raises(ExtractError, match="NHS numbers") as caught:
        taken({"List 1": lines})
    assert "9434765919" not in str(caught.value)


def test_the_next_annex_a_continues_the_one_before(taken, tmp_path):
    taken()
    lists = {**ROWS, "List 1": ROWS["List 1"][1:]}
    path = workbook(tmp_path / "next.xlsx", lists)
    report = ingest(path, tmp_path / "store", extract_date=date(2025, 4, 30))
    assert {t.name: t.new for t in report.tables if t.new} == {}
    contacts = open_store(tmp_path / "store").table("contacts")
    assert contacts["known_until"].null_count() == 3  # it left as the window moved


def test_days_counted_from_1904_are_the_same_days_as_dates_and_as_numbers(
    taken, tmp_path
):
    path = tmp_path / "mac.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADERS["List 1"])
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        for row, shown in ((1, dates), (2, None)):
            sheet.write_row(row, 0, [f"C{row}", "M", "WBRI", "17/05/2015", 9])
            sheet.write_datetime(row, 5, date(2024, 10, 3), shown)
            sheet.write(row, 6, "6")
    _, store = taken(path=path)
    assert store.table("contacts")["date"].to_list() == [date(2024, 10, 3)] * 2

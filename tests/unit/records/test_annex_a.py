"""Annex A: eight lists of a workbook become case tables, and nothing is made up."""

from datetime import date

import pytest
import xlsxwriter

from riskaid.records.ingest import ingest
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

from datetime import date

import polars as pl
import pytest

from riskaid.records import values


def read(function, *texts):
    return function(pl.Series("column", texts, dtype=pl.String))


@pytest.mark.parametrize(
    "text",
    [
        "2024-12-10 00:00:00.000",
        "2024-12-10",
        "2024-12-10T08:15:00Z",
        "10/12/2024",
        "10/12/2024 13:45",
        "10-12-2024",
        "10.12.2024",
        " 10/12/2024 ",
        "20241210",
        "10 Dec 2024",
        "10-December-2024",
        "45636",
        "45636.5",
    ],
)
def test_every_way_a_case_system_writes_a_date_is_the_same_date(text):
    assert read(values.dates, text).values.to_list() == [date(2024, 12, 10)]


@pytest.mark.parametrize(
    "text", ["12/25/2024", "ZZ/05/2021", "2024-13-01", "soon", "0099-01-01"]
)
def test_the_month_is_never_read_first_and_nonsense_is_unreadable(text):
    parsed = read(values.dates, text)
    assert parsed.values.to_list() == [None]
    assert parsed.unreadable.to_list() == [True]


def test_an_ambiguous_date_is_day_first():
    assert read(values.dates, "03/04/2024").values.to_list() == [date(2024, 4, 3)]


def test_fillers_are_null_and_counted_but_blanks_are_only_null():
    parsed = read(
        values.dates, "1900-01-01", "9999-12-31", "NULL", "", None, "2024-01-01"
    )
    assert parsed.values.null_count() == 5
    assert parsed.fillers == 3
    assert not parsed.unreadable.any()


def test_a_given_format_is_tried_first():
    parsed = values.dates(pl.Series(["03.04.24"]), ["%d.%m.%y"])
    assert parsed.values.to_list() == [date(2024, 4, 3)]


def test_flags_keep_not_known_apart_from_no():
    parsed = read(values.flags, "Y", "true", "1", "N", "0", "F", "NA", None, "maybe")
    assert parsed.values.to_list() == [
        *["yes"] * 3, *["no"] * 3, "not_applicable", None, None,
    ]  # fmt: skip
    assert parsed.unreadable.to_list() == [False] * 8 + [True]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Refused", "refused"),
        ("Child declined", "refused"),
        ("REFU", "refused"),
        ("Not yet obtained", "not_yet_obtained"),
        ("NOBT", "not_yet_obtained"),
        ("N/A", "not_applicable"),
        ("Not applicable", "not_applicable"),
    ],
)
def test_answers_that_are_neither_yes_nor_no_are_kept_apart(text, answer):
    assert read(values.flags, text).values.to_list() == [answer]


@pytest.mark.parametrize("text", ["Unknown", "not recorded", "#N/A", "NULL", "SSD_PH"])
def test_not_recorded_is_empty_and_counted(text):
    parsed = read(values.flags, text)
    assert (parsed.values.to_list(), parsed.fillers) == ([None], 1)
    assert not parsed.unreadable.any()


def test_ids_lose_fillers_and_spreadsheet_decimals():
    parsed = read(values.ids, "0", "-1", "123.0", " A1 ", "#N/A", "SSD_PH", "*DUMMY*")
    assert parsed.values.to_list() == [None, None, "123", "A1", None, None, None]
    assert parsed.fillers == 5


def test_numbers_keep_minus_one_and_refuse_infinity():
    parsed = read(values.numbers, "1,200", "-1", "3.5", "inf", "x", "NULL")
    assert parsed.values.to_list() == [1200.0, -1.0, 3.5, None, None, None]
    assert parsed.unreadable.to_list() == [False, False, False, True, True, False]


def test_only_the_first_half_of_a_postcode_is_kept():
    parsed = read(values.outcodes, "EG19 7TT", "wv279fw", "E1", "XXXX", "no postcode")
    assert parsed.values.to_list() == ["EG19", "WV27", "E1", None, None]


def test_text_too_long_to_be_a_code_never_enters():
    parsed = values.codes(pl.Series(["x" * 81, "short"]), lambda s: s)
    assert parsed.values.to_list() == [None, "short"]


def test_a_column_without_any_text_keeps_its_length():
    assert read(values.dates, None, None).values.dtype == pl.Date
    assert len(read(values.flags, None, "")[0]) == 2


@pytest.mark.parametrize(
    "broken",
    ['{"NFA_FLAG":"Y"}', '{"COMMENTS":"she said "no"","NFA_FLAG": "Y"', "NFA_FLAG:Y,"],
)
def test_an_answer_is_found_in_broken_json(broken):
    assert values.json_flag(pl.Series([broken]), "NFA_FLAG").to_list() == ["Y"]


@pytest.mark.parametrize("text", ["-1", "0", "00", "0.0", "none", "SSD_PH", "#12", " "])
def test_no_filler_looks_like_an_id_that_is_taken_as_it_is(text):
    column = ["C1", text, None, "C2"]
    parsed = read(values.ids, *column)
    assert parsed.values.to_list()[:1] == ["C1"]
    assert parsed.values.to_list()[2:] == [None, "C2"]
    kept = text if text == "00" else None
    assert parsed.values.to_list()[1] == kept
    assert parsed.fillers == (kept is None and bool(text.strip()))


def test_odd_ids_are_tidied_among_plain_ones_and_the_column_given_stays():
    given = pl.Series("id", ["C1", " C 2 ", "123.0", "a-0", "0_1", "{A1}", "C\u00a01"])
    before = given.to_list()
    assert values.ids(given).values.to_list() == [
        *["C1", "C 2", "123", "a-0", "0_1", "{A1}", "C 1"],
    ]
    assert given.to_list() == before


def test_each_text_is_counted_as_often_as_it_stands():
    parsed = read(values.dates, *["NULL", "soon", "2024-01-01"] * 3, "1900-01-01")
    assert parsed.fillers == 4
    assert parsed.unreadable.to_list() == [*[False, True, False] * 3, False]


@pytest.mark.parametrize("times", [1, 50])
def test_a_text_is_read_the_same_however_often_it_stands(times):
    texts = [*["2024-12-10", "", None, "-1", "13/25/2024", "10/12/2024"] * times, "x"]
    found = read(values.dates, *texts)
    day = date(2024, 12, 10)
    assert found.values.to_list() == [*[day, None, None, None, None, day] * times, None]
    assert found.values.name == "column"
    assert found.fillers == times
    assert found.unreadable.sum() == times + 1

"""No text of a table that riskaid writes is run as a formula by a spreadsheet."""

import io
from datetime import datetime

import polars as pl
import pytest

from riskaid.sheet import safe_text, safe_texts, write_csv

MIDNIGHT = datetime(2026, 3, 31)  # noqa: DTZ001 - extracts have no zone
RUN = [
    "=1+1", "+SUM(1)", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0",
    " =1", "-", "+", "=", "@", "-1a", "+44 1632 960000", "1e5=".replace("1e5", "-1e5"),
]  # fmt: skip
HARMLESS = [
    "", "a=b", "1", "-1", "+1", "-0.5", "-1,5", "N6", "2024-12-10", "a-b", "'=1", "x@y",
    "C0000001", "NULL",
]  # fmt: skip


@pytest.mark.parametrize("text", RUN)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert safe_text(text) == "'" + text


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_and_codes_stay_as_they_are(text):
    assert safe_text(text) == text


def test_whole_columns_are_treated_as_single_texts_are():
    texts = [*RUN, *HARMLESS]
    frame = pl.DataFrame({"=a": [*texts, None], "n": [-1] * (len(texts) + 1)})
    safe = safe_texts(frame)
    assert safe.columns == ["'=a", "n"]
    assert safe["'=a"].to_list() == [*map(safe_text, texts), None]
    assert safe["n"].to_list() == frame["n"].to_list()
    only_numbers = pl.DataFrame({"n": [1, -2]})
    assert safe_texts(only_numbers).equals(only_numbers)


def test_a_table_is_written_with_its_numbers_and_times():
    held = io.BytesIO()
    frame = pl.DataFrame({"a": ["=1", "-1"], "n": [-1.5, None], "t": [MIDNIGHT, None]})
    write_csv(frame, held)
    write_csv(frame.head(1), held, header=False)
    assert held.getvalue().decode() == (
        "a,n,t\n'=1,-1.5,2026-03-31 00:00:00.000\n-1,,\n"
        "'=1,-1.5,2026-03-31 00:00:00.000\n"
    )

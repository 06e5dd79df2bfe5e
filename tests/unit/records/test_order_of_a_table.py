"""A stored table has one order, whatever order its rows came in."""

from datetime import date

import polars as pl
import pytest

from riskaid.records.schema import arrange, as_stored, stored_columns

ROWS = {
    "person_id": ["C2", "C1", "C1", "C1", None],
    "date": [date(2025, 1, 1), None, date(2025, 2, 1), date(2025, 2, 1), None],
    "episode_type": ["M", None, "M", "M", "M"],
    "known_from": [date(2025, 3, 1)] * 5,
    "source_row": [2, 3, 4, 5, 6],
}


@pytest.mark.parametrize(
    "source",
    [
        ["s/a"] * 5,
        ["s/b", "s/a", None, "s/a", "s/b"],
        ["s/b", "s/b", "s/b", "s/a", "s/a"],
    ],
)
@pytest.mark.parametrize("how", [["recorded"] * 5, [None] * 5])
def test_columns_that_say_one_thing_change_nothing(source, how):
    rows = pl.DataFrame({**ROWS, "source": source, "known_how": how})
    table = "missing_episodes"
    twice = pl.concat([rows, rows.reverse()])
    whole = as_stored(table, twice).sort(list(stored_columns(table)))
    assert arrange(table, twice).equals(whole)
    assert arrange(table, twice.reverse()).equals(whole)


def test_rows_that_say_one_thing_stay():
    rows = pl.DataFrame({"person_id": ["C1"] * 3, "source": ["s/a"] * 3})
    same = arrange("missing_episodes", rows)
    assert same["person_id"].to_list() == ["C1"] * 3
    assert list(same.columns) == list(stored_columns("missing_episodes"))
    assert arrange("missing_episodes", rows.clear()).is_empty()

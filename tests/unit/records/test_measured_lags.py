"""How late rows really were known, measured only where a source shows it."""

import json
from datetime import date, timedelta

import polars as pl
import pytest

from riskaid.records.delays import delays_text, measure
from riskaid.records.ingest import ingest
from riskaid.records.schema import arrange
from riskaid.records.tables import TABLES

DAY = date(2025, 1, 1)


def suspensions(days, how="recorded", source="feeds/s.csv"):
    return [
        {
            "person_id": f"C{n}-{how}-{source}",
            "date": DAY,
            "known_from": DAY + timedelta(days=d),
            "known_how": how,
            "source": source,
        }
        for n, d in enumerate(days)
    ]


def table(*rows, name="suspensions"):
    return {name: arrange(name, pl.DataFrame([r for some in rows for r in some]))}


def test_the_percentiles_are_days_that_somebody_waited():
    (found,) = measure(table(suspensions(range(1, 101))), "feeds")
    assert (found.rows, found.median, found.ninth, found.most) == (100, 50, 90, 99)
    assert found.declared == TABLES["suspensions"].lag_days == 14
    assert found.later == pytest.approx(0.86)
    assert found.too_short
    assert "suspensions: the declared lag (14) is too short" in delays_text((found,))


def test_a_declared_lag_that_reaches_nine_in_ten_is_long_enough():
    (found,) = measure(table(suspensions([*[14] * 90, *[60] * 10])), "feeds")
    assert (found.ninth, found.most, found.later) == (14, 60, 0.1)
    assert not found.too_short
    assert "too short" not in delays_text((found,))


def test_declared_lags_measure_nothing_and_other_sources_are_theirs():
    rows = table(
        suspensions([1] * 6),
        suspensions([400] * 20, how="declared_lag"),
        suspensions([300] * 20, source="feeds b/s.csv"),
    )
    (found,) = measure(rows, "feeds")
    assert (found.rows, found.most) == (6, 1)


@pytest.mark.parametrize(
    ("days", "later"),
    [([1] * 20 + [99] * 5, None), ([1] * 5 + [99] * 20, None), ([1] * 20, 0.0)],
)
def test_counts_of_one_to_five_are_not_shown(days, later):
    (found,) = measure(table(suspensions(days)), "feeds")
    assert found.later == later
    assert ("not shown" in delays_text((found,))) is (later is None)


def test_fewer_than_six_rows_and_undated_tables_are_not_measured():
    assert measure(table(suspensions([1] * 5)), "feeds") == ()
    undated = [{**row, "date": None} for row in suspensions([1] * 9, how="first_seen")]
    assert measure(table(undated, name="disabilities"), "feeds") == ()
    assert "none" in delays_text(())


def missing(n, ends=()):
    head = (
        "miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type,"
        "miss_missing_episode_end_date\n"
    )
    lines = [f"C{i},2026-03-{i:02},M,{'2026-03-28' * (i in ends)}" for i in range(1, n)]
    return {"missing.csv": head + "\n".join(lines) + "\n"}


def test_a_row_that_only_changed_in_a_later_extract_is_not_late(ssd, tmp_path):
    store = tmp_path / "store"
    ingest(ssd(missing(11), "2026-03-12", name="a"), store)
    changed = missing(21, ends=range(1, 11))
    report = ingest(ssd(changed, "2026-03-29", name="b"), store)
    (found,) = report.delays
    assert found.table == "missing_episodes"
    assert found.rows == 10
    assert found.most == 29 - 11


def test_the_report_stands_in_quality_json_and_a_second_time_changes_nothing(
    ssd, tmp_path
):
    store = tmp_path / "store"
    ingest(ssd(missing(2), "2026-03-02", name="a"), store)
    late = ssd(missing(21), "2026-03-31", name="b")
    report = ingest(late, store)
    text = (store / "quality.json").read_text()
    first, second = (one["lags"] for one in json.loads(text)["ingests"])
    assert first == []
    assert second == [d.to_json() for d in report.delays]
    assert second[0]["rows"] == 19
    assert second[0]["declared_too_short"] is True
    assert ingest(late, store).delays == report.delays
    assert (store / "quality.json").read_text() == text

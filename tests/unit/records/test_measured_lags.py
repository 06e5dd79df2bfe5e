"""How late rows really were known, measured only where a source shows it."""

import json
from datetime import date, timedelta

import polars as pl
import pytest

from riskaid.records.delays import Basis, delays_text
from riskaid.records.delays import measure as measured
from riskaid.records.ingest import ingest
from riskaid.records.schema import arrange
from riskaid.records.tables import TABLES

DAY = date(2025, 1, 1)
BEFORE = date(2024, 1, 1)


def measure(tables, source):
    """Measure tables whose first extract was long before every row."""
    return measured(
        tables,
        source,
        {
            name: Basis(
                first_extract=BEFORE,
                covered_from=BEFORE,
                declared=TABLES[name].lag_days,
                now=rows,
            )
            for name, rows in tables.items()
        },
    )


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
    rows, ends = report.delays
    assert (rows.table, rows.group) == ("missing_episodes", None)
    assert rows.rows == 10
    assert rows.most == 29 - 11
    assert (ends.table, ends.group, ends.rows) == ("missing_episodes", "end", 10)
    assert (ends.median, ends.most) == (1, 1)


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


HEAD = (
    "miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type,"
    "miss_missing_episode_end_date,miss_missing_rhi_offered,miss_missing_rhi_accepted\n"
)


def nights(ssd, store, *extracts):
    """Ingest extracts of missing episodes by day; give the last report."""
    for day, lines in extracts:
        files = {"missing.csv": HEAD + "".join(f"{line}\n" for line in lines)}
        report = ingest(ssd(files, day, name=day), store)
    return {d.name: d for d in report.delays}


def episodes(who, end="", rhi=""):
    return [f"C{n},2026-03-0{n % 9 + 1},M,{end},{rhi}," for n in who]


def test_each_group_of_columns_is_measured_from_the_extract_that_first_had_it(
    ssd, tmp_path
):
    found = nights(
        ssd,
        tmp_path / "store",
        ("2026-03-10", episodes(range(40))),
        ("2026-03-12", episodes(range(40), end="2026-03-11")),
        ("2026-03-20", episodes(range(40), end="2026-03-11", rhi="Y")),
    )
    assert set(found) == {"missing_episodes: end", "missing_episodes: rhi"}
    end, rhi = found["missing_episodes: end"], found["missing_episodes: rhi"]
    assert (end.rows, end.declared, end.ninth, end.most) == (40, 1, 1, 1)
    assert not end.too_short
    assert (rhi.rows, rhi.declared, rhi.median) == (40, 14, 9)
    assert not rhi.too_short


def test_a_group_whose_declared_lag_is_too_short_is_warned_of(ssd, tmp_path):
    found = nights(
        ssd,
        tmp_path / "store",
        ("2026-03-10", episodes(range(40))),
        ("2026-03-20", episodes(range(40), end="2026-03-11")),
    )
    text = delays_text(tuple(found.values()))
    assert "missing_episodes: end: the declared lag (1) is too short" in text
    assert "within 9 days" in text


def test_what_was_filled_in_the_first_extract_or_only_corrected_is_not_measured(
    ssd, tmp_path
):
    found = nights(
        ssd,
        tmp_path / "store",
        ("2026-03-12", episodes(range(40), end="2026-03-11", rhi="N")),
        ("2026-03-25", episodes(range(40), end="2026-03-10", rhi="Y")),
    )
    assert found == {}


def test_an_end_first_seen_with_its_row_is_measured_and_one_without_a_date_is_not(
    ssd, tmp_path
):
    head = (
        "cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_latest_category,"
        "cppl_cp_plan_end_date\n"
    )
    later = [f"C{n},2026-03-11,NEG,2026-03-12" for n in range(7)]
    later += [f"D{n},2026-03-11,NEG," for n in range(7)]
    for day, lines in (("2026-03-10", ["E1,2026-01-01,NEG,"]), ("2026-03-20", later)):
        files = {"p.csv": head + "".join(f"{line}\n" for line in lines)}
        report = ingest(ssd(files, day, name=day), tmp_path / "store")
    found = {d.name: (d.rows, d.most) for d in report.delays}
    assert found == {"cp_plans": (14, 9), "cp_plans: end": (7, 8)}


def test_rows_of_a_longer_window_are_not_late(ssd, tmp_path):
    """A second extract that reaches further back says nothing of how late rows are."""
    store = tmp_path / "store"
    for day, first, when in (
        ("2026-03-10", "2026-03-01", "2026-03-05"),
        ("2026-03-20", "2020-01-01", "2021-03-05"),
    ):
        files = {"m.csv": HEAD + "".join(f"C{n},{when},M,,,\n" for n in range(9))}
        report = ingest(ssd(files, day, name=day, covered_from=first), store)
    assert report.delays == ()


MAPPING = """
name = "police"
extract_date = 2026-03-31
covered_from = 2026-01-01
[[feed]]
file = "p.csv"
table = "missing_episodes"
lag_days = 9
[feed.columns]
person_id = "who"
date = "began"
end = "ended"
known_from = "noted"
end_known_from = "end_noted"
"""


def test_recorded_dates_of_groups_are_measured_in_a_first_extract(tmp_path):
    lines = [
        f"C{n},2026-03-01,2026-03-05,2026-03-03,2026-03-{8 + n:02}" for n in range(10)
    ]
    lines += [f"D{n},2026-03-01,2026-03-05,2026-03-03," for n in range(10)]
    (tmp_path / "p.csv").write_text(
        "who,began,ended,noted,end_noted\n" + "\n".join(lines) + "\n"
    )
    (tmp_path / "m.toml").write_text(MAPPING)
    report = ingest(tmp_path / "p.csv", tmp_path / "store", mapping=tmp_path / "m.toml")
    rows, ends = report.delays
    assert (rows.name, rows.rows, rows.declared) == ("missing_episodes", 20, 9)
    assert (ends.name, ends.rows) == ("missing_episodes: end", 10)
    assert (ends.median, ends.most) == (7, 12)
    again = ingest(tmp_path / "p.csv", tmp_path / "store", mapping=tmp_path / "m.toml")
    assert again.delays == report.delays

"""Known problem 25: times of which nothing is known, from migrations and attacks.

The numbers are those of the table in docs/reference/known-problems.md.
"""

import json
from datetime import date, timedelta

import polars as pl
import pytest

from riskaid.errors import DefinitionError, ExtractError
from riskaid.indicators import kernel, sql
from riskaid.language import days
from riskaid.records.ingest import ingest
from riskaid.records.store import open_store
from riskaid.records.tables import household, missing_episodes, referrals

D = date
ATTACK = {"from": "2022-12-01", "to": "2023-09-30", "because": "an attack"}
FIRST, LAST = D(2022, 12, 1), D(2023, 9, 30)
TABLES = {
    "r.csv": "cine_referral_id,cine_person_id,cine_referral_date,cine_close_date\n"
    "R1,C1,2022-11-27,\nR2,C1,2023-10-03,\nR3,C1,2023-05-01,\n",
    "m.csv": "miss_person_id,miss_missing_episode_start_date\nC1,2021-01-01\n",
    "h.csv": "moth_person_id,moth_childs_person_id\nC2,C1\n",
}


@pytest.fixture
def attacked(ssd, people):
    return lambda *gaps: ssd.files({"p.csv": people, **TABLES}, gaps=list(gaps))


def both(taken, expression, as_of):
    """One value by both engines, and in DuckDB, which must all agree."""
    rows = pl.DataFrame({"person_id": ["C1"], "as_of": [as_of]})
    found = kernel.columns({"x": expression.node}, taken.store, rows)["x"][0]
    assert sql.columns({"x": expression.node}, taken.store, rows)["x"][0] == found
    assert found == taken.value(expression, as_of=as_of)
    return found


def test_problem_25_a_window_that_touches_a_declared_gap_is_not_known(attacked):
    """The edges: the window is [as_of - n, as_of), the gap both its days included."""
    taken = attacked(ATTACK)
    week = referrals.count(last=days(7))
    assert both(taken, week, FIRST) == 1
    assert both(taken, week, FIRST + timedelta(days=1)) is None
    assert both(taken, week, D(2023, 5, 3)) is None
    assert both(taken, week, LAST + timedelta(days=7)) is None
    assert both(taken, week, LAST + timedelta(days=8)) == 1


def test_problem_25_ever_is_not_known_once_a_gap_lies_in_it(attacked):
    taken = attacked(ATTACK)
    for question in (referrals.count(), referrals.any(), referrals.is_open()):
        assert both(taken, question, FIRST) is not None
        assert both(taken, question, D(2026, 3, 31)) is None
    assert both(taken, referrals.count(last=days(911)), D(2026, 3, 31)) == 1


def test_problem_25_links_and_snapshots_have_no_gap_unless_it_names_them(attacked):
    taken = attacked(ATTACK)
    assert both(taken, household.any(), D(2026, 4, 1)) == 1
    assert taken.store.coverage["persons"].gaps == ()
    assert taken.store.coverage["referrals"].gaps[0].because == "an attack"


def test_problem_25_a_gap_may_be_that_of_some_tables(attacked):
    taken = attacked({**ATTACK, "tables": ["referrals"]})
    asked = D(2023, 5, 3)
    assert both(taken, referrals.count(last=days(30)), asked) is None
    assert both(taken, missing_episodes.count(last=days(30)), asked) == 0


def test_problem_25_without_a_declared_gap_the_same_window_reads_as_zero(attacked):
    assert both(attacked(), missing_episodes.count(last=days(30)), D(2023, 5, 3)) == 0


def test_problem_25_the_gap_is_published_with_its_reason(attacked):
    taken = attacked(ATTACK)
    facts = json.loads((taken.path / "store.json").read_text())
    assert facts["tables"]["referrals"]["gaps"] == [ATTACK]
    assert "gaps" not in facts["tables"]["household"]
    summary = taken.report.summary()
    assert "covers 2020-04-01 to 2026-03-31, not 2022-12-01 to 2023-09-30" in summary
    assert (
        "Declared gap from 2022-12-01 to 2023-09-30 (an attack) in events and spells"
        in summary
    )
    table = next(t for t in taken.report.to_json()["tables"] if t["gaps"])
    assert table["gaps"] == [ATTACK]


def test_problem_25_a_gap_once_declared_stays_and_another_joins_it(
    attacked, ssd, people
):
    attacked(ATTACK)
    files = {"p.csv": people, **TABLES}
    other = {"from": "2025-01-01", "to": "2025-01-31"}
    taken = ssd.files(files, day="2026-04-01", gaps=[other])
    assert [(g.first, g.last) for g in taken.store.coverage["referrals"].gaps] == [
        (FIRST, LAST),
        (D(2025, 1, 1), D(2025, 1, 31)),
    ]
    again = ssd.files(files, day="2026-04-01", name="again", gaps=[other])
    assert again.store.facts == taken.store.facts


def test_problem_25_a_feed_declares_its_gaps_and_they_join_those_of_others(
    attacked, tmp_path
):
    taken = attacked(ATTACK)
    feed = tmp_path / "police.csv"
    feed.write_text("child,day\nC1,2024-01-01\n")
    mapping = tmp_path / "police.toml"
    mapping.write_text(
        "covered_from = 2020-04-01\ngaps = [{ from = 2025-06-01, to = 2025-06-30 }]\n"
        '[[feed]]\nfile = "police.csv"\ntable = "missing_episodes"\n'
        'columns = { person_id = "child", date = "day" }\n'
    )
    ingest(feed, taken.path, mapping=mapping, extract_date=D(2026, 3, 31))
    store = open_store(taken.path)
    assert [g.first for g in store.coverage["missing_episodes"].gaps] == [
        FIRST,
        D(2025, 6, 1),
    ]
    assert [g.first for g in store.coverage["referrals"].gaps] == [FIRST]
    mapping.write_text(
        'gaps = 3\n[[feed]]\nfile = "x"\ntable = "icpcs"\ncolumns = {}\n'
    )
    with pytest.raises(DefinitionError):
        ingest(feed, taken.path, mapping=mapping, extract_date=D(2026, 3, 31))


@pytest.mark.parametrize(
    ("gap", "says"),
    [
        ("soon", "a gap may hold only"),
        ({"from": "2022-12-01"}, "'to' of a gap must be a date"),
        ({"from": "soon", "to": "2022-12-01"}, "'from' of a gap must be a date"),
        ({"from": "2022-12-01", "to": "2022-11-30"}, "ends before it begins"),
        ({**ATTACK, "until": "x"}, "a gap may hold only: from, to, because, tables"),
        ({**ATTACK, "tables": "referrals"}, "tables of a gap is a list"),
        ({**ATTACK, "tables": ["referal"]}, "Did you mean 'referrals'"),
    ],
)
def test_problem_25_a_wrong_gap_is_refused(attacked, gap, says):
    with pytest.raises(ExtractError, match=says):
        attacked(gap)


def test_problem_25_days_of_gaps_are_no_history(attacked):
    """Gaps that overlap, reach before the coverage or end after it count once."""
    taken = attacked(
        ATTACK,
        {"from": "2023-09-01", "to": "2023-10-09"},
        {"from": "2020-01-01", "to": "2020-04-10"},
        {"from": "2026-03-31", "to": "2026-12-31"},
    )
    whole = (D(2026, 3, 31) - D(2020, 4, 1)).days + 1
    gone = 10 + (D(2023, 10, 9) - FIRST).days + 1 + 1
    assert taken.store.coverage["referrals"].history_days == whole - gone

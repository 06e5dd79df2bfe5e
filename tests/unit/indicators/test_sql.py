"""The SQL engine: how it is asked, and what it shows."""

import json
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from riskaid.errors import DefinitionError, ExtractError
from riskaid.indicators import days, reference, sql
from riskaid.indicators.cases import Days, MemoryCases, Without
from riskaid.indicators.plan import Plan, PlannedIndicator
from riskaid.language import Value
from riskaid.records.ingest import ingest
from riskaid.records.schema import stored_columns
from riskaid.records.store import open_store
from riskaid.records.tables import attendance, icpcs, missing_episodes, persons

AS_OF = date(2024, 6, 1)
ALWAYS = Days(date(1900, 1, 1), date(2100, 1, 1))
LONG_AGO = date(2000, 1, 1)


def frame(name, *rows):
    plain = dict.fromkeys(stored_columns(name))
    plain |= {"person_id": "C", "source": "a", "known_from": LONG_AGO, "source_row": 0}
    return pl.DataFrame(
        [plain | row for row in rows], schema=stored_columns(name), orient="row"
    )


def held(**tables):
    frames = {"persons": frame("persons", {"source": "held"}), **tables}
    return MemoryCases(frames, dict.fromkeys(frames, ALWAYS))


def asked(*days_, person="C"):
    return pl.DataFrame(
        {"person_id": [person] * len(days_), "as_of": days_},
        schema={"person_id": pl.String, "as_of": pl.Date},
    )


def value(expression, cases):
    """What SQL says of the child, which is what the reference says."""
    found = sql.columns({"x": expression.node}, cases, asked(AS_OF))["x"][0]
    assert found == reference.value(expression, cases, "C", AS_OF).value
    return found


HELD_ICPCS = held(icpcs=frame("icpcs", *({"date": date(2024, 5, n)} for n in (1, 9))))
OFTEN = {"often": icpcs.count().node}
EACH_DAY = asked(*(date(2024, 5, 1) + timedelta(days=n) for n in range(12)))


def test_a_plan_is_computed_by_its_names_in_the_order_of_the_rows():
    told = ("-",) * 4
    made = [
        PlannedIndicator(name, node, *told, None, "", "", "")
        for name, node in (OFTEN | {"any": icpcs.any().node}).items()
    ]
    plan = Plan(tuple(made), (), ())
    backwards = EACH_DAY.reverse()
    found = sql.compute(plan, HELD_ICPCS, backwards)
    assert found.columns == ["person_id", "as_of", "often", "any"]
    assert found.select("person_id", "as_of").equals(backwards)
    assert found["often"].to_list() == [2.0] * 3 + [1.0] * 8 + [0.0]
    assert found["any"].to_list() == [1.0] * 11 + [0.0]
    assert sql.compute(plan, HELD_ICPCS, EACH_DAY, names=["any"]).columns[2:] == ["any"]
    with pytest.raises(DefinitionError, match="oftn"):
        sql.compute(plan, HELD_ICPCS, EACH_DAY, names=["oftn"])


@pytest.mark.parametrize("at_once", [1, 5, 6, 11, 12, 13])
def test_parts_give_every_row_once_and_say_how_far_they_are(at_once):
    said = []
    parts = list(
        sql.stream(
            OFTEN,
            HELD_ICPCS,
            EACH_DAY,
            at_once=at_once,
            progress=lambda *told: said.append(told),
        )
    )
    whole = sql.columns(OFTEN, HELD_ICPCS, EACH_DAY)
    assert pl.concat(parts).equals(whole)
    ends = [*range(at_once, 12, at_once), 12]
    assert said == [("computing indicators", end, 12) for end in ends]
    found = []
    sql.columns(OFTEN, HELD_ICPCS, EACH_DAY, progress=lambda *told: found.append(told))
    assert found == [("computing indicators", 12, 12)]


def test_of_no_rows_come_the_columns():
    none = sql.columns(OFTEN, HELD_ICPCS, asked())
    assert none.schema == {
        "person_id": pl.String,
        "as_of": pl.Date,
        "often": pl.Float64,
    }
    assert len(none) == 0
    assert len(list(sql.stream(OFTEN, HELD_ICPCS, asked(), at_once=1))) == 1


@pytest.mark.parametrize("number", [1e9 + 1, -1e9 - 1, float("inf")])
def test_a_number_too_large_to_be_added_up_exactly_is_refused(number):
    day = {"date": date(2024, 5, 1)}
    missed = [
        day | {"sessions_missed": one} for one in (float("nan"), None, 1.0, number)
    ]
    cases = held(attendance=frame("attendance", *missed))
    with pytest.raises(ExtractError, match=r"attendance\.sessions_missed"):
        value(attendance.total(attendance.sessions_missed), cases)
    assert value(attendance.total(attendance.sessions_possible), cases) is None
    assert value(attendance.count(), cases) == 4


def test_numbers_that_are_not_there_are_no_reason_to_refuse():
    missed = {"date": date(2024, 5, 1), "sessions_missed": float("nan")}
    cases = held(attendance=frame("attendance", missed))
    assert value(attendance.largest(attendance.sessions_missed), cases) is None


def test_counts_are_reckoned_with_as_numbers_that_have_no_largest():
    product = icpcs.count()
    for _ in range(69):
        product = product * icpcs.count()
    assert value(product, HELD_ICPCS) == 2.0**70


def test_a_number_beyond_all_numbers_is_not_known():
    product = attendance.largest(attendance.sessions_missed)
    for _ in range(6):
        product = product * product
    missed = {"date": date(2024, 5, 1), "sessions_missed": 1e9}
    cases = held(attendance=frame("attendance", missed))
    assert value(product, cases) is None
    assert value(product.is_known(), cases) == 0


def test_a_table_is_covered_where_it_is_both_held_and_its_days_are_said():
    word = icpcs.count()
    frames = HELD_ICPCS.frames
    said = {"persons": ALWAYS}
    assert value(word, MemoryCases(frames, said)) is None
    without = {"persons": frames["persons"]}
    assert value(word, MemoryCases(without, said | {"icpcs": ALWAYS})) is None
    assert value(word, HELD_ICPCS) == 2


def test_an_age_may_have_no_expected_date_to_stand_in():
    age = replace(persons.age_years().node, expected=None)
    said = {"expected": date(2014, 5, 1)}
    for born, years in ((None, None), (date(2014, 5, 1), 10)):
        cases = held(persons=frame("persons", said | {"born": born}))
        assert value(Value(age), cases) == years


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(2014, 6, 1), 10),
        (date(2014, 6, 2), 9),
        (date(2014, 5, 31), 10),
        (date(2014, 7, 1), 9),
        (date(2013, 7, 1), 10),
        (date(2024, 6, 1), 0),
        (date(2024, 12, 1), -1),
        (date(2027, 1, 1), -1),
        (None, None),
    ],
)
def test_an_age_turns_on_the_birthday_and_before_birth_is_one_less_than_none(born, age):
    cases = held(persons=frame("persons", {"born": born}))
    assert value(persons.age_years(), cases) == age


def test_a_column_is_lacking_in_its_own_table_alone():
    frames = held(missing_episodes=frame("missing_episodes"), icpcs=frame("icpcs"))
    lacking = replace(ALWAYS, absent=(Without("end"),))
    covered = {**frames.coverage, "missing_episodes": lacking}
    cases = MemoryCases(frames.frames, covered)
    assert value(missing_episodes.is_open(), cases) is None
    assert value(missing_episodes.any(last=days(30)), cases) == 0
    both = {"x": missing_episodes.is_open().node, "y": icpcs.count().node}
    assert sql.columns(both, cases, asked(AS_OF)).row(0)[2:] == (None, 0.0)


@pytest.mark.parametrize(("last", "found"), [(1, None), (2, None), (3, 0)])
def test_a_column_is_lacking_where_a_window_touches_its_days(last, found):
    first = date(2024, 5, 2)
    lacking = Without("episode_type", last=first + timedelta(days=2 - last))
    frames = held(missing_episodes=frame("missing_episodes"))
    covered = {
        **frames.coverage,
        "missing_episodes": replace(ALWAYS, absent=(lacking,)),
    }
    cases = MemoryCases(frames.frames, covered)
    word = missing_episodes.where(missing_episodes.episode_type == "M")
    assert value(word.count(last=days(30)), cases) == found


def test_of_a_store_in_files_a_table_that_was_not_supplied_is_not_known(tmp_path):
    council = tmp_path / "council"
    council.mkdir()
    (council / "people.csv").write_text("pers_person_id,pers_dob\nC,2014-06-01\n")
    facts = {"extract_date": "2024-06-30", "name": "c", "covered_from": "2020-01-01"}
    (council / "extract.json").write_text(json.dumps(facts))
    ingest(council, tmp_path / "store")
    cases = open_store(tmp_path / "store")
    assert value(icpcs.count(), cases) is None
    assert value(persons.age_years(), cases) == 10


def test_rows_come_back_in_their_order_however_many_there_are():
    """DuckDB keeps few rows in order by itself, and many only when it is told to."""
    people = [{"person_id": f"C{n}", "born": date(2010, 1, 1)} for n in range(5)]
    met = [
        {"person_id": f"C{n % 7}", "date": day}
        for n, day in enumerate(EACH_DAY["as_of"])
    ]
    cases = held(persons=frame("persons", *people), icpcs=frame("icpcs", *met))
    words = OFTEN | {
        "age": persons.age_years().node,
        "since": icpcs.days_since_last().node,
    }
    many = pl.DataFrame({"n": pl.int_range(130_000, eager=True)}).select(
        person_id=pl.format("C{}", pl.col("n") * 7 % 11),
        as_of=date(2024, 5, 1) + pl.duration(days=pl.col("n") % 40),
    )
    found = sql.columns(words, cases, many)
    some = many.unique()
    each = sql.columns(words, cases, some)
    assert found.equals(
        many.join(each, on=many.columns, how="left", maintain_order="left")
    )

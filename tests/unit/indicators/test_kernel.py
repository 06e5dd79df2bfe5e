import sys
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from riskaid.dates import FIRST_DAY, LAST_DAY
from riskaid.errors import DefinitionError, ExtractError
from riskaid.indicators import Indicator, days, kernel, kernel_sweep, reference
from riskaid.indicators.cases import Days, MemoryCases, Without
from riskaid.indicators.decay import weights
from riskaid.indicators.plan import Plan, make_plan
from riskaid.language import nodes
from riskaid.records.schema import stored_columns
from riskaid.records.tables import (
    adult_events,
    attendance,
    household,
    missing_episodes,
    persons,
    placements,
)

ALWAYS = Days(date(1900, 1, 1), date(2100, 1, 1))
AS_OF = date(2024, 6, 1)


def frame(name, *rows):
    plain = dict.fromkeys(stored_columns(name))
    plain |= {"source": name, "known_from": date(2000, 1, 1)}
    return pl.DataFrame(
        [plain | row | {"source_row": n} for n, row in enumerate(rows)],
        schema=stored_columns(name),
        orient="row",
    )


def cases(**tables):
    people = [{"person_id": one} for one in ("a", "b", "c")]
    frames = {"persons": frame("persons", *people), **tables}
    return MemoryCases(frames, dict.fromkeys(frames, ALWAYS))


def missing(*which):
    return frame(
        "missing_episodes", *({"person_id": one, "date": day} for one, day in which)
    )


def indicator(name, value):
    return Indicator(
        name=name, value=value, reads="-", unit="-", source="-", family="missing",
        more_means_more=None, because="-", examples="-",
    )  # fmt: skip


class Declared:
    indicators = (
        indicator("often", missing_episodes.count(last=days(90))),
        indicator("lately", missing_episodes.any(last=days(1))),
    )
    prompts = ()
    gaps = ()


PLAN = make_plan(Declared)
STORE = cases(
    missing_episodes=missing(
        ("a", date(2024, 5, 31)), ("a", date(2024, 5, 1)), ("b", date(2024, 5, 1))
    )
)


def rows(*which):
    return pl.DataFrame(
        [{"person_id": one, "as_of": day} for one, day in which],
        schema={"person_id": pl.String, "as_of": pl.Date},
    )


def test_the_same_rows_come_back_in_their_order_duplicates_too():
    asked = rows(("b", AS_OF), ("a", AS_OF), ("x", AS_OF), ("a", AS_OF), ("c", AS_OF))
    found = kernel.compute(PLAN, STORE, asked)
    assert found.columns == ["person_id", "as_of", "often", "lately"]
    assert found.select("person_id", "as_of").equals(asked)
    assert found["often"].to_list() == [1.0, 2.0, None, 2.0, 0.0]
    assert found["lately"].to_list() == [0.0, 1.0, None, 1.0, 0.0]
    assert found.dtypes[2:] == [pl.Float64, pl.Float64]


def test_no_rows_give_no_rows():
    found = kernel.compute(PLAN, STORE, rows())
    assert found.shape == (0, 4)
    assert found.dtypes[2:] == [pl.Float64, pl.Float64]


def test_only_the_names_asked_for_in_their_order():
    found = kernel.compute(PLAN, STORE, rows(("a", AS_OF)), names=["lately"])
    assert found.columns == ["person_id", "as_of", "lately"]
    turned = kernel.compute(PLAN, STORE, rows(("a", AS_OF)), names=["lately", "often"])
    assert turned.columns[2:] == ["lately", "often"]
    with pytest.raises(DefinitionError, match="Did you mean 'often'"):
        kernel.compute(PLAN, STORE, rows(("a", AS_OF)), names=["ofen"])


def test_other_columns_of_the_rows_are_left_out():
    asked = rows(("a", AS_OF)).with_columns(outcome=pl.lit(1))
    assert "outcome" not in kernel.compute(PLAN, STORE, asked).columns


def test_rows_must_have_both_columns_filled():
    with pytest.raises(DefinitionError, match="person_id and as_of"):
        kernel.compute(PLAN, STORE, pl.DataFrame({"person_id": ["a"]}))
    with pytest.raises(DefinitionError, match="1 empty cells"):
        kernel.compute(PLAN, STORE, rows(("a", None)))
    far = rows(("a", AS_OF), ("a", date.max), ("a", date(1899, 12, 31)))
    with pytest.raises(DefinitionError, match="2 as-of dates that are not between"):
        kernel.compute(PLAN, STORE, far)
    assert kernel.compute(PLAN, STORE, rows(("a", FIRST_DAY), ("a", LAST_DAY))).height


def test_progress_counts_rows():
    seen = []
    asked = rows(*[("a", AS_OF)] * 5)
    kernel.columns(
        {"x": missing_episodes.count().node},
        STORE,
        asked,
        at_once=2,
        progress=lambda *what: seen.append(what),
    )
    assert [done for _, done, _ in seen] == [2, 4, 5]
    assert {whole for *_, whole in seen} == {5}


def test_a_plan_read_from_json_computes_the_same():
    again = Plan.from_json(PLAN.to_json())
    asked = rows(("a", AS_OF), ("b", AS_OF))
    assert kernel.compute(again, STORE, asked).equals(
        kernel.compute(PLAN, STORE, asked)
    )


@pytest.mark.parametrize("number", [2e9, float("inf"), -float("inf")])
def test_a_number_too_large_to_add_up_exactly_is_refused(number):
    store = cases(
        attendance=frame(
            "attendance",
            {"person_id": "a", "date": date(2024, 5, 1), "sessions_missed": number},
        )
    )
    total = attendance.total(attendance.sessions_missed)
    for engine in (
        lambda: kernel.columns({"x": total.node}, store, rows(("a", AS_OF))),
        lambda: reference.value(total, store, "a", AS_OF),
    ):
        with pytest.raises(ExtractError, match=r"attendance\.sessions_missed") as said:
            engine()
        assert "2000000000" not in str(said.value)


def test_not_a_number_is_an_empty_number_in_both():
    store = cases(
        attendance=frame(
            "attendance",
            {"person_id": "a", "date": AS_OF, "sessions_missed": 1.0},
            {
                "person_id": "a",
                "date": date(2024, 5, 1),
                "sessions_missed": float("nan"),
            },
        )
    )
    for expression, expected in (
        (attendance.total(attendance.sessions_missed), None),
        (attendance.largest(attendance.sessions_missed), None),
        (attendance.where(attendance.sessions_missed.is_known()).count(), 0.0),
        (attendance.where(attendance.sessions_missed != 5).count(), 0.0),
    ):
        found = kernel.columns({"x": expression.node}, store, rows(("a", AS_OF)))
        assert found["x"].to_list() == [expected]
        assert reference.value(expression, store, "a", AS_OF).value == expected


def test_a_store_without_persons_knows_nobody():
    store = MemoryCases({"missing_episodes": missing()}, {"missing_episodes": ALWAYS})
    found = kernel.compute(PLAN, store, rows(("a", AS_OF)))
    assert found.row(0)[2:] == (None, None)
    assert reference.value(missing_episodes.count(), store, "a", AS_OF).value is None


def test_without_a_compiler_the_same_sweep_runs_as_it_stands(monkeypatch):
    expressions = {
        "count": missing_episodes.count(last=days(90)).node,
        "any": missing_episodes.any().node,
        "last": missing_episodes.days_since_last().node,
        "first": missing_episodes.days_since_first().node,
        "decayed": missing_episodes.decayed(half_life=days(30)).node,
        "overlap": missing_episodes.overlap_days(last=days(20)).node,
        "open": missing_episodes.is_open().node,
    }
    asked = rows(("b", AS_OF), ("a", AS_OF), ("c", AS_OF), ("x", AS_OF))
    compiled = kernel.columns(expressions, STORE, asked)
    monkeypatch.setitem(sys.modules, "numba", None)
    kernel_sweep.compiled.cache_clear()
    assert kernel_sweep.compiled() is kernel_sweep.sweep
    plain = kernel.columns(expressions, STORE, asked)
    kernel_sweep.compiled.cache_clear()
    assert plain.equals(compiled)
    assert plain["last"].to_list() == [31.0, 1.0, None, None]


def test_parts_together_are_the_whole():
    asked = rows(*[("a", AS_OF), ("b", AS_OF), ("c", AS_OF)] * 30)
    node = {"x": missing_episodes.count().node}
    parts = list(kernel.stream(node, STORE, asked, at_once=1))
    assert [len(part) for part in parts] == [20, 20, 20, 20, 10]
    assert pl.concat(parts).equals(kernel.columns(node, STORE, asked))


def test_it_is_compiled_once_for_asks_of_every_shape():
    """Memory that may not be written to, or comes in pieces, is another type."""
    asked = rows(("a", AS_OF), ("b", AS_OF), ("c", AS_OF))
    named = {
        "x": missing_episodes.count().node,
        "y": missing_episodes.count(last=days(90)).node,
    }
    kernel.columns({"x": named["x"]}, STORE, asked[:1])
    known = list(kernel_sweep.compiled().signatures)
    in_pieces = pl.concat([asked, asked], rechunk=False)
    for at_once in (1, 2, 100):
        for some in (asked, asked[:1], in_pieces):
            kernel.columns(named, STORE, some, at_once=at_once)
    assert kernel_sweep.compiled().signatures == known


def test_a_record_is_worth_nothing_from_the_day_its_weight_is_nought():
    held = len(weights(1))
    store = cases(
        missing_episodes=frame(
            "missing_episodes",
            *(
                {"person_id": who, "date": AS_OF - timedelta(days=held + more)}
                for who, more in (("a", -2), ("b", -1), ("c", 0), ("c", 1))
            ),
        )
    )
    rows = pl.DataFrame({"person_id": ["a", "b", "c"], "as_of": [AS_OF] * 3})
    asked = {
        "x": missing_episodes.decayed(half_life=days(1)).node,
        "longer": missing_episodes.decayed(half_life=days(2)).node,
    }
    found = kernel.columns(asked, store, rows)["x"].to_list()
    assert kernel.columns({"x": asked["x"]}, store, rows)["x"].to_list() == found
    assert found == [weights(1)[-2] / 1e6, 0, 0]
    assert found[0] > 0


def test_the_largest_is_sought_in_the_whole_window_and_the_latest_at_its_end():
    store = cases(
        attendance=frame(
            "attendance",
            {"person_id": "a", "date": date(2024, 3, 1), "sessions_missed": 5.0},
            {"person_id": "a", "date": date(2024, 5, 25), "sessions_missed": 2.0},
        )
    )
    asked = {
        "largest": attendance.largest(attendance.sessions_missed),
        "latest": attendance.latest(attendance.sessions_missed),
        "edge": attendance.count(last=days(30)),
    }
    rows = pl.DataFrame({"person_id": ["a"], "as_of": [AS_OF]})
    found = kernel.columns({k: v.node for k, v in asked.items()}, store, rows)
    assert found.select(list(asked)).rows() == [(5, 2, 1)]


def test_a_record_without_a_date_is_never_the_latest():
    link = {"person_id": "a", "date": None, "adult_id": "x", "role": "mother"}
    store = cases(household=frame("household", link))
    rows = pl.DataFrame({"person_id": ["a"], "as_of": [AS_OF]})
    asked = {
        "latest": (household.latest(household.role) == "mother").node,
        "held": household.count().node,
    }
    found = kernel.columns(asked, store, rows)
    assert found.select("latest", "held").rows() == [(None, 1)]


LACKED = date(2024, 5, 10)
"""The last day of records that lack a column, where one is lacking of some."""


@pytest.mark.parametrize(
    ("lacking", "back", "known"),
    [
        (Without("episode_type", since=AS_OF), None, False),
        (Without("episode_type", since=AS_OF + timedelta(days=1)), None, True),
        (Without("episode_type", until=AS_OF), None, False),
        (Without("episode_type", until=AS_OF - timedelta(days=1)), None, True),
        (Without("episode_type", last=LACKED), days((AS_OF - LACKED).days), False),
        (Without("episode_type", last=LACKED), days((AS_OF - LACKED).days - 1), True),
        (Without("episode_type", last=ALWAYS.covered_from), None, False),
        (Without("episode_type", last=date(1899, 12, 31)), None, True),
        (Without("end"), None, True),
    ],
)
def test_a_column_is_lacking_up_to_each_of_its_borders(lacking, back, known):
    frames = {"persons": frame("persons", {"person_id": "a"})}
    frames["missing_episodes"] = missing(("a", date(2024, 5, 31)))
    held = {"missing_episodes": replace(ALWAYS, absent=(lacking,))}
    store = MemoryCases(frames, {"persons": ALWAYS} | held)
    asked = missing_episodes.where(~missing_episodes.episode_type.is_known())
    count = asked.count(last=back)
    found = kernel.columns({"x": count.node}, store, rows(("a", AS_OF)))
    assert found["x"].to_list() == [1 if known else None]
    assert reference.value(count, store, "a", AS_OF).value == found["x"][0]


OLDER, OLD, YOUNG = date(2008, 2, 29), date(2014, 6, 1), date(2024, 3, 1)


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([{"expected": OLD}, {"expected": YOUNG}], 0),
        ([{"expected": YOUNG}, {"expected": OLD}], 0),
        ([{"born": OLDER}, {"expected": YOUNG}], 16),
        ([{"expected": YOUNG}, {"born": OLDER}], 16),
        ([{"born": OLDER, "expected": YOUNG}, {"born": OLD, "expected": OLD}], 10),
        ([{"born": OLD, "known_from": AS_OF}, {"born": OLDER}], 16),
        ([{"born": OLDER, "known_from": AS_OF - timedelta(1)}, {"born": OLD}], 16),
    ],
)
def test_of_versions_known_on_one_day_the_age_is_that_of_the_later_birth(
    versions, expected
):
    store = MemoryCases(
        {"persons": frame("persons", *({"person_id": "a"} | one for one in versions))},
        {"persons": ALWAYS},
    )
    asked = persons.age_years()
    found = kernel.columns({"x": asked.node}, store, rows(("a", AS_OF)))
    assert found["x"].to_list() == [expected]
    assert reference.value(asked, store, "a", AS_OF).value == expected


def test_an_expected_birth_counts_only_where_the_word_names_its_column():
    people = [{"person_id": "a", "expected": OLD}, {"person_id": "b", "born": OLD}]
    store = MemoryCases({"persons": frame("persons", *people)}, {"persons": ALWAYS})
    asked = replace(persons.age_years().node, expected=None)
    found = kernel.columns({"x": asked}, store, rows(("a", AS_OF), ("b", AS_OF)))
    assert found["x"].to_list() == [None, 10]


def test_nobody_has_the_age_of_somebody_else():
    people = frame("persons", {"person_id": "b", "born": OLD})
    store = MemoryCases({"persons": people}, {"persons": ALWAYS})
    asked = rows(("x", AS_OF), ("b", AS_OF), ("a", AS_OF))
    found = kernel.columns({"x": persons.age_years().node}, store, asked)
    assert found["x"].to_list() == [None, 10, None]


def test_what_follows_may_be_records_of_several_people_in_any_order():
    link = {"person_id": "a", "adult_id": "A1", "date": None}
    events = [("A1", 12), ("A1", 30), ("A2", 1), ("A2", 2)]
    store = cases(
        missing_episodes=missing(("a", date(2024, 5, 10))),
        household=frame("household", link, link | {"adult_id": "A2"}),
        adult_events=frame(
            "adult_events",
            *({"person_id": one, "date": date(2024, 5, day)} for one, day in events),
        ),
    )
    asked = missing_episodes.sequence(adult_events.of(household), within=days(3))
    found = kernel.columns({"x": asked.node}, store, rows(("a", AS_OF)))
    assert found["x"].to_list() == [1]
    assert reference.value(asked, store, "a", AS_OF).value == 1


def test_an_age_is_not_known_without_the_column_or_the_table():
    people = {"persons": frame("persons", {"person_id": "a", "born": date(2014, 6, 1)})}
    lacking = replace(ALWAYS, absent=(Without("born"),))
    for frames, coverage, expected in (
        (people, {"persons": ALWAYS}, 10),
        (people, {"persons": lacking}, None),
        ({}, {}, None),
    ):
        store = MemoryCases(frames, coverage)
        asked = rows(("a", AS_OF))
        found = kernel.columns({"x": persons.age_years().node}, store, asked)
        assert found["x"].to_list() == [expected]


TYPE, OFFERED = missing_episodes.episode_type == "M", missing_episodes.rhi_offered
ANSWERED = OFFERED == "yes"
QUESTIONS = [
    TYPE,
    ANSWERED,
    ~ANSWERED,
    OFFERED.is_known(),
    ~OFFERED.is_known(),
    TYPE & ANSWERED,
    TYPE | ANSWERED,
    ~(TYPE & ANSWERED),
    ~(TYPE | ANSWERED),
    (TYPE & OFFERED.is_known()) | ~ANSWERED,
    ~TYPE & ~OFFERED.is_known(),
    OFFERED.is_known() & ~missing_episodes.end.is_known(),
    missing_episodes.end.is_known() & ~OFFERED.is_known(),
    ANSWERED | missing_episodes.end.is_known(),
]


@pytest.mark.parametrize("at", range(len(QUESTIONS)))
def test_which_records_a_question_keeps_turns_on_no_word(at):
    """The sweep answers it by classes of records, other words record by record."""
    day = date(2024, 5, 1)
    held = [
        {"person_id": "a", "date": day, "episode_type": kind, "rhi_offered": said}
        | {"rhi_known_from": seen, "end": day, "end_known_from": told}
        for kind in ("M", "A", None)
        for said in ("yes", "no", None)
        for seen in (day, AS_OF, None)
        for told in (day, AS_OF)
    ]
    records = frame("missing_episodes", *held).with_row_index("n")
    records = records.with_columns(source=pl.col("n").cast(pl.String)).drop("n")
    asked = missing_episodes.where(QUESTIONS[at])
    words = {
        "count": asked.count(),
        "distinct": asked.count_distinct(missing_episodes.source),
    }
    store = cases(missing_episodes=records)
    named = {name: word.node for name, word in words.items()}
    found = kernel.columns(named, store, rows(("a", AS_OF)))
    for name, word in words.items():
        expected = reference.value(word, store, "a", AS_OF).value
        assert found[name].to_list() == [expected]
    assert 0 < found["count"][0] == found["distinct"][0] < len(held)


@pytest.mark.parametrize("seen", [None, AS_OF, AS_OF - timedelta(days=1)])
def test_a_number_that_fills_in_later_counts_from_the_day_after_it_was_known(seen):
    """No case table has such a number yet; the words of the language allow one."""
    held = [
        {"person_id": "a", "date": date(2024, 5, 1), "sessions_missed": 5.0},
        {"person_id": "a", "date": date(2024, 5, 2), "sessions_missed": 9.0},
    ]
    known = pl.Series("late_known_from", [date(2024, 5, 2), seen], dtype=pl.Date)
    store = cases(attendance=frame("attendance", *held).with_columns(known))
    number = nodes.Field("attendance", "sessions_missed", "number", "late")
    of = nodes.Rows("attendance", "event", None, None)
    asked = {
        "total": nodes.Total(of, number, None),
        "largest": nodes.Largest(of, number, None),
        "latest": nodes.Latest(of, number, None),
    }
    found = kernel.columns(asked, store, rows(("a", AS_OF))).row(0)[2:]
    late = seen is None or seen >= AS_OF
    assert found == ((None, 5, 5) if late else (14, 9, 9))


def test_the_first_day_there_is_is_a_date_like_any_other():
    store = cases(missing_episodes=missing(("a", date.min)))
    asked = {
        "first": missing_episodes.days_since_first(),
        "changed": missing_episodes.sequence(missing_episodes, within=days(1)),
        "covered": missing_episodes.overlap_days(),
    }
    found = kernel.columns(
        {name: word.node for name, word in asked.items()}, store, rows(("a", AS_OF))
    )
    assert found.row(0)[2:] == ((AS_OF - date.min).days, 0, (AS_OF - date.min).days)


@pytest.mark.parametrize("number", [1e9, -1e9, -0.000126, 0.000001])
def test_every_number_there_may_be_is_added_up(number):
    number = {"person_id": "a", "date": date(2024, 5, 1), "sessions_missed": number}
    store = cases(attendance=frame("attendance", number))
    asked = attendance.total(attendance.sessions_missed).node
    found = kernel.columns({"x": asked}, store, rows(("a", AS_OF)))
    assert found["x"].to_list() == [number["sessions_missed"]]


def test_a_number_too_large_is_refused_where_a_question_may_let_it_through():
    held = {"person_id": "a", "date": date(2024, 5, 1), "distance_miles": 2e9}
    held |= {"end": date(2024, 5, 2), "end_known_from": AS_OF}
    store = cases(placements=frame("placements", held))
    miles = placements.distance_miles
    for asked in (~placements.end.is_known(), placements.end.is_known()):
        total = placements.where(asked).total(miles).node
        with pytest.raises(ExtractError, match=r"placements\.distance_miles"):
            kernel.columns({"x": total}, store, rows(("a", AS_OF)))
    never = placements.where(placements.provider == "x").total(miles).node
    found = kernel.columns({"x": never}, store, rows(("a", AS_OF)))
    assert found["x"].to_list() == [0]


def test_an_end_is_hidden_by_its_own_group_alone():
    day = date(2024, 5, 1)
    spell = {"person_id": "a", "date": day, "end": day, "end_known_from": AS_OF}
    spell |= {"rhi_offered": "yes", "rhi_known_from": day}
    store = cases(missing_episodes=frame("missing_episodes", spell))
    asked = {
        "open": missing_episodes.is_open().node,
        "offered": missing_episodes.where(OFFERED.is_known()).count().node,
    }
    found = kernel.columns(asked, store, rows(("a", AS_OF)))
    assert found.row(0)[2:] == (1, 1)


def test_a_record_without_a_date_is_worth_nothing_however_slowly_it_decays():
    link = {"person_id": "a", "date": None, "adult_id": "x"}
    store = cases(household=frame("household", link))
    asked = household.decayed(half_life=days(36_525)).node
    found = kernel.columns({"x": asked}, store, rows(("a", AS_OF)))
    assert found["x"].to_list() == [0]


def test_an_empty_number_leaves_the_other_words_their_own():
    held = {"person_id": "a", "date": date(1965, 5, 1), "sessions_possible": 4.0}
    store = cases(attendance=frame("attendance", held))
    missed, possible = attendance.sessions_missed, attendance.sessions_possible
    for word in (attendance.latest, attendance.largest):
        asked = {"missed": word(missed).node, "possible": word(possible).node}
        found = kernel.columns(asked, store, rows(("a", AS_OF)))
        assert found.row(0)[2:] == (None, 4)


def test_the_latest_of_several_people_is_that_of_the_latest_day():
    links = [{"person_id": one, "adult_id": "A1", "date": None} for one in "abc"]
    numbers = [("b", date(2024, 5, 20), 2.0), ("c", date(2024, 5, 10), 9.0)]
    store = cases(
        household=frame("household", *links),
        attendance=frame(
            "attendance",
            *(
                {"person_id": one, "date": day, "sessions_missed": number}
                for one, day, number in numbers
            ),
        ),
    )
    theirs = attendance.of(household.siblings())
    asked = {"x": theirs.latest(attendance.sessions_missed).node}
    found = kernel.columns(asked, store, rows(("a", AS_OF)))
    assert found["x"].to_list() == [2]


def linked(*ends):
    """Children with one adult: the first with an open link, others with an end."""
    plain = {"adult_id": "A1", "date": None, "end_known_from": date(2000, 1, 1)}
    links = [{"person_id": "abc"[n], "end": end} for n, end in enumerate(ends)]
    return frame("household", *(plain | link for link in links))


@pytest.mark.parametrize("back", [-1, 0, 1])
def test_a_brother_is_one_to_the_last_day_of_his_link(back):
    ended = AS_OF - timedelta(days=back)
    store = cases(
        household=linked(None, ended),
        missing_episodes=missing(("b", date(2024, 5, 1))),
    )
    word = missing_episodes.of(household.siblings()).any()
    found = kernel.columns({"x": word.node}, store, rows(("a", AS_OF)))["x"].item()
    assert found == reference.value(word, store, "a", AS_OF).value == (back <= 0)


def test_what_is_told_apart_of_others_lies_in_the_window_too():
    went = [("b", date(2024, 5, 20), "M"), ("b", date(2024, 1, 1), "A")]
    episodes = (
        {"person_id": one, "date": day, "episode_type": kind} for one, day, kind in went
    )
    store = cases(
        household=linked(None, None),
        missing_episodes=frame("missing_episodes", *episodes),
    )
    kinds = missing_episodes.of(household.siblings())
    asked = {
        "lately": kinds.count_distinct(missing_episodes.episode_type, last=days(30)),
        "ever": kinds.count_distinct(missing_episodes.episode_type),
    }
    nodes = {name: word.node for name, word in asked.items()}
    assert kernel.columns(nodes, store, rows(("a", AS_OF))).row(0)[2:] == (1, 2)


def test_what_is_made_of_one_known_and_one_unknown_number_is_unknown():
    store = cases(missing_episodes=missing(("a", date(2024, 5, 1))))
    often, unknown = missing_episodes.count(), (attendance.count() > 1).as_number()
    asked = {
        "a": (often + unknown).is_known().node,
        "b": (unknown + often).is_known().node,
        "c": (often + often).is_known().node,
    }
    found = kernel.columns(asked, store, rows(("a", AS_OF)))
    assert found.row(0)[2:] == (0, 0, 1)


def test_a_record_without_a_date_is_neither_the_first_nor_the_last():
    links = [{"person_id": "a", "adult_id": "x", "date": None}]
    links += [{"person_id": "b", "adult_id": "x", "date": None}]
    links += [{"person_id": "b", "adult_id": "y", "date": date(2024, 5, 2)}]
    store = cases(household=frame("household", *links))
    asked = {
        "first": household.days_since_first().node,
        "last": household.days_since_last().node,
    }
    found = kernel.columns(asked, store, rows(("a", AS_OF), ("b", AS_OF)))
    assert [row[2:] for row in found.rows()] == [(None, None), (30, 30)]

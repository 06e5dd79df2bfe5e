"""What an audit published earlier says, and what is near to it."""

import json

import numpy as np
import pytest

from riskaid.errors import UsageError
from riskaid.fairness.behind import kinds_of
from riskaid.fairness.earlier import Before, Earlier, read_earlier
from riskaid.files import digest_file


def metric(name, capacity, n, value=None):
    return {"metric": name, "capacity": capacity, "n": n, "value": value}


def at(capacity, chosen, outcomes, found=None, *, by="recall"):
    """What an audit publishes of one capacity."""
    of = {"recall": outcomes, "positive_predictive_value": chosen}
    return [
        metric("positive_predictive_value", capacity, chosen),
        metric("recall", capacity, outcomes),
        metric(by, capacity, of[by], None if found is None else found / of[by]),
    ]


def group(rows, outcomes, *metrics, name="everyone", within=""):
    return {
        "name": name,
        "within": within,
        "rows": rows,
        "outcomes": outcomes,
        "metrics": [metric("base_rate", None, rows), *metrics],
    }


@pytest.fixture
def read(tmp_path):
    """Reads an audit of one characteristic as it was published."""

    def reads(everyone, *groups, capacities=(0.1,), also=()):
        ethnicity = {"name": "ethnicity", "groups": list(groups)}
        facts = {
            "format": "riskaid-audit",
            "capacities": list(capacities),
            "everyone": everyone,
            "characteristics": [ethnicity, *also],
        }
        (tmp_path / "audit.json").write_text(json.dumps(facts))
        return read_earlier(tmp_path)

    return reads


def test_counts_of_rows_and_outcomes_are_read_and_hidden_ones_are_not(read):
    held = read(group(200, 80), group(90, 30, name="a"), group("c", "c", name="b"))
    assert held.everyone == {"rows": 200, "outcomes": 80, "without": 120}
    assert held.groups == {
        ("ethnicity", "a"): {"rows": 90, "outcomes": 30, "without": 60},
        ("ethnicity", "b"): {},
    }
    assert held.capacities == 1
    assert read(group("c", 80)).everyone == {} == read(group(200, "c")).everyone


def test_an_audit_is_known_by_its_digest(read, tmp_path):
    assert read(group(200, 80)).digest == digest_file(tmp_path / "audit.json")


def test_counts_at_a_capacity_are_a_rate_times_its_number(read):
    everyone = group(200, 80, *at(0.1, 20, 80, 12), *at(0.2, 40, 80, 30))
    held = read(everyone, capacities=(0.1, 0.2)).everyone
    assert held == {
        "rows": 200,
        "outcomes": 80,
        "without": 120,
        "selected at 1": 20,
        "not selected at 1": 180,
        "found at 1": 12,
        "missed at 1": 68,
        "wrong at 1": 8,
        "left at 1": 112,
        "selected at 2": 40,
        "not selected at 2": 160,
        "found at 2": 30,
        "missed at 2": 50,
        "wrong at 2": 10,
        "left at 2": 110,
    }


def test_who_is_found_is_read_from_need_found_or_from_those_selected(read):
    def found(*metrics):
        return read(group(200, 80, *metrics)).everyone.get("found at 1")

    assert found(*at(0.1, 20, 80, 12, by="positive_predictive_value")) == 12
    both = [
        metric("positive_predictive_value", 0.1, 20, 12 / 20),
        metric("recall", 0.1, 80, 12 / 80),
    ]
    assert found(*both) == found(*reversed(both)) == 12
    # of two that differ the first holds: it has no other kind of rounding
    assert found(metric("recall", 0.1, 80, 0.1), both[0]) == 8
    assert found(*at(0.1, 20, 80)) is None
    assert found(metric("positive_predictive_value", 0.1, 20)) is None
    hidden = [metric("recall", 0.1, None, 0.15)]
    assert found(metric("positive_predictive_value", 0.1, None), *hidden) is None


def test_who_is_selected_may_be_known_and_who_is_found_not(read):
    held = read(group(200, 80, *at(0.1, 20, 80))).everyone
    assert held["selected at 1"] == 20 and held["not selected at 1"] == 180
    assert not {"found at 1", "missed at 1", "wrong at 1", "left at 1"} & set(held)
    metrics = [
        metric("positive_predictive_value", 0.1, None),
        metric("recall", 0.1, 80, 0.15),
    ]
    held = read(group(200, 80, *metrics)).everyone
    assert held["found at 1"] == 12 and held["missed at 1"] == 68
    assert not {"selected at 1", "not selected at 1", "wrong at 1"} & set(held)


def test_nobody_is_found_where_there_is_nobody_to_find(read):
    held = read(group(40, 0, *at(0.1, 9, 0))).everyone
    assert (held["found at 1"], held["missed at 1"], held["wrong at 1"]) == (0, 0, 9)
    held = read(group(40, 10, *at(0.1, 0, 10))).everyone
    assert (held["found at 1"], held["missed at 1"], held["wrong at 1"]) == (0, 10, 0)
    # one row, one outcome, one selected: nothing of itself is known of those found
    held = read(group(40, 1, *at(0.1, 9, 1))).everyone
    assert "found at 1" not in held
    # a group without anybody has no numbers at any capacity
    empty = read(group(0, 0)).everyone
    assert len(empty) == 9 and set(empty.values()) == {0}
    assert "selected at 1" not in read(group(1, 0)).everyone


def test_groups_together_are_known_by_their_sum_or_by_all_others(read):
    numbers = [("a", 90, 30), ("b", 60, 20), ("c", 50, 30)]
    groups = [group(rows, of, name=name) for name, rows, of in numbers]
    held = read(group(200, 80), *groups)

    def rows(held, *names):
        return held.of("ethnicity", frozenset(names)).get("rows")

    assert rows(held, "a", "b") == 150 and rows(held, "c") == 50
    assert rows(held, "a", "b", "c") == 200 and rows(held) == 0
    groups[0] = group("c", "c", name="a")
    held = read(group(200, 80), *groups)
    assert rows(held, "a") == 90 and rows(held, "a", "b") == 150
    groups[1] = group("c", "c", name="b")
    held = read(group(200, 80), *groups)
    assert rows(held, "a") is None and rows(held, "a", "b") == 150
    held = read(group("c", "c"), *groups)
    assert rows(held, "a", "b") is None and rows(held, "c") == 50
    assert held.of("disability", frozenset("a")) == {}
    # what only one of two shows is not known of both
    more = [group(90, 30, *at(0.1, 9, 30, 6), name="a"), group(60, 20, name="b")]
    held = read(group("c", "c"), *more)
    assert held.of("ethnicity", frozenset("ab")) == {
        "rows": 150,
        "outcomes": 50,
        "without": 100,
    }


def test_a_merged_group_says_what_its_parts_do_together(read):
    parts = [
        group("c", "c", name="a", within="ab"),
        group("c", "c", name="b", within="ab"),
        group(50, 30, name="c"),
        group("c", "c", name="d"),
        group(70, 40, name="ab"),
    ]
    sex = {"name": "sex", "groups": [group(9, 9, name="f"), group(9, 9, name="ab")]}
    sex["groups"][0]["within"] = "ab"
    held = read(group("c", "c"), *parts, also=[sex])
    assert held.held == {"ethnicity": ("a", "b", "c", "d"), "sex": ("f",)}
    assert held.merged == {
        ("ethnicity", "ab"): frozenset("ab"),
        ("sex", "ab"): frozenset("f"),
    }
    assert held.of("ethnicity", frozenset("ab")) == {
        "rows": 70,
        "outcomes": 40,
        "without": 30,
    }
    for others in ("a", "abc", "f", "d", "cd"):
        assert held.of("ethnicity", frozenset(others)) == {}


def test_a_merged_group_of_another_characteristic_says_nothing(read):
    hidden = [group("c", "c", name=one) for one in ("a", "b", "c")]
    within = [{**one, "within": "ab"} for one in hidden[:2]]
    sex = {"name": "sex", "groups": [*within, group(18, 8, name="ab")]}
    held = read(group("c", "c"), *hidden, also=[sex])
    assert held.of("sex", frozenset("ab"))["rows"] == 18
    assert held.of("ethnicity", frozenset("ab")) == {}


def test_what_is_no_audit_is_refused(tmp_path):
    with pytest.raises(UsageError, match="holds no audit"):
        read_earlier(tmp_path)
    for content in ('{"format": "other"}', "{", '{"format": "riskaid-audit"}'):
        (tmp_path / "audit.json").write_text(content)
        with pytest.raises(UsageError, match=tmp_path.name):
            read_earlier(tmp_path)
    other = {
        "format": "other",
        "capacities": [],
        "everyone": group(9, 9),
        "characteristics": [],
    }
    (tmp_path / "audit.json").write_text(json.dumps(other))
    with pytest.raises(UsageError, match="--previous"):
        read_earlier(tmp_path)


def numbers(rows, *, more=()):
    return {"rows": rows, "outcomes": 0, "without": rows, **dict(more)}


def earlier(everyone, capacities=0, **groups):
    """An audit published earlier, of ethnicities."""
    return Earlier(
        digest="",
        everyone=everyone,
        groups={("ethnicity", name): one for name, one in groups.items()},
        held={"ethnicity": tuple(groups)},
        merged={},
        capacities=capacities,
    )


def before(*published, kinds=None):
    named = [("ethnicity", ("a",)), ("ethnicity", ("b",)), ("sex", ("f",))]
    named += [("ethnicity", ("a", "b"))]
    return Before(tuple(published), tuple(named), kinds or kinds_of(0, 0), 6)


def near(rows, *published, cells=(0,)):
    counts = np.array([rows, 0, rows], dtype=float)
    return before(*published).near(cells, counts).tolist()


def test_a_count_is_near_from_one_to_five_away():
    held = earlier(numbers(150), a=numbers(100), b=numbers(50))
    shown = [near(rows, held)[0] for rows in (94, 95, 99, 100, 101, 105, 106)]
    assert shown == [False, True, True, False, True, True, False]
    assert near(99.0, held) == [True, False, True]
    assert near(52, held, cells=(1,)) == [True, False, True]
    assert near(152, held, cells=(0, 1)) == [True, False, True]
    assert near(152, held, cells=(3,)) == [True, False, True]
    # of another characteristic, or of nothing, nothing is known
    assert near(99, held, cells=(2,)) == [False] * 3
    assert near(99, held, cells=()) == [False] * 3
    # near to one of two is near
    far = earlier(numbers(999), a=numbers(500), b=numbers(499))
    assert near(99, held, far) == near(99, far, held) == [True, False, True]


def test_at_a_capacity_a_count_is_compared_with_every_earlier_one():
    more = {"found at 1": 40, "found at 2": 60, "selected at 2": 70}
    held = earlier({}, 2, a=numbers(100, more=more))
    kinds = kinds_of(3, 0)

    def found(name, count):
        counts = np.where(np.array(kinds.names) == name, count, 100.0)
        return before(held, kinds=kinds).near([0], counts)[kinds.names.index(name)]

    assert found("found at 3", 42) and found("found at 3", 57)
    assert found("found at 1", 62) and not found("found at 1", 50)
    assert found("selected at 3", 72) and not found("selected at 3", 60)
    assert not found("missed at 1", 41)
    assert not found("found from 1 to 2", 41)
    assert not found("rows", 41) and found("rows", 101)
    # a third capacity is none of the earlier audit's
    held.groups["ethnicity", "a"]["found at 3"] = 20
    assert not found("found at 1", 21)


def test_what_each_earlier_audit_shows_of_each_cell_and_of_everyone():
    held = earlier(numbers(150), 1, a=numbers(100, more={"found at 1": 7}), b={})
    ((names, shown, counts),) = before(held).counts()
    assert names == ["found at 1", "outcomes", "rows", "without"]
    assert shown == [0, 1, 3, 4]
    nan = np.nan
    expected = [
        [7, 0, 100, 100],
        [nan, 0, 50, 50],
        [nan] * 4,
        [nan, 0, 150, 150],
        [nan, 0, 150, 150],
    ]
    assert np.array_equal(counts, np.array(expected), equal_nan=True)
    assert before(earlier({}, a={}, b={})).counts() == []
    assert len(before(held, held).counts()) == 2
    # each audit by itself, whichever comes first
    other = earlier({}, a=numbers(300), b={})
    assert [shown for _, shown, _ in before(other, held).counts()] == [
        [0],
        [0, 1, 3, 4],
    ]


def test_everyone_is_all_groups_of_the_first_characteristic_and_of_no_other():
    held = earlier({}, a=numbers(100), b=numbers(20))
    named = (("ethnicity", ("a",)), ("sex", ("b",)))
    ((names, shown, counts),) = Before((held,), named, kinds_of(0, 0), 6).counts()
    assert shown == [0, 2]
    assert counts[:, names.index("rows")].tolist()[::2] == [100, 100]

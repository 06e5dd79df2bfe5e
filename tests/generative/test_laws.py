"""Laws that hold for every expression over every record.

By the reference, which takes a fifth of the kernel's time for a case; where the kernel
could break a law by itself, by the kernel too. `test_engines_agree.py` holds that all
engines give the same, so what is true of one is true of each.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

import generated_cases as g
import polars as pl
import pytest
from hypothesis import given

from riskaid.indicators import reference
from riskaid.indicators.cases import MemoryCases
from riskaid.indicators.plan import parts_of
from riskaid.language import days, nodes
from riskaid.training import outcome as outcomes
from riskaid.training.asked_rows import Link, Outcome
from riskaid.training.table import Predictors, add_indicators

ENGINES = (g.by_reference, g.by_kernel)
COUNTED = ("missing_episodes", "placements", "attendance", "icpcs")
DAY = timedelta(days=1)


def as_of_all(as_of):
    """Every child as of one date."""
    children = [*g.CHILDREN, g.STRANGER]
    return pl.DataFrame({"person_id": children, "as_of": [as_of] * len(children)})


def with_frames(store, **frames):
    return MemoryCases({**store.frames, **frames}, store.coverage)


# What does not matter


@g.generated
@given(g.dice)
def test_the_order_of_records_and_rows_does_not_matter(dice):
    """A table in another order, and rows in another order, give the same values."""
    store, named, rows = g.a_case(dice, 4)
    mixed = Random(dice.seed())

    def turned(frame):
        order = list(range(len(frame)))
        mixed.shuffle(order)
        return frame[order]

    other = with_frames(store, **{n: turned(f) for n, f in store.frames.items()})
    asked = turned(rows.with_row_index("at"))
    expected = g.by_reference(named, store, rows)
    assert g.by_reference(named, other, rows).equals(expected)
    assert g.by_kernel(named, other, asked.drop("at")).equals(expected[asked["at"]])


@g.generated
@given(g.dice)
def test_what_came_after_never_changes_a_value(dice):
    """A record of the as-of day or later, or known only then, changes no value.

    Nor does a version that had been replaced before it, whatever its date.
    """
    store, named, _ = g.a_case(dice, 4)
    as_of = dice.choice(g.AS_OF)
    name = dice.choice([one for one in store.frames if one != "persons"])
    random = Random(dice.seed())
    later = [g.a_record(random, name, 900 + n) for n in range(3)]
    for n, row in enumerate(later):
        how = dice.below(3) if row["date"] is not None else 1 + dice.below(2)
        if how == 0:
            row["date"] = as_of + DAY * dice.choice([0, 1, 30])
        elif how == 1:
            row["known_from"] = as_of + DAY * dice.choice([0, 1, 30])
            row["known_until"] = None
        else:
            row["known_from"] = as_of - DAY * (3 + n)
            row["known_until"] = as_of - DAY * dice.choice([1, 2])
    more = with_frames(
        store, **{name: pl.concat([store.frames[name], g.frame(name, later)])}
    )
    rows = as_of_all(as_of)
    for engine in ENGINES:
        assert engine(named, more, rows).equals(engine(named, store, rows))


@g.generated
@given(g.dice)
def test_a_column_filled_in_later_never_changes_a_value(dice):
    """What stands in a column group counts from the day it was known, not before."""
    store, named, _ = g.a_case(dice, 6)
    as_of = dice.choice(g.AS_OF)
    random = Random(dice.seed())
    before, after = dict(store.frames), dict(store.frames)
    for name in store.frames:
        table = g.t.TABLES[name]
        if not table.group_lags:
            continue
        rows = store.frames[name].to_dicts()
        known = {f"{group}_known_from": as_of for group in table.group_lags}
        others = {c.name: c for c in table.columns.values() if c.group is not None}
        before[name] = g.frame(name, [row | known for row in rows])
        after[name] = g.frame(
            name,
            [
                row | known | {n: g.a_cell(random, n, c) for n, c in others.items()}
                for row in rows
            ],
        )
    rows = as_of_all(as_of)
    first, second = (
        g.by_reference(named, MemoryCases(frames, store.coverage), rows)
        for frames in (before, after)
    )
    assert first.equals(second)


# Records behind a value


def cited_of(answer):
    return {(one.table, one.source, one.source_row) for one in answer.records}


@g.generated
@given(g.dice)
def test_the_records_behind_a_value_reproduce_it(dice):
    """A store that holds nothing but the records shown gives the same value.

    Every one of them was dated before the as-of date. Of persons, all versions stay
    where none is shown: a child must be held to have a value at all.
    """
    store, named, _ = g.a_case(dice, 6)
    as_of = dice.choice(g.AS_OF)
    for node in named.values():
        child = dice.choice(g.CHILDREN)
        answer = reference.value(node, store, child, as_of)
        cited = cited_of(answer)
        shows_persons = any(table == "persons" for table, *_ in cited)
        frames = {
            name: frame
            if name == "persons" and not shows_persons
            else frame.filter(
                pl.Series(
                    [
                        (name, source, row) in cited or source == "held"
                        for source, row in frame.select("source", "source_row").rows()
                    ],
                    dtype=pl.Boolean,
                )
            )
            for name, frame in store.frames.items()
        }
        alone = MemoryCases(frames, store.coverage)
        assert reference.value(node, alone, child, as_of).value == answer.value
        for one in answer.records:
            assert one.date is None or one.date < as_of


# Predictors and outcomes


@dataclass(frozen=True, eq=False)
class Extract(MemoryCases):
    """A store in memory with the day of its extract, as training asks for it."""

    extract_date: date = date(2200, 1, 1)


def an_outcome(dice, held):
    table = dice.choice([name for name in COUNTED if name in held])
    where = {}
    if table != "attendance" and dice.chance(2):
        column = dice.choice(g.columns_of(g.t.TABLES[table], "code"))
        where = {column.name: g.CODES.get(column.name, ["x"])[0]}
    link = None
    if (other := "domestic_abuse_incidents") in held and dice.chance(4):
        link = Link(table=other, or_within_days=dice.choice([0, 30]))
    return Outcome(
        name="made_up",
        says="a made-up record of a test",
        table=table,
        where=where,
        linked_to=link,
        at_least=1 + dice.below(2),
        gap_days=dice.choice([0, 0, 1, 30]),
        within_days=dice.choice([1, 30, 365]),
        lag_days=0,
    )


def records_of(outcome, store, person, as_of):
    """The records of an outcome's table in its window: the plainest reading."""
    first = as_of + DAY * outcome.gap_days
    last = first + DAY * outcome.within_days
    return {
        (outcome.table, row["source"], row["source_row"])
        for row in store.table(outcome.table).to_dicts()
        if row["person_id"] == person
        and row["known_until"] is None
        and row["date"] is not None
        and first <= row["date"] < last
        and all(row[name] == value for name, value in outcome.where.items())
    }


@g.generated
@given(g.dice)
def test_predictor_and_outcome_share_no_record(dice):
    """What a predictor of a row counts, its outcome does not, and the other way.

    No record stands behind both, by training's own code for the outcome; without any
    record dated on or after the as-of date every predictor stays as it is, and without
    the records of the outcome's table dated before it every outcome does.
    """
    store, named, rows = g.a_case(dice, 4)
    if not set(COUNTED) & set(store.frames):
        return
    outcome = an_outcome(dice, store.frames)
    whole = dict.fromkeys(store.frames, g.WIDE)
    held = Extract(store.frames, whole)
    rows = rows.unique(maintain_order=True)

    def by_training(extract):
        with pytest.MonkeyPatch.context() as patch:  # a few rows are all alike
            patch.setattr(outcomes, "refuse_incomplete", lambda _: None)
            patch.setattr(outcomes, "refuse_stopped", lambda *_, **__: None)
            found = outcomes.add_outcome(rows, outcome, extract, {})
        assert found.select(rows.columns).equals(rows)
        return found["outcome"].to_list()

    found = by_training(held)
    for (person, as_of), there in zip(rows.rows(), found, strict=True):
        counted = records_of(outcome, held, person, as_of)
        if outcome.linked_to is None:
            assert there == (len(counted) >= outcome.at_least)
        for node in named.values():
            assert not counted & cited_of(reference.value(node, held, person, as_of))
        earlier = {
            name: frame.filter(pl.col("date").is_null() | (pl.col("date") < as_of))
            for name, frame in held.frames.items()
        }
        row = rows.filter(person_id=person, as_of=as_of)
        alone = g.by_reference(named, Extract(earlier, whole), row)
        assert alone.equals(g.by_reference(named, held, row))
    before = rows["as_of"].min()
    frame = held.frames[outcome.table].filter(pl.col("date") >= before)
    assert by_training(Extract({**held.frames, outcome.table: frame}, whole)) == found


@g.generated
@given(g.dice)
def test_training_asks_the_same_of_the_same_rows(dice):
    """The columns of the training table are the predictors as of each row's date."""
    store, named, rows = g.a_case(dice, 3)
    plan = g.plan_of(named)
    predictors = Predictors(tuple(named), (None,) * len(named), {})
    made = add_indicators(
        rows, plan=plan, store=store, predictors=predictors, eligible_when=(), counts={}
    )
    assert made.select(list(named)).equals(g.by_reference(named, store, rows))


# Windows


@g.generated
@given(g.dice)
def test_adjacent_windows_add_up(dice):
    """The last 30 days and the 60 before them together make the last 90 days.

    For counts, totals of a number and days covered by spells.
    """
    store, _, rows = g.a_case(dice, 0)
    near, far = 1 + dice.below(90), 1 + dice.below(90)
    late, early, both = days(near), days(far).before(days(near)), days(near + far)
    named = {}
    for n in range(4):
        table, chosen = g.a_selection(dice, COUNTED)
        words = [chosen.count]
        if table.shape == "spell":
            words.append(chosen.overlap_days)
        words += [
            lambda last, c=chosen, of=number: c.total(of, last=last)
            for number in g.columns_of(table, "number")
        ]
        for w, word in enumerate(words):
            named[f"parts {n} {w}"] = (word(last=late) + word(last=early)).node
            named[f"whole {n} {w}"] = word(last=both).node
    found = g.by_reference(named, store, rows).select(pl.all().round(6))
    for name in found.columns[::2]:
        whole = found[name.replace("parts", "whole")]
        assert found[name].equals(whole, check_names=False)


def widening(chosen, table):
    """The words that a longer window can only raise."""
    words = [chosen.count, lambda last: chosen.any(last=last).as_number()]
    words.append(lambda last: chosen.count_distinct(table.source, last=last))
    words.append(lambda last: chosen.decayed(half_life=days(30), last=last))
    words.append(chosen.days_since_first)
    words.append(lambda last: chosen.changes(table.source, last=last))
    for number in g.columns_of(table, "number"):  # none of them is below zero
        words.append(lambda last, of=number: chosen.total(of, last=last))
        words.append(lambda last, of=number: chosen.largest(of, last=last))
    if table.shape == "spell":
        words.append(chosen.overlap_days)
    return words


@g.generated
@given(g.dice)
def test_a_longer_window_never_counts_less(dice):
    """What counts in 30 days counts in 90; the latest record stays the latest.

    A value known in the longer window is known in the shorter one, but for a number
    that no record there holds.
    """
    store, _, rows = g.a_case(dice, 0)
    short = 1 + dice.below(90)
    long = short + dice.choice([1, 30, 366])
    table, chosen = g.a_selection(dice, COUNTED)
    words = widening(chosen, table)
    other, then = g.a_selection(dice, g.DATED)
    same_day = other.name != table.name and dice.chance(2)
    words.append(
        lambda last: chosen.sequence(
            then, within=days(30), same_day=same_day, last=last
        )
    )
    found = g.by_reference(
        {
            f"{w} {n}": word(last=days(n)).node
            for w, word in enumerate([*words, chosen.days_since_last])
            for n in (short, long)
        },
        store,
        rows,
    )
    covers = g.by_reference(
        {"short": chosen.count(last=days(short)).node}, store, rows
    )["short"]
    for w in range(len(words) + 1):
        pairs = zip(found[f"{w} {short}"], found[f"{w} {long}"], covers, strict=True)
        for less, more, covered in pairs:
            assert more is None or covered is not None
            if less is None or more is None:
                continue
            assert less == more if w == len(words) else less <= more


# Words that only grow


@g.generated
@given(g.dice)
def test_words_that_only_grow_do(dice):
    """One record more never makes a count smaller, nor the last one longer ago.

    Count, any, count_distinct, largest, total of numbers not below zero, decayed,
    overlap_days, is_open, open_at, days_since_first and sequence never fall;
    days_since_last never rises. A known value stays known, but for a total to which a
    record without its number came. The record may also be a link to an adult, by which
    more records are reached.
    """
    store, _, rows = g.a_case(dice, 0)
    table, chosen = g.a_selection(dice, [*COUNTED, "adult_events"])
    _, then = g.a_selection(dice, COUNTED)
    last = dice.choice(g.WINDOWS)
    up = [word(last=last) for word in widening(chosen, table)]
    del up[5]  # changes: a record between two others can undo one
    up.append(chosen.sequence(then, within=days(30), last=last))
    up.append(then.sequence(chosen, within=days(30), last=last))
    if table.shape == "spell":
        up += [chosen.is_open(), chosen.open_at(days(30))]
    named = g.named([*up, chosen.days_since_last(last=last)])
    name = dice.choice([table.name, "household"])
    if name not in store.frames:
        return
    random = Random(dice.seed())
    more = [g.a_record(random, name, 900 + n) for n in range(3)]
    for row in more:
        row |= {"known_from": g.LONG_AGO, "known_until": None}
    bigger = with_frames(
        store, **{name: pl.concat([store.frames[name], g.frame(name, more)])}
    )
    before, after = (g.by_reference(named, one, rows) for one in (store, bigger))
    falling = before.columns[-1]
    for at, node in named.items():
        for old, new in zip(before[at], after[at], strict=True):
            if old is None:
                continue
            if new is None:
                assert isinstance(node, nodes.Total)
            else:
                assert new <= old if at == falling else new >= old


# What is not known


def reads_is_known(node):
    return any(isinstance(part, nodes.IsKnown) for part in parts_of(node))


@g.generated
@given(g.dice)
def test_unknown_stays_unknown(dice):
    """Of a child not held, or from a table not supplied, nothing is known but that.

    Only `is_known()` and numbers written in the definition are known; "false and not
    known" is false, and "true or not known" is true, but never by a value nobody knew.
    """
    store, named, rows = g.a_case(dice, 8)
    nobody = rows.with_columns(person_id=pl.lit(g.STRANGER))
    empty = MemoryCases({"persons": store.frames["persons"]}, {})
    aged = {k: n for k, n in named.items() if not reads_is_known(n)}
    for asked, held in ((nobody, store), (rows, empty)):
        found = g.by_reference(aged, held, asked)
        for name, node in aged.items():
            leaves = {type(one) for one in parts_of(node)}
            if held is store or nodes.AgeYears not in leaves:
                assert found[name].null_count() == len(rows), node
        known = g.by_reference(
            {k: nodes.IsKnown(n) for k, n in named.items()}, held, asked
        )
        values = g.by_reference(named, held, asked)
        for name in named:
            assert known[name].to_list() == [v is not None for v in values[name]]


@g.generated
@given(g.dice)
def test_knowing_less_never_changes_an_answer_but_withdraws_it(dice):
    """When a table covers less, each value stays as it is or becomes not known.

    Never another value, and never known where it was not: a gap, a later first day, an
    earlier last day, no table at all, or a column that is not there. Where `is_known()`
    is asked, that answer may change, so such expressions are left out; and a later
    first day can leave a gap behind, after which "ever" begins.
    """
    store, named, rows = g.a_case(dice, 8)
    named = {k: node for k, node in named.items() if not reads_is_known(node)}
    frames, coverage = dict(store.frames), dict(store.coverage)
    random = Random(dice.seed())
    for name in [one for one in frames if one != "persons"]:
        held, how = coverage[name], dice.below(7)
        if how == 1:
            gaps = (*held.gaps, *g.some_gaps(random))
            coverage[name] = replace(held, gaps=gaps)
        elif how == 2 and not held.gaps:
            first = max(held.covered_from, g.a_date(random))
            coverage[name] = replace(held, covered_from=first)
        elif how == 3:
            last = min(held.covered_to, g.a_date(random))
            coverage[name] = replace(held, covered_to=last)
        elif how == 4:
            del coverage[name]
        elif how == 5:
            del frames[name]
        elif how == 6:
            absent = (*held.absent, *g.some_absent(random, name))
            coverage[name] = replace(held, absent=absent)
    before = g.by_reference(named, store, rows)
    after = g.by_reference(named, MemoryCases(frames, coverage), rows)
    for name in named:
        for old, new in zip(before[name], after[name], strict=True):
            assert new is None or new == old


@g.generated
@given(g.dice)
def test_a_window_that_touches_a_gap_is_not_known_and_no_other_value_changes(dice):
    """Day by day: a window is known when no day of it lies in a gap of the coverage."""
    store, _, rows = g.a_case(dice, 0)
    table, chosen = g.a_selection(dice, COUNTED)
    if table.name not in store.frames:
        return
    n = dice.choice([None, 1, 2, 30, 1 + dice.below(400)])
    (gap, *_) = g.some_gaps(Random(dice.seed()))
    whole = dict.fromkeys(store.frames, g.WIDE)
    torn = {**whole, table.name: replace(g.WIDE, gaps=(gap,))}
    asked = {"x": chosen.count(last=None if n is None else days(n)).node}
    before, after = (
        g.by_reference(asked, MemoryCases(store.frames, one), rows)["x"]
        for one in (whole, torn)
    )
    missing = [gap.first + DAY * at for at in range((gap.last - gap.first).days + 1)]
    for value, now, as_of in zip(before, after, rows["as_of"], strict=True):
        lower = g.WIDE.covered_from if n is None else as_of - DAY * n
        touched = any(lower <= day < as_of for day in missing)
        assert now == (None if touched else value)

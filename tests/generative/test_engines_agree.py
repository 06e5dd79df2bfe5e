"""Laws that hold for every expression over every record, on the engines."""

from random import Random

import generated_cases as g
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from riskaid.indicators import kernel, reference, sql
from riskaid.indicators.cases import MemoryCases
from riskaid.indicators.plan import NODES, parts_of
from riskaid.language import days


def by_kernel(expression, store, rows, **how):
    frame = kernel.columns({"x": g.node_of(expression)}, store, rows, **how)
    return frame["x"].to_list()


def by_reference(expression, store, rows):
    return [
        reference.value(expression, store, person, as_of).value
        for person, as_of in rows.select("person_id", "as_of").iter_rows()
    ]


@g.generated
@given(g.stores, st.lists(g.expressions, min_size=6, max_size=6), g.rows())
def test_the_kernel_and_the_reference_agree_exactly(store, expressions, rows):
    for expression in expressions:
        assert by_kernel(expression, store, rows) == by_reference(
            expression, store, rows
        )


@g.fewer
@given(g.stores, st.lists(g.expressions, min_size=12, max_size=12), g.rows())
def test_duckdb_and_the_kernel_agree_exactly(store, expressions, rows):
    named = {f"x{n}": g.node_of(one) for n, one in enumerate(expressions)}
    assert sql.columns(named, store, rows).equals(kernel.columns(named, store, rows))


@g.generated
@given(g.stores, g.expressions, g.rows(), st.integers(1, 3))
def test_the_whole_equals_its_chunks(store, expression, rows, at_once):
    whole = by_kernel(expression, store, rows)
    assert by_kernel(expression, store, rows, at_once=at_once) == whole


@g.generated
@given(g.stores, g.expressions, g.rows(), st.randoms(use_true_random=False))
def test_the_order_of_records_and_rows_does_not_matter(store, expression, rows, random):
    def mixed(frame):
        order = list(range(len(frame)))
        random.shuffle(order)
        return frame[order]

    other = MemoryCases(
        {name: mixed(frame) for name, frame in store.frames.items()}, store.coverage
    )
    turned = rows.with_row_index("at")
    turned = mixed(turned)
    expected = by_kernel(expression, store, rows)
    assert by_reference(expression, other, rows) == expected
    assert by_kernel(expression, other, turned) == [expected[i] for i in turned["at"]]


@g.generated
@given(
    g.stores,
    g.expressions,
    st.sampled_from(g.AS_OF),
    g.seeds,
    st.sampled_from([n for n in g.TABLES if n != "persons"]),
)
def test_what_came_after_never_changes_a_value(store, expression, as_of, seed, name):
    dice = Random(seed)
    later = g.a_record(dice, name, 900)
    if later["date"] is None or dice.random() < 0.5:
        later["known_from"] = max(later["known_from"], as_of)
        later["known_until"] = None
    else:
        later["date"] = max(later["date"], as_of)
    if name not in store.frames:
        return
    frames = dict(store.frames)
    frames[name] = pl.concat([frames[name], g.frame(name, [later])])
    rows = pl.DataFrame({"person_id": g.CHILDREN, "as_of": [as_of] * len(g.CHILDREN)})
    more = MemoryCases(frames, store.coverage)
    assert by_kernel(expression, more, rows) == by_kernel(expression, store, rows)
    assert by_reference(expression, more, rows) == by_reference(expression, store, rows)


@g.generated
@given(
    g.stores,
    g.expressions,
    st.sampled_from(g.AS_OF),
    g.seeds,
    st.sampled_from(["missing_episodes", "placements", "household"]),
)
def test_a_column_group_known_later_never_changes_a_value(
    store, expression, as_of, seed, name
):
    dice = Random(seed)
    if name not in store.frames or not len(store.frames[name]):
        return
    table = g.t.TABLES[name]
    rows = store.frames[name].to_dicts()
    other = [dict(row) for row in rows]
    for row, changed in zip(rows, other, strict=True):
        for group in table.group_lags:
            row[f"{group}_known_from"] = changed[f"{group}_known_from"] = as_of
            for column in table.columns.values():
                if column.group == group:
                    changed[column.name] = g.a_cell(dice, column.name, column)
    asked = pl.DataFrame({"person_id": g.CHILDREN, "as_of": [as_of] * len(g.CHILDREN)})
    stores = [
        MemoryCases({**store.frames, name: g.frame(name, which)}, store.coverage)
        for which in (rows, other)
    ]
    first, second = (by_kernel(expression, each, asked) for each in stores)
    assert first == second


@g.generated
@given(
    g.stores,
    g.selections(("missing_episodes", "placements", "attendance", "icpcs")),
    g.rows(),
    st.integers(1, 90),
    st.integers(1, 90),
)
def test_adjacent_windows_add_up(store, chosen, rows, near, far):
    table, selection = chosen
    words = [lambda last: selection.count(last=last)]
    if table.shape == "spell":
        words.append(lambda last: selection.overlap_days(last=last))
    if table.name == "attendance":
        words.append(lambda last: selection.total(table.sessions_missed, last=last))
    late, early = days(near), days(far).before(days(near))
    for word in words:
        whole = by_kernel(word(days(near + far)), store, rows)
        parts = by_kernel(word(late) + word(early), store, rows)
        assert [None if x is None else round(x, 6) for x in parts] == whole


@g.generated
@given(g.stores, g.expressions, st.sampled_from(g.AS_OF))
def test_the_records_behind_a_value_reproduce_it(store, expression, as_of):
    for child in g.CHILDREN:
        answer = reference.value(expression, store, child, as_of)
        cited = {(one.table, one.source, one.source_row) for one in answer.records}
        frames = {
            name: frame
            if name == "persons" and not any(table == "persons" for table, *_ in cited)
            else frame.filter(
                pl.Series(
                    [
                        (name, row["source"], row["source_row"]) in cited
                        or row["source"] == "held"
                        for row in frame.to_dicts()
                    ],
                    dtype=pl.Boolean,
                )
            )
            for name, frame in store.frames.items()
        }
        alone = MemoryCases(frames, store.coverage)
        assert reference.value(expression, alone, child, as_of).value == answer.value
        for one in answer.records:
            assert one.date is None or one.date < as_of


@g.generated
@given(
    g.stores,
    g.selections(("missing_episodes", "placements", "attendance", "icpcs")),
    st.one_of(st.none(), st.integers(1, 400)),
    g.rows(),
    g.seeds,
)
def test_a_window_that_touches_a_gap_is_not_known_and_no_other_value_changes(
    store, chosen, n, rows, seed
):
    table, selection = chosen
    if table.name not in store.frames:
        return
    gap = g.some_gaps(Random(seed))[0]
    whole = dict.fromkeys(store.coverage, g.WIDE)
    torn = {**whole, table.name: g.replace(g.WIDE, gaps=(gap,))}
    asked = selection.count(last=None if n is None else days(n))
    before, after = (
        by_kernel(asked, MemoryCases(store.frames, coverage), rows)
        for coverage in (whole, torn)
    )
    for value, now, as_of in zip(before, after, rows["as_of"], strict=True):
        lower = g.WIDE.covered_from if n is None else as_of - g.timedelta(days=n)
        window = {lower + g.timedelta(days=d) for d in range((as_of - lower).days)}
        touched = any(gap.first <= day <= gap.last for day in window)
        assert now == (None if touched else value)
    assert after == by_reference(asked, MemoryCases(store.frames, torn), rows)


def test_every_node_is_generated():
    seen = set()

    @g.settings(g.generated, max_examples=200)
    @given(g.expressions)
    def collect(expression):
        seen.update(type(part).__name__ for part in parts_of(g.node_of(expression)))

    collect()
    unseen = set(NODES) - seen
    assert not unseen, f"nodes that no generated test reaches: {sorted(unseen)}"

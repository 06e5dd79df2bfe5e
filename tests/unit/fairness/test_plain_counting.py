"""Every number of any audit is plain counting to the digit, and no row is lost.

Files are generated: few rows and many, equal scores, codes that are empty, null,
refused or unknown, families or none. The counter is written anew here, in plain Python.
"""

from collections import Counter
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskaid.fairness.audit import audit

ETHNICITY = {
    "WBRI": "white", "WOTH": "white", "WROM": "gypsy roma traveller",
    "MWBC": "mixed", "AIND": "asian", "BCRB": "black", "OOTH": "other",
    "": "not recorded", None: "not recorded", "  ": "not recorded",
    "REFU": "refused", "NOBT": "not yet obtained", "ZZZZ": "code not known",
}  # fmt: skip
DISABILITY = {"yes": "disability", "no": "no disability", None: "not recorded"}
SEX = {"F": "girls", "M": "boys", None: "not recorded"}
AGE = {"under 1": "under 1", "10 to 15": "10 to 15", None: "not recorded"}
COLUMNS = {
    "ethnicity": ETHNICITY,
    "disability": DISABILITY,
    "sex": SEX,
    "age_band": AGE,
}

ROW = st.tuples(
    st.integers(0, 20),
    st.booleans(),
    *(st.sampled_from(list(codes)) for codes in COLUMNS.values()),
    st.integers(0, 12),
)


def frame_of(rows):
    names = ["score", "outcome", *COLUMNS, "family"]
    held = [dict(zip(names, row, strict=True)) for row in rows]
    return pl.DataFrame(
        {
            "person_id": [f"P{i:03d}" for i in range(len(held))],
            "family_id": [f"F{r['family']}" for r in held],
            # Apart by a little, so that who is selected needs no draw.
            "score": [r["score"] / 25 + i / 100_000 for i, r in enumerate(held)],
            "outcome": [int(r["outcome"]) for r in held],
            **{name: [r[name] for r in held] for name in COLUMNS},
        },
        schema_overrides=dict.fromkeys(COLUMNS, pl.String),
    )


def plain(rows, selected, group):
    """Rates of a group and of everyone else, as (numerator, denominator)."""
    sides = []
    for inside in (True, False):
        n = Counter()
        for row, chosen in zip(rows, selected, strict=True):
            if (row["group"] == group) is inside:
                n["rows"] += 1
                n["outcomes"] += row["outcome"]
                n["selected"] += chosen
                n["found"] += chosen and row["outcome"]
        sides.append(
            {
                "base_rate": (n["outcomes"], n["rows"]),
                "selection_rate": (n["selected"], n["rows"]),
                "false_negative_rate": (n["outcomes"] - n["found"], n["outcomes"]),
                "recall": (n["found"], n["outcomes"]),
                "false_positive_rate": (
                    n["selected"] - n["found"],
                    n["rows"] - n["outcomes"],
                ),
                "positive_predictive_value": (n["found"], n["selected"]),
                "false_omission_rate": (
                    n["outcomes"] - n["found"],
                    n["rows"] - n["selected"],
                ),
            }
        )
    return sides


def check(result, frame):
    rows = frame.sort("score", descending=True).to_dicts()
    seen = 0
    for audited in result.characteristics:
        if audited.name not in COLUMNS:
            continue
        for row in rows:
            row["group"] = COLUMNS[audited.name][row[audited.name]]
        single = [g for g in audited.groups if len(g.cell.members) == 1]
        assert sum(g.rows for g in single) == frame.height
        assert sum(g.outcomes for g in single) == frame["outcome"].sum()
        expected = Counter(row["group"] for row in rows)
        assert {g.cell.name: g.rows for g in single if g.rows} == expected
        for group in single:
            for j in group.judged:
                f = j.finding
                if f.state != "estimable" or f.rate not in RATES:
                    continue
                size = max(1, round((f.capacity or 0.2) * frame.height))
                selected = [int(i < size) for i in range(frame.height)]
                (a, b), (c, d) = (
                    side[f.rate] for side in plain(rows, selected, group.cell.name)
                )
                told = {
                    "value": lambda a=a, b=b: a / b,
                    "difference": lambda a=a, b=b, c=c, d=d: a / b - c / d,
                    "ratio": lambda a=a, b=b, c=c, d=d: (a / b) / (c / d),
                }[f.compared]()
                assert f.value == told, (audited.name, group.cell.name, f)
                assert f.n == b
                seen += 1
    return seen


RATES = (
    "base_rate", "selection_rate", "false_negative_rate", "recall",
    "false_positive_rate", "positive_predictive_value", "false_omission_rate",
)  # fmt: skip


@pytest.fixture(scope="module")
def fewer(policy):
    return replace(policy, replicates=200)


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(rows=st.lists(ROW, min_size=1, max_size=120))
def test_point_values_of_generated_files_are_plain_counting(fewer, rows):
    frame = frame_of(rows)
    check(audit(frame, fewer), frame)


def test_the_counter_has_much_to_count(make_council, fewer):
    """A council as large as one audits: hundreds of numbers, each to the digit."""
    draw = make_council(120, seed=8).with_columns(
        score=pl.col("score") + pl.int_range(pl.len()) * 1e-9
    )
    codes = {"": None, "BCRB": "REFU"}
    frame = draw.with_columns(
        pl.col("ethnicity").replace(codes),
        pl.col("disability").replace("", None),
        age_band=pl.when(pl.col("age_band").is_in(["under 1", "10 to 15"])).then(
            "age_band"
        ),
    )
    assert check(audit(frame, fewer), frame) > 300


@pytest.mark.parametrize("seed", range(4))
def test_fairlearns_own_frame_says_the_same(make_council, fewer, seed):
    from riskaid.training.fairlearn_frame import metric_frame

    frame = make_council(60 + 40 * seed, seed=seed).with_columns(
        pl.col("ethnicity").replace("", None)
    )
    result = audit(frame, fewer, seed=seed)
    seen = 0
    for audited in result.characteristics:
        for capacity in result.capacities:
            theirs = metric_frame(
                frame, fewer, audited.name, capacity=capacity, seed=seed
            ).by_group
            single = [g for g in audited.groups if len(g.cell.members) == 1 and g.rows]
            assert set(theirs.index) == {g.cell.name for g in single}
            for group in single:
                assert theirs.loc[group.cell.name, "count"] == group.rows
                for j in group.judged:
                    f = j.finding
                    at_hand = f.state == "estimable" and f.compared == "value"
                    here = f.capacity in (None, capacity)
                    if at_hand and here and f.measure in theirs.columns:
                        other = theirs.loc[group.cell.name, f.measure]
                        assert abs(f.value - other) < 1e-12, (f, other)
                        seen += 1
    assert seen > 150


def test_the_notebook_reads_files_and_frames_alike(make_council, fewer, tmp_path):
    import riskaid

    frame = make_council(60)
    frame.write_csv(tmp_path / "scores.csv")
    one = riskaid.metric_frame(tmp_path / "scores.csv", "sex").by_group
    assert one.equals(riskaid.metric_frame(frame, "sex", capacity=0.2).by_group)
    assert one["count"].sum() == frame.height


def test_fairlearns_frame_says_what_it_cannot_do(make_council, fewer):
    from riskaid.errors import UsageError
    from riskaid.training.fairlearn_frame import metric_frame

    frame = make_council(60)
    with pytest.raises(UsageError, match=r"no characteristic 'ethnicty'.*ethnicity"):
        metric_frame(frame, fewer, "ethnicty")
    with pytest.raises(UsageError, match=r"no capacity 0\.3\. It has: 0\.05, 0\.1"):
        metric_frame(frame, fewer, "sex", capacity=0.3)

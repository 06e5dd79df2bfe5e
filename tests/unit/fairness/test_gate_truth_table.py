"""The gate's truth table: each line spoils something that passes and states what follows.

The equal council below passes. Whatever is missing, tiny, out of date, not a number,
constant or not known then refuses, fails or is too little evidence. Nothing passes.
"""

from dataclasses import replace
from datetime import date
from functools import partial
from math import inf, nan

import numpy as np
import polars as pl
import pytest

from riskaid.errors import (
    DefinitionError,
    ExtractError,
    GateRefused,
    InsufficientEvidence,
)
from riskaid.fairness import audit as audits
from riskaid.fairness.audit import audit
from riskaid.fairness.gate import enforce
from riskaid.fairness.policy import load_policy
from riskaid.fairness.policy_groups import Merge

TODAY = date(2026, 11, 22)
ABSENT = ("not recorded", "refused", "not yet obtained", "code not known")
INSUFFICIENT, FAIL, PASS = "insufficient_evidence", "fail", "pass"
ROWS = 10_000


@pytest.fixture(scope="module")
def plain(policy):
    """The shipped policy with two characteristics of two groups and those not known."""
    ethnicity, disability = policy.characteristics[:2]
    return replace(
        policy,
        replicates=200,
        capacities=(0.2,),
        characteristics=(
            replace(
                ethnicity,
                gated=("white", "black", *ABSENT),
                may_be_absent=ABSENT,
                merges=(),
            ),
            replace(
                disability,
                gated=("disability", "no disability", *ABSENT),
                may_be_absent=ABSENT,
                merges=(),
            ),
        ),
    )


@pytest.fixture(scope="module")
def equal():
    """10,000 rows whose estimates are right in every group; 2,000 recorded outcomes."""
    draw = np.random.Generator(np.random.PCG64(3))
    log_odds = -2.1 + 2.1 * draw.normal(0, 1, ROWS)
    score = (1 / (1 + np.exp(-log_odds))).round(6)
    return pl.DataFrame(
        {
            "person_id": [f"C{i:06d}" for i in range(ROWS)],
            "score": score,
            "outcome": (draw.random(ROWS) < score).astype(int),
            "ethnicity": draw.choice(["WBRI", "BCRB"], ROWS),
            "disability": draw.choice(["yes", "no"], ROWS),
        }
    )


BLACK = pl.col("ethnicity") == "BCRB"
EVEN = pl.int_range(pl.len()) % 2 == 0
SELECTED = pl.col("score") >= pl.col("score").quantile(0.8)


def put(column, value, where=None):
    """Every row, or those of a condition, with another value in one column."""
    value = pl.lit(value) if not isinstance(value, pl.Expr) else value
    if where is None:
        return lambda frame: frame.with_columns(value.alias(column))
    return lambda frame: frame.with_columns(
        pl.when(where).then(value).otherwise(pl.col(column)).alias(column)
    )


def first(rows, column, value):
    return lambda frame: frame.with_columns(
        pl.when(pl.int_range(pl.len()) < rows)
        .then(pl.lit(value))
        .otherwise(pl.col(column))
        .alias(column)
    )


def yes_or_no(selected):
    return lambda frame: frame.with_columns(selected=selected.cast(pl.Int8)).drop(
        "score"
    )


def test_what_every_line_spoils_passes(equal, plain):
    found = audit(equal, plain)
    assert found.verdict == PASS
    assert {c.verdict for c in found.characteristics} == {PASS}


AUDITS = [
    # -- groups that are missing, tiny or not known
    ("a gated group nobody is in", put("ethnicity", "WBRI"), INSUFFICIENT),
    ("nobody is in any gated group", put("ethnicity", "AIND"), INSUFFICIENT),
    ("no ethnicity recorded at all", put("ethnicity", ""), INSUFFICIENT),
    ("no ethnicity and no disability recorded", lambda f: f.with_columns(
        ethnicity=pl.lit(""), disability=pl.lit("")), INSUFFICIENT),
    ("five rows with a code that is not known", first(5, "ethnicity", "WXYZ"),
     INSUFFICIENT),
    ("every code is one that is not known", put("ethnicity", "WXYZ"), INSUFFICIENT),
    ("five rows whose ethnicity was refused", first(5, "ethnicity", "REFU"),
     INSUFFICIENT),
    ("five rows whose ethnicity was not obtained", first(5, "ethnicity", "NOBT"),
     INSUFFICIENT),
    ("five rows without ethnicity", first(5, "ethnicity", None), INSUFFICIENT),
    ("one row in a gated group",
     lambda f: put("ethnicity", "WBRI")(f).with_columns(
         ethnicity=pl.Series(["BCRB"] + ["WBRI"] * (ROWS - 1))), INSUFFICIENT),
    ("nine rows with the outcome in a group, all else of it left out",
     lambda f: pl.concat([f.filter(~BLACK), f.filter(
         BLACK & (pl.col("outcome") == 1)).head(9)]), INSUFFICIENT),
    ("sixty rows in all", lambda f: f.head(60), INSUFFICIENT),
    ("two rows in all", lambda f: f.head(2), INSUFFICIENT),
    ("one row in all", lambda f: f.head(1), INSUFFICIENT),
    ("a tenth of the evidence", lambda f: f.head(ROWS // 10), INSUFFICIENT),
    # -- outcomes
    ("every outcome is 1", put("outcome", 1), FAIL),
    ("every outcome is 0", put("outcome", 0), FAIL),
    ("no outcome in one group", put("outcome", 0, BLACK), FAIL),
    ("every outcome of one group is 1", put("outcome", 1, BLACK), FAIL),
    ("outcomes turned round", put("outcome", 1 - pl.col("outcome")), FAIL),
    ("half of a group's outcomes not recorded",
     put("outcome", 0, BLACK & EVEN), FAIL),
    # -- scores
    ("one score for everybody", put("score", 0.2), FAIL),
    ("one score for a group", put("score", 0.2, BLACK), FAIL),
    ("every score is 0", put("score", 0.0), FAIL),
    ("every score is 1", put("score", 1.0), FAIL),
    ("every score is half of itself", put("score", pl.col("score") / 2), FAIL),
    ("scores without any relation to the outcome",
     put("score", pl.col("score").shuffle(seed=1)), FAIL),
    ("scores all 0 in one group", put("score", 0.0, BLACK), FAIL),
    ("scores all 1 in one group", put("score", 1.0, BLACK), FAIL),
    ("a group whose estimates are halved", put("score", pl.col("score") / 2, BLACK),
     FAIL),
    ("a group whose estimates are doubled",
     put("score", pl.min_horizontal(2 * pl.col("score"), pl.lit(1.0)), BLACK), FAIL),
    ("two scores only, dealt out in turn",
     put("score", pl.when(EVEN).then(0.22).otherwise(0.21)), FAIL),
    # -- families
    ("everybody is one family", put("family_id", "F1"), INSUFFICIENT),
    ("every group is one family", put("family_id", pl.col("ethnicity")), INSUFFICIENT),
    # -- tools that give less than a probability
    ("a tool that selects everybody", yes_or_no(pl.col("score") >= 0), FAIL),
    ("a tool that selects nobody", yes_or_no(pl.col("score") > 1), INSUFFICIENT),
    ("a tool that selects as the estimates do", yes_or_no(SELECTED), INSUFFICIENT),
    ("a tool that selects nobody of a group", yes_or_no(SELECTED & ~BLACK), FAIL),
    ("a tool that selects everybody of a group", yes_or_no(SELECTED | BLACK), FAIL),
    ("an order and no probability",
     lambda f: f.rename({"score": "ordering"}), INSUFFICIENT),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "verdict"),
    [pytest.param(spoil, verdict, id=says) for says, spoil, verdict in AUDITS],
)
def test_a_spoilt_audit_does_not_pass(equal, plain, spoil, verdict):
    found = audit(spoil(equal), plain)
    assert found.verdict == verdict
    published = found.to_json()
    with pytest.raises(GateRefused) as refused:
        enforce(published["verdict"])
    expected = InsufficientEvidence if verdict == INSUFFICIENT else GateRefused
    assert type(refused.value) is expected
    assert not published["usable_for_release"], "no ledger counted it"


FILES = [
    ("no row at all", lambda f: f.head(0), "There are no rows"),
    ("a score that is not a number", first(1, "score", nan), "not numbers from 0"),
    ("an infinite score", first(1, "score", inf), "not numbers from 0 to 1"),
    ("a score below 0", first(1, "score", -0.01), "not numbers from 0 to 1"),
    ("a score above 1", first(1, "score", 1.01), "not numbers from 0 to 1"),
    ("a score left empty", first(1, "score", None), "not numbers from 0 to 1"),
    ("an outcome of 2", first(1, "outcome", 2), "neither 0 nor 1"),
    ("an outcome left empty", first(1, "outcome", None), "neither 0 nor 1"),
    ("an outcome that is not a number", first(1, "outcome", nan), "neither 0 nor 1"),
    ("an outcome of a half", first(1, "outcome", 0.5), "neither 0 nor 1"),
    ("a person without an id", first(1, "person_id", " "), "are empty"),
    ("no column of ethnicity", lambda f: f.drop("ethnicity"), "'ethnicity'"),
    ("no column of disability", lambda f: f.drop("disability"), "'disability'"),
    ("no column of outcomes", lambda f: f.drop("outcome"), "'outcome'"),
    ("neither score nor selected", lambda f: f.drop("score"), "neither a column"),
    (
        "a yes or no of 2",
        lambda f: f.with_columns(selected=pl.lit(2)).drop("score"),
        "neither 0 nor 1",
    ),
]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [pytest.param(spoil, says, id=words) for words, spoil, says in FILES],
)
def test_a_file_that_cannot_be_judged_is_refused(equal, plain, spoil, says):
    with pytest.raises(ExtractError, match=says):
        audit(spoil(equal.head(500)), plain)


def without(key):
    return lambda text: "\n".join(
        line for line in text.splitlines() if not line.startswith(f"{key} = ")
    )


def instead(old, new):
    def change(text):
        assert old in text
        return text.replace(old, new, 1)

    return change


POLICIES = [
    ("the day of review has passed", instead("review_by = 2027-10-31",
     "review_by = 2026-11-21"), "was to be reviewed by 2026-11-21"),
    ("the day of a limit's review has passed", instead("review_by = 2027-09-30",
     "review_by = 2026-11-21"), "the limit on"),
    ("it was agreed tomorrow", instead("agreed_on = 2026-11-22",
     "agreed_on = 2026-11-23"), "lies in the future"),
    *[(f"no {key} anywhere", without(key), f"{key} is missing") for key in (
        "because", "agreed_by", "agreed_on", "review_by", "gated", "reported",
        "inside_interval", "fail_p_below", "replicates", "smallest_denominator",
        "planned", "smallest_published_count", "lift_at_least", "spread_at_least",
        "lowest", "highest", "priority")],
    *[(f"no [{part}]", instead(f"[{part}]", f"[{part}x]"), f"{part}.* is missing")
      for part in ("policy", "capacity", "evidence", "looks", "disclosure",
                   "usefulness", "limits.calibration", "limits.recall_ratio",
                   "limits.auc", "limits.false_negative_rate_difference")],
    ("a key nobody knows", instead("[looks]", "[looks]\nskip = true"),
     "looks.skip is not known"),
    ("a part nobody knows", lambda t: t + "\n[overrides]\nall = true\n",
     "overrides is not known"),
    ("a measure nobody knows", lambda t: t + "\n[limits.accuracy]\nlowest = 0.5\n",
     "limits.accuracy is not known"),
    ("a limit that is not a number", instead("highest = 0.10", "highest = nan"),
     "must be from"),
    ("a limit without end", instead("highest = 0.10", "highest = inf"),
     "must be from"),
    ("a limit so wide that it stops nothing", instead("highest = 0.10",
     "highest = 0.26"), "would stop nothing"),
    ("a limit of nothing", instead("highest = 0.10", "highest = 0"), "must be from"),
    ("a limit given as a word", instead("highest = 0.10", 'highest = "0.10"'),
     "must be a number"),
    ("a yes where a number belongs", instead("highest = 0.10", "highest = true"),
     "must be a number"),
    ("an empty reason", instead('because = "A council', 'because = "" # A council'),
     "is empty"),
    ("an empty file", lambda _t: "", "missing"),
    ("a group nobody knows", instead('"gypsy roma traveller"', '"gypsy roma"'),
     "is not known"),
    ("a vocabulary nobody knows", instead('reads = "ethnicity"', 'reads = "race"'),
     "is not known"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "says"),
    [pytest.param(spoil, says, id=words) for words, spoil, says in POLICIES],
)
def test_a_policy_that_does_not_hold_is_refused(policy_file, tmp_path, spoil, says):
    (tmp_path / "policy.toml").write_text(spoil(policy_file.read_text()))
    with pytest.raises(DefinitionError, match=says) as refused:
        load_policy(tmp_path / "policy.toml", today=TODAY)
    assert "policy.toml" in str(refused.value)


@pytest.mark.parametrize(
    "characteristic", ["ethnicity", "disability"], ids=lambda c: f"{c} is not audited"
)
def test_a_characteristic_that_is_not_audited_never_passes(
    equal, plain, policy, characteristic
):
    left = tuple(c for c in plain.characteristics if c.name != characteristic)
    agreed = policy.agreement
    without_it = replace(
        plain, characteristics=left, not_audited={characteristic: agreed}
    )
    assert audit(equal, without_it).verdict == INSUFFICIENT


def test_a_merged_group_beyond_a_limit_is_no_pass_though_rare_only_by_itself(
    plain, equal, monkeypatch
):
    """What share_error takes back from a fail is too little evidence, in any use."""
    ethnicity = plain.characteristics[0]
    merge = Merge(("white", "black"), "both", "children recorded as either", 900)
    both = replace(ethnicity, gated=("black",), may_be_absent=(), merges=(merge,))
    few = put("outcome", 0, BLACK & EVEN & (pl.int_range(pl.len()) % 3 > 0))(equal)
    held = replace(plain, characteristics=(both, plain.characteristics[1]))
    found = audit(few, held)
    cells = {g.cell.name: g for g in found.characteristics[0].groups}
    assert (cells["black"].cell.use, cells["black"].verdict) == ("merged", FAIL)
    never = partial(_every_fail_taken_back, audits.share_error)
    monkeypatch.setattr(audits, "share_error", never)
    taken_back = audit(few, held)
    cells = {g.cell.name: g for g in taken_back.characteristics[0].groups}
    assert (cells["black"].cell.use, cells["black"].verdict) == ("merged", INSUFFICIENT)
    assert taken_back.characteristics[0].verdict == INSUFFICIENT


def _every_fail_taken_back(share_error, audited, policy):
    share_error(audited, replace(policy, fail_p_below=0.0))


def test_no_characteristic_that_gates_is_no_pass(equal, plain):
    """load_policy refuses such a policy; the gate does not lean on that."""
    one = replace(plain.characteristics[0], gated=(), may_be_absent=())
    assert audit(equal, replace(plain, characteristics=(one,))).verdict == INSUFFICIENT


@pytest.mark.parametrize(
    "verdict",
    ["", "fail", "PASS", "Pass", "pass ", "passed", "true", "None", "reported", "ok"],
)
def test_any_word_but_pass_is_refused(verdict):
    with pytest.raises(GateRefused) as refused:
        enforce(verdict)
    assert type(refused.value) is GateRefused


def test_every_line_says_what_it_shows():
    every = [line[0] for table in (AUDITS, FILES, POLICIES) for line in table]
    assert len(set(every)) == len(every)
    assert len(every) > 80
    assert all(len(words.split()) >= 2 for words in every)

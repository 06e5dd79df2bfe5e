"""How the outcome is recorded by group: how often, how completely, how late."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from training_support import write_experiment

from riskaid.records.ingest import ingest
from riskaid.records.store import open_store
from riskaid.records.synthetic import synth
from riskaid.records.synthetic.switches import Switches
from riskaid.training.asked_rows import Cohort
from riskaid.training.cohort import build_cohort
from riskaid.training.experiment import Limits, load_experiment
from riskaid.training.outcome import add_outcome
from riskaid.training.outcome_quality import recording_by_group

REFERRALS = Cohort(says="Each referral in a test", table="referrals")
LIMITS = Limits(replicates=100)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    return load_experiment(write_experiment(tmp_path_factory.mktemp("asked")))


def rows_of(asked, store):
    return add_outcome(build_cohort(REFERRALS, store, {}), asked.outcome, store, {})


def said(asked, store, out=None):
    found = recording_by_group(
        rows_of(asked, store),
        out,
        cohort=REFERRALS,
        outcome=asked.outcome,
        store=store,
        limits=LIMITS,
        seed=1,
    )
    return {by: {one["group"]: one for one in groups} for by, groups in found.items()}


def ethnicity(store, rows):
    held = store.table("persons").select("person_id", "ethnicity")
    return rows.join(held, on="person_id", how="left", maintain_order="left")[
        "ethnicity"
    ].fill_null("")


def test_each_group_has_its_share_and_its_distance_from_the_others(council, asked):
    rows = rows_of(asked, council)
    recorded, held = ethnicity(council, rows), rows["outcome"].to_numpy()
    found = said(asked, council)["ethnicity"]
    for code, group in (("WBRI", "white"), ("REFU", "refused"), ("", "not recorded")):
        inside = (recorded == code).to_numpy()
        one = found[group]
        assert one["rows"] == inside.sum()
        share = held[inside].mean()
        assert one["recorded"]["value"] == pytest.approx(share)
        difference = share - held[~inside].mean()
        assert one["difference"]["value"] == pytest.approx(difference)
        assert one["difference"]["low95"] < difference < one["difference"]["high95"]
        assert one["screened_out"] is None
    assert sum(one["rows"] for one in found.values()) == rows.height


def changed_late(council, who: pl.Expr, days: int):
    """Some children's conferences are known so many days later, and hold no link."""
    tables = dict(council.tables)
    held = tables["icpcs"].with_columns(pl.col("icpc_id").fill_null("I1"))
    tables["icpcs"] = held.with_columns(
        known_from=pl.when(who)
        .then(pl.col("known_from") + timedelta(days=days))
        .otherwise("known_from"),
        enquiry_id=pl.when(who).then(None).otherwise("enquiry_id"),
        known_how=pl.when(who).then(pl.lit("declared_lag")).otherwise("known_how"),
    )
    return replace(council, tables=tables)


def test_records_that_come_late_and_half_filled_are_seen_in_their_group(council, asked):
    persons = council.table("persons")
    late = persons.filter(pl.col("ethnicity") == "REFU")["person_id"].implode()
    store = changed_late(council, pl.col("person_id").is_in(late), 60)
    found = said(asked, store)["ethnicity"]
    slow, others = found["refused"], found["white"]
    assert slow["days_until_known"] == {"median": 60.0, "ninetieth": 60.0}
    assert others["days_until_known"] == {"median": 0.0, "ninetieth": 0.0}
    # The outcome's lag is 30 days: records known later would be missed at its end.
    assert (slow["later_than_lag"], others["later_than_lag"]) == (1.0, 0.0)
    assert (slow["assumed"], others["assumed"]) == (1.0, 0.0)
    # Two fields are ever filled in; one of them, the link, never for this group.
    assert slow["complete"] == pytest.approx(0.5)
    assert others["complete"] > 0.8


def test_a_record_corrected_since_was_known_when_its_first_version_was(council, asked):
    tables = dict(council.tables)
    held = tables["icpcs"]
    changed = held["known_from"] + timedelta(days=200)
    tables["icpcs"] = pl.concat(
        [
            held.with_columns(known_until=changed),
            held.with_columns(known_from=changed),
        ]
    )
    found = said(asked, replace(council, tables=tables))["ethnicity"]["white"]
    assert found["days_until_known"] == {"median": 0.0, "ninetieth": 0.0}


def test_small_groups_show_nothing_and_small_shares_are_hidden(council, asked):
    rows = rows_of(asked, council)
    recorded = ethnicity(council, rows)
    three = np.flatnonzero((recorded == "WBRI").to_numpy())[:3]
    out = np.zeros(rows.height, dtype=bool)
    out[three] = True
    out |= (recorded == "").to_numpy()
    found = said(asked, council, pl.Series(out))["ethnicity"]
    assert found["white"]["screened_out"] is None
    # One share taken away alone could be worked out from the others.
    told = {name for name, one in found.items() if one["screened_out"] is not None}
    assert len(told) == 1
    if "not recorded" in told:
        assert found["not recorded"]["screened_out"]["value"] == pytest.approx(1.0)


def test_a_small_group_shows_no_number_and_hides_how_large_the_next_is(council, asked):
    persons = council.table("persons")
    few = persons.filter(pl.col("ethnicity") == "WBRI")["person_id"].head(5).implode()
    other = pl.when(pl.col("person_id").is_in(few)).then(pl.lit("AIND"))
    tables = dict(council.tables)
    tables["persons"] = persons.with_columns(ethnicity=other.otherwise("ethnicity"))
    found = said(asked, replace(council, tables=tables))["ethnicity"]
    assert found["asian"] == {"group": "asian", "state": "not_estimable"}
    hidden = [one for one in found.values() if one.get("rows", 0) is None]
    assert len(hidden) == 1


def a_council(place, **switches):
    made = Switches(**switches)
    synth(place / "council", children=8_000, seed=5, formats=("ssd",), switches=made)
    ingest(place / "council" / "ssd", place / "store")
    return open_store(place / "store")


def test_an_outcome_recorded_more_often_of_one_group_is_seen(asked, tmp_path):
    """Black children's enquiries lead to a conference three times as often."""
    alike = said(asked, a_council(tmp_path / "alike"))
    apart = said(asked, a_council(tmp_path / "apart", outcome_bias={"black": 3.0}))
    found = [one["ethnicity"]["black"]["difference"] for one in (alike, apart)]
    assert found[0]["low95"] < 0 < found[0]["high95"]
    assert found[1]["low95"] > 0.05
    assert "police" in apart["source"]

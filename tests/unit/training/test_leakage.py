"""Planted leakage is caught, and named first."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from training_support import MadeStore, made_table, write_experiment

from riskaid import shipped
from riskaid.errors import NotRecommended
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.plan import make_plan
from riskaid.training.experiment import Limits, load_experiment
from riskaid.training.leakage import hunt_leakage, rank_suspects
from riskaid.training.table import Predictors
from riskaid.training.train import prepare, train

NAMES = ("missing_90d", "contacts_90d")
PREDICTORS = Predictors(names=NAMES, more_means_more=(True, True), left_out={})


@dataclass(frozen=True)
class Assumed(MadeStore):
    """A store that assumes when some tables' records became known."""

    assumed: tuple[str, ...] = ()

    @property
    def facts(self):
        shares = {True: {"declared_lag": 0.9, "recorded": 0.1}, False: {"recorded": 1}}
        return {
            "tables": {
                n: {"known_from": shares[n in self.assumed]} for n in self.tables
            }
        }


@pytest.fixture(scope="module")
def plan(features):
    return make_plan(load_catalogue(shipped.folder("features", features)))


@pytest.fixture(scope="module")
def rows(council, plan, tmp_path_factory):
    path = write_experiment(tmp_path_factory.mktemp("asked"), trials=0)
    asked = load_experiment(path)
    return prepare(asked, council, plan=plan, file=path.name, seed=1).rows


def planted(council, rows, table, *, days, times=3):
    """Records that stand there because of the outcome, so many days from its row."""
    with_it = rows.filter(pl.col("outcome") == 1)
    extra = [
        {"person_id": person, "date": as_of + timedelta(days=days + i)}
        for person, as_of in with_it.select("person_id", "as_of").rows()
        for i in range(times)
    ]
    more = pl.concat([council.table(table), made_table(table, extra)])
    tables = {**council.tables, table: more.sort("person_id", "date")}
    return replace(council, tables=tables)


def test_records_of_the_outcome_dated_too_early_stop_the_run(
    council, rows, features, tmp_path
):
    leaking = planted(council, rows, "contacts", days=-4)
    path = write_experiment(tmp_path, trials=0)
    with pytest.raises(
        NotRecommended, match=r"0\.85.*Look first at contacts_90d \(alone 0\.\d\d"
    ) as raised:
        train(path, leaking, tmp_path / "run", features=features)
    assert raised.value.exit_code == 17
    assert not (tmp_path / "run").exists()


def test_a_reason_lets_the_run_go_on_and_stays_with_it(
    council, rows, features, tmp_path
):
    leaking = planted(council, rows, "contacts", days=-4)
    reason = "Checked by hand with the front door:\\n a true early sign."
    path = write_experiment(tmp_path, trials=0, more=f'leakage_reason = "{reason}"')
    facts = train(path, leaking, tmp_path / "run", features=features)
    import json

    found = json.loads((facts.folder / "evaluation.json").read_text())["leakage"]
    assert found["reason"] == (
        "Checked by hand with the front door: a true early sign."
    )
    assert found["limit"] == 0.85 and found["auc"] > 0.85
    assert found["suspects"][0]["indicator"] == "contacts_90d"


def ranked(store, rows, plan, outcome):
    return {
        one["indicator"]: one
        for one in rank_suspects(
            rows, PREDICTORS, plan=plan, store=store, outcome=outcome
        )
    }


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    path = write_experiment(tmp_path_factory.mktemp("outcome"), trials=0)
    return load_experiment(path).outcome


def test_a_change_after_the_date_counts_where_knowledge_dates_are_assumed(
    council, rows, plan, outcome
):
    later = planted(council, rows, "contacts", days=2)
    quiet = rows.with_columns(missing_90d=pl.lit(0.0))
    kinds = {"tables": later.tables}
    assumed = ranked(Assumed(**kinds, assumed=("contacts",)), quiet, plan, outcome)
    assert next(iter(assumed)) == "contacts_90d"
    found = assumed["contacts_90d"]
    assert abs(found["auc"] - 0.5) < 0.08
    assert found["shift_auc"] > 0.8
    assert found["declared_lag"] == 0.9
    measured = ranked(Assumed(**kinds), quiet, plan, outcome)
    assert measured["contacts_90d"]["shift_auc"] == found["shift_auc"]
    assert measured["contacts_90d"]["declared_lag"] == 0.0
    # The same shift with measured dates weighs nothing; the other stands first again.
    told = rows.with_columns(contacts_90d=pl.lit(1.0))
    first = next(iter(ranked(Assumed(**kinds), told, plan, outcome)))
    assert first == "missing_90d"


def test_the_shift_is_what_counting_the_next_thirty_days_gives(
    council, rows, plan, outcome
):
    from sklearn.metrics import roc_auc_score

    found = ranked(council, rows, plan, outcome)["contacts_90d"]
    held: dict[str, list] = {}
    for person, day in council.table("contacts").select("person_id", "date").rows():
        held.setdefault(person, []).append(day)
    change = []
    for person, as_of in rows.select("person_id", "as_of").rows():
        at = [
            sum(day - timedelta(days=90) <= d < day for d in held.get(person, []))
            for day in (as_of, as_of + timedelta(days=30))
        ]
        change.append(at[1] - at[0])
    assert found["shift_auc"] == pytest.approx(
        roc_auc_score(rows["outcome"].to_numpy(), change), abs=1e-6
    )
    assert found["changed"] == pytest.approx(np.mean(np.array(change) != 0), abs=1e-6)


def test_what_reads_the_outcomes_own_table_is_said(council, rows, plan, outcome):
    same = outcome.model_copy(update={"table": "contacts"})
    found = ranked(council, rows, plan, same)
    assert found["contacts_90d"]["reads_outcome"]
    assert not found["missing_90d"]["reads_outcome"]


def test_below_the_limit_nobody_looks(council, rows, plan, outcome):
    metrics = {"metrics": {"auc": {"value": 0.84}}}
    facts = {"rungs": dict.fromkeys(("checklist", "scorecard", "booster"), metrics)}
    kinds = {"plan": plan, "store": council, "outcome": outcome, "limits": Limits()}
    assert hunt_leakage(facts, rows, PREDICTORS, **kinds) is None
    facts["rungs"]["checklist"] = {"metrics": {"auc": {"value": 0.86}}}
    with pytest.raises(NotRecommended, match=r"0\.860, above the limit of 0\.85"):
        hunt_leakage(facts, rows, PREDICTORS, **kinds)

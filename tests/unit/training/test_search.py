from datetime import date, timedelta

import numpy as np
import polars as pl

from riskaid.models.logistic import sigmoid
from riskaid.training.search import search_settings
from riskaid.training.table import Predictors

PREDICTORS = Predictors(names=("a", "b"), more_means_more=(True, None), left_out={})


def made(rows=800):
    rng = np.random.Generator(np.random.PCG64(1))
    values = rng.poisson(1.0, (rows, 2)).astype(float)
    days = np.sort(rng.integers(0, 900, rows))
    return pl.DataFrame(
        {
            "as_of": [date(2019, 1, 1) + timedelta(days=int(d)) for d in days],
            "family_id": [f"F{f}" for f in rng.integers(rows, size=rows)],
            "outcome": (rng.random(rows) < sigmoid(values[:, 0] - 1.5)).astype(np.int8),
            "a": values[:, 0],
            "b": values[:, 1],
        }
    )


def search(train, **keys):
    asked = {"trials": 7, "inner_folds": 2, "gap_days": 5, "seed": 3} | keys
    return search_settings(train, PREDICTORS, **asked)


def test_the_search_is_seeded_and_cuts_bad_trials_short():
    told = []
    found = search(made(), told=told.append)
    assert found == search(made())
    assert list(found.trials) == told
    assert [t.number for t in told] == list(range(7))
    whole = [t for t in told if t.loss is not None]
    assert found.settings == min(whole, key=lambda t: t.loss).settings
    assert found.settings.rounds in (25, 50, 100, 150, 200, 300)
    assert search(made(), seed=4).trials != found.trials


def test_too_few_rows_keep_the_shipped_settings():
    found = search(made(rows=12))
    assert (found.trials, found.inner_folds) == ((), 0)
    assert search(made(), trials=0).trials == ()


def test_inner_folds_look_forward_and_keep_families_apart(monkeypatch):
    import riskaid.training.search as module

    train, seen = made(), []
    real = module.matrix_of
    monkeypatch.setattr(
        module, "matrix_of", lambda rows, names: seen.append(rows) or real(rows, names)
    )
    search(train, trials=0)
    for earlier, later in zip(seen[::2], seen[1::2], strict=True):
        assert earlier["as_of"].max() + timedelta(days=5) < later["as_of"].min()
        assert not set(earlier["family_id"]) & set(later["family_id"])

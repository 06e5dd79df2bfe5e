import multiprocessing
from datetime import date, timedelta

import numpy as np
import optuna
import polars as pl
import pytest

from riskaid.errors import UsageError
from riskaid.models.booster import binned, grow, growing_scores, raw_scores
from riskaid.models.logistic import sigmoid
from riskaid.training.experiment import SearchLimits
from riskaid.training.inner_groups import Judged, judge_groups, selected_at
from riskaid.training.search import search_settings
from riskaid.training.search_plot import draw_search, front
from riskaid.training.study import Place
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
    import riskaid.training.inner_folds as module

    train, seen = made(), []
    real = module.matrix_of
    monkeypatch.setattr(
        module, "matrix_of", lambda rows, names: seen.append(rows) or real(rows, names)
    )
    search(train, trials=0)
    for earlier, later in zip(seen[::2], seen[1::2], strict=True):
        assert earlier["as_of"].max() + timedelta(days=5) < later["as_of"].min()
        assert not set(earlier["family_id"]) & set(later["family_id"])


def with_groups(rows=3000):
    """A council in which one group's outcomes were recorded half as often."""
    rng = np.random.Generator(np.random.PCG64(7))
    train = made(rows)
    less = rng.random(rows) < 0.4
    outcome = train["outcome"].to_numpy() * np.where(less, rng.random(rows) < 0.5, 1)
    return train.with_columns(
        outcome=pl.Series(outcome.astype(np.int8)),
        ethnicity=pl.Series(np.where(less, "BCRB", "WBRI")),
        disability=pl.Series(np.where(np.arange(rows) % 7 == 0, "yes", "no")),
    )


@pytest.fixture(scope="module")
def whole():
    """A search that nobody stopped."""
    return search(made())


class StoppedHereError(Exception):
    """In the place of Ctrl-C, which would end the tests."""


def stop_after(number):
    def told(trial):
        if trial.number + 1 == number:
            raise StoppedHereError

    return told


@pytest.mark.parametrize("kind", ["file", "sqlite"])
def test_a_search_that_was_stopped_goes_on_to_the_same_end(tmp_path, kind, whole):
    where = tmp_path / "kept"
    place = Place(f"sqlite:///{where}" if kind == "sqlite" else str(where), False)
    with pytest.raises(StoppedHereError):
        search(made(), place=place, told=stop_after(3))
    told = []
    found = search(made(), place=place, told=told.append)
    assert found == whole
    assert [t.number for t in told] == list(range(7))
    more = search(made(), place=place, trials=8)
    assert more.trials[:7] == found.trials
    assert len(more.trials) == 8


def test_a_trial_broken_off_by_a_kill_is_given_up_and_tried_again(tmp_path, whole):
    place = Place(str(tmp_path / "kept"), shared=False)
    search(made(), place=place, trials=2)
    storage = optuna.storages.JournalStorage(
        optuna.storages.journal.JournalFileBackend(place.where)
    )
    (name,) = optuna.get_all_study_names(storage)
    optuna.load_study(study_name=name, storage=storage).ask()
    assert search(made(), place=place) == whole


def test_only_the_same_search_goes_on_from_what_was_kept(tmp_path):
    place = Place(str(tmp_path / "kept"), shared=False)
    search(made(), place=place, trials=2)
    other = made().with_columns(a=pl.col("a") + 1)
    asked = {"trials": 2, "place": place}
    assert search(other, **asked) == search(other, trials=2)
    assert search(made(), seed=5, **asked) == search(made(), seed=5, trials=2)
    storage = optuna.storages.JournalStorage(
        optuna.storages.journal.JournalFileBackend(place.where)
    )
    assert len(optuna.get_all_study_names(storage)) == 3


def _worker(where, out):
    found = search(made(), trials=5, place=Place(where, shared=True))
    out.put((len(found.trials), found.settings.rounds))


def test_two_workers_share_one_search(tmp_path):
    """Each tries some; both end with all, and with the same settings."""
    where = f"sqlite:///{tmp_path / 'shared.db'}"
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    workers = [context.Process(target=_worker, args=(where, out)) for _ in range(2)]
    for worker in workers:
        worker.start()
    answers = [out.get(timeout=240) for _ in workers]
    for worker in workers:
        worker.join()
    assert all(number >= 5 for number, _ in answers)
    study = optuna.load_study(
        study_name=optuna.get_all_study_names(where)[0], storage=where
    )
    ended = [t for t in study.trials if t.state.is_finished()]
    assert 5 <= len(ended) <= 6


@pytest.mark.parametrize("held", ["not a journal\n", '{"op_code": 99}\n'])
def test_a_damaged_file_and_a_wrong_address_are_refused_in_words(tmp_path, held):
    (tmp_path / "kept").write_text(held)
    for where in (
        str(tmp_path / "kept"),
        str(tmp_path / "no" / "folder"),
        "nothing://user:secret@nowhere/x",
    ):
        with pytest.raises(UsageError, match="cannot be opened or read") as refused:
            search(made(), place=Place(where, shared=False))
        assert "secret" not in str(refused.value)


def test_settings_beyond_a_limit_give_way_to_settings_within():
    train = with_groups()
    free = search(train, trials=8)
    assert free.within is None
    judged = {t.number: t.groups for t in free.trials if t.loss is not None}
    assert all(j.calibration > 1.2 for j in judged.values())
    chosen = free.trials.index(
        min(free.trials, key=lambda t: (t.loss is None, t.loss, t.number))
    )
    limit = min(j.missed_need for j in judged.values())
    bound = search(train, trials=8, limits=SearchLimits(missed_need=limit + 1e-9))
    best = next(t for t in bound.trials if t.settings == bound.settings)
    if bound.within:
        assert best.groups.missed_need <= limit + 1e-9
    assert best.groups.missed_need <= judged[chosen].missed_need
    beyond = search(train, trials=8, limits=SearchLimits(calibration=1.0))
    assert beyond.within is False
    whole = [t.groups.calibration for t in beyond.trials if t.loss is not None]
    least = next(t for t in beyond.trials if t.settings == beyond.settings)
    assert least.groups.calibration == min(whole)


def test_the_worst_group_by_plain_counting():
    outcome = np.r_[np.ones(40), np.zeros(60), np.ones(30), np.zeros(70)]
    estimate = np.r_[np.full(100, 0.5), np.full(100, 0.25)]
    selected = np.zeros(200, dtype=bool)
    selected[:20] = True
    selected[100:103] = True
    labels = np.array(["a"] * 100 + ["b"] * 100)
    judged = judge_groups(estimate, outcome, selected, [labels])
    assert judged.calibration == pytest.approx(50 / 40)
    assert judged.missed_need == pytest.approx((1 - 3 / 30) - (1 - 20 / 40))
    few = np.array(["a"] * 181 + ["b"] * 19)
    assert judge_groups(estimate, outcome, selected, [few]) == Judged(
        pytest.approx(75 / 70.25, abs=0.1), None
    )
    assert judge_groups(estimate, outcome, selected, []) == Judged(None, None)
    assert selected_at(np.array([0.1, 0.9, 0.9, 0.2]), 0.3).tolist() == [
        False,
        True,
        True,
        False,
    ]


def test_more_and_more_trees_give_what_each_number_of_trees_gives_alone():
    train = made()
    matrix = train.select("a", "b").to_numpy()
    data = binned(matrix, train["outcome"].to_numpy(), more_means_more=(True, None))
    from riskaid.models.booster import Settings

    trees = grow(data, settings=Settings(rounds=60), seed=1)
    for rounds, score in zip(
        (5, 20, 60), growing_scores(trees, matrix, (5, 20, 60)), strict=True
    ):
        np.testing.assert_allclose(score, raw_scores(trees, matrix, rounds=rounds))


def test_the_front_is_what_no_trial_beats_in_both():
    trials = [
        {"number": n, "loss": loss, "calibration": worst, "missed_need": None}
        for n, (loss, worst) in enumerate(
            [(0.5, 1.3), (0.4, 1.4), (0.45, 1.2), (0.6, 1.25), (0.4, 1.5)]
        )
    ]
    assert [t["number"] for t in front(trials, "calibration")] == [1, 2]
    assert front(trials, "missed_need") == []
    svg, _, words = draw_search(trials)["search.svg"]
    assert svg.count("<svg") == 1
    assert "0.4000 and 1.400; 0.4500 and 1.200" in words
    assert draw_search([]) == {}

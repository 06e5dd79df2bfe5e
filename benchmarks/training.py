"""A search for the booster's settings, beside a plain script that does the same.

python benchmarks/training.py [--rows 200000] [--indicators 120] [--trials 50]

Makes one training table of nobody (counts, shares and answers, with cells that are not
known; rows of a family are alike; an outcome that some of the indicators order). Each
way finds settings on the same later periods of the training fold, fits on all of it,
calibrates on the fold after it and estimates the last one, which it has not seen, in a
process of its own, one after another:

* riskaid's search, whose rows are binned once and whose trials are cut short when they
  are clearly worse;
* a plain script of LightGBM's `LGBMClassifier`, Optuna and scikit-learn with the same
  settings to choose from, once with the number of trees as one of them (`drawn`) and
  once with early stopping on the later period (`early`).

Says seconds by the clock and processor seconds, the area under the curve and the log
loss of the last fold, and by how much the areas differ with the standard error
of that, for which whole families are drawn again.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import optuna
import polars as pl
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from riskaid.models.booster import fit_booster
from riskaid.models.calibration import fit_calibration
from riskaid.training.measures import auc_replicates
from riskaid.training.search import ROUNDS, search_settings
from riskaid.training.table import Predictors, matrix_of, outcome_of

SEED = 7
FIRST = date(2018, 1, 1)
DAYS = 1_800
ENDS = (0.6, 0.8)
"""Where training and calibration end, as shares of the days."""
INNER = 2
GAP = 90
REPLICATES = 200
SIGNAL = 24
"""How many of the indicators the outcome follows."""


def made_up(rows: int, indicators: int) -> pl.DataFrame:
    """A training table of nobody; every fifth indicator has no declared direction."""
    draw = np.random.Generator(np.random.PCG64(SEED))
    family = np.sort(draw.integers(rows // 2, size=rows))
    shared = draw.normal(size=rows // 2)[family]
    values = np.empty((rows, indicators))
    for i in range(indicators):
        level = 0.5 * shared + draw.normal(size=rows)
        kind = i % 3
        if kind == 0:
            values[:, i] = draw.poisson(np.exp(level - 1.5 - i / indicators))
        elif kind == 1:
            values[:, i] = np.round(1_000 / (1 + np.exp(-level)))
        else:
            values[:, i] = level > 1
        values[draw.random(rows) < 0.05 * (i % 4), i] = np.nan
    of = values[:, :SIGNAL]
    known = np.where(np.isnan(of), np.nanmean(of, axis=0), of)
    weights = draw.uniform(0.1, 0.4, of.shape[1])
    line = ((known - known.mean(axis=0)) / known.std(axis=0)) @ weights
    line += 0.3 * (known[:, 0] > 0) * (known[:, 2] > 0) - 2.4
    outcome = draw.random(rows) < 1 / (1 + np.exp(-line))
    days = np.sort(draw.integers(DAYS, size=rows))
    held = pl.DataFrame(values, schema=[f"x{i:03d}" for i in range(indicators)])
    return held.with_columns(
        pl.Series("family_id", family).cast(pl.String),
        pl.Series("as_of", draw.permutation(days)).map_elements(
            lambda day: FIRST + timedelta(days=day), return_dtype=pl.Date
        ),
        pl.Series("outcome", outcome),
        pl.lit("unknown").alias("ethnicity"),
        pl.lit("unknown").alias("disability"),
    ).sort("as_of", "family_id")


def folds(table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Rows to train on, to calibrate on and to look at, by date, no family in two."""
    cuts = [FIRST + timedelta(days=round(DAYS * share)) for share in ENDS]
    day = pl.col("as_of")
    test = table.filter(day >= cuts[1])
    middle = table.filter(day >= cuts[0], day < cuts[1] - timedelta(days=GAP))
    middle = middle.join(test, on="family_id", how="anti")
    train = table.filter(day < cuts[0] - timedelta(days=GAP))
    for later in (test, middle):
        train = train.join(later, on="family_id", how="anti")
    return train, middle, test


def by_riskaid(table: pl.DataFrame, names: list[str], trials: int) -> Any:
    """What riskaid does for its booster."""
    train, middle, test = folds(table)
    directions = tuple(None if i % 5 == 4 else True for i in range(len(names)))
    predictors = Predictors(tuple(names), directions, {})
    found = search_settings(
        train, predictors, trials=trials, inner_folds=INNER, gap_days=GAP, seed=SEED
    )
    model = fit_booster(
        matrix_of(train, predictors.names),
        outcome_of(train),
        names=predictors.names,
        more_means_more=directions,
        settings=found.settings,
        seed=SEED,
    )
    scores = model.score(matrix_of(middle, predictors.names))
    calibration = fit_calibration(
        scores,
        outcome_of(middle),
        family=middle["family_id"].to_numpy(),
        seed=SEED,
        method="platt",
    )
    return calibration.apply(model.score(matrix_of(test, predictors.names)))


def by_script(table: pl.DataFrame, names: list[str], trials: int, way: str) -> Any:
    """What a plain script does: every trial begins anew with every row."""
    train, middle, test = folds(table)
    days = train["as_of"].sort()
    cuts = [days[int(len(days) * (0.5 + 0.5 * i / INNER))] for i in range(INNER)]
    ends = [*cuts[1:], days[-1] + timedelta(days=1)]
    day = pl.col("as_of")
    parts = []
    for first, end in zip(cuts, ends, strict=True):
        later = train.filter(day >= first, day < end)
        earlier = train.filter(day < first - timedelta(days=GAP))
        earlier = earlier.join(later, on="family_id", how="anti")
        parts.append((*split(earlier, names), *split(later, names)))

    def fitted(drawn: dict[str, Any], x: Any, y: Any, **how: Any) -> lgb.LGBMClassifier:
        model = lgb.LGBMClassifier(**drawn, random_state=SEED, verbosity=-1)
        return model.fit(x, y, **how)

    def objective(trial: optuna.Trial) -> float:
        drawn = {
            "num_leaves": trial.suggest_int("num_leaves", 3, 24, log=True),
            "min_child_samples": trial.suggest_int(
                "min_child_samples", 5, 200, log=True
            ),
            "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.15, log=True),
            "reg_lambda": trial.suggest_float("reg_lambda", 0.1, 50.0, log=True),
            "colsample_bytree": trial.suggest_float("colsample_bytree", 0.4, 1.0),
            "n_estimators": trial.suggest_categorical("n_estimators", ROUNDS)
            if way == "drawn"
            else ROUNDS[-1],
        }
        losses, trees = [], []
        for x, y, later, later_y in parts:
            how = {
                "eval_X": later,
                "eval_y": later_y,
                "callbacks": [lgb.early_stopping(20, verbose=False)],
            }
            model = fitted(drawn, x, y, **(how if way == "early" else {}))
            losses.append(log_loss(later_y, model.predict_proba(later)[:, 1]))
            trees.append(model.best_iteration_ or drawn["n_estimators"])
        trial.set_user_attr("trees", int(np.mean(trees)))
        return float(np.mean(losses))

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=SEED))
    study.optimize(objective, n_trials=trials)
    best = study.best_trial
    drawn = {**best.params, "n_estimators": best.user_attrs["trees"]}
    model = fitted(drawn, *split(train, names))
    x, y = split(middle, names)
    line = LogisticRegression(C=1e6).fit(model.predict(x, raw_score=True)[:, None], y)
    raw = model.predict(split(test, names)[0], raw_score=True)
    return line.predict_proba(raw[:, None])[:, 1]


def split(rows: pl.DataFrame, names: list[str]) -> tuple[Any, Any]:
    return rows.select(names).to_numpy(), rows["outcome"].to_numpy().astype(int)


def alone(place: Path, way: str, trials: int) -> None:
    """One way in this process: its estimates and what it took."""
    table = pl.read_parquet(place / "table.parquet")
    names = [c for c in table.columns if c.startswith("x")]
    wall, busy = time.perf_counter(), time.process_time()
    if way == "riskaid":
        estimates = by_riskaid(table, names, trials)
    else:
        estimates = by_script(table, names, trials, way)
    np.save(place / f"{way}.npy", estimates)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - wall,
                "processor": time.process_time() - busy,
            }
        )
    )


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rows", type=int, default=200_000)
    words.add_argument("--indicators", type=int, default=120)
    words.add_argument("--trials", type=int, default=50)
    words.add_argument("--alone", nargs=2, help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.alone:
        alone(Path(given.alone[0]), given.alone[1], given.trials)
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        table = made_up(given.rows, given.indicators)
        table.write_parquet(place / "table.parquet")
        last = folds(table)[2]
        outcome = last["outcome"].to_numpy().astype(np.float64)
        trials = ["--trials", str(given.trials)]
        took: dict[str, dict[str, float]] = {}
        for way in ("riskaid", "drawn", "early"):
            told = subprocess.run(
                [sys.executable, __file__, "--alone", folder, way, *trials],
                check=True,
                text=True,
                stdout=subprocess.PIPE,
            ).stdout
            took[way] = json.loads(told.splitlines()[-1])
        report(place, took, last, outcome)


def report(
    place: Path, took: dict[str, dict[str, float]], last: pl.DataFrame, outcome: Any
) -> None:
    """The table of docs/measured.md."""
    says = ["way", "seconds", "processor s", "AUC", "log loss"]
    says += ["riskaid takes", "riskaid's AUC less this (standard error)"]
    print(f"| {' | '.join(says)} |\n{'|---' * len(says)}|")
    mine = np.load(place / "riskaid.npy")
    drawn = {
        way: auc_replicates(
            np.load(place / f"{way}.npy"),
            outcome,
            family=last["family_id"].to_numpy(),
            replicates=REPLICATES,
            seed=SEED,
        )
        for way in took
    }
    for way, used in took.items():
        found = np.load(place / f"{way}.npy")
        area, loss = roc_auc_score(outcome, found), log_loss(outcome, found)
        less = roc_auc_score(outcome, mine) - area
        error = float(np.std(drawn["riskaid"] - drawn[way]))
        print(
            f"| {way} | {used['seconds']:.1f} | {used['processor']:.1f} | "
            f"{area:.4f} | {loss:.4f} | "
            f"{took['riskaid']['seconds'] / used['seconds']:.2f} x "
            f"({took['riskaid']['processor'] / used['processor']:.2f}) | "
            f"{less:+.4f} ({error:.4f}) |"
        )


if __name__ == "__main__":
    main()

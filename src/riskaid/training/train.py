"""From a case store and an experiment to a run: models, evaluation and a proposal."""

import time
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from riskaid import shipped
from riskaid.files import new_folder, write_json
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.plan import Plan, make_plan
from riskaid.models import RUNGS
from riskaid.progress import Progress, silent
from riskaid.training.bias_asked import WRITTEN, Declared, load_declared
from riskaid.training.breaks import apply_breaks
from riskaid.training.cohort import Counts, build_cohort
from riskaid.training.eligibility import eligible_names, with_eligibility
from riskaid.training.evaluate import evaluate, judge
from riskaid.training.experiment import (
    Experiment,
    load_experiment,
    refuse_switched_off,
)
from riskaid.training.fit import (
    calibrate,
    fit_models,
    propose,
    random_split_auc,
)
from riskaid.training.folds import assign_folds
from riskaid.training.global_explanation import explain
from riskaid.training.leakage import hunt_leakage
from riskaid.training.outcome import add_outcome
from riskaid.training.outcome_bias import report
from riskaid.training.refits import learning_curve, stability
from riskaid.training.run import Prepared, RunFacts, run_facts, write_run
from riskaid.training.search import search_settings
from riskaid.training.slices import add_slices
from riskaid.training.study import Place, kept_trials
from riskaid.training.table import (
    add_groups,
    add_indicators,
    choose_predictors,
    usable_predictors,
)
from riskaid.training.tracking import Tracker, tracked
from riskaid.training.withheld import with_reach, withheld

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore


def check_experiment(path: Path, features: Path | None = None) -> Experiment:
    """Check an experiment and the names it uses, without any data.

    Raises:
        DefinitionError: The experiment or a declaration is wrong.
    """
    experiment = load_experiment(path)
    plan = plan_of(experiment, features, file=path.name)
    choose_predictors(experiment.indicators, plan, file=path.name)
    load_declared(plan, features)
    return experiment


def plan_of(experiment: Experiment, features: Path | None, *, file: str) -> Plan:
    """Freeze the declarations, and the conditions of the experiment's own.

    Raises:
        DefinitionError: A declaration or a condition is wrong.
    """
    catalogue = load_catalogue(shipped.folder("features", features))
    return with_eligibility(
        make_plan(catalogue), experiment.cohort, catalogue.settings, file=file
    )


def train(
    experiment: Path,
    store: "CaseStore",
    out: Path,
    *,
    features: Path | None = None,
    mlflow_uri: str | None = None,
    mlflow_artifacts: Path | None = None,
    seed: int | None = None,
    plan: Plan | None = None,
    declared: Declared | None = None,
    trials: str | None = None,
    progress: Progress = silent,
) -> RunFacts:
    """Train, compare and evaluate the three rungs, and write the run as a folder.

    The same store, experiment, declarations and seed give the same bytes in every file
    except when.json.

    Args:
        experiment: The TOML file.
        store: An open case store.
        out: The folder to make.
        features: The declarations; the shipped ones by default.
        mlflow_uri: Where to track the run; not at all by default.
        mlflow_artifacts: Where a new MLflow experiment keeps files.
        seed: Instead of the experiment's.
        plan: Declarations frozen earlier, instead of a features folder.
        declared: What the report on outcome bias looks at; nothing is declared for a
            plan frozen earlier, unless it is given with it.
        trials: A file, or a database's address, that keeps the trials of the search, so
            that several workers can share it; else a file beside `out` until the run is
            done, from which a run that was stopped goes on.
        progress: Told what is being done.

    Returns:
        The run's facts; a model that misses a criterion is a normal result.

    Raises:
        DefinitionError: The experiment or a declaration is wrong.
        ExtractError: The store holds too little, or broken outcomes.
        NotRecommended: The experiment is switched off, or the run stopped for a leakage
            hunt; nothing is written.
        UsageError: The place is taken, or tracking cannot start.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    asked = load_experiment(experiment)
    refuse_switched_off(asked, experiment.name)
    if plan is None:
        plan = plan_of(asked, features, file=experiment.name)
        declared = declared or load_declared(plan, features)
    used = asked.search.seed if seed is None else seed
    tracking: AbstractContextManager[Tracker | None] = nullcontext(None)
    with new_folder(out) as folder, kept_trials(out, trials) as place:
        if mlflow_uri is not None:
            progress("starting MLflow", 0, 0)
            tracking = tracked(
                mlflow_uri,
                experiment=asked.experiment.name,
                run_name=out.name,
                artifacts=mlflow_artifacts,
            )
        with tracking as tracker:
            if tracker is not None:
                tracker.dataset(asked.experiment.name, digest=store.digest)
            facts, seconds = _run(
                asked,
                store,
                folder,
                file=experiment,
                plan=plan,
                declared=declared or Declared(),
                seed=used,
                tracker=tracker,
                trials=place,
                progress=progress,
            )
            when: dict[str, Any] = {
                "started": started.isoformat(timespec="seconds"),
                "finished": datetime.now(UTC).isoformat(timespec="seconds"),
                "seconds": round(time.perf_counter() - clock, 1),
                "seconds_outcome_bias": round(seconds, 1),
            }
            if tracker is not None:
                when["mlflow_run"] = tracker.run_id
                when["mlflow_experiment"] = tracker.experiment_id
            write_json(folder / "when.json", when)
            if tracker is not None:
                tracker.finished(folder)
    return RunFacts(
        folder=out,
        experiment=asked.experiment.name,
        chosen=facts["chosen"],
        recommended=facts["recommendation"] == "recommended",
        why=tuple(facts["why"]),
        facts=facts,
    )


def prepare(
    asked: Experiment,
    store: "CaseStore",
    *,
    plan: Plan,
    file: str,
    seed: int,
    progress: Progress = silent,
) -> Prepared:
    """Build the rows of a run: cohort, outcome, indicators, folds.

    Args:
        asked: The experiment.
        store: The case store.
        plan: The frozen declarations.
        file: The experiment's file name, for messages.
        seed: Draws families into folds.
        progress: Told what is being done.
    """
    predictors = choose_predictors(asked.indicators, plan, file=file)
    counts: Counts = {}
    progress("building the cohort", 0, 0)
    rows = build_cohort(asked.cohort, store, counts)
    rows = add_outcome(rows, asked.outcome, store, counts, cohort=asked.cohort)
    rows, breaks = apply_breaks(rows, asked.breaks, asked.outcome, counts)
    rows = add_indicators(
        rows,
        plan=plan,
        store=store,
        predictors=predictors,
        eligible_when=eligible_names(asked.cohort),
        counts=counts,
        progress=progress,
    )
    folded = assign_folds(rows, asked.folds, seed=seed, counts=counts)
    train_rows = folded.rows.filter(pl.col("fold") == "train")
    predictors = usable_predictors(
        train_rows, predictors, unknown_share=asked.limits.unknown_share
    )
    counts["kept"] = folded.rows.height
    return Prepared(
        plan=plan,
        predictors=predictors,
        folded=folded,
        rows=rows,
        counts=counts,
        breaks=breaks,
    )


def _run(
    asked: Experiment,
    store: "CaseStore",
    folder: Path,
    *,
    file: Path,
    plan: Plan,
    declared: Declared,
    seed: int,
    tracker: Tracker | None,
    trials: Place,
    progress: Progress,
) -> tuple[dict[str, Any], float]:
    made = prepare(
        asked, store, plan=plan, file=file.name, seed=seed, progress=progress
    )
    found = search_settings(
        add_groups(made.fold("train"), store),
        made.predictors,
        trials=asked.search.trials,
        inner_folds=asked.search.inner_folds,
        gap_days=asked.folds.gap_days,
        seed=seed,
        limits=asked.search.limits,
        capacity=asked.limits.capacity,
        place=trials,
        told=None if tracker is None else tracker.trial,
        progress=progress,
    )
    progress("fitting the three rungs", 0, 0)
    most = asked.models.scorecard_indicators
    models = fit_models(
        made.fold("train"),
        made.predictors,
        settings=found.settings,
        most=most,
        seed=seed,
    )
    rungs = calibrate(
        models,
        made.fold("calibrate"),
        made.predictors,
        method=asked.models.calibration,
        seed=seed,
    )
    rungs = with_reach(
        rungs, made.fold("train"), made.fold("calibrate"), made.predictors
    )
    proposal = propose(
        rungs,
        made.fold("calibrate"),
        made.predictors,
        wanted=asked.models,
        replicates=asked.limits.replicates,
        seed=seed,
    )
    test = add_slices(add_groups(made.fold("test"), store), asked.cohort, store)
    evaluation = evaluate(
        rungs,
        test,
        made.predictors,
        chosen=proposal.chosen,
        plan=plan,
        limits=asked.limits,
        seed=seed,
        progress=progress,
    )
    evaluation["search"] = found.to_json()
    evaluation["leakage"] = hunt_leakage(
        evaluation,
        test,
        made.predictors,
        plan=plan,
        store=store,
        outcome=asked.outcome,
        limits=asked.limits,
    )
    again: dict[str, Any] = {
        "settings": found.settings,
        "most": most,
        "seed": seed,
        "progress": progress,
    }
    folds = (made.fold("train"), made.fold("calibrate"), made.predictors)
    evaluation["learning_curve"] = learning_curve(
        rungs, *folds, replicates=asked.limits.replicates, **again
    )
    evaluation["stability"] = stability(
        rungs[proposal.chosen], *folds, capacity=asked.limits.capacity, **again
    )
    evaluation["withheld"] = withheld(rungs[proposal.chosen], test, made.predictors)
    clock = time.perf_counter()
    bias = report(
        asked,
        declared,
        made,
        store,
        rung=rungs[proposal.chosen],
        test=test,
        settings=found.settings,
        seed=seed,
        progress=progress,
    )
    seconds = time.perf_counter() - clock
    explained = explain(
        rungs,
        test,
        made.predictors,
        chosen=proposal.chosen,
        plan=plan,
        seed=seed,
        progress=progress,
    )
    evaluation["explanation"] = explained.facts
    careless = random_split_auc(
        made.rows,
        made.predictors,
        test=next(p for p in made.folded.periods if p.fold == "test"),
        settings=found.settings,
        most=most,
        seed=seed,
    )
    for name in RUNGS:
        evaluation["rungs"][name]["random_split_auc"] = careless[name]
    verdict = judge(asked, evaluation, proposal.chosen)
    facts = run_facts(
        asked,
        store,
        made,
        file=file,
        seed=seed,
        found=found,
        proposal=proposal,
        verdict=verdict,
        evaluation=evaluation,
    )
    progress("writing the run", 0, 0)
    write_run(
        folder,
        file=file,
        made=made,
        rungs=rungs,
        test=test,
        evaluation=evaluation,
        dots=explained.dots,
        facts=facts,
    )
    write_json(folder / WRITTEN, bias)
    return facts, seconds

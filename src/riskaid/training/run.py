"""A run as a folder: everything it writes, and reading it again."""

import json
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from riskaid import __version__
from riskaid.errors import ExtractError
from riskaid.files import digest_file, write_bytes, write_json, write_text
from riskaid.fragment import fragment
from riskaid.indicators.plan import Plan
from riskaid.models import RUNGS, Model, RungName, open_model
from riskaid.models.booster import Booster
from riskaid.models.calibration import Calibration
from riskaid.models.scorecard import Scorecard
from riskaid.training.bias_asked import WRITTEN
from riskaid.training.breaks import MARK, Touched
from riskaid.training.cohort import Counts
from riskaid.training.eligibility import eligible_names
from riskaid.training.evaluate import Verdict
from riskaid.training.experiment import FOLDS, Experiment
from riskaid.training.fit import Proposal, Rung
from riskaid.training.folds import Folded, base_rates
from riskaid.training.plots import draw_all
from riskaid.training.search import Found
from riskaid.training.table import KEYS, Predictors, matrix_of

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

LIBRARIES = ("lightgbm", "numpy", "optuna", "polars", "shap")


@dataclass(frozen=True)
class RunFacts:
    """What a finished run comes to.

    Attributes:
        folder: Where it stands.
        experiment: Its name.
        chosen: The rung proposed, or chosen with a reason.
        recommended: Whether every criterion written beforehand is met.
        why: The criteria missed, or that all are met.
        facts: All of run.json.
    """

    folder: Path
    experiment: str
    chosen: str
    recommended: bool
    why: tuple[str, ...]
    facts: dict[str, Any]

    def _repr_html_(self) -> str:
        """For a notebook: the verdict, and the three rungs side by side."""
        said = "Recommended." if self.recommended else "NOT RECOMMENDED."
        return fragment(
            f"{self.facts['experiment']['experiment']['title']}: {said}",
            [*self.why, self.facts["proposed"]["because"]],
            columns=("model", "AUC (95% interval)", "found at capacity", "slope"),
            rows=[
                (
                    rung,
                    "{} ({} to {})".format(
                        *(_short(m["auc"][end]) for end in ("value", "low95", "high95"))
                    ),
                    _short(m["recall_at_capacity"]["value"]),
                    _short(m["calibration_slope"]["value"]),
                )
                for rung, m in self.facts["metrics"].items()
            ],
        )


def _short(value: float | None) -> str:
    return "not estimable" if value is None else f"{value:.3f}"


@dataclass(frozen=True)
class Prepared:
    """The rows of a run before anything is fitted."""

    plan: Plan
    predictors: Predictors
    folded: Folded
    rows: pl.DataFrame
    counts: Counts
    breaks: tuple[Touched, ...] = ()

    def fold(self, name: str) -> pl.DataFrame:
        """The rows of one fold."""
        return self.folded.rows.filter(pl.col("fold") == name)


@dataclass(frozen=True)
class Run:
    """A run read back from its folder.

    Attributes:
        folder: Where it stands.
        facts: run.json.
        evaluation: evaluation.json.
        plan: The frozen declarations.
        model: The chosen rung.
        calibration: Its map.
        outcome_bias: outcome_bias.json; None in a run of a version without it.
    """

    folder: Path
    facts: dict[str, Any]
    evaluation: dict[str, Any]
    plan: Plan
    model: Model
    calibration: Calibration
    outcome_bias: dict[str, Any] | None = None

    def table(self) -> pl.DataFrame:
        """The training table."""
        return pl.read_parquet(self.folder / "training_table.parquet")

    def estimates(self) -> pl.DataFrame:
        """Estimates of the test fold, with outcomes and recorded groups."""
        return pl.read_parquet(self.folder / "estimates.parquet")


def open_run(folder: Path) -> Run:
    """Read a run's folder.

    Raises:
        ExtractError: The folder is no run, or a file of it is missing or broken.
    """
    try:
        facts = json.loads((folder / "run.json").read_text())
        chosen = facts["chosen"]
        bias = folder / WRITTEN
        return Run(
            folder=folder,
            facts=facts,
            evaluation=json.loads((folder / "evaluation.json").read_text()),
            plan=Plan.from_json(json.loads((folder / "plan.json").read_text())),
            model=open_model(folder / "models", chosen),
            calibration=Calibration.from_json(
                json.loads((folder / "calibration" / f"{chosen}.json").read_text())
            ),
            outcome_bias=json.loads(bias.read_text()) if bias.is_file() else None,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ExtractError(
            f"'{folder.name}' is no whole run. Train again, or name another folder."
        ) from error


def run_facts(
    asked: Experiment,
    store: "CaseStore",
    made: Prepared,
    *,
    file: Path,
    seed: int,
    found: Found,
    proposal: Proposal,
    verdict: Verdict,
    evaluation: dict[str, Any],
) -> dict[str, Any]:
    """Gather everything run.json says."""
    rows = made.folded.rows
    bounds = {f: made.fold(f)["as_of"] for f in FOLDS}
    closed = asked.outcome.gap_days + asked.outcome.within_days + asked.outcome.lag_days
    apart = (bounds["test"].min() - bounds["train"].max()).days  # type: ignore[operator,union-attr] # dates; polars types min() widely
    return {
        "format": "riskaid-run",
        "version": 1,
        "experiment": asked.model_dump(mode="json"),
        "seed": seed,
        "mark": store.mark,
        "extract_date": store.extract_date.isoformat(),
        "digests": {
            "store": store.digest,
            "plan": made.plan.digest,
            "experiment": digest_file(file),
        },
        "known_from": {
            name: held["known_from"]
            for name, held in sorted(store.facts["tables"].items())
        },
        "coverage": coverage_facts(store),
        "cohort": dict(sorted(made.counts.items())),
        "folds": {
            fold: {
                "rows": made.fold(fold).height,
                "families": made.fold(fold)["family_id"].n_unique(),
                "persons": made.fold(fold)["person_id"].n_unique(),
                "first": bounds[fold].min().isoformat(),  # type: ignore[union-attr] # a date
                "last": bounds[fold].max().isoformat(),  # type: ignore[union-attr] # a date
                "base_rate": rate,
                "base_rate_before_family_guard": made.folded.base_rates[fold],
            }
            for fold, rate in ((f, base_rates(rows)[f]) for f in FOLDS)
        },
        "eligible": list(eligible_names(asked.cohort)),
        "breaks": [one.to_json() for one in made.breaks],
        "periods": [p.model_dump(mode="json") for p in made.folded.periods],
        "training_outcomes_closed_before_test": apart >= closed,
        "predictors": list(made.predictors.names),
        "left_out": dict(sorted(made.predictors.left_out.items())),
        "settings": asdict(found.settings),
        "search": {
            "trials": len(found.trials),
            "cut_short": sum(t.loss is None for t in found.trials),
            "inner_folds": found.inner_folds,
            "within_limits": found.within,
        },
        "chosen": proposal.chosen,
        "proposed": asdict(proposal),
        "recommendation": "recommended" if verdict.recommended else "not_recommended",
        "why": list(verdict.why),
        "metrics": {
            name: {
                **evaluation["rungs"][name]["metrics"],
                "random_split_auc": evaluation["rungs"][name]["random_split_auc"],
            }
            for name in RUNGS
        },
        "libraries": {
            "python": platform.python_version(),
            "riskaid": __version__,
            **{name: version(name) for name in LIBRARIES},
        },
    }


def coverage_facts(store: "CaseStore") -> dict[str, dict[str, Any]]:
    """By table its first and last day, the gaps, and the columns no source has."""
    found: dict[str, dict[str, Any]] = {}
    for name, held in sorted(store.coverage.items()):
        facts: dict[str, Any] = {
            "from": held.covered_from.isoformat(),
            "to": held.covered_to.isoformat(),
        }
        if held.gaps:
            gaps = [[g.first.isoformat(), g.last.isoformat()] for g in held.gaps]
            facts["gaps"] = gaps
        if held.absent:
            facts["absent"] = sorted({one.column for one in held.absent})
        found[name] = facts
    return found


def write_run(
    folder: Path,
    *,
    file: Path,
    made: Prepared,
    rungs: dict[RungName, Rung],
    test: pl.DataFrame,
    evaluation: dict[str, Any],
    dots: pl.DataFrame,
    facts: dict[str, Any],
) -> None:
    """Write every file of a run but when.json."""
    write_json(folder / "run.json", facts)
    write_bytes(folder / "experiment.toml", file.read_bytes())
    write_json(folder / "plan.json", made.plan.to_json())
    marks = [MARK] if MARK in made.folded.rows.columns else []
    columns = [*KEYS, "weight", *marks, *made.predictors.names]
    table = made.folded.rows.select(columns)
    _write_parquet(folder / "training_table.parquet", table)
    for name, rung in rungs.items():
        write_json(folder / "models" / f"{name}.json", rung.model.to_json())
        write_json(folder / "calibration" / f"{name}.json", rung.calibration.to_json())
        if isinstance(rung.model, Booster):
            write_text(folder / "models" / "booster.txt", rung.model.text)
    matrix = matrix_of(test, made.predictors.names)
    estimates = {
        name: pl.Series(name, rungs[name].estimate(matrix, made.predictors.names))
        for name in RUNGS
    }
    _write_parquet(
        folder / "estimates.parquet",
        test.select("person_id", "as_of", "family_id", "weight").with_columns(
            estimates[facts["chosen"]].alias("score"),
            *estimates.values(),
            *test.select("outcome", "ethnicity", "disability", "sex", "age_band"),
        ),
    )
    scorecard = rungs["scorecard"].model
    assert isinstance(scorecard, Scorecard)
    reads = {i.name: i.reads for i in made.plan.indicators}
    write_text(folder / "scorecard.txt", scorecard.printed(reads))
    write_json(folder / "beeswarm.json", dots.to_dict(as_series=False))
    plots, words = draw_all(
        evaluation,
        dots=dots.rows(named=True),
        chosen=facts["chosen"],
        scorecard=scorecard,
        reads=reads,
    )
    for place, svg in plots.items():
        write_text(folder / "plots" / place, svg)
    write_json(folder / "evaluation.json", {**evaluation, "plots": words})


def _write_parquet(path: Path, table: pl.DataFrame) -> None:
    table.write_parquet(path, compression="zstd", statistics=False)

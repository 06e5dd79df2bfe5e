"""What a run's model would do with other records: probes that need the run and store.

They stand beside the audit's verdict and decide nothing.
"""

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from riskaid.errors import ExtractError
from riskaid.files import digest_file
from riskaid.models.booster import Settings
from riskaid.progress import Progress, silent
from riskaid.training.ablations import Again, ablate
from riskaid.training.adultification import adultification
from riskaid.training.anchors import beside_run
from riskaid.training.bias_asked import WRITTEN, Ablation
from riskaid.training.experiment import Experiment, load_experiment
from riskaid.training.fitted import read_rung, rows_of
from riskaid.training.flips import flip, reads_groups
from riskaid.training.outcome_quality import grouped
from riskaid.training.probes_asked import read_probes
from riskaid.training.proxies import Revealed, what_reveals
from riskaid.training.run import Run, open_run
from riskaid.training.run_probes_page import plain_lines
from riskaid.training.table import Predictors, add_groups

if TYPE_CHECKING:
    from riskaid.fairness.policy import Policy
    from riskaid.records.store import CaseStore

FORMAT: Final = "riskaid-run-probes"
VERSION: Final = 1
SCHEMA: Final = "run_probes.schema.json"
BY_GROUP: Final = ("poverty", "help_seeking")
"""Ablations of the run's own report on outcome bias that are shown here too."""
BECAUSE: Final = """
Indicators that reveal a group may bring it back under another name. What they add is
what leaving them out costs."""


def probe_run(
    folder: Path,
    store: "CaseStore",
    policy: "Policy",
    *,
    anchor: Path | None = None,
    features: Path | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Ask a run's chosen model what probes ask.

    Args:
        folder: The run.
        store: The case store it was trained on.
        policy: For the groups of the anchor probe.
        anchor: An experiment whose outcome is the anchor; none by default.
        features: The folder with probes.toml; the shipped one by default.
        progress: Told what is being done.

    Returns:
        What stands in run_probes.json: proxies (one entry a characteristic, with the
        refit without the indicators that reveal it), reads_groups, adultification,
        flips, ablations, anchor, and sentences, a few plain lines.

    Raises:
        ExtractError: The folder is no whole run, or the store is not the one it was
            trained on.
        DefinitionError: probes.toml is wrong.
    """
    run = open_run(folder)
    if run.facts["digests"]["store"] != store.digest:
        raise ExtractError(
            f"'{folder.name}' was trained on another store, or the store has changed "
            "since. Name its own store, or train again."
        )
    asked = load_experiment(folder / "experiment.toml")
    told = read_probes(run.plan, features=features)
    again = _again(run, asked, store)
    every = pl.concat(
        [rows_of(folder, fold) for fold in ("train", "calibrate")] + [again.test],
        how="diagonal_relaxed",
    )
    recorded = add_groups(every.select("person_id", "as_of"), store)
    revealed = what_reveals(
        every, recorded, again.predictors, seed=again.seed, progress=progress
    )
    found = {
        "format": FORMAT,
        "version": VERSION,
        "run": {
            "experiment": asked.experiment.name,
            "rung": again.rung.name,
            "estimates": digest_file(folder / "estimates.parquet"),
        },
        "proxies": [
            _in_words(one.to_json(), run)
            | {"without": _without(one, again, run, asked, store)}
            for one in revealed
        ],
        "reads_groups": reads_groups(again, run.plan),
        "adultification": None
        if told.adultification is None
        else adultification(_of_all(again, every, asked, store), told.adultification),
        "flips": flip(again, told.flips, run.plan),
        "ablations": _of_report(folder),
        "anchor": None
        if anchor is None
        else beside_run(run, store, policy, load_experiment(anchor)),
    }
    return found | {"sentences": plain_lines(found)}


def run_probes_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of run_probes.json, as it is shipped."""
    text = files("riskaid.training").joinpath(SCHEMA).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _again(run: Run, asked: Experiment, store: "CaseStore") -> Again:
    names = tuple(run.facts["predictors"])
    directions = {i.name: i.more_means_more for i in run.plan.indicators}
    test = rows_of(run.folder, "test")
    return Again(
        rung=read_rung(run.folder, run.facts["chosen"]),
        train=rows_of(run.folder, "train"),
        test=test,
        groups=grouped(test, asked.cohort, store),
        predictors=Predictors(
            names=names,
            more_means_more=tuple(directions[name] for name in names),
            left_out={},
        ),
        settings=Settings(**run.facts["settings"]),
        most=asked.models.scorecard_indicators,
        limits=asked.limits,
        seed=run.facts["seed"],
    )


def _in_words(one: dict[str, Any], run: Run) -> dict[str, Any]:
    """With what each indicator reads, as people know it."""
    reads = {i.name: i.reads for i in run.plan.indicators}
    for held in one["indicators"]:
        held["reads"] = reads[held["indicator"]]
    return one


def _of_all(
    again: Again, every: pl.DataFrame, asked: Experiment, store: "CaseStore"
) -> Again:
    """The rows of every fold: how scores are made up is no matter of accuracy."""
    return replace(again, test=every, groups=grouped(every, asked.cohort, store))


def _without(
    one: Revealed, again: Again, run: Run, asked: Experiment, store: "CaseStore"
) -> dict[str, Any] | None:
    """The model fitted once more without what reveals a group; None without any."""
    if not one.to_leave_out():
        return None
    left_out = Ablation(
        name=f"reveals_{one.by}",
        says=f"what reveals {one.by} most",
        because=BECAUSE.strip(),
        indicators=one.to_leave_out(),
    )
    return ablate(
        again,
        (left_out,),
        plan=run.plan,
        cohort=asked.cohort,
        outcome=asked.outcome,
        store=store,
    )[0]


def _of_report(folder: Path) -> list[dict[str, Any]]:
    """Ablations the run has made already, by name; none in a run without its report."""
    place = folder / WRITTEN
    if not place.is_file():
        return []
    held = json.loads(place.read_text("utf-8"))["ablations"]
    return [one for one in held if one["name"] in BY_GROUP]

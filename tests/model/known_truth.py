"""Synthetic councils whose truth is known: does calibration recover its curve?

In the synthetic council every section 47 enquiry leads to a conference with a chance that
is drawn from need, and that stands in truth/enquiries.csv. So the cohort is each enquiry,
the outcome its conference, and the curve to be recovered is, for a model's score, the mean
chance of enquiries with that score. It is taken from one large council (the reference),
scored by the model of each small one, in the dates of the calibration fold.
"""

import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

import riskaid
from riskaid import shipped
from riskaid.files import digest_bytes
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.plan import make_plan
from riskaid.models import RUNGS
from riskaid.models.booster import Settings
from riskaid.records.ingest import ingest
from riskaid.records.store import open_store
from riskaid.records.synthetic.council import synth
from riskaid.training.experiment import load_experiment
from riskaid.training.fit import calibrate, fit_models
from riskaid.training.run import Prepared
from riskaid.training.table import matrix_of
from riskaid.training.train import prepare

WHOLE = "RISKAID_GENERATED" in os.environ
SEEDS = range(1000, 1200) if WHOLE else range(1000, 1004)
CHILDREN = 5_000
REFERENCE_CHILDREN = 200_000 if WHOLE else 20_000
REFERENCE_SEED = 987_654
FIFTHS = (0.2, 0.4, 0.6, 0.8)
LEVEL = 0.95
KEPT = Path(__file__).resolve().parents[2] / "build" / "known_truth"
"""What is done stays here, so that a run that was stopped goes on where it was."""

EXPERIMENT = f"""
[experiment]
name = "conference_of_enquiry"
title = "A conference that follows a section 47 enquiry"
question = "Does the map from score to estimate recover the chance that is known?"
bias_statement = "{"Nothing here is about anybody: the council is made up. " * 3}"
not_for = ["Anything at all outside the tests."]
[cohort]
says = "Each section 47 enquiry"
table = "s47_enquiries"
[outcome]
name = "conference"
says = "an initial child protection conference that follows the enquiry"
table = "icpcs"
linked_to = {{ table = "s47_enquiries", by = "enquiry_id" }}
within_days = 62
lag_days = 10
[folds]
test_days = 365
calibrate_days = 1095
[[success.criteria]]
metric = "auc"
at_least = 0.5
"""


@dataclass(frozen=True)
class Point:
    """A fifth of the reference's rows by score: its true mean chance, and an interval."""

    seed: int
    rung: str
    part: int
    truth: float
    estimate: float
    low: float
    high: float

    def holds(self, shift: float = 0.0) -> bool:
        """Whether the truth, or something so far beside it, lies inside."""
        return self.low <= self.truth + shift <= self.high


def recovered() -> list[Point]:
    """The points of every seed; those done before are read back."""
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"{_code()}.jsonl"
    done = [
        Point(**json.loads(line))
        for line in (kept.read_text().splitlines() if kept.is_file() else [])
    ]
    found = [point for point in done if point.seed in SEEDS]
    for seed in sorted(set(SEEDS) - {point.seed for point in done}):
        points = _points(seed)
        with kept.open("a") as file:
            file.write("".join(json.dumps(vars(one)) + "\n" for one in points))
        found += points
    return found


def _points(seed: int) -> list[Point]:
    made, _ = council(seed, CHILDREN)
    models = fit_models(
        made.fold("train"), made.predictors, settings=Settings(), most=12, seed=1
    )
    rungs = calibrate(
        models, made.fold("calibrate"), made.predictors, method="choose", seed=1
    )
    names, held = made.predictors.names, _reference()
    matrix, chance = matrix_of(held, names), held["chance"].to_numpy()
    points = []
    for name in RUNGS:
        score, calibration = rungs[name].score(matrix, names), rungs[name].calibration
        edges = np.unique(np.quantile(score, FIFTHS))
        part = np.searchsorted(edges, score, side="left")
        draw = np.random.Generator(np.random.PCG64(seed))
        for i in np.unique(part):
            inside = part == i
            # The ends of a hundred rows: all of them would say the same, slowly.
            some = draw.choice(score[inside], 100)
            low, high = calibration.interval(some, level=LEVEL).mean(axis=0)
            estimate = calibration.apply(score[inside]).mean()
            truth = chance[inside].mean()
            found = map(float, (truth, estimate, low, high))
            points.append(Point(seed, name, int(i), *found))
    return points


def council(seed: int, children: int) -> tuple[Prepared, pl.DataFrame]:
    """Make a council and its rows; the second is those of the calibration dates.

    The second has the chance of each row's conference, and holds every family.
    """
    with tempfile.TemporaryDirectory(prefix="known-truth-") as place:
        folder = Path(place)
        synth(folder / "council", children=children, seed=seed, formats=("ssd",))
        ingest(folder / "council" / "ssd", folder / "store")
        experiment = folder / "experiment.toml"
        experiment.write_text(EXPERIMENT)
        store = open_store(folder / "store")
        made = prepare(
            load_experiment(experiment),
            store,
            plan=_plan(),
            file=experiment.name,
            seed=1,
        )
        truth = pl.read_csv(folder / "council" / "truth" / "enquiries.csv").select(
            enquiry_id="s47_enquiry_id", chance="chance_without_switches"
        )
        first_day = pl.max_horizontal("date", "known_from") + pl.duration(days=1)
        ids = store.table("s47_enquiries").select(
            "person_id", "enquiry_id", as_of=first_day
        )
        rows = made.rows.join(ids, on=["person_id", "as_of"]).join(
            truth, on="enquiry_id"
        )
        assert rows.height == made.rows.height
        shutil.rmtree(folder / "store")
    fold = next(p for p in made.folded.periods if p.fold == "calibrate")
    return made, rows.filter(pl.col("as_of").is_between(fold.first, fold.until, "left"))


@cache
def _reference() -> pl.DataFrame:
    kept = KEPT / f"{_code()}-{REFERENCE_CHILDREN}.parquet"
    if not kept.is_file():
        _, rows = council(REFERENCE_SEED, REFERENCE_CHILDREN)
        rows.write_parquet(kept.with_suffix(".part"))
        kept.with_suffix(".part").rename(kept)
    return pl.read_parquet(kept)


@cache
def _plan():
    return make_plan(load_catalogue(shipped.folder("features")))


@cache
def _code() -> str:
    """What the figures depend on: another program must not find them done."""
    package = Path(riskaid.__file__).parent
    parts = [
        (path.relative_to(package).as_posix(), path.read_text())
        for folder in ("language", "records", "indicators", "models", "training")
        for path in sorted((package / folder).rglob("*.py"))
    ]
    settings = [CHILDREN, REFERENCE_CHILDREN, EXPERIMENT, Path(__file__).read_text()]
    whole = [_plan().digest, parts, settings]
    return digest_bytes(repr(whole).encode())[:16]


def table(points: list[Point]) -> str:
    """The share of intervals that hold the truth, and their mean width, by rung."""
    lines = [f"{'':<11}{'held':<8}{'above':<8}{'below':<8}{'width':<8}points"]
    for rung in (*RUNGS, "all"):
        held = [p for p in points if rung in ("all", p.rung)]
        shares = (
            np.mean([p.holds() for p in held]),
            np.mean([p.truth > p.high for p in held]),
            np.mean([p.truth < p.low for p in held]),
            np.mean([p.high - p.low for p in held]),
        )
        lines.append(
            f"{rung:<11}" + "".join(f"{s:<8.3f}" for s in shares) + str(len(held))
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table(recovered()))

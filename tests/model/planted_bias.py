"""Councils with an unfairness built in: does what is meant to find it find it?

Each seed pools a few small councils that do not exist. Their referrals are scored by a
model of the signs that agencies record, fitted on the other half of their families, so
that no row is scored by a model that saw its family. Then the audit and the probes are
asked, and one thing counts as found for each thing built in:

* 85 of 100 signs of one group are never recorded: the audit fails that group;
* an enquiry about a child of another group leads to a conference 1.7 times as often: the
  probe beside the anchor outcome (an enquiry) finds that group. Scores and outcomes alone
  cannot show it;
* for a third group it is 1.25 times, and without an anchor it is only bounded: the
  group's calibration without the surplus lies within what the probe of mis-recording
  gives for up to 30 of 100 outcomes recorded too often;
* families who are not White are made to move: the probe of proxies names an indicator
  that reads addresses.

In as many councils with nothing built in the same is asked, and whatever is found about
ethnicity, of any group, is a false alarm: there ethnicity is drawn without regard to
need. Young people who arrived alone are left out, because they are drawn as a group of
their own.
"""

import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import riskaid
from riskaid import shipped
from riskaid.fairness.audit import audit
from riskaid.fairness.groups import ETHNICITY
from riskaid.fairness.policy import load_policy
from riskaid.fairness.probes.anchor import beside_anchor
from riskaid.fairness.probes.recording import mis_record
from riskaid.fairness.probes.scene import Scene, set_scene
from riskaid.fairness.scores import check_scores
from riskaid.files import digest_bytes
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.plan import make_plan, tables_read
from riskaid.models.booster import Settings
from riskaid.models.logistic import fit_logistic, sigmoid
from riskaid.records.ingest import ingest
from riskaid.records.store import CaseStore, open_store
from riskaid.records.synthetic.council import synth
from riskaid.records.synthetic.rates import CODE_GROUP
from riskaid.records.synthetic.switches import Switches
from riskaid.training.asked_rows import Outcome
from riskaid.training.cohort import build_cohort
from riskaid.training.experiment import load_experiment
from riskaid.training.fit import fit_model
from riskaid.training.outcome import add_outcome
from riskaid.training.proxies import what_reveals
from riskaid.training.table import (
    Predictors,
    add_groups,
    add_indicators,
    choose_predictors,
    matrix_of,
    outcome_of,
    usable_predictors,
)

WHOLE = "RISKAID_GENERATED" in os.environ
SEEDS = range(100) if WHOLE else range(2)
EXPERIMENT = shipped.folder("experiments") / "conference_12m.toml"
ANCHOR = Outcome(
    name="enquiry",
    says="a section 47 enquiry within 12 months",
    table="s47_enquiries",
    within_days=365,
    lag_days=30,
)
"""What the biased switch does not touch: it works between an enquiry and a conference."""
SIGNS = frozenset(
    {
        "addresses",
        "assessment_factors",
        "assessments",
        "contacts",
        "early_help",
        "missing_episodes",
        "persons",
    }
)
"""Tables of signs: a model that reads decisions too (referrals, enquiries, plans) has
them of every group alike, and overlooks the group that is under-recorded much less."""
BOUNDED = "mixed"
FACTOR = 1.25
"""How many times as often an enquiry about a child of that group leads to a conference:
a fifth of its outcomes are a surplus, and the probe of mis-recording asks up to 30 of
100."""
SETTINGS = Settings(rounds=60, rate=0.1)
REPLICATES = 300
KEPT = Path(__file__).resolve().parents[2] / "build" / "planted_bias"
"""What is done stays here, so that a run that was stopped goes on where it was."""


@dataclass(frozen=True)
class Planting:
    """One kind of council, and how many of which size a seed pools."""

    switches: dict[str, Any]
    councils: int
    children: int
    asks: tuple[str, ...]


PLANTINGS = {
    "nothing": Planting({}, 3, 12_000, ("audit", "anchor")),
    "nothing_in_one": Planting({}, 1, 12_000, ("proxy",)),
    "three_groups": Planting(
        {
            "under_recording": {"black": 0.85},
            "outcome_bias": {"asian": 1.7, BOUNDED: FACTOR},
        },
        3,
        12_000,
        ("audit", "anchor"),
    ),
    "proxy": Planting({"proxy": "address_changes"}, 1, 12_000, ("proxy",)),
}


LOOKED_FOR = {
    "under-recording, by the audit": "three_groups",
    "biased outcome, by the anchor": "three_groups",
    "smaller bias, bounded": "three_groups",
    "proxy, by its probe": "proxy",
}
ALARMS = {"audit": "nothing", "anchor": "nothing", "proxy": "nothing_in_one"}
"""What is asked where nothing is built in, and of which planting."""


@dataclass(frozen=True)
class Seen:
    """What was found of one seed of one planting."""

    planting: str
    seed: int
    rows: int
    outcomes: int
    found: dict[str, Any]
    seconds: float


def seen(plantings: tuple[str, ...] = tuple(PLANTINGS)) -> list[Seen]:
    """What was found for every planting and seed; those done before are read back."""
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"{_code()}.jsonl"
    lines = kept.read_text().splitlines() if kept.is_file() else []
    done = {
        (one.planting, one.seed): one
        for one in (Seen(**json.loads(line)) for line in lines)
    }
    found = []
    for seed in SEEDS:
        for planting in plantings:
            if (planting, seed) not in done:
                one = look(planting, seed)
                with kept.open("a") as file:
                    file.write(json.dumps(vars(one)) + "\n")
                done[planting, seed] = one
            found.append(done[planting, seed])
    return found


def look(planting: str, seed: int) -> Seen:
    """Make one seed's councils, score them, and ask what is to be asked."""
    began = time.perf_counter()
    asked = PLANTINGS[planting]
    rows, predictors = _pooled(asked, seed)
    found: dict[str, Any] = {}
    if {"audit", "anchor"} & set(asked.asks):
        scores = rows.with_columns(score=pl.Series(scored(rows, predictors, seed)))
        frame = check_scores(scores, _policy())
        result = audit(frame, _policy())
        ethnicity = next(c for c in result.characteristics if c.name == "ethnicity")
        found["audit"] = [g.cell.name for g in ethnicity.groups if g.verdict == "fail"]
        if "anchor" in asked.asks:
            scene = set_scene(frame, _policy(), result)
            beside = beside_anchor(scene, frame) or []
            found["anchor"] = [
                one.cell.name
                for one in beside
                if one.found(_policy()) and one.fine.grouped.about.name == "ethnicity"
            ]
        if "outcome_bias" in asked.switches:
            found["bounds"] = _bounds(scores, scene)
    if "proxy" in asked.asks:
        revealed = what_reveals(rows, rows, predictors, seed=seed, by=("ethnicity",))
        found["proxy"] = [one.indicator for one in revealed[0].named()]
        found["together"] = [one.group for one in revealed[0].together if one.found]
    seconds = round(time.perf_counter() - began, 1)
    outcomes = int(rows["outcome"].sum())
    return Seen(planting, seed, rows.height, outcomes, found, seconds)


def _bounds(scores: pl.DataFrame, scene: Scene) -> dict[str, float]:
    """Calibration without the surplus, as recorded, and with 30 of 100 taken away."""
    fine = next(f for f in scene.fine if f.grouped.about.name == "ethnicity")
    group = fine.names.index(BOUNDED)
    evidence = scene.evidence(fine, fine.group)
    least = mis_record(evidence, np.array([group]), 0.3, "over_recorded", "evenly")
    codes = [c for c, g in ETHNICITY.codes.items() if g == BOUNDED]
    mine = scores.filter(pl.col("ethnicity").str.to_lowercase().is_in(codes))
    return {
        "without_surplus": float(mine["without_surplus"].sum() / mine["score"].sum()),
        "recorded": float(evidence.sums[1, group] / evidence.sums[2, group]),
        "least": float(least.sums[1, group] / least.sums[2, group]),
    }


def _without_surplus(
    rows: pl.DataFrame, store: CaseStore, council: Path, seed: int
) -> pl.Series:
    """The outcomes as they would be had no switch made conferences of enquiries.

    Each conference of the group is kept as often as it would have been held without the
    switch; a row has the outcome where one that is kept lies in its window.
    """
    enquiries = pl.read_csv(council / "truth" / "enquiries.csv")
    truth = pl.read_csv(council / "truth" / "children.csv")
    codes = [code for code, group in CODE_GROUP.items() if group == BOUNDED]
    group = truth.filter(pl.col("ethnicity").is_in(codes))["child_id"]
    draw = np.random.Generator(np.random.PCG64([seed, 5]))
    chance = enquiries["chance_without_switches"].to_numpy()
    held = np.minimum(0.97, chance * FACTOR)
    keep = draw.random(len(chance)) < np.minimum(chance, 0.97) / held
    kept = enquiries.filter(
        ~pl.col("child_id").is_in(group.implode()) | pl.Series(keep)
    ).select(enquiry_id="s47_enquiry_id")
    dates = (
        store.table("icpcs")
        .filter(pl.col("known_until").is_null(), pl.col("date").is_not_null())
        .join(kept, on="enquiry_id", how="semi")
        .select("person_id", "date")
    )
    keys = rows.select("person_id", "as_of")
    inside = (
        keys.join(dates, on="person_id")
        .filter(
            pl.col("date") >= pl.col("as_of"),
            pl.col("date") < pl.col("as_of") + pl.duration(days=365),
        )
        .unique(["person_id", "as_of"])
        .with_columns(without=pl.lit(1))
    )
    joined = keys.join(
        inside, on=["person_id", "as_of"], how="left", maintain_order="left"
    )
    return joined["without"].fill_null(0).clip(0, rows["outcome"])


def scored(rows: pl.DataFrame, predictors: Predictors, seed: int) -> np.ndarray:
    """Estimates of each row by a booster that saw other families only.

    Halves of the families score each other; one curve over all rows makes probabilities
    of the scores, and knows of no group.
    """
    names, which = np.unique(rows["family_id"].to_numpy(), return_inverse=True)
    draw = np.random.Generator(np.random.PCG64([seed, 3]))
    half = (draw.permutation(len(names)) % 2)[which]
    raw = np.zeros(rows.height)
    for part in (0, 1):
        model = fit_model(
            "booster",
            rows.filter(pl.Series(half != part)),
            predictors,
            settings=SETTINGS,
            most=12,
            seed=1,
        )
        own = rows.filter(pl.Series(half == part))
        raw[half == part] = model.score(matrix_of(own, predictors.names))
    line = fit_logistic(raw[:, None], outcome_of(rows))
    return sigmoid(line[0] + line[1] * raw)


def _pooled(asked: Planting, seed: int) -> tuple[pl.DataFrame, Predictors]:
    wanted = _signs()
    parts = []
    for number in range(asked.councils):
        own = 1_000 * (seed + 1) + number
        with tempfile.TemporaryDirectory(prefix="planted-") as place:
            folder = Path(place)
            synth(
                folder / "council",
                children=asked.children,
                seed=own,
                formats=("ssd",),
                switches=Switches(**asked.switches),
            )
            ingest(folder / "council" / "ssd", folder / "store")
            truth = pl.read_csv(folder / "council" / "truth" / "children.csv")
            alone = truth.filter(pl.col("arrived_alone") == "Y")["child_id"]
            store = open_store(folder / "store")
            rows = _rows(store, wanted).filter(
                ~pl.col("person_id").is_in(alone.implode())
            )
            if "outcome_bias" in asked.switches:
                less = _without_surplus(rows, store, folder / "council", own)
                rows = rows.with_columns(without_surplus=less)
        key = pl.lit(f"{number}-")
        parts.append(
            rows.with_columns(
                person_id=key + pl.col("person_id"),
                family_id=key + pl.col("family_id").cast(pl.String),
            )
        )
    rows = pl.concat(parts)
    return rows, usable_predictors(rows, wanted, unknown_share=0.05)


def _rows(store: CaseStore, wanted: Predictors) -> pl.DataFrame:
    cohort = _experiment().cohort
    rows = build_cohort(cohort, store, {})
    rows = add_outcome(rows, _experiment().outcome, store, {}, cohort=cohort)
    rows = add_indicators(
        rows,
        plan=_plan(),
        store=store,
        predictors=wanted,
        eligible_when=(),
        counts={},
    )
    keys = rows.select("person_id", "as_of", "family_id")
    anchor = add_outcome(keys, ANCHOR, store, {}, cohort=cohort).select(
        "person_id", "as_of", anchor_outcome="outcome"
    )
    joined = rows.join(
        anchor, on=["person_id", "as_of"], how="left", maintain_order="left"
    )
    return add_groups(joined, store).with_columns(weight=pl.lit(1.0))


@cache
def _experiment():
    return load_experiment(EXPERIMENT)


@cache
def _signs() -> Predictors:
    """The predictors that read signs which agencies record, and no decision."""
    asked = choose_predictors(_experiment().indicators, _plan(), file="planted")
    read = {
        i.name: {part.table for part in tables_read(i.value)}
        for i in _plan().indicators
    }
    kept = [i for i, name in enumerate(asked.names) if read[name] <= SIGNS]
    return Predictors(
        names=tuple(asked.names[i] for i in kept),
        more_means_more=tuple(asked.more_means_more[i] for i in kept),
        left_out={},
    )


@cache
def _policy():
    file = shipped.folder("fairness") / "policy.toml"
    held = load_policy(file, today=date(2026, 11, 22))
    return replace(held, replicates=REPLICATES)


@cache
def _plan():
    return make_plan(load_catalogue(shipped.folder("features")))


@cache
def reads_addresses() -> frozenset[str]:
    """The indicators that read the table in which the proxy is put."""
    return frozenset(
        i.name
        for i in _plan().indicators
        if "addresses" in {part.table for part in tables_read(i.value)}
    )


@cache
def _code() -> str:
    """What the figures depend on: another program must not find them done."""
    package = Path(riskaid.__file__).parent
    parts = [
        (path.relative_to(package).as_posix(), path.read_text())
        for folder in ("language", "records", "indicators", "models", "fairness")
        for path in sorted((package / folder).rglob("*.py"))
    ]
    parts.append(("proxies", (package / "training" / "proxies.py").read_text()))
    whole = [_plan().digest, _policy().digest, parts, Path(__file__).read_text()]
    return digest_bytes(repr(whole).encode())[:16]


def is_found(one: Seen, what: str) -> bool:
    """Whether what was built in was found by what is meant to find it."""
    held = one.found
    if what == "under-recording, by the audit":
        return "black" in held["audit"]
    if what == "biased outcome, by the anchor":
        return "asian" in held["anchor"]
    if what == "smaller bias, bounded":
        bounds = held["bounds"]
        return bounds["least"] <= bounds["without_surplus"] <= bounds["recorded"]
    return bool(reads_addresses() & set(held["proxy"]))


def is_alarm(one: Seen, by: str) -> bool:
    """Whether something was found where nothing had been built in."""
    return bool(one.found[by] or (by == "proxy" and one.found["together"]))


def counted(all_seen: list[Seen]) -> dict[str, tuple[int, int]]:
    """For each thing built in how often it was found, and of how many seeds."""
    out = {}
    for what, planting in LOOKED_FOR.items():
        held = [one for one in all_seen if one.planting == planting]
        out[what] = (sum(is_found(one, what) for one in held), len(held))
    for by, planting in ALARMS.items():
        held = [one for one in all_seen if one.planting == planting]
        out[f"nothing, by the {by}"] = (
            sum(is_alarm(one, by) for one in held),
            len(held),
        )
    return out


def table(all_seen: list[Seen]) -> str:
    """The counts, with the size of what was looked at."""
    each = counted(all_seen).items()
    lines = [f"{what:<34}{n} of {of}" for what, (n, of) in each if of]
    for planting in dict.fromkeys(one.planting for one in all_seen):
        held = [one for one in all_seen if one.planting == planting]
        rows, outcomes = (
            round(float(np.mean([getattr(one, name) for one in held])))
            for name in ("rows", "outcomes")
        )
        lines.append(f"{planting}: {rows} rows, {outcomes} outcomes a seed")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table(seen(tuple(sys.argv[1:]) or tuple(PLANTINGS))))

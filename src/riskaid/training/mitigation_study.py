"""A study of a run: what a constraint on a rate would change, and what it costs whom.

It stands beside the three rungs and is none of them. It writes counts and rates and no
model, so nothing can be released of it (docs/explanation/mitigation.md).
"""

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from riskaid.document import to_html, to_markdown
from riskaid.errors import ExtractError
from riskaid.fairness.policy import Policy
from riskaid.files import digest_file, new_folder, write_json, write_text
from riskaid.fragment import fragment
from riskaid.models import RUNGS
from riskaid.progress import Progress, silent
from riskaid.training.experiment import load_experiment
from riskaid.training.fitted import read_rungs, rows_of
from riskaid.training.mitigation import Asked
from riskaid.training.mitigation_compare import Draws, compare
from riskaid.training.mitigation_page import as_document, plain_lines
from riskaid.training.run import open_run
from riskaid.training.table import add_groups, matrix_of

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

FORMAT: Final = "riskaid-study"
VERSION: Final = 1
SCHEMA: Final = "study.schema.json"
FILE: Final = "study.json"
SAYS: Final = (
    "A study, never releasable. It is no model, no audit and no evidence for a "
    "release: none can be built of it, whatever it shows."
)


@dataclass(frozen=True)
class Study:
    """What a constraint changed, by group, beside the three rungs.

    Attributes:
        facts: As study.json holds it, small counts left out.
    """

    facts: dict[str, Any]

    def table(self) -> pl.DataFrame:
        """A row a group, model and rate, with its 95% interval; null is not shown."""
        rows = [
            {"group": g["group"], "model": model, "rate": rate}
            | {key: held[key] for key in ("value", "low95", "high95", "state")}
            for g in (self.facts["everyone"], *self.facts["groups"])
            for model, rates in g["models"].items()
            for rate, held in rates.items()
        ]
        number = dict.fromkeys(("value", "low95", "high95"), pl.Float64)
        return pl.DataFrame(rows, schema_overrides=number)

    def _repr_html_(self) -> str:
        """For a notebook: the plain lines, and who is newly or no longer selected."""
        return fragment(
            SAYS,
            self.facts["sentences"],
            columns=("group", "newly for review", "no longer for review"),
            rows=[
                (g["phrase"], str(g["moved"]["newly"]), str(g["moved"]["no_longer"]))
                for g in (self.facts["everyone"], *self.facts["groups"])
            ],
        )


def study_schema() -> dict[str, Any]:
    """The JSON Schema of study.json, as it is shipped."""
    text = files("riskaid.training").joinpath(SCHEMA).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def study_run(
    folder: Path,
    store: "CaseStore",
    policy: Policy,
    *,
    asked: Asked,
    seed: int = 0,
    progress: Progress = silent,
) -> Study:
    """Teach a model with a constraint and set it beside the rungs of a run.

    It is taught with the run's training fold and measured on its test fold, as the
    run's own rungs are. The run and the store are not changed.

    Args:
        folder: The run.
        store: The case store it was trained on, for the recorded groups.
        policy: Whose capacity selects, and whose smallest count is shown.
        asked: The constraint.
        seed: Of draws among equal scores, and of the audits' intervals.
        progress: Told what is being done.

    Raises:
        UsageError: The constraint cannot be asked for.
        ExtractError: The folder is no whole run, the store is another one, or too few
            recorded groups are large enough.
    """
    asked.check([one.name for one in policy.characteristics])
    run = open_run(folder)
    if run.facts["digests"]["store"] != store.digest:
        raise ExtractError(
            f"'{folder.name}' was trained on another store, or the store has changed "
            "since. Name its own store, or train again."
        )
    experiment = load_experiment(folder / "experiment.toml")
    names = tuple(run.facts["predictors"])
    train, test = (rows_of(folder, fold) for fold in ("train", "test"))
    matrix = matrix_of(test, names)
    rungs = read_rungs(folder)
    told = compare(
        add_groups(train, store),
        add_groups(test, store),
        names,
        policy,
        asked=asked,
        rungs={name: rungs[name].estimate(matrix, names) for name in RUNGS},
        draws=Draws(experiment.limits.replicates, run.facts["seed"], seed),
        progress=progress,
    )
    facts = {
        "format": FORMAT,
        "version": VERSION,
        "releasable": False,
        "says": SAYS,
        "run": {
            "experiment": experiment.experiment.name,
            "chosen": run.facts["chosen"],
            "estimates": digest_file(folder / "estimates.parquet"),
        },
        "policy": {"name": policy.name, "digest": policy.digest},
        "capacity": policy.capacity_gated,
        "smallest_published_count": policy.smallest_published_count,
        "seed": seed,
        **told,
    }
    return Study(facts | {"sentences": plain_lines(facts)})


def write_study(study: Study, out: Path, *, mark: str | None = None) -> None:
    """Write study.json, study.html and study.md into a new folder, and no model.

    Args:
        study: As study_run returns.
        out: The folder to make.
        mark: "synthetic" or "public" where the records are marked so.

    Raises:
        UsageError: The folder is there already and holds something.
    """
    page = as_document(study.facts, mark=mark)
    with new_folder(out) as folder:
        write_json(folder / FILE, study.facts)
        write_text(folder / "study.html", to_html(page))
        write_text(folder / "study.md", to_markdown(page))

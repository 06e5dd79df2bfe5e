"""Build a logged run once more from its own files, and compare it byte for byte."""

import json
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskaid import __version__
from riskaid.errors import ExtractError
from riskaid.files import digest_file, digest_folder
from riskaid.indicators.plan import Plan
from riskaid.progress import Progress, silent
from riskaid.training.bias_asked import read_declared
from riskaid.training.tracking import DIGESTS, PRIVATE
from riskaid.training.train import train

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

DATED = "when.json"
"""The one file of a run that holds times, and is compared with nothing."""

NEEDED = ("run.json", "experiment.toml", "plan.json")


@dataclass(frozen=True, kw_only=True)
class Replay:
    """How a run built again compares with the one that was logged.

    Attributes:
        run: The logged run's name.
        same: Files with the same bytes.
        differ: Files whose bytes differ.
        missing: Files that were logged and were not built again.
        new: Files that were built and had not been logged.
        not_compared: Files whose digest was not logged.
        libraries: Whatever has another version than then: then and now.
    """

    run: str
    same: tuple[str, ...]
    differ: tuple[str, ...]
    missing: tuple[str, ...]
    new: tuple[str, ...]
    not_compared: tuple[str, ...]
    libraries: dict[str, tuple[str, str]]

    @property
    def identical(self) -> bool:
        """Whether every file that could be compared is the same to the byte."""
        return not (self.differ or self.missing or self.new)

    def to_json(self) -> dict[str, Any]:
        """Write it for programs."""
        return {
            "run": self.run,
            "identical": self.identical,
            "same": list(self.same),
            "differ": list(self.differ),
            "missing": list(self.missing),
            "new": list(self.new),
            "not_compared": list(self.not_compared),
            "libraries": {
                name: {"then": then, "now": now}
                for name, (then, now) in self.libraries.items()
            },
        }

    def summary(self) -> str:
        """Say it in a few lines."""
        if self.identical:
            lines = [f"The same to the byte: {len(self.same)} files."]
        else:
            lines = [f"NOT the same: {len(self.same)} files are, and these are not:"]
            for what, names in (
                ("other bytes", self.differ),
                ("not built again", self.missing),
                ("not in the logged run", self.new),
            ):
                lines += [f"  {name}: {what}" for name in names]
        if self.not_compared:
            left = ", ".join(self.not_compared)
            lines.append(f"Not compared, because no digest was logged: {left}")
        lines += [
            f"{name} was {then} then and is {now} now."
            for name, (then, now) in self.libraries.items()
        ]
        return "\n".join(lines)


def replay(
    run: Path,
    store: "CaseStore",
    *,
    out: Path | None = None,
    progress: Progress = silent,
) -> Replay:
    """Build a run again from its experiment, declarations and seed, and compare.

    The declarations are the run's own frozen ones, so that today's features folder has
    no say. Nothing is tracked.

    Args:
        run: A run's folder, or its files as MLflow keeps them.
        store: The case store it was made from.
        out: Where the rebuilt run will stand; else it is taken away again.
        progress: Told what is being done.

    Raises:
        ExtractError: The folder is no run, its experiment or plan was changed, or the
            store holds other records than those it was made from.
    """
    facts = _facts_of(run)
    if store.digest != facts["digests"]["store"]:
        raise ExtractError(
            "The store is not the one the run was made from: its records have another "
            "digest. Name that store, or train anew on this one."
        )
    if digest_file(run / "experiment.toml") != facts["digests"]["experiment"]:
        raise ExtractError(
            f"experiment.toml in '{run.name}' was changed after the run. "
            "Train anew, or fetch the run again."
        )
    plan = Plan.from_json(json.loads((run / "plan.json").read_text("utf-8")))
    if plan.digest != facts["digests"]["plan"]:
        raise ExtractError(
            f"plan.json in '{run.name}' was changed after the run. "
            "Train anew, or fetch the run again."
        )
    with ExitStack() as stack:
        if out is None:
            beside = stack.enter_context(tempfile.TemporaryDirectory())
            out = Path(beside) / "run"
        made = train(
            run / "experiment.toml",
            store,
            out,
            plan=plan,
            declared=read_declared(run),
            seed=facts["seed"],
            progress=progress,
        )
        return _compared(run, facts, digest_folder(made.folder))


def logged_digests(run: Path) -> dict[str, str]:
    """The digests of a run's files, as they were logged.

    A run fetched from MLflow holds them in a file, those of the files that are never
    uploaded too; a run's own folder is its own witness.
    """
    held = digest_folder(run)
    if DIGESTS not in held:
        return {name: digest for name, digest in held.items() if name != DATED}
    written: dict[str, str] = json.loads((run / DIGESTS).read_text("utf-8"))
    return written


def _compared(run: Path, facts: dict[str, Any], built: dict[str, str]) -> Replay:
    logged = logged_digests(run)
    built = {name: digest for name, digest in built.items() if name != DATED}
    both = sorted(logged.keys() & built.keys())
    new = sorted(built.keys() - logged.keys())
    now = {"riskaid": __version__}
    then: dict[str, str] = facts["libraries"]
    for name in then.keys() - {"python", "riskaid"}:
        now[name] = version(name)
    return Replay(
        run=run.name,
        same=tuple(n for n in both if logged[n] == built[n]),
        differ=tuple(n for n in both if logged[n] != built[n]),
        missing=tuple(sorted(logged.keys() - built.keys())),
        new=tuple(n for n in new if n not in PRIVATE),
        not_compared=tuple(n for n in new if n in PRIVATE),
        libraries={
            name: (then[name], now[name])
            for name in sorted(now)
            if then[name] != now[name]
        },
    )


def _facts_of(run: Path) -> dict[str, Any]:
    missing = [name for name in NEEDED if not (run / name).is_file()]
    if missing:
        raise ExtractError(
            f"'{run.name}' is no run: it has no {missing[0]}. "
            "Name the folder that riskaid train made, or a run in MLflow."
        )
    try:
        facts: dict[str, Any] = json.loads((run / "run.json").read_text("utf-8"))
        _ = [facts["digests"][name] for name in ("store", "plan", "experiment")]
        _ = [facts["seed"], dict(facts["libraries"])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExtractError(
            f"run.json in '{run.name}' cannot be read. Fetch the run again."
        ) from error
    return facts

"""Where the trials of a search are kept, so that one that was stopped can go on."""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import optuna
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from riskaid.errors import RiskaidError, UsageError

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
WRONG = (
    optuna.exceptions.OptunaError,
    SQLAlchemyError,
    AssertionError,
    ImportError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
)
"""What a place that cannot be opened, or was damaged, ends in."""

MOST_TRIES, WAITED_SECONDS = 3, 1.0
BEAT_SECONDS = 30
"""How often a worker on a database says that it still works on its trial."""


@dataclass(frozen=True)
class Place:
    """Where trials are kept.

    Attributes:
        where: A file, or a database's address.
        shared: Whether other workers may be at the same search.
    """

    where: str
    shared: bool


def beside(out: Path) -> Path:
    """The file in which a run keeps its trials until it is done."""
    return out.with_name(f"{out.name}.trials")


@contextmanager
def kept_trials(out: Path, where: str | None) -> Iterator[Place]:
    """Say where a run keeps its trials.

    A file of the run's own goes when the run has come to an end, whatever the end is;
    what was interrupted, or broken off, leaves it.

    Args:
        out: Where the run will stand.
        where: A file or a database's address that several runs share.
    """
    if where is not None:
        yield Place(where, shared=True)
        return
    file = beside(out)
    try:
        yield Place(str(file), shared=False)
    except UsageError:
        raise
    except RiskaidError:
        file.unlink(missing_ok=True)
        raise
    file.unlink(missing_ok=True)


@contextmanager
def open_study(
    place: Place | None, name: str, pruner: optuna.pruners.BasePruner
) -> Iterator[optuna.Study]:
    """Open the study of this name, with the trials that were finished before.

    A trial that nobody finished is given up: at once in a file of one's own, and in a
    database when its worker has been silent for two beats.

    Args:
        place: Where trials are kept; in memory alone when None.
        name: What the search is about; another search has another name.
        pruner: Cuts trials short.

    Raises:
        UsageError: The place cannot be opened or read.
    """
    # A trial that is stopped is no fault to show a traceback for.
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        for others in range(MOST_TRIES, -1, -1):
            try:
                study = _opened(place, name, pruner)
                break
            except WRONG as error:
                if others and place is not None and place.shared:
                    # Another worker may be making the very same tables just now.
                    time.sleep(WAITED_SECONDS)
                    continue
                raise UsageError(
                    "The place that keeps the trials cannot be opened or read. Check "
                    "the address, or its driver, of a database; delete a file that is "
                    "damaged (its trials are lost, and nothing else)."
                ) from error
        yield study


def _opened(
    place: Place | None, name: str, pruner: optuna.pruners.BasePruner
) -> optuna.Study:
    study = optuna.create_study(
        storage=None if place is None else _storage(place.where),
        study_name=name,
        pruner=pruner,
        load_if_exists=True,
    )
    if place is not None and not place.shared:
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            study.tell(trial.number, state=TrialState.FAIL)
    return study


def _storage(where: str) -> optuna.storages.BaseStorage:
    if "://" in where:
        return optuna.storages.RDBStorage(where, heartbeat_interval=BEAT_SECONDS)
    return optuna.storages.JournalStorage(JournalFileBackend(where))


def finished(study: optuna.Study) -> list[FrozenTrial]:
    """The trials that came to an end, in the order in which they began."""
    return sorted(
        study.get_trials(deepcopy=False, states=FINISHED), key=lambda t: t.number
    )


def running(study: optuna.Study) -> int:
    """How many trials are being worked on."""
    return len(study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)))


def begun(study: optuna.Study) -> bool:
    """Whether a first trial is finished, under way or waiting."""
    return any(t.state != TrialState.FAIL for t in study.get_trials(deepcopy=False))

"""Runs in MLflow whose process died without a word: killed, or the power went."""

import hashlib
import os
import platform
from typing import Any

PROCESS = "riskaid.process"
"""Tag that tells one machine's processes apart, without naming the machine."""


def this_process() -> str:
    """This machine, as a digest of its name, and this process's number."""
    return f"{_machine()}:{os.getpid()}"


def end_what_died(client: Any, *, experiment_id: str) -> int:
    """Mark runs as KILLED, with their trials, that a dead process left "running".

    Only runs that began on this machine are looked at, since nobody can tell from here
    whether another machine's process lives; and only where a process can be asked
    after without disturbing it (not on Windows).

    Args:
        client: MLflow's client.
        experiment_id: Where to look.

    Returns:
        How many runs were ended.
    """
    if os.name != "posix":
        return 0
    ended = 0
    running = client.search_runs(
        [experiment_id],
        "tags.`riskaid.kind` = 'run' and attributes.status = 'RUNNING'",
    )
    for run in running:
        machine, _, number = run.data.tags.get(PROCESS, "").partition(":")
        if machine != _machine() or not number.isdecimal() or _lives(int(number)):
            continue
        end_trials(client, experiment_id=experiment_id, run_id=run.info.run_id)
        client.set_terminated(run.info.run_id, status="KILLED")
        ended += 1
    return ended


def end_trials(client: Any, *, experiment_id: str, run_id: str) -> None:
    """Mark a run's trials as KILLED that an interruption left "running"."""
    left = client.search_runs(
        [experiment_id],
        f"tags.`mlflow.parentRunId` = '{run_id}' and attributes.status = 'RUNNING'",
    )
    for run in left:
        client.set_terminated(run.info.run_id, status="KILLED")


def _machine() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:12]


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True

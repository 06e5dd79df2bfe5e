"""Runs side by side, built again, the same whatever the threads, and stopped."""

import json
import os
import platform
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import numpy as np
import pytest

from riskaid.files import digest_folder


def logged_in(demo):
    return f"sqlite:///{(demo.out / 'mlflow/mlflow.db').as_posix()}"


def digests(folder):
    held = digest_folder(folder)
    del held["when.json"]
    return held


def test_runs_are_set_side_by_side(demo, riskaid, tmp_path):
    facts = json.loads((demo.out / "run/run.json").read_text("utf-8"))
    auc = facts["metrics"][facts["chosen"]]["auc"]["value"]
    ended = riskaid(tmp_path, "runs", demo.out / "run")
    assert ended.code == 0, ended.text
    assert f"{auc:.3f}" in ended.text and "conference_12m" in ended.text
    # The same run from its folder and from MLflow is one run.
    ended = riskaid(
        tmp_path, "runs", demo.out, "--mlflow-uri", logged_in(demo), "--json"
    )
    assert ended.code == 0, ended.text
    (one,) = json.loads(ended.text)["runs"]
    assert one["metrics"]["auc"] == auc and one["mlflow_run"]
    ended = riskaid(tmp_path, "runs")
    assert ended.code == 11 and "no run in" in ended.text
    ended = riskaid(tmp_path, "runs", demo.out / "run", "--experiment", "other")
    assert ended.code == 11 and "no such run" in ended.text


def test_a_run_is_replayed_from_mlflow_and_a_changed_one_is_told(
    demo, riskaid, tmp_path
):
    when = json.loads((demo.out / "run/when.json").read_text("utf-8"))
    common = ["--store", demo.out / "store"]
    ended = riskaid(
        tmp_path,
        *["train", "--replay", when["mlflow_run"], *common],
        *["--mlflow-uri", logged_in(demo), "--out", "again"],
    )
    assert ended.code == 0, ended.text
    assert "The same to the byte" in ended.text
    assert digests(tmp_path / "again") == digests(demo.out / "run")
    shutil.copytree(demo.out / "run", tmp_path / "changed")
    place = tmp_path / "changed/models/scorecard.json"
    place.write_text(place.read_text("utf-8") + " ", "utf-8")
    ended = riskaid(tmp_path, "train", "--replay", "changed", *common)
    assert ended.code == 11
    assert "models/scorecard.json: other bytes" in ended.text
    ended = riskaid(tmp_path, "train", "--replay", "changed")
    assert ended.code == 2 and "takes --store" in ended.text
    ended = riskaid(tmp_path, "train")
    assert ended.code == 2 and "Name an experiment" in ended.text


def start(folder, *words, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "riskaid", *map(str, words)],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        # Whoever starts tests in the background lets Ctrl-C be ignored by all below.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )


THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
    "POLARS_MAX_THREADS", "NUMBA_NUM_THREADS",
)  # fmt: skip
PLAIN = {"x86_64": "PRESCOTT", "AMD64": "PRESCOTT", "aarch64": "ARMV8"}


def another_processor():
    """Settings under which NumPy and OpenBLAS compute as on a plainer processor."""
    found = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    return {
        "NPY_DISABLE_CPU_FEATURES": " ".join(found),
        "OPENBLAS_CORETYPE": PLAIN[platform.machine()],
    }


@pytest.mark.parametrize(
    "settings",
    [
        *(dict.fromkeys(THREADS, threads) for threads in "124"),
        another_processor(),
    ],
    ids=["one thread", "two threads", "four threads", "another processor"],
)
def test_every_file_is_the_same_whatever_the_machine(demo, tmp_path, settings):
    running = start(
        tmp_path,
        *["train", demo.out / "run/experiment.toml", "--store", demo.out / "store"],
        *["--out", "run", "--no-tracking"],
        **settings,
    )
    said, _ = running.communicate(timeout=600)
    assert running.returncode in (0, 17), said
    assert digests(tmp_path / "run") == digests(demo.out / "run")


def statuses(database):
    """The status of each run in MLflow's database, by its kind."""
    if not database.is_file():
        return []
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as held:
            return held.execute(
                "select tags.value, runs.status from runs join tags using (run_uuid) "
                "where tags.key = 'riskaid.kind'"
            ).fetchall()
    except sqlite3.OperationalError:
        return []  # the database is being made


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_keeps_its_trials_and_says_how_to_go_on(
    demo, tmp_path, number
):
    text = (demo.out / "run/experiment.toml").read_text("utf-8")
    trials = next(line for line in text.splitlines() if line.startswith("trials"))
    (tmp_path / "long.toml").write_text(text.replace(trials, "trials = 500"))
    database = tmp_path / "mlflow.db"
    running = start(
        tmp_path,
        *["train", "long.toml", "--store", demo.out / "store", "--out", "run"],
    )
    until = time.monotonic() + 300
    while ("trial", "FINISHED") not in statuses(database):
        assert running.poll() is None, running.communicate()[0]
        assert time.monotonic() < until
        time.sleep(0.2)
    running.send_signal(number)
    said, _ = running.communicate(timeout=120)
    assert running.returncode == (130 if number == signal.SIGINT else 143), said
    assert "Traceback" not in said
    assert "To go on, give the same command again" in said
    assert "kept in 'run.trials'" in said
    left = {p.name for p in tmp_path.iterdir()}
    assert left <= {"long.toml", "mlflow.db", "mlflow", "run.trials"}
    ended = statuses(database)
    assert ("run", "KILLED") in ended
    assert ended.count(("trial", "FINISHED")) >= 1
    assert "RUNNING" not in {status for _, status in ended}

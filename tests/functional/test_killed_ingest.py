"""An ingest that is killed at any moment leaves the old store or the new one, whole."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter

import pytest

from riskaid.files import digest_folder
from riskaid.records.ingest import ingest
from riskaid.records.store import open_store
from riskaid.records.synthetic import synth

KILLS = 200 if "RISKAID_GENERATED" in os.environ else 40
SEED = 20261122


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    """A small council, its store before the feeds and its store after them."""
    folder = tmp_path_factory.mktemp("killed")
    synth(folder / "council", children=300, seed=3)
    ingest(folder / "council/ssd", folder / "old")
    shutil.copytree(folder / "old", folder / "new")
    ingest(folder / "council/feeds", folder / "new", mapping="partner_feeds")
    return folder


IN_TWO_STEPS = """\
from riskaid import cli, files
files._exchange = lambda one, other: False
cli.main()
"""


def start(council, store, *, in_two_steps=False):
    words = ["ingest", council / "council/feeds", "--store", store]
    how = ["-c", IN_TWO_STEPS] if in_two_steps else ["-m", "riskaid"]
    return subprocess.Popen(
        [sys.executable, *how, *words, "--mapping", "partner_feeds"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(running, folder, name):
    """Wait until something of that name stands in the folder, or the process ends."""
    while running.poll() is None and not list(folder.glob(name)):
        time.sleep(0.0005)


def wait_for_files(running, folder, number):
    """Wait until so many files of a new store are written, or the process ends."""
    wait_for(running, folder, ".store-????????")
    while running.poll() is None:
        left = folder.glob(".store-????????*")
        if sum(len(files) for one in left for _, _, files in os.walk(one)) >= number:
            return


WRITING = (
    "writing, begun",
    "writing, half",
    "writing, nearly whole",
    "changing places",
)


def phase(folder, done, files):
    """How far an ingest was when it was killed, by what it left beside the store.

    `files` is the number of files of a whole store.
    """
    left = [p for p in folder.glob(".store-????????*") if p.is_dir()]
    if done:
        return "changing places" if left else "whole"
    if not (folder / "store").exists() or len(left) > 1:
        return "changing places"
    if not left:
        return "reading"
    share = sum(p.is_file() for p in left[0].rglob("*")) / files
    if share < 1 / 3:
        return WRITING[0]
    return WRITING[1] if share < 2 / 3 else WRITING[2]


def test_a_killed_ingest_leaves_the_old_store_or_the_new_one(council, tmp_path):
    old, new = digest_folder(council / "old"), digest_folder(council / "new")
    assert old != new
    store = tmp_path / "store"
    shutil.copytree(council / "old", store)
    began = time.monotonic()
    assert start(council, store).wait() == 0
    whole = time.monotonic() - began
    assert digest_folder(store) == new
    chance = random.Random(SEED)
    ended = {"old": 0, "new": 0}
    phases: Counter[str] = Counter()
    whole_store = len(old | new)
    killed = 0
    for n in range(KILLS):
        if digest_folder(store) != old:
            shutil.rmtree(store)
            shutil.copytree(council / "old", store)
        running = start(council, store, in_two_steps=n % 8 > 3)
        if n % 4 == 0:
            time.sleep(chance.uniform(0, whole))
        elif n % 4 == 1:
            wait_for(running, tmp_path, ".store.lock")
            time.sleep(chance.uniform(0, whole / 3))
        else:
            wait_for_files(running, tmp_path, chance.randrange(whole_store // 2))
        running.kill()
        dead = running.wait() != 0
        killed += dead
        if dead:
            phases[phase(tmp_path, digest_folder(store) == new, whole_store)] += 1
        found = digest_folder(open_store(store).path)
        assert found in (old, new)
        ended["old" if found == old else "new"] += 1
    print(f"{KILLS} starts, {killed} killed: {dict(sorted(phases.items()))}")  # noqa: T201 - shown by pytest -rP
    writing = sum(phases[name] for name in WRITING)
    assert killed > KILLS / 4
    assert writing > KILLS / 5
    assert sum(phases[name] > 0 for name in WRITING) >= 2
    assert phases["reading"]
    assert ended["old"]
    assert start(council, store).wait() == 0
    assert digest_folder(store) == new
    assert sorted(p.name for p in tmp_path.iterdir()) == ["store"]


def test_a_first_ingest_that_is_killed_leaves_no_store_or_a_whole_one(
    council, tmp_path
):
    store = tmp_path / "store"
    running = start(council, store)
    wait_for(running, tmp_path, ".store-????????")
    running.kill()
    running.wait()
    if store.exists():
        open_store(store)
    assert start(council, store).wait() == 0
    open_store(store)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["store"]


def test_two_at_once_are_told_and_both_states_are_whole(council, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(council / "old", store)
    first = start(council, store)
    wait_for(first, tmp_path, ".store.lock")
    second = start(council, store)
    assert {first.wait(), second.wait()} <= {0, 11}
    assert first.returncode == 0
    assert digest_folder(store) == digest_folder(council / "new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["store"]

"""One ingest into a store at a time, and what a killed one leaves is put right."""

import json
import os
import platform
import subprocess
import sys

import pytest

from riskaid import files
from riskaid.errors import ExtractError
from riskaid.records import lock
from riskaid.records.ingest import ingest
from riskaid.records.store import open_store


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def held_by(process, began, machine=None):
    machine = platform.node() if machine is None else machine
    return json.dumps({"process": process, "began": began, "machine": machine})


def ended_process():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


@pytest.fixture
def store(ssd, tmp_path):
    place = tmp_path / "here" / "store"
    ingest(ssd(), place)
    return place


def test_a_second_ingest_is_refused_while_the_first_runs(ssd, store):
    before = files.digest_folder(store)
    with lock.only_writer(store):
        assert names_in(store.parent) == [".store.lock", "store"]
        with pytest.raises(ExtractError, match="Another ingest into 'store'"):
            ingest(ssd(), store)
        ingest(ssd(), store, dry_run=True)
        open_store(store)
    assert files.digest_folder(store) == before
    assert names_in(store.parent) == ["store"]
    ingest(ssd(), store)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(lambda: held_by(ended_process(), None), id="no such process"),
        pytest.param(lambda: held_by(os.getpid(), "1"), id="its number used again"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="NOT RUN: needs /proc")
def test_a_stale_lock_is_taken_over(ssd, store, text):
    store.with_name(".store.lock").write_text(text())
    ingest(ssd(), store)
    assert names_in(store.parent) == ["store"]


@pytest.mark.parametrize(
    "text", ["", "{}", "[", held_by(1, None, machine="elsewhere.example")]
)
def test_a_lock_of_which_nothing_is_known_is_respected(ssd, store, text):
    store.with_name(".store.lock").write_text(text)
    with pytest.raises(ExtractError, match=r"remove \.store\.lock"):
        ingest(ssd(), store)
    assert names_in(store.parent) == [".store.lock", "store"]


@pytest.mark.skipif(sys.platform != "linux", reason="NOT RUN: needs /proc")
def test_an_ended_child_nobody_has_asked_after_holds_no_lock(ssd, store):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as child:
        began = lock._began(child.pid)
        assert began is not None
        child.stdin.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        store.with_name(".store.lock").write_text(held_by(child.pid, began))
        ingest(ssd(), store)
        assert names_in(store.parent) == ["store"]


def test_leftovers_are_ignored_and_removed_by_the_next_ingest(ssd, store):
    before = files.digest_folder(store)
    for name in (".store-abcdefgh", ".store-abcd_12h-old"):
        (store.parent / name).mkdir()
        (store.parent / name / "half.parquet").write_bytes(b"PAR1")
    (store.parent / ".store.lock-abcdefgh").touch()
    (store.parent / ".store.lock-stale-77").touch()
    mine = [".store-b.lock", ".store-of-another-abcdefgh", ".stores-abcdefgh"]
    for name in mine:
        (store.parent / name).mkdir()
    open_store(store)
    ingest(ssd(), store)
    assert names_in(store.parent) == [*mine, "store"]
    assert files.digest_folder(store) == before


def test_a_refused_ingest_leaves_no_lock_and_no_folder(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ExtractError):
        ingest(tmp_path / "empty", tmp_path / "a" / "b" / "store")
    assert names_in(tmp_path) == ["empty"]


def half_swapped(store):
    """The moment between the two moves, where the system has no exchange."""
    files.shutil.copytree(store, store.with_name(".store-abcdefgh"))
    store.rename(store.with_name(".store-abcdefgh-old"))


def test_a_store_moved_away_by_a_killed_ingest_is_put_back_on_opening(store):
    before = files.digest_folder(store)
    half_swapped(store)
    assert open_store(store).path == store
    assert files.digest_folder(store) == before
    assert names_in(store.parent) == ["store"]


def test_a_store_moved_away_by_a_killed_ingest_is_put_back_by_the_next(ssd, store):
    before = files.digest_folder(store)
    half_swapped(store)
    with pytest.raises(ExtractError, match="There is no file or folder"):
        ingest(store.parent / "nowhere", store)
    assert files.digest_folder(store) == before
    half_swapped(store)
    ingest(ssd(), store)
    assert files.digest_folder(store) == before
    assert names_in(store.parent) == ["store"]


def test_nothing_is_put_back_under_a_running_ingest(store):
    with lock.only_writer(store):
        half_swapped(store)
        with pytest.raises(ExtractError, match="is not a case store"):
            open_store(store)
        assert not store.exists()
    assert open_store(store)


def test_a_store_somebody_removed_stays_removed(store):
    store.rename(store.with_name(".store-abcdefgh-old"))
    with pytest.raises(ExtractError, match="is not a case store"):
        open_store(store)


def test_a_disk_without_links_still_has_one_writer(ssd, store, monkeypatch):
    def no_links(_from, _to):
        raise PermissionError

    monkeypatch.setattr(lock.os, "link", no_links)
    with (
        lock.only_writer(store),
        pytest.raises(ExtractError, match="Another ingest"),
    ):
        ingest(ssd(), store)
    ingest(ssd(), store)
    assert names_in(store.parent) == ["store"]

"""Files are whole or not there, and the same facts give the same bytes."""

import os
import stat
import sys

import pytest

from riskaid import files
from riskaid.errors import UsageError


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_appears_only_when_it_is_whole(tmp_path):
    place = tmp_path / "made" / "run"
    with files.new_folder(place) as folder:
        (folder / "a.txt").write_text("1", encoding="utf-8")
        assert not place.exists()
    assert (place / "a.txt").read_text(encoding="utf-8") == "1"
    assert names_in(place.parent) == ["run"]


def test_a_folder_that_fails_half_way_leaves_nothing(tmp_path):
    place = tmp_path / "run"

    def fill_half():
        with files.new_folder(place) as folder:
            (folder / "a.txt").write_text("1", encoding="utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fill_half()
    assert names_in(tmp_path) == []


def test_a_taken_place_is_refused_and_kept(tmp_path):
    place = tmp_path / "run"
    place.mkdir()
    (place / "mine.txt").write_text("keep", encoding="utf-8")
    with (
        pytest.raises(UsageError, match="'run' is there already"),
        files.new_folder(place),
    ):
        pytest.fail("nothing may be made")
    assert (place / "mine.txt").read_text(encoding="utf-8") == "keep"


def test_a_file_in_the_place_is_refused(tmp_path):
    place = tmp_path / "run"
    place.write_text("keep", encoding="utf-8")
    with pytest.raises(UsageError), files.new_folder(place):
        pytest.fail("nothing may be made")
    assert place.read_text(encoding="utf-8") == "keep"


def test_an_empty_folder_in_the_place_is_filled(tmp_path):
    (tmp_path / "run").mkdir()
    with files.new_folder(tmp_path / "run") as folder:
        (folder / "a.txt").write_text("1", encoding="utf-8")
    assert names_in(tmp_path / "run") == ["a.txt"]


def test_replacing_takes_the_old_away_only_after_the_new_is_whole(tmp_path):
    place = tmp_path / "run"
    place.mkdir()
    (place / "old.txt").write_text("old", encoding="utf-8")

    def fail():
        with files.new_folder(place, replace=True):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert names_in(place) == ["old.txt"]
    with files.new_folder(place, replace=True) as folder:
        (folder / "new.txt").write_text("new", encoding="utf-8")
        assert names_in(place) == ["old.txt"]
    assert names_in(place) == ["new.txt"]
    assert names_in(tmp_path) == ["run"]


@pytest.fixture(params=["in one step", "in two steps"])
def swap(request, monkeypatch):
    if request.param == "in two steps":
        monkeypatch.setattr(files, "_exchange", lambda _one, _other: False)


@pytest.mark.usefixtures("swap")
def test_either_way_of_replacing_leaves_the_new_folder_alone(tmp_path):
    place = tmp_path / "run"
    for name in ("one.txt", "two.txt"):
        with files.new_folder(place, replace=True) as folder:
            (folder / name).touch()
        assert names_in(place) == [name]
        assert names_in(tmp_path) == ["run"]


@pytest.mark.skipif(sys.platform != "linux", reason="NOT RUN: needs renameat2")
def test_there_is_no_moment_without_the_folder_where_it_can_be_exchanged(
    tmp_path, monkeypatch
):
    place = tmp_path / "run"
    place.mkdir()

    def never(_beside, _place):
        pytest.fail("the place was empty for a moment")

    monkeypatch.setattr(files, "_swap_in_two_steps", never)
    with files.new_folder(place, replace=True) as folder:
        (folder / "new.txt").touch()
    assert names_in(place) == ["new.txt"]


def test_an_interruption_between_the_two_moves_puts_the_old_back(tmp_path, monkeypatch):
    place = tmp_path / "run"
    place.mkdir()
    (place / "old.txt").touch()
    rename = files.Path.rename

    def interrupted(self, target):
        if target == place and not self.name.endswith("-old"):
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(files, "_exchange", lambda _one, _other: False)
    monkeypatch.setattr(files.Path, "rename", interrupted)
    with (
        pytest.raises(KeyboardInterrupt),
        files.new_folder(place, replace=True) as folder,
    ):
        (folder / "new.txt").touch()
    assert names_in(place) == ["old.txt"]
    assert names_in(tmp_path) == ["run"]


def test_a_link_in_the_place_still_leads_to_what_was_made(tmp_path):
    (tmp_path / "disk" / "run").mkdir(parents=True)
    (tmp_path / "run").symlink_to(tmp_path / "disk" / "run")
    with files.new_folder(tmp_path / "run", replace=True) as folder:
        (folder / "new.txt").touch()
    assert (tmp_path / "run").is_symlink()
    assert names_in(tmp_path / "disk" / "run") == ["new.txt"]
    assert names_in(tmp_path / "disk") == ["run"]


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    files.write_text(path, "first\n")
    files.write_text(path, "sécond\n")
    assert path.read_bytes() == "sécond\n".encode()
    assert names_in(path.parent) == ["a.txt"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    files.write_text(path, "old")

    def refuse(_from, _to):
        raise OSError("disk full")

    monkeypatch.setattr(files.Path, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        files.write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert names_in(tmp_path) == ["a.txt"]


def test_canonical_json_depends_on_the_facts_alone():
    one = files.canonical_json({"b": [1, 2.5, None], "a": "é"})
    two = files.canonical_json({"a": "é", "b": [1, 2.5, None]})
    assert one == two == '{\n "a": "é",\n "b": [\n  1,\n  2.5,\n  null\n ]\n}\n'


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_canonical_json_refuses_what_json_has_no_word_for(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.canonical_json({"a": number})


def test_digests_are_sha256_of_the_bytes(tmp_path):
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.txt").write_bytes(b"abc")
    (tmp_path / "a.txt").write_bytes(b"abd")
    assert files.digest_bytes(b"abc") == known
    assert files.digest_file(tmp_path / "b" / "c.txt") == known
    below = files.digest_folder(tmp_path)
    assert list(below) == ["a.txt", "b/c.txt"]
    assert below["b/c.txt"] == known != below["a.txt"]


def test_json_is_written_as_canonical_json(tmp_path):
    files.write_json(tmp_path / "a.json", {"b": 1, "a": 2})
    assert (tmp_path / "a.json").read_bytes() == b'{\n "a": 2,\n "b": 1\n}\n'

"""Where the declarative folders are found, and that no place is guessed."""

import pytest

from riskaid import shipped
from riskaid.errors import UsageError


@pytest.fixture(autouse=True)
def _no_home(monkeypatch):
    monkeypatch.delenv("RISKAID_HOME", raising=False)


def test_the_folder_a_caller_names_wins(tmp_path, monkeypatch):
    home, mine = tmp_path / "home", tmp_path / "mine"
    (home / "features").mkdir(parents=True)
    mine.mkdir()
    monkeypatch.setenv("RISKAID_HOME", str(home))
    assert shipped.folder("features", mine) == mine
    assert shipped.folder("features") == home / "features"


def test_a_named_folder_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="read features from"):
        shipped.folder("features", tmp_path / "not-there")


def test_a_home_without_the_folder_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("RISKAID_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="without 'fairness'"):
        shipped.folder("fairness")


@pytest.mark.parametrize("kind", ["features", "experiments", "fairness", "model_cards"])
def test_the_checkout_is_found(root, kind):
    assert shipped.folder(kind) == root / kind


def test_without_a_checkout_the_package_has_its_own(tmp_path, monkeypatch):
    package = tmp_path / "site" / "riskaid"
    (package / "_shipped" / "features").mkdir(parents=True)
    (tmp_path / "features").mkdir()
    monkeypatch.setattr(shipped, "__file__", str(package / "shipped.py"))
    assert shipped.folder("features") == package.resolve() / "_shipped" / "features"


def test_the_current_directory_is_never_searched(tmp_path, monkeypatch, root):
    (tmp_path / "features").mkdir()
    monkeypatch.chdir(tmp_path)
    assert shipped.folder("features") == root / "features"

"""The wheel holds the package and the four declarative folders, and nothing else."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("experiments", "fairness", "features", "model_cards")
WHERE = f"""
from riskaid import shipped
for kind in {FOLDERS!r}:
    print(shipped.folder(kind), any(shipped.folder(kind).iterdir()))
"""


EVALUATOR = """
import mlflow.models
from importlib.metadata import entry_points
(found,) = entry_points(group="mlflow.model_evaluator", name="riskaid")
print("riskaid" in mlflow.models.list_evaluators(), found.load().__name__)
import riskaid
print(riskaid.__file__)
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from the checkout without a network."""
    out = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", out, ROOT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_the_package_the_four_folders_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    about = {name for name in names if name.split("/")[0].endswith(".dist-info")}
    package = {f"riskaid/{name}" for name in files_below(ROOT / "src" / "riskaid")}
    shipped = {
        f"riskaid/_shipped/{folder}/{name}"
        for folder in FOLDERS
        for name in files_below(ROOT / folder)
    }
    assert names - about == package | shipped
    assert {name.split("/")[2] for name in shipped} == set(FOLDERS)
    assert "riskaid/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in about)


def test_the_installed_package_finds_its_folders_from_anywhere(wheel, tmp_path):
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    zipfile.ZipFile(wheel).extractall(site)
    (elsewhere / "features").mkdir(parents=True)
    done = said_with(WHERE, site, elsewhere)
    below = site / "riskaid" / "_shipped"
    assert done == [f"{below / kind} True" for kind in FOLDERS]


def test_mlflow_finds_the_evaluator_of_the_installed_package(wheel, tmp_path):
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    told = said_with(EVALUATOR, site, tmp_path)
    assert told == [
        "True RiskaidEvaluator",
        str(site / "riskaid" / "__init__.py"),
    ]


def said_with(code: str, site: Path, folder: Path) -> list[str]:
    """What code prints where the package is installed in `site` and nowhere else."""
    environment = {k: v for k, v in os.environ.items() if k != "RISKAID_HOME"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()

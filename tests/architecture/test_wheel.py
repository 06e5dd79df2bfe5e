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
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "features").mkdir(parents=True)
    environment = {k: v for k, v in os.environ.items() if k != "RISKAID_HOME"}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            WHERE,
        ],
        cwd=elsewhere,
        env={**environment, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    below = tmp_path / "site" / "riskaid" / "_shipped"
    assert done.stdout.splitlines() == [f"{below / kind} True" for kind in FOLDERS]

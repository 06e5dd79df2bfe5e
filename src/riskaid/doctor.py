"""What this machine has of the system parts, and how to install what is missing."""

import ctypes.util
import importlib.util
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Part:
    """A part of the system that pip does not bring.

    `found` returns where it is, or None.
    """

    name: str
    needed_for: str
    install: str
    found: Callable[[], str | None]


def _command(*names: str) -> Callable[[], str | None]:
    return lambda: next((p for n in names if (p := shutil.which(n))), None)


def _library(*names: str) -> Callable[[], str | None]:
    return lambda: next((p for n in names if (p := ctypes.util.find_library(n))), None)


def _gomp() -> str | None:
    if sys.platform == "win32":
        return "not needed on Windows"
    return ctypes.util.find_library("gomp") or ctypes.util.find_library("omp")


def postgresql_binaries() -> str | None:
    """The folder with PostgreSQL's server programs, or None."""
    on_path = shutil.which("initdb")
    if on_path:
        return str(Path(on_path).parent)
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return str(versions[-1].parent) if versions else None


PARTS = {
    part.name: part
    for part in (
        Part(
            "libgomp",
            "LightGBM: training, verifying a release's model, advice",
            "apt-get install libgomp1   (macOS: brew install libomp)",
            _gomp,
        ),
        Part(
            "chromium",
            "the tests of the advice pages",
            "apt-get install chromium",
            _command("chromium", "chromium-browser", "google-chrome"),
        ),
        Part(
            "postgresql",
            "the review log of a council that uses PostgreSQL, and its tests",
            "apt-get install postgresql",
            postgresql_binaries,
        ),
        Part(
            "java",
            "indicators on Spark (extra 'spark')",
            "apt-get install openjdk-17-jre-headless",
            _command("java"),
        ),
        Part(
            "pango",
            "cards as PDF (extra 'pdf')",
            "apt-get install libpango-1.0-0 libpangoft2-1.0-0",
            _library("pango-1.0"),
        ),
    )
}

EXTRAS = {
    "train": ("mlflow", "sklearn", "optuna", "shap", "matplotlib", "fairlearn"),
    "serve": ("fastapi", "uvicorn", "jwt", "python_multipart"),
    "spark": ("pyspark",),
    "pdf": ("weasyprint",),
    "postgres": ("psycopg",),
}


QUICKER = {"numba": ("the kernel: indicators of many children in minutes", "train")}
"""Modules that nothing needs and that make work much quicker; what for, and extra."""


def missing_modules(extra: str) -> list[str]:
    """The modules of an extra that are not installed, in order of name."""
    return sorted(m for m in EXTRAS[extra] if importlib.util.find_spec(m) is None)


def examine() -> dict[str, list[dict[str, str | bool | None]]]:
    """Look for every system part and every extra.

    Returns:
        {"parts": [{name, found, needed_for, install}], "extras": [{name, installed,
        install}], "quicker": [{name, installed, needed_for, install}]}, in the order
        they are declared.
    """
    return {
        "parts": [
            {
                "name": part.name,
                "found": part.found(),
                "needed_for": part.needed_for,
                "install": part.install,
            }
            for part in PARTS.values()
        ],
        "extras": [
            {
                "name": extra,
                "installed": not missing_modules(extra),
                "install": f"pip install 'riskaid[{extra}]'",
            }
            for extra in EXTRAS
        ],
        "quicker": [
            {
                "name": name,
                "installed": importlib.util.find_spec(name) is not None,
                "needed_for": needed_for,
                "install": f"pip install 'riskaid[{extra}]'",
            }
            for name, (needed_for, extra) in QUICKER.items()
        ],
    }

"""The two scripts of docs/, loaded from their files."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        f"docs_{name}", ROOT / "docs" / f"{name}.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def console() -> ModuleType:
    """docs/console.py: reads and runs console fences."""
    return load("console")


@pytest.fixture(scope="session")
def generate() -> ModuleType:
    """docs/generate.py: writes the pages made from the code."""
    return load("generate")


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    """Every Markdown page of the project, by its path from the checkout."""
    out = {}
    for path in sorted(ROOT.rglob("*.md")):
        name = path.relative_to(ROOT).as_posix()
        if not any(part.startswith(".") for part in path.parts[len(ROOT.parts) :]) and (
            not name.startswith(("riskaid-demo/", "node_modules/", "build/", "dist/"))
        ):
            out[name] = path.read_text(encoding="utf-8")
    return out

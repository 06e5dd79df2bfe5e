"""Running riskaid as a person would: a command in a folder, its output, its code."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def console() -> ModuleType:
    spec = importlib.util.spec_from_file_location("console", ROOT / "docs/console.py")
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules.setdefault("console", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def riskaid(console) -> Callable[..., SimpleNamespace]:
    """Run `riskaid` with words in a folder: exit code and everything printed."""
    import shlex

    def run(folder: Path, *words: str) -> SimpleNamespace:
        printed = console.run(shlex.join(["riskaid", *map(str, words)]), folder)
        return SimpleNamespace(code=printed.exit_code, text=printed.text)

    return run


@pytest.fixture(scope="session")
def demo(tmp_path_factory, console) -> SimpleNamespace:
    """The demonstration as the README runs it, once."""
    folder = tmp_path_factory.mktemp("demo")
    printed = console.run("riskaid demo", folder)
    assert printed.exit_code == 0, printed.text
    out = folder / "riskaid-demo"
    facts = json.loads((out / "demo.json").read_text("utf-8"))
    return SimpleNamespace(folder=folder, out=out, facts=facts, text=printed.text)

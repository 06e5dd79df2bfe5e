"""Imports go one way, and third parties stay in their rooms."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "riskaid"
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"

# Third party -> where it may be imported, below src/riskaid. A new dependency needs a
# line here, so that somebody decides on its room.
ROOMS = {
    "alembic": ("advice/",),
    "cryptography": ("release/", "records/pseudonymise.py", "advice/"),
    "duckdb": ("indicators/sql",),
    "fairlearn": ("training/",),
    "fastapi": ("advice/",),
    "jinja2": ("document", "advice/", "demo"),
    "jwt": ("advice/",),
    "lightgbm": ("models/booster.py",),
    "lxml": ("records/",),
    "markdown_it": ("release/", "advice/", "demo"),
    "markupsafe": ("advice/", "demo"),
    "matplotlib": ("svg", "training/plots.py"),
    "mlflow": (
        "training/tracking.py", "training/model_logging.py",
        "training/mlflow_evaluator.py", "mlflow_client.py",
        "release/registry_guard.py",
    ),
    "numba": ("indicators/kernel",),
    "numpy": (
        "records/", "indicators/", "models/", "fairness/", "training/", "release/",
        "advice/", "monitoring/",
    ),
    "optuna": ("training/search.py", "training/study.py"),
    "polars": (
        "records/", "indicators/", "models/", "fairness/", "training/", "release/",
        "advice/", "monitoring/", "pipeline", "cli", "demo", "sheet", "notebook",
    ),
    "pydantic": ("records/", "fairness/", "training/", "release/", "advice/"),
    "pyarrow": ("indicators/spark",),
    "pyspark": ("indicators/spark",),
    "python_calamine": ("records/",),
    "rich": ("cli", "commands/", "demo"),
    "shap": ("training/interactions.py",),
    "sklearn": ("training/",),
    "sqlalchemy": ("records/", "advice/", "training/study.py"),
    "starlette": ("advice/",),
    "typer": ("cli", "commands/"),
    "uvicorn": ("advice/", "cli", "commands/"),
    "weasyprint": ("release/",),
    "xlsxwriter": ("records/synthetic/",),
}  # fmt: skip
ONLY_LAZY = {"uvicorn": ("cli", "commands/")}
DECLARED_AS = {
    "jwt": "pyjwt", "sklearn": "scikit-learn", "markdown_it": "markdown-it-py",
    "starlette": "fastapi", "markupsafe": "jinja2",
    "python_calamine": "python-calamine",
}  # fmt: skip


def imported(tree: ast.AST) -> list[tuple[str, int, bool]]:
    """Every module a file imports: its first name, the line, whether at the top.

    What only a type checker reads is not imported.
    """
    top = {id(node) for node in ast.iter_child_nodes(tree)}
    for_types = {
        id(inside)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for one in node.body
        for inside in ast.walk(one)
    }
    found = []
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).split(".")[-1] == "import_module"
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            names = [node.args[0].value]
        found += [(name.split(".")[0], node.lineno, id(node) in top) for name in names]
    return found


def astray(source: str, place: str) -> list[str]:
    """Say which third parties a file imports outside their room."""
    found = []
    for name, line, at_top in imported(ast.parse(source)):
        if name in sys.stdlib_module_names or name == "riskaid":
            continue
        if name not in ROOMS:
            found.append(f"{place}:{line}: {name} has no room: add it to ROOMS")
        elif not place.startswith(ROOMS[name]):
            found.append(f"{place}:{line}: {name} belongs in {', '.join(ROOMS[name])}")
        elif at_top and name in ONLY_LAZY and place.startswith(ONLY_LAZY[name]):
            found.append(
                f"{place}:{line}: import {name} inside the function that uses it"
            )
    return found


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("import mlflow", "training/fit.py"),
        ("from optuna.trial import Trial", "training/fit.py"),
        ("def f():\n    import duckdb", "indicators/kernel.py"),
        ("import pyspark.sql", "indicators/sql.py"),
        ("from starlette.responses import Response", "release/card.py"),
        ("import jwt", "cli.py"),
        ("import matplotlib.pyplot as plt", "release/card.py"),
        ("import lightgbm as lgb", "training/fit.py"),
        ("import importlib\nimportlib.import_module('mlflow')", "cli.py"),
        ("import uvicorn", "cli.py"),
        ("import requests", "records/ssd.py"),
        ("import polars", "language/words.py"),
        ("if TYPE_CHECKING:\n    x = 1\nelse:\n    import mlflow", "cli.py"),
    ],
)
def test_an_import_out_of_its_room_is_found(source, place):
    assert len(astray(source, place)) == 1


def test_an_import_in_its_room_is_let_be():
    assert astray("import mlflow\nimport json", "training/tracking.py") == []
    assert astray("def serve():\n    import uvicorn", "cli.py") == []
    assert astray("if TYPE_CHECKING:\n    import mlflow", "cli.py") == []
    assert astray("from . import words\nimport riskaid.errors", "language/x.py") == []


def test_third_parties_stay_in_their_rooms():
    assert not [
        one
        for path in sorted(PACKAGE.rglob("*.py"))
        for one in astray(
            path.read_text(encoding="utf-8"), path.relative_to(PACKAGE).as_posix()
        )
    ]


def test_every_room_is_for_a_declared_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = list(project["project"]["dependencies"])
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra
    declared = {re.match(r"[\w-]+", one)[0].lower() for one in wanted}
    used = {
        name
        for path in PACKAGE.rglob("*.py")
        for name, _, _ in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name not in sys.stdlib_module_names and name != "riskaid"
    }
    assert {DECLARED_AS.get(name, name) for name in used} <= declared


def contracts() -> list[dict]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return project["tool"]["importlinter"]["contracts"]


def test_contracts_are_there_and_have_no_exceptions():
    assert {one["type"] for one in contracts()} >= {
        "layers",
        "forbidden",
        "independence",
    }
    assert not [one["name"] for one in contracts() if "ignore_imports" in one]


def test_every_module_stands_in_a_layer():
    layers = next(one for one in contracts() if one["type"] == "layers")["layers"]
    placed = set(re.findall(r"riskaid\.(\w+)", " ".join(layers)))
    there = {
        path.stem
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert there - {"__init__", "__main__"} <= placed


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_import_contracts_hold():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(contracts())} kept, 0 broken" in re.sub(
        r"\x1b\[\d+m", "", done.stdout
    )


def test_a_broken_contract_is_found(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    copy = tmp_path / "src" / "riskaid"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    with (copy / "dates.py").open("a", encoding="utf-8") as file:
        file.write("\nimport riskaid.records.tables\n")
    done = lint(tmp_path)
    assert done.returncode == 1
    assert "riskaid.dates -> riskaid.records.tables" in done.stdout

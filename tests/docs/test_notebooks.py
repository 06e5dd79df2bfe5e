"""The notebooks run from first cell to last, and what they show can be shown."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "docs").rglob("*.ipynb"))

# Runs the cells in one namespace, as a notebook does: the last expression of each is
# shown, by its HTML where it has any.
RUNNER = """
import ast, json, sys

held = {"__name__": "__main__"}
for number, source in enumerate(json.load(sys.stdin), 1):
    tree = ast.parse(source, f"cell {number}")
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, f"cell {number}", "exec"), held)
    if last is not None:
        shown = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), held)
        html = getattr(shown, "_repr_html_", None)
        text = repr(shown) if html is None else html()
        if shown is not None:
            print(f"cell {number} shows: {text}")
"""


def cells(notebook: Path, kind: str) -> list[str]:
    held = json.loads(notebook.read_text(encoding="utf-8"))
    return ["".join(c["source"]) for c in held["cells"] if c["cell_type"] == kind]


def run(sources: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUNNER],
        cwd=folder,
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def test_a_cell_that_fails_is_found(tmp_path):
    failed = run(["x = 1", "x + y"], tmp_path)
    assert failed.returncode != 0 and "cell 2" in failed.stderr
    assert run(["x = 1", "x + 1"], tmp_path).stdout == "cell 2 shows: 2\n"


def test_there_are_two_and_they_hold_no_output():
    assert [n.stem for n in NOTEBOOKS] == ["experiment-to-card", "explore-a-store"]
    for notebook in NOTEBOOKS:
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
            assert not cell.get("outputs") and not cell.get("execution_count")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda n: n.stem)
def test_a_notebook_runs_as_it_stands(notebook, tmp_path):
    done = run(cells(notebook, "code"), tmp_path)
    assert done.returncode == 0, done.stderr
    if notebook.stem == "experiment-to-card":
        assert (tmp_path / "card/card.html").is_file()
        ours, theirs = done.stdout.split("riskaid ", 1)[1].split(", scikit-learn ")
        assert ours == theirs.split()[0]
        assert "Audit: " in done.stdout and "found at capacity" in done.stdout
    else:
        assert "Case store, extract of" in done.stdout
        assert "rows not known" in done.stdout


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda n: n.stem)
def test_a_notebook_stands_in_the_index_and_leads_somewhere(notebook):
    import re

    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    assert f"({notebook.relative_to(ROOT / 'docs').as_posix()})" in index
    for text in cells(notebook, "markdown"):
        for target in re.findall(r"\]\(([^)#]+)", text):
            assert (notebook.parent / target).exists(), target

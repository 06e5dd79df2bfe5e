"""The shape of the source: short files, plain names, documented, nothing dangerous."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "riskaid"
LONGEST = 400
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
RUNS_WHAT_IT_READS = {
    "pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "code",
}  # fmt: skip
RUNS_TEXT = {"eval", "exec", "__import__"}
FILES = sorted(PACKAGE.rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_is_something_to_look_at():
    assert len(FILES) > 20


def test_no_file_is_longer_than_400_lines():
    lengths = {
        named(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in FILES
    }
    assert not {name: n for name, n in lengths.items() if n > LONGEST}


def vague(path: Path) -> set[str]:
    return {part.removesuffix(".py").strip("_") for part in path.parts} & VAGUE


def test_a_vague_name_is_found():
    assert vague(Path("records/utils.py"))
    assert vague(Path("common/tables.py"))
    assert vague(Path("records/_helpers.py"))
    assert not vague(Path("records/database.py"))


def test_no_file_has_a_name_that_says_nothing():
    assert not [named(path) for path in FILES if vague(path.relative_to(PACKAGE))]


def dangers(source: str) -> list[str]:
    """Say where a file would run what it reads, or start a shell."""
    found = []
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Import):
            found += [
                f"{line}: {alias.name}"
                for alias in node.names
                if alias.name.split(".")[0] in RUNS_WHAT_IT_READS
            ]
        elif isinstance(node, ast.ImportFrom):
            if (node.module or "").split(".")[0] in RUNS_WHAT_IT_READS:
                found.append(f"{line}: {node.module}")
        elif isinstance(node, ast.Name) and node.id in RUNS_TEXT:
            found.append(f"{line}: {node.id}")
        elif isinstance(node, ast.Attribute) and node.attr in (
            "to_pickle", "read_pickle", "system", "popen", "exec_module",
        ):  # fmt: skip
            found.append(f"{line}: {ast.unparse(node)}")
        elif (
            isinstance(node, ast.keyword)
            and node.arg in ("shell", "allow_pickle")
            and ast.unparse(node.value) != "False"
        ):
            found.append(f"{node.value.lineno}: {node.arg}")
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "def f():\n    import cloudpickle",
        "eval('1')",
        "run = exec",
        "__import__('x')",
        "import numpy\nnumpy.load('x', allow_pickle=True)",
        "import subprocess\nsubprocess.run('x', shell=True)",
        "import os\nos.system('x')",
    ],
)
def test_a_danger_is_found(source):
    assert len(dangers(source)) == 1


def test_a_likeness_is_let_be():
    assert dangers("import re\nre.compile('x')\nsession.execute('x')") == []
    assert dangers("import numpy\nnumpy.load('x', allow_pickle=False)") == []


def test_nothing_runs_what_it_reads():
    assert not [
        f"{named(path)}:{one}"
        for path in FILES
        for one in dangers(path.read_text(encoding="utf-8"))
    ]


WRITES_SHEETS = {"write_csv", "sink_csv", "write_excel", "to_csv", "to_excel"}


def unsafe_sheets(source: str) -> list[str]:
    """Say where a CSV or workbook is written that riskaid.sheet does not make safe.

    A CSV in memory whose bytes are only digested is no file.
    """
    found = []
    tree = ast.parse(source)
    safe = "safe_text" in source
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, line = node.func.attr, node.lineno
            if name in WRITES_SHEETS and (node.args or node.keywords):
                found.append(f"{line}: {name}")
            if ast.unparse(node.func) in ("csv.writer", "csv.DictWriter"):
                found.append(f"{line}: {name}")
            if name == "write_formula" or (name == "Workbook" and not safe):
                found.append(f"{line}: {name}")
    return found


@pytest.mark.parametrize(
    "source",
    [
        "frame.write_csv(path)",
        "frame.lazy().sink_csv('x.csv')",
        "import csv\ncsv.writer(file)",
        "import csv\ncsv.DictWriter(file, names)",
        "frame.write_excel('x.xlsx')",
        "pandas_frame.to_csv('x.csv')",
        "import xlsxwriter\nbook = xlsxwriter.Workbook(path)",
        "from riskaid.sheet import safe_text\nsheet.write_formula(0, 0, '=1')",
    ],
)
def test_an_unsafe_sheet_is_found(source):
    assert len(unsafe_sheets(source)) == 1


def test_a_sheet_made_safe_or_only_digested_is_let_be():
    assert unsafe_sheets("digest_bytes(frame.write_csv().encode())") == []
    assert unsafe_sheets("from riskaid.sheet import write_csv\nwrite_csv(a, b)") == []
    assert not unsafe_sheets(
        "from riskaid.sheet import safe_text\nbook = xlsxwriter.Workbook(path)"
    )


def test_every_sheet_is_written_through_the_one_place_that_neutralises_formulas():
    assert not [
        f"{named(path)}:{one}"
        for path in FILES
        if named(path) != "src/riskaid/sheet.py"
        for one in unsafe_sheets(path.read_text(encoding="utf-8"))
    ]


def unsorted_names(source: str) -> list[str]:
    """Say which lists of public names are not sorted or hold a name twice."""
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__"
            for target in node.targets
        ):
            names = ast.literal_eval(node.value)
            if list(names) != sorted(set(names), key=_as_ruff_sorts):
                found.append(str(names))
    return found


def _as_ruff_sorts(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest: the order of ruff's rule RUF022."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2
    return kind, name


def test_unsorted_public_names_are_found():
    assert unsorted_names('__all__ = ["b", "a"]')
    assert unsorted_names('__all__ = ["a", "a"]')
    assert not unsorted_names('__all__ = ["TABLES", "Table", "attendance", "b"]')


def test_public_names_are_sorted():
    assert not [
        named(path)
        for path in FILES
        if unsorted_names(path.read_text(encoding="utf-8"))
    ]


def undocumented(source: str) -> list[str]:
    """Say which public modules, classes and functions have no docstring."""
    tree = ast.parse(source)
    found = [] if ast.get_docstring(tree) or not tree.body else ["module"]

    def look(body: list[ast.stmt], where: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                if node.name.startswith("_"):
                    continue
                if not ast.get_docstring(node) and not _is_overload(node):
                    found.append(f"{node.lineno}: {where}{node.name}")
                if isinstance(node, ast.ClassDef):
                    look(node.body, f"{node.name}.")

    look(tree.body, "")
    return found


def _is_overload(node: ast.stmt) -> bool:
    return any(
        ast.unparse(one).split(".")[-1] == "overload"
        for one in getattr(node, "decorator_list", [])
    )


def test_a_missing_docstring_is_found():
    source = '"""M."""\ndef a(): ...\nclass B:\n    """B."""\n    def c(self): ...\n'
    assert undocumented(source) == ["2: a", "5: B.c"]
    assert undocumented("x = 1") == ["module"]
    assert undocumented('"""M."""\ndef _a(): ...') == []


def test_everything_public_has_a_docstring():
    assert not [
        f"{named(path)}:{one}"
        for path in FILES
        for one in undocumented(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(
    "words", [["check", "--output-format", "concise"], ["format", "--check"]]
)
def test_ruff_has_nothing_to_say(words):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *words, "--no-cache", "."],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]

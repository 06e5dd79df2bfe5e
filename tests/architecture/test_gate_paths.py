"""No way to a release goes round the gate: the calls of the whole source are walked.

A *way in* is a call that makes, signs, opens or promotes a release. Each must come after
the gate: either the function it stands in asks the gate first, on every path and with
nothing that swallows a refusal, or every caller of that function does. Functions that
anybody can import count by themselves. What could switch a gate off (variables of the
environment, parameters, tables changed from elsewhere) is searched for too. Bypasses
planted in a copy of the source are found.
"""

import ast
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "riskaid"

GATES = {
    "made": {"riskaid.fairness.gate.enforce"},
    "signed": {"riskaid.release.lifecycle.check_life"},
    "opened": {"riskaid.release.lifecycle.check_life"},
    "promoted": {"riskaid.release.lifecycle.check_life"},
}
"""Which function is asked before a release is made, signed, opened or promoted."""
PROMOTING = {
    "set_registered_model_alias", "transition_model_version_stage",
    "copy_model_version", "create_model_version", "register_model",
}  # fmt: skip
WRITING = {"write_json", "write_text", "write_bytes", "copyfile", "copy", "copytree"}
GUARD = "riskaid.release.registry_guard.GuardedRegistry"
FOR_READING = {
    # Says of each version that it is not audited and not signed; sets no alias, and
    # what is loaded from it gives estimates for evaluation only.
    ("riskaid.training.model_logging._register", "create_model_version"),
    # Every alias but one, and every stage but one, release nothing.
    (f"{GUARD}._name_otherwise", "set_registered_model_alias"),
    (f"{GUARD}.transition_model_version_stage", "transition_model_version_stage"),
}
NO_STATE = {
    # Says whose signatures count, under root keys that sign nothing else.
    "riskaid.release.trust.write_trust",
}
TABLES = {"VERDICTS_FOR", "DECIDED_FOR", "FOLLOWS", "REACHES", "SIGNED_BY", "IN_USE"}
LOOSE = {
    "skip", "force", "forced", "override", "overrides", "bypass", "ignore", "unsafe",
    "insecure", "disable", "disabled", "unchecked", "anyway", "allow", "waive",
}  # fmt: skip
ENVIRONMENT = {
    # Where the shipped files stand. A policy found there must be the audit's, by digest.
    "riskaid.shipped.folder",
    # These set what MLflow and the allocator read, and read nothing of ours.
    "riskaid.mlflow_client.load_mlflow",
    "riskaid.commands.memory.hand_back_memory",
    "riskaid.indicators.spark",
    # Pins whose signatures count; without it nothing is released.
    "riskaid.release.registry_guard._pinned",
}
ENTRIES = (
    "riskaid.commands.release.build",
    "riskaid.commands.release.sign",
    "riskaid.commands.decisions.check",
    "riskaid.release.bundle.build_release",
    "riskaid.release.bundle.build_bundle",
    "riskaid.release.statements.add_statement",
    "riskaid.release.statements.co_sign",
    "riskaid.release.verify.open_release",
    "riskaid.release.registry.log_draft",
    "riskaid.release.registry.register",
    f"{GUARD}.set_registered_model_alias",
    f"{GUARD}._release",
    f"{GUARD}._name_otherwise",
    f"{GUARD}.transition_model_version_stage",
    "riskaid.training.model_logging.log_model",
    "riskaid.pipeline.whole_way",
    "riskaid.fairness.audit.audit",
    "riskaid.fairness.looks.check_look",
)


@dataclass
class Function:
    """A function with what its names mean."""

    name: str
    node: ast.FunctionDef
    means: dict[str, str]
    calls: list[tuple[str, ast.Call]] = field(default_factory=list)

    @property
    def public(self) -> bool:
        return not self.name.rpartition(".")[2].startswith("_")


def source_of(package: Path) -> dict[str, str]:
    """Every module by its dotted name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        name = ".".join(p for p in parts if p != "__init__")
        found[name] = path.read_text(encoding="utf-8")
    return found


def functions_of(modules: dict[str, str]) -> dict[str, Function]:
    """Every function and method, with the full name of each thing that it calls."""
    return {
        one.name: one
        for module, source in modules.items()
        for one in functions_in(module, source)
    }


@cache
def functions_in(module: str, source: str) -> tuple[Function, ...]:
    tree = parsed(source)
    means = dict(imports(tree))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            means[node.name] = f"{module}.{node.name}"
    found = []
    for node in ast.walk(tree):
        for inner in getattr(node, "body", []) if is_scope(node) else []:
            if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            within = f".{node.name}" if isinstance(node, ast.ClassDef) else ""
            own = means | dict(imports(inner))
            one = Function(f"{module}{within}.{inner.name}", inner, own)
            for call in ast.walk(inner):
                if isinstance(call, ast.Call):
                    one.calls.append((called(call.func, own), call))
            found.append(one)
    return tuple(found)


@cache
def parsed(source: str) -> ast.Module:
    return ast.parse(source)


def is_scope(node: ast.AST) -> bool:
    return isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)


def imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    for one in ast.walk(node):
        if isinstance(one, ast.ImportFrom):
            for alias in one.names:
                yield alias.asname or alias.name, f"{one.module}.{alias.name}"
        elif isinstance(one, ast.Import):
            for alias in one.names:
                yield alias.asname or alias.name.split(".")[0], alias.name


def called(func: ast.expr, means: dict[str, str]) -> str:
    """The full name of what is called; of a method the last word only."""
    if isinstance(func, ast.Name):
        return means.get(func.id, func.id)
    if isinstance(func, ast.Attribute):
        if isinstance(func.value, ast.Name) and func.value.id in means:
            return f"{means[func.value.id]}.{func.attr}"
        return func.attr
    return ""


def way_in(one: Function, name: str, call: ast.Call) -> str:
    """What a call does to a release, else ""."""
    last = name.rpartition(".")[2]
    if last in PROMOTING:
        return "" if (one.name, last) in FOR_READING else "promoted"
    if last in WRITING or last == "open":
        words = " ".join(ast.unparse(a) for a in (*call.args, call.func))
        if "MANIFEST" in words or "manifest.json" in words:
            return "made"
        if "STATEMENTS" in words or ".dsse.json" in words:
            return "signed"
    if name == "riskaid.release.manifest.Manifest" and not one.name.startswith(
        "riskaid.release.manifest."
    ):
        return "made"
    if last == "envelope_text" and one.name not in NO_STATE:
        return "signed"
    in_use = one.name.startswith(("riskaid.release.", "riskaid.advice."))
    return "opened" if in_use and last == "open_model" else ""


class Walk:
    """Which functions ask a gate on every path, and where a way in comes before it."""

    def __init__(self, modules: dict[str, str]) -> None:
        self.functions = functions_of(modules)
        self.asks: dict[tuple[str, str], bool] = {}

    def always_asks(self, name: str, kind: str) -> bool:
        """Whether a function asks the gate of a kind whenever it returns."""
        if name in GATES[kind]:
            return True
        if name not in self.functions:
            return False
        if (name, kind) not in self.asks:
            self.asks[name, kind] = False  # a circle asks nothing
            one = self.functions[name]
            self.asks[name, kind] = self._block(one, one.node.body, None, kind) == "yes"
        return self.asks[name, kind]

    def asks_before(self, one: Function, call: ast.Call, kind: str) -> bool:
        """Whether a function has asked by the time it comes to a call."""
        return self._block(one, one.node.body, call, kind) == "yes"

    def _block(
        self, one: Function, body: list[ast.stmt], call: ast.Call | None, kind: str
    ) -> str:
        """Go down the statements: "yes" once asked, "no" at the call or a way out."""
        for statement in body:
            if isinstance(statement, ast.With) and not swallows(statement):
                first = any(call is n for i in statement.items for n in ast.walk(i))
                inner = "no" if first else self._block(one, statement.body, call, kind)
                if inner:
                    return inner
                continue
            value = getattr(statement, "value", None)
            if isinstance(
                statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.Return
            ) and isinstance(value, ast.Call):
                inside = any(call is n for n in ast.walk(statement))
                own = called(value.func, one.means)
                if self.always_asks(own, kind) and (not inside or value is not call):
                    return "yes"
            for node in ast.walk(statement):
                if node is call or (
                    isinstance(node, ast.Return) and not is_refusal_guard(statement)
                ):
                    return "no"
        return ""

    def bypasses(self) -> list[str]:
        """Every way in that a gate does not stand before, in words."""
        found = []
        for one in self.functions.values():
            for name, call in one.calls:
                kind = way_in(one, name, call)
                if kind and not self._guarded(one, call, kind, frozenset()):
                    line = call.lineno
                    found.append(f"{one.name}, line {line}: {kind} before the gate")
        return found

    def _guarded(
        self, one: Function, call: ast.Call, kind: str, seen: frozenset[str]
    ) -> bool:
        if self.asks_before(one, call, kind):
            return True
        callers = [
            (other, inner)
            for other in self.functions.values()
            for name, inner in other.calls
            if name == one.name and other.name != one.name
        ]
        if one.public or not callers or one.name in seen:
            return False
        return all(
            self._guarded(other, inner, kind, seen | {one.name})
            for other, inner in callers
        )

    def reached(self) -> set[str]:
        """Every function that can be reached from where releases are handled."""
        missing = [name for name in ENTRIES if name not in self.functions]
        assert not missing, f"an entry is not there any more: {missing}"
        todo, seen = list(ENTRIES), set()
        while todo:
            name = todo.pop()
            if name in seen or name not in self.functions:
                continue
            seen.add(name)
            todo += [inner for inner, _ in self.functions[name].calls]
        return seen


def swallows(statement: ast.With) -> bool:
    return any("suppress" in ast.unparse(item) for item in statement.items)


def is_refusal_guard(statement: ast.stmt) -> bool:
    """A nested function returns to its own caller; nothing else may leave early."""
    return isinstance(statement, ast.FunctionDef | ast.ClassDef)


def loose_ends(walk: Walk, modules: dict[str, str]) -> list[str]:
    """What could switch a gate off: the environment, a parameter, a changed table."""
    found = []
    for name in sorted(walk.reached()):
        node = walk.functions[name].node
        known = any(name == one or name.startswith(f"{one}.") for one in ENVIRONMENT)
        if not known and reads_environment(node):
            found.append(f"{name}: reads the environment")
        found += [f"{name}: takes '{one}'" for one in loose_parameters(node)]
    for module, source in modules.items():
        found += [f"{module}: {one}" for one in changed_gates(module, source)]
    return found


@cache
def reads_environment(node: ast.AST) -> bool:
    words = {"os.environ", "os.getenv", "environ", "getenv"}
    return any(
        isinstance(one, ast.Attribute | ast.Name) and ast.unparse(one) in words
        for one in ast.walk(node)
    )


@cache
def loose_parameters(node: ast.FunctionDef) -> tuple[str, ...]:
    return tuple(_loose_parameters(node))


def _loose_parameters(node: ast.FunctionDef) -> Iterator[str]:
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    for argument in every:
        option = ast.unparse(argument.annotation) if argument.annotation else ""
        words = {w for text in option.split("'") for w in text.strip("-").split("-")}
        if (
            set(argument.arg.split("_")) | (words if "--" in option else set())
        ) & LOOSE:
            yield argument.arg


CHANGING = {"setattr", "delattr", "update", "pop", "setdefault", "clear"}
ASSIGNS = ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete
KEPT = TABLES | {g.rpartition(".")[2] for names in GATES.values() for g in names}
KEPT |= {"check_gate", "check_look", "used_decisions"}


@cache
def changed_gates(module: str, source: str) -> tuple[str, ...]:
    """Where a gate or its tables are put in another way than where they are defined."""
    return tuple(_changed_gates(module, parsed(source)))


def _changed_gates(module: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            words = ast.unparse(node)
            named = any(f"{one}." in words or f"'{one}'" in words for one in KEPT)
            if called(node.func, {}).rpartition(".")[2] in CHANGING and named:
                yield f"changes a gate: {words}"
        if not isinstance(node, ASSIGNS):
            continue
        defined = module == "riskaid.release.lifecycle" and node in tree.body
        targets = getattr(node, "targets", None) or [node.target]
        for target in targets:
            root = ast.unparse(target).partition("[")[0].rpartition(".")[2]
            if root in KEPT and not (
                defined and isinstance(node, ast.AnnAssign | ast.Assign)
            ):
                yield f"changes {root}"


@pytest.fixture(scope="module")
def modules():
    return source_of(PACKAGE)


def problems(modules: dict[str, str]) -> list[str]:
    walk = Walk(modules)
    return walk.bypasses() + loose_ends(walk, modules)


def test_no_way_to_a_release_goes_round_the_gate(modules):
    assert problems(modules) == []


def test_every_kind_of_way_in_is_there_to_be_guarded(modules):
    walk = Walk(modules)
    kinds = {
        (one.name, way_in(one, name, call))
        for one in walk.functions.values()
        for name, call in one.calls
        if way_in(one, name, call)
    }
    assert ("riskaid.release.bundle.build_bundle", "made") in kinds
    assert ("riskaid.release.statements.add_statement", "signed") in kinds
    assert ("riskaid.release.statements.co_sign", "signed") in kinds
    assert ("riskaid.release.verify._parse", "opened") in kinds
    assert (f"{GUARD}._release", "promoted") in kinds
    assert ("riskaid.release.registry.register", "promoted") in kinds
    for function, call in FOR_READING:
        said = ast.unparse(walk.functions[function].node)
        assert call in said and "not audited and not signed" in said


def test_the_walk_reaches_the_gate_from_each_end(modules):
    reached = Walk(modules).reached()
    for name in (
        "riskaid.fairness.gate.enforce",
        "riskaid.fairness.gate.judge",
        "riskaid.fairness.gate.share_error",
        "riskaid.fairness.decided.cover",
        "riskaid.fairness.looks.read_looks",
        "riskaid.release.lifecycle.check_life",
        "riskaid.release.decided.decided_until",
    ):
        assert name in reached, name


def test_what_mlflow_loads_of_us_is_in_the_walk(modules):
    """A plugin of MLflow (its registry's too) is named as an entry point."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(named["entry-points"]) == {
        "mlflow.model_evaluator",
        "mlflow.model_registry_store",
    }
    for group in named["entry-points"].values():
        for place in group.values():
            assert place.partition(":")[0] in modules


BUNDLE, GATE = "riskaid.release.bundle", "riskaid.fairness.gate"
STATEMENTS = "riskaid.release.statements"
VERIFY, LIFE = "riskaid.release.verify", "riskaid.release.lifecycle"
ASK = "    check_gate(read, audited, purpose=purpose, decided=decided)\n"
ENFORCE = "    enforce(audit.verdict, allowed=allowed, purpose=purpose)\n"
NEW = (
    "from pathlib import Path\nimport shutil\n"
    "from riskaid.release.manifest import MANIFEST, Manifest\n"
    "from riskaid.files import write_json\n"
)
PLANTED = [
    ("the gate is not asked", BUNDLE, ASK, ""),
    ("it is asked only sometimes", BUNDLE, ASK, f"    if store:\n    {ASK}"),
    ("it is asked or not", BUNDLE, ASK, f"    purpose and {ASK.strip()}\n"),
    (
        "its refusal is swallowed",
        BUNDLE,
        ASK,
        f"    try:\n    {ASK}    except GateRefused:\n        pass\n",
    ),
    (
        "its refusal is suppressed",
        BUNDLE,
        ASK,
        f"    with suppress(GateRefused):\n    {ASK}",
    ),
    (
        "it is asked after the bundle was written",
        BUNDLE,
        ASK,
        f"    write_json(out / MANIFEST, {{}})\n{ASK}",
    ),
    ("the gate's own gate is not asked", BUNDLE, ENFORCE, ""),
    (
        "a way out before it",
        BUNDLE,
        ENFORCE,
        f"    if purpose == 'urgent':\n        return\n{ENFORCE}",
    ),
    (
        "a variable of the environment",
        BUNDLE,
        ENFORCE,
        f"{ENFORCE}    import os\n    os.environ.get('RISKAID_SKIP_GATE')\n",
    ),
    (
        "a variable of the environment in the gate",
        GATE,
        "    if verdict in allowed:\n",
        "    import os\n    if verdict in allowed or os.getenv('URGENT'):\n",
    ),
    (
        "a parameter that skips it",
        BUNDLE,
        "    run: Run, audit: AuditFile, *, purpose: str,",
        "    run: Run, audit: AuditFile, *, skip_gate: bool = False, purpose: str,",
    ),
    (
        "an option that forces it",
        "riskaid.commands.release",
        '    as_json: Json = False,\n) -> None:\n    """Bind plan',
        ("    now: Annotated[bool, typer.Option('--force')] = False,\n"
        '    as_json: Json = False,\n) -> None:\n    """Bind plan'),
    ),
    (
        "a table changed from elsewhere",
        "riskaid.demo",
        "from riskaid.pipeline import",
        ("from riskaid.release.lifecycle import VERDICTS_FOR\n"
        "VERDICTS_FOR['live'] = frozenset({'fail'})\nfrom riskaid.pipeline import"),
    ),
    (
        "a table extended from elsewhere",
        "riskaid.pipeline",
        "def a_year_on(",
        "VERDICTS_FOR.update(live={'fail'})\n\n\ndef a_year_on(",
    ),
    (
        "another way to write a manifest",
        "riskaid.quick",
        "",
        f"{NEW}def quick(out: Path) -> None:\n    write_json(out / MANIFEST, {{}})\n",
    ),
    (
        "a manifest written by its name",
        "riskaid.quick",
        "",
        (f"{NEW}def quick(out: Path) -> None:\n"
        "    (out / 'bundle' / 'manifest.json').write_text('')\n"),
    ),
    (
        "a manifest in a function that only a public one calls",
        "riskaid.quick",
        "",
        (f"{NEW}def quick(out: Path) -> None:\n    _do(out)\n\n\n"
        "def _do(out: Path) -> None:\n    shutil.copyfile('x', out / MANIFEST)\n"),
    ),
    (
        "an alias set without a check",
        "riskaid.release.registry",
        "        client.get_run(run_id)\n",
        ("        client.get_run(run_id)\n"
        "        client.set_registered_model_alias(name, 'released', '1')\n"),
    ),
    (
        "another model version",
        "riskaid.release.registry",
        "        client.get_run(run_id)\n",
        "        client.get_run(run_id)\n        client.create_model_version(name)\n",
    ),
    (
        "a state signed without checking the life",
        STATEMENTS,
        "    check_life(\n        (*earlier, signed),",
        "    print(\n        (*earlier, signed),",
    ),
    (
        "a release opened without checking its life",
        VERIFY,
        "    newest = check_life(\n",
        "    newest = dict(\n",
    ),
    (
        "the registry asks nothing",
        "riskaid.release.registry_guard",
        "            check_attested(\n",
        "            dict(\n",
    ),
    (
        "a refusal of the registry is swallowed",
        "riskaid.release.registry_guard",
        "        with _refusing():\n",
        "        with contextlib.suppress(ReleaseError):\n",
    ),
    (
        "a release is registered unseen",
        "riskaid.release.registry",
        "    report = verify_release(\n",
        "    report = dict(\n",
    ),
]  # fmt: skip


def planted(modules, module, old, new):
    source = modules.get(module, "")
    assert old in source, "what the plant stands on has changed"
    return modules | {module: source.replace(old, new, 1) if old else new}


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [pytest.param(*where, id=says) for says, *where in PLANTED],
)
def test_a_planted_bypass_is_found(modules, module, old, new):
    assert problems(planted(modules, module, old, new))


def test_a_bypass_in_a_copied_tree_is_found(tmp_path):
    copy = tmp_path / "riskaid"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    assert problems(source_of(copy)) == []
    place = copy / "release" / "bundle.py"
    place.write_text(place.read_text().replace(ASK, ""))
    (found,) = {line.partition(",")[0] for line in problems(source_of(copy))}
    assert found == "riskaid.release.bundle.build_bundle"

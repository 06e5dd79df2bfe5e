"""Puts small faults into the engines, one at a time, and asks whether a test notices.

    python tests/mutation/mutate.py [FILE …] [--results FILE] [--only TEXT] [--list]

Each fault runs in a process forked from one that has already loaded polars, numpy,
DuckDB and pytest, so that it costs its tests and not their start; with numba's compiler
off, because compiled code is kept from an earlier run. Ends with 1 when a fault survives
that survivors.toml does not explain, or when an explanation is no longer needed.

docs/adr says why this and no tool from elsewhere.
"""

import argparse
import hashlib
import importlib.abc
import importlib.util
import json
import os
import signal
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).with_name("survivors.toml")
sys.path.insert(0, str(Path(__file__).parent))

import mutants as m  # noqa: E402 - the folder of tests is no package

SPEC = "tests/spec"
CHAPTERS = f"{SPEC}/test_language.py::test"
ONE_BY_ONE = f"{CHAPTERS}_the_marked_records_stand_behind_the_answer"
TOGETHER = f"{CHAPTERS}_many_children_beside_each_other_change_no_answer"
AGREE = "tests/generative/test_engines_agree.py"
KERNEL = f"{AGREE}::test_the_reference_and_the_kernel_agree_exactly"
DUCKDB = f"{AGREE}::test_duckdb_agrees_with_the_reference_exactly"
RECORDS = "tests/generative/test_records_behind.py::test_records_by"
RECORDS_OF_ALL = "tests/functional/test_records_of_catalogue.py"
WORDS = f"{AGREE}::test_each_word_alone_agrees_on_full_tables"
LAWS = "tests/generative/test_laws.py"
BESIDE = (
    f"{SPEC}/test_language.py::test_many_children_beside_each_other_change_no_answer"
    "[riskaid.indicators.kernel]"
)
"""All chapters of the language at once, by the kernel alone."""
SHOWN = (
    f"{SPEC}/test_language.py::"
    "test_the_kernel_shows_the_records_that_the_reference_shows"
)
UNIT = "tests/unit/indicators"
COMPILED = tuple(
    f"--deselect={UNIT}/test_kernel.py::test_{name}"
    for name in (
        "progress_counts_rows",
        "it_is_compiled_once_for_asks_of_every_shape",
    )
)
"""They ask about the compiler, which is off."""
KERNEL_ALONE = (f"{UNIT}/test_kernel.py", f"{UNIT}/test_kernel_laid_out.py")
INDICATORS = "src/riskaid/indicators/"
HOLES = tuple(
    f"tests/unit/records/test_{name}.py"
    for name in (
        "coverage",
        "lacking",
        "coverage_and_bad_input",
        "case_store",
        "versions",
        "knowledge_history",
        "asked_facts",
        "dfe_json",
        "ssda903_import",
        "cin_import",
    )
)
FAIRNESS = "src/riskaid/fairness/"
GATE = "tests/unit/fairness"
TABLE = f"{GATE}/test_gate_truth_table.py"
POLICY = (
    f"{GATE}/test_policy_edges.py",
    f"{GATE}/test_fairness_policy.py",
    f"{TABLE}::test_a_policy_that_does_not_hold_is_refused",
)
DISCLOSURE = {
    "disclosure": "disclosure_edges",
    **{one: one for one in ("small_sets", "behind", "hidden", "earlier", "changes")},
}
WHOLE_AUDITS = (
    TABLE,
    *(
        f"{GATE}/test_{one}.py"
        for one in ("fairness_audit", "fairness_vendors", "fairness_metrics")
    ),
)
TESTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "src/riskaid/dates.py": (("tests/unit/test_dates.py",), (SPEC,)),
    "src/riskaid/records/coverage.py": (HOLES[:2], HOLES[2:]),
    "src/riskaid/records/holes.py": (
        ("tests/unit/records/test_holes.py",),
        HOLES[:2],
        HOLES[2:],
    ),
    **{
        f"{INDICATORS}{name}.py": (
            tuple(f"{UNIT}/test_{one}.py" for one in ("decay", "history", "reference")),
            (ONE_BY_ONE,),
            (WORDS, KERNEL),
            (LAWS, f"{RECORDS}_kernel_are_those_of_the_reference", SPEC),
        )
        for name in ("reference", "history", "truth", "decay")
    },
    **{
        f"{INDICATORS}{name}.py": (
            (f"{UNIT}/test_sql_words.py", f"{UNIT}/test_sql.py"),
            (f"{TOGETHER}[riskaid.indicators.sql]",),
            (WORDS, DUCKDB),
            (AGREE, SPEC),
        )
        for name in ("sql_text", "sql")
    },
    **{
        f"{INDICATORS}{path.name}": (
            (*KERNEL_ALONE, BESIDE, WORDS, KERNEL),
            (AGREE, SPEC),
        )
        for path in sorted((ROOT / INDICATORS).glob("kernel*.py"))
    },
    **{
        f"{FAIRNESS}{name}.py": (POLICY, WHOLE_AUDITS)
        for name in ("policy", "policy_groups")
    },
    f"{FAIRNESS}policy_reading.py": (
        (*POLICY, f"{GATE}/test_decisions.py"),
        WHOLE_AUDITS,
    ),
    f"{FAIRNESS}pool_policy.py": (
        (f"{GATE}/test_pool_policy.py",),
        (f"{GATE}/test_pool.py",),
    ),
    f"{FAIRNESS}cells.py": (
        (f"{GATE}/test_cells.py", f"{GATE}/test_fairness_gate.py"),
        WHOLE_AUDITS,
    ),
    f"{FAIRNESS}looks.py": (
        (f"{GATE}/test_look_of.py",),
        (f"{GATE}/test_looks.py",),
        ("tests/unit/release/test_bundle.py",),
    ),
    **{
        f"{FAIRNESS}{name}.py": (
            (f"{GATE}/test_{own}.py",),
            (f"{GATE}/test_disclosure_edges.py", f"{GATE}/test_fairness_disclosure.py"),
            (f"{GATE}/test_disclosure_attack.py", *WHOLE_AUDITS),
        )
        for name, own in DISCLOSURE.items()
    },
    **{
        f"{FAIRNESS}{name}.py": (
            (f"{GATE}/test_{name}.py",),
            (f"{GATE}/test_fairness_page.py", *WHOLE_AUDITS),
        )
        for name in ("published", "withhold")
    },
    **{
        f"{FAIRNESS}{name}.py": (
            (f"{GATE}/test_{name}.py",),
            (f"{GATE}/test_fairness_intervals.py", f"{GATE}/test_fairness_metrics.py"),
            (f"{GATE}/test_operating_characteristics.py", *WHOLE_AUDITS),
        )
        for name in ("sums", "families", "findings", "judging")
    },
    f"{FAIRNESS}gate.py": (
        (f"{GATE}/test_gate_edges.py", f"{GATE}/test_fairness_gate.py"),
        (f"{GATE}/test_needed.py", *WHOLE_AUDITS),
    ),
    f"{FAIRNESS}intervals.py": (
        (f"{GATE}/test_intervals_edges.py", f"{GATE}/test_fairness_metrics.py"),
        (f"{GATE}/test_fairness_gate.py", *WHOLE_AUDITS),
    ),
    **{
        f"{FAIRNESS}{name}.py": (
            (f"{GATE}/test_decisions.py",),
            ("tests/unit/release/test_decided.py",),
        )
        for name in ("decisions", "decided")
    },
    f"{INDICATORS}reference_records.py": (
        (f"{RECORDS}_kernel_are_those_of_the_reference",),
        (RECORDS_OF_ALL,),
    ),
    f"{INDICATORS}kernel_records.py": (
        (SHOWN, KERNEL_ALONE[1], f"{RECORDS}_kernel_are_those_of_the_reference"),
        (RECORDS_OF_ALL,),
    ),
    f"{INDICATORS}sql_records.py": (
        (f"{UNIT}/test_sql_words.py",),
        (f"{RECORDS}_sql_are_those_of_the_reference",),
        (RECORDS_OF_ALL,),
    ),
}
"""What is mutated, the tests that notice most of it in a second, and others.

A fault that the first do not notice is tried on the next; the last are the slow ones.
"""

LOADED = [
    *("anyio", "asyncio", "duckdb", "hypothesis", "lxml.etree", "numba", "numpy"),
    *("polars", "pyarrow", "pydantic", "pytest", "python_calamine", "xdist.plugin"),
]
CASES = "60"
SURVIVED, KILLED, ENDLESS = "survived", "killed", "endless"


class Mutated(importlib.abc.SourceLoader):
    """Gives one module its mutated source and leaves all others alone."""

    def __init__(self, name: str, mutant: m.Mutant) -> None:
        self.name = name
        self.mutant = mutant

    def find_spec(self, name: str, _path: object, _target: object = None) -> object:
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(
            name, ROOT / self.mutant.file, loader=self
        )

    def get_filename(self, _name: str) -> str:
        return str(ROOT / self.mutant.file)

    def get_data(self, _path: str) -> bytes:
        return self.mutant.source.encode()


def load(files: list[str]) -> None:
    """Load what no mutant is in, and start nothing that runs in threads."""
    os.environ |= {
        "NUMBA_DISABLE_JIT": "1",
        "POLARS_MAX_THREADS": "1",
        "RISKAID_GENERATED": CASES,
        "RISKAID_SHRINK": "no",
    }
    for name in LOADED:
        importlib.import_module(name)
    sys.path.insert(0, str(ROOT / "src"))
    if all(file.startswith(INDICATORS) for file in files):
        importlib.import_module("riskaid.records.store")


def run(mutant: m.Mutant, tests: Sequence[str], *, most: float) -> tuple[str, str]:
    """Run the tests on a mutant: how it ended, and the test that noticed."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(out)
        name = mutant.file.removeprefix("src/").removesuffix(".py").replace("/", ".")
        sys.meta_path.insert(0, Mutated(name, mutant))
        other = "duckdb" if Path(mutant.file).name.startswith("sql") else "kernel"
        os.environ["RISKAID_ENGINES"] = other
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        import pytest

        noticed = Noticed()
        options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider"]
        code = pytest.main([*options, *COMPILED, *tests], plugins=[noticed])
        os.write(into, noticed.first.encode()[:4_000])
        os._exit(0 if code == 0 else 1)
    os.close(into)
    began = time.monotonic()
    while time.monotonic() - began < most:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            with os.fdopen(out, "rb") as told:
                first = told.read().decode(errors="replace")
            return (SURVIVED if status == 0 else KILLED), first
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(out)
    return ENDLESS, ""


class Noticed:
    """The first test that failed."""

    first = ""

    def pytest_runtest_logreport(self, report: object) -> None:
        if report.failed and not self.first:
            self.first = report.nodeid

    def pytest_collectreport(self, report: object) -> None:
        if report.failed and not self.first:
            self.first = f"{report.nodeid} (not loaded)"


def explained() -> dict[tuple[str, str, str, str, int], str]:
    """The survivors that are known, with the reason of each."""
    kept = tomllib.loads(KEPT.read_text(encoding="utf-8"))
    return {
        (
            one["file"],
            one["within"],
            one["line"],
            one["fault"],
            one.get("number", 1),
        ): one["because"]
        for one in kept.get("survivor", [])
    }


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is what it is for


def plain(mutant: m.Mutant) -> str:
    return (
        f"{mutant.file} in {mutant.within or 'the module'}: {mutant.line!r}: "
        f"{mutant.fault} (number {mutant.number})"
    )


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("files", nargs="*", default=list(TESTS))
    asked.add_argument("--results", type=Path, help="keep results here and go on")
    asked.add_argument("--only", default="", help="only mutants with this text")
    asked.add_argument("--quick", action="store_true", help="only the quickest tests")
    asked.add_argument("--every", type=int, default=1, help="only each n-th mutant")
    asked.add_argument("--list", action="store_true", help="name them, run nothing")
    said = asked.parse_args()
    os.chdir(ROOT)
    load(said.files)
    every = [one for file in said.files for one in m.mutants(ROOT, file)]
    found = [one for one in every if said.only in plain(one) and m.compiles(one)]
    found = found[:: said.every]
    if said.list:
        say("\n".join([*map(plain, found), f"{len(found)} mutants"]))
        return 0
    return report(found, answers(found, said), said.files)


def answers(
    found: list[m.Mutant], said: argparse.Namespace
) -> dict[tuple[str, str, str, str, int], str]:
    """How each mutant ended, by its key."""
    known = {}
    if said.results and said.results.exists():
        for line in said.results.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            known[tuple(one["key"]), one["digest"]] = one["ended"]
    ended, longest = {}, {}
    for mutant in found:
        digest = hashlib.sha256(mutant.source.encode()).hexdigest()[:16]
        stages = [
            [one for one in tests if (ROOT / one.partition("::")[0]).exists()]
            for tests in TESTS[mutant.file]
        ]
        if (mutant.key, digest) not in known:
            began = time.monotonic()
            how, first = SURVIVED, ""
            for tests in stages[:-1] if said.quick else stages:
                if how == SURVIVED and tests:
                    key = (mutant.file, *tests)
                    if key not in longest:
                        longest[key] = whole(mutant.file, tests)
                    how, first = run(mutant, tests, most=20 + 5 * longest[key])
            known[mutant.key, digest] = how
            took = time.monotonic() - began
            say(f"{how} {took:.1f} s {plain(mutant)} {first}")
            if said.results:
                with said.results.open("a", encoding="utf-8") as kept:
                    line = {"key": mutant.key, "digest": digest, "ended": how}
                    kept.write(json.dumps(line | {"by": first}) + "\n")
        ended[mutant.key] = known[mutant.key, digest]
    return ended


def whole(file: str, tests: list[str]) -> float:
    """How long the tests take on the file as it is, which must pass."""
    source = (ROOT / file).read_text(encoding="utf-8")
    began = time.monotonic()
    how, first = run(m.Mutant(file, "", "", "none", 0, source), tests, most=900)
    if how != SURVIVED:
        raise SystemExit(f"{file}: the tests fail without any fault: {first}")
    return time.monotonic() - began


def report(
    found: list[m.Mutant],
    ended: dict[tuple[str, str, str, str, int], str],
    files: list[str],
) -> int:
    """Say what survived; 1 when a survivor has no explanation or one too many."""
    reasons = explained()
    survivors = [one for one in found if ended[one.key] == SURVIVED]
    new = [one for one in survivors if one.key not in reasons]
    there = {one.key for one in found}
    mended = [key for key in reasons if ended.get(key, SURVIVED) != SURVIVED]
    gone = [k for k in reasons if k[0] in files and k not in there]
    for one in new:
        say(f"SURVIVED: {plain(one)}")
    for key in mended:
        say(f"EXPLAINED, BUT NOTICED: {key}")
    for key in gone:
        say(f"EXPLAINED, BUT NO LONGER THERE: {key}")
    say(
        f"{len(found)} mutants, {len(found) - len(survivors)} noticed, "
        f"{len(survivors) - len(new)} explained, {len(new)} not explained"
    )
    return 1 if new or mended else 0


if __name__ == "__main__":
    sys.exit(main())

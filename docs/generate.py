"""Write the pages that are made from the code: `make docs` runs this."""
# ruff: noqa: INP001 - a script beside its pages, not a package

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import typer

from riskaid.cli import app
from riskaid.fairness.plan import plan_schema
from riskaid.fairness.pool_file import pool_file_schema
from riskaid.fairness.pool_page import pool_schema
from riskaid.fairness.probes.probes import probes_schema
from riskaid.fairness.results import audit_schema
from riskaid.files import write_text
from riskaid.records.carried import CARRIED, Carried
from riskaid.records.quality_rules import Rule, rule_book
from riskaid.records.tables import TABLES
from riskaid.training.mitigation_study import study_schema
from riskaid.training.run_probes import run_probes_schema

PAGES = Path(__file__).resolve().parent
COMMAND_LINE = PAGES / "reference" / "command-line.md"
FORMATS = PAGES / "reference" / "formats.md"
RULES = PAGES / "reference" / "data-quality-rules.md"
AUDIT = PAGES / "reference" / "audit-json.md"
PROBES = PAGES / "reference" / "probes-json.md"
RUN_PROBES = PAGES / "reference" / "run-probes-json.md"
PLAN = PAGES / "reference" / "plan-json.md"
STUDY = PAGES / "reference" / "study-json.md"
POOL_FILE = PAGES / "reference" / "pool-file-json.md"
POOL = PAGES / "reference" / "pool-json.md"
LANGUAGE = PAGES / "reference" / "language.md"
SPEC = PAGES.parent / "tests" / "spec"

OPENING = """\
# The command line

Every command and every option. This page is made from the program by `make docs`; a
test holds it current. `riskaid COMMAND --help` says the same.

Exit codes and what to do about each are in [errors](../errors.md).
"""

FORMATS_OPENING = """\
# What each format carries

An extract of the Standard Safeguarding Dataset (SSD) can fill every case table about
children and services. Other formats carry less. This page says what comes back when the
same council goes out as one return; it is made from
`src/riskaid/records/carried.toml` by `make docs`, and the round-trip test
(`tests/functional/test_round_trip.py`) holds it true on a synthetic council.

A table that a format does not carry is not in the store: a value that needs it is not
known, never zero, and advice shows a gap. So is one that reads a
[column](../case-store.md#columns-that-a-source-does-not-have) that it does not carry.
Dates of what comes back come back whole.
"""


RULES_OPENING = """\
# Which of the DfE's validation rules are checked

The data-quality report counts the rules of the children in need census (CIN) and of the
return on looked-after children (SSDA903) that matter to indicators, by the DfE's codes;
R01 and R02 are our own. What each says is said in our words: the DfE's own text is in
its guidance. Ages are counted from the month of birth, because no day is kept.

**At reading**: the reader counts the rows in each file of the latest extract. **In the
store**: the rows that the store holds as they are now, whatever source they came from,
in the words of SQL that stand in `src/riskaid/records/quality_rules.toml`. A rule whose
tables were not supplied is *not checked*, never 0. Two rules that say nearly the same
may find the same row.

This page is made from that file by `make docs`; a test holds it current.

## Checked
"""


def rules_page() -> str:
    """Which rules of validation are checked and which are not, as Markdown."""
    book = rule_book()
    lines = [RULES_OPENING, "| codes | return | what is found | tables | where |"]
    lines += ["|---|---|---|---|---|"]
    lines += [_rule_line(one) for one in book.rules]
    for name in ("CIN", "SSDA903"):
        lines += ["", f"## Not checked: {name}", "", "| codes | why |", "|---|---|"]
        lines += [
            f"| {', '.join(one.codes)} | {one.because} |"
            for one in book.not_checked
            if one.collection == name
        ]
    return "\n".join(lines) + "\n"


def _rule_line(rule: Rule) -> str:
    where = "in the store" if rule.sql else "at reading"
    tables = ", ".join(f"`{one}`" for one in rule.tables)
    cells = (", ".join(rule.codes), ", ".join(rule.returns), rule.says, tables, where)
    return f"| {' | '.join(cells)} |"


AUDIT_OPENING = """\
# What stands in audit.json

`riskaid audit` writes `audit.json` for programs. Its JSON Schema is shipped with the
package (`riskaid/fairness/audit.schema.json`; in Python
`riskaid.fairness.results.audit_schema()`); this page is made from it by `make docs`. No
entry may be left out and no other may stand there. `version` changes when an entry goes
away or changes its meaning.

`[]` is one of a list, `*` any name. Counts that may not be published are `"c"`, and
numbers that would give them back are `null` with the state `suppressed`. It holds no id
and no day of the run, so the same rows, policy and seed give the same bytes.

| entry | holds | what it says |
|---|---|---|
"""


PROBES_OPENING = """\
# What stands in probes.json

`riskaid audit` writes `probes.json` beside `audit.json`: what the same gate would have
said of other records of the same rows. It decides nothing, and no release rests on it.
Its JSON Schema is shipped with the package
(`riskaid/fairness/probes/probes.schema.json`; in Python
`riskaid.fairness.probes.probes.probes_schema()`); this page is made from it by `make
docs`. No entry may be left out and no other may stand there.

`[]` is one of a list. A group that the audit does not publish is `suppressed` here too,
and so is a characteristic where the bounds would give the counts of those without a
recorded group away. [How to read it](../how-to/probes.md) has the formulas.

| entry | holds | what it says |
|---|---|---|
"""


RUN_PROBES_OPENING = """\
# What stands in run_probes.json

`riskaid probe` writes `run_probes.json`: what a run's model would do with other records
([how to read it](../how-to/probes.md#probes-of-a-model)). It decides nothing, and no
release rests on it. Its JSON Schema is shipped with the package
(`riskaid/training/run_probes.schema.json`; in Python
`riskaid.training.run_probes.run_probes_schema()`); this page is made from it by `make
docs`. No other entry may stand there, and none may be left out but those of what is not
estimable, which say so.

`[]` is one of a list. It holds no id and no day, so the same run, store, anchor and
questions give the same bytes.

| entry | holds | what it says |
|---|---|---|
"""


def run_probes_page() -> str:
    """Every entry of run_probes.json as Markdown."""
    return RUN_PROBES_OPENING + _entries_table(run_probes_schema())


PLAN_OPENING = """\
# What stands in plan.json

`riskaid audit --plan --out` writes `plan.json`: how much evidence each limit would need
for each group, reckoned before any score is looked at ([how](../how-to/audit.md)). Its
JSON Schema is shipped with the package (`riskaid/fairness/plan.schema.json`; in Python
`riskaid.fairness.plan.plan_schema()`); this page is made from it by `make docs`. No
entry may be left out and no other may stand there.

`[]` is one of a list, `*` any name of a measure.

| entry | holds | what it says |
|---|---|---|
"""


STUDY_OPENING = """\
# What stands in study.json

`riskaid study` writes `study.json`: what a constraint between groups would change, and
what it costs whom ([how](../how-to/study.md)). It is never releasable. Its JSON Schema
is shipped with the package (`riskaid/training/study.schema.json`; in Python
`riskaid.training.mitigation_study.study_schema()`); this page is made from it by `make
docs`. No entry may be left out and no other may stand there.

`[]` is one of a list. Counts that may not be published are `"c"`, and numbers that
would give them back are `null` with the state `suppressed`. It holds no id and no day
of the study, so the same run, policy, constraint and seed give the same bytes.

| entry | holds | what it says |
|---|---|---|
"""


def study_page() -> str:
    """Every entry of study.json as Markdown."""
    return STUDY_OPENING + _entries_table(study_schema())


def plan_page() -> str:
    """Every entry of plan.json as Markdown."""
    return PLAN_OPENING + _entries_table(plan_schema())


POOL_FILE_OPENING = """\
# What a council sends to a pool

`riskaid audit --pool-out` writes one file of sums, and never a row
([how](../how-to/audit.md#when-several-councils-pool)). Its JSON Schema is
`riskaid.fairness.pool_file.pool_file_schema()` in Python; this page is made from it by
`make docs`. No entry may be left out and no other may stand there. A group or a
capacity that may not leave stands in no list but `groups[]` and `found[]`, which
`audit.json` publishes too.

`[]` is one of a list.

| entry | holds | what it says |
|---|---|---|
"""


POOL_OPENING = """\
# What stands in pool.json

`riskaid pool` writes `pool.json`: what the sums of several councils come to, each
council beside them ([how](../how-to/audit.md#when-several-councils-pool)). It is not
usable for a release by itself. Its JSON Schema is shipped with the package
(`riskaid/fairness/pool.schema.json`; in Python
`riskaid.fairness.pool_page.pool_schema()`); this page is made from it by `make docs`.
No entry may be left out and no other may stand there. `pool.html` and `pool.md` are
made from it only.

`[]` is one of a list. Counts are to the nearest of `round_to` and numbers to three
decimals ([why](../adr/0022-what-is-rounded.md)). It holds no day of the run: the same
files in any order give the same bytes.

| entry | holds | what it says |
|---|---|---|
"""


def pool_page() -> str:
    """Every entry of pool.json as Markdown."""
    return POOL_OPENING + _entries_table(pool_schema())


def pool_file_page() -> str:
    """Every entry of a file for a pool as Markdown."""
    return POOL_FILE_OPENING + _entries_table(pool_file_schema())


def audit_page() -> str:
    """Every entry of audit.json as Markdown."""
    return AUDIT_OPENING + _entries_table(audit_schema())


def probes_page() -> str:
    """Every entry of probes.json as Markdown."""
    return PROBES_OPENING + _entries_table(probes_schema())


def _entries_table(schema: dict[str, Any]) -> str:
    lines = [
        f"| `{path}` | {_holds(held)} | {held.get('description', '')} |"
        for path, held in _entries("", schema, schema)
    ]
    return "\n".join(lines) + "\n"


def _entries(
    path: str, held: dict[str, Any], top: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each entry below a path, the entries of a definition once, where it first is."""
    for name, inner in held.get("properties", {}).items():
        at = f"{path}.{name}" if path else name
        said = _definition(inner, top)
        if said.get("type") == "array":
            at, said = f"{at}[]", {**_definition(said["items"], top), **_words(said)}
        elif isinstance(said.get("additionalProperties"), dict):
            inside = _definition(said["additionalProperties"], top)
            at, said = f"{at}.*", {**inside, **_words(said)}
        yield at, said
        if said.get("title") == "as everyone":
            continue
        yield from _entries(at, said, top)


def _definition(held: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in held:
        return held
    return {**top["$defs"][held["$ref"].removeprefix("#/$defs/")], **_words(held)}


def _words(held: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in held.items() if k in {"description", "title"}}


def _holds(held: dict[str, Any]) -> str:
    if "const" in held:
        const = held["const"]
        return f"`{'false' if const is False else const}`"
    if "enum" in held:
        return ", ".join("null" if one is None else f"`{one}`" for one in held["enum"])
    kinds = held.get("type", [])
    named = [kinds] if isinstance(kinds, str) else kinds
    return " or ".join({"object": "entries"}.get(k, k) for k in named)


def language_page() -> str:
    """The chapters of the language's specification as one page of Markdown."""
    chapters, page = (_of_spec(one) for one in ("language_chapters", "language_page"))
    written: str = page.page(chapters.read_chapters(), chapters.read_edges())
    return written


def _of_spec(name: str) -> ModuleType:
    """What the tests of the language share, loaded by its path as they load it."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, SPEC / f"{name}.py")
        if spec is None or spec.loader is None:
            raise FileNotFoundError(SPEC / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Walk the program: each command that does something, with its full name."""
    inside = getattr(command, "commands", None)
    if inside is None:
        yield path, command
        return
    for name in inside:
        if not getattr(inside[name], "hidden", False):
            yield from commands(inside[name], f"{path} {name}")


def spellings(option: Any) -> list[str]:
    """Every way to write an option, the long one first."""
    return sorted([*option.opts, *option.secondary_opts], key=len, reverse=True)


def command_line_page() -> str:
    """The whole page about the command line, as Markdown."""
    program = typer.main.get_command(app)
    sections = [_section(name, one) for name, one in commands(program, "riskaid")]
    return "\n".join([OPENING, *sections])


def formats_page() -> str:
    """The whole page about what formats carry, as Markdown."""
    sections = [_format(name) for name in CARRIED.formats]
    return "\n".join([FORMATS_OPENING, *sections])


def _format(name: str) -> str:
    carried = CARRIED.formats[name]
    lines = [f"## {CARRIED.titles[name]}", ""]
    lines += ["| case table | rows | whole | in part | not carried |"]
    lines += ["|---|---|---|---|---|"]
    lines += [_row(table, one) for table, one in carried.items()]
    lost = [f"`{t}`" for t in TABLES if t not in carried and t != "families"]
    lines += ["", f"Not carried: {', '.join(lost)}.", ""]
    return "\n".join(lines)


def _row(table: str, one: Carried) -> str:
    part = "; ".join(f"`{c}`: {CARRIED.rules[rule]}" for c, rule in one.part.items())
    made_anew = (
        [f"{', '.join(f'`{c}`' for c in one.ids)} (made anew)"] if one.ids else []
    )
    whole = ", ".join([*(f"`{c}`" for c in one.whole), *made_anew])
    lost = ", ".join(f"`{c}`" for c in one.lost)
    return f"| `{table}` | {CARRIED.rules[one.rows]} | {whole} | {part} | {lost} |"


def _section(name: str, command: Any) -> str:
    arguments = _seen(command, "argument")
    options = _seen(command, "option")
    usage = [name, *(_place(one) for one in arguments)]
    usage += ["[OPTIONS]"] if options else []
    lines = [f"## {name}", "", (command.help or "").split("\f")[0].strip(), ""]
    lines += ["```text", " ".join(usage), "```", ""]
    if arguments:
        lines += ["| argument | what it is |", "|---|---|"]
        lines += [f"| `{_place(one)}` | {_says(one)} |" for one in arguments]
        lines.append("")
    if options:
        lines += ["| option | what it does | unless given |", "|---|---|---|"]
        lines += [
            f"| {', '.join(f'`{text}`' for text in spellings(one))} "
            f"| {_says(one)} | {_unless(one)} |"
            for one in options
        ]
        lines.append("")
    return "\n".join(lines)


def _seen(command: Any, kind: str) -> list[Any]:
    return [
        one
        for one in command.params
        if one.param_type_name == kind and not getattr(one, "hidden", False)
    ]


def _place(argument: Any) -> str:
    name = (argument.metavar or argument.name).upper()
    return name if argument.required else f"[{name}]"


def _says(param: Any) -> str:
    return " ".join((param.help or "").split()).replace("|", "\\|")


def _unless(option: Any) -> str:
    if option.required:
        return "must be given"
    default = option.default
    if default is None or default is False or default == () or callable(default):
        return ""
    if default is True:
        return "yes"
    return f"`{getattr(default, 'value', default)}`"


if __name__ == "__main__":
    write_text(COMMAND_LINE, command_line_page())
    write_text(RULES, rules_page())
    write_text(FORMATS, formats_page())
    write_text(LANGUAGE, language_page())
    write_text(AUDIT, audit_page())
    write_text(PROBES, probes_page())
    write_text(RUN_PROBES, run_probes_page())
    write_text(PLAN, plan_page())
    write_text(STUDY, study_page())
    write_text(POOL_FILE, pool_file_page())
    write_text(POOL, pool_page())

"""Every command and option is documented, and pages name only what exists."""

import re
import shlex
from pathlib import Path

import pytest
import typer

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "command-line.md"


@pytest.fixture(scope="module")
def known(generate) -> dict[str, set[str]]:
    """Every command of the program, with its options."""
    program = typer.main.get_command(generate.app)
    return {
        name: {
            spelling
            for param in command.params
            if param.param_type_name == "option"
            for spelling in generate.spellings(param)
        }
        | {"--help"}
        for name, command in generate.commands(program, "riskaid")
    }


def test_the_page_is_what_make_docs_writes(generate):
    assert PAGE.read_text(encoding="utf-8") == generate.command_line_page(), (
        "docs/reference/command-line.md is not current: run `make docs`"
    )


def test_every_command_and_option_is_on_the_page(known):
    page = PAGE.read_text(encoding="utf-8")
    assert known
    for name, options in known.items():
        assert f"\n## {name}\n" in page, name
        section = page.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]
        for option in options - {"--help"}:
            assert f"`{option}`" in section, (name, option)


def test_the_page_of_formats_is_what_make_docs_writes(generate):
    page = generate.FORMATS.read_text(encoding="utf-8")
    assert page == generate.formats_page(), "run: make docs"


def test_the_page_of_an_audits_entries_is_what_make_docs_writes(generate):
    page = generate.AUDIT.read_text(encoding="utf-8")
    assert page == generate.audit_page(), "run: make docs"
    page = generate.PROBES.read_text(encoding="utf-8")
    assert page == generate.probes_page(), "run: make docs"
    page = generate.RUN_PROBES.read_text(encoding="utf-8")
    assert page == generate.run_probes_page(), "run: make docs"
    page = generate.PLAN.read_text(encoding="utf-8")
    assert page == generate.plan_page(), "run: make docs"
    page = generate.STUDY.read_text(encoding="utf-8")
    assert page == generate.study_page(), "run: make docs"


def test_every_command_and_option_says_what_it_does(generate):
    program = typer.main.get_command(generate.app)
    silent = [
        f"{name} {param.name}"
        for name, command in generate.commands(program, "riskaid")
        for param in command.params
        if not getattr(param, "hidden", False) and not (param.help or "").strip()
    ]
    silent += [
        name
        for name, command in generate.commands(program, "riskaid")
        if not (command.help or "").strip()
    ]
    assert not silent


def problems(text: str, known: dict[str, set[str]]) -> list[str]:
    """Say which `riskaid ...` lines name a command or an option that does not exist."""
    found = []
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True)
        if "riskaid" not in words:
            continue
        words = words[words.index("riskaid") :]
        if words[1:2] in (["--help"], ["--version"], []):
            continue
        name = next(
            (" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in known), None
        )
        if name is None:
            found.append(f"no such command: {line}")
            continue
        given = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        found += [
            f"no option {one}: {line}"
            for one in sorted(given)
            if one not in known[name]
        ]
    return found


def test_a_command_that_does_not_exist_is_found(known):
    some = next(iter(known))
    assert problems("riskaid rank-children x", known)
    assert problems(f"{some} --no-such-option", known)
    assert problems(f"{some} \\\n  --no-such-option", known)
    assert not problems(f"{some} --help", known)
    assert not problems("make demo", known)


def test_pages_name_only_commands_and_options_that_exist(pages, console, known):
    wrong = [
        f"{name}:{line}: {problem}"
        for name, page in pages.items()
        for language in ("sh", "console")
        for _, inside, line in console.fences(page, language)
        for problem in problems(
            inside
            if language == "sh"
            else "\n".join(s.command for s in console.steps(inside, line)),
            known,
        )
    ]
    assert not wrong, "\n".join(wrong)


def test_no_fence_is_in_a_language_nobody_checks(pages):
    known_languages = {
        "console", "sh", "python", "toml", "text", "json", "forbidden", "csv", "mermaid",
    }  # fmt: skip
    wrong = []
    for name, page in pages.items():
        opening = True
        for number, line in enumerate(page.splitlines(), 1):
            if line.startswith("```"):
                language = line[3:].split()[:1]
                if opening and (not language or language[0] not in known_languages):
                    wrong.append(f"{name}:{number}: {line}")
                opening = not opening
    assert not wrong

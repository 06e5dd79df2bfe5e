"""Read the console fences of a page and run them, so that the page stays true.

A fence that opens with ```console holds commands (`$ riskaid ...`) and what they print.
All fences of one page run in order in one empty folder. A line `...` stands for any
number of lines; `...` inside a line stands for any text. A command that ends with a
code other than 0 is followed by `$ echo $?`, as a reader would ask for it.

A fence that opens with ```console recorded is not run: its commands take long. They are
looked up in docs/demo-output.txt, which has the same form and which a functional test
records and replays.
"""
# ruff: noqa: INP001 - a script beside its pages, not a package

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).resolve().parent
RECORDED = PAGES / "demo-output.txt"
SOURCE = PAGES.parent / "src"
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
CAT = re.compile(r"\$\(cat ([\w./-]+)\)")
ASK = "echo $?"
START = (
    "import sys; sys.argv[0] = 'riskaid'; "
    "from riskaid.cli import main; sys.exit(main())"
)


@dataclass(frozen=True)
class Step:
    """A command of a page, what the page says it prints, and the line it stands on."""

    command: str
    expected: str
    line: int


@dataclass(frozen=True)
class Printed:
    """What a command printed, to both outputs in order, and how it ended."""

    text: str
    exit_code: int


def fences(page: str, language: str) -> list[tuple[str, str, int]]:
    """Find one language's fences: (words after it, inside, line of the opening)."""
    return [
        (found[2].strip(), found[3], page.count("\n", 0, found.start()) + 1)
        for found in FENCE.finditer(page)
        if found[1] == language
    ]


def steps(inside: str, line: int = 0) -> list[Step]:
    """Split the inside of a fence into commands and what each prints."""
    made: list[Step] = []
    for number, text in enumerate(inside.splitlines(), line + 1):
        if text.startswith("$ "):
            made.append(Step(text[2:].strip(), "", number))
        elif made:
            last = made[-1]
            made[-1] = Step(last.command, last.expected + text + "\n", last.line)
        elif text.strip():
            raise ValueError(f"line {number}: output stands before any `$ ` command")
    return made


def same(expected: str, printed: str) -> bool:
    """Whether a page's output matches what was printed, with `...` for what varies."""
    pattern = ""
    for line in expected.strip("\n").split("\n"):
        if line.strip() == "...":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            words = (re.escape(part) for part in line.rstrip().split("..."))
            pattern += r"[^\n]*".join(words) + r"\n"
    tidy = "\n".join(line.rstrip() for line in printed.strip("\n").split("\n"))
    return re.fullmatch(pattern, tidy + "\n") is not None


def run(command: str, folder: Path) -> Printed:
    """Run one `riskaid ...` command in a folder, as a reader would, without colours.

    Of what a shell does, only `$(cat FILE)` is done: a digest differs each time.
    """
    said = CAT.sub(lambda file: (folder / file[1]).read_text("utf-8").strip(), command)
    words = shlex.split(said)
    if words[:1] != ["riskaid"]:
        raise ValueError(
            f"`{command}` is not a riskaid command: put it in a ```sh fence"
        )
    done = subprocess.run(  # noqa: S603 - our own pages, our own program
        [sys.executable, "-c", START, *words[1:]],
        cwd=folder,
        env={
            **{k: v for k, v in os.environ.items() if k != "FORCE_COLOR"},
            "COLUMNS": "88",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "PYTHONUTF8": "1",
            "PYTHONPATH": os.pathsep.join(
                [str(SOURCE), *filter(None, [os.environ.get("PYTHONPATH")])]
            ),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    return Printed(done.stdout, done.returncode)


def differences(listed: list[Step], folder: Path, page: str) -> list[str]:
    """Run steps in order in one folder and say where the page is not true."""
    found: list[str] = []
    ended = Printed("", 0)
    for step, after in zip(listed, [*listed[1:], None], strict=True):
        if step.command == ASK:
            ended = Printed(f"{ended.exit_code}\n", 0)
        else:
            ended = run(step.command, folder)
        place = f"{page}:{step.line}: `{step.command}`"
        if not same(step.expected, ended.text):
            found.append(
                f"{place}\nthe page says:\n{step.expected}\nit printed:\n{ended.text}"
            )
        if ended.exit_code and (after is None or after.command != ASK):
            found.append(
                f"{place} ended with code {ended.exit_code}. Follow it with `$ {ASK}` "
                f"if that is meant. It printed:\n{ended.text}"
            )
    return found


def not_recorded(listed: list[Step], recorded: str, page: str) -> list[str]:
    """Say which steps differ from the recorded output, or are not in it."""
    known = {step.command: step.expected for step in steps(recorded)}
    found = []
    for step in listed:
        place = f"{page}:{step.line}: `{step.command}`"
        if step.command not in known:
            found.append(f"{place} is not in docs/{RECORDED.name}")
        elif not same(step.expected, known[step.command]):
            found.append(
                f"{place}\nthe page says:\n{step.expected}\n"
                f"recorded is:\n{known[step.command]}"
            )
    return found

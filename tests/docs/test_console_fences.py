"""What the pages say a command prints is what it prints."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_steps_are_commands_with_what_they_print(console):
    inside = "$ riskaid one\nfirst\n\nsecond\n$ riskaid two\n$ echo $?\n0\n"
    assert [(s.command, s.expected, s.line) for s in console.steps(inside, 10)] == [
        ("riskaid one", "first\n\nsecond\n", 11),
        ("riskaid two", "", 15),
        ("echo $?", "0\n", 16),
    ]


def test_output_before_any_command_is_refused(console):
    with pytest.raises(ValueError, match="line 3"):
        console.steps("lost\n$ riskaid one\n", 2)


@pytest.mark.parametrize(
    ("expected", "printed", "answer"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a  \nb\n\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n", "a\nb\n", False),
        ("a\nb\n", "a\n", False),
        ("", "", True),
        ("", "a\n", False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\nd\n", "a\nd\n", True),
        ("a\n...\nd\n", "a\nb\n", False),
        ("a\n...\n", "a\nb\nc\n", True),
        ("took ... seconds\n", "took 12.5 seconds\n", True),
        ("took ... seconds\n", "took 12\n5 seconds\n", False),
        ("a.c\n", "abc\n", False),
    ],
)
def test_dots_stand_for_what_varies_and_nothing_else_does(
    console, expected, printed, answer
):
    assert console.same(expected, printed) is answer


def test_only_riskaid_is_run(console, tmp_path):
    with pytest.raises(ValueError, match="sh fence"):
        console.run("rm -r x", tmp_path)


def test_fences_are_found_with_their_words_and_lines(console):
    page = "# A\n\n```console\n$ riskaid a\n```\n\n```console recorded\n$ x\n```\n"
    assert console.fences(page, "console") == [
        ("", "$ riskaid a\n", 3),
        ("recorded", "$ x\n", 7),
    ]


def test_a_wrong_page_is_found(console, tmp_path):
    lie = console.steps("$ riskaid doctor\nEverything is perfect.\n")
    assert len(console.differences(lie, tmp_path, "page")) >= 1


def test_a_failing_command_must_be_followed_by_its_exit_code(console, tmp_path):
    silent = console.steps("$ riskaid no-such-command\n...\n")
    assert "ended with code 2" in console.differences(silent, tmp_path, "page")[0]
    said = console.steps("$ riskaid no-such-command\n...\n$ echo $?\n2\n")
    assert console.differences(said, tmp_path, "page") == []


def test_a_recorded_step_must_be_in_the_record_and_match_it(console):
    record = "$ riskaid demo\none\ntwo\n"
    good = console.steps("$ riskaid demo\n...\ntwo\n")
    assert console.not_recorded(good, record, "p") == []
    wrong = console.steps("$ riskaid demo\nthree\n")
    absent = console.steps("$ riskaid demo --fast\none\n")
    assert "recorded is" in console.not_recorded(wrong, record, "p")[0]
    assert "is not in" in console.not_recorded(absent, record, "p")[0]


def with_fences() -> list[str]:
    """Pages that hold console fences; docs/errors.md has a test of its own."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in pages
        if "```console" in path.read_text(encoding="utf-8")
        and path.name not in ("errors.md", "CONTRIBUTING.md")
    )


@pytest.mark.parametrize("name", with_fences())
def test_every_console_fence_of_a_page_is_true(console, tmp_path, name):
    page = (ROOT / name).read_text(encoding="utf-8")
    wrong = []
    for words, inside, line in console.fences(page, "console"):
        assert words in ("", "recorded"), f"{name}:{line}: unknown fence '{words}'"
        listed = console.steps(inside, line)
        if words == "recorded":
            record = console.RECORDED.read_text(encoding="utf-8")
            wrong += console.not_recorded(listed, record, name)
        else:
            wrong += console.differences(listed, tmp_path, name)
    assert not wrong, "\n\n".join(wrong)


def test_the_readme_shows_what_the_demo_prints(console):
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [
        step.command
        for words, inside, line in console.fences(page, "console")
        if words == "recorded"
        for step in console.steps(inside, line)
    ]
    assert any(re.match(r"(riskaid|make) demo\b", command) for command in commands)

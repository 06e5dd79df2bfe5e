"""Every error is documented, and its documented example really happens."""

import inspect
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskaid import errors

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
CLASSES = sorted(
    (
        one
        for _, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, errors.RiskaidError) and one is not errors.RiskaidError
    ),
    key=lambda one: one.code,
)


def section(one: type[errors.RiskaidError], page: str = PAGE) -> str:
    """The section about a class, from its heading to the next."""
    heading = f"\n## {one.code} {one.__name__}\n"
    assert page.count(heading) == 1, f"docs/errors.md has no section{heading}"
    return page.split(heading, 1)[1].split("\n## ", 1)[0]


def line_of(one: type[errors.RiskaidError]) -> int:
    return PAGE[: PAGE.index(f"\n## {one.code} ")].count("\n") + 2


def nothing(_folder: Path) -> None:
    """The example needs no file."""


def a_misspelt_table(folder: Path) -> None:
    shipped = (ROOT / "experiments" / "conference_12m.toml").read_text(encoding="utf-8")
    misspelt = shipped.replace('table = "referrals"', 'table = "referals"', 1)
    assert misspelt != shipped
    (folder / "typo.toml").write_text(misspelt, encoding="utf-8")


def an_empty_folder(folder: Path) -> None:
    (folder / "empty").mkdir()


def scores(folder: Path, name: str, rows: int, *, unequal: bool) -> None:
    """Estimates with recorded outcomes; if unequal, those of one group say nothing."""
    draw = np.random.Generator(np.random.PCG64(1))
    outcome = draw.random(rows) < 0.2
    black = draw.random(rows) < 0.3
    signal = np.where(outcome, 0.35, 0.15) + draw.normal(0, 0.06, rows)
    if unequal:
        signal = np.where(black, 0.02 + draw.random(rows) / 50, signal)
    pl.DataFrame(
        {
            "person_id": [f"P{n:05d}" for n in range(rows)],
            "score": np.clip(signal, 0.01, 0.99).round(6),
            "outcome": outcome.astype(int),
            "ethnicity": np.where(black, "BCRB", "WBRI"),
            "disability": np.where(draw.random(rows) < 0.3, "yes", "no"),
            "sex": np.where(draw.random(rows) < 0.5, "F", "M"),
            "age_band": np.where(draw.random(rows) < 0.5, "5 to 9", "10 to 15"),
        }
    ).write_csv(folder / name)
    policy = (ROOT / "fairness" / "policy.toml").read_text(encoding="utf-8")
    (folder / "policy.toml").write_text(policy, encoding="utf-8")


def unequal_scores(folder: Path) -> None:
    scores(folder, "unequal.csv", 4000, unequal=True)


def few_scores(folder: Path) -> None:
    scores(folder, "few.csv", 60, unequal=False)


def another_trust_file(folder: Path) -> None:
    (folder / "release").mkdir()
    (folder / "trust.json").write_text("{}\n", encoding="utf-8")


def a_changed_log(folder: Path) -> None:
    from riskaid.advice import review_log

    engine = review_log.open_log(f"sqlite:///{folder / 'log.db'}")
    for kind in ("signed_in", "viewed"):
        review_log.append(
            engine,
            kind,
            body={"practitioner": "demo"},
            at=datetime(2026, 1, 5, 9, tzinfo=UTC),
        )
    engine.dispose()
    with sqlite3.connect(folder / "log.db") as log:
        for (trigger,) in log.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            log.execute(f'DROP TRIGGER "{trigger}"')
        log.execute("UPDATE review_log SET kind = 'own_view' WHERE position = 2")
    log.close()


EXAMPLES: dict[type[errors.RiskaidError], Callable[[Path], None]] = {
    errors.UsageError: nothing,
    errors.DefinitionError: a_misspelt_table,
    errors.ExtractError: an_empty_folder,
    errors.GateRefused: unequal_scores,
    errors.InsufficientEvidence: few_scores,
    errors.ReleaseError: another_trust_file,
    errors.AdviceRefused: nothing,
    errors.ReviewLogError: a_changed_log,
    errors.NotRecommended: nothing,
}


def test_every_class_has_an_example():
    assert set(EXAMPLES) == set(CLASSES)


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.code)
def test_every_error_has_a_section_with_its_code_example_and_remedy(one):
    text = section(one)
    assert f"Exit code {one.exit_code}" in text
    assert "```console" in text
    assert "**What to do:** " in text
    row = rf"^\| {one.exit_code} \| {one.code} \| \[{one.__name__}\]"
    assert re.search(row, PAGE, re.MULTILINE)


def test_the_page_documents_no_class_that_is_not_there():
    named = re.findall(r"^## (RA\d\d) (\w+)$", PAGE, re.MULTILINE)
    assert named == [(one.code, one.__name__) for one in CLASSES]


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.code)
def test_the_example_prints_what_the_page_says_and_ends_as_it_says(
    one, console, tmp_path
):
    EXAMPLES[one](tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    ((words, inside, _),) = console.fences(section(one), "console")
    assert words == ""
    listed = console.steps(inside, line_of(one))
    assert [step.command for step in listed[-1:]] == [console.ASK]
    assert listed[-1].expected.strip() == str(one.exit_code)
    wrong = console.differences(listed, tmp_path, "docs/errors.md")
    assert not wrong, "\n\n".join(wrong)
    made = {path.name for path in tmp_path.iterdir()} - before
    assert made <= {"audit", "run"}, "something half-written was left behind"


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.code)
def test_the_message_is_whole_sentences_and_holds_nobody(one, console):
    ((_, inside, _),) = console.fences(section(one), "console")
    message = console.steps(inside)[-2].expected
    assert len(message.split()) >= 8
    assert message.strip().endswith((".", ")"))
    assert "Traceback" not in message
    assert not re.search(r"\b[CAP]\d{4,}\b|\b(19|20)\d\d-\d\d-\d\d\b", message)

"""Every error is documented, and its documented example really happens."""

import importlib.util
import inspect
import json
import re
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskaid import errors
from riskaid.advice import review_log
from riskaid.files import write_json
from riskaid.records.ingest import ingest
from riskaid.records.synthetic import Switches, synth
from riskaid.release.statements import add_statement, next_step

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")


def _made_up():
    """The made-up run, card and release that the tests of releases share."""
    if "made_up" not in sys.modules:
        place = ROOT / "tests" / "release" / "made_up.py"
        spec = importlib.util.spec_from_file_location("made_up", place)
        sys.modules["made_up"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["made_up"])
    return sys.modules["made_up"]


MADE_UP = _made_up()
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


def a_signed_release(folder: Path) -> Path:
    """A demonstration signed today; its trust digest stands in trust.sha256."""
    (folder / "keys").mkdir()
    people = MADE_UP.make_people(folder / "keys")
    parts = MADE_UP.make_parts(folder / "parts")
    card = json.loads((parts.card / "card.json").read_text(encoding="utf-8"))
    card |= {
        "outcome": {
            "says": "an event recorded within 12 months",
            "gap_days": 0,
            "within_days": 365,
            "lag_days": 30,
        },
        "cohort": {
            "says": "Each referral of a child",
            "table": "referrals",
            "where": {},
            "offset_days": 0,
            "exclude": [],
        },
        "base_rate": 0.1,
        "extract_date": "2026-03-31",
        "limits": [],
    }
    write_json(parts.card / "card.json", card)
    release = folder / "release"
    parts.build(release, purpose="demonstration")
    today = datetime.now(tz=UTC).date()
    for state, expires in (
        ("audited", None),
        ("demonstration", today + timedelta(days=300)),
    ):
        add_statement(
            release,
            next_step(state, on=today, expires=expires),
            trust=people.trust,
            key=people.analyst,
        )
    (release / "trust.json").write_bytes(people.trust_file.read_bytes())
    (folder / "trust.sha256").write_text(people.trust_digest, encoding="utf-8")
    return release


def a_changed_model(folder: Path) -> None:
    model = a_signed_release(folder) / "bundle" / "models" / "checklist.json"
    text = model.read_text(encoding="utf-8")
    model.write_text(text.replace("sign_90d", "sign_91d"), encoding="utf-8")


def a_release_and_a_store(folder: Path) -> None:
    a_signed_release(folder)
    synth(folder / "council", children=40, seed=1, switches=Switches())
    ingest(folder / "council" / "ssd", folder / "store")


def a_run_that_recommends_nothing(folder: Path) -> None:
    MADE_UP.make_parts(
        folder, purpose="shadow", mark=None, recommendation="not_recommended"
    )


def a_changed_log(folder: Path) -> None:
    engine = review_log.open_log(f"sqlite:///{folder / 'review-log.db'}")
    for kind in ("signed_in", "viewed"):
        review_log.append(
            engine,
            kind,
            body={"practitioner": "demo"},
            at=datetime(2026, 1, 5, 9, tzinfo=UTC),
        )
    engine.dispose()
    with sqlite3.connect(folder / "review-log.db") as log:
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
    errors.ReleaseError: a_changed_model,
    errors.AdviceRefused: a_release_and_a_store,
    errors.ReviewLogError: a_changed_log,
    errors.NotRecommended: a_run_that_recommends_nothing,
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
    assert made <= {"audit"}, "something half-written was left behind"


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.code)
def test_the_message_is_whole_sentences_and_holds_nobody(one, console):
    ((_, inside, _),) = console.fences(section(one), "console")
    message = console.steps(inside)[-2].expected
    assert len(message.split()) >= 8
    assert "Traceback" not in message
    values = re.sub(r"such as \S+", "", message)
    assert not re.search(r"\b[CAP]\d{4,}\b|\b(19|20)\d\d-\d\d-\d\d\b", values)

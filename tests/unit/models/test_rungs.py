import json
from pathlib import Path

import numpy as np
import pytest

from riskaid.errors import ReleaseError
from riskaid.files import write_json, write_text
from riskaid.models import RUNGS, columns_of, open_model
from riskaid.models.booster import MANY_ROWS, Booster, Settings, fit_booster
from riskaid.models.checklist import Checklist, fit_checklist
from riskaid.models.logistic import sigmoid
from riskaid.models.scorecard import Line, Scorecard, fit_scorecard

NAMES = tuple(f"sign_{i}" for i in range(14))
DIRECTIONS = (True,) * 12 + (False, None)
NAN = float("nan")


def made(seed: int = 0, rows: int = 3000, signal: float = 1.0):
    """Signs 0 to 2 and a small sign 12 go with the outcome; the others are noise."""
    rng = np.random.Generator(np.random.PCG64(seed))
    matrix = rng.poisson(0.5, (rows, 14)).astype(float)
    matrix[:, 12] = rng.integers(0, 100, rows)
    matrix[:, 13] = rng.integers(0, 17, rows)
    odds = -2.0 + signal * (
        np.minimum(matrix[:, 0], 3)
        + 0.8 * (matrix[:, 1] > 0)
        + 0.6 * (matrix[:, 2] > 1)
        + 1.0 * (matrix[:, 12] < 25)
    )
    outcome = (rng.random(rows) < sigmoid(odds)).astype(float)
    matrix[rng.random(matrix.shape) < 0.1] = NAN
    return matrix, outcome


def fit_all():
    matrix, outcome = made()
    return {
        "checklist": fit_checklist(matrix, names=NAMES, more_means_more=DIRECTIONS),
        "scorecard": fit_scorecard(
            matrix, outcome, names=NAMES, more_means_more=DIRECTIONS
        ),
        "booster": fit_booster(
            matrix,
            outcome,
            names=NAMES,
            more_means_more=DIRECTIONS,
            settings=Settings(rounds=60),
            seed=1,
        ),
    }


@pytest.fixture(scope="module")
def rungs():
    return fit_all()


def test_checklist_counts_declared_signs_and_says_how_many_are_known():
    matrix = np.array([[1.0, 0.0, 5.0, 2.0], [NAN, 3.0, 6.0, 1.0], [0.0, 0.0, 1.0, 1]])
    listed = fit_checklist(
        matrix,
        names=("a", "b", "c", "d"),
        more_means_more=(True, True, False, None),
    )
    assert listed.names == ("a", "b")
    held = columns_of(matrix, ("a", "b", "c", "d"), listed.names)
    assert listed.score(held).tolist() == [1.0, 1.0, 0.0]
    counts, of = listed.known(held)
    assert (counts.tolist(), of) == ([2, 1, 2], 2)


def test_a_sign_nearly_everybody_has_counts_only_above_the_usual():
    values = np.arange(1.0, 101.0)[:, None]
    listed = fit_checklist(values, names=("missed",), more_means_more=(True,))
    assert listed.cuts[0] == pytest.approx(75.25)
    assert listed.score(values).sum() == 25


def test_a_sign_everybody_has_alike_is_no_item():
    listed = fit_checklist(np.ones((50, 1)), names=("always",), more_means_more=(True,))
    assert listed.names == ()


@pytest.mark.parametrize("rung", RUNGS)
def test_contributions_add_up_to_the_score(rungs, rung):
    model = rungs[rung]
    matrix = columns_of(made(seed=5, rows=400)[0], NAMES, model.names)
    parts = model.contributions(matrix)
    assert parts.shape == (400, len(model.names) + 1)
    assert np.abs(parts.sum(axis=1) - model.score(matrix)).max() < 1e-9


@pytest.mark.parametrize("rung", RUNGS)
def test_a_declared_direction_holds_on_a_grid(rungs, rung):
    model = rungs[rung]
    start = columns_of(made(seed=6, rows=150)[0], NAMES, model.names)
    for i, name in enumerate(model.names):
        direction = DIRECTIONS[NAMES.index(name)]
        if direction is None:
            continue
        scores = []
        for value in np.linspace(0, 100, 41):
            tried = start.copy()
            tried[:, i] = value
            scores.append(model.score(tried))
        steps = np.diff(np.array(scores), axis=0)
        assert (steps >= -1e-12).all() if direction else (steps <= 1e-12).all()


@pytest.mark.parametrize("rung", RUNGS)
def test_not_known_never_scores_below_a_known_zero_where_a_direction_is_declared(
    rungs, rung
):
    model = rungs[rung]
    start = columns_of(made(seed=7, rows=300)[0], NAMES, model.names)
    for i, name in enumerate(model.names):
        if DIRECTIONS[NAMES.index(name)] is None:
            continue
        unknown, zero = start.copy(), start.copy()
        unknown[:, i], zero[:, i] = NAN, 0.0
        assert (model.score(unknown) >= model.score(zero) - 1e-12).all()


def test_scorecard_finds_the_planted_signs_with_whole_points(rungs):
    card = rungs["scorecard"]
    assert {"sign_0", "sign_1", "sign_2", "sign_12"} <= set(card.names)
    assert len(card.names) <= 7
    assert all(isinstance(line.points, int) and line.points > 0 for line in card.lines)
    sides = {line.side for line in card.lines if line.indicator == "sign_12"}
    assert sides == {"at_most"}
    page = card.printed({"sign_0": "How many of the first sign"})
    assert "How many of the first sign: at least 1" in page
    assert page.count("\n") == len(card.lines)


def test_scorecard_keeps_to_the_most_indicators_allowed():
    matrix, outcome = made()
    card = fit_scorecard(
        matrix, outcome, names=NAMES, more_means_more=DIRECTIONS, most=2
    )
    assert len(card.names) == 2


def test_scorecard_of_noise_is_short():
    matrix, outcome = made(signal=0.0)
    card = fit_scorecard(matrix, outcome, names=NAMES, more_means_more=DIRECTIONS)
    assert len(card.lines) <= 2
    nothing = Scorecard(names=(), lines=())
    assert nothing.score(np.empty((3, 0))).tolist() == [0.0, 0.0, 0.0]


def test_a_line_counts_at_its_step_and_not_below():
    card = Scorecard(names=("a",), lines=(Line("a", "at_least", 2.0, 3),))
    assert card.score(np.array([[1.9], [2.0], [NAN]])).tolist() == [0.0, 3.0, 0.0]


def test_booster_is_the_same_to_the_byte_for_one_seed():
    first, second = fit_all()["booster"], fit_all()["booster"]
    assert first.text == second.text
    matrix, outcome = made()
    other = fit_booster(
        matrix,
        outcome,
        names=NAMES,
        more_means_more=DIRECTIONS,
        settings=Settings(rounds=60),
        seed=2,
    )
    assert other.text != first.text


@pytest.mark.parametrize("rows", [MANY_ROWS, MANY_ROWS + 1_234])
def test_two_threads_give_the_bytes_and_the_scores_of_one(rows, monkeypatch):
    matrix, outcome = made(5, rows)

    def fitted():
        booster = fit_booster(
            matrix,
            outcome,
            names=NAMES,
            more_means_more=DIRECTIONS,
            settings=Settings(rounds=60, leaves=20, columns=0.6),
            seed=1,
        )
        return booster.text, booster.score(matrix), booster.contributions(matrix)

    two = fitted()
    monkeypatch.setattr("riskaid.models.booster.MANY_ROWS", rows + 1)
    one = fitted()
    differ = [
        (a, b)
        for a, b in zip(two[0].splitlines(), one[0].splitlines(), strict=True)
        if a != b
    ]
    assert differ == [("[num_threads: 2]", "[num_threads: 1]")]
    np.testing.assert_array_equal(two[1], one[1])
    np.testing.assert_array_equal(two[2], one[2])


def write(folder: Path, rungs) -> None:
    for name, model in rungs.items():
        write_json(folder / f"{name}.json", model.to_json())
    write_text(folder / "booster.txt", rungs["booster"].text)


@pytest.mark.parametrize("rung", RUNGS)
def test_a_rung_read_back_scores_the_same(rungs, rung, tmp_path):
    write(tmp_path, rungs)
    again = open_model(tmp_path, rung)
    assert isinstance(again, (Checklist, Scorecard, Booster))
    matrix = columns_of(made(seed=9, rows=50)[0], NAMES, again.names)
    assert again.names == rungs[rung].names
    assert (again.score(matrix) == rungs[rung].score(matrix)).all()


def test_changed_or_missing_models_are_refused(rungs, tmp_path):
    write(tmp_path, rungs)
    text = (tmp_path / "booster.txt").read_text()
    (tmp_path / "booster.txt").write_text(text[: len(text) // 2])
    with pytest.raises(ReleaseError, match="not the text its facts name"):
        open_model(tmp_path, "booster")
    facts = json.loads((tmp_path / "scorecard.json").read_text())
    write_json(tmp_path / "checklist.json", facts)
    with pytest.raises(ReleaseError, match="cannot be read as a checklist"):
        open_model(tmp_path, "checklist")
    with pytest.raises(ReleaseError, match="no rung 'forest'"):
        open_model(tmp_path, "forest")

"""The need nobody records: how families and children fare, month by month."""

from dataclasses import dataclass

import numpy as np

from riskaid.records.synthetic import choices
from riskaid.records.synthetic.arrays import Bools, Floats, Ints
from riskaid.records.synthetic.families import PARTNER, Adults, Children
from riskaid.records.synthetic.months import MONTHS, Calendar

INFANT_MONTHS = 12
TEENAGE_MONTHS = 10 * 12
ADULT_MONTHS = 18 * 12


@dataclass(frozen=True)
class Lives:
    """Latent need of a chunk: arrays of shape (families, months) or (children, months).

    Nothing here is written to the extract; records are drawn from it with noise.

    Attributes:
        strain: Family strain, about standard normal, slow to change.
        domestic_abuse: Whether there is abuse between adults of the family.
        substances: Whether a parent's use of alcohol or drugs does harm.
        parent_mental_health: Whether a parent is unwell.
        housing: Whether the home is insecure.
        history: Whether an adult with an old offence lives in the family.
        extrafamilial: Whether the child is being harmed outside the home.
        child_mental_health: Whether the child is unwell.
        age: Age in months on the first of the month; negative before birth.
        need: The child's need, centred; the only thing that decisions look at.
        family_need: The part of it that brothers and sisters share.
    """

    strain: Floats
    domestic_abuse: Bools
    substances: Bools
    parent_mental_health: Bools
    housing: Bools
    history: Bools
    extrafamilial: Bools
    child_mental_health: Bools
    age: Ints
    need: Floats
    family_need: Floats


def _spells(rng: np.random.Generator, start: Floats, stop: float) -> Bools:
    """Walk on/off states through the months; begins in its long-run balance."""
    draws = rng.random(start.shape)
    state = rng.random(len(start)) < start[:, 0] / (start[:, 0] + stop)
    held = np.empty(start.shape, dtype=bool)
    for month in range(start.shape[1]):
        state = np.where(
            state, draws[:, month] >= stop, draws[:, month] < start[:, month]
        )
        held[:, month] = state
    return held


def _strain(rng: np.random.Generator, frailty: Floats) -> Floats:
    memory = choices.STRAIN_MEMORY
    step = (1 - memory**2) ** 0.5
    moves = rng.standard_normal((len(frailty), MONTHS))
    state = rng.standard_normal(len(frailty))
    held = np.empty((len(frailty), MONTHS))
    for month in range(MONTHS):
        state = memory * state + step * moves[:, month]
        held[:, month] = choices.LASTING * frailty + choices.PASSING * state
    return held


def _history(adults: Adults, families: int, time: Calendar) -> Bools:
    marked = np.flatnonzero(adults.sexual_offence | adults.violence)
    there = (adults.moved_in[marked, None] < time.starts[None, 1:]) & (
        adults.moved_out[marked, None] > time.starts[None, :-1]
    )
    held = np.zeros((families, MONTHS), dtype=bool)
    np.logical_or.at(held, adults.family[marked], there)
    return held


def _partner_present(adults: Adults, families: int, time: Calendar) -> Bools:
    rows = np.flatnonzero(adults.role == PARTNER)
    there = (adults.moved_in[rows, None] < time.starts[None, 1:]) & (
        adults.moved_out[rows, None] > time.starts[None, :-1]
    )
    held = np.zeros((families, MONTHS), dtype=bool)
    np.logical_or.at(held, adults.family[rows], there)
    return held


def live(
    rng: np.random.Generator, children: Children, adults: Adults, time: Calendar
) -> Lives:
    """Walk every family and child of a chunk through the months."""
    strain = _strain(rng, children.family_frailty)
    history = _history(adults, children.families, time)
    partner = _partner_present(adults, children.families, time)
    spells = {}
    for name, (start, slope, stop) in choices.SPELLS.items():
        chance = start * np.exp(slope * strain)
        if name == "domestic_abuse":
            chance = chance * (1 + 0.8 * partner + 1.2 * history)
        spells[name] = _spells(rng, chance.clip(0, 0.25), stop)
    weights = choices.WEIGHTS
    family_need = weights["strain"] * strain + weights["adult_history"] * history
    for name, on in spells.items():
        family_need = family_need + weights[name] * on
    age = ((time.starts[None, :-1] - children.born[:, None]) // 30.44).astype(np.int64)
    teen = (age >= TEENAGE_MONTHS) & (age < ADULT_MONTHS)
    own = 0.5 * strain[children.family] + 0.6 * children.frailty[:, None]
    ramp = ((age - TEENAGE_MONTHS) / (5 * 12)).clip(0.15, 1.2) * teen
    start, slope, stop = choices.EXTRAFAMILIAL
    outside = _spells(rng, (start * np.exp(slope * own) * ramp).clip(0, 0.2), stop)
    start, slope, stop = choices.CHILD_MENTAL_HEALTH
    unwell = _spells(rng, (start * np.exp(slope * own) * ramp).clip(0, 0.2), stop)
    outside &= teen
    unwell &= teen
    need = (
        family_need[children.family]
        + weights["extrafamilial"] * outside
        + weights["child_mental_health"] * unwell
        + weights["frailty"] * children.frailty[:, None]
        + weights["infant"] * (age < INFANT_MONTHS)
    )
    return Lives(
        strain=strain,
        domestic_abuse=spells["domestic_abuse"],
        substances=spells["substances"],
        parent_mental_health=spells["parent_mental_health"],
        housing=spells["housing"],
        history=history,
        extrafamilial=outside,
        child_mental_health=unwell,
        age=age,
        need=need - choices.NEED_CENTRE,
        family_need=family_need - choices.NEED_CENTRE,
    )

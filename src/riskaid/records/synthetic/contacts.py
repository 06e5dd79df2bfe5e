"""Who gets in touch with the council about a child, when, and from where."""

from dataclasses import dataclass

import numpy as np

from riskaid.records.synthetic import choices
from riskaid.records.synthetic.arrays import Bools, Floats, Ints, happens, pick, sigmoid
from riskaid.records.synthetic.families import ADULT_DAYS, UNBORN_DAYS, Children
from riskaid.records.synthetic.lives import Lives
from riskaid.records.synthetic.months import Calendar
from riskaid.records.synthetic.rates import SEASON, SOURCE_CODES, SOURCES

SCHOOL_AGE, LEAVES_SCHOOL = 5 * 12, 17 * 12


@dataclass(frozen=True)
class Contacts:
    """Contacts of a chunk, one row a child and contact, in order of month and child.

    `source` is a place in SOURCE_CODES. `refer` says the contact met the local
    threshold of need, so that it becomes a referral when no episode is open; `again`
    that it would, were the child known to the service within the last year.
    """

    child: Ints
    month: Ints
    day: Ints
    source: Ints
    refer: Bools
    again: Bools


def in_area(children: Children, child: Ints, day: Ints, time: Calendar) -> Bools:
    """Whether the council can hold a record of a child that happened on a day."""
    return (
        (day >= np.maximum(children.arrived[child], time.burn_start))
        & (day < children.left[child])
        & (day >= children.born[child] - UNBORN_DAYS)
        & (day < children.born[child] + ADULT_DAYS)
        & (day <= time.end)
    )


def _age_pull(age: Ints) -> Floats:
    limits = np.array([years * 12 for years, _ in choices.AGE_PULL])
    pulls = np.array([pull for _, pull in choices.AGE_PULL] + [1.0])
    result: Floats = pulls[np.searchsorted(limits, age, side="right")]
    return result


def _source_weights(lives: Lives, family: Ints, child: Ints, month: Ints) -> Floats:
    base = np.array(
        [SOURCES[c] * choices.SOURCE_TUNE.get(c, 1.0) for c in SOURCE_CODES]
    )
    weights = np.tile(base, (len(child), 1))
    age = lives.age[child, month]
    trouble = lives.domestic_abuse[family, month], lives.extrafamilial[child, month]
    place = {code: at for at, code in enumerate(SOURCE_CODES)}
    weights[:, place["6"]] *= 1 + 1.6 * trouble[0] + 1.2 * trouble[1]
    pupil = (age >= SCHOOL_AGE) & (age < LEAVES_SCHOOL)
    weights[:, place["2A"]] *= np.where(pupil, 1.45, 0.08)
    weights[:, place["2B"]] *= np.where(pupil, 1.4, 0.2)
    weights[:, place["3B"]] *= np.where(age < SCHOOL_AGE, 3.2, 0.05)
    weights[:, place["3D"]] *= np.where(age < 0, 12.0, 1.0)
    weights[:, place["4"]] *= 1 + 5.0 * lives.housing[family, month]
    return weights


def draw_contacts(
    rng: np.random.Generator, children: Children, lives: Lives, time: Calendar
) -> Contacts:
    """Draw contacts about families, and which children each is about.

    How often agencies get in touch depends on the need and, as much, on how closely
    they happen to see the family. A contact about one child is often about all.
    """
    press = np.exp(choices.CONTACT_SLOPE * lives.family_need)
    rate = choices.CONTACTS_A_MONTH * press * children.surveillance[:, None]
    rate = rate * SEASON[time.of_year][None, :]
    counts = rng.poisson(rate.clip(0, 2.0))
    family, month = (np.repeat(x, counts.ravel()) for x in _grid(counts.shape))
    start, length = time.starts[month], np.diff(time.starts)[month]
    day = start + (rng.random(len(family)) * length).astype(np.int64)
    first = np.searchsorted(children.family, np.arange(children.families + 1))
    size = np.diff(first)[family]
    event = np.repeat(np.arange(len(family)), size)
    within = np.arange(len(event)) - np.repeat(np.cumsum(size) - size, size)
    child = first[family[event]] + within
    covered = rng.random(len(event)) < choices.COVERED
    event, child = event[covered], child[covered]
    child_day, child_month = day[event], month[event]
    outside = lives.extrafamilial | lives.child_mental_health
    own = rng.poisson(
        choices.OWN_CONTACTS
        * (1 + 5.0 * outside)
        * np.exp(0.4 * lives.need.clip(-2, 3))
    )
    own_child, own_month = (np.repeat(x, own.ravel()) for x in _grid(own.shape))
    own_day = time.starts[own_month] + (
        rng.random(len(own_child)) * np.diff(time.starts)[own_month]
    ).astype(np.int64)
    event = np.concatenate([event, len(family) + np.arange(len(own_child))])
    child = np.concatenate([child, own_child])
    child_day = np.concatenate([child_day, own_day])
    child_month = np.concatenate([child_month, own_month])
    forced = np.flatnonzero(children.uasc)
    event = np.concatenate([event, len(family) + len(own_child) + forced])
    child = np.concatenate([child, forced])
    child_day = np.concatenate([child_day, children.arrived[forced] + 1])
    child_month = time.month(child_day)
    pull = _age_pull(lives.age[child, child_month])
    keep = in_area(children, child, child_day, time)
    strongest = max(strength for _, strength in choices.AGE_PULL)
    keep &= happens(rng, pull / strongest) | children.uasc[child]
    event, child, child_day, child_month = (
        x[keep] for x in (event, child, child_day, child_month)
    )
    event, child, child_day, child_month = _one_each(
        rng, children, time, (event, child, child_day, child_month)
    )
    weights = _source_weights(lives, children.family[child], child, child_month)
    leader = np.unique(event, return_index=True)[1]
    which = np.searchsorted(event[leader], event)
    source = pick(rng, weights[leader])[which]
    high, slope = choices.REFERRAL
    luck = choices.FAMILY_NOISE * rng.standard_normal(len(leader))[which]
    odds = high + slope * lives.need[child, child_month] + luck
    drawn = rng.random(len(child))
    refer = (drawn < sigmoid(odds)) | children.uasc[child]
    again = refer | (drawn < sigmoid(odds + choices.KNOWN_ALREADY))
    order = np.lexsort((child_day, child, child_month))
    return Contacts(
        child=child[order],
        month=child_month[order],
        day=child_day[order],
        source=source[order],
        refer=refer[order],
        again=again[order],
    )


def _grid(shape: tuple[int, ...]) -> tuple[Ints, Ints]:
    rows, months = np.indices(shape)
    return rows.ravel(), months.ravel()


def _one_each(
    rng: np.random.Generator,
    children: Children,
    time: Calendar,
    rows: tuple[Ints, Ints, Ints, Ints],
) -> tuple[Ints, Ints, Ints, Ints]:
    """Give a contact to each child that has none since records began."""
    event, child, day, month = rows
    known = np.zeros(children.count, dtype=bool)
    known[child[day >= time.first]] = True
    without = np.flatnonzero(~known)
    low = np.maximum.reduce(
        [
            np.full(len(without), time.first),
            children.arrived[without],
            children.born[without] - UNBORN_DAYS,
        ]
    )
    high = np.minimum.reduce(
        [
            np.full(len(without), time.end),
            children.left[without] - 1,
            children.born[without] + ADULT_DAYS - 1,
        ]
    )
    low = np.minimum(low, high)
    extra = low + (rng.random(len(without)) * (high - low + 1)).astype(np.int64)
    serial = (event.max(initial=0) + 1) + np.arange(len(without))
    order = np.argsort(np.concatenate([event, serial]), kind="stable")
    return (
        np.concatenate([event, serial])[order],
        np.concatenate([child, without])[order],
        np.concatenate([day, extra])[order],
        np.concatenate([month, time.month(extra)])[order],
    )

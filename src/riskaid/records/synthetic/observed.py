"""What agencies see and write down of a family's life, and how late."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from riskaid.records.synthetic import choices
from riskaid.records.synthetic.arrays import NEVER, Bools, Floats, Ints, Texts, happens
from riskaid.records.synthetic.contacts import Contacts, in_area
from riskaid.records.synthetic.families import Children
from riskaid.records.synthetic.lives import Lives
from riskaid.records.synthetic.months import MONTHS, Calendar
from riskaid.records.synthetic.rates import CODE_GROUP
from riskaid.records.synthetic.services import Episodes
from riskaid.records.synthetic.switches import DISABILITY, Switches

YEAR = 365


@dataclass(frozen=True)
class Seen:
    """What the council's own record says of each child's groups.

    `ethnicity` is a DfE code, REFU, NOBT or "" (nothing held). `disability` is "yes"
    (codes held), "none" (NONE held) or "" (nothing held).
    """

    ethnicity: Texts
    disability: Texts
    assessed: Bools


@dataclass(frozen=True)
class Presence:
    """Whether each child has an open case, or is looked after: (children, months)."""

    open: Bools
    care: Bools


def occurrences(
    rng: np.random.Generator, rate: npt.NDArray[Any], time: Calendar
) -> tuple[Ints, Ints, Ints]:
    """Draw events from monthly rates: row, month and day of each, in row order."""
    counts = rng.poisson(rate)
    flat = np.flatnonzero(counts)
    place = np.repeat(flat, counts.ravel()[flat])
    row, month = place // MONTHS, place % MONTHS
    length = np.diff(time.starts)[month]
    day = time.starts[month] + (rng.random(len(row)) * length).astype(np.int64)
    return row, month, day


def delay(rng: np.random.Generator, median: float, spread: float, size: int) -> Ints:
    """Draw how many days passed until something was recorded (log-normal)."""
    days: Ints = (median * np.exp(spread * rng.standard_normal(size))).astype(np.int64)
    return days


def group_factor(children: Children, factors: dict[str, float], empty: float) -> Floats:
    """One number a child: the product of the factors of the groups it truly is in."""
    result = np.full(children.count, 1.0)
    touched = np.zeros(children.count, dtype=bool)
    for name, factor in sorted(factors.items()):
        if name == DISABILITY:
            here = children.disabled
        else:
            here = np.array(
                [name in (code, CODE_GROUP[code]) for code in children.ethnicity]
            )
        result = np.where(here, result * factor, result)
        touched |= here
    return np.where(touched, result, empty)


def recorded_share(children: Children, switches: Switches) -> Floats:
    """Share of each child's signs that is recorded (1.0 with the switch off)."""
    return group_factor(
        children, {g: 1 - s for g, s in switches.under_recording.items()}, 1.0
    )


def presence(children: Children, episodes: Episodes, time: Calendar) -> Presence:
    """Lay open cases and periods of care out over the months."""
    shape = (children.count, MONTHS)
    held = []
    for begin, end in (
        (episodes.day, episodes.end),
        (episodes.care_start, episodes.care_end),
    ):
        rows = np.flatnonzero(begin < NEVER)
        steps = np.zeros((shape[0], MONTHS + 1), dtype=np.int64)
        np.add.at(steps, (episodes.child[rows], time.month(begin[rows])), 1)
        last = np.where(end[rows] > time.end, MONTHS, time.month(end[rows]) + 1)
        np.add.at(steps, (episodes.child[rows], last), -1)
        held.append(np.cumsum(steps[:, :MONTHS], axis=1) > 0)
    return Presence(open=held[0], care=held[1])


def see_groups(
    rng: np.random.Generator, children: Children, episodes: Episodes, time: Calendar
) -> Seen:
    """Draw what is recorded of ethnicity and disability.

    Services write more down about children they have assessed; of babies, and still
    more of children not yet born, ethnicity is often not yet known.
    """
    n = children.count
    done = episodes.signed_off <= time.end
    assessed = np.zeros(n, dtype=bool)
    assessed[episodes.child[done]] = True
    opened = np.zeros(n, dtype=bool)
    opened[episodes.child] = True
    age = time.end - children.born
    share = np.where(opened, choices.UNKNOWN_REFERRED, choices.UNKNOWN_CONTACT)
    share = np.where(age < YEAR, choices.UNKNOWN_BABY, share)
    share = np.where(age < 0, choices.UNKNOWN_UNBORN, share)
    missing = happens(rng, share)
    how = np.array(["REFU", "NOBT", ""], dtype=object)[
        rng.choice(3, size=n, p=choices.UNKNOWN_HOW)
    ]
    yes = children.disabled & happens(
        rng, np.where(assessed, choices.SEEN_ASSESSED, choices.SEEN_OTHERWISE)
    )
    no = ~yes & happens(
        rng, np.where(assessed, choices.NONE_ASSESSED, choices.NONE_OTHERWISE)
    )
    no &= age >= 0
    disability = np.full(n, "", dtype=object)
    disability[yes], disability[no] = "yes", "none"
    return Seen(
        ethnicity=np.where(missing, how, children.ethnicity),
        disability=disability,
        assessed=assessed,
    )


@dataclass(frozen=True)
class Happenings:
    """Events of one kind: whose (a child's or family's row), month, day, recorded."""

    row: Ints
    month: Ints
    day: Ints
    recorded: Ints


def _held(event: Happenings, keep: Bools) -> Happenings:
    return Happenings(
        event.row[keep], event.month[keep], event.day[keep], event.recorded[keep]
    )


def _of_children(
    children: Children,
    event: Happenings,
    *,
    share: Floats,
    luck: Floats,
    time: Calendar,
) -> Happenings:
    keep = in_area(children, event.row, event.day, time)
    keep &= (event.day >= time.first) & (event.recorded <= time.end)
    keep &= luck < share[event.row]
    return _held(event, keep)


def police_abuse(
    rng: np.random.Generator,
    children: Children,
    lives: Lives,
    *,
    share: Floats,
    time: Calendar,
) -> Happenings:
    """Domestic abuse incidents police attended, one row a child of the family.

    Police see some families far more than others with the same need.
    """
    rate = np.where(lives.domestic_abuse, choices.POLICE_ABUSE, choices.POLICE_OTHER)
    rate = rate * (children.surveillance**0.7)[:, None]
    family, month, day = occurrences(rng, rate, time)
    recorded = day + delay(rng, 2.0, 1.0, len(day))
    first = np.searchsorted(children.family, np.arange(children.families + 1))
    size = np.diff(first)[family]
    event = np.repeat(np.arange(len(family)), size)
    within = np.arange(len(event)) - np.repeat(np.cumsum(size) - size, size)
    found = Happenings(
        first[family[event]] + within, month[event], day[event], recorded[event]
    )
    luck = rng.random(len(event))
    return _of_children(children, found, share=share, luck=luck, time=time)


def missing_reports(
    rng: np.random.Generator,
    children: Children,
    lives: Lives,
    *,
    care: Bools,
    share: Floats,
    time: Calendar,
) -> Happenings:
    """Times a child was reported missing from home or care."""
    able = lives.age >= choices.MISSING_FROM_AGE
    rate = able * np.where(
        lives.extrafamilial,
        choices.MISSING_HARMED,
        choices.MISSING_OTHER + choices.MISSING_UNWELL * lives.child_mental_health,
    )
    rate = rate * np.where(care, choices.MISSING_CARE, 1.0)
    own = rng.gamma(choices.MISSING_SHAPE, 1 / choices.MISSING_SHAPE, children.count)
    row, month, day = occurrences(rng, rate * own[:, None], time)
    found = Happenings(row, month, day, day + delay(rng, 1.0, 0.8, len(day)))
    luck = rng.random(len(row))
    return _of_children(children, found, share=share, luck=luck, time=time)


def suspensions(
    rng: np.random.Generator,
    children: Children,
    lives: Lives,
    *,
    share: Floats,
    time: Calendar,
) -> Happenings:
    """Times a school suspended or excluded a child."""
    pupil = (lives.age >= choices.PUPIL[0]) & (lives.age < choices.PUPIL[1])
    rate = pupil * choices.SUSPENDED * np.exp(0.45 * lives.need.clip(-2, 3))
    rate = rate * (1 + 5.0 * lives.extrafamilial)
    row, month, day = occurrences(rng, rate, time)
    found = Happenings(row, month, day, day + delay(rng, 8.0, 0.7, len(day)))
    luck = rng.random(len(row))
    return _of_children(children, found, share=share, luck=luck, time=time)


def housing_events(
    rng: np.random.Generator,
    children: Children,
    lives: Lives,
    *,
    share: Floats,
    time: Calendar,
) -> Happenings:
    """Housing events, recorded for one child of the family and often for all."""
    rate = np.where(lives.housing, choices.HOUSING, choices.HOUSING_OTHER)[
        children.family
    ]
    row, month, day = occurrences(rng, rate, time)
    found = Happenings(row, month, day, day + delay(rng, 12.0, 0.9, len(day)))
    luck = rng.random(len(row))
    return _of_children(children, found, share=share, luck=luck, time=time)


def contact_first(children: Children, contacts: Contacts) -> Ints:
    """The day of each child's first contact ever; NEVER without one."""
    first = np.full(children.count, NEVER)
    np.minimum.at(first, contacts.child, contacts.day)
    return first

"""Who is in a synthetic council: families, children, and adults who come and go."""

from dataclasses import dataclass

import numpy as np

from riskaid.records.synthetic import choices
from riskaid.records.synthetic.arrays import (
    NEVER,
    Bools,
    Floats,
    Ints,
    Texts,
    happens,
    shares,
)
from riskaid.records.synthetic.months import Calendar
from riskaid.records.synthetic.rates import CODES, GROUP_CODES

YEAR = 365
UNBORN_DAYS = 150
ADULT_DAYS = 6575
ROLES = (
    *("mother", "father", "mothers_partner"),
    *("grandparent", "fathers_partner", "other_adult"),
)
MOTHER, FATHER, PARTNER = 0, 1, 2
"""Places in ROLES; from PARTNER on, the adult came to the home at some time."""


@dataclass(frozen=True)
class Adults:
    """Adults of a chunk: one row an adult; `moved_in`/`moved_out` in day numbers."""

    family: Ints
    role: Ints
    born: Ints
    moved_in: Ints
    moved_out: Ints
    sexual_offence: Bools
    violence: Bools


@dataclass(frozen=True)
class Children:
    """Children of a chunk, one row a child, and what is constant about them.

    Days are day numbers since 1970-01-01. `arrived` and `left` bound the time in this
    council's area; `father` is the child's father's row in Adults; `frailty` is the
    child's own lasting need (standard normal).
    """

    family: Ints
    families: int
    born: Ints
    sex: Texts
    ethnicity: Texts
    disabled: Bools
    uasc: Bools
    arrived: Ints
    left: Ints
    father: Ints
    frailty: Floats
    family_frailty: Floats
    surveillance: Floats

    @property
    def count(self) -> int:
        """How many children."""
        return len(self.family)


def _family_of_each(rng: np.random.Generator, children: int) -> Ints:
    sizes = 1 + rng.choice(
        len(choices.FAMILY_SIZES), size=children, p=shares(choices.FAMILY_SIZES)
    )
    family: Ints = np.repeat(np.arange(children), sizes)[:children]
    return family


def _births(rng: np.random.Generator, family: Ints, time: Calendar) -> Ints:
    earliest, latest = time.first - int(17.5 * 365), time.end + 90
    edges = np.array([earliest, latest])
    first = rng.integers(edges[0], edges[1], size=int(family[-1]) + 1)
    rank = np.arange(len(family)) - np.searchsorted(family, family)
    gap = 300 + rng.gamma(2.0, 350.0, size=len(family))
    gap[rank == 0] = 0.0
    total = np.cumsum(gap)
    offset = total - total[np.searchsorted(family, family)]
    side = np.where(rng.random(len(first)) < 1 / 2, 1, -1)
    born = first[family] + (side[family] * offset).astype(np.int64)
    span = latest - earliest
    folded: Ints = earliest + np.abs((born - earliest) % (2 * span) - span)
    return folded


def make_children(rng: np.random.Generator, children: int, time: Calendar) -> Children:
    """Draw the children of one chunk and what stays the same about them.

    Brothers and sisters share a family, a home, an ethnicity (mostly) and the lasting
    part of the family's need. Ethnicity is drawn without regard to need.
    """
    family = _family_of_each(rng, children)
    born = _births(rng, family, time)
    families = int(family[-1]) + 1
    group = np.array(list(choices.BASE_GROUPS), dtype=object)[
        rng.choice(
            len(choices.BASE_GROUPS),
            size=families,
            p=shares(list(choices.BASE_GROUPS.values())),
        )
    ]
    ethnicity = np.full(children, "", dtype=object)
    own = rng.random(families), rng.random(children)
    mixed = rng.random(children) < choices.SIBLING_MIXED
    child_group = np.where(mixed, "mixed", group[family])
    for name, codes in GROUP_CODES.items():
        edges = np.cumsum(shares(list(codes.values())))
        draw = np.where(mixed, own[1], own[0][family])
        place = np.searchsorted(edges, draw).clip(0, len(edges) - 1)
        here = child_group == name
        ethnicity[here] = np.array(list(codes), dtype=object)[place[here]]
    sex = np.where(rng.random(children) < choices.BOYS, "M", "F").astype(object)
    arrived = np.where(
        rng.random(families) < choices.ARRIVES,
        rng.integers(time.burn_start, time.end - 200, size=families),
        time.burn_start,
    )[family]
    left = np.where(
        rng.random(families) < choices.LEAVES,
        rng.integers(time.first + 400, time.end, size=families),
        NEVER,
    )[family]
    arrived = np.where(
        left <= arrived + choices.SHORTEST_STAY, time.burn_start, arrived
    )
    disabled = happens(
        rng, np.where(sex == "M", choices.DISABLED_BOYS, choices.DISABLED_GIRLS)
    )
    uasc = rng.random(children) < choices.UASC
    alone = np.bincount(family, minlength=families)[family] == 1
    uasc = uasc & alone
    arrival = rng.integers(time.first - 2 * YEAR, time.end - 30, size=children)
    age = (365.25 * (15.2 + 2.5 * rng.random(children))).astype(np.int64)
    born = np.where(uasc, arrival - age, born)
    arrived = np.where(uasc, arrival, arrived)
    left = np.where(uasc, NEVER, left)
    begin = np.maximum(np.maximum(arrived, born - UNBORN_DAYS), time.first)
    stays = begin < np.minimum(np.minimum(left, born + ADULT_DAYS), time.end)
    arrived = np.where(stays, arrived, np.where(uasc, time.first, time.burn_start))
    left = np.where(stays, left, NEVER)
    born = np.where(~stays & uasc, time.first - age, born)
    other = np.array(list(choices.UASC_CODES), dtype=object)[
        rng.choice(
            len(choices.UASC_CODES),
            size=children,
            p=shares(list(choices.UASC_CODES.values())),
        )
    ]
    return Children(
        family=family,
        families=families,
        born=born,
        sex=np.where(uasc & (rng.random(children) < choices.UASC_BOYS), "M", sex),
        ethnicity=np.where(uasc, other, ethnicity),
        disabled=disabled & ~uasc,
        uasc=uasc,
        arrived=arrived,
        left=left,
        father=families + family + families * (rng.random(children) < 1 / 6),
        frailty=rng.standard_normal(children),
        family_frailty=rng.standard_normal(families),
        surveillance=np.exp(choices.SURVEILLANCE_SD * rng.standard_normal(families)),
    )


def make_adults(rng: np.random.Generator, children: Children, time: Calendar) -> Adults:
    """Draw mothers, two possible fathers a family, and partners who come and go.

    Rows: one mother a family, then first fathers, then second fathers, then partners.
    """
    families = children.families
    each = np.arange(families)
    frail = children.family_frailty
    visits = rng.poisson(choices.PARTNERS * np.exp(0.35 * frail))
    home = np.repeat(each, visits)
    span = time.end - time.burn_start
    came = time.burn_start + (rng.random(len(home)) * span).astype(np.int64)
    stay = (60 + rng.gamma(1.2, 500.0, size=len(home))).astype(np.int64)
    family = np.concatenate([each, each, each, home])
    guest = PARTNER + rng.choice(
        len(ROLES) - PARTNER, size=len(home), p=shares(choices.GUEST_ROLES)
    )
    parent = np.repeat([MOTHER, FATHER, FATHER], families)
    role = np.concatenate([parent, guest])
    oldest = np.full(families, NEVER)
    np.minimum.at(oldest, children.family, children.born)
    start = oldest[family]
    moved_in = np.where(
        role >= PARTNER, np.concatenate([start[: 3 * families], came]), start
    )
    moved_out = np.full(len(family), NEVER)
    moved_out[3 * families :] = came + stay
    gone = (role == FATHER) & (rng.random(len(family)) < choices.FATHER_LEAVES)
    years = rng.gamma(1.5, 1000.0, size=len(family)).astype(np.int64)
    moved_out = np.where(gone, moved_in + 200 + years, moved_out)
    age = np.where(role == MOTHER, 27.0, 30.0) + 6.0 * rng.standard_normal(len(family))
    born = start - (365.25 * age.clip(16, 55)).astype(np.int64)
    pull = np.exp(0.5 * frail[family])
    men = role != MOTHER
    sexual = np.where(role == PARTNER, choices.SEXUAL_PARTNER, choices.SEXUAL_FATHER)
    violent = np.where(role == PARTNER, choices.VIOLENT_PARTNER, choices.VIOLENT_FATHER)
    return Adults(
        family=family,
        role=role,
        born=born,
        moved_in=moved_in,
        moved_out=moved_out,
        sexual_offence=men & happens(rng, (sexual * pull).clip(0, 0.5)),
        violence=men & happens(rng, (violent * pull).clip(0, 0.6)),
    )


def code_positions(ethnicity: Texts) -> Ints:
    """Each ethnicity code's place in CODES, -1 when it is not one of them."""
    place = {code: at for at, code in enumerate(CODES)}
    found: Ints = np.array([place.get(code, -1) for code in ethnicity], dtype=np.int64)
    return found

"""What the council does: referral, assessment, enquiry, conference, plan, care."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from riskaid.records.synthetic import choices
from riskaid.records.synthetic.arrays import (
    NEVER,
    Bools,
    Floats,
    Ints,
    between,
    first_of,
    happens,
    sigmoid,
)
from riskaid.records.synthetic.contacts import Contacts
from riskaid.records.synthetic.families import ADULT_DAYS, Children
from riskaid.records.synthetic.lives import Lives
from riskaid.records.synthetic.months import MONTHS, Calendar
from riskaid.records.synthetic.rates import (
    ASSESSMENT_EDGES,
    ASSESSMENT_SHARES,
    PLAN_EDGES,
    PLAN_SHARES,
)

Column = npt.NDArray[Any]
WORKING = 7 / 5  # calendar days a working day


@dataclass(frozen=True)
class Episodes:
    """One row a referral; a day of NEVER means it did not (or has not yet) come."""

    child: Ints
    day: Ints
    source: Ints
    need: Floats
    nfa: Bools
    assessed: Ints
    signed_off: Ints
    not_in_need: Bools
    cin_start: Ints
    cin_end: Ints
    care_start: Ints
    care_end: Ints
    plan_start: Ints
    plan_end: Ints
    end: Ints
    uasc: Bools


@dataclass(frozen=True)
class Enquiries:
    """One row a section 47 enquiry, with the conference and plan that came of it.

    `chance` is the probability of a conference at this need without any switch.
    """

    episode: Ints
    child: Ints
    day: Ints
    end: Ints
    need: Floats
    chance: Floats
    conference: Ints
    target: Ints
    plan: Bools
    plan_end: Ints
    meeting: Ints


_KINDS: dict[str, type] = {
    **dict.fromkeys(("nfa", "not_in_need", "uasc", "plan"), np.bool_),
    **dict.fromkeys(("need", "chance"), np.float64),
}


class _Growing:
    """Columns that grow a batch at a time."""

    def __init__(self) -> None:
        self.parts: dict[str, list[Column]] = {}
        self.rows = 0

    def add(self, **columns: Column) -> Ints:
        """Put a batch at the end and tell which rows it became."""
        size = len(next(iter(columns.values())))
        for name, values in columns.items():
            self.parts.setdefault(name, []).append(values)
        self.rows += size
        return np.arange(self.rows - size, self.rows)

    def whole(self, kind: type) -> dict[str, Any]:
        """All columns of a dataclass, each in one piece."""
        held: dict[str, Any] = {}
        for field in fields(kind):
            empty: Column = np.zeros(0, dtype=_KINDS.get(field.name, np.int64))
            held[field.name] = np.concatenate([empty, *self.parts.get(field.name, [])])
        return held


class Service:
    """The service of one council over one chunk of children, month by month."""

    def __init__(
        self,
        rng: np.random.Generator,
        *,
        children: Children,
        lives: Lives,
        time: Calendar,
        bias: Floats,
    ) -> None:
        """Begin with no case open. `bias` is the factor on conferences, a child."""
        self.rng, self.children, self.lives, self.time = rng, children, lives, time
        self.bias = bias
        n = children.count
        self.open_until = np.full(n, -NEVER)
        self.plan_until = np.full(n, -NEVER)
        self.care_until = np.full(n, -NEVER)
        self.episode = np.full(n, -1)
        self.episodes, self.enquiries = _Growing(), _Growing()
        self.started = np.full(n, -NEVER)
        self.plan_row = np.full(n, -1)
        # What later events fill in: (column, rows, days), applied in order.
        self.later: list[tuple[str, Ints, Ints]] = []
        self.plan_ends: list[tuple[Ints, Ints]] = []

    def run(self, contacts: Contacts) -> tuple[Episodes, Enquiries]:
        """Work through every month and return what was recorded."""
        edges = np.searchsorted(contacts.month, np.arange(MONTHS + 1))
        for month in range(MONTHS):
            rows = np.arange(edges[month], edges[month + 1])
            child, day = contacts.child[rows], contacts.day[rows]
            known = day - self.open_until[child] < choices.KNOWN_DAYS
            refer = np.where(known, contacts.again[rows], contacts.refer[rows])
            self._refer(contacts, rows[refer], month)
            self._look_again(month)
        episodes = self.episodes.whole(Episodes)
        for name, which, days in self.later:
            episodes[name][which] = days
        enquiries = self.enquiries.whole(Enquiries)
        for which, days in self.plan_ends:
            enquiries["plan_end"][which] = days
        return Episodes(**episodes), Enquiries(**enquiries)

    def _noise(self, family: Ints) -> Floats:
        """Draw noise of which most is shared in a family; about unit-free."""
        _, place = np.unique(family, return_inverse=True)
        shared = self.rng.standard_normal(len(family))[place]
        own = self.rng.standard_normal(len(family))
        noise: Floats = choices.FAMILY_NOISE * shared + choices.CHILD_NOISE * own
        return noise

    def _family_draw(self, family: Ints) -> Floats:
        """Draw one number from 0 to 1 a family."""
        _, place = np.unique(family, return_inverse=True)
        drawn: Floats = self.rng.random(len(family))[place]
        return drawn

    def _refer(self, contacts: Contacts, rows: Ints, month: int) -> None:
        rng, children = self.rng, self.children
        rows = rows[contacts.day[rows] > self.open_until[contacts.child[rows]]]
        rows = rows[first_of(contacts.child[rows])]
        if not len(rows):
            return
        child, day = contacts.child[rows], contacts.day[rows]
        family, uasc = children.family[child], children.uasc[child]
        need = self.lives.need[child, month]
        sight = need + self._noise(family)
        nfa = happens(rng, sigmoid(_line(choices.NFA, sight))) & ~uasc
        assessed = day + rng.integers(0, 3, size=len(day))
        days = between(rng, ASSESSMENT_EDGES, ASSESSMENT_SHARES, len(day)) * WORKING
        signed_off = assessed + np.round(days).astype(np.int64)
        lasting = children.disabled[child] & (
            rng.random(len(day)) < choices.LASTING_CARE
        )
        away = sigmoid(_line(choices.NOT_IN_NEED, sight)) * ~lasting
        not_in_need = happens(rng, away) & ~nfa & ~uasc
        in_need = ~nfa & ~not_in_need
        cin = in_need & ~uasc & (rng.random(len(day)) < choices.CIN_PLAN)
        cin_start = signed_off + rng.integers(0, 15, size=len(day))
        stay = rng.gamma(*choices.CIN_MONTHS, size=len(day)) * 30.4
        years = 365 * (0.5 + rng.gamma(1.6, 1.6, size=len(day)))
        stay = np.where(lasting, years, stay).astype(np.int64)
        cin_end = cin_start + 20 + stay
        end = np.where(
            nfa,
            day + rng.integers(0, 6, size=len(day)),
            signed_off + rng.integers(0, 12, size=len(day)),
        )
        end = np.where(in_need, end + rng.integers(0, 45, size=len(day)), end)
        end = np.where(cin | lasting, cin_end + rng.integers(0, 20, size=len(day)), end)
        care = in_need & happens(rng, sigmoid(_line(choices.CARE, sight)))
        care |= uasc
        care_start = day + np.where(uasc, 0, rng.integers(0, 60, size=len(day)))
        never = np.full(len(day), NEVER)
        which = self.episodes.add(
            child=child,
            day=day,
            source=contacts.source[rows],
            need=need,
            nfa=nfa,
            assessed=np.where(nfa, never, assessed),
            signed_off=np.where(nfa, never, signed_off),
            not_in_need=not_in_need,
            cin_start=np.where(cin, cin_start, never),
            cin_end=np.where(cin, cin_end, never),
            care_start=never.copy(),
            care_end=never.copy(),
            plan_start=never.copy(),
            plan_end=never.copy(),
            end=never.copy(),
            uasc=uasc,
        )
        self.episode[child] = which
        self.open_until[child] = end
        self.started[child] = day
        self._set_end(child)
        self._enter_care(child[care], care_start[care])
        chance = sigmoid(_line(choices.S47, sight))
        ask = in_need | happens(rng, np.full(len(day), choices.S47_NOT_IN_NEED))
        asked = happens(rng, chance) & ask & ~nfa & ~uasc
        wait = rng.geometric(0.35, size=len(day)) - 1
        self._enquire(child[asked], (day + wait)[asked], month)

    def _look_again(self, month: int) -> None:
        """New enquiries and entries to care while a case is open."""
        rng, start = self.rng, int(self.time.starts[month])
        child = np.flatnonzero(
            (self.open_until > start + 20) & (self.care_until < start)
        )
        if not len(child):
            return
        need = self.lives.need[child, month]
        on_plan = self.plan_until[child] > start
        began = self.started[child]
        chance = sigmoid(_line(choices.LATER_S47, need))
        ask = happens(rng, chance) & ~on_plan & (began < start - 40)
        extra = np.where(on_plan, choices.CARE_FROM_PLAN, 0.0)
        drawn = happens(rng, sigmoid(_line(choices.LATER_CARE, need) + extra))
        care = drawn & (began < start)
        self._enquire(
            child[ask], start + rng.integers(0, 25, size=int(ask.sum())), month
        )
        self._enter_care(child[care], start + rng.integers(0, 25, size=int(care.sum())))

    def _set_end(self, child: Ints) -> None:
        """Hold the end of the case inside the child's time here, and note it."""
        grown = self.children.born[child] + ADULT_DAYS
        stays = self.care_until[child] >= grown
        limit = np.minimum(
            np.where(stays, grown + choices.CARE_LEAVER_DAYS, grown),
            self.children.left[child],
        )
        self.open_until[child] = np.minimum(self.open_until[child], limit)
        self.later.append(("end", self.episode[child], self.open_until[child]))

    def _enter_care(self, child: Ints, day: Ints) -> None:
        rng, children = self.rng, self.children
        limit = np.minimum(children.born[child] + ADULT_DAYS, children.left[child])
        fits = (day < limit) & (day > self.care_until[child])
        fits &= day >= children.born[child]
        child, day, limit = child[fits], day[fits], limit[fits]
        if not len(child):
            return
        short = rng.random(len(child)) < choices.SHORT_CARE
        stay = np.where(
            short,
            5 + rng.gamma(1.0, 80.0, size=len(child)),
            150 + rng.gamma(1.3, 1300.0, size=len(child)),
        ).astype(np.int64)
        end = np.where(children.uasc[child], limit, np.minimum(day + stay, limit))
        self.care_until[child] = end
        grown = end >= children.born[child] + ADULT_DAYS
        after = np.where(
            grown & (rng.random(len(child)) < choices.CARE_LEAVER),
            choices.CARE_LEAVER_DAYS,
            rng.integers(10, 120, size=len(child)),
        )
        self.open_until[child] = np.maximum(self.open_until[child], end + after)
        self._set_end(child)
        self.later.append(("care_start", self.episode[child], day))
        self.later.append(("care_end", self.episode[child], end))
        planned = child[self.plan_until[child] > day]
        stop = day[self.plan_until[child] > day] + 60
        self._end_plan(planned, np.minimum(stop, self.plan_until[planned]))

    def _end_plan(self, child: Ints, day: Ints) -> None:
        self.plan_until[child] = day
        self.plan_ends.append((self.plan_row[child], day))
        self.later.append(("plan_end", self.episode[child], day))

    def _enquire(self, child: Ints, day: Ints, month: int) -> None:
        rng, children = self.rng, self.children
        fits = (self.plan_until[child] < day) & (self.care_until[child] < day)
        fits &= day < np.minimum(
            children.born[child] + ADULT_DAYS, children.left[child]
        )
        child, day = child[fits], day[fits]
        if not len(child):
            return
        family = children.family[child]
        need = self.lives.need[child, month]
        age = self.lives.age[child, month]
        odds = _line(choices.CONFERENCE, need + self._noise(family))
        odds = odds + choices.BABY_CONFERENCE * (age < choices.BABY)
        odds = odds + choices.GROWN_CONFERENCE * (age >= choices.GROWN)
        helped = day - self.plan_until[child] < choices.HELPED_DAYS
        chance = sigmoid(odds + choices.HELPED * helped)
        told = happens(rng, (chance * self.bias[child]).clip(0, 0.97))
        late = self._family_draw(family) < choices.LATE_CONFERENCE
        spread = self._family_draw(family)
        length = np.where(late, 16 + 25 * spread**2, 8 + 7.4 * spread**0.5)
        opened = np.full(children.families, NEVER)
        np.minimum.at(opened, family, day)
        held = opened[family] + np.floor(length * WORKING).astype(np.int64)
        held = np.maximum(held, day + 1)
        plan = told & happens(rng, sigmoid(_line(choices.PLAN, need)))
        stay = between(rng, PLAN_EDGES, PLAN_SHARES, len(child)) * 30.4
        plan_end = np.minimum(
            held + stay.astype(np.int64),
            np.minimum(children.born[child] + ADULT_DAYS, children.left[child]),
        )
        plan &= plan_end > held
        never = np.full(len(child), NEVER)
        which = self.enquiries.add(
            episode=self.episode[child],
            child=child,
            day=day,
            end=day + rng.integers(4, 16, size=len(day)),
            need=need,
            chance=chance,
            conference=np.where(told, held, never),
            target=day + 21,
            plan=plan,
            plan_end=np.where(plan, plan_end, never),
            meeting=family * MONTHS + month,
        )
        made, stop = child[plan], plan_end[plan]
        self.plan_until[made], self.plan_row[made] = stop, which[plan]
        rows = self.episode[made]
        self.later.append(("plan_start", rows, held[plan]))
        self.later.append(("plan_end", rows, stop))
        after = (20 + rng.gamma(1.2, 80.0, size=len(made))).astype(np.int64)
        self.open_until[made] = np.maximum(self.open_until[made], stop + after)
        self._set_end(made)
        talked = child[told & ~plan]
        self.open_until[talked] = np.maximum(
            self.open_until[talked], held[told & ~plan] + 30
        )
        self._set_end(talked)


def _line(numbers: tuple[float, float], value: Floats) -> Floats:
    level, slope = numbers
    line: Floats = level + slope * value
    return line

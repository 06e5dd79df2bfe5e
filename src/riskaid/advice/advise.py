"""Put together what is recorded of one child as of one date, for a person to weigh.

The reference engine looks at the one child; the release's model and calibration add an
estimate, unless too little is known. Reasons are ordered by what they contribute; the
score itself leaves `riskaid.models` here and goes no further than this file.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from riskaid.advice import wording
from riskaid.advice.applies import why_it_does_not_apply
from riskaid.advice.content import (
    Advice,
    DatedRecord,
    EstimateShown,
    FamilyShown,
    GapShown,
    LinkedAdult,
    PromptShown,
    ReasonShown,
)
from riskaid.advice.facts import Facts, read_facts
from riskaid.advice.record_words import role_words, said
from riskaid.dates import IN_REACH, in_reach
from riskaid.errors import AdviceRefused
from riskaid.indicators.answers import Answer, Picture, Raised, Record
from riskaid.indicators.plan import PlannedIndicator
from riskaid.indicators.reference import look, value
from riskaid.models.explanation import too_little_known
from riskaid.records.pseudonymise import FACTS_KEY
from riskaid.records.tables import persons
from riskaid.release.verify import Release

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

FIND_PSEUDONYM = (
    " This store was made with a key: riskaid pseudonym --key-file KEY --store STORE "
    "asks for the case system's id and says the child's id in the store."
)
SHOWN_ROLES = ("predictor", "display")
_MOST, _SOME = 0.25, 0.05


@dataclass(frozen=True)
class _Weighed:
    """An indicator with its answer and what it contributes; None: not in the model."""

    indicator: PlannedIndicator
    answer: Answer
    part: float | None


def advise(release: Release, store: "CaseStore", person_id: str, as_of: date) -> Advice:
    """Make the advice on one child as of one date.

    Whether this caller may have it is decided before: in the service by `desk`, outside
    it by `access`.

    Args:
        release: A verified release.
        store: The case store.
        person_id: The child's pseudonymous id in the store.
        as_of: Only what could have been known before this date is used.

    Raises:
        AdviceRefused: The store holds no such child, or cannot speak about the date.
    """
    facts = read_facts(release)
    _check(store, facts, person_id, as_of)
    picture = look(release.plan, store, person_id, as_of)
    weighed = _weigh(release, picture)
    families, nothing = _families(weighed)
    return Advice(
        as_of=as_of,
        extract_date=store.extract_date,
        age=age_of(store, person_id, as_of),
        outcome=facts.outcome,
        release=release.name,
        release_digest=release.digest[:12],
        watermark=release.watermark,
        families=families,
        nothing_recorded=nothing,
        gaps=_gaps(picture.gaps),
        unknown=tuple(w.indicator.reads for w in weighed if w.answer.value is None),
        prompts=tuple(_prompt(p) for p in picture.prompts),
        household=_household(store, person_id, as_of),
        estimate=_estimate(
            release,
            facts,
            picture,
            why_not=why_it_does_not_apply(
                store, facts, person_id, as_of, values=picture.values
            ),
        ),
        limits=(
            wording.LIMIT_PAST_ONLY,
            wording.LIMIT_RECORDS,
            wording.LIMIT_NO_SIBLINGS,
            *facts.limits,
        ),
    )


def age_of(store: "CaseStore", person_id: str, as_of: date) -> str:
    """Who this is, by age alone: "Child aged 7", "Child under 1", "Unborn child"."""
    age = value(persons.age_years(), store, person_id, as_of).value
    if age is None:
        return "Child, age not known"
    if age < 0:
        return "Unborn child"
    return f"Child aged {age:.0f}" if age >= 1 else "Child under 1"


def _check(store: "CaseStore", facts: Facts, person_id: str, as_of: date) -> None:
    if store.extract_date < facts.trained_to:
        raise AdviceRefused(
            "The case store is older than the records the release was made from. "
            "Ingest a newer extract."
        )
    if not in_reach(as_of):
        raise AdviceRefused(f"The as-of date must be {IN_REACH}.")
    if as_of > store.extract_date + timedelta(days=1):
        raise AdviceRefused(
            "The as-of date is later than the day after the store's extract date: what "
            "happened since is not known. Ingest a newer extract, or take an earlier "
            "date."
        )
    if store.persons_table("persons", [person_id]).is_empty():
        keyed = FACTS_KEY in store.facts
        raise AdviceRefused(
            "The store holds no child of that id. Check the id; ids are those of the "
            "case store, not of the case system." + (FIND_PSEUDONYM if keyed else "")
        )


def _weigh(release: Release, picture: Picture) -> tuple[_Weighed, ...]:
    row = _row(release, picture)
    parts = release.model.contributions(row[None, :])[0][:-1]
    part_of = dict(zip(release.model.names, map(float, parts), strict=True))
    return tuple(
        _Weighed(i, picture.values[i.name], part_of.get(i.name))
        for i in release.plan.indicators
        if i.role in SHOWN_ROLES
    )


def _row(
    release: Release, picture: Picture
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    values = [picture.values[name].value for name in release.model.names]
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _families(
    weighed: tuple[_Weighed, ...],
) -> tuple[tuple[FamilyShown, ...], tuple[str, ...]]:
    """Sort what is known into reasons by family, and what has no record behind it."""
    adding = sum(max(w.part or 0.0, 0.0) for w in weighed if w.answer.value is not None)
    shown: dict[str, list[_Weighed]] = {}
    nothing: list[str] = []
    for one in weighed:
        if one.answer.value is None:
            continue
        # A zero with nothing behind it is a reason only where it adds to the estimate.
        if one.answer.value or one.answer.records or _share(one, adding) >= _SOME:
            shown.setdefault(one.indicator.family, []).append(one)
        else:
            nothing.append(one.indicator.reads)
    shown = {family: _each_record_once(members) for family, members in shown.items()}
    order = sorted(
        shown, key=lambda f: (-sum(max(w.part or 0.0, 0.0) for w in shown[f]), f)
    )
    families = tuple(
        FamilyShown(
            family=family,
            title=wording.FAMILIES.get(family, family.replace("_", " ").capitalize()),
            reasons=tuple(_reason(w, adding) for w in shown[family]),
        )
        for family in order
    )
    return families, tuple(nothing)


def _each_record_once(members: list[_Weighed]) -> list[_Weighed]:
    """A family's reasons, without further counts of records that stand there already.

    First what adds to the estimate, then what is only displayed, then predictors that
    the estimate does not use, where they lead to a record not shown yet.
    """

    def rank(one: _Weighed) -> tuple[bool, float, int, str]:
        spare = one.part is None and one.indicator.role == "predictor"
        most = -len(one.answer.records) if spare else 0
        return spare, -(one.part or 0.0), most, one.indicator.name

    kept: list[_Weighed] = []
    seen: set[tuple[str, str, int | None]] = set()
    for one in sorted(members, key=rank):
        behind = {(r.table, r.source, r.source_row) for r in one.answer.records}
        if rank(one)[0] and behind and behind <= seen:
            continue
        kept.append(one)
        seen |= behind
    return kept


def _gaps(raised: tuple[Raised, ...]) -> tuple[GapShown, ...]:
    """The gaps, those that one missing table leaves open as one."""
    shown = [g for g in raised if g.kind != "not_known"]
    unanswered: dict[str, list[Raised]] = {}
    for one in raised:
        if one.kind == "not_known":
            unanswered.setdefault(one.closes_with, []).append(one)
    return tuple(
        [GapShown(name=g.name, says=g.says, closes_with=g.closes_with) for g in shown]
        + [
            GapShown(
                name=first.name,
                says=first.says
                if not others
                else wording.CANNOT_ANSWER.format(
                    number=len(others) + 1, first=first.says
                ),
                closes_with=closes_with,
            )
            for closes_with, (first, *others) in unanswered.items()
        ]
    )


def _reason(one: _Weighed, adding: float) -> ReasonShown:
    indicator = one.indicator
    return ReasonShown(
        indicator=indicator.name,
        reads=indicator.reads,
        value=wording.value_words(one.answer.value, indicator.unit),
        adds=_adds(one, adding),
        not_a_sign_of=indicator.not_a_sign_of,
        source=indicator.source,
        records=_each_once(one.answer.records),
    )


def _each_once(records: tuple[Record, ...]) -> tuple[DatedRecord, ...]:
    return tuple(dict.fromkeys(said(record) for record in records))


def _adds(one: _Weighed, adding: float) -> str:
    if one.part is None:
        return wording.ADDS["unused"]
    share = _share(one, adding)
    if one.part < 0:
        return wording.ADDS["less"]
    if share >= _MOST:
        return wording.ADDS["most"]
    if share >= _SOME:
        return wording.ADDS["some"]
    return wording.ADDS["little" if share > 0 else "none"]


def _share(one: _Weighed, adding: float) -> float:
    return max(one.part or 0.0, 0.0) / adding if adding > 0 else 0.0


def _prompt(raised: Raised) -> PromptShown:
    return PromptShown(
        name=raised.name,
        says=raised.says,
        asks=raised.asks,
        because=raised.because,
        records=_each_once(raised.records),
    )


def _estimate(
    release: Release, facts: Facts, picture: Picture, *, why_not: str
) -> EstimateShown:
    row = _row(release, picture)
    known = int((~np.isnan(row)).sum())
    known_says = wording.known_sentence(known, len(row))
    of = wording.of_how_many(facts.usual)
    usual = wording.count_of(facts.usual, of)
    across = wording.usual_sentence(rows=facts.rows, count=usual, of=of)
    about = wording.about_sentence(facts.outcome)

    def withheld(why: str) -> EstimateShown:
        return EstimateShown(
            band="not enough known",
            sentences=(
                why,
                wording.NOT_A_LOW_ESTIMATE,
                known_says,
                about,
                across,
                wording.RECORDED_NOT_TRUE,
            ),
            of=of,
            count="",
            span="",
            usual=usual,
        )

    if why_not:
        return withheld(why_not)
    if too_little_known(release.model, row):
        return withheld(wording.ABSTAINED)
    reach = release.calibration.reach
    if reach is not None and reach.beyond(row[None, :])[0]:
        return withheld(wording.UNLIKE)
    score = release.model.score(row[None, :])
    estimate = float(release.calibration.apply(score)[0])
    low, high = map(float, release.calibration.interval(score)[0])
    band = wording.band(estimate, low, high, facts.usual)
    if band == "not enough known":
        return withheld(wording.TOO_WIDE)
    if estimate < facts.usual:
        count, span = f"no more than the usual {usual}", ""
        says = wording.no_more_sentence(
            rows=facts.rows, usual=usual, outcome=facts.outcome, of=of
        )
    else:
        count, span = wording.count_of(estimate, of), wording.range_of(low, high, of)
        says = wording.estimate_sentence(
            rows=facts.rows, count=count, span=span, outcome=facts.outcome, of=of
        )
    return EstimateShown(
        band=band,
        sentences=(
            says,
            across,
            known_says,
            wording.NEVER_SAFE,
            wording.RECORDED_NOT_TRUE,
            *((wording.RANGE_SAYS,) if span else ()),
        ),
        of=of,
        count=count,
        span=span,
        usual=usual,
    )


def _household(
    store: "CaseStore", person_id: str, as_of: date
) -> tuple[LinkedAdult, ...]:
    """The adults linked to this child as of the date; no other child is looked at."""
    if not store.has("household"):
        return ()
    day = pl.lit(as_of)
    end_known = pl.col("end_known_from") < day
    links = store.persons_table("household", [person_id]).filter(
        (pl.col("known_from") < day)
        & (pl.col("known_until").is_null() | (pl.col("known_until") >= day))
        & (pl.col("date").is_null() | (pl.col("date") < day))
        & ~((pl.col("end") < day) & end_known).fill_null(value=False)
    )
    found = {
        LinkedAdult(
            role=role_words(link["role"] or "adult, role not recorded"),
            since=link["date"],
            sure=link["strength"] == "strong",
        )
        for link in links.to_dicts()
    }
    return tuple(sorted(found, key=lambda a: (a.role, a.since or date.min, a.sure)))

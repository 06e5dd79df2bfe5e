"""A small release and a small store, made by hand, for advice on a few children."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType

import polars as pl
import pytest

from riskaid.indicators import Gap, Indicator, Prompt, days
from riskaid.indicators.cases import Days, MemoryCases
from riskaid.indicators.plan import make_plan
from riskaid.models.calibration import Calibration
from riskaid.models.checklist import Checklist
from riskaid.records.schema import stored_columns
from riskaid.records.tables import (
    TABLES,
    adult_events,
    attendance,
    household,
    missing_episodes,
    persons,
    s47_enquiries,
)
from riskaid.release.verify import Release

AS_OF = date(2026, 3, 20)
EXTRACT = date(2026, 3, 31)
TEXT = {"because": "because", "examples": "", "source": "SSD"}


def indicator(name, value, family, **more):
    given = {
        "reads": f"In words {name}",
        "unit": "episodes",
        "more_means_more": True,
        **TEXT,
        **more,
    }
    return Indicator(name=name, value=value, family=family, **given)


MISSING = missing_episodes.count(last=days(90))
CATALOGUE = type("C", (), {})()
CATALOGUE.indicators = (
    indicator("missing_90d", MISSING, "missing", not_a_sign_of="choice or blame"),
    indicator(
        "adult_offence",
        adult_events.where(adult_events.kind == "sexual_offence").of(household).any(),
        "adult_histories",
        unit="yes or no",
    ),
    indicator(
        "enquiries", s47_enquiries.count(last=days(365)), "service_response",
        unit="enquiries",
    ),
    indicator(
        "school_missed",
        attendance.total(attendance.sessions_missed, last=days(365)),
        "education",
        unit="sessions",
    ),
    indicator(
        "age", persons.age_years(), "cumulative_harm", unit="years", role="display",
        more_means_more=None,
    ),
    indicator("secret", MISSING, "missing", role="audit_only"),
)  # fmt: skip
CATALOGUE.prompts = (
    Prompt(
        name="repeat_missing",
        when=(MISSING >= 2) & (s47_enquiries.count(last=days(30)) == 0),
        says="Missing twice; no enquiry is recorded.",
        asks="Has a strategy discussion been held?",
        because="Panel annual report",
        family="missing",
        examples="",
    ),
)
CATALOGUE.gaps = (
    Gap(
        name="no_adult",
        when=household.count() == 0,
        says="No adult is recorded.",
        closes_with="Ask who lives with the child.",
        because="Panel",
        examples="",
    ),
)


@dataclass(frozen=True, eq=False)
class Store(MemoryCases):
    """A store in memory with the facts of a case store."""

    mark: str | None = "synthetic"
    extract_date: date = EXTRACT
    facts: dict = field(default_factory=dict)

    def without(self, *names: str) -> "Store":
        return replace(
            self,
            frames={n: f for n, f in self.frames.items() if n not in names},
            coverage={n: c for n, c in self.coverage.items() if n not in names},
        )

    def persons_table(self, name, person_ids, **how):
        if name not in self.frames:
            return frame(name, [])
        return super().persons_table(name, person_ids, **how)


def frame(name, rows):
    columns = stored_columns(name)
    made = []
    for i, given in enumerate(rows):
        row = {"known_from": given.get("date") or date(2020, 1, 1), **given}
        for group in TABLES[name].group_lags:
            row.setdefault(f"{group}_known_from", row["known_from"])
        row |= {"source": f"{name}.csv", "source_row": i + 1, "known_how": "recorded"}
        made.append({column: row.get(column) for column in columns})
    return pl.DataFrame(made, schema=columns)


def store_of(**tables):
    frames = {name: frame(name, rows) for name, rows in tables.items()}
    held = Days(date(2018, 1, 1), EXTRACT)
    return Store(frames=MappingProxyType(frames), coverage=dict.fromkeys(frames, held))


def ago(n):
    return AS_OF - timedelta(days=n)


@pytest.fixture
def store():
    return store_of(
        persons=[
            {"person_id": "SECRET1", "born": date(2012, 2, 1)},
            {"person_id": "SECRET2", "born": date(2016, 2, 1)},
        ],
        referrals=[
            {"person_id": "SECRET1", "date": ago(2), "known_from": ago(1)},
            {"person_id": "SECRET2", "date": ago(2), "known_from": ago(1)},
        ],
        missing_episodes=[
            {"person_id": "SECRET1", "date": ago(n), "episode_type": "M"}
            for n in (60, 20, 5)
        ]
        + [{"person_id": "SECRET2", "date": ago(7), "episode_type": "A"}],
        s47_enquiries=[],
        cp_plans=[],
        household=[
            {
                "person_id": "SECRET1",
                "adult_id": "ADULT9",
                "role": "mothers_partner",
                "strength": "strong",
                "date": date(2024, 5, 1),
            }
        ],
        adult_events=[
            {"person_id": "ADULT9", "date": date(1999, 3, 3), "kind": "sexual_offence"}
        ],
        attendance=[],
    )


@pytest.fixture
def release():
    names = ("missing_90d", "adult_offence", "enquiries", "school_missed")
    return Release(
        name="conference_12m 2026.1",
        purpose="demonstration",
        state="demonstration",
        plan=make_plan(CATALOGUE),
        model=Checklist(names=names, cuts=(0.0,) * 4),
        rung="checklist",
        calibration=Calibration(
            method="platt",
            centre=0.0,
            spread=1.0,
            parameters=(-2.0, 0.8),
            replicates=((-2.1, 0.8), (-2.0, 0.8), (-1.9, 0.8)),
        ),
        facts={
            "outcome": {
                "says": "a conference, within 12 months",
                "gap_days": 0,
                "within_days": 365,
                "lag_days": 30,
            },
            "cohort": {
                "says": "Each referral of a child not on a plan",
                "table": "referrals",
                "where": {},
                "offset_days": 0,
                "exclude": [
                    {
                        "says": "Already on a child protection plan",
                        "table": "cp_plans",
                        "where": {},
                        "open": True,
                    }
                ],
            },
            "base_rate": 0.14,
            "extract_date": "2026-03-31",
            "limits": ["A limit of the card."],
        },
        digest="ab" * 32,
        expires=date(2026, 12, 31),
        watermark="DEMONSTRATION - synthetic records",
    )


@pytest.fixture
def as_of():
    return AS_OF


@pytest.fixture
def make_store():
    return store_of

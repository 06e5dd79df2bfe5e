"""A made-up council in memory, with a planted signal, for the training tests."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl

from riskaid.files import canonical_json, digest_bytes
from riskaid.records.lacking import Lack
from riskaid.records.schema import empty_table
from riskaid.records.tables import TABLES

EXTRACT = date(2024, 3, 31)
FIRST = date(2018, 1, 1)


def columns_of_table(name: str) -> dict[str, pl.DataType]:
    return dict(empty_table(name).schema)


@dataclass(frozen=True)
class MadeStore:
    """A case store in memory, with the reading side of the real one."""

    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    extract_date: date = EXTRACT
    first: date = FIRST
    gaps: tuple[SimpleNamespace, ...] = ()
    absent: tuple[Lack, ...] = ()
    mark: str | None = "synthetic"

    def table(self, name: str) -> pl.DataFrame:
        if name in self.tables:
            return self.tables[name]
        return pl.DataFrame(schema=columns_of_table(name))

    def has(self, name: str) -> bool:
        return name in self.tables

    def persons_table(
        self,
        name: str,
        person_ids: list[str],
        *,
        by: str = "person_id",
        columns: list[str] | None = None,
    ) -> pl.DataFrame:
        found = self.table(name).filter(pl.col(by).is_in(person_ids))
        return found if columns is None else found.select(columns)

    @property
    def coverage(self) -> dict[str, SimpleNamespace]:
        held = SimpleNamespace(
            covered_from=self.first,
            covered_to=self.extract_date,
            gaps=self.gaps,
            absent=self.absent,
        )
        return dict.fromkeys(self.tables, held)

    @property
    def facts(self) -> dict[str, object]:
        return {"tables": {n: {"known_from": {"recorded": 1.0}} for n in self.tables}}

    @property
    def digest(self) -> str:
        rows = {n: str(t.rows()) for n, t in sorted(self.tables.items())}
        return digest_bytes(canonical_json(rows).encode())


def made_table(name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Rows as dictionaries; known_from is the date unless said, nothing is withdrawn."""
    schema = columns_of_table(name)
    filled = []
    for i, row in enumerate(rows):
        known = row.get("known_from", row.get("date") or FIRST)
        base = {
            "known_from": known,
            "source": "made",
            "source_row": i,
            "known_how": "recorded",
        }
        groups = {
            f"{c.group}_known_from": row.get(
                f"{c.group}_known_from", row.get("end", known)
            )
            for c in TABLES[name].columns.values()
            if c.group
        }
        filled.append({**dict.fromkeys(schema), **base, **groups, **row})
    return pl.DataFrame(filled, schema=schema).sort(
        "person_id", "date", nulls_last=True
    )


def made_council(
    *, families: int = 700, signal: float = 1.6, seed: int = 3
) -> MadeStore:
    """Referrals, missing episodes and conferences; more missing, more conferences."""
    rng = np.random.Generator(np.random.PCG64(seed))
    days = (EXTRACT - FIRST).days
    out: dict[str, list[dict[str, object]]] = {
        n: []
        for n in (
            "persons",
            "disabilities",
            "families",
            "referrals",
            "missing_episodes",
            "contacts",
            "s47_enquiries",
            "icpcs",
            "cp_plans",
            "cla_episodes",
        )
    }
    for f in range(families):
        need = rng.normal()
        for c in range(int(rng.integers(1, 4))):
            person = f"P{f:04}{c}"
            born = FIRST + timedelta(days=int(rng.integers(-5000, 1500)))
            out["persons"].append(
                {
                    "person_id": person,
                    "born": born.replace(day=1),
                    "sex": "FM"[c % 2],
                    "ethnicity": ["WBRI", "REFU", None][f % 3],
                    "known_from": EXTRACT,
                }
            )
            if c == 0:
                code = ["NONE", "MOB"][f % 2]
                out["disabilities"].append(
                    {"person_id": person, "code": code, "known_from": EXTRACT}
                )
            out["families"].append(
                {"person_id": person, "family_id": f"F{f:04}", "known_from": EXTRACT}
            )
            for _ in range(int(rng.integers(1, 3))):
                seen = FIRST + timedelta(days=int(rng.integers(120, days)))
                out["referrals"].append(
                    {
                        "person_id": person,
                        "date": seen,
                        "known_from": seen + timedelta(days=1),
                    }
                )
                episodes = int(rng.poisson(np.exp(0.8 * need - 0.3)))
                for _ in range(episodes):
                    when = seen - timedelta(days=int(rng.integers(1, 80)))
                    out["missing_episodes"].append(
                        {
                            "person_id": person,
                            "date": when,
                            "end": when,
                            "episode_type": "M",
                        }
                    )
                for _ in range(int(rng.poisson(1.0))):
                    when = seen - timedelta(days=int(rng.integers(1, 80)))
                    out["contacts"].append(
                        {"person_id": person, "date": when, "source_code": "1A"}
                    )
                odds = -2.0 + signal * min(episodes, 2)
                if rng.random() < 1 / (1 + np.exp(-odds)):
                    asked = seen + timedelta(days=int(rng.integers(3, 300)))
                    if asked < EXTRACT - timedelta(days=20):
                        name = f"E{person}{asked:%j}"
                        out["s47_enquiries"].append(
                            {"person_id": person, "date": asked, "enquiry_id": name}
                        )
                        out["icpcs"].append(
                            {
                                "person_id": person,
                                "date": asked + timedelta(days=14),
                                "enquiry_id": name if rng.random() < 0.7 else None,
                            }
                        )
    return MadeStore({name: made_table(name, rows) for name, rows in out.items()})


FEATURES = r'''"""Declarations for the training tests."""

from riskaid.indicators import Indicator, days
from riskaid.records.tables import contacts, missing_episodes, persons

MISSING_90D = Indicator(
    name="missing_90d",
    value=missing_episodes.count(last=days(90)),
    reads="How many times the child was reported missing in the last 90 days",
    unit="episodes",
    source="made",
    family="missing",
    more_means_more=True,
    not_a_sign_of="choice or blame",
    because="made for the tests",
    examples="""
        the day before counts
        missing_episodes as of 2024-06-01 expect 1
        date       | known_from
        2024-05-31 |
    """,
)
CONTACTS_90D = Indicator(
    name="contacts_90d",
    value=contacts.count(last=days(90)),
    reads="How many contacts there were in the last 90 days",
    unit="contacts",
    source="made",
    family="service_response",
    more_means_more=True,
    not_a_sign_of="need by itself",
    because="made for the tests",
    examples="""
        the day before counts
        contacts as of 2024-06-01 expect 1
        date       | known_from
        2024-05-31 |
    """,
)
AGE = Indicator(
    name="age",
    value=persons.age_years(),
    reads="The child's age in years",
    unit="years",
    source="made",
    family="under_ones",
    more_means_more=None,
    not_a_sign_of="anything by itself",
    because="made for the tests",
    examples="""
        whole years
        persons as of 2024-06-01 expect 4
        born
        2020-06-01
    """,
)
'''

EXPERIMENT = """
[experiment]
name = "made_12m"
title = "A made-up outcome for the tests"
question = "Does anything recorded go with it?"
bias_statement = "{bias}"
not_for = ["Anything at all outside the tests."]
[cohort]
says = "Each referral not on a plan"
table = "referrals"
[[cohort.exclude]]
says = "Already on a plan"
table = "cp_plans"
open = true
[outcome]
name = "conference"
says = "a conference after an enquiry"
table = "icpcs"
linked_to = {{ table = "s47_enquiries", by = "enquiry_id", or_within_days = 45 }}
within_days = 365
lag_days = 30
[folds]
test_days = 420
calibrate_days = 420
gap_days = 10
[search]
trials = {trials}
[[success.criteria]]
metric = "auc"
at_least = 0.6
[limits]
replicates = 60
{more}
"""


def write_experiment(
    folder: Path,
    *,
    trials: int = 2,
    more: str = "",
    change: tuple[str, str] | None = None,
) -> Path:
    text = EXPERIMENT.format(
        bias="Nothing here is true. " * 6, trials=trials, more=more
    )
    if change is not None:
        assert change[0] in text
        text = text.replace(*change)
    path = folder / "made_12m.toml"
    path.write_text(text)
    return path

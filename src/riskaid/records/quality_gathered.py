"""Everything the data-quality report says, gathered once from a store."""

from dataclasses import dataclass
from typing import Any

from riskaid.progress import Progress, silent
from riskaid.records.quality import NOT_USED
from riskaid.records.quality_counts import (
    Counted,
    Months,
    answers,
    by_month,
    not_recorded,
)
from riskaid.records.quality_national import national
from riskaid.records.quality_profile import Measured, profile
from riskaid.records.quality_rules import (
    RuleResult,
    check_rules,
    latest_ingests,
    rule_book,
)
from riskaid.records.store import CaseStore, read_quality
from riskaid.records.tables import TABLES


@dataclass(frozen=True)
class Gathered:
    """What was found, for the page and for the file of facts alike.

    Attributes:
        store: The store it is about.
        ingests: What the latest extract of each source was found to hold.
        rules: One result a rule.
        measures: This council beside the others.
        not_recorded: Ethnicity and disability.
        answers: Columns of yes and no.
        months: Rows by month.
        lags: How late rows were known, with their source.
    """

    store: CaseStore
    ingests: list[dict[str, Any]]
    rules: tuple[RuleResult, ...]
    measures: tuple[Measured, ...]
    not_recorded: tuple[Counted, ...]
    answers: tuple[Counted, ...]
    months: tuple[Months, ...]
    lags: tuple[dict[str, Any], ...]

    @property
    def used(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Source and file, of files that were used."""
        return [
            (ingest, file)
            for ingest in self.ingests
            for file in ingest["files"]
            if file["read_as"] != NOT_USED
        ]

    def sum_of(self, fate: str) -> int:
        """So many rows were in, accepted, repaired or refused."""
        return sum(int(file[fate]) for _, file in self.used)

    def to_json(self) -> dict[str, Any]:
        """All of it as plain facts: report.json."""
        tables = self.store.facts["tables"]
        return {
            "format": "riskaid-quality-report",
            "version": 1,
            "mark": self.store.mark,
            "extract_date": self.store.extract_date.isoformat(),
            "store": self.store.digest,
            "ingests": self.ingests,
            "rules": [one.to_json() for one in self.rules],
            "rules_left_out": [
                {
                    "return": one.collection,
                    "codes": list(one.codes),
                    "because": one.because,
                }
                for one in rule_book().not_checked
            ],
            "profile": [one.to_json() for one in self.measures],
            "profile_source": dict(national().source),
            "profile_not_shown": dict(national().not_shown),
            "not_recorded": [one.to_json() for one in self.not_recorded],
            "answers": [one.to_json() for one in self.answers],
            "months": [one.to_json() for one in self.months],
            "coverage": {
                name: self.store.coverage[name].to_json()
                for name in sorted(self.store.coverage)
            },
            "known_from": {name: tables[name]["known_from"] for name in sorted(tables)},
            "lags": list(self.lags),
        }


def gather(
    store: CaseStore,
    *,
    child_population: int | None = None,
    progress: Progress = silent,
) -> Gathered:
    """Count everything the report says.

    Raises:
        ExtractError: A part of the store cannot be read.
    """
    ingests = latest_ingests(read_quality(store))
    progress("checking rules", 0, 0)
    rules = check_rules(store)
    progress("counting what is recorded", 0, 0)
    return Gathered(
        store=store,
        ingests=ingests,
        rules=rules,
        measures=profile(store, child_population),
        not_recorded=not_recorded(store),
        answers=answers(store),
        months=by_month(store),
        lags=tuple(
            {**lag, "source": ingest["name"]}
            for ingest in ingests
            for lag in ingest.get("lags", [])
            if lag["table"] in TABLES
        ),
    )

"""What a card is made from, read once and handed to each of its sections."""

from dataclasses import dataclass, field
from typing import Any

from riskaid.document import Picture
from riskaid.fairness.decisions import Decision
from riskaid.release.inputs import AuditFile, Run


@dataclass(frozen=True, kw_only=True)
class CardInputs:
    """A run, its audit, and what the release is called and for."""

    run: Run
    audit: AuditFile
    scorecard: dict[str, Any]
    chosen_model: dict[str, Any]
    plots: dict[str, str]
    made_from: dict[str, str]
    name: str
    purpose: str
    decisions: tuple[Decision, ...] = ()
    probes: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def about(self) -> dict[str, Any]:
        """The experiment's title, question, bias statement and what it is not for."""
        return dict(self.run.facts["experiment"]["experiment"])

    @property
    def outcome(self) -> dict[str, Any]:
        """The recorded outcome."""
        return dict(self.run.facts["experiment"]["outcome"])

    @property
    def base_rate(self) -> float | None:
        """The share of the test fold's rows with the outcome recorded.

        Weighted as the metrics are, so that it stands for rows of families that the
        fold guard left out as well.
        """
        rate = self.run.facts["metrics"][self.run.rung]["base_rate"]["value"]
        return None if rate is None else float(rate)

    @property
    def reads(self) -> dict[str, str]:
        """Indicators in words."""
        return {one["name"]: one["reads"] for one in self.run.plan["indicators"]}

    @property
    def used(self) -> tuple[str, ...]:
        """The indicators the proposed model reads."""
        held = self.chosen_model
        if "items" in held:
            return tuple(item["indicator"] for item in held["items"])
        return tuple(held["names"])

    def picture(self, file: str) -> tuple[Picture, ...]:
        """A plot of the run's, where it drew one and said it in words."""
        told = {one["file"]: one["alt"] for one in self.run.evaluation.get("plots", [])}
        if file not in self.plots or file not in told:
            return ()
        return (Picture(file=file, alt=told[file], svg=self.plots[file]),)

"""What a features file declares: indicators, prompts and information gaps."""

from dataclasses import dataclass
from typing import Literal

from riskaid.errors import DefinitionError
from riskaid.language.values import Condition, Value

Role = Literal["predictor", "display", "audit_only", "eligibility"]

ROLES: tuple[str, ...] = ("predictor", "display", "audit_only", "eligibility")
FAMILIES: tuple[str, ...] = (
    "missing",
    "adult_histories",
    "domestic_abuse",
    "cumulative_harm",
    "extrafamilial_harm",
    "sexual_abuse_signs",
    "under_ones",
    "mobility",
    "education",
    "service_response",
    "information_gaps",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Indicator:
    """A sign in the record: a number or a yes or no, as of a date.

    `more_means_more` is true where more of it goes with more of the outcome, false
    where with less, None where neither is claimed. `reads` and `not_a_sign_of` are
    what people read; `because` cites facts, not sentences.
    """

    name: str
    value: Value | Condition
    reads: str
    unit: str
    source: str
    family: str
    more_means_more: bool | None
    because: str
    examples: str
    not_a_sign_of: str = ""
    role: Role = "predictor"

    def __post_init__(self) -> None:
        """Refuse a value that is not an expression."""
        if not isinstance(self.value, Value | Condition):
            raise DefinitionError(
                f"The value of '{self.name}' must be an expression, such as "
                "missing_episodes.count(last=days(90))."
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class Prompt:
    """A cited question for the practitioner; never weighted by a model.

    Raised when `when` is true. When it is not known, an information gap stands in its
    place, never an accusation.
    """

    name: str
    when: Condition
    says: str
    asks: str
    because: str
    family: str
    examples: str

    def __post_init__(self) -> None:
        """Refuse a `when` that is not a condition."""
        _needs_condition(self.name, self.when)


@dataclass(frozen=True, kw_only=True, eq=False)
class Gap:
    """Something not known, and what would close it; never reassurance."""

    name: str
    when: Condition
    says: str
    closes_with: str
    because: str
    examples: str
    family: str = "information_gaps"

    def __post_init__(self) -> None:
        """Refuse a `when` that is not a condition."""
        _needs_condition(self.name, self.when)


Declaration = Indicator | Prompt | Gap


def _needs_condition(name: str, when: object) -> None:
    if not isinstance(when, Condition):
        raise DefinitionError(
            f"`when` of '{name}' must be a condition, such as "
            "(missing_episodes.count(last=days(30)) >= 2)."
        )

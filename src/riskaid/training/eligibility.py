"""Who is eligible for a cohort: declared indicators, or conditions in the language.

A condition is frozen into the run's plan under a name of its own, so that a release
asks of a child what training asked of the rows.
"""

import dataclasses
from typing import TYPE_CHECKING

from riskaid.errors import DefinitionError, nearest
from riskaid.indicators.explain import in_words
from riskaid.indicators.expression import read_condition
from riskaid.indicators.never import why_never
from riskaid.indicators.plan import Plan, PlannedIndicator
from riskaid.language import Condition
from riskaid.training.asked_rows import Cohort

if TYPE_CHECKING:
    from riskaid.indicators.settings import Settings

PREFIX = "eligibility_"
BECAUSE = "the experiment says who its rows are about"


def with_eligibility(
    plan: Plan, cohort: Cohort, settings: "Settings", *, file: str
) -> Plan:
    """Add the conditions of `eligible_when` to a plan, as eligibility_1 and so on.

    Like a predictor, a condition reads no ethnicity, disability, faith or address: rows
    that are left out are children who get no advice.

    Args:
        plan: The frozen declarations.
        cohort: The experiment's part.
        settings: Parameters and codelists that a condition may name.
        file: The experiment's file name, for messages.

    Raises:
        DefinitionError: A name is declared nowhere, a condition is not one, or it
            reads what none may.
    """
    known = [i.name for i in plan.indicators]
    added: list[PlannedIndicator] = []
    for number, said in enumerate(cohort.eligible_when, start=1):
        place = f"{file}: [cohort] eligible_when {number}"
        if said.strip().isidentifier():
            if said not in known:
                raise DefinitionError(
                    f"{place} names '{said}', which nobody declared."
                    f"{nearest(said, known)}"
                )
            continue
        condition = read_condition(said, place, settings)
        name = f"{PREFIX}{number}"
        if name in known:
            raise DefinitionError(
                f"{place} is kept as '{name}', which the features folder declares "
                "too. Give that indicator another name."
            )
        _check_reads(condition, place)
        added.append(
            PlannedIndicator(
                name=name,
                value=condition.node,
                reads=_sentence(in_words(condition.node)),
                unit="yes or no",
                source="eligibility",
                family="service_response",
                more_means_more=None,
                role="eligibility",
                not_a_sign_of="",
                because=BECAUSE,
            )
        )
    if not added:
        return plan
    return dataclasses.replace(plan, indicators=(*plan.indicators, *added))


def eligible_names(cohort: Cohort) -> tuple[str, ...]:
    """The indicators of the plan that must be known and true of a row."""
    return tuple(
        said if said.strip().isidentifier() else f"{PREFIX}{number}"
        for number, said in enumerate(cohort.eligible_when, start=1)
    )


def _check_reads(condition: Condition, place: str) -> None:
    for reason in why_never(condition):
        raise DefinitionError(
            f"{place}: who is eligible may not depend on this: {reason}. Those left "
            "out would get no advice."
        )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]

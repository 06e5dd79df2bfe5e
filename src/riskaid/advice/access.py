"""Who may have advice outside the service: nobody, about a child whose case is open.

Outside the service nobody has signed in and nothing is logged. An estimate there is for
evaluation only: on records that are synthetic or public, or about a date so long ago
that everything the estimate is about has happened and is recorded.
"""

from datetime import date
from typing import TYPE_CHECKING

from riskaid.advice.facts import Facts
from riskaid.errors import AdviceRefused
from riskaid.records.marks import OPEN_MARKS, window_is_over

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore


def may_advise_outside_service(store: "CaseStore", facts: Facts, as_of: date) -> None:
    """Refuse advice outside the service, unless it can only be for evaluation.

    Args:
        store: The case store; a synthetic or public mark opens it.
        facts: With the outcome's window.
        as_of: The date of the advice.

    Raises:
        AdviceRefused: The records are a council's own and the window is still open.
    """
    if store.mark in OPEN_MARKS:
        return
    days = facts.gap_days + facts.within_days + facts.lag_days
    if window_is_over(as_of, days=days, extract_date=store.extract_date):
        return
    raise AdviceRefused(
        "These are a council's own records, and the outcome's window is not over at "
        "the extract date. Outside the service advice is given on synthetic or public "
        "records only, or on dates so long ago that the outcome is known. "
        "Open the case in the service instead."
    )

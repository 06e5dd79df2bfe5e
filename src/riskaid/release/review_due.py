"""Nothing is released under a policy that its board was to look at again before now.

The audit asks on its own day. Months may lie between it, the build and the signature.
"""

import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

from riskaid.errors import GateRefused, UsageError


def check_review(policy: bytes, *, today: date) -> None:
    """Refuse a policy of which any part was to be reviewed before a day.

    The day itself still counts as in time. Once a release is in use its own day of
    expiry ends it, and no day in its policy.

    Args:
        policy: The bytes of the policy file.
        today: The day of building or of signing.

    Raises:
        GateRefused: A day of review has passed.
        UsageError: The file is no policy: it cannot be read, or has no day of review.
    """
    try:
        held = tomllib.loads(policy.decode("utf-8"))
    except ValueError as problem:
        raise UsageError(
            "The policy file cannot be read. Give the one the audit used."
        ) from problem
    due = min(_days(held), default=None)
    if due is None:
        raise UsageError(
            "The policy file has no review_by. Give the one the audit used."
        )
    if due < today:
        raise GateRefused(
            f"The policy was to be reviewed by {due.isoformat()}, and nothing is "
            "released under it after that day but a demonstration. Ask the board to "
            "look at it again and to renew it, then audit the run under it."
        )


def _days(held: Any) -> Iterator[date]:
    if isinstance(held, dict):
        for key, value in held.items():
            if key == "review_by" and isinstance(value, date):
                yield value
            yield from _days(value)
    elif isinstance(held, list):
        for value in held:
            yield from _days(value)

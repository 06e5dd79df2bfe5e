"""Whether a declaration has the fields its kind has, each of the right type."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from riskaid.errors import nearest

CLAIM = (
    "Write True where more of it goes with more of the outcome, False where with less, "
    "None where neither is claimed."
)


def misfit(
    kind: type, given: Sequence[Any], named: Mapping[str, Any]
) -> tuple[str, str] | None:
    """What is wrong with the fields of a declaration, and what to do.

    Args:
        kind: Indicator, Prompt or Gap.
        given: What was given without a name.
        named: What was given by name.

    Returns:
        None where every field fits; what the fields mean is not looked at.
    """
    what = kind.__name__
    there = {one.name: one for one in fields(kind)}
    has = f"{what} has: {', '.join(there)}."
    if given:
        return f'{what} takes its fields by name, such as name="…"', has
    for name in named:
        if name not in there:
            return f"{what} has no field '{name}'", has + nearest(name, list(there))
    for name, one in there.items():
        if name not in named and one.default is MISSING:
            return f"{what} lacks its field '{name}'", has
        if one.type is str and not isinstance(named.get(name, ""), str):
            return f"'{name}' is not text", f'Write {name}="…".'
    claim = named.get("more_means_more")
    if claim is not None and not isinstance(claim, bool):
        return "'more_means_more' is neither True, False nor None", CLAIM
    return None

"""Reads one condition of the language where a file holds no more, such as a TOML key.

By the same closed reader as a features file: nothing is run, and every table, window
and setting is at hand without an import.
"""

import ast

from riskaid.errors import DefinitionError
from riskaid.indicators.declared import (
    IMPORTS,
    NO_SETTINGS,
    SETTINGS,
    Reader,
)
from riskaid.indicators.settings import Settings
from riskaid.language import Condition

DECLARING = frozenset({"Gap", "Indicator", "Prompt"})


def read_condition(
    text: str, place: str, settings: Settings = NO_SETTINGS
) -> Condition:
    """Read a condition, such as missing_episodes.any(last=days(365)).

    Args:
        text: The condition, over several lines if need be.
        place: Where it stands, for messages.
        settings: The parameters and codelists it may name.

    Raises:
        DefinitionError: It is no Python, uses what is no word of the language, or is
            a number and not a yes or no.
    """
    try:
        # In brackets, a condition may go on over several lines.
        tree = ast.parse(f"({text.strip() or '?'}\n)", mode="eval")
    except (SyntaxError, MemoryError, RecursionError, ValueError):
        raise DefinitionError(
            f"{place}: this is no condition in the language. Write one such as "
            "missing_episodes.any(last=days(365))."
        ) from None
    names = {
        name: getattr(settings, name) if name in SETTINGS else word
        for offered in IMPORTS.values()
        for name, word in offered.items()
        if name not in DECLARING
    }
    reader = Reader(
        place,
        settings,
        names,
        missing="is no name of the language",
        remedy="There are the case tables, days(…), months(…) and the settings.",
    )
    found = reader.build(tree.body, 0)
    if not isinstance(found, Condition):
        raise DefinitionError(
            f"{place}: this is no yes or no. Compare it, such as "
            "missing_episodes.count(last=days(365)) >= 1."
        )
    return found

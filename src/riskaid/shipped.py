"""Where the four declarative folders are found: features, experiments and so on.

The first of: the folder the caller names, RISKAID_HOME, the checkout, the wheel. The
current directory is never searched, because features are code.
"""

import os
from pathlib import Path
from typing import Literal

from riskaid.errors import UsageError

Kind = Literal["features", "experiments", "fairness", "model_cards"]


def folder(kind: Kind, named: Path | None = None) -> Path:
    """Find a declarative folder.

    Raises:
        UsageError: A folder that was named, or stands in RISKAID_HOME, is missing.
    """
    if named is not None:
        if not named.is_dir():
            raise UsageError(
                f"There is no folder '{named}' to read {kind} from. "
                "Check the path, or leave it out to use the shipped folder."
            )
        return named
    home = os.environ.get("RISKAID_HOME")
    if home:
        inside = Path(home) / kind
        if not inside.is_dir():
            raise UsageError(
                f"RISKAID_HOME names a folder without '{kind}'. "
                "Add it there, or unset RISKAID_HOME to use the shipped folder."
            )
        return inside
    package = Path(__file__).resolve().parent
    checkout = package.parent.parent / kind
    if package.parent.name == "src" and checkout.is_dir():
        return checkout
    return package / "_shipped" / kind

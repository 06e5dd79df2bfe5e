"""Advice for human review from the records of children's services, never a decision.

For notebooks: `from riskaid import read_store, features, train, audit, advise`. Each
does what the command of its name does (`riskaid.notebook`), and is imported when it is
first asked for, so that the command line starts at once. `__init__.pyi` tells type
checkers the same.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

__all__ = [
    "advise",
    "audit",
    "card",
    "features",
    "ingest",
    "metric_frame",
    "read_store",
    "runs",
    "study",
    "synth",
    "train",
]


def __getattr__(name: str) -> Any:
    """Fetch a function for notebooks when it is first asked for."""
    if name in __all__:
        return getattr(import_module("riskaid.notebook"), name)
    raise AttributeError(f"riskaid has no '{name}'. It has: {', '.join(__all__)}.")


def __dir__() -> list[str]:
    """Name what can be imported, for completion."""
    return [*__all__, "__version__"]

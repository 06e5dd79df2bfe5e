import importlib.util
import sys
from pathlib import Path

import pytest

# What the generative tests and the specification share is loaded by its path.
_TESTS = Path(__file__).parents[1]
for _place in ("generative/generated_cases.py", "spec/language_chapters.py"):
    _name = Path(_place).stem
    if _name not in sys.modules:
        _spec = importlib.util.spec_from_file_location(_name, _TESTS / _place)
        sys.modules[_name] = importlib.util.module_from_spec(_spec)
        _spec.loader.exec_module(sys.modules[_name])


@pytest.fixture(scope="session")
def session():
    """One start of Spark for all of its tests."""
    from riskaid.indicators import spark

    with spark.local_session() as started:
        yield started

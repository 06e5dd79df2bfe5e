import importlib.util
import sys
from datetime import date
from pathlib import Path

import pytest

# What the generative tests share is loaded by its path (see tests/generative).
_PLACE = Path(__file__).parents[2] / "generative" / "generated_cases.py"
if "generated_cases" not in sys.modules:
    _SPEC = importlib.util.spec_from_file_location("generated_cases", _PLACE)
    sys.modules["generated_cases"] = importlib.util.module_from_spec(_SPEC)
    _SPEC.loader.exec_module(sys.modules["generated_cases"])


@pytest.fixture
def versions():
    """Versions of one person: each is later than the one before by one thing alone.

    All that is asked after that thing is smaller, so that nothing else decides.
    """
    known = {"known_from": date(2010, 1, 2)}
    born = known | {"born": date(2009, 2, 1)}
    expected = born | {"expected": date(2009, 1, 1)}
    late, later = {"born": date(2009, 9, 1)}, {"expected": date(2009, 9, 1)}
    return [
        {"known_until": date(2010, 1, 1), "source": "z", "source_row": 9} | late,
        {"known_from": date(2010, 1, 1), "source": "y", "source_row": 8} | late,
        known | {"source": "x", "source_row": 7} | later,
        known | {"source": "w", "source_row": 6, "born": date(2009, 1, 1)} | later,
        born | {"source": "v", "source_row": 5},
        expected | {"source": "t", "source_row": 4},
        expected | {"source": "u", "source_row": 2},
        expected | {"source": "u", "source_row": 3},
    ]

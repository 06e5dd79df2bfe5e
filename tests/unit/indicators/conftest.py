import importlib.util
import sys
from pathlib import Path

# What the generative tests share is loaded by its path (see tests/generative).
_PLACE = Path(__file__).parents[2] / "generative" / "generated_cases.py"
if "generated_cases" not in sys.modules:
    _SPEC = importlib.util.spec_from_file_location("generated_cases", _PLACE)
    sys.modules["generated_cases"] = importlib.util.module_from_spec(_SPEC)
    _SPEC.loader.exec_module(sys.modules["generated_cases"])

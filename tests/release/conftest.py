import importlib.util
import sys
from pathlib import Path

import pytest

from riskaid.release import verify

# Test folders are no packages (importmode is importlib), so the made-up release that
# two of them share is loaded by its path.
_PLACE = Path(__file__).parent
for _name in ("made_up", "made_up_run"):
    if _name not in sys.modules:
        _spec = importlib.util.spec_from_file_location(_name, _PLACE / f"{_name}.py")
        sys.modules[_name] = importlib.util.module_from_spec(_spec)
        _spec.loader.exec_module(sys.modules[_name])


@pytest.fixture(scope="session")
def people(tmp_path_factory):
    return sys.modules["made_up"].make_people(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def parsed(monkeypatch) -> list[str]:
    """Which parts of a release were parsed; empty when none was."""
    seen: list[str] = []
    for name in ("open_model", "Plan", "Calibration"):
        original = getattr(verify, name)

        def noticed(*given, original=original, name=name):
            seen.append(name)
            return original(*given)

        if name == "open_model":
            monkeypatch.setattr(verify, name, noticed)
        else:
            reading = original.from_json

            def from_json(facts, reading=reading, name=name):
                seen.append(name)
                return reading(facts)

            monkeypatch.setattr(original, "from_json", staticmethod(from_json))
    return seen

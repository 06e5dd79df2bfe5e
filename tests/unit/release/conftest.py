import importlib.util
import sys
from pathlib import Path

import pytest

# Test folders are no packages (importmode is importlib), so the made-up release that
# two of them share is loaded by its path.
_PLACE = Path(__file__).parents[2] / "release" / "made_up.py"
if "made_up" not in sys.modules:
    _SPEC = importlib.util.spec_from_file_location("made_up", _PLACE)
    sys.modules["made_up"] = importlib.util.module_from_spec(_SPEC)
    _SPEC.loader.exec_module(sys.modules["made_up"])


@pytest.fixture(scope="session")
def people(tmp_path_factory):
    return sys.modules["made_up"].make_people(tmp_path_factory.mktemp("keys"))

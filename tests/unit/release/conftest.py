import importlib.util
import sys
from pathlib import Path

import pytest

# Test folders are no packages (importmode is importlib), so the made-up release that
# two of them share is loaded by its path.
_PLACE = Path(__file__).parents[2] / "release"
for _name in ("made_up", "made_up_run"):
    if _name not in sys.modules:
        _spec = importlib.util.spec_from_file_location(_name, _PLACE / f"{_name}.py")
        sys.modules[_name] = importlib.util.module_from_spec(_spec)
        _spec.loader.exec_module(sys.modules[_name])


@pytest.fixture(scope="session")
def people(tmp_path_factory):
    return sys.modules["made_up"].make_people(tmp_path_factory.mktemp("keys"))

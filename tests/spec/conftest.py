import importlib.util
import sys
from pathlib import Path

# What the tests of the language share is loaded by its path, as docs/generate.py does.
for _name in ("language_chapters", "language_page"):
    if _name not in sys.modules:
        _place = Path(__file__).with_name(f"{_name}.py")
        _spec = importlib.util.spec_from_file_location(_name, _place)
        sys.modules[_name] = importlib.util.module_from_spec(_spec)
        _spec.loader.exec_module(sys.modules[_name])

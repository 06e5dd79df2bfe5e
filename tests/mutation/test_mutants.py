"""What puts faults into the engines does, and its list of survivors is current."""

import importlib.util
import sys
from pathlib import Path

import pytest


def loaded(name):
    """A module of this folder, which is no package."""
    if name not in sys.modules:
        place = Path(__file__).with_name(f"{name}.py")
        spec = importlib.util.spec_from_file_location(name, place)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


mutants, mutate = loaded("mutants"), loaded("mutate")

SOURCE = '''"""Words, with a sign < in them."""

Kinds = int | str


def f(a: int | None, b=1) -> "int | None":
    """Nothing < to change."""
    if a < b and not a:
        return [x for x in a if x]
    for x in a:
        if x is None:
            continue
        g(x)
    raise ValueError("a < b")
'''
FAULTS = [
    "1 -> 2",
    "a < b and not a -> True",
    "a < b and not a -> False",
    "a < b and not a -> ((a < b) or (not a))",
    "a < b and not a -> ((not a))",
    "a < b and not a -> ((a < b))",
    "< -> <=",
    "< -> >=",
    "not a -> (a)",
    "[x for x in a if x] -> None",
    "x -> True",
    "x is None -> True",
    "x is None -> False",
    "is -> is not",
    "continue -> break",
    "g(x) -> pass",
    'raise ValueError("a < b") -> pass',
]


def made(tmp_path, source, name="one.py"):
    (tmp_path / name).write_text(source)
    return mutants.mutants(tmp_path, name)


def test_signs_filters_and_steps_are_changed_and_words_and_types_are_not(tmp_path):
    found = made(tmp_path, SOURCE)
    assert sorted(one.fault for one in found) == sorted(FAULTS)
    assert len({one.source for one in found}) == len(found)
    assert all(one.source.count("Words, with a sign <") == 1 for one in found)


def test_sql_is_changed_inside_its_strings(tmp_path):
    source = 'def f(a):\n    return f"{a} <= b AND c IS NULL", ["x", "y"]\n'
    found = made(tmp_path, source, "sql_text.py")
    changed = {one.source.splitlines()[1].strip() for one in found}
    assert 'return f"{a} < b AND c IS NULL", ["x", "y"]' in changed
    assert 'return f"{a} <= b OR c IS NULL", ["x", "y"]' in changed
    assert 'return f"{a} <= b AND c IS NOT NULL", ["x", "y"]' in changed
    assert 'return f"{a} <= b AND c IS NULL", ["y"]' in changed
    assert not [one for one in made(tmp_path, source) if "SQL" in one.fault]


def test_a_fault_is_named_without_its_line_number(tmp_path):
    before = made(tmp_path, SOURCE)
    after = made(tmp_path, SOURCE.replace("def f", "\n\ndef f"))
    assert [one.key for one in before] == [one.key for one in after]
    assert len({one.key for one in before}) == len(before)


@pytest.mark.parametrize("file", sorted(mutate.TESTS))
def test_every_survivor_that_is_explained_can_still_be_put_in(file, root):
    there = {one.key for one in mutants.mutants(root, file)}
    assert there
    for tests in mutate.TESTS[file]:
        assert [one for one in tests if (root / one.partition("::")[0]).exists()]
    for key, because in mutate.explained().items():
        assert key[0] in mutate.TESTS
        assert len(because.split()) >= 5, "a reason that a reader can check"
        assert key[0] != file or key in there, "this line has changed: look again"

"""The tree of errors: codes, exit codes, and messages that say what to do."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from riskaid import errors

ROOT = Path(__file__).resolve().parents[2]
EXIT_CODES = {
    "UsageError": 2,
    "DefinitionError": 10,
    "ExtractError": 11,
    "GateRefused": 12,
    "InsufficientEvidence": 13,
    "ReleaseError": 14,
    "AdviceRefused": 15,
    "ReviewLogError": 16,
    "NotRecommended": 17,
}
PERSONAL = {
    "person_id", "adult_id", "child_id", "pers_person_id", "as_of", "born",
    "date_of_birth", "subject", "email", "ethnicity", "disability", "note",
}  # fmt: skip


def tree() -> list[type[errors.RiskaidError]]:
    return [
        one
        for _, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, errors.RiskaidError) and one is not errors.RiskaidError
    ]


def test_every_class_has_the_exit_code_that_was_promised():
    assert {one.__name__: one.exit_code for one in tree()} == EXIT_CODES


def test_codes_are_unique_and_carry_the_exit_code():
    codes = [one.code for one in tree()]
    assert len(set(codes)) == len(codes)
    assert all(one.code == f"RA{one.exit_code:02d}" for one in tree())


def test_the_page_of_the_tree_names_every_class_with_its_code():
    for one in tree():
        assert re.search(rf"── {one.__name__} +{one.code} ", errors.__doc__), one


def test_too_little_evidence_is_a_refusal():
    assert issubclass(errors.InsufficientEvidence, errors.GateRefused)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing_episode", " Did you mean 'missing_episodes'?"),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_suggested_or_nothing(name, says):
    assert errors.nearest(name, ["missing_episodes", "contacts"]) == says


def raised(source: str) -> list[tuple[int, str, set[str]]]:
    """Every message raised with a class of the tree: line, words, names it fills in."""
    ours = {one.__name__ for one in tree()}
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
            continue
        if ast.unparse(node.exc.func).split(".")[-1] not in ours:
            continue
        words, names = "", set()
        for part in ast.walk(ast.Tuple(node.exc.args)):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                words += part.value
            if isinstance(part, ast.FormattedValue):
                names |= {
                    one.attr if isinstance(one, ast.Attribute) else one.id
                    for one in ast.walk(part.value)
                    if isinstance(one, ast.Attribute | ast.Name)
                }
        found.append((node.lineno, words, names))
    return found


def unkind(source: str) -> list[str]:
    """Say which raised messages name a person's values, or say nothing at all."""
    found = []
    for line, words, names in raised(source):
        if names & PERSONAL:
            found.append(f"{line}: fills in {sorted(names & PERSONAL)}")
        if (
            re.search(r"[A-Za-z]", words)
            and len(re.findall(r"[A-Za-z]{2,}", words)) < 3
        ):
            found.append(f"{line}: says too little: {words!r}")
    return found


def test_a_message_with_a_persons_value_or_without_words_is_found():
    assert unkind("raise ExtractError(f'The child {person_id} is not in this store')")
    assert unkind("raise errors.AdviceRefused(f'Not on {row.as_of} for this child')")
    assert unkind("raise ExtractError('bad file')")
    assert not unkind("raise ExtractError(f'Row {n} of {file} has no date. Add it.')")
    assert not unkind("raise ExtractError(message)")


def test_no_message_in_the_source_holds_a_persons_values():
    assert not [
        f"{path.relative_to(ROOT).as_posix()}:{one}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        for one in unkind(path.read_text(encoding="utf-8"))
    ]

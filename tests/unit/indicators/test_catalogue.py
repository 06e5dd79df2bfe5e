import pytest

from riskaid.errors import DefinitionError
from riskaid.indicators.catalogue import (
    load_catalogue,
    render_catalogue,
    write_catalogue,
)
from riskaid.indicators.declared import read

GOOD = '''"""Signs."""

from riskaid.indicators import Gap, Indicator, Prompt, days
from riskaid.records.tables import missing_episodes, persons

MISSING_90D = Indicator(
    name="missing_90d",
    value=missing_episodes.count(last=days(90)),
    reads="How often",
    unit="episodes",
    source="SSD",
    family="missing",
    more_means_more=True,
    because="A fact",
    examples="one",
)
OFTEN = Prompt(
    name="often",
    when=(missing_episodes.count(last=days(30)) >= 2) & ~persons.any(),
    says="Often",
    asks="Why?",
    because="A fact",
    family="missing",
    examples="one",
)
NOT_KNOWN = Gap(
    name="not_known",
    when=~missing_episodes.any().is_known(),
    says="Not known",
    closes_with="Ask",
    because="A fact",
    examples="one",
)
'''


def folder_of(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def with_value(value):
    return GOOD.replace("missing_episodes.count(last=days(90))", value)


def test_a_file_of_declarations_is_read(tmp_path):
    found = load_catalogue(folder_of(tmp_path, one=GOOD))
    assert [one.name for one in found.declarations] == [
        "missing_90d",
        "often",
        "not_known",
    ]
    assert str(found.places["often"]) == "one.py:17"
    assert str(found.examples["often"]) == "one.py:24"
    assert found.indicators[0].role == "predictor"


def test_files_come_by_name_then_in_order(tmp_path):
    other = GOOD.replace("missing_90d", "a_90d").replace("MISSING_90D", "A_90D")
    other = other[: other.index("OFTEN")]
    found = load_catalogue(folder_of(tmp_path, b=GOOD, a=other))
    assert [one.name for one in found.indicators] == ["a_90d", "missing_90d"]


SMUGGLED = {
    "an import of the system": "import os",
    "an import of another module": "from os import system",
    "an import from inside riskaid": "from riskaid.files import write_text",
    "an import under another name": "from riskaid.indicators import days as open",
    "a star import": "from riskaid.records.tables import *",
    "an import from beside it": "from . import days",
    "a private name of the tables": "from riskaid.records.tables import __builtins__",
    "a call at the top": "print('x')",
    "a function": "def f():\n    return 1",
    "a class": "class A:\n    pass",
    "a loop": "for x in (1, 2):\n    y = x",
    "a second target": "A = B = days(3)",
    "an annotated name": "A: int = days(3)",
    "a walrus": "A = (b := days(3))",
    "a lambda": "A = (lambda: days(3))()",
    "a comprehension": "A = [days(n) for n in (1, 2)]",
    "an f-string": "A = f'{days(3)}'",
    "a builtin": "A = open('/etc/passwd')",
    "dunder attributes": "A = days.__globals__",
    "dunder of a table": "A = missing_episodes.__class__.__base__.__subclasses__()",
    "dunder of a value": "A = missing_episodes.count().__init__(1)",
    "a private attribute": "A = missing_episodes._rows",
    "a node": "A = missing_episodes.count().node",
    "methods of text": "A = '{0.__class__}'.format(days)",
    "methods of a table that are no words": "A = missing_episodes.field('end')",
    "a subscript": "A = missing_episodes.columns['end']",
    "a condition of Python's": "A = days(3) if days(2) else days(1)",
    "a power": "A = 9 ** 9 ** 9",
    "arithmetic of literals": "A = 'x' * 1000000000",
    "stars in a call": "A = days(*(3,))",
    "named stars in a call": "A = days(**{'n': 3})",
    "a call of a table": "A = missing_episodes(3)",
    "a decorator": "@days\ndef f():\n    pass",
    "an await": "A = await_",
    "a deep nest": "A = " + "~" * 200 + "missing_episodes.any()",
    "a nest that breaks the parser": "A = " + "(" * 5000 + ")" * 5000,
    "no Python": "A = = 3",
    "a zero byte": "A = 3\0",
    "no declaration": "A = days(3)",
    "and": "A = missing_episodes.any() and missing_episodes.any()",
    "not": "A = not missing_episodes.any()",
    "a chained comparison": "A = 1 < missing_episodes.count() < 3",
    "a minus before a table": "A = -missing_episodes",
    "a tilde before a number": "A = ~missing_episodes.count()",
    "bytes": "A = b'x'",
    "the wrong argument": "A = days(m=3)",
    "a mix of operators": "A = missing_episodes.count() & missing_episodes.any()",
    "plus on conditions": "A = missing_episodes.any() + missing_episodes.any()",
    "a second docstring": '"""More."""',
    "a bare number as a window": "A = missing_episodes.count(last=90)",
    "a misspelt column": "A = missing_episodes.where(missing_episodes.kind == 'M')",
    "a name not imported": "A = contacts.count()",
    "a word that is none": "A = missing_episodes.sum()",
}


@pytest.mark.parametrize("what", SMUGGLED)
def test_anything_else_is_refused_with_file_and_line(what, monkeypatch):
    monkeypatch.setattr("builtins.exec", None)
    monkeypatch.setattr("builtins.eval", None)
    head = GOOD[: GOOD.index("MISSING_90D")]
    with pytest.raises(DefinitionError, match=r"^one\.py:\d+: .+|^one\.py: .+") as said:
        read(head + SMUGGLED[what] + "\n", "one.py")
    assert str(said.value).rstrip().endswith((".", "?", ")", "'"))


def test_the_message_names_the_line():
    with pytest.raises(DefinitionError, match=r"^one\.py:7: .*days\(90\)"):
        read(
            with_value("missing_episodes.count(last=90)").replace("\n\nM", "\nM"),
            "one.py",
        )


INCOMPLETE = {
    "another variable": ("MISSING_90D =", "MISSING =", "must be the same"),
    "no unit": ('unit="episodes"', 'unit=" "', "empty `unit`"),
    "no reads": ('reads="How often"', 'reads=""', "empty `reads`"),
    "no source": ('source="SSD"', 'source=""', "empty `source`"),
    "no reason": ('because="A fact"', 'because=""', "empty `because`"),
    "no examples": ('examples="one"', 'examples=""', "empty `examples`"),
    "no family": ('family="missing"', 'family="lost"', "The families are"),
    "another role": ('unit="episodes"', 'unit="e", role="score"', "The roles are"),
    "a forgotten field": ('    unit="episodes",\n', "", "lacks its field 'unit'.*has:"),
    "a misspelt field": ("    unit=", "    units=", "no field 'units'.*mean 'unit'"),
    "a field without a name": (
        "MISSING_90D = Indicator(",
        "MISSING_90D = Indicator('one', ",
        "fields by name",
    ),
    "a number for text": ('unit="episodes"', "unit=90", "'unit' is not text"),
    "an answer for a claim": (
        "more_means_more=True",
        'more_means_more="yes"',
        "neither True, False nor None",
    ),
    "a value that is none": (
        "value=missing_episodes.count(last=days(90))",
        "value=3",
        "must be an expression",
    ),
}


@pytest.mark.parametrize("what", INCOMPLETE)
def test_an_incomplete_declaration_is_refused(tmp_path, what):
    old, new, said = INCOMPLETE[what]
    assert old in GOOD
    with pytest.raises(DefinitionError, match=rf"^one\.py:\d+: .*{said}"):
        load_catalogue(folder_of(tmp_path, one=GOOD.replace(old, new)))


def test_a_name_stands_once_in_the_whole_folder(tmp_path):
    with pytest.raises(DefinitionError, match=r"two\.py:6: .* already at one\.py:6"):
        load_catalogue(folder_of(tmp_path, one=GOOD, two=GOOD))


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "one.py").write_bytes(b'"""\xff"""')
    with pytest.raises(DefinitionError, match=r"^one\.py: this is not text"):
        load_catalogue(tmp_path)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(DefinitionError, match="no indicator files"):
        load_catalogue(tmp_path)


NEVER = {
    "ethnicity": "persons.where(persons.ethnicity == 'WBRI').any()",
    "sex": "persons.where(persons.sex == 'F').any()",
    "disability": "disabilities.any()",
    "families": "families.any()",
    "where somebody lives": "addresses.where(addresses.outcode == 'AB1').any()",
    "how many places": "addresses.count_distinct(addresses.outcode)",
    "disability of a parent": "assessment_factors.where("
    "assessment_factors.code.is_in('4B', '5B')).any()",
    "all factors": "assessment_factors.count()",
    "all factors but one": "assessment_factors.where("
    "assessment_factors.code != '4B').any()",
    "all factors but some": "assessment_factors.where("
    "~assessment_factors.code.is_in('4B')).any()",
    "asylum": "assessment_factors.where(assessment_factors.code == '9A').any()",
    "disability as a need": "referrals.where(referrals.primary_need == 'N2').any()",
    "all needs": "referrals.count_distinct(referrals.primary_need)",
    "a local code": "local_events.where(local_events.kind == 'religion').any()",
    "local codes": "local_events.where(local_events.code.is_in('UASC')).any()",
    "a gap": "persons.any() & ~missing_episodes.any().is_known()",
    "through the household": "persons.where(persons.ethnicity.is_known())"
    ".of(household).any()",
}
IMPORT = "from riskaid.records.tables import missing_episodes, persons"
MORE = (
    IMPORT
    + ", disabilities, families, addresses, assessment_factors, referrals"
    + ", local_events, household"
)


@pytest.mark.parametrize("what", NEVER)
def test_a_predictor_never_reads_what_no_estimate_may_read(tmp_path, what):
    text = with_value(NEVER[what]).replace(IMPORT, MORE)
    with pytest.raises(DefinitionError, match=r"one\.py:6: .* is a predictor, but"):
        load_catalogue(folder_of(tmp_path, one=text))
    audit = text.replace('unit="episodes"', 'unit="e", role="audit_only"')
    assert load_catalogue(folder_of(tmp_path, one=audit)).indicators


ALLOWED = {
    "named factors": "assessment_factors.where("
    "(assessment_factors.code == '4B') | (assessment_factors.code == '3B')).any()",
    "factors named twice": "assessment_factors.where(assessment_factors.code.is_in("
    "'4B', '5B') & (assessment_factors.code == '4B')).any()",
    "referrals without their need": "referrals.count()",
    "a local kind": "local_events.where(local_events.kind == 'trace').count()",
    "addresses without the place": "addresses.count()",
}


@pytest.mark.parametrize("what", ALLOWED)
def test_a_predictor_may_read_the_rest(tmp_path, what):
    text = with_value(ALLOWED[what]).replace(IMPORT, MORE)
    assert load_catalogue(folder_of(tmp_path, one=text)).indicators


def test_the_catalogue_shows_everything_once(tmp_path):
    shown = render_catalogue(load_catalogue(folder_of(tmp_path, one=GOOD)))
    assert "There are 1 indicators, 1 prompts and 1 gaps." in shown
    for text in ("### missing_90d", "### often", "It asks: Why?", "close it: Ask"):
        assert shown.count(text) == 1
    assert shown.index("## Going missing") < shown.index("## What is not known")


def test_the_catalogue_is_written_beside_its_files(tmp_path):
    folder = folder_of(tmp_path, one=GOOD)
    place = write_catalogue(folder)
    assert place == folder / "CATALOGUE.md"
    assert place.read_text() == render_catalogue(load_catalogue(folder))

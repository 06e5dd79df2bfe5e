"""Parameters, codelists, and a council's folder over the shipped catalogue."""

import pytest

from riskaid import shipped
from riskaid.errors import DefinitionError
from riskaid.indicators import codelist, number, window
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.examples import check_examples
from riskaid.indicators.settings import read_settings
from riskaid.language import days

PARAMETERS = """
[many_episodes]
value = 3
unit = "episodes"
says = "How many missing episodes are many"
because = "Local practice"

[lookback]
value = 90
unit = "days"
says = "How far back"
because = "Local practice"
"""
PROMPT = '''
from riskaid.indicators import Prompt, codelist, number, window
from riskaid.records.tables import missing_episodes

MANY_EPISODES_MISSING = Prompt(
    name="many_episodes_missing",
    when=missing_episodes.where(
        missing_episodes.episode_type.is_in(codelist("kinds"))
    ).count(last=window("lookback")) >= number("many_episodes"),
    says="Missing at least {many_episodes} times in {lookback}.",
    asks="Has somebody looked at the pattern?",
    because="Local practice",
    family="missing",
    examples="""
        the third in 90 days
        missing_episodes as of 2024-06-01 expect yes
        date       | episode_type
        2024-03-03 | M
        2024-05-01 | A
        2024-05-31 | M

        one of them is older
        missing_episodes as of 2024-06-01 expect no
        date       | episode_type
        2024-03-02 | M
        2024-05-01 | A
        2024-05-31 | M
    """,
)
'''


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "parameters.toml").write_text(PARAMETERS)
    (tmp_path / "codelists").mkdir()
    (tmp_path / "codelists" / "kinds.csv").write_text("code,term\nM,missing\nA,away\n")
    (tmp_path / "local.py").write_text(PROMPT)
    return tmp_path


def test_a_file_takes_its_numbers_windows_and_codes_from_beside_it(folder):
    catalogue = load_catalogue(folder)
    assert check_examples(catalogue) == []
    assert catalogue.prompts[0].says == "Missing at least 3 times in 90 days."


def test_a_council_sets_another_number_and_the_words_follow(folder):
    text = PARAMETERS.replace("value = 3", "value = 4").replace("90", "1")
    (folder / "parameters.toml").write_text(text)
    catalogue = load_catalogue(folder)
    assert catalogue.prompts[0].says == "Missing at least 4 times in 1 day."
    assert len(check_examples(catalogue)) == 3, "one example, three engines"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('number("many_episodes")', 'number("many")', "no parameter 'many'"),
        ('number("many_episodes")', 'number("lookback")', "is a window"),
        ('window("lookback")', 'window("many_episodes")', "number of episodes"),
        ('codelist("kinds")', 'codelist("kind")', "Did you mean 'kinds'"),
        ("{lookback}", "{look}", "no parameter 'look'"),
    ],
)
def test_a_wrong_name_is_refused_with_its_place(folder, old, new, says):
    (folder / "local.py").write_text(PROMPT.replace(old, new))
    with pytest.raises(DefinitionError, match=says) as refused:
        load_catalogue(folder)
    assert str(refused.value).startswith("local.py:")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("value = 3", "value = '3'", "must be a number"),
        ("value = 90", "value = 90.5", "whole days"),
        ("value = 90", "value = 0", "from 1 to"),
        ('says = "How far back"', 'says = ""', "must be text"),
        ('says = "How far back"\n', "", "holds exactly"),
        ("[lookback]", "[lookback", "is not TOML"),
    ],
)
def test_a_wrong_parameter_is_refused(folder, old, new, says):
    (folder / "parameters.toml").write_text(PARAMETERS.replace(old, new))
    with pytest.raises(DefinitionError, match=says):
        read_settings(folder)


@pytest.mark.parametrize(
    "text", ["", "code,term\n", "code\nM\n", "code,term\nM,a\nM,b\n"]
)
def test_a_wrong_codelist_is_refused(folder, text):
    (folder / "codelists" / "kinds.csv").write_text(text)
    with pytest.raises(DefinitionError, match=r"kinds\.csv"):
        read_settings(folder)


@pytest.mark.parametrize("word", [codelist, number, window])
def test_outside_a_features_folder_they_have_no_value(word):
    with pytest.raises(DefinitionError, match="read, never run"):
        word("lookback")


def test_a_window_is_one_of_days(folder):
    assert read_settings(folder).window("lookback") == days(90)


def test_a_council_folder_adds_replaces_and_leaves_out(folder):
    below = load_catalogue(shipped.folder("features"))
    left, replaced = below.prompts[0].name, below.prompts[1].name
    (folder / "catalogue.toml").write_text(
        f'extends = "shipped"\nleave_out = ["{left}"]\n'
    )
    second = PROMPT.replace("many_episodes_missing", replaced).replace(
        "MANY_EPISODES_MISSING", replaced.upper()
    )
    (folder / "more.py").write_text(second)
    catalogue = load_catalogue(folder)
    names = [one.name for one in catalogue.prompts]
    assert left not in names
    assert names.count(replaced) == 1
    assert len(catalogue.indicators) == len(below.indicators)
    assert set(catalogue.differs) >= {
        f"replaced: prompt {replaced}",
        f"left out: prompt {left}",
        "added: prompt many_episodes_missing",
        "added: parameter lookback, 90 days",
        "added: codelist kinds",
    }
    assert catalogue.places[replaced].file == "more.py"
    assert left not in catalogue.places


def test_a_parameter_alone_changes_the_shipped_catalogue(tmp_path):
    below = read_settings(shipped.folder("features")).parameters
    name, one = next(iter(below.items()))
    (tmp_path / "catalogue.toml").write_text('extends = "shipped"\n')
    (tmp_path / "parameters.toml").write_text(
        f'[{name}]\nvalue = {one.value + 1:g}\nunit = "{one.unit}"\n'
        'says = "x"\nbecause = "x"\n'
    )
    (line,) = load_catalogue(tmp_path).differs
    assert line.startswith(f"replaced: parameter {name}, {one.value + 1:g}")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('extends = "other"', "says extends"),
        ('extends = "shipped"\nmore = 1', "says extends"),
        ('extends = "shipped"\nleave_out = "x"', "says extends"),
        ('extends = "shipped"\nleave_out = ["x"]', "not in the shipped"),
        ("extends", "is not TOML"),
    ],
)
def test_a_wrong_layer_is_refused(folder, text, says):
    (folder / "catalogue.toml").write_text(text)
    with pytest.raises(DefinitionError, match=says):
        load_catalogue(folder)


def test_a_name_keeps_its_kind(folder):
    name = load_catalogue(shipped.folder("features")).gaps[0].name
    (folder / "catalogue.toml").write_text('extends = "shipped"\n')
    (folder / "local.py").write_text(
        PROMPT.replace("many_episodes_missing", name).replace(
            "MANY_EPISODES_MISSING", name.upper()
        )
    )
    with pytest.raises(DefinitionError, match="another name"):
        load_catalogue(folder)

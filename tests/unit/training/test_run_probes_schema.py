"""run_probes.json has a closed schema, and everything that is written follows it."""

import copy
from typing import get_args

import pytest

from riskaid.training.probes_asked import Flip
from riskaid.training.run_probes import FORMAT, VERSION, run_probes_schema

NONE = dict.fromkeys(("value", "low90", "high90", "low95", "high95"))
SOME = {"value": 0.1, "low90": 0.0, "high90": 0.2, "low95": -0.1, "high95": 0.3}
ABLATION = {
    "name": "poverty",
    "says": "what stands in for poverty",
    "because": "It is a test.",
    "left_out": ["absence_rate_365d"],
}
REVEALS = {
    "group": "asian",
    "of": "value",
    "auc": 0.6,
    "low95": 0.5,
    "high95": 0.7,
    "p_holm": 0.2,
    "found": False,
}
FLIP = {
    "name": "police",
    "says": "nothing from the police",
    "because": "It is a test.",
    "to": "none",
    "indicators": [],
}
MEASURED = {
    "state": "estimable",
    "rows": None,
    "outcomes_left_out": None,
    "auc": SOME,
    "auc_without": NONE,
    "change": SOME,
    "groups": [
        {
            "by": "ethnicity",
            "group": "asian",
            "gap": SOME,
            "gap_without": NONE,
            "change": SOME,
        }
    ],
}


@pytest.fixture(scope="module")
def schema():
    return run_probes_schema()


@pytest.fixture
def found():
    """Every kind of answer once, most of them not estimable."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "run": {"experiment": "made_up", "rung": "booster", "estimates": "0" * 64},
        "proxies": [
            {
                "by": "ethnicity",
                "state": "estimable",
                "groups": [REVEALS | {"indicator": None, "phrase": "Asian children"}],
                "indicators": [REVEALS | {"indicator": "a", "reads": "a sign"}],
                "indicators_found": 1,
                "left_out": ["a"],
                "without": ABLATION | MEASURED,
            },
            {
                "by": "disability",
                "state": "too_few",
                "groups": [],
                "indicators": [],
                "indicators_found": 0,
                "left_out": [],
                "without": None,
            },
        ],
        "reads_groups": [],
        "adultification": {
            "state": "too_few",
            "says": "what is asked",
            "because": "It is a test.",
            "groups": ["children recorded as Black"],
            "from_age": 10,
            "years_older": 3,
        },
        "flips": [
            FLIP | {"state": "not_used"},
            FLIP | {"state": "nothing_to_change"},
        ],
        "ablations": [
            ABLATION | {"state": state}
            for state in ("nothing_to_leave_out", "nothing_left", "not_known")
        ],
        "anchor": {"name": "a", "says": "b", "state": "not_computed", "groups": []},
        "sentences": ["Something was found."],
    }


def every_object(inner):
    if isinstance(inner, dict):
        if "properties" in inner:
            yield inner
        for one in inner.values():
            yield from every_object(one)


def test_it_is_closed_and_only_what_is_not_estimable_leaves_entries_out(schema):
    assert schema["$id"] == f"urn:riskaid:{FORMAT}:{VERSION}"
    loose = 0
    for inner in every_object(schema):
        assert inner["additionalProperties"] is False
        left = set(inner["properties"]) - set(inner["required"])
        assert set(inner["required"]) <= set(inner["properties"])
        if left:
            loose += 1
            assert "estimable" in inner["properties"]["state"]["enum"]
    assert loose == 4


def test_every_kind_of_answer_follows_it(schema, found, follows_schema):
    follows_schema(found, schema)
    follows_schema(found | {"adultification": None, "anchor": None}, schema)


def spoilt(found, *path, to):
    out = copy.deepcopy(found)
    at = out
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = to
    return out


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("more",), 1),
        (("version",), 2),
        (("run", "rung"), "forest"),
        (("run", "estimates"), "0"),
        (("proxies", 0, "by"), "sex"),
        (("proxies", 0, "groups", 0, "auc"), 1.2),
        (("proxies", 0, "groups", 0, "indicator"), "a"),
        (("proxies", 0, "indicators", 0, "indicator"), None),
        (("proxies", 0, "without", "state"), "unknown"),
        (("proxies", 0, "without", "auc", "value"), "0.1"),
        (("flips", 0, "to"), "all"),
        (("ablations", 0, "more"), 1),
        (("anchor", "state"), "estimable"),
        (("sentences", 0), 1),
    ],
)
def test_what_does_not_belong_there_is_refused(schema, found, follows_schema, path, to):
    with pytest.raises(AssertionError):
        follows_schema(spoilt(found, *path, to=to), schema)


@pytest.mark.parametrize("name", ["run", "proxies", "adultification", "sentences"])
def test_nothing_may_be_missing(schema, found, follows_schema, name):
    del found[name]
    with pytest.raises(AssertionError):
        follows_schema(found, schema)


def test_it_names_what_a_flip_may_set(schema):
    to = schema["properties"]["flips"]["items"]["properties"]["to"]["enum"]
    assert tuple(to) == get_args(Flip.model_fields["to"].annotation)

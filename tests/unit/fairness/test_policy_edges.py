"""Every range, word and part of a policy: what is allowed at its edge, and just beyond."""

import tomllib
from copy import deepcopy
from datetime import UTC, date, datetime

import pytest

from riskaid.errors import DefinitionError
from riskaid.fairness import policy as policies
from riskaid.fairness.policy import load_policy
from riskaid.fairness.policy_reading import Part, agreement, read_toml

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def shipped(policy_file):
    return tomllib.loads(policy_file.read_text())


@pytest.fixture
def load(shipped, monkeypatch, tmp_path):
    """Load the shipped policy with one value of its table changed, or taken away."""

    def changed(where, value):
        table = deepcopy(shipped)
        *path, last = where.split(".")
        part = table
        for key in path:
            part = part[int(key) if key.isdigit() else key]
        if value is None:
            del part[last]
        else:
            part[last] = value
        monkeypatch.setattr(policies, "read_toml", lambda _: (b"x", table))
        return load_policy(tmp_path / "policy.toml", today=TODAY)

    return changed


DIFFERENCES = (
    "false_negative_rate",
    "positive_predictive_value",
    "false_positive_rate",
)
RANGES = [
    ("capacity.gated", 0.01, 0.5),
    ("evidence.fail_p_below", 0.05, 0.2),
    ("evidence.replicates", 200, 20_000),
    ("evidence.smallest_denominator", 10, 1000),
    ("looks.planned", 1, 24),
    ("disclosure.smallest_published_count", 6, 100),
    ("usefulness.lift_at_least", 1.05, 20),
    ("usefulness.spread_at_least", 0.001, 0.5),
    ("limits.auc.lowest", 0.5, 0.99),
    *((f"limits.{d}_difference.lowest", -0.25, -0.005) for d in DIFFERENCES),
    *((f"limits.{d}_difference.highest", 0.005, 0.25) for d in DIFFERENCES),
    *((f"limits.{m}.lowest", 0.5, 0.99) for m in ("recall_ratio", "calibration")),
    *((f"limits.{m}.highest", 1.01, 2.0) for m in ("recall_ratio", "calibration")),
    ("characteristics.ethnicity.merge.0.fewer_than", 10, 1000),
]


@pytest.mark.parametrize(("where", "least", "most"), RANGES)
def test_a_range_holds_at_its_edges_and_not_beyond(load, where, least, most):
    beyond = 1 if isinstance(least, int) and isinstance(most, int) else 1e-6
    for fine in (least, most):
        load(where, fine)
    for wrong in (least - beyond, most + beyond, float("nan")):
        with pytest.raises(DefinitionError, match=where.rpartition(".")[2]):
            load(where, wrong)


def test_reported_capacities_have_their_own_range_and_come_in_order(load):
    assert load("capacity.reported", [0.5, 0.001]).capacities == (0.001, 0.2, 0.5)
    assert load("capacity.reported", [0.2, 0.2]).capacities == (0.2,)
    assert load("capacity.reported", []).capacities == (0.2,)
    for wrong in (0.0009, 0.51, "0.1", True):
        with pytest.raises(DefinitionError, match=r"capacity.reported.2"):
            load("capacity.reported", [0.1, wrong])
    with pytest.raises(DefinitionError, match="must be a list of numbers"):
        load("capacity.reported", 0.1)


PARTS = [
    "", "policy", "capacity", "evidence", "looks", "disclosure", "usefulness", "limits",
    "limits.auc", "limits.recall_ratio", "limits.calibration",
    "limits.false_negative_rate_difference", "characteristics.ethnicity",
    "characteristics.ethnicity.merge.0", "characteristics.ethnicity_and_disability",
    "characteristics.ethnicity_and_disability.ethnicity.white",
]  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_no_part_takes_a_key_that_nobody_asked_for(load, part):
    with pytest.raises(DefinitionError, match="extra is not known"):
        load(f"{part}.extra".strip("."), 1)


AGREED = [
    "policy", "capacity", "evidence", "looks", "disclosure", "usefulness",
    "limits.auc", "limits.recall_ratio", "characteristics.ethnicity",
    "characteristics.ethnicity_and_disability",
]  # fmt: skip


@pytest.mark.parametrize("part", AGREED)
def test_every_part_says_why_who_and_until_when_and_expires(load, part):
    for key in ("because", "agreed_by", "agreed_on", "review_by"):
        with pytest.raises(DefinitionError, match=f"{key} is missing"):
            load(f"{part}.{key}", None)
    load(f"{part}.review_by", TODAY)
    load(f"{part}.agreed_on", TODAY)
    with pytest.raises(DefinitionError, match="was to be reviewed by 2026-11-21"):
        load(f"{part}.review_by", date(2026, 11, 21))
    with pytest.raises(DefinitionError, match="lies in the future"):
        load(f"{part}.agreed_on", date(2026, 11, 23))


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("policy", "the policy "),
        ("capacity", "the capacity "),
        ("evidence", "what counts as evidence "),
        ("looks", "the number of looks "),
        ("disclosure", "the smallest published count "),
        ("usefulness", "the usefulness floor "),
        ("limits.auc", "the limit on auc "),
        ("limits.recall_ratio", "the limit on recall ratio "),
        ("characteristics.sex", "the groups of sex "),
    ],
)
def test_what_has_expired_is_named_in_words(load, part, words):
    with pytest.raises(DefinitionError, match=f"^fairness/policy.toml: {words}"):
        load(f"{part}.review_by", date(2026, 11, 21))


def test_what_is_read_is_what_stands_there(load, shipped, policy):
    agreed = policy.agreement
    assert agreed.because == shipped["policy"]["because"]
    assert agreed.agreed_by == shipped["policy"]["agreed_by"]
    assert agreed.agreed_on == shipped["policy"]["agreed_on"]
    assert agreed.review_by == shipped["policy"]["review_by"]
    assert policy.name == "Starting policy"
    assert policy.priority == shipped["policy"]["priority"]
    assert (policy.replicates, policy.smallest_denominator) == (1000, 10)
    assert (policy.lift_at_least, policy.spread_at_least) == (1.5, 0.005)
    assert (policy.capacity_gated, policy.capacities) == (0.2, (0.05, 0.1, 0.2))
    held = policy.limits["recall_ratio"]
    assert (held.lowest, held.highest, held.role) == (0.8, 1.25, "primary")
    auc = policy.limits["auc"]
    assert (auc.lowest, auc.highest, auc.role) == (0.55, None, "fail_only")
    assert policy.not_audited == {}
    text = load("policy.because", "  Said with room around it. ")
    assert text.agreement.because == "Said with room around it."


def test_the_error_is_shared_among_the_looks(load):
    one = load("looks.planned", 1)
    two = load("looks.planned", 2)
    assert one.inside_confidence == pytest.approx(0.90)
    assert two.inside_confidence == pytest.approx(0.95)
    assert (one.inside_interval, two.inside_interval) == ("90%", "95%")
    assert two.fail_level == one.fail_level / 2 == 0.025
    assert load("looks.planned", 4).inside_interval == "97.5%"
    assert load("evidence.inside_interval", "95%").inside_confidence == 0.95
    assert one.looks.planned == 1
    assert one.looks.agreement.review_by == date(2027, 10, 31)


def test_columns_are_named_once_and_none_for_what_is_made_of_others(policy):
    assert policy.columns == ("ethnicity", "disability", "sex", "age_band")


@pytest.mark.parametrize(
    ("where", "value", "says"),
    [
        ("characteristics.ethnicity_and_disability.of", ["ethnicity"], "two charact"),
        ("characteristics.ethnicity_and_disability.of",
         ["ethnicity", "disability", "sex"], "must name two characteristics"),
        ("characteristics.ethnicity_and_disability.of", ["ethnicity", "disabilty"],
         "Did you mean 'disability'"),
        ("characteristics.ethnicity_and_disability.of", ["ethnicity", "sex"],
         "of has 'sex', which is not known"),
        ("characteristics.ethnicity_and_disability.gated", ["white; disabled"],
         "is not known"),
        ("characteristics.ethnicity_and_disability.may_be_absent",
         ["minority ethnic; anything"], "may_be_absent has"),
        ("characteristics.sex.may_be_absent", ["girl"], "Did you mean 'girls'"),
        ("characteristics.sex.gated", ["girls", "boys", "girls"], "something twice"),
        ("characteristics.sex.gated", ["girls", 3], "must be a list of words"),
        ("characteristics.sex.gated", ["girls", ""], "must be a list of words"),
        ("characteristics.sex.gated", "girls", "must be a list of words"),
        ("characteristics.sex.title", " ", "is empty; say it in words"),
        ("characteristics.sex.title", None, "title is missing"),
        ("characteristics.sex.column", None, "column is missing"),
        ("characteristics.ethnicity.merge.0.groups", ["white", "blakc"], "'black'"),
        ("characteristics.ethnicity.merge.0.together", "white", "is the name of anot"),
        ("characteristics.ethnicity.merge.0.phrase", None, r"merge\[1\].phrase is miss"),
        ("characteristics.ethnicity.merge", [3], "must be a list of tables"),
        ("characteristics.ethnicity.merge", 3, "must be a list of tables"),
        ("characteristics.ethnicity_and_disability.ethnicity.white.groups",
         ["white", "black"], "has 'black' a second time"),
        ("characteristics.ethnicity_and_disability.ethnicity.white.groups",
         ["whte"], "Did you mean 'white'"),
        ("characteristics.ethnicity_and_disability.ethnicity.white.groups", ["other"],
         "second time"),
        ("characteristics", 3, r"must be the table \[characteristics\]"),
        ("policy.agreed_on", datetime(2026, 1, 1, 10, tzinfo=UTC), "a date without a time"),
        ("evidence.replicates", 1000.0, "must be a whole number"),
        ("evidence.replicates", True, "must be a whole number"),
        ("evidence.inside_interval", "80%", "It may be: 90%, 95%"),
    ],
)  # fmt: skip
def test_a_slip_among_the_groups_says_which(load, where, value, says):
    with pytest.raises(DefinitionError, match=says):
        load(where, value)


def test_groups_as_written_may_have_any_name(load, shipped):
    asked = {
        "title": "Area",
        "reads": "as written",
        "column": "area",
        "gated": ["north", "south"],
        "may_be_absent": ["south"],
        "because": "x",
        "agreed_by": "x",
        "agreed_on": TODAY,
        "review_by": TODAY,
        "merge": [
            {
                "groups": ["north", "south"],
                "together": "both",
                "phrase": "people of either",
                "fewer_than": 20,
            }
        ],
    }
    held = load("characteristics.area", asked).characteristics[-1]
    assert (held.gated, held.may_be_absent) == (("north", "south"), ("south",))
    assert (held.column, held.of, held.collapse) == ("area", (), {})
    assert held.merges[0].fewer_than == 20
    assert held.merges[0].phrase == "people of either"
    held = load("characteristics", crossed(shipped, asked)).characteristics[-1]
    assert held.collapse["area"] == {"north": "up", "elsewhere": "down"}
    assert held.gated == ("up; disability",)
    alone = {k: v for k, v in asked.items() if k not in {"may_be_absent", "merge"}}
    held = load("characteristics.area", alone).characteristics[-1]
    assert (held.may_be_absent, held.merges) == ((), ())


def crossed(shipped, area):
    """The shipped characteristics, one as written, and both crossed."""
    wider = shipped["characteristics"]["ethnicity_and_disability"]
    up = {"groups": ["north"], "phrase": "up"}
    down = {"groups": ["elsewhere"], "phrase": "down"}
    both = wider | {
        "of": ["area", "disability"],
        "area": {"up": up, "down": down},
        "gated": ["up; disability"],
    }
    both = {k: v for k, v in both.items() if k not in {"ethnicity", "may_be_absent"}}
    return shipped["characteristics"] | {"area": area, "area_and_disability": both}


def test_an_intersection_is_of_plain_characteristics_only(load, shipped):
    twice = deepcopy(shipped["characteristics"]["ethnicity_and_disability"])
    twice["of"] = ["ethnicity_and_disability", "disability"]
    with pytest.raises(DefinitionError, match="which is not known"):
        load("characteristics.again", twice)


def test_an_intersection_says_what_is_wider_and_in_which_words(policy):
    held = policy.characteristics[2]
    assert held.of == ("ethnicity", "disability")
    assert held.column == ""
    assert held.collapse["ethnicity"]["black"] == "minority ethnic"
    assert held.collapse["disability"]["disability"] == "disability"
    assert set(held.phrases) == {"ethnicity", "disability"}
    assert "minority ethnic" in held.phrases["ethnicity"]
    assert held.merges == ()
    assert held.reads == "as written"
    first = held.collapse["ethnicity"]
    assert (first["white"], first["gypsy roma traveller"]) == (
        "white",
        "minority ethnic",
    )


REASON = {
    "because": "It is not held.",
    "agreed_by": "x",
    "agreed_on": TODAY,
    "review_by": TODAY,
}


def test_what_is_not_audited_says_why_and_stands_nowhere_else(load, shipped):
    both = "'disability' stands under .characteristics. and under .not_audited."
    with pytest.raises(DefinitionError, match=both):
        load("not_audited", {"disability": REASON})
    with pytest.raises(DefinitionError, match=r"not_audited.disabilty is not known"):
        load("not_audited", {"disabilty": REASON})
    with pytest.raises(DefinitionError, match=r"not_audited.disability.why is not kn"):
        load("not_audited", {"disability": REASON | {"why": "x"}})
    late = REASON | {"review_by": date(2026, 11, 21)}
    with pytest.raises(DefinitionError, match="leaving out disability"):
        load("not_audited", {"disability": late})
    left = {
        name: part
        for name, part in shipped["characteristics"].items()
        if "disability" not in name
    }
    shipped_without = deepcopy(shipped) | {"characteristics": left}
    with pytest.raises(DefinitionError, match=r"\[characteristics.disability\] is mis"):
        load("characteristics", left)
    # left out and said why: it is read, and no audit can pass
    shipped_without["not_audited"] = {"disability": REASON}
    held = load_without(load, shipped_without)
    assert held.not_audited["disability"].because == "It is not held."
    assert [c.name for c in held.characteristics] == ["ethnicity", "sex", "age_band"]


def load_without(load, table):
    """Load a whole table through the same door, which changes one key of it."""
    patch = pytest.MonkeyPatch()
    patch.setattr(policies, "read_toml", lambda _: (b"x", table))
    try:
        return load_policy(policies.Path("policy.toml"), today=TODAY)
    finally:
        patch.undo()


def test_a_part_knows_where_it_stands():
    part = Part({"a": {"b": 1}}, (), "policy.toml", TODAY)
    inner = part.part("a")
    assert (inner.key("b"), inner.names(), inner.has("b")) == ("a.b", ["b"], True)
    assert not inner.has("c")
    assert str(inner.error("b", "is wrong")) == "policy.toml: a.b is wrong."
    assert str(inner.error("b", "is wrong", "x")) == "policy.toml: a.b is wrong ('x')."
    with pytest.raises(DefinitionError, match=r"^policy.toml: a.b is not known."):
        inner.nothing_else()
    with pytest.raises(DefinitionError, match=r"Did you mean 'bb'\?"):
        inner.nothing_else(["bb"])
    assert inner.whole("b", at_least=1, at_most=1) == 1
    inner.nothing_else()


def test_a_missing_key_suggests_only_what_nobody_asked_for():
    part = Part({"because": "x", "agreed_bye": "y"}, (), "p.toml", TODAY)
    with pytest.raises(DefinitionError, match=r"Did you mean 'agreed_bye'\?"):
        agreement(part, "it")
    with pytest.raises(DefinitionError) as error:
        part.text("becaus")
    assert "Did you mean 'because'" not in str(error.value), "it was asked for already"
    assert "Add some words in quotes." in str(error.value)


def test_a_file_that_is_not_text_or_not_there_says_so(tmp_path):
    place = tmp_path / "policy.toml"
    with pytest.raises(DefinitionError, match="There is no fairness policy at"):
        read_toml(place)
    place.write_bytes(b"a = '\xff'")
    with pytest.raises(DefinitionError, match=r"policy.toml cannot be read as TOML"):
        read_toml(place)
    place.write_text("a = 1\n")
    assert read_toml(place) == (b"a = 1\n", {"a": 1})
    with pytest.raises(DefinitionError, match="cannot be read as TOML"):
        read_toml(tmp_path)

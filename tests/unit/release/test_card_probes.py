"""The card's lines about probes: of this audit and this run, or none."""

from dataclasses import dataclass
from typing import Any

import pytest

from riskaid.errors import UsageError
from riskaid.files import write_json
from riskaid.release.card_probes import probes_section, read_probes

SCORES, POLICY, ROWS = "a" * 64, "b" * 64, "c" * 64


@dataclass
class Audited:
    facts: dict[str, Any]


@dataclass
class RunRead:
    digests: dict[str, str]


OF = (
    RunRead({"estimates.parquet": ROWS}),
    Audited({"scores": {"digest": SCORES}, "policy": {"digest": POLICY}}),
)


def moved(turns_at, turns_to, direction="under_recorded"):
    return {
        "direction": direction,
        "pattern": "evenly",
        "turns_at": turns_at,
        "turns_to": turns_to,
    }


def group(phrase, *found):
    return {
        "title": "Ethnicity",
        "phrase": phrase,
        "recorded": "pass",
        "moved": list(found),
    }


def of_audit(**more):
    return {
        "audit": {"scores": SCORES, "policy": POLICY},
        "recording": [
            group("children recorded as White", moved(None, None)),
            group(
                "children recorded as Black",
                moved(0.2, "insufficient_evidence"),
                moved(0.07, "fail", "over_recorded"),
            ),
        ],
        "unrecorded": [{"sentences": ["Of those not recorded, this.", "More."]}],
        "anchor": None,
    } | more


def of_run(rows=ROWS):
    return {"run": {"estimates": rows}, "sentences": ["Of the run, this."]}


def lines(held):
    (section,) = probes_section(held)
    return section.blocks[1].items


def test_the_smallest_share_of_any_group_is_said_and_nothing_longer():
    found = lines({"probes.json": of_audit(), "run_probes.json": of_run()})
    assert "if 7 of 100 outcomes of children recorded as Black" in found[0]
    assert "from pass to fail" in found[0]
    assert found[1:] == ("Of those not recorded, this.", "Of the run, this.")


def test_where_nothing_turns_the_verdict_it_says_so():
    still = of_audit(recording=[group("children", moved(None, None))])
    assert "up to 30 of 100, would change" in lines({"probes.json": still})[0]


@pytest.mark.parametrize("found", [True, False])
def test_an_anchor_is_said_where_there_is_one(found):
    told = {"found": found, "sentence": "Asian: 1.4 times."}
    said = lines({"probes.json": of_audit(anchor=[told])})[-1]
    assert ("Asian: 1.4 times." in said) is found
    assert ("no group differs" in said) is not found


def test_without_probes_the_card_has_no_such_section(tmp_path):
    assert read_probes(tmp_path, None, of=OF) == {}
    assert probes_section({}) == ()


def test_probes_of_the_audit_are_read_beside_it(tmp_path):
    write_json(tmp_path / "probes.json", of_audit())
    assert list(read_probes(tmp_path, None, of=OF)) == ["probes.json"]
    (tmp_path / "audit.json").write_text("{}")
    held = read_probes(tmp_path / "audit.json", None, of=OF)
    assert list(held) == ["probes.json"]


@pytest.mark.parametrize("key", ["scores", "policy"])
def test_probes_of_another_audit_are_refused(tmp_path, key):
    other = of_audit()
    other["audit"][key] = "d" * 64
    write_json(tmp_path / "probes.json", other)
    with pytest.raises(UsageError, match="of another one"):
        read_probes(tmp_path, None, of=OF)


def test_probes_of_another_run_or_none_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"There is no run_probes\.json"):
        read_probes(tmp_path, tmp_path, of=OF)
    write_json(tmp_path / "run_probes.json", of_run("d" * 64))
    with pytest.raises(UsageError, match="of another run"):
        read_probes(tmp_path, tmp_path, of=OF)
    write_json(tmp_path / "run_probes.json", of_run())
    assert list(read_probes(tmp_path, tmp_path, of=OF)) == ["run_probes.json"]

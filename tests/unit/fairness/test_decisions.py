"""Decisions of the board: what is read, what each slip says, what they cover."""

from datetime import date, timedelta

import pytest

from riskaid.errors import DefinitionError, GateRefused, RiskaidError, UsageError
from riskaid.fairness.decided import cover, earliest_end, finding_of, unsettled
from riskaid.fairness.decision_draft import write_draft
from riskaid.fairness.decisions import parse_decision, read_decisions
from riskaid.files import digest_file

TODAY = date(2026, 11, 22)
SCORES, POLICY = "a" * 64, "b" * 64
ABOUT = ("ethnicity", "black", "recall_ratio")
FACTS = {
    "format": '"riskaid-decision"',
    "version": "1",
    "characteristic": '"ethnicity"',
    "group": '"black"',
    "measure": '"recall_ratio"',
    "scores": f'"{SCORES}"',
    "policy": f'"{POLICY}"',
    "person": '"A. Made-up"',
    "role": '"Chair of the board"',
    "decided_on": "2026-11-20",
    "until": "2027-05-31",
}
WORDS = {
    "Reason": "Few children of this group come to us.",
    "What would end it sooner": "One complaint that the board upholds.",
    "Meanwhile": "Evidence is pooled with two councils.",
}


def text(words=None, **facts):
    lines = [f"{k} = {v}" for k, v in (FACTS | facts).items() if v is not None]
    parts = [f"## {h}\n\n{said}\n" for h, said in (words or WORDS).items()]
    return "+++\n" + "\n".join(lines) + "\n+++\n\n# Title\n\n" + "\n".join(parts)


def put(folder, number=1, words=None, title="few-outcomes", **facts):
    folder.mkdir(exist_ok=True)
    path = folder / f"{number:04d}-{title}.md"
    path.write_text(text(words, **facts))
    return path


def metric(name, verdict, *, possible=True, role="primary"):
    return {
        "metric": name,
        "verdict": verdict,
        "decision_possible": possible,
        "role": role,
        "sentence": f"Among some children, {name} is said here.",
        "more_outcomes": 120 if verdict == "insufficient_evidence" else None,
    }


def audit(*metrics, verdict="insufficient_evidence", lift="pass", not_audited=()):
    """An audit of one group with these findings, and of everyone."""
    waits = any(m["verdict"] == "insufficient_evidence" for m in metrics)
    black = "insufficient_evidence" if waits else "pass"
    return {
        "verdict": verdict,
        "scores": {"digest": SCORES},
        "policy": {"digest": POLICY, "not_audited": {name: {} for name in not_audited}},
        "characteristics": [
            {
                "name": "ethnicity",
                "groups": [
                    {"name": "white", "verdict": "pass", "metrics": []},
                    {"name": "black", "verdict": black, "metrics": list(metrics)},
                ],
            }
        ],
        "everyone": {
            "name": "everyone",
            "verdict": lift,
            "metrics": [metric("lift", lift, role="usefulness")],
        },
    }


WAITING = metric("recall_ratio", "insufficient_evidence")


def test_a_decision_is_read_whole(tmp_path):
    path = put(tmp_path / "d")
    (tmp_path / "d" / "README.md").write_text("What this folder is.")
    (one,) = read_decisions(tmp_path / "d", today=TODAY).every
    assert (one.number, one.about, one.audited) == (1, ABOUT, (SCORES, POLICY))
    assert (one.person, one.role) == ("A. Made-up", "Chair of the board")
    assert (one.decided_on, one.until) == (date(2026, 11, 20), date(2027, 5, 31))
    assert [one.reason, one.sooner, one.meanwhile] == list(WORDS.values())
    assert one.content == path.read_bytes()
    assert one.to_json()["until"] == "2027-05-31"
    assert one.to_json()["digest"] == one.digest == digest_file(path)
    assert "content" not in one.to_json()


@pytest.mark.parametrize("name", sorted(FACTS))
def test_no_fact_can_be_left_out(tmp_path, name):
    put(tmp_path / "d", **{name: None})
    with pytest.raises(DefinitionError, match=rf"0001-few-outcomes.md: {name} is miss"):
        read_decisions(tmp_path / "d", today=TODAY)


@pytest.mark.parametrize("heading", sorted(WORDS))
def test_no_part_in_words_can_be_left_out_or_empty(tmp_path, heading):
    for said, says in ((None, "is missing"), ("<!-- why? -->", "nothing stands under")):
        words = {h: w for h, w in (WORDS | {heading: said}).items() if w is not None}
        put(tmp_path / "d", words=words)
        with pytest.raises(DefinitionError, match=says) as error:
            read_decisions(tmp_path / "d", today=TODAY)
        assert f"'## {heading}'" in str(error.value)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"until": "2027-11-20"}, None),  # twelve months to the day
        ({"until": "2027-11-21"}, "twelve months after it, 2027-11-20"),
        ({"until": "2026-11-20"}, None),  # for one day, and it has ended
        ({"until": "2026-11-19"}, "until must lie between"),
        ({"until": '"2027-05-31"'}, "until must be a date without quotes"),
        ({"until": '""'}, "until must be a date"),
        ({"until": "2027-05-31T10:00:00"}, "must be a date without a time"),
        ({"decided_on": "2026-11-22"}, None),
        ({"decided_on": "2026-11-23"}, "decided_on lies in the future"),
        ({"person": '""'}, "person is empty"),
        ({"person": '"child 1234567"'}, "person holds what looks like an id"),
        ({"role": '"   "'}, "role is empty"),
        ({"role": '"post 123456"'}, "role holds what looks like an id"),
        ({"scores": '"abc"'}, "scores must be the 64 characters"),
        ({"policy": f'"{"B" * 64}"'}, "policy must be the 64 characters"),
        ({"format": '"riskaid-desision"'}, "Did you mean 'riskaid-decision'?"),
        ({"version": "2"}, "version must be from 1 to 1"),
        ({"replaces": "1"}, "replaces must be from 1 to 0"),
        ({"persn": '"B"', "person": None}, "Did you mean 'persn'?"),
        ({"skip": "true"}, "0001-few-outcomes.md: skip is not known"),
        ({"group": "= ="}, "cannot be read as TOML"),
    ],
)
def test_each_slip_is_said_with_its_file(tmp_path, facts, says):
    put(tmp_path / "d", **facts)
    if says is None:
        assert len(read_decisions(tmp_path / "d", today=TODAY).every) == 1
        return
    with pytest.raises(DefinitionError, match=says) as error:
        read_decisions(tmp_path / "d", today=TODAY)
    assert str(error.value).startswith("0001-few-outcomes.md")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (WORDS | {"Resaon": "x"}, "Did you mean 'Reason'?"),
        (WORDS | {"Meanwhile": "Ask about C0000123."}, "looks like an id"),
        ({**WORDS, "Reason ": "Again."}, "stands twice"),
    ],
)
def test_words_are_under_known_headings_and_about_nobody(tmp_path, words, says):
    put(tmp_path / "d", words=words)
    with pytest.raises(DefinitionError, match=says):
        read_decisions(tmp_path / "d", today=TODAY)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("decision.md", b"", "is called NNNN-short-title.md"),
        ("0001-Few.md", b"", "is called NNNN-short-title.md"),
        ("0001-few.txt", b"", "is called NNNN-short-title.md"),
        ("0001-few.md", b"# No facts\n", "two lines of"),
        ("0001-few.md", b"+++\nversion = 1\n", "two lines of"),
        ("0001-few.md", b"+++\n\xff\n+++\n", "cannot be read as TOML"),
        ("0001-few.md", b"x" * 100_001, "no file of one"),
    ],
)
def test_a_file_that_is_no_decision_is_refused(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DefinitionError, match=says):
        read_decisions(tmp_path, today=TODAY)


def test_a_folder_that_is_not_there_or_holds_a_folder_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no folder of decisions"):
        read_decisions(tmp_path / "none", today=TODAY)
    (tmp_path / "0001-few.md").mkdir()
    with pytest.raises(DefinitionError, match="no file of one"):
        read_decisions(tmp_path, today=TODAY)


def test_what_is_hidden_in_the_folder_is_no_decision(tmp_path):
    put(tmp_path / "d")
    (tmp_path / "d" / ".keep").write_text("")
    held = read_decisions(tmp_path / "d", today=TODAY)
    assert [d.number for d in held.every] == [1]
    assert held.why_not(held.every[0]) == ""


def test_a_decision_may_be_as_long_as_the_longest_and_no_longer(tmp_path):
    path = put(tmp_path / "d")
    size = path.stat().st_size
    path.write_text(path.read_text() + "\n" * (100_000 - size))
    assert path.stat().st_size == 100_000
    assert len(read_decisions(tmp_path / "d", today=TODAY).every) == 1
    path.write_text(path.read_text() + "\n")
    with pytest.raises(DefinitionError, match="no file of one"):
        read_decisions(tmp_path / "d", today=TODAY)


def test_line_ends_of_another_system_are_read(tmp_path):
    content = text().replace("\n", "\r\n").encode()
    assert parse_decision("0001-few.md", content, today=TODAY).about == ABOUT


def test_numbers_have_no_gap_and_none_stands_twice(tmp_path):
    put(tmp_path / "d")
    put(tmp_path / "d", 3, group='"asian"')
    with pytest.raises(DefinitionError, match=r"0003.*decision 0002 before it is miss"):
        read_decisions(tmp_path / "d", today=TODAY)
    put(tmp_path / "d", 2, group='"mixed"')
    assert len(read_decisions(tmp_path / "d", today=TODAY).every) == 3
    put(tmp_path / "d", 2, title="other", group='"white"')
    with pytest.raises(DefinitionError, match=r"0002-other.md: another decision has"):
        read_decisions(tmp_path / "d", today=TODAY)


def test_a_later_decision_replaces_an_earlier_one_and_only_it_holds(tmp_path):
    put(tmp_path / "d")
    put(tmp_path / "d", 2, replaces="1", until="2027-01-31")
    held = read_decisions(tmp_path / "d", today=TODAY)
    assert [d.number for d in held.in_force] == [2]
    assert held.why_not(held.every[0]) == "it was replaced by 0002-few-outcomes.md"
    # when the later one has ended, the earlier one does not come back
    after = read_decisions(tmp_path / "d", today=date(2027, 2, 1))
    assert after.in_force == ()
    assert after.why_not(after.every[1]) == "it ended on 2027-01-31"


@pytest.mark.parametrize(
    ("second", "third", "says"),
    [
        ({}, None, "0001-few-outcomes.md decides the same. .* replaces = 1"),
        ({"replaces": "1"}, {"replaces": "1"}, "replaced already, by 0002-"),
        ({"replaces": "1", "group": '"asian"'}, None, "about another group or measure"),
        ({"replaces": "1"}, {}, "0002-few-outcomes.md decides the same"),
    ],
)
def test_what_replaces_what_is_plain(tmp_path, second, third, says):
    put(tmp_path / "d")
    put(tmp_path / "d", 2, **second)
    if third is not None:
        put(tmp_path / "d", 3, **third)
    with pytest.raises(DefinitionError, match=says):
        read_decisions(tmp_path / "d", today=TODAY)


def test_the_same_on_another_audit_is_no_duplicate(tmp_path):
    put(tmp_path / "d")
    put(tmp_path / "d", 2, scores=f'"{"c" * 64}"')
    assert len(read_decisions(tmp_path / "d", today=TODAY).in_force) == 2


def covered(tmp_path, facts, *, today=TODAY):
    return cover(facts, read_decisions(tmp_path / "d", today=today))


def test_each_insufficient_finding_needs_its_own_decision(tmp_path):
    facts = audit(WAITING, metric("calibration", "insufficient_evidence"))
    put(tmp_path / "d")
    found = covered(tmp_path, facts)
    assert [d.number for d in found.decisions] == [1]
    assert [(f.about[2], why) for f, why in found.left] == [("calibration", "")]
    assert not found.is_whole
    put(tmp_path / "d", 2, measure='"calibration"', until="2027-03-31")
    found = covered(tmp_path, facts)
    assert found.is_whole
    assert earliest_end(found.decisions) == date(2027, 3, 31)


def test_a_useless_model_is_a_finding_about_everyone(tmp_path):
    facts = audit(metric("recall_ratio", "pass"), lift="insufficient_evidence")
    assert [one.about for one in unsettled(facts)] == [("everyone", "everyone", "lift")]
    put(
        tmp_path / "d",
        characteristic='"everyone"',
        group='"everyone"',
        measure='"lift"',
    )
    assert covered(tmp_path, facts).is_whole


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"scores": f'"{"c" * 64}"'}, "another audit .its scores has"),
        ({"policy": f'"{"c" * 64}"'}, "another audit .its policy has"),
        ({"decided_on": "2026-01-01", "until": "2026-11-21"}, "ended on 2026-11-21"),
    ],
)
def test_a_decision_that_does_not_count_says_why(tmp_path, facts, says):
    put(tmp_path / "d", **facts)
    ((_, why),) = covered(tmp_path, audit(WAITING)).left
    assert why.startswith("0001-few-outcomes.md does not count")
    import re

    assert re.search(says, why)


def test_why_one_does_not_count_is_said_whatever_was_decided_on_others_since(tmp_path):
    put(tmp_path / "d", scores=f'"{"c" * 64}"')
    put(tmp_path / "d", 2, measure='"calibration"')
    facts = audit(WAITING, metric("calibration", "insufficient_evidence"))
    ((_, why),) = covered(tmp_path, facts).left
    assert why.startswith("0001-few-outcomes.md does not count")


def test_a_number_beyond_its_limit_refuses_only_the_decision_on_it(tmp_path):
    put(tmp_path / "d")
    failed = metric("auc", "fail", possible=False, role="fail_only")
    assert [d.number for d in covered(tmp_path, audit(WAITING, failed)).decisions] == [
        1
    ]


def test_a_decision_holds_on_its_last_day_and_not_on_the_next(tmp_path):
    put(tmp_path / "d")
    last = date(2027, 5, 31)
    assert covered(tmp_path, audit(WAITING), today=last).is_whole
    assert not covered(tmp_path, audit(WAITING), today=last + timedelta(1)).is_whole


@pytest.mark.parametrize(
    ("facts", "error", "says"),
    [
        ({"group": '"blakc"'}, DefinitionError, "Did you mean 'black'?"),
        ({"characteristic": '"ethnicty"'}, DefinitionError, "Did you mean 'ethnicity'"),
        ({"measure": '"recal_ratio"'}, DefinitionError, "Did you mean 'recall_ratio'"),
        # shown and never judged: there is nothing to decide
        ({"measure": '"selection_rate"'}, DefinitionError, "judges no measure"),
        ({"measure": '"calibration"'}, GateRefused, "Nobody can override that"),
        ({"measure": '"auc"'}, GateRefused, "Nobody can override that"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_its_file(tmp_path, facts, error, says):
    put(tmp_path / "d", **facts)
    held = audit(
        WAITING,
        metric("selection_rate", "reported", role="shown"),
        metric("calibration", "insufficient_evidence", possible=False),
        metric("auc", "fail", possible=False, role="fail_only"),
    )
    with pytest.raises(error, match=says) as refused:
        covered(tmp_path, held)
    assert type(refused.value) is error
    assert "0001-few-outcomes.md" in str(refused.value)


def test_a_number_beyond_its_limit_is_never_covered(tmp_path):
    barred = metric("calibration", "insufficient_evidence", possible=False)
    put(tmp_path / "d")
    found = covered(tmp_path, audit(WAITING, barred))
    assert found.barred == (barred["sentence"],)
    assert not found.is_whole


def test_what_is_not_audited_at_all_is_never_covered(tmp_path):
    put(tmp_path / "d")
    found = covered(tmp_path, audit(WAITING, not_audited=["disability"]))
    assert "Disability is not audited" in found.barred[0]
    assert not found.is_whole


def test_an_insufficient_group_without_a_finding_is_never_covered(tmp_path):
    put(tmp_path / "d")
    facts = audit(WAITING)
    facts["characteristics"][0]["groups"][0]["verdict"] = "insufficient_evidence"
    found = covered(tmp_path, facts)
    assert "ethnicity, white" in found.barred[0]
    assert not found.is_whole


def test_nothing_to_decide_is_not_everything_decided(tmp_path):
    (tmp_path / "d").mkdir()
    assert not covered(tmp_path, audit(metric("recall_ratio", "pass"))).is_whole


@pytest.mark.parametrize(
    ("verdict", "error"),
    [("pass", UsageError), ("fail", GateRefused), ("", GateRefused)],
)
def test_only_too_little_evidence_can_be_decided(tmp_path, verdict, error):
    put(tmp_path / "d")
    for ask in (
        lambda: covered(tmp_path, audit(WAITING, verdict=verdict)),
        lambda: finding_of(audit(WAITING, verdict=verdict), ABOUT),
    ):
        with pytest.raises(error) as refused:
            ask()
        assert type(refused.value) is error


def test_a_draft_has_the_facts_and_decides_nothing_by_itself(tmp_path):
    folder, facts = tmp_path / "d", audit(WAITING)
    path = write_draft(folder, facts, ABOUT, decisions=None)
    assert path.name == "0001-black-recall-ratio.md"
    assert WAITING["sentence"] in path.read_text()
    with pytest.raises(DefinitionError, match="person is empty"):
        read_decisions(folder, today=TODAY)
    filled = path.read_text()
    for key, said in FACTS.items():
        if key in ("person", "role", "decided_on", "until"):
            filled = filled.replace(f'{key} = ""', f"{key} = {said}")
    path.write_text(filled)
    with pytest.raises(DefinitionError, match="nothing stands under '## Reason'"):
        read_decisions(folder, today=TODAY)
    for heading, said in WORDS.items():
        filled = filled.replace(f"## {heading}\n", f"## {heading}\n\n{said}\n")
    path.write_text(filled)
    held = read_decisions(folder, today=TODAY)
    assert cover(facts, held).is_whole
    again = write_draft(folder, facts, ABOUT, decisions=held)
    assert again.name == "0002-black-recall-ratio.md"
    assert "replaces = 1\n" in again.read_text()


@pytest.mark.parametrize(
    ("about", "error", "says"),
    [
        (("ethnicity", "blakc", "recall_ratio"), DefinitionError, "mean 'black'"),
        (("ethnicity", "black", "auc"), UsageError, "nothing to decide"),
        (("ethnicity", "black", "calibration"), GateRefused, "No decision is possible"),
    ],
)
def test_a_draft_on_what_cannot_be_decided_is_refused(tmp_path, about, error, says):
    held = audit(
        WAITING,
        metric("calibration", "insufficient_evidence", possible=False),
        metric("auc", "reported", role="fail_only"),
    )
    with pytest.raises(error, match=says):
        write_draft(tmp_path / "d", held, about, decisions=None)
    assert not (tmp_path / "d").exists()


def test_names_in_quotes_are_written_so_that_they_are_read_again(tmp_path):
    facts = audit(WAITING)
    odd = 'as "written" \\ here'
    facts["characteristics"][0]["groups"][1]["name"] = odd
    path = write_draft(
        tmp_path / "d", facts, ("ethnicity", odd, "recall_ratio"), decisions=None
    )
    with pytest.raises(RiskaidError, match="person is empty"):
        read_decisions(tmp_path / "d", today=TODAY)
    assert path.name == "0001-as-written-here-recall-ratio.md"


def test_the_shipped_folder_holds_no_decision(root):
    assert read_decisions(root / "fairness" / "decisions", today=TODAY).every == ()

"""Everything the tables do not allow is refused: each pair of states is tried."""

from dataclasses import replace
from datetime import date

import pytest

from riskaid.errors import ReleaseError
from riskaid.release.lifecycle import (
    FOLLOWS,
    IN_USE,
    PURPOSES,
    REACHES,
    SIGNED_BY,
    STATES,
    VERDICTS_FOR,
    SignedStep,
    Step,
    check_in_use,
    check_life,
    from_statement,
    to_statement,
)
from riskaid.release.trust import Trust, TrustedKey

ON = date(2026, 2, 28)
EXPIRES = date(2027, 2, 28)
ANALYST = TrustedKey(public=b"a" * 32, roles=("analyst",), holder="Head of analysis")
BOARD = TrustedKey(public=b"b" * 32, roles=("board",), holder="Chair")
BOTH = TrustedKey(public=b"c" * 32, roles=("analyst", "board"), holder="Director")
CHAIR_AGAIN = TrustedKey(public=b"d" * 32, roles=("analyst",), holder=" chair ")
KEYS = (ANALYST, BOARD, BOTH, CHAIR_AGAIN)
TRUST = Trust(sequence=1, keys=KEYS, root=(b"r" * 32,), root_needed=1)
WAYS = {
    "audited": ("audited",),
    "demonstration": ("audited", "demonstration"),
    "shadow": ("audited", "shadow"),
    "live": ("audited", "shadow", "live"),
    "withdrawn": ("audited", "withdrawn"),
}


def life(*states, purpose="live", verdict="pass", signers=None, **last):
    """A chain of states, each fully signed; `last` changes the last one."""
    steps = []
    for number, state in enumerate(states, start=1):
        step = Step(
            number=number,
            state=state,
            on=ON,
            verdict=verdict,
            purpose=purpose,
            previous=steps[-1].digest if steps else None,
            expires=EXPIRES if state in IN_USE else None,
            evidence="e" * 64 if state == "live" else None,
        )
        if number == len(states):
            step = replace(step, **last)
        steps.append(
            SignedStep(
                step=step,
                digest=f"{number:064x}",
                signers=(ANALYST.keyid, BOARD.keyid),
            )
        )
    if signers is not None:
        keyids = tuple(key.keyid for key in signers)
        steps[-1] = replace(steps[-1], signers=keyids)
    return steps


def check(steps, *, purpose="live", verdict="pass", today=ON, **more):
    return check_life(
        steps, trust=TRUST, purpose=purpose, verdict=verdict, today=today, **more
    )


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("after", STATES)
@pytest.mark.parametrize("before", ["draft", *STATES])
def test_every_pair_of_states(before, after, purpose):
    way = {"draft": (), "suspended": ("audited", purpose, "suspended")}.get(
        before, WAYS.get(before)
    )
    if purpose == "live" and before == "suspended":
        way = ("audited", "shadow", "live", "suspended")
    steps = life(*way, after, purpose=purpose)
    reachable = all(state in REACHES[purpose] for state in way)
    if reachable and after in FOLLOWS[before] and after in REACHES[purpose]:
        assert check(steps, purpose=purpose).step.state == after
    else:
        with pytest.raises(ReleaseError, match="may not follow"):
            check(steps, purpose=purpose)


def test_the_tables_name_every_state():
    assert set(FOLLOWS) == {"draft", *STATES}
    assert set(SIGNED_BY) == set(STATES)
    assert set(REACHES) == set(VERDICTS_FOR) == set(PURPOSES)
    assert FOLLOWS["withdrawn"] == frozenset()
    assert all("live" not in FOLLOWS[state] for state in ("draft", "audited"))


@pytest.mark.parametrize(
    ("purpose", "verdict", "allowed"),
    [
        ("demonstration", "pass", True),
        ("demonstration", "fail", True),
        ("demonstration", "insufficient_evidence", True),
        ("shadow", "pass", True),
        ("shadow", "insufficient_evidence", True),
        ("shadow", "fail", False),
        ("live", "pass", True),
        ("live", "insufficient_evidence", False),
        ("live", "fail", False),
        ("live", "", False),
        ("live", "PASS", False),
        ("", "pass", False),
        ("release", "pass", False),
    ],
)
def test_what_a_verdict_allows(purpose, verdict, allowed):
    steps = life("audited", purpose=purpose, verdict=verdict)
    if allowed:
        assert check(steps, purpose=purpose, verdict=verdict)
    else:
        with pytest.raises(ReleaseError, match="cannot serve"):
            check(steps, purpose=purpose, verdict=verdict)


@pytest.mark.parametrize(
    ("state", "signers", "enough"),
    [
        ("audited", [ANALYST], True),
        ("audited", [BOARD], False),
        ("shadow", [BOARD], True),
        ("shadow", [ANALYST], False),
        ("live", [ANALYST, BOARD], True),
        ("live", [BOTH, BOARD], True),
        ("live", [ANALYST, BOTH], True),
        ("live", [BOARD, ANALYST, BOTH], True),
        ("live", [ANALYST], False),
        ("live", [BOARD], False),
        ("live", [BOTH], False),
        ("live", [ANALYST, CHAIR_AGAIN], False),
        ("live", [BOARD, CHAIR_AGAIN], False),
        ("live", [], False),
        ("withdrawn", [BOARD], True),
        ("withdrawn", [ANALYST], True),
        ("withdrawn", [], False),
    ],
)
def test_who_must_sign(state, signers, enough):
    steps = life(*WAYS[state], signers=signers)
    if enough:
        assert check(steps).step.state == state
    else:
        with pytest.raises(ReleaseError, match="different person"):
            check(steps)
    assert check(steps, being_signed=True)


def test_an_earlier_statement_needs_its_signatures_even_while_signing():
    steps = life("audited", "shadow", "live")
    steps[1] = replace(steps[1], signers=(ANALYST.keyid,))
    with pytest.raises(ReleaseError, match="Statement 2"):
        check(steps, being_signed=True)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"evidence": None}, "report"),
        ({"expires": None}, "needs an expiry"),
        ({"expires": date(2027, 3, 1)}, "12 months"),
        ({"expires": date(2026, 2, 27)}, "12 months"),
        ({"on": date(2026, 3, 1)}, "clock"),
        ({"on": date(2026, 2, 27)}, "clock"),
        ({"number": 2}, "does not follow"),
        ({"number": 4}, "does not follow"),
        ({"previous": None}, "does not follow"),
        ({"previous": "0" * 64}, "does not follow"),
        ({"purpose": "shadow"}, "another purpose"),
        ({"verdict": "fail"}, "another purpose or audit verdict"),
    ],
)
def test_a_live_statement_must_be_whole(change, match):
    assert check(life("audited", "shadow", "live"))
    with pytest.raises(ReleaseError, match=match):
        check(life("audited", "shadow", "live", **change))


def test_live_again_after_suspension_only_with_shadow_use_behind_it():
    with pytest.raises(ReleaseError, match="may not follow"):
        check(life("audited", "live"))
    assert check(life("audited", "shadow", "suspended", "live"))


def test_only_states_in_use_expire():
    with pytest.raises(ReleaseError, match="has no expiry"):
        check(life("audited", expires=EXPIRES))


def test_no_statement_is_a_draft():
    with pytest.raises(ReleaseError, match="draft"):
        check([])


@pytest.mark.parametrize(
    ("today", "in_use"),
    [(ON, True), (EXPIRES, True), (date(2027, 3, 1), False)],
)
def test_the_day_it_expires_is_its_last(today, in_use):
    newest = life("audited", "shadow", "live")[-1]
    if in_use:
        assert check_in_use(newest, today=today) == EXPIRES
    else:
        with pytest.raises(ReleaseError, match="expired"):
            check_in_use(newest, today=today)


@pytest.mark.parametrize("state", ["audited", "suspended", "withdrawn"])
def test_not_in_use(state):
    way = ("audited", "shadow", "suspended") if state == "suspended" else WAYS[state]
    with pytest.raises(ReleaseError, match=f"'{state}'"):
        check_in_use(life(*way)[-1], today=ON)


def test_a_step_comes_back_from_its_statement():
    for signed in life("audited", "shadow", "live"):
        statement = to_statement(signed.step, name="made_up", bundle="a" * 64)
        assert from_statement(statement, "a statement") == signed.step


@pytest.mark.parametrize(
    "change",
    [
        {"number": "1"},
        {"number": 1.0},
        {"number": True},
        {"on": "2026-02-30"},
        {"on": "20260228"},
        {"on": None},
        {"expires": "2026-02-30"},
        {"expires": 1},
        {"state": 1},
        {"reason": None},
        {"previous": "A" * 64},
        {"evidence": 1},
        {"more": 1},
    ],
)
def test_what_is_no_step_is_refused(change):
    statement = to_statement(life("audited")[0].step, name="made_up", bundle="a" * 64)
    with pytest.raises(ReleaseError, match="something other"):
        from_statement(
            replace(statement, predicate={**statement.predicate, **change}), "one"
        )


def test_another_kind_of_statement_is_refused():
    statement = to_statement(life("audited")[0].step, name="made_up", bundle="a" * 64)
    with pytest.raises(ReleaseError, match="something other"):
        from_statement(replace(statement, predicate_type="urn:riskaid:x:1"), "one")

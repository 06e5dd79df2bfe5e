"""Nothing is built or signed for use under a policy whose day of review has passed."""

import sys
import tomllib
from datetime import date, timedelta

import pytest

from riskaid import shipped
from riskaid.errors import GateRefused, UsageError
from riskaid.release import bundle
from riskaid.release.review_due import check_review
from riskaid.release.statements import add_statement, next_step

made_up = sys.modules["made_up"]
DUE = date(2027, 9, 30)
"""The earliest of the shipped policy: the review of its limits."""
SHIPPED = (shipped.folder("fairness") / "policy.toml").read_bytes()


def build(folder, purpose, today, monkeypatch):
    parts = made_up.make_parts(folder / "parts", purpose=purpose, mark=None)
    monkeypatch.setattr(bundle, "check_audit", lambda *_given, **_named: None)
    return bundle.build_release(
        parts.run,
        parts.audit,
        parts.policy,
        parts.card,
        folder / "release",
        name=made_up.NAME,
        purpose=purpose,
        store=folder / "parts" / "store",
        today=today,
    )


@pytest.mark.parametrize("purpose", ["shadow", "live"])
def test_nothing_is_built_after_the_day_of_review(tmp_path, monkeypatch, purpose):
    with pytest.raises(GateRefused, match="by 2027-09-30"):
        build(tmp_path, purpose, DUE + timedelta(days=1), monkeypatch)
    assert not (tmp_path / "release").exists()


@pytest.mark.parametrize(
    ("purpose", "late"), [("shadow", 0), ("live", 0), ("demonstration", 900)]
)
def test_in_time_or_only_shown_it_is_built(tmp_path, monkeypatch, purpose, late):
    assert build(tmp_path, purpose, DUE + timedelta(days=late), monkeypatch)


def test_without_a_day_the_clock_is_asked(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(bundle, "check_review", lambda _, today: asked.append(today))
    build(tmp_path, "shadow", None, monkeypatch)
    assert len(asked) == 1
    assert asked[0] >= date(2026, 11, 22)


def test_nobody_signs_it_into_use_after_that_day_either(tmp_path, people):
    release = made_up.make_live(tmp_path, people, until="audited")
    late = DUE + timedelta(days=1)

    def say(state, on, expires=None):
        step = next_step(state, on=on, expires=expires)
        add_statement(release, step, trust=people.trust, key=people.board)

    with pytest.raises(GateRefused, match="by 2027-09-30"):
        say("shadow", late, late + timedelta(days=9))
    assert len(list((release / "statements").iterdir())) == 1
    say("shadow", DUE, DUE + timedelta(days=9))
    say("suspended", late)  # to stop it is never refused
    assert len(list((release / "statements").iterdir())) == 3


def test_every_day_of_review_counts(tmp_path):
    held = tomllib.loads(SHIPPED.decode())
    assert held["policy"]["review_by"] > DUE
    check_review(SHIPPED, today=DUE)
    in_a_list = b"[[a]]\nreview_by = 2026-01-01\n[policy]\nreview_by = 2028-01-01\n"
    with pytest.raises(GateRefused, match="by 2026-01-01"):
        check_review(in_a_list, today=date(2026, 1, 2))


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (b"[a", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b"a = 1", "no review_by"),
    ],
)
def test_what_is_no_policy_is_refused(held, why):
    with pytest.raises(UsageError, match=why):
        check_review(held, today=DUE)

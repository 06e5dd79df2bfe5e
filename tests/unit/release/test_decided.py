"""Live use after too little evidence: a decision on each finding, for as long as all hold."""

import json
import sys
from dataclasses import replace
from datetime import date, timedelta

import pytest

from riskaid.errors import (
    GateRefused,
    InsufficientEvidence,
    ReleaseError,
    UsageError,
)
from riskaid.fairness.decisions import Decisions, read_decisions
from riskaid.files import digest_folder, write_json
from riskaid.release.decided import decided_until
from riskaid.release.manifest import MANIFEST, read_bundle
from riskaid.release.statements import add_statement, co_sign, next_step
from riskaid.release.verify import open_release, verify_release

made_up = sys.modules["made_up"]
MEASURES = ("recall_ratio", "calibration")
DECIDED = date(2026, 5, 1)
UNTIL = date(2027, 1, 31)


def finding(measure, verdict="insufficient_evidence", *, possible=True):
    return {
        "metric": measure,
        "verdict": verdict,
        "role": "primary",
        "decision_possible": possible,
        "sentence": f"About {measure}.",
        "more_outcomes": 90,
    }


def waiting_parts(folder, *, purpose="live", verdict="insufficient_evidence", **more):
    """Parts of a release whose audit could not tell for two measures of one group."""
    parts = made_up.make_parts(folder, purpose=purpose, verdict=verdict, mark=None)
    place = parts.audit / "audit.json"
    facts = json.loads(place.read_text())
    facts["policy"]["not_audited"] = {}
    facts["characteristics"] = [
        {
            "name": "ethnicity",
            "groups": [
                {
                    "name": "black",
                    "verdict": "insufficient_evidence",
                    "metrics": [finding(m, **more) for m in MEASURES],
                }
            ],
        }
    ]
    facts["everyone"] = {"name": "everyone", "verdict": "pass", "metrics": []}
    write_json(place, facts)
    return parts


def decide(folder, parts, measures=MEASURES, *, until=(UNTIL, date(2027, 4, 30))):
    """A folder with a decision on each measure, and the card that goes with it."""
    facts = json.loads((parts.audit / "audit.json").read_text())
    folder.mkdir(parents=True)
    for number, (measure, last) in enumerate(
        zip(measures, until, strict=False), start=1
    ):
        (folder / f"{number:04d}-{measure.replace('_', '-')}.md").write_text(
            f"""+++
format = "riskaid-decision"
version = 1
characteristic = "ethnicity"
group = "black"
measure = "{measure}"
scores = "{facts["scores"]["digest"]}"
policy = "{facts["policy"]["digest"]}"
person = "A. Made-up"
role = "Chair of the board"
decided_on = {DECIDED}
until = {last}
+++

## Reason

Few of us.

## What would end it sooner

A complaint.

## Meanwhile

Evidence is pooled.
"""
        )
    return read_decisions(folder, today=made_up.SIGNED_ON)


def with_card(parts, folder, decisions, *, purpose="live"):
    made_up.make_small_card(
        folder,
        parts.run,
        parts.audit,
        parts.policy,
        name=made_up.NAME,
        purpose=purpose,
        decisions=decisions,
    )
    return replace(parts, card=folder)


@pytest.fixture
def decided(tmp_path):
    """Parts with their decisions and card, ready to build."""
    parts = waiting_parts(tmp_path / "parts")
    decisions = decide(tmp_path / "decisions", parts)
    return with_card(parts, tmp_path / "card", decisions.every), decisions


def bundle_of(release):
    digest = made_up.digest_file(release / "bundle" / MANIFEST)
    return read_bundle(release / "bundle", digest=digest)


def test_each_insufficient_finding_decided_opens_live_and_stays_a_fact(
    tmp_path, decided
):
    parts, decisions = decided
    first = parts.build(tmp_path / "one", purpose="live", decisions=decisions)
    assert parts.build(tmp_path / "two", purpose="live", decisions=decisions) == first
    assert digest_folder(tmp_path / "one") == digest_folder(tmp_path / "two")
    bundle = bundle_of(tmp_path / "one")
    for one in decisions.every:
        assert bundle.content[f"decisions/{one.file}"] == one.content
    assert bundle.manifest.verdict == "insufficient_evidence", "no pass is made of it"
    assert decided_until(bundle, today=made_up.TODAY) == UNTIL


def test_without_decisions_live_is_refused_and_says_how(tmp_path):
    parts = waiting_parts(tmp_path / "parts")
    with pytest.raises(InsufficientEvidence, match="--decisions FOLDER"):
        parts.build(tmp_path / "out", purpose="live")
    assert not (tmp_path / "out").exists()


def test_one_finding_left_refuses_live_and_names_it(tmp_path):
    parts = waiting_parts(tmp_path / "parts")
    decisions = decide(tmp_path / "decisions", parts, MEASURES[:1])
    with pytest.raises(InsufficientEvidence, match="ethnicity, black, calibration"):
        parts.build(tmp_path / "out", purpose="live", decisions=decisions)
    assert not (tmp_path / "out").exists()


def test_a_decision_that_has_ended_refuses_live_and_says_so(tmp_path, decided):
    parts, decisions = decided
    late = replace(decisions, today=UNTIL + timedelta(days=1))
    with pytest.raises(InsufficientEvidence, match="it ended on 2027-01-31"):
        parts.build(tmp_path / "out", purpose="live", decisions=late)


def test_a_barred_finding_refuses_live_whatever_is_decided(tmp_path):
    parts = waiting_parts(tmp_path / "parts", possible=False)
    nothing = Decisions(every=(), today=made_up.SIGNED_ON)
    with pytest.raises(InsufficientEvidence, match="No decision is possible on 2"):
        parts.build(tmp_path / "out", purpose="live", decisions=nothing)
    decisions = decide(tmp_path / "decisions", parts)
    with pytest.raises(GateRefused, match="Nobody can override"):
        parts.build(tmp_path / "out", purpose="live", decisions=decisions)


@pytest.mark.parametrize("purpose", ["shadow", "live"])
def test_a_fail_is_overridden_by_nobody(tmp_path, purpose):
    parts = waiting_parts(tmp_path / "parts", purpose=purpose, verdict="fail")
    decisions = decide(tmp_path / "decisions", parts)
    with pytest.raises(GateRefused, match="nobody can override") as refused:
        parts.build(tmp_path / "out", purpose=purpose, decisions=decisions)
    assert type(refused.value) is GateRefused


@pytest.mark.parametrize("purpose", ["shadow", "demonstration"])
def test_what_opens_without_a_decision_rests_on_none(tmp_path, purpose):
    parts = waiting_parts(tmp_path / "parts", purpose=purpose)
    decisions = decide(tmp_path / "decisions", parts, MEASURES[:1])
    parts = with_card(parts, tmp_path / "card", (), purpose=purpose)
    parts.build(tmp_path / "out", purpose=purpose, decisions=decisions)
    bundle = bundle_of(tmp_path / "out")
    assert not [path for path in bundle.content if path.startswith("decisions/")]
    assert decided_until(bundle, today=made_up.TODAY) is None


def test_the_card_must_show_the_same_decisions(tmp_path, decided):
    parts, decisions = decided
    bare = with_card(parts, tmp_path / "bare", ())
    with pytest.raises(UsageError, match="other decisions of the board"):
        bare.build(tmp_path / "out", purpose="live", decisions=decisions)


def signed_live(release, people, *, until=UNTIL):
    report = release.parent / "report.json"
    report.write_text("{}\n")
    for state in ("audited", "shadow", "live"):
        add_statement(
            release,
            next_step(
                state,
                on=made_up.SIGNED_ON,
                expires=None if state == "audited" else until,
            ),
            trust=people.trust,
            key=people.board if state == "shadow" else people.analyst,
            evidence=report if state == "live" else None,
        )
    co_sign(release, trust=people.trust, key=people.board)
    (release / "trust.json").write_bytes(people.trust_file.read_bytes())


def opened(release, people, today=made_up.TODAY):
    return open_release(
        release,
        trust=people.trust_file,
        trust_digest=people.trust_digest,
        store_mark=None,
        today=today,
    )


def test_a_decided_release_goes_live_until_the_first_decision_ends(
    tmp_path, decided, people
):
    parts, decisions = decided
    release = tmp_path / "release"
    parts.build(release, purpose="live", decisions=decisions)
    for state, expires in (("audited", None), ("shadow", UNTIL + timedelta(days=1))):
        step = next_step(state, on=made_up.SIGNED_ON, expires=expires)
        if state == "audited":
            add_statement(release, step, trust=people.trust, key=people.analyst)
            continue
        with pytest.raises(ReleaseError, match="2027-01-31, the last day on which"):
            add_statement(release, step, trust=people.trust, key=people.board)
    (release / "statements" / "0001-audited.dsse.json").unlink()
    signed_live(release, people)
    assert opened(release, people).expires == UNTIL
    assert opened(release, people, today=UNTIL).state == "live"
    with pytest.raises(ReleaseError, match="has expired"):
        opened(release, people, today=UNTIL + timedelta(days=1))
    report = verify_release(
        release,
        trust=people.trust_file,
        trust_digest=people.trust_digest,
        today=made_up.TODAY,
    )
    assert report.may_load
    assert report.decided_until == UNTIL
    assert report.to_json()["decided_until"] == "2027-01-31"


def rewritten(release, change):
    """The bundle with other decisions and a manifest that lists them."""
    change(release / "bundle" / "decisions")
    place = release / "bundle" / MANIFEST
    manifest = json.loads(place.read_text())
    files = digest_folder(release / "bundle")
    manifest["files"] = {k: v for k, v in files.items() if k != MANIFEST}
    write_json(place, manifest)


def remove(folder, *names):
    for name in names or [path.name for path in folder.iterdir()]:
        (folder / name).unlink()
    if not any(folder.iterdir()):
        folder.rmdir()


def edit(folder, name, old, new):
    said = (folder / name).read_text()
    assert old in said
    (folder / name).write_text(said.replace(old, new))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (remove, "cannot serve the purpose"),
        (lambda d: remove(d, "0001-recall-ratio.md"), "do not cover its audit"),
        (lambda d: edit(d, "0001-recall-ratio.md", "person", "persn"), "cannot be rea"),
        (
            lambda d: edit(d, "0001-recall-ratio.md", "recall_ratio", "calibration"),
            "do not cover its audit",
        ),
        (
            lambda d: edit(d, "0001-recall-ratio.md", "2027-01-31", "2028-01-31"),
            "cannot be read",
        ),
        (
            lambda d: edit(d, "0001-recall-ratio.md", str(DECIDED), "2026-06-02"),
            "cannot be read",
        ),
        (lambda d: (d / "notes.txt").write_text("more"), "cannot be read"),
        (
            lambda d: (d / "0009-recall.md").write_bytes(
                (d / "0001-recall-ratio.md").read_bytes()
            ),
            "does not rest on",
        ),
    ],
)
def test_signing_holds_a_bundle_to_its_decisions_again(
    tmp_path, decided, people, change, says
):
    """Whoever builds a bundle by other means meets the same rules when signing it."""
    parts, decisions = decided
    release = tmp_path / "release"
    parts.build(release, purpose="live", decisions=decisions)
    rewritten(release, change)
    with pytest.raises(ReleaseError, match=says):
        add_statement(
            release,
            next_step("audited", on=made_up.SIGNED_ON),
            trust=people.trust,
            key=people.analyst,
        )


def test_decisions_in_a_release_that_needs_none_are_refused(tmp_path, people):
    parts = waiting_parts(tmp_path / "parts", purpose="shadow")
    decisions = decide(tmp_path / "decisions", parts)
    parts = with_card(parts, tmp_path / "card", (), purpose="shadow")
    release = tmp_path / "release"
    parts.build(release, purpose="shadow")

    def add(folder):
        folder.mkdir()
        for one in decisions.every:
            (folder / one.file).write_bytes(one.content)

    rewritten(release, add)
    with pytest.raises(ReleaseError, match="does not rest on"):
        add_statement(
            release,
            next_step("audited", on=made_up.SIGNED_ON),
            trust=people.trust,
            key=people.analyst,
        )

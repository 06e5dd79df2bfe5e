"""Nothing that was changed loads, and nothing of it is parsed."""

import base64
import json
import shutil
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from riskaid.errors import ReleaseError
from riskaid.files import canonical_json, digest_bytes, digest_file
from riskaid.release.keys import make_key, read_key
from riskaid.release.lifecycle import Step, to_statement
from riskaid.release.signing import PAYLOAD_TYPE, Envelope, envelope_text, sign
from riskaid.release.trust import write_trust
from riskaid.release.verify import open_release, verify_release

made_up = sys.modules["made_up"]
FILES = (
    "bundle/audit.json",
    "bundle/calibration/checklist.json",
    "bundle/card/card.html",
    "bundle/card/card.json",
    "bundle/card/card.md",
    "bundle/evaluation.json",
    "bundle/experiment.toml",
    "bundle/manifest.json",
    "bundle/models/checklist.json",
    "bundle/plan.json",
    "bundle/policy.toml",
    "bundle/run.json",
    "statements/0001-audited.dsse.json",
    "statements/0002-demonstration.dsse.json",
    "trust.json",
)


@pytest.fixture(scope="module")
def original(tmp_path_factory, people) -> Path:
    return made_up.make_demonstration(tmp_path_factory.mktemp("original"), people)


@pytest.fixture
def release(original, tmp_path) -> Path:
    return shutil.copytree(original, tmp_path / "release")


def opened(release, people, **changed):
    return open_release(
        release,
        **{
            "trust": release / "trust.json",
            "trust_digest": people.trust_digest,
            "store_mark": "synthetic",
            "today": made_up.TODAY,
            **changed,
        },
    )


def refuses(release, people, parsed, *, match=None, **changed):
    with pytest.raises(ReleaseError, match=match) as refusal:
        opened(release, people, **changed)
    assert parsed == []
    assert len(str(refusal.value).split(". ")) >= 2, "it says what to do"


def test_the_list_of_files_is_the_release(original):
    found = {p.relative_to(original).as_posix() for p in original.rglob("*")}
    assert {path for path in found if (original / path).is_file()} == set(FILES)


def test_untouched_it_opens(release, people, parsed):
    found = opened(release, people)
    assert found.state == "demonstration"
    assert found.watermark.startswith("DEMONSTRATION")
    assert sorted(parsed) == ["Calibration", "Plan", "open_model"]


@pytest.mark.parametrize("path", FILES)
def test_every_flipped_byte_refuses(release, people, parsed, path):
    place = release / path
    content = place.read_bytes()
    step = max(1, len(content) // 40)
    for position in [*range(0, len(content), step), len(content) - 1]:
        for flip in (0x01, 0x20):
            changed = bytearray(content)
            changed[position] ^= flip
            place.write_bytes(bytes(changed))
            refuses(release, people, parsed)


def link_out(path):
    """Move a file out of the release and leave a link to it."""
    outside = next(p for p in path.parents if p.name == "release").parent / "outside"
    path.rename(outside)
    path.symlink_to(outside)


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda p: p.write_bytes(p.read_bytes()[:-1]), id="shorter"),
        pytest.param(
            lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]), id="half"
        ),
        pytest.param(lambda p: p.write_bytes(b""), id="empty"),
        pytest.param(lambda p: p.write_bytes(p.read_bytes() + b"\n"), id="longer"),
        pytest.param(lambda p: p.unlink(), id="removed"),
        pytest.param(
            lambda p: p.rename(p.with_name("another" + p.suffix)), id="renamed"
        ),
        pytest.param(
            lambda p: (p.unlink(), p.symlink_to("/dev/null")), id="link-elsewhere"
        ),
        pytest.param(link_out, id="link-to-the-same-bytes"),
        pytest.param(lambda p: (p.unlink(), p.mkdir()), id="folder-instead"),
    ],
)
def test_every_changed_file_refuses(release, people, parsed, path, change):
    change(release / path)
    refuses(release, people, parsed)


@pytest.mark.parametrize(
    "path",
    [
        "note.txt",
        "bundle/note.txt",
        "bundle/models/booster.txt",
        "bundle/card/.hidden",
        "bundle/empty/",
        "statements/note.txt",
        "statements/0003-withdrawn.dsse.json",
        "statements/more/0003-live.dsse.json",
    ],
)
def test_every_extra_file_refuses(release, people, parsed, path):
    place = release / path
    if path.endswith("/"):
        place.mkdir()
    else:
        place.parent.mkdir(exist_ok=True)
        place.write_text("{}\n")
    refuses(release, people, parsed)


def test_statements_in_another_order_refuse(release, people, parsed):
    folder = release / "statements"
    first, second = sorted(folder.iterdir())
    content = first.read_bytes(), second.read_bytes()
    first.write_bytes(content[1])
    second.write_bytes(content[0])
    refuses(release, people, parsed, match="moved or renamed")


def test_a_statement_taken_from_the_middle_refuses(release, people, parsed):
    renewed = made_up.next_step(
        "demonstration", on=made_up.SIGNED_ON, expires=made_up.EXPIRES
    )
    made_up.add_statement(release, renewed, trust=people.trust, key=people.analyst)
    assert opened(release, people).name == made_up.NAME
    parsed.clear()
    (release / "statements" / "0002-demonstration.dsse.json").unlink()
    refuses(release, people, parsed, match="does not follow")


def test_the_last_statement_withheld_is_said_not_to_be_checked(release, people):
    report = verify_release(
        release,
        trust=release / "trust.json",
        trust_digest=people.trust_digest,
        today=made_up.TODAY,
    )
    assert report.freshness.startswith("freshness not checked")
    assert report.to_json()["freshness"] == report.freshness


def rewritten(path, *, keys, change):
    """Write a statement again, changed, signed by other keys."""
    statement = made_up.payload_of(path)
    change(statement)
    envelope = Envelope(
        payload_type=PAYLOAD_TYPE,
        payload=canonical_json(statement).encode(),
        signatures=(),
    )
    for key in keys:
        envelope = sign(envelope, key)
    path.write_text(envelope_text(envelope))


@pytest.mark.parametrize(
    ("signed_by", "says"),
    [
        (["stranger"], "does not list"),
        (["analyst", "stranger"], "does not list"),
        (["root"], "does not list"),
        ([], "Nobody has signed"),
    ],
)
def test_signed_again_by_whom_the_statement_may_not_be_signed_refuses(
    release, people, parsed, signed_by, says
):
    path = release / "statements" / "0002-demonstration.dsse.json"
    keys = [getattr(people, name) for name in signed_by]
    rewritten(path, keys=keys, change=lambda s: None)
    refuses(release, people, parsed, match=says)


def test_a_strangers_key_under_a_known_id_refuses(release, people, parsed):
    path = release / "statements" / "0002-demonstration.dsse.json"
    disguised = replace(people.stranger, keyid=people.analyst.keyid)
    rewritten(path, keys=[disguised], change=lambda s: None)
    refuses(release, people, parsed, match="does not hold")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("number", 3),
        ("number", True),
        ("state", "live"),
        ("state", "approved"),
        ("verdict", "insufficient_evidence"),
        ("purpose", "live"),
        ("previous", None),
        ("previous", "0" * 64),
        ("expires", None),
        ("expires", "2028-01-01"),
        ("expires", "soon"),
        ("expires", "2027-3-31"),
        ("on", "2026-05-31"),
        ("on", "2026-12-01"),
        ("on", None),
        ("evidence", "a report"),
        ("reason", None),
        ("approved", True),
    ],
)
def test_even_a_trusted_key_cannot_sign_what_is_not_allowed(
    release, people, parsed, key, value
):
    path = release / "statements" / "0002-demonstration.dsse.json"
    rewritten(
        path,
        keys=[people.analyst],
        change=lambda s: s["predicate"].update({key: value}),
    )
    refuses(release, people, parsed)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.update(_type="another"),
        lambda s: s.update(predicateType="urn:riskaid:another:1"),
        lambda s: s.update(more=1),
        lambda s: s["subject"].append(s["subject"][0]),
        lambda s: s["subject"][0].update(name="another release"),
        lambda s: s["subject"][0]["digest"].update(sha256="0" * 64),
        lambda s: s["subject"][0]["digest"].update(sha256="short"),
        lambda s: s["predicate"].pop("previous"),
    ],
)
def test_a_statement_about_something_else_refuses(release, people, parsed, change):
    path = release / "statements" / "0002-demonstration.dsse.json"
    rewritten(path, keys=[people.analyst], change=change)
    refuses(release, people, parsed)


def test_json_written_another_way_refuses(release, people, parsed):
    path = release / "statements" / "0002-demonstration.dsse.json"
    path.write_text(json.dumps(json.loads(path.read_text())))
    refuses(release, people, parsed, match="bytes")


def test_base64_with_spare_bits_refuses(release, people, parsed):
    path = release / "statements" / "0002-demonstration.dsse.json"
    facts = json.loads(path.read_text())
    signature = facts["signatures"][0]["sig"]
    assert signature.endswith("==")
    other = next(
        signature[:-3] + letter + "=="
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        if letter != signature[-3]
        and base64.b64decode(signature[:-3] + letter + "==")
        == base64.b64decode(signature)
    )
    facts["signatures"][0]["sig"] = other
    path.write_text(canonical_json(facts))
    refuses(release, people, parsed, match="base64")


@pytest.mark.parametrize(
    "path", ["../outside.json", "/etc/hostname", "a/../plan.json", "./plan.json", ""]
)
def test_a_manifest_that_leads_outside_refuses(release, people, parsed, path):
    """Even one that trusted people signed."""
    manifest = json.loads((release / "bundle" / "manifest.json").read_text())
    manifest["files"][path] = "0" * 64
    sign_again(release, people, manifest)
    refuses(release, people, parsed, match="may not hold")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "../up"),
        ("purpose", "anything"),
        ("rung", "../checklist"),
        ("version", 2),
        ("format", "another"),
        ("files", []),
        ("verdict", "fail"),
        ("more", 1),
    ],
)
def test_a_manifest_that_is_none_refuses(release, people, parsed, key, value):
    manifest = json.loads((release / "bundle" / "manifest.json").read_text())
    sign_again(release, people, {**manifest, key: value})
    refuses(release, people, parsed)


def sign_again(release, people, manifest, *, name=None):
    """Let trusted people sign whatever this manifest says."""
    path = release / "bundle" / "manifest.json"
    path.write_text(canonical_json(manifest))
    previous = None
    for number, state in enumerate(("audited", "demonstration"), start=1):
        step = Step(
            number=number,
            state=state,
            on=made_up.SIGNED_ON,
            verdict=str(manifest["verdict"]),
            purpose=str(manifest["purpose"]),
            previous=previous,
            expires=made_up.EXPIRES if number == 2 else None,
        )
        statement = to_statement(
            step, name=str(name or manifest["name"]), bundle=digest_file(path)
        )
        envelope = sign(
            Envelope(
                payload_type=PAYLOAD_TYPE, payload=statement.payload(), signatures=()
            ),
            people.analyst,
        )
        previous = envelope.digest
        file = release / "statements" / f"{number:04d}-{state}.dsse.json"
        file.write_text(envelope_text(envelope))


@pytest.mark.parametrize(("key", "value"), [("name", "another"), ("verdict", "fail")])
def test_a_manifest_must_agree_with_statements_and_audit(
    release, people, parsed, key, value
):
    manifest = json.loads((release / "bundle" / "manifest.json").read_text())
    named = {"name": manifest["name"]} if key == "name" else {}
    sign_again(release, people, {**manifest, key: value}, **named)
    refuses(release, people, parsed, match="than the statements and the audit do")


def test_signing_again_is_what_the_helper_does(release, people):
    manifest = json.loads((release / "bundle" / "manifest.json").read_text())
    sign_again(release, people, manifest)
    assert opened(release, people).name == made_up.NAME


def test_an_older_trust_file_refuses(release, people, parsed):
    """The pin alone refuses it; so does the highest sequence seen."""
    older = release / "trust.json"
    older.unlink()
    digest = write_trust(
        older, replace(people.trust, sequence=1), root_keys=[people.root]
    )
    refuses(release, people, parsed, match="not the one that was pinned")
    refuses(
        release,
        people,
        parsed,
        match="older than one seen",
        trust_digest=digest,
        least_sequence=2,
    )


def test_a_strangers_trust_file_refuses(release, people, parsed, tmp_path):
    make_key(tmp_path / "root.pem")
    other = read_key(tmp_path / "root.pem")
    place = release / "trust.json"
    place.unlink()
    write_trust(place, replace(people.trust, root=(other.public,)), root_keys=[other])
    refuses(release, people, parsed, match="not the one that was pinned")


@pytest.mark.parametrize("pin", ["", "trust", "0" * 64, "A" * 64])
def test_no_pin_no_trust(release, people, parsed, pin):
    refuses(release, people, parsed, trust_digest=pin, match="pinned")


def test_a_trust_file_changed_and_pinned_still_needs_its_root(release, people, parsed):
    place = release / "trust.json"
    facts = json.loads(place.read_text())
    payload = json.loads(base64.b64decode(facts["payload"]))
    payload["sequence"] = 9
    facts["payload"] = base64.b64encode(canonical_json(payload).encode()).decode()
    place.write_text(canonical_json(facts))
    pin = digest_bytes(place.read_bytes())
    refuses(release, people, parsed, trust_digest=pin, match="does not hold")


@pytest.mark.parametrize(
    ("day", "loads"),
    [
        (made_up.SIGNED_ON - timedelta(days=1), False),
        (made_up.SIGNED_ON, True),
        (made_up.EXPIRES, True),
        (made_up.EXPIRES + timedelta(days=1), False),
        (date(2031, 1, 1), False),
    ],
)
def test_it_loads_from_the_day_it_was_signed_until_it_expires(
    release, people, parsed, day, loads
):
    if loads:
        assert opened(release, people, today=day).expires == made_up.EXPIRES
    else:
        refuses(release, people, parsed, today=day)


@pytest.mark.parametrize("mark", [None, "", "real", "Synthetic"])
def test_a_demonstration_never_opens_beside_real_records(release, people, parsed, mark):
    refuses(release, people, parsed, store_mark=mark, match="not marked")


@pytest.mark.parametrize("state", ["suspended", "withdrawn"])
def test_stopped_it_does_not_load(release, people, parsed, state):
    made_up.add_statement(
        release,
        made_up.next_step(state, on=made_up.SIGNED_ON),
        trust=people.trust,
        key=people.board,
    )
    refuses(release, people, parsed, match=state)


def test_a_draft_does_not_load(release, people, parsed):
    shutil.rmtree(release / "statements")
    refuses(release, people, parsed, match="draft")

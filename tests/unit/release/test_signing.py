import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from riskaid.errors import ReleaseError
from riskaid.files import canonical_json
from riskaid.release.signing import (
    PAYLOAD_TYPE,
    Envelope,
    Statement,
    check_signatures,
    envelope_text,
    read_canonical,
    read_envelope,
    read_statement,
    sign,
)

STATEMENT = Statement(
    subject="made_up_12m 2026.1",
    sha256="ab" * 32,
    predicate_type="urn:riskaid:made-up:1",
    predicate={"says": "tried £ and é"},
)


@pytest.fixture
def envelope(people):
    bare = Envelope(
        payload_type=PAYLOAD_TYPE, payload=STATEMENT.payload(), signatures=()
    )
    return sign(sign(bare, people.board), people.analyst)


def checked(envelope, *keys):
    return check_signatures(
        envelope,
        {key.keyid: key.public for key in keys},
        payload_type=PAYLOAD_TYPE,
        where="a statement",
    )


def test_what_was_signed_comes_back(envelope, people):
    read = read_envelope(envelope_text(envelope).encode(), "a statement")
    assert read == envelope
    assert set(checked(read, people.analyst, people.board)) == {
        people.analyst.keyid,
        people.board.keyid,
    }
    assert read_statement(read, "a statement") == STATEMENT


def test_the_order_of_signing_does_not_matter(envelope, people):
    bare = Envelope(
        payload_type=PAYLOAD_TYPE, payload=STATEMENT.payload(), signatures=()
    )
    assert envelope_text(sign(sign(bare, people.analyst), people.board)) == (
        envelope_text(envelope)
    )


def test_the_layout_is_dsse_and_in_toto(envelope, people):
    """Checked by hand, as another tool would."""
    facts = json.loads(envelope_text(envelope))
    payload = base64.b64decode(facts["payload"])
    assert facts["payloadType"] == "application/vnd.in-toto+json"
    one = next(s for s in facts["signatures"] if s["keyid"] == people.board.keyid)
    signed = b"DSSEv1 28 application/vnd.in-toto+json %d " % len(payload) + payload
    public = Ed25519PublicKey.from_public_bytes(people.board.public)
    public.verify(base64.b64decode(one["sig"]), signed)
    statement = json.loads(payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"] == [
        {"name": "made_up_12m 2026.1", "digest": {"sha256": "ab" * 32}}
    ]


def test_a_key_signs_once(envelope, people):
    with pytest.raises(ReleaseError, match="another person"):
        sign(envelope, people.board)


def test_every_signer_must_be_known(envelope, people):
    with pytest.raises(ReleaseError, match="does not list"):
        checked(envelope, people.analyst)


def test_another_payload_type_is_not_taken_for_it(envelope, people):
    with pytest.raises(ReleaseError, match="another kind"):
        check_signatures(
            envelope,
            {people.analyst.keyid: people.analyst.public},
            payload_type="application/vnd.riskaid.trust+json",
            where="the trust file",
        )


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.update(more=1),
        lambda f: f.pop("payloadType"),
        lambda f: f.update(payloadType=1),
        lambda f: f.update(payload=1),
        lambda f: f.update(payload="!!"),
        lambda f: f.update(payload="YQ"),
        lambda f: f.update(signatures={}),
        lambda f: f.update(signatures=[[]]),
        lambda f: f["signatures"][0].update(keyid="short"),
        lambda f: f["signatures"][0].update(keyid=1),
        lambda f: f["signatures"][0].update(cert="x"),
        lambda f: f["signatures"].reverse(),
        lambda f: f["signatures"].append(f["signatures"][1]),
    ],
)
def test_an_envelope_is_exactly_one(envelope, change):
    facts = json.loads(envelope_text(envelope))
    change(facts)
    with pytest.raises(ReleaseError):
        read_envelope(canonical_json(facts).encode(), "a statement")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"a": 1}',
        b'{\n "a": 1,\n "a": 1\n}\n',
        b"NaN\n",
        b"\xff\n",
        b'\xef\xbb\xbf{\n "a": 1\n}\n',
        b"[" * 50_000,
        b" " * 4_000_001,
    ],
)
def test_only_canonical_json_is_read(content):
    with pytest.raises(ReleaseError, match="not what was signed"):
        read_canonical(content, "a file")


def test_canonical_json_is_read():
    assert read_canonical(b'{\n "a": 1\n}\n', "a file") == {"a": 1}

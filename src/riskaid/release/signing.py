"""Sign facts with a person's key, and check such signatures strictly.

Keys are Ed25519 in PEM files. What is signed is an in-toto Statement v1 (a subject, its
SHA-256 and a predicate) inside a DSSE envelope, so that others can read it.

Every file read here must be canonical JSON to the byte. A changed space is refused like
a changed digit, so that "this file is as it was signed" has one meaning.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from riskaid.errors import ReleaseError
from riskaid.files import canonical_json, digest_bytes
from riskaid.release.keys import SigningKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
"""in-toto's own name for its Statement v1; an identifier, never fetched."""

SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_FILE = 4_000_000


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One signature of an envelope."""

    keyid: str
    value: bytes


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A DSSE envelope: the signed bytes, what kind they are, and who signed."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the signed bytes; the same however many people have signed."""
        return digest_bytes(self.payload)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Something said about the bytes with a given SHA-256."""

    subject: str
    sha256: str
    predicate_type: str
    predicate: dict[str, Any]

    def payload(self) -> bytes:
        """The canonical bytes that are signed."""
        return canonical_json(
            {
                "_type": STATEMENT_TYPE,
                "subject": [{"name": self.subject, "digest": {"sha256": self.sha256}}],
                "predicateType": self.predicate_type,
                "predicate": self.predicate,
            }
        ).encode()


def sign(envelope: Envelope, key: SigningKey) -> Envelope:
    """Add one person's signature; signatures stand in the order of their key ids.

    Raises:
        ReleaseError: This key has signed already.
    """
    if any(one.keyid == key.keyid for one in envelope.signatures):
        raise ReleaseError(
            "This key has signed the statement already. "
            "A second signature must come from another person's key."
        )
    value = key.private.sign(_signed_bytes(envelope.payload_type, envelope.payload))
    added = (*envelope.signatures, Signature(keyid=key.keyid, value=value))
    return Envelope(
        payload_type=envelope.payload_type,
        payload=envelope.payload,
        signatures=tuple(sorted(added, key=lambda one: one.keyid)),
    )


def envelope_text(envelope: Envelope) -> str:
    """Write an envelope as canonical JSON."""
    return canonical_json(
        {
            "payloadType": envelope.payload_type,
            "payload": base64.b64encode(envelope.payload).decode(),
            "signatures": [
                {"keyid": one.keyid, "sig": base64.b64encode(one.value).decode()}
                for one in envelope.signatures
            ],
        }
    )


def read_envelope(content: bytes, where: str) -> Envelope:
    """Read an envelope without trusting it yet.

    Raises:
        ReleaseError: Not canonical JSON, other keys than DSSE's, or bad base64.
    """
    facts = read_canonical(content, where)
    _exactly(facts, {"payloadType", "payload", "signatures"}, where)
    listed = facts["signatures"]
    if not isinstance(listed, list):
        raise _changed(where, "its signatures are not a list")
    signatures = []
    for one in listed:
        _exactly(one, {"keyid", "sig"}, where)
        if not (isinstance(one["keyid"], str) and SHA256.fullmatch(one["keyid"])):
            raise _changed(where, "a signature has no proper key id")
        value = _base64(one["sig"], where)
        signatures.append(Signature(keyid=one["keyid"], value=value))
    names = [one.keyid for one in signatures]
    if names != sorted(set(names)):
        raise _changed(where, "its signatures are repeated or out of order")
    if not isinstance(facts["payloadType"], str):
        raise _changed(where, "its payload type is not text")
    return Envelope(
        payload_type=facts["payloadType"],
        payload=_base64(facts["payload"], where),
        signatures=tuple(signatures),
    )


def check_signatures(
    envelope: Envelope, keys: Mapping[str, bytes], *, payload_type: str, where: str
) -> tuple[str, ...]:
    """Check every signature of an envelope against the keys that are trusted.

    Strict on purpose: one signature by an unknown key, or one that does not hold,
    refuses the whole envelope, however many good ones stand beside it.

    Returns:
        The ids of the keys that signed; never empty.

    Raises:
        ReleaseError: No signature, an unknown signer, a signature that does not hold,
            or another kind of payload.
    """
    if envelope.payload_type != payload_type:
        raise _changed(where, "it holds another kind of content than expected")
    if not envelope.signatures:
        raise ReleaseError(
            f"Nobody has signed {where}. Have it signed by a person whose key stands "
            "in the trust file."
        )
    signed = _signed_bytes(envelope.payload_type, envelope.payload)
    for one in envelope.signatures:
        public = keys.get(one.keyid)
        if public is None:
            raise ReleaseError(
                f"A key that the trust file does not list has signed {where}. "
                "Do not use this release; ask the people named in the trust file."
            )
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(one.value, signed)
        except (InvalidSignature, ValueError) as problem:
            raise _changed(where, "a signature does not hold") from problem
    return tuple(one.keyid for one in envelope.signatures)


def read_statement(envelope: Envelope, where: str) -> Statement:
    """Read the in-toto statement of an envelope whose signatures were checked.

    Raises:
        ReleaseError: Not an in-toto Statement v1 about exactly one SHA-256.
    """
    facts = read_canonical(envelope.payload, where)
    _exactly(facts, {"_type", "subject", "predicateType", "predicate"}, where)
    subject = facts["subject"]
    if facts["_type"] != STATEMENT_TYPE or not isinstance(subject, list):
        raise _changed(where, "it is not an in-toto statement")
    if len(subject) != 1:
        raise _changed(where, "it is not about exactly one bundle")
    _exactly(subject[0], {"name", "digest"}, where)
    _exactly(subject[0]["digest"], {"sha256"}, where)
    sha256, name = subject[0]["digest"]["sha256"], subject[0]["name"]
    kind, predicate = facts["predicateType"], facts["predicate"]
    if not (
        isinstance(sha256, str)
        and SHA256.fullmatch(sha256)
        and isinstance(name, str)
        and isinstance(kind, str)
        and isinstance(predicate, dict)
    ):
        raise _changed(where, "it is not an in-toto statement")
    return Statement(
        subject=name, sha256=sha256, predicate_type=kind, predicate=predicate
    )


def read_canonical(content: bytes, where: str) -> Any:
    """Read JSON that must be canonical to the byte.

    Raises:
        ReleaseError: Not JSON, a repeated key, or bytes other than canonical ones.
    """
    if len(content) > _LONGEST_FILE:
        raise _changed(where, "it is far too large")
    try:
        facts = json.loads(content.decode("utf-8"))
        same = canonical_json(facts).encode() == content
    except (ValueError, RecursionError) as problem:
        raise _changed(where, "it is not proper JSON") from problem
    if not same:
        raise _changed(where, "its bytes are not the ones riskaid writes")
    return facts


def _changed(where: str, how: str) -> ReleaseError:
    return ReleaseError(
        f"What was read is not what was signed: {how}, in {where}. Do not use it; "
        "fetch the release again from the person who signed it."
    )


def _signed_bytes(payload_type: str, payload: bytes) -> bytes:
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _base64(text: Any, where: str) -> bytes:
    if not isinstance(text, str):
        raise _changed(where, "it is not base64")
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise _changed(where, "it is not base64") from problem
    if base64.b64encode(content).decode() != text:
        raise _changed(where, "its base64 is not the canonical one")
    return content


def _exactly(facts: Any, keys: set[str], where: str) -> None:
    if not isinstance(facts, dict) or set(facts) != keys:
        raise _changed(where, "it has other entries than expected")

"""Whose signatures count: the trust file, signed by the root keys.

A council keeps one trust file. It lists the keys of the people who may sign, the roles
they sign in, and the root keys that sign the file itself. Its digest is pinned by
whoever loads a release (the service's configuration, the command line), so a file that
anybody could have written is trusted only when it is the very file that was pinned.
A new trust file has a higher sequence number; a service that has seen a higher one
refuses a lower one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from riskaid.errors import ReleaseError, UsageError
from riskaid.files import canonical_json, digest_bytes, write_text
from riskaid.release.keys import SigningKey, keyid_of
from riskaid.release.signing import (
    SHA256,
    Envelope,
    check_signatures,
    envelope_text,
    read_canonical,
    read_envelope,
    sign,
)

Role = Literal["analyst", "board"]
ROLES: tuple[Role, ...] = get_args(Role)
TRUST_TYPE = "application/vnd.riskaid.trust+json"
_PUBLIC_BYTES = 32
_WHERE = "the trust file"


@dataclass(frozen=True, kw_only=True)
class TrustedKey:
    """A key that may sign statements, who holds it, and in which roles.

    `holder` names the post, such as "Head of analysis", not the person. Two keys with
    one holder count as one person, however many roles they have.
    """

    public: bytes
    roles: tuple[Role, ...]
    holder: str

    @property
    def keyid(self) -> str:
        """SHA-256 of the public key."""
        return keyid_of(self.public)

    @property
    def person(self) -> str:
        """The holder in the form used to tell people apart."""
        return " ".join(self.holder.split()).casefold()


@dataclass(frozen=True, kw_only=True)
class Trust:
    """A checked trust file: which keys may sign what."""

    sequence: int
    keys: tuple[TrustedKey, ...]
    root: tuple[bytes, ...]
    root_needed: int
    digest: str = ""

    def key(self, keyid: str) -> TrustedKey:
        """The trusted key of an id that signed something here."""
        return next(key for key in self.keys if key.keyid == keyid)

    def public_keys(self) -> dict[str, bytes]:
        """Public keys that may sign statements, by id. Root keys are not among them."""
        return {key.keyid: key.public for key in self.keys}


def write_trust(path: Path, trust: Trust, *, root_keys: Sequence[SigningKey]) -> str:
    """Sign a trust file with root keys and write it.

    Returns:
        The digest to pin.

    Raises:
        UsageError: The trust file would not be accepted: a role is unknown, a key is
            listed twice, too few root keys sign, or the sequence is not higher than
            that of the file it replaces.
    """
    try:
        _check(trust)
    except ReleaseError as problem:
        raise UsageError(str(problem)) from problem
    if path.is_file():
        old = _read(read_envelope(path.read_bytes(), _WHERE))
        if trust.sequence <= old.sequence:
            raise UsageError(
                "The new trust file's sequence is not higher than the one it replaces. "
                f"Use {old.sequence + 1}."
            )
    envelope = Envelope(
        payload_type=TRUST_TYPE,
        payload=canonical_json(_to_json(trust)).encode(),
        signatures=(),
    )
    for key in root_keys:
        envelope = sign(envelope, key)
    listed = {keyid_of(public) for public in trust.root}
    signers = {one.keyid for one in envelope.signatures}
    if not signers <= listed or len(signers) < trust.root_needed:
        raise UsageError(
            f"A trust file needs signatures by {trust.root_needed} of the root keys it "
            "lists, and by no other key. Sign with the listed root keys."
        )
    text = envelope_text(envelope)
    write_text(path, text)
    return digest_bytes(text.encode())


def open_trust(path: Path, *, trust_digest: str, least_sequence: int = 0) -> Trust:
    """Open the trust file that the caller pinned.

    Args:
        path: The trust file.
        trust_digest: SHA-256 of the file, pinned by the caller.
        least_sequence: The highest sequence the caller has seen; a lower one refuses.

    Raises:
        ReleaseError: Missing, not the pinned file, not signed by enough of its root
            keys, or older than one seen before.
    """
    if path.is_symlink() or not path.is_file():
        raise ReleaseError(
            f"There is no trust file '{path.name}'. Without it no signature can be "
            "checked; ask the person who keeps the root key."
        )
    content = path.read_bytes()
    if not SHA256.fullmatch(trust_digest) or digest_bytes(content) != trust_digest:
        raise ReleaseError(
            "The trust file is not the one that was pinned: its digest differs. "
            "If the council has issued a new trust file, have the new digest confirmed "
            "by the person who keeps the root key, then pin it."
        )
    envelope = read_envelope(content, _WHERE)
    trust = _read(envelope)
    roots = {keyid_of(public): public for public in trust.root}
    signers = check_signatures(envelope, roots, payload_type=TRUST_TYPE, where=_WHERE)
    if len(signers) < trust.root_needed:
        raise ReleaseError(
            "Too few root keys have signed the trust file: "
            f"{len(signers)} of {trust.root_needed} needed. Have it signed again."
        )
    if trust.sequence < least_sequence:
        raise ReleaseError(
            "The trust file is older than one seen before: sequence "
            f"{trust.sequence}, where {least_sequence} was seen. "
            "Use the newest trust file."
        )
    return Trust(
        sequence=trust.sequence,
        keys=trust.keys,
        root=trust.root,
        root_needed=trust.root_needed,
        digest=trust_digest,
    )


def _to_json(trust: Trust) -> dict[str, Any]:
    return {
        "format": "riskaid-trust",
        "version": 1,
        "sequence": trust.sequence,
        "keys": sorted(
            (
                {
                    "keyid": key.keyid,
                    "public": key.public.hex(),
                    "roles": sorted(key.roles),
                    "holder": key.holder,
                }
                for key in trust.keys
            ),
            key=lambda one: str(one["keyid"]),
        ),
        "root": {
            "needed": trust.root_needed,
            "keys": [
                {"keyid": keyid_of(public), "public": public.hex()}
                for public in sorted(trust.root, key=keyid_of)
            ],
        },
    }


def _read(envelope: Envelope) -> Trust:
    facts = read_canonical(envelope.payload, _WHERE)
    try:
        trust = Trust(
            sequence=facts["sequence"],
            keys=tuple(
                TrustedKey(
                    public=bytes.fromhex(one["public"]),
                    roles=tuple(one["roles"]),
                    holder=one["holder"],
                )
                for one in facts["keys"]
            ),
            root=tuple(bytes.fromhex(one["public"]) for one in facts["root"]["keys"]),
            root_needed=facts["root"]["needed"],
        )
        _check(trust)
        same = _to_json(trust) == facts
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise _wrong("an entry is missing or of the wrong kind") from problem
    if not same:
        raise _wrong("it has other entries than a trust file has")
    return trust


def _check(trust: Trust) -> None:
    if type(trust.sequence) is not int or trust.sequence < 1:
        raise _wrong("its sequence is not a whole number from 1")
    publics = [key.public for key in trust.keys] + list(trust.root)
    if any(len(public) != _PUBLIC_BYTES for public in publics):
        raise _wrong("a public key is not 32 bytes long")
    if len(set(publics)) != len(publics):
        raise _wrong("a key is listed twice; root keys sign the trust file only")
    for key in trust.keys:
        if not key.person:
            raise _wrong("a key has no holder; name the post that holds it")
        known = set(key.roles) <= set(ROLES)
        if not key.roles or not known or len(set(key.roles)) != len(key.roles):
            raise _wrong("a key's roles must be some of: analyst, board")
    if type(trust.root_needed) is not int or not (
        1 <= trust.root_needed <= len(trust.root)
    ):
        raise _wrong("the number of root signatures needed is not 1 to all of them")


def _wrong(how: str) -> ReleaseError:
    return ReleaseError(
        f"The trust file cannot be used: {how}. "
        "Ask the person who keeps the root key for a correct one."
    )

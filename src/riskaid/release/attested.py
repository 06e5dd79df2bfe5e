"""What shows that a model was released, packed for a registry that holds no release.

A registry keeps a few words about each version of a model. So the signed statements,
the trust file, the manifest, the audit and the board's decisions are packed into one
text, and whoever reads it asks of them what loading a release asks. The model itself is
not in it: the manifest has the digests of its files.
"""

import base64
import binascii
import json
import re
import tempfile
import zlib
from datetime import date
from pathlib import Path
from typing import Final

from riskaid.errors import ReleaseError
from riskaid.files import canonical_json, digest_bytes, write_bytes
from riskaid.models.identity import model_digest
from riskaid.release.inputs import DECISIONS
from riskaid.release.lifecycle import SignedStep, check_in_use
from riskaid.release.manifest import MANIFEST, Bundle, Manifest, read_manifest
from riskaid.release.statements import BUNDLE, STATEMENTS, TRUST, read_life
from riskaid.release.trust import open_trust
from riskaid.release.verify import check_signed

LARGEST: Final = 20_000_000
"""The most bytes that are unpacked."""
_PATH: Final = re.compile(
    rf"{TRUST}|{STATEMENTS}/[A-Za-z0-9.-]+|{BUNDLE}/({MANIFEST}|audit\.json)"
    rf"|{BUNDLE}/{DECISIONS}/[A-Za-z0-9_.-]+"
)


def packed(release: Path, *, trust: Path) -> str:
    """The texts that show a release is one: base64 of compressed JSON, the same always.

    Args:
        release: The release's folder.
        trust: The trust file that its signatures are checked with.
    """
    held = {TRUST: trust.read_text("utf-8")}
    for path in sorted(release.rglob("*")):
        name = path.relative_to(release).as_posix()
        if name != TRUST and path.is_file() and _PATH.fullmatch(name):
            held[name] = path.read_text("utf-8")
    return base64.b64encode(zlib.compress(canonical_json(held).encode(), 9)).decode()


def check_attested(
    text: str, *, model: str, trust_digest: str, today: date
) -> SignedStep:
    """Ask of what was packed whether it makes a model a live release.

    Args:
        text: What `packed` gave.
        model: The digest of the model it should be about (models.identity).
        trust_digest: SHA-256 of the trust file, pinned by whoever asks.
        today: The day of asking.

    Returns:
        The statement that holds now; its state is live and it has not expired.

    Raises:
        ReleaseError: Anything at all that is not as it must be.
    """
    files = _unpacked(text)
    with tempfile.TemporaryDirectory(prefix="riskaid-") as place:
        folder = Path(place)
        for name, held in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_bytes(folder / name, held)
        trust = open_trust(folder / TRUST, trust_digest=trust_digest)
        life = read_life(folder, trust=trust)
    inside = {
        name.removeprefix(f"{BUNDLE}/"): held
        for name, held in files.items()
        if name.startswith(f"{BUNDLE}/")
    }
    bundle = _part_of_bundle(inside, digest=life.bundle)
    newest, _decided = check_signed(life, bundle, trust=trust, today=today)
    check_in_use(newest, today=today)
    if newest.step.state != "live":
        raise ReleaseError(
            f"The release is not live: its state is '{newest.step.state}'. "
            "Only a live release is named as released."
        )
    if model_digest(bundle.manifest.files, bundle.manifest.rung) != model:
        raise ReleaseError(
            "The release holds another model than this version. "
            "Name the version that was trained in the run of the release."
        )
    return newest


def _part_of_bundle(inside: dict[str, bytes], *, digest: str) -> Bundle:
    """The manifest, the audit and every decision of a bundle, against its digest."""
    written = inside.pop(MANIFEST, b"")
    if digest_bytes(written) != digest:
        raise _unreadable()
    manifest: Manifest = read_manifest(written)
    wanted = {
        name: sha256
        for name, sha256 in manifest.files.items()
        if name == "audit.json" or name.startswith(f"{DECISIONS}/")
    }
    if {name: digest_bytes(held) for name, held in inside.items()} != wanted:
        raise _unreadable()
    return Bundle(manifest=manifest, digest=digest, content=inside)


def _unpacked(text: str) -> dict[str, bytes]:
    try:
        unpacking = zlib.decompressobj()
        found = unpacking.decompress(base64.b64decode(text, validate=True), LARGEST)
        files = json.loads(found) if unpacking.eof else {}
        held = {name: one.encode() for name, one in files.items()}
    except (ValueError, AttributeError, TypeError, zlib.error, binascii.Error):
        raise _unreadable() from None
    if not held or not all(_PATH.fullmatch(name) for name in held):
        raise _unreadable()
    return held


def _unreadable() -> ReleaseError:
    return ReleaseError(
        "What this version says of its release is incomplete or was changed. "
        "Name it again with: riskaid release register"
    )

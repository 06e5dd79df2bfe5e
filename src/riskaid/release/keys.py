"""Key files: made once, readable by their owner only, never overwritten.

Signing is a person's act: nothing in riskaid makes or uses a key by itself.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from riskaid.errors import UsageError
from riskaid.files import digest_bytes

_OTHERS_MAY_READ = 0o077
_WRONG_KIND = (
    "The file '{name}' holds a key of another kind than Ed25519. "
    "Make one with: riskaid release keygen"
)


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A private key in memory, with the id that others know it by."""

    private: Ed25519PrivateKey
    keyid: str
    public: bytes


def keyid_of(public: bytes) -> str:
    """Name a public key by the SHA-256 of its 32 bytes."""
    return digest_bytes(public)


def make_key(path: Path, *, passphrase: bytes | None = None) -> str:
    """Make a private key file that only its owner can read, and a public one beside it.

    The public key stands in a file of the same name ending in ".pub.pem": that one is
    handed to whoever keeps the trust file.

    Returns:
        The key's id.

    Raises:
        UsageError: One of the two files is there already. A key is never overwritten.
    """
    public_path = public_path_of(path)
    for place in (path, public_path):
        if place.exists() or place.is_symlink():
            raise UsageError(
                f"There is a file '{place.name}' already, and a key is never "
                "overwritten. Name another file."
            )
    private = Ed25519PrivateKey.generate()
    encryption: KeySerializationEncryption = (
        BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    public = private.public_key()
    public_pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _place(path, pem, mode=0o600)
    _place(public_path, public_pem, mode=0o644)
    return keyid_of(public.public_bytes_raw())


def public_path_of(path: Path) -> Path:
    """Where the public half of a key file stands: `board.pem` -> `board.pub.pem`."""
    return path.with_name(path.name.removesuffix(".pem") + ".pub.pem")


def read_key(path: Path, *, passphrase: bytes | None = None) -> SigningKey:
    """Read a private key that nobody but its owner can read.

    Raises:
        UsageError: No such file, not an Ed25519 key, a wrong passphrase, or a file that
            other users of the machine may read.
    """
    content = _key_bytes(path)
    if os.name == "posix" and path.stat().st_mode & _OTHERS_MAY_READ:
        raise UsageError(
            f"The key file '{path.name}' can be read by others on this machine. "
            f"Run: chmod 600 {path.name}"
        )
    try:
        private = load_pem_private_key(content, passphrase)
    except TypeError as problem:
        raise UsageError(
            f"The key file '{path.name}' is protected by a passphrase, or is not and "
            "one was given. Give the passphrase only for a protected key."
        ) from problem
    except ValueError as problem:
        raise UsageError(
            f"The key file '{path.name}' could not be opened: it is not a PEM key, or "
            "the passphrase is wrong. Check both."
        ) from problem
    if not isinstance(private, Ed25519PrivateKey):
        raise UsageError(_WRONG_KIND.format(name=path.name))
    public = private.public_key().public_bytes_raw()
    return SigningKey(private=private, keyid=keyid_of(public), public=public)


def read_public(path: Path) -> bytes:
    """Read the 32 bytes of a public key file.

    Raises:
        UsageError: No such file, or not an Ed25519 public key.
    """
    try:
        public = load_pem_public_key(_key_bytes(path))
    except ValueError as problem:
        raise UsageError(
            f"The file '{path.name}' is not a public key. "
            "Give the file ending in .pub.pem that keygen wrote."
        ) from problem
    if not isinstance(public, Ed25519PublicKey):
        raise UsageError(_WRONG_KIND.format(name=path.name))
    return public.public_bytes_raw()


def _key_bytes(path: Path) -> bytes:
    if not path.is_file():
        raise UsageError(
            f"There is no key file '{path.name}'. "
            "Check the path, or make a key with: riskaid release keygen"
        )
    return path.read_bytes()


def _place(path: Path, content: bytes, *, mode: int) -> None:
    """Write beside, with the mode set before the first byte; never over a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    beside = Path(name)
    try:
        beside.chmod(mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError as problem:
            raise UsageError(
                f"There is a file '{path.name}' already, and a key is never "
                "overwritten. Name another file."
            ) from problem
        except OSError:  # a file system without links, such as some network drives
            beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)

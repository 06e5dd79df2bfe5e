"""The list of a bundle's files with their digests, and the strict reading of both.

The SHA-256 of `manifest.json` is the digest of the bundle: every statement is about
that number. It holds no date, so a bundle built again is the same to the byte.
"""

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from riskaid.errors import ReleaseError
from riskaid.files import digest_bytes
from riskaid.release.lifecycle import PURPOSES
from riskaid.release.signing import SHA256, read_canonical

MANIFEST = "manifest.json"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*(?: [A-Za-z0-9_.-]+)?")
LONGEST_NAME = 80
ALWAYS = (
    "audit.json",
    "card/card.html",
    "card/card.json",
    "card/card.md",
    "experiment.toml",
    "plan.json",
    "policy.toml",
    "run.json",
)
"""Files that every bundle holds, beside the model and its calibration."""

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_LARGEST_FILE = 200_000_000


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a bundle is called, what it may be used for and what is in it."""

    name: str
    purpose: str
    rung: str
    verdict: str
    made_with: str
    files: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        """The manifest as it is written."""
        return {
            "format": "riskaid-bundle",
            "version": 1,
            "name": self.name,
            "purpose": self.purpose,
            "rung": self.rung,
            "verdict": self.verdict,
            "riskaid": self.made_with,
            "files": self.files,
        }


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A bundle whose every byte was checked, held in memory.

    `content` maps each path to the bytes whose digest was checked: whoever uses the
    bundle reads from here and not from the disk again, where they could have changed.
    """

    manifest: Manifest
    digest: str
    content: dict[str, bytes]


def read_bundle(folder: Path, *, digest: str) -> Bundle:
    """Read a bundle and check it, byte for byte, against the digest that was signed.

    Args:
        folder: The bundle's folder.
        digest: SHA-256 of its manifest, from signed statements.

    Raises:
        ReleaseError: The manifest is not the signed one, a file was changed, removed
            or added, a name leads out of the folder, or something is not a plain file.
    """
    found = dict(plain_files(folder, "the bundle"))
    if MANIFEST not in found:
        raise _refused("the bundle has no manifest.json")
    written = found.pop(MANIFEST).read_bytes()
    if digest_bytes(written) != digest:
        raise _refused("the bundle's manifest is not the one that was signed")
    manifest = read_manifest(written)
    missing = sorted(set(manifest.files) - set(found))
    extra = sorted(set(found) - set(manifest.files))
    if missing:
        raise _refused(
            f"the bundle lacks {len(missing)} of its files, such as {missing[0]}"
        )
    if extra:
        raise _refused(
            f"the bundle holds {len(extra)} files too many, such as {extra[0]}"
        )
    content = {}
    for path in sorted(found):
        if found[path].stat().st_size > _LARGEST_FILE:
            raise _refused(f"'{path}' in the bundle is far too large")
        content[path] = found[path].read_bytes()
        if digest_bytes(content[path]) != manifest.files[path]:
            raise _refused(f"'{path}' in the bundle was changed")
    return Bundle(manifest=manifest, digest=digest, content=content)


def plain_files(folder: Path, what: str) -> Iterator[tuple[str, Path]]:
    """Every file below a folder by its path with forward slashes, sorted.

    Raises:
        ReleaseError: No such folder, or something in it is neither a plain file nor a
            folder: a link could lead anywhere.
    """
    if folder.is_symlink() or not folder.is_dir():
        raise _refused(f"{what} is not a folder")
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            if not any(path.iterdir()):
                raise _refused(f"there is an empty folder in {what}")
            continue
        if not stat.S_ISREG(mode):
            raise _refused(f"something in {what} is not a plain file")
        yield path.relative_to(folder).as_posix(), path


def check_name(name: str) -> bool:
    """Whether a release may be called this: letters, digits, `_ . -`, one space."""
    return len(name) <= LONGEST_NAME and NAME.fullmatch(name) is not None


def read_manifest(written: bytes) -> Manifest:
    """Read a manifest whose digest was checked.

    Raises:
        ReleaseError: It is none, or lists what a bundle may not hold.
    """
    facts = read_canonical(written, "the bundle's manifest")
    try:
        manifest = Manifest(
            name=facts["name"],
            purpose=facts["purpose"],
            rung=facts["rung"],
            verdict=facts["verdict"],
            made_with=facts["riskaid"],
            files=dict(facts["files"]),
        )
        proper = (
            manifest.to_json() == facts
            and check_name(manifest.name)
            and manifest.purpose in PURPOSES
            and all(_inside(path) for path in manifest.files)
            and all(SHA256.fullmatch(one) for one in manifest.files.values())
            and _needed(manifest.rung) <= set(manifest.files)
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise _refused("the bundle's manifest is not one") from problem
    if not proper:
        raise _refused("the bundle's manifest lists what a bundle may not hold")
    return manifest


def _needed(rung: str) -> set[str]:
    return {*ALWAYS, f"models/{rung}.json", f"calibration/{rung}.json"}


def _inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return (
        path != ""
        and "/".join(parts) == path
        and all(_PART.fullmatch(part) for part in parts)
    )


def _refused(how: str) -> ReleaseError:
    return ReleaseError(
        f"The release cannot be trusted: {how}. Do not use it; "
        "fetch it again from the person who signed it."
    )

"""No tracked file holds a path of somebody's machine, a registry's address or a key."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Written in pieces, so that this file does not hold what it looks for.
PATTERNS = {
    "a path of somebody's machine": re.compile(
        r"(?<![\w.])(?:/ho" r"me/\w|/ro" r"ot/\w|/Us" r"ers/\w|/wo" r"rk/\w|/tm" r"p/dev"
        r"|[A-Z]:[\\/]Us" r"ers[\\/]\w)"
    ),
    "a registry's address": re.compile(
        r"https?://[^\s\"'<>)]*(?:py" r"pi|/sim" r"ple\b|regis" r"try\.|npm" r"js|artif"
        r"actory|nex" r"us\.|crates\.io|/mir" r"ror)"
        r"|--(?:extra-)?index-u" r"rl\b[ =]\S*https?:|--find-li" r"nks[ =]\S+/"
    ),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIV" r"ATE KEY-----"),
    "a secret": re.compile(
        r"\bAK" r"IA[0-9A-Z]{16}\b|\bgh" r"[pousr]_[A-Za-z0-9]{30,}|\bxo" r"x[bap]-\w{10,}"
        r"|(?i:pass" r"word|sec" r"ret|api_?key|tok" r"en)\s*=\s*[\"'][A-Za-z0-9+/_-]{16,}"
    ),
}  # fmt: skip


def found_in(text: str) -> list[str]:
    """Say what a text holds that no tracked file may."""
    return [
        f"{text.count(chr(10), 0, match.start()) + 1}: {what}"
        for what, pattern in PATTERNS.items()
        for match in pattern.finditer(text)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "see /ho~me/ann/riskaid",
        "at C:\\Us~ers\\ann",
        "in /wo~rk/main",
        "--index-u~rl https://example.org/x",
        "https://py~pi.org/sim~ple/numpy",
        "-----BEGIN PRIV~ATE KEY-----",
        "tok~en = 'abcdefghijklmnop1234'",
    ],
)
def test_what_must_not_be_there_is_found(text):
    assert not found_in(text)
    assert found_in(text.replace("~", ""))


def test_ordinary_text_is_let_be():
    assert not found_in("docs/home/x token = make_token() https://example.org/a\n")
    assert not found_in("the secret = of a good page, /usr/lib/postgresql")


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("NOT RUN: this is not a git checkout, so no file is tracked")
    return [ROOT / name for name in done.stdout.split("\0") if name]


def test_no_tracked_file_holds_a_machine_a_registry_or_a_secret():
    files = [path for path in tracked() if path.is_file()]
    assert len(files) > 20
    assert not [
        f"{path.relative_to(ROOT).as_posix()}:{one}"
        for path in files
        for one in found_in(path.read_bytes().decode("utf-8", "replace"))
    ]


def test_nothing_made_or_personal_is_tracked():
    made = (".parquet", ".db", ".sqlite", ".pyc", ".pem", ".whl", ".log")
    assert not [path for path in tracked() if path.name.endswith(made)]


def requirements(text: str) -> list[str]:
    """The entries of a lock file, each with what belongs to it on one line."""
    joined = re.sub(r"\\\n\s*", " ", text)
    return [
        line
        for line in joined.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]


def unlocked(text: str) -> list[str]:
    """Say which entries are not pinned to one version with a hash."""
    return [
        line.split(" ")[0]
        for line in requirements(text)
        if not re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", line)
        or set(re.findall(r"--hash=(\w+):", line)) != {"sha256"}
        or "://" in line
    ]


def test_an_entry_without_a_hash_or_with_an_address_is_found():
    assert unlocked("a==1.0\n") == ["a==1.0"]
    assert unlocked("a==1.0 --hash=md5:00 --hash=sha256:00\n") == ["a==1.0"]
    assert unlocked("a>=1.0 \\\n    --hash=sha256:00\n") == ["a>=1.0"]
    assert unlocked("a @ https://x.org/a.whl --hash=sha256:00") == ["a"]
    assert unlocked("a==1.0 \\\n    --hash=sha256:00\n    # via b\n") == []


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_locks_pin_every_entry_with_a_hash_and_no_address(name):
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert len(requirements(text)) > 50
    assert unlocked(text) == []
    assert "://" not in text

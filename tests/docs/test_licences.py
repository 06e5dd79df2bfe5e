"""Every locked dependency is under a licence that ADR-0011 accepts."""

import importlib.metadata
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DECISION = ROOT / "docs" / "adr" / "0011-licences-of-dependencies.md"
PERMISSIVE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Python-2\.0|HPND|Zlib|0BSD"
    r"|Unlicense|CC0|MIT-CMU|matplotlib)\b",
    re.IGNORECASE,
)
DUTIES = re.compile(
    r"\b(A?GPL|LGPL|MPL|EPL|CDDL|EUPL|SSPL)|GNU|Mozilla|Eclipse|Business Source",
    re.IGNORECASE,
)
# Packages whose metadata does not name their licence; read from their own files instead.
READ_BY_HAND = {
    "huey": "MIT",
    "skops": "MIT",
    "axe-playwright-python": "MIT, with axe-core under MPL-2.0",
}


def locked() -> set[str]:
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "requirements").glob("*.txt"))
    )
    return set(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", text, re.MULTILINE))


def accepted() -> str:
    """The table of named exceptions, as text."""
    page = DECISION.read_text(encoding="utf-8")
    return "\n".join(line for line in page.splitlines() if line.startswith("|"))


def judged(name: str, licence: str, table: str) -> str | None:
    """Say what is wrong with a package's licence, or None."""
    named = re.search(rf"^\|[^|]*\b{re.escape(name)}\b", table, re.MULTILINE)
    if DUTIES.search(licence):
        return None if named else f"{name} is under {licence}: decide in ADR-0011"
    if not PERMISSIVE.search(licence):
        return f"{name} names no licence we know: {licence or 'none'}"
    return None


def licence_of(name: str) -> str | None:
    try:
        about = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    parts = [about.get("License-Expression") or (about.get("License") or "")[:80]]
    parts += [
        one.split("::")[-1]
        for one in about.get_all("Classifier") or []
        if one.startswith("License ::")
    ]
    return READ_BY_HAND.get(name) or " ".join(parts).strip()


@pytest.mark.parametrize(
    ("name", "licence", "fine"),
    [
        ("x", "MIT", True),
        ("x", "BSD-3-Clause", True),
        ("x", "GPL-3.0-or-later", False),
        ("x", "MPL-2.0", False),
        ("x", "", False),
        ("x", "All rights reserved", False),
        ("psycopg", "LGPL-3.0-only", True),
        ("psyco", "LGPL-3.0-only", False),
    ],
)
def test_licences_are_judged(name, licence, fine):
    table = "| psycopg, psycopg-binary | LGPL-3.0 | extra |"
    assert (judged(name, licence, table) is None) is fine


def test_every_locked_package_has_an_accepted_licence():
    read = {name: licence_of(name) for name in sorted(locked())}
    here = {name: licence for name, licence in read.items() if licence is not None}
    assert len(here) > 100
    table = accepted()
    wrong = [judged(name, licence, table) for name, licence in here.items()]
    assert not [one for one in wrong if one]

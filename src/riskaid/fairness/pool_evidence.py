"""A pool as a reason in a decision of the board: read, checked, named by its digest."""

import json
from pathlib import Path
from typing import Any, Final

from riskaid.errors import ExtractError, GateRefused
from riskaid.fairness.pool_document import WORDS
from riskaid.files import digest_bytes

FILE: Final = "pool.json"
FORMAT: Final = "riskaid-pool"
SUPPORTS: Final = "a decision of the board"
_LARGEST = 20_000_000


def pool_named(
    folder: Path, audit: dict[str, Any], about: tuple[str, str, str]
) -> dict[str, str]:
    """The digest of a pool that a decision may name, and what the pool says there.

    Args:
        folder: That `riskaid pool` wrote.
        audit: As audit.json holds it.
        about: Characteristic, group and measure of the decision.

    Returns:
        `digest`, the SHA-256 of pool.json, and `says`, its verdict there in words.

    Raises:
        ExtractError: There is no pool, or it is not one.
        GateRefused: It was made under another policy, may support nothing, or does not
            judge the group's measure.
    """
    facts, digest = _read(folder)
    if facts["policy"]["digest"] != audit["policy"]["digest"]:
        raise GateRefused(
            "The pool was made under another policy than the audit, so its limits were "
            "not those of the audit. Pool audits under the same policy."
        )
    if facts["may_support"] != SUPPORTS:
        raise GateRefused(
            "The pool may support nothing: the policy says so, its sums fail, or a "
            "council in it fails by itself. A decision cannot rest on it."
        )
    found = [
        f
        for f in facts["findings"]
        if (f["characteristic"], f["group"], f["metric"]) == about
    ]
    if not found:
        raise GateRefused(
            f"The pool judges no {about[2]} of the group '{about[1]}', so it is no "
            "reason for a decision on it. Decide without it, or pool more councils."
        )
    said = WORDS[found[0]["verdict"]]
    because = f" ({found[0]['why']})" if found[0]["why"] else ""
    return {"digest": digest, "says": f"{said}{because}. {found[0]['sentence']}"}


def _read(folder: Path) -> tuple[dict[str, Any], str]:
    path = folder / FILE
    try:
        content = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
        facts = json.loads(content)
    except (OSError, ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ExtractError(
            f"The folder '{folder.name}' holds no pool. Name the folder that 'riskaid "
            "pool' wrote."
        )
    if not {"policy", "may_support", "findings"} <= set(facts):
        raise ExtractError(
            f"The pool in '{folder.name}' is not whole. Make it again with 'riskaid "
            "pool' from the councils' files."
        )
    return facts, digest_bytes(content)

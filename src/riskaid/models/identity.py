"""One digest for a model as it is used: its plan, its model and its calibration."""

from collections.abc import Mapping

from riskaid.files import canonical_json, digest_bytes


def files_of(rung: str) -> tuple[str, ...]:
    """The files that a rung is made of, by their paths in a run and in a bundle."""
    text = ("models/booster.txt",) if rung == "booster" else ()
    return (f"models/{rung}.json", f"calibration/{rung}.json", "plan.json", *text)


def model_digest(digests: Mapping[str, str], rung: str) -> str:
    """The digest of a model, from those of its files.

    Args:
        digests: SHA-256 of each file by its path; others than the model's are left out.
        rung: Which model it is.

    Raises:
        KeyError: One of its files is not there.
    """
    held = {name: digests[name] for name in files_of(rung)}
    return digest_bytes(canonical_json(held).encode())

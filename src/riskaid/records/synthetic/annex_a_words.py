"""What a synthetic Annex A says where a code belongs, and the headings of its lists."""

import tomllib
from importlib.resources import files
from typing import Any

_SAID: dict[str, Any] = tomllib.loads(
    files("riskaid.records.synthetic")
    .joinpath("annex_a.toml")
    .read_text(encoding="utf-8")
)
HEADINGS: dict[str, tuple[str, ...]] = {
    name: tuple(said) for name, said in _SAID["headings"].items()
}
"""The headings of each list, in their order."""
VALUES: dict[str, dict[str, str]] = _SAID["values"]
"""What a list says for each code, by kind of code."""
WHO = HEADINGS["List 1"][0]
DISABLED = "Does the Child have a Disability"
TEAM = ("Allocated Team", "Allocated Worker")
YES, NO = VALUES["yes_no"]["Y"], VALUES["yes_no"]["N"]

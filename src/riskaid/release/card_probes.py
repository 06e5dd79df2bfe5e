"""What the probes of an audit and of a run found, in a few plain lines of the card.

They decide nothing, so a card can be made without them. Where they are there, the
card's folder keeps what its lines were made from.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from riskaid.document import Bullets, Paragraph, Section
from riskaid.errors import UsageError
from riskaid.fairness.probes.words import plain_lines
from riskaid.release.inputs import AuditFile, Run, read_object

OF_AUDIT: Final = "probes.json"
OF_RUN: Final = "run_probes.json"


def read_probes(
    audit: Path, probes: Path | None, *, of: tuple[Run, AuditFile]
) -> dict[str, dict[str, Any]]:
    """Read the probes beside an audit, and those of the run where they are named.

    Args:
        audit: The audit's folder, or its audit.json.
        probes: What `riskaid probe` wrote; none by default.
        of: The run and the audit that they must be of.

    Returns:
        By file name.

    Raises:
        UsageError: They are of another run or audit, or are not there.
    """
    run, audited = of
    found: dict[str, dict[str, Any]] = {}
    beside = (audit if audit.is_dir() else audit.parent) / OF_AUDIT
    if beside.is_file():
        found[OF_AUDIT] = read_object(beside)
        about = found[OF_AUDIT].get("audit", {})
        digests = (about.get("scores"), about.get("policy"))
        facts = audited.facts
        if digests != (facts["scores"]["digest"], facts["policy"]["digest"]):
            raise UsageError(
                f"{OF_AUDIT} beside the audit is of another one. Audit again with: "
                "riskaid audit"
            )
    if probes is not None:
        place = probes / OF_RUN if probes.is_dir() else probes
        if not place.is_file():
            raise UsageError(
                f"There is no {OF_RUN} in '{probes.name}'. Make it with: riskaid probe"
            )
        found[OF_RUN] = read_object(place)
        held = found[OF_RUN].get("run", {}).get("estimates")
        if held != run.digests["estimates.parquet"]:
            raise UsageError(
                f"{OF_RUN} is of another run. Probe this one with: riskaid probe"
            )
    return found


def probes_section(probes: Mapping[str, dict[str, Any]]) -> tuple[Section, ...]:
    """The card's lines about probes; no section where there are none."""
    lines: list[str] = []
    if OF_AUDIT in probes:
        lines += plain_lines(probes[OF_AUDIT])
    if OF_RUN in probes:
        lines += probes[OF_RUN]["sentences"]
    if not lines:
        return ()
    return (
        Section(
            heading="What if the records are wrong?",
            blocks=(
                Paragraph(
                    text="Probes ask what the same gate, or the same model, would say "
                    "of other records. They stand beside the verdict and decide "
                    "nothing."
                ),
                Bullets(items=tuple(lines)),
            ),
        ),
    )

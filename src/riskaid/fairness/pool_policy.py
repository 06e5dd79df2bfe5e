"""What counts as evidence from pooling and shadow use, as a board agrees it."""

from dataclasses import dataclass
from typing import Final, Literal

from riskaid.fairness.policy_reading import Agreement, Part, agreement

May = Literal["nothing", "a decision of the board"]
SUPPORTS: Final[dict[str, May]] = {
    "nothing": "nothing",
    "a decision of the board": "a decision of the board",
}
"""What a pool, or what shadow use gathered, may be used for. A release is not among
them: what other councils see says nothing sure of this one (ADR-0021)."""


@dataclass(frozen=True)
class Pooling:
    """What a pool must have before anybody may lean on it, and what for.

    Attributes:
        may_support: "nothing", or "a decision of the board": on too little evidence, in
            a file that names the pool's digest.
        least_files: Files that a finding must rest on before it can pass.
        apart_at_most: I², the share of the differences between councils that chance
            does not explain, above which no finding passes.
        round_to: Counts of rows in a pool are published to the nearest of this.
        agreement: Why, who and until when.
    """

    may_support: May
    least_files: int
    apart_at_most: float
    round_to: int
    agreement: Agreement


def read_pooling(top: Part) -> Pooling | None:
    """Read [pooling]; None where the policy says nothing, so that nothing is pooled.

    Raises:
        DefinitionError: A key is missing, not known, too loose, or out of date.
    """
    if not top.has("pooling"):
        return None
    part = top.part("pooling")
    found = Pooling(
        may_support=SUPPORTS[part.text("may_support", one_of=[*SUPPORTS])],
        least_files=part.whole("least_files", at_least=2, at_most=200),
        apart_at_most=part.number("apart_at_most", at_least=0.1, at_most=0.9),
        round_to=part.whole("round_to", at_least=1, at_most=1000),
        agreement=agreement(part, "what counts as evidence from pooling"),
    )
    part.nothing_else()
    return found

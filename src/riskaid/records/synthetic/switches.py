"""Known unfairness that can be built into a synthetic council, off by default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from riskaid.errors import UsageError, nearest
from riskaid.records.synthetic.rates import CODES, GROUPS

DISABILITY = "disability"
PROXIES = ("address_changes", "referral_source")


@dataclass(frozen=True)
class Switches:
    """What unfairness is built in, so that an audit can be tested against the truth.

    A group is a broad ethnic group (white, mixed, black, asian, other), a DfE
    ethnicity code such as BCRB, or "disability"; always the true one, not the recorded.

    Attributes:
        outcome_bias: Factor, by group, on the probability that a section 47 enquiry
            leads to a conference, at equal need. 1.5 means half as many again.
        under_recording: Share, by group, of the signs (contacts without referral,
            early help, missing, factors, partner feeds) that is never recorded.
        proxy: An indicator that reveals ethnicity whatever the need:
            "address_changes" (also True) or "referral_source". False: none.
    """

    outcome_bias: Mapping[str, float] = field(default_factory=dict)
    under_recording: Mapping[str, float] = field(default_factory=dict)
    proxy: bool | str = False

    def __post_init__(self) -> None:
        """Refuse groups, factors, shares and proxies that mean nothing."""
        known = [*GROUPS, *CODES, DISABILITY]
        for group in [*self.outcome_bias, *self.under_recording]:
            if group not in known:
                raise UsageError(
                    f"There is no group '{group}' for a switch of the synthetic "
                    f"council. Use one of: {', '.join(known)}.{nearest(group, known)}"
                )
        if any(not factor > 0 for factor in self.outcome_bias.values()):
            raise UsageError(
                "A factor in outcome_bias is not above 0. Use 1.0 for no difference."
            )
        if any(not 0 <= share <= 1 for share in self.under_recording.values()):
            raise UsageError(
                "A share in under_recording is not from 0 to 1. Use 0.3 for 30%."
            )
        if isinstance(self.proxy, str) and self.proxy not in PROXIES:
            raise UsageError(
                f"There is no proxy '{self.proxy}'. Use one of: {', '.join(PROXIES)}."
                f"{nearest(self.proxy, list(PROXIES))}"
            )

    @property
    def proxy_name(self) -> str | None:
        """The indicator that reveals ethnicity, or None when the switch is off."""
        if isinstance(self.proxy, str):
            return self.proxy
        return PROXIES[0] if self.proxy else None

    def to_json(self) -> dict[str, Any]:
        """The switches as council.json holds them."""
        return {
            "outcome_bias": dict(sorted(self.outcome_bias.items())),
            "under_recording": dict(sorted(self.under_recording.items())),
            "proxy": self.proxy_name,
        }

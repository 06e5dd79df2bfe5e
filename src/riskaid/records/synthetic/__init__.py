"""A council that does not exist, with published rates and a known truth."""

from riskaid.records.synthetic.council import synth
from riskaid.records.synthetic.switches import Switches

__all__ = ["Switches", "synth"]

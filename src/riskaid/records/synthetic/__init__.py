"""A council that does not exist, with published rates and a known truth."""

from riskaid.records.synthetic.council import synth
from riskaid.records.synthetic.formats import FORMATS, USUAL, next_steps
from riskaid.records.synthetic.switches import Switches

__all__ = ["FORMATS", "USUAL", "Switches", "next_steps", "synth"]

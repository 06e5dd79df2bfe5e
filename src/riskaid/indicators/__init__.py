"""Indicators: what a features file may use, and the engines that compute it."""

from riskaid.indicators.settings import codelist, number, window
from riskaid.language import Gap, Indicator, Prompt, days, months

__all__ = [
    "Gap",
    "Indicator",
    "Prompt",
    "codelist",
    "days",
    "months",
    "number",
    "window",
]

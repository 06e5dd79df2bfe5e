"""The language indicators are written in: tables, windows, words and declarations."""

from riskaid.language.columns import (
    CodeColumn,
    Codelist,
    Column,
    DateColumn,
    FlagColumn,
    NumberColumn,
    RecordCondition,
)
from riskaid.language.declare import (
    FAMILIES,
    ROLES,
    Declaration,
    Gap,
    Indicator,
    Prompt,
    Role,
)
from riskaid.language.table import Table
from riskaid.language.values import Condition, Value
from riskaid.language.windows import Days, Earlier, Months, Window, days, months
from riskaid.language.words import LatestCode, Selection, Siblings

__all__ = [
    "FAMILIES",
    "ROLES",
    "CodeColumn",
    "Codelist",
    "Column",
    "Condition",
    "DateColumn",
    "Days",
    "Declaration",
    "Earlier",
    "FlagColumn",
    "Gap",
    "Indicator",
    "LatestCode",
    "Months",
    "NumberColumn",
    "Prompt",
    "RecordCondition",
    "Role",
    "Selection",
    "Siblings",
    "Table",
    "Value",
    "Window",
    "days",
    "months",
]

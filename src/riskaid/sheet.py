"""Tables for people's spreadsheets, in which no text is run as a formula.

Every CSV or workbook that riskaid writes passes its text through here: a spreadsheet
runs a cell that begins with = + - @, also when a tab or line end stands before.
"""

import re
from typing import BinaryIO

import polars as pl

QUOTE = "'"
NUMBER = r"[+-]?[0-9]+([.,][0-9]+)?"
MENACE = r"^\s*[=+\-@]|^[\t\r\n]"
_MENACE = re.compile(MENACE)
_NUMBER = re.compile(NUMBER)


def safe_text(text: str) -> str:
    """A text with an apostrophe before it where a spreadsheet would run it.

    A number stays as it is, also -1: spreadsheets only read it. Codes such as -1 in an
    extract therefore come back as they were.
    """
    if _MENACE.match(text) and not _NUMBER.fullmatch(text):
        return QUOTE + text
    return text


def safe_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """The same table with every text column and name passed through `safe_text`."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    held = pl.col(*texts) if texts else pl.col([])
    risky = held.str.contains(MENACE) & ~held.str.contains(f"^{NUMBER}$")
    quoted = frame.with_columns(
        pl.when(risky).then(pl.lit(QUOTE) + held).otherwise(held).name.keep()
    )
    return quoted.rename({name: safe_text(name) for name in frame.columns})


def write_csv(frame: pl.DataFrame, file: BinaryIO, *, header: bool = True) -> None:
    """Write a table as CSV that is safe to open in a spreadsheet.

    Times are written as SQL Server writes them: 2026-03-31 00:00:00.000.
    """
    safe_texts(frame).write_csv(
        file, include_header=header, datetime_format="%Y-%m-%d %H:%M:%S%.3f"
    )

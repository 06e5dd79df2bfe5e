"""UPNs that several children share, counted while reading: no UPN is ever kept."""

import polars as pl

from riskaid.records.identifiers import valid_upn
from riskaid.records.quality import FileLedger
from riskaid.records.values import ids, tidy

LOOKED_FOR = "UPN"
FORM = r"^[A-Z]\d{11}[A-Z0-9]$"


def note_upns(
    upns: pl.Series, people: pl.Series, rows: pl.Series, ledger: FileLedger
) -> None:
    """Note rows whose UPN another child has too, or whose check letter is wrong.

    Args:
        upns: As written; codes for not known (UN1 to UN10) are no UPN.
        people: Ids as written: two rows of one child share nothing.
        rows: The ledger's row numbers.
        ledger: Where the rows are counted.
    """
    ledger.looked_for(LOOKED_FOR)
    written = tidy(upns.cast(pl.String)).str.to_uppercase()
    like_one = written.str.contains(FORM).fill_null(False)
    frame = pl.DataFrame(
        {
            "row": rows,
            "upn": written,
            "who": ids(people.cast(pl.String)).values,
        }
    ).filter(like_one)
    several = pl.col("who").n_unique().over("upn") > 1
    ledger.note(
        "one UPN for several children (444, 1520)", frame.filter(several)["row"]
    )
    wrong = frame.filter(~valid_upn(frame["upn"]))
    ledger.note("a UPN with a wrong check letter (1510)", wrong["row"])

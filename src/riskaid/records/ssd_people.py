"""Rows of ssd_person that may be one person twice: noted, and never merged (problem 3).

Names and UPNs are compared while the file is read and go no further.
"""

import polars as pl

from riskaid.records.quality import FileLedger
from riskaid.records.read_csv import ROW
from riskaid.records.values import by_distinct, dates, ids, tidy

PERSON = "pers_person_id"
UPN_LENGTH = 13
UPN_COLUMNS = ("pers_upn", "pers_upn_unknown")
REASON = r"^UN\d{1,2}$"
NAME_COLUMNS = ("pers_forename", "pers_surname")


def upns_of(frame: pl.DataFrame) -> pl.Series | None:
    """Each row's UPN, cut to thirteen characters; None where no column holds any.

    A reason for having none (UN1 to UN10) stands in either column in some builds, and
    the real UPN in the one for the reason (problem 21).
    """
    found = []
    for column in UPN_COLUMNS:
        if column in frame.columns:
            squeezed = tidy(frame[column]).str.replace_all(" ", "").str.to_uppercase()
            upn = squeezed.str.head(UPN_LENGTH)
            real = ~upn.str.contains(REASON)
            found.append(pl.select(pl.when(real).then(pl.lit(upn))).to_series())
    return pl.select(pl.coalesce(found)).to_series() if found else None


def note_twice(frame: pl.DataFrame, ledger: FileLedger) -> None:
    """Note persons with another person's name and date of birth, or a telling name."""
    held = [c for c in NAME_COLUMNS if c in frame.columns]
    if len(held) < len(NAME_COLUMNS):
        return
    people = pl.DataFrame(
        {"row": frame[ROW], "person_id": ids(frame[PERSON]).values}
        | {c: by_distinct(frame[c], _name) for c in held}
    )
    said = pl.any_horizontal(
        pl.col(c).str.contains("duplicate", literal=True).fill_null(False) for c in held
    )
    ledger.note("named as a duplicate; not merged", people.filter(said)["row"])
    if "pers_dob" not in frame.columns:
        return
    people = people.with_columns(dates(frame["pers_dob"]).values.alias("born"))
    same = [*held, "born"]
    filled = people.drop_nulls([*same, "person_id"])
    several = pl.col("person_id").n_unique().over(same) > 1
    ledger.note(
        "the name and date of birth of another person; not merged",
        filled.filter(several)["row"],
    )


def _name(values: pl.Series) -> pl.Series:
    return tidy(values).str.to_lowercase()

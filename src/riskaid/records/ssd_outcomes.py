"""Outcomes and sources of contacts, referrals and enquiries, as each build has them."""

import polars as pl

from riskaid.records.values import by_distinct, json_flag, text, tidy

NFA_WORDS = "(?i)nfa|no further action"
CONFERENCE_WORDS = "(?i)conference|icpc"
NO_CONFERENCE = (
    r"(?i)\b(no|not|without)\b[^,;]*(conference|icpc)|(conference|icpc)[^,;]*\bnot\b"
)
DFE_SHARE = 0.8
ONE_LETTER = r"^\s*\w\s*$"
CUT_OFF = "cut to one letter"


def outcome(said: pl.Series, key: str, words: str) -> pl.Series:
    """Y or N out of an outcome: JSON, or a list of words that hold it or do not.

    Args:
        said: The outcomes as text.
        key: The key of the answer, where the outcome is JSON, broken or whole.
        words: Pattern of what says yes, where it is a list of words.
    """

    def read(values: pl.Series) -> pl.Series:
        filled = text(values).values
        listed = filled.is_not_null() & ~filled.str.contains(r'[{"]')
        held = filled.str.contains(words).replace_strict({True: "Y", False: "N"})
        told = json_flag(filled, key)
        return pl.select(
            pl.when(listed).then(pl.lit(held)).otherwise(pl.lit(told))
        ).to_series()

    return by_distinct(said, read)


def enquiries(rows: pl.DataFrame) -> pl.DataFrame:
    """Outcomes of enquiries as JSON, as words, or cut to one letter (Mosaic).

    A letter says nothing of a conference: it is left to be counted as unreadable.
    """
    if "no_further_action" in rows.columns:
        worded = pl.col("no_further_action").str.contains(NFA_WORDS).fill_null(False)
        answer = pl.when(worded).then(pl.lit("Y")).otherwise("no_further_action")
        rows = rows.with_columns(answer.alias("no_further_action"))
    if "conference_decided" not in rows.columns:
        return rows
    written = rows["conference_decided"]
    letter = written.str.contains(ONE_LETTER).fill_null(False)
    denied = written.str.contains(NO_CONFERENCE).fill_null(False)
    decided = outcome(written, "CP_CONFERENCE_FLAG", CONFERENCE_WORDS)
    rows = rows.with_columns(
        pl.when(letter)
        .then(pl.lit(CUT_OFF))
        .when(denied & ~written.str.contains("{", literal=True))
        .then(pl.lit("N"))
        .otherwise(decided)
        .alias("conference_decided")
    )
    nfa = outcome(written, "NFA_FLAG", NFA_WORDS)
    told = pl.select(pl.when(~letter).then(nfa)).to_series()
    if "no_further_action" in rows.columns:
        own = rows["no_further_action"]
        known = text(own).values.is_not_null() | told.is_null()
        told = pl.select(pl.when(known).then(own).otherwise(told)).to_series()
    return rows.with_columns(told.alias("no_further_action"))


def with_descriptions(rows: pl.DataFrame, described: pl.Series) -> pl.DataFrame:
    """Take the description where the codes are the case system's own lookup ids."""
    if "source_code" not in rows.columns:
        return rows.with_columns(described.alias("source_code"))
    written = by_distinct(rows["source_code"], tidy).drop_nulls()
    if by_distinct(written, _is_dfe_source).sum() < DFE_SHARE * len(written):
        return rows.with_columns(described.alias("source_code"))
    return rows.with_columns(
        pl.coalesce("source_code", pl.lit(described)).alias("source_code")
    )


def _is_dfe_source(codes: pl.Series) -> pl.Series:
    pattern = r"^(1[A-D]|2[AB]|3[A-F]|5[A-D]|[46-9]|10)$"
    return codes.str.to_uppercase().str.contains(pattern)

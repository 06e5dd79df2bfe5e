"""Reading a file of scores and outcomes, ours or a vendor's, and checking it once."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from riskaid.errors import ExtractError, nearest
from riskaid.fairness.outcome_windows import never_a_date, refuse_alike
from riskaid.fairness.policy import Policy

FIRST_ROWS = 5
OPTIONAL = ("family_id", "as_of")
ORDERING = "ordering"
"""Instead of `score` for numbers that order rows and are no probabilities."""
ANCHOR = "anchor_outcome"
"""Another recorded outcome, 0 or 1, empty where not known; a probe sets it beside."""


@dataclass(frozen=True)
class _File:
    """A frame of text and where it came from, for messages."""

    frame: pl.DataFrame
    where: str

    def wrong(self, column: str, wrong: pl.Series, what: str, todo: str) -> None:
        count = int(wrong.sum())
        if count == 0:
            return
        rows = [str(i + 1) for i in wrong.arg_true()[:FIRST_ROWS].to_list()]
        more = " and others" if count > FIRST_ROWS else ""
        raise ExtractError(
            f"{count} of {len(wrong)} values of '{column}' {what} · {self.where}, "
            f"{'row' if count == 1 else 'rows'} {', '.join(rows)}{more} · {todo}"
        )


def read_scores(path: Path, policy: Policy, *, ranks: bool = False) -> pl.DataFrame:
    """Read a CSV or Parquet file of scores, recorded outcomes and recorded groups.

    Shape: one row a person and date. `person_id`; `score` (0 to 1) or `selected` (0 or
    1); `outcome` (0 or 1); optionally `family_id`, `as_of`, `anchor_outcome` (0, 1 or
    empty); one column for each characteristic of the policy. Other columns are left
    out.

    Args:
        path: The file.
        policy: With the characteristics that must be there.
        ranks: Whether `score` may be any number that orders rows, the highest looked at
            first; it comes back as `ordering`.

    Returns:
        The columns named above, text as text, empty text for what is not recorded.

    Raises:
        ExtractError: The file cannot be read, a column is missing, or a value is not
            one it may be; with counts and row numbers of the file, never a value. Or
            for some months the outcome is alike by construction (outcome_windows).
    """
    if not path.is_file():
        raise ExtractError(
            f"There is no file of scores at '{path}'. Check the path and its name."
        )
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            frame = pl.read_parquet(path)
        else:
            frame = pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError, UnicodeError) as error:
        raise ExtractError(
            f"'{path.name}' cannot be read as "
            f"{'Parquet' if path.suffix.lower() in ('.parquet', '.pq') else 'CSV'}. "
            "Save it again as CSV (UTF-8, commas, one header line) or as Parquet."
        ) from error
    return check_scores(frame, policy, where=f"'{path.name}'", ranks=ranks)


def check_scores(
    frame: pl.DataFrame,
    policy: Policy,
    *,
    where: str = "the scores",
    ranks: bool = False,
) -> pl.DataFrame:
    """Check a frame of scores and keep the columns an audit uses.

    Rows come back sorted by everything in them, so that an audit does not depend on
    the order of the file.

    Raises:
        ExtractError: As read_scores.
    """
    held = _File(frame, where)
    columns = policy.columns
    check_columns(frame.columns, ("person_id", "outcome", *columns), where)
    if ranks and not {"score", ORDERING} & set(frame.columns):
        raise ExtractError(
            f"There is no column 'score' in {where} to take the order from. Leave out "
            "--ranks for a tool that gives only a yes or no."
        )
    if not ranks and not {"score", "selected"} & set(frame.columns):
        raise ExtractError(
            f"There is neither a column 'score' nor 'selected' in {where}."
            f"{nearest('score', frame.columns)} Add 'score' (0 to 1), or 'selected' "
            "(0 or 1) for a tool that gives only a yes or no."
        )
    if frame.height == 0:
        raise ExtractError(
            f"There are no rows in {where}. Give it one row a person and date."
        )
    kept: list[pl.Series] = [_text(frame, "person_id")]
    held.wrong(
        "person_id",
        kept[0] == "",
        "are empty",
        "give every row the id of its person",
    )
    if ranks:
        name = "score" if "score" in frame.columns else ORDERING
        score = frame[name].cast(pl.Float64, strict=False)
        held.wrong(
            name,
            ~score.is_finite().fill_null(value=False),
            "are not numbers",
            "give every row a number, the highest for who is looked at first; leave "
            "out rows that were never scored and say so",
        )
        kept.append(score.alias(ORDERING))
    elif "score" in frame.columns:
        score = frame["score"].cast(pl.Float64, strict=False)
        held.wrong(
            "score",
            ~score.is_between(0, 1).fill_null(value=False) | score.is_nan(),
            "are not numbers from 0 to 1",
            "an estimate is a probability, and what only orders rows is read with "
            "--ranks; leave out rows that were never scored and say so",
        )
        kept.append(score)
    else:
        kept.append(_zero_or_one(held, "selected"))
    kept.append(_zero_or_one(held, "outcome"))
    if ANCHOR in frame:
        kept.append(_zero_or_one(held, ANCHOR, may_be_empty=True))
    kept += [_text(frame, name) for name in (*columns, *OPTIONAL) if name in frame]
    checked = pl.DataFrame(kept).sort(pl.all(), maintain_order=True)
    if "as_of" in frame:
        held.wrong(
            "as_of",
            never_a_date(_text(frame, "as_of")),
            "are not dates",
            "write every date as YYYY-MM-DD, or leave it empty",
        )
        refuse_alike(checked, where=where)
    return checked


def check_columns(held: list[str], wanted: tuple[str, ...], where: str) -> None:
    """Refuse a file without a column that is needed, and say which it has.

    A file whose first line has none of the names has no header: that line is about a
    child, and is not repeated.

    Raises:
        ExtractError: A column is missing.
    """
    missing = [name for name in wanted if name not in held]
    if not missing:
        return
    if len(missing) == len(wanted) and not {"score", "selected"} & set(held):
        raise ExtractError(
            f"The first line of {where} has none of the names of columns that an audit "
            f"needs: {', '.join(wanted)}. Put them above the rows, in small letters."
        )
    raise ExtractError(
        f"There is no column '{missing[0]}' in {where}."
        f"{nearest(missing[0], held)} It has: {', '.join(held)}. Add the column, or "
        "rename the one meant."
    )


def _text(frame: pl.DataFrame, name: str) -> pl.Series:
    return frame[name].cast(pl.String).fill_null("").str.strip_chars().alias(name)


def _zero_or_one(held: _File, name: str, *, may_be_empty: bool = False) -> pl.Series:
    number = held.frame[name].cast(pl.Float64, strict=False)
    good = number.is_in([0.0, 1.0]).fill_null(value=False)
    if may_be_empty:
        good |= _text(held.frame, name) == ""
    held.wrong(
        name,
        ~good,
        "are neither 0 nor 1",
        "write 1 where it was recorded and 0 where it was not; leave out rows whose "
        "outcome window has not closed",
    )
    return number.cast(pl.Int8).alias(name)

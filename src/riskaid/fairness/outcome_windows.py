"""Times for which the outcome is all alike by construction, and not by chance.

An outcome window that had not closed when the outcomes were taken, a table that stops
early, or rows that came into a file only through their outcome: each leaves a run of
rows that all have it, or all lack it. Audited with them, a tool is held against the
calendar; taught with them, a model learns it. A famous public file of recidivism has
998 late rows whose outcome is 1 for no other reason.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, lgamma, log

import polars as pl

from riskaid.errors import ExtractError

LEAST_LIKELY = 1e-6
"""Rows all alike are refused when chance alone, with all the places they could begin
at, would make as many follow each other less often than this."""

HONEST = 0.5
"""In scores the share with (or without) the outcome may honestly fall to half for a
time: only what would be no chance even then is refused."""

ENDS = (30, 91, 182)
"""Days at either end of the dates that are looked at by themselves."""

HARDLY = 0.2
"""At an end the outcome (or its absence) is hardly there when its share is at most
this part of the share among the other rows, which no chance would make."""


@dataclass(frozen=True)
class Alike:
    """Rows of consecutive dates whose outcomes are all alike, or hardly differ.

    Attributes:
        outcome: 1 where all have it, 0 where none has.
        rows: How many.
        first: The first as-of date.
        last: The last.
        at_end: Whether no later row is there.
        all_alike: False where a few differ.
    """

    outcome: int
    rows: int
    first: date
    last: date
    at_end: bool
    all_alike: bool = True


def alike_quarters(rows: pl.DataFrame) -> tuple[list[Alike], int]:
    """Quarters whose outcomes are all alike, as no chance would have it.

    Args:
        rows: as_of (dates), outcome (0 or 1), family_id.

    Returns:
        Those, in order of time, and how many quarters have rows.
    """
    by_quarter = rows.with_columns(time=pl.col("as_of").dt.truncate("1q"))
    held = _times(by_quarter)
    return _beyond_chance(held, rows, places=held.height), held.height


def alike_runs(rows: pl.DataFrame, *, honest: float = 1.0) -> list[Alike]:
    """Runs of consecutive dates whose outcomes are all alike, beyond chance.

    There are as many chances for a run to begin as there are dates. Siblings, and a
    child's rows month by month, share more than the outcome: a run is as long as it has
    families.

    Args:
        rows: As alike_quarters.
        honest: To what part of what it is elsewhere the share of those that are unlike
            may fall for a time without anything being wrong.
    """
    days = (
        rows.group_by("as_of")
        .agg(rows=pl.len(), ones=pl.col("outcome").cast(pl.Int64).sum())
        .sort("as_of")
        .with_columns(
            kind=pl.when(pl.col("ones") == 0)
            .then(0)
            .when(pl.col("ones") == pl.col("rows"))
            .then(1)
            .otherwise(None)
        )
        .with_columns(time=pl.col("kind").rle_id())
    )
    inside = rows.join(days.select("as_of", "kind", "time"), on="as_of")
    held = _times(inside.filter(pl.col("kind").is_not_null()))
    return _beyond_chance(held, rows, places=days.height, honest=honest)


def alike_ends(rows: pl.DataFrame) -> list[Alike]:
    """The first and last days, where they hardly differ though all others do.

    So it is where a window of a year had half closed: outcomes become fewer and fewer,
    and none of those few days by itself is beyond chance.

    Args:
        rows: As alike_quarters.
    """
    as_of = rows["as_of"]
    low, high = as_of.min(), as_of.max()
    if not isinstance(low, date) or not isinstance(high, date):
        return []
    found = []
    for days in ENDS:
        for inside in (
            as_of > high - timedelta(days=days),
            as_of < low + timedelta(days=days),
        ):
            those, others = rows.filter(inside), rows.filter(~inside)
            if others.is_empty():
                continue
            n = those.height
            ones, ones_elsewhere = (int(r["outcome"].sum()) for r in (those, others))
            weight = those["family_id"].n_unique() / n
            for outcome in (0, 1):
                unlike = n - ones if outcome else ones
                share = ones_elsewhere / others.height
                share = 1 - share if outcome else share
                likely = _at_most(unlike * weight, n * weight * share)
                if unlike <= HARDLY * share * n and likely * 12 < LEAST_LIKELY:
                    days_held = those["as_of"].sort()
                    first, last = days_held[0], days_held[-1]
                    found.append(
                        Alike(outcome, n, first, last, last == high, unlike == 0)
                    )
    return found


def _times(rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.group_by("time")
        .agg(
            rows=pl.len(),
            ones=pl.col("outcome").cast(pl.Int64).sum(),
            families=pl.col("family_id").n_unique(),
            first=pl.col("as_of").min(),
            last=pl.col("as_of").max(),
        )
        .sort("time")
    )


def _beyond_chance(
    times: pl.DataFrame, rows: pl.DataFrame, *, places: int, honest: float = 1.0
) -> list[Alike]:
    total, ones = rows.height, int(rows["outcome"].sum())
    families, end = rows["family_id"].n_unique(), rows["as_of"].max()
    found = []
    for time in times.iter_rows(named=True):
        n = time["rows"]
        if time["ones"] not in (0, n):
            continue
        outcome = int(time["ones"] == n)
        rest = total - n
        unlike = rest - (ones - n) if outcome else ones
        weight = min(1.0, families / total)
        chance = _chance(time["families"], rest * weight, honest * unlike * weight)
        if places * chance < LEAST_LIKELY:
            last = time["last"]
            found.append(Alike(outcome, n, time["first"], last, last == end))
    return found


def _chance(n: float, rest: float, unlike: float) -> float:
    """How often n rows taken by lot hold none of those that are unlike.

    The chance is that of a draw without putting back, given how many are unlike in all:
    a file with few outcomes, all early, gives no false alarm. Numbers may be broken,
    because rows of one family count for less than one each.

    Args:
        n: Families among the rows that are alike.
        rest: All other rows.
        unlike: How many of them are of the other kind.
    """
    if unlike <= 0:
        return 1.0
    none = lgamma(rest + 1) + lgamma(rest + n - unlike + 1)
    any_ = lgamma(rest - unlike + 1) + lgamma(rest + n + 1)
    return exp(min(0.0, none - any_))


def _at_most(seen: float, expected: float) -> float:
    """How often chance gives at most so many, where so many are expected (Poisson)."""
    if expected <= 0:
        return 1.0
    return sum(
        exp(k * log(expected) - expected - lgamma(k + 1)) for k in range(int(seen) + 1)
    )


def refuse_alike(scores: pl.DataFrame, *, where: str = "the scores") -> bool:
    """Refuse scores with a time in which the outcome is alike by construction.

    Args:
        scores: As check_scores returns. Rows without an as-of date are not looked at.
        where: The file, for the message.

    Returns:
        Whether dates were there to look at.

    Raises:
        ExtractError: With the months, the number of rows and what to do.
    """
    if "as_of" not in scores:
        return False
    dates = as_dates(scores["as_of"])
    family = scores["person_id"]
    if "family_id" in scores:
        own = scores["family_id"]
        family = ("f" + own).zip_with(own != "", "p" + family)
    rows = pl.DataFrame(
        {"as_of": dates, "outcome": scores["outcome"], "family_id": family}
    ).drop_nulls("as_of")
    if rows.is_empty():
        return False
    found = sorted(
        [*alike_runs(rows, honest=HONEST), *alike_ends(rows)],
        key=lambda a: (not a.all_alike, -a.rows, a.first),
    )
    if not found:
        return True
    worst = found[0]
    always = "always" if worst.outcome else "never"
    if not worst.all_alike:
        always = "nearly always" if worst.outcome else "hardly ever"
    end = ", the last of all" if worst.at_end else ""
    raise ExtractError(
        f"In {worst.rows} rows that follow each other, from {worst.first:%B %Y} to "
        f"{worst.last:%B %Y}{end}, the outcome is {always} recorded, which is no "
        f"chance · {where}, column 'as_of' · {_todo(worst)}"
    )


def _todo(alike: Alike) -> str:
    if alike.outcome:
        return (
            "rows came in there only because of their outcome. Leave out every row, "
            "with the outcome or without, whose outcome window had not closed on the "
            "day the outcomes were taken, and audit again."
        )
    return (
        "the outcome was not looked for there, or its window had not closed. Leave out "
        "those rows, or take the outcomes anew when the window has closed, and audit "
        "again."
    )


def as_dates(values: pl.Series) -> pl.Series:
    """Dates from text written YYYY-MM-DD, with or without a time; null where empty.

    Anything else is null too: check_scores refuses it beforehand.
    """
    return values.str.head(10).str.to_date("%Y-%m-%d", strict=False)


def never_a_date(values: pl.Series) -> pl.Series:
    """Which texts are neither empty nor a date written YYYY-MM-DD."""
    return (values != "") & as_dates(values).is_null()


NO_DATES = (
    "No as_of was given: whether every outcome window had closed could not be looked "
    "at."
)

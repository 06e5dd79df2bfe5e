"""How many outcomes each group would have: from a file's groups, or declared.

Nothing of a score or an outcome is read here. From a file of scores only the columns of
groups, dates and families are taken, so that a plan is no look.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import polars as pl

from riskaid.errors import ExtractError, nearest
from riskaid.fairness.behind import Bools
from riskaid.fairness.groups import group_order, phrase_for
from riskaid.fairness.hidden import hidden_cells
from riskaid.fairness.policy import Policy
from riskaid.fairness.policy_groups import Characteristic
from riskaid.fairness.rows import Grouped, group_rows
from riskaid.fairness.scores import check_columns
from riskaid.fairness.sums import FIXED, Floats

Unit = Literal["year", "file"]
DECLARED: Final = ("characteristic", "group", "outcomes_a_year")
YEAR: Final = 365.25
PARQUET: Final = (".parquet", ".pq")


@dataclass(frozen=True)
class Groups:
    """One characteristic's groups with the outcomes expected in one unit.

    Attributes:
        about: The policy's part.
        groups: Name and phrase of each.
        outcomes: Expected in one unit. Shape [groups].
        hidden: Whose number may not be shown. Shape [groups].
    """

    about: Characteristic
    groups: list[tuple[str, str]]
    outcomes: Floats
    hidden: Bools


@dataclass(frozen=True)
class Expected:
    """What is expected of every characteristic, and in which unit."""

    unit: Unit
    characteristics: tuple[Groups, ...]
    notes: tuple[str, ...]


def read_expected(path: Path, policy: Policy, *, base_rate: float) -> Expected:
    """Read what is expected from a file of scores, or from declared numbers.

    A CSV with a column `outcomes_a_year` is one of declared numbers; its other columns
    are `characteristic` and `group`, as the policy names them. Of any other file only
    columns of groups, `as_of` and `family_id` are read, never a score or an outcome.

    Args:
        path: CSV or Parquet, or a run's folder.
        policy: With its characteristics.
        base_rate: The share of rows whose outcome is expected to be recorded.

    Raises:
        ExtractError: The file cannot be read, or a column or group is missing.
    """
    file = path / "estimates.parquet" if path.is_dir() else path
    if not file.is_file():
        raise ExtractError(
            f"There is no file at '{file}'. Check the path and its name."
        )
    names = _columns_of(file)
    if "outcomes_a_year" in names:
        return _declared(file, policy)
    where = f"'{file.name}'"
    check_columns(names, policy.columns, where)
    taken = [*policy.columns, *(n for n in ("as_of", "family_id") if n in names)]
    frame = _read(file, taken)
    if frame.height == 0:
        raise ExtractError(f"There are no rows in {where}. Give it one row a person.")
    return _from_rows(frame, policy, base_rate=base_rate, where=where)


def _columns_of(file: Path) -> list[str]:
    try:
        if file.suffix.lower() in PARQUET:
            return list(pl.read_parquet_schema(file))
        return pl.read_csv(file, n_rows=0, infer_schema=False).columns
    except (pl.exceptions.PolarsError, OSError, UnicodeError) as error:
        raise _unreadable(file) from error


def _read(file: Path, columns: list[str]) -> pl.DataFrame:
    try:
        if file.suffix.lower() in PARQUET:
            return pl.read_parquet(file, columns=columns)
        return pl.read_csv(file, columns=columns, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError, UnicodeError) as error:
        raise _unreadable(file) from error


def _unreadable(file: Path) -> ExtractError:
    return ExtractError(
        f"'{file.name}' cannot be read. Save it again as CSV (UTF-8, commas, one "
        "header line) or as Parquet."
    )


def _from_rows(
    frame: pl.DataFrame, policy: Policy, *, base_rate: float, where: str
) -> Expected:
    text = frame.with_columns(
        pl.col(n).cast(pl.String).fill_null("").str.strip_chars() for n in frame.columns
    )
    grouped = group_rows(text, policy)
    years, notes = _years(text, where)
    share = base_rate if years is None else base_rate / years
    counts = [np.bincount(g.of_row, minlength=len(g.groups)) for g in grouped]
    hidden = _hidden(grouped, counts, policy)
    if "family_id" in text:
        own = text.filter(pl.col("family_id") != "")["family_id"].value_counts()[
            "count"
        ]
        if len(own):
            size = float((own.cast(pl.Float64) ** 2).sum()) / float(own.sum())
            notes.append(
                f"Rows come in families of {size:.1f} (each row counted with its "
                f"own). With a design effect of {size:.1f}, as if all rows of a "
                "family were alike, every number would be that many times as large."
            )
    return Expected(
        "file" if years is None else "year",
        tuple(
            Groups(g.about, g.groups, np.asarray(c * share, dtype=np.float64), h)
            for g, c, h in zip(grouped, counts, hidden, strict=True)
        ),
        tuple(notes),
    )


def _years(text: pl.DataFrame, where: str) -> tuple[float | None, list[str]]:
    if "as_of" not in text:
        return None, ["There are no dates, so it is counted in files as this one."]
    days = text["as_of"].str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    if days.null_count():
        raise ExtractError(
            f"{days.null_count()} of {len(days)} values of 'as_of' are not dates · "
            f"{where} · write them YYYY-MM-DD, or leave the column out"
        )
    span = (days.max() - days.min()).days + 1  # type: ignore[operator,union-attr]  # dates: none is null
    return span / YEAR, [f"The file's rows lie within {span / YEAR:.2f} years."]


def _hidden(
    grouped: list[Grouped], counts: list[np.ndarray], policy: Policy
) -> list[Bools]:
    """Groups whose number of rows may not be shown, nor would be given back."""
    rows = len(grouped[0].of_row)
    only_rows = np.zeros((rows, FIXED))
    only_rows[:, 0] = 1.0
    found = hidden_cells(
        grouped,
        [[(i,) for i in range(len(one))] for one in counts],
        np.arange(rows),
        only_rows,
        smallest=policy.smallest_published_count,
    )[0, :-1]
    ends = np.cumsum([len(one) for one in counts])[:-1]
    return [np.asarray(part) for part in np.split(found, ends)]


def _declared(file: Path, policy: Policy) -> Expected:
    names = _columns_of(file)
    check_columns(names, DECLARED, f"'{file.name}'")
    frame = _read(file, list(DECLARED))
    number = frame["outcomes_a_year"].cast(pl.Float64, strict=False)
    wrong = ~(number.is_finite() & (number >= 0)).fill_null(value=False)
    if wrong.any():
        raise ExtractError(
            f"{int(wrong.sum())} of {len(wrong)} values of 'outcomes_a_year' are not "
            f"numbers of at least 0 · '{file.name}' · say how many are expected"
        )
    known = {c.name: _known(c) for c in policy.characteristics}
    held: dict[str, dict[str, float]] = {name: {} for name in known}
    said = zip(
        frame["characteristic"].cast(pl.String).fill_null(""),
        frame["group"].cast(pl.String).fill_null(""),
        number,
        strict=True,
    )
    for i, (characteristic, group, count) in enumerate(said):
        where = f"'{file.name}', row {i + 1}"
        if characteristic not in known:
            raise ExtractError(
                f"The policy has no such characteristic · {where} · it has: "
                f"{', '.join(known)}.{nearest(characteristic, list(known))}"
            )
        named = [name for name, _ in known[characteristic]]
        if named and group not in named:
            raise ExtractError(
                f"{characteristic} has no such group · {where} · it has: "
                f"{', '.join(named)}.{nearest(group, named)}"
            )
        if group in held[characteristic]:
            raise ExtractError(f"The group stands there twice · {where} · leave one.")
        held[characteristic][group] = count
    found, notes = [], []
    for about in policy.characteristics:
        declared = held[about.name]
        if not declared:
            notes.append(f"{about.title}: nothing was declared, so nothing is planned.")
            continue
        groups = known[about.name] or [
            (name, phrase_for(name, about.reads, about.title))
            for name in group_order(about.reads, sorted({*declared, *about.gated}))
        ]
        found.append(
            Groups(
                about,
                groups,
                np.array([declared.get(name, 0.0) for name, _ in groups]),
                np.zeros(len(groups), dtype=np.bool_),
            )
        )
    return Expected("year", tuple(found), tuple(notes))


def _known(about: Characteristic) -> list[tuple[str, str]]:
    """The groups that a characteristic can have; none where they are as written."""
    if about.of:
        one, two = about.of
        return [
            (f"{a}; {b}", f"{about.phrases[one][a]}, {about.phrases[two][b]}")
            for a in about.phrases[one]
            for b in about.phrases[two]
        ]
    return [
        (name, phrase_for(name, about.reads, about.title))
        for name in group_order(about.reads, [])
    ]

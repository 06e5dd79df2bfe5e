"""What is asked of an engine: which indicators, for which children and dates."""

from collections.abc import Iterable, Sequence

import polars as pl

from riskaid.dates import FIRST_DAY, IN_REACH, LAST_DAY
from riskaid.errors import DefinitionError, nearest
from riskaid.indicators.plan import Plan
from riskaid.language import nodes

BEHIND = pl.Schema(
    {
        "person_id": pl.String,
        "as_of": pl.Date,
        "table": pl.String,
        "whose": pl.String,
        "date": pl.Date,
        "source": pl.String,
        "source_row": pl.Int64,
    }
)
"""A record behind the value of a child and date: where it stands, and whose it is
("child", "adult" or "sibling")."""


def wanted_values(plan: Plan, names: Sequence[str] | None) -> dict[str, nodes.Node]:
    """The expressions of some of a plan's indicators, or of all, by name.

    Raises:
        DefinitionError: A name is not in the plan.
    """
    known = {i.name: i.value for i in plan.indicators}
    for name in names or ():
        if name not in known:
            raise DefinitionError(
                f"The plan has no indicator '{name}'.{nearest(name, list(known))} "
                "See the catalogue for the names."
            )
    return known if names is None else {name: known[name] for name in names}


def behind(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The records behind values as every engine gives them: each once, in order."""
    frames = [part.select(*BEHIND).cast(BEHIND) for part in parts]
    return pl.concat([pl.DataFrame(schema=BEHIND), *frames]).unique().sort(*BEHIND)


def checked_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns person_id (text) and as_of (date) of some rows, none of them empty.

    Raises:
        DefinitionError: A column is missing, a cell is empty, or a date out of reach.
    """
    if not {"person_id", "as_of"} <= set(rows.columns):
        raise DefinitionError(
            f"Rows need the columns person_id and as_of; they have {rows.columns}."
        )
    chosen = rows.select(
        pl.col("person_id").cast(pl.String), pl.col("as_of").cast(pl.Date)
    )
    empty = sum(chosen.null_count().row(0))
    if empty:
        raise DefinitionError(
            f"Rows have {empty} empty cells in person_id or as_of. Fill or drop them."
        )
    far = chosen.height - chosen["as_of"].is_between(FIRST_DAY, LAST_DAY).sum()
    if far:
        raise DefinitionError(
            f"Rows have {far} as-of dates that are not {IN_REACH}. Mend or drop them."
        )
    return chosen

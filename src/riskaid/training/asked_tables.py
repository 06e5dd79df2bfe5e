"""Whether the case tables and columns that an experiment names exist and fit it."""

from typing import TYPE_CHECKING

from riskaid.errors import DefinitionError, nearest
from riskaid.records.tables import TABLES

if TYPE_CHECKING:
    from riskaid.training.experiment import Experiment


def check_tables(file: str, experiment: "Experiment") -> None:
    """Make sure that every case table and column an experiment names is there.

    Raises:
        DefinitionError: One is not; with the nearest name.
    """
    link = experiment.outcome.linked_to
    parts: list[tuple[str, str, list[str]]] = [
        ("cohort", experiment.cohort.table, list(experiment.cohort.where)),
        ("outcome", experiment.outcome.table, list(experiment.outcome.where)),
    ]
    for i, out in enumerate(experiment.cohort.exclude):
        needed = [*out.where, *(["end"] if out.open else [])]
        parts.append((f"cohort.exclude.{i}", out.table, needed))
    if link is not None:
        by = [link.by] if link.by else []
        parts.append(("outcome.linked_to", link.table, by))
        parts.append(("outcome.linked_to", experiment.outcome.table, by))
    for key, table, columns in parts:
        if table not in TABLES:
            raise DefinitionError(
                f"{file}: '{key}.table' names no case table: '{table}'."
                f"{nearest(table, list(TABLES))}"
            )
        held = list(TABLES[table].columns)
        for column in columns:
            if column not in held:
                raise DefinitionError(
                    f"{file}: '{key}' names no column of {table}: '{column}'."
                    f"{nearest(column, held)} It has: {', '.join(held)}."
                )

"""Whether the case tables and columns that an experiment names exist and fit it."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from riskaid.errors import DefinitionError, nearest
from riskaid.records.tables import TABLES

if TYPE_CHECKING:
    from riskaid.training.experiment import Experiment


def check_tables(file: str, experiment: "Experiment") -> None:
    """Make sure that every case table and column an experiment names is there.

    Raises:
        DefinitionError: One is not, with the nearest name; or the outcome has to differ
            from a record that no row has.
    """
    for key, table, columns in _named(experiment):
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
    _check_spells(file, experiment)
    _check_different(file, experiment)


def _named(experiment: "Experiment") -> Iterator[tuple[str, str, Iterable[str]]]:
    cohort, outcome = experiment.cohort, experiment.outcome
    yield "cohort", cohort.table, cohort.where
    yield "outcome", outcome.table, [*outcome.where, *outcome.different_in]
    for i, out in enumerate(cohort.exclude):
        needed = [*out.where, *(["end"] if out.open else [])]
        yield f"cohort.exclude.{i}", out.table, needed
    if outcome.linked_to is not None:
        by = [outcome.linked_to.by] if outcome.linked_to.by else []
        yield "outcome.linked_to", outcome.linked_to.table, by
        yield "outcome.linked_to", outcome.table, by


def _check_spells(file: str, experiment: "Experiment") -> None:
    cohort = experiment.cohort
    if cohort.each != "record" and "end" not in TABLES[cohort.table].columns:
        raise DefinitionError(
            f"{file}: 'cohort.each' is '{cohort.each}', but the records of "
            f"{cohort.table} have no end. Take each = 'record', or a table of spells: "
            f"{', '.join(n for n, t in TABLES.items() if 'end' in t.columns)}."
        )


def _check_different(file: str, experiment: "Experiment") -> None:
    cohort, outcome = experiment.cohort, experiment.outcome
    if not outcome.different_in:
        return
    if outcome.table != cohort.table or cohort.each != "record":
        raise DefinitionError(
            f"{file}: 'outcome.different_in' compares a record with the one that made "
            f"the row, so both come from one table and a record makes each row. Take "
            f"[outcome] table = '{cohort.table}' and [cohort] each = 'record', or "
            "leave different_in out."
        )
    codes = [n for n, c in TABLES[outcome.table].columns.items() if c.type == "code"]
    for name in outcome.different_in:
        if name not in codes:
            raise DefinitionError(
                f"{file}: 'outcome.different_in' compares codes, and "
                f"{outcome.table}.{name} is none. Codes: {', '.join(codes)}."
            )

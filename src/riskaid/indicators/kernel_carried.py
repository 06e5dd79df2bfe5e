"""Where some source has every column that a word reads, for many rows at once."""

import numpy as np

from riskaid.dates import day_number
from riskaid.indicators.cases import Cases
from riskaid.indicators.kernel_dates import edges
from riskaid.indicators.kernel_tables import Bools, Ints
from riskaid.indicators.reads import columns_read
from riskaid.language import nodes


def carried(node: nodes.Node, store: Cases, as_of: Ints) -> Bools:
    """Whether no column is lacking, for each row's window and as-of day.

    Args:
        node: The word that is asked.
        store: The case store, or anything with the same methods.
        as_of: The as-of day of each row.

    Returns:
        Shape (rows,).
    """
    found = np.ones(len(as_of), dtype=np.bool_)
    for column, last in columns_read(node):
        if held := store.coverage.get(column.table):
            for one in held.absent:
                if one.column == column.column:
                    lower, _ = edges(as_of, last)
                    since = day_number(held.covered_from) if lower is None else lower
                    found &= (
                        (as_of < day_number(one.since))
                        | (day_number(one.until) < as_of)
                        | (day_number(one.last) < since)
                    )
    return found

"""The records behind a value of the reference engine, as the others give them."""

import polars as pl

from riskaid.indicators.asked import BEHIND, behind, checked_rows
from riskaid.indicators.cases import Cases
from riskaid.indicators.reference import value
from riskaid.language import nodes


def records_behind(node: nodes.Node, store: Cases, rows: pl.DataFrame) -> pl.DataFrame:
    """Find the records behind a value of some children and dates, one by one.

    Takes and returns what the kernel's does.
    """
    found = [
        (person, as_of, one.table, one.person, one.date, one.source, one.source_row)
        for person, as_of in checked_rows(rows).iter_rows()
        for one in value(node, store, person, as_of).records
    ]
    return behind([pl.DataFrame(found, schema=BEHIND, orient="row")])

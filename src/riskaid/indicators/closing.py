"""What would close a question that the records held cannot answer, in words."""

from collections.abc import Iterable

from riskaid.indicators.plan import tables_read
from riskaid.language import nodes


def closes_with(node: nodes.Node, lacking: Iterable[nodes.Field]) -> str:
    """Say which records would answer a question, and what no source has of them.

    Args:
        node: What was asked.
        lacking: The columns it reads that no source has for the time asked about.
    """
    names = [_plain(read.table) for read in tables_read(node)]
    says = f"Records of {', '.join(names)} that cover the time asked about."
    named = sorted({(one.table, one.column) for one in lacking})
    if not named:
        return says
    listed = [f"{_plain(column)} ({_plain(table)})" for table, column in named]
    return f"{says} No source says: {', '.join(listed)}."


def _plain(name: str) -> str:
    return name.replace("rhi_", "return interview ").replace("_", " ")

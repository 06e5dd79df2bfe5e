"""A small piece of a page for a notebook: a heading, some lines and a table."""

from collections.abc import Sequence
from html import escape


def fragment(
    title: str,
    lines: Sequence[str] = (),
    *,
    columns: Sequence[str] = (),
    rows: Sequence[Sequence[str]] = (),
) -> str:
    """Write a result as HTML that a notebook shows; every text is escaped.

    Args:
        title: What it is.
        lines: A paragraph each.
        columns: The table's heads; the first names each row. No table without any.
        rows: One text a column.
    """
    parts = [f"<p><strong>{escape(title)}</strong></p>"]
    parts += [f"<p>{escape(line)}</p>" for line in lines]
    if columns:
        heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in columns)
        parts.append(f"<table><thead><tr>{heads}</tr></thead><tbody>")
        for first, *others in rows:
            cells = "".join(f"<td>{escape(one)}</td>" for one in others)
            parts.append(f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>')
        parts.append("</tbody></table>")
    return f"<div>{''.join(parts)}</div>"

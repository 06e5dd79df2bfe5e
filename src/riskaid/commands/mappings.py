"""The command that lists the mappings that are ready to use, or writes one out."""

from typing import Annotated

import typer

from riskaid.commands.terminal import Json, say


def mappings(
    name: Annotated[
        str | None,
        typer.Argument(help="Print this mapping, to keep a copy and change it."),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """List the mappings that are ready for ingest --mapping, or print one."""
    from riskaid.records.mapping_file import (
        load_mapping,
        shipped_mapping,
        shipped_mappings,
    )

    if name is not None:
        text = shipped_mapping(name).read_text(encoding="utf-8")
        say({"name": name, "toml": text}, text.rstrip(), as_json=as_json)
        return
    found = {one: load_mapping(one) for one in shipped_mappings()}
    widest = max(map(len, found))
    lines = [f"{one:<{widest}}  {mapping.says}" for one, mapping in found.items()]
    lines += [
        "",
        "What each expects is in docs/mappings.md. To change one:",
        "  riskaid mappings NAME > mine.toml",
        "  riskaid ingest FILE --store STORE --mapping mine.toml --dry-run",
    ]
    say(
        {"mappings": {one: mapping.says for one, mapping in found.items()}},
        "\n".join(lines),
        as_json=as_json,
    )

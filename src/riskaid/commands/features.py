"""Commands about indicators: features, trace, explain-indicator."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskaid.commands.terminal import (
    Features,
    Json,
    Store,
    a_date,
    ended_in_order,
    progress_bars,
    say,
)
from riskaid.errors import DefinitionError, ExtractError, UsageError, nearest

if TYPE_CHECKING:
    from riskaid.indicators.answers import Record
    from riskaid.indicators.catalogue import Catalogue
    from riskaid.language import Declaration

FAILURES_SHOWN = 20

Name = Annotated[str, typer.Argument(help="The name of an indicator, prompt or gap.")]


def features(
    *,
    store: Annotated[
        Path | None, typer.Option(help="The case store, a folder.")
    ] = None,
    rows: Annotated[
        Path | None,
        typer.Option(help="Parquet or CSV with the columns person_id and as_of."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the result will stand.")
    ] = None,
    folder: Features = None,
    engine: Annotated[
        str,
        typer.Option(help="kernel, reference, duckdb, spark, or several with a comma."),
    ] = "kernel",
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Run every example beside the declarations, and say how a council's "
            "folder differs from the shipped one; nothing else.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Compute every indicator for rows of person and as-of date."""
    if check:
        _check(folder, as_json=as_json)
        return
    if store is None or rows is None or out is None:
        raise UsageError(
            "features takes --store, --rows and --out; or --check alone, to run the "
            "examples. See riskaid features --help."
        )
    from riskaid.indicators.values import feature_values

    with ended_in_order(), progress_bars() as progress:
        written = feature_values(
            store,
            rows,
            out=out,
            features=folder,
            engines=engine.split(","),
            progress=progress,
        )
    say(
        {"out": str(out), "rows": written.rows, "indicators": written.indicators},
        f"{written.rows:,} rows, {written.indicators} indicators, written to {out}.",
        as_json=as_json,
    )


def explain_indicator(
    name: Name, *, folder: Features = None, as_json: Json = False
) -> None:
    """Say in words what an indicator, prompt or gap looks for, and where it errs."""
    from riskaid.indicators.catalogue import expression_of
    from riskaid.indicators.explain import in_words
    from riskaid.indicators.plan import tables_read
    from riskaid.language import Indicator
    from riskaid.records.tables import TABLES

    catalogue = _catalogue(folder)
    one = _named(catalogue, name)
    node = expression_of(one).node
    reads = [TABLES[read.table] for read in tables_read(node)]
    facts: dict[str, Any] = {
        "name": one.name,
        "kind": type(one).__name__.lower(),
        "declared_at": str(catalogue.places[one.name]),
        "family": one.family,
        "computes": in_words(node),
        "because": one.because,
        "tables": [
            {"table": t.name, "lag_days": t.lag_days, "about": _about(t)} for t in reads
        ],
    }
    keep = (
        ("reads", "unit", "source", "role", "more_means_more", "not_a_sign_of")
        if isinstance(one, Indicator)
        else ("says", "asks", "closes_with")
    )
    facts |= {key: getattr(one, key) for key in keep if hasattr(one, key)}
    titles = {
        "reads": "",
        "says": "",
        "asks": "It asks: ",
        "closes_with": "What would close it: ",
        "unit": "Unit: ",
        "source": "From: ",
        "not_a_sign_of": "Not a sign of: ",
    }
    lines = [f"{one.name} ({facts['kind']}, {one.family.replace('_', ' ')})", ""]
    lines += [f"{title}{facts[key]}" for key, title in titles.items() if facts.get(key)]
    lines += [f"It computes: {facts['computes']}.", f"Because: {one.because}"]
    lines += ["", "A record counts when it is dated before the as-of day, inside the "]
    lines[-1] += "window, and was known before that day."
    for table in facts["tables"]:
        lines += ["", f"{table['table']}: {table['about']}"]
    lines += ["", f"Declared at {facts['declared_at']}."]
    say(facts, "\n".join(lines), as_json=as_json)


def trace(
    name: Name,
    *,
    store: Store,
    person: Annotated[
        str, typer.Option(help="The person's id in the store; see riskaid pseudonym.")
    ],
    as_of: Annotated[str, typer.Option(help="The as-of date, written YYYY-MM-DD.")],
    folder: Features = None,
    engine: Annotated[
        str,
        typer.Option(
            help="reference, which also shows what the records held; or kernel, "
            "duckdb or spark."
        ),
    ] = "reference",
    as_json: Json = False,
) -> None:
    """Show one child's value as of a date, and every record behind it."""
    from riskaid.indicators.catalogue import expression_of
    from riskaid.indicators.tracing import check_engine, traced
    from riskaid.records.store import open_store

    day = a_date(as_of, "--as-of")
    if day is None:
        raise UsageError("--as-of takes a date such as 2026-03-31.")
    check_engine(engine)
    one = _named(_catalogue(folder), name)
    cases = open_store(store)
    if cases.persons_table("persons", [person]).is_empty():
        raise ExtractError(
            "The store holds no person under this id. A store with pseudonyms is asked "
            "by pseudonym: riskaid pseudonym finds it."
        )
    answer = traced(engine, expression_of(one).node, cases, person, day)
    shown = "not known" if answer.value is None else f"{answer.value:g}"
    lines = [f"{one.name} as of {day}: {shown}", ""]
    lines += [
        f"  {r['date'] or 'undated'}  {r['table']}  {r['source']}"
        f"{'' if r['source_row'] is None else ', row ' + str(r['source_row'])}"
        f"  {'; '.join(f'{k}: {v}' for k, v in r['fields'].items())}"
        for r in map(_shown, answer.records)
    ]
    if not answer.records:
        lines.append("  No record stands behind it.")
    facts = {
        "name": one.name,
        "as_of": day.isoformat(),
        "value": answer.value,
        "records": [_shown(record) for record in answer.records],
    }
    say(facts, "\n".join(lines), as_json=as_json)


def _shown(record: "Record") -> dict[str, Any]:
    """A record as facts; of a brother's or sister's only where it stands."""
    sibling = record.person == "sibling"
    return {
        "table": record.table,
        "of": record.person,
        "date": None if sibling or record.date is None else record.date.isoformat(),
        "source": record.source,
        "source_row": record.source_row,
        "fields": {} if sibling else dict(record.fields),
    }


def _check(folder: Path | None, *, as_json: bool) -> None:
    from riskaid.indicators.examples import check_examples

    catalogue = _catalogue(folder)
    failures = [str(one) for one in check_examples(catalogue)]
    if failures:
        more = len(failures) - FAILURES_SHOWN
        raise DefinitionError(
            "\n".join(
                [
                    f"{len(failures)} examples do not hold:",
                    *failures[:FAILURES_SHOWN],
                    *([f"and {more} more"] if more > 0 else []),
                    "Mend the expression or the example.",
                ]
            )
        )
    counts = {
        "indicators": len(catalogue.indicators),
        "prompts": len(catalogue.prompts),
        "gaps": len(catalogue.gaps),
    }
    said = ", ".join(f"{number} {what}" for what, number in counts.items())
    lines = [f"Every example holds on three engines: {said}."]
    if catalogue.differs:
        lines += ["", "Against the shipped catalogue:"]
        lines += [f"  {line}" for line in catalogue.differs]
    say(
        {**counts, "differs": list(catalogue.differs)},
        "\n".join(lines),
        as_json=as_json,
    )


def _catalogue(folder: Path | None) -> "Catalogue":
    from riskaid import shipped
    from riskaid.indicators.catalogue import load_catalogue

    return load_catalogue(shipped.folder("features", folder))


def _named(catalogue: "Catalogue", name: str) -> "Declaration":
    known = {one.name: one for one in catalogue.declarations}
    if name not in known:
        raise UsageError(
            f"The catalogue has no '{name}'.{nearest(name, sorted(known))} "
            "See CATALOGUE.md for the names."
        )
    return known[name]


def _about(table: object) -> str:
    return " ".join((type(table).__doc__ or "").split())

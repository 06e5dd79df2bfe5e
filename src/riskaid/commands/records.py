"""Commands about records and indicators, from doctor and synth to features."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from riskaid import __version__
from riskaid.commands.memory import keep_memory
from riskaid.commands.terminal import (
    Json,
    Out,
    Seed,
    Store,
    a_date,
    ended_in_order,
    progress_bars,
    say,
)
from riskaid.doctor import examine
from riskaid.errors import UsageError


def doctor(*, as_json: Json = False) -> None:
    """Say what this machine lacks, and how to install it."""
    facts = examine()
    lines = [f"riskaid {__version__} on Python {sys.version.split()[0]}", "", "System:"]
    for part in facts["parts"]:
        state = "here" if part["found"] else f"MISSING: {part['install']}"
        lines.append(f"  {part['name']:<11} {state} (for {part['needed_for']})")
    lines += ["", "Extras:"]
    for extra in facts["extras"]:
        state = "here" if extra["installed"] else f"not installed: {extra['install']}"
        lines.append(f"  {extra['name']:<11} {state}")
    lines += ["", "Not needed, but much quicker with it:"]
    for one in facts["quicker"]:
        state = "here" if one["installed"] else f"not installed: {one['install']}"
        lines.append(f"  {one['name']:<11} {state} (for {one['needed_for']})")
    say(dict(facts), "\n".join(lines), as_json=as_json)


def synth(
    out: Annotated[Path, typer.Argument(help="The folder to make.")],
    *,
    children: Annotated[
        int, typer.Option(min=1, help="Children known to the council in eight years.")
    ] = 6000,
    seed: Seed = 1,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            help="What to write: ssd, feeds, cin_census, ssda903 or annex_a. "
            "Repeatable; ssd and feeds if left out.",
        ),
    ] = None,
    years: Annotated[
        int | None,
        typer.Option(
            min=1, help="Yearly returns of a kind: the last so many; else all eight."
        ),
    ] = None,
    outcome_bias: Annotated[
        list[str] | None,
        typer.Option(
            help="Planted unfairness: GROUP=FACTOR, such as black=1.5. Repeatable."
        ),
    ] = None,
    under_recording: Annotated[
        list[str] | None,
        typer.Option(
            help="Planted unfairness: GROUP=SHARE of signs not recorded. Repeatable."
        ),
    ] = None,
    proxy: Annotated[
        str | None,
        typer.Option(help="Planted unfairness: an indicator that reveals this group."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a synthetic council: sector extracts in which nobody is real."""
    from riskaid.records.synthetic import USUAL, Switches, next_steps
    from riskaid.records.synthetic import synth as make

    switches = Switches(
        outcome_bias=_by_group(outcome_bias, "--outcome-bias"),
        under_recording=_by_group(under_recording, "--under-recording"),
        proxy=proxy or False,
    )
    with progress_bars() as progress:
        make(
            out,
            children=children,
            seed=seed,
            switches=switches,
            formats=formats or USUAL,
            years=years,
            progress=progress,
        )
    steps = "".join(f"  riskaid ingest {step}\n" for step in next_steps(out))
    say(
        {"out": str(out), "children": children, "seed": seed},
        f"A synthetic council of {children:,} children stands in {out}. "
        f"Nobody in it is real.\nNext:\n{steps.rstrip()}",
        as_json=as_json,
    )


def _by_group(given: list[str] | None, option: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for pair in given or []:
        group, _, number = pair.partition("=")
        try:
            found[group.strip()] = float(number)
        except ValueError:
            raise UsageError(
                f"{option} takes GROUP=NUMBER, such as black=0.3."
            ) from None
    return found


def keyfile(
    path: Annotated[Path, typer.Argument(help="The key file to make.")],
    *,
    as_json: Json = False,
) -> None:
    """Make a secret key for pseudonyms, readable by you only. Never overwrites one."""
    from riskaid.records.pseudonymise import make_key_file

    make_key_file(path)
    say(
        {"key_file": str(path)},
        f"A secret key stands in {path}. Keep it apart from the store, with a copy: "
        "without it no further extract can be taken in.\nNext:\n"
        f"  riskaid ingest SOURCE --store STORE --key-file {path}",
        as_json=as_json,
    )


def ingest(
    source: Annotated[
        str,
        typer.Argument(
            help="A file or folder, whose format is recognised; or the address of a "
            "database, such as sqlite:///reporting.db."
        ),
    ],
    *,
    store: Store,
    extract_date: Annotated[
        str | None, typer.Option(help="The last day the source could know.")
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            help="A mapping file, or one that riskaid mappings lists, such as housing."
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="What the source is called; its next extract is the same."),
    ] = None,
    covered_from: Annotated[
        str | None,
        typer.Option(help="The first day from which the source holds everything."),
    ] = None,
    mark: Annotated[
        str | None,
        typer.Option(help="synthetic or public, for records of no real child."),
    ] = None,
    authority: Annotated[
        str | None,
        typer.Option(help="The council's code, such as 202. One store, one council."),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            help="The secret key under which ids become pseudonyms; kept elsewhere."
        ),
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(help="Where in a database the tables are: ssd_development."),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Say what would happen, with the first rows of a mapped feed; write "
            "nothing.",
        ),
    ] = False,
    report: Annotated[
        bool,
        typer.Option("--report", help="Say how late records were known, by table."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Take SSD, CIN census, SSDA903, Annex A or mapped feeds into the case store."""
    if not _holds_xml(source):
        keep_memory()
    from riskaid.records.ingest import ingest as take_in

    with ended_in_order(), progress_bars() as progress:
        found = take_in(
            source,
            store,
            extract_date=a_date(extract_date, "--extract-date"),
            mapping=mapping,
            name=name,
            covered_from=a_date(covered_from, "--covered-from"),
            mark=mark,
            authority=authority,
            key_file=key_file,
            schema=schema,
            dry_run=dry_run,
            progress=progress,
        )
    text = found.summary()
    if report:
        text += "\n" + found.measured_lags()
    say(found.to_json(), text, as_json=as_json)


def _holds_xml(source: str) -> bool:
    """Whether a source is read as a stream, which needs little memory at a time."""
    names = [source, *(file.name for file in Path(source).glob("*"))]
    return any(name.lower().endswith(".xml") for name in names)


def quality(
    *,
    store: Store,
    out: Out,
    child_population: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Children who live in the area, for rates; else no rate is given.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what the records hold and what they do not: a page with plots, and JSON."""
    from riskaid.records.quality_report import quality_report

    with progress_bars() as progress:
        done = quality_report(
            store, out, child_population=child_population, progress=progress
        )
    lines = [f"The data-quality report stands in {out}: open report.html."]
    if not done.plots:
        lines.append(
            "It has no plots: they need matplotlib (pip install 'riskaid[train]')."
        )
    if done.first:
        lines += ["", "Look at this first", *(f"  {one}" for one in done.first)]
    say(done.gathered.to_json(), "\n".join(lines), as_json=as_json)

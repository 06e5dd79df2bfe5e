"""The data-quality report: one page for people, one file of facts for programs."""

from dataclasses import dataclass
from pathlib import Path

from riskaid.document import (
    Bullets,
    Document,
    Paragraph,
    Section,
    pictures_of,
    to_html,
)
from riskaid.errors import UsageError
from riskaid.files import new_folder, write_json, write_text
from riskaid.progress import Progress, silent
from riskaid.records.quality_files import came_in, first_look, rules_found
from riskaid.records.quality_gathered import Gathered, gather
from riskaid.records.quality_shares import (
    as_others_do,
    how_to_read,
    what_is_missing,
)
from riskaid.records.quality_times import from_when, how_late, in_which_months
from riskaid.records.store import open_store

MADE_UP = "MADE-UP RECORDS: nobody in this report is real"
PAGE, FACTS = "report.html", "report.json"


@dataclass(frozen=True)
class Written:
    """A report that was written.

    Attributes:
        gathered: What it says.
        first: What to look at first, in sentences.
        plots: How many plots it has; none where matplotlib is not installed.
    """

    gathered: Gathered
    first: tuple[str, ...]
    plots: int


def quality_report(
    store: Path,
    out: Path,
    *,
    child_population: int | None = None,
    progress: Progress = silent,
) -> Written:
    """Write report.html and report.json about a store, whole or not at all.

    The same store gives the same bytes. Nothing in either says who anybody is.

    Args:
        store: The case store.
        out: The folder to make.
        child_population: Children who live in the area, for rates; else none is given.
        progress: Told how far it is.

    Raises:
        ExtractError: The store cannot be read.
        UsageError: The place is taken, or the population is not above nought.
    """
    if child_population is not None and child_population < 1:
        raise UsageError(
            "--child-population is the number of children who live in the area, "
            "such as 48000."
        )
    gathered = gather(
        open_store(store), child_population=child_population, progress=progress
    )
    progress("writing the report", 0, 0)
    document = as_document(gathered)
    with new_folder(out) as folder:
        write_text(folder / PAGE, to_html(document))
        write_json(folder / FACTS, gathered.to_json())
    return Written(gathered, first_look(gathered), len(pictures_of(document.sections)))


def as_document(gathered: Gathered) -> Document:
    """The report as parts of a page."""
    store = gathered.store
    names = ", ".join(f"{i['name']} ({i['extract_date']})" for i in gathered.ingests)
    found = sum(1 for r in gathered.rules if r.rows)
    checked = sum(1 for r in gathered.rules if r.rows is not None)
    sections: tuple[Section, ...] = (
        came_in(gathered),
        rules_found(gathered),
        as_others_do(gathered),
        what_is_missing(gathered),
        in_which_months(gathered),
        from_when(gathered),
        how_late(gathered),
        how_to_read(plots=False),
    )
    drawn = bool(pictures_of(sections))
    return Document(
        title="What the records hold, and what they do not",
        name=f"Data-quality report, records up to {store.extract_date.isoformat()}",
        subtitle=f"Sources and their latest extract: {names}.",
        watermark=MADE_UP if store.mark == "synthetic" else None,
        verdict=(
            (
                f"{gathered.sum_of('rows'):,} rows came in: "
                f"{gathered.sum_of('accepted'):,} accepted, "
                f"{gathered.sum_of('repaired'):,} repaired, "
                f"{gathered.sum_of('refused'):,} refused."
            ),
            (
                f"{checked} rules were checked and {found} found something; "
                f"{len(gathered.rules) - checked} could not be checked."
            ),
        ),
        tone="plain",
        sections=(first_section(gathered), *sections[:-1], how_to_read(plots=drawn)),
        this="report",
        kind="Data-quality report for analysts and a governance board",
        contents="In this report",
        closing="It says how things are recorded, not how well anybody works.",
    )


def first_section(gathered: Gathered) -> Section:
    """What a person should look at first."""
    looked = first_look(gathered)
    if not looked:
        text = "Nothing stands out. The tables below say what was looked at."
        return Section(heading="Look at this first", blocks=(Paragraph(text=text),))
    return Section(heading="Look at this first", blocks=(Bullets(items=looked),))

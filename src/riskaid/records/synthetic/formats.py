"""In which formats a synthetic council can be written, and where each goes."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from riskaid.errors import UsageError, nearest
from riskaid.records.synthetic.annex_a import open_annex_a
from riskaid.records.synthetic.cin_census import open_census
from riskaid.records.synthetic.months import Calendar
from riskaid.records.synthetic.returns import Outlet, return_years
from riskaid.records.synthetic.ssda903 import open_ssda903

USUAL = ("ssd", "feeds")
"""What is written when nothing is asked for."""
FORMATS = (*USUAL, "cin_census", "ssda903", "annex_a")


def check_formats(formats: Sequence[str], years: int | None) -> tuple[str, ...]:
    """The formats asked for, once each and in the order of FORMATS.

    Raises:
        UsageError: None, one that there is not, or no year of returns.
    """
    for name in formats:
        if name not in FORMATS:
            raise UsageError(
                f"There is no format '{name}' for a synthetic council. Use one of: "
                f"{', '.join(FORMATS)}.{nearest(name, list(FORMATS))}"
            )
    if not formats:
        raise UsageError(f"No format is given. Use one of: {', '.join(FORMATS)}.")
    if years is not None and years < 1:
        raise UsageError("The number of yearly returns is below 1. Leave it out.")
    return tuple(name for name in FORMATS if name in formats)


def open_outlets(
    folder: Path,
    wanted: tuple[str, ...],
    time: Calendar,
    years: int | None,
    stack: ExitStack,
) -> list[Outlet]:
    """Begin the returns that are wanted, each in a folder of its own.

    Args:
        folder: The council's folder.
        wanted: What check_formats gives.
        time: The council's calendar.
        years: How many yearly returns of a kind; all when None.
        stack: Ends and closes the files.
    """
    outlets = []
    held = return_years(time, years)
    if "cin_census" in wanted:
        outlets.append(open_census(folder / "cin_census", held, stack))
    if "ssda903" in wanted:
        outlets.append(open_ssda903(folder / "ssda903", held, stack))
    if "annex_a" in wanted:
        outlets.append(open_annex_a(folder / "annex_a", time, stack))
    return outlets


def next_steps(out: Path) -> list[str]:
    """What to give `riskaid ingest` for each source that stands in a council's folder.

    Every return goes into a store of its own here; a council takes them one after the
    other into one, the oldest first.
    """
    steps = []
    for name in FORMATS:
        folder = out / name
        if name == "feeds" and folder.is_dir():
            steps.append(f"{folder} --store STORE --mapping partner_feeds")
        elif name in USUAL and folder.is_dir():
            steps.append(f"{folder} --store STORE")
        elif folder.is_dir():
            years = sorted(p for p in folder.iterdir() if p.is_dir())
            held = years or [folder]
            steps += [f"{one} --store STORE_{name.upper()}" for one in held]
    return steps

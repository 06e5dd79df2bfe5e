"""Make a whole synthetic council: chunks of families, written as they are made."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path, PurePath
from typing import BinaryIO

import numpy as np
import polars as pl

from riskaid.dates import day_of
from riskaid.errors import UsageError
from riskaid.files import new_folder, write_json
from riskaid.progress import Progress, silent
from riskaid.records.synthetic import choices, feeds
from riskaid.records.synthetic import ssd_care as care
from riskaid.records.synthetic import ssd_people as homes
from riskaid.records.synthetic import ssd_protection as protection
from riskaid.records.synthetic import ssd_services as services
from riskaid.records.synthetic.arrays import NEVER
from riskaid.records.synthetic.chunk import SIZE, Chunk, on, texts, yes_no
from riskaid.records.synthetic.columns import SSD_COLUMNS
from riskaid.records.synthetic.contacts import Contacts, draw_contacts
from riskaid.records.synthetic.families import Children, make_adults, make_children
from riskaid.records.synthetic.formats import USUAL, check_formats, open_outlets
from riskaid.records.synthetic.lives import live
from riskaid.records.synthetic.months import Calendar, make_calendar
from riskaid.records.synthetic.observed import (
    Happenings,
    group_factor,
    missing_reports,
    presence,
    recorded_share,
    see_groups,
)
from riskaid.records.synthetic.rates import CODE_GROUP, SOURCE_CODES
from riskaid.records.synthetic.services import Service
from riskaid.records.synthetic.switches import Switches
from riskaid.sheet import write_csv

MOST_CHILDREN = 2_000_000
STREAMS = 32
NO_SWITCHES = Switches()


def synth(
    out: Path,
    *,
    children: int,
    seed: int,
    extract_date: date = date(2026, 3, 31),
    switches: Switches = NO_SWITCHES,
    formats: Sequence[str] = USUAL,
    years: int | None = None,
    progress: Progress = silent,
) -> None:
    """Make the records of a council that does not exist, for tests and learning.

    The folder holds `ssd/` (Standard Safeguarding Dataset tables), `feeds/` (what
    partners share), `truth/` (what no real council could know; for tests only) and
    `council.json`. Returns made of the same tables come beside them when asked for.
    The same arguments give the same bytes. See docs/synthetic.md.

    Args:
        out: Where the folder will stand; nothing is left there when making it fails.
        children: How many children had at least one contact in the eight years.
        seed: Any whole number from 0 up.
        extract_date: The last day that can be known; records begin eight years before.
        switches: Known unfairness to build in; none by default.
        formats: What to write: any of "ssd", "feeds", "cin_census", "ssda903" and
            "annex_a".
        years: How many yearly returns of a kind, the last ones; all when None.
        progress: Told after each chunk of 5,000 children.

    Raises:
        UsageError: The folder is taken, or a number makes no sense.
    """
    if not 1 <= children <= MOST_CHILDREN:
        raise UsageError(
            f"A synthetic council has from 1 to {MOST_CHILDREN} children. "
            "Give a number between them."
        )
    if seed < 0:
        raise UsageError("The seed is below 0. Give a whole number from 0 up.")
    wanted = check_formats(formats, years)
    time = make_calendar(extract_date)
    sizes = [min(SIZE, children - done) for done in range(0, children, SIZE)]
    with new_folder(out) as folder:
        for part in (*(f for f in USUAL if f in wanted), "truth"):
            (folder / part).mkdir()
        with ExitStack() as stack:
            outlets = open_outlets(folder, wanted, time, years, stack)
            open_files: dict[str, BinaryIO] = {}
            for number, size in enumerate(sizes):
                tables = {}
                for name, frame in _chunk_frames(
                    seed, number, size, time, switches, feeds_too="feeds" in wanted
                ):
                    if outlets and name in (*SSD_COLUMNS, care.LEGAL_THEN):
                        tables[name] = frame
                    place = _place(name)
                    if place.parts[0] not in (*wanted, "truth"):
                        continue
                    first = name not in open_files
                    if first:
                        path = folder / place
                        open_files[name] = stack.enter_context(path.open("wb"))
                    write_csv(frame, open_files[name], header=first)
                for add in outlets:
                    add(tables)
                progress("making children's records", number + 1, len(sizes))
        _write_facts(folder, children, seed, time, switches, wanted=wanted)


def _place(name: str) -> PurePath:
    if name in SSD_COLUMNS:
        return PurePath(f"ssd/{name}.csv")
    return PurePath(f"{name}.csv" if "/" in name else f"feeds/{name}.csv")


def _write_facts(
    folder: Path,
    children: int,
    seed: int,
    time: Calendar,
    switches: Switches,
    *,
    wanted: tuple[str, ...],
) -> None:
    dates = {
        "extract_date": day_of(time.end).isoformat(),
        "covered_from": day_of(time.first).isoformat(),
        "mark": "synthetic",
    }
    write_json(
        folder / "council.json",
        {
            "made_by": "riskaid synth",
            "synthetic": True,
            "children": children,
            "seed": seed,
            "extract_date": dates["extract_date"],
            "first_date": dates["covered_from"],
            "switches": switches.to_json(),
        },
    )
    for part, title in (
        ("ssd", "synthetic council SSD"),
        ("feeds", "synthetic council partner feeds"),
    ):
        if part in wanted:
            write_json(folder / part / "extract.json", {**dates, "name": title})


def make_chunk(
    seed: int, number: int, size: int, time: Calendar, switches: Switches
) -> tuple[Chunk, Iterator[np.random.Generator]]:
    """Live through one chunk; returns it with the generators left for writing.

    Each stage and each writer has random numbers of its own, so that a switch moves
    only what it names.
    """
    root = np.random.SeedSequence(entropy=seed, spawn_key=(number,))
    streams = [np.random.Generator(np.random.PCG64(s)) for s in root.spawn(STREAMS)]
    children = make_children(streams[0], size, time)
    adults = make_adults(streams[1], children, time)
    lives = live(streams[2], children, adults, time)
    contacts = draw_contacts(streams[3], children, lives, time)
    if switches.proxy_name == "referral_source":
        contacts = _move_sources(streams[6], children, contacts)
    bias = group_factor(children, dict(switches.outcome_bias), 1.0)
    service = Service(streams[4], children=children, lives=lives, time=time, bias=bias)
    episodes, enquiries = service.run(contacts)
    chunk = Chunk(
        number=number,
        time=time,
        children=children,
        adults=adults,
        lives=lives,
        contacts=contacts,
        episodes=episodes,
        enquiries=enquiries,
        seen=see_groups(streams[5], children, episodes, time),
        presence=presence(children, episodes, time),
        share=recorded_share(children, switches),
        switches=switches,
    )
    return chunk, iter(streams[7:])


def _move_sources(
    rng: np.random.Generator, children: Children, contacts: Contacts
) -> Contacts:
    other = np.array([CODE_GROUP[c] != "white" for c in children.ethnicity])
    moved = rng.random(len(contacts.child)) < choices.PROXY_SOURCE_SHARE
    moved &= other[contacts.child]
    place = SOURCE_CODES.index(choices.PROXY_SOURCE)
    return Contacts(
        child=contacts.child,
        month=contacts.month,
        day=contacts.day,
        source=np.where(moved, place, contacts.source),
        refer=contacts.refer,
        again=contacts.again,
    )


def _chunk_frames(
    seed: int,
    number: int,
    size: int,
    time: Calendar,
    switches: Switches,
    *,
    feeds_too: bool,
) -> Iterator[tuple[str, pl.DataFrame]]:
    chunk, streams = make_chunk(seed, number, size, time, switches)
    reports = missing_reports(
        next(streams),
        chunk.children,
        chunk.lives,
        care=chunk.presence.care,
        share=chunk.share,
        time=time,
    )
    yield from homes.people(next(streams), chunk)
    yield from homes.addresses(next(streams), next(streams), chunk)
    yield from services.contacts(next(streams), chunk)
    yield from services.referrals(next(streams), chunk)
    yield from services.cin_plans(next(streams), chunk)
    yield from protection.enquiries(next(streams), chunk)
    yield from protection.plans(next(streams), chunk)
    yield from care.looked_after(next(streams), chunk)
    yield from care.missing(next(streams), chunk, reports)
    yield from care.involvements(next(streams), chunk)
    if feeds_too:
        yield from _feeds(streams, chunk, reports)
    yield from _truth(chunk)


def _feeds(
    streams: Iterator[np.random.Generator], chunk: Chunk, reports: Happenings
) -> Iterator[tuple[str, pl.DataFrame]]:
    yield from feeds.police(next(streams), chunk, reports)
    yield from feeds.relationships(next(streams), chunk)
    yield from feeds.adult_events(next(streams), chunk)
    yield from feeds.housing(next(streams), chunk)
    yield from feeds.education(next(streams), chunk)


def _truth(chunk: Chunk) -> Iterator[tuple[str, pl.DataFrame]]:
    children, held = chunk.children, chunk.enquiries
    rows = np.arange(children.count)
    lived = (chunk.lives.age >= 0) & (chunk.lives.age < 18 * 12)
    months = lived.sum(axis=1).clip(1)
    yield (
        "truth/children",
        pl.DataFrame(
            {
                "child_id": chunk.child_ids(rows),
                "family": pl.Series(children.family + chunk.number * SIZE + 1),
                "born": on(children.born),
                "ethnicity": texts(children.ethnicity),
                "disability": yes_no(children.disabled),
                "arrived_alone": yes_no(children.uasc),
                "arrived": on(children.arrived),
                "left": on(chunk.known_end(children.left)),
                "mean_need": ((chunk.lives.need * lived).sum(axis=1) / months).round(4),
                "last_need": chunk.lives.need[:, -1].round(4),
                "seen_by_agencies": children.surveillance[children.family].round(4),
            }
        ),
    )
    shown = np.flatnonzero(chunk.here(held.child, held.day))
    yield (
        "truth/enquiries",
        pl.DataFrame(
            {
                "s47_enquiry_id": chunk.ids("S", shown),
                "child_id": chunk.child_ids(held.child[shown]),
                "date": on(held.day[shown]),
                "need": held.need[shown].round(4),
                "chance_without_switches": held.chance[shown].round(6),
                "conference": yes_no(held.conference[shown] < NEVER),
            }
        ),
    )

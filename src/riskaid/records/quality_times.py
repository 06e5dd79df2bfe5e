"""The report on when things happened and when they were known: in words and plots."""

from riskaid.document import Block, Paragraph, Section, Table
from riskaid.records import quality_plots
from riskaid.records.quality_counts import MONTHS, Months
from riskaid.records.quality_gathered import Gathered
from riskaid.records.quality_shares import NOT_SHOWN, month_words, named, picture

FEW, SMALL = "1 to 5", 6
SPANS = ((13, 24), (10, 12), (7, 9), (4, 6), (1, 3))
"""Months ago, first and last, that are added up."""
HOW_WORDS = {
    "recorded": "Recorded",
    "first_seen": "First seen",
    "declared_lag": "Declared lag",
}


def in_which_months(gathered: Gathered) -> Section:
    """Rows by month, so that a hole or a fall can be seen."""
    months = list(gathered.months)
    if not months:
        text = "No dated table covers a whole month."
        return Section(heading="When things happened", blocks=(Paragraph(text=text),))
    blocks: list[Block] = [
        Paragraph(
            text=f"The last {MONTHS} whole months that each table covers, by the date "
            "of what happened. A month with under half the usual number may be a hole "
            "in an extract, a change of system, or a month not yet written up."
        ),
        *picture(
            "months.svg",
            "Rows of each month, one small picture a case table. The table below has "
            "them by quarter; report.json has every month.",
            lambda: quality_plots.rows_by_month(
                months, [named(m.table) for m in months]
            ),
        ),
        Table(
            caption="Rows by quarter, latest last. Months of 1 to 5 rows are not added",
            columns=(
                "Case table",
                "Usual month",
                *(f"{last} to {first} months ago" for first, last in SPANS),
                "Months far below",
            ),
            rows=tuple(_spans(one) for one in months),
            numbers=frozenset(range(1, len(SPANS) + 2)),
        ),
    ]
    return Section(heading="When things happened", blocks=tuple(blocks))


def _spans(one: Months) -> tuple[str, ...]:
    counts = list(one.counts.values())
    cells = []
    for first, last in SPANS:
        covered = len(counts) >= last
        part = counts[len(counts) - last : len(counts) - first + 1] if covered else []
        cells.append(_span(part))
    usual = "few" if one.usual is None else f"{one.usual:,}"
    return (named(one.table), usual, *cells, month_words(one.low) or "none")


def _span(part: list[int | None]) -> str:
    if not part:
        return "not covered"
    known = [n for n in part if n is not None]
    if len(known) < len(part):
        return f"{sum(known):,} and few" if any(known) else "few"
    return f"{sum(known):,}"


def from_when(gathered: Gathered) -> Section:
    """From when to when each table holds what happened."""
    store = gathered.store
    tables = sorted(store.coverage, key=named)
    covered = [(named(table), store.coverage[table]) for table in tables]
    blocks: list[Block] = [
        Paragraph(
            text="Outside these days a table says nothing: a value read from it is not "
            "known, never zero."
        ),
        *picture(
            "coverage.svg",
            "From when to when each case table holds what happened. The table below "
            "has the days.",
            lambda: quality_plots.coverage_lines(covered),
        ),
        Table(
            caption="Coverage by case table",
            columns=("Case table", "From", "To", "Rows"),
            rows=tuple(
                (
                    named(name),
                    store.coverage[name].covered_from.isoformat(),
                    store.coverage[name].covered_to.isoformat(),
                    _few(store.facts["tables"][name]["rows"]),
                )
                for name in tables
            ),
            numbers=frozenset({3}),
        ),
    ]
    return Section(heading="From when to when", blocks=tuple(blocks))


def _few(count: int) -> str:
    return FEW if 0 < count < SMALL else f"{count:,}"


def how_late(gathered: Gathered) -> Section:
    """How it is known when rows were known, and how late that was."""
    tables = gathered.store.facts["tables"]
    blocks: list[Block] = [
        Paragraph(
            text="A value as of a date may use only what the council's systems could "
            "have shown by then. Best is a date of recording; then the extract in "
            "which a row was first seen; else a declared number of days is added."
        ),
        Table(
            caption="How it is known when a row was known, share of rows",
            columns=("Case table", *HOW_WORDS.values()),
            rows=tuple(
                (
                    named(name),
                    *(f"{tables[name]['known_from'][how]:.1%}" for how in HOW_WORDS),
                )
                for name in sorted(tables, key=named)
            ),
            numbers=frozenset({1, 2, 3}),
        ),
    ]
    lags = list(gathered.lags)
    if not lags:
        text = (
            "No lag could be measured: no table has 6 rows or more with a date of "
            "recording, or first seen later."
        )
        blocks.append(Paragraph(text=text))
        return Section(heading="How late records are known", blocks=tuple(blocks))
    blocks += [
        *picture(
            "lags.svg",
            "Days from the event to when it was known, measured and declared. The "
            "table below has the same numbers.",
            lambda: quality_plots.lag_lines(
                lags, [named(one["table"]) for one in lags]
            ),
        ),
        Table(
            caption="Days from the event to when it was known",
            columns=(
                "Case table, source",
                "Measured rows",
                "Half within",
                "9 in 10 within",
                "99 in 100 within",
                "Declared",
                "Later than declared",
            ),
            rows=tuple(
                (
                    f"{named(one['table'])}, {one['source']}",
                    f"{one['rows']:,}",
                    str(one["median"]),
                    str(one["percentile_90"]),
                    str(one["percentile_99"]),
                    str(one["declared"]),
                    NOT_SHOWN
                    if one["share_later_than_declared"] is None
                    else f"{one['share_later_than_declared']:.1%}",
                )
                for one in lags
            ),
            numbers=frozenset(range(1, 7)),
        ),
    ]
    return Section(heading="How late records are known", blocks=tuple(blocks))

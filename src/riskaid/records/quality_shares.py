"""The report on how a council records: shares, beside others and by themselves."""

from collections.abc import Callable, Iterable
from datetime import date

from riskaid.document import (
    NO_BREAK,
    Block,
    Bullets,
    Paragraph,
    Picture,
    Section,
    Table,
)
from riskaid.errors import UsageError
from riskaid.records import quality_plots
from riskaid.records.quality_counts import Counted, lacking
from riskaid.records.quality_gathered import Gathered
from riskaid.records.quality_national import PERCENT, national
from riskaid.records.quality_profile import Measured

NAMES = {
    "cin_plans": "child in need plans",
    "cin_visits": "child in need visits",
    "cla_episodes": "episodes of care",
    "cp_plans": "child protection plans",
    "cp_visits": "child protection visits",
    "icpcs": "initial conferences",
    "s47_enquiries": "section 47 enquiries",
    "sdq_scores": "SDQ scores",
}
NOT_SHOWN = "not shown"


def named(table: str) -> str:
    """A case table in words."""
    return NAMES.get(table, table.replace("_", " "))


def month_words(months: Iterable[date]) -> str:
    """Months as a person says them."""
    return ", ".join(f"{m:%B %Y}" for m in months)


def as_others_do(gathered: Gathered) -> Section:
    """This council beside England and the spread of councils."""
    shown = [m for m in gathered.measures if m.value is not None]
    hidden = [m for m in gathered.measures if m.value is None]
    percent = [m for m in shown if m.spread.unit == PERCENT]
    cases = [m for m in percent if not m.spread.key.startswith("factor_")]
    factors = [m for m in percent if m.spread.key.startswith("factor_")]
    blocks: list[Block] = [
        Paragraph(
            text="Councils differ far more in how they record than children differ in "
            "how they live. A council with 2.5% recorded disability beside England's "
            "13.6% has not fewer disabled children: it writes fewer of them down. So "
            "a share far from others is a reason to look at the recording, before "
            "anything is built on it."
        )
    ]
    apart = tuple(
        f"{m.spread.name}: {m.place}. This says {m.spread.says}, "
        f"and not {m.spread.says_not}."
        for m in shown
        if m.apart
    )
    if apart:
        blocks.append(Bullets(items=apart))
    elif shown:
        blocks.append(
            Paragraph(text="No share lies outside the middle eight in ten councils.")
        )
    for file, some, what in (
        ("spread.svg", cases, "how cases begin and go on"),
        ("factors.svg", factors, "factors found at assessment"),
    ):
        if some:
            blocks += picture(
                file,
                f"Where this council lies among others on {what}. "
                "The table below has the same numbers.",
                lambda some=some: quality_plots.council_spread(  # type: ignore[misc]  # bound now
                    some, [_short(m) for m in some]
                ),
            )
    if shown:
        blocks.append(_spread_table(shown))
    if hidden:
        blocks.append(
            Table(
                caption="Not set beside others",
                columns=("Measure", "Why not"),
                rows=tuple((m.spread.name, _why(m)) for m in hidden)
                + tuple(sorted(national().not_shown.items())),
            )
        )
    blocks.append(Paragraph(text=f"Source: {national().attribution}"))
    return Section(
        heading="How this council records, beside others", blocks=tuple(blocks)
    )


def _why(measure: Measured) -> str:
    return measure.why_not.replace("_", " ")


def _short(measure: Measured) -> str:
    return measure.spread.published.split(",")[0].removesuffix(" %").strip()


def _spread_table(shown: list[Measured]) -> Table:
    rows = tuple(
        (
            m.spread.name + ("" if m.spread.unit == PERCENT else f", {m.spread.unit}"),
            f"{m.value:,.1f}",
            f"{m.base:,}",
            m.place,
            f"{m.spread.england:,.1f}",
            f"{m.spread.median:,.1f}",
            _range(m.spread.quarter, m.spread.three_quarters),
            _range(m.spread.tenth, m.spread.ninetieth),
            _range(m.spread.lowest, m.spread.highest),
        )
        for m in shown
    )
    years = ", ".join(sorted({str(m.year) for m in shown}))
    return Table(
        caption=f"This council ({years}) beside England and other councils, in per "
        "cent unless said",
        columns=(
            "Measure",
            "Here",
            "Of how many",
            "Where that lies",
            "England",
            "Middle council",
            "Middle half (P25 to P75)",
            "Middle eight in ten (P10 to P90)",
            "Lowest to highest",
        ),
        rows=rows,
        numbers=frozenset({1, 2, *range(4, 9)}),
    )


def _range(low: float, high: float) -> str:
    return f"{low:,.1f} to {high:,.1f}".replace(" ", NO_BREAK)


def what_is_missing(gathered: Gathered) -> Section:
    """Ethnicity and disability, and every column of yes and no."""
    blocks: list[Block] = [
        Paragraph(
            text="Not recorded is never no. Refused and not yet obtained are answers "
            "of their own: somebody asked."
        )
    ]
    for one in gathered.not_recorded:
        rows = tuple(
            (said, _number(n), _part(n, one)) for said, n in one.counts.items()
        )
        blocks.append(
            Table(
                caption=one.what.capitalize(),
                columns=("Said", "Children", "Share"),
                rows=rows,
                numbers=frozenset({1, 2}),
            )
        )
    if gathered.answers:
        names = list(dict.fromkeys(n for one in gathered.answers for n in one.counts))
        blocks.append(
            Table(
                caption="Answers by column",
                columns=("Column", "Rows", *(n.capitalize() for n in names)),
                rows=tuple(
                    (
                        _column(one.what),
                        _number(one.total),
                        *(_answer(one, n) for n in names),
                    )
                    for one in gathered.answers
                ),
                numbers=frozenset(range(1, len(names) + 2)),
            )
        )
    store = gathered.store
    absent = [(t, without) for t in store.coverage if (without := lacking(store, t))]
    if absent:
        blocks.append(
            Table(
                caption="Columns that no source has: what reads them is not known",
                columns=("Case table", "Columns"),
                rows=tuple(
                    (named(table), ", ".join(c.replace("_", " ") for c in without))
                    for table, without in sorted(absent)
                ),
            )
        )
    return Section(heading="What is not recorded", blocks=tuple(blocks))


def _column(what: str) -> str:
    table, _, column = what.partition(".")
    return f"{named(table)}: {column.replace('_', ' ')}"


def _answer(counted: Counted, name: str) -> str:
    if name not in counted.counts:
        return "0"
    return _number(counted.counts[name])


def _number(count: int | None) -> str:
    return NOT_SHOWN if count is None else f"{count:,}"


def _part(count: int | None, counted: Counted) -> str:
    if count is None or not counted.total:
        return NOT_SHOWN
    return f"{count / counted.total:.1%}"


def how_to_read(*, plots: bool) -> Section:
    """What is left out on purpose, and what the numbers of rows are for."""
    items = [
        "There is no name, id, date of birth or value of any child in this report.",
        (
            "Row numbers are those of the council's own files, so that only the "
            "council can look them up. Counts of rows with faults are given in full: "
            "they are for mending."
        ),
        (
            "Counts of children, answers or months of 1 to 5 are not shown, nor one "
            "from which such a count could be worked out; nor a share of fewer than "
            "ten."
        ),
        "Nothing here says how well anybody works, or how any child is.",
    ]
    if not plots:
        items.append(
            "There are no plots, because matplotlib is not installed "
            "(pip install 'riskaid[train]'). The tables say all they would."
        )
    return Section(heading="How to read this", blocks=(Bullets(items=tuple(items)),))


def picture(file: str, alt: str, draw: Callable[[], str]) -> list[Picture]:
    """A plot; none where what draws it is not installed."""
    try:
        return [Picture(file=file, alt=alt, svg=draw())]
    except UsageError:
        return []

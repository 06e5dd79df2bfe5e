"""The report on what came in, and on the rules: in words and tables."""

from typing import Any

from riskaid.document import Block, Bullets, Paragraph, Section, Table
from riskaid.records.quality import NOT_USED
from riskaid.records.quality_gathered import Gathered
from riskaid.records.quality_rules import RuleResult
from riskaid.records.quality_shares import month_words, named

MANY = 0.1
ROWS_SAID = 5
FIRST = 4
NUMBERS = frozenset({2, 3, 4, 5})


def first_look(gathered: Gathered) -> tuple[str, ...]:
    """Sentences on what a person should look at first: at most four of each kind."""
    refused = [
        f"{_share(file['refused'], file['rows'])} of {file['file']} was refused "
        f"({file['refused']:,} of {file['rows']:,} rows)."
        for _, file in gathered.used
        if file["refused"] > MANY * file["rows"]
    ]
    often = [r for r in gathered.rules if (r.rows or 0) > MANY * (r.of_rows or 0)]
    often.sort(key=lambda r: (-(r.rows or 0) / (r.of_rows or 1), r.rule.codes))
    found = [
        f"Rule {', '.join(r.rule.codes)}: {_share(r.rows or 0, r.of_rows or 1)} of the "
        f"rows looked at. {r.rule.says}."
        for r in often
    ]
    apart = [
        f"{m.spread.name}: {m.value:,.1f}{_unit(m.spread.unit)}, {m.place}. This says "
        f"{m.spread.says}, and not {m.spread.says_not}."
        for m in gathered.measures
        if m.apart
    ]
    holes = [
        f"Far fewer {named(one.table)} than usual in {month_words(one.low)}: an "
        "extract may have a hole there."
        for one in gathered.months
        if one.low
    ]
    late = [
        f"{_capital(named(lag['table']))}: nine in ten rows are known within "
        f"{lag['percentile_90']} days, later than the declared {lag['declared']}."
        for lag in gathered.lags
        if lag["declared_too_short"]
    ]
    return tuple(
        one
        for kind, some in (
            ("files", refused),
            ("rules", found),
            ("shares", apart),
            ("tables", holes),
            ("lags", late),
        )
        for one in _some(kind, some)
    )


def _some(kind: str, said: list[str]) -> list[str]:
    more = len(said) - FIRST
    if more < 1:
        return said
    return [*said[:FIRST], f"And {more} more {kind} of the kind, below."]


def came_in(gathered: Gathered) -> Section:
    """Each file: rows in, accepted, repaired, refused, and why."""
    rows = tuple(
        (
            f"{ingest['name']}: {file['file']}",
            file["read_as"].replace("_", " "),
            f"{file['rows']:,}",
            f"{file['accepted']:,}",
            f"{file['repaired']:,}",
            f"{file['refused']:,}",
        )
        for ingest, file in gathered.used
    )
    blocks: list[Block] = [
        Paragraph(
            text="Each row of a file is accepted, repaired (taken, with something "
            "mended or left empty) or refused. The three add up to the rows in."
        ),
        Table(
            caption="Rows in each file of the latest extracts",
            columns=("File", "Read as", "Rows", "Accepted", "Repaired", "Refused"),
            rows=rows,
            numbers=NUMBERS,
        ),
    ]
    reasons = tuple(
        (
            f"{ingest['name']}: {file['file']}",
            finding["says"],
            fate,
            f"{finding['rows']:,}",
            _rows_said(finding["first_rows"]),
        )
        for ingest, file in gathered.used
        for part, fate in (
            ("refusals", "refused"),
            ("repairs", "repaired"),
            ("noted", "taken"),
        )
        for finding in file[part]
    )
    if reasons:
        blocks.append(
            Table(
                caption="Why, and where: the first rows by number",
                columns=("File", "What was found", "The row is", "Rows", "First rows"),
                rows=reasons,
                numbers=frozenset({3}),
            )
        )
    fillers = tuple(
        (f"{ingest['name']}: {file['file']}", column, f"{count:,}")
        for ingest, file in gathered.used
        for column, count in sorted(file["fillers"].items())
    )
    if fillers:
        blocks.append(
            Table(
                caption="Fillers (-1, NULL, 1900-01-01 and the like), read as empty",
                columns=("File", "Column", "Fillers"),
                rows=fillers,
                numbers=frozenset({2}),
            )
        )
    left = _not_used(gathered.ingests)
    if left:
        blocks += [Paragraph(text="Files that were not used:"), Bullets(items=left)]
    warned = tuple(w for ingest in gathered.ingests for w in ingest["warnings"])
    if warned:
        blocks += [Paragraph(text="What the ingests warned of:"), Bullets(items=warned)]
    return Section(heading="What came in", blocks=tuple(blocks))


def _not_used(ingests: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(
        f"{ingest['name']}: {file['file']} ({file['rows']:,} rows)"
        for ingest in ingests
        for file in ingest["files"]
        if file["read_as"] == NOT_USED
    )


def rules_found(gathered: Gathered) -> Section:
    """What the DfE's rules found, did not find, and could not look for."""
    found = [r for r in gathered.rules if r.rows]
    clean = [r for r in gathered.rules if r.rows == 0]
    left = [r for r in gathered.rules if r.rows is None]
    blocks: list[Block] = [
        Paragraph(
            text="The rules of the children in need census and of the return on looked-"
            "after children that matter to what riskaid reads, by the DfE's codes and "
            "in our words. R01 and R02 are our own. Several rules may find one row."
        )
    ]
    if found:
        blocks.append(
            Table(
                caption="Rules that found something",
                columns=("Codes", "What is wrong", "Rows", "Of", "First rows"),
                rows=tuple(_found(r) for r in found),
                numbers=frozenset({2, 3}),
            )
        )
    else:
        blocks.append(Paragraph(text="No rule found anything."))
    if clean:
        blocks.append(
            Table(
                caption="Rules that found nothing",
                columns=("Codes", "What was looked for", "Rows looked at"),
                rows=tuple(
                    (_codes(r), r.rule.says, f"{r.of_rows or 0:,}") for r in clean
                ),
                numbers=frozenset({2}),
            )
        )
    if left:
        blocks.append(
            Table(
                caption="Rules that could not be checked, which is not nothing found",
                columns=("Codes", "What would be looked for", "Why not"),
                rows=tuple(
                    (_codes(r), r.rule.says, r.why_not.replace("_", " ")) for r in left
                ),
            )
        )
    return Section(heading="The DfE's rules of validation", blocks=tuple(blocks))


def _found(result: RuleResult) -> tuple[str, ...]:
    files: dict[str, list[int]] = {}
    for file, row in result.first[:ROWS_SAID]:
        files.setdefault(file, []).append(row)
    where = "; ".join(f"{f}: {', '.join(map(str, n))}" for f, n in files.items())
    return (
        _codes(result),
        result.rule.says,
        f"{result.rows or 0:,}",
        f"{result.of_rows or 0:,}",
        where,
    )


def _codes(result: RuleResult) -> str:
    return ", ".join(result.rule.codes)


def _rows_said(rows: list[int]) -> str:
    more = " …" if len(rows) > ROWS_SAID else ""
    return ", ".join(str(n) for n in rows[:ROWS_SAID]) + more


def _share(part: int, base: int) -> str:
    return f"{part / base:.0%}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _unit(unit: str) -> str:
    return "%" if unit == "%" else f" {unit}"

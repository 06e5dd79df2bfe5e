"""The audit as one page for a board, made from its published form only."""

from typing import Any, Final

from riskaid.document import (
    Block,
    Bullets,
    Document,
    Paragraph,
    Section,
    Table,
    pictures_of,
)
from riskaid.fairness.disclosure import SMALL
from riskaid.fairness.page_limits import LIMITS, groups_of, limit_section
from riskaid.fairness.published import (
    JUDGED,
    MEASURES,
    ROLES,
    USES,
    beside_earlier,
    cell_words,
    count_words,
    edge_words,
    outcomes_wanted,
)
from riskaid.fairness.three_together import CANNOT, three_together
from riskaid.fairness.words import VERDICTS

NO_PLOTS: Final = (
    "There are no plots, because matplotlib is not installed "
    "(pip install 'riskaid[train]'). The tables say all they would."
)
MARKED: Final = {
    "synthetic": "MADE-UP RECORDS: nobody in this audit is real",
    "public": "PUBLIC RECORDS: not for use about any child or person",
}
WHO: Final = (
    ("base_rate", "Outcome recorded"),
    ("selection_rate", "Selected"),
    ("selection_rate_ratio", "Selected, times everyone else's"),
)


def as_document(
    audit: dict[str, Any],
    *,
    mark: str | None = None,
    beside: tuple[Section, ...] = (),
) -> Document:
    """The audit as parts of a page; plots are left out where nothing can draw them.

    Args:
        audit: What Audit.to_json returns; suppressed counts are not in it.
        mark: "synthetic" or "public" where the records are marked so; the page says it.
        beside: What stands beside the verdict and decides nothing.
    """
    limits = [m for m in LIMITS if m in audit["policy"]["limits"]]
    judged = tuple(limit_section(audit, measure) for measure in limits)
    drawn = bool(pictures_of(judged))
    scores, policy = audit["scores"], audit["policy"]
    return Document(
        title="Fairness audit: who is missed, by how much, and how sure we are",
        name=f"Audit under the policy '{policy['name']}'",
        subtitle=f"{count_words(scores['rows'])} rows, "
        f"{count_words(scores['outcomes'])} recorded outcomes, "
        f"{count_words(scores['families'])} families; judged with "
        f"{100 * audit['gated_capacity']:.3g}% of rows selected for a further look. "
        "Groups and outcomes are as recorded.",
        watermark=None if mark is None else MARKED[mark],
        verdict=(audit["sentence"],),
        tone=audit["verdict"],
        sections=(
            _first(audit),
            _who(audit),
            three_together(audit),
            *judged,
            *beside,
            _sentences(audit),
            _reading(audit, drawn=drawn),
            _agreed(audit),
        ),
        this="audit",
        kind="Fairness audit for analysts and a governance board",
        contents="In this audit",
        closing="Differences have several possible causes: need, recording, selection "
        "of cases, the tool. An audit cannot tell them apart by itself.",
    )


def _first(audit: dict[str, Any]) -> Section:
    """What stands out, before any table."""
    every = [found for _, found in groups_of(audit)]
    shown = [one for groups in every for one in groups]
    fails = [
        m["sentence"]
        for _, group, _ in shown
        for m in group["metrics"]
        if m["verdict"] == "fail"
    ]
    fails += [
        m["sentence"] for m in audit["everyone"]["metrics"] if m["verdict"] == "fail"
    ]
    barred = [
        m["sentence"]
        for _, group, _ in shown
        for m in group["metrics"]
        if m["verdict"] == "insufficient_evidence" and not m["decision_possible"]
    ]
    gated = [group["verdict"] for _, group, _ in shown if group["use"] == "gated"]
    blocks: list[Block] = [
        Paragraph(
            text=f"Of {len(gated)} groups that must pass, {gated.count('pass')} are "
            f"within every limit, {gated.count('fail')} are beyond one, and for "
            f"{gated.count('insufficient_evidence')} there is not enough evidence to "
            "tell, which is not a pass."
        ),
        Paragraph(text=audit["priority"]),
    ]
    if fails:
        blocks += [
            Paragraph(text="Beyond a limit:", strong=True),
            Bullets(items=tuple(fails)),
        ]
    if barred:
        blocks += [
            Paragraph(
                text="Not shown to be beyond a limit, but near enough that no "
                "board may decide it away:",
                strong=True,
            ),
            Bullets(items=tuple(barred)),
        ]
    judged = [m["sentence"] for m in audit["everyone"]["metrics"] if _decides(m)]
    blocks.append(Bullets(items=(*judged, *audit["notes"])))
    return Section(heading="What stands out", blocks=tuple(blocks))


def _decides(metric: dict[str, Any]) -> bool:
    return metric["role"] in JUDGED


def _judged(group: dict[str, Any], called: dict[str, str]) -> str:
    verdict = VERDICTS[group["verdict"]].partition(";")[0]
    if group["use"] == "gated":
        return verdict
    within = USES["reported"]
    if group["within"]:
        within = f"judged within: {called[group['within']]}"
    return f"{verdict}; {within}" if group["verdict"] == "fail" else within


def _who(audit: dict[str, Any]) -> Section:
    """Who is in each group, beside base rates, with its verdict."""
    tables = []
    for one, shown in groups_of(audit):
        called = {group["name"]: name for name, group, _ in shown}
        rows = tuple(
            (
                name,
                _judged(group, called),
                count_words(group["rows"]),
                count_words(group["outcomes"]),
                *(cell_words(found.get(metric)) for metric, _ in WHO),
                outcomes_wanted(found),
            )
            for name, group, found in shown
        )
        tables.append(
            Table(
                caption=f"{one['title']}: {VERDICTS[one['verdict']]}",
                columns=(
                    "Group",
                    "Verdict",
                    "Rows",
                    "Outcomes",
                    *(words for _, words in WHO),
                    "More outcomes needed, about",
                ),
                rows=rows,
                numbers=frozenset(range(2, 8)),
            )
        )
    said = [
        f"{name}: {group['says']}"
        for _, shown in groups_of(audit)
        for name, group, _ in shown
        if group["says"]
    ]
    blocks: list[Block] = [
        Paragraph(
            text="Intervals in brackets are 95%. The share selected stands beside the "
            "share with a recorded outcome and decides nothing by itself."
        ),
        *tables,
    ]
    if said:
        blocks.append(Bullets(items=tuple(said)))
    return Section(heading="Who is in each group", blocks=tuple(blocks))


def _sentences(audit: dict[str, Any]) -> Section:
    """One sentence a finding, in the words of fairness/LANGUAGE.md."""
    parts = []
    for one, shown in groups_of(audit):
        said = [
            m["sentence"]
            for _, group, _ in shown
            for m in group["metrics"]
            if _decides(m)
        ]
        parts.append(
            Section(
                heading=f"{one['title']}: every finding",
                blocks=(Bullets(items=tuple(said)),),
            )
        )
    return Section(
        heading="Every finding in a sentence",
        blocks=(
            Paragraph(text="Each group is compared with everyone else in the file."),
        ),
        parts=tuple(parts),
    )


def _reading(audit: dict[str, Any], *, drawn: bool) -> Section:
    policy = audit["policy"]
    smallest = policy["smallest_published_count"]
    items = [
        (
            f"Within the limit: the whole {policy['inside_interval']} interval lies "
            "inside it, on this data, at this capacity, until the policy is to be "
            "reviewed. It does not show that groups are treated alike in every way."
        ),
        (
            "Beyond the limit: the number itself is beyond it, by more than chance "
            f"would often give (p below {policy['fail_p_below']:g} after Holm's "
            "correction, within the measure and over the whole audit, and a 95% "
            "interval without equality)."
        ),
        (
            "Not enough evidence: everything else. It is not nearly a pass, and not "
            "nearly a fail."
        ),
        (
            f"{SMALL}: a count from 1 to {smallest - 1}, or one that would give it "
            "back. Such a group has no mark in a picture."
        ),
        beside_earlier(audit),
        CANNOT,
        (
            "The limits are engineering margins that a board agrees. They are not "
            "legal limits."
        ),
    ]
    if drawn:
        items.insert(
            0,
            "In the pictures the thick line is the 90% interval and the thin line with "
            f"its end strokes the 95% interval; the {policy['inside_interval']} "
            "interval decides a pass, and stands in the table. Solid upright "
            "lines are the limit's edges, the dashed one is no difference. A filled "
            "circle: a group that must pass. An open diamond: judged within another "
            "group. An open square: reported only. An arrow: the interval goes on "
            "beyond the picture; the table has its ends.",
        )
    else:
        items.append(NO_PLOTS)
    return Section(heading="How to read this", blocks=(Bullets(items=tuple(items)),))


def _agreed(audit: dict[str, Any]) -> Section:
    """The policy, who agreed what, and what this page was made from."""
    policy = audit["policy"]
    return Section(
        heading="Limits, and who agreed them",
        blocks=(
            Paragraph(
                text=f"Policy: {policy['name']}, to be reviewed by "
                f"{policy['review_by']}."
            ),
            Table(
                caption="Limits of the policy",
                columns=(
                    "Measure",
                    "Limit",
                    "What it may do",
                    "Agreed by",
                    "Review by",
                ),
                rows=tuple(
                    (
                        MEASURES.get(name, name.replace("_", " ")),
                        edge_words(name, held),
                        ROLES.get(held["role"], held["role"]),
                        held["agreed_by"],
                        held["review_by"],
                    )
                    for name in LIMITS
                    if (held := policy["limits"].get(name)) is not None
                ),
            ),
            Table(
                caption="What it was made from",
                columns=("What", "SHA-256"),
                rows=(
                    ("policy.toml", policy["digest"]),
                    ("the rows audited, sorted", audit["scores"]["digest"]),
                ),
            ),
        ),
    )

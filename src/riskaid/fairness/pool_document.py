"""A pool as one page for a board, made from its published form only."""

from typing import Any, Final

from riskaid.document import Block, Bullets, Document, Paragraph, Section, Table
from riskaid.fairness.published import MEASURES, ROLES

NO_RELEASE: Final = (
    "A pool is not usable for a release by itself: the gate of a release reads the "
    "council's own audit, and no pool."
)
MAY: Final = {
    "nothing": "It may support nothing: a pool is shown for information here.",
    "a decision of the board": "It may be a reason in a decision of the board on too "
    "little evidence in a council's own audit, if that names the digest of pool.json.",
}
SAID: Final = {
    "pass": "PASS ON SUMS",
    "fail": "FAIL ON SUMS",
    "insufficient_evidence": "INSUFFICIENT EVIDENCE ON SUMS",
}
WORDS: Final = {
    "pass": "pass",
    "fail": "fail",
    "insufficient_evidence": "too little evidence",
    "reported": "reported only",
    None: "not judged",
}


def as_document(facts: dict[str, Any]) -> Document:
    """The pool as parts of a page, the councils that fail by themselves first.

    Args:
        facts: What pool_json returns. Names of councils come from elsewhere: the page
            and the Markdown escape them.
    """
    everyone, policy = facts["everyone"], facts["policy"]
    return Document(
        title="Pool of audits: what several councils see together",
        name=f"Pool under the policy '{policy['name']}'",
        subtitle=f"Outcome {facts['outcome']}: {len(facts['files'])} files, in "
        f"{everyone['councils']} of them about {everyone['rows']:,} rows and "
        f"{everyone['outcomes']:,} recorded outcomes, as recorded.",
        watermark=None,
        verdict=(SAID[facts["verdict"]], NO_RELEASE, MAY[facts["may_support"]]),
        tone=facts["verdict"],
        sections=(
            _councils(facts),
            _failing(facts),
            _decides(facts),
            _beside(facts),
            _withheld(facts),
            _sentences(facts),
            _agreed(facts),
        ),
        this="pool",
        kind="Pool of fairness audits for analysts and a governance board",
        contents="In this pool",
        closing="A sum can hide the council in which a group is missed: read each.",
    )


def _councils(facts: dict[str, Any]) -> Section:
    rows = tuple(
        (f"{i}", one["label"], WORDS[one["verdict"]])
        for i, one in enumerate(facts["files"], 1)
    )
    table = Table(
        caption="The files, by number",
        columns=("File", "Council", "Its own audit"),
        rows=rows,
    )
    return Section(heading="The councils", blocks=(table,))


def _failing(facts: dict[str, Any]) -> Section:
    items = []
    for one in facts["findings"]:
        who = [
            facts["files"][e["file"] - 1]["label"]
            for e in one["each"]
            if "fail" in (e["audited"], e["alone"])
        ]
        if who:
            items.append(f"{_group(one)}, {_measure(one)}: {'; '.join(who)}")
    blocks: tuple[Block, ...] = (Paragraph(text="Nowhere that was sent."),)
    if items:
        blocks = (Bullets(items=tuple(items)),)
    return Section(heading="Where a council fails by itself", blocks=blocks)


def _decides(facts: dict[str, Any]) -> Section:
    rows = tuple(
        (
            _group(one),
            _measure(one),
            ROLES.get(one["role"], "must pass"),
            _number(one["value"]),
            f"{_number(one['low95'])} to {_number(one['high95'])}"
            if one["value"] is not None
            else "",
            f"{one['councils']}",
            "" if one["apart"] is None else f"{100 * one['apart']:.0f}%",
            WORDS[one["verdict"]] + (f": {one['why']}" if one["why"] else ""),
        )
        for one in facts["findings"]
    )
    table = Table(
        caption="Findings on the sums of all councils that could send the group",
        columns=(
            *("Group", "Measure", "Role", "Value", "95% interval", "Files"),
            *("I²", "Verdict"),
        ),
        rows=rows,
        numbers=frozenset({3, 5, 6}),
    )
    return Section(heading="What decides", blocks=(table,))


def _beside(facts: dict[str, Any]) -> Section:
    rows = tuple(
        (
            _group(one),
            _measure(one),
            *(_each(e) for e in one["each"]),
        )
        for one in facts["findings"]
    )
    table = Table(
        caption="Each file's own value, and what its sums alone come to",
        columns=(
            "Group",
            "Measure",
            *(f"File {i + 1}" for i in range(len(facts["files"]))),
        ),
        rows=rows,
    )
    said = Paragraph(
        text="A small council alone seldom has enough evidence. That the values lie "
        "apart by more than chance is what I² above says."
    )
    return Section(heading="Each council beside the sum", blocks=(said, table))


def _each(one: dict[str, Any]) -> str:
    if not one["sent"]:
        return "not sent"
    value = _number(one["value"]) or "not estimable"
    return f"{value}, {WORDS[one['alone']]}"


def _withheld(facts: dict[str, Any]) -> Section:
    items = tuple(
        f"{one['characteristic'].replace('_', ' ')}, {one['group']}: not sent by "
        f"{one['councils']} of {len(facts['files'])}"
        for one in facts["withheld"]
    )
    blocks: tuple[Block, ...] = (Paragraph(text="None."),)
    if items:
        blocks = (Bullets(items=items),)
    return Section(heading="Groups that some could not send", blocks=blocks)


def _sentences(facts: dict[str, Any]) -> Section:
    items = tuple(one["sentence"] for one in facts["findings"])
    return Section(
        heading="Every finding in a sentence",
        blocks=(
            Paragraph(
                text="As the gate says it of the sums, before each is looked at:"
            ),
            Bullets(items=items),
        ),
    )


def _agreed(facts: dict[str, Any]) -> Section:
    rules = facts["pooling"]
    agreed = (
        f"Of the policy: a number passes on {rules['least_files']} files at least, and "
        f"where I² is at most {100 * rules['apart_at_most']:.0f}%. {rules['because']} "
        f"Agreed by {rules['agreed_by']} on {rules['agreed_on']}, to be read again "
        f"by {rules['review_by']}."
    )
    return Section(
        heading="What to know",
        blocks=(Bullets(items=tuple(facts["notes"])), Paragraph(text=agreed)),
    )


def _group(one: dict[str, Any]) -> str:
    if one["characteristic"] == "everyone":
        return "everyone"
    return f"{one['characteristic'].replace('_', ' ')}, {one['group']}"


def _measure(one: dict[str, Any]) -> str:
    name: str = one["metric"]
    return MEASURES.get(name, name.replace("_", " "))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"

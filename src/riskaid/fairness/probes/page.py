"""Probes as one section of the audit's page, made from their published form only."""

from typing import Any, Final

from riskaid.document import Block, Bullets, Paragraph, Section, Table
from riskaid.fairness.disclosure import SMALL
from riskaid.fairness.probes.words import SAYS, VERDICTS
from riskaid.fairness.published import MEASURES
from riskaid.fairness.words import kind_of, number

HEADING: Final = "What if the records are wrong?"
OPENING: Final = (
    "These probes stand beside the verdict and decide nothing. Each asks what the same "
    "gate would have said of other records of the same rows."
)
HEADS: Final = {
    ("under_recorded", "evenly"): "Too rarely, evenly",
    ("under_recorded", "unevenly"): "Too rarely, those not selected",
    ("over_recorded", "evenly"): "Too often, evenly",
    ("over_recorded", "unevenly"): "Too often, those selected",
}


def section(probes: dict[str, Any]) -> Section:
    """Every probe of one audit.

    Args:
        probes: What Probes.to_json returns; nothing suppressed is in it.
    """
    parts = [_recording(probes), *_unrecorded(probes)]
    if probes["anchor"] is not None:
        parts.append(_anchor(probes))
    return Section(
        heading=HEADING, blocks=(Paragraph(text=OPENING),), parts=tuple(parts)
    )


def _recording(probes: dict[str, Any]) -> Section:
    rows = tuple(
        (
            f"{one['title']}: {one['phrase']}",
            VERDICTS[one["recorded"]],
            *(_turn(one, asked) for asked in HEADS),
        )
        for one in probes["recording"]
    )
    most = round(100 * max(probes["shares"]))
    return Section(
        heading="If outcomes were recorded too rarely or too often",
        blocks=(
            Paragraph(
                text="Scores and outcomes cannot show whether a group's outcomes were "
                "recorded as they should be. The table says the smallest share, up to "
                f"{most} in 100, at which the verdict of the characteristic would be "
                "another: of the outcomes that there should be (too rarely), or of "
                "those recorded (too often). Evenly: among those selected and those "
                "not alike. Else all are among those not selected, where nobody "
                "looked; or all among those selected, where somebody did."
            ),
            Table(
                caption="Mis-recording that would change the verdict",
                columns=("Group", "As recorded", *HEADS.values()),
                rows=rows,
            ),
        ),
    )


def _turn(one: dict[str, Any], asked: tuple[str, str]) -> str:
    for moved in one["moved"]:
        if (moved["direction"], moved["pattern"]) == asked:
            if moved["turns_at"] is None:
                return "none"
            share = round(100 * moved["turns_at"])
            return f"{share} in 100: {VERDICTS[moved['turns_to']]}"
    return SMALL


def _unrecorded(probes: dict[str, Any]) -> list[Section]:
    found = []
    for one in probes["unrecorded"]:
        blocks: list[Block] = [Paragraph(text=one["sentences"][0])]
        rows = tuple(
            (f"{group['phrase']}: {MEASURES[m['metric']]}", *_bounds(m))
            for group in one["groups"]
            for m in group["measures"]
        )
        if rows:
            blocks += [
                Paragraph(
                    text="The least and the most that each measure can be, whoever "
                    f"the {one['rows']} rows without a recorded group are: counted, "
                    "not estimated."
                ),
                Table(
                    caption=f"{one['title']}: whoever was not recorded",
                    columns=("Group and measure", "As recorded", "Least", "Most", ""),
                    rows=rows,
                    numbers=frozenset({1, 2, 3}),
                ),
            ]
        hidden = [s for s in one["sentences"][1:] if "not published" in s]
        if hidden:
            blocks.append(Bullets(items=tuple(hidden)))
        found.append(
            Section(
                heading=f"{one['title']}: if those not recorded were known",
                blocks=tuple(blocks),
            )
        )
    return found


def _bounds(m: dict[str, Any]) -> tuple[str, str, str, str]:
    rate = m["metric"].removesuffix("_difference").removesuffix("_ratio")
    kind = kind_of(
        rate, "difference" if m["metric"].endswith("difference") else "ratio"
    )
    value, low, high = (
        "not estimable" if m[key] is None else number(m[key], kind)
        for key in ("value", "lowest", "highest")
    )
    return value, low, high, SAYS[m["says"]]


def _anchor(probes: dict[str, Any]) -> Section:
    return Section(
        heading="Beside the anchor outcome",
        blocks=(
            Paragraph(
                text="The anchor outcome is another recorded one, which the services' "
                "own decisions touch less. If both outcomes were recorded alike for "
                "everybody, and went together alike, each number below would be 1."
            ),
            Bullets(items=tuple(one["sentence"] for one in probes["anchor"])),
        ),
    )

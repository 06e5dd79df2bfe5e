"""A run's probes as a page and as a few plain lines, made from their published form."""

from typing import Any, Final

from riskaid.document import Block, Bullets, Document, Paragraph, Section, Table
from riskaid.training.adultification import words as adultification_words

MARKED: Final = {
    "synthetic": "MADE-UP RECORDS: nobody behind these numbers is real",
    "public": "PUBLIC RECORDS: not for use about any child or person",
}
TO: Final = {
    "none": "set to none recorded",
    "some": "set to what is usual where any is recorded",
    "not_known": "set to not known",
}


def as_document(found: dict[str, Any], *, mark: str | None = None) -> Document:
    """All probes of a run on one page.

    Args:
        found: What probe_run returns.
        mark: "synthetic" or "public" where the records are marked so.
    """
    return Document(
        title="Probes of a model: what it would do with other records",
        name=f"Probes of {found['run']['experiment']}",
        subtitle=f"The {found['run']['rung']} of the run. Groups are as recorded.",
        watermark=None if mark is None else MARKED[mark],
        verdict=("Probes stand beside the audit's verdict and decide nothing.",),
        tone="none",
        sections=(
            Section(
                heading="What stands out",
                blocks=(Bullets(items=tuple(found["sentences"])),),
            ),
            _proxies(found),
            _flips(found),
            _ablations(found),
        ),
        this="page",
        kind="Probes for analysts and a governance board",
        contents="On this page",
        closing="Differences have several possible causes: need, recording, selection "
        "of cases, the model. A probe cannot tell them apart by itself.",
    )


def plain_lines(found: dict[str, Any]) -> list[str]:
    """What the probes found, a sentence each."""
    said = [_proxy_line(one) for one in found["proxies"]]
    if found["reads_groups"]:
        said.append(
            f"{', '.join(found['reads_groups'])} read a recorded disability, which no "
            "predictor may: leave them out."
        )
    if found["adultification"] is not None:
        said += adultification_words(found["adultification"])
    said += [_flip_line(one) for one in found["flips"] if one["state"] == "estimable"]
    anchor = found["anchor"]
    if anchor is not None:
        named = [one["sentence"] for one in anchor["groups"] if one["found"]]
        said += named or [
            f"Beside the anchor outcome ({anchor['says']}): "
            + (
                "no group has more or fewer recorded outcomes by more than chance."
                if anchor["state"] == "computed"
                else "it is not in the store for these rows."
            )
        ]
    return said


def _proxy_line(one: dict[str, Any]) -> str:
    by = one["by"].capitalize()
    if one["state"] != "estimable":
        return f"{by}: too few families to say whether indicators reveal it."
    best = max(one["groups"], key=lambda g: g["auc"])
    head = (
        f"{by}: told from the indicators alone, {best['phrase']} are known best "
        f"({best['auc']:.2f}, 95% interval {best['low95']:.2f} to "
        f"{best['high95']:.2f}; 0.5 is chance)"
    )
    if not one["indicators"]:
        return f"{head}; no single indicator reveals a group by more than chance."
    names = dict.fromkeys(f'"{i["reads"]}"' for i in one["indicators"][:5])
    said = (
        f"{head}. Single indicators that reveal a group: {one['indicators_found']}, "
        f"most of all {', '.join(names)}."
    )
    without = one["without"]
    if without is not None and without["state"] == "estimable":
        said += (
            f" Without {len(without['left_out'])} of them the order within the test "
            f"fold changes from {_number(without['auc'])} to "
            f"{_number(without['auc_without'])} (area under the curve)."
        )
    return said


def _flip_line(one: dict[str, Any]) -> str:
    head = f"With {one['says']}, {100 * one['rows']:.0f} of 100 records change"
    held = [g for g in one["groups"] if g["gap_change"]["value"] is not None]
    if not held:
        return f"{head}; too few outcomes to say for whom it matters."
    most = max(held, key=lambda g: abs(g["gap_change"]["value"]))
    return (
        f"{head}; missed need moves most among {most['phrase']}, by "
        f"{_points(most['gap_change'], interval=False)} points against everybody else "
        f"(95% interval {_span(most['gap_change'])})."
    )


def _proxies(found: dict[str, Any]) -> Section:
    blocks: list[Block] = [
        Paragraph(
            text="Whether indicators tell a recorded group from everybody else whose "
            "group is recorded. All together: fitted in two thirds of the families and "
            "tried in the rest. 0.5 is chance; p-values are corrected over everything "
            "that was tried for a characteristic. Area: under the curve, with its 95% "
            "interval."
        )
    ]
    for one in found["proxies"]:
        rows = tuple(
            (g["phrase"], _area(g), "yes" if g["found"] else "no")
            for g in one["groups"]
        )
        if rows:
            blocks.append(
                Table(
                    caption=f"{one['by'].capitalize()}, by all indicators together",
                    columns=("Group", "Area", "Beyond chance"),
                    rows=rows,
                    numbers=frozenset({1, 2}),
                )
            )
        named = tuple(
            (
                i["reads"],
                "its value" if i["of"] == "value" else "whether it is known",
                i["group"],
                _area(i),
            )
            for i in one["indicators"]
        )
        if named:
            blocks.append(
                Table(
                    caption=f"Single indicators that reveal {one['by']}",
                    columns=("Indicator", "By", "Group", "Area"),
                    rows=named,
                    numbers=frozenset({1, 2, 3}),
                )
            )
        without = one["without"]
        if without is not None and without["state"] == "estimable":
            blocks += _gaps(f"Without what reveals {one['by']} most", without)
    return Section(heading="Do indicators reveal a group?", blocks=tuple(blocks))


def _flips(found: dict[str, Any]) -> Section:
    blocks: list[Block] = [
        Paragraph(
            text="Recorded facts set to another value for everybody who has the first. "
            "Ethnicity and disability are no predictors, so nothing of theirs can be "
            "flipped. Behind each number stands its 95% interval."
        )
    ]
    for one in found["flips"]:
        if one["state"] != "estimable":
            why = {
                "not_used": "the model uses no such indicator",
                "nothing_to_change": "fewer than ten records would change",
            }[one["state"]]
            blocks.append(
                Paragraph(text=f"With {one['says']}: not asked, because {why}.")
            )
            continue
        blocks.append(
            Table(
                caption=f"With {one['says']} ({TO[one['to']]})",
                columns=(
                    "Group",
                    "Estimate, points",
                    "Selected, points",
                    "Missed need against others, points",
                ),
                rows=tuple(
                    (
                        g["phrase"],
                        _points(g["estimate_change"]),
                        _points(g["selected_change"]),
                        _points(g["gap_change"]),
                    )
                    for g in one["groups"]
                ),
                numbers=frozenset({1, 2, 3}),
            )
        )
    return Section(heading="If recorded facts were others", blocks=tuple(blocks))


def _ablations(found: dict[str, Any]) -> Section:
    blocks: list[Block] = [
        Paragraph(
            text="The model fitted once more without some signs, from the run's own "
            "report on outcome bias: missed need by group, with them and without."
        )
    ]
    for one in found["ablations"]:
        if one["state"] == "estimable":
            blocks += _gaps(f"Without {one['says']}", one)
        else:
            blocks.append(Paragraph(text=f"Without {one['says']}: not estimable."))
    return Section(heading="Without poverty and asking for help", blocks=tuple(blocks))


def _gaps(caption: str, one: dict[str, Any]) -> list[Block]:
    return [
        Paragraph(
            text=f"{caption}: the area under the curve goes from {_number(one['auc'])} "
            f"to {_number(one['auc_without'])}."
        ),
        Table(
            caption=f"{caption}: missed need against everybody else, points",
            columns=("Group", "With everything", "Without", "Change"),
            rows=tuple(
                (
                    f"{g['by'].replace('_', ' ')}: {g['group']}",
                    _points(g["gap"], interval=False),
                    _points(g["gap_without"], interval=False),
                    _points(g["change"]),
                )
                for g in one["groups"]
            ),
            numbers=frozenset({1, 2, 3}),
        ),
    ]


def _area(one: dict[str, Any]) -> str:
    return f"{one['auc']:.2f}, {one['low95']:.2f} to {one['high95']:.2f}"


def _number(measured: dict[str, float | None]) -> str:
    value = measured["value"]
    return "not estimable" if value is None else f"{value:.3f}"


def _points(measured: dict[str, float | None], *, interval: bool = True) -> str:
    value, low, high = (measured[key] for key in ("value", "low95", "high95"))
    if value is None:
        return "not estimable"
    said = f"{100 * value:+.1f}"
    if not interval or low is None or high is None:
        return said
    return f"{said}, {100 * low:+.1f} to {100 * high:+.1f}"


def _span(measured: dict[str, float | None]) -> str:
    low, high = measured["low95"], measured["high95"]
    if low is None or high is None:
        return "not estimable"
    return f"{100 * low:+.1f} to {100 * high:+.1f}"

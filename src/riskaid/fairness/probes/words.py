"""One sentence for each thing a probe found, in the words of fairness/LANGUAGE.md."""

from typing import Any, Final

from riskaid.fairness.words import RATES, kind_of, number

VERDICTS: Final = {
    "pass": "pass",
    "fail": "fail",
    "insufficient_evidence": "insufficient evidence",
    None: "reported only",
}
PATTERNS: Final = {
    ("under_recorded", "evenly"): "had gone unrecorded, evenly among those selected "
    "and those not",
    ("under_recorded", "unevenly"): "had gone unrecorded, all among those not selected",
    ("over_recorded", "evenly"): "should not have been recorded, evenly among those "
    "selected and those not",
    ("over_recorded", "unevenly"): "should not have been recorded, all among those "
    "selected",
}
SAYS: Final = {
    "inside": "within the limit whoever they are",
    "beyond": "beyond the limit whoever they are",
    "depends": "within the limit or beyond it, depending on who they are",
    "not_estimable": "not estimable for some of what they may be",
}
NOT_PUBLISHED: Final = "not published, because small counts are not."


def recording_sentences(one: dict[str, Any]) -> list[str]:
    """How much mis-recording of a group's outcomes would change the verdict."""
    head = f"{one['title']}, {one['phrase']}"
    if one["state"] == "suppressed":
        return [f"{head}: {NOT_PUBLISHED}"]
    now = VERDICTS[one["recorded"]]
    said, steady = [], []
    for moved in one["moved"]:
        words = PATTERNS[moved["direction"], moved["pattern"]]
        if moved["turns_at"] is None:
            steady.append(words)
            continue
        share = round(100 * moved["turns_at"])
        base = (
            "outcomes there should be"
            if moved["direction"] == "under_recorded"
            else "recorded outcomes"
        )
        said.append(
            f"{head}: if {share} of 100 {base} {words}, the verdict would turn from "
            f"{now} to {VERDICTS[moved['turns_to']]}."
        )
    if len(steady) == len(one["moved"]):
        said.append(
            f"{head}: with up to 30 of 100 outcomes unrecorded, or recorded without "
            f"need, the verdict would stay {now}, as far as that many can be."
        )
    elif steady:
        said.append(
            f"{head}: with up to 30 of 100 that {'; or that '.join(steady)}, it would "
            f"stay {now}, as far as that many can be."
        )
    return said


def assignment_sentences(one: dict[str, Any]) -> list[str]:
    """What those without a recorded group could make of the verdict."""
    head = f"{one['title']}: of those whose group was not recorded"
    if one["state"] == "suppressed":
        return [f"{head}, nothing is said: {NOT_PUBLISHED}"]
    now, best, worst = (VERDICTS[one[key]] for key in ("recorded", "best", "worst"))
    if best == worst:
        said = [f"{head}, none of what was tried changes the verdict: {now}."]
    else:
        ends = f"the verdict {best}, and another {worst} (as recorded: {now})"
        said = [f"{head}, some assignment makes {ends}."]
    for group in one["groups"]:
        if group["state"] == "suppressed":
            said.append(f"Among {group['phrase']}: {NOT_PUBLISHED}")
            continue
        open_ = [m for m in group["measures"] if m["says"] != "inside"]
        if not open_:
            said.append(
                f"Among {group['phrase']}: every measure lies within its limit whoever "
                "they are."
            )
        said += [f"Among {group['phrase']}, {_bound(m)}" for m in open_]
    return said


def _bound(bound: dict[str, Any]) -> str:
    measure = bound["metric"]
    rate = measure.removesuffix("_difference").removesuffix("_ratio")
    compared = measure.removeprefix(f"{rate}_") if measure != rate else "value"
    kind = kind_of(rate, compared)
    what = {
        "difference": ", in points against everyone else",
        "ratio": ", times everyone else's",
    }.get(compared, "")
    between = ""
    if bound["lowest"] is not None and bound["highest"] is not None:
        low, high = (number(bound[end], kind) for end in ("lowest", "highest"))
        between = f" would lie between {low} and {high}:"
    return f"{RATES[rate]}{what}{between} {SAYS[bound['says']]}."


def anchor_sentence(one: dict[str, Any]) -> str:
    """Whether a group's outcomes go with anchor outcomes as everyone else's do."""
    head = f"{one['title']}, {one['phrase']}"
    if one["state"] == "suppressed":
        return f"{head}: {NOT_PUBLISHED}"
    if one["state"] != "estimable":
        return f"{head}: too few outcomes, or anchor outcomes, to compare."
    between = (
        f"{one['ratio']:.2f} times as many recorded outcomes for each anchor outcome "
        f"as among everyone else (95% interval {one['low95']:.2f} to "
        f"{one['high95']:.2f})"
    )
    if not one["found"]:
        return f"{head}: {between}; chance may explain it."
    more = "often" if one["ratio"] > 1 else "rarely"
    return (
        f"{head}: {between}. By more than chance: the outcome may be recorded too "
        f"{more} for them, or the anchor outcome the other way."
    )


def plain_lines(probes: dict[str, Any]) -> list[str]:
    """A few lines about all probes of an audit, for whoever reads no table.

    Args:
        probes: What Probes.to_json returns.
    """
    said = []
    for title in dict.fromkeys(one["title"] for one in probes["recording"]):
        groups = [one for one in probes["recording"] if one["title"] == title]
        turning = [
            (moved["turns_at"], one["phrase"], moved, one["recorded"])
            for one in groups
            for moved in one["moved"]
            if moved["turns_at"] is not None
        ]
        if not turning:
            said.append(
                f"{title}: nothing published of mis-recorded outcomes of one group, up "
                "to 30 of 100, would change the verdict."
            )
            continue
        share, phrase, moved, now = min(turning, key=lambda one: (one[0], one[1]))
        said.append(
            f"{title}: if {round(100 * share)} of 100 outcomes of {phrase} "
            f"{PATTERNS[moved['direction'], moved['pattern']]}, the verdict would turn "
            f"from {VERDICTS[now]} to {VERDICTS[moved['turns_to']]}. That is the "
            "smallest share of any group."
        )
    said += [one["sentences"][0] for one in probes["unrecorded"]]
    if probes["anchor"] is not None:
        found = [one["sentence"] for one in probes["anchor"] if one["found"]]
        said += found or [
            "Beside the anchor outcome no group differs by more than chance explains."
        ]
    return said

"""What the search found: the loss of each trial beside the worst group's numbers."""

from typing import Any

from riskaid.svg import SOFT, drawing

PANELS = {
    "calibration": "Worst group, recorded over expected or its inverse",
    "missed_need": "Worst group, missed need apart from everyone else's",
}
TITLE = "Each trial's loss, and its worst group, on the inner folds"


def front(trials: list[dict[str, Any]], against: str) -> list[dict[str, Any]]:
    """The trials that no other one beats in both the loss and one more number.

    Args:
        trials: What Found.to_json returned.
        against: "calibration" or "missed_need".

    Returns:
        By loss, lowest first; trials without the number are left out.
    """
    held = [t for t in trials if t[against] is not None]
    held.sort(key=lambda t: (t["loss"], t[against], t["number"]))
    kept: list[dict[str, Any]] = []
    for trial in held:
        if not kept or trial[against] < kept[-1][against]:
            kept.append(trial)
    return kept


def draw_search(trials: list[dict[str, Any]]) -> dict[str, tuple[str, str, str]]:
    """Draw the trials, with the front that nothing beats; nothing without numbers.

    Returns:
        By file name the SVG, a title and the same in words.
    """
    fronts = {p: front(trials, p) for p in PANELS}
    panels = [p for p, kept in fronts.items() if kept]
    if not panels:
        return {}
    said = []
    with drawing("A run's plots need", 5.2 * len(panels), 4.4) as drawn:
        places = drawn.figure.subplots(1, len(panels), squeeze=False)[0]
        for axes, panel in zip(places, panels, strict=True):
            held = [t for t in trials if t[panel] is not None]
            axes.scatter([t["loss"] for t in held], [t[panel] for t in held], c=SOFT)
            best = fronts[panel]
            axes.plot(
                [t["loss"] for t in best],
                [t[panel] for t in best],
                color="#1d70b8",
                marker="o",
                label="no trial is better in both",
            )
            axes.set_xlabel("Log loss")
            axes.set_ylabel(PANELS[panel])
            axes.legend(frameon=False)
            points = "; ".join(f"{t['loss']:.4f} and {t[panel]:.3f}" for t in best)
            said.append(f"{PANELS[panel]}, beside the loss: {points}")
        drawn.figure.suptitle(TITLE, x=0.01, ha="left")
    alt = f"{TITLE}; trials that no other beats in both. {'. '.join(said)}."
    return {"search.svg": (drawn.svg, TITLE, alt)}

"""The audit's plan: how much evidence is needed, before anybody looks."""

from pathlib import Path
from typing import Annotated

import typer

from riskaid.commands.terminal import say, today
from riskaid.errors import UsageError

PlanOnly = Annotated[
    bool,
    typer.Option(
        "--plan",
        help="Look at no score: say how many outcomes, years or councils each limit "
        "needs for each group. SCORES may be a CSV of declared numbers: "
        "characteristic, group, outcomes_a_year.",
    ),
]
BaseRate = Annotated[
    float | None,
    typer.Option(
        "--base-rate",
        help="With --plan: the share of rows whose outcome you expect to be recorded, "
        "such as 0.14.",
    ),
]
Recall = Annotated[
    float,
    typer.Option(
        "--recall",
        help="With --plan: the share of those with a recorded outcome that you suppose "
        "will be selected.",
    ),
]
DesignEffect = Annotated[
    float,
    typer.Option(
        "--design-effect",
        help="With --plan: how many times families widen the variance; 1 if rows are "
        "strangers to each other.",
    ),
]


def print_plan(
    scores: Path | None,
    *,
    policy: Path,
    base_rate: float | None,
    recall: float,
    design_effect: float,
    out: Path | None,
    as_json: bool,
) -> None:
    """Reckon a plan and print it; with a folder, write plan.json and plan.md too.

    Raises:
        UsageError: A number that was supposed is missing or cannot be.
    """
    from riskaid.fairness.expected import read_expected
    from riskaid.fairness.plan import Supposed, make_plan
    from riskaid.fairness.plan_page import plan_markdown
    from riskaid.fairness.policy import load_policy
    from riskaid.files import new_folder, write_json, write_text

    if scores is None:
        raise UsageError(
            "A plan needs a file: scores, of which only groups and dates are read, or "
            "declared numbers (characteristic, group, outcomes_a_year)."
        )
    if base_rate is None:
        raise UsageError(
            "A plan needs --base-rate: the share of rows whose outcome you expect to "
            "be recorded, such as 0.14. It is not read from the file, because that "
            "would be a look."
        )
    for name, value in (("--base-rate", base_rate), ("--recall", recall)):
        if not 0 < value < 1:
            raise UsageError(f"{name} is a share above 0 and under 1, such as 0.14.")
    if not design_effect >= 1:
        raise UsageError("--design-effect is a number of at least 1, such as 1.3.")
    rules = load_policy(policy, today=today())
    if recall * base_rate > rules.capacity_gated:
        raise UsageError(
            "More outcomes would be found than rows are selected: --recall times "
            "--base-rate is above the policy's capacity. Lower one of the two."
        )
    supposed = Supposed(base_rate=base_rate, recall=recall, design_effect=design_effect)
    facts = make_plan(
        read_expected(scores, rules, base_rate=base_rate), rules, supposed
    ).to_json()
    if out is not None:
        with new_folder(out) as folder:
            write_json(folder / "plan.json", facts)
            write_text(folder / "plan.md", plan_markdown(facts))
    say(facts, plan_markdown(facts), as_json=as_json)

"""Which groups must pass, which are looked at together, and which are only reported."""

from dataclasses import dataclass, replace
from typing import Literal

from riskaid.fairness.policy_groups import Characteristic
from riskaid.fairness.sums import Floats

Use = Literal["gated", "merged", "reported"]


@dataclass(frozen=True)
class Cell:
    """One group, or several looked at together.

    Attributes:
        name: The group.
        phrase: The words a sentence uses for its children.
        members: Which of the characteristic's groups are in it.
        use: "gated" must pass; "merged" was too small to be asked to pass by itself,
            and passes within a wider group, but can still fail by itself; "reported"
            is shown and decides nothing.
        within: The wider group a merged one is judged in, else "".
        says: Why it is used so, where that is not plain; else "".
    """

    name: str
    phrase: str
    members: tuple[int, ...]
    use: Use
    within: str = ""
    says: str = ""


def choose_cells(
    characteristic: Characteristic,
    groups: list[tuple[str, str]],
    rows: Floats,
    outcomes: Floats,
) -> list[Cell]:
    """Decide how each group is used, by the policy's own order of merging.

    A gated group with nobody in it stays gated (nothing is known of how it would be
    treated) unless the policy says that it may be absent. A merge is made only where
    one of its groups that has rows has fewer recorded outcomes than it asks for.

    Args:
        characteristic: The policy's part.
        groups: Name and phrase of each group.
        rows: Rows in each group. Shape [groups].
        outcomes: Recorded outcomes in each group. Shape [groups].
    """
    cells: dict[str, Cell] = {}
    for i, (name, phrase) in enumerate(groups):
        gated = name in characteristic.gated
        says = ""
        if gated and rows[i] == 0 and name in characteristic.may_be_absent:
            gated, says = False, "Nobody is in this group, and the policy allows it."
        use: Use = "gated" if gated else "reported"
        cells[name] = Cell(name, phrase, (i,), use, says=says)
    for merge in characteristic.merges:
        there = [
            cells[name]
            for name in merge.groups
            if name in cells and rows[list(cells[name].members)].sum() > 0
        ]
        gates = [cell for cell in there if cell.use == "gated"]
        small = [
            c.name for c in gates if outcomes[list(c.members)].sum() < merge.fewer_than
        ]
        alone = len(there) <= 1
        if alone or not small:
            continue
        for cell in there:
            cells[cell.name] = replace(
                cell,
                use="merged" if cell.use == "gated" else cell.use,
                within=merge.together,
            )
        members = tuple(sorted({i for cell in there for i in cell.members}))
        cells[merge.together] = Cell(
            merge.together,
            merge.phrase,
            members,
            "gated",
            says="Looked at together, because at least one of them had fewer than "
            f"{merge.fewer_than} recorded outcomes. Each can still fail by itself.",
        )
    return list(cells.values())

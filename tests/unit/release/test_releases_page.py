"""docs/releases.md says what the tables of the code say."""

import re

from riskaid.release.lifecycle import DECIDED_FOR, FOLLOWS, PURPOSES, VERDICTS_FOR


def rows(page: str, first: str) -> list[list[str]]:
    table = page[page.index(f"| {first} |") :].split("\n\n", maxsplit=1)[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.splitlines()
        if not re.match(r"\|-", line)
    ]


def test_the_life_of_a_release(root):
    page = (root / "docs" / "releases.md").read_text()
    told = dict(row for row in rows(page, "state")[1:])
    assert told == {
        state: ", ".join(sorted(after)) or "nothing" for state, after in FOLLOWS.items()
    }


def test_what_a_verdict_allows(root):
    page = (root / "docs" / "releases.md").read_text()
    head, *told = rows(page, "purpose")
    verdicts = [cell.replace(" ", "_") for cell in head[1:]]
    assert [row[0] for row in told] == list(PURPOSES)
    for purpose, *cells in told:
        for verdict, cell in zip(verdicts, cells, strict=True):
            said = "with decisions" if verdict in DECIDED_FOR.get(purpose, ()) else "no"
            assert cell == ("yes" if verdict in VERDICTS_FOR[purpose] else said)

"""Links lead somewhere, make targets are described, the index names every page."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    out = set()
    for heading in re.findall(r"^#+ (.+)$", page, re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        out.add(plain.replace(" ", "-"))
    return out


def broken(name: str, page: str, root: Path) -> list[str]:
    """Say which links of a page lead nowhere; addresses on the web are not visited."""
    found = []
    outside = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    for match in LINK.finditer(outside):
        target = match[1] or match[2]
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (root / name).parent / path if path else root / name
        if not there.exists():
            found.append(f"{name}: {target}")
        elif anchor and anchor not in anchors(there.read_text(encoding="utf-8")):
            found.append(f"{name}: {target} (no such heading)")
    return found


def test_a_broken_link_is_found(tmp_path):
    (tmp_path / "b.md").write_text("# One thing\n", encoding="utf-8")
    page = "[a](b.md) [b](b.md#one-thing) [c](https://example.org/x)"
    assert broken("a.md", page, tmp_path) == []
    assert len(broken("a.md", "[a](c.md) ![s](d.png) [x](b.md#two)", tmp_path)) == 3


def test_every_link_inside_the_project_leads_somewhere(pages):
    assert not [one for name, page in pages.items() for one in broken(name, page, ROOT)]


def targets(makefile: str) -> list[str]:
    return re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split()


def test_every_make_target_is_described_and_no_other(pages):
    listed = targets((ROOT / "Makefile").read_text(encoding="utf-8"))
    rules = re.findall(
        r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(listed) == sorted(rules)
    described = re.findall(
        r"^\| `make ([a-z-]+)`", pages["CONTRIBUTING.md"], re.MULTILINE
    )
    assert sorted(described) == sorted(listed)
    spoken = {
        target
        for page in pages.values()
        for target in re.findall(r"`make ([a-z-]+)", page)
    }
    assert spoken <= set(listed)


def test_every_kind_of_test_is_described(pages):
    there = {
        path.name
        for path in (ROOT / "tests").iterdir()
        if path.is_dir() and any(path.rglob("test_*.py"))
    }
    described = re.findall(
        r"^\| `tests/([a-z]+)` \|", pages["CONTRIBUTING.md"], re.MULTILINE
    )
    assert set(described) == there


@pytest.mark.parametrize("index", ["docs/README.md", "docs/adr/README.md"])
def test_an_index_names_every_page_beside_it(pages, index):
    folder = index.rsplit("/", 1)[0]
    beside = [
        name
        for name in pages
        if name.startswith(folder + "/")
        and name != index
        and (folder != "docs" or not name.startswith("docs/adr/"))
    ]
    assert beside
    for name in beside:
        assert f"({name.removeprefix(folder + '/')})" in pages[index], name


def test_every_decision_is_complete(pages):
    decisions = {
        name: page for name, page in pages.items() if re.match(r"docs/adr/\d{4}-", name)
    }
    assert decisions
    for name, page in decisions.items():
        number = name.split("/")[-1][:4]
        assert page.startswith(f"# ADR-{number}: "), name
        for fact in ("Status", "Date", "Deciders", "Consulted"):
            assert re.search(rf"^\* {fact}: \S", page, re.MULTILINE), (name, fact)
        headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
        assert headings == [
            "Context", "Options", "Decision", "Consequences", "Confirmation",
        ], name  # fmt: skip


def confirmations(page: str) -> list[str]:
    """The files that a decision names as keeping it true."""
    part = page.split("\n## Confirmation\n", 1)[1]
    return re.findall(r"`((?:tests|src|features)/[\w/.*-]+|pyproject\.toml)`", part)


def test_every_decision_names_tests_that_are_there(pages):
    for name, page in pages.items():
        if re.match(r"docs/adr/\d{4}-", name):
            named = confirmations(page)
            assert named, name
            for path in named:
                assert (ROOT / path).exists(), (name, path)


def test_every_decision_the_code_names_is_written(pages):
    written = {
        re.search(r"\d{4}", name)[0] for name in pages if name.startswith("docs/adr/0")
    }
    named = {
        number
        for path in (ROOT / "src").rglob("*.py")
        for number in re.findall(r"ADR-(\d{4})", path.read_text(encoding="utf-8"))
    }
    assert named <= written


def test_the_changelog_keeps_its_four_sections_in_order(pages):
    page = pages["CHANGELOG.md"]
    versions = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    assert versions[0].startswith("[")
    order = [
        "Values that change",
        "For practitioners and boards",
        "For analysts",
        "For developers",
    ]
    for version in versions:
        there = re.findall(r"^### (.+)$", version, re.MULTILINE)
        assert there == [one for one in order if one in there], version[:30]
        assert there
    assert re.findall(r"^### (.+)$", versions[0], re.MULTILINE) == order

import importlib.util
import sys
from pathlib import Path

import pytest

# Test folders are no packages (importmode is importlib), so what the generative tests
# share is loaded by its path.
for _name in ("generated_cases", "generated_extracts", "fuzzing"):
    if _name not in sys.modules:
        _place = Path(__file__).with_name(f"{_name}.py")
        _spec = importlib.util.spec_from_file_location(_name, _place)
        sys.modules[_name] = importlib.util.module_from_spec(_spec)
        _spec.loader.exec_module(sys.modules[_name])

HELD = (
    "pers_person_id,pers_sex,pers_dob\nKIDXQ17,F,2015-05-17\n",
    "cinp_cin_plan_id,cinp_person_id,cinp_cin_plan_start_date\nP1,KIDXQ17,2024-05-01\n",
)
LINES = 6
CHILDREN = 2


@pytest.fixture(scope="module")
def held_store(tmp_path_factory):
    """A small store of another source."""
    from riskaid.records.ingest import ingest

    place = tmp_path_factory.mktemp("held")
    (place / "ssd").mkdir()
    for n, text in enumerate(HELD):
        (place / "ssd" / f"{n}.csv").write_text(text)
    (place / "ssd" / "extract.json").write_text(
        '{"name": "before", "extract_date": "2024-12-31"}'
    )
    ingest(place / "ssd", place / "store")
    return place / "store"


@pytest.fixture(scope="module")
def arena(tmp_path_factory, held_store):
    """Where a module's inputs are taken in."""
    import fuzzing

    made = fuzzing.Arena(tmp_path_factory.mktemp("arena"), held_store)
    yield made
    print(f"{made.counts}, slowest {made.slowest:.1f} s")  # noqa: T201 - for pytest -rA


@pytest.fixture(scope="session")
def sector_samples(root):
    """The beginnings of the sector's fake returns; none where they are not here."""
    import os

    named = os.environ.get("RISKAID_SECTOR_FILES")
    folder = Path(named) if named else root.parent / "shared" / "data"
    if not (folder / "sample_cin.xml").is_file():
        return {"cin": [], "903": {}, "json": []}
    sample = (folder / "sample_cin.xml").read_bytes()
    end = 0
    for _ in range(CHILDREN):
        end = sample.index(b"</Child>", end) + len(b"</Child>")
    return {
        "cin": [
            sample[:end] + b"</Children></Message>",
            *(p.read_bytes() for p in sorted(folder.glob("fake_cin/*.xml"))),
            (folder / "made_cin_2026_valid.xml").read_bytes(),
        ],
        "json": [(folder / "dfe_payload_sample.json").read_bytes()],
        "903": {
            p.name: b"\n".join(p.read_bytes().split(b"\n")[:LINES]) + b"\n"
            for p in sorted(folder.glob("fake_903/*.csv"))
        },
    }

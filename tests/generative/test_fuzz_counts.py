"""The fuzz run is as large as it is said to be, over every importer."""

from pathlib import Path

import fuzzing as f

ASKED = 50_000


def test_make_test_all_makes_the_inputs_that_are_asked(root):
    line = next(
        text
        for text in (root / "Makefile").read_text("utf-8").splitlines()
        if "RISKAID_GENERATED=" in text
    )
    generated = int(line.split("RISKAID_GENERATED=")[1].split()[0])
    assert len(f.IMPORTERS) * (generated // 4) >= ASKED
    if generated == f.GENERATED:
        assert f.INPUTS * len(f.IMPORTERS) >= ASKED


def test_every_importer_has_its_module():
    here = Path(__file__).parent
    named = {p.stem.removeprefix("test_fuzz_") for p in here.glob("test_fuzz_*.py")}
    assert named == {*f.IMPORTERS, "counts"}


def test_the_sector_files_are_among_the_samples(sector_files, sector_samples):
    assert sector_files.is_dir()
    assert len(sector_samples["cin"]) > 5
    assert len(sector_samples["json"]) == 1
    assert "episodes.csv" in sector_samples["903"]

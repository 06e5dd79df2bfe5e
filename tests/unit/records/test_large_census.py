"""The census that benchmarks read is a census, with every child once."""

import large_census

from riskaid.records.ingest import ingest
from riskaid.records.store import open_store


def test_every_child_of_a_large_census_is_another(tmp_path):
    file = tmp_path / "large.xml"
    held = large_census.large_census(file, megabytes=0.3, children=300, seed=1)
    assert file.stat().st_size > 250_000
    report = ingest(file, tmp_path / "store")
    assert open_store(tmp_path / "store").table("persons").height == held > 100
    assert all(f.refused == 0 for f in report.files)

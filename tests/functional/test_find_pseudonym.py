"""From the case system's id to the child in a keyed store, without showing the id."""

import json
import subprocess
import sys

import polars as pl
import pytest

FIND = ["pseudonym", "--key-file", "k.key", "--store", "store"]


@pytest.fixture
def keyed(riskaid, tmp_path):
    assert riskaid(tmp_path, "synth", "council", "--children", "60").code == 0
    assert riskaid(tmp_path, "keyfile", "k.key").code == 0
    made = ["--store", "store", "--key-file", "k.key"]
    assert riskaid(tmp_path, "ingest", "council/ssd", *made).code == 0
    return tmp_path


def typed(folder, *words, said):
    """Run riskaid with text on its standard input."""
    return subprocess.run(
        [sys.executable, "-c", "from riskaid.cli import main; main()", *words],
        cwd=folder,
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


def test_ids_from_standard_input_become_the_ids_of_the_store(keyed, riskaid):
    people = pl.read_csv(keyed / "council/ssd/ssd_person.csv", infer_schema=False)
    written = people["pers_person_id"].head(3).to_list()
    found = typed(keyed, *FIND, said="\n".join([f" {written[0]} ", "", *written[1:]]))
    assert found.returncode == 0, found.stderr
    made = found.stdout.split()
    persons = pl.read_parquet(keyed / "store/tables/persons.parquet")["person_id"]
    assert len(made) == 3 and set(made) <= set(persons)
    assert not any(one in found.stdout + found.stderr for one in written)
    asked = riskaid(keyed, *FIND, "--json", *written)
    assert json.loads(asked.text)["pseudonyms"] == made


def test_nobody_and_nothing_are_refused_without_the_id(keyed):
    lost = typed(keyed, *FIND, said="Q4711\n")
    assert lost.returncode == 11 and "does not hold 1 of 1" in lost.stderr
    assert "Q4711" not in lost.stdout + lost.stderr
    empty = typed(keyed, *FIND, said=" \n")
    assert empty.returncode == 2 and "standard input" in empty.stderr

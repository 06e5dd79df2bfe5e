"""What polars' allocator is told to keep, which only counts before polars is imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from riskaid.commands.memory import HANDED_BACK, KEPT, NAME

SAYS_WHEN_POLARS_IS_IMPORTED = f"""
import os, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "polars":
            print(os.environ.get("{NAME}"), flush=True)
            os._exit(0)

sys.meta_path.insert(0, Finder())
from riskaid.cli import main
main()
"""


def told(*words: str, before: str | None = None) -> str:
    environment = {k: v for k, v in os.environ.items() if k != NAME}
    if before is not None:
        environment[NAME] = before
    return subprocess.run(
        [sys.executable, "-c", SAYS_WHEN_POLARS_IS_IMPORTED, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@pytest.mark.parametrize(
    ("file", "kept"), [("ssd_person.csv", KEPT), ("CIN.XML", HANDED_BACK)]
)
def test_an_ingest_keeps_memory_unless_it_reads_a_stream(
    tmp_path: Path, file: str, kept: str
) -> None:
    (tmp_path / file).touch()
    assert told("ingest", str(tmp_path), "--store", str(tmp_path / "s")) == kept
    alone = told("ingest", str(tmp_path / file), "--store", str(tmp_path / "s"))
    assert alone == kept


def test_what_the_environment_says_stands(tmp_path: Path) -> None:
    words = ("ingest", str(tmp_path), "--store", str(tmp_path / "s"))
    assert told(*words, before="narenas:3") == "narenas:3"

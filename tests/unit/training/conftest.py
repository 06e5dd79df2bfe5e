"""Fixtures of the training tests; what they are made of is in training_support."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from training_support import FEATURES, MadeStore, made_council


@pytest.fixture(scope="session")
def council() -> MadeStore:
    return made_council()


@pytest.fixture(scope="session")
def features(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("features")
    (folder / "made.py").write_text(FEATURES)
    return folder

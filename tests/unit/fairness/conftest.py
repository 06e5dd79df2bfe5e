"""A small simulated council whose truth is known, and the shipped policy."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from simulated_scores import council

from riskaid.fairness.policy import Policy, load_policy


@pytest.fixture(scope="session")
def make_council() -> Callable[..., pl.DataFrame]:
    return council


@pytest.fixture(scope="session")
def policy_file(root: Path) -> Path:
    return root / "fairness" / "policy.toml"


@pytest.fixture(scope="session")
def policy(policy_file: Path) -> Policy:
    return load_policy(policy_file, today=date(2026, 11, 22))

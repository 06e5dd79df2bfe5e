"""A small simulated council whose truth is known, and the shipped policy."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from simulated_scores import council

from riskaid.fairness import audit as written
from riskaid.fairness.policy import Policy, load_policy


@pytest.fixture(scope="session", autouse=True)
def _every_audit_follows_the_schema(follows_audit_schema) -> Iterator[None]:
    """Check each audit.json that these tests write, whatever the test is about."""
    write = written.write_json

    def checked(path: Path, facts: dict) -> None:
        if path.name == "audit.json":
            follows_audit_schema(facts)
        write(path, facts)

    patch = pytest.MonkeyPatch()
    patch.setattr(written, "write_json", checked)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def make_council() -> Callable[..., pl.DataFrame]:
    return council


@pytest.fixture(scope="session")
def policy_file(root: Path) -> Path:
    return root / "fairness" / "policy.toml"


@pytest.fixture(scope="session")
def policy(policy_file: Path) -> Policy:
    return load_policy(policy_file, today=date(2026, 11, 22))


@pytest.fixture(scope="session")
def fewer_draws(policy: Policy) -> Policy:
    """The shipped policy with fewer replicates, for tests about other things."""
    return replace(policy, replicates=200)

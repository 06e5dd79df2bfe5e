"""A registry of MLflow in which no version is called released that is not.

MLflow finds it by the address `riskaid+sqlite://...` or `riskaid+postgresql://...`:
`mlflow server --registry-store-uri riskaid+postgresql://...`. The server's environment
pins the trust file by its digest. Whoever reaches the database itself goes round it, so
it is an early warning: what counts is the check when a release is loaded.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, Final

from mlflow.entities.model_registry.model_version_stages import (
    STAGE_PRODUCTION,
    get_canonical_stage,
)
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import PERMISSION_DENIED
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore

from riskaid.errors import ReleaseError
from riskaid.mlflow_client import MODEL
from riskaid.release.attested import check_attested
from riskaid.release.registry import RELEASE, RELEASED

PREFIX: Final = "riskaid+"
PINNED: Final = "RISKAID_TRUST_DIGEST"


# MLflow ships no types, so mypy takes its class for Any; written by ourselves the store
# would be a second registry to keep in step with MLflow's.
class GuardedRegistry(SqlAlchemyStore):  # type: ignore[misc]  # see above
    """MLflow's own registry in a database, with a gate before one alias."""

    def __init__(self, store_uri: str) -> None:
        """Open the database behind `riskaid+`."""
        super().__init__(store_uri.removeprefix(PREFIX))

    def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
        """Give a version an alias; `released` only to a live release's model."""
        if alias.casefold() == RELEASED:
            self._release(name, version)
        else:
            self._name_otherwise(name, alias, version)

    def transition_model_version_stage(
        self,
        name: str,
        version: str,
        stage: str,
        *,
        archive_existing_versions: bool,
    ) -> Any:
        """Move a version to a stage, where it is still not audited and not signed.

        Never to Production, which is read as released and which nothing attests.
        """
        if get_canonical_stage(stage) == STAGE_PRODUCTION:
            raise _refused(
                "Nothing is released by a stage. "
                f"Give the version the alias '{RELEASED}' with: "
                "riskaid release register"
            )
        return super().transition_model_version_stage(
            name, version, stage, archive_existing_versions
        )

    def _release(self, name: str, version: str) -> None:
        tags = self.get_model_version(name, version).tags
        with _refusing():
            check_attested(
                tags.get(RELEASE, ""),
                model=tags.get(MODEL, ""),
                trust_digest=_pinned(),
                today=_today(),
            )
        super().set_registered_model_alias(name, RELEASED, version)

    def _name_otherwise(self, name: str, alias: str, version: str) -> None:
        """Any other alias, under which a version is not audited and not signed."""
        super().set_registered_model_alias(name, alias, version)


@contextmanager
def _refusing() -> Iterator[None]:
    """Say in MLflow's way why something is not released."""
    try:
        yield
    except ReleaseError as problem:
        raise _refused(str(problem)) from problem


def _refused(why: str) -> MlflowException:
    return MlflowException(why, error_code=PERMISSION_DENIED)


def _today() -> date:
    return datetime.now(UTC).date()


def _pinned() -> str:
    """The digest of the trust file; without it nothing is released."""
    found = os.environ.get(PINNED, "")
    if not found:
        raise ReleaseError(
            f"This registry does not know whose signatures count. Set {PINNED} "
            "where the server starts, to the digest that 'riskaid release trust' gave."
        )
    return found

"""MLflow's own server on PostgreSQL, whose registry asks before it says `released`."""

import json
import re
import sys
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from riskaid.cli import app
from riskaid.commands.terminal import today
from riskaid.errors import ReleaseError, UsageError
from riskaid.files import write_text
from riskaid.mlflow_client import MODEL, opened
from riskaid.models.identity import model_digest
from riskaid.release.manifest import read_manifest
from riskaid.release.registry import RELEASE

pytestmark = pytest.mark.requires("postgresql")
made_up = sys.modules["made_up"]
NAME = "guarded_12m"


@pytest.fixture(scope="module")
def server(postgresql, mlflow_server, people):
    return mlflow_server(
        *["--backend-store-uri", postgresql],
        *["--registry-store-uri", f"riskaid+{postgresql}"],
        RISKAID_TRUST_DIGEST=people.trust_digest,
    )


@pytest.fixture
def live(tmp_path, people, monkeypatch):
    """Signed today, under a policy not yet due: the server has no other clock."""
    shipped = made_up.make_policy

    def not_due(path):
        text = shipped(path).read_text("utf-8")
        later = (today() + timedelta(days=200)).isoformat()
        write_text(path, re.sub(r"(review_by = )[0-9-]+", rf"\g<1>{later}", text))
        return path

    monkeypatch.setattr(made_up, "make_policy", not_due)
    monkeypatch.setattr(made_up, "SIGNED_ON", today())
    monkeypatch.setattr(made_up, "TODAY", today())
    monkeypatch.setattr(made_up, "EXPIRES", today() + timedelta(days=100))
    return made_up.make_live(tmp_path, people)


def register(server, live, people, *more):
    """What the command says, or the refusal it ends in."""
    asked = [
        *["release", "register", str(live), "--trust-digest", people.trust_digest],
        *["--mlflow-uri", server, *more],
    ]
    return CliRunner().invoke(app, asked)


def test_only_a_live_release_is_called_released(server, live, people):
    manifest = read_manifest((live / "bundle/manifest.json").read_bytes())
    model = model_digest(manifest.files, manifest.rung)
    with opened(server) as client:
        client.create_registered_model(NAME)
        client.create_model_version(NAME, source="s3://nowhere/model")
        refused = register(server, live, people).exception
        assert isinstance(refused, UsageError)
        assert "No registered version holds" in str(refused)
        client.create_model_version(
            NAME, source="s3://nowhere/model", tags={MODEL: model}
        )
        said = register(server, live, people).output
        assert f"Version 2 of {NAME} has the alias 'released'" in said
        assert client.get_registered_model(NAME).aliases == {"released": "2"}
        assert json.loads(register(server, live, people, "--json").output) == {
            "model": NAME,
            "version": "2",
            "alias": "released",
        }


def test_the_server_refuses_what_a_client_says_by_itself(server, live, people):
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    client = MlflowClient(tracking_uri=server)
    client.create_registered_model(f"{NAME}_2")
    made = client.create_model_version(f"{NAME}_2", source="s3://nowhere/model")
    for text in ("", "AAAA"):
        client.set_model_version_tag(made.name, made.version, RELEASE, text)
        with pytest.raises(MlflowException, match="incomplete or was changed"):
            client.set_registered_model_alias(made.name, "released", made.version)
    assert client.get_registered_model(made.name).aliases == {}
    client.set_registered_model_alias(made.name, "candidate", made.version)


def test_a_release_that_was_changed_is_never_sent(server, live, people):
    write_text(live / "bundle" / "audit.json", "{}")
    refused = register(server, live, people).exception
    assert isinstance(refused, ReleaseError)
    assert "was changed" in str(refused)

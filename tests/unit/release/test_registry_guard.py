"""The alias `released` in MLflow's registry: only for the model of a live release."""

import base64
import json
import shutil
import sys
import warnings
import zlib

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from riskaid.errors import ReleaseError, UsageError
from riskaid.files import write_text
from riskaid.mlflow_client import MODEL
from riskaid.models.identity import model_digest
from riskaid.release.attested import LARGEST, check_attested, packed
from riskaid.release.manifest import read_manifest
from riskaid.release.registry import RELEASE, RELEASED, register
from riskaid.release.statements import add_statement, next_step

made_up = sys.modules["made_up"]
GUARD = "riskaid.release.registry_guard"


@pytest.fixture(scope="module")
def live(tmp_path_factory, people):
    return made_up.make_live(tmp_path_factory.mktemp("live"), people)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('registry') / 'mlflow.db'}"


@pytest.fixture(scope="module")
def client(address):
    """A registry behind the guard, as a server or a notebook opens it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = MlflowClient(tracking_uri=address, registry_uri=f"riskaid+{address}")
        made.create_registered_model("made_up_12m")
        yield made


@pytest.fixture(autouse=True)
def pinned(people, monkeypatch):
    monkeypatch.setenv("RISKAID_TRUST_DIGEST", people.trust_digest)
    monkeypatch.setattr(f"{GUARD}._today", lambda: made_up.TODAY)


def model_of(release):
    manifest = read_manifest((release / "bundle/manifest.json").read_bytes())
    return model_digest(manifest.files, manifest.rung)


def version_of(client, tags):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = client.create_model_version("made_up_12m", source="nowhere", tags=tags)
    return str(made.version)


def alias(client, version, name=RELEASED):
    client.set_registered_model_alias("made_up_12m", name, version)


def called(client, name):
    """The version that has an alias."""
    held = client.get_registered_model("made_up_12m").aliases
    return str(held.get(name))


def attested(text, people, release, **changed):
    said = {"model": model_of(release), "trust_digest": people.trust_digest}
    return check_attested(text, **{**said, "today": made_up.TODAY, **changed})


def repacked(text, change):
    files = json.loads(zlib.decompress(base64.b64decode(text)))
    change(files)
    return base64.b64encode(zlib.compress(json.dumps(files).encode())).decode()


def test_a_live_release_is_registered_through_the_guard(
    client, address, live, people, monkeypatch
):
    version = version_of(client, {MODEL: model_of(live)})
    said = {"trust": people.trust_file, "trust_digest": people.trust_digest}
    name, number = register(live, uri=address, today=made_up.TODAY, **said)
    assert (name, number) == ("made_up_12m", version)
    text = client.get_model_version(name, number).tags[RELEASE]
    assert text == packed(live, trust=people.trust_file)
    client.delete_registered_model_alias(name, RELEASED)
    alias(client, version)
    assert called(client, RELEASED) == version
    monkeypatch.delenv("RISKAID_TRUST_DIGEST")
    with pytest.raises(MlflowException, match="whose signatures count"):
        alias(client, version)
    monkeypatch.setenv("RISKAID_TRUST_DIGEST", "0" * 64)
    with pytest.raises(MlflowException, match="trust"):
        alias(client, version)


def test_other_aliases_and_stages_stay_as_mlflow_has_them(client):
    version = version_of(client, {})
    alias(client, version, "challenger")
    assert called(client, "challenger") == version
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.transition_model_version_stage("made_up_12m", version, "Staging")
        with pytest.raises(MlflowException, match="Nothing is released by a stage"):
            client.transition_model_version_stage("made_up_12m", version, "production")


@pytest.mark.parametrize("name", ["released", "Released", "RELEASED"])
def test_a_version_without_a_release_is_never_called_released(client, name):
    version = version_of(client, {MODEL: "0" * 64})
    with pytest.raises(MlflowException, match="incomplete or was changed"):
        alias(client, version, name)
    assert called(client, name) != version


def test_the_release_of_another_model_is_refused(client, live, people):
    text = packed(live, trust=people.trust_file)
    version = version_of(client, {MODEL: "0" * 64, RELEASE: text})
    with pytest.raises(MlflowException, match="another model"):
        alias(client, version)


@pytest.mark.parametrize("until", ["audited", "shadow"])
def test_what_is_not_live_yet_is_refused(tmp_path, people, until):
    release = made_up.make_live(tmp_path, people, until=until)
    text = packed(release, trust=people.trust_file)
    with pytest.raises(ReleaseError, match=r"not live|not in use|audited"):
        attested(text, people, release)
    said = {"trust": people.trust_file, "trust_digest": people.trust_digest}
    with pytest.raises(ReleaseError, match="is not live"):
        register(release, uri="sqlite:///none", today=made_up.TODAY, **said)


def test_a_demonstration_is_refused(tmp_path, people):
    release = made_up.make_demonstration(tmp_path, people)
    with pytest.raises(ReleaseError, match="its state is 'demonstration'"):
        attested(packed(release, trust=people.trust_file), people, release)


def test_suspended_and_expired_are_refused(tmp_path, people, live):
    text = packed(live, trust=people.trust_file)
    assert attested(text, people, live).step.state == "live"
    assert attested(text, people, live, today=made_up.EXPIRES)
    later = made_up.EXPIRES.replace(year=made_up.EXPIRES.year + 1)
    with pytest.raises(ReleaseError, match="expired"):
        attested(text, people, live, today=later)
    release = tmp_path / "release"
    shutil.copytree(live, release)
    add_statement(
        release,
        next_step("suspended", on=made_up.SIGNED_ON, reason="for the test"),
        trust=people.trust,
        key=people.board,
    )
    with pytest.raises(ReleaseError, match="suspended"):
        attested(packed(release, trust=people.trust_file), people, release)


def without(name):
    return lambda files: files.pop(name)


def edited(name, old, new):
    return lambda files: files.update({name: files[name].replace(old, new)})


@pytest.mark.parametrize(
    "change",
    [
        without("bundle/audit.json"),
        without("bundle/manifest.json"),
        without("statements/0003-live.dsse.json"),
        edited("bundle/audit.json", '"pass"', '"fail"'),
        edited("bundle/manifest.json", "made_up", "made_it"),
        lambda files: files.update({"bundle/decisions/0001-none.md": "Yes."}),
        lambda files: files.update({"../outside": "x"}),
        lambda files: files.update({"bundle/models/booster.txt": "tree"}),
        lambda files: files.clear(),
    ],
)
def test_anything_changed_is_refused(live, people, change):
    text = packed(live, trust=people.trust_file)
    same = repacked(text, lambda files: None)
    assert attested(same, people, live).step.state == "live"
    with pytest.raises(ReleaseError):
        attested(repacked(text, change), people, live)


@pytest.mark.parametrize("text", ["", "?", "AAAA", base64.b64encode(b"[]").decode()])
def test_what_is_no_packing_is_refused(live, people, text):
    with pytest.raises(ReleaseError, match="incomplete or was changed"):
        attested(text, people, live)


def test_a_text_that_unpacks_without_end_is_refused(live, people):
    much = base64.b64encode(zlib.compress(b" " * (LARGEST + 1))).decode()
    with pytest.raises(ReleaseError, match="incomplete or was changed"):
        attested(much, people, live)


def test_registering_says_what_is_missing(tmp_path, address, client, people):
    other = made_up.make_live(tmp_path, people)
    said = {"trust": people.trust_file, "trust_digest": people.trust_digest}
    for held in client.search_model_versions(f"tags.`{MODEL}` = '{model_of(other)}'"):
        client.delete_model_version(held.name, held.version)
    with pytest.raises(UsageError, match="No registered version holds"):
        register(other, uri=address, today=made_up.TODAY, **said)
    with pytest.raises(UsageError, match="no database"):
        register(other, uri=f"sqlite:///{tmp_path}/x.db", today=made_up.TODAY, **said)
    write_text(other / "bundle" / "audit.json", "{}")
    with pytest.raises(ReleaseError, match="was changed"):
        register(other, uri=address, today=made_up.TODAY, **said)

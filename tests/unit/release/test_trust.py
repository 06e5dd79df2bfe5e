import base64
import json
from dataclasses import replace

import pytest

from riskaid.errors import ReleaseError, UsageError
from riskaid.files import canonical_json, digest_file
from riskaid.release.keys import make_key, read_key
from riskaid.release.signing import Envelope, envelope_text, sign
from riskaid.release.trust import TRUST_TYPE, TrustedKey, open_trust, write_trust


@pytest.fixture
def second_root(tmp_path):
    make_key(tmp_path / "second.pem")
    return read_key(tmp_path / "second.pem")


def test_what_was_written_is_read(people):
    found = open_trust(people.trust_file, trust_digest=people.trust_digest)
    assert {key.holder: key.roles for key in found.keys} == {
        "Head of analysis": ("analyst",),
        "Chair of the board": ("board",),
    }
    assert found.sequence == 2
    assert found.digest == people.trust_digest
    assert found.key(people.board.keyid).roles == ("board",)
    assert people.root.keyid not in found.public_keys()


def test_two_root_keys_where_two_are_needed(people, second_root, tmp_path):
    trust = replace(
        people.trust, root=(people.root.public, second_root.public), root_needed=2
    )
    with pytest.raises(UsageError, match="2 of the root keys"):
        write_trust(tmp_path / "t.json", trust, root_keys=[people.root])
    digest = write_trust(
        tmp_path / "t.json", trust, root_keys=[second_root, people.root]
    )
    assert open_trust(tmp_path / "t.json", trust_digest=digest).root_needed == 2


def test_only_listed_root_keys_sign_it(people, second_root, tmp_path):
    with pytest.raises(UsageError, match="by no other key"):
        write_trust(
            tmp_path / "t.json", people.trust, root_keys=[people.root, second_root]
        )
    assert not (tmp_path / "t.json").exists()


def test_a_new_one_has_a_higher_sequence(people, tmp_path):
    path = tmp_path / "t.json"
    write_trust(path, people.trust, root_keys=[people.root])
    with pytest.raises(UsageError, match="Use 3"):
        write_trust(path, people.trust, root_keys=[people.root])
    newer = replace(people.trust, sequence=3)
    digest = write_trust(path, newer, root_keys=[people.root])
    assert open_trust(path, trust_digest=digest, least_sequence=3).sequence == 3
    with pytest.raises(ReleaseError, match="older"):
        open_trust(path, trust_digest=digest, least_sequence=4)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: {"sequence": 0},
        lambda t: {"sequence": True},
        lambda t: {"root_needed": 0},
        lambda t: {"root_needed": 2},
        lambda t: {"root": ()},
        lambda t: {"root": (*t.root, t.root[0])},
        lambda t: {"root": (*t.root, t.keys[0].public)},
        lambda t: {"root": (*t.root, b"short")},
        lambda t: {"keys": (*t.keys, t.keys[0])},
        lambda t: {"keys": (replace(t.keys[0], roles=()),)},
        lambda t: {"keys": (replace(t.keys[0], roles=("root",)),)},
        lambda t: {"keys": (replace(t.keys[0], roles=("board", "board")),)},
        lambda t: {"keys": (replace(t.keys[0], holder="  "),)},
    ],
)
def test_a_trust_file_that_cannot_be_is_not_written(people, tmp_path, change):
    trust = replace(people.trust, **change(people.trust))
    with pytest.raises(UsageError):
        write_trust(tmp_path / "t.json", trust, root_keys=[people.root])
    assert not (tmp_path / "t.json").exists()


def resigned(people, path, change, *, keys):
    """Write a trust file again, changed and signed by root keys; return its digest."""
    facts = json.loads(base64.b64decode(json.loads(path.read_text())["payload"]))
    change(facts)
    envelope = Envelope(
        payload_type=TRUST_TYPE, payload=canonical_json(facts).encode(), signatures=()
    )
    for key in keys:
        envelope = sign(envelope, key)
    path.write_text(envelope_text(envelope))
    return digest_file(path)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda f: f.update(more=1), "other entries"),
        (lambda f: f.update(version=2), "other entries"),
        (lambda f: f["keys"][0].update(keyid="0" * 64), "other entries"),
        (lambda f: f["keys"].reverse(), "other entries"),
        (lambda f: f["keys"][0].pop("holder"), "missing"),
        (lambda f: f.update(keys=1), "missing"),
        (lambda f: f["keys"][0].update(roles=["root"]), "roles"),
        (lambda f: f["root"].update(needed=0), "root signatures"),
    ],
)
def test_even_root_cannot_sign_what_is_no_trust_file(people, tmp_path, change, match):
    path = tmp_path / "t.json"
    path.write_bytes(people.trust_file.read_bytes())
    digest = resigned(people, path, change, keys=[people.root])
    with pytest.raises(ReleaseError, match=match):
        open_trust(path, trust_digest=digest)


def test_one_root_signature_where_two_are_needed(people, second_root, tmp_path):
    path = tmp_path / "t.json"
    trust = replace(
        people.trust, root=(people.root.public, second_root.public), root_needed=2
    )
    write_trust(path, trust, root_keys=[people.root, second_root])
    digest = resigned(people, path, lambda facts: None, keys=[people.root])
    with pytest.raises(ReleaseError, match="Too few root keys"):
        open_trust(path, trust_digest=digest)


def test_no_file_and_a_link(people, tmp_path):
    with pytest.raises(ReleaseError, match="no trust file"):
        open_trust(tmp_path / "none.json", trust_digest=people.trust_digest)
    (tmp_path / "link.json").symlink_to(people.trust_file)
    with pytest.raises(ReleaseError, match="no trust file"):
        open_trust(tmp_path / "link.json", trust_digest=people.trust_digest)


def test_a_person_is_the_same_however_the_post_is_written():
    one = TrustedKey(public=b"a" * 32, roles=("board",), holder="Chair of  the Board")
    two = TrustedKey(public=b"b" * 32, roles=("analyst",), holder="chair of the board ")
    assert one.person == two.person

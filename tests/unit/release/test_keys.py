import os
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from riskaid.errors import UsageError
from riskaid.release.keys import (
    keyid_of,
    make_key,
    public_path_of,
    read_key,
    read_public,
)


def test_a_key_can_be_read_by_its_owner_only(tmp_path):
    keyid = make_key(tmp_path / "board.pem")
    assert stat.S_IMODE((tmp_path / "board.pem").stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["board.pem", "board.pub.pem"]
    key = read_key(tmp_path / "board.pem")
    public = read_public(public_path_of(tmp_path / "board.pem"))
    assert key.keyid == keyid == keyid_of(public)
    assert key.public == public


def test_two_keys_differ(tmp_path):
    assert make_key(tmp_path / "a.pem") != make_key(tmp_path / "b.pem")


@pytest.mark.parametrize("taken", ["board.pem", "board.pub.pem"])
def test_a_key_is_never_overwritten(tmp_path, taken):
    (tmp_path / taken).write_text("here already")
    with pytest.raises(UsageError, match="never overwritten"):
        make_key(tmp_path / "board.pem")
    assert (tmp_path / taken).read_text() == "here already"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_dangling_link_is_not_followed(tmp_path):
    (tmp_path / "board.pem").symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(UsageError, match="never overwritten"):
        make_key(tmp_path / "board.pem")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    make_key(tmp_path / "board.pem")
    (tmp_path / "board.pem").chmod(mode)
    with pytest.raises(UsageError, match="chmod 600"):
        read_key(tmp_path / "board.pem")


def test_a_passphrase_protects(tmp_path):
    make_key(tmp_path / "board.pem", passphrase=b"made up")
    assert read_key(tmp_path / "board.pem", passphrase=b"made up")
    for given in (None, b"another"):
        with pytest.raises(UsageError, match="passphrase"):
            read_key(tmp_path / "board.pem", passphrase=given)


def test_another_kind_of_key_is_refused(tmp_path):
    other = generate_private_key(SECP256R1())
    path = tmp_path / "other.pem"
    path.write_bytes(
        other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    path.chmod(0o600)
    with pytest.raises(UsageError, match="another kind"):
        read_key(path)
    public = other.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    path.write_bytes(public)
    with pytest.raises(UsageError, match="another kind"):
        read_public(path)


@pytest.mark.parametrize("reading", [read_key, read_public])
def test_no_key_and_no_sense(tmp_path, reading):
    with pytest.raises(UsageError, match="no key file"):
        reading(tmp_path / "none.pem")
    (tmp_path / "text.pem").write_text("not a key")
    (tmp_path / "text.pem").chmod(0o600)
    with pytest.raises(UsageError, match="not a"):
        reading(tmp_path / "text.pem")

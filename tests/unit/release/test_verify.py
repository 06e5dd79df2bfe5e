import sys

import pytest

from riskaid.errors import ReleaseError, UsageError
from riskaid.release.statements import add_statement, co_sign, next_step
from riskaid.release.trust import TrustedKey, open_trust, write_trust
from riskaid.release.verify import open_release, verify_release

made_up = sys.modules["made_up"]


def opened(release, people, **changed):
    return open_release(
        release,
        **{
            "trust": people.trust_file,
            "trust_digest": people.trust_digest,
            "store_mark": None,
            "today": made_up.TODAY,
            **changed,
        },
    )


def report(release, people, **changed):
    return verify_release(
        release,
        **{
            "trust": people.trust_file,
            "trust_digest": people.trust_digest,
            "today": made_up.TODAY,
            **changed,
        },
    )


def test_live_opens_without_a_watermark(tmp_path, people):
    release = opened(made_up.make_live(tmp_path, people), people)
    assert (release.state, release.purpose) == ("live", "live")
    assert release.watermark is None
    assert release.expires == made_up.EXPIRES
    assert release.model.names == ("sign_90d",)
    assert release.calibration.method == "platt"
    assert release.facts["name"] == release.name == made_up.NAME
    assert len(release.digest) == 64


@pytest.mark.parametrize("mark", ["synthetic", "public"])
def test_open_records_are_always_watermarked(tmp_path, people, mark):
    release = opened(made_up.make_live(tmp_path, people), people, store_mark=mark)
    assert release.watermark == (
        f"DEMONSTRATION - {mark} records - not for use about any child or person"
    )


def test_shadow_use_is_silent(tmp_path, people):
    release = made_up.make_live(tmp_path, people, until="shadow")
    with pytest.raises(ReleaseError, match="shown to nobody"):
        opened(release, people)
    assert opened(release, people, use="silent").state == "shadow"


def test_live_signed_by_one_person_does_not_load(tmp_path, people):
    release = made_up.make_live(tmp_path, people, until="shadow")
    (tmp_path / "r.json").write_text("{}")
    step = next_step("live", on=made_up.SIGNED_ON, expires=made_up.EXPIRES)
    given = {"trust": people.trust, "evidence": tmp_path / "r.json"}
    add_statement(release, step, key=people.board, **given)
    with pytest.raises(ReleaseError, match="different person"):
        opened(release, people)
    co_sign(release, trust=people.trust, key=people.analyst)
    assert opened(release, people).state == "live"
    with pytest.raises(ReleaseError, match="signed the statement already"):
        co_sign(release, trust=people.trust, key=people.analyst)


def test_the_report_names_posts_and_says_what_was_not_checked(tmp_path, people):
    found = report(made_up.make_live(tmp_path, people), people).to_json()
    assert found["may_load"] is True
    assert found["state"] == "live"
    assert found["expires"] == "2027-03-31"
    assert [one["state"] for one in found["statements"]] == [
        "audited",
        "shadow",
        "live",
    ]
    assert sorted(found["statements"][2]["signers"]) == [
        "Chair of the board (board)",
        "Head of analysis (analyst)",
    ]
    assert "freshness not checked" in found["freshness"]


def test_an_expired_release_is_reported_and_not_opened(tmp_path, people):
    release = made_up.make_live(tmp_path, people)
    late = made_up.EXPIRES.replace(year=2028)
    found = report(release, people, today=late)
    assert not found.may_load
    assert "expired" in found.why_not
    with pytest.raises(ReleaseError, match="expired"):
        opened(release, people, today=late)


def test_verifying_parses_no_model(tmp_path, people, monkeypatch):
    from riskaid.release import verify

    def never(*_given):
        raise AssertionError("parsed")

    monkeypatch.setattr(verify, "_parse", never)
    assert report(made_up.make_live(tmp_path, people), people).may_load


def test_a_model_this_version_cannot_read(tmp_path, people):
    parts = made_up.make_parts(tmp_path / "parts")
    (parts.run / "calibration" / "checklist.json").write_text("{}\n")
    release = tmp_path / "release"
    parts.build(release, purpose="demonstration")
    for state, expires in (("audited", None), ("demonstration", made_up.EXPIRES)):
        step = next_step(state, on=made_up.SIGNED_ON, expires=expires)
        add_statement(release, step, trust=people.trust, key=people.analyst)
    with pytest.raises(ReleaseError, match="version of riskaid"):
        opened(release, people, store_mark="public")


def test_there_is_no_release(tmp_path, people):
    with pytest.raises(ReleaseError, match="no release"):
        opened(tmp_path / "none", people)


def test_signing_refuses_what_loading_would(tmp_path, people):
    release = tmp_path / "release"
    made_up.make_parts(tmp_path / "parts").build(release, purpose="demonstration")
    say = {"trust": people.trust, "key": people.analyst}
    with pytest.raises(UsageError, match="not a state"):
        add_statement(release, next_step("approved", on=made_up.SIGNED_ON), **say)
    with pytest.raises(UsageError, match="expiry date"):
        next_step("live", on=made_up.SIGNED_ON)
    with pytest.raises(UsageError, match="Leave it out"):
        next_step("audited", on=made_up.SIGNED_ON, expires=made_up.EXPIRES)
    step = next_step("demonstration", on=made_up.SIGNED_ON, expires=made_up.EXPIRES)
    with pytest.raises(ReleaseError, match="may not follow 'draft'"):
        add_statement(release, step, **say)
    with pytest.raises(ReleaseError, match="does not list"):
        add_statement(
            release,
            next_step("audited", on=made_up.SIGNED_ON),
            trust=people.trust,
            key=people.stranger,
        )
    assert not (release / "statements").exists()
    with pytest.raises(UsageError, match="no bundle"):
        add_statement(tmp_path / "none", step, **say)


def test_signing_refuses_a_changed_bundle(tmp_path, people):
    release = made_up.make_demonstration(tmp_path, people)
    manifest = release / "bundle" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("pass", "fail"))
    with pytest.raises(ReleaseError, match="not the one its statements"):
        add_statement(
            release,
            next_step("suspended", on=made_up.SIGNED_ON),
            trust=people.trust,
            key=people.analyst,
        )


def test_one_person_with_two_keys_is_one_person(tmp_path, people):
    from dataclasses import replace

    second = TrustedKey(
        public=people.stranger.public, roles=("analyst",), holder="chair of the board"
    )
    trust = replace(people.trust, sequence=3, keys=(*people.trust.keys, second))
    digest = write_trust(tmp_path / "t.json", trust, root_keys=[people.root])
    trust = open_trust(tmp_path / "t.json", trust_digest=digest)
    release = made_up.make_live(tmp_path, people, until="shadow")
    (tmp_path / "r.json").write_text("{}")
    add_statement(
        release,
        next_step("live", on=made_up.SIGNED_ON, expires=made_up.EXPIRES),
        trust=trust,
        key=people.board,
        evidence=tmp_path / "r.json",
    )
    with pytest.raises(ReleaseError, match="another person"):
        co_sign(release, trust=trust, key=people.stranger)

"""riskaid probe: what a run's model would do with other records."""

import json

import pytest


@pytest.fixture(scope="module")
def probed(demo, riskaid, root, tmp_path_factory):
    out = tmp_path_factory.mktemp("probe") / "out"
    anchor = root / "experiments" / "rereferral_12m.toml"
    run, store = demo.out / "run", demo.out / "store"
    told = riskaid(
        demo.folder, "probe", run, "--store", store, "--out", out, "--anchor", anchor
    )
    assert told.code == 0, told.text
    return out, told.text


def test_it_says_what_it_found_in_plain_lines_and_on_a_page(probed):
    out, text = probed
    assert "Ethnicity: told from the indicators alone" in text
    assert "Disability: told from the indicators alone" in text
    assert "Whether older Black children are read by what they did" in text
    assert "With nothing that the police recorded" in text
    assert "Beside the anchor outcome" in text
    page = (out / "probes.html").read_text("utf-8")
    assert "MADE-UP RECORDS" in page
    assert "decide nothing" in page
    assert "Without poverty and asking for help" in page
    assert (out / "probes.md").read_text("utf-8").startswith("# Probes of a model")


def test_what_it_found_holds_every_probe_and_no_id(probed, demo):
    out, _ = probed
    found = json.loads((out / "run_probes.json").read_text("utf-8"))
    assert [one["by"] for one in found["proxies"]] == ["ethnicity", "disability"]
    assert found["reads_groups"] == []
    assert {one["name"] for one in found["ablations"]} == {"poverty", "help_seeking"}
    for one in found["ablations"]:
        assert {g["by"] for g in one["groups"]} >= {"ethnicity", "disability"}
    assert len(found["flips"]) == 5
    assert found["anchor"]["state"] == "computed"
    assert demo.facts["verdict"] in {"pass", "fail", "insufficient_evidence"}
    assert '"C0' not in json.dumps(found)


def test_its_published_form_follows_the_schema(probed, follows_schema):
    from riskaid.training.run_probes import run_probes_schema

    found = json.loads((probed[0] / "run_probes.json").read_text("utf-8"))
    follows_schema(found, run_probes_schema())
    assert found["adultification"]["state"] == "estimable"
    assert "estimable" in {one["state"] for one in found["flips"]}


def test_the_same_run_gives_the_same_bytes(probed, demo, riskaid, tmp_path, root):
    run, store = demo.out / "run", demo.out / "store"
    anchor = root / "experiments" / "rereferral_12m.toml"
    again = tmp_path / "again"
    told = riskaid(
        demo.folder, "probe", run, "--store", store, "--out", again, "--anchor", anchor
    )
    assert told.code == 0, told.text
    for file in probed[0].iterdir():
        assert (again / file.name).read_bytes() == file.read_bytes(), file.name


def test_another_store_than_the_runs_own_is_refused(demo, riskaid, tmp_path):
    made = riskaid(tmp_path, "synth", "council", "--children", "300", "--seed", "9")
    assert made.code == 0, made.text
    held = riskaid(tmp_path, "ingest", "council/ssd", "--store", "other")
    assert held.code == 0, held.text
    told = riskaid(
        tmp_path, "probe", demo.out / "run", "--store", "other", "--out", "out"
    )
    assert told.code == 11
    assert "trained on another store" in told.text
    assert not (tmp_path / "out").exists()


@pytest.mark.requires("chromium")
def test_everybody_can_read_its_page(probed, check_page_in_one_file):
    check_page_in_one_file(probed[0] / "probes.html")


def test_the_card_says_what_was_found_in_a_few_lines(probed, demo, riskaid, tmp_path):
    words = ["card", demo.out / "run", "--audit", demo.out / "audit"]
    words += ["--probes", probed[0], "--out", tmp_path / "card"]
    told = riskaid(demo.folder, *words, "--name", "conference_12m demo")
    assert told.code == 0, told.text
    card = (tmp_path / "card" / "card.md").read_text("utf-8")
    part = card.split("## What if the records are wrong?")[1].split("\n## ")[0]
    assert "Ethnicity: told from the indicators alone" in part
    assert "outcomes" in part
    assert (tmp_path / "card" / "run_probes.json").is_file()
    assert (tmp_path / "card" / "probes.json").is_file()
    plain = (demo.out / "card" / "card.md").read_text("utf-8")
    assert "What if the records are wrong?" in plain
    assert "told from the indicators alone" not in plain

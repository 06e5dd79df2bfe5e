"""Councils pool by the commands: audit --pool-out, then pool."""

import json

from simulated_scores import council


def audited(riskaid, folder, name, seed):
    frame = council(150, seed=seed)
    frame.write_csv(folder / f"{name}.csv")
    asked = ["audit", f"{name}.csv", "--out", name, "--pool-out", f"{name}.json"]
    ended = riskaid(folder, *asked, "--council", name, "--outcome", "need_12m")
    assert ended.code in (0, 12, 13), ended.text
    return f"{name}.json"


def test_two_councils_pool_and_release_nothing(riskaid, tmp_path):
    files = [audited(riskaid, tmp_path, n, i) for i, n in enumerate(["one", "two"])]
    ended = riskaid(tmp_path, "pool", *files, "--out", "pool")
    assert ended.code == 13, ended.text
    assert "not usable for a release by itself" in ended.text
    facts = json.loads((tmp_path / "pool/pool.json").read_text("utf-8"))
    assert facts["usable_for_release"] is False and len(facts["files"]) == 2
    assert "## Where a council fails" in (tmp_path / "pool/pool.md").read_text("utf-8")
    names = sorted(p.name for p in (tmp_path / "pool").iterdir())
    assert names == ["pool.html", "pool.json", "pool.md"]
    twice = riskaid(tmp_path, "pool", files[0], files[0], "--out", "again")
    assert twice.code == 11 and "the same rows" in twice.text
    assert not (tmp_path / "again").exists()
    whole = riskaid(tmp_path, "pool", "one/audit.json", files[0], "--out", "again")
    assert whole.code == 11 and "no file for a pool" in whole.text


def test_a_file_for_a_pool_is_asked_for_whole(riskaid, tmp_path):
    council(150).write_csv(tmp_path / "scores.csv")
    asked = ["audit", "scores.csv", "--out", "a", "--pool-out", "p.json"]
    ended = riskaid(tmp_path, *asked, "--council", "One")
    assert ended.code == 2 and "needs all three" in ended.text
    (tmp_path / "p.json").write_text("{}")
    ended = riskaid(tmp_path, *asked, "--council", "One", "--outcome", "x")
    assert ended.code == 2 and "is there already" in ended.text
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p.json", "scores.csv"]

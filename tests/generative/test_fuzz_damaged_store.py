import json
import shutil
from random import Random

import fuzzing as f
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskaid.errors import RiskaidError
from riskaid.records.store import open_store

TABLE = (
    "miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type\n"
    f"{f.OTHER},2025-02-10,M\n"
).encode()


def paths(value, before=()):
    """Every place in a JSON document."""
    yield before
    if isinstance(value, dict | list):
        held = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in held:
            yield from paths(inner, (*before, key))


def replaced(random, text):
    """A JSON document with another value, or none, in one place."""
    whole = json.loads(text)
    *way, last = random.choice([p for p in paths(whole) if p])
    inside = whole
    for key in way:
        inside = inside[key]
    if random.random() < 0.3:
        del inside[last]
    else:
        inside[last] = random.choice(
            [
                None,
                True,
                -1,
                0,
                1.5,
                10**30,
                "",
                "x",
                "2026-13-45",
                [],
                {},
                [1],
                {"a": 1},
            ]
        )
    return json.dumps(whole).encode()


@f.fuzzed
@given(f.seeds, st.integers(0, 3))
def test_every_damage_to_a_store_is_found_or_harmless(arena, held_store, seed, chance):
    random = Random(seed)
    shutil.rmtree(arena.store, ignore_errors=True)
    shutil.copytree(held_store, arena.store)
    files = sorted(p for p in arena.store.rglob("*") if p.is_file())
    json_files = [p for p in files if p.suffix == ".json"]
    file = random.choice(json_files if chance else files)
    content = file.read_bytes()
    if file.suffix == ".json" and chance > 1:
        file.write_bytes(replaced(random, content))
    elif random.random() < 0.1:
        file.unlink()
    else:
        others = [p.read_bytes() for p in files]
        file.write_bytes(f.mutated(random, content, others, f.SETTINGS))
    with f.in_time("opening"):
        try:
            store = open_store(arena.store)
            for name in store.coverage:
                store.table(name)
        except RiskaidError as error:
            f.nothing_personal(str(error))
    arena.take_in(arena.source({"missing.csv": TABLE}), extract_date=f.DAY)


def test_a_store_that_is_whole_is_no_damage(arena, held_store):
    shutil.rmtree(arena.store, ignore_errors=True)
    shutil.copytree(held_store, arena.store)
    taken = arena.counts["taken"]
    arena.take_in(arena.source({"missing.csv": TABLE}), extract_date=f.DAY)
    assert arena.counts["taken"] == taken + 1
    with pytest.raises(AssertionError, match="is shown"):
        f.nothing_personal(f"about {f.CHILD.lower()}")

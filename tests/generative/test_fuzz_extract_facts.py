import json
from random import Random

import fuzzing as f
from hypothesis import example, given
from hypothesis import strategies as st

TABLE = (
    "miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type\n"
    f"{f.CHILD},2024-12-10,M\n"
).encode()
FACTS = (
    b'{"name": "council SSD", "extract_date": "2026-03-31", "covered_from": '
    b'"2020-04-01", "tables": {"missing_episodes": "2022-01-01"}, "mark": "synthetic"}'
)
KEYS = ["name", "extract_date", "covered_from", "tables", "mark", "authority", "gaps"]
words = f.cells.filter(lambda text: not any(mark in text for mark in f.MARKED))
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)
    ),
    max_leaves=6,
)


gaps = st.lists(
    st.dictionaries(st.sampled_from(["from", "to", "tables", "because"]), anything),
    max_size=3,
)


@f.fuzzed
@given(
    st.one_of(
        f.seeds.map(Random),
        st.dictionaries(st.sampled_from(KEYS), anything),
        st.fixed_dictionaries({"gaps": gaps}),
        st.dictionaries(st.sampled_from([*KEYS, "x"]), anything),
    ),
    st.integers(0, 7),
)
@example({"tables": {"\n": None}}, 0)  # found by 5,000 inputs: a line end in a name
@example({"gaps": [{"tables": ["\n"], "from": "2020-12-01", "to": "2020-12-02"}]}, 7)
@example({"gaps": [{"tables": [["x"]], "from": "2020-12-01"}]}, 7)
def test_every_extract_json_is_believed_or_refused_in_words(arena, made, chance):
    if isinstance(made, Random):
        facts = f.mutated(made, FACTS, [FACTS], f.SETTINGS)
    else:
        whole = {**json.loads(FACTS), **made} if chance > 3 else made
        facts = json.dumps(whole).encode("utf-8", "replace")
    files = {"missing.csv": TABLE, "extract.json": facts}
    arena.take(arena.source(files), onto=chance == 1)

from random import Random

import fuzzing as f
from hypothesis import given
from hypothesis import strategies as st

TABLE = (
    "miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type\n"
    f"{f.CHILD},2024-12-10,M\n"
).encode()
KEY = Random(5).randbytes(32)


@f.fuzzed
@given(
    st.one_of(f.seeds.map(Random), st.binary(max_size=80)),
    st.sampled_from([0o600, 0o600, 0o600, 0o400, 0o640, 0o604, 0o000]),
    st.booleans(),
)
def test_every_key_is_used_or_refused_in_words(arena, made, mode, twice):
    if isinstance(made, Random):
        made = f.mutated(made, KEY, [KEY])
    path = arena.place / "project.key"
    path.unlink(missing_ok=True)
    path.write_bytes(made)
    path.chmod(mode)
    source = arena.source({"missing.csv": TABLE})
    arena.take(source, extract_date=f.DAY, key_file=path)
    if twice and arena.store.exists():
        assert made not in b"".join(
            p.read_bytes() for p in arena.store.rglob("*") if p.is_file()
        )
        arena.take_in(source, extract_date=f.DAY)

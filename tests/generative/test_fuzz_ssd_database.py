import sqlite3
from random import Random

import fuzzing as f
from hypothesis import given
from hypothesis import strategies as st


def database(place, statements):
    path = place / "made.db"
    path.unlink(missing_ok=True)
    held = sqlite3.connect(path)
    try:
        for words in statements:
            held.execute(*words)
        held.commit()
    finally:
        held.close()
    return path.read_bytes()


PEOPLE = (
    "CREATE TABLE ssd_missing (miss_person_id, miss_missing_episode_start_date, "
    "miss_missing_episode_type, miss_missing_episode_end_date, nhs)"
)
PEOPLE_TOO = (
    "CREATE VIEW people AS SELECT miss_person_id AS pers_person_id, 'F' AS pers_sex, "
    "'2015-05-17' AS pers_dob FROM ssd_missing"
)
SMALL_PAGES = ("PRAGMA page_size = 512",)


def insert(*values):
    return ("INSERT INTO ssd_missing VALUES (?, ?, ?, ?, ?)", values)


def whole():
    return [
        SMALL_PAGES,
        (PEOPLE,),
        insert(f.CHILD, "2024-12-10", "M", None, f.NHS),
        insert(f.OTHER, "2025-01-05 00:00:00.000", "A", "2025-01-06", f.NAME),
        (PEOPLE_TOO,),
    ]


values = st.one_of(
    st.none(), f.cells, st.integers(-(2**63), 2**63 - 1), st.floats(), st.binary()
)


@f.fuzzed
@given(
    st.one_of(
        f.seeds.map(Random),
        f.seeds.map(Random),
        st.lists(st.tuples(values, values, values, values, values), max_size=5),
    )
)
def test_every_database_is_taken_whole_or_refused_in_words(arena, made):
    if isinstance(made, Random):
        sample = database(arena.place, whole())
        content = f.mutated(made, sample, [sample])
    else:

        def storable(value):
            return (
                value.encode("utf-8", "replace").decode()
                if isinstance(value, str)
                else value
            )

        rows = [insert(*(storable(v) for v in row)) for row in made]
        content = database(arena.place, [SMALL_PAGES, (PEOPLE,), *rows])
    path = arena.source({"council.db": content}) / "council.db"
    arena.take(f"sqlite:///{path}", extract_date=f.DAY)
    assert [p.name for p in path.parent.iterdir()] == ["council.db"]

from random import Random

import fuzzing as f
from hypothesis import given
from hypothesis import strategies as st

FEED = (
    "report_id,child_id,name,missing_from,returned_on,recorded_date,category\n"
    f"1,{f.CHILD},{f.FORENAME} {f.NAME},2024-12-10,2024-12-11,2024-12-12,missing\n"
    f"2,{f.OTHER},{f.NHS},10/01/2025,,2025-01-12,absent\n"
).encode()
COLUMNS = ["child_id", "missing_from", "returned_on", "recorded_date", "category"]
MAPPING = b"""\
name = "police"
covered_from = 2020-01-01
mark = "synthetic"

[[feed]]
file = "missing*.csv"
table = "missing_episodes"
lag_days = 2
when_filled = "missing_from"
date_formats = ["%d.%m.%y"]
when = { category = ["missing", "absent"] }
[feed.columns]
person_id = "child_id"
date = "missing_from"
end = "returned_on"
known_from = "recorded_date"
episode_type = "category"
[feed.values.episode_type]
missing = "M"
absent = "A"

[[feed]]
file = "missing*.csv"
table = "local_events"
[feed.columns]
person_id = "child_id"
date = "missing_from"
value = "report_id"
[feed.constants]
kind = "police"
"""


@f.fuzzed
@given(
    st.one_of(f.seeds.map(Random), f.seeds.map(Random), f.tables(COLUMNS)),
    st.integers(0, 7),
)
def test_every_feed_and_mapping_is_taken_whole_or_refused_in_words(arena, made, chance):
    feed, mapping = FEED, MAPPING
    if isinstance(made, Random):
        which = made.random()
        if which < 0.6:
            feed = f.mutated(made, FEED, [FEED])
        if which > 0.5:
            mapping = f.mutated(made, MAPPING, [MAPPING], f.SETTINGS)
    else:
        feed = made
    written = arena.place / "feed.toml"
    written.write_bytes(mapping)
    day = None if chance == 0 else f.DAY
    source = arena.source({"missing.csv": feed})
    arena.take(source, onto=chance == 1, extract_date=day, mapping=written)

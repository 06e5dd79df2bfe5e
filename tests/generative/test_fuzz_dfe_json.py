import json
from random import Random

import fuzzing as f
from hypothesis import given
from hypothesis import strategies as st

CHILD = {
    "la_child_id": f.CHILD,
    "child_details": {
        "unique_pupil_number": f.UPN,
        "first_name": f.FORENAME,
        "surname": f.NAME,
        "date_of_birth": "2015-05-17",
        "sex": "F",
        "ethnicity": "WBRI",
        "disabilities": ["HAND"],
    },
    "social_care_episodes": [
        {
            "social_care_episode_id": "E1",
            "referral_date": "2024-06-14",
            "referral_source": "1C",
            "referral_no_further_action_flag": False,
            "child_and_family_assessments": [
                {
                    "child_and_family_assessment_id": "A1",
                    "start_date": "2024-06-15",
                    "authorisation_date": "2024-07-15",
                    "factors": ["1C", "4A"],
                }
            ],
            "section_47_assessments": [{"start_date": "2024-06-16"}],
            "child_protection_plans": [{"start_date": "2024-07-01"}],
        }
    ],
}
WHOLE = json.dumps([CHILD, {"la_child_id": f.OTHER}], indent=1).encode()
KEYS = sorted({*CHILD, *CHILD["child_details"], *CHILD["social_care_episodes"][0]})
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), f.cells),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), f.cells), inner, max_size=4),
    ),
    max_leaves=10,
)


@f.fuzzed
@given(
    st.one_of(
        f.seeds.map(Random),
        f.seeds.map(Random),
        st.dictionaries(st.sampled_from(KEYS), anything, max_size=4),
    ),
    st.integers(0, 7),
)
def test_every_child_in_json_is_taken_whole_or_refused_in_words(
    arena, sector_samples, made, chance
):
    if isinstance(made, Random):
        samples = [WHOLE, WHOLE, *sector_samples["json"]]
        content = f.mutated(made, made.choice(samples), samples)
    else:
        whole = {**CHILD, **made} if chance > 2 else made
        content = json.dumps([whole]).encode("utf-8", "replace")
    day = None if chance == 0 else f.DAY
    path = arena.source({"children.json": content}) / "children.json"
    arena.take(path, onto=chance == 1, extract_date=day)

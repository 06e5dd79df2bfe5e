from random import Random

import fuzzing as f
from hypothesis import given
from hypothesis import strategies as st

FILES = {
    "person.csv": (
        "pers_person_id,pers_forename,pers_surname,pers_sex,pers_ethnicity,pers_dob,"
        "pers_expected_dob,pers_upn\n"
        f"{f.CHILD},{f.FORENAME},{f.NAME},F,WBRI,2015-05-17 00:00:00.000,,{f.UPN}\n"
        f"{f.OTHER},{f.FORENAME},{f.NAME},1,White British,17/05/2018,,\n"
    ),
    "referrals.csv": (
        "cine_referral_id,cine_person_id,cine_referral_date,cine_referral_source_code,"
        "cine_referral_source_desc,cine_referral_nfa,cine_close_date,cine_close_reason\n"
        f"R1,{f.CHILD},2024-01-01,6,Police,N,2024-03-01,RC8\n"
        f"R2,{f.OTHER},2026-03-01,1A,Family member,Y,,\n"
    ),
    "missing.csv": (
        "miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type,"
        "miss_missing_episode_end_date,miss_missing_rhi_offered\n"
        f"{f.CHILD},2024-12-10 00:00:00.000,Missing,2024-12-12 00:00:00.000,Y\n"
        f"{f.OTHER},2025-12-10,M,2025-12-02,NA\n"
    ),
    "factors.csv": (
        "cinf_assessment_id,cinf_assessment_factors_json\n"
        'A1,"{""1A"": ""Yes"", ""2B"": ""No""}"\n'
    ),
    "assessments.csv": (
        "cina_assessment_id,cina_person_id,cina_referral_id,cina_assessment_start_date,"
        "cina_assessment_child_seen,cina_assessment_auth_date\n"
        f"A1,{f.CHILD},R1,2024-01-03,Y,2024-02-01\n"
    ),
    "mother.csv": (
        "moth_person_id,moth_childs_person_id,moth_childs_dob\n"
        f"{f.OTHER},{f.CHILD},2015-05-17\n"
    ),
}
COLUMNS = sorted({c for text in FILES.values() for c in text.split("\n")[0].split(",")})


@f.fuzzed
@given(
    st.one_of(f.seeds.map(Random), f.seeds.map(Random), f.tables(COLUMNS)),
    st.integers(0, 7),
)
def test_every_ssd_extract_is_taken_whole_or_refused_in_words(arena, made, chance):
    names = sorted(FILES)
    if isinstance(made, Random):
        name = made.choice(names)
        others = [text.encode() for text in FILES.values()]
        files = {name: f.mutated(made, FILES[name].encode(), others)}
        for more in made.sample(names, made.choice((0, 0, 1))):
            files.setdefault(more, FILES[more].encode())
    else:
        files = {"table.csv": made}
    day = None if chance == 0 else f.DAY
    arena.take(arena.source(files), onto=chance == 1, extract_date=day)

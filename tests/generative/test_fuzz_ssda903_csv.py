from random import Random

import fuzzing as f
from hypothesis import given
from hypothesis import strategies as st

OURS = {
    "header.csv": (
        "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
        f"{f.CHILD},1,17/05/2015,WBRI,{f.UPN},,\n{f.OTHER},2,01/02/2010,MOTH,,,\n"
    ),
    "episodes.csv": (
        "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,"
        "HOME_POST,PL_POST,URN\n"
        f"{f.CHILD},01/02/2023,S,C2,N1,U4,PR1,01/05/2023,X1,CARPL,{f.NAME},,\n"
        f"{f.CHILD},01/05/2023,P,C2,N1,U1,PR1,,,,,,\n"
        f"{f.OTHER},11/05/2023,S,V2,N4,K2,PR3,12/06/2023,E4A,,,,\n"
    ),
    "missing.csv": f"CHILD,DOB,MISSING,MIS_START,MIS_END\n{f.CHILD},17/05/2015,M,"
    "03/03/2023,04/03/2023\n",
    "oc2.csv": f"CHILD,DOB,SDQ_SCORE,SDQ_REASON\n{f.CHILD},17/05/2015,20,\n",
}
COLUMNS = sorted({c for text in OURS.values() for c in text.split("\n")[0].split(",")})


@f.fuzzed
@given(
    st.one_of(f.seeds.map(Random), f.seeds.map(Random), f.tables(COLUMNS)),
    st.integers(0, 7),
)
def test_every_903_return_is_taken_whole_or_refused_in_words(
    arena, sector_samples, made, chance
):
    held = {name: [text.encode()] for name, text in OURS.items()}
    for name, content in sector_samples["903"].items():
        held.setdefault(name, []).append(content)
    if isinstance(made, Random):
        name = made.choice(sorted(held))
        others = [content for contents in held.values() for content in contents]
        files = {name: f.mutated(made, made.choice(held[name]), others)}
        if made.random() < 0.3:
            files.setdefault("header.csv", held["header.csv"][0])
    else:
        files = {"table.csv": made}
    day = None if chance == 0 else f.DAY
    arena.take(arena.source(files), onto=chance == 1, extract_date=day)

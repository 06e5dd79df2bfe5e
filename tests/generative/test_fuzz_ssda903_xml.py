from random import Random

import fuzzing as f
from hypothesis import given
from hypothesis import strategies as st

OURS = f"""\
<EXPSSDA903><CHILD><HEADER><CHILDID>{f.CHILD}</CHILDID><SEX>1</SEX><DOB>2015-05-17</DOB>
<ETHNIC>WBRI</ETHNIC><UPN>{f.UPN}</UPN><NAME>{f.NAME}</NAME>
<EPISODE><DECOM>2023-02-01</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U4</PL>
<DEC>2023-05-01</DEC><REC>X1</REC></EPISODE>
<EPISODE><DECOM>2023-05-01</DECOM><RNE>P</RNE><LS>C2</LS><CIN>N1</CIN><PL>U1</PL></EPISODE>
<AMISSING><MISSING>M</MISSING><MIS_START>2023-03-03</MIS_START></AMISSING>
<OC2><SDQ_SCORE>20</SDQ_SCORE></OC2></HEADER></CHILD>
<CHILD><HEADER><CHILDID>{f.OTHER}</CHILDID><SEX>2</SEX><DOB>2010-02-01</DOB></HEADER>
</CHILD></EXPSSDA903>
""".encode()
TAGS = [
    "CHILD", "HEADER", "CHILDID", "DOB", "EPISODE", "DECOM", "DEC", "REC", "PL",
    "AMISSING", "MIS_START", "OC2", "SDQ_SCORE", "LS",
]  # fmt: skip


@f.fuzzed
@given(
    st.one_of(f.seeds.map(Random), f.seeds.map(Random), f.markup(TAGS)),
    st.integers(0, 7),
)
def test_every_903_in_xml_is_taken_whole_or_refused_in_words(arena, made, chance):
    if isinstance(made, Random):
        made = f.mutated(made, OURS, [OURS])
    else:
        made = f"<EXPSSDA903>{made}</EXPSSDA903>".encode()
    day = None if chance == 0 else f.DAY
    path = arena.source({"return.xml": made}) / "return.xml"
    arena.take(path, onto=chance == 1, extract_date=day)

from random import Random

import fuzzing as f
from hypothesis import given
from hypothesis import strategies as st

OURS = f"""\
<?xml version="1.0" encoding="utf-8"?>
<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2024</Year>
<ReferenceDate>2024-03-31</ReferenceDate></CollectionDetails><Source><LEA>201</LEA>
</Source></Header><Children>
<Child><ChildIdentifiers><LAchildID>{f.CHILD}</LAchildID><UPN>{f.UPN}</UPN>
<Name>{f.FORENAME} {f.NAME}</Name><NHS>{f.NHS}</NHS>
<PersonBirthDate>2015-05-17</PersonBirthDate><Sex>F</Sex></ChildIdentifiers>
<ChildCharacteristics><Ethnicity>WBRI</Ethnicity><Disabilities>
<Disability>HAND</Disability></Disabilities></ChildCharacteristics>
<CINdetails><CINreferralDate>2023-05-01</CINreferralDate>
<ReferralSource>1A</ReferralSource><PrimaryNeedCode>N1</PrimaryNeedCode>
<Assessments><AssessmentActualStartDate>2023-05-02</AssessmentActualStartDate>
<AssessmentAuthorisationDate>2023-06-01</AssessmentAuthorisationDate>
<FactorsIdentifiedAtAssessment><AssessmentFactors>2A</AssessmentFactors>
</FactorsIdentifiedAtAssessment></Assessments>
<Section47><S47ActualStartDate>2023-05-03</S47ActualStartDate>
<DateOfInitialCPC>2023-05-20</DateOfInitialCPC></Section47>
<ChildProtectionPlans><CPPstartDate>2023-05-20</CPPstartDate>
<InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse></ChildProtectionPlans>
</CINdetails></Child></Children></Message>
""".encode()
TAGS = [
    "Child", "ChildIdentifiers", "LAchildID", "PersonBirthDate", "CINdetails",
    "CINreferralDate", "Assessments", "AssessmentActualStartDate", "Section47",
    "AssessmentFactors", "ChildProtectionPlans", "CPPstartDate", "Header", "Year",
    "ReferenceDate", "Disability", "CINPlanDates", "CINPlanStartDate", "Reviews",
]  # fmt: skip


@f.fuzzed
@given(
    st.one_of(f.seeds.map(Random), f.seeds.map(Random), f.markup(TAGS)),
    st.integers(0, 7),
)
def test_every_census_is_taken_whole_or_refused_in_words(
    arena, sector_samples, made, chance
):
    if isinstance(made, Random):
        samples = [OURS, OURS, *sector_samples["cin"]]
        made = f.mutated(made, made.choice(samples), samples)
    else:
        made = f"<Message><Children>{made}</Children></Message>".encode()
    day = None if chance == 0 else f.DAY
    path = arena.source({"return.xml": made}) / "return.xml"
    arena.take(path, onto=chance == 1, extract_date=day)

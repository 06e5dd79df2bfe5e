"""A CIN census of any size, written as a stream: made-up children in one template.

python benchmarks/census.py FILE --mb 500
"""

import argparse
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np

BEGAN, REFERENCE = date(2025, 4, 1), date(2026, 3, 31)
FACTORS = ("2A", "3B", "4B", "8B", "10B", "19B")
SOURCES = ("1A", "2B", "3D", "5A", "6", "8")
NEEDS = ("N1", "N3", "N5")
CATEGORIES = ("NEG", "EMO", "PHY")
HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<Message>
 <Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>
  <ReferenceDate>{REFERENCE}</ReferenceDate></CollectionDetails></Header>
 <Children>
"""
FOOT = " </Children>\n</Message>\n"


def write_census(path: Path, size: int) -> tuple[int, int]:
    """Write a census of at least so many bytes.

    Returns:
        How many children it holds, and how many bytes it has.
    """
    written = children = 0
    with path.open("w", encoding="utf-8") as file:
        written += file.write(HEAD)
        for child in _children():
            written += file.write(child)
            children += 1
            if written >= size:
                break
        written += file.write(FOOT)
    return children, written


def _children() -> Iterator[str]:
    random = np.random.Generator(np.random.PCG64(1))
    number = 0
    while True:
        for draw in random.integers(0, 2**31, size=(1000, 4)).tolist():
            number += 1
            yield _child(number, *draw)


def _child(number: int, one: int, two: int, three: int, four: int) -> str:
    born = date(2008, 1, 1) + timedelta(days=one % 6200)
    episodes = "".join(
        _episode(BEGAN + timedelta(days=(two + 97 * n) % 300), three + n, four)
        for n in range(1 + four % 2)
    )
    return f"""  <Child>
   <ChildIdentifiers>
    <LAchildID>B{number:08}</LAchildID>
    <PersonBirthDate>{born}</PersonBirthDate>
    <Sex>{"MF"[one % 2]}</Sex>
   </ChildIdentifiers>
   <ChildCharacteristics>
    <Ethnicity>{("WBRI", "MWBC", "AIND", "BAFR")[one % 4]}</Ethnicity>
    <Disabilities><Disability>{("NONE", "LD")[three % 2]}</Disability></Disabilities>
   </ChildCharacteristics>
{episodes}  </Child>
"""


def _episode(began: date, one: int, two: int) -> str:
    def after(days: int) -> date:
        return began + timedelta(days=days)

    factors = "".join(
        f"      <AssessmentFactors>{FACTORS[(one + n) % len(FACTORS)]}"
        "</AssessmentFactors>\n"
        for n in range(1 + one % 3)
    )
    return f"""   <CINdetails>
    <CINreferralDate>{began}</CINreferralDate>
    <ReferralSource>{SOURCES[one % len(SOURCES)]}</ReferralSource>
    <PrimaryNeedCode>{NEEDS[two % len(NEEDS)]}</PrimaryNeedCode>
    <ReferralNFA>0</ReferralNFA>
    <Assessments>
     <AssessmentActualStartDate>{after(2)}</AssessmentActualStartDate>
     <AssessmentAuthorisationDate>{after(30)}</AssessmentAuthorisationDate>
     <FactorsIdentifiedAtAssessment>
{factors}     </FactorsIdentifiedAtAssessment>
    </Assessments>
    <CINPlanDates><CINPlanStartDate>{after(31)}</CINPlanStartDate></CINPlanDates>
    <Section47>
     <S47ActualStartDate>{after(5)}</S47ActualStartDate>
     <InitialCPCtarget>{after(20)}</InitialCPCtarget>
     <DateOfInitialCPC>{after(18)}</DateOfInitialCPC>
     <ICPCnotRequired>0</ICPCnotRequired>
    </Section47>
    <ChildProtectionPlans>
     <CPPstartDate>{after(18)}</CPPstartDate>
     <InitialCategoryOfAbuse>{CATEGORIES[one % 3]}</InitialCategoryOfAbuse>
     <LatestCategoryOfAbuse>{CATEGORIES[two % 3]}</LatestCategoryOfAbuse>
     <NumberOfPreviousCPP>0</NumberOfPreviousCPP>
    </ChildProtectionPlans>
   </CINdetails>
"""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("file", type=Path)
    words.add_argument("--mb", type=int, default=500)
    given = words.parse_args()
    children, size = write_census(given.file, given.mb * 10**6)
    print(f"{children:,} children, {size / 10**6:,.0f} MB")


if __name__ == "__main__":
    main()

"""Each rule finds the row it is about and leaves the others; none is doubled or lost."""

import csv
import re
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from riskaid.errors import DefinitionError
from riskaid.records.ingest import ingest
from riskaid.records.quality_rules import (
    as_of_now,
    check_rules,
    read_rules,
    rule_book,
    run_sql,
)
from riskaid.records.schema import stored_columns
from riskaid.records.store import open_store

COVERED, EXTRACTED = date(2020, 1, 1), date(2025, 3, 31)
RECORDS = Path(__file__).parents[3] / "src" / "riskaid" / "records"

# One line a row: table, person (! before it: this row is found), columns.
CASES = {
    "8585Q": """
        referrals !a close_reason=RC2
        referrals b close_reason=RC2
        referrals c close_reason=RC3
        persons a
        persons b died=2024-01-01
        persons c""",
    "4180": "persons !a\npersons b sex=U",
    "8750": """
        persons !a expected=2025-06-01 sex=F
        persons b expected=2025-06-01 sex=U
        persons c born=2020-01-01 sex=M""",
    "4220": "persons !a\npersons b ethnicity=REFU",
    "8920": """
        cp_plans !a date=2024-01-01 end=2024-06-02
        cp_plans b date=2024-01-01 end=2024-06-01
        cp_plans c date=2024-01-01
        persons a died=2024-06-01
        persons b died=2024-06-01
        persons c died=2024-06-01""",
    "4009Q": """
        cin_plans !a date=2024-01-01 end=2024-06-02
        cin_plans b date=2024-01-01 end=2024-06-01
        persons a died=2024-06-01
        persons b died=2024-06-01""",
    "8775Q": """
        referrals !a date=2021-01-01
        referrals b date=2021-01-01 end=2021-05-01
        referrals c date=2021-01-01
        persons a born=1999-01-01
        persons b born=1999-01-01
        persons c born=1999-03-01""",
    "8815": """
        referrals a date=2024-01-01 end=- no_further_action=no
        referrals !a date=2024-02-01 end=-
        referrals b date=2024-01-01
        referrals b date=2024-02-01 end=2024-03-01
        referrals c date=2024-01-01
        referrals c date=2024-02-01 no_further_action=yes""",
    "8816": """
        referrals !a date=2024-01-01
        referrals a date=2024-02-01 end=2024-03-01
        referrals b date=2024-01-01 end=2024-01-05
        referrals b date=2024-02-01
        referrals c date=2024-01-01 no_further_action=yes
        referrals c date=2024-02-01""",
    "8820": """
        referrals a date=2024-01-01 end=2024-03-01
        referrals !a date=2024-02-01
        referrals b date=2024-01-01 end=2024-02-01
        referrals b date=2024-02-01
        referrals c date=2024-01-01 end=2024-03-01
        referrals c date=2024-02-01 no_further_action=yes""",
    "8568": "referrals !a\nreferrals b no_further_action=no",
    "8866": "referrals !a\nreferrals b source_code=6",
    "8610": """
        referrals !a date=2025-01-01 no_further_action=no
        referrals b date=2025-01-25 no_further_action=no
        referrals c date=2025-01-01 no_further_action=yes
        referrals d date=2025-01-01 no_further_action=no primary_need=N1""",
    "8831 assessments": """
        assessments !a referral_id=1
        assessments b referral_id=2
        assessments c
        referrals a referral_id=1 no_further_action=yes
        referrals b referral_id=2 no_further_action=no
        referrals c no_further_action=yes""",
    "8831 s47_enquiries": """
        s47_enquiries !a referral_id=1
        s47_enquiries b referral_id=2
        referrals a referral_id=1 no_further_action=yes
        referrals b referral_id=2""",
    "8565 assessments": """
        assessments !a date=2024-02-02 referral_id=1
        assessments b date=2024-02-01 referral_id=2
        assessments c date=2024-02-02 referral_id=3
        referrals a referral_id=1 end=2024-02-01
        referrals b referral_id=2 end=2024-02-01
        referrals c referral_id=3""",
    "8565 s47_enquiries": """
        s47_enquiries !a date=2024-02-02 referral_id=1
        s47_enquiries b date=2024-02-01 referral_id=2
        referrals a referral_id=1 end=2024-02-01
        referrals b referral_id=2 end=2024-02-01""",
    "1103": """
        assessments !a date=2024-01-31 referral_id=1
        assessments b date=2024-02-01 referral_id=2
        referrals a referral_id=1 date=2024-02-01
        referrals b referral_id=2 date=2024-02-01""",
    "8863Q": """
        assessments a date=2024-01-01
        assessments !a date=2024-01-01
        assessments b date=2024-01-01 end=2024-02-01
        assessments b date=2024-02-01""",
    "8896": """
        assessments a date=2024-02-01 referral_id=1
        assessments !a date=2024-01-01 referral_id=1
        assessments b date=2024-01-01 referral_id=2
        assessments b date=2024-01-01 referral_id=3
        assessments c date=2024-01-01 referral_id=4 end=2024-02-01
        assessments c date=2024-01-01 referral_id=4""",
    "8867": """
        assessments !a referral_id=1
        assessments b referral_id=2 end=2024-01-01
        assessments c referral_id=3
        referrals a referral_id=1 end=2024-02-01
        referrals b referral_id=2 end=2024-02-01
        referrals c referral_id=3""",
    "8670Q": """
        assessments !a date=2025-01-26
        assessments b date=2025-01-27
        assessments c date=2025-01-26 end=2025-03-01""",
    "8897Q": """
        assessments !a date=2024-01-01 end=2024-02-01
        assessments b date=2024-01-01 end=2024-02-01
        assessments c date=2024-01-01
        assessments d date=2019-12-31 end=2020-02-01
        assessment_factors b date=2024-01-01 code=21""",
    "8614": """
        assessment_factors !a date=2024-01-01 code=1A
        assessment_factors b date=2024-01-01 code=1A
        assessments a date=2024-01-01
        assessments b date=2024-01-01 end=2024-02-01""",
    "8898": """
        assessment_factors a date=2024-01-01 code=1A source_row=5
        assessment_factors !a date=2024-01-01 code=1A source_row=5
        assessment_factors b date=2024-01-01 code=1A source_row=6
        assessment_factors b date=2024-01-01 code=1B source_row=6""",
    "2889": """
        s47_enquiries !a date=2024-01-31 referral_id=1
        s47_enquiries b date=2024-02-01 referral_id=2
        referrals a referral_id=1 date=2024-02-01
        referrals b referral_id=2 date=2024-02-01""",
    "1104": """
        icpcs !a date=2024-01-31 referral_id=1
        icpcs b date=2024-02-01 referral_id=2
        referrals a referral_id=1 date=2024-02-01
        referrals b referral_id=2 date=2024-02-01""",
    "8615": """
        icpcs !a date=2024-01-31 enquiry_id=1
        icpcs b date=2024-02-01 enquiry_id=2
        s47_enquiries a enquiry_id=1 date=2024-02-01
        s47_enquiries b enquiry_id=2 date=2024-02-01""",
    "8890": """
        s47_enquiries a date=2024-01-01 end=2024-02-02
        s47_enquiries !a date=2024-02-01
        s47_enquiries b date=2024-01-01 end=2024-02-01
        s47_enquiries b date=2024-02-01
        s47_enquiries c date=2024-01-01
        s47_enquiries c date=2024-02-01""",
    "8839": """
        s47_enquiries a referral_id=1
        s47_enquiries !a referral_id=1
        s47_enquiries b referral_id=2 conference_decided=no
        s47_enquiries b referral_id=2
        s47_enquiries c referral_id=3
        s47_enquiries c referral_id=4""",
    "2991Q": """
        s47_enquiries !a date=2024-01-01 referral_id=1
        s47_enquiries b date=2024-01-01 referral_id=2
        s47_enquiries c date=2024-01-01
        s47_enquiries d date=2019-12-31 referral_id=4
        assessments b referral_id=2""",
    "8868": """
        s47_enquiries !a referral_id=1
        s47_enquiries b referral_id=2 conference_decided=no
        s47_enquiries c referral_id=3
        referrals a referral_id=1 end=2024-01-01
        referrals b referral_id=2 end=2024-01-01
        referrals c referral_id=3""",
    "8675Q": """
        s47_enquiries !a date=2025-03-09
        s47_enquiries b date=2025-03-10
        s47_enquiries c date=2025-03-09 conference_decided=no""",
    "8870Q": "icpcs !a target=2024-03-02\nicpcs b target=2024-03-01\nicpcs c",
    "8875": "icpcs !a date=2024-03-03\nicpcs b date=2024-03-04",
    "8840": """
        cp_plans !a date=2024-01-01 end=2024-01-01
        cp_plans b date=2024-01-01 end=2024-01-02
        cp_plans c date=2024-01-01""",
    "4012Q": """
        cin_plans !a date=2024-01-01 end=2024-01-01
        cin_plans b date=2024-01-01 end=2024-01-02""",
    "8935": """
        cp_plans a date=2024-01-01
        cp_plans !a date=2024-02-01
        cp_plans b date=2024-01-01 end=2024-03-01
        cp_plans b date=2024-02-01
        cp_plans c date=2024-01-01""",
    "8940": """
        cp_plans a date=2024-01-01 end=2024-03-01
        cp_plans !a date=2024-02-01
        cp_plans b date=2024-01-01 end=2024-02-01
        cp_plans b date=2024-02-01""",
    "4004": """
        cin_plans a date=2024-01-01
        cin_plans !a date=2024-01-01
        cin_plans b date=2024-01-01
        cin_plans c date=2024-01-01""",
    "4014": """
        cin_plans a date=2024-01-01 end=2024-03-01
        cin_plans !a date=2024-02-01
        cin_plans b date=2024-01-01 end=2024-02-01
        cin_plans b date=2024-02-01""",
    "4001": """
        cin_plans !a date=2024-01-01 end=2024-03-01
        cp_plans a date=2024-02-01
        cin_plans b date=2024-01-01 end=2024-02-01
        cp_plans b date=2024-02-01
        cin_plans c date=2024-02-01
        cp_plans c date=2024-01-01 end=2024-02-01
        cin_plans !d date=2024-02-01
        cp_plans d date=2024-01-01""",
    "2885": """
        cp_plans !a date=2024-01-02
        icpcs a date=2024-01-01
        cp_plans b date=2024-01-01
        icpcs b date=2024-01-01
        cp_plans c date=2019-12-31""",
    "R02": """
        cp_plans !a date=2024-01-01
        s47_enquiries a date=2024-01-02
        cp_plans b date=2024-01-01
        s47_enquiries b date=2024-01-01
        cp_plans !c date=2021-01-01
        cp_plans d date=2020-12-31""",
    "8905": "cp_plans !a\ncp_plans b initial_category=NEG",
    "8910": "cp_plans !a\ncp_plans b latest_category=NEG",
    "355": """
        cla_episodes !a date=2024-01-01 end=2024-01-01
        cla_episodes b date=2024-01-01 end=2024-01-02""",
    "353": "cla_episodes !a date=1991-10-13\ncla_episodes b date=1991-10-14",
    "302": """
        cla_episodes !a date=2023-12-31
        cla_episodes b date=2024-01-01
        persons a born=2024-01-01
        persons b born=2024-01-01""",
    "352": """
        cla_episodes !a date=2024-02-01 start_reason=S
        cla_episodes b date=2024-01-31 start_reason=S
        cla_episodes c date=2024-02-01 start_reason=P
        persons a born=2006-01-01
        persons b born=2006-01-01
        persons c born=2006-01-01""",
    "351": """
        cla_episodes !a date=2024-02-01
        cla_episodes b date=2024-01-31
        persons a born=1998-01-01
        persons b born=1998-01-01""",
    "433": """
        cla_episodes !a date=2024-02-01 start_reason=P
        cla_episodes a date=2024-01-01 start_reason=S end=2024-01-31
        cla_episodes b date=2024-02-01 start_reason=P
        cla_episodes b date=2024-01-01 start_reason=S end=2024-02-01
        cla_episodes c date=2020-01-01 start_reason=P""",
    "437": """
        cla_episodes a date=2024-01-01 end=2024-01-31 end_reason=E2
        cla_episodes !a date=2024-02-01
        cla_episodes b date=2024-01-01 end=2024-01-31 end_reason=X1
        cla_episodes b date=2024-02-01""",
    "361": """
        legal_statuses !a date=2024-01-01 end=2024-01-05 legal_status=L1
        legal_statuses b date=2024-01-01 end=2024-01-04 legal_status=L1
        legal_statuses !c date=2024-01-01 legal_status=L1
        legal_statuses d date=2024-01-01 end=2024-01-05 legal_status=L2""",
    "362": """
        legal_statuses !a date=2024-01-01 end=2024-01-23 legal_status=L2
        legal_statuses b date=2024-01-01 end=2024-01-22 legal_status=L2""",
    "363": """
        legal_statuses !a date=2024-01-01 end=2024-01-09 legal_status=L3
        legal_statuses b date=2024-01-01 end=2024-01-08 legal_status=L3""",
    "370": """
        placements !a date=2023-12-31 placement_type=P2
        placements b date=2024-01-01 placement_type=P2
        placements c date=2023-12-31 placement_type=U4
        persons a born=2008-01-01
        persons b born=2008-01-01
        persons c born=2008-01-01""",
    "371": """
        placements !a date=2023-12-31 placement_type=H5
        placements b date=2024-01-01 placement_type=H5
        persons a born=2008-01-01
        persons b born=2008-01-01""",
    "372": """
        placements !a date=2023-12-31 placement_type=R5
        placements b date=2024-01-01 placement_type=R5
        persons a born=2014-01-01
        persons b born=2014-01-01""",
    "373": """
        placements !a date=2023-12-31 placement_type=S1
        placements b date=2024-01-01 placement_type=S1
        persons a born=2020-01-01
        persons b born=2020-01-01""",
    "374": """
        placements !a date=2023-12-31 placement_type=P3
        placements b date=2024-01-01 placement_type=P3
        persons a born=2010-01-01
        persons b born=2010-01-01""",
    "454": "placements !a distance_miles=350.1\nplacements b distance_miles=350",
    "565": "missing_episodes !a\nmissing_episodes b episode_type=A",
    "574": """
        missing_episodes a date=2024-01-01
        missing_episodes !a date=2024-01-02
        missing_episodes b date=2024-01-01 end=2024-01-02
        missing_episodes b date=2024-01-02
        missing_episodes c date=2024-01-01 source=police/x.csv
        missing_episodes c date=2024-01-02""",
    "586": """
        missing_episodes !a date=2009-12-31
        missing_episodes b date=2010-01-01
        persons a born=2010-01-01
        persons b born=2010-01-01""",
    "581": """
        missing_episodes !a date=2023-12-31
        missing_episodes b date=2024-01-01
        missing_episodes c date=2023-12-31 source=police/x.csv
        cla_episodes a date=2024-01-01
        cla_episodes b date=2024-01-01
        cla_episodes c date=2024-01-01""",
    "578": """
        missing_episodes !a date=2024-02-02
        missing_episodes b date=2024-02-01
        missing_episodes c date=2024-02-02
        cla_episodes a date=2024-01-01 end=2024-02-01
        cla_episodes b date=2024-01-01 end=2024-02-01
        cla_episodes c date=2024-01-01 end=2024-02-01
        cla_episodes c date=2024-02-01""",
    "577": """
        missing_episodes !a date=2024-02-01
        missing_episodes b date=2024-02-01 end=2024-02-05
        missing_episodes c date=2024-02-01
        cla_episodes a date=2024-01-01 end=2024-02-01
        cla_episodes b date=2024-01-01 end=2024-02-01
        cla_episodes c date=2024-01-01""",
    "188": """
        sdq_scores !a date=2023-12-31
        sdq_scores b date=2024-01-01
        persons a born=2020-01-01
        persons b born=2020-01-01""",
}


def name_of(rule):
    several = [r for r in rule_book().rules if r.codes == rule.codes]
    return rule.codes[0] if len(several) == 1 else f"{rule.codes[0]} {rule.tables[0]}"


IN_SQL = {name_of(rule): rule for rule in rule_book().rules if rule.sql}


def tables_of(text, rule):
    """The tables of a case as the rules see them, and the rows to be found."""
    rows = {table: [] for table in rule.tables}
    wanted = []
    for line in text.strip().splitlines():
        table, person, *pairs = line.split()
        said = dict(pair.split("=") for pair in pairs)
        if person.startswith("!"):
            assert table == rule.tables[0]
            wanted.append(len(rows[table]))
        row = {"source": "council/file.csv", **said, "person_id": person.strip("!")}
        rows[table].append({k: None if v == "-" else v for k, v in row.items()})
    frames = {}
    for table, held in rows.items():
        columns = stored_columns(table)
        text_schema = dict.fromkeys(columns, pl.String)
        frame = pl.DataFrame(held, schema=text_schema)
        frames[table] = frame.with_columns(
            (pl.col(c).str.to_date() if kind == pl.Date else pl.col(c).cast(kind))
            for c, kind in columns.items()
        ).with_columns(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("n"),
            pl.col("source").str.split("/").list.first().alias("source_name"),
        )
    return frames, wanted


def test_every_rule_in_sql_has_a_case():
    assert set(CASES) == set(IN_SQL)


@pytest.mark.parametrize("name", sorted(IN_SQL))
def test_a_rule_finds_its_row_and_no_other(name):
    rule = IN_SQL[name]
    frames, wanted = tables_of(CASES[name], rule)
    found = run_sql(rule, frames, COVERED, EXTRACTED)
    assert sorted(found) == wanted
    assert len(wanted) < frames[rule.tables[0]].height


@pytest.mark.parametrize("name", sorted(IN_SQL))
def test_another_engine_reads_the_same_words_alike(name):
    rule = IN_SQL[name]
    frames, wanted = tables_of(CASES[name], rule)
    with duckdb.connect() as connection:
        for table, frame in frames.items():
            dated = frame.with_columns(
                pl.lit(COVERED).alias("held_from"), pl.lit(EXTRACTED).alias("extracted")
            )
            connection.register(table, dated.to_arrow())
        found = connection.execute(f"SELECT DISTINCT r.n {rule.sql}").fetchall()
    assert sorted(n for (n,) in found) == wanted


def test_what_reading_counts_is_said_word_for_word():
    source = "\n".join(
        re.sub(r'"\s*\n\s*"', "", path.read_text())
        for path in sorted(RECORDS.glob("*.py"))
    )
    formed = re.compile(r"'\w+' could not be read and was left empty")
    said = {one for rule in rule_book().rules for one in rule.noted}
    assert [
        one for one in said if one not in source and not formed.fullmatch(one)
    ] == []


def test_a_code_is_checked_or_left_out_and_never_both():
    book = rule_book()
    for collection in ("CIN", "SSDA903"):
        checked = {c for r in book.rules if collection in r.returns for c in r.codes}
        out = [
            c for n in book.not_checked if n.collection == collection for c in n.codes
        ]
        assert len(out) == len(set(out))
        assert not checked & set(out)


@pytest.mark.parametrize(
    ("collection", "file", "many"),
    [("CIN", "cin_rules.csv", 114), ("SSDA903", "ssda903_rules.csv", 366)],
)
def test_every_rule_of_the_dfe_is_accounted_for(sector_files, collection, file, many):
    with (sector_files / file).open() as lines:
        rules = [row["rule"] for row in csv.DictReader(lines)]
    assert len(rules) == many
    book = rule_book()
    named = {c for r in book.rules if collection in r.returns for c in r.codes}
    named |= {
        c for n in book.not_checked if n.collection == collection for c in n.codes
    }
    assert set(rules) - named == set()
    both = {c for r in book.rules if len(r.returns) > 1 for c in r.codes}
    assert named - set(rules) <= both


CENSUS = """<Message><Header><CollectionDetails><Year>2024</Year>
<ReferenceDate>2024-03-31</ReferenceDate></CollectionDetails></Header><Children>
{children}</Children></Message>"""
CHILD = """<Child><ChildIdentifiers><LAchildID>{id}</LAchildID><UPN>{upn}</UPN>
<PersonBirthDate>2015-01-01</PersonBirthDate><Sex>F</Sex></ChildIdentifiers>
<CINdetails><CINreferralDate>2024-01-10</CINreferralDate>{more}</CINdetails></Child>
"""


def results(tmp_path, text):
    (tmp_path / "census.xml").write_text(text)
    ingest(tmp_path / "census.xml", tmp_path / "store")
    found = check_rules(open_store(tmp_path / "store"))
    return {name_of(result.rule): result for result in found}


def test_a_census_is_counted_at_reading_and_in_the_store(tmp_path):
    plan = "<{0}><CINPlanStartDate>{1}</CINPlanStartDate></{0}>"
    children = "".join(
        CHILD.format(id=n, upn=upn, more=more)
        for n, upn, more in [
            ("A1", "H801200001001", plan.format("CINPlanDates", "2024-01-09")),
            ("A2", "H801200001001", plan.format("CINPlanDates", "2024-01-10")),
            ("A3", "UN3", "<ReasonForClosure>RC1</ReasonForClosure>"),
            ("A4", "B801200001001", "<CINclosureDate>2024-02-01</CINclosureDate>"),
        ]
    )
    found = results(tmp_path, CENSUS.format(children=children))
    assert {name: r.rows for name, r in found.items() if r.rows} == {
        "1520": 2,
        "1510": 1,
        "4015": 1,
        "8805": 1,
        "8810": 1,
        "8568": 4,
        "8866": 4,
        "4220": 4,
    }
    assert [file for file, _ in found["1520"].first] == [
        "cin census/census.xml <Child>"
    ] * 2
    assert found["8568"].of_rows == 4
    assert found["8940"].rows is None
    assert found["8940"].why_not == "not supplied: cp_plans"
    assert found["142"].rows is None
    assert found["142"].why_not == "no file with cla_episodes"
    assert found["148"].why_not.endswith("of the kind ssda903_csv or ssda903_xml")
    assert found["8925"].rows is None and found["8630"].rows == 0


def test_without_a_upn_column_upns_are_not_checked(tmp_path):
    text = CENSUS.format(children=CHILD.format(id="A1", upn="", more=""))
    found = results(tmp_path, text)
    assert found["1520"].rows is None
    assert found["1520"].why_not == "no file holds a UPN"


def test_no_result_holds_an_id_or_a_upn(tmp_path):
    child = CHILD.format(id="SECRET1", upn="H801200001001", more="")
    twice = child + child.replace("SECRET1", "SECRET2")
    found = results(tmp_path, CENSUS.format(children=twice))
    text = str([r.to_json() for r in found.values()])
    assert "SECRET" not in text and "H8012" not in text


def test_rows_are_those_that_are_so_now(tmp_path):
    found = results(
        tmp_path, CENSUS.format(children=CHILD.format(id=1, upn="", more=""))
    )
    rows = as_of_now(open_store(tmp_path / "store"), "referrals")
    assert rows["source_name"].to_list() == ["cin census"]
    assert found["8568"].rows == rows.height == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[rule]\n", "not a TOML file"),
        ('[[rule]]\ncodes=["1"]\nreturn="CIN"\nsays="x"\ntables=["plans"]\nsql="x"', "there is no plans"),
        ('[[rule]]\ncodes=["1"]\nreturn="SEN"\nsays="x"\ntables=["icpcs"]\nsql="x"', "there is no SEN"),
        ('[[rule]]\ncodes=["1"]\nreturn="CIN"\nsays="x"\ntables=["icpcs"]\nquery="x"', "there is no query"),
        ('[[rule]]\ncodes=["1"]\nreturn="CIN"\nsays="x"\ntables=["icpcs"]', "either sql or noted"),
        ('[[rule]]\ncodes=["1"]\nreturn="CIN"\nsays="x"\ntables=[]\nsql="x"', "either sql or noted"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_refused(text, says):
    with pytest.raises(DefinitionError, match=says):
        read_rules(text)

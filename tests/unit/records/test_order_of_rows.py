"""Neither the order of rows nor that of files decides what enters a store."""

from datetime import date
from itertools import permutations

import pytest

from riskaid.records.ingest import ingest
from riskaid.records.store import open_store

DAY = date(2026, 3, 31)


@pytest.fixture
def either_way(ssd, tmp_path):
    """Ingest the same lines in every order; give each store's rows of a table."""

    def run(table, lines, head, *columns, **files):
        found = []
        for n, mixed in enumerate(permutations(lines)):
            text = head + "".join(f"{line}\n" for line in mixed)
            folder = ssd({"x.csv": text, **files}, name=f"ssd{n}")
            ingest(folder, tmp_path / f"store{n}")
            rows = open_store(tmp_path / f"store{n}").table(table)
            found.append(rows.select(columns).rows())
        return found

    return run


def test_of_two_rows_for_a_person_the_one_that_says_more_is_taken(either_way):
    head = "pers_person_id,pers_dob,pers_ethnicity,pers_sex\n"
    lines = ["C1,2015-01-01,WBRI,", "C1,2015-01-01,BCRB,F", "C1,2015-01-01,AIND,F"]
    found = either_way("persons", lines, head, "ethnicity", "sex")
    assert found == [[("AIND", "F")]] * 6


def test_of_two_plans_of_one_id_a_visit_takes_the_same_child(either_way):
    head = "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date\n"
    visits = "cppv_cp_plan_id,cppv_cp_visit_date\n1,2026-03-02\n"
    lines = ["1,C2,2026-01-01", "1,C1,2026-01-01"]
    found = either_way("cp_visits", lines, head, "person_id", **{"v.csv": visits})
    assert found == [[("C1",)]] * 2


def test_of_two_assessments_of_one_id_a_factor_takes_the_same_one(either_way):
    head = "cina_assessment_id,cina_person_id,cina_assessment_start_date\n"
    factors = 'cinf_assessment_id,cinf_assessment_factors_json\n1,"[""3B""]"\n'
    lines = ["1,C2,2026-01-01", "1,C1,2026-02-01"]
    found = either_way(
        "assessment_factors", lines, head, "person_id", "date", **{"f.csv": factors}
    )
    assert found == [[("C1", date(2026, 2, 1))]] * 2


def test_two_episodes_of_one_day_end_in_the_same_order(either_way):
    head = (
        "clae_person_id,clae_cla_episode_start_date,clae_cla_primary_need_code,"
        "clae_cla_episode_ceased_date\n"
    )
    lines = ["C1,2026-01-01,N4,", "C1,2026-01-01,N1,"]
    found = either_way("cla_episodes", lines, head, "need", "end")
    assert found == [[("N1", date(2026, 1, 1)), ("N4", None)]] * 2


def test_a_list_of_factors_that_are_all_answered_no_is_refused_with_its_reason(
    ssd, tmp_path
):
    files = {
        "a.csv": "cina_assessment_id,cina_person_id,cina_assessment_start_date\n"
        "1,C1,2026-01-01\n",
        "f.csv": 'cinf_assessment_id,cinf_assessment_factors_json\n1,"{""1A"": ""N""}"\n',
    }
    report = ingest(ssd(files), tmp_path / "store")
    file = next(f for f in report.files if f.name == "f.csv")
    assert [f.says for f in file.refusals] == ["no factor in it"]


MAPPING = """
name = "partners"
extract_date = 2026-03-31
covered_from = 2020-01-01
[[feed]]
file = "who*.csv"
table = "persons"
[feed.columns]
person_id = "id"
ethnicity = "group"
[[feed]]
file = "what*.csv"
table = "local_events"
[feed.columns]
person_id = "id"
date = "on"
"""


def test_what_stands_in_two_parts_of_one_feed_stands_once(tmp_path):
    files = {
        "who_a.csv": "id,group\nC1,WBRI\n",
        "who_b.csv": "id,group\nC1,AIND\nC1,WBRI\n",
        "what_2024.csv": "id,on\nC1,2024-05-01\nC1,2024-12-31\n",
        "what_2025.csv": "on,id\n2024-12-31,C1\n2025-01-01,C1\n",
    }
    folder = tmp_path / "feeds"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    (tmp_path / "m.toml").write_text(MAPPING)
    report = ingest(folder, tmp_path / "store", mapping=tmp_path / "m.toml")
    store = open_store(tmp_path / "store")
    assert store.table("persons")["ethnicity"].to_list() == ["AIND"]
    assert store.table("local_events").height == 3
    refused = {f.name: f.refused for f in report.files}
    assert refused == {
        "who_a.csv": 1,
        "who_b.csv": 1,
        "what_2024.csv": 0,
        "what_2025.csv": 1,
    }


TWINS = """
name = "partners"
covered_from = 2020-01-01
[[feed]]
file = "links.csv"
table = "household"
[feed.columns]
person_id = "id"
adult_id = "adult"
known_from = "noted"
"""


def test_which_of_two_twins_stays_does_not_hang_on_the_order_of_the_file(tmp_path):
    found = []
    (tmp_path / "m.toml").write_text(TWINS)
    for n, both in enumerate(permutations(("C1,A1,2026-03-31\n", "C1,A1,\n"))):
        for day, lines in ((date(2026, 3, 1), both[:0]), (DAY, both)):
            (tmp_path / "links.csv").write_text("id,adult,noted\n" + "".join(lines))
            ingest(
                tmp_path / "links.csv",
                tmp_path / f"store{n}",
                mapping=tmp_path / "m.toml",
                extract_date=day,
            )
        (tmp_path / "links.csv").write_text("id,adult,noted\nC1,A1,\n")
        ingest(
            tmp_path / "links.csv",
            tmp_path / f"store{n}",
            mapping=tmp_path / "m.toml",
            extract_date=date(2026, 4, 9),
        )
        rows = open_store(tmp_path / f"store{n}").table("household")
        found.append(rows.select("known_how", "known_until").rows())
    assert found[0] == found[1]
    assert len(found[0]) == 2


CHILD = "<Child><LAchildID>{who}</LAchildID><CINdetails>{rest}</CINdetails></Child>"
ENQUIRY = (
    "<Section47><S47ActualStartDate>{day}</S47ActualStartDate>"
    "<InitialCPCtarget>{target}</InitialCPCtarget>"
    "<DateOfInitialCPC>2026-03-20</DateOfInitialCPC></Section47>"
)


def test_ids_made_for_a_return_do_not_say_where_in_the_file_a_block_stood(tmp_path):
    one = CHILD.format(who="C1", rest="<CINreferralDate>2026-01-01</CINreferralDate>")
    two = CHILD.format(
        who="C2",
        rest="<CINreferralDate>2026-01-02</CINreferralDate>"
        + ENQUIRY.format(day="2026-03-01", target="2026-03-22"),
    )
    found = []
    for n, text in enumerate((one + two, two + one)):
        file = tmp_path / f"{n}.xml"
        file.write_text(f"<Message><Children>{text}</Children></Message>")
        ingest(file, tmp_path / f"store{n}", extract_date=DAY)
        store = open_store(tmp_path / f"store{n}")
        ids = store.table("referrals")["referral_id"].to_list()
        found.append((ids, store.table("icpcs")["enquiry_id"].to_list()))
    assert found[0] == found[1]


def test_of_two_enquiries_with_one_conference_the_earlier_target_counts(tmp_path):
    found = []
    for n, targets in enumerate(permutations(("2026-03-22", "2026-03-15"))):
        rest = "<CINreferralDate>2026-01-01</CINreferralDate>"
        rest += "".join(ENQUIRY.format(day="2026-03-01", target=t) for t in targets)
        text = CHILD.format(who="C1", rest=rest)
        file = tmp_path / f"{n}.xml"
        file.write_text(f"<Message><Children>{text}</Children></Message>")
        ingest(file, tmp_path / f"store{n}", extract_date=DAY)
        found.append(
            open_store(tmp_path / f"store{n}").table("icpcs")["target"].to_list()
        )
    assert found == [[date(2026, 3, 15)]] * 2

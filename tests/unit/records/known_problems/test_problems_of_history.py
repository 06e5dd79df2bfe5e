"""Known problems 6, 11, 12, 13, 14 and 15: what happened when, once, and in what order.

The numbers are those of the table in docs/reference/known-problems.md.
"""

import json
from datetime import date

import pytest

from riskaid.language import days
from riskaid.records.quality_rules import check_rules
from riskaid.records.tables import cp_plans, disabilities, persons, referrals

D = date


def test_problem_06_ids_that_change_overnight_are_no_change(ssd, people):
    """The same rows under new ids keep their history; factors follow their assessment."""

    def night(day, prefix):
        return ssd(
            day=day,
            people=people,
            assessments="cina_assessment_id,cina_person_id,cina_referral_id,"
            "cina_assessment_start_date,cina_assessment_auth_date\n"
            f"{prefix}1,C1,R1,2025-01-01,2025-02-01\n",
            factors="cinf_table_id,cinf_assessment_id,cinf_assessment_factors_json\n"
            f'{prefix}7,{prefix}1,"[""1A""]"\n',
            s47="s47e_s47_enquiry_id,s47e_person_id,s47e_referral_id,s47e_s47_start_date\n"
            f"{prefix}2,C1,R1,2025-01-03\n",
        )

    before = night("2026-03-31", "a")
    held = {t: before.store.table(t) for t in before.store.coverage}
    after = night("2026-04-01", "b")
    for table in ("assessments", "assessment_factors", "s47_enquiries"):
        now = after.store.table(table)
        ids = [c for c in now.columns if c.endswith("_id") and c != "person_id"]
        assert now.drop(ids).equals(held[table].drop(ids))
        assert now["known_until"].to_list() == [None]
    assert after.column("assessments", "assessment_id") == ["b1"]
    assert {t.new + t.ended for t in after.report.tables} == {0}


def test_problem_11_what_the_window_cuts_off_is_not_known_and_the_window_is_said(
    ssd, people
):
    plans = (
        "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date\n"
        "1,C1,2021-06-01,2021-12-01\n2,C1,2025-06-01,\n"
    )
    taken = ssd.files(
        {"p.csv": people, "plans.csv": plans}, tables={"cp_plans": "2021-04-01"}
    )
    day = D(2026, 3, 31)
    assert taken.value(cp_plans.count(last=days(365)), as_of=day) == 1
    assert taken.value(cp_plans.count(last=days(1800)), as_of=day) == 2
    assert taken.value(cp_plans.count(last=days(1826)), as_of=day) is None
    facts = json.loads((taken.path / "store.json").read_text())["tables"]["cp_plans"]
    assert (facts["covered_from"], facts["covered_to"]) == ("2021-04-01", "2026-03-31")
    assert "covers 2021-04-01 to 2026-03-31" in taken.report.summary()


def test_problem_11_ids_that_lead_out_of_the_window_are_kept_and_reported(ssd, people):
    taken = ssd(
        people=people,
        referrals="cine_referral_id,cine_person_id,cine_referral_date\nR1,C1,2025-01-01\n",
        assessments="cina_assessment_id,cina_person_id,cina_referral_id,"
        "cina_assessment_start_date\n1,C1,R1,2025-01-02\n2,C1,R0,2020-05-01\n3,C1,,2020-06-01\n",
        s47="s47e_s47_enquiry_id,s47e_person_id,s47e_referral_id,s47e_s47_start_date\n"
        "S1,C1,R0,2020-05-01\n",
        icpcs="icpc_icpc_id,icpc_person_id,icpc_s47_enquiry_id,icpc_icpc_date\n"
        "1,C1,S1,2020-05-09\n2,C1,S0,2020-06-09\n",
    )
    lost = "its referral is not in the extract"
    assert taken.said("assessments", "noted") == {lost: (3,)}
    assert taken.said("s47", "noted") == {lost: (2,)}
    assert taken.said("icpcs", "noted") == {"its enquiry is not in the extract": (3,)}
    assert taken.column("assessments", "referral_id") == ["R0", None, "R1"]


def test_problem_11b_undated_snapshots_are_known_from_the_extract_only(ssd, people):
    """A back-dated question must not see today's disability, ethnicity or family."""
    taken = ssd(
        people=people,
        disabled="disa_person_id,disa_disability_code\nC1,AUT\n",
        mothers="moth_person_id,moth_childs_person_id\nC2,C1\n",
        referrals="cine_referral_id,cine_person_id,cine_referral_date\nR1,C1,2025-01-01\n",
    )
    for table in ("disabilities", "household", "families"):
        found = taken.rows(table, "known_from", "known_how")
        assert set(found) == {(D(2026, 3, 31), "first_seen")}
    assert taken.value(disabilities.any(), as_of=D(2026, 3, 31)) is None
    assert taken.value(disabilities.any(), as_of=D(2026, 4, 1)) == 1
    assert taken.value(persons.any(), as_of=D(2025, 1, 3)) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ssd_cla_convictions", "clac_person_id,clac_cla_conviction_date,clac_cla_conviction_offence"),
        ("ssd_cla_substance_misuse", "clas_person_id,clas_substance_misuse_date,clas_substance_misused"),
    ],
)  # fmt: skip
def test_problem_11c_tables_whose_names_mislead_are_left_out_and_said(
    ssd, people, name, text
):
    taken = ssd.files(
        {"p.csv": people, "odd name.csv": f"{text}\nC1,2010-01-01,WordsOfOffence\n"}
    )
    said = f"odd name.csv: not used ({name})"
    assert any(w.startswith(said) for w in taken.report.warnings)
    assert not taken.holds("WordsOfOffence")
    assert set(taken.store.coverage) == {"persons", "families"}


def test_problem_11c_sources_that_are_lookup_ids_give_way_to_descriptions(ssd, people):
    taken = ssd(
        people=people,
        contacts="cont_person_id,cont_contact_date,cont_contact_source_code,"
        "cont_contact_source_desc\nC1,2025-01-01,4217,Police\nC1,2025-02-01,10,Health visitor\n",
        referrals="cine_referral_id,cine_person_id,cine_referral_date,"
        "cine_referral_source_code,cine_referral_source_desc\n"
        "R1,C1,2025-01-01,991,School\nR2,C1,2025-02-01,992,A local word\n",
    )
    assert taken.column("contacts", "source_code") == ["6", "3B"]
    assert taken.column("referrals", "source_code") == ["2A", None]


def test_problem_11d_linked_identifiers_are_optional_and_never_read(ssd, people):
    ids = "link_table_id,link_person_id,link_identifier_type,link_identifier_value\n"
    taken = ssd(
        people=people,
        linked=f"{ids}1,C1,Former Unique Pupil Number,SSD_PH\n2,C1,UPN,NULL\n"
        "3,C1,NHS Number,9434765919\n",
    )
    assert taken.file("linked").read_as == "not used"
    assert not taken.holds("9434765919")
    assert ssd(day="2026-04-01", people=people).file("people").accepted == 2


def test_problem_12_the_same_score_under_another_row_id_counts_once(ssd, people):
    taken = ssd(
        people=people,
        sdq="csdq_table_id,csdq_person_id,csdq_sdq_completed_date,csdq_sdq_score\n"
        "1,C1,2025-01-01,12\n2,C1,2025-01-01,12\n3,C1,2025-01-01,14\n"
        "4,C1,2025-02-01,refused\n5,C1,2025-03-01,41\n5,C1,2025-03-01,41\n",
    )
    assert taken.rows("sdq_scores", "date", "score") == [
        (D(2025, 1, 1), 12.0),
        (D(2025, 1, 1), 14.0),
    ]
    assert taken.said("sdq", "refusals") == {
        "no score": (5, 6),
        "says the same as an earlier row": (3,),
        "the same row as an earlier one": (7,),
    }


def test_problem_12_factors_of_one_assessment_listed_twice_count_once(ssd, people):
    taken = ssd(
        people=people,
        assessments="cina_assessment_id,cina_person_id,cina_assessment_start_date\n"
        "1,C1,2025-01-01\n",
        factors="cinf_table_id,cinf_assessment_id,cinf_assessment_factors_json\n"
        '8,1,"[""1A"",""1A""]"\n9,1,"[""1A"",""2A""]"\n',
    )
    assert taken.column("assessment_factors", "code") == ["1A", "2A"]
    assert taken.said("factors", "repairs") == {
        "left out of one table: a factor of an earlier row again": (3,)
    }


def test_problem_12_tables_that_repeat_each_night_hold_nothing_twice(ssd, people):
    contacts = "cont_person_id,cont_contact_date\nC1,2025-01-01\nC1,2025-01-01\n"
    taken = ssd(people=people, contacts=contacts)
    assert taken.store.table("contacts").height == 1
    assert taken.said("contacts", "refusals") == {
        "the same row as an earlier one": (3,)
    }


EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC\n"


def test_problem_13_open_episodes_that_are_not_open_end_where_the_next_starts(returned):
    taken = returned(
        episodes=f"{EPISODES}1,01/05/2025,S,V2,N1,U4,PR1,,X1\n"
        "1,01/07/2025,P,V2,N1,K2,PR1,,E4A\n2,01/05/2025,S,V2,N1,U4,PR1,,X1\n"
    )
    assert taken.rows("cla_episodes", "person_id", "date", "end", "end_reason") == [
        ("1", D(2025, 5, 1), D(2025, 7, 1), "X1"),
        ("1", D(2025, 7, 1), None, None),
        ("2", D(2025, 5, 1), None, None),
    ]
    assert taken.said("episodes", "repairs") == {
        "open although another episode follows; ended where it starts": (2,),
        "open, yet REC X1 says another episode follows; REC was left empty": (4,),
        "open, yet with a reason for ending (REC); REC was left empty": (3,),
    }


def test_problem_14_overlaps_and_gaps_of_episodes_are_mended(returned):
    taken = returned(
        episodes=f"{EPISODES}1,01/05/2025,S,V2,N1,U4,PR1,20/07/2025,X1\n"
        "1,01/07/2025,P,V2,N1,K2,PR1,01/08/2025,X1\n1,05/08/2025,P,V2,N1,K2,PR1,01/09/2025,E4A\n"
    )
    assert taken.rows("cla_episodes", "date", "end") == [
        (D(2025, 5, 1), D(2025, 7, 1)),
        (D(2025, 7, 1), D(2025, 8, 5)),
        (D(2025, 8, 5), D(2025, 9, 1)),
    ]
    assert len(set(taken.column("cla_episodes", "period_id"))) == 1
    assert taken.said("episodes", "repairs") == {
        "a gap after an episode that goes on (X1); ended where the next one starts": (
            3,
        ),
        "overlaps the next episode; ended where it starts (501)": (2,),
    }


def test_problem_14_placements_and_legal_statuses_are_stays_of_their_own(returned):
    """A return splits a row on either; two of one day leave one of no length."""
    taken = returned(
        episodes=f"{EPISODES}1,01/05/2025,S,V2,N1,U4,PR1,01/06/2025,X1\n"
        "1,01/06/2025,L,C1,N1,U4,PR1,01/07/2025,X1\n1,01/07/2025,L,C2,N1,U4,PR1,01/07/2025,X1\n"
        "1,01/07/2025,P,C2,N1,K2,PR1,,\n"
    )
    assert taken.rows("placements", "date", "end", "placement_type") == [
        (D(2025, 5, 1), D(2025, 7, 1), "U4"),
        (D(2025, 7, 1), None, "K2"),
    ]
    assert taken.rows("legal_statuses", "date", "end", "legal_status") == [
        (D(2025, 5, 1), D(2025, 6, 1), "V2"),
        (D(2025, 6, 1), D(2025, 7, 1), "C1"),
        (D(2025, 7, 1), None, "C2"),
    ]


def test_problem_14_overlapping_spells_of_an_ssd_are_said(ssd, people):
    """Two placements may run at once (a holiday), so nothing is changed."""
    taken = ssd(
        people=people,
        placements="clap_person_id,clap_cla_placement_start_date,clap_cla_placement_end_date\n"
        "C1,2025-01-01,2025-03-01\nC1,2025-02-01,\nC2,2025-02-01,2025-02-05\nC2,2025-02-05,\n",
        legal="lega_person_id,lega_legal_status_start_date,lega_legal_status_end_date,lega_legal_status\n"
        "C1,2025-01-01,,V2\nC1,2025-02-01,,C1\n",
        episodes="clae_person_id,clae_cla_episode_start_date,clae_cla_episode_ceased_date\n"
        "C1,2025-01-01,2025-03-01\nC1,2025-02-01,\n",
    )
    says = "still so when the next one of the child began"
    assert taken.said("placements", "noted") == {says: (2,)}
    assert taken.said("legal", "noted") == {says: (2,)}
    assert taken.rows("placements", "date", "end")[0] == (D(2025, 1, 1), D(2025, 3, 1))
    assert taken.rows("cla_episodes", "date", "end")[0] == (
        D(2025, 1, 1),
        D(2025, 2, 1),
    )


def plans_and_referrals(ssd, people):
    return ssd(
        people=people,
        cinplans="cinp_cin_plan_id,cinp_person_id,cinp_cin_plan_start_date,cinp_cin_plan_end_date\n"
        "1,C1,2025-01-01,\n2,C2,2025-01-01,2025-02-01\n",
        cpplans="cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date\n"
        "1,C1,2025-02-01,2025-06-01\n2,C2,2025-02-01,\n3,C2,2021-02-01,2021-03-01\n",
        icpcs="icpc_icpc_id,icpc_person_id,icpc_icpc_date\n1,C1,2025-01-29\n2,C2,2025-02-01\n",
        referrals="cine_referral_id,cine_person_id,cine_referral_date,cine_close_date,cine_referral_nfa\n"
        "1,C1,2025-01-01,,N\n2,C1,2025-03-01,2025-04-01,N\n3,C1,2025-05-01,,Y\n"
        "4,C2,2025-01-01,2025-03-01,N\n5,C2,2025-03-01,,N\n",
    )


def found(taken, code):
    """The rows that one of the DfE's rules finds: (file, row number)."""
    rule = next(r for r in check_rules(taken.store) if code in r.rule.codes)
    return [(file.rsplit("/", 1)[-1], row) for file, row in rule.first]


def test_problem_15_plans_of_both_kinds_open_together_are_counted(ssd, people):
    taken = plans_and_referrals(ssd, people)
    assert found(taken, "4016") == [("cinplans.csv", 2)]
    assert taken.file("cinplans").accepted == 2


def test_problem_15_a_plan_that_starts_beside_its_conference_is_counted(ssd, people):
    taken = plans_and_referrals(ssd, people)
    assert ("cpplans.csv", 2) in found(taken, "2885")
    assert ("cpplans.csv", 3) not in found(taken, "2885")
    assert taken.rows("cp_plans", "person_id", "date")[0] == ("C1", D(2025, 2, 1))


def test_problem_15_a_referral_opened_before_the_last_was_closed_counts_and_is_said(
    ssd, people
):
    taken = plans_and_referrals(ssd, people)
    assert found(taken, "8820") == [("referrals.csv", 3)]
    assert taken.value(referrals.count(last=days(455))) == 3


def test_problem_15_the_same_in_a_census(census, make_child):
    taken = census(
        make_child(
            details="<CINPlanDates><CINPlanStartDate>2025-05-02</CINPlanStartDate>"
            "</CINPlanDates><DateOfInitialCPC>2025-06-02</DateOfInitialCPC>"
            "<ChildProtectionPlans><CPPstartDate>2025-06-04</CPPstartDate>"
            "</ChildProtectionPlans>"
        )
    )
    assert found(taken, "4016") == [("cin.xml", 4)]
    assert found(taken, "2885") == [("cin.xml", 4)]

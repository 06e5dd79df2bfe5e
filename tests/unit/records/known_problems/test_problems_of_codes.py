"""Known problems 7, 8, 16 to 19, 26 and 27: codes, answers and what a build calls them.

The numbers are those of the table in docs/reference/known-problems.md.
"""

from datetime import date

import pytest

from riskaid.records.tables import missing_episodes


@pytest.mark.parametrize(
    ("written", "code"),
    [("Neglect", "NEG"), ("Emotional abuse", "EMO"), ("Physical abuse", "PHY"),
     ("Sexual abuse", "SAB"), ("Multiple: Neglect, Emotional abuse", "MUL"),
     ("NEG", "NEG"), ("Some local word", None)],
)  # fmt: skip
def test_problem_07_categories_of_abuse_in_words(ssd, written, code):
    taken = ssd(
        plans="cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_initial_category\n"
        f'C1,2025-01-01,"{written}"\n'
    )
    assert taken.column("cp_plans", "initial_category") == [code]
    assert bool(taken.file("plans").repaired) == (code is None)


@pytest.mark.parametrize(
    ("started", "ended", "codes"),
    [
        ("S", "E4A", ("S", "E4A")),
        ("S - Started to be looked after", "X1 - Episode ceases", ("S", "X1")),
        ("Started to be looked after", "Episode ceases, and new episode begins on same day", ("S", "X1")),
        ("Change of legal status only", "Died", ("L", "E2")),
        ("Change of placement and carer(s)", "Adopted - application unopposed", ("P", "E11")),
        ("Change of placement (same carer)", "Adopted - consent dispensed with by court", ("T", "E12")),
        ("Change of legal status, placement and carer", "Returned home to live with parents as part of the care planning process", ("B", "E4A")),
        ("Change of legal status and placement (same carer)", "Returned home to live with parents, not as part of the care planning process", ("U", "E4B")),
        ("A local word", "Care taken over by another local authority", (None, "E3")),
        ("A local word", "A local word", (None, None)),
    ],
)  # fmt: skip
def test_problem_07_reasons_of_episodes_in_words(ssd, started, ended, codes):
    taken = ssd(
        episodes="clae_person_id,clae_cla_episode_start_date,clae_cla_episode_start_reason,"
        "clae_cla_episode_ceased_date,clae_cla_episode_ceased_reason\n"
        f'C1,2024-01-01,"{started}",2024-06-01,"{ended}"\n'
    )
    assert taken.rows("cla_episodes", "start_reason", "end_reason") == [codes]


def test_problem_07_early_help_reasons_stay_the_councils_own_words(ssd):
    taken = ssd(
        help="earl_person_id,earl_episode_start_date,earl_episode_reason\n"
        "C1,2025-01-01,Parenting support\n"
    )
    assert taken.column("early_help", "reason") == ["Parenting support"]


def test_problem_07_immigration_words_are_not_read_at_all(ssd, people):
    taken = ssd(
        people=people,
        immigration="immi_person_id,immi_immigration_status\nC1,WordsAboutStatus\n",
    )
    assert taken.file("immigration").read_as == "not used"
    assert not taken.holds("WordsAboutStatus")


ASSESSED = (
    "cina_assessment_id,cina_person_id,cina_assessment_start_date,"
    "cina_assessment_auth_date\n11,C1,2024-01-01,2024-02-01\n12,C2,2024-01-01,2024-02-01\n"
)


def factors(ssd, people, *written):
    lines = "".join(
        f'{n},{who},"{said.replace(chr(34), chr(34) * 2)}"\n'
        for n, (who, said) in enumerate(written)
    )
    return ssd(
        people=people,
        assessments=ASSESSED,
        factors=f"cinf_table_id,cinf_assessment_id,cinf_assessment_factors_json\n{lines}",
    )


def test_problem_08_retired_factors_are_kept_and_said(ssd, people):
    taken = factors(ssd, people, (11, '["18A","18B","19A","1A"]'))
    assert taken.column("assessment_factors", "code") == ["18A", "18B", "19A", "1A"]
    assert taken.said("factors", "noted") == {
        "retired factor code 18A or 19A (8945Q)": (2,)
    }


def test_problem_08_none_found_beside_a_factor_is_left_out_and_alone_is_said(
    ssd, people
):
    """Eclipse writes 21 where nothing was recorded: it is no statement beside others."""
    taken = factors(ssd, people, (11, '["21","3B"]'), (12, '["21"]'))
    assert taken.rows("assessment_factors", "person_id", "code") == [
        ("C1", "3B"),
        ("C2", "21"),
    ]
    file = taken.file("factors")
    assert taken.said("factors", "repairs") == {
        "left out of one table: none found (21) beside a factor (8869)": (2,)
    }
    assert taken.said("factors", "noted") == {
        "none found (21) and nothing else; some systems fill it in themselves": (3,)
    }
    assert (file.accepted, file.repaired, file.refused) == (1, 1, 0)


def test_problem_08_none_found_beside_a_factor_in_a_census(census, make_child):
    taken = census(
        make_child(
            details="<Assessments><AssessmentActualStartDate>2025-06-01"
            "</AssessmentActualStartDate><FactorsIdentifiedAtAssessment>"
            "<AssessmentFactors>21</AssessmentFactors><AssessmentFactors>8B"
            "</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>"
        )
    )
    assert taken.column("assessment_factors", "code") == ["8B"]


def test_problem_08_nulls_between_factors_and_empty_lists_are_no_factor(ssd, people):
    taken = factors(ssd, people, (11, '["1A",null,"2B"]'), (12, "[null]"), (12, "[]"))
    assert taken.column("assessment_factors", "code") == ["1A", "2B"]
    assert taken.said("factors", "refusals") == {"no factor in it": (3, 4)}


@pytest.mark.parametrize("code", ["8A", "8B", "8C", "8D", "8E", "8F"])
def test_problem_08_every_kind_of_private_fostering_is_a_factor(ssd, people, code):
    taken = factors(ssd, people, (11, f'["{code}"]'))
    assert taken.column("assessment_factors", "code") == [code]


def test_problem_08_a_code_on_no_list_is_left_out_and_counted(ssd, people):
    taken = factors(ssd, people, (11, '["8","1A"]'))
    assert taken.column("assessment_factors", "code") == ["1A"]
    assert "'code' could not be read and was left empty" in taken.said(
        "factors", "repairs"
    )


MISSING = (
    "miss_person_id,miss_missing_episode_start_date,miss_missing_episode_end_date,"
    "miss_missing_episode_type,miss_missing_rhi_offered,miss_missing_rhi_accepted\n"
)


@pytest.mark.parametrize(
    ("written", "answer"),
    [("Y", "yes"), ("N", "no"), ("NA", "not_applicable"), ("NULL", None), ("", None),
     ("Refused", "refused"), ("Declined", "refused"), ("Not known", None),
     ("Not yet obtained", "not_yet_obtained"), ("N/A", "not_applicable")],
)  # fmt: skip
def test_problem_16_every_answer_about_a_return_interview_is_kept_apart(
    ssd, people, written, answer
):
    taken = ssd(
        people=people, missing=f"{MISSING}C1,2025-05-01,2025-05-02,M,Y,{written}\n"
    )
    assert taken.column("missing_episodes", "rhi_accepted") == [answer]
    accepted = missing_episodes.rhi_accepted

    def count(condition):
        return taken.value(missing_episodes.where(condition).count())

    assert count(accepted == "yes") == (answer == "yes")
    assert count(accepted == "no") == (answer == "no")
    assert count(accepted == "refused") == (answer == "refused")
    assert count(accepted.is_known()) == (answer is not None)
    assert taken.file("missing").accepted == 1


@pytest.mark.parametrize(
    ("written", "code"),
    [("M", "M"), ("Missing", "M"), ("MISSING FROM CARE", "M"), ("A", "A"),
     ("Away from placement without authorisation", "A"), ("Absent", "A"), ("?", None)],
)  # fmt: skip
def test_problem_16_types_of_missing_episodes_as_councils_write_them(
    ssd, people, written, code
):
    taken = ssd(people=people, missing=f"{MISSING}C1,2025-05-01,,{written},,\n")
    assert taken.column("missing_episodes", "episode_type") == [code]


def test_problem_16_a_workflow_step_counts_as_a_start_and_its_length_is_doubted(
    ssd, people
):
    """Mosaic's end is when a step was completed, even before it was started."""
    taken = ssd(
        people=people,
        missing=f"{MISSING}C1,2025-05-03 09:30:00.000,2025-05-01,M,,\n"
        "C1,2025-05-03 09:30:00.000,2025-06-20,M,,\nC1,2025-05-03,,M,,\n",
    )
    assert taken.value(missing_episodes.count()) == 3
    assert taken.said("missing", "repairs") == {
        "end before start; the end was left empty": (2,)
    }
    doc = type(missing_episodes).__doc__
    assert "not the time a child left" in " ".join(doc.split())


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [('"Strategy discussion, No further action"', "yes"), ('"NFA,Advice"', "yes"),
     ('"Assessment, Advice"', "no"), ("", None), ("NULL", None),
     ('"{""NFA_FLAG"":""Y""}"', "yes"), ('"{""NFA_FLAG"":""N"",""COMMENTS"":""a ""b"', "no")],
)  # fmt: skip
def test_problem_17_contact_outcomes_as_list_or_json_and_no_source(
    ssd, people, outcome, answer
):
    taken = ssd(
        people=people,
        contacts="cont_person_id,cont_contact_date,cont_contact_source_code,"
        f"cont_contact_outcome_json\nC1,2025-05-01,NULL,{outcome}\n",
    )
    assert taken.rows("contacts", "source_code", "no_further_action") == [
        (None, answer)
    ]


@pytest.mark.parametrize(
    ("nfa", "outcome", "expected"),
    [
        ("N", '"{""CP_CONFERENCE_FLAG"":""Y"",""NFA_FLAG"":""N""}"', ("no", "yes")),
        ("", '"{""CP_CONFERENCE_FLAG"":""N"",""NFA_FLAG"":""Y""}"', ("yes", "no")),
        ("Y", "NULL", ("yes", None)),
        ("NFA", "", ("yes", None)),
        ("No further action", "", ("yes", None)),
        ("T", "", ("yes", None)),
        ("", "Convene Initial Child Protection Conference", ("no", "yes")),
        ("", '"No further action, ICPC not required"', ("yes", "no")),
        ("", "No further action", ("yes", "no")),
        ("N", "C", ("no", None)),
    ],
)
def test_problem_18_flags_of_enquiries_as_json_words_or_one_letter(
    ssd, people, nfa, outcome, expected
):
    taken = ssd(
        people=people,
        s47="s47e_s47_enquiry_id,s47e_person_id,s47e_s47_start_date,s47e_s47_nfa,"
        f"s47e_s47_outcome_json\n1,C1,2025-05-01,{nfa},{outcome}\n",
    )
    found = taken.rows("s47_enquiries", "no_further_action", "conference_decided")
    assert found == [expected]
    unread = "'conference_decided' could not be read and was left empty"
    assert (unread in taken.said("s47", "repairs")) == (outcome == "C")


PLAN = (
    "<ChildProtectionPlans><CPPstartDate>{0}</CPPstartDate>"
    "<InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>"
    "<NumberOfPreviousCPP>{1}</NumberOfPreviousCPP></ChildProtectionPlans>"
)


def test_problem_19_the_number_of_plans_stated_stands_beside_those_held(
    census, make_child
):
    taken = census(make_child(details=PLAN.format("2025-06-01", 3)))
    assert taken.rows("cp_plans", "date", "previous_plans_stated") == [
        (date(2025, 6, 1), 3.0)
    ]


def test_problem_19_plans_of_another_council_are_told_apart_or_not_known(ssd, people):
    header = "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date"
    taken = ssd(
        people=people,
        plans=f"{header},cppl_cp_plan_ola\n1,C1,2021-01-01,Y\n2,C1,2025-01-01,N\n",
    )
    columns = ("date", "other_authority", "previous_plans_stated")
    assert taken.rows("cp_plans", *columns) == [
        (date(2021, 1, 1), "yes", None),
        (date(2025, 1, 1), "no", None),
    ]
    mosaic = ssd(
        day="2026-04-01",
        people=people,
        plans=f"{header}\n1,C1,2021-01-01\n2,C1,2025-01-01\n",
    )
    now = mosaic.store.current("cp_plans")
    assert now["other_authority"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("written", "role"),
    [("CW", "CW"), ("CW - Case worker", "CW"), ("Allocated Case Worker", "CW"),
     ("Case Worker", "CW"), ("Personal adviser", "Personal adviser")],
)  # fmt: skip
def test_problem_26_roles_of_workers_before_and_after_they_became_codes(
    ssd, people, written, role
):
    taken = ssd(
        people=people,
        involvements="invo_professional_id,invo_person_id,invo_professional_role_id,"
        f"invo_involvement_start_date\nW1,C1,{written},2025-01-01\n",
    )
    assert taken.column("involvements", "role") == [role]


def test_problem_26_nobody_allocated_is_an_empty_worker_and_names_are_not_needed(
    ssd, people
):
    taken = ssd(
        people=people,
        referrals="cine_referral_id,cine_person_id,cine_referral_date\nR1,C1,2025-01-01\n",
        involvements="invo_professional_id,invo_referral_id,invo_involvement_start_date\n"
        "NULL,R1,2025-01-01\nW1,R1,2025-02-01\nW2,R9,2025-02-01\n",
    )
    assert taken.rows("involvements", "person_id", "worker_id") == [
        ("C1", None),
        ("C1", "W1"),
    ]
    assert taken.said("involvements", "refusals") == {"no person id": (4,)}


@pytest.mark.parametrize(
    ("written", "provider"),
    [("PR0", "PR0"), ("PR5", "PR5"), ("PR1 - Own provision", "PR1"), ("PR6", None)],
)
def test_problem_27_providers_of_placements(ssd, people, written, provider):
    taken = ssd(
        people=people,
        placements="clap_person_id,clap_cla_placement_start_date,clap_cla_placement_type,"
        f"clap_cla_placement_provider\nC1,2025-01-01,U4,{written}\n",
    )
    assert taken.column("placements", "provider") == [provider]


def test_problem_27_distance_is_the_systems_own_and_never_guessed(ssd, people):
    taken = ssd(
        people=people,
        placements="clap_person_id,clap_cla_placement_start_date,clap_cla_placement_type,"
        "clap_cla_placement_postcode,clap_cla_placement_distance\n"
        "C1,2025-01-01,K3,ZZ1 1ZZ,12.5\nC1,2025-02-01,Z14,ZZ1 1ZZ,-1\nC1,2025-03-01,H5,,\n",
    )
    assert taken.rows("placements", "placement_type", "distance_miles") == [
        ("K3", 12.5),
        ("Z14", None),
        ("H5", None),
    ]
    assert taken.said("placements", "repairs") == {
        "a distance below 0; not known": (3,)
    }
    assert not taken.holds("ZZ1 1ZZ")


def test_problem_27_a_return_gives_the_provider_and_no_distance(returned):
    taken = returned(
        episodes="CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC\n"
        "1,01/05/2025,S,V2,N1,U4,PR4,,\n"
    )
    assert taken.rows("placements", "placement_type", "provider", "distance_miles") == [
        ("U4", "PR4", None)
    ]

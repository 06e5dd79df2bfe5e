import polars as pl

from riskaid.records.household import LARGEST, families, find_families


def links(*rows):
    names = ("person_id", "adult_id", "role", "strength")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def people(*names):
    return pl.DataFrame({"person_id": names}, schema={"person_id": pl.String})


def groups(*rows):
    names = ("person_id", "group", "strength")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def as_dict(frame):
    return dict(frame.rows())


def test_siblings_share_a_family_through_either_parent():
    found = families(
        links(
            ("C1", "M1", "mother", "strong"),
            ("C2", "M1", "mother", "strong"),
            ("C2", "D1", "father", "strong"),
            ("C3", "D1", "father", "strong"),
        ),
        people("C1", "C2", "C3", "C4"),
    )
    assert as_dict(found) == {
        **dict.fromkeys(("C1", "C2", "C3", "D1", "M1"), "FC1"),
        "C4": "FC4",
    }


def test_a_grandparent_or_a_weak_link_joins_nobody():
    found = families(
        links(("C1", "G", "grandparent", "strong"), ("C2", "M", "mother", "weak")),
        people("C1", "C2"),
    )
    assert len(set(as_dict(found).values())) == 4


def test_a_weak_group_joins_only_where_somebody_has_no_strong_link():
    house = links(("C1", "M1", "mother", "strong"), ("C2", "M2", "mother", "strong"))
    all_strong = families(
        house, people(), groups(("C1", "f", "weak"), ("C2", "f", "weak"))
    )
    assert as_dict(all_strong)["C1"] != as_dict(all_strong)["C2"]
    lonely = families(
        house, people("C3"), groups(("C1", "f", "weak"), ("C3", "f", "weak"))
    )
    assert as_dict(lonely)["C3"] == as_dict(lonely)["C1"]


def test_families_a_source_names_are_strong():
    found = families(
        links(), people("A", "B"), groups(("A", "s1", "strong"), ("B", "s1", "strong"))
    )
    assert as_dict(found) == {"A": "FA", "B": "FA"}


def test_a_giant_weak_family_is_cut_and_counted():
    crowd = [f"C{n:03}" for n in range(LARGEST + 1)]
    found = find_families(
        links(), people(), groups(*((c, "hostel", "weak") for c in crowd))
    )
    assert found.rows["family_id"].n_unique() == len(crowd)
    assert (found.cut, found.too_large) == (1, 0)
    just = find_families(
        links(), people(), groups(*((c, "home", "weak") for c in crowd[:-1]))
    )
    assert just.rows["family_id"].n_unique() == 1
    assert just.cut == 0


def test_a_giant_strong_family_falls_back_to_mothers():
    rows = [(f"C{n:03}", "D", "father", "strong") for n in range(LARGEST)]
    rows += [(f"C{n:03}", f"M{n // 2:03}", "mother", "strong") for n in range(LARGEST)]
    found = find_families(links(*rows), people())
    assert found.cut == 1
    named = as_dict(found.rows)
    assert named["C000"] == named["C001"] == named["M000"]
    assert named["C000"] != named["C002"]


def test_a_long_chain_is_one_family_and_order_does_not_matter():
    rows = [(f"C{n:02}", f"C{n + 1:02}", "carer", "strong") for n in range(30)]
    found = families(links(*rows), people())
    assert set(found["family_id"]) == {"FC00"}
    assert found.equals(families(links(*reversed(rows)), people()))


def test_nobody_at_all_is_no_family():
    assert families(links(), people()).is_empty()

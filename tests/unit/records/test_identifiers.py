import json
from datetime import date

import polars as pl
import pytest

from riskaid.errors import ExtractError
from riskaid.records.identifiers import KINDS, valid_nhs, valid_upn
from riskaid.records.ingest import ingest
from riskaid.records.reidentify import recognisable
from riskaid.records.store import open_store

MAPPING = """
name = "local"
extract_date = 2026-03-31
covered_from = 2020-01-01
[[feed]]
file = "events.csv"
table = "local_events"
[feed.columns]
person_id = "child"
date = "on"
code = "code"
value = "value"
"""
IDENTIFIERS = {
    "NHS numbers": ["9434765919", "485 777 3457", "no. 401-023-2137", "NHS4857773457"],
    "UPNs": ["P000000000001", "upn c100000000000", "U00000000000W"],
    "National Insurance numbers": ["AB123456C", "ab 12 34 56 c"],
    "e-mail addresses": ["someone@example.org", "mail to a.b@council.gov.uk now"],
    "telephone numbers": [
        "07700900123",
        "+44 7700 900123",
        "call 020 7946 0958",
        "(01632) 960 001",
        "01632 960001",
        "00447700900123",
    ],
    "full postcodes": ["SW1A 1AA", "m11ae", "lives at B33 8TH", "DN551PT"],
}
HARMLESS = [
    *[
        "M15",
        "3A",
        "E1",
        "SW1A",
        "N10",
        "XX",
        "A 12",
        "DV-2025-01",
        "ward 7",
        "9434765918",
    ],
    *["2025-01-01 10:30", "01-02-2024 10:30", "01/02/2024", "20240101120000"],
    *["A000000000001", "AB12345C", "twelve", "code 123456789", "W1", "0", "1A 2B 3C"],
]


def write(folder, rows, mapping=MAPPING):
    folder.mkdir(exist_ok=True)
    lines = ["child,on,code,value", *(",".join(r) for r in rows)]
    (folder / "events.csv").write_text("\n".join(lines) + "\n")
    (folder / "map.toml").write_text(mapping)
    return folder, folder / "map.toml"


def take(tmp_path, rows, *, key=False, **kwargs):
    folder, mapping = write(tmp_path / "in", rows)
    if key:
        kwargs["key_file"] = tmp_path / "k.key"
        kwargs["key_file"].write_bytes(bytes(range(32)))
        kwargs["key_file"].chmod(0o600)
    return ingest(folder, tmp_path / "store", mapping=mapping, **kwargs)


@pytest.mark.parametrize("key", [False, True])
@pytest.mark.parametrize(
    ("kind", "value"), [(k, v) for k, vs in IDENTIFIERS.items() for v in vs]
)
def test_a_value_that_says_who_somebody_is_never_enters(tmp_path, kind, value, key):
    rows = [("C1", "2025-01-01", "x", ""), ("C2", "2025-01-02", value, "")]
    with pytest.raises(ExtractError) as refused:
        take(tmp_path, rows, key=key)
    says = str(refused.value)
    assert f"events.csv: 'code' of local_events holds {kind} on 1 row(s)" in says
    assert "first at 3." in says
    assert "mapping" in says
    assert value not in says
    assert not (tmp_path / "store").exists()


def test_only_kinds_that_are_named_here_are_looked_for():
    assert {k.says for k in KINDS} == set(IDENTIFIERS)


def test_a_dry_run_refuses_too_and_all_rows_are_counted(tmp_path):
    rows = [(f"C{n}", "2025-01-01", f"{n}@example.org", "") for n in range(9)]
    with pytest.raises(ExtractError, match=r"on 9 row\(s\), first at 2, 3, 4, 5, 6\."):
        take(tmp_path, rows, dry_run=True)


def test_codes_dates_and_wrong_check_digits_come_in(tmp_path):
    rows = [(f"C{n}", "2025-01-01", text, "") for n, text in enumerate(HARMLESS)]
    take(tmp_path, rows)
    held = open_store(tmp_path / "store").table("local_events")
    assert sorted(held["code"]) == sorted(HARMLESS)


@pytest.mark.parametrize("text", ["9434765919", "P000000000001", "AB123456C"])
def test_an_id_that_is_an_identifier_needs_a_key(tmp_path, text):
    rows = [(text, "2025-01-01", "x", "")]
    with pytest.raises(ExtractError, match="'person_id' of local_events") as refused:
        take(tmp_path, rows)
    assert "--key-file" in str(refused.value)
    assert text not in str(refused.value)
    take(tmp_path, rows, key=True)
    (held,) = open_store(tmp_path / "store").table("local_events")["person_id"]
    assert held.startswith("P") and text not in held


def test_ten_digit_ids_of_which_few_are_right_by_chance_come_in(tmp_path):
    numbers = [str(4_000_000_000 + n) for n in range(200)]
    right = valid_nhs(pl.Series(numbers)).sum()
    assert 10 < right < 30
    take(tmp_path, [(n, "2025-01-01", "x", "") for n in numbers])
    assert open_store(tmp_path / "store").table("local_events").height == 200


def test_an_nhs_number_in_a_column_of_numbers_is_found(tmp_path):
    rows = [("C1", "2025-01-01", "x", "9434765919"), ("C2", "2025-01-01", "x", "3")]
    with pytest.raises(ExtractError, match="'value' of local_events holds NHS numbers"):
        take(tmp_path, rows)


def test_an_ssd_keeps_upns_and_postcodes_out_by_itself(tmp_path, ssd):
    folder = ssd(
        {
            "ssd_person.csv": "pers_person_id,pers_upn,pers_dob\nC1,P000000000001,2015-05-17\n",
            "ssd_address.csv": "addr_person_id,addr_address_postcode,addr_address_start_date\n"
            "C1,SW1A 1AA,2024-01-01\n",
        }
    )
    ingest(folder, tmp_path / "store")
    held = open_store(tmp_path / "store").table("addresses")
    assert held["outcode"].to_list() == ["SW1A"]


def test_the_family_ids_of_an_ssd_are_looked_at_too(tmp_path, ssd):
    folder = ssd(
        {
            "ssd_person.csv": "pers_person_id,pers_dob\nC1,2015-05-17\n",
            "ssd_family.csv": "fami_person_id,fami_family_id\nC1,9434765919\n",
        }
    )
    with pytest.raises(ExtractError, match="family table"):
        ingest(folder, tmp_path / "store")


def test_nhs_check_digits_by_hand():
    # 943476591: 9*10+4*9+3*8+4*7+7*6+6*5+5*4+9*3+1*2 = 299; 299 % 11 = 2; 11 - 2 = 9
    texts = ["9434765919", "9434765918", "485 777 3457", "0000000000", "943476591", "x"]
    said = valid_nhs(pl.Series(texts)).to_list()
    assert said == [True, False, True, False, False, False]


@pytest.mark.parametrize("digits", ["801200001001", "123456789012", "999999999999"])
def test_upn_check_letters_agree_with_a_sum_written_out(digits):
    total = sum(int(d) * w for d, w in zip(digits, range(2, 14), strict=True))
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    right = letters[total % 23]
    said = valid_upn(pl.Series([f"{one}{digits}" for one in letters])).to_list()
    assert said == [one == right for one in letters]


def people(rows):
    held = pl.DataFrame(
        rows,
        schema={
            "person_id": pl.String,
            "born": pl.Date,
            "sex": pl.String,
            "ethnicity": pl.String,
        },
        orient="row",
    )
    return held.with_columns(
        expected=pl.lit(None, dtype=pl.Date), known_until=pl.lit(None, dtype=pl.Date)
    )


def test_small_groups_are_counted_by_what_others_may_know():
    may = date(2015, 5, 1)
    alike = [
        *[(f"A{n}", may, "F", code) for n, code in enumerate(["WBRI", "WIRI"] * 3)],
        *[("B1", may, "F", "CHNE"), ("B2", may, "F", "AIND")],
        *[("C1", may, "M", "REFU"), ("C2", may, "M", None), ("C3", may, "M", "NOBT")],
    ]
    found = recognisable({"persons": people(alike)})
    assert found.to_json() == {
        "persons": 11,
        "groups": 3,
        "smallest_group": 2,
        "persons_in_groups_under_5": 5,
    }
    assert "k = 2" in found.says() and "5 of 11" in found.says()


def test_the_open_address_that_began_last_tells_people_apart():
    may = date(2015, 5, 1)
    same = people([(f"A{n}", may, "F", "WBRI") for n in range(6)])
    rows = [(f"A{n}", date(2020, 1, 1), None, "M1") for n in range(6)]
    rows += [("A0", date(2021, 1, 1), None, "M2")]
    rows += [("A1", date(2022, 1, 1), date(2022, 2, 1), "M3")]
    addresses = pl.DataFrame(
        rows,
        schema={
            "person_id": pl.String,
            "date": pl.Date,
            "end": pl.Date,
            "outcode": pl.String,
        },
        orient="row",
    ).with_columns(known_until=pl.lit(None, dtype=pl.Date))
    assert recognisable({"persons": same}).smallest == 6
    found = recognisable({"persons": same, "addresses": addresses})
    assert (found.groups, found.smallest, found.in_small_groups) == (2, 1, 1)


def test_versions_that_are_no_longer_so_do_not_count():
    may = date(2015, 5, 1)
    held = people([("A1", may, "F", "WBRI"), ("A2", may, "M", "WBRI")])
    ended = pl.Series("known_until", [None, may], dtype=pl.Date)
    assert recognisable({"persons": held.with_columns(ended)}).persons == 1
    assert recognisable({"persons": held.clear()}) is None
    assert recognisable({}) is None


def test_the_counts_stand_in_the_summary_and_beside_the_ingests(tmp_path, ssd):
    report = ingest(ssd(), tmp_path / "store")
    assert report.people.says() in report.summary()
    quality = json.loads((tmp_path / "store/quality.json").read_text())
    assert quality["people"] == report.people.to_json()
    assert all("people" not in one for one in quality["ingests"])

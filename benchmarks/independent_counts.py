"""Count the sector's sample returns with nothing of riskaid's, beside its own report.

    python benchmarks/independent_counts.py FOLDER

FOLDER holds sample_cin.xml, fake_cin/ and fake_903/. Everything that counts here reads
with xml.etree and csv of the standard library; only `riskaid_counts` asks riskaid. Each
line is one count of the data-quality report: rows in, accepted, repaired, refused, each
finding, and each rule with a row.
"""

import csv
import re
import sys
import tempfile
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

BLOCKS = (
    "Child",
    "CINdetails",
    "Assessments",
    "CINPlanDates",
    "Section47",
    "ChildProtectionPlans",
)
NOTED = {
    "8525Q persons": ("not exactly one of birth and expected birth (8525Q)",),
    "1520 persons": ("one UPN for several children (444, 1520)",),
    "1510 persons": ("a UPN with a wrong check letter (1510)",),
    "8790 disabilities": ("NONE beside another disability",),
    "8794 disabilities": ("says the same as an earlier row",),
    "8606 referrals": ("dated long before birth (8606)",),
    "8915 referrals": ("dated after the person's death (8915)",),
    "8600 referrals": ("CINdetails", "no date", "dated after the extract"),
    "8620 referrals": ("CINdetails", "end after the extract; read as open"),
    "8630 referrals": ("CINdetails", "end before start; the end was left empty"),
    "1105 cp_plans": ("begins before its referral (1105)",),
    "4015 cin_plans": ("begins before its referral (4015)",),
    "142 cla_episodes": (
        "open although another episode follows; ended where it starts",
    ),
    "501 cla_episodes": ("overlaps the next episode; ended where it starts (501)",),
    "148 cla_episodes": (
        "open, yet with a reason for ending (REC); REC was left empty",
        "open, yet REC X1 says another episode follows; REC was left empty",
    ),
}
"""Rules that are counted at reading, by what is found; a block's name limits them."""
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
FACTOR = re.compile(r"([1-6][ABC]|7A|8[A-F]|9A|1[0-7]A|1[89][ABC]|20|21|22A|23A|24A)\Z")
NO_SCORE = "no SDQ score in the row"
HALF = "left out of one table: "
Counts = dict[str, int]


def said(element, name):
    """The text of the first element of that name at or below another."""
    for one in element.iter(name):
        if (one.text or "").strip():
            return one.text.strip()
    return ""


def own(element, name):
    """The text of a direct child."""
    return (element.findtext(name) or "").strip()


def day(text):
    """An ISO date from 1900 on, or nothing."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year >= 1900 else None


def wrong_upn(upn):
    """Whether something of a UPN's form has another check letter than it should."""
    if not re.fullmatch(r"[A-Z]\d{11}[A-Z0-9]", upn):
        return False
    last = upn[12]
    values = [int(figure) for figure in upn[1:12]]
    values.append(int(last) if last.isdigit() else LETTERS.find(last))
    total = sum(weight * value for weight, value in enumerate(values, start=2))
    return LETTERS[total % 23] != upn[0]


class Tally:
    """Which rows of one file came to what."""

    def __init__(self):
        self.rows, self.kept = set(), set()
        self.found = defaultdict(set)
        self.mended = set()

    def add(self, says, row, *, mends=False):
        self.found[says].add(row)
        if mends:
            self.mended.add(row)

    def counts(self):
        """Rows, accepted, repaired, refused and every finding."""
        repaired = self.mended & self.kept
        out = {
            "rows": len(self.rows),
            "accepted": len(self.kept - repaired),
            "repaired": len(repaired),
            "refused": len(self.rows - self.kept),
        }
        for says, rows in self.found.items():
            left_out = says in ("no date", "dated after the extract", NO_SCORE)
            counted = rows if left_out else rows & self.kept
            if counted:
                out[says] = len(counted)
        return out


def census(path):
    """Every count of one census return, by block."""
    root = ET.parse(path).getroot()
    last = date.fromisoformat(said(root, "ReferenceDate")[:10])
    tallies = {block: Tally() for block in BLOCKS}
    numbers = defaultdict(int)
    rules = defaultdict(int)

    def unit(block):
        numbers[block] += 1
        tallies[block].rows.add(numbers[block])
        return numbers[block]

    def event(block, number, start, end=None, *, later=0):
        """Take or leave one dated row; its end may have to be mended."""
        tally = tallies[block]
        on = day(start)
        if on is None:
            return None, "no date"
        if on > last + timedelta(days=later):
            return None, "dated after the extract"
        until = day(end or "")
        if until and until < on:
            tally.add("end before start; the end was left empty", number, mends=True)
        elif until and until > last:
            tally.add("end after the extract; read as open", number, mends=True)
        tally.kept.add(number)
        return on, None

    upns = defaultdict(set)
    children = []
    for child in root.iter("Child"):
        number = unit("Child")
        tally = tallies["Child"]
        tally.kept.add(number)
        who = said(child, "LAchildID")
        born, expected = (
            said(child, "PersonBirthDate"),
            said(child, "ExpectedPersonBirthDate"),
        )
        died = day(said(child, "PersonDeathDate"))
        for name, text in (("born", born), ("expected", expected)):
            if text and day(text) is None:
                tally.add(
                    f"'{name}' could not be read and was left empty", number, mends=True
                )
        if bool(born) == bool(expected):
            tally.add("not exactly one of birth and expected birth (8525Q)", number)
        if child.find("CINdetails") is None:
            tally.add("a child without an episode (8590)", number)
        codes = [(d.text or "").strip() for d in child.iter("Disability")]
        if "NONE" in codes and len(set(codes)) > 1:
            tally.add(HALF + "NONE beside another disability", number, mends=True)
        if len(codes) != len(set(codes)):
            tally.add(HALF + "says the same as an earlier row", number, mends=True)
        upn = said(child, "UPN").upper()
        if re.fullmatch(r"[A-Z]\d{11}[A-Z0-9]", upn):
            upns[upn].add((who, number))
        if wrong_upn(upn):
            tally.add("a UPN with a wrong check letter (1510)", number)
        children.append((child, day(born), died))
    for sharing in upns.values():
        if len({who for who, _ in sharing}) > 1:
            for _, number in sharing:
                tallies["Child"].add("one UPN for several children (444, 1520)", number)

    for child, born, died in children:
        life = (born, died)
        for details in child.iter("CINdetails"):
            referral(details, life, last, unit, event, tallies, rules)
    return (
        {f"{path.name} <{block}>": t.counts() for block, t in tallies.items()},
        {name: n for name, n in rules.items() if n},
    )


def in_life(tally, number, on, life):
    """Note a row that is dated long before a birth or after a death."""
    born, died = life
    if born and on:
        month = born.replace(day=1)
        year, index = divmod(month.year * 12 + month.month - 1 - 10, 12)
        if on < date(year, index + 1, 1):
            tally.add("dated long before birth (8606)", number)
    if died and on and on > died:
        tally.add("dated after the person's death (8915)", number)


def referral(details, life, last, unit, event, tallies, rules):
    """One referral, and everything that stands inside it."""
    number = unit("CINdetails")
    tally = tallies["CINdetails"]
    began, nfa = own(details, "CINreferralDate"), own(details, "ReferralNFA")
    closed, why = own(details, "CINclosureDate"), own(details, "ReasonForClosure")
    if nfa in ("true", "false"):
        tally.add("ReferralNFA is true or false, not 1 or 0", number)
    on, fault = event("CINdetails", number, began, closed)
    open_now = (
        not closed or number in tally.found["end after the extract; read as open"]
    )
    if on:
        in_life(tally, number, on, life)
        if closed and not why:
            tally.add("a closure date without a reason (8805)", number)
        if why and not closed:
            tally.add("a reason for closure without a date (8810)", number)
        rules["8585Q referrals"] += why == "RC2" and life[1] is None
        rules["8866 referrals"] += not own(details, "ReferralSource")
        rules["8568 referrals"] += nfa not in ("true", "false", "0", "1")
    inside = {
        d: "Section47"
        for s in details.iter("Section47")
        if (d := own(s, "DateOfInitialCPC"))
    }
    conference = own(details, "DateOfInitialCPC")
    if conference and conference not in inside:
        held, _ = event("CINdetails", number, conference, later=90)
        meeting(held, on, rules)
        in_life(tally, number, held, life)
    if fault:
        says = (HALF if number in tally.kept else "") + fault
        tally.add(says, number, mends=number in tally.kept)
    for one in details.iter("Assessments"):
        assessment(one, on, life, open_now, last, unit, event, tallies, rules)
    ends = {}
    for block, first, end, code in (
        ("CINPlanDates", "CINPlanStartDate", "CINPlanEndDate", "4015"),
        ("ChildProtectionPlans", "CPPstartDate", "CPPendDate", "1105"),
    ):
        for plan in details.iter(block):
            n = unit(block)
            start, fault = event(block, n, own(plan, first), own(plan, end))
            if own(plan, first) and began and own(plan, first) < began:
                tallies[block].add(f"begins before its referral ({code})", n)
            in_life(tallies[block], n, start, life)
            if fault:
                tallies[block].add(fault, n)
            else:
                ends.setdefault(block, []).append(
                    (start, day(own(plan, end)) or date.max)
                )
    for first, end in ends.get("CINPlanDates", []):
        beside = [
            p
            for p in ends.get("ChildProtectionPlans", [])
            if p[0] < end and first < p[1]
        ]
        rules["4001 cin_plans"] += bool(beside)
    for enquiry in details.iter("Section47"):
        n = unit("Section47")
        tally = tallies["Section47"]
        start, fault = event("Section47", n, own(enquiry, "S47ActualStartDate"))
        in_life(tally, n, start, life)
        if own(enquiry, "ICPCnotRequired") in ("true", "false"):
            tally.add("ICPCnotRequired is true or false, not 1 or 0", n)
        held = own(enquiry, "DateOfInitialCPC")
        if held:
            held, _ = event("Section47", n, held, later=90)
            in_life(tally, n, held, life)
            meeting(held, on, rules)
        rules["2889 s47_enquiries"] += bool(start and on and start < on)
        if fault:
            tally.add(
                (HALF if n in tally.kept else "") + fault, n, mends=n in tally.kept
            )


def meeting(held, on, rules):
    """Count a conference at a weekend, or before its referral."""
    if held:
        rules["8875 icpcs"] += held.isoweekday() > 5
        rules["1104 icpcs"] += bool(on and held < on)


def assessment(one, on, life, open_now, last, unit, event, tallies, rules):
    """One assessment and its factors."""
    n = unit("Assessments")
    tally = tallies["Assessments"]
    began, done = (
        own(one, "AssessmentActualStartDate"),
        own(one, "AssessmentAuthorisationDate"),
    )
    start, fault = event("Assessments", n, began, done)
    in_life(tally, n, start, life)
    unread = [
        f
        for f in one.iter("AssessmentFactors")
        if f.text and not FACTOR.match(f.text.strip().upper())
    ]
    if unread and start:
        tally.add("'code' could not be read and was left empty", n, mends=True)
    if unread and start:
        tally.add(HALF + "no code", n, mends=True)
    if fault:
        tally.add(fault, n)
        return
    rules["1103 assessments"] += bool(on and start < on)
    rules["8867 assessments"] += not done and not open_now
    rules["8670Q assessments"] += not done and (last - start).days > 63


def read(path):
    """Rows of a CSV with their line number, the header being 1."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {**row, "row": n} for n, row in enumerate(csv.DictReader(file), start=2)
        ]


def local(text):
    """A date written day first."""
    if not text:
        return None
    d, m, y = map(int, text.split("/"))
    return date(y, m, d)


def looked_after(folder):
    """Every count of the modules of one return on looked-after children."""
    out, rules = {}, defaultdict(int)
    used = {"header.csv", "episodes.csv", "missing.csv", "oc2.csv", "sw_episodes.csv"}
    for path in sorted(folder.glob("*.csv")):
        if path.name not in used:
            many = len(read(path))
            out[path.name] = {
                "rows": many, "accepted": 0, "repaired": 0, "refused": many,
                "the file is not used": many,
            }  # fmt: skip
    born = {}
    tally = Tally()
    for row in read(folder / "header.csv"):
        tally.rows.add(row["row"])
        if row["CHILD"] in born:
            tally.add("a second row for one person (8510)", row["row"])
            continue
        tally.kept.add(row["row"])
        born[row["CHILD"]] = local(row["DOB"]).replace(day=1)
        if wrong_upn(row["UPN"]):
            tally.add("a UPN with a wrong check letter (1510)", row["row"])
    out["header.csv"] = tally.counts()
    out["oc2.csv"] = questionnaires(folder / "oc2.csv")
    last = max(
        d
        for name, columns in (
            ("episodes.csv", ("DECOM", "DEC")),
            ("missing.csv", ("MIS_START", "MIS_END")),
        )
        for row in read(folder / name)
        for d in (local(row[c]) for c in columns)
        if d
    )  # fmt: skip
    out["sw_episodes.csv"] = workers(folder / "sw_episodes.csv", born, last)
    care, out["episodes.csv"] = episodes(folder / "episodes.csv", born, last, rules)
    out["missing.csv"] = absences(folder / "missing.csv", care, rules)
    return out, {name: n for name, n in rules.items() if n}


def workers(path, born, last):
    """Social worker episodes; one may be of a child without a row of their own."""
    tally = Tally()
    for row in read(path):
        tally.rows.add(row["row"])
        if local(row["SW_DECOM"]) > last:
            tally.add("dated after the extract", row["row"])
            continue
        tally.kept.add(row["row"])
        if row["CHILD"] not in born:
            tally.add("no row of its own for this person", row["row"])
    return tally.counts()


def questionnaires(path):
    """Rows with a score and rows without."""
    tally = Tally()
    for row in read(path):
        tally.rows.add(row["row"])
        if row["SDQ_SCORE"].strip():
            tally.kept.add(row["row"])
        else:
            tally.add(NO_SCORE, row["row"])
    return tally.counts()


def episodes(path, born, last, rules):
    """Episodes of each child put in order, as the stated repairs say."""
    tally = Tally()
    care = defaultdict(list)
    for row in read(path):
        tally.rows.add(row["row"])
        tally.kept.add(row["row"])
        start, end = local(row["DECOM"]), local(row["DEC"])
        care[row["CHILD"]].append({**row, "start": start, "end": end})
    for child, held in care.items():
        held.sort(key=lambda e: (e["start"], e["end"] or date.max, e["row"]))
        for one, after in zip(held, [*held[1:], None], strict=True):
            follows = after["start"] if after else None
            if not one["end"] and not after and one["REC"]:
                goes_on = one["REC"] == "X1"
                says = (
                    "open, yet REC X1 says another episode follows; REC was left empty"
                    if goes_on
                    else "open, yet with a reason for ending (REC); REC was left empty"
                )
                tally.add(says, one["row"], mends=True)
                one["REC"] = ""
            elif not one["end"] and after:
                tally.add(
                    "open although another episode follows; ended where it starts",
                    one["row"], mends=True,
                )  # fmt: skip
                one["end"] = follows
            elif after and one["end"] > follows:
                tally.add(
                    "overlaps the next episode; ended where it starts (501)",
                    one["row"], mends=True,
                )  # fmt: skip
                one["end"] = follows
            if (
                after
                and one["REC"] == "X1"
                and one["end"] < follows
                and after["RNE"] != "S"
            ):
                tally.add(
                    "a gap after an episode that goes on (X1); ended where the next one starts",
                    one["row"], mends=True,
                )  # fmt: skip
                one["end"] = follows
        care_rules(child, held, born, last, rules)
    return care, tally.counts()


def care_rules(child, held, born, last, rules):
    """The rules on one child's episodes, placements and legal statuses."""
    ends = {e["end"] for e in held}
    sure = last - timedelta(days=120)
    first = date(sure.year if sure.month >= 4 else sure.year - 1, 4, 1)
    for one in held:
        final = [
            e
            for e in held
            if e["REC"] in ("E2", "E15", "E17") and e["start"] < one["start"]
        ]
        rules["437 cla_episodes"] += bool(final)
        goes_on = one["RNE"] not in ("S", "")
        rules["433 cla_episodes"] += (
            goes_on and one["start"] > first and one["start"] not in ends
        )
        rules["355 cla_episodes"] += one["start"] == one["end"]
        rules["302 cla_episodes"] += child in born and one["start"] < born[child]
    period = 0
    for n, one in enumerate(held):
        earlier = held[n - 1]["end"] if n else None
        apart = earlier is None or one["start"] > earlier + timedelta(days=1)
        period += apart
        one["period"] = period
    for columns, check in (
        (("PLACE", "PLACE_PROVIDER", "PL_POST", "URN"), placement_rules),
        (("LS",), status_rules),
    ):
        stays = []
        for one in held:
            key = (one["period"], *(one.get(c, "") for c in columns))
            if stays and stays[-1]["key"] == key and stays[-1]["end"] == one["start"]:
                stays[-1]["end"] = one["end"]
            else:
                stays.append({**one, "key": key})
        for stay in stays:
            check(child, stay, born, last, rules)


def placement_rules(child, stay, born, last, rules):
    """Placements at an age that cannot be."""
    for rule, code, years in (
        ("370", "P2", 16), ("371", "H5", 16), ("372", "R5", 10),
        ("373", "S1", 4), ("374", "P3", 14),
    ):  # fmt: skip
        if stay["PLACE"] == code and child in born:
            limit = born[child].replace(year=born[child].year + years)
            rules[f"{rule} placements"] += stay["start"] < limit


def status_rules(child, stay, born, last, rules):
    """Legal statuses that last longer than the law lets them."""
    for rule, code, days in (("361", "L1", 3), ("362", "L2", 21), ("363", "L3", 7)):
        if stay["LS"] == code:
            lasted = (stay["end"] or last) - stay["start"]
            rules[f"{rule} legal_statuses"] += lasted.days > days


def absences(path, care, rules):
    """Missing episodes, and those outside care or beside each other."""
    tally = Tally()
    before = defaultdict(list)
    for row in read(path):
        tally.rows.add(row["row"])
        tally.kept.add(row["row"])
        start, end = local(row["MIS_START"]), local(row["MIS_END"])
        before[row["CHILD"]].append((start, end or date.max))
        held = care.get(row["CHILD"], [])
        if held:
            done = max(e["end"] or date.max for e in held)
            rules["578 missing_episodes"] += start > done
            rules["581 missing_episodes"] += start < min(e["start"] for e in held)
            rules["577 missing_episodes"] += not end and start <= done < date.max
    for held in before.values():
        held.sort()
        for n, (start, _) in enumerate(held):
            rules["574 missing_episodes"] += any(end > start for _, end in held[:n])
    return tally.counts()


def riskaid_counts(source: Path) -> tuple[dict[str, Counts], Counts]:
    """The same, as riskaid's data-quality report has them."""
    from riskaid.records.ingest import ingest
    from riskaid.records.quality_report import quality_report

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        ingest(source, place / "store")
        facts = quality_report(place / "store", place / "out").gathered.to_json()
    files = {}
    for file in facts["ingests"][0]["files"]:
        counts = {
            name: file[name] for name in ("rows", "accepted", "repaired", "refused")
        }
        for part in ("repairs", "refusals", "noted"):
            counts |= {finding["says"]: finding["rows"] for finding in file[part]}
        files[file["file"]] = counts
    rules = {
        f"{rule['codes'][0]} {rule['tables'][0]}": rule["rows"]
        for rule in facts["rules"]
        if rule["rows"]
    }
    return files, rules


def independent_counts(source: Path) -> tuple[dict[str, Counts], Counts]:
    """Count one source without riskaid."""
    files, rules = looked_after(source) if source.is_dir() else census(source)
    for rule, (first, *more) in NOTED.items():
        block = first if more and first in BLOCKS else ""
        says = more if block else (first, *more)
        wanted = {*says, *(HALF + one for one in says)}
        total = sum(
            n
            for file, counts in files.items()
            if f"<{block}>" in file or not block
            for what, n in counts.items()
            if what in wanted
        )
        if total:
            rules[rule] = total
    return files, rules


def sources(folder: Path) -> list[Path]:
    """The sample returns in a folder."""
    one = [folder / "sample_cin.xml"]
    return [*one, *sorted((folder / "fake_cin").glob("*.xml")), folder / "fake_903"]


if __name__ == "__main__":
    print("| source, file | count | independent | riskaid |\n|---|---|---|---|")
    for source in sources(Path(sys.argv[1])):
        mine, my_rules = independent_counts(source)
        theirs, their_rules = riskaid_counts(source)
        pairs = [
            (name, what, mine.get(name, {}).get(what, 0), theirs[name].get(what, 0))
            for name in theirs
            for what in sorted({*mine.get(name, {}), *theirs[name]})
        ]
        pairs += [
            (
                f"{source.name}, rule",
                rule,
                my_rules.get(rule, 0),
                their_rules.get(rule, 0),
            )
            for rule in sorted({*my_rules, *their_rules})
        ]
        for name, what, one, other in pairs:
            print(
                f"| {name} | {what} | {one} | {other} |"
                + ("" if one == other else " <<<")
            )

import io
import zipfile
from random import Random

import fuzzing as f
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

WHO = ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age"]
LISTS = {
    "List 1": [*WHO, "Date of Contact", "Contact Source"],
    "List 3": [*WHO, "Date of Referral", "Referral Source", "Referral NFA?"],
}
ROW = [f.CHILD, "F", "WBRI", "17/05/2015", 9, "01/03/2025", "Police", f.NAME]


def workbook(lists):
    """An .xlsx of these sheets: name, then rows of cells."""
    held = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(held, {**safe, "nan_inf_to_errors": True}) as book:
        for name, rows in lists.items():
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    sheet.write(r, c, cell)
    return held.getvalue()


WHOLE = workbook({name: [header, ROW] for name, header in LISTS.items()})


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


PARTS = parts_of(WHOLE)


def inside(random):
    """The workbook with one of its parts changed, under its name or another."""
    parts = dict(PARTS)
    name = random.choice(sorted(parts))
    content = f.mutated(random, parts.pop(name), list(PARTS.values()))
    other = random.choice(
        [name] * 9 + ["../../evil", "/x", "xl/vbaProject.bin", "xl/externalLinks/a.xml"]
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", random.choice((0, zipfile.ZIP_DEFLATED))) as made:
        for kept, text in [*parts.items(), (other, content)]:
            made.writestr(kept, text)
    return held.getvalue()


numbers = st.floats(allow_nan=False, allow_infinity=False)
values = st.one_of(st.none(), f.cells, st.booleans(), numbers, st.integers(-9, 99999))
sheets = st.dictionaries(
    st.sampled_from(sorted(LISTS)), st.lists(st.lists(values, max_size=9), max_size=4)
)


@f.fuzzed
@given(st.one_of(f.seeds.map(Random), f.seeds.map(Random), sheets), st.integers(0, 7))
def test_every_workbook_is_taken_whole_or_refused_in_words(arena, made, chance):
    if not isinstance(made, Random):
        lists = {name: [LISTS[name], *rows] for name, rows in made.items()}
        content = workbook(lists or {"empty": []})
    elif made.random() < 0.6:
        content = inside(made)
    else:
        content = f.mutated(made, WHOLE, [WHOLE])
    day = None if chance == 0 else f.DAY
    path = arena.source({"annex.xlsx": content}) / "annex.xlsx"
    arena.take(path, onto=chance == 1, extract_date=day)

"""The shared samples: every cell as openpyxl and xlrd read it, every broken file by its fault."""

import datetime as dt
import random
import resource
import subprocess
import sys
import time

import openpyxl
import pytest
import xlrd

from expectations import SAMPLES, SHARED
from kamcore.errors import KamcoreError, SourceError
from kamcore.format import Source
from kamcore.grid.celltext import date_text, number_text
from kamcore.grid.head import head_of
from kamcore.grid.workbook import open_workbook

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are absent"),
]

FOLDERS = [SAMPLES / name for name in ("kingdee", "yonyou")]
GOOD = sorted(
    path for folder in FOLDERS for path in folder.glob("*.xls*") if "expect" not in path.name
)
BAD = SAMPLES / "bad"
SOUND_BAD = ["date_1904.xlsx", "dimension_lie.xlsx", "header_only.xlsx", "xlsx_named_xls.xls"]

REFUSED = {
    "empty.xlsx": "G1001",
    "truncated.xlsx": "G1002",
    "truncated.xls": "G1002",
    "not_a_workbook.xlsx": "G1004",
    "encrypted.xlsx": "G1005",
    "zip_bomb.xlsx": "G1006",
    "zip_bomb_false_size.xlsx": "G1006",
    "external_entity.xlsx": "G1007",
}
RENAMED = {
    "xlsx_named_xls.xls": "xlsx",
    "xls_named_xlsx.xlsx": "xls",
    "html_named_xls.xls": "html",
    "csv_named_xlsx.xlsx": "text",
}


def by_openpyxl(path):
    with path.open("rb") as stream:
        book = openpyxl.load_workbook(stream, data_only=True)
    return {sheet.title: [[said(cell) for cell in row] for row in sheet.values] for sheet in book}


def said(value):
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return number_text(float(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return value if value is None or value.strip() else None


def by_xlrd(path):
    book = xlrd.open_workbook(path)
    return {
        sheet.name: [
            [said_xls(cell, book.datemode) for cell in sheet.row(row)]
            for row in range(sheet.nrows)
        ]
        for sheet in book.sheets()
    }


def said_xls(cell, datemode):
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return number_text(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        return (
            xlrd.xldate_as_datetime(cell.value, datemode).isoformat(" ").removesuffix(" 00:00:00")
        )
    return cell.value if cell.ctype == xlrd.XL_CELL_TEXT and cell.value.strip() else None


def trimmed(rows):
    """Rows without blanks at their ends and without blank rows at the end."""
    lines = []
    for row in rows:
        line = list(row)
        while line and line[-1] is None:
            line.pop()
        lines.append(line)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def independent(path):
    start = path.read_bytes()[:4]
    return by_openpyxl(path) if start.startswith(b"PK") else by_xlrd(path)


@pytest.mark.parametrize(
    "path", [*GOOD, *(BAD / name for name in SOUND_BAD)], ids=lambda p: p.name
)
def test_every_cell_is_read_exactly(path):
    book = open_workbook(Source(path))
    wanted = independent(path)
    assert [sheet.name for sheet in book.sheets] == list(wanted)
    for name, rows in wanted.items():
        sheet = book.load(name)
        assert trimmed(sheet.frame.rows()) == trimmed(rows)
        peeked = [[cell or None for cell in row] for row in book.peek(name, rows=9)]
        found = [[cell if cell and cell.strip() else None for cell in row] for row in peeked]
        assert trimmed(found) == trimmed(rows[:9])


@pytest.mark.parametrize("path", GOOD, ids=lambda p: p.name)
def test_skipping_rows_changes_no_cell(path):
    book = open_workbook(Source(path))
    for name in book.names[:3]:
        whole, below = book.load(name), book.load(name, skip=3)
        assert below.first_row == 4
        assert trimmed(below.frame.rows()) == trimmed(whole.frame.slice(3).rows())


@pytest.mark.parametrize(("name", "code"), REFUSED.items())
def test_broken_containers_are_refused_by_name(name, code):
    source = Source(BAD / name)
    head = head_of(source)
    assert head.sheets == {}
    with pytest.raises(SourceError) as caught:
        book = open_workbook(source)
        book.load(book.names[0])
    assert caught.value.code == code
    assert caught.value.place.file == name
    assert caught.value.problem.hint("zh")


@pytest.mark.parametrize(("name", "kind"), RENAMED.items())
def test_a_wrong_extension_is_a_warning(name, kind):
    source = Source(BAD / name)
    assert head_of(source).container == kind
    book = open_workbook(source)
    assert [problem.code for problem in book.problems] == ["G1008"]
    assert book.load(book.names[0]).frame.height == 17


@pytest.mark.parametrize(
    ("name", "row", "column", "text"),
    [
        ("amount_error_cell.xlsx", 16, 8, "#REF!"),
        ("amount_formula_without_value.xlsx", 3, 9, "=ROUND(3.14,2)"),
    ],
)
def test_cells_without_a_value_are_listed(name, row, column, text):
    sheet = open_workbook(Source(BAD / name)).load("凭证列表", skip=1)
    assert [(cell.row, cell.column, cell.text) for cell in sheet.faulty] == [(row, column, text)]
    assert sheet.frame[str(column)][row - 2] is None


_BOUNDED = """
import resource, sys, time
from pathlib import Path
from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.grid.workbook import open_workbook
start = time.perf_counter()
try:
    book = open_workbook(Source(Path(sys.argv[1])))
    book.peek(book.names[0])
    book.load(book.names[0])
except SourceError:
    pass
# The most memory of this program alone: ru_maxrss would count the parent's before the exec.
status = Path("/proc/self/status").read_text()
peak = int(status.partition("VmHWM:")[2].split()[0])
print(time.perf_counter() - start, peak >> 10)
"""


@pytest.mark.parametrize(
    "name", ["zip_bomb.xlsx", "zip_bomb_false_size.xlsx", "dimension_lie.xlsx"]
)
def test_hostile_sheets_cost_neither_memory_nor_time(name):
    said = subprocess.run(
        [sys.executable, "-c", _BOUNDED, str(BAD / name)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, megabytes = map(float, said.stdout.split())
    assert seconds < 10
    assert megabytes < 500


def mutated(data, rng):
    """The bytes cut, flipped, swapped or doubled somewhere."""
    kind = rng.randrange(4)
    if not kind:
        return data[: rng.randrange(len(data))]
    torn = bytearray(data)
    for _ in range(rng.randrange(1, 20)):
        at, other, size = rng.randrange(len(data)), rng.randrange(len(data)), rng.randrange(1, 64)
        if kind == 1:
            torn[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            one, two = bytes(torn[at : at + size]), bytes(torn[other : other + size])
            least = min(len(one), len(two))
            torn[at : at + least], torn[other : other + least] = two[:least], one[:least]
        else:
            torn[at:at] = torn[at : at + size]
    return bytes(torn)


@pytest.mark.parametrize(
    "name",
    [
        "kingdee/jdy_24_columns.xlsx",
        "yonyou/u8_customer_ledger.xls",
        "bad/amount_error_cell.xlsx",
        "bad/html_named_xls.xls",
        "yonyou/凭证明细-岚桥样例-2025年.csv",
    ],
)
def test_torn_files_are_read_or_refused(name):
    path = SAMPLES / name
    data = path.read_bytes()
    outcomes = set()
    for seed in range(60):
        source = Source(data=mutated(data, random.Random(seed)), name=path.name)
        start = time.perf_counter()
        try:
            head_of(source)
            book = open_workbook(source)
            for sheet in book.sheets:
                book.peek(sheet.name)
                book.load(sheet.name)
            outcomes.add("read")
        except KamcoreError as error:
            outcomes.add(error.code)
            assert error.place.file == path.name
        assert time.perf_counter() - start < 10
    assert len(outcomes) > 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10 < 1024


def test_the_1904_calendar_of_a_sample():
    sheet = open_workbook(Source(BAD / "date_1904.xlsx")).load("凭证列表", skip=1)
    assert sheet.frame["0"].min() == "2025-01-02" == date_text(44197.0, is_1904=True)
    assert SHARED.is_dir()

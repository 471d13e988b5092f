"""The parts of a written ``.xlsx``, as text."""

import datetime as dt
import re
import zipfile
from decimal import Decimal

import lxml.etree
import openpyxl
import polars as pl
import pytest

from kamcore.grid import xlsx_writing
from kamcore.grid.cells import SheetOut
from kamcore.grid.xlsx_writing import write_xlsx


@pytest.fixture
def part(tmp_path):
    """Write sheets and give a part as text."""

    def written(name, *sheets):
        path = tmp_path / "book.xlsx"
        write_xlsx(sheets, path)
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            for each in archive.namelist():
                lxml.etree.fromstring(archive.read(each))
            return archive.read(name).decode()

    return written


def test_decimals_are_printed_digit_by_digit(part):
    values = ["0.1", "-0.01", "98765432.10", "12345678901234.5", "0.00", "100.00"]
    frame = pl.DataFrame({"v": pl.Series([Decimal(v) for v in values], dtype=pl.Decimal(18, 4))})
    xml = part("xl/worksheets/sheet1.xml", SheetOut("a", frame))
    assert re.findall(r'<c r="A\d+"><v>(.*?)</v>', xml) == [
        "0.1",
        "-0.01",
        "98765432.1",
        "12345678901234.5",
        "0",
        "100",
    ]


def test_every_kind_of_cell(part):
    frame = pl.DataFrame(
        {
            "text": ["=1+1"],
            "int": [3],
            "day": [dt.date(2025, 1, 31)],
            "moment": [dt.datetime(2025, 1, 31, 12)],  # noqa: DTZ001
            "flag": [True],
            "null": [None],
            "kept": [Decimal("1.20")],
        }
    )
    xml = part("xl/worksheets/sheet1.xml", SheetOut("a", frame, header=(), text_columns=["kept"]))
    assert xml.split("<sheetData>")[1] == (
        '<row r="1"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1"><v>3</v></c>'
        '<c r="C1" s="2"><v>45688</v></c><c r="D1" s="3"><v>45688.5</v></c>'
        '<c r="E1" t="b"><v>1</v></c><c r="G1" s="1" t="s"><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )
    assert '<dimension ref="A1:G1"/>' in xml
    assert "<f>" not in xml


def test_texts_are_escaped(part):
    texts = ["a&<b>", "\x0b\ufffe", "_x000D_", "a\r\n", " b", "plain", "_x0041_x0042_"]
    xml = part("xl/sharedStrings.xml", SheetOut("a", pl.DataFrame({"t": texts}), header=()))
    assert re.findall(r"<si>(.*?)</si>", xml, re.DOTALL) == [
        "<t>a&amp;&lt;b&gt;</t>",
        "<t>_x000B__xFFFE_</t>",
        "<t>_x005F_x000D_</t>",
        '<t xml:space="preserve">a&#13;\n</t>',
        '<t xml:space="preserve"> b</t>',
        "<t>plain</t>",
        "<t>_x005F_x0041_x005F_x0042_</t>",
    ]


def test_shared_strings_are_counted(part):
    frame = pl.DataFrame({"a": ["x", "x", None, ""], "b": ["p", "q", None, "r"]})
    xml = part("xl/sharedStrings.xml", SheetOut("s", frame))
    assert ' count="7" uniqueCount="6"' in xml
    assert xml.count("<si>") == 6


def test_styles_show_text_and_days(part):
    xml = part("xl/styles.xml", SheetOut("a", pl.DataFrame({"t": ["x"]})))
    assert re.findall(r'<xf numFmtId="(\d+)"[^>]*xfId', xml) == ["0", "49", "164", "165"]
    assert 'numFmtId="164" formatCode="yyyy\\-mm\\-dd"' in xml


def test_only_the_first_visible_sheet_is_selected(part):
    frame = pl.DataFrame({"t": ["x"]})
    sheets = [SheetOut("a", frame, hidden=True), SheetOut("b", frame), SheetOut("c", frame)]
    assert 'activeTab="1"' in part("xl/workbook.xml", *sheets)
    marks = ["tabSelected" in part(f"xl/worksheets/sheet{n}.xml", *sheets) for n in (1, 2, 3)]
    assert marks == [False, True, False]


def test_rows_of_every_piece_are_numbered_on(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx_writing, "_CELLS_A_PIECE", 6)
    monkeypatch.setattr(xlsx_writing, "_TEXTS_A_PIECE", 4)
    frame = pl.DataFrame({"n": range(31), "t": [f"文{index % 17}" for index in range(31)]})
    seen = []
    write_xlsx([SheetOut("a", frame)], tmp_path / "a.xlsx", lambda *counts: seen.append(counts))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert list(book["a"].iter_rows(min_row=2, values_only=True)) == frame.rows()
    assert seen == [*((done, 31) for done in range(3, 31, 3)), (31, 31)]


def test_a_frame_without_rows_or_columns(part):
    empty = pl.DataFrame(schema={"a": pl.String, "b": pl.Date})
    xml = part("xl/worksheets/sheet1.xml", SheetOut("a", empty))
    assert xml.count("<row ") == 1
    assert "<row " not in part(
        "xl/worksheets/sheet1.xml", SheetOut("a", pl.DataFrame(), header=())
    )

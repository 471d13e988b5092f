"""Sheets from separated texts, html tables and legacy workbooks."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.grid.sheet import FaultyCell
from kamcore.grid.workbook import open_workbook


def book_of(text, name="a.csv", encoding="utf-8"):
    return open_workbook(Source(data=text.encode(encoding), name=name))


def test_a_plain_text_is_split_by_its_separator():
    for separator in ",\t;|":
        book = book_of(f"日期{separator}金额\r\n\r\n2025{separator} \n", encoding="gbk")
        sheet = book.load("text")
        assert sheet.frame.rows() == [("日期", "金额"), ("2025", None)]
        assert sheet.lines.to_list() == [1, 3]


def test_skipping_counts_lines_of_the_file():
    sheet = book_of("t,\n\na,b\n1,2\n").load("text", skip=3)
    assert sheet.frame.rows() == [("1", "2")]
    assert sheet.lines.to_list() == [4]


def test_quotes_hold_separators_breaks_and_quotes():
    sheet = book_of('a,b\n"x,y","say ""hi"""\n"two\nlines",z\nlast,1\n').load("text")
    assert sheet.frame.rows() == [
        ("a", "b"),
        ("x,y", 'say "hi"'),
        ("two\nlines", "z"),
        ("last", "1"),
    ]
    assert sheet.lines.to_list() == [1, 2, 3, 5]


def test_a_quote_inside_a_cell_is_a_letter():
    assert book_of('a,b\n5" pipe,x\n').load("text").frame.rows()[1] == ('5" pipe', "x")


def test_lines_of_another_length_are_named_and_kept():
    book = book_of("标题\na,b\n1,2,3\n4\n5,6\n")
    assert [(p.code, p.place.line, p.facts["found"]) for p in book.problems] == [
        ("G1202", 3, 3),
        ("G1202", 4, 1),
    ]
    assert book.load("text").frame.rows()[2] == ("1", "2", "3")


@pytest.mark.parametrize(
    "text",
    [
        'a,b\n1,"x\n2,y\n3,z\n',
        'a,b\n1,2\n3,"x\n',
        'a,b,c,d\n1,"x,y,"3,4"\n5,6,7,8\n',
    ],
)
def test_a_quote_left_open_is_refused(text):
    with pytest.raises(SourceError) as caught:
        book_of(text)
    assert caught.value.code == "G1201"
    assert caught.value.place.line in (2, 3)


CELL = st.text(st.sampled_from('ab ,"\n;中'), max_size=5)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_the_csv_module_writes_is_read_back(rows):
    rows = [["h1", "h2", "h3"], *rows]
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerows(rows)
    found = book_of(target.getvalue()).load("text").frame.rows()
    assert found == [tuple(cell if cell.strip() else None for cell in row) for row in rows]


def test_html_tables_are_sheets_of_texts():
    page = (
        "<html><body><table><tr><th colspan=2>标题</th><th rowspan=2>x</th></tr>"
        "<tr><td>1,234.50</td><td>&nbsp;a <b>b</b></td></tr>"
        "<tr><td></td><td>&lt;</td></tr></table>"
        "<table><tr><td>two</td></tr></table></body></html>"
    )
    book = book_of(page, "r.xls", "gb18030")
    assert [problem.code for problem in book.problems] == ["G1008"]
    assert book.names == ("table 1", "table 2")
    assert book.load("table 1").frame.rows() == [
        ("标题", None, "x"),
        ("1,234.50", "a b", None),
        (None, "<", None),
    ]
    assert book.peek("table 2") == (("two",),)


def test_html_without_a_table_is_no_workbook():
    with pytest.raises(SourceError) as caught:
        book_of("<html><body>x</body></html>", "r.xls")
    assert caught.value.code == "G1004"


def legacy(fill):
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    fill(book, xlwt)
    target = io.BytesIO()
    book.save(target)
    return open_workbook(Source(data=target.getvalue(), name="a.xls"))


def test_legacy_cells_keep_their_types():
    def fill(book, xlwt):
        sheet = book.add_sheet("数据")
        hidden = book.add_sheet("藏")
        hidden.write(0, 0, "x")
        hidden.visibility = 1
        day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
        for column, value in enumerate(["text", 6601.3, "6601.30", True, None, "  "]):
            if value is not None:
                sheet.write(1, column, value)
        sheet.write(2, 0, 12)
        sheet.write(2, 1, 0.1 + 0.2)
        sheet.write(2, 2, dt.date(2025, 1, 2), day)
        sheet.write(2, 3, -5.5, day)
        sheet.write(2, 4, xlwt.Formula('"a"&"b"'))
        sheet.row(2).set_cell_error(5, "#REF!")

    book = legacy(fill)
    assert [(sheet.name, sheet.hidden) for sheet in book.sheets] == [("数据", False), ("藏", True)]
    assert book.names == ("数据",)
    sheet = book.load("数据", skip=1)
    assert sheet.frame.rows() == [
        ("text", "6601.3", "6601.30", "TRUE", None, None),
        ("12", "0.30000000000000004", "2025-01-02", None, None, None),
    ]
    assert sheet.numbers["0"].to_list() == [False, True]
    assert sheet.numbers["1"] is True
    assert "2" not in sheet.numbers
    assert sheet.faulty == (FaultyCell(3, 3, "########"), FaultyCell(3, 5, "#REF!"))
    assert book.peek("数据", rows=2) == ((), ("text", "6601.3", "6601.30", "TRUE", "", "  "))

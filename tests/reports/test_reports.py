"""Reports as workbooks, pages and delimited text: figures, formulas, hostile texts."""

import csv
import datetime as dt
import re
import subprocess
import zipfile
from decimal import Decimal
from shutil import which

import openpyxl
import polars as pl
import pytest

from kamcore.errors import LossRefused, UsageError
from kamcore.reports.placing import Placed
from kamcore.reports.sheets import (
    SUM,
    Chart,
    Check,
    Column,
    Fields,
    Line,
    Listing,
    Paragraph,
    Sheet,
    Title,
)
from kamcore.reports.workbook import sheet_name
from kamcore.reports.writing import write_report

MONEY = pl.Decimal(38, 4)
HOSTILE = ("=1+1", "+cmd", "-2", "@x", "<b>甲&乙</b>")


def _frame(**columns):
    return pl.DataFrame(
        {
            "name": list(HOSTILE),
            "day": [dt.date(2026, 1, day) for day in range(1, 6)],
            "debit": [Decimal(text) for text in ("1.25", "-2000.5", "0", "7.125", "3")],
            "credit": [Decimal(0)] * 4 + [Decimal("0.1")],
            "kind": ["opening", None, None, None, "sum"],
            "formula": [None, None, None, None, "SUM({debit@0:3})-{credit}"],
            **columns,
        },
        schema_overrides={"debit": MONEY, "credit": MONEY},
    )


def _listing(frame=None, **more):
    frame = (
        _frame(debit=["1.25", "-2000.5", "0", "7.125", "-1992.225"]) if frame is None else frame
    )
    return Listing(
        columns=(
            Column("name", "客户"),
            Column("day", "日期"),
            Column("debit", "借方", group="本期", total=SUM, formula="formula"),
            Column("credit", "贷方", group="本期", total=SUM, blank_zero=True),
        ),
        frame=frame.with_columns(pl.col("debit").cast(MONEY)),
        style="kind",
        total="合计",
        keep=1,
        **more,
    )


def _sheet(*parts, **more):
    return Sheet(name="余额", parts=(Title("余额表"), Line("2026-03", "单位: 元"), *parts), **more)


WHOLE = _sheet(
    _listing(),
    Check(text="核对", formula="{debit@total}-{credit@total}", value=Decimal("-3984.45")),
    Chart(title="分布", across=("debit", "credit")),
    Paragraph("兹证明\n" + "内容" * 80),
    Fields((("客户", "=甲"), ("日期", dt.date(2026, 1, 2)), ("金额", Decimal("12.345")))),
)


def _cells(path, *, values):
    sheet = openpyxl.load_workbook(path, data_only=values).active
    return [list(row) for row in sheet.iter_rows()], sheet


def test_every_formula_stands_with_its_value_and_texts_stay_texts(tmp_path):
    path = tmp_path / "表.xlsx"
    write_report([WHOLE], path)
    values, _ = _cells(path, values=True)
    formulas, sheet = _cells(path, values=False)
    assert [row[0].value for row in formulas[4:9]] == list(HOSTILE)
    assert {row[0].data_type for row in formulas[4:9]} == {"s"}
    assert formulas[8][2].value == "=SUM(C5:C8)-D9"
    assert formulas[9][2].value == "=SUM(C5:C9)"
    assert formulas[10][2].value == "=C10-D10"
    assert [values[row][2].value for row in (8, 9, 10)] == [-1992.225, -3984.35, -3984.45]
    assert formulas[4][1].value.date() == dt.date(2026, 1, 1)
    # A column shows as many decimals as its values have: nothing is hidden by its format.
    assert formulas[4][2].number_format == "#,##0.000;[Red]-#,##0.000;#,##0.000"
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("B5", "$3:$4")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert {str(merged) for merged in sheet.merged_cells.ranges} >= {"A1:D1", "C3:D3", "A3:A4"}


def test_the_same_report_has_the_same_bytes_and_a_native_chart(tmp_path):
    one, other = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    write_report([WHOLE], one)
    write_report([WHOLE], other)
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    assert re.findall(r"<c:f>([^<]+)", chart) == ["余额!$C$4:$D$4", "余额!$C$10:$D$10"]


def test_a_page_escapes_texts_and_shows_the_same_figures(tmp_path):
    path = tmp_path / "表.html"
    write_report([WHOLE], path)
    text = path.read_text("utf-8")
    assert "&lt;b&gt;甲&amp;乙&lt;/b&gt;" in text
    assert "<script" not in text
    assert "http" not in text
    assert '<td class="n r">-3,984.35</td>' in text
    assert '<tr class="sum">' in text
    assert 'colspan="2">本期' in text


def test_delimited_text_holds_lines_only_and_no_formula(tmp_path):
    path = tmp_path / "表.csv"
    write_report([WHOLE], path)
    lines = path.read_text("utf-8-sig").splitlines()
    assert lines[0] == "客户,日期,本期借方,本期贷方"
    assert lines[1] == "'=1+1,2026-01-01,1.25,0"
    assert len(lines) == 5


def test_what_a_report_cannot_be_is_refused_and_leaves_nothing(tmp_path):
    taken = tmp_path / "有.xlsx"
    taken.write_text("x")
    long = _listing(_frame(debit=["12345678901234567.1", "0", "0", "0", "0"]))
    for sheets, name, error, code in (
        ([WHOLE], "表.doc", UsageError, "C6001"),
        ([_sheet()], "表.csv", UsageError, "C6002"),
        ([WHOLE], "有.xlsx", UsageError, "C1001"),
        ([_sheet(long)], "长.xlsx", LossRefused, "G3006"),
        ([WHOLE, WHOLE], "二.xlsx", UsageError, "G3002"),
    ):
        with pytest.raises(error) as raised:
            write_report(sheets, tmp_path / name)
        assert raised.value.code == code
    assert [path.name for path in tmp_path.iterdir()] == ["有.xlsx"]


def test_an_empty_table_has_totals_of_nothing(tmp_path):
    path = tmp_path / "空.xlsx"
    write_report([_sheet(_listing(_frame().clear()))], path)
    cells, _ = _cells(path, values=False)
    assert [cell.value for cell in cells[4]] == ["合计", None, "=SUM(C4:C4)", "=SUM(D4:D4)"]


def test_a_formula_names_only_what_the_table_has():
    placed = Placed.of(_listing(), 3)
    for template in ("{nothing}", "{debit@5}"):
        with pytest.raises(ValueError, match="has no"):
            placed.formula(template)


def test_names_of_sheets():
    assert sheet_name("'a/b'") == "a b"
    assert sheet_name("[]") == "Sheet"


def _without_values(path, target):
    """The same workbook without what formulas gave."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            data = source.read(name)
            if "worksheets" in name:
                data = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", data)
            out.writestr(name, data)


@pytest.mark.soak
@pytest.mark.skipif(which("soffice") is None, reason="needs LibreOffice")
def test_a_spreadsheet_program_calculates_what_stands_there(tmp_path):
    """LibreOffice calculates every formula and gives the values that stood beside them."""
    path, bare = tmp_path / "表.xlsx", tmp_path / "空.xlsx"
    write_report([WHOLE], path)
    _without_values(path, bare)
    assert _cells(bare, values=True)[0][9][2].value is None
    to = ["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false"]
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    words = ["soffice", home, "--headless", *to, "--outdir", tmp_path, bare]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    rows = list(csv.reader((tmp_path / "空.csv").read_text("utf-8").splitlines()))
    before, _ = _cells(path, values=True)
    for row in (8, 9, 10):
        assert float(rows[row][2].replace(",", "")) == pytest.approx(before[row][2].value)

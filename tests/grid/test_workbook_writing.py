"""Both workbook writers, read back by every reader at hand."""

import csv
import datetime as dt
import shutil
import subprocess
from decimal import Decimal

import fastexcel
import openpyxl
import polars as pl
import pytest
import python_calamine
import xlrd

from kamcore.errors import UsageError
from kamcore.grid.cells import SheetOut
from kamcore.grid.xls_writing import write_xls
from kamcore.grid.xlsx_writing import write_xlsx

WRITERS = {"xlsx": write_xlsx, "xls": write_xls}

TEXTS = [
    "客户往来",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("http://example.invalid","x")',
    "'quoted",
    "<a & b>\"'",
    "&amp; ]]> <!--",
    "a\nb",
    "\n",
    "\ttab\t",
    " blanks ",
    "  two",
    "   ",
    "\u00a0nbsp\u00a0",
    "\u3000全角\u3000",
    "😀👨‍👩‍👧𠮷",
    "שלום \u202eabc\u202c عليكم",
    "\u2028line",
    "00012",
    "1e3",
    "6601.30",
    "1/2",
    "TRUE",
    "x" * 32_767,
    "好" * 32_767,
    "😀" * 16_383,
    "_x000D_",
    "_x0041_x0042_",
    "_x00GG_",
]
RETURNS = ["a\r\nb", "a\rb", "\r"]
MASKED = ["__x005F_", "_x005F_x0041_", "x005F_"]
CONTROLS = ["\x0bvt", "nul\x00", "\x1f\x01", "\x0b_x000B_"]
DECIMALS = [
    Decimal(text)
    for text in (
        "0.01",
        "-0.01",
        "98765432.10",
        "12345678901234.5",
        "-12345678901234.5",
        "0",
        "0.1",
        "0.07",
        "1.005",
        "4.35",
        "123456789012345",
        "999999999999999",
        "1000000000000000",
    )
]
RATES = [Decimal("7.1234567891"), Decimal("0.0000000001"), Decimal("12345.0123456789")]
TODAY = dt.date(2025, 1, 31)
NOW = dt.datetime(2025, 1, 31, 13, 14, 15)  # noqa: DTZ001 - cells know no zone


def column(values, height, dtype):
    return pl.Series([values[index % len(values)] for index in range(height)], dtype=dtype)


def frame_of(texts):
    height = len(texts)
    return pl.DataFrame(
        {
            "摘要": pl.Series(texts, dtype=pl.String),
            "金额": column(DECIMALS, height, pl.Decimal(22, 4)),
            "汇率": column(RATES, height, pl.Decimal(28, 10)),
            "序号": column([7, -5, 0], height, pl.Int64),
            "日期": column([TODAY, dt.date(1900, 3, 1), dt.date(9999, 12, 31)], height, pl.Date),
            "时间": column([NOW], height, pl.Datetime("us")),
            "有效": column([True, False], height, pl.Boolean),
            "空": pl.Series([None] * height, dtype=pl.String),
        }
    )


def by_openpyxl(path):
    book = openpyxl.load_workbook(path)
    rows = list(book["Page1"].iter_rows(values_only=True))
    book.close()
    return rows


def by_calamine(path):
    with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
        return book.get_sheet_by_name("Page1").to_python()


def by_fastexcel(path):
    sheet = fastexcel.read_excel(path).load_sheet(
        "Page1", header_row=None, skip_rows=1, schema_sample_rows=None
    )
    frame = sheet.to_polars()
    # A column of nothing but blanks at the edge is no column to this reader.
    return [("",) * 8, *((*row, None)[:8] for row in frame.rows())]


def by_xlrd(path):
    with xlrd.open_workbook(path) as book:
        sheet = book.sheet_by_name("Page1")
        return [sheet.row_values(row) for row in range(sheet.nrows)]


READERS = {
    ("xlsx", "openpyxl"): by_openpyxl,
    ("xlsx", "calamine"): by_calamine,
    ("xlsx", "fastexcel"): by_fastexcel,
    ("xls", "xlrd"): by_xlrd,
    ("xls", "calamine"): by_calamine,
    ("xls", "fastexcel"): by_fastexcel,
}


@pytest.fixture(params=READERS, ids="-".join)
def written(request, tmp_path):
    """The rows of a frame, after writing and reading."""
    kind, _ = request.param

    def read_back(frame):
        path = tmp_path / f"book.{kind}"
        WRITERS[kind]([SheetOut("Page1", frame)], path)
        return READERS[request.param](path)[1:]

    return read_back


def serial(day):
    return (day - dt.date(1899, 12, 30)).days


def test_texts_come_back(written):
    texts = [*TEXTS, *RETURNS]
    assert [row[0] for row in written(frame_of(texts))] == texts


def test_control_characters_come_back(written, request):
    expected = list(CONTROLS)
    if "openpyxl" in request.node.name:
        # This reader leaves the escapes of the standard as they are, and drops their mask.
        expected = ["_x000B_vt", "nul_x0000_", "_x001F__x0001_", "_x000B__x000B_"]
    assert [row[0] for row in written(frame_of(CONTROLS))] == expected


def test_texts_like_the_mask_come_back(written, request):
    expected = list(MASKED)
    if "openpyxl" in request.node.name:
        # This reader drops the mask wherever it stands.
        expected = ["__", "_x0041_", ""]
    assert [row[0] or "" for row in written(frame_of(MASKED))] == expected


def test_pairs_of_surrogates_survive_the_cutting_of_records(written):
    texts = [f"{'x' * (index % 7)}𠮷{'😀' * (index % 11)}{index}" for index in range(3_000)]
    assert [row[0] for row in written(frame_of(texts))] == texts


def test_decimals_come_back_exactly(written):
    frame = frame_of(TEXTS)
    rows = written(frame)
    assert [Decimal(repr(row[1])) for row in rows] == frame["金额"].to_list()
    assert [Decimal(repr(row[2])) for row in rows] == frame["汇率"].to_list()
    assert [int(row[3]) for row in rows] == frame["序号"].to_list()


def test_dates_and_booleans_come_back(written, request):
    frame = frame_of(TEXTS)
    rows = written(frame)
    if "xlrd" in request.node.name:
        assert [row[4] for row in rows] == [serial(day) for day in frame["日期"]]
        assert {row[5] for row in rows} == {45688.5515625}
    else:
        days = [day.date() if isinstance(day, dt.datetime) else day for day in column_of(rows, 4)]
        assert days == frame["日期"].to_list()
        assert set(column_of(rows, 5)) == {NOW}
    assert [bool(row[6]) for row in rows] == frame["有效"].to_list()


def column_of(rows, index):
    return [row[index] for row in rows]


def test_nulls_are_no_cells(written):
    frame = frame_of(["", None, "x"])
    blank = frame.with_columns(
        pl.when(pl.int_range(3) == 1).then(None).otherwise(pl.all()).name.keep()
    )
    rows = written(blank.select(frame.columns))
    assert [value in ("", None) for value in rows[1]] == [True] * 8
    assert [row[0] or "" for row in rows] == ["", "", "x"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_every_value(tmp_path):
    # Line breaks are unified and NUL is unknown there; everything else is compared.
    frame = frame_of([*TEXTS, "\x0bvt", "\x1f\x01"])
    for kind, write in WRITERS.items():
        folder = tmp_path / kind
        folder.mkdir()
        write(
            [SheetOut("Page1", frame)],
            folder / "book.xlsx" if kind == "xlsx" else folder / "book.xls",
        )
        command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
        filters = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
        command += ["--convert-to", filters, "--outdir", folder, folder / f"book.{kind}"]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        with (folder / "book-Page1.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        assert column_of(rows, 0) == frame["摘要"].to_list()
        assert column_of(rows, 4) == [day.isoformat() for day in frame["日期"]]
        assert [Decimal(row[2]) for row in rows] == frame["汇率"].to_list()


@pytest.mark.parametrize("kind", WRITERS)
def test_same_input_same_bytes(kind, tmp_path):
    sheets = [SheetOut("Page1", frame_of(TEXTS)), SheetOut("t_Schema", frame_of(TEXTS[:2]))]
    paths = [tmp_path / f"{name}.{kind}" for name in "ab"]
    for path in paths:
        WRITERS[kind](sheets, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("kind", WRITERS)
def test_sheets_headers_merges_and_widths(kind, tmp_path):
    frame = pl.DataFrame({"a": ["x"], "b": [Decimal("1.50")], "d": [TODAY], "t": [True]})
    header = (("科目余额表",), ("编码", "余额", "", "是"))
    sheets = [
        SheetOut("字典", frame, hidden=True),
        SheetOut(
            "Page1 & 'x",
            frame,
            header=header,
            widths={"b": 20},
            merges=("A1:D1",),
            text_columns=("b", "d", "t"),
        ),
        SheetOut("空", pl.DataFrame(), header=()),
    ]
    path = tmp_path / f"book.{kind}"
    WRITERS[kind](sheets, path)
    with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
        visible = python_calamine.SheetVisibleEnum.Visible
        assert book.sheet_names == ["字典", "Page1 & 'x", "空"]
        assert [sheet.visible == visible for sheet in book.sheets_metadata] == [False, True, True]
        rows = book.get_sheet_by_name("Page1 & 'x").to_python()
        assert book.get_sheet_by_name("空").to_python() == []
    assert rows == [
        ["科目余额表", "", "", ""],
        ["编码", "余额", "", "是"],
        ["x", "1.5", "2025-01-31", "TRUE"],
    ]


@pytest.mark.parametrize("kind", WRITERS)
def test_progress_ends_with_all_rows(kind, tmp_path):
    seen = []
    sheets = [SheetOut(name, frame_of(TEXTS)) for name in ("一", "二")]
    WRITERS[kind](sheets, tmp_path / "book", lambda *counts: seen.append(counts))
    total = 2 * len(TEXTS)
    assert seen[-1] == (total, total)
    assert seen == sorted(seen)


@pytest.mark.parametrize("kind", WRITERS)
def test_a_refused_sheet_leaves_the_target_alone(kind, tmp_path):
    path = tmp_path / "book"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(UsageError):
        WRITERS[kind]([SheetOut("Page1", pl.DataFrame({"x": [0.1]}))], path)
    assert path.read_text(encoding="utf-8") == "before"

"""The workbook of losses."""

import openpyxl
import pytest

from kamcore import Books, UsageError, Voucher
from kamcore.books import Origin
from kamcore.format import Fact, Loss, LossKind, LossReport
from kamcore.model.voucher import Line
from kamcore.place import Place
from kamcore.reports.losses import losses_path, with_vouchers, write_losses

BANK = Loss(
    LossKind.DROPPED,
    Fact.parse("lines.aux_bank_account"),
    41,
    Place(file="a.xls", sheet="Page1", row=7),
    "B01",
    "银行账户",
)
FORMULA = Loss(LossKind.CUT, Fact.parse("lines.summary"), 3, Place(line=9), "=1+1")
REPORT = LossReport((BANK, FORMULA))


def _rows(path):
    return [list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)]


def test_it_stands_beside_the_target_under_its_name(tmp_path):
    path = tmp_path / "U8导入.损失.xlsx"
    assert losses_path(tmp_path / "U8导入.txt") == path
    path.touch()
    assert losses_path(tmp_path / "U8导入.txt").name == "U8导入.损失(2).xlsx"
    assert losses_path(tmp_path / "U8导入.txt", force=True) == path


def test_a_row_for_each_loss_in_either_language(tmp_path):
    write_losses(REPORT, tmp_path / "zh.xlsx")
    assert _rows(tmp_path / "zh.xlsx") == [
        ["方式", "内容", "字段", "处数", "首处", "首个值"],
        [
            "放弃",
            "核算维度「银行账户」",
            "lines.aux_bank_account",
            41,
            "a.xls: Page1 第 7 行",
            "B01",
        ],
        ["截短", "分录·摘要", "lines.summary", 3, "第 9 行", "=1+1"],
    ]
    write_losses(REPORT, tmp_path / "en.xlsx", lang="en")
    assert _rows(tmp_path / "en.xlsx")[2][:2] == ["cut", "lines.summary"]


def test_a_value_that_looks_like_a_formula_stays_text(tmp_path):
    write_losses(REPORT, tmp_path / "a.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "a.xlsx").active["F3"]
    assert (cell.data_type, cell.value) == ("s", "=1+1")


def test_an_existing_workbook_stays_unless_forced(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_text("mine")
    with pytest.raises(UsageError):
        write_losses(REPORT, path)
    assert path.read_text() == "mine"
    write_losses(REPORT, path, force=True)
    assert len(_rows(path)) == 3


def test_no_losses_leave_a_workbook_with_its_headings_only(tmp_path):
    write_losses(LossReport(), tmp_path / "a.xlsx")
    assert len(_rows(tmp_path / "a.xlsx")) == 1


def test_a_loss_is_given_the_voucher_its_row_belongs_to():
    import datetime as dt

    import polars as pl

    voucher = Voucher(
        date=dt.date(2025, 1, 3), word="记", number=4, lines=(Line(account="1"), Line(account="2"))
    )
    books = Books.from_vouchers([voucher])
    rows = books.lines.with_columns(pl.Series("source_row", [6, 7], dtype=pl.Int64))
    books = books.replace(lines=rows, origin=Origin(file="a.xls"))
    found = with_vouchers(REPORT, books)
    assert [loss.first.voucher for loss in found] == ["2025-01 记-4", None]
    assert [loss.count for loss in found] == [41, 3]

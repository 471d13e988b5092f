"""Rows of a voucher list as typed columns."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import schema
from kamcore.vouchers.entries import INDEX, Field, Kind, read_entries
from small_grids import grid

DATE = Field("日期", "vouchers.date", Kind.DAY)
DEBIT = Field("借方", "lines.debit", Kind.AMOUNT)


def test_each_kind_gives_its_type():
    fields = [
        DATE,
        DEBIT,
        Field("号", "vouchers.number", Kind.WHOLE),
        Field("汇率", "lines.rate", Kind.RATE),
        Field("摘要", "lines.summary"),
        Field("科目", "lines.account", Kind.CODE),
        Field("现金", "cash", Kind.FLAG),
    ]
    table = grid(
        "日期 借方 号 汇率 摘要 科目 现金", ["2025-01-02", "1.5", "7", "7.1", " a ", "'1001", "是"]
    )
    entries = read_entries(table, fields)
    assert entries.problems == ()
    assert entries.frame.row(0, named=True) == {
        INDEX: 0,
        "vouchers.date": dt.date(2025, 1, 2),
        "lines.debit": Decimal("1.5000"),
        "vouchers.number": 7,
        "lines.rate": Decimal("7.1"),
        "lines.summary": "a",
        "lines.account": "1001",
        "cash": True,
    }


def test_a_heading_that_is_absent_gives_nulls_of_the_right_type():
    entries = read_entries(grid("日期", ["2025-01-02"]), [DATE, DEBIT])
    assert entries.frame.schema["lines.debit"] == schema.AMOUNT
    assert entries.frame["lines.debit"].to_list() == [None]
    assert entries.lost("lines.debit").to_list() == [False]


def test_words_and_zeros_that_stand_for_nothing_are_null():
    fields = [
        Field("制单", "vouchers.preparer", blanks=("NONE", "*")),
        Field("数量", "lines.quantity", Kind.RATE, zero_is_blank=True),
    ]
    entries = read_entries(grid("制单 数量", ["NONE", "0.00"], ["*", "3"], ["甲", None]), fields)
    assert entries.frame["vouchers.preparer"].to_list() == [None, None, "甲"]
    assert entries.frame["lines.quantity"].to_list() == [None, Decimal(3), None]
    assert not entries.lost("lines.quantity").any()


def test_cells_that_could_not_be_read_are_marked_and_blanks_are_not():
    rows = [["12O.00"], ["-"], ["——"], [" "], ["－"], [None], ["5"], [None]]
    table = grid("借方", *rows, faulty={"借方": {7: "#REF!"}})
    entries = read_entries(table, [DEBIT])
    assert entries.lost("lines.debit").to_list() == [True, *[False] * 6, True]
    assert [(p.code, p.place.row) for p in entries.problems] == [("G2001", 9), ("G2003", 2)]


def test_two_fields_of_one_name_are_a_mistake_of_the_author():
    with pytest.raises(ValueError, match="two fields"):
        read_entries(grid("借方", ["1"]), [DEBIT, Field("借", "lines.debit", Kind.AMOUNT)])


def test_a_field_is_known_by_what_the_source_calls_it():
    entries = read_entries(
        grid("FDebit", ["1"], captions={"FDebit": "借方金额"}),
        [Field("FDebit", "lines.debit", Kind.AMOUNT)],
    )
    assert entries.heading("lines.debit") == "FDebit"
    assert entries.caption("lines.debit") == "借方金额"
    assert entries.caption("lines.credit") == "lines.credit"


def test_a_sheet_without_rows_is_read():
    entries = read_entries(grid("日期 借方"), [DATE, DEBIT])
    assert entries.frame.height == 0
    assert entries.frame.schema == {
        INDEX: pl.UInt32,
        "vouchers.date": pl.Date,
        "lines.debit": schema.AMOUNT,
    }

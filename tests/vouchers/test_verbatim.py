"""Extras by row, and extras of lines that belong to their voucher."""

import polars as pl

from kamcore.vouchers.verbatim import kept, lifted
from small_books import books, voucher


def with_extras(*rows):
    given = books(voucher(1), voucher(2))
    names = ("table", "row_id", "field", "value")
    return given.replace(extras=pl.DataFrame(rows, schema=names, orient="row"))


def test_texts_of_a_field_stand_at_their_rows():
    given = with_extras(("lines", 2, "备注", "乙"), ("vouchers", 0, "备注", "甲"))
    assert kept(given, "lines", "备注").to_list() == [None, None, "乙", None]
    assert kept(given, "vouchers", "备注").to_list() == ["甲", None]
    assert kept(given, "lines", "别的").to_list() == [None] * 4


def test_fields_of_the_head_move_to_the_voucher_and_others_stay():
    given = with_extras(
        ("lines", 3, "公司", "B"),
        ("lines", 0, "公司", "A"),
        ("lines", 1, "公司", "A2"),
        ("lines", 1, "备注", "x"),
    )
    assert lifted(given, ["公司"]).extras.rows() == [
        ("lines", 1, "备注", "x"),
        ("vouchers", 0, "公司", "A"),
        ("vouchers", 1, "公司", "B"),
    ]

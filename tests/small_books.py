"""Small books for tests, written in few words."""

import datetime as dt
from decimal import Decimal

from kamcore.books import Books, Origin
from kamcore.model.voucher import Line, Voucher

DAY = dt.date(2025, 1, 15)


def dr(account, amount, **more):
    """A line with a debit."""
    return Line(account=account, debit=Decimal(amount), **more)


def cr(account, amount, **more):
    """A line with a credit."""
    return Line(account=account, credit=Decimal(amount), **more)


def voucher(number=1, *lines, date=DAY, word="记", **more):
    """A voucher; without lines it gets two that balance."""
    lines = lines or (dr("1122", "100"), cr("2202", "100"))
    return Voucher(date=date, word=word, number=number, lines=lines, **more)


def books(*vouchers, headings=None, entity=None, **tables):
    """Books whose lines stand in rows 2, 3, … of a sheet; one voucher after the other."""
    made = Books.from_vouchers(vouchers, entity=entity, tables=tables)
    lines = made.lines.with_row_index("_row", offset=2)
    lines = lines.with_columns(source_row=lines["_row"].cast(int)).drop("_row")
    origin = Origin(file="样例.xlsx", sheet="凭证", headings=headings or {})
    return made.replace(origin=origin, lines=lines)

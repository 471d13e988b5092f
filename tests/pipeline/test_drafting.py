"""Drafts become vouchers of any format, numbered after those there are, and read back the same."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import Books
from kamcore.errors import UsageError
from kamcore.ledger import Draft, DraftLine
from kamcore.model.voucher import Line, Voucher
from kamcore.pipeline import read
from kamcore.pipeline.drafting import draft_books, write_drafts

DAY = dt.date(2026, 3, 31)
LINES = (Line(account="1122", debit=Decimal(5)), Line(account="6001", credit=Decimal(5)))
BOOKS = Books.from_vouchers(
    [
        Voucher(date=dt.date(2026, 3, 1), word="记", number=7, lines=LINES),
        Voucher(date=dt.date(2026, 2, 1), word="记", number=9, lines=LINES),
    ],
    tables={
        "accounts": pl.DataFrame({"code": ["1122", "6001"], "name": ["应收账款", "主营业务收入"]}),
        "members": pl.DataFrame(
            {"dimension": ["customer"] * 2, "code": ["01", "02"], "name": ["甲", "乙"]}
        ),
    },
).replace(dimensions=pl.DataFrame({"id": ["customer", "project"], "label": ["往来客户", "项目"]}))


def _draft(word="记", *, amount="8.50"):
    money = Decimal(amount)
    return Draft(
        date=DAY,
        word=word,
        reason="计提坏账准备",
        lines=(
            DraftLine(account="6701", summary="计提", debit=money),
            DraftLine(account="1122", summary="计提", credit=money, aux={"customer": "02"}),
        ),
    )


def test_numbers_go_on_where_the_books_end():
    made = draft_books([_draft(), _draft(), _draft("转")], BOOKS, preparer="甲")
    heads = made.vouchers.select("word", "number", "status", "preparer").rows()
    assert heads == [("记", 8, "draft", "甲"), ("记", 9, "draft", "甲"), ("转", 1, "draft", "甲")]


def test_the_books_of_drafts_hold_what_their_lines_name():
    made = draft_books([_draft()], BOOKS)
    assert dict(made.accounts.select("code", "name").iter_rows()) == {
        "1122": "应收账款",
        "6701": "资产减值损失",
    }
    assert made.members["code"].to_list() == ["02"]
    assert made.dimensions["label"].to_list() == ["往来客户"]
    assert made.lines["currency"].unique().to_list() == ["CNY"]


@pytest.mark.parametrize(
    ("to", "name"),
    [("native", "草稿.jsonl"), ("kingdee-k3", "草稿.xls"), ("yonyou-u8-text", "草稿.txt")],
)
def test_what_is_written_reads_back(tmp_path, to, name):
    written = write_drafts([_draft()], BOOKS, tmp_path / name, to, preparer="甲")
    assert [one.number for one in written.vouchers] == [8]
    found = read(tmp_path / name, to).books
    sums = found.lines.select(pl.col("debit").sum(), pl.col("credit").sum()).row(0)
    assert sums == (Decimal("8.5"), Decimal("8.5"))
    assert found.lines["aux_customer"].to_list() == [None, "02"]
    with pytest.raises(UsageError):
        write_drafts([_draft()], BOOKS, tmp_path / name, to)

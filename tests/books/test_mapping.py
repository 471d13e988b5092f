"""Renaming codes changes no amount, and says what it could not rename."""

import datetime as dt
from decimal import Decimal

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from kamcore.books import Books
from kamcore.books.mapping import map_books
from kamcore.model.mapping import CodeMap
from kamcore.model.voucher import Line, Voucher


def _books() -> Books:
    lines = (
        Line(account="1122.01", debit=Decimal("11.30"), aux={"customer": "0004"}),
        Line(account="6001.01", credit=Decimal("10.00")),
        Line(account="2221.01", credit=Decimal("1.30")),
    )
    return Books.from_vouchers(
        [Voucher(date=dt.date(2025, 1, 2), word="记", number=1, lines=lines)]
    )


def test_codes_members_and_words_are_renamed() -> None:
    code_map = CodeMap(
        accounts={"112201": "11220001", "6001.01": "6001", "2221.01": "2221"},
        members={"customer": {"0004": "C04"}},
        words={"记": "转"},
    )
    mapped = map_books(_books(), code_map)
    assert mapped.books.lines["account"].to_list() == ["11220001", "6001", "2221"]
    assert mapped.books.lines["aux_customer"].to_list() == ["C04", None, None]
    assert mapped.books.vouchers["word"].to_list() == ["转"]
    assert mapped.unmapped == ()
    assert mapped.balances_equal


def test_a_code_in_use_that_is_not_listed_is_named_with_a_proposal() -> None:
    mapped = map_books(_books(), CodeMap(accounts={"1122.01": "1122", "6001.01": "600101"}))
    [missing] = mapped.unmapped
    assert (missing.part, missing.code, missing.lines) == ("accounts", "2221.01", 1)
    assert missing.proposal == "222101"


def test_unlisted_codes_may_be_kept() -> None:
    mapped = map_books(_books(), CodeMap(words={"转": "记"}, keep_unlisted=True))
    assert mapped.unmapped == ()
    assert mapped.books == _books()


def test_several_codes_that_become_one_are_named() -> None:
    merged = {"1122.01": "1122", "6001.01": "6001", "2221.01": "6001"}
    mapped = map_books(_books(), CodeMap(accounts=merged))
    [one] = mapped.merged
    assert (one.target, one.codes, one.lines) == ("6001", ("2221.01", "6001.01"), 2)
    assert mapped.balances_equal


@given(st.dictionaries(st.sampled_from(["1122.01", "6001.01", "2221.01"]), st.sampled_from("AB")))
def test_no_mapping_changes_a_sum(accounts: dict[str, str]) -> None:
    before = _books()
    after = map_books(before, CodeMap(accounts=accounts, keep_unlisted=True)).books
    for side in ("debit", "credit"):
        assert after.lines[side].to_list() == before.lines[side].to_list()
    assert after.lines.select(pl.exclude("account")).equals(
        before.lines.select(pl.exclude("account"))
    )

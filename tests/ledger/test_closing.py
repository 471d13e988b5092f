"""Closing: what blocks, what is drafted, what is sealed."""

import datetime as dt
from decimal import Decimal

import attrs
import pytest
from histories import amount_frame, shuffled

from kamcore.books import Books
from kamcore.errors import BooksError
from kamcore.ledger.closing import close_period, closing_findings, require_closable, seal
from kamcore.model.voucher import Line, Voucher

D = Decimal


def written(*vouchers: Voucher, **tables) -> Books:
    accounts = amount_frame({"code": ["4103", "6001"], "name": ["本年利润", "主营业务收入"]}, ())
    return Books.from_vouchers(vouchers, tables={"accounts": accounts, **tables})


def voucher(number: int, *lines: Line, **more) -> Voucher:
    given = {"date": dt.date(2025, 3, number), "word": "记", "status": "posted", **more}
    return Voucher(number=number, lines=lines, **given)


SALE = voucher(
    1, Line(account="1122", debit=D(9), aux={"customer": "A"}), Line(account="6001", credit=D(9))
)
CLOSE = voucher(2, Line(account="6001", debit=D(9)), Line(account="4103", credit=D(9)))


def codes(books: Books, **more) -> list[str]:
    return [problem.code for problem in closing_findings(books, "2025-03", **more)]


def test_nothing_blocks_a_finished_period() -> None:
    closing = close_period(written(SALE, CLOSE), "2025-03")
    assert closing.blocking == ()
    assert closing.seal is not None
    assert closing.to_json()["sealed"] == {"hash": closing.seal.hash}
    require_closable(written(SALE, CLOSE), "2025-03", ())


def test_each_finding_blocks() -> None:
    assert codes(written(SALE)) == ["L1504"]
    assert codes(written(SALE, attrs.evolve(CLOSE, status="reviewed"))) == ["L1501"]
    assert codes(written(SALE, attrs.evolve(CLOSE, number=3))) == ["B2201"]
    earlier = attrs.evolve(SALE, date=dt.date(2025, 2, 1))
    assert codes(written(earlier, CLOSE, SALE))[0] == "L1502"
    assert "L1502" not in codes(written(earlier, CLOSE, SALE), closed=[(2025, 2)])
    uneven = voucher(3, Line(account="1001", debit=D(1)))
    assert codes(written(SALE, CLOSE, uneven)) == ["B2101", "L1503", "L1503", "L1503"]
    with pytest.raises(BooksError, match="L1506"):
        require_closable(written(SALE), "2025-03", ())


def test_a_subledger_that_differs_blocks() -> None:
    stated = amount_frame(
        {
            "year": [2025],
            "period": [3],
            "account": ["1122"],
            "aux_customer": ["A"],
            "closing": [D(8)],
            "opening": [D(0)],
        },
        ["closing", "opening"],
    )
    assert codes(written(SALE, CLOSE, balances=stated)) == ["L1505"]


def test_the_drafts_that_would_help_are_given() -> None:
    closing = close_period(written(SALE), "2025-03")
    assert closing.seal is None
    (draft,) = closing.drafts
    assert [line.account for line in draft.lines] == ["6001", "4103"]


def test_closing_twice_is_closing_once_and_order_does_not_matter() -> None:
    books = written(SALE, CLOSE)
    assert seal(books, "2025-03") == seal(shuffled(books), "2025-03")
    assert seal(books, "2025-03", "x").hash != seal(books, "2025-03").hash
    changed = written(attrs.evolve(SALE, lines=(*SALE.lines, Line(account="1001"))), CLOSE)
    assert seal(changed, "2025-03").hash != seal(books, "2025-03").hash

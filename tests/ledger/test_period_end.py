"""Revaluation and transfers: drafts that do what they say once they are booked."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import Books
from kamcore.errors import UsageError
from kamcore.ledger.balances import balances
from kamcore.ledger.revaluation import revalue
from kamcore.ledger.transfer import profit_transfer, year_end_transfer
from kamcore.model.voucher import Line, Voucher

D = Decimal
DAY = dt.date(2025, 12, 31)
RATES = {"USD": D("7.1890")}


def books(*vouchers: tuple[Line, ...], names: dict[str, str] | None = None) -> Books:
    named = names or {"6001": "主营业务收入", "4103": "本年利润", "4001": "实收资本"}
    accounts = pl.DataFrame({"code": list(named), "name": list(named.values())})
    made = [
        Voucher(date=dt.date(2025, 12, day), word="记", number=day, lines=lines)
        for day, lines in enumerate(vouchers, start=1)
    ]
    return Books.from_vouchers(made, tables={"accounts": accounts})


def dollars(account: str, side: str, amount: str, fx: str, **more) -> Line:
    return Line(
        account=account,
        currency="USD",
        aux={"customer": "A"} if account.startswith("1122") else {"supplier": "S"},
        **{side: D(amount), f"fx_{side}": D(fx)},
        **more,
    )


def lines(draft) -> list[tuple]:
    return [(line.account, line.debit, line.credit, dict(line.aux)) for line in draft.lines]


def test_the_revaluation_vector() -> None:
    """USD 10,000 booked at 71,500.00, closing rate 7.1890: 390.00 both ways."""
    receivable = books((dollars("1122", "debit", "71500", "10000"),))
    found = revalue(receivable, "2025-12", RATES)
    assert lines(found.drafts[0]) == [
        ("1122", D(390), D(0), {"customer": "A"}),
        ("6603", D(0), D(390), {}),
    ]
    payable = books((dollars("2202", "credit", "71500", "10000"),))
    found = revalue(payable, "2025-12", RATES)
    assert lines(found.drafts[0]) == [
        ("2202", D(0), D(390), {"supplier": "S"}),
        ("6603", D(390), D(0), {}),
    ]
    assert found.rows[0].fx_balance == D(-10000)
    assert found.drafts[0].lines[0].fx_amount == 0


def booked(before: Books, drafts) -> Books:
    both = [*before.iter_vouchers(), *(draft.to_voucher() for draft in drafts)]
    numbered = [
        Voucher(date=v.date, word=v.word, number=n, lines=v.lines)
        for n, v in enumerate(both, start=1)
    ]
    return Books.from_vouchers(numbered, tables={"accounts": before.accounts})


def test_a_revaluation_that_is_booked_leaves_nothing_to_revalue() -> None:
    before = books(
        (dollars("1122", "debit", "71500", "10000"), dollars("2202", "credit", "3300", "455.55")),
        (dollars("1122", "credit", "7150", "10000"),),
        (dollars("1123", "debit", "7000", "1000"),),
    )
    first = revalue(before, "2025-12", RATES)
    cleared = next(row for row in first.rows if row.account == "1122")
    assert (cleared.fx_balance, cleared.adjustment) == (D(0), D(-64350))
    assert {row.account for row in first.rows} == {"1122", "2202"}
    again = revalue(booked(before, first.drafts), "2025-12", RATES)
    assert again.drafts == ()
    assert all(draft.off_by == 0 for draft in first.drafts)


def test_small_enterprises_book_gains_as_other_income() -> None:
    names = {"3001": "实收资本", "3103": "本年利润", "5001": "主营业务收入"}
    gain = books((dollars("1122", "debit", "71500", "10000"),), names=names)
    assert revalue(gain, "2025-12", RATES).drafts[0].lines[-1].account == "5301"
    loss = books((dollars("1122", "debit", "72500", "10000"),), names=names)
    assert revalue(loss, "2025-12", RATES).drafts[0].lines[-1].account == "5603"


def test_named_accounts_indirect_rates_and_missing_rates() -> None:
    prepaid = books((dollars("1123", "debit", "7000", "1000"),))
    named = revalue(prepaid, "2025-12", {"USD": D("0.125")}, accounts=["1123"], indirect=["USD"])
    assert named.rows[0].after == D(8000)
    with pytest.raises(UsageError, match="L1321"):
        revalue(prepaid, "2025-12", {}, accounts=["1123"])


def year() -> Books:
    def line(account: str, debit: str = "0", credit: str = "0", **aux: str) -> Line:
        return Line(account=account, debit=D(debit), credit=D(credit), aux=aux)

    return books(
        (line("1122", "1000"), line("6001", "0", "700", project="P1"), line("6001", "0", "300")),
        (line("6602", "400", department="D1"), line("1002", "0", "400")),
        (line("1002", "5"), line("6603", "0", "5")),
    )


def test_income_and_expenses_are_transferred_by_item() -> None:
    income, costs = profit_transfer(year(), "2025-12")
    assert lines(income) == [
        ("6001", D(300), D(0), {}),
        ("6001", D(700), D(0), {"project": "P1"}),
        ("4103", D(0), D(1000), {}),
    ]
    assert lines(costs) == [
        ("6602", D(0), D(400), {"department": "D1"}),
        ("6603", D(5), D(0), {}),
        ("4103", D(395), D(0), {}),
    ]
    (one,) = profit_transfer(year(), "2025-12", one_voucher=True)
    assert one.off_by == 0
    assert one.date == DAY


def test_contrary_balances_can_stay_on_their_side_in_red() -> None:
    _, costs = profit_transfer(year(), "2025-12", red=True)
    assert lines(costs)[1] == ("6603", D(0), D(-5), {})
    assert costs.off_by == 0


def test_what_is_transferred_is_zero_and_is_not_transferred_twice() -> None:
    after = booked(year(), profit_transfer(year(), "2025-12"))
    assert profit_transfer(after, "2025-12") == ()
    draft = year_end_transfer(after, 2025)
    assert lines(draft) == [("4103", D(605), D(0), {}), ("4104", D(0), D(605), {})]
    done = booked(after, [draft])
    assert year_end_transfer(done, 2025) is None
    left = balances(done, account="4103", period="2025-12")
    assert left["closing"].to_list() == [D(0)]


def test_an_unknown_family_must_name_its_accounts() -> None:
    strange = books((Line(account="X1", debit=D(1)),), names={"X1": "?"})
    with pytest.raises(UsageError, match="L1331"):
        profit_transfer(strange, "2025-12")
    assert profit_transfer(strange, "2025-12", account="9") == ()

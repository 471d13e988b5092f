"""Make the demo books: one quarter of an invented manufacturer, as a Kingdee K/3 workbook.

Everything is computed from the tables below, so that the same file comes out every time.  The
company, its customers and every amount are invented.

    python examples/make_demo_books.py vouchers_2025Q1.xls
"""

import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

import attrs
import polars as pl
from demo_tables import (
    ACCOUNTS,
    CENT,
    CLOSING_RATES,
    LABELS,
    LONG_SUMMARY,
    MEMBERS,
    MONTH_ENDS,
    PURCHASES,
    RECEIPTS,
    SALES,
    TAX,
    USD_RATES,
    WAGES,
    YEAR,
)

import kamcore
from kamcore.model.scheme import CodeScheme


@attrs.frozen
class Booking:
    """A voucher before it has its number."""

    day: date
    lines: tuple[kamcore.Line, ...]
    attachments: int = 1


def money(value: Decimal) -> Decimal:
    return value.quantize(CENT)


def line(account: str, summary: str, amount: Decimal, **more: object) -> kamcore.Line:
    """A line: debit when the amount is given as is, credit with ``credit=True``."""
    side = "credit" if more.pop("credit", False) else "debit"
    aux = {name: more.pop(name) for name in list(more) if name in LABELS}
    rest = {"currency": "CNY", "rate": Decimal(1), **more}
    return kamcore.Line(account=account, summary=summary, aux=aux, **{side: amount}, **rest)


def sale(day: date, customer: str, pieces: int, price: str, text: str = "销售产品") -> Booking:
    """A domestic sale; negative pieces are a return, in red on the same sides."""
    net = money(pieces * Decimal(price))
    tax = money(net * TAX)
    number = f"XS{day:%y%m}-{customer}"
    department = "03" if customer < "0005" else "04"
    return Booking(
        day,
        (
            line(
                "1122.01",
                text,
                net + tax,
                customer=customer,
                department=department,
                business_number=number,
            ),
            line(
                "6001.01",
                text,
                net,
                credit=True,
                department=department,
                project="P01" if pieces % 2 else "P02",
                quantity=Decimal(pieces),
                unit="件",
                unit_price=Decimal(price),
            ),
            line("2221.01.02", text, tax, credit=True),
        ),
        attachments=2,
    )


def receipt(day: date, customer: str, amount: Decimal, text: str, account: str) -> Booking:
    return Booking(
        day,
        (
            line(
                "1002.01",
                text,
                amount,
                bank_account="B01",
                settlement_method="电汇",
                settlement_number=f"TT{day:%m%d}{customer}",
            ),
            line(account, text, amount, credit=True, customer=customer),
        ),
    )


def domestic(month: int) -> Iterator[Booking]:
    """Sales that grow by the month, receipts in full and in part, a return in red."""
    due: dict[str, Decimal] = {}
    for day, customer, pieces, price in SALES:
        booked = sale(date(YEAR, month, day), customer, pieces + 10 * month, price)
        due.setdefault(customer, booked.lines[0].debit)
        yield booked
    for day, customer, share in RECEIPTS:
        paid = money(due[customer] * Decimal(share))
        text = "收到货款" if share == "1" else "收到部分货款"
        yield receipt(date(YEAR, month, day), customer, paid, text, "1122.01")
    yield sale(date(YEAR, month, 26), "0002", -12 - month, "92.10", "退货, 红字冲销")


def advances() -> Iterator[Booking]:
    """Money before the sale, and its use when the sale is booked."""
    paid = Decimal("60000.00")
    yield receipt(date(YEAR, 1, 9), "0005", paid, "预收货款", "2203")
    text = "预收冲应收"
    used = Decimal("25000.00")
    yield Booking(
        date(YEAR, 2, 11),
        (
            line("2203", text, used, customer="0005"),
            line("1122.01", text, used, credit=True, customer="0005"),
        ),
    )


def exports() -> Iterator[Booking]:
    """Sales in US dollars, one receipt, and the revaluation at each month's end."""
    open_fx, booked = Decimal(0), Decimal(0)
    for month, sold, paid in ((1, "18600.00", "0"), (2, "9450.50", "12000.00"), (3, "0", "0")):
        rate = USD_RATES[month]
        fx, received = Decimal(sold), Decimal(paid)
        if fx:
            yield _export(date(YEAR, month, 11), fx, rate)
        if received:
            yield _export_receipt(date(YEAR, month, 27), received, rate)
        open_fx += fx - received
        booked += money(fx * rate) - money(received * rate)
        change = money(open_fx * CLOSING_RATES[month]) - booked
        booked += change
        yield _revaluation(date(YEAR, month, MONTH_ENDS[month]), change)


def _dollars(side: str, fx: Decimal, rate: Decimal) -> dict[str, object]:
    return {"currency": "USD", f"fx_{side}": fx, "rate": rate}


def _export(day: date, fx: Decimal, rate: Decimal) -> Booking:
    base, text = money(fx * rate), "出口销售"
    return Booking(
        day,
        (
            line("1122.02", text, base, customer="0100", **_dollars("debit", fx, rate)),
            line("6001.02", text, base, credit=True, department="04"),
        ),
    )


def _export_receipt(day: date, fx: Decimal, rate: Decimal) -> Booking:
    base, text = money(fx * rate), "收到境外货款"
    bank, party = _dollars("debit", fx, rate), _dollars("credit", fx, rate)
    return Booking(
        day,
        (
            line("1002.02", text, base, bank_account="B02", settlement_method="电汇", **bank),
            line("1122.02", text, base, credit=True, customer="0100", **party),
        ),
    )


def _revaluation(day: date, change: Decimal) -> Booking:
    text = "期末调汇"
    dollars = _dollars("debit", Decimal(0), CLOSING_RATES[day.month])
    return Booking(
        day,
        (
            line("1122.02", text, change, customer="0100", **dollars),
            line("6603.02", text, -change),
        ),
    )


def purchases(month: int) -> Iterator[Booking]:
    """Materials with quantities, and the payment of the month's first purchase."""
    for day, supplier, what, count, unit, price in PURCHASES:
        net = money((count + 100 * month) * Decimal(price))
        tax, text = money(net * TAX), f"购入{what}"
        yield Booking(
            date(YEAR, month, day),
            (
                line(
                    "1403",
                    text,
                    net,
                    quantity=Decimal(count + 100 * month),
                    unit=unit,
                    unit_price=Decimal(price),
                ),
                line("2221.01.01", text, tax),
                line("2202", text, net + tax, credit=True, supplier=supplier),
            ),
        )
    paid = Decimal(30000 + 1500 * month)
    yield Booking(
        date(YEAR, month, 19),
        (
            line("2202", "支付货款", paid, supplier="S01"),
            line("1002.01", "支付货款", paid, credit=True, bank_account="B01"),
        ),
    )


def month_end(month: int) -> Iterator[Booking]:
    """Wages by department, depreciation, the cost of what was sold."""
    day = date(YEAR, month, MONTH_ENDS[month])
    wages = [(department, Decimal(amount)) for department, amount in WAGES.items()]
    text = f"计提{month}月工资"
    debits = [line("6602.01", text, amount, department=code) for code, amount in wages]
    total = sum((amount for _, amount in wages), Decimal(0))
    yield Booking(day, (*debits, line("2211", text, total, credit=True)))
    yield Booking(
        day,
        (
            line("6602.02", "计提折旧", Decimal("18333.33"), department="05"),
            line("1602", "计提折旧", Decimal("18333.33"), credit=True),
        ),
    )
    cost = Decimal(388000 + 21500 * month)
    yield Booking(
        day,
        (
            line("6401", "结转销售成本", cost, project="P01"),
            line("1405", "结转销售成本", cost, credit=True),
        ),
    )


def oddities() -> Iterator[Booking]:
    """Texts that other layouts find hard: too long, with a comma, with an emoji."""
    fee = Decimal("86000.00")
    yield Booking(
        date(YEAR, 2, 20),
        (
            line("6601.30", LONG_SUMMARY, fee, department="03"),
            line("1002.01", "付展会费", fee, credit=True, bank_account="B01"),
        ),
        attachments=5,
    )
    trip = Decimal("3276.50")
    yield Booking(
        date(YEAR, 3, 7),
        (
            line("6601.01", "报销差旅费,北京,三天", trip, department="04", employee="E002"),
            line("1221", "冲借支", trip, credit=True, employee="E002"),
        ),
    )
    bonus = Decimal("520.00")
    yield Booking(
        date(YEAR, 3, 18),
        (
            line("6603.01", "银行手续费 \N{SMILING FACE WITH SMILING EYES}", bonus),
            line("1002.01", "银行手续费", bonus, credit=True, bank_account="B01"),
        ),
    )


def bookings() -> list[Booking]:
    """Every booking of the quarter, by day."""
    found = [*advances(), *exports(), *oddities()]
    for month in MONTH_ENDS:
        found += [*domestic(month), *purchases(month), *month_end(month)]
    return sorted(found, key=lambda booking: booking.day)


def vouchers() -> Iterator[kamcore.Voucher]:
    """Number the bookings, from 1 in every month."""
    serial = 0
    for _, group in groupby(bookings(), key=lambda booking: booking.day.month):
        for number, booking in enumerate(group, start=1):
            serial += 1
            yield kamcore.Voucher(
                date=booking.day,
                word="记",
                number=number,
                lines=booking.lines,
                attachments=booking.attachments,
                preparer="样甲",
                reviewer="样乙",
                poster="样乙",
                status="posted",
                business_date=booking.day,
                serial=serial,
            )


def tables() -> dict[str, pl.DataFrame]:
    """Accounts and members, with the codes the lines use."""
    members = [
        (dimension, code, name)
        for dimension, names in MEMBERS.items()
        for code, name in names.items()
    ]
    parents = {code: code.rpartition(".")[0] or None for code in ACCOUNTS}
    leaves = {a for a, b in pairwise([*sorted(ACCOUNTS), ""]) if not b.startswith(a + ".")}
    return {
        "accounts": pl.DataFrame(
            {
                "code": list(ACCOUNTS),
                "name": list(ACCOUNTS.values()),
                "parent": list(parents.values()),
                "level": [code.count(".") + 1 for code in ACCOUNTS],
                "is_leaf": [code in leaves for code in ACCOUNTS],
            }
        ),
        "members": pl.DataFrame(members, schema=["dimension", "code", "name"], orient="row"),
    }


def demo_books() -> kamcore.Books:
    """The quarter as books."""
    entity = kamcore.Entity(name="临江样例精密制造有限公司", scheme=CodeScheme((4, 2, 2), "."))
    books = kamcore.Books.from_vouchers(vouchers(), entity=entity, tables=tables())
    labels = pl.DataFrame({"id": list(LABELS), "label": list(LABELS.values())})
    return books.replace(dimensions=labels)


def main(target: str) -> None:
    books = demo_books()
    kamcore.write(books, target, "kingdee-k3", force=True)
    totals = books.totals()
    print(f"{totals.vouchers} vouchers, {totals.lines} lines, {totals.debit:,.2f}")


if __name__ == "__main__":
    main(sys.argv[1])

"""The end of March 2026 over a folder with a year of exports, forms and a customer's own books.

The script makes the folder first: four quarters as Kingdee K/3 workbooks, the agreements and
settings that stand beside it, and the payables of customer 0002 as that company exported them.
Then the steps run, twice: the second time nothing has changed and nothing is done again.

    python month_end.py            prints only
    python month_end.py FOLDER     keeps everything
"""

import random
import shutil
import sys
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import attrs
import polars as pl

import kamcore as kc
from kamcore.model.period import Period
from kamcore.monthend.running import MonthEnd, Run, run_steps
from kamcore.monthend.steps import STEPS

HERE = Path(__file__).parent
PERIOD = Period(2026, 3)
MONTHS, FIRST = 12, 2025 * 12 + 3
"""Twelve months from April 2025, counted from the year nought."""
RATE, CENT = Decimal("0.13"), Decimal("0.01")
PRICES = {"A-100": Decimal("120.00"), "B-200": Decimal("80.00")}
CUSTOMERS = {
    # 名称, 每月订货件数, 折扣, 付款天数, 每年增长
    "0001": ("华东样例联采有限公司", 2300, "0.95", 35, 30),
    "0002": ("江川样例百货股份有限公司", 1200, "0.98", 40, 10),
    "0003": ("北辰样例电器连锁", 900, "1", 75, -45),
    "0004": ("双桥样例商贸 (集团)", 3400, "0.92", 58, 25),
    "0005": ("南湖样例五金城", 240, "1", 30, 0),
    "0006": ("云岭样例供应链", 420, "1", 50, 5),
    "0007": ("海棠样例超市", 110, "1", 20, 0),
    "0008": ("青石样例建材", 260, "1", 120, -10),
}
ACCOUNTS = {
    "1002": "银行存款",
    "1122": "应收账款",
    "1231": "坏账准备",
    "2221": "应交税费",
    "2241": "其他应付款",
    "6001": "主营业务收入",
    "6702": "信用减值损失",
}


@attrs.frozen(kw_only=True)
class Sale:
    """An invoice to be, and the day it is paid."""

    day: date
    customer: str
    item: str
    pieces: int
    price: Decimal
    number: str
    paid: date | None

    @property
    def gross(self) -> Decimal:
        return (self.price * self.pieces).quantize(CENT)


def sales() -> list[Sale]:
    """A year of invoices, the same every time."""
    chance = random.Random(2026)  # noqa: S311  an example, no secret
    found = []
    for at in range(MONTHS):
        year, month = divmod(FIRST + at, 12)
        month += 1
        for customer, (_, pieces, discount, days, growth) in CUSTOMERS.items():
            for item, share in (("A-100", 60), ("B-200", 40)):
                day = date(year, month, chance.randint(2, 26))
                many = pieces * share * (100 + growth * at // MONTHS) // 10_000
                many += chance.randint(-many // 10, many // 10)
                price = (PRICES[item] * Decimal(discount)).quantize(CENT)
                if at == MONTHS - 1 and (customer, item) in (("0001", "A-100"), ("0004", "B-200")):
                    price -= 1  # 开票价低于约定
                paid = day + timedelta(days=days + chance.randint(-8, 8))
                number = f"FP{year % 100}{month:02}{len(found):03}"
                waits = customer == "0008" and at in (5, 6)
                found.append(
                    Sale(day=day, customer=customer, item=item, pieces=many, price=price,
                         number=number, paid=None if waits or paid > PERIOD.last_day else paid)
                )  # fmt: skip
    return found


def vouchers(invoices: list[Sale]) -> list[kc.Voucher]:
    """Invoices and receipts as vouchers, numbered through every month."""
    booked = [_invoice(one) for one in invoices]
    booked += [_receipt(one) for one in invoices if one.paid]
    booked.sort(key=lambda voucher: voucher.date)
    return [
        attrs.evolve(voucher, word="记", number=number, preparer="样甲", reviewer="样乙",
                     poster="样乙", status="posted")
        for _, month in groupby(booked, key=lambda one: (one.date.year, one.date.month))
        for number, voucher in enumerate(month, start=1)
    ]  # fmt: skip


def _invoice(one: Sale) -> kc.Voucher:
    net = (one.gross / (1 + RATE)).quantize(CENT)
    said = f"销售 {one.item} {one.number}"
    owed = {"business_number": one.number, "aux": {"customer": one.customer}}
    sold = {"quantity": Decimal(one.pieces), "unit": "件", "aux": {"inventory": one.item}}
    lines = (
        kc.Line(account="1122", summary=said, debit=one.gross, **owed),
        kc.Line(account="6001", summary=said, credit=net, **sold),
        kc.Line(account="2221", summary=said, credit=one.gross - net),
    )
    return kc.Voucher(date=one.day, lines=lines)


def _receipt(one: Sale) -> kc.Voucher:
    said = f"收款 {one.number}"
    owed = {"business_number": one.number, "aux": {"customer": one.customer}}
    lines = (
        kc.Line(account="1002", summary=said, debit=one.gross),
        kc.Line(account="1122", summary=said, credit=one.gross, **owed),
    )
    return kc.Voucher(date=one.paid, lines=lines)


def tables() -> dict[str, pl.DataFrame]:
    members = [("customer", code, facts[0]) for code, facts in CUSTOMERS.items()]
    members += [("inventory", "A-100", "样例水泵"), ("inventory", "B-200", "样例阀门")]
    return {
        "accounts": pl.DataFrame({"code": list(ACCOUNTS), "name": list(ACCOUNTS.values())}),
        "members": pl.DataFrame(members, schema=["dimension", "code", "name"], orient="row"),
        "dimensions": pl.DataFrame({"id": ["customer", "inventory"], "label": ["客户", "存货"]}),
    }


def their_books(invoices: list[Sale]) -> kc.Books:
    """The payables of customer 0002: one invoice is missing, one has two digits turned round."""
    ours = {"supplier": "G01"}
    booked = []
    mine = [one for one in invoices if one.customer == "0002"]
    for one in mine[:-1]:
        said, gross = f"采购入库 {one.number}", one.gross
        if one is mine[-4]:
            gross += Decimal("270.00")
        lines = (
            kc.Line(account="1405", summary=said, debit=gross),
            kc.Line(account="2202", summary=said, credit=gross, aux=ours),
        )
        booked.append(kc.Voucher(date=one.day + timedelta(days=1), lines=lines))
        if one.paid:
            said = f"付货款 {one.number}"
            lines = (
                kc.Line(account="2202", summary=said, debit=one.gross, aux=ours),
                kc.Line(account="1002", summary=said, credit=one.gross),
            )
            booked.append(kc.Voucher(date=one.paid, lines=lines))
    booked.sort(key=lambda voucher: voucher.date)
    numbered = [
        attrs.evolve(voucher, word="记", number=number)
        for _, month in groupby(booked, key=lambda one: (one.date.year, one.date.month))
        for number, voucher in enumerate(month, start=1)
    ]
    members = {"dimension": ["supplier"], "code": ["G01"], "name": ["临江样例精密制造有限公司"]}
    return kc.Books.from_vouchers(
        numbered,
        entity=kc.Entity(name="江川样例百货股份有限公司"),
        tables={
            "accounts": pl.DataFrame(
                {"code": ["1002", "1405", "2202"], "name": ["银行存款", "库存商品", "应付账款"]}
            ),
            "members": pl.DataFrame(members),
        },
    )


def make_folder(folder: Path) -> None:
    """Everything the accountant drops into the folder at the end of the month."""
    invoices = sales()
    every = vouchers(invoices)
    quarters = groupby(every, key=lambda one: (one.date.year, (one.date.month - 1) // 3 + 1))
    for (year, quarter), part in quarters:
        books = kc.Books.from_vouchers(part, tables=tables())
        kc.write(books, folder / f"凭证{year}Q{quarter}.xls", "kingdee-k3", force=True)
    kc.write(their_books(invoices), folder / "对方-0002.xls", "kingdee-k3", force=True)
    for name in ("agreed.toml", "month_end.toml"):
        shutil.copyfile(HERE / name, folder / name)


def show(found: MonthEnd) -> None:
    print("月结", found.period)
    for step in found.steps:
        many = f"{len(step.outputs)} 个文件" if step.outputs else step.why
        print(f"  {step.status:<9} {step.title} {many}".rstrip())
    print(f"需要人处理 {len(found.asks)} 项")
    for ask in found.asks:
        print(f"  {ask.where}: {ask.what}")
        if ask.why:
            print(f"      {ask.why}")


def show_report(found: MonthEnd) -> None:
    """The portfolio, as --json says it."""
    said = next(step.said for step in found.steps if step.name == "report")
    print("大客户业务月报表")
    for name, amount in said["totals"].items():
        print(f"  {name} {Decimal(amount):,.2f}")
    for name, parts in said["composition"].items():
        print(f"  {name} " + ", ".join(f"{one['part'] or '-'} {one['count']}" for one in parts))


def main(folder: Path) -> None:
    make_folder(folder)
    output = folder / "月结-2026-03"
    first = run_steps(folder, PERIOD, output, STEPS, Run(lang="zh"))
    show(first)
    show_report(first)
    print("写出的文件")
    for path in sorted(output.rglob("*")):
        if path.is_file():
            print(f"  {path.relative_to(output)}")
    again = run_steps(folder, PERIOD, output, STEPS, Run(lang="zh"))
    print("再做一次:", ", ".join(sorted({step.status for step in again.steps})))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        FOLDER = Path(sys.argv[1])
        FOLDER.mkdir(parents=True, exist_ok=True)
        main(FOLDER)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch))

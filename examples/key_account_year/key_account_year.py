"""A key account for a year: from the contract to the rebate voucher, every figure printed.

Run it alone; README.md beside it works the same figures out by hand.  The agreements stand in
agreed.toml, the invoices and receipts come from a Kingdee export that the script makes first, and
the rebate voucher is written as a file that Yonyou U8 imports.
"""

import sys
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

import kamcore as kc
from kamcore import pricing
from kamcore.forms.price_list import Item
from kamcore.model.order import Order
from kamcore.model.rebate import RebateClause
from kamcore.pipeline.drafting import write_drafts
from kamcore.pipeline.form_file import Forms, read_forms
from kamcore.pipeline.price_file import contracts, prices_of
from kamcore.pricing import Rebate, RebateAccounts, TradeRecords

HERE = Path(__file__).parent
CUSTOMER = "0004"
RATE = Decimal("0.13")

INVOICES = [
    # 日期, 发票, 存货, 数量, 含税单价
    (date(2025, 2, 10), "FP-1", "A-100", 400, "114.00"),
    (date(2025, 5, 12), "FP-2", "A-100", 600, "108.00"),
    (date(2025, 8, 11), "FP-3", "A-100", 600, "106.00"),  # 应为 105.60
    (date(2025, 10, 15), "FP-4", "A-100", 300, "115.00"),
    (date(2025, 11, 11), "FP-5", "B-200", 500, "72.00"),
    (date(2025, 11, 20), "FP-6", "A-100", -50, "115.00"),  # 退货
]
RECEIPTS = [
    (date(2025, 3, 28), "FP-1", "45600.00"),
    (date(2025, 7, 20), "FP-2", "64800.00"),  # 应于 6 月 30 日
    (date(2025, 10, 14), "FP-3", "63600.00"),
    (date(2025, 12, 12), "FP-4", "34500.00"),
]


def kingdee_export(folder: Path) -> Path:
    """Invoices and receipts as vouchers of K/3: the file a customer's accountant exports."""
    vouchers = [_invoice(*row) for row in INVOICES] + [_receipt(*row) for row in RECEIPTS]
    vouchers.sort(key=lambda voucher: voucher.date)
    numbered = [
        kc.Voucher(date=one.date, word="记", number=number, lines=one.lines)
        for number, one in enumerate(vouchers, 1)
    ]
    members = pl.DataFrame(
        {
            "dimension": ["customer", "inventory", "inventory"],
            "code": [CUSTOMER, "A-100", "B-200"],
            "name": ["江南样例百货有限公司", "样例水泵", "样例阀门"],
        }
    )
    accounts = {
        "1002": "银行存款",
        "1122": "应收账款",
        "2221": "应交税费",
        "2241": "其他应付款",
        "6001": "主营业务收入",
    }
    books = kc.Books.from_vouchers(numbered).replace(
        members=members,
        accounts=pl.DataFrame({"code": list(accounts), "name": list(accounts.values())}),
    )
    path = folder / "金蝶凭证2025.xls"
    kc.write(books, path, "kingdee-k3")
    return path


def _invoice(day: date, number: str, item: str, quantity: int, price: str) -> kc.Voucher:
    gross = quantity * Decimal(price)
    net = round(gross / (1 + RATE), 2)
    said = f"销售 {item} {number}" if quantity > 0 else f"退货 {item} {number}"
    receivable = kc.Line(
        account="1122",
        summary=said,
        debit=gross,
        business_number=number,
        aux={"customer": CUSTOMER},
    )
    revenue = kc.Line(
        account="6001",
        summary=said,
        credit=net,
        quantity=Decimal(quantity),
        aux={"inventory": item},
    )
    tax = kc.Line(account="2221", summary=said, credit=gross - net)
    return kc.Voucher(date=day, lines=(receivable, revenue, tax))


def _receipt(day: date, number: str, amount: str) -> kc.Voucher:
    bank = kc.Line(account="1002", summary=f"收款 {number}", debit=Decimal(amount))
    receivable = kc.Line(
        account="1122",
        summary=f"收款 {number}",
        credit=Decimal(amount),
        business_number=number,
        aux={"customer": CUSTOMER},
    )
    return kc.Voucher(date=day, lines=(bank, receivable))


def show_prices(forms: Forms) -> None:
    """What each order should cost, and why."""
    prices = prices_of(forms)
    print("1 价格 prices")
    for order in forms.of(Order):
        due = pricing.synchronised(order, prices, contracts(forms)).due
        for line in order.lines:
            found = pricing.quote(
                prices,
                customer=order.customer,
                item=line.item,
                quantity=line.quantity,
                on=order.date,
            )
            print(f"  {order.number} {order.date} {line.item} × {line.quantity}:", end=" ")
            print(f"{found.amount} = {found.total:,}, 到期 {due}")
            print(f"    {found.because}")
            for step in found.to_json("zh")["trace"]:
                print(f"      {step['text']}")


def show_invoices(forms: Forms, sales: pl.DataFrame) -> None:
    """Invoiced against agreed."""
    print("2 开票核对 invoices")
    found = pricing.invoice_check(sales, prices_of(forms)).frame
    names = ("invoice", "date", "quantity", "amount", "agreed", "variance")
    for row in found.sort("date").iter_rows(named=True):
        number, day, quantity, *amounts = (row[name] for name in names)
        paid, due = row["paid"] or "未收", row["due"]
        shown = "  ".join(f"{amount:>12,.2f}" for amount in amounts)
        print(f"  {number} {day} {quantity:>5,.0f} {shown}  到期 {due} 收款 {paid}")
    total = found.select(pl.col("amount").sum()).item()
    print(f"  合计 {total:,.2f}")


def show_trail(forms: Forms, books: kc.Books) -> None:
    """One order down to its vouchers."""
    print("3 追踪 trail of SO-3")
    records = TradeRecords(orders=forms.of(Order), deliveries=forms.kind("delivery"), books=books)
    for step in pricing.trace("SO-3", records):
        amount = "" if step.amount is None else f"{step.amount:,.2f}"
        print(
            f"  {step.kind.zh} {step.number} {step.date} {amount} ← {step.by}".replace("  ←", " ←")
        )


def show_rebate(found: Rebate, accrued: Decimal) -> None:
    """Bands, conditions and what follows for the books."""
    said = found.to_json("zh")
    print(f"  至 {found.until}: 计返 {found.volume:,.2f}")
    for condition in said["conditions"]:
        mark = "满足" if condition["met"] else "有逾期"
        facts = condition["facts"]
        invoices = ", ".join(facts["late"] if "late" in facts else facts["returns"])
        print(f"    {condition['text']}: {mark} {invoices}".rstrip())
    for band in said["bands"]:
        share = Decimal(band["rate"]) * 100
        print(f"    {band['from']} 起 {share:.0f}%: {band['volume']} → {band['amount']}")
    print(f"    应得 {found.entitlement:,.2f}, 不含税 {found.net:,.2f}, 已计提 {accrued:,.2f}")


def book(clause: RebateClause, sales: pl.DataFrame, books: kc.Books, folder: Path) -> Rebate:
    """Accrue each quarter by difference, settle at the end of the year, write for U8."""
    print("4 返利 rebate")
    accounts = RebateAccounts.of("ASBE", clause.form)
    drafts, accrued = [], Decimal(0)
    quarters = [date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31)]
    for until in quarters:
        found = pricing.rebate(clause, sales, since=date(2025, 1, 1), until=until)
        show_rebate(found, accrued)
        draft = pricing.accrual_draft(found, accounts, until, accrued)
        if draft is not None:
            drafts.append(draft)
            accrued += draft.lines[1].credit
            print(f"    凭证 {draft.rule}: {draft.lines[1].credit:,.2f}")
    settled = pricing.settlement_draft(found, accounts, quarters[-1])
    if settled is not None:
        drafts.append(settled)
    print("  结算 settlement")
    for line in drafts[-1].lines:
        print(f"    {line.account} 借 {line.debit:,.2f} 贷 {line.credit:,.2f} {dict(line.aux)}")
    left = accrued - drafts[-1].lines[0].debit
    print(f"  预提余额 {left:,.2f}, 红字发票税额 {found.tax:,.2f}")
    written = write_drafts(drafts, books, folder / "返利凭证U8.txt", "yonyou-u8-text")
    print("5 用友 U8 引入文件", written.path.name)
    print("\n".join(f"  {line}" for line in _lines_of(written.path)))
    return found


def _lines_of(path: Path) -> list[str]:
    return path.read_bytes().decode("gb18030").splitlines()


def show_contribution(found: Rebate, sales: pl.DataFrame, forms: Forms) -> None:
    """What the customer leaves at 6 % a year for the money that is waited for."""
    print("6 利润贡献 contribution")
    net = pricing.net_of_tax(sales, RATE)
    listed = pricing.at_list_price(net, prices_of(forms), RATE)
    for invoice, amount, gross in listed.select("invoice", "amount", "gross").iter_rows():
        print(f"  {invoice} 不含税 {amount:,.2f}, 标价 {gross:,.2f}")
    left = pricing.customer_contribution(
        listed,
        sales,
        costs={item.code: item.cost for item in forms.of(Item) if item.cost is not None},
        rebates=[found],
        annual_rate=Decimal("0.06"),
        as_of=date(2025, 12, 31),
    )
    for name, value in left.frame.drop("margin").row(0, named=True).items():
        print(f"  {name} {value if name == 'customer' else format(value, ',.2f')}")


def main(folder: Path) -> None:
    forms = read_forms([HERE / "agreed.toml"]).require()
    books = kc.read(kingdee_export(folder)).books
    sales = pricing.with_due_dates(pricing.booked_sales(books), contracts(forms))
    show_prices(forms)
    show_invoices(forms, sales)
    show_trail(forms, books)
    found = book(forms.of(RebateClause)[0], sales, books, folder)
    show_contribution(found, sales, forms)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch))

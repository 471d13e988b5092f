"""Sales out of books: what was invoiced to whom, when it was due and when it was paid.

A voucher with a line of revenue is a sale; its receivable lines are invoices with tax, red or
credit ones are returns.  Every other line on a receivable pays: it settles the invoice it names,
or, where payments name none, the oldest first.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import polars as pl

from kamcore.books import Books
from kamcore.errors import Fault, UsageError
from kamcore.model.chart import detect_family, first_level
from kamcore.model.contract import Contract
from kamcore.model.role import standard_accounts
from kamcore.place import Place
from kamcore.pricing.invoicing import PURCHASES
from kamcore.pricing.rebating import SALES

__all__ = ["booked_purchases", "booked_sales", "with_due_dates", "with_groups"]

NO_CUSTOMERS = Fault(
    code="Q1401",
    zh="账里没有客户辅助核算, 认不出销售给谁",
    en="the books have no customers as auxiliary items, so sales cannot be told apart",
)

NO_SUPPLIERS = Fault(
    code="Q1402",
    zh="账里没有供应商或存货辅助核算, 认不出向谁买了什么",
    en="the books lack suppliers or items as auxiliary items, so purchases cannot be told apart",
)

ZERO = Decimal(0)
SUPPLIER = "aux_supplier"
CUSTOMER = "aux_customer"
INVENTORY = "aux_inventory"


def booked_sales(books: Books, *, tax_included: bool = True) -> pl.DataFrame:
    """The sales in books as the frame that `rebate` takes.

    With `tax_included` a row is a receivable line and its amount what was invoiced; else a row is
    a line of revenue.  Quantity and item come from the lines of revenue; where a voucher sells
    several items and tax is included they stay blank, since nothing says how to split.

    Raises:
        UsageError: the books have no customers.
    """
    if CUSTOMER not in books.lines.columns:
        raise UsageError(NO_CUSTOMERS.at(Place()))
    lines = _live(books)
    family = detect_family(dict(books.accounts.select("code", "name").iter_rows())).family
    owed = _on(lines, ("ar_trade",), family or "ASBE").filter(pl.col(CUSTOMER).is_not_null())
    sold = _on(lines, ("revenue",), family or "ASBE")
    invoices = owed.join(sold.select("voucher_id"), on="voucher_id", how="semi")
    invoices = invoices.join(_names(books), on="voucher_id", how="left", maintain_order="left")
    invoices = invoices.with_columns(reference=pl.coalesce("reference", "called"))
    receipts = owed.join(sold.select("voucher_id"), on="voucher_id", how="anti")
    rows = _with_tax(invoices, sold) if tax_included else _without_tax(invoices, sold)
    paid = _paid(invoices, receipts)
    rows = rows.join(paid, on=["customer", "invoice"], how="left", nulls_equal=True)
    rows = rows.with_columns(pl.lit("").alias("group"), pl.col("invoice", "order").fill_null(""))
    return rows.sort("date", "customer", "invoice", "item", "amount").select(
        pl.col(name).cast(kind) for name, kind in SALES.items()
    )


def booked_purchases(books: Books) -> pl.DataFrame:
    """The purchases in books as the frame that `spread` takes: what was bought of whom, net.

    A voucher that credits one supplier's payable is a purchase; its lines with an item, debit less
    credit, are what was bought, without the tax that stands on a line of its own.

    Raises:
        UsageError: the books have no suppliers or no items.
    """
    if not {SUPPLIER, INVENTORY} <= set(books.lines.columns):
        raise UsageError(NO_SUPPLIERS.at(Place()))
    lines = _live(books)
    family = detect_family(dict(books.accounts.select("code", "name").iter_rows())).family
    owed = _on(lines, ("ap_trade",), family or "ASBE").filter(pl.col(SUPPLIER).is_not_null())
    heads = owed.group_by("voucher_id").agg(
        pl.col(SUPPLIER).first(), pl.col("reference").first(), of=pl.col(SUPPLIER).n_unique()
    )
    heads = heads.filter(pl.col("of") == 1).select("voucher_id", SUPPLIER, "reference")
    bought = lines.filter(pl.col(INVENTORY).is_not_null()).drop(SUPPLIER, "reference")
    rows = bought.join(heads, on="voucher_id").select(
        "date",
        pl.col("quantity").fill_null(0),
        supplier=SUPPLIER,
        item=INVENTORY,
        amount="signed",
        invoice=pl.col("reference").fill_null(""),
    )
    kinds = PURCHASES.items()
    rows = rows.select(pl.col(name).cast(kind) for name, kind in kinds)
    return rows.sort(list(PURCHASES))


def with_due_dates(sales: pl.DataFrame, contracts: Iterable[Contract]) -> pl.DataFrame:
    """Fill in the due date of sales from the credit term then in force; stated ones stay."""
    rows = []
    days = sales.select("customer", "date").unique()
    for contract in contracts:
        for customer, day in days.filter(customer=contract.party).iter_rows():
            due = contract.due(day)
            if due is not None:
                rows.append((customer, day, due.date))
    names = {"customer": pl.String, "date": pl.Date, "agreed": pl.Date}
    agreed = pl.DataFrame(rows, schema=names, orient="row")
    # Of two contracts in force the shorter term binds first.
    agreed = agreed.group_by("customer", "date").agg(pl.col("agreed").min())
    sales = sales.join(agreed, on=["customer", "date"], how="left", maintain_order="left")
    return sales.with_columns(due=pl.coalesce("due", "agreed")).drop("agreed")


def with_groups(sales: pl.DataFrame, groups: Mapping[str, str]) -> pl.DataFrame:
    """Sales with the group of their item, by code, where they have none themselves."""
    known = pl.col("item").replace_strict(groups, default="", return_dtype=pl.String)
    none = pl.col("group").is_null() | (pl.col("group") == "")
    return sales.with_columns(group=pl.when(none).then(known).otherwise(pl.col("group")))


def _live(books: Books) -> pl.DataFrame:
    """Lines of vouchers that count."""
    void = books.vouchers.filter(pl.col("status") == "void").select("voucher_id")
    lines = books.lines.join(void, on="voucher_id", how="anti")
    if INVENTORY not in lines.columns:
        lines = lines.with_columns(pl.lit(None, dtype=pl.String).alias(INVENTORY))
    reference = pl.coalesce("invoice", "business_number")
    return lines.with_columns(reference=reference, signed=pl.col("debit") - pl.col("credit"))


def _names(books: Books) -> pl.DataFrame:
    """What a voucher is called where its invoice has no number: 2025-03 记-12."""
    month = pl.format("{}-{}", "year", pl.col("period").cast(pl.String).str.zfill(2))
    number = pl.col("number").cast(pl.String).fill_null("?")
    called = pl.format("{} {}-{}", month.fill_null("?"), pl.col("word").fill_null(""), number)
    return books.vouchers.select("voucher_id", called=called)


def _on(lines: pl.DataFrame, roles: Sequence[str], family: str) -> pl.DataFrame:
    """Lines on the standard accounts of roles."""
    wanted = {code for role in roles for code in standard_accounts(role, family)}
    used = lines["account"].drop_nulls().unique()
    mine = [code for code in used if first_level(code) in wanted]
    return lines.filter(pl.col("account").is_in(mine))


def _with_tax(invoices: pl.DataFrame, sold: pl.DataFrame) -> pl.DataFrame:
    items = sold.group_by("voucher_id").agg(
        item=pl.when(pl.col(INVENTORY).n_unique() == 1).then(pl.col(INVENTORY).first()),
        quantity=pl.col("quantity").sum(),
    )
    alone = invoices.group_by("voucher_id").agg(lines=pl.len())
    rows = invoices.join(items, on="voucher_id", how="left", suffix="_sold")
    rows = rows.join(alone, on="voucher_id", how="left")
    one = pl.col("lines") == 1
    return rows.select(
        "date",
        customer=CUSTOMER,
        item=pl.when(one).then("item").fill_null(""),
        quantity=pl.when(one).then("quantity_sold").fill_null(0),
        amount="signed",
        invoice="reference",
        order="order_number",
        due="due_date",
    )


def _without_tax(invoices: pl.DataFrame, sold: pl.DataFrame) -> pl.DataFrame:
    """Lines of revenue with the customer and the reference of their voucher's receivable."""
    heads = invoices.group_by("voucher_id", maintain_order=True).agg(
        pl.col(CUSTOMER, "reference", "order_number", "due_date").first()
    )
    rows = sold.select("voucher_id", "date", INVENTORY, "quantity", "signed")
    return rows.join(heads, on="voucher_id").select(
        "date",
        customer=CUSTOMER,
        item=pl.col(INVENTORY).fill_null(""),
        quantity=pl.col("quantity").fill_null(0),
        amount=-pl.col("signed"),
        invoice="reference",
        order="order_number",
        due="due_date",
    )


def _paid(invoices: pl.DataFrame, receipts: pl.DataFrame) -> pl.DataFrame:
    """The day every invoice was paid in full: the first on which payments reach its amount."""
    keys = ["customer", "reference"]
    owed = invoices.rename({CUSTOMER: "customer"}).filter(pl.col("signed") > 0)
    owed = (
        owed.group_by(keys).agg(pl.col("signed").sum(), pl.col("date").min()).sort("date", *keys)
    )
    money = receipts.select(
        "date", "reference", customer=CUSTOMER, amount=-pl.col("signed")
    ).filter(pl.col("amount") > 0)
    named = money.join(owed.select(keys), on=keys, how="semi")
    by_name = _reached(owed.with_columns(upto="signed"), named, keys)
    done = by_name.filter(pl.col("paid").is_not_null())
    # Payments that name no invoice settle what no payment names, the oldest first.
    rest = owed.join(named.select(keys).unique(), on=keys, how="anti")
    upto = pl.col("signed").cum_sum().over("customer")
    other = money.join(named.select(keys).unique(), on=keys, how="anti")
    by_age = _reached(rest.with_columns(upto=upto), other, ["customer"])
    found = pl.concat([done, by_age]).select("customer", "paid", invoice="reference")
    return found.unique(["customer", "invoice"], keep="first", maintain_order=True)


def _reached(owed: pl.DataFrame, money: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The first day on which the money of `keys` reaches ``upto``."""
    sums = money.group_by(*keys, "date").agg(pl.col("amount").sum()).sort("date")
    sums = sums.with_columns(total=pl.col("amount").cum_sum().over(keys)).select(
        *keys, "total", paid="date"
    )
    met = owed.join(sums, on=keys).filter(pl.col("total") >= pl.col("upto"))
    first = met.group_by("customer", "reference").agg(pl.col("paid").min())
    return owed.select("customer", "reference").join(
        first, on=["customer", "reference"], how="left", maintain_order="left"
    )

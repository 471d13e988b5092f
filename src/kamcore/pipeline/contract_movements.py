"""What happened under a contract, gathered from orders, sales and books.

Orders name their contract.  Sales and receivable lines count when they name the contract; where
none of the party's does, all of the party's within the days of the contract count, since it is
then the only thing that says whose they are.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

import polars as pl

from kamcore.books import Books
from kamcore.books.schema import AUX
from kamcore.model.contract import Contract
from kamcore.model.execution import Movement, MovementKind
from kamcore.model.order import Order, OrderStatus
from kamcore.model.party import Party, PartyRole
from kamcore.model.rebate import Sale
from kamcore.model.role import standard_accounts
from kamcore.pipeline.form_file import Forms

__all__ = ["of_books", "of_forms"]

ZERO = Decimal(0)
FAMILIES = ("ASBE", "EAS2001")
"""Families of charts whose receivable accounts are looked for."""


def of_forms(forms: Forms, contract: Contract, on: dt.date) -> Iterator[Movement]:
    """Orders of a contract, and the sales to its party while it ran, up to a day."""
    for order in forms.of(Order):
        if order.contract != contract.number or order.status_on(on) is OrderStatus.CANCELLED:
            continue
        for line in order.lines:
            yield Movement(
                on=order.date,
                kind=MovementKind.ORDER,
                amount=(line.price or ZERO) * line.quantity,
                quantity=line.quantity,
                item=line.item,
                reference=order.number,
            )
    for sale in forms.of(Sale):
        if sale.customer == contract.party and contract.version_on(sale.date) is not None:
            back = sale.amount < 0
            yield Movement(
                on=sale.date,
                kind=MovementKind.RETURN if back else MovementKind.INVOICE,
                amount=abs(sale.amount),
                quantity=abs(sale.quantity) or None,
                item=sale.item,
                reference=sale.invoice,
            )


def of_books(
    books: Books, contract: Contract, party: Party | None = None, account: str = ""
) -> Iterator[Movement]:
    """Invoices, returns and receipts of a contract from the lines of receivable accounts.

    `account` names the receivable account and those below it; else the standard ones count.  A
    red line on the debit side is a return, a red receipt takes a receipt back.
    """
    lines = books.lines.filter(_receivable(account), pl.col("date").is_not_null())
    named = lines.filter(pl.col("contract") == contract.number)
    if named.is_empty():
        codes = _codes(contract, party)
        column = f"{AUX}customer"
        if column not in lines.columns:
            return
        named = lines.filter(pl.col(column).is_in(codes), pl.col("contract").is_null())
        days = [day for day in named["date"].unique() if contract.version_on(day) is not None]
        named = named.filter(pl.col("date").is_in(days)) if days else named.clear()
    wanted = named.select("date", "debit", "credit", "invoice", "summary").sort(pl.all())
    for day, debit, credit, invoice, summary in wanted.iter_rows():
        reference = invoice or summary or ""
        if debit:
            kind = MovementKind.INVOICE if debit > 0 else MovementKind.RETURN
            yield Movement(on=day, kind=kind, amount=abs(debit), reference=reference)
        if credit:
            yield Movement(on=day, kind=MovementKind.RECEIPT, amount=credit, reference=reference)


def _receivable(account: str) -> pl.Expr:
    standard = (code for family in FAMILIES for code in standard_accounts("ar_trade", family))
    roots: Iterable[str] = (account,) if account else standard
    return pl.any_horizontal(pl.col("account").str.starts_with(root) for root in roots)


def _codes(contract: Contract, party: Party | None) -> list[str]:
    """Every code the party may have in the books."""
    outside = [] if party is None else list(party.codes)
    codes = [one.code for one in outside if one.role is PartyRole.CUSTOMER]
    return [contract.party, *codes]

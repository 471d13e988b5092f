"""The payments of an audit file as receipts."""

import polars as pl

from kamcore.books import Origin, schema
from kamcore.errors import Fault, Problem, Severity
from kamcore_saft.columns import Columns

__all__ = ["loose_lines", "receipts_of"]

NO_PARTY = Fault(
    code="SF0003",
    severity=Severity.INFO,
    zh="收付款「{value}」有 {count} 行没有客户或供应商, 作为对方科目不读入",
    en="{count} lines of the payment {value!r} name no party: the other side, not read",
)

_SAME = (
    "party",
    "account",
    "date",
    "document",
    "invoice",
    "summary",
    "currency",
    "rate",
    "source_row",
)
"""Columns that are taken as they are."""


def receipts_of(tables: dict[str, Columns], base: str) -> pl.DataFrame:
    """A receipt for each line of a payment that names a party."""
    heads, lines = tables["payment"], tables["payment_line"]
    number = pl.int_range(heads.frame.height, eager=True)
    payments = pl.DataFrame(
        {
            "payment": number,
            "reference": heads.text("PaymentRefNo"),
            "date": heads.date("TransactionDate"),
            "document": heads.text("TransactionID"),
            "summary": heads.text("Description"),
        }
    )
    kind = lines.text("DebitCreditIndicator").str.head(1)
    rows = pl.DataFrame(
        {
            "payment": lines.around("payment"),
            "customer": lines.text("CustomerID"),
            "supplier": lines.text("SupplierID"),
            "account": lines.text("AccountID"),
            "invoice": lines.text("SourceDocumentID"),
            "is_credit": kind == "C",
            "amount": lines.amount("PaymentLineAmount/Amount"),
            "currency": lines.text("PaymentLineAmount/CurrencyCode").fill_null(base),
            "fx_amount": lines.amount("PaymentLineAmount/CurrencyAmount"),
            "rate": lines.rate("PaymentLineAmount/ExchangeRate"),
            "source_row": lines.rows,
        }
    ).join(payments, on="payment", how="left", maintain_order="left")
    rows = rows.with_columns(party=pl.coalesce("customer", "supplier")).drop_nulls(
        ["party", "amount", "reference"]
    )
    is_customer = pl.col("customer").is_not_null()
    # Money from a customer is credited to it, money to a supplier debited.
    sign = pl.when(is_customer == pl.col("is_credit")).then(1).otherwise(-1)
    nth = pl.int_range(1, pl.len() + 1).over("reference")
    many = pl.len().over("reference") > 1
    label = pl.concat_str("reference", pl.lit("/"), nth.cast(pl.String))
    return rows.select(
        id=pl.when(many).then(label).otherwise("reference"),
        party_role=pl.when(is_customer).then(pl.lit("customer")).otherwise(pl.lit("supplier")),
        amount=(pl.col("amount") * sign).cast(schema.AMOUNT),
        fx_amount=(pl.col("fx_amount") * sign).cast(schema.AMOUNT),
        **{name: pl.col(name) for name in _SAME},
    )


def loose_lines(tables: dict[str, Columns], origin: Origin) -> list[Problem]:
    """The lines of payments that name no party, counted by payment."""
    heads, lines = tables["payment"], tables["payment_line"]
    alone = lines.text("CustomerID").is_null() & lines.text("SupplierID").is_null()
    rows = pl.DataFrame({"payment": lines.around("payment"), "row": lines.rows}).filter(alone)
    counted = rows.group_by("payment", maintain_order=True).agg(pl.first("row"), pl.len())
    names = heads.text("PaymentRefNo")
    return [
        NO_PARTY.at(origin.place(row), names[payment] or "", count=count)
        for payment, row, count in counted.iter_rows()
        if payment is not None
    ]

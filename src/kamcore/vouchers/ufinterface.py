"""What the XML exchange documents of 用友 have in common (formats/yonyou.md sections 2 and 3).

U8 and NC5x name the fields of a voucher alike but for its date, both open a voucher by its id, and
the root is called ``ufinterface`` in every product.
"""

from collections.abc import Callable

import polars as pl

from kamcore.books import Books, schema
from kamcore.errors import Problem
from kamcore.markup.element_writing import END, attributes
from kamcore.model.currency import currencies, currency_code
from kamcore.place import Place
from kamcore.vouchers.document_writing import money, over, verbatim
from kamcore.vouchers.documents import (
    FLOW_WITHOUT_FIGURE,
    QUANTITY_CREDIT,
    QUANTITY_DEBIT,
    Document,
    flows,
)
from kamcore.vouchers.entries import Field, Kind

__all__ = [
    "ENTRY_FIELDS",
    "ROOT",
    "currency_names",
    "head_fields",
    "or_zero",
    "sound_flows",
    "voucher_openings",
]

ROOT = "ufinterface"

ENTRY_FIELDS = (
    Field("entry_id", "lines.line_no"),
    Field("account_code", "lines.account", Kind.CODE),
    Field("abstract", "lines.summary"),
    Field("settlement", "lines.settlement_method"),
    Field("document_id", "lines.settlement_number"),
    Field("document_date", "lines.settlement_date", Kind.DAY),
    Field("currency", "lines.currency"),
    Field("unit_price", "lines.unit_price", Kind.RATE, zero_is_blank=True),
    Field("exchange_rate2", "lines.rate", Kind.RATE, zero_is_blank=True),
    Field("debit_quantity", QUANTITY_DEBIT, Kind.RATE),
    Field("credit_quantity", QUANTITY_CREDIT, Kind.RATE),
    Field("primary_debit_amount", "lines.fx_debit", Kind.AMOUNT),
    Field("primary_credit_amount", "lines.fx_credit", Kind.AMOUNT),
    Field("natural_debit_currency", "lines.debit", Kind.AMOUNT),
    Field("natural_credit_currency", "lines.credit", Kind.AMOUNT),
)
"""The elements of an entry that carry a fact."""


def head_fields(date: str) -> tuple[Field, ...]:
    """The elements of a head that carry a fact; `date` is what the product calls the date."""
    return (
        Field("voucher_type", "vouchers.word"),
        Field("fiscal_year", "vouchers.year", Kind.WHOLE),
        Field("accounting_period", "vouchers.period", Kind.WHOLE),
        Field("voucher_id", "vouchers.number", Kind.WHOLE),
        Field("attachment_number", "vouchers.attachments", Kind.WHOLE),
        Field(date, "vouchers.date", Kind.DAY),
        Field("enter", "vouchers.preparer"),
        Field("cashier", "vouchers.cashier"),
        Field("checker", "vouchers.reviewer"),
        Field("posting_person", "vouchers.poster"),
        Field("voucher_making_system", "vouchers.source_module"),
    )


def voucher_openings(books: Books) -> pl.Series:
    """The opening of every voucher and its head, under the id that was kept, else its count."""
    count = pl.int_range(1, books.vouchers.height + 1, eager=True).cast(schema.TEXT)
    ids = pl.Series(over(verbatim(books, "vouchers", "@id"), count))
    opened = pl.concat_str(
        pl.lit('  <voucher id="'),
        pl.lit(attributes(ids)),
        pl.lit(f'">{END}    <voucher_head>{END}'),
    )
    return pl.select(opened).to_series()


def or_zero(amounts: pl.Series) -> pl.Series:
    """Amounts as text, an unused side as a bare 0."""
    return pl.select(pl.when(amounts == 0).then(pl.lit("0")).otherwise(money(amounts))).to_series()


def currency_names(codes: pl.Series, fits: Callable[[str], bool] = bool) -> pl.Series:
    """Currencies by the name that means the same code and `fits`, else by their code."""
    known = currencies()
    names = {
        code: known[code].zh
        for code in codes.drop_nulls().unique(maintain_order=True)
        if code in known and currency_code(known[code].zh) == code and fits(known[code].zh)
    }
    return codes.replace(list(names), list(names.values()))


def sound_flows(
    document: Document, listing: pl.DataFrame, books: Books, element: str
) -> tuple[pl.DataFrame, list[Problem]]:
    """Cash flows by their line, from a listing with ``item`` and ``amount``.

    One without a readable item or amount is a problem at its `element`.
    """
    found = flows(document, listing, books.lines)
    sound = pl.col("item").is_not_null() & pl.col("amount").is_not_null()
    problems = [
        FLOW_WITHOUT_FIGURE.at(
            Place(file=books.origin.file, line=row["source_row"], column=element),
            row["item"] or "",
        )
        for row in found.filter(~sound).iter_rows(named=True)
    ]
    return found.filter(sound).with_row_index("row_id"), problems

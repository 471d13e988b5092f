"""Books of vouchers told as documents: what a list of open items and receipts says of them."""

import polars as pl

from kamcore.books import Books, schema

_SAID = ("due_date", "invoice", "contract", "summary", "currency", "rate")


def documents_of(books: Books, role: str, **columns: pl.Expr) -> Books:
    """The lines of the parties of a role as documents of their own, and no vouchers."""
    raising, lowering = ("debit", "credit") if role == "customer" else ("credit", "debit")
    lines = books.lines.filter(pl.col(f"aux_{role}").is_not_null())

    def told(column: str) -> pl.DataFrame:
        return lines.filter(pl.col(column) != 0).select(
            *_SAID,
            id=pl.format("D{}", pl.col("voucher_id").cast(pl.String).str.zfill(6)),
            party_role=pl.lit(role),
            party=f"aux_{role}",
            account=pl.lit(None, schema.TEXT),
            voucher_date="date",
            amount=column,
            fx_amount=f"fx_{column}",
        )

    rows = {"open_items": told(raising), "receipts": told(lowering)}
    tables = {name: frame.with_columns(**columns) for name, frame in rows.items()}
    return Books(books.entity, {"members": books.members, **tables})

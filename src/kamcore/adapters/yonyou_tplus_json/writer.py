"""Write voucher bodies of the T+ OpenAPI (formats/yonyou.md 4.1)."""

from pathlib import Path

import polars as pl

from kamcore.adapters.yonyou_tplus_json import layout
from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind, Options
from kamcore.markup import json_writing as js
from kamcore.vouchers.currencies import product_code
from kamcore.vouchers.json_bodies import head_extras, kept_extras, write_bodies
from kamcore.vouchers.outgoing import Noting, live
from kamcore.vouchers.spelling_steps import (
    archives_in_use,
    dates_of_heads,
    one_side_each,
    settled_money,
    tidied,
)

_DIGITS = 4


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write a list of bodies, one a voucher.

    Raises:
        BooksError: a line has no voucher.
    """
    spelled = spell(books, losses, options)
    extras = head_extras(spelled, layout.HEAD_EXTRAS)
    heads = spelled.vouchers.with_columns(extras).select(
        "voucher_id",
        start=js.members(
            ("VoucherDate", js.text(pl.col("date").dt.strftime("%Y-%m-%d"))),
            ("ExternalCode", js.text(pl.col("ExternalCode"))),
            ("DocType", js.record([("Code", js.text(pl.col("word")))])),
            ("AttachedVoucherNum", js.number(pl.col("attachments"))),
            ("Memo", js.text(pl.col("Memo"))),
        ),
    )
    write_bodies(target, heads, _entries(spelled), ('{"dto": {', layout.ENTRIES, "}}"))


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as the bodies say them, noting what that changes.

    Raises:
        BooksError: a line has no voucher.
    """
    settled = live(books, losses)
    noting = Noting(settled, losses)
    settled = dates_of_heads(settled, noting, ("year", "period"))
    settled = settled_money(one_side_each(settled, noting), noting)
    dims = [schema.AUX + name for name in layout.AUX]
    settled = tidied(
        settled,
        noting,
        {"vouchers": ("word",), "lines": ("summary", "settlement_method", "currency")},
        ("account", *dims),
    )
    others = [name for name in schema.dimension_columns(settled.lines) if name not in dims]
    settled = settled.replace(lines=settled.lines.drop(others))
    for fact in ("vouchers.date", "lines.summary", "lines.account"):
        table, _, column = fact.partition(".")
        noting.note(LossKind.MISSING, fact, settled.tables[table][column].is_null())
    word = str(options.get("word") or "记")
    noting.note(LossKind.GUESSED, "vouchers.word", settled.vouchers["word"].is_null())
    heads = settled.vouchers.with_columns(pl.col("word").fill_null(word))
    settled = kept_extras(settled.replace(vouchers=heads), layout.HEAD_EXTRAS, losses)
    return archives_in_use(_with_external_codes(settled), layout.LABELS)


def _with_external_codes(books: Books) -> Books:
    """Give every voucher an ExternalCode of its own: the interface demands one that is unique."""
    said = head_extras(books, ("ExternalCode",))[0]
    number = pl.col("number").cast(schema.TEXT).str.zfill(_DIGITS)
    period = pl.format("{}{}", "year", pl.col("period").cast(schema.TEXT).str.zfill(2))
    made = pl.concat_str([period, pl.col("word"), number], separator="-", ignore_nulls=True)
    codes = books.vouchers.select(code=pl.coalesce(pl.lit(said), made, pl.lit("")))
    rows = pl.DataFrame(
        {
            "table": "vouchers",
            "row_id": range(codes.height),
            "field": "ExternalCode",
            "value": _unique(codes["code"]),
        },
        schema={column.name: column.dtype for column in schema.EXTRAS.columns},
    )
    others = books.extras.filter(pl.col("field") != "ExternalCode")
    return books.replace(extras=pl.concat([rows, others]).sort("row_id", maintain_order=True))


def _unique(codes: pl.Series) -> list[str]:
    """Codes with their row behind those that are blank or were there before."""
    taken: set[str] = set()
    unique = []
    for row, code in enumerate(codes, start=1):
        own = code if code and code not in taken else f"{code}-{row}".lstrip("-")
        while own in taken:
            own += "-"
        taken.add(own)
        unique.append(own)
    return unique


def _entries(books: Books) -> pl.DataFrame:
    """The texts of the entries."""
    lines = books.lines
    used = {name: key for name, key in layout.AUX.items() if schema.AUX + name in lines.columns}
    auxiliaries = [(key, _coded(pl.col(schema.AUX + name))) for name, key in used.items()]
    auxiliaries.append((layout.SETTLEMENT, _coded(pl.col("settlement_method"))))
    on_credit = (pl.col("credit") != 0) & (pl.col("debit") == 0)
    return lines.select(
        "voucher_id",
        entry=js.record(
            [
                ("Summary", js.text(pl.col("summary").fill_null(""))),
                ("Account", _coded(pl.col("account"))),
                ("Currency", _coded(product_code(pl.col("currency")))),
                ("AmountDr", js.number(pl.when(~on_credit).then("debit"))),
                ("AmountCr", js.number(pl.when(on_credit).then("credit"))),
                (layout.AUXILIARIES, js.listed([js.record(auxiliaries)])),
            ]
        ),
    )


def _coded(code: pl.Expr) -> pl.Expr:
    return js.record([("Code", js.text(code))])

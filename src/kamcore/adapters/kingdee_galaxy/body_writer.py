"""Write vouchers as bodies of the Web API (formats/kingdee.md section 4b).

Dimensions carry the full prefix; FDC, whose values contradict each other, is left out.
"""

from pathlib import Path

import polars as pl

from kamcore.adapters.kingdee_galaxy import bodies as layout
from kamcore.adapters.kingdee_galaxy import columns, spelling
from kamcore.adapters.kingdee_galaxy.codes import said_codes
from kamcore.adapters.kingdee_galaxy.codes import slots as slots_of
from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind, Options
from kamcore.markup import json_writing as js
from kamcore.model.currency import currency_code
from kamcore.vouchers.joined import original_amount, stated
from kamcore.vouchers.json_bodies import write_bodies as write_list
from kamcore.vouchers.spelling import Spelling
from kamcore.vouchers.verbatim import kept

_CODED = (*columns.CODED, columns.CURRENCY)


def write_bodies(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write a list of bodies, one a voucher.

    Raises:
        BooksError: a line has no voucher.
        UsageError: an option is no list of name=code.
    """
    spelled = spell(books, losses, options)
    word = columns.WORD
    day = "%Y-%m-%d"
    own = {name: pl.lit(kept(spelled, "vouchers", name)) for name in layout.HEAD_EXTRAS}
    heads = spelled.vouchers.select(
        "voucher_id",
        start=js.members(
            ("FVOUCHERID", pl.lit("0")),
            (columns.BOOK, _coded(own[columns.BOOK])),
            ("FDate", js.text(pl.col("date").dt.strftime(day))),
            ("FBUSDATE", js.text(pl.col("business_date").dt.strftime(day))),
            ("FYEAR", js.number(pl.col("year"))),
            ("FPERIOD", js.number(pl.col("period"))),
            (word.key, _coded(pl.lit(said_codes(spelled, word)))),
            ("FVOUCHERGROUPNO", js.text(pl.col("number").cast(schema.TEXT))),
            ("FATTACHMENTS", js.number(pl.col("attachments"))),
            (columns.ADJUSTING, js.text(own[columns.ADJUSTING])),
            ("FDocumentStatus", js.text(own["FDocumentStatus"])),
            (columns.ORGANIZATION, _coded(own[columns.ORGANIZATION])),
            ("FSourceBillKey", _coded(own["FSourceBillKey"])),
        ),
    )
    frame = (f'{{"{layout.MODEL}": {{', layout.ENTITY, "}}")
    write_list(target, heads, _entries(spelled), frame)


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as the bodies say them: codes that only a site knows stay codes.

    A dimension whose slot neither the source nor the caller nor the code table says is left out.

    Raises:
        BooksError: a line has no voucher.
        UsageError: an option is no list of name=code.
    """
    work = Spelling(spelling.spell(_with_slots(books, options), losses, options), losses)
    slots: dict[str, str] = dict(work.books.dimensions.select("id", "source_code").rows())
    tables = dict(work.books.tables)
    for coded in _CODED:
        table, _, column = coded.fact.partition(".")
        codes = said_codes(work.books, coded)
        names = {code: name for name, code in coded.known.items()}
        tables[table] = tables[table].with_columns(codes.replace(names).alias(column))
    fields = [*layout.HEAD_EXTRAS, *(coded.kept for coded in _CODED)]
    extras = tables["extras"]
    out = extras.filter(~pl.col("field").is_in(fields))
    if out.height:
        place = books.origin.place(None)
        losses.note(LossKind.DROPPED, "extras.value", out.height, place, out["field"][0])
    tables["extras"] = extras.filter(pl.col("field").is_in(list(layout.HEAD_EXTRAS)))
    work.books = Books(work.books.entity, tables, work.books.origin)
    labels: dict[str, str] = {name: columns.SLOTS.get(slot, slot) for name, slot in slots.items()}
    work.dimensions(lambda name, _said: labels[name])
    own = {labels[name]: slot for name, slot in slots.items()}
    slot_of = pl.col("label").replace_strict(own, default=None, return_dtype=schema.TEXT)
    lines = work.books.lines
    spelled = lines["currency"].drop_nulls().unique().to_list()
    iso = {code: currency_code(code) or code for code in spelled}
    return work.books.replace(
        lines=lines.with_columns(lines["currency"].replace(iso)),
        dimensions=work.books.dimensions.with_columns(source_code=slot_of),
    )


def _with_slots(books: Books, options: Options) -> Books:
    """The books without dimensions whose slot nobody knows: a body with a wrong one is posted."""
    known = slots_of(books, options)
    said = dict(books.dimensions.select("id", "label").rows())
    out = [
        schema.AUX + name
        for name in books.dimension_ids
        if name not in known
        and spelling.usual_label(name, said.get(name)) not in columns.SLOTS.values()
    ]
    return books.replace(lines=books.lines.drop(out))


def _entries(books: Books) -> pl.DataFrame:
    """The texts of the entries."""
    on_credit = (pl.col("credit") != 0) & (pl.col("debit") == 0)
    codes = {coded.key: _coded(pl.lit(said_codes(books, coded))) for coded in _CODED[1:]}
    members = [
        (f"{layout.PREFIX}{slot}", _coded(pl.col(schema.AUX + name)))
        for name, slot in books.dimensions.select("id", "source_code").rows()
    ]
    original = pl.when(stated(books.entity.base_currency)).then(original_amount())
    return books.lines.select(
        "voucher_id",
        entry=js.record(
            [
                ("FEXPLANATION", js.text(pl.col("summary"))),
                ("FACCOUNTID", _coded(pl.col("account"))),
                *([(layout.DETAIL, js.record(members))] if members else []),
                (columns.CURRENCY.key, codes[columns.CURRENCY.key]),
                (columns.RATE_TYPE.key, codes[columns.RATE_TYPE.key]),
                ("FEXCHANGERATE", js.number(pl.col("rate"))),
                (columns.UNIT.key, codes[columns.UNIT.key]),
                ("FPrice", js.number(pl.col("unit_price"))),
                ("FQty", js.number(pl.col("quantity"))),
                ("FAMOUNTFOR", js.number(original)),
                ("FDEBIT", js.number(pl.when(~on_credit).then("debit"))),
                ("FCREDIT", js.number(pl.when(on_credit).then("credit"))),
                (columns.SETTLEMENT.key, codes[columns.SETTLEMENT.key]),
                ("FSETTLENO", js.text(pl.col("settlement_number"))),
                ("FBUSNO", js.text(pl.col("business_number"))),
            ]
        ),
    )


def _coded(code: pl.Expr) -> pl.Expr:
    return js.record([("FNumber", js.text(code))])

"""Write the standard voucher workbook of EAS (formats/kingdee.md section 5a)."""

from pathlib import Path

import polars as pl

from kamcore.adapters.kingdee_eas import columns as layout
from kamcore.adapters.kingdee_eas.flows import flow_page
from kamcore.adapters.kingdee_eas.spelling import spell
from kamcore.books import Books, schema
from kamcore.format import Losses, Options
from kamcore.grid.cells import SheetOut
from kamcore.grid.workbook_writing import write_workbook
from kamcore.vouchers.joined import joined, one_side, original_amount, stated
from kamcore.vouchers.making import NAMES
from kamcore.vouchers.verbatim import kept


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write a workbook with both sheets.

    Raises:
        BooksError: vouchers share a number, or a line has no voucher.
        LossRefused: a value fits no cell, or there are more rows than a sheet holds.
        UsageError: the option currencies is no list of code=code.
    """
    spelled = spell(books, losses, options)
    rows = _rows(spelled)
    page = rows.select(pl.col(f"page.{name}").alias(name) for name in layout.HEADINGS)
    flows = flow_page(spelled, rows)
    write_workbook([SheetOut(layout.SHEET, page), SheetOut(layout.FLOWS, flows)], target)


def _rows(books: Books) -> pl.DataFrame:
    """The lines of spelled books with a column ``page.…`` for each heading."""
    rows = joined(books).with_columns(
        kept(books, "lines", name).alias(f"kept.{name}") for name in layout.LINE_EXTRAS
    )
    heads = books.vouchers.select(
        "voucher_id",
        *(kept(books, "vouchers", name).alias(f"kept.{name}") for name in layout.HEAD_EXTRAS),
    )
    rows = rows.join(heads, on="voucher_id", how="left", maintain_order="left")
    dims = [schema.AUX + name for name in books.dimensions["id"]]
    has_items = pl.any_horizontal(pl.col(dims).is_not_null()) if dims else pl.lit(value=False)
    columns = {**_head_columns(), **_line_columns(books.entity.base_currency), **_items(books)}
    day = pl.coalesce("vouchers.business_date", "vouchers.date")
    own_day = pl.col(f"kept.{layout.AUX_DATE}").str.to_date("%Y-%m-%d", strict=False)
    columns |= {
        layout.AUX_SUMMARY: pl.coalesce(
            f"kept.{layout.AUX_SUMMARY}", pl.when(has_items).then("summary")
        ),
        layout.AUX_DATE: pl.coalesce(own_day, pl.when(has_items).then(day)),
    }
    for name in layout.LINE_EXTRAS:
        columns.setdefault(name, pl.col(f"kept.{name}"))
    return rows.with_columns(columns[name].alias(f"page.{name}") for name in layout.HEADINGS)


def _head_columns() -> dict[str, pl.Expr]:
    """Columns of the voucher, repeated on each of its rows."""
    number = pl.col("vouchers.number").cast(schema.TEXT).str.zfill(layout.DIGITS)
    status = pl.col("vouchers.status")
    return {
        layout.COMPANY: pl.col(f"kept.{layout.COMPANY}"),
        "记账日期": pl.col("vouchers.date"),
        "业务日期": pl.col("vouchers.business_date"),
        "会计期间": pl.col("vouchers.period"),
        "凭证类型": pl.col("vouchers.word"),
        layout.NUMBER: pl.coalesce(f"kept.{layout.NUMBER}", number),
        "制单人": pl.col("vouchers.preparer"),
        "过账人": pl.col("vouchers.poster"),
        "审核人": pl.col("vouchers.reviewer"),
        "附件数量": pl.col("vouchers.attachments"),
        "过账标记": status == "posted",
        "机制凭证模块": pl.col("vouchers.source_module"),
        "删除标记": status == "void",
        layout.SERIAL: pl.col(f"kept.{layout.SERIAL}"),
        "参考信息": pl.col("vouchers.reference"),
    }


def _line_columns(base: str) -> dict[str, pl.Expr]:
    on_credit = (pl.col("credit") != 0) & (pl.col("debit") == 0)
    zero = pl.lit(0)
    return {
        layout.ENTRY: pl.col("line_no").cast(schema.TEXT),
        "摘要": pl.col("summary"),
        "科目": pl.col("account"),
        "科目名称": pl.col(NAMES + "account"),
        "币种": pl.col("currency").replace(layout.CURRENCIES),
        "汇率": pl.col("rate"),
        "方向": pl.when(on_credit).then(pl.lit("0")).otherwise(pl.lit("1")),
        "原币金额": pl.when(stated(base)).then(original_amount()),
        "数量": pl.coalesce("quantity", zero.cast(schema.RATE)),
        "单价": pl.coalesce("unit_price", zero.cast(schema.RATE)),
        "借方金额": one_side("debit", "credit"),
        "贷方金额": one_side("credit", "debit"),
        "单位": pl.col("unit"),
        layout.FLOW_MARK: pl.coalesce(
            pl.col(f"kept.{layout.FLOW_MARK}").cast(schema.INTEGER, strict=False),
            pl.lit(int(layout.USUAL_MARK)),
        ),
        "业务编号": pl.col("business_number"),
        "结算方式": pl.col("settlement_method"),
        "结算号": pl.col("settlement_number"),
        "发票号": pl.col("invoice"),
        "到期日": pl.col("due_date"),
    }


def _items(books: Books) -> dict[str, pl.Expr]:
    """The nth member of a line stands in the nth item: its kind, code and name."""
    taken = pl.lit(0)
    parts: dict[str, list[pl.Expr]] = {}
    known = books.dimensions.select("id", "label").rows()
    for name, label in known:
        column = schema.AUX + name
        filled = pl.col(column).is_not_null()
        for index, triple in enumerate(layout.TRIPLES[: len(known)]):
            here = filled & (taken == index)
            values = (pl.lit(label), pl.col(column), pl.col(NAMES + column))
            for heading, value in zip(triple, values, strict=True):
                parts.setdefault(heading, []).append(pl.when(here).then(value))
        taken += filled.cast(pl.Int64)
    blank = pl.lit(None, dtype=schema.TEXT)
    return {
        heading: pl.coalesce(parts.get(heading, [blank]))
        for triple in layout.TRIPLES
        for heading in triple
    }

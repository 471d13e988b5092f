"""应收应付: rows of documents, joined again to one open item each.

A document that was settled several times is several rows.  Their signed movements add up to its
amount; what each row says of its settlement is kept verbatim under ``核销<n>.<element>``.
"""

import attrs
import polars as pl

from kamcore.adapters.gbt24589 import layout
from kamcore.adapters.gbt24589.archives import Lists
from kamcore.books import schema
from kamcore.errors import Problem
from kamcore.grid.sheet import Grid
from kamcore.grid.words import tidy
from kamcore.model.currency import currency_code
from kamcore.vouchers.entries import Field, Kind, read_entries

SPLIT = (
    "本币余额",
    "原币余额",
    "本币发生金额",
    "原币发生金额",
    "核销凭证编号",
    "核销日期",
    "核销标志",
)
"""Elements that differ between the rows of one document."""
REST = (
    "会计年度",
    "会计期间号",
    "记账凭证类型编号",
    "记账凭证编号",
    "余额方向",
    "单据类型编码",
    "交易类型编码",
    "结算方式编码",
    "付款日期",
    "汇票编号",
)
"""Elements the model has no column for."""
_DAYS = ("记账凭证日期", "记账日期", "到期日")


def fields(code: str) -> tuple[Field, ...]:
    """The elements of a table that have a column; `code` names the party's."""
    return (
        Field(code, "party", Kind.CODE),
        Field("科目编号", "account", Kind.CODE),
        Field("记账凭证日期", "voucher_date", Kind.DAY),
        Field("记账日期", "date", Kind.DAY),
        Field("汇率", "rate", Kind.RATE),
        Field("本币发生金额", "amount", Kind.AMOUNT),
        Field("原币币种", "currency"),
        Field("原币发生金额", "fx_amount", Kind.AMOUNT),
        Field("摘要", "summary"),
        Field("到期日", "due_date", Kind.DAY),
        Field("单据编号", "document"),
        Field("发票号", "invoice"),
        Field("合同号", "contract"),
        Field("项目编码", "project"),
    )


def read_items(
    grids: dict[str, Grid], lists: Lists, base: str
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Problem, ...]]:
    """Read the tables of receivables and payables: open items, their extras, problems."""
    frames: list[pl.DataFrame] = []
    problems: list[Problem] = []
    for table, grid in grids.items():
        role, code = layout.OPEN_ITEMS[table]
        found, odd = _rows(grid, role, code, lists)
        frames.append(found)
        problems += odd
    rows = pl.concat(frames).drop_nulls(["party", "amount"])
    key = ["party_role", "party", "account", "document", "currency", "due_date"]
    alone = pl.when(pl.col("document").is_null()).then(pl.col("_row"))
    rows = rows.with_row_index("_row").with_columns(_alone=alone)
    rows = rows.with_columns(_first=pl.col("_row").min().over([*key, "_alone"]))
    rows = rows.with_columns(
        _item=pl.col("_first").rank("dense").cast(schema.INTEGER) - 1,
        _nth=pl.int_range(1, pl.len() + 1).over("_first"),
    )
    kept = [c.name for c in schema.OPEN_ITEMS.columns if c.name in rows.columns]
    items = (
        rows.sort("_item", "_nth")
        .group_by("_item", maintain_order=True)
        .agg(
            pl.col("amount", "fx_amount").sum(),
            *(
                pl.col(name).drop_nulls().first()
                for name in kept
                if name not in ("amount", "fx_amount")
            ),
        )
    )
    foreign = (pl.col("currency") != base).fill_null(value=False)
    items = items.with_columns(
        pl.col("amount").cast(schema.AMOUNT),
        pl.when(foreign).then("fx_amount").cast(schema.AMOUNT).alias("fx_amount"),
        id=pl.Series(_ids(items["document"]), dtype=schema.TEXT),
    )
    return items.drop("_item").select("id", *kept), _extras(rows), tuple(problems)


def _rows(
    grid: Grid, role: str, code: str, lists: Lists
) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    days = [
        pl.when(pl.col(name).str.strip_chars() != layout.NO_DAY).then(name).alias(name)
        for name in _DAYS
        if name in grid.frame.columns
    ]
    entries = read_entries(attrs.evolve(grid, frame=grid.frame.with_columns(days)), fields(code))
    spellings = entries.frame["currency"].drop_nulls().unique().to_list()
    codes = {text: lists.currencies.get(text) or currency_code(text) or text for text in spellings}
    verbatim = [tidy(grid.column(name)).alias(f"={name}") for name in (*SPLIT, *REST)]
    frame = entries.frame.with_columns(
        pl.col("currency").replace(codes),
        *verbatim,
        party_role=pl.lit(role),
        source_row=grid.rows.cast(schema.INTEGER),
    )
    return frame, entries.problems


def _ids(documents: pl.Series) -> list[str]:
    """The document number where it is one item's alone, with a counter where it is not."""
    seen: dict[str, int] = {}
    ids = []
    for row, document in enumerate(documents, start=1):
        name = document or f"行{row}"
        seen[name] = seen.get(name, 0) + 1
        ids.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return ids


def _extras(rows: pl.DataFrame) -> pl.DataFrame:
    ordered = rows.sort("_item", "_nth")
    found = [schema.EXTRAS.empty()]
    for name in (*REST, *SPLIT):
        texts = ordered.select("_item", "_nth", value=f"={name}")
        if name in REST:
            field = pl.lit(name)
            texts = texts.filter(pl.col("_nth") == 1)
        else:
            field = pl.format("核销{}.{}", "_nth", pl.lit(name))
        found.append(
            texts.filter(pl.col("value").is_not_null()).select(
                table=pl.lit("open_items"), row_id="_item", field=field, value="value"
            )
        )
    return pl.concat(found).sort("row_id", maintain_order=True)

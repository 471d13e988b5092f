"""Columns 71 to 73: the cash-flow item of a line, its inflow and its outflow."""

import polars as pl

from kamcore.adapters.yonyou_u8_sheet.columns import INFLOW, ITEM, OUTFLOW
from kamcore.books import schema
from kamcore.errors import Fault, Problem
from kamcore.vouchers.entries import INDEX, Entries

NO_ITEM = Fault(
    code="Y5004",
    zh="有现金流量金额 {value}, 但没有现金项目编号",
    en="a cash-flow amount of {value} stands there without an item",
    hint_zh="补上现金项目编号, 或清空金额",
    hint_en="fill in the item, or clear the amount",
)
NO_AMOUNT = Fault(
    code="Y5005",
    zh="有现金项目 {value}, 但现金借方和现金贷方都是空的",
    en="the cash-flow item {value} has neither inflow nor outflow",
    hint_zh="补上金额, 或清空现金项目编号",
    hint_en="fill in the amount, or clear the item",
)


def read_flows(rows: pl.DataFrame, entries: Entries) -> tuple[pl.DataFrame, list[Problem]]:
    """The table ``cash_flows`` of numbered rows, inflows positive, and what is only half there."""
    amount = (pl.col(INFLOW).fill_null(0) - pl.col(OUTFLOW).fill_null(0)).cast(schema.AMOUNT)
    given = pl.any_horizontal(pl.col(INFLOW, OUTFLOW).is_not_null())
    item = pl.col(ITEM)
    flows = rows.filter(item.is_not_null() & given).select(
        "voucher_id", "line_no", item=ITEM, amount=amount
    )
    problems = []
    nameless = rows.filter(item.is_null() & given & (amount != 0))
    for index, value in nameless.select(INDEX, amount.alias("amount")).iter_rows():
        problems.append(NO_ITEM.at(entries.grid.place(index, "现金项目编号"), value))
    # A cell that could not be read is already said.
    unread = entries.lost(INFLOW) | entries.lost(OUTFLOW)
    blank = rows.filter(item.is_not_null() & ~given & ~pl.lit(unread.gather(rows[INDEX])))
    for index, value in blank.select(INDEX, ITEM).iter_rows():
        problems.append(NO_AMOUNT.at(entries.grid.place(index, "现金借方"), value))
    return flows, problems


def spread_flows(
    rows: pl.DataFrame, flows: pl.DataFrame
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Item, inflow and outflow of every line; an amount stands on the side of the line."""
    first = rows.select("voucher_id", "line_no", "order", "debit", "credit").with_columns(
        _first=pl.col("order") == pl.col("order").min().over("voucher_id", "line_no")
    )
    joined = first.join(
        flows.with_columns(_first=pl.lit(value=True)),
        on=["voucher_id", "line_no", "_first"],
        how="left",
        maintain_order="left",
    )
    on_credit = (pl.col("debit").fill_null(0) == 0) & (pl.col("credit") != 0).fill_null(
        value=False
    )
    spread = joined.select(
        "item",
        inflow=pl.when(~on_credit).then("amount"),
        outflow=pl.when(on_credit).then((-pl.col("amount")).cast(schema.AMOUNT)),
    )
    return spread["item"], spread["inflow"], spread["outflow"]


def one_a_line(flows: pl.DataFrame, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """The flows that a row has room for, and a mark on those it has not.

    A line holds one item; flows of lines that are not written have no row.
    """
    keys = ["voucher_id", "line_no"]
    known = lines.select(keys).unique().with_columns(_known=pl.lit(value=True))
    found = flows.with_row_index("_row").join(known, on=keys, how="left", maintain_order="left")
    nth = pl.int_range(pl.len()).over(keys)
    stays = found.select((nth == 0) & pl.col("_known").fill_null(value=False)).to_series()
    return flows.filter(stays), ~stays

"""Auxiliary slots resolved per account: slot 1 is 客户 on one account and 供应商 on another."""

import attrs
import polars as pl

from kamcore.adapters.gbt24589 import layout
from kamcore.adapters.gbt24589.archives import Slots
from kamcore.books import schema
from kamcore.errors import Fault, Problem, Severity
from kamcore.grid.sheet import Grid
from kamcore.grid.words import bare_codes

UNKNOWN_SLOT = Fault(
    code="S1011",
    severity=Severity.WARNING,
    zh="科目 {account} 没有辅助项 {slot}, 「{value}」类别不明 (共 {count} 行), 按附加信息保留",
    en="account {account} has no 辅助项 {slot}: nothing says what dimension {value!r} belongs to"
    " ({count} rows); kept as an extra",
    hint_zh="核对「科目辅助核算」表",
    hint_en="compare the table 科目辅助核算",
)


@attrs.frozen
class Resolved:
    """Dimension columns by row of the grid, and what could not be resolved."""

    columns: pl.DataFrame
    extras: pl.DataFrame
    """``row``, ``field`` and ``value`` of slots without a dimension."""
    problems: tuple[Problem, ...]


def resolve(grid: Grid, accounts: pl.Series, slots: Slots, table: str) -> Resolved:
    """Resolve the slots of a table; `accounts` are the account codes by row."""
    found = [
        pl.DataFrame(schema={"row": schema.INTEGER, "slot": schema.INTEGER, "code": schema.TEXT})
    ]
    for number in range(1, layout.SLOTS + 1):
        name = layout.slot(number)
        if name in grid.frame.columns:
            codes = bare_codes(grid.frame[name])
            rows = codes.is_not_null().arg_true()
            found.append(
                pl.select(
                    row=rows.cast(schema.INTEGER),
                    slot=pl.lit(number, dtype=schema.INTEGER),
                    code=codes.gather(rows),
                )
            )
    said = pl.concat(found)
    said = said.with_columns(account=accounts.gather(said["row"]))
    known = slots.frame.unique(["account", "slot"], keep="first", maintain_order=True)
    joined = said.join(known, on=["account", "slot"], how="left", maintain_order="left")
    good = joined.filter(pl.col("id").is_not_null())
    first = good.unique(["row", "id"], keep="first", maintain_order=True)
    odd = pl.concat([joined.filter(pl.col("id").is_null()), _again(good)])
    columns = []
    for name in first["id"].unique(maintain_order=True):
        own = first.filter(id=name)
        blank = pl.Series(schema.AUX + name, [None] * grid.height, dtype=schema.TEXT)
        columns.append(blank.scatter(own["row"], own["code"]))
    extras = odd.select("row", field=pl.format("辅助项{}编号", "slot"), value="code")
    return Resolved(
        pl.DataFrame(columns),
        extras,
        _problems(grid, joined.filter(pl.col("id").is_null()), table),
    )


def _again(good: pl.DataFrame) -> pl.DataFrame:
    """Second codes of a dimension on one row."""
    return good.filter(~pl.struct("row", "id").is_first_distinct())


def _problems(grid: Grid, odd: pl.DataFrame, table: str) -> tuple[Problem, ...]:
    firsts = odd.group_by("account", "slot", maintain_order=True).agg(
        pl.len().alias("count"), pl.first("row", "code")
    )
    found = []
    for account, slot, count, row, code in firsts.iter_rows():
        keys = ("记账凭证编号", "记账凭证行号") if table == layout.LINES else ("科目编号",)
        said = "".join(f"[{key}='{(grid.column(key)[row] or '').strip()}']" for key in keys)
        place = attrs.evolve(grid.place(row), path=f"/{layout.LEDGER}/{table}{said}")
        found.append(UNKNOWN_SLOT.at(place, code, account=account or "", slot=slot, count=count))
    return tuple(found)

"""总账: lines of vouchers and stated balances."""

import attrs
import polars as pl

from kamcore.adapters.gbt24589 import layout
from kamcore.adapters.gbt24589.archives import Lists, Slots
from kamcore.adapters.gbt24589.slots import resolve
from kamcore.books import Books, schema
from kamcore.errors import Problem
from kamcore.grid.number import read_flags
from kamcore.grid.sheet import Grid
from kamcore.model.currency import currency_code
from kamcore.model.entity import Entity
from kamcore.vouchers.currencies import iso_currencies
from kamcore.vouchers.entries import INDEX, Entries, Field, Kind, read_entries
from kamcore.vouchers.making import Making, make_books, sides
from kamcore.vouchers.numbering import by_key

_ZERO = pl.lit(0, dtype=schema.AMOUNT)
_DAYS = ("记账凭证日期", "票据日期")
_FIGURES = {"opening": "期初", "debit": "借方", "credit": "贷方", "closing": "期末"}
_SIGNS = {"opening": "期初余额方向", "closing": "期末余额方向"}
_BALANCE = (
    Field("科目编号", "account", Kind.CODE),
    Field("币种编码", "currency"),
    Field("会计年度", "year", Kind.WHOLE),
    Field("会计期间号", "period", Kind.WHOLE),
    *(
        Field(f"{zh}{kind}{'余额' if name in _SIGNS else '金额'}", f"{prefix}{name}", Kind.AMOUNT)
        for name, zh in _FIGURES.items()
        for kind, prefix in (("本币", ""), ("原币", "fx_"))
    ),
    *(Field(f"{zh}数量", f"quantity_{name}", Kind.RATE) for name, zh in _FIGURES.items()),
)


@attrs.frozen
class Ledger:
    """Books with vouchers and lines, and what was odd."""

    books: Books
    problems: tuple[Problem, ...]


def read_lines(grid: Grid, slots: Slots, lists: Lists, entity: Entity) -> Ledger:
    """Read the rows of 记账凭证, one a line with the head repeated."""
    flags = {name: read_flags(grid, name) for name in (layout.POSTED, layout.VOID)}
    plain = _without_no_days(grid)
    taken = [layout.slot(number) for number in range(1, layout.SLOTS + 1)]
    gone = [name for name in (*taken, *flags) if name in plain.frame.columns]
    reduced = attrs.evolve(plain, frame=_at_least_one(plain.frame.drop(gone)))
    entries = read_entries(reduced, (*layout.HEADS, *layout.ENTRY))
    resolved = resolve(grid, entries.frame["lines.account"], slots, layout.LINES)
    frame, unknown = iso_currencies(_listed(entries.frame, lists), entries)
    frame = _settled(frame, entries, entity.base_currency)
    frame = frame.with_columns(
        *(c.alias(f"lines.{c.name}") for c in resolved.columns.get_columns()),
        **{"vouchers.status": _status(frame, {n: f.values for n, f in flags.items()})},
    )
    numbered = by_key(frame, reduced, layout.KEY, line="lines.line_no")
    numbered = attrs.evolve(
        numbered, frame=numbered.frame.drop("currency.code", "side.debit", "side.credit")
    )
    making = Making(
        system=layout.SYSTEM,
        base_currency=entity.base_currency,
        scheme=entity.scheme,
        labels=slots.labels,
        headings={"lines.currency": "币种编码", "lines.quantity": "借方数量"},
    )
    made = make_books(numbered, entries, making)
    order = pl.DataFrame({"row": numbered.frame[INDEX].cast(schema.INTEGER)}).with_row_index("at")
    more = resolved.extras.join(order, on="row", how="inner", maintain_order="left").select(
        table=pl.lit("lines"),
        row_id=pl.col("at").cast(schema.INTEGER),
        field="field",
        value="value",
    )
    extras = pl.concat([made.books.extras, more])
    found = (*entries.problems, *resolved.problems, *unknown, *made.problems)
    found += tuple(problem for flag in flags.values() for problem in flag.problems)
    return Ledger(made.books.replace(extras=extras), found)


def _at_least_one(frame: pl.DataFrame) -> pl.DataFrame:
    return frame if frame.width else frame.with_columns(_=pl.lit(None, dtype=schema.TEXT))


def _without_no_days(grid: Grid) -> Grid:
    """The grid with blanks for days of zeros, which stand for none."""
    days = [
        pl.when(pl.col(name).str.strip_chars() != layout.NO_DAY).then(name).alias(name)
        for name in _DAYS
        if name in grid.frame.columns
    ]
    return attrs.evolve(grid, frame=grid.frame.with_columns(days))


def _listed(frame: pl.DataFrame, lists: Lists) -> pl.DataFrame:
    """Codes of the code lists by what they are called."""
    return frame.with_columns(
        pl.col("vouchers.word").replace(lists.words),
        pl.col("lines.rate_type").replace(lists.rate_types),
        pl.col("lines.settlement_method").replace(lists.settlements),
        pl.col("currency.code").replace(lists.currencies),
    )


def _settled(frame: pl.DataFrame, entries: Entries, base: str) -> pl.DataFrame:
    """Sides, original amounts of foreign lines, and the quantity of the used side."""
    sided = sides(frame, entries.lost("lines.debit"), entries.lost("lines.credit"))
    debit, credit = pl.col("lines.debit").fill_null(0), pl.col("lines.credit").fill_null(0)
    fx = {side: pl.col(f"lines.fx_{side}") for side in ("debit", "credit")}
    said = (fx["debit"].fill_null(0) != 0) | (fx["credit"].fill_null(0) != 0)
    own = (fx["debit"].fill_null(0) == debit) & (fx["credit"].fill_null(0) == credit)
    rate = pl.col("lines.rate")
    local = (pl.col("lines.currency") == base).fill_null(rate.fill_null(1) == 1)
    given = fx["debit"].is_not_null() | fx["credit"].is_not_null()
    on_credit = (credit != 0) & (debit == 0)
    sides_of = pl.col("side.credit"), pl.col("side.debit")
    own_side = pl.when(on_credit).then(sides_of[0]).otherwise(sides_of[1])
    other = pl.when(on_credit).then(sides_of[1]).otherwise(sides_of[0])
    foreign = ~(local & (~said | own)) & given
    return sided.with_columns(
        *(
            pl.when(foreign).then(value.fill_null(_ZERO)).alias(f"lines.fx_{side}")
            for side, value in fx.items()
        ),
        pl.when(own_side != 0).then(own_side).when(other != 0).then(other).alias("lines.quantity"),
    )


def _status(frame: pl.DataFrame, flags: dict[str, pl.Series]) -> pl.Series:
    return frame.select(
        pl.when(pl.lit(flags[layout.VOID].fill_null(value=False)))
        .then(pl.lit("void"))
        .when(pl.lit(flags[layout.POSTED].fill_null(value=False)))
        .then(pl.lit("posted"))
        .when(pl.col("vouchers.reviewer").is_not_null())
        .then(pl.lit("reviewed"))
        .otherwise(pl.lit("draft"))
    ).to_series()


def read_balances(
    grid: Grid, slots: Slots, lists: Lists, base: str
) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Read 科目余额及发生额, debit positive; amounts in base currency have no original."""
    entries = read_entries(grid, _BALANCE)
    resolved = resolve(grid, entries.frame["account"], slots, layout.BALANCES)
    frame = entries.frame.with_columns(resolved.columns.get_columns())
    codes = {
        code: lists.currencies.get(code) or currency_code(code) or code
        for code in frame["currency"].drop_nulls().unique()
    }
    signs = {
        name: pl.when(pl.lit(grid.column(column).str.strip_chars() == "贷"))
        .then(pl.lit(-1))
        .otherwise(pl.lit(1))
        for name, column in _SIGNS.items()
    }
    frame = frame.with_columns(
        pl.col("currency").replace(codes), source_row=grid.rows
    ).with_columns(
        (pl.col(f"{prefix}{name}") * sign).cast(dtype).alias(f"{prefix}{name}")
        for name, sign in signs.items()
        for prefix, dtype in (
            ("", schema.AMOUNT),
            ("fx_", schema.AMOUNT),
            ("quantity_", schema.RATE),
        )
    )
    same = pl.all_horizontal(
        pl.col(f"fx_{name}").fill_null(0) == pl.col(name).fill_null(0) for name in _FIGURES
    )
    local = (pl.col("currency") == base).fill_null(value=True) & same
    frame = frame.with_columns(
        pl.when(~local).then(f"fx_{name}").alias(f"fx_{name}") for name in _FIGURES
    ).with_columns(
        pl.col("source_row").cast(schema.INTEGER),
        *(
            pl.when(pl.col(f"quantity_{name}") != 0)
            .then(f"quantity_{name}")
            .alias(f"quantity_{name}")
            for name in _FIGURES
        ),
    )
    known = frame.drop_nulls(["year", "period", "account"]).drop(INDEX)
    return known, (*entries.problems, *resolved.problems)

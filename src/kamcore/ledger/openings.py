"""Opening balances (期初余额): at the start of a year or in mid-year, their checks, carry-forward.

Books enabled in January state their year opening.  Books enabled in mid-year state the opening
of the first period and what was booked from the start of the year; the year opening follows:
opening + accumulated credits − accumulated debits on a debit account, the other way round on a
credit account (S142 to S145).  With signs, debit positive, both are one formula.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import narwhals as nw

from kamcore.books import schema
from kamcore.errors import BooksError, Fault, Problem, Severity
from kamcore.ledger.balances import Shape, Span, lazy_balances
from kamcore.ledger.engine import NO_TABLE, SUM, Frames, Source, open_frames
from kamcore.ledger.movements import HUNDRED, keys_of, ordinal, stock
from kamcore.ledger.selection import Scope
from kamcore.ledger.tree import AccountTree, account_tree
from kamcore.place import Place

__all__ = ["carry_forward", "check_openings", "year_openings"]

UNBALANCED = Fault(
    code="L1101",
    zh="期初试算不平衡: 借方合计 {debit}, 贷方合计 {credit}, 相差 {value}",
    en="openings do not balance: debits {debit}, credits {credit}, difference {value}",
    hint_zh="核对各科目期初余额的方向和金额",
    hint_en="look at the side and amount of each opening",
)
YEAR_UNBALANCED = Fault(
    code="L1102",
    zh="本年累计借方合计 {debit} 与贷方合计 {credit} 不等, 相差 {value}",
    en="accumulated debits {debit} and credits {credit} differ by {value}",
    hint_zh="年中启用时损益类科目的累计发生额也要录入",
    hint_en="books enabled in mid-year need the accumulations of income and expenses too",
)
PARENT_DIFFERS = Fault(
    code="L1103",
    zh="科目 {value} 的{figure}是 {stated}, 其下级合计是 {sum}",
    en="{figure} of account {value} is {stated}, its sub-accounts sum to {sum}",
)
ITEMS_DIFFER = Fault(
    code="L1104",
    zh="科目 {value} 的{figure}是 {stated}, 其辅助项合计是 {sum}",
    en="{figure} of account {value} is {stated}, its auxiliary items sum to {sum}",
)
RESULT_REMAINS = Fault(
    code="L1105",
    severity=Severity.WARNING,
    zh="损益类科目 {value} 推算的年初余额是 {amount}, 应为零",
    en="the year opening of income or expense account {value} comes out at {amount}, not zero",
    hint_zh="累计发生额应包含结转本年利润的数",
    hint_en="the accumulations should contain what was transferred to profit",
)
NO_FX = Fault(
    code="L1106",
    zh="科目 {value} 的 {currency} 期初只有一种金额: 本位币 {amount}, 原币 {fx}",
    en="the {currency} opening of account {value} has one amount only: base {amount}, fx {fx}",
    hint_zh="外币期初要同时录入原币和本位币",
    hint_en="a foreign opening carries both amounts",
)

ZERO = Decimal(0)
_FIGURES = {
    "opening": "期初余额 (opening)",
    "ytd_debit": "累计借方 (ytd debit)",
    "ytd_credit": "累计贷方 (ytd credit)",
}
_LAST = 13


def year_openings(source: Source, *, by: tuple[str, ...] = ()) -> Any:
    """The opening of the first period and of the year, per account, dimensions and currency.

    Columns: the keys, ``year``, ``period``, ``opening``, ``ytd_debit`` and ``ytd_credit``
    (booked in the year before the period), ``year_opening``; signed, debit positive.

    Raises:
        BooksError: the source states no balances, or a column is of another type.
    """
    frames = open_frames(source)
    scope = Scope(by=by)
    rows = stock(frames, scope)
    if rows is None:
        raise BooksError(NO_TABLE.at(Place(), "balances"))
    keys = keys_of(frames, scope)
    year = nw.col("stock") - nw.col("ytd_debit") + nw.col("ytd_credit")
    rows = rows.with_columns(opening=nw.col("stock"), year_opening=year)
    columns = ("opening", "ytd_debit", "ytd_credit", "year_opening")
    return frames.give(rows.select(*keys, "year", "period", *columns).sort(*keys))


def carry_forward(source: Source, year: int) -> Any:
    """The openings of the year after `year`: every closing balance, in the finest detail.

    A row per account, all dimensions of the lines and currency, as the table ``balances`` has
    them: period 1, the opening in base and transaction currency and as a quantity, no movements
    yet.  Keys that come out at zero in every measure are left out.

    Raises:
        BooksError: a column is missing or of another type.
    """
    frames = open_frames(source)
    dims = {*frames.columns("lines"), *frames.columns("balances")}
    scope = Scope(by=tuple(sorted(name for name in dims if name.startswith(schema.AUX))))
    rows = _closings(frames, scope, year)
    keys = keys_of(frames, scope)
    return frames.give(rows.sort(*keys))


def _closings(frames: Frames, scope: Scope, year: int) -> nw.LazyFrame[Any]:
    from_balances = Span(year * HUNDRED + 1, year * HUNDRED + _LAST)
    shape = Shape(measures=("base", "fx", "quantity"))
    rows = lazy_balances(frames, scope, from_balances, shape)
    keys = keys_of(frames, scope)
    prefixes = ("", "fx_", "quantity_")
    closings = [nw.col(p + "closing").alias(p + "opening") for p in prefixes]
    left = [nw.col(p + "closing") != 0 for p in prefixes]
    zeros = [nw.lit(0).cast(SUM).alias(name) for name in ("debit", "credit", *list(_FIGURES)[1:])]
    return rows.filter(nw.any_horizontal(*left, ignore_nulls=True)).select(
        nw.lit(year + 1, dtype=nw.Int64).alias("year"),
        nw.lit(1, dtype=nw.Int64).alias("period"),
        *keys,
        *closings,
        *zeros,
    )


def check_openings(source: Source) -> list[Problem]:
    """Say what is wrong with the stated openings of the first period.

    Debits equal credits, over openings and accumulations; a parent equals its children, an
    account its auxiliary items; foreign rows carry both amounts; income and expenses start the
    year at zero.  A source without stated balances has no problems.

    Raises:
        BooksError: a column is missing or of another type.
    """
    frames = open_frames(source)
    if not frames.has("balances"):
        return []
    tree = account_tree(frames)
    rows = _first_rows(frames)
    sums = _sums_by_grain(rows, frames)
    totals = {account: _total(grains) for account, grains in sums.items()}
    above = {tree.parents.get(account) for account in totals}
    leaves = {account: sums for account, sums in totals.items() if account not in above}
    return [
        *_balanced(leaves),
        *_parents(tree, totals),
        *_items(sums),
        *_foreign(rows, frames.entity.base_currency),
        *_results(tree, leaves),
    ]


_Sums = dict[str, Decimal]


def _first_rows(frames: Frames) -> nw.LazyFrame[Any]:
    """The stated rows of the first period."""
    dims = [name for name in frames.columns("balances") if name.startswith(schema.AUX)]
    rows = frames.table(
        "balances", ("year", "period", "account"), ("currency", "fx_opening", *dims, *_FIGURES)
    )
    first = rows.select(nw_first=ordinal().min()).collect()["nw_first"].to_list()[0]
    return rows.filter(ordinal() == first)


def _sums_by_grain(
    rows: nw.LazyFrame[Any], frames: Frames
) -> dict[str, dict[tuple[str, ...], _Sums]]:
    """Per account, the figures of the rows that name the same dimensions."""
    dims = [name for name in frames.columns("balances") if name.startswith(schema.AUX)]
    flags = [(~nw.col(name).is_null()).alias(f"nw_{name}") for name in dims]
    figures = [nw.col(name).sum() for name in _FIGURES]
    keys = ["account", *(f"nw_{name}" for name in dims)]
    found = rows.with_columns(*flags) if flags else rows
    grouped = found.group_by(*keys).agg(*figures).sort(*keys).collect()
    sums: dict[str, dict[tuple[str, ...], _Sums]] = {}
    for row in grouped.iter_rows(named=True):
        named = tuple(name for name in dims if row[f"nw_{name}"])
        sums.setdefault(row["account"], {})[named] = {name: row[name] or ZERO for name in _FIGURES}
    return sums


def _total(grains: dict[tuple[str, ...], _Sums]) -> _Sums:
    """An account's figures: those of its own row, else the sums of its auxiliary items."""
    return grains[min(grains, key=len)]


def _balanced(leaves: dict[str, _Sums]) -> Iterator[Problem]:
    openings = [figures["opening"] for figures in leaves.values()]
    debit = sum((amount for amount in openings if amount > 0), ZERO)
    credit = -sum((amount for amount in openings if amount < 0), ZERO)
    if debit != credit:
        yield UNBALANCED.at(Place(), debit - credit, debit=debit, credit=credit)
    debit = sum((figures["ytd_debit"] for figures in leaves.values()), ZERO)
    credit = sum((figures["ytd_credit"] for figures in leaves.values()), ZERO)
    if debit != credit:
        yield YEAR_UNBALANCED.at(Place(), debit - credit, debit=debit, credit=credit)


def _parents(tree: AccountTree, totals: dict[str, _Sums]) -> Iterator[Problem]:
    children: dict[str, list[_Sums]] = {}
    for account, figures in totals.items():
        above = tree.parents.get(account)
        if above in totals:
            children.setdefault(above, []).append(figures)
    for account, below in children.items():
        for name, said in _FIGURES.items():
            stated, total = totals[account][name], sum((f[name] for f in below), ZERO)
            if stated != total:
                yield PARENT_DIFFERS.at(Place(), account, figure=said, stated=stated, sum=total)


def _items(sums: dict[str, dict[tuple[str, ...], _Sums]]) -> Iterator[Problem]:
    for account, grains in sums.items():
        own = grains.get(())
        for named, items in grains.items():
            if own is None or not named:
                continue
            for name, said in _FIGURES.items():
                if own[name] != items[name]:
                    yield ITEMS_DIFFER.at(
                        Place(), account, figure=said, stated=own[name], sum=items[name]
                    )


def _foreign(rows: nw.LazyFrame[Any], base: str) -> Iterator[Problem]:
    currency, fx, opening = nw.col("currency"), nw.col("fx_opening"), nw.col("opening")
    bad = rows.filter(~currency.is_null() & (currency != base)).filter(
        fx.is_null() != opening.is_null()
    )
    found = bad.select("account", "currency", "opening", "fx_opening").sort("account", "currency")
    for row in found.collect().iter_rows(named=True):
        yield NO_FX.at(
            Place(),
            row["account"],
            currency=row["currency"],
            amount="-" if row["opening"] is None else row["opening"],
            fx="-" if row["fx_opening"] is None else row["fx_opening"],
        )


def _results(tree: AccountTree, leaves: dict[str, _Sums]) -> Iterator[Problem]:
    for account, figures in leaves.items():
        year = figures["opening"] - figures["ytd_debit"] + figures["ytd_credit"]
        if year and tree.category(account) == "损益":
            yield RESULT_REMAINS.at(Place(), account, amount=year)

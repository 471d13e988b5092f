"""The table of balances as accountants know it (科目余额表, 辅助余额表)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.ledger.balances import balances, measure_of, span_of
from kamcore.ledger.engine import open_frames
from kamcore.ledger.tree import AccountTree, account_tree
from kamcore.model.chart import lookup
from kamcore.model.currency import decimals_of
from kamcore.reports.naming import beside, heading, keys_in_order, with_names
from kamcore.reports.sheets import SUM, Check, Column, Line, Listing, Part, Sheet, Title

__all__ = ["MEASURE_WORDS", "BalanceQuestion", "balance_report"]

ZERO = Decimal(0)
_PAIRS = {
    "opening": ("期初余额", "opening"),
    "moved": ("本期发生", "movement"),
    "ytd": ("本年累计", "this year"),
    "closing": ("期末余额", "closing"),
}
_SIDES = {"debit": ("借方", "debit"), "credit": ("贷方", "credit")}
_LEVEL = ("级次", "level")
MEASURE_WORDS = {
    "base": ("本位币", "base currency"),
    "fx": ("原币", "transaction currency"),
    "quantity": ("数量", "quantity"),
}
"""What is balanced, in Chinese and English."""


@attrs.frozen(kw_only=True)
class BalanceQuestion:
    """What a table of balances is asked: accounts, dimensions, a period or span, a measure.

    Without `period` the table covers every period of the books.
    """

    account: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    period: str | None = None
    measure: str = "base"


def balance_report(books: Books, asked: BalanceQuestion, lang: str = "zh") -> tuple[Sheet, ...]:
    """The table of balances: opening, movement, year to date and closing, debit and credit apart.

    Without dimensions every account stands there with those above it, and the totals count the
    first level; with dimensions a row is an account and a member.  Totals, and what must be
    equal, are formulas.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: a dimension, period or measure is not known.
    """
    period = asked.period or _every_period(books)
    frame, keys = _rows(books, asked, period)
    split = _split(frame)
    listing = Listing(
        columns=_columns(split, keys, (books, asked, lang)),
        frame=split,
        style=None,
        total=_say(("合计", "total"), lang),
        totals=_totals(split, asked),
        keep=len(beside(keys)) - (asked.measure == "base"),
    )
    said = _say(MEASURE_WORDS[asked.measure], lang)
    unit = f"{said}: {books.entity.base_currency}" if asked.measure == "base" else said
    name = ("辅助余额表", "balances by members") if asked.by else ("科目余额表", "trial balance")
    title = _say(name, lang)
    parts: list[Part] = [Title(title), Line(f"{books.entity.name}  {period}".strip(), unit)]
    parts += [listing, *_checks(listing, asked, lang)]
    return (Sheet(name=title, parts=tuple(parts)),)


def _every_period(books: Books) -> str:
    months = books.lines.select(pl.col("year") * 100 + pl.col("period")).to_series().drop_nulls()
    stated = books.balances.select(pl.col("year") * 100 + pl.col("period")).to_series()
    ends = months if months.len() else stated.drop_nulls()
    if not ends.len():
        return "1-1..9999-12"
    first, last = (divmod(int(str(end)), 100) for end in (ends.min(), ends.max()))
    return f"{first[0]}-{first[1]:02}..{last[0]}-{last[1]:02}"


def _rows(books: Books, asked: BalanceQuestion, period: str) -> tuple[pl.DataFrame, list[str]]:
    """The balances with names and, without dimensions, the level of each account."""
    prefix = measure_of(asked.measure).prefix
    span_of(period)
    frame: pl.DataFrame = balances(
        books,
        account=asked.account or None,
        by=asked.by,
        period=period,
        measures=[asked.measure],
        detail="leaf" if asked.by else "tree",
    )
    frame = frame.rename({n: n.removeprefix(prefix) for n in frame.columns if prefix})
    if asked.measure == "fx":
        frame = frame.filter(pl.col("currency") != books.entity.base_currency)
    keys = keys_in_order(frame.columns, asked.by)
    frame = with_names(frame.sort(keys), keys, books)
    if not asked.by:
        tree = account_tree(open_frames(books))
        levels = {code: tree.level(code) for code in frame["account"].unique()}
        level = pl.col("account").replace_strict(levels, default=1, return_dtype=pl.Int64)
        frame = frame.with_columns(level=level, account_name=_named(tree))
    return frame, keys


def _named(tree: AccountTree) -> pl.Expr:
    """The name of an account, from the standard chart where the books name only those below."""
    found = {
        code: lookup(code, tree.family or "ASBE")
        for code, above in tree.parents.items()
        if above is None
    }
    standard = {code: one.name for code, one in found.items() if one is not None}
    known = pl.col("account").replace_strict(standard, default=None, return_dtype=pl.String)
    return pl.coalesce("account_name", known)


def _split(frame: pl.DataFrame) -> pl.DataFrame:
    """Signed balances as two columns, as accountants read them."""
    columns = {"moved_debit": pl.col("debit"), "moved_credit": pl.col("credit")}
    for name in ("opening", "closing"):
        signed, zero = pl.col(name), pl.col(name) - pl.col(name)
        columns[f"{name}_debit"] = pl.when(signed > 0).then(signed).otherwise(zero)
        columns[f"{name}_credit"] = pl.when(signed < 0).then(-signed).otherwise(zero)
    return frame.with_columns(**columns)


def _columns(
    frame: pl.DataFrame, keys: Sequence[str], how: tuple[Books, BalanceQuestion, str]
) -> tuple[Column, ...]:
    books, asked, lang = how
    many = frame["currency"].n_unique() > 1 or asked.measure == "fx"
    shown = [key for key in keys if key != "currency" or many]
    columns = [Column(name, heading(name, lang), kind="text") for name in beside(shown)]
    formula = SUM
    if not asked.by:
        columns.append(Column("level", _say(_LEVEL, lang)))
        formula = "SUMIF({level@all},1,{*@all})"
    sums = None if _mixed(frame, asked) else formula
    places = 0 if asked.measure == "quantity" else decimals_of(books.entity.base_currency)
    columns += [
        Column(
            f"{pair}_{side}",
            _say(_SIDES[side], lang),
            group=_say(words, lang),
            total=sums,
            decimals=places,
            blank_zero=True,
        )
        for pair, words in _PAIRS.items()
        for side in _SIDES
    ]
    return tuple(columns)


def _mixed(frame: pl.DataFrame, asked: BalanceQuestion) -> bool:
    """True where rows cannot be added up: several currencies in their own amounts."""
    return asked.measure == "fx" and frame["currency"].n_unique() > 1


def _totals(frame: pl.DataFrame, asked: BalanceQuestion) -> dict[str, Decimal]:
    if asked.by:
        return {}
    top = frame.filter(pl.col("level") == 1)
    names = [f"{pair}_{side}" for pair in _PAIRS for side in _SIDES]
    sums = top.select(pl.col(names).sum()).row(0, named=True)
    return {name: value or ZERO for name, value in sums.items()}


def _checks(listing: Listing, asked: BalanceQuestion, lang: str) -> Iterable[Check]:
    """What must be nothing: the equalities of a trial balance, and opening to closing."""
    if _mixed(listing.frame, asked) or not listing.frame.height:
        return
    by_name = {column.name: column for column in listing.columns}

    def total(name: str) -> Decimal:
        return Decimal(str(listing.total_of(by_name[name]) or 0))

    if asked.measure == "base" and not asked.account:
        for pair, words in _PAIRS.items():
            debit, credit = f"{pair}_debit", f"{pair}_credit"
            yield Check(
                text=_say((f"{words[0]}: 借方 - 贷方", f"{words[1]}: debit - credit"), lang),
                formula=f"ROUND({{{debit}@total}}-{{{credit}@total}},4)",
                value=total(debit) - total(credit),
            )
    signs = {"opening": 1, "moved": 1, "closing": -1}
    parts = [(sign, pair, side) for pair, sign in signs.items() for side in _SIDES]
    terms = "".join(
        f"{'+' if (sign > 0) == (side == 'debit') else '-'}{{{pair}_{side}@total}}"
        for sign, pair, side in parts
    )
    value = sum(
        (
            (1 if (sign > 0) == (side == "debit") else -1) * total(f"{pair}_{side}")
            for sign, pair, side in parts
        ),
        ZERO,
    )
    text = ("期初 + 本期借方 - 本期贷方 - 期末", "opening + debit - credit - closing")
    yield Check(text=_say(text, lang), formula=f"ROUND({terms.lstrip('+')},4)", value=value)


def _say(words: tuple[str, str], lang: str) -> str:
    return words[0] if lang == "zh" else words[1]

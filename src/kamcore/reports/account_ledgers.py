"""The account ledger as accountants know it (三栏明细账, 辅助明细账).

Date, voucher, summary, debit, credit, side and balance; 期初余额 before the lines, 本月合计 and
本年累计 after those of each month (会计基础工作规范 art. 60).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.ledger.account_ledger import account_ledger
from kamcore.model.currency import decimals_of
from kamcore.reports.naming import beside, heading, with_names
from kamcore.reports.sheets import SUM, Check, Column, Line, Listing, Sheet, Title

__all__ = ["LedgerQuestion", "ledger_report", "voucher_text"]

_WORDS = {
    "opening": ("期初余额", "opening"),
    "month": ("本月合计", "this month"),
    "year": ("本年累计", "this year"),
}
_SUMS = ("opening", "debit", "credit", "closing")
_MONTH = pl.col("year") * 100 + pl.col("period")


@attrs.frozen(kw_only=True)
class LedgerQuestion:
    """What a ledger is asked: an account, dimensions, members, a period or span, a measure."""

    account: str
    by: tuple[str, ...] = ()
    members: Mapping[str, str] = attrs.field(factory=dict)
    period: str | None = None
    measure: str = "base"


def voucher_text() -> pl.Expr:
    """Word and number of a voucher: 记-12."""
    word, number = pl.col("word").fill_null(""), pl.col("number").cast(pl.String)
    return word + "-" + number.fill_null("")


def ledger_report(books: Books, asked: LedgerQuestion, lang: str = "zh") -> tuple[Sheet, ...]:
    """The ledger of an account; by members, with a sheet of the members' sums before it.

    本月合计 is a formula over the lines of its month, 本年累计 one over the month and what was
    accumulated before; the sums of the members tie out in the file.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: a dimension, period or measure is not known.
    """
    found = account_ledger(
        books,
        asked.account,
        by=asked.by,
        members=asked.members,
        period=asked.period,
        measure=asked.measure,
    )
    keys = list(found.frame.columns[: found.frame.columns.index("year")])
    sums = _of_members(found.sums, keys, asked)
    rows = _rows(found.frame, sums, (keys, lang))
    rows = _with_formulas(rows, keys)
    places = 0 if asked.measure == "quantity" else decimals_of(books.entity.base_currency)
    listing = Listing(
        columns=_columns(keys, lang, places),
        frame=with_names(rows, keys, books),
        style="style",
        keep=len(beside(keys)) + 2,
    )
    title = _title(books, asked, lang)
    small = Line(f"{books.entity.name}  {asked.period or ''}".strip(), _unit(books, asked, lang))
    ledger = Sheet(
        name="明细账" if lang == "zh" else "ledger",
        parts=(Title(title), small, listing, *_checks(listing, lang, places)),
    )
    if not keys:
        return (ledger,)
    return (_summary(books, sums, (keys, lang, places), (title, small)), ledger)


def _of_members(sums: pl.DataFrame, keys: list[str], asked: LedgerQuestion) -> pl.DataFrame:
    """The sums per member and period of the members asked for."""
    for name, code in asked.members.items():
        column = next(key for key in (f"aux_{name}", name) if key in keys)
        sums = sums.filter(pl.col(column) == code)
    return sums.sort(*keys, "year", "period")


def _rows(lines: pl.DataFrame, sums: pl.DataFrame, how: tuple[list[str], str]) -> pl.DataFrame:
    """Opening, lines, and the sums of each month that has lines, in order."""
    keys, lang = how
    at = ("year", "period")
    said = {name: words[0 if lang == "zh" else 1] for name, words in _WORDS.items()}
    body = lines.with_columns(
        voucher=voucher_text(), rank=pl.lit(1), style=pl.lit(None, pl.String)
    )
    body = body.select(
        *keys, *at, "date", "voucher", "summary", "debit", "credit", "direction", "balance",
        "rank", "style",
    )  # fmt: skip
    first = sums.group_by(keys or [pl.lit(1).alias("_")], maintain_order=True).first()
    opening = first.select(
        *keys,
        *at,
        summary=pl.lit(said["opening"]),
        balance=pl.col("opening"),
        rank=pl.lit(0),
        style=pl.lit("opening"),
    )
    active = sums.join(
        lines.select(*keys, *at).unique(), on=[*keys, *at], how="semi", nulls_equal=True
    )
    month = active.select(
        *keys, *at, "debit", "credit",
        summary=pl.lit(said["month"]), balance=pl.col("closing"),
        rank=pl.lit(2), style=pl.lit("sum"),
    )  # fmt: skip
    year = active.select(
        *keys, *at, debit=pl.col("ytd_debit"), credit=pl.col("ytd_credit"),
        summary=pl.lit(said["year"]), balance=pl.col("closing"),
        rank=pl.lit(3), style=pl.lit("sum"),
    )  # fmt: skip
    rows = pl.concat([opening, body, month, year], how="diagonal_relaxed")
    rows = rows.sort(*keys, *at, "rank", maintain_order=True)
    sign = pl.col("balance").sign().cast(pl.Int64)
    words = {1: "借", -1: "贷", 0: "平"}
    return rows.with_columns(
        direction=sign.replace_strict(words, return_dtype=pl.String),
        balance=pl.col("balance").abs(),
    )


def _with_formulas(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Formulas of 本月合计 and 本年累计 by the rows they stand in."""
    groups = [*keys, "year", "period"]
    rows = rows.with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
    line = pl.col("rank") == 1
    of_year = [*keys, "year"]
    rows = rows.with_columns(
        first=pl.col("at").filter(line).min().over(groups),
        last=pl.col("at").filter(line).max().over(groups),
        before=pl.when(pl.col("rank") == 3).then("at").shift(1).over(of_year),  # noqa: PLR2004
    )
    # The 本年累计 of the month before, where the file has one of the same year.
    rows = rows.with_columns(before=pl.col("before").forward_fill().over(of_year))
    month = pl.lit("SUM({*@") + pl.format("{}:{}", "first", "last") + pl.lit("})")
    above = pl.col("at") - 1
    year = pl.lit("{*@") + above.cast(pl.String) + pl.lit("}+{*@")
    year = year + pl.col("before").cast(pl.String) + pl.lit("}")
    monthly, yearly = pl.col("rank") == 2, pl.col("rank") == 3  # noqa: PLR2004
    return rows.with_columns(formula=pl.when(monthly).then(month).when(yearly).then(year))


def _columns(keys: Sequence[str], lang: str, places: int) -> tuple[Column, ...]:
    amount: dict[str, Any] = {"decimals": places}
    sums = {**amount, "blank_zero": True, "formula": "formula"}
    named = {
        "date": {},
        "voucher": {"kind": "text"},
        "summary": {"kind": "text"},
        "debit": sums,
        "credit": sums,
        "direction": {"kind": "text"},
        "balance": amount,
    }
    first = [Column(name, heading(name, lang), kind="text") for name in beside(keys)]
    rest = [Column(name, heading(name, lang), **how) for name, how in named.items()]
    return (*first, *rest)


def _checks(listing: Listing, lang: str, places: int) -> tuple[Check, ...]:
    """The sums of the months must be those of the lines."""
    word = _WORDS["month"][0 if lang == "zh" else 1]
    if not listing.frame.height:
        return ()
    said = {"debit": ("借方", "debit"), "credit": ("贷方", "credit")}
    found = []
    for name, words in said.items():
        side = words[0 if lang == "zh" else 1]
        whole = listing.frame.filter(pl.col("rank") == 1)[name].sum()
        template = '-SUMIF({summary@all},"%s",{%s@all})+SUMIF({voucher@all},"?*",{%s@all})'
        months = listing.frame.filter(pl.col("rank") == 2)[name].sum()  # noqa: PLR2004
        text = f"{side}: 分录合计 - 各月合计" if lang == "zh" else f"{side}: lines - months"
        formula = f"ROUND({template % (word, name, name)},4)"
        value = Decimal(str(whole or 0)) - Decimal(str(months or 0))
        found.append(Check(text=text, formula=formula, value=value, decimals=places))
    return tuple(found)


def _summary(
    books: Books,
    sums: pl.DataFrame,
    how: tuple[list[str], str, int],
    above: tuple[str, Line],
) -> Sheet:
    """A row per member: what stood before, the movement, what stands after."""
    keys, lang, places = how
    rows = sums.group_by(keys, maintain_order=True).agg(
        pl.col("opening").first(),
        pl.col("debit", "credit").sum(),
        pl.col("closing").last(),
    )
    closing = pl.lit("{opening}+{debit}-{credit}")
    rows = with_names(rows, keys, books).with_columns(formula=closing)
    columns = [Column(name, heading(name, lang), kind="text") for name in beside(keys)]
    # Amounts of several currencies cannot be added up.
    mixed = "currency" in keys and rows["currency"].n_unique() > 1
    columns += [
        Column(
            name,
            heading(name, lang),
            total=None if mixed else SUM,
            decimals=places,
            formula="formula" if name == "closing" else None,
        )
        for name in _SUMS
    ]
    listing = Listing(
        columns=tuple(columns),
        frame=rows,
        total="合计" if lang == "zh" else "total",
        keep=len(beside(keys)),
    )
    name = "汇总" if lang == "zh" else "members"
    return Sheet(name=name, parts=(Title(f"{above[0]} {name}"), above[1], listing))


def _title(books: Books, asked: LedgerQuestion, lang: str) -> str:
    names = dict(books.accounts.select("code", "name").iter_rows())
    said = f"{asked.account} {names.get(asked.account) or ''}".strip()
    kind = ("辅助明细账", "ledger by members") if asked.by else ("明细账", "ledger")
    return f"{kind[0 if lang == 'zh' else 1]} {said}"


def _unit(books: Books, asked: LedgerQuestion, lang: str) -> str:
    if asked.measure == "quantity":
        return "数量" if lang == "zh" else "quantity"
    if asked.measure == "fx":
        return "原币" if lang == "zh" else "transaction currency"
    base = books.entity.base_currency
    return f"本位币: {base}" if lang == "zh" else f"base currency: {base}"

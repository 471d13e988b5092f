"""Amounts of a line: one side is filled, and income and expense keep to their side."""

from collections.abc import Iterator

import polars as pl

from kamcore.books.check.finding import Finding
from kamcore.books.check.subject import Subject
from kamcore.errors import Fault, Severity
from kamcore.model.role import role_of, standard_accounts

NO_AMOUNT = Fault(
    code="B2401",
    zh="分录没有金额: 借方、贷方都没有数",
    en="the line has no amount on either side",
    hint_zh="补上金额, 或删去这一行",
    hint_en="fill an amount or remove the line",
)
BOTH_SIDES = Fault(
    code="B2402",
    zh="借方 {debit} 和贷方 {credit} 同时有数",
    en="debit {debit} and credit {credit} are both filled",
    hint_zh="一行只记一方; 拆成两行, 或清掉多余的一方",
    hint_en="a line has one side; split it in two or clear one side",
)
INCOME_ON_DEBIT = Fault(
    code="B2403",
    severity=Severity.WARNING,
    zh="收入科目 {value} 记在借方 {amount}; 建议改为贷方红字 {proposed}",
    en="income account {value} is debited {amount}; proposed: a credit of {proposed} (red entry)",
    hint_zh="冲减收入应记贷方红字, 否则按发生额取数的利润表会出错",
    hint_en="reduce income by a red credit, or statements drawn from turnovers go wrong",
)
EXPENSE_ON_CREDIT = Fault(
    code="B2404",
    severity=Severity.WARNING,
    zh="成本费用科目 {value} 记在贷方 {amount}; 建议改为借方红字 {proposed}",
    en="expense account {value} is credited {amount}; proposed: a debit of {proposed} (red entry)",
    hint_zh="冲减费用应记借方红字, 否则按发生额取数的利润表会出错",
    hint_en="reduce an expense by a red debit, or statements drawn from turnovers go wrong",
)

_TWO_WAY = frozenset(
    {
        "公允价值变动损益",
        "投资收益",
        "汇兑损益",
        "资产处置损益",
        "净敞口套期损益",
        "以前年度损益调整",
    }
)
"""Accounts for gains and losses alike: both sides are right."""

_FINANCE = "财务费用"
_EXCHANGE = ("fx_gain", "fx_loss")


def sides(subject: Subject) -> Iterator[Finding]:
    """Find lines with both sides filled, and lines without any amount.

    A line that says zero on both sides has no amount either, unless it carries an amount in
    transaction currency or a quantity.
    """
    debit, credit = pl.col("debit"), pl.col("credit")
    both = subject.lines.filter((debit != 0) & (credit != 0))
    rows = both.select("voucher_id", "source_row", "debit", "credit", value="debit")
    yield Finding(fault=BOTH_SIDES, rows=rows, column="lines.debit")
    unread = debit.is_null() & credit.is_null()
    empty = pl.all_horizontal(
        pl.col(name).fill_null(0) == 0
        for name in ("debit", "credit", "fx_debit", "fx_credit", "quantity")
    )
    none = subject.lines.filter(unread | empty).select("voucher_id", "source_row")
    yield Finding(fault=NO_AMOUNT, rows=none)


def wrong_side(subject: Subject) -> Iterator[Finding]:
    """Find income booked on the debit side and expenses on the credit side.

    Asked only where the family of the chart is recognised.  Vouchers that touch 本年利润 close
    the accounts and are left out, and so are accounts for gains and losses alike: exchange
    differences too, which are 财务费用 in a voucher with a foreign currency.
    """
    kinds = _kinds(subject)
    closes = _vouchers_with(subject, pl.col("account").is_in(kinds["profit"]))
    # Some layouts leave the currency of a foreign line blank and still give its rate.
    abroad = (pl.col("currency") != subject.books.entity.base_currency) | (pl.col("rate") != 1)
    foreign = _vouchers_with(subject, abroad)
    exchange = pl.col("account").is_in(kinds["finance"]) & pl.col("voucher_id").is_in(
        foreign.implode()
    )
    for fault, kind, side in (
        (INCOME_ON_DEBIT, "income", "debit"),
        (EXPENSE_ON_CREDIT, "expense", "credit"),
    ):
        bad = subject.lines.filter(
            pl.col("account").is_in(kinds[kind])
            & (pl.col(side) != 0)
            & ~pl.col("voucher_id").is_in(closes.implode())
            & ~exchange
        )
        rows = bad.select(
            "voucher_id",
            "source_row",
            value="account",
            amount=pl.col(side),
            proposed=-pl.col(side),
        )
        yield Finding(fault=fault, rows=rows, column=f"lines.{side}")


def _kinds(subject: Subject) -> dict[str, list[str]]:
    """Used accounts with one right side, 财务费用 among them, and 本年利润."""
    kinds: dict[str, list[str]] = {"income": [], "expense": [], "finance": [], "profit": []}
    if subject.family is None:
        return kinds
    closing = standard_accounts("current_year_profit", subject.family)
    for code in subject.used_accounts:
        account = subject.standard(code)
        if account is None:
            continue
        if account.code in closing:
            kinds["profit"].append(code)
        if account.category != "损益" or account.name in _TWO_WAY:
            continue
        if role_of(code, subject.account_names[code], subject.family) in _EXCHANGE:
            continue
        kinds["income" if account.direction == "credit" else "expense"].append(code)
        if account.name == _FINANCE:
            kinds["finance"].append(code)
    return kinds


def _vouchers_with(subject: Subject, what: pl.Expr) -> pl.Series:
    return subject.lines.filter(what)["voucher_id"].unique()

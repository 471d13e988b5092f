"""Transfer of profit and loss (结转损益) and of the year's profit (年终结转), as drafts.

Every income and expense account with a balance is closed to 本年利润, by account and auxiliary
item; at the year's end 本年利润 goes to 利润分配—未分配利润.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

import narwhals as nw

from kamcore.books import schema
from kamcore.errors import Fault, UsageError
from kamcore.ledger.balances import Span, lazy_balances, span_of
from kamcore.ledger.draft import ZERO, Draft, DraftLine, sides
from kamcore.ledger.engine import Frames, Source, open_frames
from kamcore.ledger.selection import Scope
from kamcore.ledger.tree import AccountTree, account_tree
from kamcore.model.period import Period
from kamcore.model.role import standard_accounts
from kamcore.place import Place

__all__ = ["profit_transfer", "result_balances", "year_end_transfer"]

NO_FAMILY = Fault(
    code="L1331",
    zh="无法判断科目体系, 请指明{value}科目",
    en="the family of the chart is not clear: name the account for {value}",
)

_RESULT = "损益"
_DECEMBER = 12


def result_balances(
    frames: Frames, tree: AccountTree, span: Span, *, booked_only: bool = False
) -> list[dict[str, Any]]:
    """Closing balances of income and expense accounts, in the finest detail, none zero."""
    dims = tuple(c for c in frames.columns("lines") if c.startswith(schema.AUX))
    scope = Scope(by=dims, booked_only=booked_only)
    keys = ("account", *dims)
    rows = lazy_balances(frames, scope, Span(span.last, span.last))
    accounts = [code for code in tree.parents if tree.category(code) == _RESULT]
    rows = rows.filter(nw.col("account").is_in(accounts))
    sums = rows.group_by(*keys).agg(nw.col("closing").sum()).filter(nw.col("closing") != 0)
    return list(sums.sort(*keys).collect().iter_rows(named=True))


def profit_transfer(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    source: Source,
    period: Period | tuple[int, int] | str,
    *,
    account: str | None = None,
    date: dt.date | None = None,
    one_voucher: bool = False,
    red: bool = False,
    booked_only: bool = False,
) -> tuple[Draft, ...]:
    """Drafts that bring every income and expense account to zero at the end of a period.

    One draft for income and one for expenses, or one for both.  With `red` an account is closed
    on its usual closing side, in red where its balance stands contrary, so that turnovers keep
    saying what the income statement shows.  `account` is 本年利润, by default that of the family.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: the account is not named and the family of the chart is not clear.
    """
    frames = open_frames(source)
    tree = account_tree(frames)
    target = account or _standard(tree, "current_year_profit", "本年利润")
    span = span_of(period)
    day = date or Period(*divmod(span.last, 100)).last_day
    rows = result_balances(frames, tree, span, booked_only=booked_only)
    income = [row for row in rows if tree.side(row["account"]) == "credit"]
    costs = [row for row in rows if tree.side(row["account"]) != "credit"]
    groups = [("结转本期损益", rows)]
    if not one_voucher:
        groups = [("结转本期收入", income), ("结转本期成本费用", costs)]
    return tuple(
        _draft(group, (target, said, day), tree if red else None)
        for said, group in groups
        if group
    )


def year_end_transfer(
    source: Source,
    year: int,
    *,
    profit: str | None = None,
    retained: str | None = None,
    booked_only: bool = False,
) -> Draft | None:
    """The draft that moves the year's profit or loss to 未分配利润; None where there is none.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: an account is not named and the family of the chart is not clear.
    """
    frames = open_frames(source)
    tree = account_tree(frames)
    source_account = profit or _standard(tree, "current_year_profit", "本年利润")
    target = retained or _retained(tree)
    scope = Scope(accounts=source_account, booked_only=booked_only)
    rows = lazy_balances(frames, scope, Span(year * 100 + _DECEMBER, year * 100 + _DECEMBER))
    closing = rows.select(nw.col("closing").sum()).collect().rows()[0][0]
    if not closing:
        return None
    row = {"account": source_account, "closing": closing}
    return _draft([row], (target, "结转本年利润", dt.date(year, _DECEMBER, 31)), None)


def _draft(
    rows: list[dict[str, Any]], said: tuple[str, str, dt.date], tree: AccountTree | None
) -> Draft:
    target, summary, day = said
    lines = [_closing(row, summary, tree) for row in rows]
    total = sum((Decimal(row["closing"]) for row in rows), ZERO)
    if total:
        debit, credit = sides(total)
        lines.append(DraftLine(account=target, summary=summary, debit=debit, credit=credit))
    return Draft(date=day, lines=tuple(lines), reason=summary, rule="transfer")


def _closing(row: dict[str, Any], summary: str, tree: AccountTree | None) -> DraftLine:
    """The line that brings an account to zero."""
    closing = Decimal(row["closing"])
    members = {
        name.removeprefix(schema.AUX): code
        for name, code in row.items()
        if name.startswith(schema.AUX) and code is not None
    }
    on_credit = closing > 0 if tree is None else tree.side(row["account"]) == "debit"
    debit, credit = (ZERO, closing) if on_credit else (-closing, ZERO)
    return DraftLine(
        account=row["account"], summary=summary, aux=members, debit=debit, credit=credit
    )


def _standard(tree: AccountTree, role: str, said: str) -> str:
    codes = standard_accounts(role, tree.family) if tree.family else ()
    named = [code for code in tree.parents if tree.role(code) == role]
    if not codes and not named:
        raise UsageError(NO_FAMILY.at(Place(), said))
    return codes[0] if codes else named[0]


def _retained(tree: AccountTree) -> str:
    """The sub-account 未分配利润 where the list of accounts has one."""
    named = [code for code, name in tree.names.items() if "未分配" in name]
    return named[0] if named else _standard(tree, "retained_profit", "未分配利润")

"""Closing a period (结账): a checklist with blocking findings, and a sealed summary.

Before a period is closed every voucher of it is posted (财会〔2024〕12号 art. 24), the one before
is closed, numbers have no gaps, debits equal credits, income and expenses are transferred, and
the subledger agrees with the ledger (S157).  The seal is a hash over the closing balances and the
seal before it: closing twice gives the same seal.
"""

import hashlib
import json
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books, CheckSettings, check
from kamcore.errors import BooksError, Fault, Problem
from kamcore.ledger.balances import Span, balances, span_of
from kamcore.ledger.draft import Draft, money_text
from kamcore.ledger.engine import open_frames
from kamcore.ledger.sources import Source, books_of
from kamcore.ledger.transfer import profit_transfer, result_balances
from kamcore.ledger.tree import account_tree
from kamcore.ledger.trial_balance import trial_balance
from kamcore.model.period import Period
from kamcore.place import Place

__all__ = ["Closing", "Seal", "close_period", "closing_findings", "require_closable", "seal"]

NOT_POSTED = Fault(
    code="L1501",
    zh="{value} 张凭证未记账, 首张为 {first}",
    en="{value} vouchers are not posted, the first is {first}",
)
PREVIOUS_OPEN = Fault(
    code="L1502",
    zh="上一期间 {value} 尚未结账",
    en="the period before, {value}, is not closed",
)
UNEQUAL = Fault(
    code="L1503",
    zh="试算不平衡: {value}相差 {amount}",
    en="the trial balance does not hold: {value} differs by {amount}",
)
NOT_TRANSFERRED = Fault(
    code="L1504",
    zh="损益类科目 {value} 还有余额 {amount}, 未结转",
    en="income or expense account {value} still has a balance of {amount}",
    hint_zh="先生成并记账结转损益凭证",
    hint_en="make and post the transfer vouchers first",
)
SUBLEDGER_DIFFERS = Fault(
    code="L1505",
    zh="科目 {value} 总账余额 {ledger}, 往来明细合计 {items}",
    en="account {value}: ledger balance {ledger}, subledger {items}",
)
BLOCKED = Fault(
    code="L1506",
    zh="期间 {value} 不能结账: 有 {count} 项未通过",
    en="period {value} cannot be closed: {count} checks failed",
)

_BLOCKING = {"B2101", "B2201", "B2202"}
"""Findings of `kamcore.books.check` that block: unbalanced, gap, duplicate number."""


@attrs.frozen(kw_only=True)
class Seal:
    """What a closed period is sealed with; `content` is the summary the hash is over."""

    period: tuple[int, int]
    previous: str
    content: str
    hash: str


@attrs.frozen(kw_only=True)
class Closing:
    """What stands against closing, the drafts that would help, and the seal if nothing does."""

    blocking: tuple[Problem, ...]
    drafts: tuple[Draft, ...]
    seal: Seal | None

    def to_json(self, lang: str = "en") -> dict[str, Any]:
        """The keys of a closing under ``--json``."""
        return {
            "blocking": [problem.to_json(lang) for problem in self.blocking],
            "drafts": [draft.to_json() for draft in self.drafts],
            "sealed": None if self.seal is None else {"hash": self.seal.hash},
        }


def close_period(
    books: Source,
    period: Period | tuple[int, int] | str,
    *,
    closed: Collection[tuple[int, int]] = (),
    previous: str = "",
) -> Closing:
    """Check a period and seal it if nothing blocks; `previous` is the seal before it.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: the period cannot be read.
    """
    books = books_of(books)
    span = span_of(period)
    blocking = tuple(closing_findings(books, period, closed=closed))
    waiting = any(problem.code == NOT_TRANSFERRED.code for problem in blocking)
    drafts = profit_transfer(books, divmod(span.last, 100)) if waiting else ()
    sealed = None if blocking else seal(books, period, previous)
    return Closing(blocking=blocking, drafts=drafts, seal=sealed)


def closing_findings(
    books: Source,
    period: Period | tuple[int, int] | str,
    *,
    closed: Collection[tuple[int, int]] = (),
) -> list[Problem]:
    """What stands against closing a period; an empty list when nothing does.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: the period cannot be read.
    """
    books = books_of(books)
    span = span_of(period)
    year, number = divmod(span.last, 100)
    month = _of_period(books, year, number)
    settings = CheckSettings(first_number=1)
    found = [p for p in check(month, settings) if p.code in _BLOCKING]
    return [
        *_previous(books, (year, number), closed),
        *_unposted(month),
        *found,
        *_unequal(books, (year, number)),
        *_untransferred(books, span),
        *_subledger(books, (year, number)),
    ]


def seal(books: Source, period: Period | tuple[int, int] | str, previous: str = "") -> Seal:
    """The seal of a period: a hash over its balances, its counts and the seal before it."""
    books = books_of(books)
    year, number = divmod(span_of(period).last, 100)
    month = _of_period(books, year, number)
    totals = month.totals()
    dims = tuple(books.dimension_ids)
    rows = balances(books, by=dims, period=(year, number)).rows()
    said = {
        "period": [year, number],
        "vouchers": totals.vouchers,
        "lines": totals.lines,
        "balances": [[_text(value) for value in row] for row in rows],
        "previous": previous,
    }
    content = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(content.encode("utf-8")).hexdigest()
    return Seal(period=(year, number), previous=previous, content=content, hash=digest)


def require_closable(books: Books, period: str, closed: Collection[tuple[int, int]]) -> None:
    """Refuse to go on where something stands against closing.

    Raises:
        BooksError: with everything that blocks.
    """
    blocking = closing_findings(books, period, closed=closed)
    if blocking:
        raise BooksError(BLOCKED.at(Place(), period, count=len(blocking)), blocking)


def _of_period(books: Books, year: int, number: int) -> Books:
    here = (pl.col("year") == year) & (pl.col("period") == number)
    return books.replace(vouchers=books.vouchers.filter(here), lines=books.lines.filter(here))


def _previous(
    books: Books, period: tuple[int, int], closed: Collection[tuple[int, int]]
) -> Iterator[Problem]:
    earlier = books.vouchers.filter(
        pl.col("year") * 100 + pl.col("period") < period[0] * 100 + period[1]
    )
    periods = set(earlier.select("year", "period").unique().rows())
    for year, number in sorted(periods - set(closed))[:1]:
        yield PREVIOUS_OPEN.at(Place(), f"{year}-{number:02}")


def _unposted(month: Books) -> Iterator[Problem]:
    status = pl.col("status").fill_null("draft")
    waiting = month.vouchers.filter(~status.is_in(["posted", "void"])).sort("voucher_id")
    if waiting.height:
        first = waiting.row(0, named=True)
        said = f"{first['word'] or ''}-{first['number']}"
        yield NOT_POSTED.at(Place(voucher=said), waiting.height, first=said)


def _unequal(books: Books, period: tuple[int, int]) -> Iterator[Problem]:
    for equality in trial_balance(books, period).equalities:
        if not equality.holds:
            yield UNEQUAL.at(Place(), equality.zh, amount=equality.difference)


def _untransferred(books: Books, span: Span) -> Iterator[Problem]:
    frames = open_frames(books)
    sums: dict[str, Decimal] = {}
    for row in result_balances(frames, account_tree(frames), span):
        sums[row["account"]] = sums.get(row["account"], Decimal(0)) + row["closing"]
    for account, amount in sums.items():
        if amount:
            yield NOT_TRANSFERRED.at(Place(), account, amount=money_text(amount))


def _subledger(books: Books, period: tuple[int, int]) -> Iterator[Problem]:
    """Stated balances by members against the ledger, where the books state both."""
    stated = books.balances.filter((pl.col("year") == period[0]) & (pl.col("period") == period[1]))
    dims = [name for name in stated.columns if name.startswith("aux_")]
    if not dims or not stated.height:
        return
    named = stated.filter(pl.any_horizontal(pl.col(dims).is_not_null()))
    items = named.group_by("account", *(pl.col(d).is_null().alias(d) for d in dims)).agg(
        pl.col("closing").sum()
    )
    ledger = (
        balances(books, period=period, detail="tree")
        .group_by("account")
        .agg(ledger=pl.col("closing").sum())
    )
    for row in items.join(ledger, on="account").sort("account").iter_rows(named=True):
        if row["closing"] != row["ledger"]:
            yield SUBLEDGER_DIFFERS.at(
                Place(), row["account"], ledger=row["ledger"], items=row["closing"]
            )


def _text(value: object) -> str:
    return "" if value is None else str(value)

"""What is booked at the end of a period (期末结转), each on top of what came before.

Revaluation moves exchange gains and losses, the transfer of profit and loss takes them along, and
the transfer at the year's end takes the result of both.  Each is a draft of its own, to be saved
and posted in this order (S154 to S156); nothing is booked here.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.errors import Fault, Problem, Severity
from kamcore.ledger.balances import balances, span_of
from kamcore.ledger.draft import Draft
from kamcore.ledger.engine import open_frames
from kamcore.ledger.revaluation import MONETARY_ROLES, Revaluation, revalue
from kamcore.ledger.sources import Source, books_of
from kamcore.ledger.transfer import profit_transfer, year_end_transfer
from kamcore.ledger.tree import account_tree
from kamcore.model.period import Period
from kamcore.place import Place

__all__ = ["ClosingDrafts", "TransferChoice", "closing_drafts", "with_drafts"]

NOT_RATED = Fault(
    code="L1521",
    severity=Severity.WARNING,
    zh="{value} 有外币余额 {amount}, 没有给出期末汇率, 未调汇",
    en="there is a balance of {amount} {value} and no closing rate: it is not revalued",
    hint_zh="用 --rate {value}=汇率 给出, 或填写期末汇率表单",
    hint_en="give --rate {value}=RATE, or a form of closing rates",
)

_DECEMBER = 12


@attrs.frozen(kw_only=True)
class TransferChoice:
    """How profit and loss are transferred: see `kamcore.ledger.profit_transfer`."""

    one_voucher: bool = False
    red: bool = False
    booked_only: bool = False
    year_end: bool | None = None
    """True or False to say it; by default in the twelfth period."""


@attrs.frozen(kw_only=True)
class ClosingDrafts:
    """Drafts in the order they are posted, and the foreign balances that no rate was given for."""

    drafts: tuple[Draft, ...]
    revaluation: Revaluation | None = None
    findings: tuple[Problem, ...] = ()


def closing_drafts(
    books: Source,
    period: Period | tuple[int, int] | str,
    rates: Mapping[str, Decimal] | None = None,
    *,
    indirect: Iterable[str] = (),
    choice: TransferChoice | None = None,
) -> ClosingDrafts:
    """Draft what the end of a period books: revaluation, transfer of profit, transfer of the year.

    `rates` and `indirect` are those of `kamcore.ledger.revalue`; without any rate nothing is
    revalued and the balances concerned are named.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: a currency with a balance is missing among the rates, or the family of the
            chart is not clear.
    """
    choice = choice or TransferChoice()
    books = books_of(books)
    last = divmod(span_of(period).last, 100)
    revaluation: Revaluation | None = None
    findings: tuple[Problem, ...] = ()
    drafts: tuple[Draft, ...] = ()
    if rates:
        revaluation = revalue(books, last, rates, indirect=indirect)
        drafts = revaluation.drafts
    else:
        findings = tuple(_unrated(books, last))
    moved = with_drafts(books, drafts)
    transfers = profit_transfer(
        moved,
        last,
        one_voucher=choice.one_voucher,
        red=choice.red,
        booked_only=choice.booked_only,
    )
    ends = last[1] == _DECEMBER if choice.year_end is None else choice.year_end
    year = None
    if ends:
        after = with_drafts(moved, transfers)
        year = year_end_transfer(after, last[0], booked_only=choice.booked_only)
    return ClosingDrafts(
        drafts=(*drafts, *transfers, *(() if year is None else (year,))),
        revaluation=revaluation,
        findings=findings,
    )


def with_drafts(books: Source, drafts: Iterable[Draft]) -> Books:
    """The books as they will be when drafts are posted."""
    books = books_of(books)
    vouchers = [attrs.evolve(draft.to_voucher(), status="posted") for draft in drafts]
    if not vouchers:
        return books
    made = Books.from_vouchers(vouchers)
    highest = books.vouchers["voucher_id"].max()
    shift = pl.col("voucher_id") + (int(str(highest)) if highest is not None else 0)
    return books.replace(
        vouchers=pl.concat([books.vouchers, made.vouchers.with_columns(shift)], how="diagonal"),
        lines=pl.concat([books.lines, made.lines.with_columns(shift)], how="diagonal"),
    )


def _unrated(books: Books, period: tuple[int, int]) -> Iterable[Problem]:
    """Foreign balances of monetary accounts, per currency."""
    frame: pl.DataFrame = balances(books, period=period, measures=("fx",))
    frame = frame.filter(
        (pl.col("currency") != books.entity.base_currency) & (pl.col("fx_closing") != 0)
    )
    tree = account_tree(open_frames(books))
    codes = frame["account"].unique()
    monetary = [code for code in codes if tree.role(code) in MONETARY_ROLES]
    frame = frame.filter(pl.col("account").is_in(monetary))
    sums = frame.group_by("currency").agg(pl.col("fx_closing").sum()).sort("currency")
    for currency, amount in sums.iter_rows():
        yield NOT_RATED.at(Place(), currency, amount=f"{amount:,.2f}")

"""Correction of posted vouchers: a red copy cancels, a blue copy books what is right.

会计基础工作规范 art. 51(5): in the same year a red voucher 注销某月某日某号凭证 and a blue one
订正某月某日某号凭证; where only an amount is wrong a voucher over the difference; an error of an
earlier year is corrected by a blue voucher alone.
"""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.model.voucher import Line, Voucher
from kamcore.place import Place

__all__ = ["Correction", "corrected", "difference_voucher", "find_corrections", "red_copy"]

OTHER_ACCOUNTS = Fault(
    code="L1411",
    zh="{value} 的科目也不同, 不能用补差凭证, 应红字冲销后订正",
    en="{value} differs in accounts too: cancel it in red and book it anew",
)

_SAID = re.compile(r"(注销|订正)(\d{1,2})月(\d{1,2})日(\S*?)-?(\d+)号凭证")


@attrs.frozen(kw_only=True)
class Correction:
    """A voucher that says it corrects another: `kind` is ``red`` or ``blue``."""

    kind: str
    voucher: Voucher
    month: int
    day: int
    word: str
    number: int


def red_copy(voucher: Voucher, date: dt.date) -> Voucher:
    """The same voucher in red: every amount negative on its own side.

    Raises:
        ValueError: the voucher has no date or number to be named by.
    """
    said = _said("注销", voucher)
    return _fresh(voucher, date, tuple(_turned(line, said) for line in voucher.lines))


def corrected(
    wrong: Voucher, right: Iterable[Line], date: dt.date
) -> tuple[Voucher | None, Voucher]:
    """The red and the blue voucher that correct one; no red one for an earlier year.

    Raises:
        ValueError: the wrong voucher has no date or number to be named by.
    """
    said = _said("订正", wrong)
    lines = tuple(attrs.evolve(line, summary=said, line_no=None) for line in right)
    blue = _fresh(wrong, date, lines)
    earlier = wrong.date is not None and wrong.date.year < date.year
    return (None if earlier else red_copy(wrong, date)), blue


def difference_voucher(wrong: Voucher, right: Iterable[Line], date: dt.date) -> Voucher:
    """A voucher over the difference, where only amounts were wrong; red where less is right.

    Raises:
        UsageError: accounts or members differ too.
        ValueError: the wrong voucher has no date or number to be named by.
    """
    said, fixed = _said("订正", wrong), tuple(right)
    pairs = list(zip(wrong.lines, fixed, strict=False))
    same = all(a.account == b.account and dict(a.aux) == dict(b.aux) for a, b in pairs)
    if len(wrong.lines) != len(fixed) or not same:
        raise UsageError(OTHER_ACCOUNTS.at(Place(), _name(wrong)))
    lines = tuple(
        attrs.evolve(
            after,
            summary=said,
            line_no=None,
            debit=after.debit - before.debit,
            credit=after.credit - before.credit,
            fx_debit=_less(after.fx_debit, before.fx_debit),
            fx_credit=_less(after.fx_credit, before.fx_credit),
            quantity=_less(after.quantity, before.quantity),
        )
        for before, after in pairs
        if (after.debit, after.credit) != (before.debit, before.credit)
    )
    return _fresh(wrong, date, lines)


def find_corrections(vouchers: Iterable[Voucher]) -> list[Correction]:
    """Vouchers whose summaries say that they correct another."""
    found = []
    for voucher in vouchers:
        said = next((m for line in voucher.lines if (m := _SAID.search(line.summary or ""))), None)
        if said is not None:
            kind = "red" if said[1] == "注销" else "blue"
            found.append(
                Correction(
                    kind=kind,
                    voucher=voucher,
                    month=int(said[2]),
                    day=int(said[3]),
                    word=said[4],
                    number=int(said[5]),
                )
            )
    return found


def _name(voucher: Voucher) -> str:
    if voucher.date is None or voucher.number is None:
        raise ValueError("a voucher is named by its date and number")
    word = f"{voucher.word}-" if voucher.word else ""
    return f"{voucher.date.month}月{voucher.date.day}日{word}{voucher.number}号凭证"


def _said(verb: str, voucher: Voucher) -> str:
    return f"{verb}{_name(voucher)}"


def _fresh(voucher: Voucher, date: dt.date, lines: tuple[Line, ...]) -> Voucher:
    return Voucher(date=date, word=voucher.word, status="draft", lines=lines)


def _turned(line: Line, said: str) -> Line:
    return attrs.evolve(
        line,
        summary=said,
        line_no=None,
        debit=-line.debit if line.debit else line.debit,
        credit=-line.credit if line.credit else line.credit,
        fx_debit=_less(None, line.fx_debit),
        fx_credit=_less(None, line.fx_credit),
        quantity=_less(None, line.quantity),
    )


def _less(amount: Decimal | None, other: Decimal | None) -> Decimal | None:
    if amount is None and other is None:
        return None
    return (amount or Decimal(0)) - (other or Decimal(0))

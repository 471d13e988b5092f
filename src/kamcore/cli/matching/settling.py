"""``kamcore settle``: what a settlement leaves to be booked, as drafts of vouchers."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import attrs

from kamcore.books import Books
from kamcore.cli.matching.match_asking import Request, match_options
from kamcore.cli.matching.matched import Matched, matched, with_applications
from kamcore.cli.shell import grammar
from kamcore.cli.shell.drafts import Drafting, as_json, drafts_options, ready, save, show
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH, pairs
from kamcore.cli.shell.screen import Screen, needs_a_look
from kamcore.errors import Problem, UsageError
from kamcore.matching.settlement.booking import with_names
from kamcore.matching.settlement.receipt_vouchers import (
    ReceiptDraft,
    bank_of,
    receipt_books,
    receipt_drafts,
)
from kamcore.matching.settlement.settled import settled_books
from kamcore.matching.settlement.settling import (
    SettlementAccounts,
    SettlementDraft,
    settlement_drafts,
)
from kamcore.pipeline.atomic import EXISTS
from kamcore.pipeline.drafting import draft_books
from kamcore.pipeline.writing import write
from kamcore.place import Place

NATIVE = "native"


@attrs.frozen(kw_only=True)
class Booking:
    """What is asked about the books, and about receipts they do not hold."""

    booked: Path | None = None
    bank: str | None = None
    bank_member: tuple[str, ...] = ()


@grammar.command(
    "settle",
    zh="核销之后要记的账: 短付差额按原因转入各自科目, 已实现汇兑损益; 加 --bank 时还有银行流水上"
    "尚未入账的收付款。只显示凭证草稿; 加 --drafts 写成可引入的文件。"
    "用 --replay 结算已保存的决定。",
    en="Draft what matching leaves to be booked: short payments to the account of their reason, "
    "realised exchange differences, and with --bank the receipts of a statement that the books "
    "do not hold.  Drafts are only shown; --drafts writes a file to import, --replay settles "
    "saved decisions.",
)
@match_options
@drafts_options("-o")
@option(
    "--books",
    "booked",
    type=PATH,
    metavar="OUT",
    zh="写出记入草稿, 带全部核销记录的账套 (kamcore 原生格式), 账龄随之两清",
    en="Write the books with the drafts booked and all applications (native format), so that "
    "ageing has nothing left of what is settled.",
)
@option(
    "--bank",
    metavar="ACCOUNT",
    zh="银行科目: 为流水上尚未入账, 已核销的收付款制证 (借银行, 贷往来)",
    en="Bank account: draft vouchers for settled receipts of the statement that are not booked.",
)
@option(
    "--bank-member",
    multiple=True,
    metavar="DIMENSION=CODE",
    zh="银行科目的核算项目, 可多次给出, 如 bank_account=B01",
    en="Auxiliary item of the bank account, may be repeated, such as bank_account=B01.",
)
@option("--force", is_flag=True, zh="覆盖已有的文件", en="Replace an existing file.")
def command(screen: Screen, **asked: Any) -> int:
    """Match or replay, then draft."""
    drafting, booking = _part(Drafting, asked), _part(Booking, asked)
    own = {field.name for kind in (Drafting, Booking) for field in attrs.fields(kind)}
    request = Request(**{name: value for name, value in asked.items() if name not in own})
    ready(drafting)
    booked = booking.booked
    if booked is not None and booked.exists() and not drafting.force:
        raise UsageError(EXISTS.at(Place(file=str(booked)), booked))
    found = matched(screen, request)
    drafts, problems = _drafts(found, booking)
    books = found.items.books or found.receipts.books
    chart = books if books is not None else Books()
    if booked is not None:
        after = _books(found, booking, drafts, drafting.preparer)
        write(after, booked, NATIVE, force=drafting.force)
    waiting = sorted(_listed(found, booking) - _booked(drafts))
    problems = (*found.problems, *problems)
    if screen.is_json:
        written = save(screen, drafts, chart, drafting)
        said: dict[str, Any] = {"policy": found.matching.policy.describe()}
        said |= {"drafts": as_json(drafts), "not_booked": waiting}
        said |= {"books": str(booked)} if booked is not None else {}
        said["problems"] = [problem.to_json(screen.lang) for problem in problems]
        screen.emit({**said, **written})
    else:
        screen.line(f"{request.items}: 核销结算", f"{request.items}: settlement", bold=True)
        show(screen, drafts, chart)
        if waiting:
            _say_waiting(screen, waiting, booking)
        save(screen, drafts, chart, drafting)
        if booked is not None:
            screen.line(f"  已写 {booked}", f"  wrote {booked}")
        screen.problems(problems, 3)
    return int(bool(waiting) or needs_a_look(problems))


def _part(kind: Any, asked: dict[str, Any]) -> Any:
    names = {field.name for field in attrs.fields(kind)}
    return kind(**{name: value for name, value in asked.items() if name in names})


def _listed(found: Matched, booking: Booking) -> frozenset[str]:
    """Receipts that no books hold: those of a statement, all where there are only lists."""
    if booking.bank is None or found.items.books or found.receipts.books:
        return found.listed
    documents = found.matching.documents
    return frozenset(documents.filter(~documents["is_item"])["id"])


def _booked(drafts: Iterable[SettlementDraft]) -> set[str]:
    """Receipts of the statement that the drafts book."""
    receipts = (one.receipts for one in drafts if isinstance(one, ReceiptDraft))
    return {name for part in receipts for name, _ in part}


def _say_waiting(screen: Screen, waiting: Sequence[str], booking: Booking) -> None:
    many = len(waiting)
    if booking.bank is None:
        screen.line(
            f"  流水上 {many} 笔收付款账套中没有; --bank 科目 为其中已核销的制证",
            f"  the books lack {many} receipts of the statement; --bank drafts those settled",
        )
    else:
        screen.line(
            f"  流水上还有 {many} 笔收付款未核销, 未制证; 见 kamcore match",
            f"  {many} receipts of the statement settle nothing yet and have no voucher; "
            "see kamcore match",
        )


def _drafts(
    found: Matched, booking: Booking
) -> tuple[tuple[SettlementDraft, ...], tuple[Problem, ...]]:
    books = found.items.books or found.receipts.books
    matching = found.matching
    settled = settlement_drafts(
        matching.automatic,
        matching.documents,
        SettlementAccounts.of(books, matching.policy.accounts),
        base_currency=found.base_currency,
    )
    if booking.bank is None:
        return settled, ()
    return receipt_drafts(
        matching.automatic,
        matching.documents,
        _listed(found, booking),
        bank_of(books, booking.bank, pairs(booking.bank_member, "--bank-member")),
        settlements=settled,
        base_currency=found.base_currency,
    )


def _books(
    found: Matched,
    booking: Booking,
    drafts: tuple[SettlementDraft, ...],
    preparer: str | None,
) -> Books:
    """The books with the drafts booked and everything applied."""
    made = None if booking.bank is None else _booked(drafts)
    held = with_applications(found, booking.booked or Path(), booked=made)
    added = draft_books(drafts, held, preparer=preparer)
    if made:
        return receipt_books(held, drafts, added, found.matching.documents)
    return with_names(settled_books(held, drafts, added), added)

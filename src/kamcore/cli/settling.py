"""``kamcore settle``: what a settlement leaves to be booked, as drafts of vouchers."""

from pathlib import Path
from typing import Any

import attrs

from kamcore.books import Books
from kamcore.cli import grammar
from kamcore.cli.drafts import Drafting, as_json, drafts_options, ready, save, show
from kamcore.cli.grammar import option
from kamcore.cli.matched import Request, match_options, matched, with_applications
from kamcore.cli.options import PATH
from kamcore.cli.screen import Screen, needs_a_look
from kamcore.errors import UsageError
from kamcore.matching.settled import settled_books
from kamcore.matching.settling import SettlementAccounts, settlement_drafts
from kamcore.pipeline.atomic import EXISTS
from kamcore.pipeline.drafting import draft_books
from kamcore.pipeline.writing import write
from kamcore.place import Place

NATIVE = "native"


@grammar.command(
    "settle",
    zh="核销之后要记的账: 短付差额按原因转入各自科目, 已实现汇兑损益。只显示凭证草稿; 加 --drafts "
    "写成可引入的文件。用 --replay 结算已保存的决定。",
    en="Draft what matching leaves to be booked: short payments to the account of their reason, "
    "and realised exchange differences.  Drafts are only shown; --drafts writes a file to "
    "import, --replay settles saved decisions.",
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
@option("--force", is_flag=True, zh="覆盖已有的文件", en="Replace an existing file.")
def command(screen: Screen, booked: Path | None, **asked: Any) -> int:
    """Match or replay, then draft."""
    names = {field.name for field in attrs.fields(Drafting)}
    drafting = Drafting(**{name: value for name, value in asked.items() if name in names})
    request = Request(**{name: value for name, value in asked.items() if name not in names})
    ready(drafting)
    if booked is not None and booked.exists() and not drafting.force:
        raise UsageError(EXISTS.at(Place(file=str(booked)), booked))
    found = matched(screen, request)
    books = found.items.books or found.receipts.books
    matching = found.matching
    drafts = settlement_drafts(
        matching.automatic,
        matching.documents,
        SettlementAccounts.of(books, matching.policy.accounts),
        base_currency=found.base_currency,
    )
    chart = books if books is not None else Books()
    if booked is not None:
        made = draft_books(drafts, chart, preparer=drafting.preparer)
        whole = settled_books(with_applications(found, booked), drafts, made)
        write(whole, booked, NATIVE, force=drafting.force)
    if screen.is_json:
        written = save(screen, drafts, chart, drafting)
        problems = [problem.to_json(screen.lang) for problem in found.problems]
        said = {"policy": matching.policy.describe(), "drafts": as_json(drafts)}
        said |= {"books": str(booked)} if booked is not None else {}
        screen.emit({**said, "problems": problems, **written})
    else:
        screen.line(f"{request.items}: 核销结算", f"{request.items}: settlement", bold=True)
        show(screen, drafts, chart)
        save(screen, drafts, chart, drafting)
        if booked is not None:
            screen.line(f"  已写 {booked}", f"  wrote {booked}")
    return int(needs_a_look(found.problems))

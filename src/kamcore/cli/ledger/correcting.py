"""``kamcore correct``: a posted voucher cancelled in red, and booked anew in blue."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.books import Books
from kamcore.cli.shell import grammar
from kamcore.cli.shell.asking import force_option
from kamcore.cli.shell.drafts import Drafting, as_json, drafts_options, ready, save, show
from kamcore.cli.shell.figures import show_problems
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH, pairs, read_options, source_format
from kamcore.cli.shell.screen import Screen, needs_a_look
from kamcore.errors import Fault, UsageError
from kamcore.ledger.correction import corrected
from kamcore.ledger.draft import Draft, DraftLine
from kamcore.model.voucher import Line, Voucher
from kamcore.pipeline import read
from kamcore.place import Place

NO_VOUCHER = Fault(
    code="U2121",
    zh="账里没有凭证「{value}」",
    en="the books have no voucher {value!r}",
    hint_zh="写作 期间/字-号, 如 2026-03/记-12",
    hint_en="write it as period/word-number, such as 2026-03/记-12",
)

_NAME = re.compile(r"(\d{4})-(\d{1,2})/(\S*?)-?(\d+)")


@attrs.frozen(kw_only=True)
class Request:
    """What a correction is asked."""

    voucher: str
    date: dt.datetime
    blue: bool = False
    drafts: Path | None = None
    to: str | None = None
    preparer: str | None = None
    force: bool = False
    source_format: str | None = None
    read_options: tuple[str, ...] = ()


@grammar.command(
    "correct",
    zh="更正已记账凭证: 生成红字凭证 (注销某月某日某号凭证), --blue 再给出内容相同的蓝字凭证供改正"
    " (订正某月某日某号凭证)。以前年度的错误只用蓝字。",
    en="Correct a posted voucher of FILE: a red copy that cancels it and, with --blue, a blue one "
    "with the same lines to be put right. An error of an earlier year takes a blue one alone.",
)
@click.argument("file", type=PATH)
@option(
    "--voucher",
    required=True,
    metavar="NAME",
    zh="要更正的凭证, 如 2026-03/记-12",
    en="The voucher to correct, such as 2026-03/记-12.",
)
@option(
    "--date",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    zh="更正凭证的日期",
    en="The date of the correction.",
)
@option("--blue", is_flag=True, zh="同时给出蓝字凭证", en="Give the blue voucher too.")
@drafts_options("-o")
@force_option
@read_options
@source_format
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Draft a correction."""
    request = Request(**asked)
    drafting = Drafting.of(request)
    ready(drafting)
    options = pairs(request.read_options, "--option")
    reading = read(file, request.source_format, options=options)
    wrong = _found(reading.books, request.voucher)
    red, blue = corrected(wrong, wrong.lines, request.date.date())
    made = [one for one in (red, blue if request.blue or red is None else None) if one]
    written = save(screen, made, reading.books, drafting)
    drafts = [_as_draft(one) for one in made]
    if screen.is_json:
        problems = [problem.to_json(screen.lang) for problem in reading.problems]
        said = {"corrects": request.voucher, "drafts": as_json(drafts)}
        screen.emit({**said, "problems": problems, **written})
    else:
        screen.line(
            f"{file}: 更正 {request.voucher}", f"{file}: correct {request.voucher}", bold=True
        )
        show(screen, drafts, reading.books)
        show_problems(screen, reading, file)
    return int(needs_a_look(reading.problems))


def _found(books: Books, name: str) -> Voucher:
    """The voucher of a name.

    Raises:
        UsageError: there is none, or more than one.
    """
    parts = _NAME.fullmatch(name)
    heads = books.vouchers.clear()
    if parts is not None:
        year, period, word, number = parts.groups()
        heads = books.vouchers.filter(
            (pl.col("year") == int(year))
            & (pl.col("period") == int(period))
            & (pl.col("word").fill_null("") == word)
            & (pl.col("number") == int(number))
        )
    if heads.height != 1 or heads["date"].null_count():
        raise UsageError(NO_VOUCHER.at(Place(), name))
    lines = books.lines.filter(pl.col("voucher_id") == heads["voucher_id"][0])
    return next(books.replace(vouchers=heads, lines=lines).iter_vouchers())


def _as_draft(voucher: Voucher) -> Draft:
    """A voucher as drafts are shown."""
    lines = tuple(_line(line) for line in voucher.lines)
    said = voucher.lines[0].summary if voucher.lines else ""
    date = voucher.date or dt.date.min
    return Draft(
        date=date, word=voucher.word or "", lines=lines, reason=said or "", rule="correction"
    )


def _line(line: Line) -> DraftLine:
    return DraftLine(
        account=line.account or "",
        summary=line.summary or "",
        debit=line.debit,
        credit=line.credit,
        currency=line.currency,
        fx_amount=line.fx_debit if line.debit else line.fx_credit,
        rate=line.rate,
        aux=line.aux,
    )

"""Drafts on the command line: a table, JSON, and a file another system can import.

A command that proposes vouchers takes the options of `drafts_options`, makes a `Drafting` of its
request, calls `ready` before it reads anything, and then either::

    show(screen, drafts, books)              # the table, for a person
    said |= {"drafts": as_json(drafts)}      # the key of --json
    said |= save(screen, drafts, books, request)      # writes the file where one is asked for

Nothing is written unless ``--drafts OUT`` is given: showing is the dry run.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import click

from kamcore.books import Books
from kamcore.cli.shell.faults import MISSING
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, money, width
from kamcore.errors import UsageError
from kamcore.ledger.draft import Draft
from kamcore.model.chart import detect_family, lookup
from kamcore.model.voucher import Voucher
from kamcore.pipeline.atomic import EXISTS
from kamcore.pipeline.drafting import write_drafts
from kamcore.place import Place
from kamcore.plugin import registry

__all__ = ["Drafting", "as_json", "drafts_options", "ready", "save", "show"]

NATIVE = "native"


@attrs.frozen(kw_only=True)
class Drafting:
    """What every command that drafts vouchers is asked about them."""

    drafts: Path | None = None
    to: str | None = None
    preparer: str | None = None
    force: bool = False

    @classmethod
    def of(cls, request: Any) -> "Drafting":
        """The part of a request that is about drafts, whatever else it holds."""
        names = [field.name for field in attrs.fields(cls)]
        return cls(**{name: getattr(request, name) for name in names})


def drafts_options(
    *short: str, to: str = "--to"
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options of `Drafting`, but ``--force``, which `shared_options` has.

    `short` are further names of ``--drafts``, such as ``-o`` where the drafts are all there is
    to write; `to` names the option of the format where ``--to`` is the end of a period.
    """

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        preparer = option(
            "--preparer", metavar="NAME", zh="草稿的制单人", en="Preparer of the drafts."
        )
        target = option(
            to,
            "to",
            metavar="FORMAT",
            zh="草稿写成的格式, 见 kamcore formats",
            en="Format of the drafts; see kamcore formats.",
        )
        drafts = option(
            *short,
            "--drafts",
            "drafts",
            type=PATH,
            metavar="OUT",
            zh="把凭证草稿写成可引入的文件; 不给时只显示",
            en="Write the drafts as a file that can be imported; else they are only shown.",
        )
        for add in (preparer, target, drafts):
            function = add(function)
        return function

    return wrap


def ready(asked: Drafting) -> None:
    """Refuse drafts that could not be written, before anything is read.

    Raises:
        UsageError: the file exists and is not to be replaced, no format is named for it, or the
            format does not exist.
    """
    if asked.drafts is None:
        return
    place = Place(file=str(asked.drafts))
    if asked.drafts.exists() and not asked.force:
        raise UsageError(EXISTS.at(place, asked.drafts))
    registry().format(_format(asked))


def as_json(drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """The drafts as ``--json`` prints them."""
    return [draft.to_json() for draft in drafts]


def save(
    screen: Screen, drafts: Sequence[Draft | Voucher], books: Books, asked: Drafting
) -> dict[str, Any]:
    """Write the drafts where a file is asked for, and give the keys that ``--json`` adds.

    A note says what was written; without drafts nothing is written, and the note says so.

    Raises:
        UsageError: the file exists and is not to be replaced, or cannot be written.
        LossRefused: the format cannot take a draft as it is.
        PluginError: the file does not read back as it was written.
    """
    if asked.drafts is None:
        return {}
    if not drafts:
        screen.note("  没有需要写的凭证草稿", "  there are no drafts to write")
        return {"written": None}
    written = write_drafts(
        drafts,
        books,
        asked.drafts,
        _format(asked),
        preparer=asked.preparer,
        force=asked.force,
    )
    numbers = [f"{one.word}-{one.number}" for one in written.vouchers]
    said, many = ", ".join(numbers), "s" if len(numbers) > 1 else ""
    screen.note(
        f"  已写 {asked.drafts} ({written.format}): 草稿 {len(numbers)} 张, {said}, 已复核",
        f"  wrote {asked.drafts} ({written.format}): {len(numbers)} draft{many}, {said}, proved",
    )
    losses = [loss.to_json() for loss in written.losses]
    return {
        "written": {
            "path": str(asked.drafts),
            "format": written.format,
            "vouchers": numbers,
            "losses": losses,
        }
    }


def show(screen: Screen, drafts: Sequence[Draft], books: Books) -> None:
    """Print the drafts as vouchers: account with its name, members, debit, credit."""
    if not drafts:
        screen.line("  没有需要制作的凭证", "  no voucher to book")
        return
    names, base = _names(books, drafts), books.entity.base_currency
    for draft in drafts:
        screen.line()
        said = draft.reason or draft.rule
        screen.line(
            f"  凭证草稿 {draft.date} {draft.word}: {said}",
            f"  draft {draft.date} {draft.word}: {said}",
            bold=True,
        )
        screen.table(_rows(screen, draft, names, base), indent="    ")


def _rows(screen: Screen, draft: Draft, names: dict[str, str], base: str) -> list[list[str]]:
    heads = [
        screen.say(zh, en)
        for zh, en in (("摘要", "summary"), ("科目", "account"), ("借方", "debit"))
    ]
    heads.append(screen.say("贷方", "credit"))
    body = []
    for line in draft.lines:
        members = " ".join(f"{key}={code}" for key, code in line.aux.items())
        account = " ".join(filter(None, (line.account, names.get(line.account), members)))
        foreign = line.currency not in (None, base) and line.rate is not None
        currency = f" [{line.currency}]" if foreign else ""
        body.append([line.summary, account + currency, _side(line.debit), _side(line.credit)])
    total = sum((line.debit for line in draft.lines), Decimal(0))
    other = sum((line.credit for line in draft.lines), Decimal(0))
    body.append([screen.say("合计", "total"), "", money(total), money(other)])
    rows = [heads, *body]
    for at in (2, 3):
        wide = max(width(row[at]) for row in rows)
        for row in rows:
            row[at] = " " * (wide - width(row[at])) + row[at]
    return rows


def _side(amount: Decimal) -> str:
    return money(amount) if amount else ""


def _names(books: Books, drafts: Sequence[Draft]) -> dict[str, str]:
    """Names of the accounts of drafts: from the books, else from the chart they follow."""
    listed = dict(books.accounts.select("code", "name").iter_rows())
    family = detect_family(listed).family or "ASBE"
    found = {}
    for code in {line.account for draft in drafts for line in draft.lines}:
        known = lookup(code, family, books.entity.scheme)
        name = listed.get(code) or (known.name if known is not None else None)
        if name:
            found[code] = name
    return found


def _format(asked: Drafting) -> str:
    if asked.to is not None:
        return asked.to
    path = asked.drafts
    if path is not None and path.suffix.lower() in registry().format(NATIVE).suffixes:
        return NATIVE
    command = click.get_current_context().command_path
    raise UsageError(MISSING.at(Place(), "--to", command=command))

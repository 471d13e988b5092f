"""``kamcore age``: what is open on an account, by age, as of a date."""

import datetime as dt
from pathlib import Path
from typing import Any

import attrs
import click

from kamcore.cli import grammar
from kamcore.cli.figures import (
    Asked,
    Table,
    beside,
    by_option,
    decimals,
    emit,
    give,
    keys_in_order,
    members_of,
    opened,
    shared_options,
    show_problems,
    spelled,
    spelled_one,
    split,
    with_names,
)
from kamcore.cli.grammar import option
from kamcore.cli.options import PATH
from kamcore.cli.screen import Screen, money, needs_a_look
from kamcore.format import Reading
from kamcore.ledger.ageing import Ageing, age
from kamcore.ledger.buckets import Buckets
from kamcore.ledger.policy import AgeingPolicy

BAR = 30
"""Width of the longest bar, in columns."""


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What an ageing is asked to hold."""

    account: str
    as_of: dt.datetime
    by: str = ""
    buckets: str = ""
    basis: str = "document"
    credits: str = "apart"


@grammar.command(
    "age",
    zh="账龄分析: 截至某日未结清的款项, 按账龄分段, 本位币。没有核销记录时按先进先出。",
    en="Age what is open on an account of FILE as of a date, in base currency; first in first "
    "out where nothing says what settles what.",
)
@click.argument("file", type=PATH)
@option(
    "--account",
    required=True,
    metavar="CODES",
    zh="科目及其下级, 用逗号分开, 如 1122",
    en="Accounts with those below them, separated by commas, such as 1122.",
)
@by_option
@option(
    "--as-of",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    zh="截止日, 如 2026-03-31",
    en="The date to age as of, such as 2026-03-31.",
)
@option(
    "--buckets",
    default="30,60,90,180,365",
    show_default=True,
    metavar="BOUNDS",
    zh="账龄界限: 天数, 6m (月) 或 1y (年), 由小到大",
    en="Bounds of age, rising: days, 6m (months) or 1y (years).",
)
@option(
    "--basis",
    type=click.Choice(["document", "due", "voucher"]),
    default="document",
    show_default=True,
    zh="账龄从哪天算起: 单据日期, 到期日, 凭证日期",
    en="The date an item ages by.",
)
@option(
    "--credits",
    type=click.Choice(["apart", "net", "reclassify"]),
    default="apart",
    show_default=True,
    zh="多收的款: 单独列示, 冲抵, 或重分类至预收",
    en="Receipts beyond the items: apart, net, or reclassified to advances.",
)
@shared_options
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Print an ageing."""
    request = Request(**asked)
    buckets = Buckets.of(split(request.buckets))
    reading = opened(file, request)
    by = split(request.by)
    found = age(
        reading.books,
        as_of=request.as_of.date(),
        account=split(request.account),
        by=by,
        buckets=buckets,
        policy=AgeingPolicy(basis=request.basis, credits=request.credits),
    )
    keys = keys_in_order(found.keys, by)
    frame = with_names(found.to_polars().sort(keys), keys, reading)
    found = attrs.evolve(found, frame=frame)
    table = _table(screen, found, keys, buckets, reading)
    if screen.is_json:
        emit(screen, reading, table, request, _as_json(found, keys, reading))
    else:
        _show(screen, file, found, table, request)
        show_problems(screen, reading, file)
    return int(needs_a_look(reading.problems))


def _table(
    screen: Screen, found: Ageing, keys: list[str], buckets: Buckets, reading: Reading
) -> Table:
    shown = found.frame.select(*beside(keys), *found.columns, "items")
    word = {keys[0]: screen.say("合计", "total")}
    footer = {**word, **found.totals(), "items": int(shown["items"].sum())}
    return Table(
        title=("账龄分析", "ageing"),
        frame=shown,
        footer=footer,
        headings=dict(zip(found.labels, buckets.labels(screen.lang), strict=True)),
        decimals=decimals(reading),
    )


def _as_json(found: Ageing, keys: list[str], reading: Reading) -> dict[str, Any]:
    places = decimals(reading)
    rest = ("not_due", "credits", "total")
    rows = [
        {
            "account": row["account"],
            "account_name": row["account_name"],
            "member": members_of(row, keys),
            "currency": row["currency"],
            "amounts": [row[label] for label in found.labels],
            **{name: row[name] for name in rest},
            "items": row["items"],
        }
        for row in spelled(found.frame, places).iter_rows(named=True)
    ]
    totals = {name: spelled_one(value, places) for name, value in found.totals().items()}
    return {
        "as_of": found.policy["as_of"],
        "policy": {**found.policy, "base_currency": reading.books.entity.base_currency},
        "buckets": list(found.labels),
        "rows": rows,
        "totals": {
            "amounts": [totals[label] for label in found.labels],
            **{name: totals[name] for name in rest},
        },
    }


def _show(screen: Screen, file: Path, found: Ageing, table: Table, request: Request) -> None:
    policy = AgeingPolicy(basis=request.basis, credits=request.credits)
    day = found.policy["as_of"]
    screen.line(
        f"{file}: {request.account} 账龄, 截至 {day}",
        f"{file}: ageing of {request.account} as of {day}",
        bold=True,
    )
    screen.line(f"  {policy.text('zh')}", f"  {policy.text('en')}")
    give(screen, table, request)
    if table.frame.height:
        _bars(screen, found, table)


def _bars(screen: Screen, found: Ageing, table: Table) -> None:
    """One bar per bucket over all rows, the longest for the largest amount."""
    totals = found.totals()
    heads = dict(zip(table.frame.columns, table.heads(screen.lang), strict=True))
    parts = [name for name in (*found.labels, "not_due", "credits") if name in heads]
    most = max(abs(totals[name]) for name in parts)
    whole = totals["total"]
    texts = [money(totals[name]) for name in parts]
    wide = max(map(len, texts))
    screen.line()
    rows = []
    for name, text in zip(parts, texts, strict=True):
        amount = totals[name]
        long = int(BAR * abs(amount) / most + (amount != 0)) if most else 0
        share = f"{100 * amount / whole:.1f}%" if whole else ""
        bar = ("█" if amount > 0 else "░") * min(BAR, long)
        rows.append([heads[name], text.rjust(wide), share.rjust(6), bar])
    screen.table(rows)

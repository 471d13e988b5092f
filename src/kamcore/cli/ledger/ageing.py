"""``kamcore age``: what is open on an account, by age, as of a date."""

import datetime as dt
from pathlib import Path
from typing import Any

import attrs
import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.asking import (
    Asked,
    account_option,
    as_of_option,
    by_option,
    measure_option,
    opened,
    shared_options,
    split,
)
from kamcore.cli.shell.figures import (
    Answer,
    Table,
    answer,
    bars,
    decimals,
    members_of,
    spelled,
    spelled_one,
)
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen
from kamcore.format import Reading
from kamcore.ledger.ageing import Ageing, age
from kamcore.ledger.buckets import Buckets
from kamcore.ledger.policy import AgeingPolicy
from kamcore.reports.ageing import AgeingQuestion, ageing_report
from kamcore.reports.naming import beside, keys_in_order, with_names


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What an ageing is asked to hold."""

    account: str
    as_of: dt.datetime
    by: str = ""
    buckets: str = ""
    basis: str = "document"
    credits: str = "apart"
    measure: str = "base"

    def question(self) -> AgeingQuestion:
        """The same as the ledger and the report are asked it.

        Raises:
            UsageError: a bound cannot be read.
        """
        return AgeingQuestion(
            account=split(self.account),
            as_of=self.as_of.date(),
            by=split(self.by),
            buckets=Buckets.of(split(self.buckets)),
            policy=AgeingPolicy(basis=self.basis, credits=self.credits, measure=self.measure),
        )


@grammar.command(
    "age",
    zh="账龄分析: 截至某日未结清的款项, 按账龄分段。没有核销记录时按先进先出。",
    en="Age what is open on an account of FILE as of a date; first in first "
    "out where nothing says what settles what.",
)
@click.argument("file", type=PATH)
@account_option(
    "科目及其下级, 用逗号分开, 如 1122",
    "Accounts with those below them, separated by commas, such as 1122.",
    required=True,
)
@by_option
@as_of_option
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
@measure_option("base", "fx")
@shared_options
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Print an ageing."""
    request = Request(**asked)
    question = request.question()
    reading = opened(file, request)
    found = age(
        reading.books,
        as_of=question.as_of,
        account=question.account,
        by=question.by,
        buckets=question.buckets,
        policy=question.policy,
    )
    keys = keys_in_order(found.keys, question.by)
    frame = found.to_polars().sort(keys)
    found = attrs.evolve(found, frame=with_names(frame, keys, reading.books))
    table = _table(screen, found, keys, question.buckets, reading)
    policy = question.policy
    answered = Answer(
        title=(
            f"{file}: {request.account} 账龄, 截至 {question.as_of}",
            f"{file}: ageing of {request.account} as of {question.as_of}",
        ),
        small=((policy.text("zh"), policy.text("en")),),
        table=table,
        said=_as_json(found, keys, reading),
        sheets=lambda: ageing_report(reading.books, question, screen.lang),
        more=lambda shown: _bars(shown, found, table),
    )
    return answer(screen, file, reading, request, answered)


def _mixed(found: Ageing) -> bool:
    """True where rows cannot be added up: several currencies in their own amounts."""
    return bool(found.policy["measure"] == "fx" and found.frame["currency"].n_unique() > 1)


def _table(
    screen: Screen, found: Ageing, keys: list[str], buckets: Buckets, reading: Reading
) -> Table:
    shown = found.frame.select(*beside(keys), *found.columns, "items")
    word = {keys[0]: screen.say("合计", "total")}
    footer = {**word, **found.totals(), "items": int(shown["items"].sum())}
    return Table(
        frame=shown,
        footer={} if _mixed(found) else footer,
        headings=dict(zip(found.labels, buckets.labels(screen.lang), strict=True)),
        decimals=decimals(reading),
    )


def _as_json(found: Ageing, keys: list[str], reading: Reading) -> dict[str, Any]:
    base = decimals(reading)
    places = base if found.policy["measure"] == "base" else None
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
    # Amounts of several currencies have no total.
    mixed = _mixed(found)
    sums = found.totals().items()
    totals = {name: None if mixed else spelled_one(value, base) for name, value in sums}
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


def _bars(screen: Screen, found: Ageing, table: Table) -> None:
    """One bar per bucket over all rows, the longest for the largest amount."""
    if _mixed(found) or not found.frame.height:
        return
    totals = found.totals()
    heads = dict(zip(table.frame.columns, table.heads(screen.lang), strict=True))
    parts = [(heads[name], totals[name]) for name in (*found.labels, "not_due", "credits")]
    bars(screen, parts, totals["total"])

"""``kamcore order invoices``: invoiced prices against agreed ones."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, money, needs_a_look
from kamcore.cli.trade.trading import (
    SHOWN,
    Writing,
    day_option,
    forms_argument,
    opened_forms,
    problems_json,
    save,
    writing_options,
)
from kamcore.ledger.draft import money_text
from kamcore.pipeline import read
from kamcore.pipeline.price_file import prices_of, sales_of
from kamcore.pricing import booked_sales, invoice_check, sales_frame
from kamcore.pricing.telling import price_text
from kamcore.reports.sheets import SUM, Column, Line, Listing, Sheet, Title


@attrs.frozen(kw_only=True)
class Request(Writing):
    """What invoices are checked for."""

    books: Path | None = None
    as_of: dt.datetime | None = None


@grammar.command(
    "invoices",
    zh="开票价格核对: 每笔开票金额与当日 (或指定日) 约定价格的差异。",
    en="Check invoices: what was invoiced against the agreed price of the day, or of another.",
)
@forms_argument
@option("--books", type=PATH, metavar="FILE", zh="从账里取开票", en="Take invoices from books.")
@day_option("--as-of", zh="按这一天的约定价格; 缺省为开票日", en="Agreed prices of this day.")
@writing_options
def command(screen: Screen, forms: tuple[Path, ...], **asked: Any) -> int:
    """Print the variances."""
    request = Request(**asked)
    held = opened_forms(forms, request)
    prices = prices_of(held)
    sales = sales_frame(sales_of(held))
    if request.books is not None:
        sales = booked_sales(read(request.books).books)
    on = request.as_of.date() if request.as_of else None
    found = invoice_check(sales, prices, on)
    written = save(screen, [_sheet(screen, found.frame, on)], request)
    problems = (*held.problems, *found.problems)
    wrong = found.frame.filter(pl.col("variance") != 0)
    total = found.frame.select(pl.col("variance").sum()).item() or Decimal(0)
    if screen.is_json:
        said: dict[str, Any] = {"as_of": on.isoformat() if on else None}
        said["rows"] = [_row(row) for row in found.frame.iter_rows(named=True)]
        said["totals"] = {"variance": money_text(total)}
        screen.emit({**said, **problems_json(screen, problems), **written})
    else:
        lines = f"{found.frame.height:,}"
        screen.line(
            f"开票 {lines} 行, 价格不符 {wrong.height:,} 行, 差异合计 {money(total)}",
            f"{lines} invoice lines, {wrong.height:,} differ by {money(total)}",
            bold=True,
        )
        for row in wrong.iter_rows(named=True):
            _say(screen, row)
        screen.problems(problems, SHOWN)
    return int(wrong.height > 0 or needs_a_look(problems))


def _say(screen: Screen, row: dict[str, Any]) -> None:
    amounts = [money(row[name]) for name in ("amount", "agreed", "variance")]
    what = f"{row['invoice']} {row['date']} {row['customer']} {row['item']}"
    screen.line(
        f"  {what}: 开票 {amounts[0]}, 约定 {amounts[1]}, 差异 {amounts[2]} ({row['rule']})",
        f"  {what}: invoiced {amounts[0]}, agreed {amounts[1]}, variance {amounts[2]} "
        f"({row['rule']})",
    )


def _row(row: dict[str, Any]) -> dict[str, Any]:
    amounts = {
        name: None if row[name] is None else money_text(row[name])
        for name in ("amount", "agreed", "variance")
    }
    return {
        "invoice": row["invoice"],
        "date": row["date"].isoformat(),
        "customer": row["customer"],
        "item": row["item"],
        "quantity": f"{row['quantity'].normalize():f}",
        **amounts,
        "price": None if row["price"] is None else price_text(row["price"]),
        "rule": row["rule"],
        "problem": row["problem"],
    }


def _sheet(screen: Screen, frame: pl.DataFrame, on: dt.date | None) -> Sheet:
    say = screen.say
    shown = frame.with_columns(pl.col("price").round(4))
    columns = (
        Column("invoice", say("发票", "invoice")),
        Column("date", say("日期", "date")),
        Column("customer", say("客户", "customer")),
        Column("item", say("存货", "item")),
        Column("quantity", say("数量", "quantity"), kind="number", decimals=0),
        Column("price", say("约定价", "agreed price")),
        Column("amount", say("开票金额", "invoiced"), total=SUM),
        Column("agreed", say("约定金额", "agreed"), total=SUM),
        Column("variance", say("差异", "variance"), total=SUM),
        Column("rule", say("规则", "rule")),
        Column("problem", say("问题", "problem")),
    )
    day = say("约定价格: 开票日", "agreed prices: day of the invoice")
    if on is not None:
        day = say(f"约定价格: {on}", f"agreed prices: {on}")
    listing = Listing(frame=shown, columns=columns, total=say("合计", "total"), keep=1)
    parts = (Title(say("开票价格核对", "invoiced prices")), Line(day), listing)
    return Sheet(name=say("开票核对", "invoices"), parts=parts)

"""``kamcore order compare``: one product's prices over its customers."""

from pathlib import Path
from typing import Any

import attrs
import polars as pl

from kamcore.cli import grammar
from kamcore.cli.grammar import option
from kamcore.cli.options import PATH
from kamcore.cli.screen import Screen, money, needs_a_look
from kamcore.cli.trading import (
    SHOWN,
    Writing,
    forms_argument,
    opened_forms,
    problems_json,
    save,
    writing_options,
)
from kamcore.ledger.draft import money_text
from kamcore.pipeline import read
from kamcore.pipeline.price_file import prices_of, sales_of
from kamcore.pricing import booked_sales, invoice_check, sales_frame, spread
from kamcore.pricing.telling import price_text
from kamcore.reports.sheets import SUM, Column, Listing, Sheet, Title


@attrs.frozen(kw_only=True)
class Request(Writing):
    """What a comparison is asked for."""

    books: Path | None = None
    item: str | None = None


@grammar.command(
    "compare",
    zh="比价: 同一存货卖给各客户的数量, 均价, 最低最高价, 以及形成价格的规则。",
    en="Compare what each customer pays for the same item: volume, average, lowest, highest, "
    "and the rules behind it.",
)
@forms_argument
@option("--books", type=PATH, metavar="FILE", zh="从账里取开票", en="Take invoices from books.")
@option("--item", metavar="CODE", zh="只看一种存货", en="One item only.")
@writing_options
def command(screen: Screen, forms: tuple[Path, ...], **asked: Any) -> int:
    """Print a spread."""
    request = Request(**asked)
    held = opened_forms(forms, request)
    sales = sales_frame(sales_of(held))
    if request.books is not None:
        sales = booked_sales(read(request.books).books)
    if request.item is not None:
        sales = sales.filter(pl.col("item") == request.item)
    rows = spread(invoice_check(sales, prices_of(held)).frame)
    written = save(screen, [_sheet(screen, rows)], request)
    if screen.is_json:
        said = {"rows": [_row(row) for row in rows.iter_rows(named=True)]}
        screen.emit({**said, **problems_json(screen, held.problems), **written})
    else:
        heads = [column.heading for column in _columns(screen)]
        table = [heads, *(_cells(row) for row in rows.iter_rows(named=True))]
        screen.table(table)
        screen.problems(held.problems, SHOWN)
    return int(needs_a_look(held.problems))


_PRICES = ("average", "lowest", "highest")


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "item": row["item"],
        "customer": row["customer"],
        "quantity": f"{row['quantity'].normalize():f}",
        "amount": money_text(row["amount"]),
        **{name: None if row[name] is None else price_text(row[name]) for name in _PRICES},
        "above_best": None if row["above_best"] is None else f"{row['above_best']:.4f}",
        "rules": row["rules"].split(", ") if row["rules"] else [],
    }


def _cells(row: dict[str, Any]) -> list[str]:
    prices = ["" if row[name] is None else price_text(row[name]) for name in _PRICES]
    above = "" if row["above_best"] is None else f"{row['above_best'] * 100:.2f}%"
    quantity = f"{row['quantity'].normalize():,f}"
    named = [row["item"], row["customer"], quantity, money(row["amount"])]
    return [*named, *prices, above, row["rules"]]


def _columns(screen: Screen) -> tuple[Column, ...]:
    say = screen.say
    return (
        Column("item", say("存货", "item")),
        Column("customer", say("客户", "customer")),
        Column("quantity", say("数量", "quantity"), kind="number", decimals=0),
        Column("amount", say("金额", "amount"), total=SUM),
        Column("average", say("均价", "average")),
        Column("lowest", say("最低", "lowest")),
        Column("highest", say("最高", "highest")),
        Column("above_best", say("高于最低均价", "above the best"), kind="percent"),
        Column("rules", say("规则", "rules")),
    )


def _sheet(screen: Screen, rows: pl.DataFrame) -> Sheet:
    listing = Listing(
        frame=rows, columns=_columns(screen), total=screen.say("合计", "total"), keep=2
    )
    title = Title(screen.say("客户比价表", "prices over customers"))
    return Sheet(name=screen.say("比价", "compare"), parts=(title, listing))

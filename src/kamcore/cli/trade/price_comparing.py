"""``kamcore order compare``: one product's prices over its customers, or its suppliers."""

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
    forms_argument,
    opened_forms,
    problems_json,
    save,
    writing_options,
)
from kamcore.ledger.draft import money_text
from kamcore.model.purchase import Purchase
from kamcore.pipeline import read
from kamcore.pipeline.form_file import Forms
from kamcore.pipeline.price_file import prices_of, sales_of
from kamcore.pricing import (
    booked_purchases,
    booked_sales,
    invoice_check,
    purchases_frame,
    sales_frame,
    spread,
)
from kamcore.pricing.telling import price_text
from kamcore.reports.sheets import SUM, Column, Listing, Sheet, Title


@attrs.frozen(kw_only=True)
class Request(Writing):
    """What a comparison is asked for."""

    books: Path | None = None
    item: str | None = None
    suppliers: bool = False

    @property
    def by(self) -> str:
        """The party that is compared."""
        return "supplier" if self.suppliers else "customer"


@grammar.command(
    "compare",
    zh="比价: 同一存货卖给各客户的数量, 均价, 最低最高价, 以及形成价格的规则; "
    "--suppliers 比各供应商。",
    en="Compare what each customer pays for the same item: volume, average, lowest, highest, "
    "and the rules behind it; or with --suppliers what each supplier asks.",
)
@forms_argument
@option("--books", type=PATH, metavar="FILE", zh="从账里取开票", en="Take invoices from books.")
@option(
    "--suppliers",
    is_flag=True,
    zh="比各供应商的价格: 表单「采购明细」或账里的采购",
    en="Compare suppliers: the form purchases, or purchases in the books.",
)
@option("--item", metavar="CODE", zh="只看一种存货", en="One item only.")
@writing_options
def command(screen: Screen, forms: tuple[Path, ...], **asked: Any) -> int:
    """Print a spread."""
    request = Request(**asked)
    held = opened_forms(forms, request)
    trades = _trades(held, request)
    if request.item is not None:
        trades = trades.filter(pl.col("item") == request.item)
    if not request.suppliers:
        trades = invoice_check(trades, prices_of(held)).frame
    rows = spread(trades, request.by)
    written = save(screen, [_sheet(screen, rows, request.by)], request)
    if screen.is_json:
        said = {"rows": [_row(row, request.by) for row in rows.iter_rows(named=True)]}
        screen.emit({**said, **problems_json(screen, held.problems), **written})
    else:
        heads = [column.heading for column in _columns(screen, request.by)]
        table = [heads, *(_cells(row, request.by) for row in rows.iter_rows(named=True))]
        screen.table(table)
        screen.problems(held.problems, SHOWN)
    return int(needs_a_look(held.problems))


def _trades(held: Forms, request: Request) -> pl.DataFrame:
    if request.books is not None:
        books = read(request.books).books
        return booked_purchases(books) if request.suppliers else booked_sales(books)
    if request.suppliers:
        return purchases_frame(held.of(Purchase))
    return sales_frame(sales_of(held))


_PRICES = ("average", "lowest", "highest")


def _row(row: dict[str, Any], by: str) -> dict[str, Any]:
    return {
        "item": row["item"],
        by: row[by],
        "quantity": f"{row['quantity'].normalize():f}",
        "amount": money_text(row["amount"]),
        **{name: None if row[name] is None else price_text(row[name]) for name in _PRICES},
        "above_best": None if row["above_best"] is None else f"{row['above_best']:.4f}",
        "rules": row["rules"].split(", ") if row["rules"] else [],
    }


def _cells(row: dict[str, Any], by: str) -> list[str]:
    prices = ["" if row[name] is None else price_text(row[name]) for name in _PRICES]
    above = "" if row["above_best"] is None else f"{row['above_best'] * 100:.2f}%"
    quantity = f"{row['quantity'].normalize():,f}"
    named = [row["item"], row[by], quantity, money(row["amount"])]
    return [*named, *prices, above, row["rules"]]


def _columns(screen: Screen, by: str) -> tuple[Column, ...]:
    say = screen.say
    party = say("客户", "customer") if by == "customer" else say("供应商", "supplier")
    return (
        Column("item", say("存货", "item")),
        Column(by, party),
        Column("quantity", say("数量", "quantity"), kind="number", decimals=0),
        Column("amount", say("金额", "amount"), total=SUM),
        Column("average", say("均价", "average")),
        Column("lowest", say("最低", "lowest")),
        Column("highest", say("最高", "highest")),
        Column("above_best", say("高于最低均价", "above the best"), kind="percent"),
        Column("rules", say("规则", "rules")),
    )


def _sheet(screen: Screen, rows: pl.DataFrame, by: str) -> Sheet:
    listing = Listing(
        frame=rows, columns=_columns(screen, by), total=screen.say("合计", "total"), keep=2
    )
    heads = ("客户比价表", "prices over customers"), ("供应商比价表", "prices over suppliers")
    title = Title(screen.say(*heads[by == "supplier"]))
    return Sheet(name=screen.say("比价", "compare"), parts=(title, listing))

"""``kamcore layout test``: what a layout reads from a file."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from kamcore.books import Books, schema
from kamcore.cli.shell import grammar
from kamcore.cli.shell.options import PATH, pairs, read_options
from kamcore.cli.shell.screen import Screen, money, needs_a_look, plain
from kamcore.format import Reading
from kamcore.format.layout import meaning
from kamcore.model.layout import Layout
from kamcore.pipeline import read
from kamcore.pipeline.layouts import LAYOUT, TABULAR, read_layout

SHOWN = 5
"""Rows of each table and problems of each kind that are shown."""

_COLUMNS = {
    "lines": ("source_row", "date", "account", "summary", "debit", "credit"),
    "balances": ("source_row", "year", "period", "account", "opening", "closing"),
}


@grammar.command(
    "test",
    zh="按版式 LAYOUT 读 FILE: 每列读成什么, 哪些列没有用上, 读出多少, 前几行什么样, 有什么问题。",
    en="Read FILE through LAYOUT: what each column becomes, which are left over, how much is "
    "read, the first rows, and the problems.",
)
@click.argument("layout", type=PATH)
@click.argument("file", type=PATH)
@read_options
def command(screen: Screen, layout: Path, file: Path, read_options: tuple[str, ...]) -> int:
    """Read a file through a layout."""
    known = read_layout(layout)
    options = {**pairs(read_options, "--option"), LAYOUT: known}
    reading = read(file, TABULAR, options=options)
    if screen.is_json:
        screen.emit(as_json(known, reading, screen.lang))
    else:
        show(screen, known, reading)
    return int(needs_a_look(reading.problems))


def as_json(layout: Layout, reading: Reading, lang: str) -> dict[str, Any]:
    """The object ``layout test --json`` prints."""
    books = reading.books
    totals = books.totals()
    return {
        "layout": layout.name,
        "sheet": reading.detected.sheet,
        "header_row": reading.detected.header_row,
        "columns": [
            {"heading": heading, "field": field, "meaning": meaning(field, lang)}
            for heading, field in columns(layout, books)
        ],
        "missing": missing(layout, books),
        "verbatim": verbatim(books),
        "vouchers": totals.vouchers,
        "lines": totals.lines,
        "debit": plain(totals.debit),
        "credit": plain(totals.credit),
        "balances": books.balances.height,
        "accounts": books.accounts.height,
        "members": books.members.height,
        "rows": {name: _first(books, name) for name in _COLUMNS if books.tables[name].height},
        "problems": [problem.to_json(lang) for problem in reading.problems],
    }


def columns(layout: Layout, books: Books) -> list[tuple[str, str]]:
    """Headings of the source with the field each was read as."""
    said = books.origin.headings
    return [
        (said[field], field) for column in layout.columns for field in _spelled(column.field, said)
    ]


def _spelled(field: str, said: Any) -> list[str]:
    """The field, or the dimensions that stand for it."""
    if field in ("lines.currency", "balances.currency"):
        field = "currency.code" if "currency.code" in said else field
    if not field.endswith("aux_*"):
        return [field] if field in said else []
    prefix = field.removesuffix("*")
    return [name for name in said if name.startswith(prefix)]


def missing(layout: Layout, books: Books) -> list[str]:
    """Headings of the layout that the sheet lacks."""
    said = books.origin.headings
    return [
        column.headings[0]
        for column in layout.columns
        if column.field and not _spelled(column.field, said)
    ]


def verbatim(books: Books) -> list[str]:
    """Columns whose texts are kept as they are."""
    return books.extras["field"].unique(maintain_order=True).to_list()


def _first(books: Books, table: str) -> list[dict[str, str]]:
    frame = books.tables[table].head(SHOWN)
    names = [*_COLUMNS[table], *schema.dimension_columns(frame)]
    return [
        {name: _text(value) for name, value in row.items() if value is not None}
        for row in frame.select(names).iter_rows(named=True)
    ]


def _text(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


def show(screen: Screen, layout: Layout, reading: Reading) -> None:
    """Print what a layout read for a person."""
    books, found = reading.books, reading.detected
    screen.line(
        f"版式 {layout.name}: 工作表「{found.sheet}」, 表头在第 {found.header_row} 行",
        f"layout {layout.name}: sheet {found.sheet}, headings in row {found.header_row}",
        bold=True,
    )
    rows = [[h, f, _meaning(f, screen.lang)] for h, f in columns(layout, books)]
    screen.table([screen.say("列名 字段 含义", "heading field meaning").split(), *rows])
    for names, zh, en in (
        (missing(layout, books), "表里没有", "not in the sheet"),
        (verbatim(books), "原样保留", "kept verbatim"),
    ):
        if names:
            screen.line(f"  {zh}: {', '.join(names)}", f"  {en}: {', '.join(names)}")
    totals = books.totals()
    debit, credit = money(totals.debit), money(totals.credit)
    screen.line(
        f"  凭证 {totals.vouchers:,} 张, 分录 {totals.lines:,} 行, 借方 {debit}, 贷方 {credit};"
        f" 余额 {books.balances.height:,} 行",
        f"  {totals.vouchers:,} vouchers, {totals.lines:,} lines, debit {debit}, credit {credit};"
        f" {books.balances.height:,} balances",
    )
    for name in _COLUMNS:
        if first := _first(books, name):
            heads = list(dict.fromkeys(key for row in first for key in row))
            screen.table([heads, *([row.get(key, "") for key in heads] for row in first)], "    ")
    if not reading.problems:
        screen.line("  没有发现问题", "  no problems found")
    screen.problems(reading.problems, SHOWN)


def _meaning(field: str, lang: str) -> str:
    return meaning(field.replace("currency.code", "lines.currency"), lang)

"""How the commands over a ledger answer: a table with bars, one JSON object, or a report."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from kamcore import __version__
from kamcore.books.schema import AUX
from kamcore.cli.shell.asking import Asked, split
from kamcore.cli.shell.screen import Screen, money, needs_a_look, width
from kamcore.format import Reading
from kamcore.model.currency import decimals_of
from kamcore.pipeline.atomic import whole
from kamcore.reports.naming import heading
from kamcore.reports.sheets import Sheet
from kamcore.reports.writing import write_report

__all__ = [
    "Answer",
    "Table",
    "answer",
    "bars",
    "decimals",
    "members_of",
    "put",
    "show_problems",
    "show_table",
    "spelled",
    "spelled_one",
    "split",
]

SHOWN = 1
"""How many problems of a kind the screen shows before it counts the rest."""

BAR = 30
"""Width of the longest bar, in columns."""

_INLINE = 16
"""Width of the longest bar beside a row."""


@attrs.frozen(kw_only=True)
class Table:
    """Rows with a footer, and what stands above their columns.

    Decimal columns are amounts; `footer` holds what the last row says, by column.  Where `bar`
    names a column, its share and a bar stand at the end of every row on the screen.
    """

    frame: pl.DataFrame
    footer: Mapping[str, Any] = attrs.field(factory=dict)
    headings: Mapping[str, str] = attrs.field(factory=dict)
    """Headings that differ from the usual ones, by column."""
    decimals: int = 2
    bar: str | None = None

    def heads(self, lang: str) -> list[str]:
        """The heading of every column."""
        return [self.headings.get(name) or heading(name, lang) for name in self.frame.columns]

    def whole(self) -> pl.DataFrame:
        """The rows with the footer as the last one."""
        if not self.footer:
            return self.frame
        row = {name: [self.footer.get(name)] for name in self.frame.columns}
        last = pl.DataFrame(row, schema=self.frame.schema, strict=False)
        return pl.concat([self.frame, last])


@attrs.frozen(kw_only=True)
class Answer:
    """What a command found, in the three forms it can be asked in.

    `sheets` makes the report; it is called only where one is to be written.  `title` and `small`
    stand above the table on the screen, `more` below it.
    """

    title: tuple[str, str]
    table: Table
    said: Mapping[str, Any]
    sheets: Callable[[], Sequence[Sheet]]
    small: tuple[tuple[str, str], ...] = ()
    more: Callable[[Screen], None] = lambda _screen: None


def answer(screen: Screen, file: Path, reading: Reading, asked: Asked, found: Answer) -> int:
    """Write the report where one is asked for, print the rest, and give the exit code.

    Raises:
        UsageError: the report exists and is not to be replaced, or cannot be written.
        LossRefused: an amount has more digits than a cell of a workbook holds.
    """
    problems = [problem.to_json(screen.lang) for problem in reading.problems]
    said = {"format": reading.format, **found.said, "problems": problems}
    put(screen, asked, said, found.sheets)
    if screen.is_json:
        output = {"output": str(asked.output)} if asked.output else {}
        screen.emit({**said, **output})
        return int(needs_a_look(reading.problems))
    screen.line(*found.title, bold=True)
    for zh, en in found.small:
        screen.line(f"  {zh}", f"  {en}")
    if asked.output is not None:
        screen.line(f"  已写 {asked.output}", f"  wrote {asked.output}")
    else:
        show_table(screen, found.table)
        found.more(screen)
    show_problems(screen, reading, file)
    return int(needs_a_look(reading.problems))


def put(
    screen: Screen, asked: Asked, said: Mapping[str, Any], sheets: Callable[[], Sequence[Sheet]]
) -> None:
    """Write what was found to the output asked for: the JSON object, or the report.

    Raises:
        UsageError: the file exists and is not to be replaced, or cannot be written.
        LossRefused: an amount has more digits than a cell of a workbook holds.
    """
    out = asked.output
    if out is None:
        return
    if out.suffix.lower() == ".json":
        text = json.dumps({"kamcore": __version__, **said}, ensure_ascii=False, indent=2)
        with whole(out, force=asked.force) as temporary:
            temporary.write_bytes((text + "\n").encode("utf-8", "backslashreplace"))
        return
    write_report(sheets(), out, lang=screen.lang, force=asked.force)


def decimals(reading: Reading) -> int:
    """Decimals of the base currency, in which these commands answer."""
    return decimals_of(reading.books.entity.base_currency)


def spelled(frame: pl.DataFrame, places: int | None) -> pl.DataFrame:
    """Amounts as texts with `places` decimals, more where an amount has more; dates as ISO.

    Without `places` an amount has the decimals of its row's currency.
    """
    texts = []
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Decimal) and places is None:
            parts = [
                pl.when(pl.col("currency") == currency).then(
                    _amount_text(name, dtype, decimals_of(currency))
                )
                for currency in frame["currency"].unique().drop_nulls()
            ]
            texts.append(pl.coalesce(*parts, pl.col(name).cast(pl.String)).alias(name))
        elif isinstance(dtype, pl.Decimal):
            texts.append(_amount_text(name, dtype, places or 0).alias(name))
        elif dtype == pl.Date:
            texts.append(pl.col(name).dt.to_string("%Y-%m-%d"))
    return frame.with_columns(texts)


def _amount_text(name: str, dtype: pl.Decimal, places: int) -> pl.Expr:
    amount = pl.col(name)
    short = amount.cast(pl.Decimal(38, places), strict=False)
    full = amount.cast(pl.String).str.strip_chars_end("0")
    return pl.when(short.cast(dtype) == amount).then(short.cast(pl.String)).otherwise(full)


def spelled_one(amount: Decimal, places: int) -> str:
    """One amount as `spelled` writes it.

    >>> spelled_one(Decimal("1234.5"), 2), spelled_one(Decimal("0.1250"), 2)
    ('1234.50', '0.125')
    """
    if amount == round(amount, places):
        return f"{amount:.{places}f}"
    return f"{amount.normalize():f}"


def members_of(row: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """The codes of the members of a row, by dimension."""
    rest = [key for key in keys if key not in ("account", "currency")]
    return {key.removeprefix(AUX): row[key] for key in rest}


def show_table(screen: Screen, table: Table) -> None:
    """Print a table, numbers to the right, with shares and bars where it names a column."""
    frame = table.whole()
    if not table.frame.height:
        screen.line("  没有符合的行", "  no rows")
        return
    cells = [[_cell(value, table.decimals) for value in row] for row in frame.iter_rows()]
    columns = []
    printed = [table.heads(screen.lang), *cells]
    for column, dtype in zip(zip(*printed, strict=True), frame.dtypes, strict=True):
        wide = max(map(width, column)) if dtype.is_numeric() else 0
        columns.append([" " * (wide - width(text)) + text for text in column])
    if table.bar is not None:
        columns += _inline(screen, table, len(printed))
    screen.table(list(zip(*columns, strict=True)))


def _inline(screen: Screen, table: Table, height: int) -> list[list[str]]:
    """Two more columns: what part of the whole a row is, and a bar as long."""
    amounts = [value or Decimal(0) for value in table.frame[table.bar or ""]]
    whole_sum = sum(map(abs, amounts), Decimal(0))
    most = max(map(abs, amounts))
    shares = [f"{100 * abs(a) / whole_sum:.1f}%" if whole_sum else "" for a in amounts]
    shares = [share.rjust(6) for share in shares]
    lines = [_bar(amount, most, _INLINE) for amount in amounts]
    blank = [""] * (height - 1 - len(amounts))
    return [[screen.say("  占比", " share"), *shares, *blank], ["", *lines, *blank]]


def bars(screen: Screen, parts: Sequence[tuple[str, Decimal]], of: Decimal) -> None:
    """Print a bar for each part, the longest for the largest, with its share of `of`."""
    most = max((abs(amount) for _, amount in parts), default=Decimal(0))
    texts = [money(amount) for _, amount in parts]
    wide = max(map(len, texts), default=0)
    rows = []
    for (name, amount), text in zip(parts, texts, strict=True):
        share = f"{100 * amount / of:.1f}%" if of else ""
        rows.append([name, text.rjust(wide), share.rjust(6), _bar(amount, most, BAR)])
    screen.line()
    screen.table(rows)


def _bar(amount: Decimal, most: Decimal, longest: int) -> str:
    long = int(longest * abs(amount) / most + (amount != 0)) if most else 0
    return ("█" if amount > 0 else "░") * min(longest, long)


def show_problems(screen: Screen, reading: Reading, file: Path) -> None:
    """Print the problems of the file, the first of each kind."""
    problems = reading.problems
    if problems:
        count = len(problems)
        screen.line(f"  文件有 {count} 处请看:", f"  the file has {count} to look at:")
        if screen.problems(problems, SHOWN):
            screen.line(f"  全部: kamcore check {file}", f"  all of them: kamcore check {file}")


def _cell(value: object, places: int) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.{places}f}" if value == round(value, places) else money(value)
    return "" if value is None else str(value)

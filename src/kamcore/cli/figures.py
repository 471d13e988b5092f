"""What ``balance``, ``ledger`` and ``age`` share: reading, amounts, tables and workbooks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.books.schema import AUX
from kamcore.cli.faults import BAD_VALUE, ONTO_ITSELF
from kamcore.cli.grammar import option
from kamcore.cli.options import PATH, pairs, read_options, source_format
from kamcore.cli.screen import Screen, money, width
from kamcore.errors import UsageError
from kamcore.format import Reading
from kamcore.grid.cells import SheetOut
from kamcore.grid.xlsx_writing import write_xlsx
from kamcore.model.currency import decimals_of
from kamcore.model.dimension import label_of
from kamcore.pipeline import read
from kamcore.pipeline.atomic import EXISTS, whole
from kamcore.pipeline.reading import source_of
from kamcore.place import Place

SHOWN = 1
"""How many problems of a kind the screen shows before it counts the rest."""

NAME = "_name"
"""Ending of the columns that hold the name beside a code."""

_WORDS = {
    "account": ("科目", "account"),
    "currency": ("币别", "currency"),
    "year": ("年", "year"),
    "period": ("期间", "period"),
    "opening": ("期初余额", "opening"),
    "debit": ("借方", "debit"),
    "credit": ("贷方", "credit"),
    "ytd_debit": ("本年累计借方", "debit this year"),
    "ytd_credit": ("本年累计贷方", "credit this year"),
    "closing": ("期末余额", "closing"),
    "date": ("日期", "date"),
    "voucher": ("凭证", "voucher"),
    "line_no": ("行", "line"),
    "summary": ("摘要", "summary"),
    "direction": ("方向", "side"),
    "balance": ("余额", "balance"),
    "not_due": ("未到期", "not due"),
    "credits": ("未核销贷项", "credits"),
    "total": ("合计", "total"),
    "items": ("笔数", "items"),
}
_WIDEST = 40
"""Characters of the widest column of a workbook."""


@attrs.frozen(kw_only=True)
class Table:
    """Rows with a footer, and what stands above their columns.

    Decimal columns are amounts; `footer` holds what the last row says, by column.
    """

    title: tuple[str, str]
    frame: pl.DataFrame
    footer: Mapping[str, Any] = attrs.field(factory=dict)
    headings: Mapping[str, str] = attrs.field(factory=dict)
    """Headings that differ from the usual ones, by column."""
    decimals: int = 2

    def heads(self, lang: str) -> list[str]:
        """The heading of every column."""
        return [self.headings.get(name) or _heading(name, lang) for name in self.frame.columns]

    def whole(self) -> pl.DataFrame:
        """The rows with the footer as the last one."""
        if not self.footer:
            return self.frame
        row = {name: [self.footer.get(name)] for name in self.frame.columns}
        last = pl.DataFrame(row, schema=self.frame.schema, strict=False)
        return pl.concat([self.frame, last])


@attrs.frozen(kw_only=True)
class Asked:
    """What every one of these commands is asked besides its own question."""

    source_format: str | None = None
    read_options: tuple[str, ...] = ()
    output: Path | None = None
    force: bool = False


def shared_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `Asked`."""
    force = option("--force", is_flag=True, zh="覆盖已有的文件", en="Replace an existing file.")
    output = option(
        "-o",
        "--output",
        type=PATH,
        metavar="FILE.xlsx",
        zh="把同一张表写成工作簿",
        en="Write the same table as a workbook.",
    )
    for add in (force, output, read_options, source_format):
        function = add(function)
    return function


by_option = option(
    "--by",
    default="",
    metavar="DIMENSIONS",
    zh="按哪些核算项目, 用逗号分开, 如 customer,department",
    en="Dimensions, separated by commas, such as customer,department.",
)


def split(text: str | None) -> tuple[str, ...]:
    """The words between commas.

    >>> split("customer, account"), split(None)
    (('customer', 'account'), ())
    """
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def opened(file: Path, asked: Asked) -> Reading:
    """Refuse an output that cannot be, then read the file.

    Raises:
        UsageError: the output exists and is not to be replaced, is the source itself, or is no
            ``.xlsx``; or nothing stands at `file`.
        SourceError: the file cannot be read.
    """
    source = source_of(file)
    out = asked.output
    if out is not None:
        place = Place(file=str(out))
        if out.suffix.lower() != ".xlsx":
            facts = {"parameter": "--output", "wants": " (.xlsx)"}
            command = click.get_current_context().command_path
            raise UsageError(BAD_VALUE.at(place, out.name, command=command, **facts))
        if out.exists() and out.samefile(file):
            raise UsageError(ONTO_ITSELF.at(place, out.name))
        if out.exists() and not asked.force:
            raise UsageError(EXISTS.at(place, out))
    options = pairs(asked.read_options, "--option")
    return read(source, asked.source_format, options=options)


def keys_in_order(columns: Sequence[str], by: Iterable[str]) -> list[str]:
    """The key columns among `columns`, those named first; account, members, then currency."""
    keys = [*columns[: columns.index("currency")], "currency"]
    named = [key for name in by for key in (name, AUX + name) if key in keys]
    if "account" not in named and "account" in keys:
        named.insert(0, "account")
    return list(dict.fromkeys([*named, *keys]))


def with_names(frame: pl.DataFrame, keys: Iterable[str], reading: Reading) -> pl.DataFrame:
    """Add the name beside each account and member code, as ``account_name``."""
    books = reading.books
    for key in keys:
        if key == "account":
            known = books.accounts.select("code", "name")
        elif key.startswith(AUX):
            of_one = books.members.filter(dimension=key.removeprefix(AUX))
            known = of_one.select("code", "name")
        else:
            continue
        known = known.unique("code", keep="first", maintain_order=True)
        known = known.rename({"code": key, "name": key + NAME})
        frame = frame.join(known, on=key, how="left", maintain_order="left")
    return frame


def beside(keys: Iterable[str]) -> list[str]:
    """The key columns, each account and member with its name."""
    named = ("account", AUX)
    return [name for key in keys for name in (key, key + NAME)[: 1 + key.startswith(named)]]


def decimals(reading: Reading) -> int:
    """Decimals of the base currency, in which these commands answer."""
    return decimals_of(reading.books.entity.base_currency)


def spelled(frame: pl.DataFrame, places: int) -> pl.DataFrame:
    """Amounts as texts with `places` decimals, more where an amount has more; dates as ISO."""
    texts = []
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Decimal):
            amount = pl.col(name)
            short = amount.cast(pl.Decimal(38, places), strict=False)
            full = amount.cast(pl.String).str.strip_chars_end("0")
            exact = short.cast(dtype) == amount
            texts.append(pl.when(exact).then(short.cast(pl.String)).otherwise(full).alias(name))
        elif dtype == pl.Date:
            texts.append(pl.col(name).dt.to_string("%Y-%m-%d"))
    return frame.with_columns(texts)


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


def give(screen: Screen, table: Table, asked: Asked) -> None:
    """Write the table as a workbook where one is asked for, else print it."""
    if asked.output is not None:
        save(screen, table, asked)
        rows = table.frame.height
        screen.line(
            f"  已写 {asked.output}: {rows:,} 行", f"  wrote {asked.output}: {rows:,} rows"
        )
        return
    frame = table.whole()
    if not table.frame.height:
        screen.line("  没有符合的行", "  no rows")
        return
    cells = [[_cell(value, table.decimals) for value in row] for row in frame.iter_rows()]
    columns = []
    heads = table.heads(screen.lang)
    printed = [heads, *cells]
    for column, dtype in zip(zip(*printed, strict=True), frame.dtypes, strict=True):
        wide = max(map(width, column)) if dtype.is_numeric() else 0
        columns.append([" " * (wide - width(text)) + text for text in column])
    screen.table(list(zip(*columns, strict=True)))


def save(screen: Screen, table: Table, asked: Asked) -> None:
    """Write the table as a workbook.

    Raises:
        UsageError: the file exists and is not to be replaced, or cannot be written.
        LossRefused: an amount has more digits than a cell of a workbook holds.
    """
    if asked.output is None:
        return
    heads = table.heads(screen.lang)
    frame = table.whole()
    texts = frame.select(pl.all().cast(pl.String).str.len_chars().max().fill_null(0))
    widest = texts.row(0) if frame.height else (0,) * frame.width
    widths = {
        name: float(min(_WIDEST, 3 + max(long, width(head))))
        for name, head, long in zip(frame.columns, heads, widest, strict=True)
    }
    sheet = SheetOut(screen.say(*table.title), frame, (tuple(heads),), widths=widths)
    with whole(asked.output, force=asked.force) as temporary:
        write_xlsx([sheet], temporary)


def emit(screen: Screen, reading: Reading, table: Table, asked: Asked, said: Any) -> None:
    """Print the JSON object, with the problems of the file and the workbook, if one is asked."""
    save(screen, table, asked)
    problems = [problem.to_json(screen.lang) for problem in reading.problems]
    output = {"output": str(asked.output)} if asked.output else {}
    screen.emit({"format": reading.format, **said, "problems": problems, **output})


def show_problems(screen: Screen, reading: Reading, file: Path) -> None:
    """Print the problems of the file, the first of each kind."""
    problems = reading.problems
    if problems:
        count = len(problems)
        screen.line(f"  文件有 {count} 处请看:", f"  the file has {count} to look at:")
        if screen.problems(problems, SHOWN):
            screen.line(f"  全部: kamcore check {file}", f"  all of them: kamcore check {file}")


def _heading(name: str, lang: str) -> str:
    known = name.removesuffix(NAME)
    if known.startswith(AUX):
        dimension = known.removeprefix(AUX)
        said = label_of(dimension) if lang == "zh" else dimension
    else:
        zh, en = _WORDS.get(known, (known, known))
        said = zh if lang == "zh" else en
    if known == name:
        return said
    return f"{said}名称" if lang == "zh" else f"{said} name"


def _cell(value: object, places: int) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.{places}f}" if value == round(value, places) else money(value)
    return "" if value is None else str(value)

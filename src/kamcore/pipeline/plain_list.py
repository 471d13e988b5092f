"""A plain list of documents out of a sheet: a receipts sheet, a bank statement, open items.

Headings are those of `kamcore.matching.one_sided.columns`, or those a list layout names.  A bank
statement has what came in and what went out side by side, or one amount and a mark; of it only the
side counts that settles, and the other is told as a number of rows.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Source
from kamcore.forms.list_layout import REPEATED, list_layout_from_toml
from kamcore.grid.amount import read_amounts
from kamcore.grid.date import read_dates
from kamcore.grid.header import Header, find_header, fold, grid_of
from kamcore.grid.rows import drop_blank_rows, is_total
from kamcore.grid.sheet import Grid
from kamcore.grid.text import decode
from kamcore.grid.words import read_codes, tidy
from kamcore.grid.workbook import Workbook, open_workbook
from kamcore.matching.one_sided.columns import COLUMNS
from kamcore.model.currency import currency_code
from kamcore.model.list_layout import ListLayout
from kamcore.pipeline.bank_words import (
    BOTH_WAYS,
    CAME_IN,
    MARKS,
    MORE,
    PAID_TO,
    SIGNED,
    WENT_OUT,
    captions,
    currency_above,
    currency_before,
    is_footnote,
)
from kamcore.place import Place

__all__ = ["FIELDS", "plain_list", "read_list_layout"]

NOTHING_TO_MATCH = Fault(
    code="C5001",
    zh="{value} 既不是已知格式, 也没有清单所需的列",
    en="{value} is of no known format and lacks the columns of a list",
    hint_zh="清单的列: id, party, date, due, amount, currency, reference, text, 或中文列名 "
    "编号, 客户, 日期, 到期日, 金额, 币种, 参考号, 摘要; 至少要有客户与金额; "
    "列名不同时用 --layout 给出版式",
    hint_en="a list has the columns id, party, date, due, amount, currency, reference, text; "
    "party and amount at least; give a --layout where they are called otherwise",
)
NO_AMOUNT = Fault(
    code="C5002",
    severity=Severity.WARNING,
    zh="这一行没有可读的金额, 未参加核销",
    en="this row has no readable amount and takes no part",
)
SAME_ID = Fault(
    code="C5003",
    severity=Severity.WARNING,
    zh="编号「{value}」重复, 这一行改称「{name}」",
    en="id {value!r} is repeated; this row is called {name!r}",
)
OTHER_SIDE = Fault(
    code="C5004",
    severity=Severity.INFO,
    zh="有 {value} 行是另一方向的收支, 未参加核销",
    en="{value} rows went the other way and take no part",
    hint_zh="核销应付款时用 --role supplier, 则取支出的各行",
    hint_en="with --role supplier the rows that went out are taken",
)
NO_DIRECTION = Fault(
    code="C5005",
    severity=Severity.WARNING,
    zh="看不出「{value}」是收还是付, 这一行未参加核销",
    en="{value!r} says neither in nor out; this row takes no part",
    hint_zh="在版式中用 incoming 和 outgoing 写明",
    hint_en="name it under incoming or outgoing in the layout",
)

CUT_SHORT = Fault(
    code="C5006",
    severity=Severity.WARNING,
    zh="号码「{value}」被电子表格改成了数值, 末几位已丢失, 未用于核销",
    en="the number {value!r} was made a number by a spreadsheet and lost its last digits; unused",
    hint_zh="在来源中把此列设为文本后重新导出; 数电票号码是 20 位",
    hint_en="export again with this column as text; a fully digital invoice number has 20 digits",
)

FIELDS = (*(column.name for column in COLUMNS if column.zh), "received", "paid", "direction")
"""The words for fields of a list layout."""

_NEED = ("party", "amount")
_PEEKED = 20
_APART, _DIRECTION = "apart", "direction"
_WORDS = {
    fold(word)
    for words in (
        *((column.name, *column.zh) for column in COLUMNS),
        *MORE.values(),
        *BOTH_WAYS.values(),
        *(PAID_TO, MARKS, SIGNED),
    )
    for word in words
}
_SIGNED = {fold(word) for word in SIGNED}
_WHOLE_DIGITS = 15
"""A number cell of a workbook keeps no more digits than these."""


def read_list_layout(path: Source) -> ListLayout | None:
    """Read a list layout from a TOML file; None when it is a layout of another kind.

    Raises:
        SourceError: it is no layout; every mistake is listed with its place.
    """
    return list_layout_from_toml(decode(path).text, path.name, FIELDS)


def plain_list(
    source: Source, role: str = "customer", layout: ListLayout | None = None
) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Read a sheet as a list, in the columns of `kamcore.matching.one_sided.columns.COLUMNS`.

    `role` says which side of a bank statement settles: what came in from customers, what went
    out to suppliers.

    Raises:
        SourceError: no sheet has the columns of a list, or those the layout needs.
    """
    book = open_workbook(source)
    name, wanted, need = _sheet(book, source.name, role, layout)
    sheet = book.load(name)
    header = find_header(sheet, wanted, need)
    problems: list[Problem] = [*book.problems]
    grid = _documents(drop_blank_rows(grid_of(sheet, header, problems)), layout)
    spelled = captions([[header.captions.get("amount", "")]]).keys()
    both_ways = layout is None and {_APART, _DIRECTION}.isdisjoint(header.columns)
    frame = _read(grid, role, layout, problems, signed=both_ways and bool(spelled & _SIGNED))
    above = currency_above(book.peek(name, _PEEKED))
    if above is not None:
        frame = frame.with_columns(pl.col("currency").fill_null(above))
    # Drafts need to know whose party it is.
    return frame.with_columns(pl.col("role").fill_null(role)), tuple(problems)


def _sides(role: str) -> tuple[str, str]:
    return ("received", "paid") if role != "supplier" else ("paid", "received")


def _headings(rows: Iterable[Iterable[str]], role: str) -> dict[str, str]:
    """The heading each column goes by in these rows: the first of its names that is there.

    A bank's sheet has 收入金额 and 余额 side by side; only the first is what was received.
    Numbers and texts may stand in several columns; each of them is read.
    """
    there = captions([_heading_row(rows)])

    def known(names: Iterable[str]) -> list[str]:
        spelled = (there[fold(name)] for name in names if fold(name) in there)
        return list(dict.fromkeys(spelled))

    found: dict[str, str] = {}
    for column in COLUMNS:
        more = MORE.get(column.name, ())
        if column.name == "party" and role == "supplier":
            more = (*PAID_TO, *more)
        names = known((column.name, *column.zh, *more))
        if column.name in REPEATED:
            found |= {f"{column.name}{at or ''}": name for at, name in enumerate(names)}
        elif names:
            found[column.name] = names[0]
    if role == "supplier" and (paid_to := known(PAID_TO)):
        found["party"] = paid_to[0]
    both = [known((side, *BOTH_WAYS[side])) for side in _sides(role)]
    marks, signed = known(MARKS), known(SIGNED)
    if all(both):
        found |= {"amount": both[0][0], _APART: both[1][0]}
    elif signed and (marks or found.get("amount") in (None, *known(("余额",)))):
        found["amount"] = signed[0]
    if marks and not all(both):
        found[_DIRECTION] = marks[0]
    return {**{name: name for name in _NEED}, **found}


def _heading_row(rows: Iterable[Iterable[str]]) -> list[str]:
    """The row with most of the words; what stands in titles and cells of data is no heading."""
    lines = [[cell for cell in row if cell] for row in rows]
    return max(lines, key=lambda line: len(_WORDS & captions([line]).keys()), default=[])


def _laid_out(layout: ListLayout, role: str) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The headings of a layout by key, and the keys that have to be there."""
    settling, other = _sides(role)
    wanted: dict[str, tuple[str, ...]] = {}
    need = set(_NEED)
    for column in layout.columns:
        key = {settling: "amount", other: _APART}.get(column.field, column.field)
        if key in REPEATED:
            count = sum(name.rstrip("0123456789") == key for name in wanted)
            key = f"{key}{count or ''}"
        wanted[key] = column.headings
        need |= {key} if column.need else set()
    return wanted, tuple(key for key in wanted if key in need)


def _sheet(
    book: Workbook, file: str, role: str, layout: ListLayout | None
) -> tuple[str, Mapping[str, str | tuple[str, ...]], tuple[str, ...]]:
    """The sheet whose heading row names most of a list."""
    fit: list[tuple[int, str, Mapping[str, str | tuple[str, ...]], tuple[str, ...]]] = []
    missed: list[Header] = []
    for name in book.names:
        if layout is not None and not re.search(layout.sheet, name):
            continue
        rows = book.peek(name, _PEEKED)
        wanted: Mapping[str, str | tuple[str, ...]]
        wanted, need = (
            (_headings(rows, role), _NEED) if layout is None else _laid_out(layout, role)
        )
        header = find_header(rows, wanted, need, place=Place(file=file, sheet=name))
        if header.is_complete:
            fit.append((len(header.columns), name, wanted, need))
        else:
            missed.append(header)
    if not fit:
        if layout is not None and missed:
            max(missed, key=lambda one: len(one.columns)).require()
        raise SourceError(NOTHING_TO_MATCH.at(Place(file=file), file))
    _, name, wanted, need = max(fit, key=lambda one: one[0])
    return name, wanted, need


def _documents(grid: Grid, layout: ListLayout | None) -> Grid:
    """The grid without rows of totals, and without those a layout leaves out."""
    party = tidy(grid.column("party"))
    apart = pl.select(pl.repeat(False, grid.height, dtype=pl.Boolean)).to_series()
    for heading in ("id", "party", "date", "text"):
        texts = tidy(grid.column(heading))
        totals = [text for text in texts.unique().drop_nulls() if is_total(text)]
        says = texts.is_in(totals).fill_null(value=False)
        # 期初余额 as the text of a party's row is what it owed; without a party it is a total.
        apart = apart | (says & party.is_null() if heading == "text" else says)
    for field, words in (layout.skip if layout is not None else {}).items():
        for name in _columns(grid, field):
            apart = apart | tidy(grid.column(name)).is_in(words).fill_null(value=False)
    apart = apart | _footnotes(grid)
    return grid.filter(~apart) if apart.any() else grid


def _footnotes(grid: Grid) -> pl.Series:
    """Rows that hold a single text about the sheet: who made it, when it was printed."""
    filled = grid.frame.select(
        alone=pl.sum_horizontal(pl.all().fill_null("").str.strip_chars() != "") == 1,
        text=pl.concat_str(pl.all().fill_null("").str.strip_chars()),
    )
    texts = filled.filter("alone")["text"].unique()
    return filled["alone"] & filled["text"].is_in([text for text in texts if is_footnote(text)])


def _columns(grid: Grid, field: str) -> list[str]:
    """The columns of the grid that hold a field."""
    named = [name for name in grid.frame.columns if name.rstrip("0123456789") == field]
    return named or [field]


def _read(
    grid: Grid, role: str, layout: ListLayout | None, problems: list[Problem], *, signed: bool
) -> pl.DataFrame:
    columns = {}
    for column in COLUMNS:
        if column.dtype == pl.Date:
            parsed = read_dates(grid, column.name)
        elif isinstance(column.dtype, pl.Decimal):
            parsed = read_amounts(grid, column.name)
        elif column.name in ("id", "party", "account"):
            parsed = read_codes(grid, column.name)
        else:
            columns[column.name] = _joined(grid, column.name, problems)
            continue
        columns[column.name] = parsed.values
        problems += parsed.problems
    frame = pl.DataFrame(columns).with_columns(_row=grid.rows.cast(pl.Int64))
    frame = frame.with_columns(
        currency=_currencies(frame["currency"], tidy(grid.column("amount"))),
        id=pl.coalesce("id", pl.format("行{}", "_row")),
    )
    if signed and role == "supplier":
        frame = frame.with_columns(amount=-pl.col("amount"))
    other = _other_way(grid, frame, role, layout, problems)
    if signed:
        went = (frame["amount"] < 0).fill_null(value=False)
        other = other | went
        if went.any():
            problems.append(OTHER_SIDE.at(grid.origin.place(None), went.sum()))
    blank = frame["amount"].is_null() & ~other
    problems += [NO_AMOUNT.at(grid.place(at, "amount")) for at in blank.arg_true()]
    frame = _unlike(frame, grid, problems)
    return frame.filter(~blank & ~other).select(column.name for column in COLUMNS)


def _other_way(
    grid: Grid,
    frame: pl.DataFrame,
    role: str,
    layout: ListLayout | None,
    problems: list[Problem],
) -> pl.Series:
    """Rows of a statement that went the other way, which are told as a number."""
    apart = read_amounts(grid, _APART)
    problems += apart.problems
    idle = (frame["amount"].is_null() | (frame["amount"] == 0)).fill_null(value=True)
    other = idle & (apart.values != 0).fill_null(value=False)
    marks = tidy(grid.column(_DIRECTION))
    words = dict(_ways(role, layout))
    sides = {mark: words.get(fold(mark)) for mark in marks.drop_nulls().unique()}
    said = marks.replace_strict(sides, default=None, return_dtype=pl.Boolean)
    odd = said.is_null() & marks.is_not_null()
    problems += [NO_DIRECTION.at(grid.place(at, _DIRECTION), marks[at]) for at in odd.arg_true()]
    other = other | ~said.fill_null(value=True)
    if other.any():
        problems.append(OTHER_SIDE.at(grid.origin.place(None), other.sum()))
    return other | odd


def _ways(role: str, layout: ListLayout | None) -> Iterator[tuple[str, bool]]:
    """Words for a direction, and whether it is the one that settles."""
    came = (layout.incoming if layout else ()) or CAME_IN
    went = (layout.outgoing if layout else ()) or WENT_OUT
    for words, is_in in ((came, True), (went, False)):
        for word in words:
            yield fold(word), is_in == (role != "supplier")


def _joined(grid: Grid, field: str, problems: list[Problem]) -> pl.Series:
    """All columns of a field as one; a number that a spreadsheet cut short is left out."""
    names = _columns(grid, field)
    columns = pl.DataFrame([tidy(grid.column(name)).alias(name) for name in names])
    for name in names if field == "reference" else ():
        cut = _cut_short(grid, name)
        if cut.any():
            texts = columns[name]
            problems += [CUT_SHORT.at(grid.place(at, name), texts[at]) for at in cut.arg_true()]
            columns = columns.with_columns(pl.when(~cut).then(name).alias(name))
    joined = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
    return columns.select(pl.when(joined != "").then(joined).alias(field)).to_series()


def _cut_short(grid: Grid, name: str) -> pl.Series:
    """Cells whose long number lost its last digits: 6.02E+19, or a number cell of that length."""
    texts = tidy(grid.column(name))
    cut = texts.str.contains(r"^[0-9](\.[0-9]+)?[eE]\+[0-9]{2}$").fill_null(value=False)
    if grid.numbers.get(name, False) is False:
        return cut
    long = texts.str.contains(rf"^[0-9]{{{_WHOLE_DIGITS + 1},}}(\.0*)?$").fill_null(value=False)
    return cut | (long & grid.number_cells(name))


def _currencies(names: pl.Series, amounts: pl.Series) -> pl.Series:
    """Codes of the currencies named, else of the sign before the amount."""
    spelled = names.drop_nulls().unique().to_list()
    codes = {name: currency_code(name) or name for name in spelled}
    named = names.replace(codes) if codes else names
    odd = amounts.filter(amounts.str.contains(r"[^0-9.,\s-]").fill_null(value=False)).unique()
    signs = {text: code for text in odd if (code := currency_before(text)) is not None}
    if not signs:
        return named
    before = amounts.replace_strict(signs, default=None, return_dtype=pl.String)
    return pl.select(pl.coalesce(named, before)).to_series()


def _unlike(frame: pl.DataFrame, grid: Grid, problems: list[Problem]) -> pl.DataFrame:
    """Ids that differ: a repeated one gets the row behind it."""
    again = frame["id"].is_duplicated() & ~frame["id"].is_first_distinct()
    for at in again.arg_true():
        name = f"{frame['id'][at]}#{frame['_row'][at]}"
        problems.append(SAME_ID.at(grid.place(at, "id"), frame["id"][at], name=name))
    told = pl.format("{}#{}", "id", "_row")
    return frame.with_columns(id=pl.when(again).then(told).otherwise("id"))

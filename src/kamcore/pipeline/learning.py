"""Drafting a layout from a sheet nobody knows: its heading row, its fields, with reasons.

A draft is a beginning: a person reads the reasons, corrects what is wrong, and tries it with
``kamcore layout test``.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import attrs
import polars as pl

from kamcore.errors import Fault, Problem, SourceError
from kamcore.format import Source
from kamcore.format.layout import cell_kind
from kamcore.grid.header import Header, find_header, fold, grid_of
from kamcore.grid.rows import drop_blank_rows, is_total
from kamcore.grid.sheet import Grid
from kamcore.grid.workbook import Workbook, open_workbook
from kamcore.model.layout import Boundary, Layout, LayoutColumn, LayoutKind, Packing
from kamcore.pipeline.heading_words import Known, Meaning, known_headings, rule_for
from kamcore.pipeline.layout_text import toml_of
from kamcore.pipeline.layouts import layout_of
from kamcore.pipeline.reading import source_of
from kamcore.place import Place
from kamcore.plugin import Registry, registry

__all__ = ["Draft", "Suggestion", "learn"]

NOTHING_TO_LEARN = Fault(
    code="C2012",
    zh="没有找到像表头的一行, 无法起草版式",
    en="no row looks like headings, so no layout can be drafted",
    hint_zh="若文件有几张工作表, 用 --sheet 指定一张",
    hint_en="name the sheet with --sheet if the file has several",
)

SHOWN = 5
"""Rows of the preview."""
_LOOKED_AT = 200
_MOST = 0.8
_LONGEST_CAPTION = 30
_DAY = r"^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?$"
_CODE_AND_NAME = r"^\S*\d\S*\s+\S"
_NUMBER = re.compile(r"[-+]?[\d,]*\.?\d+")
_NEEDED = (
    *("vouchers.date", "voucher", "lines.account", "lines.debit", "lines.credit", "amount"),
    *("direction", "balance", "balances.account", "period", "balances.opening"),
    *("balances.opening_debit", "balances.opening_credit", "balances.closing"),
    *("balances.closing_debit", "balances.closing_credit", "balances.debit", "balances.credit"),
)


@attrs.frozen(kw_only=True)
class Suggestion:
    """What one column seems to hold.

    `field` is empty where its texts would be kept verbatim; `examples` are its first texts.
    """

    key: str
    """The column in the grid."""
    letter: str
    heading: str
    field: str
    zh: str
    en: str
    examples: tuple[str, ...] = ()

    def reason(self, lang: str = "en") -> str:
        """Why, in one language."""
        return self.zh if lang == "zh" else self.en


@attrs.frozen(kw_only=True)
class Draft:
    """A drafted layout with the reasons for it.

    `rows` are the first data rows by heading; `problems` what keeps the layout from reading, such
    as a missing amount.
    """

    sheet: str
    header_row: int
    layout: Layout
    kind_zh: str
    kind_en: str
    columns: tuple[Suggestion, ...]
    rows: tuple[Mapping[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()

    def toml(self, lang: str = "en") -> str:
        """The layout as TOML, with the reasons as comments."""
        notes = {}
        for one, column in zip(self.columns, self.layout.columns, strict=True):
            example = f"; {one.examples[0]}" if one.examples else ""
            notes[column.key] = f"{one.reason(lang)}{example}"
        return toml_of(self.layout, notes)


def learn(
    path: str | os.PathLike[str], *, sheet: str = "", formats: Registry | None = None
) -> Draft:
    """Draft a layout for a sheet.

    Raises:
        UsageError: there is no such file.
        SourceError: it is no workbook, or no row of it looks like headings.
    """
    source = source_of(path)
    book = open_workbook(source)
    known = {
        kind: known_headings((formats or registry()).formats.values(), kind) for kind in LayoutKind
    }
    name = sheet or _likely_sheet(book, known)
    header = _header(book, name, known)
    grid = drop_blank_rows(grid_of(book.load(name, skip=header.row or 0), header))
    captions = {key: grid.origin.headings.get(key, key) for key in grid.frame.columns}
    kind, why = _kind_of(captions.values())
    suggestions = _suggestions(grid, captions, known[kind], kind)
    layout = _layout(source, grid, kind, suggestions)
    layout = attrs.evolve(layout, every_sheet=_goes_on(book, name, header))
    return Draft(
        sheet=name,
        header_row=header.row or 0,
        layout=layout,
        kind_zh=why[0],
        kind_en=why[1],
        columns=tuple(suggestions),
        rows=tuple(
            {captions[key]: text or "" for key, text in row.items()}
            for row in grid.frame.head(SHOWN).iter_rows(named=True)
        ),
        problems=_unusable(layout, source.name),
    )


def _unusable(layout: Layout, file: str) -> tuple[Problem, ...]:
    data = attrs.asdict(layout, value_serializer=_plain)
    try:
        layout_of(data, file)
    except SourceError as error:
        return (error.problem, *error.problems)
    return ()


def _plain(_owner: object, _field: object, value: object) -> object:
    if isinstance(value, LayoutKind | Boundary):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _likely_sheet(book: Workbook, known: Mapping[LayoutKind, Known]) -> str:
    words = {word for meanings in known.values() for word in meanings}
    names = book.names or tuple(sheet.name for sheet in book.sheets)
    wanted = {word: word for word in words}

    def score(name: str) -> tuple[int, int]:
        rows = book.peek(name)
        spoken = max(map(_spoken, rows), default=0)
        return max(len(find_header(rows, wanted).columns), spoken), sum(map(any, rows))

    return max(names, key=score)


def _header(book: Workbook, sheet: str, known: Mapping[LayoutKind, Known]) -> Header:
    """The row with the most known captions, else the last row of texts before figures begin."""
    rows = book.peek(sheet)
    place = Place(file=book.file, sheet=None if book.container == "text" else sheet)
    words = {word: word for meanings in known.values() for word in meanings}
    found = _each(rows, words, place)
    if len(found.columns) > 1:
        return found
    spoken = max(rows, key=_spoken, default=())
    if _spoken(spoken) > 1:
        return _each(rows, {text: text for text in map(str.strip, spoken) if text}, place)
    for row, below in pairwise(rows):
        texts = [cell.strip() for cell in row if cell.strip()]
        figures = any(_NUMBER.fullmatch(cell.strip()) for cell in below)
        if len(texts) > 1 and figures and not any(_NUMBER.fullmatch(text) for text in texts):
            return _each(rows, {text: text for text in texts}, place)
    raise SourceError(NOTHING_TO_LEARN.at(place))


def _spoken(row: Sequence[str]) -> int:
    """How many cells of a row are captions by the words they hold."""
    short = [cell for cell in row if 0 < len(cell.strip()) <= _LONGEST_CAPTION]
    return sum(any(rule_for(cell, kind) for kind in LayoutKind) for cell in short)


def _each(rows: Sequence[Sequence[str]], words: Mapping[str, str], place: Place) -> Header:
    """The heading row with a key for each of several columns that share a caption."""
    found = find_header(rows, words, place=place)
    if not found.repeated:
        return found
    more = {
        f"{key} {number}": words[key]
        for key, columns in found.repeated.items()
        for number in range(2, len(columns) + 2)
    }
    return find_header(rows, {**words, **more}, place=place)


def _goes_on(book: Workbook, sheet: str, header: Header) -> bool:
    """True when all sheets, more than one, have the same heading row."""
    names = book.names
    row = (header.row or 1) - 1
    own = book.peek(sheet)[row]
    return len(names) > 1 and all(book.peek(name)[row : row + 1] == (own,) for name in names)


def _kind_of(captions: Iterable[str]) -> tuple[LayoutKind, tuple[str, str]]:
    joined = " ".join(captions)
    if re.search("期末|期初", joined) and "凭证" not in joined:
        return LayoutKind.BALANCES, (
            "有期初或期末余额而没有凭证号, 是余额表",
            "openings or closings and no vouchers: a table of balances",
        )
    if re.search("余额|结余", joined):
        return LayoutKind.LEDGER, ("有逐行余额, 是明细账", "a running balance: a ledger")
    return LayoutKind.VOUCHERS, ("没有余额, 是凭证列表", "no balance: a list of vouchers")


def _suggestions(
    grid: Grid, captions: Mapping[str, str], known: Known, kind: LayoutKind
) -> list[Suggestion]:
    """A meaning for each column; of two columns with one, the first keeps it."""
    taken: set[str] = set()
    found = []
    for key, caption in captions.items():
        options = known.get(fold(caption), ())
        free = next((one for one in options if one.field not in taken), None)
        meaning = free or next(iter(options), None) or rule_for(caption, kind)
        meaning = _by_content(grid.column(key), meaning, kind, taken)
        field = "" if meaning is None or meaning.field in taken else meaning.field
        taken |= {field} if field else set()
        why = ("看不出含义, 原样保留", "its meaning is not clear: kept verbatim")
        if meaning is not None and not field:
            other = meaning.field
            why = (f"「{other}」已有一列, 原样保留", f"{other} has a column: kept verbatim")
        elif meaning is not None:
            why = (meaning.zh, meaning.en)
        texts = grid.column(key).drop_nulls()
        found.append(
            Suggestion(
                key=key,
                letter=grid.letters.get(key, ""),
                heading=caption,
                field=field,
                zh=why[0],
                en=why[1],
                examples=tuple(texts.head(3)),
            )
        )
    return _sensible(found)


def _sensible(found: list[Suggestion]) -> list[Suggestion]:
    """The suggestions without an amount that no column gives a side."""
    fields = {one.field for one in found}
    if "amount" not in fields or "direction" in fields:
        return found
    zh, en = "没有方向列, 原样保留", "no column says its side: kept verbatim"
    return [
        attrs.evolve(one, field="", zh=zh, en=en) if one.field == "amount" else one
        for one in found
    ]


def _by_content(
    texts: pl.Series, meaning: Meaning | None, kind: LayoutKind, taken: set[str]
) -> Meaning | None:
    """A guess corrected by what the cells hold, or made from it."""
    filled = texts.drop_nulls().head(_LOOKED_AT)
    if not filled.len():
        return meaning
    if meaning is not None and meaning.field == "voucher" and _share(filled, r"^\d+(?:\.0)?$"):
        return Meaning(
            "vouchers.number",
            f"{meaning.zh}, 各格只有数字",
            f"{meaning.en}, and holds digits only",
        )
    if kind is LayoutKind.BALANCES:
        return meaning
    # A caption such as 记账日 speaks of a person and means a day.
    unsure = meaning is None or cell_kind(meaning.field) == "text"
    if unsure and "vouchers.date" not in taken and _share(filled, _DAY):
        return Meaning("vouchers.date", "各格都是日期", "its cells are dates")
    if meaning is not None:
        return meaning
    if "lines.account" not in taken and _share(filled, r"^[1-6]\d{3}(?:[.\-]?\d{2,4})*$"):
        return Meaning("lines.account", "各格像科目代码", "its cells look like account codes")
    return None


def _share(texts: pl.Series, pattern: str) -> bool:
    """True where most texts match."""
    return bool(texts.str.strip_chars().str.contains(pattern).sum() >= _MOST * texts.len())


def _layout(
    source: Source, grid: Grid, kind: LayoutKind, suggestions: Sequence[Suggestion]
) -> Layout:
    columns = []
    for one in suggestions:
        texts = grid.column(one.key).drop_nulls().head(_LOOKED_AT)
        code = bool(one.field) and cell_kind(one.field) == "code"
        columns.append(
            LayoutColumn(
                headings=(one.heading,),
                field=one.field,
                need=one.field in _NEEDED,
                with_name=code and texts.len() > 0 and _share(texts, _CODE_AND_NAME),
            )
        )
    by_field = {one.field: one.key for one in suggestions if one.field}
    title = Path(source.name).stem
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    name = stem if re.match("[a-z]", stem) else f"my-{stem or 'layout'}"
    return Layout(
        name=name,
        title=title or name,
        kind=kind,
        columns=tuple(columns),
        suffixes=(source.suffix or ".xlsx",),
        evidence="guessed",
        evidence_note="drafted from one file",
        vouchers=_boundary(grid, by_field),
        packing=_packing(grid, by_field),
        fill=_fill(grid, by_field, kind),
    )


def _boundary(grid: Grid, by_field: Mapping[str, str]) -> Boundary:
    """Head cells on the first row only, where rows with an account lack them."""
    number = by_field.get("voucher") or by_field.get("vouchers.number")
    account = by_field.get("lines.account")
    if number is None or account is None:
        return Boundary.KEY
    lines = grid.column(account).is_not_null()
    lacking = (grid.column(number).is_null() & lines).sum()
    return Boundary.HEAD if lacking > lines.sum() // 10 else Boundary.KEY


def _packing(grid: Grid, by_field: Mapping[str, str]) -> Packing | None:
    """Brackets where most cells have them, else items between semicolons."""
    key = by_field.get("packed")
    if key is None:
        return None
    texts = grid.column(key).drop_nulls().head(_LOOKED_AT)
    if texts.len() and _share(texts, "^【.*】$"):
        colon = "：" if _share(texts, "：") else ":"
        return Packing(opening="【", closing="】", colon=colon)
    return Packing()


def _fill(grid: Grid, by_field: Mapping[str, str], kind: LayoutKind) -> tuple[str, ...]:
    """Account cells on the first row of a block only, as some ledgers have them."""
    account = by_field.get("lines.account")
    if kind is not LayoutKind.LEDGER or account is None:
        return ()
    texts = grid.column(account)
    if texts.null_count() <= grid.height // 10 or any(map(is_total, texts.drop_nulls().unique())):
        return ()
    return tuple(name for name in ("lines.account", "names.account") if name in by_field)

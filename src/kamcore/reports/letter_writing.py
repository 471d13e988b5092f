"""Letters as pages and workbooks, with the places the other side seals and signs.

A page needs nothing from outside; every text is escaped by the template.  A workbook calculates
its sums.
"""

import functools
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import attrs
import jinja2
import polars as pl

from kamcore.errors import Fault, UsageError
from kamcore.pipeline.atomic import whole
from kamcore.place import Place
from kamcore.reports.letter import Letter, Table
from kamcore.reports.sheets import Boxes, Column, Line, Listing, Paragraph, Part, Sheet, Title
from kamcore.reports.workbook import sheet_name, write_workbook

__all__ = ["letter_name", "letter_page", "letter_sheet", "write_letter", "write_letters"]

_BARRED = '<>:"/\\|?*'

NO_LETTER = Fault(
    code="C6101",
    zh="信函不能写成「{value}」",
    en="a letter cannot become {value!r}",
    hint_zh="文件名以 .html 或 .xlsx 结尾",
    hint_en="let the name end in .html or .xlsx",
)


def letter_name(letter: Letter) -> str:
    """The name of the file of a letter, without suffix: its number and whom it goes to.

    Marks that a file system refuses become blanks.
    """
    number = "".join(" " if mark in _BARRED else mark for mark in letter.number)
    return f"{number} {_named(letter.to_name)}"


def _named(text: str) -> str:
    return sheet_name("".join(" " if mark in _BARRED else mark for mark in text))


def letter_page(*letters: Letter) -> str:
    """Letters as one printable HTML page, each on a sheet of its own."""
    return _template().render(letters=letters, zh=letters[0].lang == "zh")


@functools.cache
def _template() -> jinja2.Template:
    text = files("kamcore.reports").joinpath("templates/letter.html").read_text("utf-8")
    room = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return room.from_string(text)


def letter_sheet(letter: Letter) -> Sheet:
    """The letter as a sheet of a workbook, amounts as numbers, sums as formulas."""
    zh = letter.lang == "zh"
    parts: list[Part] = [
        Title(letter.title),
        Line(f"{letter.to_name}:", f"{'编号' if zh else 'No.'} {letter.number}"),
        *(Paragraph(f"{'    ' if zh else ''}{text}") for text in letter.body),
    ]
    widths = letter.tables[0].widths if letter.tables else ()
    for table in letter.tables:
        if table.title:
            parts.append(Paragraph(table.title, bold=True))
        if table.unit:
            parts.append(Line("", table.unit))
        parts.append(_listing(table, widths))
    answer = ("回函地址及联系人: ", "Please answer to: ")[not zh]
    parts += [
        Line(f"{answer}{letter.reply or '_' * 40}"),
        Line(""),
        Line("", f"{letter.from_name} {'(盖章)' if zh else '(seal)'}"),
        Line("", letter.date_text),
        Paragraph("回函" if zh else "Answer", bold=True),
        Boxes(texts=tuple("\n".join(box) for box in _BOXES[zh])),
    ]
    return Sheet(name=sheet_name(letter.to_name), parts=tuple(parts), landscape=False)


_SIGNED = {
    True: ("", "", "公司盖章:", "经办人:", "联系电话:", "日期:          年    月    日"),
    False: ("", "", "Seal:", "Signed:", "Telephone:", "Date:"),
}
_BOXES = {
    True: (
        ("结论 1: 数据证明无误。", "", *_SIGNED[True]),
        ("结论 2: 数据不符, 请列明不符项目及具体内容:", "", *_SIGNED[True]),
    ),
    False: (
        ("1. We confirm the figures.", "", *_SIGNED[False]),
        ("2. The figures do not agree; the details are:", "", *_SIGNED[False]),
    ),
}


def _listing(table: Table, widths: Sequence[float]) -> Listing:
    """A table whose columns are amounts where every filled cell is one."""
    columns, series = [], []
    for at, head in enumerate(table.heads):
        cells = [row.cells[at] for row in table.rows]
        amounts = all(cell.is_amount or not cell.text for cell in cells)
        if amounts and any(cell.is_amount for cell in cells):
            values = pl.Series(f"c{at}", [cell.amount for cell in cells], pl.Decimal(38, 4))
        else:
            values = pl.Series(f"c{at}", [cell.text for cell in cells], pl.String)
        formulas = [cell.formula for cell in cells]
        series += [values, pl.Series(f"f{at}", formulas, pl.String)]
        width = widths[at] if at < len(widths) else None
        formula = f"f{at}" if any(formulas) else None
        columns.append(Column(f"c{at}", head, formula=formula, width=width, wrap=True))
    styles = ["sum" if row.is_sum else "adjust" if row.is_unsigned else None for row in table.rows]
    frame = pl.DataFrame([*series, pl.Series("style", styles, pl.String)])
    return Listing(columns=tuple(columns), frame=frame, style="style")


def write_letter(letter: Letter, path: Path, *, force: bool = False) -> None:
    """Write a letter as a page or a workbook, whole or not at all.

    Raises:
        UsageError: the name ends in neither .html nor .xlsx, or the file exists and `force` is
            false.
    """
    write_letters([letter], path, force=force)


def write_letters(letters: Sequence[Letter], path: Path, *, force: bool = False) -> None:
    """Write letters as one page, each on a sheet of its own, or as one workbook.

    Raises:
        UsageError: the name ends in neither .html nor .xlsx, or the file exists and `force` is
            false.
    """
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        write_workbook(_apart([letter_sheet(letter) for letter in letters]), path, force=force)
    elif suffix == ".html":
        with whole(path, force=force) as temporary:
            temporary.write_text(letter_page(*letters), "utf-8", newline="\n")
    else:
        raise UsageError(NO_LETTER.at(Place(file=str(path)), path.name))


def _apart(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The sheets with names that differ, as a workbook asks whatever their case."""
    names: set[str] = set()
    found = []
    for number, sheet in enumerate(sheets, start=1):
        again = sheet.name.casefold() in names
        name = sheet_name(f"{number} {sheet.name}") if again else sheet.name
        names.add(name.casefold())
        found.append(attrs.evolve(sheet, name=name))
    return found

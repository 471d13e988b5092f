"""What reading one column of a grid gives: typed values, and a problem for every odd cell.

The usual spelling of a column is read in one column expression.  Cells spelled otherwise are
explained one by one, each distinct text once.
"""

from collections.abc import Callable, Mapping

import attrs
import polars as pl

from kamcore.errors import Fault, Problem, Severity
from kamcore.grid.sheet import Grid

FAULTY_CELL = Fault(
    code="G2001",
    zh="单元格没有值, 而是「{value}」",
    en="the cell has no value but {value!r}",
    hint_zh="在表格软件中修正公式并重新保存, 再读取",
    hint_en="mend the formula in the spreadsheet, save it, and read it again",
)
UNUSUAL = Fault(
    code="G2002",
    severity=Severity.WARNING,
    zh="「{value}」写法不规范 ({reason_zh}), 按 {read} 读取",
    en="{value!r} is spelled oddly ({reason_en}); read as {read}",
)

BLANKS = " \t\r\n\x0b\x0c\xa0\u2007\u202f\u3000\u200b\ufeff"
"""Characters that are blank at the ends of a cell, whatever product wrote them."""


@attrs.frozen
class Parsed:
    """The values of a column, null where nothing could be read, and what was odd about it."""

    values: pl.Series
    problems: tuple[Problem, ...] = ()


@attrs.frozen
class Finding:
    """What one odd text means: its plain spelling or None, and the fault it shows, if any."""

    value: str | None = None
    fault: Fault | None = None
    facts: Mapping[str, object] = attrs.field(factory=dict)


Explain = Callable[[str, bool], Finding]
"""Explains a text; the flag says that it stood in a number cell."""


def unusual(value: str, reason_zh: str, reason_en: str) -> Finding:
    """A text that has one clear meaning in spite of its spelling."""
    return Finding(value, UNUSUAL, {"reason_zh": reason_zh, "reason_en": reason_en, "read": value})


def faulty_cells(grid: Grid, heading: str) -> list[Problem]:
    """A problem for every cell of a column that holds an error of the spreadsheet."""
    return [
        FAULTY_CELL.at(grid.place(index, heading), text)
        for index, text in sorted(grid.faulty.get(heading, {}).items())
    ]


def mend(grid: Grid, heading: str, odd: pl.Series, explain: Explain) -> Parsed:
    """The texts of a column with every odd one replaced by its plain spelling or by null."""
    texts, problems = grid.column(heading), faulty_cells(grid, heading)
    if not odd.any():
        return Parsed(texts, tuple(problems))
    spots = odd.fill_null(value=False).arg_true()
    known: dict[tuple[str, bool], Finding] = {}
    values: list[str | None] = []
    cells = zip(
        spots.to_list(),
        texts.gather(spots).to_list(),
        grid.number_cells(heading).gather(spots).fill_null(value=False).to_list(),
        strict=True,
    )
    for index, text, is_number in cells:
        key = (text, is_number)
        if key not in known:
            known[key] = explain(text, is_number)
        finding = known[key]
        values.append(finding.value)
        if finding.fault is not None:
            place = grid.place(index, heading)
            problems.append(finding.fault.at(place, text, **finding.facts))
    mended = texts.clone().scatter(spots, pl.Series(values, dtype=pl.String))
    return Parsed(mended, tuple(problems))

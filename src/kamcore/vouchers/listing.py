"""From a workbook to the rows of its voucher list: the sheet, its headings, its filled rows.

What every layout of a sheet with headings does first, once: take the sheet that was asked for or
the one whose first rows hold the most known headings, find the headings by name, and leave blank
rows out.
"""

from collections.abc import Collection, Iterable, Mapping

import attrs

from kamcore.errors import Fault, Problem, Severity
from kamcore.format import Detected, Source
from kamcore.grid.header import Header, find_header, fold, grid_of
from kamcore.grid.rows import drop_blank_rows
from kamcore.grid.sheet import Grid
from kamcore.grid.workbook import Workbook, open_workbook
from kamcore.place import Place

NO_DATA = Fault(
    code="G1801",
    severity=Severity.WARNING,
    zh="工作表里只有列名, 没有数据",
    en="the sheet has headings and no data",
)

Wanted = Mapping[str, str | Iterable[str]]
"""The captions each canonical key goes by; see `kamcore.grid.header.find_header`."""


@attrs.frozen(kw_only=True)
class Listing:
    """The rows of a list, the headings they stand under, and what was odd so far."""

    grid: Grid
    header: Header
    problems: tuple[Problem, ...] = ()

    def detected(self, **facts: str) -> Detected:
        """What was found out, for the reading."""
        return Detected(sheet=self.header.place.sheet, header_row=self.header.row, facts=facts)


def read_listing(
    source: Source, wanted: Wanted, need: Collection[str], sheet: str = ""
) -> Listing:
    """Open a workbook and give its rows under canonical keys.

    Args:
        source: the workbook, or a text or html table.
        wanted: for each canonical key the captions it goes by.
        need: keys without which the file is refused.
        sheet: name of the sheet; found out when it is left out.

    Raises:
        SourceError: it is no workbook, there is no such sheet, or headings in `need` are missing
            or stand there twice.
    """
    workbook = open_workbook(source)
    name = sheet or best_sheet(workbook, wanted)
    place = Place(file=source.name, sheet=name)
    header = find_header(workbook.peek(name), wanted, need, place=place)
    header.require()
    problems = list(workbook.problems)
    grid = grid_of(workbook.load(name, skip=header.row or 0), header, problems)
    grid = drop_blank_rows(grid)
    if not grid.height:
        problems.append(NO_DATA.at(header.place))
    return Listing(grid=grid, header=header, problems=tuple(problems))


def best_sheet(workbook: Workbook, wanted: Wanted) -> str:
    """The visible sheet with the most known captions in one of its first rows."""
    known = {
        fold(caption)
        for captions in wanted.values()
        for caption in ((captions,) if isinstance(captions, str) else captions)
    }
    names = workbook.names or tuple(sheet.name for sheet in workbook.sheets)

    def score(name: str) -> int:
        rows = workbook.peek(name)
        return max((len({fold(cell) for cell in row} & known) for row in rows), default=0)

    return max(names, key=score)

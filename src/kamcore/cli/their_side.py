"""The other company's file in ``reconcile``: books of any format, else a list it made."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs

from kamcore.books import Books
from kamcore.cli.grammar import option
from kamcore.cli.options import pairs
from kamcore.cli.screen import Screen, needs_a_look
from kamcore.errors import Problem, SourceError
from kamcore.format import Reading
from kamcore.matching.listed import ListedAnswer, reconcile_listed
from kamcore.matching.reconciling import Reconciliation, reconcile
from kamcore.pipeline import read
from kamcore.pipeline.layouts import LAYOUT
from kamcore.pipeline.statement_list import NOT_A_STATEMENT, StatementList, read_statement_list
from kamcore.plugin.recognition import UNKNOWN

__all__ = [
    "TheirSide",
    "how_json",
    "reconciled",
    "show_how",
    "show_oddities",
    "their_options",
    "their_side",
]

Answer = ListedAnswer | None

_FORMAT = option(
    "--their-format",
    metavar="FORMAT",
    zh="对方文件的格式; 缺省按内容识别, 认不出时按对账清单读",
    en="Format of their file; recognised from its content when left out, else read as a list.",
)
_OPTION = option(
    "--their-option",
    "their_options",
    multiple=True,
    metavar="NAME=VALUE",
    zh="读对方文件的选项, 如 layout=版式.toml, 可多次给出",
    en="Option for reading their file, such as layout=LAYOUT.toml, may be repeated.",
)
_COLUMN = option(
    "--their-column",
    "their_columns",
    multiple=True,
    metavar="FIELD=HEADING",
    zh="对方清单的列名, 如 date=到货日, 可多次给出",
    en="A heading of their list, such as date=DAY, may be repeated.",
)


def their_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what is asked about their file."""
    for add in (_COLUMN, _OPTION, _FORMAT):
        function = add(function)
    return function


@attrs.frozen(kw_only=True)
class TheirSide:
    """Their file as read: books, or a list."""

    reading: Reading | None = None
    listing: StatementList | None = None

    @property
    def problems(self) -> Sequence[Problem]:
        """What was odd about the file."""
        found = self.reading or self.listing
        return found.problems if found is not None else ()


def their_side(
    file: Path, named: str | None, options: Sequence[str], columns: Sequence[str]
) -> TheirSide:
    """Read their file: as `named`, by headings that are given, or as what it is.

    Raises:
        SourceError: it can be read neither as books nor as a list.
        UsageError: there is no such file, format, option, field or heading.
    """
    headings = pairs(columns, "--their-column")
    if headings:
        return TheirSide(listing=read_statement_list(file, headings))
    chosen = pairs(options, "--their-option")
    try:
        return TheirSide(reading=read(file, named, options=chosen))
    except SourceError as error:
        unknown = error.problem.fault is UNKNOWN
        if named is not None or LAYOUT in chosen or not unknown:
            raise
        return TheirSide(listing=_as_list(file, error))


def _as_list(file: Path, unknown: SourceError) -> StatementList:
    """The file as a list; where it is no sheet at all, that no format knows it says more."""
    try:
        return read_statement_list(file)
    except SourceError as error:
        if error.problem.fault is NOT_A_STATEMENT:
            raise
        raise unknown from error


def reconciled(ours: Books, theirs: TheirSide, **asked: Any) -> tuple[Reconciliation, Answer]:
    """Reconcile our books with what they sent; for a list also how it was read.

    Raises:
        UsageError: as `kamcore.matching.reconcile` does.
    """
    if theirs.listing is None:
        assert theirs.reading is not None  # noqa: S101  a side is one or the other
        return reconcile(ours, theirs.reading.books, **asked), None
    answer = reconcile_listed(ours, theirs.listing.listed, **asked)
    return answer.result, answer


def show_how(screen: Screen, theirs: TheirSide, answer: Answer) -> None:
    """Say by which headings a list was understood, and from whose point of view."""
    if theirs.listing is None or answer is None:
        return
    captions = ", ".join(theirs.listing.headings.values())
    count = theirs.listing.listed.lines.height
    screen.line(
        f"  对方文件按对账清单读: {count} 笔, 列 {captions}",
        f"  their file was read as a list: {count} records, columns {captions}",
    )
    if answer.from_our_side is not None:
        zh, en = ("我方", "ours") if answer.from_our_side else ("对方", "theirs")
        screen.line(
            f"  借贷方向按{zh}账读, 这样相符的最多",
            f"  its sides were read as {en}: so most agrees",
        )


def how_json(theirs: TheirSide, answer: Answer) -> dict[str, Any]:
    """The same under ``--json``; nothing for books."""
    if theirs.listing is None or answer is None:
        return {}
    side = answer.from_our_side
    return {
        "their_list": {
            "sheets": list(theirs.listing.sheets),
            "headings": dict(theirs.listing.headings),
            "records": theirs.listing.listed.lines.height,
            "sides_of": None if side is None else "ours" if side else "theirs",
        }
    }


def show_oddities(screen: Screen, file: Path, problems: Sequence[Problem]) -> None:
    """Print what was odd about a file, the first of each kind, where a person should look."""
    if not needs_a_look(problems):
        return
    count = len(problems)
    screen.line(f"  {file} 有 {count} 处请看:", f"  {file} has {count} to look at:")
    screen.problems(problems, 1)

"""Reading a file whose format need not be named."""

import os
from collections.abc import Iterator
from pathlib import Path

import attrs

from kamcore.books.check import CheckSettings, check
from kamcore.errors import Fault, Problem, Severity, SourceError, UsageError
from kamcore.format import Format, Guess, Options, Reading, Source
from kamcore.grid.head import head_of
from kamcore.grid.text import decode
from kamcore.grid.workbook import open_workbook
from kamcore.pipeline.layouts import LAYOUT, TABULAR, with_layout
from kamcore.place import Place
from kamcore.plugin import Registry, registry

NO_FILE = Fault(
    code="C1011",
    zh="找不到文件 {value}",
    en="there is no file {value}",
    hint_zh="检查路径和文件名",
    hint_en="check the path",
)
CHECK_FAILED = Fault(
    code="C1012",
    severity=Severity.WARNING,
    zh="插件的检查 {value} 未能完成: {reason}",
    en="the check {value} of a plug-in did not finish: {reason}",
    hint_zh="其他检查不受影响; 请告知插件作者",
    hint_en="the other checks stand; tell the author of the plug-in",
)
_WORKBOOKS = ("empty", "xlsx", "xls", "zip", "ole")
_TEXTS = ("text", "xml", "json")
NAMED = ("格式由调用者指定", "the caller named the format")


def source_of(path: str | os.PathLike[str] | Source) -> Source:
    """Make a source of a path.

    Raises:
        UsageError: nothing stands there.
    """
    if isinstance(path, Source):
        return path
    where = Path(path)
    if not where.exists():
        raise UsageError(NO_FILE.at(Place(file=str(where)), where))
    return Source(where)


def recognise(
    source: Source, name: str | None = None, formats: Registry | None = None
) -> tuple[Format, Guess]:
    """Choose the format of a source: the one named, else the surest."""
    formats = formats or registry()
    if name is not None:
        return formats.format(name), Guess.sure(*NAMED)
    head = head_of(source)
    try:
        return formats.recognise(head)
    except SourceError:
        _say_what_is_broken(source, head.container)
        raise


def _say_what_is_broken(source: Source, container: str) -> None:
    """Raise what is wrong with the file itself: that says more than that no format knows it."""
    if container in _WORKBOOKS:
        book = open_workbook(source)
        if not any(map(book.peek, book.names)):
            book.load(book.names[0])
    elif container in _TEXTS:
        decode(source)


def read(
    path: str | os.PathLike[str] | Source,
    format: str | None = None,  # noqa: A002  the word every user will look for
    *,
    options: Options | None = None,
    checked: bool = True,
    formats: Registry | None = None,
) -> Reading:
    """Read a file into books, with every problem met on the way.

    The format is recognised from the content unless it is named.  With `checked` the books are
    checked too and what is found stands among the problems.  A merely odd file never raises.
    With the option ``layout``, a TOML file, any sheet is read as that layout says.

    Raises:
        SourceError: the file as a whole cannot be read, or no format recognises it.
        UsageError: there is no such file or format, or the format has no such option.
    """
    source = source_of(path)
    options = with_layout(options or {})
    named = TABULAR if format is None and LAYOUT in options else format
    chosen, guess = recognise(source, named, formats)
    chosen.check_options(options)
    reading = chosen.read(source, options)
    found = tuple(_checked(reading, formats or registry())) if checked else ()
    return attrs.evolve(
        reading,
        problems=reading.problems + found,
        format=chosen.name,
        reason=(guess.zh, guess.en),
    )


def _checked(reading: Reading, formats: Registry) -> Iterator[Problem]:
    """What the checks say, those of plug-ins after our own; a failing one spoils nothing."""
    books = reading.books
    skip = reading.unchecked
    yield from check(books, CheckSettings(skip=skip))  # type: ignore[arg-type]  # a converter
    for name, one in formats.checks.items():
        try:
            yield from list(one.check(books))
        except Exception as error:  # noqa: BLE001  a guest may raise anything
            reason = f"{type(error).__name__}: {error}"
            yield CHECK_FAILED.at(books.origin.place(None), name, reason=reason)

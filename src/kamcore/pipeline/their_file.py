"""The other company's file of a reconciliation: books of any format, else a list it made."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from kamcore.errors import Problem, SourceError
from kamcore.format import Options, Reading, Source
from kamcore.ledger.engine import Source as Books
from kamcore.matching.two_sided.listed import ListedAnswer, reconcile_listed
from kamcore.matching.two_sided.reconciling import Reconciliation, reconcile
from kamcore.pipeline.layouts import LAYOUT
from kamcore.pipeline.reading import read, source_of
from kamcore.pipeline.statement_list import (
    NOT_A_STATEMENT,
    NOTHING_LISTED,
    StatementList,
    read_statement_list,
)
from kamcore.plugin.recognition import UNKNOWN

__all__ = ["TheirFile", "read_theirs", "reconcile_theirs"]


@attrs.frozen(kw_only=True)
class TheirFile:
    """Their file as read: books, or a list."""

    reading: Reading | None = None
    listing: StatementList | None = None

    @property
    def problems(self) -> Sequence[Problem]:
        """What was odd about the file."""
        found = self.reading or self.listing
        return found.problems if found is not None else ()


def read_theirs(
    path: str | os.PathLike[str] | Source,
    format: str | None = None,  # noqa: A002  the word every user will look for
    *,
    options: Options | None = None,
    columns: Mapping[str, str] | None = None,
) -> TheirFile:
    """Read the other company's file.

    A file that no format recognises is read as a list (`read_statement_list`); with `columns`,
    headings by field, any file is.

    Raises:
        SourceError: it can be read neither as books nor as a list.
        UsageError: there is no such file, format, option, field or heading.
    """
    source = source_of(path)
    if columns:
        return TheirFile(listing=read_statement_list(source, columns))
    chosen = options or {}
    try:
        return TheirFile(reading=read(source, format, options=chosen))
    except SourceError as error:
        if format is not None or LAYOUT in chosen or error.problem.fault is not UNKNOWN:
            raise
        return TheirFile(listing=_as_list(source, error))


def _as_list(source: Source, unknown: SourceError) -> StatementList:
    """The file as a list; where it is no sheet at all, that no format knows it says more."""
    try:
        return read_statement_list(source)
    except SourceError as error:
        if error.problem.fault is NOTHING_LISTED:
            raise
        # A text without columns is no sheet that lacks a heading.
        if error.problem.fault is NOT_A_STATEMENT and int(str(error.problem.facts["wide"])) > 1:
            raise
        raise unknown from error


def reconcile_theirs(
    ours: Books, theirs: TheirFile, **asked: Any
) -> tuple[Reconciliation, ListedAnswer | None]:
    """Reconcile our books with their file; of a list also how it was read.

    `asked` is what `kamcore.matching.reconcile` takes.

    Raises:
        UsageError: as `kamcore.matching.reconcile` does.
    """
    if theirs.listing is not None:
        answer = reconcile_listed(ours, theirs.listing.listed, **asked)
        return answer.result, answer
    assert theirs.reading is not None  # noqa: S101  a file is one or the other
    return reconcile(ours, theirs.reading.books, **asked), None

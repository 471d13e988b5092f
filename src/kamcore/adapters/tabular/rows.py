"""The typed rows of a report: cells read by their fields, derived columns, marks."""

import re
from collections.abc import Mapping

import attrs
import polars as pl

from kamcore.adapters.tabular import deriving
from kamcore.adapters.tabular.faults import BAD_OPTION
from kamcore.adapters.tabular.marking import MARK, WORD, mark_rows
from kamcore.adapters.tabular.naming import name_columns, unpacked
from kamcore.adapters.tabular.opening import Opened
from kamcore.errors import Problem, UsageError
from kamcore.format import Options
from kamcore.format.layout import cell_kind
from kamcore.grid.rows import fill_down
from kamcore.model.layout import LayoutColumn
from kamcore.place import Place
from kamcore.vouchers.currencies import CODE, iso_currencies
from kamcore.vouchers.entries import Entries, Field, Kind, read_entries

__all__ = ["Rows", "read_rows"]

_CURRENCY = ("lines.currency", "balances.currency")
_YEAR_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*(?:年|[-_.]?(?:0?[1-9]|1[0-2])(?!\d))")
_BASE = "CNY"


@attrs.frozen(kw_only=True)
class Rows:
    """Typed rows: `frame` has the columns of the entries and those derived from them, and `MARK`.

    `headings` says for derived facts which column of the grid they come from; `labels` what the
    source calls each dimension.
    """

    opened: Opened
    entries: Entries
    frame: pl.DataFrame
    headings: Mapping[str, str]
    labels: Mapping[str, str]
    problems: tuple[Problem, ...]

    def data(self) -> pl.DataFrame:
        """The rows that are no openings or totals."""
        return self.frame.filter(pl.col(MARK).is_null()).drop(MARK, WORD)

    def heading(self, *names: str) -> str | None:
        """The first of some columns that the source really has."""
        return next((name for name in names if name in self.opened), None)


def read_rows(opened: Opened, options: Options) -> Rows:
    """Read the cells of a report.

    Raises:
        UsageError: an option has a value of no use.
    """
    if opened.layout.fill:
        keys = [name for name in opened.layout.fill if name in opened.grid.frame.columns]
        if keys:
            opened = attrs.evolve(opened, grid=fill_down(opened.grid, keys, keys[0]))
    marked = mark_rows(opened)
    entries = read_entries(marked.grid, [_field(column) for column in opened.columns])
    frame = entries.frame.with_columns(marked.marks)
    frame = name_columns(frame, opened)
    problems = [*opened.problems, *entries.problems]
    frame, labels, found = unpacked(frame, entries, opened)
    problems += found
    frame, found = _derived(frame, entries, opened, options)
    problems += found
    return Rows(
        opened=opened,
        entries=entries,
        frame=deriving.statuses(frame),
        headings=_headings(opened),
        labels={**opened.labels, **labels},
        problems=tuple(problems),
    )


def _field(column: LayoutColumn) -> Field:
    fact = CODE if column.field in _CURRENCY else column.field
    kind = column.kind or ("text" if column.with_name else cell_kind(column.field))
    return Field(
        column.key,
        fact,
        Kind(kind if column.field else "text"),
        column.blanks,
        zero_is_blank=column.zero_is_blank,
    )


def _derived(
    frame: pl.DataFrame, entries: Entries, opened: Opened, options: Options
) -> deriving.Made:
    problems: list[Problem] = []
    if "voucher" in opened:
        frame, found = deriving.vouchers(frame, entries)
        problems += found
    if "year" in opened or "month" in opened:
        frame, found = deriving.dates(frame, entries, _year(opened, options))
        problems += found
    if "period" in opened:
        frame, found = deriving.periods(frame, entries)
        problems += found
    if "direction" in opened and "amount" in opened:
        frame, found = deriving.direct(frame, entries)
        problems += found
    if "balance" in opened and "balance_direction" in opened:
        frame, found = deriving.signed(frame, entries, "balance", "balance_direction")
        problems += found
    if CODE in frame.columns:
        frame, more = iso_currencies(frame, entries)
        problems += more
    return frame, problems


def _year(opened: Opened, options: Options) -> int | None:
    """The year where no column says it: the option, the titles, the name of the file."""
    said = str(options.get("year") or "")
    if said:
        if not re.fullmatch(r"(19|20)\d{2}", said):
            facts = {"wants_zh": "四位年份", "wants_en": "a year of four digits"}
            raise UsageError(BAD_OPTION.at(Place(), said, option="year", **facts))
        return int(said)
    if opened.titles.span and opened.titles.span.first[0]:
        return opened.titles.span.first[0]
    found = _YEAR_IN_NAME.search(opened.grid.origin.file)
    return int(found[1]) if found else None


def _headings(opened: Opened) -> dict[str, str]:
    """Which column of the source each derived fact comes from."""
    found: dict[str, str] = {}
    for field, facts in {
        "voucher": ("vouchers.word", "vouchers.number"),
        "period": ("vouchers.year", "vouchers.period"),
        "year": ("vouchers.year",),
        "month": ("vouchers.period",),
        "day": ("vouchers.date", "lines.date"),
        "amount": ("lines.debit", "lines.credit"),
        "fx_amount": ("lines.fx_debit", "lines.fx_credit"),
        **dict.fromkeys(_CURRENCY, ("lines.currency",)),
    }.items():
        if field in opened:
            found |= {fact: field for fact in facts if fact not in opened}
    return found

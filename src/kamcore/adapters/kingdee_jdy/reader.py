"""Read the voucher import template (formats/kingdee.md section 3a)."""

from collections.abc import Mapping

import polars as pl

from kamcore.adapters.kingdee_jdy import columns as layout
from kamcore.adapters.kingdee_jdy.paths import split_path
from kamcore.books import schema
from kamcore.errors import Problem
from kamcore.format import Options, Reading, Source
from kamcore.model.scheme import CodeScheme
from kamcore.vouchers.currencies import base_currency, iso_currencies
from kamcore.vouchers.entries import read_entries
from kamcore.vouchers.labels import spread_pairs
from kamcore.vouchers.listing import read_listing
from kamcore.vouchers.making import NAMES, Making, make_books, original, sides, unlike_originals
from kamcore.vouchers.numbering import by_key, with_periods

SYSTEM = "kingdee-jdy"

_KEY = ("vouchers.year", "vouchers.period", "vouchers.word", "vouchers.number")
_SAME = ("vouchers.word", "vouchers.number")


def read_books(source: Source, options: Options) -> Reading:
    """Read a workbook.

    Raises:
        SourceError: it is no workbook, or a needed column is missing or stands there twice.
    """
    sheet = str(options.get("sheet") or "")
    listing = read_listing(source, layout.WANTED, layout.NEEDED, sheet)
    entries = read_entries(listing.grid, layout.FIELDS)
    frame = with_periods(entries.frame, _SAME)
    frame = sides(frame, entries.lost("lines.debit"), entries.lost("lines.credit"))
    frame, strange = iso_currencies(frame, entries)
    base = str(options.get("base_currency") or base_currency(frame, layout.AMOUNT))
    unlike = unlike_originals(frame, entries, layout.AMOUNT, base)
    frame = original(frame, layout.AMOUNT, base)
    frame, labels, unpaired = spread_pairs(frame, entries, layout.PAIRS)
    frame, scheme = _named(frame)
    numbered = by_key(frame, listing.grid, _KEY, line=layout.LINE)
    making = Making(
        system=SYSTEM,
        base_currency=base,
        scheme=scheme,
        labels=labels,
        headings=_headings(labels),
    )
    made = make_books(numbered, entries, making)
    problems = (
        *listing.problems,
        *entries.problems,
        *strange,
        *unlike,
        *unpaired,
        *made.problems,
    )
    variant = "24" if layout.RESTRICTED in listing.grid.frame.columns else "25"
    return Reading(
        books=made.books,
        problems=tuple(sorted(problems, key=_row)),
        detected=listing.detected(columns=variant),
    )


def _row(problem: Problem) -> int:
    return problem.place.row or 0


def _named(frame: pl.DataFrame) -> tuple[pl.DataFrame, CodeScheme]:
    """Add the name and full name of each line's account; give the scheme of the codes."""
    keys = ["lines.account", layout.ACCOUNT_PATH]
    pairs = frame.select(keys).unique(maintain_order=True).drop_nulls()
    scheme = CodeScheme.detect(frame["lines.account"].drop_nulls().unique().to_list())
    names = [split_path(raw, scheme.level(code)) for code, raw in pairs.iter_rows()]
    found = pairs.with_columns(
        pl.Series(NAMES + "account", [name for name, _ in names], dtype=schema.TEXT),
        pl.Series(NAMES + "account_full", [full for _, full in names], dtype=schema.TEXT),
    )
    return frame.join(found, on=keys, how="left", maintain_order="left"), scheme


def _headings(labels: Mapping[str, str]) -> dict[str, str]:
    """What the source calls the columns of facts that the reader works out."""
    custom = {f"lines.{schema.AUX}{name}": layout.MEMBER for name in labels}
    own = {
        f"lines.{schema.AUX}{name}": label for name, label in labels.items() if label in layout.OWN
    }
    return {
        "lines.fx_debit": "原币金额",
        "lines.fx_credit": "原币金额",
        "lines.currency": "币别",
        "accounts.name": "科目名称",
        **custom,
        **own,
    }

"""Voucher lists (凭证列表, 序时账): rows to vouchers."""

import attrs
import polars as pl

from kamcore.adapters.tabular.adding import Figure, total_problems
from kamcore.adapters.tabular.deriving import DATE, PERIOD, YEAR
from kamcore.adapters.tabular.rows import Rows
from kamcore.books import Books, schema
from kamcore.errors import Problem
from kamcore.format import Options
from kamcore.model.layout import Boundary
from kamcore.vouchers.currencies import base_currency
from kamcore.vouchers.making import Making, make_books, original, sides, unlike_originals
from kamcore.vouchers.numbering import Numbered, by_head, by_key, with_periods

__all__ = ["amounts", "list_books", "making_of"]

_KEY = (YEAR, PERIOD, "vouchers.word", "vouchers.number")
_LINE = "lines.line_no"


def list_books(rows: Rows, options: Options) -> tuple[Books, list[Problem]]:
    """The vouchers of a list; its totals are compared with the lines."""
    frame, base, problems = amounts(rows, options)
    numbered = _numbered(frame, rows)
    made = make_books(numbered, rows.entries, making_of(rows, base))
    problems += made.problems
    single = "amount" in rows.opened
    figures = [
        Figure(
            "lines.debit", rows.heading("lines.debit", "amount"), stated="amount" if single else ""
        )
    ]
    if not single:
        figures.append(Figure("lines.credit", rows.heading("lines.credit")))
    return made.books, [*problems, *total_problems(rows, figures)]


def amounts(rows: Rows, options: Options) -> tuple[pl.DataFrame, str, list[Problem]]:
    """The data rows with both sides and original amounts, and the base currency."""
    entries, frame = rows.entries, rows.data()
    for name in ("lines.debit", "lines.credit"):
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=schema.AMOUNT).alias(name))
    frame = sides(frame, entries.lost("lines.debit"), entries.lost("lines.credit"))
    problems: list[Problem] = []
    base = str(options.get("base_currency") or rows.opened.layout.base_currency)
    for name, dtype in (
        ("lines.currency", schema.TEXT),
        ("lines.rate", schema.RATE),
        ("fx_amount", schema.AMOUNT),
    ):
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=dtype).alias(name))
    base = base or base_currency(frame, "fx_amount")
    if "fx_amount" in rows.opened:
        problems += unlike_originals(frame, entries, "fx_amount", base)
        frame = original(frame, "fx_amount", base)
    elif "lines.fx_debit" in frame.columns or "lines.fx_credit" in frame.columns:
        frame = _foreign_only(frame, base)
    return frame, base, problems


def _foreign_only(frame: pl.DataFrame, base: str) -> pl.DataFrame:
    """Original amounts of two columns, blank where the line is in base currency."""
    pair = ("lines.fx_debit", "lines.fx_credit")
    own = ("lines.debit", "lines.credit")
    for name in pair:
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=schema.AMOUNT).alias(name))
    same = pl.all_horizontal(
        pl.col(fx).fill_null(0) == pl.col(side).fill_null(0)
        for fx, side in zip(pair, own, strict=True)
    )
    nothing = pl.all_horizontal(pl.col(fx).fill_null(0) == 0 for fx in pair)
    local = (pl.col("lines.currency") == base).fill_null(same | nothing)
    return frame.with_columns(
        pl.when(~local).then(pl.col(fx).fill_null(0)).cast(schema.AMOUNT).alias(fx) for fx in pair
    )


def making_of(rows: Rows, base: str) -> Making:
    """What is known beside the rows."""
    return Making(
        system=rows.opened.layout.name,
        base_currency=base,
        entity_name=rows.opened.titles.company,
        labels=rows.labels,
        headings=rows.headings,
    )


def _numbered(frame: pl.DataFrame, rows: Rows) -> Numbered:
    grid = rows.entries.grid
    line = _LINE if _LINE in frame.columns else ""
    if rows.opened.layout.vouchers is Boundary.HEAD:
        heads = [name for name in (DATE, *_KEY) if name in frame.columns]
        return by_head(frame, grid, heads, line=line)
    if YEAR not in frame.columns and DATE in frame.columns:
        given = [name for name in ("vouchers.word", "vouchers.number") if name in frame.columns]
        frame = with_periods(frame, given or [DATE])
    key = [name for name in _KEY if name in frame.columns]
    number = "vouchers.number" in key
    key += [] if number or DATE not in frame.columns else [DATE]
    return by_key(frame, grid, key, line=line) if key else _as_one(frame)


def _as_one(frame: pl.DataFrame) -> Numbered:
    """A list without dates and numbers is one voucher; the checks say what it lacks."""
    one = pl.lit(1, dtype=pl.Int64)
    order = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    return Numbered(frame.with_columns(voucher_id=one, line_no=order, split_no=one))


def without(numbered: Numbered, code: str) -> Numbered:
    """The rows without the problems of one fault, where it has no meaning."""
    kept = tuple(problem for problem in numbered.problems if problem.code != code)
    return attrs.evolve(numbered, problems=kept)

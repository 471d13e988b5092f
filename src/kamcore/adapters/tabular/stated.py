"""What a ledger states between its lines: openings, sums of periods, running balances.

Rows of one account (and one member, where the ledger is kept so) are a block.  A block falls into
segments: whatever follows a total begins the next one.  Openings and totals belong to the period
of the lines they stand with; a segment without lines is the period after the one before.
"""

import attrs
import polars as pl

from kamcore.adapters.tabular.deriving import DATE, PERIOD, YEAR
from kamcore.adapters.tabular.faults import BALANCE_DISAGREES, NO_PERIOD, TOTAL_DISAGREES
from kamcore.adapters.tabular.marking import MARK, WORD
from kamcore.adapters.tabular.periods import month_index
from kamcore.adapters.tabular.rows import Rows
from kamcore.books import schema
from kamcore.errors import Fault, Problem
from kamcore.vouchers.entries import INDEX

__all__ = ["Settled", "settle"]

_SPOT = "_spot"
"""Column of the period of a row, counted in months from year 0."""
_MONTHS = 12
_NAMES = {"names.account": "_account_name"}
_RANKS = {"year_opening": 0, "opening": 0, "period": 2, "year": 3}
"""Order of marked rows in a segment; lines stand at 1."""


@attrs.frozen
class Settled:
    """Stated balances with the columns of their table and names beside, and what disagrees."""

    balances: pl.DataFrame
    problems: tuple[Problem, ...] = ()


def settle(rows: Rows, lines: pl.DataFrame) -> Settled:
    """Gather the stated balances of a ledger and compare them with its lines.

    `lines` holds the data rows with both sides; those left out of it are compared all the same.
    """
    frame = _prepared(rows, lines)
    block = _block(frame)
    frame = frame.with_columns(_block=pl.struct(block).rank("dense"))
    frame, problems = _placed(rows, frame)
    balances = _balances(frame, block)
    problems += _wrong_sums(rows, frame)
    problems += _wrong_balances(rows, frame)
    return Settled(balances, tuple(problems))


def _prepared(rows: Rows, lines: pl.DataFrame) -> pl.DataFrame:
    """All rows with both sides and a balance, blank sides of lines filled."""
    frame = rows.frame
    for name in ("lines.debit", "lines.credit", "balance"):
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=schema.AMOUNT).alias(name))
    known = lines.select(INDEX, *(name for name in (YEAR, PERIOD) if name in lines.columns))
    more = [name for name in known.columns if name not in frame.columns]
    frame = frame.join(known.select(INDEX, *more), on=INDEX, how="left", maintain_order="left")
    for name in (YEAR, PERIOD):
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=pl.Int64).alias(name))
    if DATE in frame.columns:
        frame = frame.with_columns(
            pl.col(YEAR).fill_null(pl.col(DATE).dt.year().cast(pl.Int64)),
            pl.col(PERIOD).fill_null(pl.col(DATE).dt.month().cast(pl.Int64)),
        )
    return frame.filter(pl.col("lines.account").is_not_null()).sort(INDEX)


def _block(frame: pl.DataFrame) -> list[str]:
    """The account, and dimensions that openings and totals name too."""
    marked = frame.filter(pl.col(MARK).is_not_null())
    dims = [
        f"lines.{name}"
        for name in (column.removeprefix("lines.") for column in frame.columns)
        if name.startswith(schema.AUX)
    ]
    return ["lines.account", *(name for name in dims if marked[name].is_not_null().any())]


def _placed(rows: Rows, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Problem]]:
    """Give every row its period."""
    own = (pl.col(YEAR) * _MONTHS + pl.col(PERIOD) - 1).alias("_own")
    rank = pl.col(MARK).replace_strict(_RANKS, default=1, return_dtype=pl.Int64)
    before = rank.shift().over("_block")
    # Totals come last, and each kind once; whatever breaks the order begins a segment.
    starts = (rank < before) | ((rank == before) & (rank >= _RANKS["period"]))
    frame = frame.with_columns(own, _starts=starts.fill_null(value=False).cast(pl.Int64))
    frame = frame.with_columns(_segment=pl.col("_starts").cum_sum().over("_block"))
    spans = (
        frame.group_by("_block", "_segment")
        .agg(_low=pl.col("_own").min(), _high=pl.col("_own").max())
        .sort("_block", "_segment")
    )
    titled = rows.opened.titles.span
    first = frame["_own"].min()
    if first is None and titled and titled.first[0]:
        first = month_index(titled.first[0], titled.first[1])
    step = pl.col("_segment")
    after = (
        pl.col("_high").forward_fill()
        + step
        - pl.when(pl.col("_high").is_not_null()).then(step).forward_fill()
    )
    before = (
        pl.col("_low").backward_fill()
        + step
        - pl.when(pl.col("_low").is_not_null()).then(step).backward_fill()
    )
    guessed = pl.coalesce(after.over("_block"), before.over("_block"), pl.lit(first) + step)
    spans = spans.with_columns(_guess=guessed)
    frame = frame.join(spans, on=["_block", "_segment"], how="left", maintain_order="left")
    opens = pl.col(MARK).is_in(["opening", "year_opening"]).fill_null(value=False)
    edge = pl.when(opens).then("_low").otherwise("_high")
    spot = pl.coalesce("_own", edge, "_guess")
    of_year = spot // _MONTHS * _MONTHS
    spot = pl.when(pl.col(MARK) == "year_opening").then(of_year).otherwise(spot)
    frame = frame.with_columns(spot.alias(_SPOT))
    if frame[_SPOT].null_count():
        place = rows.opened.header.place
        return frame.with_columns(pl.col(_SPOT).fill_null(-1)), [NO_PERIOD.at(place)]
    return frame, []


def _balances(frame: pl.DataFrame, block: list[str]) -> pl.DataFrame:
    """A row for each block and period that the ledger says something of."""
    debit, credit, balance = (pl.col(n) for n in ("lines.debit", "lines.credit", "balance"))
    mark = pl.col(MARK)
    opens = mark.is_in(["opening", "year_opening"]).fill_null(value=False)
    named = {name: alias for name, alias in _NAMES.items() if name in frame.columns}
    dims = [name.removeprefix("lines.") for name in block[1:]]
    named |= {f"names.{d}": f"_{d}_name" for d in dims if f"names.{d}" in frame.columns}

    def of(kind: str, figure: pl.Expr) -> pl.Expr:
        return figure.filter(mark == kind).drop_nulls().last()

    closings = balance.filter(~opens & (mark.is_null() | mark.is_in(["period", "year"])))
    found = frame.group_by(*block, _SPOT, maintain_order=True).agg(
        balance.filter(opens).drop_nulls().first().alias("opening"),
        of("period", debit).alias("debit"),
        of("period", credit).alias("credit"),
        of("year", debit).alias("ytd_debit"),
        of("year", credit).alias("ytd_credit"),
        closings.drop_nulls().last().alias("closing"),
        *(pl.col(name).drop_nulls().first().alias(alias) for name, alias in named.items()),
    )
    figures = ("opening", "debit", "credit", "ytd_debit", "ytd_credit", "closing")
    found = found.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in figures))
    unknown = pl.col(_SPOT) < 0
    return found.with_columns(
        year=pl.when(unknown).then(0).otherwise(pl.col(_SPOT) // _MONTHS).cast(pl.Int64),
        period=pl.when(unknown).then(0).otherwise(pl.col(_SPOT) % _MONTHS + 1).cast(pl.Int64),
    ).select(
        "year",
        "period",
        *(pl.col(name).alias(name.removeprefix("lines.")) for name in block),
        *(pl.col(name).cast(schema.AMOUNT) for name in figures),
        *named.values(),
    )


def _wrong_sums(rows: Rows, frame: pl.DataFrame) -> list[Problem]:
    """Totals of periods and of years that the lines contradict."""
    data = frame.filter(pl.col(MARK).is_null())
    by = ["_block", _SPOT]
    sums = data.group_by(by).agg(pl.col("lines.debit", "lines.credit").sum())
    spots = pl.concat([frame.select(by).unique(), sums.select(by)]).unique().sort(by)
    sums = spots.join(sums, on=by, how="left", maintain_order="left").fill_null(0)
    year = pl.col(_SPOT) // _MONTHS
    sums = sums.with_columns(
        pl.col(name).cum_sum().over("_block", year).alias(f"{name} year")
        for name in ("lines.debit", "lines.credit")
    )
    first = frame[_SPOT].min()
    whole = first is not None and int(first) % _MONTHS == 0  # type: ignore[arg-type]
    kinds = [("period", ""), ("year", " year")] if whole else [("period", "")]
    found = []
    for kind, suffix in kinds:
        stated = frame.filter(pl.col(MARK) == kind).join(
            sums, on=by, how="left", suffix=" sum", maintain_order="left"
        )
        for name in ("lines.debit", "lines.credit"):
            computed = f"{name}{suffix}" if suffix else f"{name} sum"
            off = stated.filter(pl.col(name).is_not_null() & (pl.col(name) != pl.col(computed)))
            for row in off.iter_rows(named=True):
                place = rows.entries.grid.place(row[INDEX], name)
                facts = {"stated": f"{row[name]:.2f}", "computed": f"{row[computed]:.2f}"}
                caption = rows.entries.caption(name)
                found.append(TOTAL_DISAGREES.at(place, row[WORD], caption=caption, **facts))
    return found


def _wrong_balances(rows: Rows, frame: pl.DataFrame) -> list[Problem]:
    """The first running balance of each block that opening and lines contradict."""
    is_data = pl.col(MARK).is_null()
    opens = pl.col(MARK).is_in(["opening", "year_opening"]).fill_null(value=False)
    moved = pl.col("lines.debit").fill_null(0) - pl.col("lines.credit").fill_null(0)
    running = pl.when(is_data).then(moved).otherwise(0).cum_sum().over("_block")
    opening = pl.col("balance").filter(opens).drop_nulls().first().over("_block")
    begins = opens.first().over("_block")
    off = (
        frame.with_columns(_computed=opening + running)
        .filter(
            begins & pl.col("balance").is_not_null() & (pl.col("balance") != pl.col("_computed"))
        )
        .unique("_block", keep="first", maintain_order=True)
    )
    return [_unlike(rows, row, BALANCE_DISAGREES) for row in off.iter_rows(named=True)]


def _unlike(rows: Rows, row: dict[str, object], fault: Fault) -> Problem:
    place = rows.entries.grid.place(int(str(row[INDEX])), "balance")
    return fault.at(place, stated=f"{row['balance']:.2f}", computed=f"{row['_computed']:.2f}")

# ruff: noqa: S101  laws are assertions
"""How long a line takes, measured against the native format in the same run."""

import datetime as dt
import gc
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import polars as pl

from kamcore.books import Books, schema
from kamcore.format import Format, Source
from kamcore.format.comparing import forget
from kamcore.format.fact import carried
from kamcore.plugin import Registry
from kamcore.testing.goldens import samples_in
from kamcore.testing.suite import Suite, measured, skip

__all__ = ["SpeedLaws", "plain_books"]

LINES = 4_000
"""Lines of the books that are timed: enough that starting costs little beside them."""

_FEWEST = 500
_RUNS = 2


class SpeedLaws(Suite):
    """A format may be slower than the native one, within reason."""

    @measured
    def law_speed_is_fair(self, folder: Path) -> None:
        """A line takes at most `slowest` times what it takes in the native format."""
        native = Registry({}).format("native")
        if self.format.is_writable:
            known = self.format.reads & self.format.writes if self.facts is None else self.facts
            books = plain_books(LINES)
            books = forget(books, {fact for fact in carried(books) if not fact.within(known)})
            target = self.target(folder)
            own = _quickest(lambda: self._timed(self.format, books, target))
            lines = books.lines.height
        else:
            sample = max(samples_in(self.samples), key=_size, default=None)
            if sample is None:
                skip("there is no sample to time")
            books = self.format.read(Source(sample), self.read_options).books
            lines = books.lines.height
            if lines < _FEWEST:
                skip(f"a sample of {lines} lines says little about speed")
            own = _quickest(lambda: self.format.read(Source(sample), self.read_options))
        yardstick = folder / "yardstick.jsonl"
        ours = _quickest(lambda: self._timed(native, books, yardstick))
        ratio = own / ours
        assert ratio <= self.slowest, (
            f"{own / lines * 1e6:.0f} µs a line, {ratio:.0f} times the native format; "
            f"at most {self.slowest:g} times"
        )

    def _timed(self, card: Format, books: Books, target: Path) -> None:
        is_own = card is self.format
        card.write(books, target, options=self.options if is_own else {})
        card.read(Source(target), self.read_options if is_own else {})


def plain_books(lines: int) -> Books:
    """Balanced vouchers of two lines, a customer on the first: the same in every run."""
    number = pl.int_range(1, lines // 2 + 1, dtype=pl.Int64, eager=True)
    month = (number * 12 / (lines // 2 + 1)).floor().cast(pl.Int64) + 1
    heads = pl.DataFrame({"voucher_id": number, "period": month}).with_columns(
        date=pl.date(2025, pl.col("period"), 15),
        year=pl.lit(2025, dtype=pl.Int64),
        word=pl.lit("记"),
        number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("period"),
    )
    amount = ((pl.col("voucher_id") * 7919) % 1_000_003).cast(schema.AMOUNT)
    zero = pl.lit(0).cast(schema.AMOUNT)
    shared = ("voucher_id", "date", "year", "period")
    sides = [
        heads.select(
            *shared,
            line_no=pl.lit(order, dtype=pl.Int64),
            split_no=pl.lit(1, dtype=pl.Int64),
            account=pl.lit(account),
            summary=pl.format("销售 {}", "voucher_id"),
            debit=amount if order == 1 else zero,
            credit=zero if order == 1 else amount,
            aux_customer=(
                pl.format("C{}", pl.col("voucher_id") % 50)
                if order == 1
                else pl.lit(None, dtype=pl.String)
            ),
        )
        for order, account in ((1, "1122"), (2, "6001"))
    ]
    rows = pl.concat(sides).sort("voucher_id", "line_no")
    members = pl.DataFrame({"code": [f"C{each}" for each in range(50)]}).with_columns(
        dimension=pl.lit("customer"), name=pl.format("客户{}", "code")
    )
    accounts = pl.DataFrame({"code": ["1122", "6001"], "name": ["应收账款", "主营业务收入"]})
    dimensions = pl.DataFrame({"id": ["customer"], "label": ["客户"]})
    found = Books(
        tables={
            "vouchers": heads,
            "lines": rows,
            "members": members,
            "accounts": accounts,
            "dimensions": dimensions,
        }
    )
    assert found.totals().debit == found.totals().credit
    assert found.totals().last_date == dt.date(2025, 12, 15)
    return found


def _quickest(run: Callable[[], object]) -> float:
    found = []
    for _ in range(_RUNS):
        gc.collect()
        begun = perf_counter()
        run()
        found.append(perf_counter() - begun)
    return min(found)


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())

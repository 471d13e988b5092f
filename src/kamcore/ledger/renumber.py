"""Putting voucher numbers in order (整理凭证): a plan from old to new, which can be undone.

A series is a year, a period and a word; its numbers run from 1 without gaps (会计基础工作规范
art. 51(2)).  Only vouchers that are not posted move, into the numbers that posted ones leave
free; void vouchers go.
"""

from collections.abc import Collection

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.errors import BooksError, Fault
from kamcore.place import Place

__all__ = ["RenumberPlan", "renumber_plan"]

PLAN_IS_STALE = Fault(
    code="L1421",
    zh="凭证 {value} 的编号已不是计划中的旧号, 请重新生成整理计划",
    en="voucher {value} no longer has the number the plan starts from: make a new plan",
)

_SERIES = ("year", "period", "word")
_COLUMNS = ("voucher_id", *_SERIES, "old", "new")


@attrs.frozen
class RenumberPlan:
    """Old and new numbers, a row per voucher that changes.

    `changes` has ``voucher_id``, ``year``, ``period``, ``word``, ``old`` and ``new``; a void
    voucher that goes has no new number.
    """

    changes: pl.DataFrame = attrs.field(repr=False)

    def reversed(self) -> "RenumberPlan":
        """The plan that takes this one back; void vouchers stay void and get their number."""
        turned = self.changes.rename({"old": "new", "new": "old"}).select(_COLUMNS)
        return RenumberPlan(turned)

    def apply(self, books: Books) -> Books:
        """The books with the new numbers.

        Raises:
            BooksError: a voucher has another number than the plan starts from.
        """
        joined = books.vouchers.join(
            self.changes.select("voucher_id", "old", "new", _planned=True),
            on="voucher_id",
            how="left",
            maintain_order="left",
        )
        planned = pl.col("_planned").fill_null(value=False)
        stale = joined.filter(planned & pl.col("number").ne_missing(pl.col("old")))
        if stale.height:
            raise BooksError(PLAN_IS_STALE.at(Place(), stale["voucher_id"][0]))
        number = pl.when(planned).then("new").otherwise("number")
        changed = joined.with_columns(number=number).select(books.vouchers.columns)
        return books.replace(vouchers=changed)


def renumber_plan(
    books: Books, *, by: str = "number", closed: Collection[tuple[int, int]] = ()
) -> RenumberPlan:
    """Plan numbers without gaps, in the order of the old numbers or (``by="date"``) of dates.

    Posted vouchers and closed periods stay as they are.

    Raises:
        ValueError: `by` is neither ``number`` nor ``date``.
    """
    if by not in ("number", "date"):
        raise ValueError(f"by is 'number' or 'date', not {by!r}")
    status = pl.col("status").fill_null("draft")
    heads = books.vouchers.filter(pl.col("number").is_not_null()).with_columns(
        word=pl.col("word").fill_null("")
    )
    shut = [year * 100 + period for year, period in closed]
    heads = heads.filter(~(pl.col("year") * 100 + pl.col("period")).is_in(shut))
    movable = heads.filter(status != "posted")
    order = ("number", "voucher_id") if by == "number" else ("date", "number", "voucher_id")
    void = status == "void"
    live = movable.filter(~void).sort(*_SERIES, *order)
    ranked = live.with_columns(_rank=pl.int_range(1, pl.len() + 1).over(_SERIES))
    free = _free_numbers(heads, status == "posted")
    numbered = ranked.join(free, on=[*_SERIES, "_rank"], how="left", maintain_order="left")
    numbered = numbered.drop("_rank")
    gone = movable.filter(void).with_columns(new=pl.lit(None, pl.Int64))
    rows = pl.concat([numbered, gone]).rename({"number": "old"}).select(_COLUMNS)
    return RenumberPlan(rows.filter(pl.col("old").ne_missing(pl.col("new"))).sort("voucher_id"))


def _free_numbers(heads: pl.DataFrame, posted: pl.Expr) -> pl.DataFrame:
    """Per series the numbers that posted vouchers leave free, ranked from 1."""
    every = heads.group_by(_SERIES).agg(new=pl.int_range(1, pl.len() + 1))
    every = every.explode("new")
    taken = heads.filter(posted).select(*_SERIES, new="number")
    free = every.join(taken, on=[*_SERIES, "new"], how="anti").sort(*_SERIES, "new")
    return free.with_columns(_rank=pl.int_range(1, pl.len() + 1).over(_SERIES))

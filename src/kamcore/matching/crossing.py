"""Lines of two books that say the same (逐笔勾对): set joins over all parties at once.

Order: a line taken back in its own books and named so; the same number and amount; the same
amount near in time; sums of the lines of one number or one voucher; a number with two amounts.
A pair is *automatic* when neither line had another candidate in its step; else it is the nearest
of several and stands as *proposed*.  The answer does not depend on the order of rows: lines have
their order from `kamcore.matching.sides.lay_out`, and every tie is broken by it.
"""

from collections.abc import Sequence
from typing import Any

import attrs
import polars as pl

__all__ = ["GROUPS", "PAIRS", "Crossed", "CrossingPolicy", "Pool", "cross"]

PAIRS: Any = {
    "ours": pl.UInt32,
    "theirs": pl.UInt32,
    "rule": pl.String,
    "certain": pl.Boolean,
}
"""Columns of pairs: line ids on both sides, the rule, and whether there was no other choice."""

GROUPS: Any = {
    "group": pl.UInt32,
    "side": pl.String,
    "id": pl.UInt32,
    "rule": pl.String,
    "certain": pl.Boolean,
}
"""Columns of groups: lines of both sides whose sums agree."""

_CANCELLED: Any = {
    "side": pl.String,
    "id": pl.UInt32,
    "by": pl.UInt32,
    "rule": pl.String,
}
_KEY = ["party", "currency", "units"]
_MOST = 256
_ROUNDS = 12
_RED_WORDS = "红字|红冲|冲红|冲销|注销|作废|冲回|撤销|更正|重复"


@attrs.frozen(kw_only=True)
class CrossingPolicy:
    """How far apart the two sides may book one thing.

    `window` days for lines that share an amount, `certain_days` for such a pair to be automatic.
    """

    window: int = 62
    certain_days: int = 45


@attrs.frozen(kw_only=True)
class Pool:
    """The lines of one side that take part, and the numbers they name.

    `lines` as `kamcore.matching.sides.lay_out` gives them; `references` as
    `kamcore.matching.sides.named_numbers` does.
    """

    lines: pl.DataFrame
    references: pl.DataFrame

    def without(self, ids: pl.Series) -> "Pool":
        """The pool less some lines."""
        if ids.is_empty():
            return self
        gone = pl.DataFrame({"id": ids.cast(pl.UInt32)})
        return Pool(
            lines=self.lines.join(gone, on="id", how="anti", maintain_order="left"),
            references=self.references.join(gone, on="id", how="anti"),
        )


@attrs.frozen(kw_only=True)
class Crossed:
    """What agrees between two sides, and what is left.

    `pairs` agree in amount; `groups` are several lines whose sums agree (``group``, ``side``,
    ``id``, ``rule``, ``certain``); `cancelled` lines were taken back in their own books;
    `unequal` pairs share a number, not the amount.
    """

    pairs: pl.DataFrame
    groups: pl.DataFrame
    cancelled: pl.DataFrame
    unequal: pl.DataFrame
    ours: Pool
    theirs: Pool


def cross(ours: Pool, theirs: Pool, policy: CrossingPolicy | None = None) -> Crossed:
    """Find what both sides say alike."""
    policy = policy or CrossingPolicy()
    work = _Work(ours, theirs, policy)
    work.inside_vouchers()
    work.by_reference()
    work.taken_back(named=True)
    work.by_amount()
    work.sums_by_reference()
    work.sums_by_voucher()
    work.unequal_references()
    work.taken_back(named=False)
    return work.result()


def nearest(candidates: pl.DataFrame) -> pl.DataFrame:
    """Pairs of candidates (``ours``, ``theirs``, ``cost``) that are each other's best.

    Adds ``alone``: neither line had another candidate.  The cheapest pair is always taken, so
    every round settles something; what a dozen rounds leave stays unpaired.
    """
    counted = candidates.with_columns(
        alone=(pl.len().over("ours") == 1) & (pl.len().over("theirs") == 1)
    )
    left, found = counted.sort("cost", "ours", "theirs"), []
    for _ in range(_ROUNDS):
        if left.is_empty():
            break
        first = left.unique("ours", keep="first", maintain_order=True)
        other = left.unique("theirs", keep="first", maintain_order=True)
        pairs = first.join(other.select("ours", "theirs"), on=["ours", "theirs"], how="semi")
        found.append(pairs)
        left = left.join(pairs.select("ours"), on="ours", how="anti", maintain_order="left")
        left = left.join(pairs.select("theirs"), on="theirs", how="anti", maintain_order="left")
    return pl.concat(found) if found else counted


class _Work:
    """The state of one crossing: what is left on both sides, and what was found."""

    def __init__(self, ours: Pool, theirs: Pool, policy: CrossingPolicy) -> None:
        self.ours, self.theirs, self.policy = ours, theirs, policy
        self.pairs: list[pl.DataFrame] = []
        self.groups: list[pl.DataFrame] = []
        self.cancelled: list[pl.DataFrame] = []
        self.unequal: list[pl.DataFrame] = []
        self.count = 0

    def result(self) -> Crossed:
        """What was found and what is left."""
        return Crossed(
            pairs=_stacked(self.pairs, PAIRS).sort("ours"),
            groups=_stacked(self.groups, GROUPS).sort("group", "side", "id"),
            cancelled=_stacked(self.cancelled, _CANCELLED).sort("side", "id"),
            unequal=_stacked(self.unequal, PAIRS).sort("ours"),
            ours=self.ours,
            theirs=self.theirs,
        )

    def _take(self, found: pl.DataFrame, into: list[pl.DataFrame]) -> None:
        into.append(found.select(*PAIRS))
        self.ours = self.ours.without(found["ours"])
        self.theirs = self.theirs.without(found["theirs"])

    def inside_vouchers(self) -> None:
        """Take out what one voucher moves between two accounts of one party: no one owes more."""
        for side in ("ours", "theirs"):
            lines: pl.DataFrame = getattr(self, side).lines
            found = _opposite(lines, ["party", "currency", "voucher_id"], same_column=False)
            self._cancel(side, found, "inside_voucher")

    def taken_back(self, *, named: bool) -> None:
        """Take out lines that a red line or a contrary one of the same books takes back."""
        for side in ("ours", "theirs"):
            pool: Pool = getattr(self, side)
            lines = pool.lines
            said = pl.col("text").str.contains(_RED_WORDS)
            if named:
                red = lines.filter((pl.col("units") < 0) == pl.col("on_debit"))
                lines = lines.filter(pl.col("units").abs().is_in(red["units"].abs().implode()))
            found = _opposite(lines, ["party", "currency", "account"], same_column=True)
            if named:
                texts = pool.lines.select("id", "text", said=said)
                refs = pool.references
                found = _with_evidence(found, texts, refs)
            near = found.filter(pl.col("cost") <= self.policy.window)
            self._cancel(side, near, "taken_back")

    def _cancel(self, side: str, found: pl.DataFrame, rule: str) -> None:
        if found.is_empty():
            return
        # Three lines of one amount make two candidates: one line is taken back by one other.
        found = nearest(found.rename({"id": "ours", "by": "theirs"}))
        found = found.rename({"ours": "id", "theirs": "by"})
        both = pl.concat([found.select("id", "by"), found.select(id="by", by="id")])
        rows = both.with_columns(side=pl.lit(side), rule=pl.lit(rule))
        self.cancelled.append(rows.select(*_CANCELLED))
        setattr(self, side, getattr(self, side).without(rows["id"]))

    def by_reference(self) -> None:
        """Pair lines that name one number and have one amount."""
        sides = [_keyed(pool, ["id", "date"]) for pool in (self.ours, self.theirs)]
        candidates = _candidates(sides[0], sides[1], [*_KEY, "ref"])
        best = candidates.group_by("ours", "theirs").agg(pl.col("cost").min(), pl.len())
        # Two numbers in common say more than a nearer date.
        best = best.with_columns(cost=pl.col("cost") - 10_000 * (pl.col("len").cast(pl.Int64)))
        found = nearest(best.drop("len"))
        rules = {"rule": pl.lit("reference"), "certain": pl.col("alone")}
        self._take(found.with_columns(**rules), self.pairs)

    def by_amount(self) -> None:
        """Pair lines of one amount that are near in time and name no contrary numbers."""
        columns = ["id", "date", "invoice", *_KEY]
        candidates = _candidates(
            self.ours.lines.select(columns), self.theirs.lines.select(columns), _KEY
        )
        candidates = candidates.filter(pl.col("cost") <= self.policy.window)
        candidates = candidates.filter(
            (pl.col("invoice") == pl.col("invoice_there")).fill_null(value=True)
        )
        found = nearest(candidates.select("ours", "theirs", "cost"))
        near = pl.col("cost") <= self.policy.certain_days
        rules = {"rule": pl.lit("amount"), "certain": pl.col("alone") & near}
        self._take(found.with_columns(**rules), self.pairs)

    def sums_by_reference(self) -> None:
        """Group the lines that name one number, where both sides come to one sum."""
        sums = []
        for pool in (self.ours, self.theirs):
            # A line that names several numbers belongs to no single one.
            alone = pool.references.filter("strong").filter(pl.len().over("id") == 1)
            lines = pool.lines.select("id", "party", "currency", "units")
            sums.append(lines.join(alone, on="id", how="inner"))
        self._sums(sums, ["party", "currency", "ref"], "reference_sum", [])

    def sums_by_voucher(self) -> None:
        """Group the lines of one voucher, where a voucher of the other side has their sum."""
        totals = []
        for pool in (self.ours, self.theirs):
            by = ["party", "currency", "voucher_id"]
            lines = pool.lines.select("id", "date", *by, "units")
            total = lines.with_columns(units=pl.col("units").sum().over(by))
            totals.append(total.filter(pl.col("units") != 0))
        heads = [
            frame.group_by("party", "currency", "voucher_id", "units").agg(
                pl.col("id").min(), pl.col("date").min(), pl.len().alias("parts")
            )
            for frame in totals
        ]
        found = _candidates(heads[0], heads[1], _KEY)
        found = found.filter(pl.col("parts") + pl.col("parts_there") > 2)  # noqa: PLR2004  a pair
        found = nearest(
            found.filter(pl.col("cost") <= self.policy.window).select("ours", "theirs", "cost")
        ).filter("alone")
        group = found.with_row_index("group", offset=self.count)
        for side, frame, head in zip(("ours", "theirs"), totals, heads, strict=True):
            key = head.join(group, left_on="id", right_on=side).select("voucher_id", "group")
            members = frame.join(key, on="voucher_id", how="inner")
            self._group(members, side, "voucher_sum")
        self.count += group.height

    def _sums(
        self, sides: Sequence[pl.DataFrame], by: list[str], rule: str, keep: list[str]
    ) -> None:
        a, b = (frame.group_by(by).agg(pl.col("units").sum()) for frame in sides)
        same = a.join(b, on=[*by, "units"], how="inner").sort(by)
        group = same.with_row_index("group", offset=self.count).drop("units")
        for side, frame in zip(("ours", "theirs"), sides, strict=True):
            self._group(frame.join(group, on=by, how="inner").drop(keep), side, rule)
        self.count += group.height

    def _group(self, members: pl.DataFrame, side: str, rule: str) -> None:
        rows = members.with_columns(
            side=pl.lit(side), rule=pl.lit(rule), certain=pl.lit(value=True)
        )
        self.groups.append(rows.select(*GROUPS))
        setattr(self, side, getattr(self, side).without(rows["id"]))

    def unequal_references(self) -> None:
        """Pair lines that name one number and differ in amount."""
        pools = (self.ours, self.theirs)
        sides = [_keyed(pool, ["id", "date"], strong=True) for pool in pools]
        by = ["party", "currency", "ref"]
        candidates = _candidates(sides[0], sides[1], by)
        a, b = pl.col("units"), pl.col("units_there")
        # An invoice and the payment that names it share a number too, but not a side.
        candidates = candidates.filter((a.sign() == b.sign()) | (a == -b))
        far = (a - b).abs().cast(pl.Float64) / pl.max_horizontal(a.abs(), b.abs()).cast(pl.Float64)
        cost = pl.col("cost") + (far * 1000).cast(pl.Int64)
        found = nearest(candidates.select("ours", "theirs", cost=cost).unique())
        rules = {"rule": pl.lit("reference"), "certain": pl.col("alone")}
        self._take(found.with_columns(**rules), self.unequal)


def _keyed(pool: Pool, columns: list[str], *, strong: bool = False) -> pl.DataFrame:
    lines = pool.lines.select(*columns, *_KEY)
    numbers = pool.references.filter(pl.col("strong") | pl.lit(not strong))
    return lines.join(numbers.select("id", "ref"), on="id", how="inner")


def _candidates(ours: pl.DataFrame, theirs: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Lines that agree in a key, with the days between them as cost.

    Where very many lines share a key, the k-th of one side meets the k-th of the other alone.
    """
    a, b = (frame.sort("date", "id") for frame in (ours, theirs))
    sizes = a.group_by(key).len("many").join(b.group_by(key).len("many_there"), on=key)
    large = sizes.filter(pl.col("many").cast(pl.Int64) * pl.col("many_there") > _MOST).select(key)
    parts = []
    ranked = [frame.join(large, on=key, how="semi", maintain_order="left") for frame in (a, b)]
    ranked = [frame.with_columns(rank=pl.int_range(pl.len()).over(key)) for frame in ranked]
    parts.append(ranked[0].join(ranked[1], on=[*key, "rank"], suffix="_there").drop("rank"))
    small = [frame.join(large, on=key, how="anti", maintain_order="left") for frame in (a, b)]
    parts.append(small[0].join(small[1], on=key, suffix="_there"))
    found = pl.concat(parts)
    gap = (pl.col("date") - pl.col("date_there")).dt.total_days().abs()
    return found.rename({"id": "ours", "id_there": "theirs"}).with_columns(cost=gap)


def _opposite(lines: pl.DataFrame, by: list[str], *, same_column: bool) -> pl.DataFrame:
    """Lines of one side whose amounts cancel: ``id`` the earlier, ``by`` the later, ``cost``."""
    size = pl.col("units").abs().alias("size")
    columns = ["id", "date", "account", "on_debit", *by]
    rows = lines.select(*dict.fromkeys(columns), size, (pl.col("units") > 0).alias("up"))
    key = [*by, "size", *(["on_debit"] if same_column else [])]
    both = rows.filter(pl.col("up").any().over(key) & (~pl.col("up")).any().over(key))
    up, down = both.filter("up"), both.filter(~pl.col("up"))
    found = _candidates(up, down, key)
    if not same_column:
        found = found.filter(pl.col("account") != pl.col("account_there"))
    found = found.rename({"ours": "id", "theirs": "by"})
    return found.select("id", "by", "cost")


def _with_evidence(found: pl.DataFrame, texts: pl.DataFrame, refs: pl.DataFrame) -> pl.DataFrame:
    """Keep pairs that say they cancel: by a word, by one text, or by one number."""
    joined = found.join(texts, on="id").join(texts, left_on="by", right_on="id", suffix="_by")
    theirs = refs.select(by="id", ref="ref")
    shared = found.select("id", "by").join(refs, on="id").join(theirs, on=["by", "ref"])
    shared = shared.select("id", "by").unique().with_columns(number=pl.lit(value=True))
    joined = joined.join(shared, on=["id", "by"], how="left")
    same_text = (pl.col("text") == pl.col("text_by")) & (pl.col("text") != "")
    says = pl.col("said") | pl.col("said_by") | same_text | pl.col("number").fill_null(value=False)
    return joined.filter(says).select("id", "by", "cost")


def _stacked(frames: Sequence[pl.DataFrame], shape: Any) -> pl.DataFrame:
    empty = pl.DataFrame(schema=shape)
    return pl.concat([empty, *(frame.select(*shape).cast(shape) for frame in frames)])

"""Lines of two books that say the same (逐笔勾对): set joins over all parties at once.

Order: the same number and amount; a line taken back in its own books and named so; the lines of
one number in sum; a number whose two amounts differ as a slip does; the same amount near in time;
the lines of one voucher in sum; a number with any two amounts.
A pair is *automatic* when neither line had another candidate in its step; else it is the nearest
of several and stands as *proposed*.  The answer does not depend on the order of rows: lines have
their order from `kamcore.matching.sides.lay_out`, and every tie is broken by it.
"""

from collections.abc import Sequence
from typing import Any

import attrs
import polars as pl

from kamcore.matching.candidates import digits, keyed_candidates, nearest, opposite, with_evidence
from kamcore.matching.line_kind import kind_of_text

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
_NEAR = 0.05
"""Share by which a short payment differs."""
_RED_WORDS = "红字|红冲|冲红|冲销|注销|作废|冲回|撤销|更正|重复"


@attrs.frozen(kw_only=True)
class CrossingPolicy:
    """How far apart the two sides may book one thing.

    `window` days for lines that share an amount, `certain_days` for such a pair to be automatic.
    `we_sell` says that our invoices are positive; where we buy they are negative.
    """

    window: int = 62
    certain_days: int = 45
    we_sell: bool = True


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
    work.sums_by_reference()
    work.unequal_references(near=True)
    work.by_amount()
    work.by_broad_reference()
    work.sums_by_voucher()
    work.unequal_references(near=False)
    work.taken_back(named=False)
    return work.result()


class _Work:
    """The state of one crossing: what is left on both sides, and what was found."""

    def __init__(self, ours: Pool, theirs: Pool, policy: CrossingPolicy) -> None:
        self.ours, self.theirs, self.policy, self.first = ours, theirs, policy, ours
        self.whole = (ours.lines, theirs.lines)
        self.speaking = pl.DataFrame()
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
            found = opposite(lines, ["party", "currency", "voucher_id"], same_column=False)
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
            found = opposite(lines, ["party", "currency", "account"], same_column=True)
            if named:
                texts = pool.lines.select("id", "text", said=said)
                refs = pool.references
                found = with_evidence(found, texts, refs)
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
        """Pair lines that name one number of a document and have one amount."""
        self._by_numbers(strong=True)
        self.speaking = self._speaking()

    def by_broad_reference(self) -> None:
        """Pair lines of one amount under one contract or order."""
        self._by_numbers(strong=False)

    def _by_numbers(self, *, strong: bool) -> None:
        pools = (self.ours, self.theirs)
        columns = ["id", "date", "invoice", "text"]
        sides = [
            _keyed(pool, columns, strong=strong).with_columns(kind=kind_of_text())
            for pool in pools
        ]
        candidates = keyed_candidates(sides[0], sides[1], [*_KEY, "ref"])
        # An invoice on the wrong side has the amount and the number of its payment.
        alike = (pl.col("kind") == pl.col("kind_there")).fill_null(value=True)
        candidates = candidates.filter(alike)
        if not strong:
            candidates = self._without_contrary(candidates)
        best = candidates.group_by("ours", "theirs").agg(
            pl.col("cost").min(),
            pl.len(),
            _contradicts(we_sell=self.policy.we_sell).any().alias("odd"),
        )
        # Two numbers in common say more than a nearer date.
        best = best.with_columns(cost=pl.col("cost") - 10_000 * (pl.col("len").cast(pl.Int64)))
        found = nearest(best.drop("len", "odd"))
        found = found.join(best.select("ours", "theirs", "odd"), on=["ours", "theirs"])
        certain = pl.col("alone") & ~pl.col("odd") & pl.lit(strong)
        rules = {"rule": pl.lit("reference"), "certain": certain}
        self._take(found.with_columns(**rules).drop("odd"), self.pairs)

    def _speaking(self) -> pl.DataFrame:
        """Parties whose two books name the same numbers: there another number is another thing."""
        keys = ["party", "currency"]
        left = [
            _keyed(pool, ["id"], strong=True).unique("id").group_by(keys).len(f"left_{side}")
            for side, pool in (("ours", self.ours), ("theirs", self.theirs))
        ]
        found = _stacked(self.pairs, PAIRS).join(
            self.first.lines.select("id", *keys), left_on="ours", right_on="id"
        )
        both = found.group_by(keys).len("found")
        for frame in left:
            both = both.join(frame, on=keys, how="left")
        rest = pl.min_horizontal(pl.col("left_ours", "left_theirs").fill_null(0))
        return both.filter(pl.col("found") >= rest).select(keys)

    def _without_contrary(self, candidates: pl.DataFrame) -> pl.DataFrame:
        """Leave out pairs that name two invoices, or two numbers where numbers are shared."""
        same = (pl.col("invoice") == pl.col("invoice_there")).fill_null(value=True)
        named = [
            pool.references.filter("strong").select(pl.col("id").alias(side)).unique()
            for side, pool in (("ours", self.ours), ("theirs", self.theirs))
        ]
        contrary = candidates.join(self.speaking, on=["party", "currency"], how="semi")
        for side, frame in zip(("ours", "theirs"), named, strict=True):
            contrary = contrary.join(frame, on=side, how="semi")
        contrary = contrary.select("ours", "theirs").unique()
        return candidates.filter(same).join(contrary, on=["ours", "theirs"], how="anti")

    def by_amount(self) -> None:
        """Pair lines of one amount that are near in time and name no contrary numbers.

        A payment is no invoice of the same amount, as far as the texts say.
        """
        sides = [
            pool.lines.select("id", "date", "invoice", *_KEY, kind=kind_of_text())
            for pool in (self.ours, self.theirs)
        ]
        candidates = keyed_candidates(sides[0], sides[1], _KEY)
        candidates = candidates.filter(pl.col("cost") <= self.policy.window)
        candidates = self._without_contrary(candidates)
        other_kind = (pl.col("kind") != pl.col("kind_there")).fill_null(value=False)
        late = pl.when(other_kind).then(self.policy.window).otherwise(0)
        # A text that says what it is and one that does not may be two things of one amount.
        alike = pl.col("kind").eq_missing(pl.col("kind_there"))
        found = nearest(
            candidates.select("ours", "theirs", cost=pl.col("cost") + late, alike=alike)
        )
        near = pl.col("cost") <= self.policy.certain_days
        # An amount that recurs, such as a rent, is certain only by its number.
        for side, lines in zip(("ours", "theirs"), self.whole, strict=True):
            once = lines.filter(pl.len().over(_KEY) == 1).select(pl.col("id").alias(side))
            once = once.with_columns(pl.lit(value=True).alias(f"{side}_once"))
            found = found.join(once, on=side, how="left")
        single = pl.col("ours_once", "theirs_once").fill_null(value=False)
        certain = pl.all_horizontal("alone", "alike", near, single)
        rules = {"rule": pl.lit("amount"), "certain": certain}
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
        found = keyed_candidates(heads[0], heads[1], _KEY)
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

    def unequal_references(self, *, near: bool) -> None:
        """Pair lines that name one number and differ in amount.

        `near` takes those that differ as slips and deductions do and have no other partner.
        """
        pools = (self.ours, self.theirs)
        sides = [
            _keyed(pool, ["id", "date", "text"], strong=True).with_columns(kind=kind_of_text())
            for pool in pools
        ]
        by = ["party", "currency", "ref"]
        candidates = keyed_candidates(sides[0], sides[1], by)
        a, b = pl.col("units"), pl.col("units_there")
        # An invoice and the payment that names it share a number too, but not a side.
        alike = (pl.col("kind") == pl.col("kind_there")).fill_null(value=True)
        candidates = candidates.filter(((a.sign() == b.sign()) | (a == -b)) & alike)
        far = (a - b).abs().cast(pl.Float64) / pl.max_horizontal(a.abs(), b.abs()).cast(pl.Float64)
        if near:
            slip = digits(a) == digits(b)
            candidates = candidates.filter((a == -b) | slip | (far <= _NEAR))
        cost = pl.col("cost") + (far * 1000).cast(pl.Int64)
        found = nearest(candidates.select("ours", "theirs", cost=cost).unique())
        if near:
            found = found.filter("alone")
        rules = {"rule": pl.lit("reference"), "certain": pl.col("alone")}
        self._take(found.with_columns(**rules), self.unequal)


def _contradicts(*, we_sell: bool) -> pl.Expr:
    """A text calls an invoice what stands as a payment, or the reverse, and the other is silent.

    That is how an invoice on the wrong side looks, which has the amount and number of its payment.
    """
    said = pl.coalesce("kind", "kind_there")
    silent = pl.any_horizontal(pl.col("kind", "kind_there").is_null())
    raises = (pl.col("units") > 0) == we_sell
    other = pl.when(raises).then(pl.lit("payment")).otherwise(pl.lit("invoice"))
    return (silent & (said == other)).fill_null(value=False)


def _keyed(pool: Pool, columns: list[str], *, strong: bool) -> pl.DataFrame:
    lines = pool.lines.select(*columns, *_KEY)
    numbers = pool.references.filter(pl.col("strong") == strong)
    return lines.join(numbers.select("id", "ref"), on="id", how="inner")


def _stacked(frames: Sequence[pl.DataFrame], shape: Any) -> pl.DataFrame:
    empty = pl.DataFrame(schema=shape)
    return pl.concat([empty, *(frame.select(*shape).cast(shape) for frame in frames)])

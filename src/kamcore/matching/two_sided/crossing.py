"""Lines of two books that say the same (逐笔勾对): set joins over all parties at once.

Order: the same number and amount; a line taken back in its own books and named so; the lines of
one number or one list in sum; a number whose two amounts differ as a slip does; an amount that
stands once in either book, near in time; the lines of one voucher in sum; one line that is the sum
of several; and only then what has more than one choice: a contract, an amount that recurs, a
number with any two amounts.
A pair is *automatic* when neither line had another candidate in its step; else it is the nearest
of several and stands as *proposed*.  The answer does not depend on the order of rows: lines have
their order from `kamcore.matching.parties.sides.lay_out`, and every tie is broken by it.
"""

from collections.abc import Sequence
from typing import Any

import attrs
import polars as pl

from kamcore.matching.candidates import digits, keyed_candidates, nearest, opposite, with_evidence
from kamcore.matching.two_sided.crossed import GROUPS, PAIRS, Pool
from kamcore.matching.two_sided.equal_amounts import in_order, usual_gaps, weighed
from kamcore.matching.two_sided.line_kind import kind_of_text
from kamcore.matching.two_sided.number_sums import sums_of_lists, sums_of_numbers
from kamcore.matching.two_sided.sums_across import sums_across
from kamcore.matching.two_sided.tails import with_tails
from kamcore.matching.two_sided.voucher_sums import sums_of_vouchers

__all__ = ["GROUPS", "PAIRS", "Crossed", "CrossingPolicy", "Pool", "cross"]

_CANCELLED: Any = {
    "side": pl.String,
    "id": pl.UInt32,
    "by": pl.UInt32,
    "rule": pl.String,
}
_KEY = ["party", "currency", "units"]
_ROUND, _AT_ONCE = 10_000_000, 5
"""Amounts in full thousands of yuan; days between payment and receipt of such an amount."""
_ANSWERED = 15
"""Days within which the other book answers a line and the red one that might take it back."""
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
    work.by_amount(certain=True)
    work.sums_by_voucher()
    work.sums_across()
    work.by_broad_reference()
    work.by_amount(certain=False)
    work.unequal_references(near=False)
    work.taken_back(named=False)
    return work.result()


class _Work:
    """The state of one crossing: what is left on both sides, and what was found."""

    def __init__(self, ours: Pool, theirs: Pool, policy: CrossingPolicy) -> None:
        refs = with_tails((ours.lines, ours.references), (theirs.lines, theirs.references))
        self.ours = attrs.evolve(ours, references=refs[0])
        self.theirs = attrs.evolve(theirs, references=refs[1])
        self.policy, self.first = policy, self.ours
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
            if named:
                near = self._without_answered(side, near)
            self._cancel(side, near, "taken_back")

    def _without_answered(self, side: str, found: pl.DataFrame) -> pl.DataFrame:
        """Leave out pairs of which the other book has both lines near in time, sign by sign."""
        mine: pl.DataFrame = getattr(self, side).lines
        other = self.theirs if side == "ours" else self.ours
        lines = mine.select("id", "date", *_KEY).filter(
            pl.col("id").is_in(pl.concat([found["id"], found["by"]]).implode())
        )
        near = lines.join(other.lines.select(*_KEY, there="date"), on=_KEY)
        days = (pl.col("date") - pl.col("there")).dt.total_days().abs()
        answered = near.filter(days <= _ANSWERED)["id"].implode()
        return found.filter(~(pl.col("id").is_in(answered) & pl.col("by").is_in(answered)))

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

    def by_amount(self, *, certain: bool) -> None:
        """Pair lines of one amount that are near in time and name no contrary numbers.

        A payment is no invoice of the same amount, as far as the texts say.  `certain` takes only
        those that have no other choice: the rest waits for what sums prove.
        """
        sides = [
            pool.lines.select("id", "date", "invoice", *_KEY, kind=kind_of_text())
            for pool in (self.ours, self.theirs)
        ]
        candidates = keyed_candidates(sides[0], sides[1], _KEY)
        candidates = candidates.filter(pl.col("cost") <= self.policy.window)
        candidates = self._without_contrary(candidates)
        usual = usual_gaps(_stacked(self.pairs, PAIRS), *self.whole)
        candidates = weighed(candidates, usual, self.policy.window)
        if not certain:
            ordered = in_order(candidates).with_columns(rule=pl.lit("amount"), certain=False)
            self._take(ordered, self.pairs)
            for side in ("ours", "theirs"):
                candidates = candidates.join(ordered.select(side), on=side, how="anti")
        # A text that says what it is and one that does not may be two things of one amount.
        alike = pl.col("kind").eq_missing(pl.col("kind_there"))
        paid = (pl.col("kind") == "payment") & (pl.col("kind_there") == "payment")
        columns = ["ours", "theirs", "units", "cost", "days"]
        found = nearest(candidates.select(*columns, alike=alike, paid=paid))
        near = pl.col("days") <= self.policy.certain_days
        # An amount that recurs, such as a rent, is certain only by its number.
        for side, lines in zip(("ours", "theirs"), self.whole, strict=True):
            once = lines.filter(pl.len().over(_KEY) == 1).select(pl.col("id").alias(side))
            once = once.with_columns(pl.lit(value=True).alias(f"{side}_once"))
            found = found.join(once, on=side, how="left")
        single = pl.col("ours_once", "theirs_once").fill_null(value=False)
        # So is a round one, but for money that is paid on one day and got on the next.
        plain = (pl.col("units") % _ROUND != 0) | (pl.col("paid") & (pl.col("days") <= _AT_ONCE))
        sure = pl.all_horizontal("alone", "alike", near, single, plain)
        found = found.with_columns(rule=pl.lit("amount"), certain=sure)
        self._take(found.filter("certain") if certain else found, self.pairs)

    def sums_by_reference(self) -> None:
        """Group the lines that name one number or one list, where both sides come to one sum."""
        for step in (sums_of_numbers, sums_of_lists):
            sides = (_keyed(pool, ["id"], strong=True) for pool in (self.ours, self.theirs))
            self._group(step(*sides), "reference_sum")

    def sums_by_voucher(self) -> None:
        """Group the lines of one voucher, where a voucher of the other side has their sum."""
        columns = ["id", "date", "voucher_id", *_KEY]
        ours, theirs = (pool.lines.select(columns) for pool in (self.ours, self.theirs))
        pairs, groups = sums_of_vouchers(ours, theirs, self.policy.window)
        rules = {"rule": pl.lit("voucher_sum"), "certain": pl.lit(value=True)}
        self._take(pairs.with_columns(**rules), self.pairs)
        self._group(groups, "voucher_sum")

    def sums_across(self) -> None:
        """Group one line and several of the other side, where the sum leaves no doubt."""
        found = sums_across((self.ours, self.theirs), self.whole, self.policy.window, sure=True)
        self._group(found.rename({"group": "label"}), "sum")

    def _group(self, members: pl.DataFrame, rule: str) -> None:
        sure = pl.col("certain") if "certain" in members.columns else pl.lit(value=True)
        rows = members.with_columns(
            group=pl.col("label").rank("dense") - 1 + self.count,
            rule=pl.lit(rule),
            certain=sure,
        )
        self.count += members["label"].n_unique()
        self.groups.append(rows.select(*GROUPS))
        self.ours = self.ours.without(rows.filter(side="ours")["id"])
        self.theirs = self.theirs.without(rows.filter(side="theirs")["id"])

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

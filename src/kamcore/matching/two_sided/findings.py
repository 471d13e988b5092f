"""What a reconciliation finds: every line of the span belongs to one finding.

A finding is a set of lines of both sides.  Its amount is what its lines up to the day add to our
balance less what they add to theirs: nothing for lines that agree, and else a difference with
its cause.  Lines from before the span count where a later line answers them, and that much of the
opening difference is explained by it.
"""

import datetime as dt
from typing import Any

import attrs
import polars as pl

from kamcore.matching.two_sided.amount_slips import (
    pair_by_digits,
    pair_by_one_digit,
    pair_by_shift,
    pair_by_side,
    pair_by_size,
    pair_by_tax,
)
from kamcore.matching.two_sided.amounts import SUM, money
from kamcore.matching.two_sided.coverage import (
    Coverage,
    gathered,
    opening_proofs,
    uncovered,
    with_rest,
)
from kamcore.matching.two_sided.crossing import Crossed, Pool
from kamcore.matching.two_sided.explaining import (
    cause_of_pair,
    cause_of_single,
    fault_of_pair,
    proofs_of_pair,
    reason_of,
    twins_of,
    with_digits,
)
from kamcore.matching.two_sided.line_kind import kind_of_text
from kamcore.matching.two_sided.openings_met import met_openings
from kamcore.matching.two_sided.sums_across import sums_across

__all__ = ["Found", "Question", "findings"]

_KEYS = ["party", "currency"]
_MEMBERS: Any = {"finding": pl.UInt32, "side": pl.String, "id": pl.UInt32}
_DIFFERENCES: Any = {
    "finding": pl.UInt32,
    "party": pl.String,
    "currency": pl.String,
    "cause": pl.String,
    "amount": SUM,
    "fault": pl.String,
    "reason": pl.String,
    "proof_zh": pl.String,
    "proof_en": pl.String,
}


_STEPS: tuple[Any, ...] = (
    pair_by_side,
    pair_by_digits,
    pair_by_tax,
    pair_by_one_digit,
    sums_across,
    pair_by_size,
    pair_by_shift,
)
"""Tests of what the crossing left, in order."""


@attrs.frozen(kw_only=True)
class Question:
    """Both sides' lines with their phase, what their books cover, and the day.

    `we_sell`: we issue the invoices and they pay.  `gaps` says what our opening is more than
    theirs: ``party``, ``currency``, ``gap`` (Decimal); `since` is the first day of the span.
    """

    ours: Pool
    theirs: Pool
    covered: tuple[Coverage, Coverage]
    as_of: dt.date
    transit_days: int
    window: int = 62
    we_sell: bool = True
    since: dt.date | None = None
    gaps: pl.DataFrame | None = None


@attrs.frozen(kw_only=True)
class Found:
    """Findings: what agrees, what differs, and which lines each is about.

    `matches`: ``finding``, ``party``, ``currency``, ``rule``, ``tier``, ``amount``;
    `differences`: as `kamcore.matching.Reconciliation` says; `members`: ``finding``, ``side``,
    ``id``; `shifted`: per party and currency ``before``, the part of the opening difference that
    findings explain.
    """

    matches: pl.DataFrame
    differences: pl.DataFrame
    members: pl.DataFrame
    shifted: pl.DataFrame


def findings(question: Question, crossed: Crossed) -> Found:
    """Sort what was crossed, and what is left of it, into findings."""
    ours, theirs = crossed.ours, crossed.theirs
    unequal = [crossed.unequal]
    groups = crossed.groups
    lines = _all_lines(question)
    early = uncovered(lines, question.covered)
    whole = (question.ours.lines, question.theirs.lines)
    for step in _STEPS:
        if step is sums_across:
            made = sums_across((ours, theirs), whole, question.window, sure=False)
            first = max(groups["group"].to_list(), default=-1) + 1
            groups = pl.concat([groups, made.with_columns(pl.col("group") + first)])
            taken = (made.filter(side=side)["id"] for side in ("ours", "theirs"))
        else:
            # Books that do not cover a line cannot have booked it wrong.
            pairs = step(*_covered((ours, theirs), early))
            unequal.append(pairs)
            taken = (pairs[side] for side in ("ours", "theirs"))
        ours, theirs = (pool.without(ids) for pool, ids in zip((ours, theirs), taken, strict=True))
    crossed = attrs.evolve(crossed, groups=groups)
    heads, members = _numbered(crossed, pl.concat(unequal), (ours, theirs))
    heads, members = gathered(heads, members, lines, early)
    members = members.join(lines.select("side", "id", *_KEYS, "units", "phase"), on=["side", "id"])
    sign = pl.when(pl.col("side") == "ours").then(1).otherwise(-1) * pl.col("units")
    sums = members.group_by("finding").agg(
        pl.col("party").first(),
        pl.col("currency").first(),
        touched=(pl.col("phase") == 0).any(),
        net=sign.filter(pl.col("phase") <= 0).sum(),
        before=sign.filter(pl.col("phase") < 0).sum(),
        ours_units=pl.col("units").filter(pl.col("side") == "ours").sum(),
        theirs_units=pl.col("units").filter(pl.col("side") == "theirs").sum(),
        late=(pl.col("phase") == 1).any(),
    )
    rows = heads.join(sums, on="finding").sort("finding")
    rows = rows.filter(pl.col("touched") | (pl.col("kind") == "uncovered"))
    rows = _with_openings_met(rows, members, lines, question)
    shifted = rows.group_by(_KEYS).agg(before=money(pl.col("before").sum()))
    return Found(
        matches=_matches(rows),
        differences=_differences(rows.filter(pl.col("net") != 0), members, lines, question),
        members=members.join(rows.select("finding"), on="finding", how="semi")
        .select(*_MEMBERS)
        .sort("finding", "side", "id"),
        shifted=shifted.sort(_KEYS),
    )


def _with_openings_met(
    rows: pl.DataFrame, members: pl.DataFrame, lines: pl.DataFrame, question: Question
) -> pl.DataFrame:
    """Let lines without partner answer what the openings differ by."""
    if question.gaps is None or question.since is None:
        return rows.with_columns(rest=pl.lit(0, dtype=pl.Int64))
    gap = (pl.col("gap").cast(SUM) * 10_000).cast(pl.Int64)
    whole = question.gaps.select(*_KEYS, gap=gap)
    rows = with_rest(rows, whole)
    explained = rows.group_by(_KEYS).agg(explained=pl.col("before").sum())
    gaps = whole.join(explained, on=_KEYS, how="left")
    gaps = gaps.with_columns(gap=pl.col("gap") - pl.col("explained").fill_null(0))
    singles = rows.filter(pl.col("kind") == "single").select("finding", *_KEYS, "net")
    days = members.join(lines.select("side", "id", "date"), on=["side", "id"])
    singles = singles.join(days.select("finding", "date"), on="finding")
    met = pl.col("finding").is_in(met_openings(singles, gaps, question.since).implode())
    opening = pl.lit("opening")
    return rows.with_columns(
        kind=pl.when(met).then(opening).otherwise("kind"),
        rule=pl.when(met).then(opening).otherwise("rule"),
        certain=pl.col("certain") & ~met,
        before=pl.when(met).then(-pl.col("net")).otherwise("before"),
        ours_units=pl.when(met).then(pl.col("net")).otherwise("ours_units"),
        net=pl.when(met).then(0).otherwise("net"),
    )


def _covered(pools: tuple[Pool, Pool], early: pl.DataFrame) -> tuple[Pool, Pool]:
    ours, theirs = (early.filter(side=side)["id"] for side in ("ours", "theirs"))
    return pools[0].without(ours), pools[1].without(theirs)


def _all_lines(question: Question) -> pl.DataFrame:
    both = (("ours", question.ours), ("theirs", question.theirs))
    return pl.concat([pool.lines.with_columns(side=pl.lit(side)) for side, pool in both])


def _numbered(
    crossed: Crossed, unequal: pl.DataFrame, left: tuple[Pool, Pool]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Number the findings: a head each (``finding``, ``kind``, ``rule``, ``certain``), members."""
    certain = pl.lit(value=True)
    pairs = pl.concat(
        [
            crossed.pairs.with_columns(kind=pl.lit("pair")),
            unequal.with_columns(kind=pl.lit("unequal")),
        ]
    ).with_columns(key=pl.concat_str(pl.col("ours"), pl.col("theirs"), separator="/"))
    grouped = crossed.groups.with_columns(
        kind=pl.lit("group"), key=pl.col("group").cast(pl.String)
    )
    earlier = pl.min_horizontal("id", "by")
    taken = crossed.cancelled.with_columns(
        kind=pl.lit("cancelled"), certain=certain, key=pl.format("{}/{}", "side", earlier)
    )
    single = [
        pool.lines.select(
            "id",
            side=pl.lit(side),
            rule=pl.lit("single"),
            kind=pl.lit("single"),
            certain=certain,
            key=pl.format("{}/{}", pl.lit(side), "id"),
        )
        for side, pool in zip(("ours", "theirs"), left, strict=True)
    ]
    columns = ["kind", "key", "side", "id", "rule", "certain"]
    halves = [
        pairs.select(*columns[:2], side=pl.lit(side), id=side, rule="rule", certain="certain")
        for side in ("ours", "theirs")
    ]
    every = pl.concat(
        [frame.select(columns) for frame in (*halves, grouped, taken, *single)]
    ).with_columns(pl.col("id").cast(pl.UInt32))
    heads = every.group_by("kind", "key").agg(
        pl.col("rule").first(), pl.col("certain").first(), pl.col("side").min(), pl.col("id").min()
    )
    heads = heads.sort("side", "id", "kind", "key").with_row_index("finding", offset=1)
    members = every.join(heads.select("kind", "key", "finding"), on=["kind", "key"])
    return heads.select("finding", "kind", "rule", "certain"), members.select(*_MEMBERS)


def _matches(rows: pl.DataFrame) -> pl.DataFrame:
    agreed = rows.filter((pl.col("net") == 0) & (pl.col("kind") != "single"))
    # Equal after all, though the numbers they name say otherwise: for a person to confirm.
    other = pl.col("kind") == "unequal"
    rule = pl.when(other).then(pl.lit("amount")).otherwise("rule")
    agreed = agreed.with_columns(rule=rule, certain=pl.col("certain") & ~other)
    tier = pl.when("certain").then(pl.lit("automatic")).otherwise(pl.lit("proposed"))
    own = pl.col("kind").is_in(["cancelled", "uncovered"])
    amount = pl.when(own).then(0).otherwise(pl.col("ours_units"))
    return agreed.select("finding", *_KEYS, "rule", tier=tier, amount=money(amount))


def _differences(
    rows: pl.DataFrame, members: pl.DataFrame, lines: pl.DataFrame, question: Question
) -> pl.DataFrame:
    singles = rows.filter(pl.col("kind") == "single")
    parts = [
        _late(rows.filter(pl.col("kind") != "single", "late"), members, lines),
        _unequal(
            rows.filter((pl.col("kind") == "unequal") & ~pl.col("late")), members, lines, question
        ),
        _singles(singles, members, question),
        _shaped(
            opening_proofs(
                rows.filter(pl.col("kind") == "uncovered"), members, lines, question.covered
            )
        ),
    ]
    both = pl.concat([pl.DataFrame(schema=_DIFFERENCES), *parts])
    return both.sort(*_KEYS, "finding")


def _late(rows: pl.DataFrame, members: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Findings that only the days after the span complete."""
    after = members.filter(pl.col("phase") == 1).join(rows, on="finding", how="semi")
    after = after.join(lines.select("side", "id", "date", "voucher"), on=["side", "id"])
    after = after.sort("finding", "date", "side", "id").unique(
        "finding", keep="first", maintain_order=True
    )
    found = rows.join(after.select("finding", "side", "date", "voucher"), on="finding")
    taken_back = pl.col("kind") == "cancelled"
    owner = pl.col("side") == "ours"
    words = {
        "proof_zh": ("{} {} 入账 (凭证 {})", ("我方", "对方")),
        "proof_en": ("booked in {} books on {} (voucher {})", ("our", "their")),
    }
    said = {
        name: pl.format(
            text,
            pl.when(owner).then(pl.lit(who[0])).otherwise(pl.lit(who[1])),
            pl.col("date").cast(pl.String),
            pl.col("voucher").fill_null("-"),
        )
        for name, (text, who) in words.items()
    }
    alone = pl.when(owner).then(pl.lit("only_ours")).otherwise(pl.lit("only_theirs"))
    fault = pl.when(taken_back).then("side").otherwise(pl.lit(""))
    cause = pl.when(taken_back).then(alone).otherwise(pl.lit("timing"))
    return _shaped(found.with_columns(cause=cause, fault=fault, **said))


def _shaped(rows: pl.DataFrame) -> pl.DataFrame:
    if "reason" not in rows.columns:
        rows = rows.with_columns(reason=pl.lit(None, dtype=pl.String))
    return rows.with_columns(amount=money(pl.col("net"))).select(*_DIFFERENCES).cast(_DIFFERENCES)


def _unequal(
    rows: pl.DataFrame, members: pl.DataFrame, lines: pl.DataFrame, question: Question
) -> pl.DataFrame:
    """Pairs whose amounts differ: the cause, the reason, and whose books are to be mended."""
    chosen = members.select("finding", "side", "id").join(rows, on="finding", how="semi")
    of_lines = with_digits(lines.join(chosen.select("side", "id"), on=["side", "id"], how="semi"))
    columns = ["id", "units", "digits", "text", "voucher", "date"]
    halves = [
        chosen.filter(pl.col("side") == side).join(
            of_lines.filter(pl.col("side") == side).select(columns), on="id"
        )
        for side in ("ours", "theirs")
    ]
    both = halves[0].join(halves[1], on="finding", suffix="_there")
    both = both.with_columns(
        kind_said=pl.coalesce(kind_of_text(), kind_of_text("text_there")), reason=reason_of()
    ).with_columns(cause=cause_of_pair())
    both = both.with_columns(
        fault=fault_of_pair(we_sell=question.we_sell),
        reason=pl.when(pl.col("cause") == "amount").then("reason"),
        **proofs_of_pair(),
    )
    named = both.select("finding", "cause", "fault", "reason", "proof_zh", "proof_en")
    return _shaped(rows.join(named, on="finding"))


def _singles(rows: pl.DataFrame, members: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Lines without partner: why, with what bears it out."""
    chosen = members.select("finding", "side", "id").join(rows, on="finding", how="semi")
    parts = []
    for at, side in enumerate(("ours", "theirs")):
        pool = (question.ours, question.theirs)[at]
        mine = chosen.filter(pl.col("side") == side)
        alone = pool.lines.join(mine.select("id", "finding"), on="id")
        other = members.filter(pl.col("side") == side).join(rows, on="finding", how="anti")
        settled = pool.lines.join(other.select("id"), on="id", how="semi")
        twins = twins_of(alone, settled, pool.references)
        named = alone.with_columns(alone=pl.lit(f"only_{side}"))
        said = cause_of_single(
            named, twins, question.covered[1 - at], question.as_of, question.transit_days
        )
        fault = (
            pl.when(pl.col("cause") == "duplicate")
            .then(pl.lit(side))
            .when(pl.col("cause") == "timing")
            .then(pl.lit(""))
            .otherwise(pl.lit("theirs" if side == "ours" else "ours"))
        )
        parts.append(
            said.with_columns(fault=fault).select(
                "finding", "cause", "fault", "proof_zh", "proof_en"
            )
        )
    return _shaped(rows.join(pl.concat(parts), on="finding"))

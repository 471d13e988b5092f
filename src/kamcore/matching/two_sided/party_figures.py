"""What each party stood at on both sides, and the proof that the differences explain it."""

from collections.abc import Sequence

import polars as pl

from kamcore.ledger.engine import conserved
from kamcore.matching.parties.identifying import Links
from kamcore.matching.two_sided.amounts import SUM, spelled
from kamcore.matching.two_sided.coverage import Coverage, starting_later
from kamcore.matching.two_sided.crossing import Pool
from kamcore.matching.two_sided.findings import Found

__all__ = ["assert_explained", "counted", "party_figures", "with_openings"]


def party_figures(
    pools: Sequence[Pool], stated: Sequence[pl.DataFrame], links: Links
) -> pl.DataFrame:
    """Opening, debit, credit and closing of both sides, per party and currency.

    `stated` are the openings of both sides (`kamcore.matching.parties.sides.openings`).  Columns:
    those of `kamcore.matching.Reconciliation.parties` but the two numbers of findings.
    """
    keys = ["party", "currency"]
    frames = [_movements(*side) for side in zip(pools, stated, strict=True)]
    named = [
        frame.rename({n: f"{name}_{n}" for n in frame.columns if n not in keys})
        for name, frame in zip(("ours", "theirs"), frames, strict=True)
    ]
    both = named[0].join(named[1], on=keys, how="full", coalesce=True)
    figures = [name for name in both.columns if name not in keys]
    both = both.with_columns(pl.col(figures).fill_null(0))
    names = links.frame.select("party", "name", "how").unique("party", keep="first")
    both = names.join(both, on="party", how="inner")
    return both.with_columns(
        difference=(pl.col("ours_closing") - pl.col("theirs_closing")).cast(SUM)
    ).sort(keys)


def _movements(pool: Pool, stated: pl.DataFrame) -> pl.DataFrame:
    keys = ["party", "currency"]
    amount = pl.col("amount").cast(SUM)
    phase = pl.col("phase")
    # A red line stays on its own side; what is mirrored changes sides, not columns.
    raising = pl.col("raising")
    sums = pool.lines.group_by(keys).agg(
        before=amount.filter(phase < 0).sum(),
        debit=amount.filter((phase == 0) & raising).sum(),
        credit=-amount.filter((phase == 0) & ~raising).sum(),
    )
    both = sums.join(stated, on=keys, how="full", coalesce=True).with_columns(
        pl.col("before", "debit", "credit", "stated").fill_null(0)
    )
    opening = pl.col("before") + pl.col("stated")
    closing = opening + pl.col("debit") - pl.col("credit")
    figures = {
        "opening": opening,
        "debit": pl.col("debit"),
        "credit": pl.col("credit"),
        "closing": closing,
    }
    return both.select(*keys, **{name: figure.cast(SUM) for name, figure in figures.items()})


def with_openings(
    parties: pl.DataFrame, found: Found, covered: Sequence[Coverage]
) -> pl.DataFrame:
    """The differences, with what the openings differ by and no later line explains."""
    keys = ["party", "currency"]
    gap = parties.select(*keys, gap=pl.col("ours_opening") - pl.col("theirs_opening"))
    gap = gap.join(found.shifted, on=keys, how="left")
    left = pl.col("gap") - pl.col("before").fill_null(0)
    rows = gap.with_columns(amount=left.cast(SUM)).filter(pl.col("amount") != 0).sort(keys)
    zh, en = starting_later(covered) or ("须查上期对账结果", "see the last reconciliation")
    first = max(found.members["finding"].to_list(), default=0) + 1
    rows = rows.with_row_index("finding", offset=first).with_columns(
        cause=pl.lit("opening"),
        fault=pl.lit(""),
        reason=pl.lit(None, dtype=pl.String),
        proof_zh=pl.format("期初相差 {}, {}", spelled(pl.col("amount")), pl.lit(zh)),
        proof_en=pl.format("the openings differ by {}: {}", spelled(pl.col("amount")), pl.lit(en)),
    )
    columns = found.differences.columns
    rows = rows.select(columns).cast(found.differences.schema)
    return pl.concat([found.differences, rows]).sort(*keys, "finding")


def counted(
    parties: pl.DataFrame, matches: pl.DataFrame, differences: pl.DataFrame
) -> pl.DataFrame:
    """The parties with ``matched`` and ``open``, the numbers of their findings."""
    keys = ["party", "currency"]
    counts = {"matched": matches, "open": differences}
    for name, frame in counts.items():
        sizes = frame.group_by(keys).agg(pl.len().cast(pl.Int64).alias(name))
        parties = parties.join(sizes, on=keys, how="left", maintain_order="left")
    return parties.with_columns(pl.col(*counts).fill_null(0))


def assert_explained(parties: pl.DataFrame, differences: pl.DataFrame) -> None:
    """State that the differences add up to that of the balances, per party and currency.

    Raises:
        AssertionError: they do not: a mistake of kamcore itself.
    """
    keys = ["party", "currency"]
    sums = differences.group_by(keys).agg(pl.col("amount").sum())
    both = parties.join(sums, on=keys, how="full", coalesce=True).sort(keys)
    both = both.with_columns(pl.col("difference", "amount").fill_null(0).cast(SUM))
    conserved(
        "the differences explain the balances",
        both["difference"].to_list(),
        both["amount"].to_list(),
    )

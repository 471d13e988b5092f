"""Why two amounts that should be one differ, and what the lines without a partner mean.

The tests are those of every bookkeeper: a difference that is twice an amount is an amount on the
wrong side; one that divides by 9 comes of two digits exchanged or a shifted point; an amount
equal to the difference was left out or booked twice.  A test names a cause only where the lines
bear it out; the rest stays what it is, a line on one side alone.
"""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from kamcore.matching.candidates import digits
from kamcore.matching.policy import REASONS
from kamcore.matching.two_sided.amounts import money, spelled
from kamcore.matching.two_sided.coverage import Coverage
from kamcore.matching.two_sided.crossed import PAIRS
from kamcore.matching.two_sided.line_kind import kind_of_text

__all__ = [
    "CAUSES",
    "cause_of_pair",
    "cause_of_single",
    "fault_of_pair",
    "proofs_of_pair",
    "reason_of",
    "twins_of",
    "with_digits",
]

CAUSES = {
    "timing": ("时间差异(未达账项)", "timing"),
    "amount": ("金额不一致", "amounts differ"),
    "wrong_side": ("方向记反", "booked on the wrong side"),
    "transposed": ("数字颠倒或错位", "digits exchanged or shifted"),
    "duplicate": ("重复入账", "booked twice"),
    "only_ours": ("我方已记, 对方未记", "only in our books"),
    "only_theirs": ("对方已记, 我方未记", "only in their books"),
    "opening": ("期初差异", "difference at the opening"),
}
"""Causes of a difference, in Chinese and in English."""

_PARTS = "部分|余款|尾款|首付|分期|第.[期批笔次]"
_SMALL_CHANGE = 10_000
_SAME_MONEY_DAYS, _PART_DAYS = 31, 10
_ROUND = 1_000_000
"""An amount in full hundreds recurs by itself; one in odd cents seldom does within a month."""


def reason_of() -> pl.Expr:
    """The id of the reason the two texts name for a difference; less than a yuan is rounding."""
    texts = pl.concat_str(pl.col("text").fill_null(""), pl.col("text_there").fill_null(""))
    gap = (pl.col("units") - pl.col("units_there")).abs()
    found: pl.Expr = pl.lit(None, dtype=pl.String)
    for reason in reversed(REASONS):
        said = texts.str.contains("|".join(reason.words))
        found = pl.when(said).then(pl.lit(reason.id)).otherwise(found)
    return pl.when(gap < _SMALL_CHANGE).then(pl.lit("rounding")).otherwise(found)


def with_digits(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``digits``: the digits of the amount in order of size, zeros left out."""
    return lines.with_columns(digits=digits(pl.col("units")))


def cause_of_pair() -> pl.Expr:
    """The cause of a pair with ``units`` and ``units_there``, ``digits`` and ``digits_there``."""
    a, b = pl.col("units"), pl.col("units_there")
    same_digits = pl.col("digits") == pl.col("digits_there")
    return (
        pl.when(a == -b)
        .then(pl.lit("wrong_side"))
        .when(same_digits & ((a - b) % 9 == 0))
        .then(pl.lit("transposed"))
        .otherwise(pl.lit("amount"))
    )


def fault_of_pair(*, we_sell: bool) -> pl.Expr:
    """Whose books to mend: who issues an invoice and who pays knows the amount.

    A line on the wrong side is wrong where its side contradicts what its text says it is.
    """
    seller = pl.lit("ours" if we_sell else "theirs")
    buyer = pl.lit("theirs" if we_sell else "ours")
    said, raises = pl.col("kind_said"), (pl.col("units") > 0) == we_sell
    right = (said == "invoice") == raises
    by_side = (
        pl.when(said.is_null())
        .then(pl.lit(""))
        .when(right)
        .then(pl.lit("theirs"))
        .otherwise(pl.lit("ours"))
    )
    # Who gets the invoice or the money follows the paper of the one who gave it.
    paid = ~raises & (said != "return").fill_null(value=True)
    by_paper = pl.when(paid).then(seller).otherwise(buyer)
    return pl.when(pl.col("cause") == "wrong_side").then(by_side).otherwise(by_paper)


def proofs_of_pair() -> dict[str, pl.Expr]:
    """``proof_zh`` and ``proof_en`` of a pair whose amounts differ, with the sum that shows it."""
    ours, theirs = pl.col("units"), pl.col("units_there")
    gap = ours - theirs
    amounts = [
        pl.col("voucher").fill_null("-"),
        spelled(money(ours)),
        pl.col("voucher_there").fill_null("-"),
        spelled(money(theirs)),
    ]
    half, ninth = spelled(money(gap // 2)), spelled(money(gap // 9))
    texts = {
        "proof_zh": (
            "我方 {} 为 {}, 对方 {} 为 {}",
            "; 差额 {} 的一半 {} 正是该笔",
            "; 差额 {} ÷ 9 = {}, 数字相同而次序不同",
        ),
        "proof_en": (
            "ours {}: {}, theirs {}: {}",
            "; half of the difference {} is the amount {}",
            "; the difference {} ÷ 9 = {}: the same digits in another order",
        ),
    }
    found = {}
    for name, (base, wrong_side, transposed) in texts.items():
        more = (
            pl.when(pl.col("cause") == "wrong_side")
            .then(pl.format(wrong_side, spelled(money(gap)), half))
            .when(pl.col("cause") == "transposed")
            .then(pl.format(transposed, spelled(money(gap)), ninth))
            .otherwise(pl.lit(""))
        )
        found[name] = pl.concat_str(pl.format(base, *amounts), more)
    return found


def cause_of_single(
    lines: pl.DataFrame, twins: pl.DataFrame, other: Coverage, as_of: dt.date, transit: int
) -> pl.DataFrame:
    """Say what a line without partner means, adding ``cause``, ``proof_zh`` and ``proof_en``.

    `lines` have the columns of `kamcore.matching.parties.sides.lay_out` and ``alone``
    (``only_ours`` or ``only_theirs``); `twins` (``id``, ``twin``) are lines that are booked twice
    with the voucher text of the other one.  A line of the last `transit` days is on its way
    unless the other books reach as many days beyond `as_of` without it.
    """
    reaches = other.last is not None and other.last >= as_of + dt.timedelta(days=transit)
    recent = pl.col("date") > pl.lit(as_of - dt.timedelta(days=transit))
    estimated = pl.col("role").is_in(["ar_estimated", "ap_estimated"])
    found = lines.join(twins, on="id", how="left")
    cause = (
        pl.when(pl.col("twin").is_not_null())
        .then(pl.lit("duplicate"))
        .when(estimated)
        .then(pl.lit("timing"))
        .when(recent & pl.lit(not reaches))
        .then(pl.lit("timing"))
        .otherwise(pl.col("alone"))
    )
    return found.with_columns(cause=cause).with_columns(
        proof_zh=_single_proof(_proof_words(other, as_of), estimated, zh=True),
        proof_en=_single_proof(_proof_words(other, as_of), estimated, zh=False),
    )


def _proof_words(other: Coverage, as_of: dt.date) -> dict[str, tuple[str, str]]:
    first = other.first.isoformat() if other.first else "-"
    last = other.last.isoformat() if other.last else "-"
    return {
        "timing": (
            f"截止日 {as_of} 前不久入账, 对方账到 {last}",
            f"booked shortly before {as_of}; the other books end on {last}",
        ),
        "alone": (
            f"对方账 {first} 至 {last} 中没有同号或同额的分录",
            f"the other books from {first} to {last} have no such number or amount",
        ),
    }


def _single_proof(words: dict[str, tuple[str, str]], estimated: pl.Expr, *, zh: bool) -> pl.Expr:
    at = 0 if zh else 1
    twice = ("与凭证 {} 相同", "the same as voucher {}")[at]
    estimate = ("暂估, 发票未到", "an estimate; the invoice has not come")[at]
    return (
        pl.when(pl.col("cause") == "duplicate")
        .then(pl.format(twice, pl.col("twin").fill_null("")))
        .when(estimated & (pl.col("cause") == "timing"))
        .then(pl.lit(estimate))
        .when(pl.col("cause") == "timing")
        .then(pl.lit(words["timing"][at]))
        .otherwise(pl.lit(words["alone"][at]))
    )


def twins_of(
    singles: pl.DataFrame, settled: pl.DataFrame, references: pl.DataFrame, days: int = 31
) -> pl.DataFrame:
    """Lines without partner that repeat one that has a partner, in their own books.

    They have one amount and one number, or one amount and one text within `days`, dates and
    remarks in brackets apart; what names another number is another thing.

    Columns: ``id`` and ``twin``, the voucher of the line that has its partner.
    """
    columns = ["id", "party", "currency", "units", "date", "text", "voucher"]
    pairs = singles.select(columns).join(
        settled.select(columns), on=["party", "currency", "units"], suffix="_twin"
    )
    strong = references.filter("strong").select("id", "ref")
    theirs = strong.select(id_twin="id", ref="ref")
    numbers = pairs.select("id", "id_twin").join(strong, on="id")
    shared = numbers.join(theirs, on=["id_twin", "ref"]).select("id", "id_twin").unique()
    pairs = pairs.join(shared.with_columns(one=True), on=["id", "id_twin"], how="left")
    named = pl.col("id").is_in(strong["id"].implode())
    named_twin = pl.col("id_twin").is_in(strong["id"].implode())
    gap = (pl.col("date") - pl.col("date_twin")).dt.total_days().abs()
    text, other = _wording("text"), _wording("text_twin")
    odd = (pl.col("units") % _ROUND != 0) & (gap <= _SAME_MONEY_DAYS)
    # Two halves of one payment name one number and have one amount too.
    part = pl.concat_str("text", "text_twin").str.contains(_PARTS)
    soon = gap <= pl.when(part).then(_PART_DAYS).otherwise(days)
    same_text = (text == other) & (text != "") & soon
    kind = (kind_of_text() == kind_of_text("text_twin")).fill_null(value=True)
    same_number = pl.col("one").fill_null(value=False)
    silent = ~(named & named_twin)
    alike = (same_number & ~part & kind) | same_text | (silent & odd & kind & ~part)
    found = pairs.filter(alike).with_columns(gap=gap).sort("id", "gap", "id_twin")
    first = found.unique("id", keep="first", maintain_order=True)
    return first.select("id", twin=pl.col("voucher_twin").fill_null(""))


def _wording(column: str) -> pl.Expr:
    """A text without months, days, and remarks in brackets."""
    text = pl.col(column).str.replace_all(r"[(（\[【][^)）\]】]{0,8}[)）\]】]", "")
    return text.str.replace_all(r"\d{1,2}[月日号]", "").str.strip_chars()


def stacked(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Frames of pairs under one another."""
    return pl.concat([pl.DataFrame(schema=PAIRS), *frames])

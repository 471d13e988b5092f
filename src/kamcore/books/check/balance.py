"""Vouchers as wholes: they balance, and they have lines.

Debit equals credit in every voucher (会计基础工作规范 art. 51).
"""

from collections.abc import Iterator

import polars as pl

from kamcore.books.check.finding import Finding
from kamcore.books.check.subject import Subject
from kamcore.errors import Fault, Severity

UNBALANCED = Fault(
    code="B2101",
    zh="凭证借贷不平: 借方 {debit}, 贷方 {credit}, 相差 {difference}",
    en="voucher out of balance: debit {debit}, credit {credit}, difference {difference}",
    hint_zh="核对该凭证各行金额, 看是否漏行或有金额未能读出",
    hint_en="compare the lines with the voucher: one may be missing or unreadable",
)
NO_LINES = Fault(
    code="B2102",
    severity=Severity.WARNING,
    zh="凭证没有分录",
    en="the voucher has no lines",
)
NO_VOUCHER = Fault(
    code="B2103",
    zh="分录所属的凭证 (标识 {value}) 不在凭证表中",
    en="the line belongs to voucher {value}, which is not in the table of vouchers",
)


def unbalanced(subject: Subject) -> Iterator[Finding]:
    """Find vouchers whose debits and credits differ."""
    sums = subject.lines.group_by("voucher_id").agg(
        pl.col("debit").sum(), pl.col("credit").sum(), pl.col("source_row").min()
    )
    off = pl.col("debit") - pl.col("credit")
    bad = sums.filter(off != 0).with_columns(difference=off, value=off)
    yield Finding(fault=UNBALANCED, rows=bad)


def incomplete(subject: Subject) -> Iterator[Finding]:
    """Find vouchers without lines, and lines without a voucher."""
    vouchers, lines = subject.vouchers, subject.lines
    lone = vouchers.join(lines, on="voucher_id", how="anti").select("voucher_id", "source_row")
    yield Finding(fault=NO_LINES, rows=lone)
    orphans = lines.join(subject.all_vouchers, on="voucher_id", how="anti")
    yield Finding(fault=NO_VOUCHER, rows=orphans.select("source_row", value="voucher_id"))

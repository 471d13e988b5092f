"""People: who prepares a voucher does not review it.

Handling, review and approval are separate steps (财会〔2024〕12号 art. 21(2)); small offices may
allow it in the settings.
"""

from collections.abc import Iterator

import polars as pl

from kamcore.books.check.finding import Finding
from kamcore.books.check.subject import Subject
from kamcore.errors import Fault, Severity

OWN_REVIEW = Fault(
    code="B2601",
    severity=Severity.WARNING,
    zh="{value} 既制单又审核, 共 {count} 张凭证",
    en="{value} prepared and reviewed the same vouchers: {count}",
    hint_zh="制单与审核应为两人; 若单位允许, 在设置中写明",
    hint_en="two people should do this; allow it in the settings if the entity does",
)


def own_review(subject: Subject) -> Iterator[Finding]:
    """Find people who reviewed what they prepared: one finding each, at the first voucher."""
    settings = subject.settings
    if settings.own_review:
        return
    preparer = pl.col("preparer")
    bad = subject.vouchers.filter(
        (preparer == pl.col("reviewer"))
        & (preparer != "")
        & ~preparer.is_in(sorted(settings.own_reviewers))
    )
    rows = bad.group_by("preparer", maintain_order=True).agg(
        pl.col("voucher_id").first(), pl.col("source_row").first(), count=pl.len()
    )
    yield Finding(
        fault=OWN_REVIEW,
        rows=rows.rename({"preparer": "value"}),
        column="vouchers.reviewer",
    )

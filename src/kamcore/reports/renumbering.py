"""The list of old and new voucher numbers (凭证整理对照表)."""

from kamcore.ledger.renumber import RenumberPlan
from kamcore.reports.sheets import Column, Listing, Sheet, Title

__all__ = ["renumber_report"]

_HEADINGS = {
    "year": ("会计年度", "year"),
    "period": ("会计期间", "period"),
    "word": ("凭证字", "word"),
    "old": ("旧号", "old number"),
    "new": ("新号", "new number"),
}


def renumber_report(plan: RenumberPlan, lang: str = "zh") -> tuple[Sheet, ...]:
    """A row per voucher that changes; a void voucher that goes has no new number."""
    title = "凭证整理对照表" if lang == "zh" else "Voucher numbers, old and new"
    columns = [
        Column(name, words[0 if lang == "zh" else 1], kind="text" if name == "word" else "auto")
        for name, words in _HEADINGS.items()
    ]
    listing = Listing(columns=tuple(columns), frame=plan.changes)
    return (Sheet(name=title, parts=(Title(title), listing), landscape=False),)

"""What a rule says: these receipts settle these items, with a reason a person can read."""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from kamcore.matching.policy import Answer

__all__ = ["RULES", "Group", "Part", "disjoint", "said"]

RULES: dict[str, tuple[str, str]] = {
    "red_reference": (
        "红字与蓝字注明同一号码 {key}, 金额相同",
        "red and blue name {key} and have the same amount",
    ),
    "red_pair": (
        "同一单位仅有这一笔红字和一笔蓝字金额相同",
        "the only red and the only blue document of this amount and party",
    ),
    "reference": ("注明号码 {key}, 金额相等", "names {key}, and the amounts are equal"),
    "reference_completed": (
        "注明号码 {key}, 余额恰为其他单据之和",
        "names {key}; the rest is exactly what other documents add up to",
    ),
    "reference_excess": (
        "注明号码 {key}, 多付部分留作预收",
        "names {key}; what is paid beyond it stays on account",
    ),
    "reference_part": (
        "注明号码 {key}, 金额不足, 疑为部分付款",
        "names {key} and pays less: perhaps a part payment",
    ),
    "reference_differs": (
        "注明号码 {key}, 金额不符",
        "names {key}, and the amounts differ",
    ),
    "amount": (
        "同一单位仅此一笔金额相同, 日期相符",
        "the only document and the only receipt of this amount and party, dates fit",
    ),
    "amount_elsewhere": (
        "全部单位中仅此一笔金额相同, 付款单位不明或不同",
        "the only document of this amount of any party; the payer is unknown or another",
    ),
    "reference_elsewhere": (
        "注明号码 {key}, 金额相等, 但付款单位不是该客户, 疑为代付",
        "names {key} and the amounts are equal, but another party paid: perhaps for it",
    ),
    "payer_named": (
        "付款单位不明, 摘要中写有该单位名称, {count} 笔单据之和相等",
        "the payer is unknown; the text has this party's name, and {count} documents add up",
    ),
    "payer_unknown": (
        "付款单位不明, 该单位 {count} 笔单据之和相等",
        "the payer is unknown; {count} documents of this party add up to the receipt",
    ),
    "same_amount": (
        "金额相同的有 {count} 笔, 按日期先后配对",
        "{count} documents have this amount; paired in the order of their dates",
    ),
    "group": (
        "{count} 笔单据之和恰等于收款, 且仅此一种组合",
        "{count} documents add up to the receipt, and no others do",
    ),
    "run": (
        "连续 {count} 笔单据之和恰等于收款, 且仅此一段",
        "{count} documents in a row add up to the receipt, and no other row does",
    ),
    "receipts": (
        "{count} 笔收款之和恰等于单据, 且仅此一种组合",
        "{count} receipts add up to the document, and no others do",
    ),
    "many": (
        "{count} 笔收款与多笔单据之和相等",
        "{count} receipts and several documents add up to the same sum",
    ),
    "whole": (
        "该单位全部未结单据与全部收款合计相等",
        "everything open of this party adds up to everything received",
    ),
    "group_several": (
        "有不止一种组合与收款相等, 列出最早的一种",
        "more than one combination adds up to the receipt; the oldest is shown",
    ),
    "group_chance": (
        "组合之和与收款相等, 但可能出于巧合",
        "a combination adds up to the receipt, which may be chance",
    ),
    "tolerance": (
        "同一单位仅此一笔在容差之内",
        "the only document of this party within the tolerance",
    ),
    "only_one": (
        "该单位仅有一笔单据和一笔收款, 多付部分留作预收",
        "the party has one document and one receipt; the excess stays on account",
    ),
    "on_account": (
        "未写明单据, 按该单位惯常的付款日最近",
        "names no document; due when this party usually pays",
    ),
    "near_amount": ("金额相近, 差 {count}", "the amounts are near: {count} apart"),
}
"""Every rule by its id, with the sentence it says in Chinese and in English."""

Part = tuple[int, int]
"""A document by its position, and the units of it that are settled."""


@attrs.frozen(kw_only=True)
class Group:
    """Receipts and items that settle each other; red documents stand on their own side, negative.

    `difference` is what the items are more than the receipts, in units; `difference_reason` the
    id of its reason.  What a receipt goes beyond is no difference: it stays open.
    """

    rule: str
    receipts: tuple[Part, ...]
    items: tuple[Part, ...]
    answer: Answer = Answer.UNIQUE
    key: str = ""
    difference: int = 0
    difference_reason: str | None = None
    score: int | None = None
    """0 to 100 for a proposal; None where it is certain."""

    @property
    def docs(self) -> frozenset[int]:
        """All documents of the group."""
        return frozenset(doc for doc, _ in (*self.receipts, *self.items))

    def reason(self, lang: str) -> str:
        """Why, in a sentence."""
        many = {"receipts": len(self.receipts), "many": len(self.receipts)}
        count: Any = many.get(self.rule, len(self.items))
        if self.rule == "same_amount":
            count = self.key
        if self.rule == "near_amount":
            count = f"{self.difference / 10_000:,.2f}"  # a text for a person, no amount
        return said(self.rule, lang, {"key": self.key, "count": count})


def said(rule: str, lang: str, facts: Mapping[str, Any]) -> str:
    """The sentence of a rule."""
    zh, en = RULES[rule]
    return (zh if lang == "zh" else en).format(**facts)


def disjoint(groups: Iterable[Group]) -> tuple[list[Group], list[Group]]:
    """Groups that share no document with another one, and the rest.

    Two groups that want the same document prove that neither is certain.
    """
    every = list(groups)
    wanted: dict[int, int] = {}
    for group in every:
        for doc in group.docs:
            wanted[doc] = wanted.get(doc, 0) + 1
    free = [group for group in every if all(wanted[doc] == 1 for doc in group.docs)]
    held = [group for group in every if not all(wanted[doc] == 1 for doc in group.docs)]
    return free, held

"""How receivables are aged: every choice named, so that a result can print it."""

import datetime as dt
from typing import Any

import attrs

from kamcore.ledger.buckets import CONVENTIONS, Buckets

__all__ = ["BASES", "CREDITS", "METHODS", "AgeingPolicy"]

BASES = {"document": "单据日期", "voucher": "凭证日期", "due": "到期日"}
"""The date an item ages by."""

CREDITS = {
    "apart": "未核销的贷项单独列示",
    "net": "未核销的贷项按先进先出冲抵",
    "reclassify": "冲抵后的贷方余额重分类至预收",
    "in_bucket": "未核销的贷项按自身账龄以负数列示",
}
"""What happens to receipts that settle nothing."""

METHODS = {"auto": "自动", "fifo": "先进先出", "items": "按核销"}
"""From the balances of the lines, or from applications."""

_SIDES = ("debit", "credit")


def _one_of(known: Any) -> Any:
    return attrs.validators.in_(tuple(known))


@attrs.frozen(kw_only=True)
class AgeingPolicy:
    """The choices of an ageing.

    `basis`: an item without due date ages by its document date, one without document date by
    its voucher date.  `method` ``auto`` takes applications where the source has open items or
    applications, else first in first out.  `credits` matter for unapplied receipts; what first
    in first out leaves over has no date and always stands apart.  `measure` is ``base`` or
    ``fx``.  `side` is the side the account usually stands on; None asks the list of accounts.
    `advances` is the account net credits are reclassified to; None takes the standard one.
    `openings` counts stated opening balances as one item of the day before the first period.

    Raises:
        ValueError: a choice is not one of those named.
    """

    basis: str = attrs.field(default="document", validator=_one_of(BASES))
    credits: str = attrs.field(default="apart", validator=_one_of(CREDITS))
    method: str = attrs.field(default="auto", validator=_one_of(METHODS))
    convention: str = attrs.field(default="day", validator=_one_of(CONVENTIONS))
    measure: str = attrs.field(default="base", validator=_one_of(("base", "fx")))
    side: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(_one_of(_SIDES))
    )
    fiscal_year_start: int = 1
    advances: str | None = None
    openings: bool = True
    booked_only: bool = False

    def to_json(self, as_of: dt.date, buckets: Buckets) -> dict[str, Any]:
        """The policy as a result prints it, with the buckets and the date."""
        return {
            **attrs.asdict(self),
            "as_of": as_of.isoformat(),
            "buckets": [str(bound) for bound in buckets.bounds],
        }

    def text(self, lang: str = "en") -> str:
        """The policy in one line."""
        if lang == "zh":
            return (
                f"{BASES[self.basis]}; {METHODS[self.method]}; "
                f"按{CONVENTIONS[self.convention]}; {CREDITS[self.credits]}"
            )
        return (
            f"by {self.basis} date; method {self.method}; by {self.convention.replace('_', ' ')}; "
            f"credits {self.credits.replace('_', ' ')}"
        )

"""What a matching may decide by itself, and how far it may search.

Nothing here reads a clock.  A search is bounded in *work units*, one unit being one sum of a
subset that is made or looked up, so that the same input has the same answer on every machine; a
caller who wants seconds as well hands in a stopwatch, and the answer is then "not decided" where
the watch ran out.
"""

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import attrs

from kamcore.model.voucher import exact

__all__ = ["REASONS", "VERSION", "Answer", "MatchPolicy", "Reason", "reason_of"]

VERSION = "1"
"""Version of the rules; a decision names the one it was made by."""


class Answer(enum.StrEnum):
    """How many ways there are to settle what was asked."""

    UNIQUE = "unique"
    SEVERAL = "several"
    UNDECIDED = "undecided"


@attrs.frozen(kw_only=True)
class Reason:
    """Why a payment is less than what it settles (差额原因).

    `words` say it in a summary.  What is written off goes to an account of `role`, first to one
    whose name has one of `sub` in it, else to the first-level account of `standard`, by family.
    """

    id: str
    zh: str
    words: tuple[str, ...]
    role: str
    sub: tuple[str, ...]
    standard: Mapping[str, str]


_SALES = {"ASBE": "6001", "ASBE-NEW": "6001", "ASSBE": "5001", "EAS2001": "5101"}
_FINANCE = {"ASBE": "6603", "ASBE-NEW": "6603", "ASSBE": "5603", "EAS2001": "5503"}

REASONS: tuple[Reason, ...] = (
    Reason(
        id="rebate",
        zh="返利扣款",
        words=("返利", "返点", "返款", "rebate"),
        role="discount_given",
        sub=("返利", "销售折扣", "折扣折让"),
        standard=_SALES,
    ),
    Reason(
        id="quality",
        zh="质量扣款",
        words=("质量扣", "质量款", "质量问题", "质量罚", "扣质量", "扣质", "claim"),
        role="discount_given",
        sub=("质量", "销售折让", "折扣折让"),
        standard=_SALES,
    ),
    Reason(
        id="discount",
        zh="现金折扣",
        words=("现金折扣", "付款折扣", "提前付款折扣", "cash discount"),
        role="discount_given",
        sub=("现金折扣",),
        # Under the revised CAS 14 a cash discount is variable consideration and reduces revenue.
        standard={**_FINANCE, "ASBE-NEW": "6001"},
    ),
    Reason(
        id="fee",
        zh="手续费",
        words=("手续费", "汇费", "电汇费", "银行费用", "bank charge", "bank fee"),
        role="bank_charge",
        sub=("手续费",),
        standard=_FINANCE,
    ),
    Reason(
        id="rounding",
        zh="尾差",
        words=("尾差", "抹零", "零头", "去零", "rounding"),
        role="rounding",
        sub=("尾差",),
        standard=_FINANCE,
    ),
)
"""The reasons a short payment is given, with the words that say them."""

_BY_ID = {reason.id: reason for reason in REASONS}


def reason_of(name: str) -> Reason | None:
    """The reason of an id or a Chinese name.

    >>> reason_of("尾差").id, reason_of("fee").zh
    ('rounding', '手续费')
    """
    return _BY_ID.get(name) or next((one for one in REASONS if one.zh == name), None)


def _days(default: int) -> Any:
    return attrs.field(default=default, validator=attrs.validators.ge(0))


def _share(default: str) -> Any:
    return attrs.field(
        default=Decimal(default), converter=exact, validator=attrs.validators.ge(Decimal(0))
    )


@attrs.frozen(kw_only=True)
class MatchPolicy:
    """What is certain enough to be automatic, and how far a search goes.

    Amounts are in the currency of the documents, shares are fractions (0.01 is one per cent),
    windows are days between document and receipt.
    """

    tolerance: Decimal = _share("0")
    """The difference that may be written off, in money; 0 writes nothing off."""
    tolerance_share: Decimal = _share("0")
    """The same as a share of what is settled; the larger of the two counts."""
    excess_share: Decimal = _share("0.1")
    """How far a receipt may go beyond the documents it names; the rest stays on account."""
    before: int = _days(45)
    """Days a receipt may come before its document and still be matched by amount."""
    after: int = _days(400)
    """Days a receipt may come after its document and still be matched by amount."""
    chance: Decimal = _share("0.00005")
    """How often an amount may be hit by mere chance before a group is only proposed."""
    work: int = attrs.field(default=1_200_000, validator=attrs.validators.ge(1))
    """Bound of one group search in work units."""
    total_work: int = attrs.field(default=20_000_000, validator=attrs.validators.ge(1))
    """Bound of all group searches of a run in work units."""
    near_share: Decimal = _share("0.05")
    """How far an amount may be off and still be proposed."""
    least: int = attrs.field(default=50, validator=attrs.validators.in_(range(101)))
    """Proposals with a lower score are not made."""
    accounts: Mapping[str, str] = attrs.field(factory=dict)
    """Account to which a reason leads, by id of the reason; else the account of its role."""
    person: str = ""
    """Who asked for the matching; it stands in every decision."""
    on: dt.date | None = None
    """Day of the applications; by default the later of the two documents."""
    stopwatch: Callable[[], bool] | None = attrs.field(default=None, eq=False, repr=False)
    """Says True when the caller's time is up; what is left then is not decided."""

    def describe(self) -> dict[str, Any]:
        """The policy as results and decision files print it."""
        shown = attrs.asdict(self, filter=attrs.filters.exclude("stopwatch", "person", "on"))
        spelled = {k: f"{v:f}" if isinstance(v, Decimal) else v for k, v in shown.items()}
        return {**spelled, "on": self.on.isoformat() if self.on else None, "version": VERSION}

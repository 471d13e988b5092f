"""How an allowance for bad debts (坏账准备) is found: a company's policy, as a value."""

from decimal import Decimal

import attrs

from kamcore.model.voucher import exact
from kamcore.model.word import Word

__all__ = [
    "BucketBalance",
    "BucketRate",
    "IndividualItem",
    "ProvisionMethod",
    "ProvisionPolicy",
    "SalesBase",
]

ZERO, ONE = Decimal(0), Decimal(1)


class ProvisionMethod(Word):
    """How an allowance is found."""

    BALANCE = "balance", "余额百分比法"
    AGEING = "ageing", "账龄分析法"
    SALES = "sales", "销货百分比法"
    INDIVIDUAL = "individual", "个别认定法"
    MIGRATION = "migration", "迁徙率法"


class SalesBase(Word):
    """Where the credit sales of a period are taken from."""

    RECEIVABLE = "receivable", "应收账款借方发生额"
    REVENUE = "revenue", "营业收入贷方发生额"


class AgeBasis(Word):
    """The date an item ages by."""

    DOCUMENT = "document", "单据日期"
    VOUCHER = "voucher", "凭证日期"
    DUE = "due", "到期日"


@attrs.frozen(kw_only=True)
class BucketRate:
    """The rate of a bucket, a fraction; `up_to` is its bound (``1y``), empty for the last."""

    up_to: str = ""
    rate: Decimal = attrs.field(converter=exact)


@attrs.frozen(kw_only=True)
class BucketBalance:
    """What stood in a bucket at the end of a year, and what was written off from it in it."""

    year: int
    up_to: str = ""
    balance: Decimal = attrs.field(converter=exact)
    written_off: Decimal = attrs.field(default=ZERO, converter=exact)


@attrs.frozen(kw_only=True)
class IndividualItem:
    """A party judged by itself: what will come back of what it owes.

    Without `exposure` it is what the ledger says.
    """

    member: str
    recovery: Decimal = attrs.field(default=ZERO, converter=exact)
    exposure: Decimal | None = attrs.field(default=None, converter=exact)
    reason: str = ""


@attrs.frozen(kw_only=True)
class ProvisionPolicy:
    """A company's policy for bad debts.

    `receivable`, `allowance` and `expense` are accounts; empty ones are those of the standard the
    books follow.  `by` is the dimension parties stand in.  `rate` serves balance and sales,
    `rates` ageing, `history` migration, whose rates are raised by `forward` (a fraction) and end
    in `last_loss`.  Parties in `individual` are taken out of every pool.
    """

    method: ProvisionMethod | None = None
    standard: str = ""
    receivable: tuple[str, ...] = ()
    allowance: str = ""
    expense: str = ""
    by: str = "customer"
    basis: AgeBasis = AgeBasis.DOCUMENT
    rate: Decimal | None = None
    not_due_rate: Decimal | None = None
    rates: tuple[BucketRate, ...] = ()
    individual: tuple[IndividualItem, ...] = ()
    history: tuple[BucketBalance, ...] = ()
    forward: Decimal = ZERO
    last_loss: Decimal = ONE
    sales_base: SalesBase = SalesBase.RECEIVABLE
    sales: Decimal | None = None

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the history, oldest first."""
        return tuple(sorted({one.year for one in self.history}))

    def bounds(self, method: ProvisionMethod) -> tuple[str, ...]:
        """The bounds of the buckets a method needs, in the order they are written."""
        rows: tuple[BucketRate | BucketBalance, ...] = self.rates
        if method is ProvisionMethod.MIGRATION:
            rows = tuple(one for one in self.history if one.year == self.years[0])
        return tuple(one.up_to for one in rows if one.up_to)

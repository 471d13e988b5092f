"""What a site allows: the settings of `kamcore.books.check`."""

from decimal import Decimal

import attrs

from kamcore.model.voucher import exact


@attrs.frozen(kw_only=True)
class CheckSettings:
    """Settings of the checks; the defaults suit an export of any product.

    `skip` holds fault codes that are not asked for.  `limit` is how many problems of one fault
    are listed before the rest is counted.  `first_number` is the number every series must start
    with; None takes the lowest one in the file, because an export may start anywhere.
    `fiscal_year_start` is the calendar month of period 1.  `own_review` allows a preparer to
    review, `own_reviewers` allows it to the people named.  `rate_decimals` is how many decimals
    of a rate are taken as certain: a rate may be rounded behind them.  `lists_complete` says
    whether the lists of accounts and members hold everything; None finds out from the lists.
    """

    skip: frozenset[str] = attrs.field(default=frozenset(), converter=frozenset)
    limit: int = attrs.field(default=1000, validator=attrs.validators.ge(1))
    first_number: int | None = None
    fiscal_year_start: int = attrs.field(
        default=1, validator=[attrs.validators.ge(1), attrs.validators.le(12)]
    )
    own_review: bool = False
    own_reviewers: frozenset[str] = attrs.field(default=frozenset(), converter=frozenset)
    rate_decimals: int = attrs.field(
        default=4, validator=[attrs.validators.ge(0), attrs.validators.le(10)]
    )
    tolerance: Decimal | None = attrs.field(default=None, converter=exact)
    """How far fx × rate may lie from the base amount, beside the rounding of the rate; None is
    half a unit of the base currency."""
    lists_complete: bool | None = None

"""What contracts say about prices: the goods discount as price rules, version by version."""

import datetime as dt
from collections.abc import Iterable, Iterator

from kamcore.model.contract import Contract
from kamcore.model.price import PriceKind, PriceRule

__all__ = ["contract_prices"]

ONE_DAY = dt.timedelta(days=1)


def contract_prices(contracts: Iterable[Contract]) -> tuple[PriceRule, ...]:
    """The goods discounts (商品折扣) of contracts as rules over all goods, on the retail price.

    A version without a discount ends that of the one before; termination and the end of a
    contract end them all.
    """
    return tuple(rule for contract in contracts for rule in _rules(contract))


def _rules(contract: Contract) -> Iterator[PriceRule]:
    ended = contract.termination
    versions = contract.versions
    for number, terms in enumerate(versions):
        last = terms.end or dt.date.max
        if ended is not None:
            last = min(last, ended.on - ONE_DAY)
        if number + 1 < len(versions):
            last = min(last, versions[number + 1].valid_from - ONE_DAY)
        first = max(terms.valid_from, terms.start)
        if terms.goods_discount is None or last < first:
            continue
        yield PriceRule(
            id=f"{terms.number}/商品折扣",
            kind=PriceKind.CONTRACT,
            customer=contract.party,
            discount=terms.goods_discount,
            contract=terms.number,
            version=terms.version,
            valid_from=first,
            valid_to=last,
            currency=terms.currency,
        )

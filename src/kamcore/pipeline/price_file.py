"""Prices, orders and sales from form files, ready to be asked."""

import os
from collections.abc import Iterable, Iterator

import attrs

from kamcore.forms.price_list import Item
from kamcore.model.contract import Contract
from kamcore.model.price import Membership, PricePolicy, PriceRule
from kamcore.model.promotion import Promotion
from kamcore.model.rebate import Sale
from kamcore.pipeline.contract_file import contracts_of
from kamcore.pipeline.form_file import Forms, read_forms
from kamcore.pricing import Prices, contract_prices, last_sale_prices

__all__ = ["prices_of", "read_prices", "sales_of"]


def read_prices(paths: Iterable[str | os.PathLike[str]]) -> Prices:
    """The price list that form files hold together, ready for `kamcore.pricing.quote`.

    Raises:
        UsageError: there is no such file.
        SourceError: a file cannot be opened as what it is, or a record is wrong; every mistake is
            listed with its place.
    """
    return prices_of(read_forms(paths).require())


def prices_of(forms: Forms) -> Prices:
    """The price list that forms hold: rules, promotions, grades, items, policy.

    The goods discount of a contract is a rule too, from version to version, and so is the last
    price an item was sold at.
    """
    items = forms.of(Item)
    return Prices(
        rules=(
            *forms.of(PriceRule),
            *contract_prices(contracts(forms)),
            *last_sale_prices(forms.of(Sale)),
        ),
        promotions=forms.of(Promotion),
        grades=forms.of(Membership),
        groups=tuple(Membership(item.code, item.group) for item in items if item.group),
        units=tuple(unit for item in items for unit in item.units),
        policy=forms.one(PricePolicy) or PricePolicy(),
    )


def contracts(forms: Forms) -> tuple[Contract, ...]:
    """The contracts that forms hold."""
    return contracts_of(forms).contracts


def sales_of(forms: Forms) -> tuple[Sale, ...]:
    """The sales that forms hold, each with the group of its item."""
    return tuple(_grouped(forms.of(Sale), groups_of(forms)))


def groups_of(forms: Forms) -> dict[str, str]:
    """The group of every item the forms list."""
    return {item.code: item.group for item in forms.of(Item)}


def _grouped(sales: Iterable[Sale], groups: dict[str, str]) -> Iterator[Sale]:
    for sale in sales:
        known = sale.group or groups.get(sale.item, "")
        yield attrs.evolve(sale, group=known)

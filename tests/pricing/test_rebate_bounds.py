"""Days and units of rebates: a clause ends with its last day, a rate may be money per unit."""

import datetime as dt
from decimal import Decimal

from kamcore.model.rebate import RebateClause, Sale
from kamcore.pricing import rebate

YEAR = {"since": dt.date(2025, 1, 1), "until": dt.date(2025, 12, 31)}
FACTS = {"id": "R1", "customer": "0004", "contract": "HT-1", "valid_from": dt.date(2025, 1, 1)}


def sale(day, amount, quantity, group=""):
    date = dt.date.fromisoformat(f"2025-{day}")
    amounts = {"amount": Decimal(amount), "quantity": Decimal(quantity)}
    return Sale(date=date, customer="0004", group=group, **amounts)


def test_a_clause_ends_with_its_last_day():
    clause = RebateClause(
        method="whole", rate=Decimal("0.1"), valid_to=dt.date(2025, 6, 30), **FACTS
    )
    sales = [sale("06-30", 100, 1), sale("07-01", 700, 1)]
    assert rebate(clause, sales, **YEAR).entitlement == 10


def test_a_rate_per_unit_is_money_for_each_piece_of_its_group():
    clause = RebateClause(
        method="line",
        measure="quantity",
        per_unit=True,
        rate=Decimal("0.5"),
        group_rates={"pumps": Decimal(2)},
        **FACTS,
    )
    sales = [sale("01-05", 900, 3, "pumps"), sale("02-05", 500, 10)]
    found = rebate(clause, sales, **YEAR)
    assert [(share.volume, share.amount) for share in found.bands] == [(10, 5), (3, 6)]
    assert found.entitlement == 11

"""The allowance by a policy over a set of books: methods, what is there, who is judged singly.

The migration vector is that of a published example: 377.41, the sum of unrounded products.
"""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import Books
from kamcore.errors import UsageError
from kamcore.ledger.provisioning import provide
from kamcore.model.provision_policy import (
    BucketBalance,
    BucketRate,
    IndividualItem,
    ProvisionMethod,
    ProvisionPolicy,
    SalesBase,
)
from kamcore.model.voucher import Line, Voucher

DAY = dt.date(2025, 12, 31)
NAMES = {
    "1122": "应收账款", "1231": "坏账准备", "6001": "主营业务收入", "6702": "信用减值损失",
    "4103": "本年利润", "5001": "生产成本",
}  # fmt: skip
BOUNDS = ("1y", "2y", "3y", "")
HISTORY = tuple(
    BucketBalance(year=year, up_to=bound, balance=Decimal(amount))
    for year, row in {
        2022: (1000, 300, 120, 60),
        2023: (1100, 280, 130, 90),
        2024: (1250, 330, 140, 115),
    }.items()
    for bound, amount in zip(BOUNDS, row, strict=True)
)
POLICY = ProvisionPolicy(
    rate=Decimal("0.03"),
    history=HISTORY,
    rates=tuple(
        BucketRate(up_to=bound, rate=Decimal(rate))
        for bound, rate in zip(BOUNDS, ("0.05", "0.1", "0.3", "1"), strict=True)
    ),
)


def _books(names=NAMES, *, allowance="100.5"):
    owed = [("01", 2025, 1300), ("01", 2024, 350), ("02", 2023, 150), ("02", 2021, 130)]
    pairs = [
        (dt.date(year, 6, 1), ("1122", customer, Decimal(amount)), ("6001", None, Decimal(amount)))
        for customer, year, amount in owed
    ]
    kept = Decimal(allowance)
    pairs.append((dt.date(2025, 1, 5), ("6702", None, kept), ("1231", None, kept)))
    pairs.append((dt.date(2026, 1, 5), ("6702", None, kept), ("1231", None, kept)))
    vouchers = [
        Voucher(
            date=day,
            word="记",
            number=number,
            lines=(
                Line(account=debit[0], debit=debit[2], aux=_aux(debit[1])),
                Line(account=credit[0], credit=credit[2]),
            ),
        )
        for number, (day, debit, credit) in enumerate(pairs, 1)
    ]
    accounts = pl.DataFrame({"code": list(names), "name": list(names.values())})
    return Books.from_vouchers(vouchers, tables={"accounts": accounts})


def _aux(customer):
    return {} if customer is None else {"customer": customer}


def test_migration_rates_over_history_and_the_books_own_year():
    found = provide(_books(), POLICY, as_of=DAY, method=ProvisionMethod.MIGRATION)
    provision = found.provision
    assert (provision.required, provision.existing) == (Decimal("377.41"), Decimal("100.5"))
    assert provision.charge == Decimal("276.91")
    assert [str(round(rate, 6)) for _, _, rate in found.bucket_rows()] == [
        "0.067748", "0.236330", "0.510844", "1.000000",
    ]  # fmt: skip
    (draft,) = found.drafts
    assert [(one.account, one.debit, one.credit) for one in draft.lines] == [
        ("6702", Decimal("276.91"), 0),
        ("1231", 0, Decimal("276.91")),
    ]


def test_forward_adjustment_raises_the_rates_up_to_the_whole():
    import attrs

    raised = attrs.evolve(POLICY, forward=Decimal("0.1"))
    rates = provide(_books(), raised, as_of=DAY, method=ProvisionMethod.MIGRATION).rates
    assert round(rates["0-1 year"], 6) == Decimal("0.074523")
    assert rates[">3 years"] == 1


def test_ageing_table_and_a_party_judged_singly():
    import attrs

    found = provide(_books(), POLICY, as_of=DAY, method=ProvisionMethod.AGEING)
    # 1300 × 5 % + 350 × 10 % + 150 × 30 % + 130
    assert found.provision.required == Decimal("275.00")
    single = (IndividualItem(member="02", recovery=Decimal(200)),)
    apart = provide(
        _books(), attrs.evolve(POLICY, individual=single), as_of=DAY, method=ProvisionMethod.AGEING
    )
    rows = [(dict(row.member), row.base, row.required) for row in apart.provision.rows]
    assert rows == [
        ({"customer": "01"}, Decimal(1650), Decimal("100.00")),
        ({"customer": "02"}, Decimal(280), Decimal(80)),
    ]


def test_balance_and_reversal():
    found = provide(
        _books(allowance="100.5"), POLICY, as_of=DAY, method=ProvisionMethod.BALANCE
    ).provision
    # 1930 × 3 % = 57.90, of which 100.50 is there already.
    assert (found.required, found.charge) == (Decimal("57.90"), Decimal("-42.60"))
    (draft,) = provide(_books(), POLICY, as_of=DAY, method=ProvisionMethod.BALANCE).drafts
    assert [line.account for line in draft.lines] == ["1231", "6702"]


@pytest.mark.parametrize("base", list(SalesBase))
def test_sales_are_charged_whatever_is_there(base):
    import attrs

    policy = attrs.evolve(POLICY, sales_base=base)
    facts = {"as_of": DAY, "method": ProvisionMethod.SALES}
    found = provide(_books(), policy, period="2025-01..2025-12", **facts).provision
    assert found.charge == Decimal("39.00")
    said = attrs.evolve(policy, sales=Decimal(1000))
    assert provide(_books(), said, **facts).provision.charge == Decimal("30.00")


def test_nothing_to_book_is_no_draft():
    found = provide(_books(allowance="57.9"), POLICY, as_of=DAY, method=ProvisionMethod.BALANCE)
    assert (found.provision.charge, found.drafts) == (0, ())


def test_the_small_enterprise_standard_has_none_and_says_what_to_do():
    names = {"1122": "应收账款", "3103": "本年利润", "4001": "生产成本", "5001": "主营业务收入"}
    with pytest.raises(UsageError) as raised:
        provide(_books(names), POLICY, as_of=DAY, method=ProvisionMethod.BALANCE)
    assert raised.value.code == "L1312"
    assert "5711" in raised.value.problem.hint("zh")


def test_a_policy_must_say_what_its_method_needs():
    for method in ProvisionMethod:
        with pytest.raises(UsageError) as raised:
            provide(_books(), ProvisionPolicy(), as_of=DAY, method=method)
        assert raised.value.code == "L1314"
    with pytest.raises(UsageError) as raised:
        provide(_books(), ProvisionPolicy(), as_of=DAY)
    assert raised.value.code == "L1313"

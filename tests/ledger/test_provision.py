"""Allowances: methods, charges, drafts; migration rates."""

import datetime as dt
from decimal import Decimal

import pytest
from histories import Move, books_of

from kamcore.errors import UsageError
from kamcore.ledger.ageing import age
from kamcore.ledger.draft import rounded
from kamcore.ledger.migration import migration_rates
from kamcore.ledger.provision import (
    ProvisionAccounts,
    charge_draft,
    provision_by_ageing,
    provision_by_balance,
    provision_by_sales,
    provision_individual,
    recovery_draft,
    write_off_draft,
)

D = Decimal
DAY = dt.date(2025, 12, 31)
HISTORY = [
    [D(1000), D(300), D(120), D(60)],
    [D(1100), D(280), D(130), D(90)],
    [D(1250), D(330), D(140), D(115)],
    [D(1300), D(350), D(150), D(130)],
]


@pytest.mark.parametrize(("existing", "charge"), [(1530, 3440), (-360, 5330)])
def test_charge_is_required_less_existing(existing: int, charge: int) -> None:
    """Cases AL01 and AL02: an allowance on credit is counted, one on debit is added."""
    found = provision_individual({"pool": (D(4970), D(0))}, existing=D(existing))
    assert found.charge == charge


def test_migration_rates_and_the_allowance_they_give() -> None:
    rates = migration_rates(HISTORY)
    six = D("0.000001")
    assert [rate.quantize(six) for rate in rates.migration] == [
        D("0.286667"),
        D("0.462626"),
        D("0.510844"),
    ]
    assert [rate.quantize(six) for rate in rates.loss] == [
        D("0.067748"),
        D("0.236330"),
        D("0.510844"),
        D(1),
    ]
    labels = ("1", "2", "3", "4")
    buckets = dict(zip(labels, HISTORY[-1], strict=True))
    found = provision_by_ageing(buckets, dict(zip(labels, rates.loss, strict=True)))
    assert found.required == D("377.41")
    each = [rounded(a * r) for a, r in zip(HISTORY[-1], rates.loss, strict=True)]
    assert sum(each) == D("377.42")


def test_a_write_off_counts_as_migrated() -> None:
    lost = [[D(0)] * 4, [D(0)] * 4, [D(0), D(10), D(0), D(5)]]
    plain, with_losses = migration_rates(HISTORY), migration_rates(HISTORY, lost)
    assert with_losses.migration[0] == plain.migration[0]
    more = with_losses.migration[1] - plain.migration[1]
    assert round(more, 20) == round(D(10) / D(330) / 3, 20)
    assert with_losses.migration[2] > plain.migration[2]
    tenfold = migration_rates(HISTORY, forward=D(9)).loss[0]
    assert round(tenfold, 20) == round(plain.loss[0] * 10, 20)
    assert migration_rates(HISTORY, forward=D(99)).loss[0] == 1


@pytest.mark.parametrize("years", [[], HISTORY[:1], [[D(1)], [D(1)]], [[D(0)] * 3, [D(1)] * 3]])
def test_rates_need_years_and_balances(years: list) -> None:
    with pytest.raises(UsageError, match="L1301"):
        migration_rates(years)


def test_an_ageing_gives_the_rows() -> None:
    history = [
        Move(dt.date(2025, 12, 1), "1122", "A", D(1000), "debit"),
        Move(dt.date(2025, 1, 1), "1122", "A", D(500), "debit"),
        Move(dt.date(2025, 1, 1), "1122", "B", D(70), "credit"),
        Move(dt.date(2025, 1, 1), "1122", "C", D(400), "debit"),
    ]
    aged = age(books_of(history), as_of=DAY, account="1122", by="customer", buckets=[90])
    rates = {"0-90": D("0.01"), ">90": D("0.5")}
    found = provision_by_ageing(aged, rates, existing=D(100), individually=["C"])
    assert (found.required, found.charge) == (D(260), D(160))
    assert [row.member["aux_customer"] for row in found.rows] == ["A", "B"]
    assert found.to_json()["rows"][0]["required"] == "260.00"
    with pytest.raises(UsageError, match="L1311"):
        provision_by_ageing(aged, {"0-90": D(1)})


def test_balances_and_sales() -> None:
    by_balance = provision_by_balance({"A": D(46398), "B": D(-5)}, D("0.05"), existing=D(1000))
    assert (by_balance.required, by_balance.charge) == (D("2319.90"), D("1319.90"))
    by_sales = provision_by_sales(D(1000), D("0.03"), existing=D(500))
    assert (by_sales.charge, by_sales.required) == (D(30), D(530))


def lines(draft) -> list[tuple]:
    return [(line.account, line.debit, line.credit, dict(line.aux)) for line in draft.lines]


def test_drafts_of_charge_reversal_write_off_and_recovery() -> None:
    new = ProvisionAccounts.of("ASBE-NEW")
    assert lines(charge_draft(D(30), new, DAY)) == [
        ("6702", D(30), D(0), {}),
        ("1231", D(0), D(30), {}),
    ]
    assert lines(charge_draft(D(-30), new, DAY))[0][0] == "1231"
    assert charge_draft(D(0), new, DAY) is None
    aux = {"customer": "A"}
    assert lines(write_off_draft(D(9), "1122", new, DAY, aux)) == [
        ("1231", D(9), D(0), {}),
        ("1122", D(0), D(9), aux),
    ]
    back = recovery_draft(D(9), ("1002", "1122"), new, DAY, aux)
    assert [line[0] for line in lines(back)] == ["1122", "1231", "1002", "1122"]
    assert back.off_by == 0
    assert back.to_json()["lines"][0]["aux"] == aux
    assert back.to_voucher().off_by == 0


def test_small_enterprises_have_no_allowance() -> None:
    small = ProvisionAccounts.of("ASSBE")
    with pytest.raises(UsageError, match="L1312"):
        charge_draft(D(30), small, DAY)
    assert [line[0] for line in lines(write_off_draft(D(9), "1122", small, DAY))] == [
        "5711",
        "1122",
    ]
    back = recovery_draft(D(9), ("1002", "1122"), small, DAY)
    assert [line[0] for line in lines(back)] == ["1002", "5301"]

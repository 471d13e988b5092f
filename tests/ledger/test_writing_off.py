"""Write-offs and recoveries over books: who owes it, which accounts, what the allowance becomes.

The allowance of cases AL01 and AL02: 4970 required, 1530 there on credit, 360 on debit.
"""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.books import Books, check, schema
from kamcore.errors import UsageError
from kamcore.ledger.ageing import age
from kamcore.ledger.bad_debt_books import bad_debt_books
from kamcore.ledger.bad_debts import BadDebt
from kamcore.ledger.closing_drafts import with_drafts
from kamcore.ledger.provisioning import provide
from kamcore.ledger.writing_off import write_off
from kamcore.model.provision_policy import IndividualItem, ProvisionMethod, ProvisionPolicy
from kamcore.pipeline.drafting import draft_books
from small_books import books, cr, dr, voucher

D = Decimal
DAY = dt.date(2025, 12, 31)
NAMES = {"1122": "应收账款", "1231": "坏账准备", "6702": "信用减值损失", "100201": "工行户"}
SMALL = {"1122": "应收账款", "5001": "主营业务收入", "4001": "生产成本", "3103": "本年利润"}


def owed(customer, amount, day=dt.date(2025, 1, 1), account="1122", **more):
    line = dr(account, amount, aux={"customer": customer}, **more)
    return voucher(1, line, cr("6001", amount), date=day)


def ledger(*vouchers, names=NAMES, allowance="1530", **accounts):
    listed = pl.DataFrame({"code": list(names), "name": list(names.values()), **accounts})
    kept = [voucher(9, dr("6702", allowance), cr("1231", allowance))] if allowance else []
    return books(*vouchers, *kept, accounts=listed)


def entries(draft):
    return [(line.account, line.debit, line.credit, dict(line.aux)) for line in draft.lines]


TWO = (
    owed("A", "300", dt.date(2023, 5, 1)),
    owed("A", "46098", dt.date(2025, 6, 1)),
    owed("B", "50"),
)


def test_the_oldest_debt_goes_first_against_the_allowance():
    found = write_off(ledger(*TWO), as_of=DAY, losses=[BadDebt(party="A", amount=D(400))])
    (row,) = found.rows
    assert [(one.date.year, one.amount) for one in row.items] == [(2023, 300), (2025, 100)]
    (draft,) = found.drafts
    who = {"customer": "A"}
    assert entries(draft) == [("1231", 400, 0, {}), ("1122", 0, 400, who)]
    assert (found.before, found.after, found.problems) == (1530, 1130, ())


@pytest.mark.parametrize(
    ("allowance", "charge"),
    # The write-off lessens what is there, the recovery adds to it: 4970 - (1530 - 700 + 200).
    [("1530", 3940), ("-360", 5830)],
)
def test_the_charge_counts_what_was_written_off_and_recovered(allowance, charge):
    before = ledger(*TWO, allowance=allowance)
    loss, back = BadDebt(party="A", amount=D(700)), BadDebt(party="B", amount=D(200))
    found = write_off(before, as_of=DAY, losses=[loss], recoveries=[back], bank="100201")
    single = IndividualItem(member="A", exposure=D(4970), recovery=D(0))
    policy = ProvisionPolicy(method=ProvisionMethod.INDIVIDUAL, individual=(single,))
    after = provide(with_drafts(before, found.drafts), policy, as_of=DAY).provision
    assert (after.existing, after.charge) == (found.after, charge)


def test_a_recovery_is_put_back_and_then_collected():
    (draft,) = write_off(
        ledger(*TWO), as_of=DAY, recoveries=[BadDebt(party="B", amount=D(20))]
    ).drafts
    who = {"customer": "B"}
    assert entries(draft) == [
        ("1122", 20, 0, who),
        ("1231", 0, 20, {}),
        ("100201", 20, 0, {}),
        ("1122", 0, 20, who),
    ]


def test_small_enterprises_book_the_loss_and_the_income():
    made = ledger(*TWO, names=SMALL, allowance="")
    loss, back = BadDebt(party="B"), BadDebt(party="A", amount=D(20))
    found = write_off(made, as_of=DAY, losses=[loss], recoveries=[back], bank="1002")
    assert [[line[0] for line in entries(draft)] for draft in found.drafts] == [
        ["5711", "1122"],
        ["1002", "5301"],
    ]
    assert (found.before, found.after) == (None, None)
    assert "before" in found.to_json()["allowance"]


def test_a_foreign_debt_goes_off_in_its_own_currency_at_its_book_rate():
    foreign = {"currency": "USD", "fx_debit": D(100), "rate": D("7.2")}
    made = ledger(owed("A", "720", **foreign), owed("A", "280", dt.date(2025, 2, 1)))
    (draft,) = write_off(made, as_of=DAY, losses=[BadDebt(party="A", amount=D(900))]).drafts
    lines = [(one.currency, one.credit, one.fx_amount, one.rate) for one in draft.lines[1:]]
    assert lines == [("USD", 720, 100, D("7.2")), ("CNY", 180, None, None)]


def test_accounts_below_are_used_and_asked_for_their_party():
    names = {**NAMES, "123101": "坏账准备-应收账款", "123102": "坏账准备-其他应收款"}
    asks = [("customer" if code == "123101" else None) for code in names]
    made = ledger(*TWO, names=names, dimensions=asks)
    (draft,) = write_off(made, as_of=DAY, losses=[BadDebt(party="B")]).drafts
    assert entries(draft)[0] == ("123101", 50, 0, {"customer": "B"})
    two = ledger(*TWO, names={**NAMES, "100202": "建行户"})
    with pytest.raises(UsageError, match="L1316"):
        write_off(two, as_of=DAY, recoveries=[BadDebt(party="B", amount=D(1))])


@pytest.mark.parametrize("amount", ["50.01", "0"])
def test_more_than_is_owed_is_refused(amount):
    with pytest.raises(UsageError, match="L1315"):
        write_off(ledger(*TWO), as_of=DAY, losses=[BadDebt(party="B", amount=D(amount))])


def test_who_is_not_in_the_books_is_refused():
    with pytest.raises(UsageError, match="L1315"):
        write_off(ledger(*TWO), as_of=DAY, losses=[BadDebt(party="X")])
    with pytest.raises(UsageError, match="L1318"):
        write_off(ledger(*TWO), as_of=DAY, recoveries=[BadDebt(party="X", amount=D(1))])


def test_an_allowance_that_does_not_cover_it_is_told():
    (problem,) = write_off(ledger(*TWO), as_of=DAY, losses=[BadDebt(party="A")]).problems
    assert (problem.code, problem.facts["short"]) == ("L1317", "44,868.00")


def test_an_account_is_the_party_where_there_is_no_dimension():
    names = {**NAMES, "112201": "甲公司", "112202": "乙公司"}
    made = books(
        voucher(1, dr("112201", "80"), cr("6001", "80")),
        voucher(2, dr("112202", "20"), cr("6001", "20")),
        accounts=pl.DataFrame({"code": list(names), "name": list(names.values())}),
    )
    loss, back = BadDebt(party="112201"), BadDebt(party="112202", amount=D(5))
    found = write_off(made, as_of=DAY, losses=[loss], recoveries=[back])
    assert entries(found.drafts[0])[1] == ("112201", 0, 80, {})
    assert [line[0] for line in entries(found.drafts[1])] == ["112202", "1231", "100201", "112202"]
    with pytest.raises(UsageError, match="L1318"):
        write_off(made, as_of=DAY, recoveries=[BadDebt(party="9", amount=D(5))])


def applied(*, documents: bool) -> Books:
    """Two invoices of A, 300 and 100; 250 of the first are collected."""
    made = ledger(
        owed("A", "300"),
        owed("A", "100", dt.date(2025, 3, 1)),
        voucher(3, dr("1002", "250"), cr("1122", "250", aux={"customer": "A"})),
    )
    names = {"item": "1/1/1", "receipt": "3/2/1"}
    if documents:
        names = {"item": "S1", "receipt": "R1"}
        base = {"party_role": "customer", "party": "A", "account": "1122", "currency": "CNY"}
        items = [("S1", 300, 1), ("S2", 100, 3)]
        rows = [
            {**base, "id": name, "amount": D(amount), "date": dt.date(2025, month, 1)}
            for name, amount, month in items
        ]
        paid = {**base, "id": "R1", "amount": D(250), "date": dt.date(2025, 2, 1)}
        made = made.replace(
            open_items=_frame("open_items", rows), receipts=_frame("receipts", [paid])
        )
    row = {"id": "1", **names, "date": dt.date(2025, 2, 1), "amount": D(250)}
    return made.replace(applications=_frame("applications", [row]))


def _frame(table, rows):
    columns = schema.TABLES[table].columns
    return pl.DataFrame(rows, schema={column.name: column.dtype for column in columns})


@pytest.mark.parametrize("documents", [False, True])
def test_booked_write_offs_settle_their_items(documents):
    before = applied(documents=documents)
    found = write_off(before, as_of=DAY, losses=[BadDebt(party="A", amount=D(60))])
    after = bad_debt_books(before, found, draft_books(found.drafts, before, preparer="甲"))
    whole = age(after, as_of=DAY, account="1122", by="customer", buckets=[300]).to_polars()
    # 50 are left of the first invoice and go first; 90 of the second stand, no credit apart.
    facts = whole.filter(pl.col("aux_customer") == "A").row(0, named=True)
    assert (facts["0-300"], facts[">300"], facts["credits"], facts["total"]) == (0, 90, 0, 90)
    assert after.vouchers["number"].to_list()[-1] is not None
    found_wrong = {problem.code for problem in check(after)} - {p.code for p in check(before)}
    assert not found_wrong


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 500)), min_size=1, max_size=6),
    st.integers(1, 3000),
)
def test_what_is_written_off_is_what_leaves_the_ledger(debts, wanted):
    made = ledger(*[owed(who, amount) for who, amount in debts])
    total = sum(amount for who, amount in debts if who == "A")
    loss = BadDebt(party="A", amount=D(wanted))
    if wanted > total:
        with pytest.raises(UsageError, match="L1315"):
            write_off(made, as_of=DAY, losses=[loss])
        return
    found = write_off(made, as_of=DAY, losses=[loss])
    assert sum(one.amount for row in found.rows for one in row.items) == wanted
    aged = age(with_drafts(made, found.drafts), as_of=DAY, account="1122").totals()
    assert aged["total"] == sum(amount for _, amount in debts) - wanted

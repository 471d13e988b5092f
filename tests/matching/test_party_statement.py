"""Statements of account, and the log of what is disputed."""

import datetime as dt
from decimal import Decimal

import polars as pl

from kamcore.matching.parties.party_statement import StatementPolicy, statements
from kamcore.matching.two_sided.dispute import DisputeEvent, disputes, logged, open_disputes
from kamcore.matching.two_sided.party_view import view
from kamcore.matching.two_sided.reconciling import reconcile
from matching.histories import AS_OF, drawn
from matching.two_books import two_books
from small_books import books, cr, dr, voucher

K1 = {"customer": "K1"}
MEMBERS = pl.DataFrame(
    {"dimension": ["customer"], "code": ["K1"], "name": ["甬江样例商贸有限公司"]}
)


def on(day):
    return dt.date.fromisoformat(day)


def given():
    return books(
        voucher(1, dr("1122", "1000", aux=K1), cr("6001", "1000"), date=on("2025-01-10")),
        voucher(2, dr("1122", "500", aux=K1), cr("6001", "500"), date=on("2025-02-10")),
        voucher(3, dr("1122", "-50", aux=K1), cr("6001", "-50"), date=on("2025-02-11")),
        voucher(4, dr("1002", "400"), cr("1122", "400", aux=K1), date=on("2025-02-12")),
        voucher(
            5,
            dr("6001", "20"),
            cr("1122", "20", summary="三月返利", aux=K1),
            date=on("2025-02-13"),
        ),
        voucher(6, dr("1122", "9", aux=K1), cr("6001", "9"), date=on("2025-03-01")),
        members=MEMBERS,
    )


def test_every_record_is_listed_with_its_kind_and_the_balance_after_it():
    (found,) = statements(given(), on("2025-02-28"), since=on("2025-02-01"))
    assert (found.opening, found.debit, found.credit, found.closing) == (1000, 450, 420, 1030)
    assert [(one.kind, one.balance) for one in found.lines] == [
        ("sale", 1500),
        ("return", 1450),
        ("payment", 1050),
        ("discount", 1030),
    ]
    assert found.by_kind() == {
        "sale": Decimal(500),
        "return": Decimal(-50),
        "discount": Decimal(-20),
        "payment": Decimal(-400),
    }
    assert found.opening + sum(found.by_kind().values()) == found.closing


def test_a_party_without_balance_and_movement_has_no_statement():
    paid = voucher(7, dr("1002", "1039"), cr("1122", "1039", aux=K1), date=on("2025-03-02"))
    whole = books(*given().iter_vouchers(), paid, members=MEMBERS)
    assert list(statements(whole, on("2025-12-31"), since=on("2025-06-01"))) == []


def test_suppliers_have_statements_too():
    supplied = books(
        voucher(1, dr("1405", "70"), cr("2202", "70", aux={"supplier": "G1"})),
    )
    policy = StatementPolicy(direction="payable")
    (found,) = statements(supplied, on("2025-12-31"), policy=policy)
    assert (found.closing, found.lines[0].kind) == (-70, "sale")


def test_a_difference_found_again_is_the_same_dispute():
    both = two_books(drawn(4, parties=5))
    name = next(name for name in both.theirs if any(c.party == name for c in both.causes))
    seen = view(reconcile(both.ours, both.theirs[name], as_of=AS_OF))
    found = disputes(seen)
    assert found
    events = logged((), found, AS_OF, "王会计")
    assert [event.state for event in events] == ["open"] * len(found)
    again = disputes(view(reconcile(both.ours, both.theirs[name], as_of=AS_OF)))
    assert logged(events, again, dt.date(2026, 1, 31), "王会计") == events
    done = DisputeEvent(key=found[0].key, state="settled", on=AS_OF, person="王会计")
    assert found[0].key not in open_disputes((*events, done), found)
    assert len(open_disputes((*events, done), found)) == len(found) - 1

"""Books that start later than the other side's and state no opening: one opening difference."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.matching.two_sided.adjusting import adjustments, proof_of_zero
from kamcore.matching.two_sided.amounts import spelled
from kamcore.matching.two_sided.party_view import view
from kamcore.matching.two_sided.reconciliation_table import reconciliation_table
from kamcore.matching.two_sided.reconciling import ReconcilePolicy, reconcile
from matching.test_reconciling import (
    HERE,
    MEMBERS,
    THEIRS,
    THERE,
    balance_of,
    bought,
    got,
    paid,
    sold,
)
from small_books import books

AS_OF = dt.date(2026, 3, 31)
NEW = ("2026-01-05", "2026-02-03", "2026-03-02")
OLD = ("2025-01-06", "2025-03-04", "2025-06-17", "2025-09-09", "2025-11-20", "2025-12-23")


def ours(days, first=1):
    return [
        sold(day, f"{1000 + at * 37}.{at}1", f"销售 发票号{day[2:4]}{day[5:7]}77{day[8:]}", at)
        for at, day in enumerate(days, start=first)
    ]


def theirs(days, first=1):
    return [
        bought(day, f"{1000 + at * 37}.{at}1", f"采购 {day[2:4]}{day[5:7]}77{day[8:]}", at)
        for at, day in enumerate(days, start=first)
    ]


def asked(mine, other, stated=(None, None), **policy):
    tables = [{} if one is None else {"balances": one} for one in stated]
    result = reconcile(
        books(*mine, entity=HERE, members=pl.DataFrame(MEMBERS), **tables[0]),
        books(*other, entity=THERE, members=pl.DataFrame(THEIRS), **tables[1]),
        as_of=AS_OF,
        policy=ReconcilePolicy(**policy),
    )
    found = view(result)
    assert sum((one.amount for one in found.differences), Decimal(0)) == found.difference
    assert reconciliation_table(found).equal
    made = adjustments(result)
    assert proof_of_zero(result, made).zero
    return found, made


SUM_OLD = sum(Decimal(f"{1000 + at * 37}.{at}1") for at in range(11, 17))


@pytest.mark.parametrize("later", ["ours", "theirs"])
@pytest.mark.parametrize("since", [None, dt.date(2026, 1, 1)], ids=["whole", "given span"])
def test_what_the_later_books_do_not_cover_is_one_opening_difference(later, since):
    if later == "ours":
        found, made = asked(ours(NEW), [*theirs(OLD, 11), *theirs(NEW)], since=since)
        sign, who, of = -1, ("我方账", "our books"), "theirs"
    else:
        found, made = asked([*ours(OLD, 11), *ours(NEW)], theirs(NEW), since=since)
        sign, who, of = 1, ("对方账", "their books"), "ours"
    [one] = found.differences
    assert (one.cause, one.amount, one.fault) == ("opening", sign * SUM_OLD, "")
    assert [line.date.isoformat() for line in getattr(one, of)] == list(OLD)
    assert not getattr(one, later)
    assert one.proof[0].startswith(f"{who[0]}自 2026-01-01 起, 且未列期初")
    assert one.proof[1].startswith(f"{who[1]} start on 2026-01-01 and state no opening")
    assert "6 笔 (2025-01-06 至 2025-12-23)" in one.proof[0]
    assert not made.ours
    assert not made.theirs
    assert len(found.matched) == len(NEW)


def test_a_stated_opening_of_the_longer_books_joins_the_same_difference():
    stated = (None, balance_of("2202", "-500", aux_supplier="G1"))
    found, made = asked(ours(NEW), [*theirs(OLD, 11), *theirs(NEW)], stated)
    [one] = found.differences
    assert (one.cause, one.amount) == ("opening", -SUM_OLD - 500)
    assert len(one.theirs) == len(OLD)
    assert "期初余额另差 -500.00" in one.proof[0]
    assert not made.ours


def test_books_that_state_their_opening_cover_what_was_before():
    stated = (balance_of("1122", SUM_OLD, aux_customer="K1"), None)
    found, made = asked(ours(NEW), [*theirs(OLD, 11), *theirs(NEW)], stated)
    assert found.since == dt.date(2026, 1, 1)
    assert found.differences == ()
    assert found.theirs.opening == SUM_OLD
    assert not made.ours


def test_openings_of_one_day_name_the_side_that_states_none():
    stated = (None, balance_of("2202", "-1234.5", aux_supplier="G1"))
    found, _ = asked(ours(NEW), theirs(NEW), stated)
    [one] = found.differences
    assert (one.cause, one.amount) == ("opening", Decimal("-1234.5"))
    assert one.proof[0] == "期初相差 -1,234.50, 我方账自 2026-01-01 起, 且未列期初"


def test_a_line_of_december_stays_with_its_answer_of_january():
    turn = "采购 25127731"
    answered = sold("2026-01-04", "888.80", "销售 发票号25127731", 9)
    found, made = asked(
        [*ours(NEW), answered],
        [*theirs(OLD, 11), bought("2025-12-30", "888.80", turn, 20), *theirs(NEW)],
    )
    [one] = found.differences
    assert one.amount == -SUM_OLD
    assert not made.ours
    assert len(found.matched) == len(NEW) + 1


def test_what_was_settled_before_is_no_difference():
    settled = [bought("2025-05-05", "70", "采购", 21), paid("2025-08-05", "70", "付款", 22)]
    found, made = asked(ours(NEW), [*settled, *theirs(NEW)])
    assert found.differences == ()
    assert not made.ours
    assert "uncovered" in [one.rule for one in found.matched]
    assert {one.tier for one in found.matched} == {"automatic"}


def test_lines_not_covered_are_no_slips_of_later_ones():
    """A payment of December is no wrong digit of another one of January."""
    found, made = asked(
        [*ours(NEW), got("2026-01-08", "5410", number=8)],
        [*theirs(OLD, 11), paid("2025-12-28", "4510", number=20), *theirs(NEW)],
    )
    causes = {one.cause: one.amount for one in found.differences}
    assert causes == {"opening": 4510 - SUM_OLD, "only_ours": Decimal(-5410)}
    assert len(made.theirs) == 1
    assert not made.ours


def test_amounts_of_proofs_are_printed_as_letters_print_money():
    given = ["0", "-5.5", "999.99", "-999.99", "1000", "-1234.5", "1234567.891", "-123456"]
    frame = pl.DataFrame({"amount": [Decimal(one) for one in given]})
    said = frame.select(said=spelled(pl.col("amount").cast(pl.Decimal(38, 4))))["said"]
    rounded = [Decimal(one).quantize(Decimal("0.01")) for one in given]
    assert said.to_list() == [f"{one:,.2f}" for one in rounded]

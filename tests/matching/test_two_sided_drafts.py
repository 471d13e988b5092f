"""Drafts that settle a reconciliation: tax apart as in the own vouchers, exact, and proved."""

import datetime as dt
from decimal import Decimal

import attrs
import polars as pl
import pytest

from kamcore.matching.two_sided.adjusting import adjustments, proof_of_zero
from kamcore.matching.two_sided.reconciling import reconcile
from kamcore.model.entity import Entity
from matching.histories import AS_OF, Noise, drawn
from matching.two_books import two_books
from small_books import books, cr, dr, voucher

D = Decimal
TABLES = ("lines", "vouchers", "accounts", "members")
HERE, THERE = Entity(name="海门远山食品有限公司"), Entity(name="长沙同创商贸有限公司")
NAMES = {
    "1002": "银行存款", "1122": "应收账款", "1405": "库存商品", "2202": "应付账款",
    "2221.01.01": "进项税额", "2221.01.05": "销项税额", "6001": "主营业务收入",
    "6401": "主营业务成本",
}  # fmt: skip
ACCOUNTS = pl.DataFrame({"code": list(NAMES), "name": list(NAMES.values())})
OURS = pl.DataFrame(
    {
        "dimension": ["customer"] * 2,
        "code": ["K1", "K2"],
        "name": [THERE.name, "南湖样例五金城"],
    }
)
THEIRS = pl.DataFrame({"dimension": ["supplier"], "code": ["G1"], "name": [HERE.name]})


def sold(day, gross, net, number, *more, to="K1", **counter):
    """A sale with 13 % output tax; `more` lines stand in the same voucher."""
    text = f"销售 发票号{number:08d}"
    lines = (
        dr("1122", gross, summary=text, aux={"customer": to}),
        cr("6001", net, summary=text, **counter),
        cr("2221.01.05", D(gross) - D(net), summary=text),
        *more,
    )
    return voucher(number, *lines, date=dt.date.fromisoformat(day))


def bought(day, gross, net, number):
    text = f"采购 发票号{number:08d}"
    lines = (
        dr("1405", net, summary=text),
        dr("2221.01.01", D(gross) - D(net), summary=text),
        cr("2202", gross, summary=text, aux={"supplier": "G1"}),
    )
    return voucher(number, *lines, date=dt.date.fromisoformat(day))


def got(day, amount, number, bank="1002", **more):
    lines = (
        dr(bank, amount, summary="收货款", **more),
        cr("1122", amount, summary="收货款", aux={"customer": "K1"}),
    )
    return voucher(number, *lines, date=dt.date.fromisoformat(day))


def paid(day, amount, number):
    lines = (
        dr("2202", amount, summary="付货款", aux={"supplier": "G1"}),
        cr("1002", amount, summary="付货款"),
    )
    return voucher(number, *lines, date=dt.date.fromisoformat(day))


def drafted(ours, theirs, base="CNY"):
    """The drafts of both sides, each proved to settle what it is about."""
    here, there = (attrs.evolve(one, base_currency=base) for one in (HERE, THERE))
    result = reconcile(
        books(*ours, entity=here, accounts=ACCOUNTS, members=OURS),
        books(*theirs, entity=there, accounts=ACCOUNTS, members=THEIRS),
        as_of=dt.date(2025, 3, 31),
        party="K1",
    )
    made = adjustments(result)
    assert all(draft.off_by == 0 for draft in (*made.ours, *made.theirs))
    proof = proof_of_zero(result, made)
    assert proof.zero
    assert proof.after == 0
    return made


def booked(draft):
    return [(line.account, line.debit, line.credit, dict(line.aux)) for line in draft.lines]


K1, G1 = {"customer": "K1"}, {"supplier": "G1"}
SALES = (sold("2025-01-05", "113", "100", 1), sold("2025-02-05", "226", "200", 2))
PURCHASES = (bought("2025-01-06", "113", "100", 1), bought("2025-02-06", "226", "200", 2))


def test_a_missing_sale_has_its_output_tax_apart():
    made = drafted(SALES, (*PURCHASES, bought("2025-02-10", "500.07", "442.54", 3)))
    (draft,) = made.ours
    assert booked(draft) == [
        ("1122", D("500.07"), 0, K1),
        ("6001", 0, D("442.54"), {}),
        ("2221.01.05", 0, D("57.53"), {}),
    ]
    assert "人工拆分" not in draft.reason


def test_drafts_are_in_the_base_currency_of_their_books():
    made = drafted(SALES, (*PURCHASES, bought("2025-02-10", "113", "100", 3)), base="HKD")
    assert len(made.ours) == 1


def test_a_missing_purchase_has_its_input_tax_apart():
    made = drafted((*SALES, sold("2025-02-10", "500.07", "442.54", 3)), PURCHASES)
    (draft,) = made.theirs
    assert booked(draft) == [
        ("1405", D("442.54"), 0, {}),
        ("2221.01.01", D("57.53"), 0, {}),
        ("2202", 0, D("500.07"), G1),
    ]


def test_a_missing_return_is_red_on_the_sides_income_and_tax_are_kept_on():
    back = voucher(
        3,
        dr("1405", "-100", summary="采购退货"),
        dr("2221.01.01", "-13", summary="采购退货"),
        cr("2202", "-113", summary="采购退货", aux=G1),
        date=dt.date(2025, 2, 12),
    )
    (draft,) = drafted(SALES, (*PURCHASES, back)).ours
    assert booked(draft) == [
        ("1122", D(-113), 0, K1),
        ("6001", 0, D(-100), {}),
        ("2221.01.05", 0, D(-13), {}),
    ]


def test_the_voucher_nearest_in_time_says_the_rate():
    nine = sold("2025-02-20", "109", "100", 3)
    their_nine = bought("2025-02-20", "109", "100", 3)
    more = bought("2025-02-24", "218.01", "200.01", 4)
    (draft,) = drafted((*SALES, nine), (*PURCHASES, their_nine, more)).ours
    assert [line[:3] for line in booked(draft)][1:] == [
        ("6001", 0, D("200.01")),
        ("2221.01.05", 0, D("18.00")),
    ]


def test_other_lines_of_the_voucher_are_no_part_of_the_pattern():
    """Cost of the sale and the sale of another customer stand in the same voucher."""
    other = (
        dr("1122", "904", aux={"customer": "K2"}),
        cr("6001", "800", aux={"department": "D2"}),
        cr("2221.01.05", "104"),
        dr("6401", "70"),
        cr("1405", "70"),
    )
    ours = (sold("2025-01-05", "113", "100", 1, *other, aux={"department": "D1"}),)
    made = drafted(ours, (PURCHASES[0], bought("2025-02-10", "339", "300", 3)))
    assert booked(made.ours[0]) == [
        ("1122", D(339), 0, K1),
        ("6001", 0, D(300), {"department": "D1"}),
        ("2221.01.05", 0, D(39), {}),
    ]


def test_the_party_of_another_voucher_is_not_taken_over():
    """The income account is kept by customer; only another customer has a voucher."""
    ours = (
        sold("2025-01-05", "113", "100", 1, to="K2", aux={"customer": "K2", "department": "D1"}),
        got("2025-01-31", "50", 2),
    )
    theirs = (paid("2025-01-30", "50", 1), bought("2025-02-10", "226", "200", 3))
    made = drafted(ours, theirs)
    assert booked(made.ours[0])[1][3] == {"customer": "K1", "department": "D1"}


def test_without_a_pattern_the_reason_says_that_tax_is_to_be_split():
    ours = (got("2025-01-31", "50", 1),)
    made = drafted(ours, (paid("2025-01-30", "50", 1), bought("2025-02-10", "226", "200", 3)))
    (draft,) = made.ours
    assert [line[:3] for line in booked(draft)] == [("1122", D(226), 0), ("6001", 0, D(226))]
    assert "税额须人工拆分" in draft.reason


def test_a_missing_payment_goes_to_the_bank_as_a_whole_with_its_auxiliary_items():
    fee = voucher(
        3,
        dr("1002", "99", summary="收货款", aux={"bank_account": "B1"}),
        dr("6603", "1", summary="手续费"),
        cr("1122", "100", summary="收货款", aux=K1),
        date=dt.date(2025, 2, 20),
    )
    theirs = (*PURCHASES, paid("2025-02-20", "100", 3), paid("2025-02-25", "70", 4))
    made = drafted((*SALES, fee), theirs)
    assert [booked(draft) for draft in made.ours] == [
        [("1002", D(70), 0, {"bank_account": "B1"}), ("1122", 0, D(70), K1)]
    ]
    assert "人工拆分" not in made.ours[0].reason


def test_a_wrong_amount_is_corrected_in_the_shares_of_its_own_voucher():
    wrong = sold("2025-02-10", "131", "115.93", 3)
    made = drafted((*SALES, wrong), (*PURCHASES, bought("2025-02-11", "113", "100", 3)))
    drafts = [*made.ours, *made.theirs]
    assert len(drafts) == 1
    control = next(line for line in drafts[0].lines if line.account in ("1122", "2202"))
    rest = [line for line in drafts[0].lines if line is not control]
    assert sorted(abs(line.debit + line.credit) for line in rest) == [D("2.07"), D("15.93")]


def test_a_sale_booked_twice_is_taken_back_as_it_was_booked():
    twice = sold("2025-02-08", "226", "200.01", 3)
    lines = [dr("1122", "226", summary="销售 发票号00000002", aux=K1), *twice.lines[1:]]
    again = voucher(3, *lines, date=dt.date(2025, 2, 8))
    made = drafted((*SALES, again), PURCHASES)
    (draft,) = made.ours
    assert booked(draft) == [
        ("1122", D(-226), 0, K1),
        ("6001", 0, D("-200.01"), {}),
        ("2221.01.05", 0, D("-25.99"), {}),
    ]


def test_a_line_on_the_wrong_side_is_turned_with_its_tax():
    lines = (
        dr("2202", "226", summary="采购 发票号00000002", aux=G1),
        cr("1405", "200"),
        cr("2221.01.01", "26"),
    )
    wrong = voucher(2, *lines, date=dt.date(2025, 2, 6))
    made = drafted(SALES, (PURCHASES[0], wrong))
    (draft,) = made.theirs
    sums = {}
    for line in draft.lines:
        sums[line.account] = sums.get(line.account, D(0)) + line.debit - line.credit
    assert sums == {"2202": D(-452), "1405": D(400), "2221.01.01": D(52)}


def test_drafts_of_tables_in_duckdb_are_those_of_books():
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    ours = books(*SALES, got("2025-03-02", "9", 3), entity=HERE, accounts=ACCOUNTS, members=OURS)
    missing = (bought("2025-02-10", "500.07", "442.54", 3), paid("2025-02-11", "113", 4))
    theirs = books(*PURCHASES, *missing, entity=THERE, accounts=ACCOUNTS, members=THEIRS)
    tables = [
        {name: connection.from_arrow(given.tables[name].to_arrow()) for name in TABLES}
        for given in (ours, theirs)
    ]
    asked = {"as_of": dt.date(2025, 3, 31), "party": "K1", "us": "G1"}
    found, wanted = reconcile(*tables, **asked), reconcile(ours, theirs, **asked)
    assert adjustments(found) == adjustments(wanted)
    assert len(adjustments(wanted).ours) == 2
    assert proof_of_zero(found, adjustments(found)).zero


def test_a_missing_line_in_another_currency_is_split_in_base_currency():
    def foreign(number, fx, *, sale):
        rate = D("7.1") if sale else D("7.2")
        base = D(fx) * rate
        net = (base / D("1.13")).quantize(D("0.01"))
        more = {"currency": "USD", "rate": rate, "summary": f"发票号{number:08d}"}
        if sale:
            control = dr("1122", base, aux=K1, fx_debit=D(fx), **more)
            parts = cr("6001", net), cr("2221.01.05", base - net)
        else:
            control = cr("2202", base, aux=G1, fx_credit=D(fx), **more)
            parts = dr("1405", net), dr("2221.01.01", base - net)
        return voucher(number, control, *parts, date=dt.date(2025, 2, number))

    amounts = {1: "100", 2: "230", 3: "1000.01"}
    sales = [foreign(number, amounts[number], sale=True) for number in (1, 2)]
    purchases = [foreign(*one, sale=False) for one in amounts.items()]
    (draft,) = drafted(sales, purchases).ours
    control, *rest = draft.lines
    assert (control.currency, control.fx_amount, control.rate) == ("USD", D("1000.01"), D("7.1"))
    assert control.debit == D("7100.07")
    assert [(line.account, line.credit) for line in rest] == [
        ("6001", D("6283.25")),
        ("2221.01.05", D("816.82")),
    ]


def test_a_correction_is_at_the_rate_of_what_it_corrects():
    def foreign(day, number, fx, base, rate):
        more = {"currency": "USD", "rate": D(rate), "summary": f"发票号{number:08d}"}
        lines = dr("1122", base, aux=K1, fx_debit=D(fx), **more), cr("6001", base)
        return voucher(number, *lines, date=dt.date.fromisoformat(day))

    def bill(day, number, fx):
        more = {"currency": "USD", "rate": D(7), "summary": f"发票号{number:08d}"}
        base = D(fx) * 7
        lines = dr("1405", base), cr("2202", base, aux=G1, fx_credit=D(fx), **more)
        return voucher(number, *lines, date=dt.date.fromisoformat(day))

    first = foreign("2025-02-01", 1, "100.01", "710.08", "7.1")
    twice = foreign("2025-02-03", 1, "100.01", "710.08", "7.1")
    later = foreign("2025-03-01", 2, "50", "360", "7.2")
    bills = bill("2025-02-02", 1, "100.01"), bill("2025-03-02", 2, "50")
    (draft,) = drafted((first, attrs.evolve(twice, number=3), later), bills).ours
    control, counter = draft.lines
    assert (control.debit, control.fx_amount, control.rate) == (
        D("-710.08"),
        D("-100.01"),
        D("7.1"),
    )
    assert (counter.account, counter.credit) == ("6001", D("-710.08"))


def test_a_red_line_on_the_wrong_side_is_turned_as_a_red_one():
    """A return of 26 is booked as a red credit: it raises what it should lower."""
    text = "采购退货 发票号00000007"
    back = voucher(
        3,
        dr("1405", "-23.01", summary=text),
        dr("2221.01.01", "-2.99", summary=text),
        cr("2202", "-26", summary=text, aux=G1),
        date=dt.date(2025, 2, 12),
    )
    lines = (
        cr("1122", "-26", summary="销售退货 发票号00000007", aux=K1),
        dr("6001", "-23.01"),
        dr("2221.01.05", "-2.99"),
    )
    made = drafted((*SALES, voucher(3, *lines, date=dt.date(2025, 2, 12))), (*PURCHASES, back))
    sums = {}
    for line in made.ours[0].lines:
        sums[line.account] = sums.get(line.account, D(0)) + line.debit - line.credit
    assert sums == {"1122": D(-52), "6001": D("46.02"), "2221.01.05": D("5.98")}


# Drawn histories, every sale and purchase with its tax.


def taxed(given_books):
    """The books with 13 % taken out of income and purchases into lines of their own."""
    accounts = {"6001": "2221.01.05", "1405": "2221.01.01"}
    lines = given_books.lines
    of_tax = lines.filter(pl.col("account").is_in(list(accounts)))
    sides = ("debit", "credit")
    net = [(pl.col(side) / D("1.13")).round(2).cast(pl.Decimal(18, 4)) for side in sides]
    kept = pl.col("account").is_in(list(accounts))
    split = lines.with_columns(
        pl.when(kept).then(one).otherwise(side).alias(side)
        for side, one in zip(sides, net, strict=True)
    )
    tax = of_tax.with_columns(
        *((pl.col(side) - one).alias(side) for side, one in zip(sides, net, strict=True)),
        account=pl.col("account").replace_strict(accounts),
        line_no=pl.col("line_no") + 1,
    )
    names = pl.DataFrame({"code": list(NAMES), "name": list(NAMES.values())})
    both = pl.concat([split, tax]).sort("voucher_id", "line_no")
    return given_books.replace(lines=both, accounts=names)


@pytest.mark.parametrize("seed", [41, pytest.param(42, marks=pytest.mark.soak)])
def test_every_draft_of_a_drawn_history_keeps_tax_apart(seed):
    noise = Noise(late=0.05, missing=0.1, wrong_side=0.05, transposed=0.05, doubled=0.05)
    sides = two_books(drawn(seed, parties=4, noise=noise))
    ours = taxed(sides.ours)
    drafts = []
    for name, theirs in sides.theirs.items():
        result = reconcile(ours, taxed(theirs), as_of=AS_OF, party=name)
        made = adjustments(result)
        assert proof_of_zero(result, made).zero
        drafts += [*made.ours, *made.theirs]
    split = 0
    for draft in drafts:
        assert draft.off_by == 0
        sums = {}
        for line in draft.lines:
            sums[line.account] = sums.get(line.account, D(0)) + line.debit - line.credit
        tax = sum((v for code, v in sums.items() if code.startswith("2221")), D(0))
        net = sum((v for code, v in sums.items() if code in ("6001", "1405")), D(0))
        deducted = "开具红字发票的" in draft.reason
        assert deducted == ("扣款)" in draft.reason and bool(net))
        if not deducted:
            assert abs(tax - net * D("0.13")) <= D("0.02")
            split += bool(net)
    assert split > 5

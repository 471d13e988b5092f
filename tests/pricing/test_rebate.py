"""Rebates: four methods at every edge, settlement by difference, conditions, and vouchers."""

import datetime as dt
from decimal import Decimal

import attrs
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.errors import UsageError
from kamcore.model.band import Band
from kamcore.model.rebate import Condition, RebateClause, RebateForm, Sale
from kamcore.pricing import RebateAccounts, accrual_draft, rebate, sales_frame, settlement_draft

YEAR = {"since": dt.date(2025, 1, 1), "until": dt.date(2025, 12, 31)}


def D(text):  # noqa: N802  figures read like figures
    return Decimal(str(text))


def clause(method="band_total", **more):
    facts = {"id": "R1", "customer": "0004", "contract": "HT-1", "valid_from": dt.date(2025, 1, 1)}
    return RebateClause(method=method, **{**facts, **more})


def sale(day, amount=0, quantity=0, **more):
    date = dt.date.fromisoformat(f"2025-{day}")
    return Sale(date=date, customer="0004", amount=D(amount), quantity=D(quantity), **more)


def band(start, rate, end=None, *, end_in=False):
    return Band(start=D(start), end=None if end is None else D(end), end_in=end_in, rate=D(rate))


SCALE = clause(bands=(band(5000, "0.02", 20000), band(20000, "0.04", 27000, end_in=True)))
MONTHS = [sale("10-31", 3000), sale("11-30", 4000), sale("12-31", 20000)]


def test_a_retroactive_scale_is_settled_by_difference():
    settled, dues = D(0), []
    for month, last in ((10, 31), (11, 30), (12, 31)):
        until = dt.date(2025, month, last)
        found = rebate(SCALE, MONTHS, since=YEAR["since"], until=until, settled=settled)
        dues.append(found.due)
        settled += found.due
    assert dues == [0, 140, 940]
    assert rebate(SCALE, MONTHS, **YEAR).entitlement == settled == 1080


def test_bands_of_whole_units_split_an_order_across_their_edge():
    tiers = clause(
        "band_excess",
        measure="quantity",
        bands=(band(0, "0.10", 14, end_in=True), band(15, "0.20")),
    )
    orders = [sale("01-05", 100, 1), sale("02-05", 3000, 30)]
    found = rebate(tiers, orders, **YEAR)
    assert [share.volume for share in found.bands] == [14, 17]
    # 3,100 for 31 pieces are 100 a piece: 14 x 10 + 17 x 20.
    assert found.entitlement == 480


EDGES = (band(0, "0.01", 100), band(100, "0.02", 200, end_in=True), band(200, "0.03"))
EDGES = (EDGES[0], EDGES[1], attrs.evolve(EDGES[2], start_in=False))


@pytest.mark.parametrize(
    ("volume", "total", "excess"),
    [
        ("0", "0", "0"),
        ("99.99", "1.00", "1.00"),
        ("100", "2.00", "1.00"),
        ("100.01", "2.00", "1.00"),
        ("199.99", "4.00", "3.00"),
        ("200", "4.00", "3.00"),
        ("200.01", "6.00", "3.00"),
        ("300", "9.00", "6.00"),
    ],
)
def test_every_edge_of_the_bands(volume, total, excess):
    sales = [sale("03-01", volume)]
    assert rebate(clause(bands=EDGES), sales, **YEAR).entitlement == D(total)
    assert rebate(clause("band_excess", bands=EDGES), sales, **YEAR).entitlement == D(excess)


def test_a_gap_between_bands_of_money_earns_nothing():
    gap = clause("band_excess", bands=(band(0, "0.01", 100), band(200, "0.02")))
    assert rebate(gap, [sale("03-01", 300)], **YEAR).entitlement == 3


def test_one_rate_on_the_total_and_money_per_unit():
    sales = [sale("03-01", 1000, 10), sale("04-01", 500, 5)]
    assert rebate(clause("whole", rate=D("0.03")), sales, **YEAR).entitlement == 45
    each = clause("whole", rate=D(2), per_unit=True, measure="quantity")
    assert rebate(each, sales, **YEAR).entitlement == 30
    with pytest.raises(UsageError, match="Q1201"):
        clause("whole", rate=D(2), per_unit=True)


def test_each_line_at_the_rate_of_its_group():
    lines = clause("line", rate=D("0.01"), group_rates={"pumps": D("0.05")})
    sales = [sale("03-01", 100, group="pumps"), sale("03-01", 1000, group="pipes")]
    found = rebate(lines, sales, **YEAR)
    assert found.entitlement == 15
    assert [(share.rate, share.volume) for share in found.bands] == [
        (D("0.01"), 1000),
        (D("0.05"), 100),
    ]


def test_sales_of_others_and_of_other_groups_and_days_do_not_count():
    pumps = clause("whole", rate=D("0.1"), groups=("pumps",), valid_from=dt.date(2025, 3, 1))
    sales = [
        sale("02-28", 1, group="pumps"),
        sale("03-01", 10, group="pumps"),
        sale("03-01", 100, group="pipes"),
        attrs.evolve(sale("03-01", 1000, group="pumps"), customer="0005"),
    ]
    assert rebate(pumps, sales, **YEAR).volume == 10


@pytest.mark.parametrize(("deducted", "volume"), [(True, 70), (False, 100)])
def test_returns_lessen_the_volume_where_the_clause_says_so(deducted, volume):
    whole = clause("whole", rate=D("0.1"), returns_deducted=deducted)
    assert rebate(whole, [sale("03-01", 100), sale("04-01", -30)], **YEAR).volume == volume


# Conditions.

INVOICES = [
    sale("03-01", 100, invoice="A", due=dt.date(2025, 4, 1), paid=dt.date(2025, 4, 1)),
    sale("04-01", 200, invoice="B", due=dt.date(2025, 5, 1), paid=dt.date(2025, 5, 6)),
    sale("05-01", 400, invoice="C", due=dt.date(2026, 1, 31)),
]


@pytest.mark.parametrize(
    ("grace", "each", "entitled", "late"),
    [(0, False, 0, ["B"]), (5, False, 70, []), (4, False, 0, ["B"]), (0, True, 50, ["B"])],
)
def test_late_invoices_forfeit_the_rebate_or_do_not_count(grace, each, entitled, late):
    condition = Condition(kind="paid_on_time", grace_days=grace, each=each)
    found = rebate(clause("whole", rate=D("0.1"), conditions=(condition,)), INVOICES, **YEAR)
    assert found.entitlement == entitled
    assert found.conditions[0].facts["late"] == late
    assert found.conditions[0].met is (late == [])


def test_an_open_invoice_is_late_from_the_day_its_time_is_over():
    whole = clause("whole", rate=D("0.1"), conditions=(Condition(kind="paid_on_time"),))
    found = [
        rebate(whole, INVOICES[2:], **YEAR, as_of=day).entitlement
        for day in (dt.date(2026, 1, 31), dt.date(2026, 2, 1))
    ]
    assert found == [40, 0]


def test_a_payment_that_came_later_does_not_change_an_answer_for_an_earlier_day():
    whole = clause("whole", rate=D("0.1"), conditions=(Condition(kind="paid_on_time"),))
    asked = {**YEAR, "as_of": dt.date(2026, 2, 1)}
    later = [attrs.evolve(INVOICES[2], paid=dt.date(2026, 2, 2))]
    assert rebate(whole, later, **asked) == rebate(whole, INVOICES[2:], **asked)


@pytest.mark.parametrize(("volume", "met"), [("109.99", False), ("110", True)])
def test_growth_looks_at_the_same_days_of_the_year_before(volume, met):
    condition = Condition(kind="growth", at_least=D("0.1"))
    grown = clause("whole", rate=D("0.1"), conditions=(condition,), valid_from=dt.date(2024, 1, 1))
    sales = [
        sale("03-01", volume),
        attrs.evolve(sale("03-01", 100), date=dt.date(2024, 3, 1)),
        attrs.evolve(sale("03-01", 900), date=dt.date(2023, 12, 31)),
    ]
    found = rebate(grown, sales, **YEAR)
    assert found.is_earned is met
    assert found.conditions[0].facts["before"] == "100.00"
    assert found.conditions[0].zh == "同比增长不低于 10%"


@pytest.mark.parametrize(("volume", "entitled"), [("999.99", 0), ("1000", 100)])
def test_a_least_volume(volume, entitled):
    least = Condition(kind="minimum", at_least=D(1000))
    whole = clause("whole", rate=D("0.1"), conditions=(least,))
    assert rebate(whole, [sale("03-01", volume)], **YEAR).entitlement == entitled


def test_a_float_and_a_missing_column_are_refused():
    frame = sales_frame(MONTHS)
    with pytest.raises(UsageError, match="Q1204"):
        rebate(SCALE, frame.with_columns(pl.col("amount").cast(pl.Float64)), **YEAR)
    with pytest.raises(UsageError, match="Q1203"):
        rebate(SCALE, frame.drop("due"), **YEAR)


# What must not depend on how the facts are cut.

CENTS = st.integers(-50_000, 500_000).map(lambda cents: Decimal(cents) / 100)
DAYS = st.dates(YEAR["since"], YEAR["until"])
SALES = st.lists(st.tuples(DAYS, CENTS, st.integers(0, 300)), max_size=12)
CLAUSES = st.sampled_from(
    [
        clause("whole", rate=D("0.035")),
        clause("line", rate=D("0.01")),
        clause(bands=EDGES),
        clause("band_excess", bands=EDGES),
        clause("band_excess", measure="quantity", bands=EDGES),
        clause("band_total", measure="quantity", per_unit=True, bands=EDGES),
        clause("whole", rate=D("0.05"), conditions=(Condition(kind="minimum", at_least=D(500)),)),
    ]
)


def sales_of(drawn):
    return [
        Sale(date=day, customer="0004", amount=amount, quantity=D(quantity))
        for day, amount, quantity in drawn
    ]


@settings(deadline=None)
@given(CLAUSES, SALES, st.lists(DAYS, max_size=5))
def test_any_split_of_a_period_adds_up_to_the_whole(clause, drawn, cuts):
    sales, settled = sales_of(drawn), D(0)
    for until in [*sorted(cuts), YEAR["until"]]:
        found = rebate(clause, sales, since=YEAR["since"], until=until, settled=settled)
        settled += found.due
    assert settled == rebate(clause, sales, **YEAR).entitlement


@settings(deadline=None)
@given(CLAUSES, SALES, st.integers(0, 11), st.integers(0, 100), st.randoms())
def test_splitting_a_sale_or_another_order_of_rows_changes_nothing(
    clause, drawn, which, share, chance
):
    whole = rebate(clause, sales_of(drawn), **YEAR)
    if which < len(drawn):
        day, amount, quantity = drawn[which]
        part = (amount * share / 100).quantize(Decimal("0.01"))
        some = quantity * share // 100
        drawn = [
            *drawn[:which],
            *drawn[which + 1 :],
            (day, part, some),
            (day, amount - part, quantity - some),
        ]
    chance.shuffle(drawn)
    assert rebate(clause, sales_of(drawn), **YEAR).entitlement == whole.entitlement


# Vouchers.


def earned(form, amount=113_000, **more):
    whole = clause("whole", rate=D("0.1"), form=form, **more)
    return rebate(whole, [sale("03-01", amount)], **YEAR)


def told(draft):
    return [(line.account, line.debit, line.credit, dict(line.aux)) for line in draft.lines]


LAST = YEAR["until"]
CUSTOMER = {"customer": "0004"}


def test_an_accrual_is_a_red_entry_of_revenue_without_tax():
    accounts = RebateAccounts.of("ASBE", RebateForm.OFFSET)
    draft = accrual_draft(earned("offset"), accounts, LAST)
    assert told(draft) == [("6001", 0, -10000, {}), ("2241", 0, 10000, CUSTOMER)]
    assert (draft.off_by, draft.rule) == (0, "rebate-accrual")


@pytest.mark.parametrize(
    ("before", "change", "rule"),
    [(D(4000), 6000, "rebate-accrual"), (D(12000), -2000, "rebate-reversal")],
)
def test_an_accrual_books_the_difference_and_a_reversal_takes_it_back(before, change, rule):
    accounts = RebateAccounts.of("ASBE", RebateForm.OFFSET)
    draft = accrual_draft(earned("offset"), accounts, LAST, accrued=before)
    assert told(draft)[1] == ("2241", 0, change, CUSTOMER)
    assert (draft.off_by, draft.rule) == (0, rule)


def test_nothing_is_booked_where_nothing_changes():
    accounts = RebateAccounts.of("ASBE", RebateForm.OFFSET)
    assert accrual_draft(earned("offset"), accounts, LAST, accrued=D(10000)) is None
    assert settlement_draft(earned("offset", amount=0), accounts, LAST) is None


@pytest.mark.parametrize(
    ("form", "lines", "red"),
    [
        (
            "cash",
            [("2241", 10000, 0), ("2221", 0, -1300), ("1002", 0, 11300)],
            {"needed": True, "net": "10000.00", "tax": "1300.00"},
        ),
        (
            "offset",
            [("2241", 10000, 0), ("2221", 0, -1300), ("1122", 0, 11300)],
            {"needed": True, "net": "10000.00", "tax": "1300.00"},
        ),
        (
            "goods",
            [("2204", 10000, 0), ("6001", 0, 10000)],
            {"needed": False, "net": "10000.00", "tax": "1300.00"},
        ),
        (
            "next_order",
            [("2204", 10000, 0), ("6001", 0, 10000)],
            {"needed": False, "net": "10000.00", "tax": "1300.00"},
        ),
    ],
)
def test_each_form_of_a_rebate_has_its_voucher(form, lines, red):
    found = earned(form)
    draft = settlement_draft(found, RebateAccounts.of("ASBE-NEW", RebateForm(form)), LAST)
    assert [row[:3] for row in told(draft)] == lines
    assert draft.off_by == 0
    assert found.to_json()["red_invoice"] == red
    carried = {row[0] for row in told(draft) if row[3] == CUSTOMER}
    assert carried <= {"2241", "2204", "1122"}


def test_charts_without_contract_liabilities_owe_goods_as_advances():
    assert RebateAccounts.of("ASSBE", RebateForm.GOODS).accrued == "2203"


def test_groups_and_returns_are_shown_with_their_facts_and_forfeit_nothing():
    pumps = clause("whole", rate=D("0.01"), groups=("泵",))
    sales = [
        sale("01-05", 1000, group="泵", invoice="F1"),
        sale("01-06", 500, group="阀", invoice="F2"),
        sale("02-01", -100, group="泵", invoice="F3"),
        sale("02-02", -50, group="阀", invoice="F4"),
    ]
    found = rebate(pumps, sales, **YEAR)
    assert (found.volume, found.entitlement) == (900, 9)
    said = [(one.zh, one.en, one.met, dict(one.facts)) for one in found.conditions]
    assert said == [
        ("只计 泵", "only 泵 count", True, {"invoices": 1, "outside": "450.00"}),
        (
            "退货已扣除",
            "returns deducted",
            True,
            {"returns": ["F3"], "returned": "-100.00"},
        ),
    ]
    gross = rebate(attrs.evolve(pumps, returns_deducted=False), sales, **YEAR)
    assert (gross.volume, gross.conditions[1].zh) == (1000, "退货不扣")
    none = rebate(attrs.evolve(pumps, groups=("管",)), sales, **YEAR)
    assert [(one.met, one.forfeits) for one in none.conditions] == [(False, False)]
    assert none.is_earned

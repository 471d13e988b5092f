"""Sides, accounts, people, currencies and auxiliary members."""

from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import CheckSettings, check
from kamcore.books.check.accounts import undamaged
from kamcore.model.entity import Entity
from kamcore.model.scheme import CodeScheme
from kamcore.model.voucher import Line
from small_books import books, cr, dr, voucher

CHART = {
    "1122": "应收账款",
    "2221": "应交税费",
    "6001": "主营业务收入",
    "6111": "投资收益",
    "6601": "销售费用",
    "6603": "财务费用",
    "4103": "本年利润",
}


def chart(**dimensions):
    return pl.DataFrame(
        {
            "code": list(CHART),
            "name": list(CHART.values()),
            "dimensions": [dimensions.get(f"of_{code}") for code in CHART],
        },
        schema_overrides={"dimensions": pl.String},
    )


def codes(made, settings=None):
    return [problem.code for problem in check(made, settings)]


def test_a_line_with_a_quantity_or_a_foreign_amount_is_not_empty():
    lines = (
        dr("1405", 0, quantity=3),
        dr("1002", 0, currency="USD", fx_debit=10),
        dr("1122", 5),
        cr("2202", 5),
    )
    assert codes(books(voucher(1, *lines))) == []


def test_a_line_whose_amounts_were_not_read_has_none():
    line = Line(account="1405", debit=None, credit=None, quantity=Decimal(3))
    assert codes(books(voucher(1, line))) == ["B2401"]


def test_zero_on_the_unused_side_is_not_a_second_side():
    assert codes(books(voucher(1, dr("1122", "-5"), cr("6001", "-5")))) == []


def test_closing_vouchers_may_turn_the_sides():
    closing = voucher(1, dr("6001", 100), cr("6601", 30), cr("4103", 70))
    assert codes(books(closing, accounts=chart())) == []


def test_gains_and_losses_have_both_sides():
    made = books(voucher(1, dr("6111", 5), cr("1122", 5)), accounts=chart())
    assert codes(made) == []


def test_exchange_gains_may_be_credited():
    gain = cr("6603", 5)
    abroad = dr("1122", 5, currency="USD", fx_debit=Decimal(0), rate=Decimal("7.2"))
    assert codes(books(voucher(1, abroad, gain), accounts=chart())) == []
    assert codes(books(voucher(1, dr("1122", 5), gain), accounts=chart())) == ["B2404"]
    named = pl.concat(
        [
            chart().select("code", "name"),
            pl.DataFrame({"code": ["6603.03"], "name": ["汇兑损益"]}),
        ]
    )
    assert codes(books(voucher(1, dr("1122", 5), cr("6603.03", 5)), accounts=named)) == []


def test_a_red_entry_is_the_right_side():
    made = books(voucher(1, dr("1122", "-5"), cr("6001", "-5")), accounts=chart())
    assert codes(made) == []


def test_a_red_entry_on_the_wrong_side_is_turned_too():
    made = books(voucher(1, dr("6001", "-5"), cr("1122", "-5")), accounts=chart())
    (problem,) = check(made)
    assert (problem.code, problem.facts["proposed"]) == ("B2403", Decimal("5.00"))


def test_sides_are_not_judged_without_a_known_chart():
    assert codes(books(voucher(1, dr("5001", 5), cr("1122", 5)))) == []


def test_production_cost_of_one_chart_is_income_of_another():
    small = pl.DataFrame(
        {
            "code": ["3103", "5001", "5602", "1122", "4001"],
            "name": ["本年利润", "主营业务收入", "管理费用", "应收账款", "生产成本"],
        }
    )
    line = (dr("5001.01", 5), cr("1122", 5))
    assert codes(books(voucher(1, *line), accounts=small)) == ["B2403", "B2502"]


def test_a_chart_gathered_from_the_lines_proves_nothing():
    listed = pl.DataFrame({"code": ["1122"], "name": ["应收账款"]})
    made = books(voucher(1), accounts=listed)
    assert codes(made) == []
    assert codes(made, CheckSettings(lists_complete=True)) == ["B2502"]
    assert codes(books(voucher(1), accounts=chart())) == ["B2502"]
    assert codes(books(voucher(1), accounts=chart()), CheckSettings(lists_complete=False)) == []


def test_separators_do_not_make_an_account_unknown():
    listed = pl.DataFrame({"code": ["1122.01", "2202", "6602.03"]})
    assert codes(books(voucher(1, dr("112201", 1), cr("2202", 1)), accounts=listed)) == []


def test_an_unknown_account_is_told_once_with_its_lines():
    made = books(voucher(1), voucher(2), accounts=chart())
    (problem,) = check(made)
    assert (problem.value, problem.facts, problem.place.row) == ("2202", {"count": 2}, 3)


@pytest.mark.parametrize(
    ("code", "before"),
    [
        ("6601.3", "6601.30"),
        ("6601.30", None),
        ("6601.03", None),
        ("6601", None),
        ("6601.01.1", None),
        ("1.12201E+05", "112201"),
        ("1.12201e5", "112201"),
        ("1.5E+00", None),
        ("112,201", "112201"),
        ("1122.0", "1122"),
        ("1122.00", "1122"),
        ("现金", None),
        ("", None),
    ],
)
def test_a_code_that_became_a_number_is_seen(code, before):
    assert undamaged(code, CodeScheme((4, 2), "."), known=["1122"]) == before


def test_one_digit_levels_are_sound_where_the_scheme_has_them():
    lines = (dr("6601.3", 1), cr("6601.4", 1))
    assert codes(books(voucher(1, *lines))) == []
    stated = Entity(scheme=CodeScheme((4, 2), "."))
    assert codes(books(voucher(1, *lines), entity=stated)) == ["B2503", "B2503"]


def test_a_preparer_may_review_where_the_settings_allow_it():
    made = books(voucher(1, preparer="张三", reviewer="张三"))
    assert codes(made) == ["B2601"]
    assert codes(made, CheckSettings(own_review=True)) == []
    assert codes(made, CheckSettings(own_reviewers=["张三"])) == []
    assert codes(books(voucher(1, preparer="张三", reviewer="李四"))) == []
    assert codes(books(voucher(1, preparer="", reviewer=""))) == []


def usd(base, fx, rate, **more):
    line = dr("1122", base, currency="USD", fx_debit=Decimal(fx), rate=Decimal(rate), **more)
    return books(voucher(1, line, cr("2202", base)), entity=more.get("entity"))


@pytest.mark.parametrize(
    ("base", "fx", "rate", "right"),
    [
        ("71710.00", "10000", "7.171", True),
        ("71710.01", "10000", "7.1710", True),
        ("71711.00", "10000", "7.1710", False),
        ("71710.50", "10000", "7.1710", True),
        ("-71710.00", "-10000", "7.171", True),
        ("390.00", "0", "7.189", True),
        ("7.18", "1", "7.175", True),
        ("7.19", "1", "7.175", False),
        # Foreign units per unit of base: some ledgers divide.
        ("71710.00", "10000", "0.139451", True),
    ],
)
def test_a_base_amount_agrees_with_its_rate(base, fx, rate, right):
    assert codes(usd(base, fx, rate)) == ([] if right else ["B2701"])


def test_the_tolerance_may_be_set():
    assert codes(usd("71711.00", "10000", "7.1710"), None) == ["B2701"]
    made = usd("71711.00", "10000", "7.1710")
    assert codes(made, CheckSettings(tolerance=Decimal(1))) == []
    assert codes(made, CheckSettings(rate_decimals=3)) == []
    with pytest.raises(TypeError, match="never float"):
        CheckSettings(tolerance=0.5)


def test_a_base_line_with_a_rate_of_one_is_not_asked():
    line = dr("1122", 5, currency="CNY", fx_debit=Decimal(5), rate=Decimal(1))
    assert codes(books(voucher(1, line, cr("2202", 5)))) == []


@pytest.mark.parametrize(
    ("currency", "fx", "right"),
    [
        ("USD", "1.25", True),
        ("USD", "1.255", False),
        ("JPY", "10", True),
        ("JPY", "10.5", False),
        ("KWD", "1.255", True),
        ("KWD", "1.2555", False),
    ],
)
def test_an_amount_has_no_more_decimals_than_its_currency(currency, fx, right):
    line = dr("1122", 5, currency=currency, fx_debit=Decimal(fx))
    assert codes(books(voucher(1, line, cr("2202", 5)))) == ([] if right else ["B2702"])


def test_the_base_currency_has_its_decimals_too():
    made = books(
        voucher(1, dr("1122", "1.5"), cr("2202", "1.5")), entity=Entity(base_currency="JPY")
    )
    assert codes(made) == ["B2702", "B2702"]


def test_a_required_member_is_asked_of_each_dimension():
    accounts = chart(of_1122="customer, project")
    line = dr("1122", 1, aux={"customer": "01"})
    (problem,) = check(books(voucher(1, line, cr("6001", 1)), accounts=accounts))
    assert (problem.code, problem.facts["dimension"]) == ("B2801", "项目")


def test_a_member_list_gathered_from_the_lines_proves_nothing():
    line = dr("1122", 1, aux={"customer": "9999"})

    def listed(dimension, code):
        return pl.DataFrame({"dimension": [dimension], "code": [code]})

    def told(members, settings=None):
        return codes(books(voucher(1, line, cr("2202", 1)), members=members), settings)

    assert told(listed("customer", "9999")) == []
    assert told(listed("supplier", "0001")) == []
    assert told(listed("customer", "0001")) == ["B2802"]
    assert told(listed("customer", "0001"), CheckSettings(lists_complete=False)) == []

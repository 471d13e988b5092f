"""Currencies: spellings of ledgers and decimals of ISO 4217."""

import pytest

from kamcore.model.currency import currencies, currency_code, decimals_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CNY", "CNY"),
        ("RMB", "CNY"),
        ("rmb", "CNY"),
        ("人民币", "CNY"),
        (" 人 民 币 ", "CNY"),
        ("BB01", "CNY"),
        ("PRE001", "CNY"),
        ("￥", "CNY"),
        ("¥", "CNY"),
        ("美元", "USD"),
        ("ＵＳＤ", "USD"),
        ("美元(USD)", "USD"),
        ("USD 美元", "USD"),
        ("01-人民币", "CNY"),
        ("港元", "HKD"),
        ("日元", "JPY"),
        ("欧元", "EUR"),
        ("美元/人民币", None),
        ("综合本位币", None),
        ("XYZ", None),
        ("", None),
        (None, None),
    ],
)
def test_a_currency_is_known_by_its_spellings(text, code):
    assert currency_code(text) == code


def test_decimals_are_those_of_the_standard():
    assert {code: decimals_of(code) for code in ("CNY", "USD", "JPY", "KRW", "KWD", "XTS")} == {
        "CNY": 2,
        "USD": 2,
        "JPY": 0,
        "KRW": 0,
        "KWD": 3,
        "XTS": 2,
    }
    assert decimals_of(None) == 2


def test_no_spelling_names_two_currencies():
    spellings = [
        word
        for currency in currencies().values()
        for word in {currency.code, currency.zh, *currency.aliases}
    ]
    assert len(spellings) == len(set(spellings))
    assert all(currency_code(c.zh) == code == c.code for code, c in currencies().items())

"""Numbers in Chinese summaries."""

import polars as pl
import pytest

from kamcore.matching.references import references

CASES = [
    ("货款 发票号００１２３４５－47、00012350", ["12345", "12346", "12347", "12350"]),
    ("付货款（票号：25332000000013795331）", ["25332000000013795331"]),
    ("No.13795214", ["13795214"]),
    ("发票13795228；13795231款", ["13795228", "13795231"]),
    ("发票号：001、002,005", ["1", "2", "5"]),
    ("号1-5", ["1", "2", "3", "4", "5"]),
    ("001-005", ["1", "2", "3", "4", "5"]),
    ("12345601至605", ["12345601", "12345602", "12345603", "12345604", "12345605"]),
    ("合同HT-2025-008货款", ["HT2025008"]),
    ("HT-2025-008~010", ["HT2025008", "HT2025009", "HT2025010"]),
    ("订单 PO20250012、PO20250013", ["PO20250012", "PO20250013"]),
    ("代码033002100211号码12345678", ["12345678", "3300210021112345678"]),
    ("033002100211 12345678", ["12345678", "3300210021112345678"]),
    ("发票尾号3456", ["3456"]),
    ("发票号20250131", ["20250131"]),
    ("25332000000013795331~333", [f"2533200000001379533{at}" for at in (1, 2, 3)]),
]
NOTHING = [
    "2025年3月5日 1,200元",
    "收3月份货款50000.00",
    "20250131货款",
    "1-3月货款",
    "扣返利1611.90",
    "支付2025-03-31货款 ¥12,345.67",
    "数量12000箱 85折",
    "2025.03 房租",
    "货款",
    "",
]


@pytest.mark.parametrize(("text", "keys"), CASES, ids=[text for text, _ in CASES])
def test_numbers_are_found(text, keys):
    assert references(pl.Series([text]))["key"].to_list() == sorted(keys)


@pytest.mark.parametrize("text", NOTHING)
def test_dates_amounts_and_quantities_are_no_numbers(text):
    assert references(pl.Series([text])).height == 0


def test_kinds_follow_the_word_before_the_number():
    found = references(pl.Series(["合同A-01 发票号12345678、12345699 订单PO889001 尾号7788"]))
    kinds = dict(found.select("key", "kind").iter_rows())
    assert kinds == {
        "A01": "contract",
        "12345678": "invoice",
        "12345699": "invoice",
        "PO889001": "order",
        "7788": "tail",
    }


def test_a_column_of_numbers_is_trusted_however_short():
    found = references(pl.Series(["7 12", "A-3"]), trusted=True)
    assert found["key"].to_list() == ["12", "7", "A3"]


def test_rows_are_kept_apart_and_nulls_have_none():
    found = references(pl.Series([None, "No.100200", "No.100300"]))
    assert found.select("row", "key").rows() == [(1, "100200"), (2, "100300")]


def test_a_range_that_is_too_wide_is_two_numbers():
    found = references(pl.Series(["发票号10000001~10009999"]))
    assert found["key"].to_list() == ["10000001", "10009999"]

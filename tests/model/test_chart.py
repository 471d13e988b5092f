"""Standard charts: tables, lookup by any spelling, and which family books follow."""

import csv
from pathlib import Path

import pytest

from kamcore.model.chart import FAMILIES, FAMILY_ZH, chart, detect_family, first_level, lookup
from kamcore.model.scheme import CodeScheme

SHARED = Path(__file__).parents[3] / "shared"


def names(family: str, codes: str) -> dict[str, str | None]:
    return {code: chart(family)[code].name for code in codes.split()}


def test_every_family_has_its_accounts():
    assert {family: len(chart(family)) for family in FAMILIES} == {
        "ASBE": 107,
        "ASBE-NEW": 128,
        "ASSBE": 66,
        "EAS2001": 18,
    }
    assert set(FAMILY_ZH) == set(FAMILIES)
    with pytest.raises(ValueError, match="no family"):
        chart("GAAP")


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="no folder of shared layouts")
def test_the_table_is_the_agreed_one():
    agreed = list(csv.reader((SHARED / "coa_cn.csv").read_text("utf-8").splitlines()))
    ours = Path(__file__).parents[2] / "src/kamcore/model/data/coa_cn.csv"
    assert list(csv.reader(ours.read_text("utf-8").splitlines())) == agreed


def test_the_same_number_means_different_things():
    assert lookup("5001", "ASBE").name == "生产成本"
    assert lookup("5001", "ASSBE").name == "主营业务收入"
    assert lookup("1131", "ASBE").name == "应收股利"
    assert lookup("1131", "EAS2001").name == "应收账款"
    assert (lookup("1501", "ASBE").name, lookup("1501", "ASBE-NEW").name) == (
        "持有至到期投资",
        "债权投资",
    )


@pytest.mark.parametrize(
    "code", ["1122", "1122.01", "112201", "1122001", "1122-01", "1122.01.01.01", "1122001001"]
)
def test_an_account_is_found_in_any_spelling(code):
    account = lookup(code, "ASBE")
    assert (account.name, account.category, account.direction) == ("应收账款", "资产", "debit")
    assert account.dimensions == ("customer",)
    assert lookup(code, "ASBE", CodeScheme((4, 2), ".")) == account


def test_an_unknown_account_is_none_and_not_guessed_from_its_digit():
    assert lookup("1999", "ASBE") is None
    assert lookup("", "ASBE") is None
    assert lookup("", "ASBE", CodeScheme()) is None
    assert lookup("11", "ASBE") is None


def test_contra_accounts_have_the_side_of_their_logic():
    assert lookup("1463", "ASBE-NEW").direction == "credit"
    assert lookup("2702", "ASBE").direction == "debit"


@pytest.mark.parametrize(
    ("accounts", "family"),
    [
        (names("ASBE", "1001 1122 4001 4103 5001 6001 6602"), "ASBE"),
        (names("ASSBE", "1001 1122 3001 3103 4001 5001 5602"), "ASSBE"),
        (names("EAS2001", "1001 1131 2121 3131 5101 5502"), "EAS2001"),
        (names("ASBE-NEW", "1001 1122 1462 2204 4001 6001 6602"), "ASBE-NEW"),
        # Numbers alone tell where no other family knows them.
        ({"112201": None, "600101": None, "660203": None}, "ASBE"),
        ({"1122.01": None, "5001.01": None, "5602.03": None, "3103": None}, "ASSBE"),
        ({"660101": None, "112201": None}, None),
        # Accounts every family has tell nothing.
        (names("ASBE", "1001 1002 1012"), None),
        ({"1001": "甲", "9999": "乙"}, None),
        ({}, None),
        ({"": "", "现金": "现金"}, None),
    ],
)
def test_the_family_is_told_by_number_and_name(accounts, family):
    assert detect_family(accounts).family == family


def test_a_renamed_account_does_not_count_against_a_family():
    accounts = names("ASBE", "1122 4103 6001") | {"6403": "营业税金及附加", "1001": "现金"}
    assert detect_family(accounts).family == "ASBE"
    assert detect_family(accounts).score == 100


def test_a_number_with_another_meaning_counts_against_a_family():
    accounts = names("ASSBE", "1122 3001 3103 4001 5001") | {"6001": "手续费收入"}
    assert detect_family(accounts).family == "ASSBE"


def test_a_guess_gives_its_reasons():
    named = detect_family(names("ASBE", "1001 4103 6001"))
    assert named.reason("zh") == "编号和名称都相符: 4103 本年利润, 6001 主营业务收入"
    assert named.reason() == "number and name agree: 4103 本年利润, 6001 主营业务收入"
    bare = detect_family({"600101": None, "6602": None})
    assert bare.reason("zh") == "只有编号可比, 相符: 6001 主营业务收入, 6602 管理费用"
    assert bare.reason("en").startswith("numbers only")


def test_the_first_level_of_a_code():
    assert first_level("1122.01") == first_level("1122001") == first_level("1122_1") == "1122"
    assert first_level("100.01") == "100"
    assert first_level("10001", CodeScheme((3, 2))) == "100"

"""``kamcore order compare --suppliers`` and ``kamcore order profit``."""

from decimal import Decimal

import openpyxl
import pytest

from command_line import kamcore

FORMS = """
[[item]]
code = "A"
cost = 6

[[sale]]
date = "2025-01-05"
customer = "1"
item = "A"
quantity = 5
amount = "56.50"
invoice = "F1"
paid = "2025-01-15"

[[sale]]
date = "2024-12-31"
customer = "1"
item = "A"
quantity = 5
amount = "56.50"

[[purchase]]
date = "2025-01-02"
supplier = "S1"
item = "A"
quantity = 10
amount = 60

[[purchase]]
date = "2025-01-03"
supplier = "S2"
item = "A"
quantity = 10
amount = 66
"""
PERIOD = ("--from", "2025-01-01", "--to", "2025-12-31", "--rate", "36.5%")


@pytest.fixture
def forms(tmp_path):
    path = tmp_path / "forms.toml"
    path.write_text(FORMS, "utf-8")
    return str(path)


def test_one_product_over_its_suppliers(forms):
    found = kamcore("order", "compare", forms, "--suppliers", "--item", "A", "--json")
    keys = ("supplier", "quantity", "average", "above_best")
    assert [tuple(row[key] for key in keys) for row in found.json["rows"]] == [
        ("S2", "10", "6.60", "0.1000"),
        ("S1", "10", "6.00", "0.0000"),
    ]
    assert found.code == 0


@pytest.mark.parametrize(("lang", "head"), [("zh", "供应商"), ("en", "supplier")])
def test_the_table_names_suppliers(forms, lang, head):
    assert head in kamcore("order", "compare", forms, "--suppliers", KAMCORE_LANG=lang).text


def test_what_a_customer_leaves_in_a_period(forms):
    found = kamcore("order", "profit", forms, *PERIOD, "--json")
    (row,) = found.json["rows"]
    # 50.00 without tax, less 5 x 6, less 56.50 for 10 days at 36.5 %: 0.565, rounded up.
    assert row == {
        "customer": "1",
        "gross": "50.00",
        "discount": "0.00",
        "revenue": "50.00",
        "rebate": "0.00",
        "cost": "30.00",
        "finance": "0.57",
        "contribution": "19.43",
        "margin": "0.3886",
    }
    assert found.json["policy"] == {"annual_rate": "0.365", "year_days": 365}


LIST = """
[[price]]
id = "LS"
kind = "retail"
item = "A"
price = "22.60"
[[price]]
id = "LS-9"
kind = "retail"
item = "A"
customer = "1"
price = 1
[[sale]]
date = "2025-02-01"
customer = "1"
item = "A"
quantity = -1
amount = "-11.30"
[[sale]]
date = "2025-02-01"
customer = "1"
item = "B"
quantity = 1
amount = "113"
"""


def test_the_discount_is_the_list_price_less_what_was_invoiced(forms, tmp_path):
    more = tmp_path / "list.toml"
    more.write_text(LIST, "utf-8")
    found = kamcore("order", "profit", forms, str(more), *PERIOD, "--json")
    (row,) = found.json["rows"]
    # 5 at 20.00 and one taken back, less half price; B has no list price and so no discount.
    assert (row["gross"], row["discount"], row["revenue"]) == ("180.00", "40.00", "140.00")
    plain = kamcore("order", "profit", forms, *PERIOD, "--json").json["rows"][0]
    assert plain["contribution"] == "19.43"
    shown = kamcore("order", "profit", forms, str(more), *PERIOD, KAMCORE_LANG="zh").text
    assert "标价收入" in shown


def test_an_item_without_a_cost_is_said(forms, tmp_path):
    more = tmp_path / "more.toml"
    more.write_text(
        '[[sale]]\ndate="2025-02-01"\ncustomer="2"\nitem="B"\nquantity=1\namount=113', "utf-8"
    )
    found = kamcore("order", "profit", forms, str(more), *PERIOD, "--json")
    assert [(one["code"], one["value"]) for one in found.json["problems"]] == [("Q1501", "B")]


def test_the_contributions_as_a_workbook(forms, tmp_path):
    out = tmp_path / "profit.xlsx"
    assert kamcore("order", "profit", forms, *PERIOD, "-o", str(out), KAMCORE_LANG="zh").code == 0
    sheet = openpyxl.load_workbook(out, data_only=True)["利润贡献"]
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "客户利润贡献表" in cells
    shown = {Decimal(str(cell)) for cell in cells if isinstance(cell, int | float)}
    assert {Decimal(50), Decimal(30), Decimal("19.43")} <= shown


def test_a_rate_that_is_no_figure_is_refused(forms):
    found = kamcore("order", "profit", forms, *PERIOD[:-1], "x", "--json")
    assert (found.code, found.json["error"]["code"]) == (2, "U1004")

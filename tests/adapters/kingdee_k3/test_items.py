"""Items packed in one cell."""

import pytest

from kamcore.adapters.kingdee_k3.items import Packing, dimension_ids


def split(text, *others, categories=()):
    packing = Packing.of([text, *others], categories)
    cell = packing.split(text)
    return [item.text() for item in cell.items], [fault.code for fault, _, _ in cell.faults]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("客户---001---某公司", ["客户---001---某公司"]),
        ("客户---130-0006---甲-乙", ["客户---130-0006---甲-乙"]),
        ("供应商---S005---流萤---电力站", ["供应商---S005---流萤---电力站"]),
        (
            "客户---0004---双木||联采社||部门---03---销售一部",
            ["客户---0004---双木||联采社", "部门---03---销售一部"],
        ),
        (
            "客户---0006---岑石,砚山社,部门---04---销售二部",
            ["客户---0006---岑石,砚山社", "部门---04---销售二部"],
        ),
        ("部门--023--财务部", ["部门---023---财务部"]),
        ("项目---P04", ["项目---P04---"]),
        (
            "部门---04---二部||项目---P03---甲乙||联合||渠道---Q4---线下---专柜",
            ["部门---04---二部", "项目---P03---甲乙||联合", "渠道---Q4---线下---专柜"],
        ),
    ],
)
def test_items_are_taken_apart_at_known_categories(text, items):
    assert split(text) == (items, [])


def test_a_category_known_from_another_cell_begins_an_item():
    assert split("项目---1---a,车间---2", "车间---2---b,部门---1---c") == (
        ["项目---1---a", "车间---2---"],
        [],
    )
    assert split("项目---1---a,车间---2", categories=["车间"])[0] == [
        "项目---1---a",
        "车间---2---",
    ]


@pytest.mark.parametrize(
    ("text", "items", "codes"),
    [
        ("B01", [], ["K2011"]),
        ("---B01---x", [], ["K2011"]),
        ("客户------某公司", [], ["K2014"]),
        ("客户---1---a||客户---2---b", ["客户---1---a"], ["K2013"]),
    ],
)
def test_what_cannot_be_an_item_is_said(text, items, codes):
    assert split(text) == (items, codes)


def test_the_order_of_labels_agrees_with_every_cell():
    texts = [
        "部门---1---a||项目---2---b",
        "客户---1---a||部门---1---b",
        "项目---1---x||渠道---1---y",
    ]
    labels = Packing.of(texts).labels
    assert labels == ("客户", "部门", "项目", "渠道")


def test_two_labels_of_one_dimension_stay_apart():
    assert dimension_ids(["个人", "职员"]) == {"职员": "employee", "个人": "个人"}
    assert dimension_ids(["个人"]) == {"个人": "employee"}

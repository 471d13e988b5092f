"""Auxiliaries packed into one cell."""

import polars as pl
import pytest

from kamcore.model.layout import Packing
from kamcore.vouchers.packed import unpack

BRACKETS = Packing(opening="【", closing="】", colon="：", code_mark="\\")
PLAIN = Packing()


@pytest.mark.parametrize(
    ("text", "packing", "items"),
    [
        ("【客户：甲】【部门：乙】", BRACKETS, [("客户", "甲"), ("部门", "乙")]),
        ("【项目：甲【2025】乙【0001】号】", BRACKETS, [("项目", "甲【2025】乙【0001】号")]),
        ("【客户：】", BRACKETS, []),
        ("【备注：时间：九点】", BRACKETS, [("备注", "时间：九点")]),
        ("客户:甲;部门:乙", PLAIN, [("客户", "甲"), ("部门", "乙")]),
        ("客户:甲;", PLAIN, [("客户", "甲")]),
    ],
)
def test_items(text, packing, items):
    """formats/yonyou.md section 3b: match balanced brackets, begin items at depth 0 only."""
    found = unpack(pl.Series([text]), packing)
    assert found.items.select("label", "name").rows() == items
    assert found.faults == {}


@pytest.mark.parametrize(
    ("text", "packing"),
    [
        ("【客户：甲", BRACKETS),
        ("客户：甲】", BRACKETS),
        ("【客户甲】", BRACKETS),
        ("甲【客户：甲】", BRACKETS),
        ("客户", PLAIN),
        (":甲", PLAIN),
    ],
)
def test_texts_that_are_not_packed_so(text, packing):
    assert list(unpack(pl.Series([text]), packing).faults) == [text]


def test_distinct_texts_are_taken_apart_once():
    texts = ["【客户：01\\甲】", None, "【客户：01\\甲】", "【", "【部门：乙】"]
    found = unpack(pl.Series(texts), BRACKETS)
    assert found.items.rows() == [
        ("【客户：01\\甲】", "客户", "01", "甲"),
        ("【部门：乙】", "部门", "乙", "乙"),
    ]
    assert list(found.faults) == ["【"]


def test_a_label_that_occurs_twice_is_said_and_the_first_counts():
    found = unpack(pl.Series(["客户:甲;客户:乙"]), PLAIN)
    assert found.items["name"].to_list() == ["甲"]
    assert [fault.code for fault in found.faults.values()] == ["G1724"]

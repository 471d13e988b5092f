"""Packed auxiliary texts taken apart."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamcore.adapters.yonyou_nc_detail.columns import PACKING
from kamcore.vouchers.packed import unpack


def items(text):
    found = unpack(pl.Series([text], dtype=pl.String), PACKING)
    fault = found.faults.get(text)
    return dict(found.items.select("label", "code").rows()), fault and fault.code


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("【部门：销售一部】", {"部门": "销售一部"}),
        ("【部门：甲】【客商：乙】", {"部门": "甲", "客商": "乙"}),
        ("【部门：甲】 【客商：乙】", {"部门": "甲", "客商": "乙"}),
        ("【部门:甲】", {"部门": "甲"}),
        ("【客商：a：b:c】", {"客商": "a：b:c"}),
        ("【部门：】【客商：乙】", {"客商": "乙"}),
        ("【绩效部门hl：直营】", {"绩效部门hl": "直营"}),
    ],
)
def test_items_are_labels_and_values(text, said):
    """Auxiliary: full-width brackets and colon; order differs; types are the site's own (3b)."""
    assert items(text) == (said, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "【项目：甲【2025】乙【0001】号】【部门：丙】",
            {"项目": "甲【2025】乙【0001】号", "部门": "丙"},
        ),
        ("【客商：【特约】甲】", {"客商": "【特约】甲"}),
        ("【项目：甲【乙【丙】】】", {"项目": "甲【乙【丙】】"}),
        ("【项目：【【【【深】】】】】【部门：丁】", {"项目": "【【【【深】】】】", "部门": "丁"}),
    ],
)
def test_a_value_may_hold_brackets(text, said):
    """Match balanced brackets, and start a new item only at depth 0 (3b)."""
    assert items(text) == (said, None)


@pytest.mark.parametrize(
    ("text", "said", "code"),
    [
        ("【部门：甲】【渠道：直营", {"部门": "甲"}, "G1721"),
        ("【部门：甲【乙】【渠道：丙】", {}, "G1721"),
        ("甲【部门：乙】", {"部门": "乙"}, "G1722"),
        ("【部门：乙】丙】", {"部门": "乙"}, "G1722"),
        ("【部门：乙】丙【客商：丁】", {"部门": "乙", "客商": "丁"}, "G1722"),
        ("销售一部", {}, "G1722"),
        ("【销售一部】【部门：乙】", {"部门": "乙"}, "G1723"),
        ("【：乙】", {}, "G1723"),
        ("【部门：甲】【部门：乙】", {"部门": "甲"}, "G1724"),
    ],
)
def test_what_is_broken_is_said_and_the_rest_read(text, said, code):
    assert items(text) == (said, code)


NAME = st.text(st.sampled_from("甲乙丙ab1【】"), min_size=1, max_size=6).filter(
    lambda text: text.count("【") == text.count("】") and _balanced(text)
)


def _balanced(text):
    depth = 0
    for mark in text:
        depth += (mark == "【") - (mark == "】")
        if depth < 0:
            return False
    return True


@given(st.dictionaries(st.sampled_from(["客商", "部门", "项目", "车间x"]), NAME, min_size=1))
def test_what_is_packed_comes_back(said):
    text = "".join(f"【{label}：{value}】" for label, value in said.items())
    assert items(text) == (said, None)


@given(st.lists(st.text(st.sampled_from("甲【】：: \n\\"), max_size=12), max_size=5))
def test_any_text_is_taken_apart_without_a_crash(texts):
    found = unpack(pl.Series(texts, dtype=pl.String), PACKING)
    assert found.items.null_count().sum_horizontal().item() == 0

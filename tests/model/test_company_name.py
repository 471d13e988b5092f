"""Company names: what two spellings share, and what tells two parties apart."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamcore.model.company_name import Alias, Aliases, CompanyName, normalised


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华联商厦有限公司", "华联商厦有限责任公司"),
        ("华联（上海）商厦有限公司", "华联(上海) 商厦有限公司"),
        ("华联【上海】商厦有限公司", "华联上海商厦有限公司"),
        ("華聯貿易有限公司", "华联贸易有限公司"),
        ("ＡＢＣ电器有限公司", "abc 电器有限公司"),
        ("华联(集团)有限责任公司", "华联集团有限公司"),
        ("华联商厦有限公司（原名：第一百货）", "华联商厦有限公司"),
        ("华联商厦有限公司(已停用)", "华联商厦有限公司"),
        ("华联商厦有限公司（苏州分公司）", "华联商厦有限公司苏州分公司"),
        ("甲行股份有限公司上海市分行", "甲行股份有限公司上海分行"),
        ("Acme Trading Co., Ltd.", "ACME TRADING CO LTD"),
        ("Acme Trading Limited", "acme trading ltd."),
        ("东方·商贸，有限公司", "东方商贸有限公司"),
    ],
)
def test_spellings_of_one_name_agree(one, other):
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华联（上海）商厦有限公司", "华联（苏州）商厦有限公司"),
        ("华联商厦有限公司", "华联商厦有限公司苏州分公司"),
        ("华联商厦有限公司苏州分公司", "华联商厦有限公司无锡分公司"),
        ("华联商厦有限公司（二厂）", "华联商厦有限公司"),
        ("华联集团有限公司", "华联有限公司"),
        ("华联商厦股份有限公司", "华联商厦有限公司"),
    ],
)
def test_different_parties_stay_apart(one, other):
    assert normalised(one) != normalised(other)


def test_form_and_order_are_left_out_of_the_key():
    names = ("上海华联贸易有限公司", "华联贸易（上海）公司", "上海市华联贸易股份有限公司")
    assert {CompanyName.of(name).key for name in names} == {("华联贸易", "上海", "")}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("上海华联商厦股份有限公司浦东分公司", ("华联商厦", "上海", "浦东分公司", "股份有限公司")),
        ("中兴银行股份有限公司上海市分行", ("中兴银行", "", "上海分行", "股份有限公司")),
        ("华联商厦苏州分公司", ("华联商厦", "", "苏州分公司", "")),
        ("华联商厦有限公司（杭州）", ("华联商厦", "杭州", "", "有限公司")),
        ("海南航空", ("海南航空", "", "", "")),
        ("张三", ("张三", "", "", "")),
        ("有限公司", ("有限公司", "", "", "")),
        ("", ("", "", "", "")),
    ],
)
def test_a_name_is_taken_apart(text, parts):
    name = CompanyName.of(text)
    assert (name.core, name.region, name.branch, name.form) == parts


def test_old_names_are_kept_apart():
    name = CompanyName.of("华联商厦有限公司（曾用名：第一百货有限责任公司）")
    assert name.former == ("第一百货有限公司",)
    assert "百货" not in name.full


def test_a_branch_is_not_its_head_office():
    head = CompanyName.of("华联商厦有限公司")
    branches = [CompanyName.of(f"华联商厦有限公司{place}分公司") for place in ("苏州", "无锡")]
    assert all(head.is_other_branch(branch) for branch in branches)
    assert branches[0].is_other_branch(branches[1])
    assert not head.is_other_branch(CompanyName.of("华联商厦有限责任公司"))


@given(
    st.text(max_size=20) | st.from_regex(r"[上海华联（）()有限公司分 原]{0,16}", fullmatch=True)
)
def test_any_text_has_parts_without_marks(text):
    name = CompanyName.of(text)
    assert all(char.isalnum() for part in (name.full, name.core) for char in part if char > "/")
    assert not set("（）() ") & set(name.full)
    assert bool(name.core) or not name.full


@given(st.sampled_from(["", "上海", "（上海）"]), st.text("甲乙丙丁", min_size=2, max_size=4))
def test_what_is_normalised_stays_as_it_is(place, word):
    once = normalised(f"{word}{place}贸易有限责任公司（原：旧号）")
    assert normalised(once) == once


def test_an_alias_holds_on_its_days():
    table = Aliases.of(
        [
            Alias(name="一百", party="C01", until=dt.date(2024, 12, 31)),
            Alias(name="一百", party="C02", since=dt.date(2025, 1, 1)),
            Alias(name="老号", party="C03"),
        ]
    )
    assert table.party("一 百", dt.date(2024, 12, 31)) == "C01"
    assert table.party("一百", dt.date(2025, 1, 1)) == "C02"
    assert table.parties("一百") == ("C01", "C02")
    assert table.party("一百") is None
    assert table.party("老号", dt.date(1999, 1, 1)) == "C03"
    assert table.names("C03") == ("老号",)
    assert table.names("C01", dt.date(2025, 6, 1)) == ()

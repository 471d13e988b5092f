"""Who is whom in two sets of books."""

import datetime as dt

import polars as pl
import pytest

from kamcore.errors import UsageError
from kamcore.matching.parties.identifying import link_all, link_one
from kamcore.matching.parties.sides import Side, control_accounts
from kamcore.matching.two_sided.reconciling import reconcile
from kamcore.model.company_name import Alias, Aliases
from kamcore.model.entity import Entity
from small_books import books, cr, dr, voucher

OURS = (("K1", "甬江样例商贸有限公司", "91310000MA1TEAT03R"), ("K2", "南湖样例五金城", None))


def ours(members=OURS, owner=""):
    rows = [("customer", *row) for row in members]
    names = ["dimension", "code", "name", "credit_code"]
    made = [
        voucher(at, dr("1122", f"{at}00.11", aux={"customer": row[0]}), cr("6001", f"{at}00.11"))
        for at, row in enumerate(members, start=1)
    ]
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return books(*made, members=table, entity=Entity(name=owner))


def theirs(members, owner=""):
    rows = [("supplier", *row) for row in members]
    names = ["dimension", "code", "name", "credit_code"]
    made = [
        voucher(at, dr("1405", f"{at}00.11"), cr("2202", f"{at}00.11", aux={"supplier": row[0]}))
        for at, row in enumerate(members, start=1)
    ]
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return books(*made, members=table, entity=Entity(name=owner))


def sides(mine, other):
    return (
        Side(frames=mine, accounts=control_accounts(mine, "receivable")),
        Side(frames=other, accounts=control_accounts(other, "payable"), mirrored=True),
    )


def found(links):
    rows = links.frame.select("party", "theirs_member", "how").iter_rows()
    return sorted(rows)


def test_credit_code_then_name_then_code():
    there = theirs(
        (
            ("A", "另一个名字", "91310000MA1TEAT03R"),
            ("B", "南湖样例 五金城", None),
            ("K3", None, None),
        )
    )
    here = ours((*OURS, ("K3", "第三家样例公司", None)))
    assert found(link_all(*sides(here, there))) == [
        ("K1", "A", "credit_code"),
        ("K2", "B", "name"),
        ("K3", "K3", "code"),
    ]


def test_a_mapping_comes_first_and_an_alias_before_the_name():
    there = theirs((("A", "老五金城", None), ("B", "甬江样例商贸有限公司", None)))
    aliases = Aliases.of([Alias(name="老五金城", party="K2")])
    assert found(link_all(*sides(ours(), there), {"K1": "A"}, aliases)) == [("K1", "A", "mapping")]
    assert found(link_all(*sides(ours(), there), None, aliases)) == [
        ("K1", "B", "name"),
        ("K2", "A", "alias"),
    ]


def test_one_code_for_two_companies_links_nobody():
    there = theirs((("K1", "完全不同的公司", None), ("K2", "南湖样例五金城", None)))
    links = link_all(*sides(ours(), there))
    assert found(links) == [("K2", "K2", "name")]
    assert links.loose_ours["member"].to_list() == ["K1"]
    assert links.loose_theirs["member"].to_list() == ["K1"]


def test_a_branch_is_not_its_head_office():
    here = ours((("K1", "华联商厦有限公司", None), ("K2", "南湖样例五金城", None)))
    there = theirs((("A", "华联商厦有限公司苏州分公司", None), ("B", "南湖样例五金城", None)))
    assert found(link_all(*sides(here, there))) == [("K2", "B", "name")]


def test_a_party_is_named_by_a_part_of_its_name():
    there = theirs((("G1", "海门远山食品有限公司", None),))
    links = link_one(*sides(ours(), there), "甬江")
    assert found(links) == [("K1", "G1", "single")]


def test_we_are_found_in_their_books_by_our_own_name():
    there = theirs((("G1", "别的供应商", None), ("G2", "海门远山食品有限责任公司", None)))
    links = link_one(*sides(ours(owner="海门远山食品有限公司"), there), "K2")
    assert found(links) == [("K2", "G2", "name")]


def test_without_any_name_the_amounts_say_it_and_it_is_said():
    here = books(
        *(
            voucher(at, dr("1122", f"{at}7.31", aux={"customer": "K1"}), cr("6001", f"{at}7.31"))
            for at in range(1, 6)
        )
    )
    there = books(
        *(
            voucher(
                at, dr("1405", f"{at}7.31"), cr("2202", f"{at}7.31", aux={"supplier": supplier})
            )
            for at, supplier in enumerate(("G2", "G2", "G2", "G1", "G2"), start=1)
        )
    )
    assert found(link_one(*sides(here, there), "K1")) == [("K1", "G2", "amounts")]


def test_amounts_that_do_not_tell_two_apart_are_no_answer():
    there = theirs((("G1", None, None), ("G2", None, None)))
    with pytest.raises(UsageError) as raised:
        link_one(*sides(ours(), there), "K1")
    assert raised.value.code == "M2303"
    assert found(link_one(*sides(ours(), there), "K1", "G2")) == [("K1", "G2", "given")]


@pytest.mark.parametrize(("text", "code"), [("没有的", "M2301"), ("样例", "M2302")])
def test_no_party_and_several_are_refused(text, code):
    there = theirs((("G1", None, None),))
    with pytest.raises(UsageError) as raised:
        link_one(*sides(ours(), there), text)
    assert raised.value.code == code


def test_books_without_a_common_party_are_refused():
    with pytest.raises(UsageError) as raised:
        link_all(*sides(ours(), theirs((("X", "谁也不是", None),))))
    assert raised.value.code == "M2304"


def test_the_owner_of_their_books_is_the_party_asked_about():
    there = theirs((("G1", "海门远山食品有限公司", None),), owner="南湖样例五金城")
    result = reconcile(ours(), there, as_of=dt.date(2025, 3, 31))
    assert result.parties["party"].to_list() == ["K2"]

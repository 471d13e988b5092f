"""Joining exports: repeats once, conflicts named, gaps and changes told."""

import datetime as dt
from decimal import Decimal

import attrs
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.books import Books
from kamcore.books.content_key import content_keys
from kamcore.books.merging import Export, Gap, merge
from kamcore.model.entity import Entity
from matching_books import members
from small_books import books, cr, dr, voucher

FEBRUARY = dt.date(2025, 2, 10)
APRIL = dt.date(2025, 4, 10)


def sale(number, amount, *, date=dt.date(2025, 1, 15), summary="货款", customer="01", **more):
    aux = {"customer": customer}
    lines = (dr("1122.01", amount, summary=summary, aux=aux), cr("6001", amount, summary=summary))
    return voucher(number, *lines, date=date, **more)


def exports(*sets):
    return [Export(f"{index}.xls", one) for index, one in enumerate(sets, start=1)]


def amounts(merging):
    lines = merging.books.lines.filter(pl.col("debit") != 0)
    return [(row["voucher_id"], int(row["debit"])) for row in lines.iter_rows(named=True)]


def test_months_are_joined_and_an_overlap_stands_once():
    january = books(sale(1, "10"), sale(2, "20"))
    february = books(sale(2, "20"), sale(1, "30", date=FEBRUARY))
    found = merge(exports(january, february))
    assert amounts(found) == [(1, 10), (2, 20), (3, 30)]
    [repeat] = found.repeats
    assert (repeat.voucher.text(), repeat.first, repeat.other) == ("2025-01 记-2", 0, 1)
    assert found.conflicts == found.changed == ()
    assert found.kept == (2, 1)


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        ("refuse", [(1, 10)]),
        ("first", [(1, 10)]),
        ("last", [(1, 11)]),
        ("both", [(1, 10), (2, 11)]),
    ],
)
def test_a_conflict_is_named_and_keep_decides(keep, kept):
    ours, theirs = books(sale(1, "10", poster="甲")), books(sale(1, "11", poster="甲"))
    found = merge(exports(ours, theirs), keep=keep)
    assert amounts(found) == kept
    [conflict] = found.conflicts
    assert conflict.fields == ("lines.debit", "lines.credit")
    assert found.changed == (conflict,)


def test_a_changed_text_of_a_posted_voucher_is_told_but_no_conflict():
    before = books(sale(1, "10", status="posted"))
    after = books(sale(1, "10", status="posted", summary="返利"))
    found = merge(exports(before, after))
    assert found.conflicts == ()
    [one] = found.changed
    assert one.fields == ("lines.summary",)


def test_a_voucher_with_another_line_is_a_conflict():
    more = voucher(
        1, dr("1122.01", "10", aux={"customer": "01"}), cr("6001", "4"), cr("6001", "6")
    )
    [conflict] = merge(exports(books(sale(1, "10")), books(more))).conflicts
    assert "lines" in conflict.fields


def test_two_spellings_of_an_account_are_one_and_a_member_is_not():
    dotted = books(sale(1, "10"))
    bare = books(voucher(1, dr("112201", "10", aux={"customer": "01"}), cr("6001", "10")))
    other = books(sale(1, "10", customer="02"))
    found = merge(exports(dotted, bare))
    assert found.conflicts == found.changed == ()
    assert [one.fields for one in found.repeats] == [()]
    further = books(voucher(2, dr("112202", "5"), cr("6001", "5")))
    codes = merge(exports(dotted, further)).books.lines["account"].to_list()
    assert codes == ["1122.01", "6001", "1122.02", "6001"]
    assert len(merge(exports(dotted, other)).conflicts) == 1


def test_gaps_between_exports():
    found = merge(exports(books(sale(1, "1"), sale(2, "1")),
                          books(sale(5, "1"), sale(1, "1", date=APRIL))))  # fmt: skip
    assert found.gaps == (
        Gap(year=2025, period=1, word="记", first=3, last=4),
        Gap(year=2025, period=2),
        Gap(year=2025, period=3),
    )


def test_companies_with_the_same_numbers_stay_apart():
    ours = books(sale(1, "10"), entity=Entity(name="甲样例公司"))
    theirs = books(sale(1, "20"), entity=Entity(name="乙样例公司"))
    found = merge(exports(ours, theirs))
    assert amounts(found) == [(1, 10), (2, 20)]
    assert found.conflicts == ()
    assert found.books.lines["aux_company"].to_list() == ["甲样例公司"] * 2 + ["乙样例公司"] * 2
    assert found.books.entity.name == "甲样例公司 + 乙样例公司"


def test_the_copy_that_says_more_is_kept():
    poor, rich = books(sale(1, "10", summary=None)), books(sale(1, "10", summary="货款"))
    for order in ((poor, rich), (rich, poor)):
        found = merge(exports(*order))
        assert found.books.lines["summary"].to_list() == ["货款"] * 2


def test_masters_are_joined_and_differences_named():
    one = books(sale(1, "1"), members=members(("customer", "01", "华联")))
    two = books(
        sale(1, "1"), members=members(("customer", "01", "东方"), ("customer", "02", "北辰"))
    )
    found = merge(exports(one, two))
    assert found.books.members["code"].to_list() == ["01", "02"]
    [conflict] = found.table_conflicts
    assert (conflict.table, conflict.key, conflict.column) == ("members", "customer, 01", "name")
    assert (conflict.kept, conflict.dropped) == ("华联", "东方")


def test_vouchers_without_numbers_are_counted_not_thrown_together():
    twice = books(sale(None, "10"), sale(None, "10"))
    once = books(sale(None, "10"))
    assert len(amounts(merge(exports(twice, once)))) == 2
    assert len(amounts(merge(exports(once, twice)))) == 2


def test_extras_follow_their_rows():
    extra = pl.DataFrame({"table": ["lines"], "row_id": [1], "field": ["原栏"], "value": ["x"]})
    first, second = books(sale(1, "1")), books(sale(1, "1"), sale(2, "2"))
    second = second.replace(extras=extra.with_columns(row_id=pl.lit(3, dtype=pl.Int64)))
    found = merge(exports(first, second))
    assert found.books.extras["row_id"].to_list() == [3]
    assert found.books.lines["account"][3] == "6001"


_sales = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 3), st.sampled_from(["01", "02"])), max_size=6
)


def _set(rows):
    return books(*(sale(n, str(amount), customer=c) for n, amount, c in rows)) if rows else Books()


@settings(max_examples=8, deadline=None)
@given(_sales, _sales)
def test_a_second_import_changes_nothing(one, two):
    ours, theirs = _set(one), _set(two)
    for keep in ("first", "both"):
        once = merge(exports(ours, theirs), keep=keep)
        again = merge([Export("合", once.books), *exports(ours, theirs)], keep=keep)
        assert again.books == once.books
        same = merge(exports(ours, ours), keep=keep)
        assert same.books == merge(exports(ours), keep=keep).books


@settings(max_examples=15, deadline=None)
@given(_sales, st.randoms(use_true_random=False))
def test_the_key_does_not_depend_on_the_order_of_lines_or_zeros(rows, random):
    made = _set(rows)
    order = list(range(made.lines.height))
    random.shuffle(order)
    turned = made.replace(lines=made.lines[order]) if order else made
    assert content_keys(turned).equals(content_keys(made))


def test_the_key_tells_every_difference_that_counts():
    base = sale(1, "10")
    others = [
        sale(2, "10"),
        sale(1, "10.01"),
        sale(1, "10", customer="02"),
        sale(1, "10", date=FEBRUARY),
        attrs.evolve(base, word="转"),
        attrs.evolve(base, lines=(dr("1122.01", Decimal("10.00")), base.lines[1])),
        attrs.evolve(base, lines=base.lines[::-1] + base.lines[:1]),
    ]
    keys = [content_keys(books(one))["key"][0] for one in (base, *others)]
    assert len(set(keys)) == len(keys)
    assert content_keys(books(sale(1, "10.0000", summary="别的")))["key"][0] == keys[0]

"""Books are compared by what they say, not by where it stands."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import Books, schema
from kamcore.format import Fact
from kamcore.format.comparing import DifferenceKind, compare, differences, forget, in_use
from kamcore.model.voucher import Line, Voucher

EVERY = frozenset(
    Fact(table.name, column.name) for table, column in schema.columns() if not column.provenance
) | {Fact(table.name, "aux_*") for table in schema.TABLES.values() if table.takes_dimensions}


def voucher(number=1, amount="100", customer="00012", **more):
    return Voucher(
        date=dt.date(2025, 1, 31),
        word="记",
        number=number,
        lines=(
            Line(account="1122", debit=Decimal(amount), aux={"customer": customer}),
            Line(account="6001", summary="收入", credit=Decimal(amount)),
        ),
        **more,
    )


@pytest.fixture
def books():
    return Books.from_vouchers([voucher(1), voucher(2, "-5.5", "12"), voucher(3)])


def shown(found):
    return [(d.kind, d.table, d.column, d.count, d.left, d.right) for d in found]


def test_equal_books_do_not_differ(books):
    comparison = compare(books, books, EVERY)
    assert comparison.equal
    assert comparison.left == comparison.right == books.totals()
    assert Fact("lines", "aux_customer") in comparison.facts
    assert Fact("lines", "voucher_id") not in comparison.facts


def test_other_ids_and_another_order_of_vouchers_do_not_differ(books):
    other = Books.from_vouchers([voucher(3), voucher(1), voucher(2, "-5.5", "12")])
    assert differences(books, other, EVERY) == ()


def test_a_changed_amount_is_named_with_count_and_first_place(books):
    other = Books.from_vouchers([voucher(1), voucher(2, "-5.55", "12"), voucher(3)])
    found = differences(books, other, EVERY)
    assert shown(found) == [
        (DifferenceKind.VALUE, "lines", "debit", 1, "-5.5000", "-5.5500"),
        (DifferenceKind.VALUE, "lines", "credit", 1, "-5.5000", "-5.5500"),
        (DifferenceKind.TOTAL, "lines", "debit", 1, "194.5000", "194.4500"),
        (DifferenceKind.TOTAL, "lines", "credit", 1, "194.5000", "194.4500"),
    ]
    assert found[0].place.voucher == "2025-01 记-2"
    assert found[0].text("zh") == (
        "不同  分录·借方  1 处  '-5.5000' ≠ '-5.5500'  首处: lines[2,1,1].debit 2025-01 记-2"
    )
    assert found[0].to_json()["fact"] == "lines.debit"


def test_a_changed_number_is_a_changed_value_not_a_lost_voucher(books):
    other = Books.from_vouchers([voucher(1), voucher(7, "-5.5", "12"), voucher(3)])
    assert shown(differences(books, other, EVERY)) == [
        (DifferenceKind.VALUE, "vouchers", "number", 1, "2", "7")
    ]


def test_lost_and_added_vouchers_are_rows(books):
    other = Books.from_vouchers([voucher(1), voucher(3)])
    facts = EVERY - {Fact("lines", "debit"), Fact("lines", "credit")}
    assert shown(differences(books, other, facts)) == [
        (DifferenceKind.MISSING, "vouchers", "", 1, "", ""),
        (DifferenceKind.MISSING, "lines", "", 2, "", ""),
        (DifferenceKind.TOTAL, "vouchers", "vouchers", 1, "3", "2"),
        (DifferenceKind.TOTAL, "lines", "lines", 1, "6", "4"),
    ]
    assert {d.kind for d in differences(other, books, facts)} == {
        DifferenceKind.EXTRA,
        DifferenceKind.TOTAL,
    }


def test_vouchers_of_one_number_are_paired_each_with_one():
    twice = [voucher(1, "10"), voucher(1, "20"), voucher(2)]
    left, right = Books.from_vouchers(twice), Books.from_vouchers([*twice, voucher(3)])
    rows = [("vouchers", 1), ("lines", 2)]
    for one, other, kind in ((left, right, "extra"), (right, left, "missing")):
        found = differences(one, other, EVERY)
        assert [(d.table, d.count) for d in found if d.kind == kind] == rows
        assert {d.kind for d in found} == {kind, "total"}
    swapped = Books.from_vouchers([twice[1], twice[0], twice[2], voucher(3)])
    changed = [d.count for d in differences(right, swapped, EVERY) if d.kind == "value"]
    assert changed == [2, 2]


def test_the_order_of_lines_counts(books):
    lines = books.lines.with_row_index("i").sort("voucher_id", -pl.col("i").cast(pl.Int64))
    turned = books.replace(lines=lines.drop("i"))
    assert {d.column for d in differences(books, turned, EVERY)} == {
        "account", "summary", "debit", "credit", "aux_customer"
    }  # fmt: skip


def test_swapped_members_are_seen(books):
    other = Books.from_vouchers([voucher(1, customer="12"), voucher(2, "-5.5"), voucher(3)])
    assert shown(differences(books, other, EVERY)) == [
        (DifferenceKind.VALUE, "lines", "aux_customer", 2, "00012", "12")
    ]
    without = EVERY - {Fact("lines", "aux_*")}
    assert differences(books, other, without) == ()
    assert len(differences(books, other, without | {Fact("lines", "aux_customer")})) == 1


def test_a_missing_dimension_column_is_a_blank_one(books):
    bare = books.replace(lines=books.lines.drop("aux_customer"))
    found = differences(books, bare, EVERY)
    assert [(d.table, d.column, d.count) for d in found] == [("lines", "aux_customer", 3)]


def test_draft_says_no_more_than_a_blank(books):
    draft = Books.from_vouchers([voucher(n.number, status="draft") for n in books.iter_vouchers()])
    plain = Books.from_vouchers([voucher(n.number) for n in books.iter_vouchers()])
    assert differences(draft, plain, EVERY) == ()


def test_void_counts_apart_only_where_the_status_can_be_said():
    void = Books.from_vouchers([voucher(1), voucher(2, status="void")])
    lost = Books.from_vouchers([voucher(1), voucher(2)])
    kinds = {(d.kind, d.column) for d in differences(void, lost, EVERY)}
    assert (DifferenceKind.TOTAL, "void_vouchers") in kinds
    assert differences(void, lost, EVERY - {Fact("vouchers", "status")}) == ()


def test_without_numbers_vouchers_pair_by_order(books):
    facts = EVERY - Fact.several("vouchers", "year period word number date")
    other = Books.from_vouchers([voucher(9), voucher(9, "-5.5", "12"), voucher(9)])
    assert differences(books, other, facts) == ()


def test_equal_numbers_pair_the_nth_with_the_nth():
    twice = Books.from_vouchers([voucher(1, "1"), voucher(1, "2")])
    turned = Books.from_vouchers([voucher(1, "2"), voucher(1, "1")])
    assert differences(twice, twice, EVERY) == ()
    assert differences(twice, turned, EVERY)[0].count == 2


def test_archives_that_only_spell_out_the_lines_are_no_difference(books):
    named = books.replace(
        accounts=pl.DataFrame({"code": ["1122", "6001"], "name": ["应收账款", "主营业务收入"]})
    )
    assert differences(books, named, EVERY) == ()
    stranger = books.replace(accounts=pl.DataFrame({"code": ["9999"]}))
    assert shown(differences(books, stranger, EVERY)) == [
        (DifferenceKind.EXTRA, "accounts", "", 1, "", "")
    ]
    assert [d.kind for d in differences(named, books, EVERY)] == [DifferenceKind.MISSING]


def test_cash_flows_pair_through_their_line(books):
    flow = {"voucher_id": [3], "line_no": [1], "item": ["销售"], "amount": [Decimal(5)]}
    types = {"amount": schema.AMOUNT}
    left = books.replace(cash_flows=pl.DataFrame(flow, schema_overrides=types))
    right = Books.from_vouchers([voucher(3), voucher(1), voucher(2, "-5.5", "12")])
    right = right.replace(
        cash_flows=pl.DataFrame(flow | {"voucher_id": [1]}, schema_overrides=types)
    )
    assert differences(left, right, EVERY) == ()
    wrong = right.replace(
        cash_flows=pl.DataFrame(flow | {"voucher_id": [2]}, schema_overrides=types)
    )
    assert {d.kind for d in differences(left, wrong, EVERY)} == {
        DifferenceKind.MISSING,
        DifferenceKind.EXTRA,
    }


def test_forget_blanks_facts_and_empties_tables_without_their_key(books):
    full = books.replace(
        accounts=pl.DataFrame({"code": ["1122"], "name": ["应收账款"]}),
        extras=pl.DataFrame(
            {"table": ["accounts"], "row_id": [0], "field": ["助记码"], "value": ["yszk"]}
        ),
    )
    bare = forget(full, {Fact("lines", "summary"), Fact("lines", "aux_*")})
    assert bare.lines["summary"].null_count() == 6
    assert bare.dimension_ids == ()
    assert bare.accounts.equals(full.accounts)
    gone = forget(full, {Fact("accounts", "code")})
    assert gone.accounts.height == 0
    assert gone.extras.height == 0


def test_in_use_keeps_what_the_lines_name(books):
    full = books.replace(
        accounts=pl.DataFrame({"code": ["1001", "1122"], "name": ["库存现金", "应收账款"]}),
        members=pl.DataFrame({"dimension": ["customer"] * 2, "code": ["12", "13"]}),
    )
    used = in_use(full)
    assert used.accounts["code"].to_list() == ["1122"]
    assert used.members["code"].to_list() == ["12"]
    assert used.dimensions["id"].to_list() == ["customer"]

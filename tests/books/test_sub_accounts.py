"""Sub-accounts to members and back: no sum changes, and the way back leads home."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.books import schema
from kamcore.books.sub_account_pairs import learned_rules, party_rules
from kamcore.books.sub_accounts import to_accounts, to_auxiliary
from kamcore.errors import BooksError
from kamcore.model.sub_account import SubAccountRule, rules_of
from matching_books import accounts, members
from small_books import books, cr, dr, voucher

BELOW = pl.col("code").str.contains(".", literal=True)
CHART = accounts(
    ("1002", "银行存款"), ("1122", "应收账款"), ("1122.01", "甲样例有限公司"),
    ("1122.02", "乙样例商行"), ("1122.03", "暂估"), ("2203", "预收账款"),
    ("2203.01", "乙样例商行"), ("2203.02", "丙样例公司"), ("6001", "主营业务收入"),
).with_columns(
    is_leaf=pl.col("code").is_in(["1122", "2203"]).not_(),
    level=pl.when(BELOW).then(2).otherwise(1).cast(pl.Int64),
    parent=pl.when(BELOW).then(pl.col("code").str.head(4)),
)  # fmt: skip
CUSTOMERS = (
    SubAccountRule(account="1122", dimension="customer", members={"1122.01": "", "1122.02": ""}),
    SubAccountRule(account="2203", dimension="customer"),
)


def stated(*rows):
    """Balances from account, closing and, if there is one, customer."""
    return pl.DataFrame(
        {
            "year": [2025] * len(rows),
            "period": [1] * len(rows),
            "account": [row[0] for row in rows],
            "closing": [row[1] for row in rows],
        }
    ).with_columns(
        pl.col("closing").cast(schema.AMOUNT),
        opening=pl.lit(0).cast(schema.AMOUNT),
    )


def direct():
    lines = [dr("1122.01", "100"), dr("1122.02", "40.50"), cr("2203.01", "10"), cr("2203.02", "7"),
             dr("1122.03", "1"), cr("6001", "124.50")]  # fmt: skip
    balances = stated(
        ("1122", "141.5"), ("1122.01", "100"), ("1122.02", "40.5"), ("2203.01", "-10")
    )
    return books(voucher(1, *lines), accounts=CHART, balances=balances)


def test_lines_balances_accounts_and_members_move():
    done = to_auxiliary(direct(), CUSTOMERS)
    after = done.books
    assert after.lines.select("account", "aux_customer").rows() == [
        ("1122", "01"),
        ("1122", "02"),
        ("2203", "02"),
        ("2203", "2203.02".replace(".", "")),
        ("1122.03", None),
        ("6001", None),
    ]
    assert after.balances.select("account", "aux_customer").rows() == [
        ("1122", None),
        ("1122", "01"),
        ("1122", "02"),
        ("2203", "02"),
    ]
    assert after.accounts["code"].to_list() == ["1002", "1122", "1122.03", "2203", "6001"]
    leaves = dict(after.accounts.select("code", "is_leaf").iter_rows())
    assert (leaves["1122"], leaves["2203"]) == (False, True)
    assert after.accounts.filter(code="2203")["dimensions"].to_list() == ["customer"]
    assert after.members.select("code", "name").rows() == [
        ("01", "甲样例有限公司"),
        ("02", "乙样例商行"),
        ("220302", "丙样例公司"),
    ]
    assert after.dimensions.filter(id="customer")["label"].to_list() == ["客户"]
    assert done.proof.equal
    assert (done.proof.debit, done.proof.credit) == (done.books.totals().debit,) * 2


def test_the_pairs_lead_back_to_the_same_books():
    before = direct()
    there = to_auxiliary(before, CUSTOMERS)
    back = to_accounts(there.books, rules_of(there.rows), known=there.removed)
    assert back.books == before
    assert back.proof.equal
    assert back.rows == there.rows


def test_without_the_old_accounts_the_way_back_makes_them_anew():
    there = to_auxiliary(direct(), CUSTOMERS)
    back = to_accounts(there.books, rules_of(there.rows)).books
    names = ["code", "name", "parent", "level", "is_leaf"]
    assert back.accounts.select(names).equals(direct().accounts.select(names))


def test_party_rules_take_receivables_and_payables_with_the_dimension_they_use():
    lines = [
        dr("1122.01", "5", aux={"customer": "7"}),
        dr("1221", "6", aux={"employee": "E1"}),
        dr("6602", "4", aux={"customer": "7"}),
        dr("1123", "1"),
        cr("2202", "10", aux={"supplier": "S1"}),
        cr("2241", "6", aux={"customer": "9"}),
    ]
    rules = party_rules(books(voucher(1, *lines)))
    assert [(rule.account, rule.dimension) for rule in rules] == [
        ("1122.01", "customer"),
        ("2202", "supplier"),
        ("2241", "customer"),
    ]


def test_members_with_extras_stay_members():
    extras = pl.DataFrame({"table": ["members"], "row_id": [0], "field": ["F"], "value": ["x"]})
    made = books(
        voucher(1, dr("1122", "5", aux={"customer": "7"}), cr("6001", "5")),
        accounts=accounts(("1122", "应收账款"), ("6001", "收入")),
        members=members(("customer", "7", "甲公司")),
        extras=extras,
    )
    done = to_accounts(made, party_rules(made))
    assert done.books.members["code"].to_list() == ["7"]
    assert done.books.extras.equals(made.extras)


def test_members_become_accounts_with_codes_of_the_scheme():
    lines = [dr("1122", "5", aux={"customer": "7"}), dr("1122", "6", aux={"customer": "C-1"})]
    chart = accounts(("1122", "应收账款"), ("6001", "收入"), ("6602.01", "差旅费"))
    made = books(
        voucher(1, *lines, cr("6001", "11")),
        accounts=chart,
        members=members(("customer", "7", "甲公司"), ("customer", "C-1", "乙公司", "91310000X")),
    )
    done = to_accounts(made, [SubAccountRule(account="1122", dimension="customer")])
    assert done.books.lines["account"].to_list() == ["1122.07", "1122.01", "6001"]
    assert done.books.dimension_ids == ()
    assert done.books.accounts["code"].to_list() == [
        "1122",
        "1122.01",
        "1122.07",
        "6001",
        "6602.01",
    ]
    # A credit code is more than an account can say, so that member stays in the list.
    assert done.books.members["code"].to_list() == ["C-1"]
    again = to_auxiliary(done.books, rules_of(done.rows))
    assert again.books.lines.equals(made.lines)


def test_a_member_of_the_same_name_is_used_again():
    known = members(("customer", "C88", "甲样例有限公司"))
    done = to_auxiliary(direct().replace(members=known), CUSTOMERS)
    assert done.rows[0].member == "C88"
    assert done.books.members["code"].to_list() == ["C88", "02", "220302"]


def test_extras_follow_their_accounts_and_lines():
    extras = pl.DataFrame(
        {
            "table": ["accounts", "accounts", "lines"],
            "row_id": [0, 8, 1],
            "field": ["外币", "核算", "备注"],
            "value": ["x", "y", "z"],
        }
    )
    before = direct().replace(extras=extras)
    there = to_auxiliary(before, CUSTOMERS)
    assert sorted(there.books.extras.select("table", "row_id", "value").rows()) == [
        ("accounts", 0, "x"),
        ("accounts", 4, "y"),
        ("lines", 1, "z"),
    ]
    back = to_accounts(there.books, rules_of(there.rows), known=there.removed)
    order = ["table", "row_id"]
    assert back.books.extras.sort(order).equals(extras.sort(order))


def test_what_cannot_be_said_is_refused_with_its_place():
    made = books(voucher(1, dr("1122.01", "1", aux={"customer": "9"}), cr("6001", "1")),
                 accounts=CHART)  # fmt: skip
    with pytest.raises(BooksError) as caught:
        to_auxiliary(made, CUSTOMERS)
    assert (caught.value.code, caught.value.place.row) == ("B3001", 2)
    made = books(voucher(1, dr("1122", "1"), cr("6001", "1")), accounts=CHART)
    with pytest.raises(BooksError) as caught:
        to_accounts(made, [SubAccountRule(account="1122", dimension="customer")])
    assert (caught.value.code, caught.value.place.row) == ("B3002", 2)


def test_two_sums_thrown_together_are_seen_by_the_proof():
    lines = [dr("1122.01", "1"), dr("1122", "5", aux={"customer": "01"}), cr("6001", "6")]
    made = books(voucher(1, *lines), accounts=CHART)
    done = to_auxiliary(made, CUSTOMERS[:1])
    assert done.proof.differing == ("1122.01",)


def test_rules_are_learned_from_names_of_companies():
    found = {rule.account: rule for rule in learned_rules(direct())}
    assert set(found) == {"1122", "2203"}
    assert set(found["1122"].members) == {"1122.01", "1122.02"}
    assert {rule.dimension for rule in found.values()} == {"customer"}


def test_accounts_by_kind_of_debt_are_not_taken_for_parties():
    chart = accounts(("1122", "应收账款"), ("1122.01", "境内货款"), ("1122.02", "质保金"))
    made = books(voucher(1, dr("1122.01", "1"), cr("1122.02", "1")), accounts=chart)
    assert learned_rules(made) == ()


_codes = st.sampled_from(["1122.01", "1122.02", "2203.01", "2203.02", "6001"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(_codes, st.integers(-500, 500)), min_size=1, max_size=8))
def test_no_sum_changes_on_the_way_there_and_back(rows):
    made = books(voucher(1, *(dr(code, str(cents)) for code, cents in rows)), accounts=CHART)
    there = to_auxiliary(made, CUSTOMERS)
    back = to_accounts(there.books, rules_of(there.rows), known=there.removed)
    assert there.proof.equal
    assert back.proof.equal
    assert back.books.lines.equals(made.lines)
    assert back.books.accounts.equals(made.accounts)

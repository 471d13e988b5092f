"""Applications: dated, reversible, never beyond an amount, and balances stay what they are."""

import datetime as dt
from decimal import Decimal

import attrs
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.books import schema
from kamcore.errors import BooksError, SourceError
from kamcore.ledger import age
from kamcore.matching.one_sided.matching import match
from kamcore.matching.one_sided.result import Decision, Settled
from kamcore.matching.policy import MatchPolicy
from kamcore.matching.settlement.applying import Undo, applications
from kamcore.matching.settlement.decisions import (
    accept_line,
    from_lines,
    replay,
    to_lines,
    undo_line,
)
from kamcore.matching.settlement.positions import open_lists
from matching.histories import AS_OF, drawn, listed
from matching.lists import days, rows
from matching.two_books import two_books

MONTH_ENDS = [dt.date(2025, month, 28) for month in range(1, 13)]


def applied(frame, side, on):
    """What is applied to each document of a side up to a day."""
    made = frame.filter(pl.col("date") <= on).with_columns(
        signed=pl.when(pl.col("reverses").is_not_null())
        .then(-pl.col("amount"))
        .otherwise("amount")
    )
    return dict(made.group_by(side).agg(pl.col("signed").sum()).iter_rows())


@st.composite
def histories(draw):
    """Two small lists of one or two parties, with reds and equal amounts."""
    amount = st.integers(1, 12).map(lambda n: Decimal(n * 25))
    party = st.sampled_from(["甲", "乙"])
    when = st.integers(0, 60).map(days)
    red = st.sampled_from([1, 1, 1, -1])
    one = st.tuples(amount, party, when, red)
    made = []
    for prefix in "IR":
        given_rows = draw(st.lists(one, max_size=8))
        made.append(
            rows(
                *(
                    (f"{prefix}{at}", amount * sign, {"party": party, "date": when})
                    for at, (amount, party, when, sign) in enumerate(given_rows)
                )
            )
        )
    return made


@settings(max_examples=12, deadline=None)
@given(histories(), st.integers(0, 70))
def test_no_side_is_settled_beyond_its_amount_on_any_day(lists, later):
    items, receipts = lists
    found = match(items, receipts, MatchPolicy(tolerance_share=Decimal("0.05")))
    undone = [Undo(of=one.id, date=days(later)) for one in found.automatic[::2]]
    made = applications(found.automatic, found.documents, undone=undone)
    whole = dict(pl.concat([items, receipts]).select("id", pl.col("amount").abs()).iter_rows())
    for on in (days(at) for at in range(0, 140, 10)):
        for side in ("item", "receipt"):
            for name, amount in applied(made, side, on).items():
                assert 0 <= amount <= whole[name]


def test_a_decision_that_adds_up_leaves_nothing_open():
    items, receipts = listed(drawn(7, parties=5))
    found = match(items, receipts)
    made = applications(found.automatic, found.documents)
    both = pl.concat([items, receipts])
    whole = dict(both.select("id", pl.col("amount").abs()).iter_rows())
    on_items = applied(made, "item", dt.date.max)
    on_receipts = applied(made, "receipt", dt.date.max)
    for one in found.automatic:
        for part in (*one.receipts, *one.items):
            used = on_items.get(part.id, 0) + on_receipts.get(part.id, 0)
            assert used == abs(part.amount) or one.difference
            assert used <= whole[part.id]


def test_applications_count_from_the_later_document():
    items = rows(("A", 100, {"date": days(30)}), ("B", "55.25", {"date": days(0)}))
    receipts = rows(("R", 100, {"date": days(10)}), ("S", "55.25", {"date": days(20)}))
    made = applications(match(items, receipts).automatic, match(items, receipts).documents)
    assert dict(made.select("item", "date").iter_rows()) == {"A": days(30), "B": days(20)}
    fixed = applications(
        match(items, receipts).automatic, match(items, receipts).documents, on=days(99)
    )
    assert set(fixed["date"]) == {days(99)}


def test_nothing_is_taken_back_before_it_was_applied():
    found = match(rows(("A", 100, {"date": days(30)})), rows(("R", 100, {"date": days(10)})))
    for undone, day in ((0, 30), (40, 40)):
        back = [Undo(of=one.id, date=days(undone)) for one in found.automatic]
        made = applications(found.automatic, found.documents, undone=back)
        assert made["date"].to_list() == [days(30), days(day)]


def test_equal_amounts_settle_each_other_before_the_oldest_do():
    items = rows(("A", 70, {"date": days(1)}), ("B", 40, {"date": days(2)}))
    receipts = rows(("R", 40, {"date": days(3)}), ("S", 60, {"date": days(4)}))
    documents = match(items, receipts).documents

    def parts(**amounts):
        return tuple(Settled(id=name, amount=Decimal(n)) for name, n in amounts.items())

    decision = Decision(
        id="D",
        receipts=parts(R=40, S=60),
        items=parts(A=60, B=40),
        rule="by hand",
        reasons=("", ""),
    )
    made = applications([decision], documents)
    assert made.select("item", "receipt", "amount").rows() == [("B", "R", 40), ("A", "S", 60)]
    made = applications([attrs.evolve(decision, items=parts(A=70, B=30))], documents)
    # Nothing is equal: the oldest receipt settles the oldest item first.
    oldest = [("A", "R", 40), ("A", "S", 30), ("B", "S", 30)]
    assert made.select("item", "receipt", "amount").rows() == oldest


def test_what_is_due_first_is_settled_first():
    items = rows(
        ("A", 70, {"date": days(1), "due": days(90)}), ("B", 30, {"date": days(2), "due": days(5)})
    )
    receipts = rows(("R", 40, {"date": days(3)}), ("S", 60, {"date": days(4)}))
    found = match(items, receipts)
    made = applications(found.automatic, found.documents)
    assert made.select("item", "receipt", "amount").rows() == [
        ("B", "R", 30),
        ("A", "R", 10),
        ("A", "S", 60),
    ]


@pytest.fixture(scope="module")
def ours():
    return two_books(drawn(9, parties=4)).ours


def test_matching_books_never_changes_a_balance(ours):
    found = match(*open_lists(ours, AS_OF))
    made = applications(found.automatic, found.documents)
    booked = ours.replace(applications=made)
    for on in MONTH_ENDS[2::3]:
        before, after = (
            age(books, as_of=on, account="1122", by=["customer"], buckets=[30, 60])
            .to_polars()
            .select("aux_customer", "total")
            .sort("aux_customer")
            for books in (ours, booked)
        )
        assert before.filter(pl.col("total") != 0).equals(after.filter(pl.col("total") != 0))


def test_matched_books_have_open_what_the_matching_left_open(ours):
    items, receipts = open_lists(ours, AS_OF)
    found = match(items, receipts)
    made = applications(found.automatic, found.documents)
    left = open_lists(ours.replace(applications=made), AS_OF)
    for before, after, side in zip((items, receipts), left, ("items", "receipts"), strict=True):
        gone = {part.id for one in found.automatic for part in getattr(one, side)}
        partly = {
            part.id
            for one in found.automatic
            for part in getattr(one, side)
            if dict(before.select("id", "amount").iter_rows())[part.id] != part.amount
            or one.difference
        }
        assert set(after["id"]) - partly == set(before["id"]) - gone
    again = match(*left)
    assert not {one.id for one in again.automatic} & {one.id for one in found.automatic}


def test_an_undo_opens_the_documents_again(ours):
    items, receipts = open_lists(ours, AS_OF)
    found = match(items, receipts)
    undone = [Undo(of=one.id, date=AS_OF, person="李", why="试") for one in found.automatic]
    made = applications(found.automatic, found.documents, undone=undone)
    assert made.filter(pl.col("reverses").is_not_null()).height * 2 == made.height
    table = pl.concat([schema.APPLICATIONS.empty().drop("source_row"), made])
    books = ours.replace(applications=table)
    again = open_lists(books, AS_OF)
    assert again[0].equals(items)
    assert again[1].equals(receipts)


def test_payables_are_matched_the_same_way():
    theirs = next(iter(two_books(drawn(9, parties=2)).theirs.values()))
    items, receipts = open_lists(theirs, AS_OF, "supplier")
    assert items["amount"].sum() > 0
    found = match(items, receipts)
    assert found.automatic
    assert {row["role"] for row in items.iter_rows(named=True)} == {"supplier"}


def test_saved_decisions_replay_to_the_identical_result():
    items, receipts = listed(drawn(11, parties=5))
    found = match(items, receipts, MatchPolicy(person="王"))
    lines = to_lines(found)
    other = items.sample(fraction=1, shuffle=True, seed=1)
    again = replay(from_lines(lines), other, receipts, policy=found.policy)
    assert again == found
    assert {one.person for one in again.automatic} == {"王"}
    assert to_lines(again) == lines


def test_accepting_and_undoing_are_lines_that_are_added():
    items, receipts = listed(drawn(11, parties=5))
    found = match(items, receipts)
    proposal, taken = found.proposed[0], found.automatic[0]
    undo = Undo(of=taken.id, date=AS_OF, person="李", why="记错")
    lines = [*to_lines(found), accept_line(proposal, "李"), undo_line(undo)]
    saved = from_lines(lines)
    again = replay(saved, items, receipts)
    assert proposal.id in {one.id for one in again.automatic}
    assert taken.id not in {one.id for one in again.automatic}
    assert {part.id for part in taken.items} <= set(again.unmatched_items["id"])
    assert saved.undone == (undo,)
    made = applications(saved.settled, again.documents, undone=saved.undone)
    assert made.filter(pl.col("reverses").is_not_null())["person"].unique().to_list() == ["李"]


def test_decisions_do_not_fit_other_documents():
    items, receipts = rows(("A", "512.13")), rows(("R", "512.13"))
    saved = from_lines(to_lines(match(items, receipts)))
    with pytest.raises(BooksError, match="M6032"):
        replay(saved, rows(("A", 500)), receipts)
    with pytest.raises(BooksError, match="M6032"):
        replay(saved, items, rows())


@pytest.mark.parametrize("line", ["{", "[]", '{"kind": "paid"}', '{"kind": "automatic"}', "核销"])
def test_a_line_that_is_no_decision_is_refused_with_its_place(line):
    with pytest.raises(SourceError, match="M6031") as caught:
        from_lines(["", line], "决定.jsonl")
    assert caught.value.place.line == 2

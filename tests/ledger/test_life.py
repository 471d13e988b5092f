"""Moves of vouchers, corrections, renumbering, the log."""

import datetime as dt
from decimal import Decimal

import attrs
import polars as pl
import pytest

from kamcore.books import Books
from kamcore.errors import BooksError, UsageError
from kamcore.ledger.correction import (
    corrected,
    difference_voucher,
    find_corrections,
    red_copy,
)
from kamcore.ledger.life import Office, move, refusal
from kamcore.ledger.log import LogEntry, append, search, verify
from kamcore.ledger.renumber import renumber_plan
from kamcore.model.voucher import Line, Voucher

D = Decimal
LINES = (
    Line(account="1122", debit=D(100), fx_debit=D(10), quantity=D(2), aux={"customer": "A"}),
    Line(account="6001", credit=D(100)),
)


def voucher(status: str | None = "draft", **more) -> Voucher:
    given = {"date": dt.date(2025, 3, 5), "word": "记", "number": 7, "preparer": "张", **more}
    return Voucher(status=status, lines=given.pop("lines", LINES), **given)


def test_the_whole_life() -> None:
    office = Office(unpost_allowed=True)
    reviewed = move(voucher(), "review", "李", office)
    assert (reviewed.status, reviewed.reviewer) == ("reviewed", "李")
    posted = move(reviewed, "post", "王", office)
    assert (posted.status, posted.poster) == ("posted", "王")
    back = move(move(posted, "unpost", "王", office), "unreview", "李", office)
    assert (back.status, back.reviewer, back.poster) == ("draft", None, None)
    assert move(move(back, "void", "张"), "restore", "张") == back


@pytest.mark.parametrize(
    ("state", "name", "first"),
    [
        ("draft", "post", "审核"),
        ("reviewed", "change", "取消审核"),
        ("reviewed", "void", "取消审核"),
        ("posted", "change", "红字冲销"),
        ("posted", "unpost", "红字冲销"),
        ("void", "review", "恢复"),
        ("void", "post", "恢复"),
    ],
)
def test_a_refusal_says_what_to_undo_first(state: str, name: str, first: str) -> None:
    problem = refusal(voucher(state), name, "李")
    assert problem.code == "L1401"
    assert first in problem.message("zh")
    with pytest.raises(BooksError, match="L1401"):
        move(voucher(state), name, "李")


def test_settings_of_the_office() -> None:
    assert refusal(voucher(), "review", "张").code == "L1403"
    assert refusal(voucher(), "review", "张", Office(own_review=True)) is None
    assert refusal(voucher(), "review", "张", Office(own_reviewers=["张"])) is None
    assert move(voucher(), "post", "王", Office(review_needed=False)).status == "posted"
    assert refusal(voucher(), "void", "张", Office(closed=[(2025, 3)])).code == "L1402"
    assert refusal(voucher(lines=LINES[:1]), "review", "李").code == "L1404"
    with pytest.raises(UsageError, match="L1405"):
        move(voucher(), "burn", "张")


def test_a_red_copy_cancels_and_is_recognised() -> None:
    red = red_copy(voucher("posted"), dt.date(2025, 4, 1))
    assert red.lines[0].summary == "注销3月5日记-7号凭证"
    assert (red.lines[0].debit, red.lines[0].fx_debit) == (D(-100), D(-10))
    both = Books.from_vouchers([voucher(), attrs.evolve(red, number=8)])
    assert both.lines["debit"].sum() == 0
    assert both.lines["credit"].sum() == 0
    (found,) = find_corrections([voucher(), red])
    assert (found.kind, found.month, found.day, found.word, found.number) == ("red", 3, 5, "记", 7)


def test_corrections_by_year_and_by_amount() -> None:
    right = (attrs.evolve(LINES[0], account="1221"), LINES[1])
    red, blue = corrected(voucher(), right, dt.date(2025, 4, 1))
    assert red is not None
    assert blue.lines[0].account == "1221"
    assert find_corrections([blue])[0].kind == "blue"
    assert corrected(voucher(), right, dt.date(2026, 1, 1))[0] is None
    less = (attrs.evolve(LINES[0], debit=D(90)), attrs.evolve(LINES[1], credit=D(90)))
    difference = difference_voucher(voucher(), less, dt.date(2025, 4, 1))
    assert [(line.debit, line.credit) for line in difference.lines] == [
        (D(-10), D(0)),
        (D(0), D(-10)),
    ]
    with pytest.raises(UsageError, match="L1411"):
        difference_voucher(voucher(), right, dt.date(2025, 4, 1))


def series(*rows: tuple[int, str, int]) -> Books:
    return Books.from_vouchers(
        voucher(status, number=number, date=dt.date(2025, 3, day)) for number, status, day in rows
    )


def test_numbers_close_up_and_the_plan_can_be_undone() -> None:
    books = series((1, "draft", 9), (3, "void", 2), (4, "reviewed", 1), (4, "draft", 3))
    plan = renumber_plan(books)
    assert plan.changes.select("voucher_id", "old", "new").rows() == [
        (2, 3, None),
        (3, 4, 2),
        (4, 4, 3),
    ]
    after = plan.apply(books)
    assert after.vouchers["number"].to_list() == [1, None, 2, 3]
    assert plan.reversed().apply(after) == books
    assert renumber_plan(after).changes.height == 0
    with pytest.raises(BooksError, match="L1421"):
        plan.apply(after)
    by_date = renumber_plan(books, by="date").apply(books)
    assert by_date.vouchers["number"].to_list() == [3, None, 1, 2]


def test_posted_vouchers_and_closed_periods_keep_their_numbers() -> None:
    books = series((2, "posted", 9), (5, "draft", 2), (7, "draft", 1))
    assert renumber_plan(books).apply(books).vouchers["number"].to_list() == [2, 1, 3]
    assert renumber_plan(books, closed=[(2025, 3)]).changes.height == 0


AT = dt.datetime(2025, 3, 5, 9, 30, tzinfo=dt.timezone.utc)  # noqa: UP017


def chain() -> tuple[LogEntry, ...]:
    log: tuple[LogEntry, ...] = ()
    for hour, person in enumerate(("张", "李", "张")):
        at = AT + dt.timedelta(hours=hour)
        entry = LogEntry(number=0, at=at, person=person, action="审核", subject=f"记-{hour}")
        log = append(log, attrs.evolve(entry, detail={"before": "draft"}))
    return log


def test_a_whole_chain_verifies_and_survives_json() -> None:
    log = tuple(LogEntry.from_json(entry.to_json()) for entry in chain())
    assert log == chain()
    assert verify(log, head=log[-1].hash) == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_touched_entry_breaks_the_chain(place: int) -> None:
    log = list(chain())
    log[place] = attrs.evolve(log[place], person="王")
    assert [p.code for p in verify(log)] == ["L1431"]
    # Whoever mends the hash of the entry breaks the next one, or the head that was kept.
    log[place] = attrs.evolve(log[place], hash=log[place].computed())
    assert verify(log, head=chain()[-1].hash)
    assert verify(chain()[:2], head=chain()[-1].hash)
    assert verify([entry for n, entry in enumerate(chain()) if n != place], chain()[-1].hash)


def test_the_log_is_searched_by_person_time_and_content() -> None:
    log = chain()
    assert len(search(log, person="张")) == 2
    assert len(search(log, since=AT, until=AT + dt.timedelta(hours=1))) == 2
    assert search(log, text="记-2")[0].number == 3


def test_frames_of_a_plan_name_their_series() -> None:
    plan = renumber_plan(series((2, "draft", 1)))
    assert plan.changes.columns == ["voucher_id", "year", "period", "word", "old", "new"]
    assert plan.changes.filter(pl.col("word") == "记").height == 1

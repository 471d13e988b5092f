"""Contracts: versions, states, plans, execution, reminders."""

import datetime as dt
from decimal import Decimal

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.errors import UsageError
from kamcore.model.contract import (
    MOVES,
    CollectionLine,
    Contract,
    ContractStatus,
    ContractVersion,
    PlanLine,
    StatusChange,
    Termination,
)
from kamcore.model.credit_term import CreditTerm
from kamcore.model.document import Document, DocumentKind
from kamcore.model.execution import Cause, Movement, MovementKind, execution, split_receipts
from kamcore.model.reminder import ReminderKind, reminders
from kamcore.model.span import Span

D = Decimal
START, END = dt.date(2025, 1, 1), dt.date(2025, 12, 31)


def version(number=1, since=START, **more):
    facts = {"start": START, "end": END, "credit_term": CreditTerm.of("30天")} | more
    return ContractVersion(number="HT-1", party="1", version=number, valid_from=since, **facts)


def contract(*versions, **more):
    return Contract(number="HT-1", party="1", versions=versions or (version(),), **more)


@pytest.mark.parametrize(
    ("text", "first", "last", "said"),
    [
        ("2026", "2026-01-01", "2026-12-31", "2026"),
        ("2026年", "2026-01-01", "2026-12-31", "2026"),
        ("2026Q2", "2026-04-01", "2026-06-30", "2026Q2"),
        ("2026年第四季度", "2026-10-01", "2026-12-31", "2026Q4"),
        ("2026H2", "2026-07-01", "2026-12-31", "2026H2"),
        ("2026年上半年", "2026-01-01", "2026-06-30", "2026H1"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-02"),
        ("202402", "2024-02-01", "2024-02-29", "2024-02"),
        ("2026年3月", "2026-03-01", "2026-03-31", "2026-03"),
        ("2026-03-05..2026-04-04", "2026-03-05", "2026-04-04", "2026-03-05..2026-04-04"),
        ("2026-02-01..2026-04-30", "2026-02-01", "2026-04-30", "2026-02-01..2026-04-30"),
    ],
)
def test_spans_as_people_name_them(text, first, last, said):
    span = Span.of(text)
    assert (str(span.first), str(span.last), str(span)) == (first, last, said)
    assert Span.of(str(span)) == span


@pytest.mark.parametrize("text", ["", "26", "2026Q5", "2026-13", "2026-04-02..2026-04-01", "春天"])
def test_what_is_no_span_is_refused(text):
    with pytest.raises(UsageError) as caught:
        Span.of(text)
    assert caught.value.code == "E1201"


def test_a_version_counts_from_its_day_to_the_day_before_the_next():
    changed = version(2, dt.date(2025, 7, 1), credit_term=CreditTerm.of("60天"))
    both = contract(version(), changed)
    assert both.version_on(dt.date(2024, 12, 31)) is None
    assert both.version_on(dt.date(2025, 6, 30)).version == 1
    assert both.version_on(dt.date(2025, 7, 1)).version == 2
    assert both.version_on(END).version == 2
    assert both.version_on(dt.date(2026, 1, 1)) is None
    assert both.due(dt.date(2025, 6, 30)).date == dt.date(2025, 7, 30)
    assert both.due(dt.date(2025, 7, 1)).date == dt.date(2025, 8, 30)
    assert both.due(dt.date(2026, 1, 1)) is None


def test_termination_counts_from_its_day():
    ended = contract(termination=Termination(on=dt.date(2025, 9, 1)))
    assert ended.version_on(dt.date(2025, 8, 31)) is not None
    assert ended.version_on(dt.date(2025, 9, 1)) is None
    assert ended.status_on(dt.date(2025, 8, 31)) is ContractStatus.ACTIVE
    assert ended.status_on(dt.date(2025, 9, 1)) is ContractStatus.TERMINATED
    assert ended.terms_on(dt.date(2025, 9, 1)).version == 1


@settings(max_examples=60)
@given(
    st.lists(st.dates(START, END), min_size=1, max_size=4, unique=True),
    st.dates(START, END),
    st.integers(1, 300),
)
def test_terms_of_a_past_day_stay_when_later_versions_come(days, on, later):
    known = [version(at, day) for at, day in enumerate(sorted(days), 1)]
    before = contract(*known)
    added = version(len(known) + 1, max(on, known[-1].valid_from) + dt.timedelta(days=later))
    after = contract(*known, added)
    assert after.version_on(on) == before.version_on(on)
    assert after.due(on) == before.due(on)


def states(*named):
    return tuple(
        StatusChange(on=dt.date(2025, 1, at), status=ContractStatus(name))
        for at, name in enumerate(named, 1)
    )


def test_the_states_of_a_contract_move_with_its_days():
    one = contract(statuses=states("draft", "review", "signed"))
    assert one.status_on(dt.date(2024, 12, 31)) is ContractStatus.DRAFT
    assert one.status_on(dt.date(2025, 1, 2)) is ContractStatus.REVIEW
    assert one.status_on(dt.date(2025, 1, 3)) is ContractStatus.ACTIVE
    assert one.status_on(dt.date(2026, 1, 1)) is ContractStatus.EXPIRED
    assert not one.is_in_force(dt.date(2025, 1, 2))
    assert one.is_in_force(dt.date(2025, 1, 3))
    assert not one.is_in_force(dt.date(2026, 1, 1))


@pytest.mark.parametrize("before", ContractStatus)
@pytest.mark.parametrize("after", ContractStatus)
def test_only_the_moves_of_the_table_are_allowed(before, after):
    found = [doubt.fault.code for doubt in contract(statuses=states(before, after)).doubts()]
    allowed = after is before or after in MOVES[before]
    assert found == ([] if allowed else ["E1215"])


def test_what_does_not_hold_within_a_contract_is_named():
    line = CollectionLine(due=START, amount=D("1000.01"))
    over = version(amount=D(1000), collection_plan=(line,))
    assert [one.fault.code for one in over.doubts()] == ["E1211"]
    exact = attrs.evolve(over, collection_plan=(attrs.evolve(line, amount=D(1000)),))
    assert list(exact.doubts()) == []
    assert [one.fault.code for one in version(end=dt.date(2024, 1, 1)).doubts()] == ["E1212"]
    late = version(annual_plan=(PlanLine(span=Span.of("2027")),))
    assert [one.fault.code for one in late.doubts()] == ["E1217"]
    other = attrs.evolve(version(2, dt.date(2025, 5, 1)), party="2")
    assert [one.fault.code for one in contract(version(), other).doubts()] == ["E1213"]
    assert [one.fault.code for one in contract(version(), version(2)).doubts()] == ["E1214"]


KINDS = st.sampled_from(list(MovementKind))
MOVEMENTS = st.lists(
    st.builds(
        Movement,
        on=st.dates(dt.date(2024, 12, 1), dt.date(2026, 1, 31)),
        kind=KINDS,
        amount=st.integers(0, 9999).map(lambda cents: D(cents) / 100),
        quantity=st.one_of(st.none(), st.integers(1, 9).map(D)),
        item=st.sampled_from(["", "A", "B"]),
    ),
    max_size=12,
)
PLANS = st.lists(
    st.builds(
        PlanLine,
        span=st.sampled_from([Span.of(text) for text in ("2025Q1", "2025Q2", "2025H2", "2025")]),
        item=st.sampled_from(["", "A"]),
        quantity=st.one_of(st.none(), st.integers(1, 9).map(D)),
        amount=st.integers(0, 9999).map(D),
    ),
    max_size=3,
)


@settings(max_examples=100)
@given(PLANS, MOVEMENTS)
def test_causes_are_the_whole_of_a_difference_and_nothing_counts_twice(plans, movements):
    terms = version(annual_plan=tuple(plans))
    found = execution(terms, movements, dt.date(2026, 12, 31))
    for line in found.lines:
        assert sum((part.amount for part in line.parts), D(0)) == line.variance
    total = {kind: sum((m.amount for m in movements if m.kind is kind), D(0)) for kind in KINDS_}
    net = total[MovementKind.INVOICE] - total[MovementKind.RETURN]
    assert sum((line.invoiced for line in found.lines), D(0)) + found.unplanned == net
    assert found.received == total[MovementKind.RECEIPT]
    assert execution(terms, movements[::-1], dt.date(2026, 12, 31)).lines == found.lines


KINDS_ = list(MovementKind)


def test_causes_by_hand():
    plan = PlanLine(span=Span.of("2025Q1"), quantity=D(100), amount=D(1000))
    day = dt.date(2025, 2, 1)
    happened = [
        Movement(on=day, kind=MovementKind.ORDER, amount=D(720), quantity=D(80)),
        Movement(on=day, kind=MovementKind.DELIVERY, amount=D(630)),
        Movement(on=day, kind=MovementKind.INVOICE, amount=D(540), quantity=D(60)),
    ]
    line = execution(version(annual_plan=(plan,)), happened, END).lines[0]
    assert (line.variance, line.rate) == (D(-460), D("0.54"))
    # 60 pieces at 9.00 instead of 10.00; 720 ordered of 1000 less that; then 90 and 90 to come.
    assert {part.cause: part.amount for part in line.parts} == {
        Cause.PRICE: D(-60),
        Cause.NOT_ORDERED: D(-220),
        Cause.NOT_DELIVERED: D(-90),
        Cause.NOT_INVOICED: D(-90),
    }


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.dates(START, END), st.integers(0, 999)), max_size=5),
    st.integers(0, 3000),
)
def test_receipts_fill_the_plan_and_nothing_is_lost(plan, received):
    lines = [CollectionLine(due=due, amount=D(amount)) for due, amount in plan]
    found, beyond = split_receipts(lines, D(received))
    assert sum((one.received for one in found), beyond) == received
    assert all(0 <= one.received <= one.plan.amount for one in found)
    assert beyond == 0 or all(one.outstanding == 0 for one in found)


def test_what_is_overdue_by_the_collection_plan():
    plan = (CollectionLine(due=dt.date(2025, 3, 31), amount=D(600)),)
    found = execution(version(collection_plan=plan), [], END)
    assert found.overdue(dt.date(2025, 3, 31)) == 0
    assert found.overdue(dt.date(2025, 4, 1)) == 600


def test_reminders_of_what_ends_is_to_be_reviewed_or_lacks_documents():
    papers = tuple(Document(kind=kind) for kind in (DocumentKind.ORIGINAL, DocumentKind.MANDATE))
    sound = contract(documents=papers, reviewed_on=dt.date(2025, 11, 1))
    on = dt.date(2025, 11, 15)
    assert [one.kind for one in reminders([sound], on, 45)] == []
    assert [one.kind for one in reminders([sound], on, 46)] == [ReminderKind.EXPIRING]
    assert [one.kind for one in reminders([sound], dt.date(2026, 1, 1), 0)] == [
        ReminderKind.EXPIRED
    ]
    bare = contract(reviewed_on=dt.date(2025, 8, 15))
    found = reminders([bare], on, 0)
    assert [one.kind for one in found] == [
        ReminderKind.DOCUMENT,
        ReminderKind.DOCUMENT,
        ReminderKind.REVIEW,
    ]

"""Letters sent, returned, agreed or differing; who is due when."""

import datetime as dt
from decimal import Decimal

import pytest

from kamcore.errors import UsageError
from kamcore.model.confirmation import Confirmation, CycleRule, due_list, moved, state_of

MARCH = dt.date(2025, 3, 31)


def event(state, on, party="K1", as_of=MARCH, **more):
    day = dt.date.fromisoformat(on)
    return Confirmation(party=party, as_of=as_of, state=state, on=day, person="王会计", **more)


def test_a_letter_is_sent_returned_and_agreed():
    events = ()
    for state, on in (
        ("sent", "2025-04-02"),
        ("returned", "2025-04-10"),
        ("agreed", "2025-04-11"),
    ):
        events = moved(events, event(state, on))
    assert state_of(events, "K1", MARCH) == "agreed"
    assert state_of(events, "K2", MARCH) is None
    assert state_of(events, "K1", dt.date(2025, 4, 30)) is None


@pytest.mark.parametrize(("before", "then"), [("agreed", "sent"), ("settled", "returned")])
def test_a_state_that_cannot_follow_is_refused(before, then):
    events = (event("differing", "2025-04-02"), event(before, "2025-04-03"))
    with pytest.raises(UsageError) as raised:
        moved(events, event(then, "2025-04-04"))
    assert raised.value.code == "E2101"


def test_an_event_goes_into_a_log_and_back():
    one = event("differing", "2025-04-02", amount=Decimal("12.50"), note="少记一笔")
    assert Confirmation.from_json(one.to_json()) == one


def test_no_cycle_is_longer_than_a_month():
    with pytest.raises(ValueError, match="days"):
        CycleRule(days=40)


def test_parties_are_due_by_tier_and_volume_and_the_late_come_first():
    rules = (CycleRule(tier="金牌", days=7), CycleRule(volume=Decimal(1_000_000), days=14))
    parties = {
        "K1": ("金牌", Decimal(5_000_000)),
        "K2": ("银", Decimal(2_000_000)),
        "K3": ("银", Decimal(100)),
        "K4": (None, Decimal(0)),
    }
    events = [event("agreed", "2025-04-02", party=party) for party in ("K1", "K2", "K3")]
    events.append(event("sent", "2025-04-20", party="K3", as_of=dt.date(2025, 4, 19)))
    found = due_list(parties, events, rules, on=dt.date(2025, 4, 20))
    assert [(one.party, one.cycle, one.late) for one in found] == [
        ("K1", 7, 13),
        ("K2", 14, 6),
        ("K4", 31, 0),
        ("K3", 31, 0),
    ]
    assert found[-1].state == "sent"
    assert found[-1].due == dt.date(2025, 5, 1)


def test_what_is_known_later_does_not_change_an_earlier_list():
    rules = (CycleRule(days=30),)
    parties = {"K1": (None, Decimal(1))}
    late = [event("agreed", "2025-05-20")]
    (found,) = due_list(parties, late, rules, on=dt.date(2025, 5, 1), since=dt.date(2025, 3, 1))
    assert found.late == 31

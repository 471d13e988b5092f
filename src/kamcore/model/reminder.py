"""What is coming up with contracts: ends, reviews, documents; a list for any day, no server."""

import datetime as dt
from collections.abc import Iterable, Iterator

import attrs

from kamcore.model.archive import months_after
from kamcore.model.contract import IN_FORCE, Contract, ContractStatus
from kamcore.model.document import Lacking
from kamcore.model.word import Word

_EXPIRED = ContractStatus.EXPIRED


class ReminderKind(Word):
    """What a reminder is about."""

    EXPIRING = "expiring", "即将到期"
    EXPIRED = "expired", "已到期未续"
    REVIEW = "review", "应检查执行情况"
    DOCUMENT = "document", "资料缺失"


@attrs.frozen
class Reminder:
    """Something to do about a contract by a day."""

    contract: str
    party: str
    kind: ReminderKind
    due: dt.date | None
    lacking: Lacking | None = None
    """The document that is missing."""


def reminders(
    contracts: Iterable[Contract], on: dt.date, within: int, review_months: int = 3
) -> tuple[Reminder, ...]:
    """What is due about contracts on a day, and within so many days of it; earliest first."""
    found = [
        one for contract in contracts for one in _of_contract(contract, on, within, review_months)
    ]
    return tuple(
        sorted(found, key=lambda one: (one.due or dt.date.min, one.contract, one.kind.value))
    )


def _of_contract(
    contract: Contract, on: dt.date, within: int, review_months: int
) -> Iterator[Reminder]:
    def remind(kind: ReminderKind, due: dt.date | None, lacks: Lacking | None = None) -> Reminder:
        return Reminder(contract.number, contract.party, kind, due, lacks)

    terms = contract.terms_on(on)
    status = contract.status_on(on)
    if terms is None:
        return
    if status is _EXPIRED:
        yield remind(ReminderKind.EXPIRED, terms.end)
    if status not in IN_FORCE:
        return
    if terms.end is not None and (terms.end - on).days <= within:
        yield remind(ReminderKind.EXPIRING, terms.end)
    last = contract.reviewed_on or terms.start
    due = months_after(last, contract.review_months or review_months)
    if (due - on).days <= within:
        yield remind(ReminderKind.REVIEW, due)
    for one in contract.lacking(on):
        yield remind(ReminderKind.DOCUMENT, None, one)

"""The life of a voucher (凭证): draft, reviewed, posted; void and restored.

Allowed moves stand in one table (S148 to S153).  A posted voucher never changes
(财会〔2024〕12号 art. 21(3)): it is corrected by a red copy and a blue one.  A closed period
refuses every move; the refusal says what has to be undone first.
"""

from collections.abc import Collection

import attrs

from kamcore.errors import BooksError, Fault, Problem, UsageError
from kamcore.model.voucher import Voucher
from kamcore.place import Place

__all__ = ["MOVES", "Office", "move", "refusal"]

WRONG_STATE = Fault(
    code="L1401",
    zh="{value} 处于「{state}」, 不能{move}; 须先{undo}",
    en="{value} is {state} and cannot be {move}; first: {undo}",
)
CLOSED = Fault(
    code="L1402",
    zh="{value} 所在期间 {period} 已结账, 不能{move}; 须先反结账",
    en="{value} lies in period {period}, which is closed: it cannot be {move}; reopen it first",
)
OWN_REVIEW = Fault(
    code="L1403",
    zh="{value} 由 {person} 制单, 不能由同一人审核",
    en="{value} was prepared by {person}, who cannot review it",
)
NOT_BALANCED = Fault(
    code="L1404",
    zh="{value} 借贷不平, 相差 {amount}, 不能{move}",
    en="{value} is off by {amount} and cannot be {move}",
)
NO_MOVE = Fault(
    code="L1405",
    zh="没有「{value}」这个操作, 可用 {known}",
    en="there is no move {value!r}; choose from {known}",
)

MOVES = {
    "review": ("审核", ("draft",), "reviewed"),
    "unreview": ("取消审核", ("reviewed",), "draft"),
    "post": ("记账", ("reviewed",), "posted"),
    "unpost": ("取消记账", ("posted",), "reviewed"),
    "void": ("作废", ("draft",), "void"),
    "restore": ("恢复", ("void",), "draft"),
    "change": ("修改", ("draft",), "draft"),
    "delete": ("删除", ("draft", "void"), "void"),
}
"""Moves: what accountants say, from which states, to which state."""

_STATES = {"draft": "未审核", "reviewed": "已审核", "posted": "已记账", "void": "已作废"}
_UNDO = {"reviewed": ("unreview",), "posted": ("unpost", "unreview"), "void": ("restore",)}
_FORWARD = {"draft": ("review",)}


@attrs.frozen(kw_only=True)
class Office:
    """The rules of an office.

    `closed` are periods as (year, period).  With `review_needed` off an unreviewed voucher may
    be posted; with `own_review` a preparer may review (`own_reviewers` allows it to some).
    `unpost_allowed` is off: posting cannot be taken back.
    """

    closed: Collection[tuple[int, int]] = ()
    review_needed: bool = True
    own_review: bool = False
    own_reviewers: Collection[str] = ()
    unpost_allowed: bool = False


def move(voucher: Voucher, name: str, person: str, office: Office | None = None) -> Voucher:
    """The voucher after a move made by a person.

    Raises:
        BooksError: the move is not allowed; the message says what must be undone first.
        UsageError: there is no such move.
    """
    problem = refusal(voucher, name, person, office)
    if problem is not None:
        raise BooksError(problem)
    _, _, state = MOVES[name]
    if name == "unpost" and voucher.reviewer is None:
        state = "draft"
    moved = attrs.evolve(voucher, status=state)
    if name in ("review", "unreview"):
        return attrs.evolve(moved, reviewer=person if name == "review" else None)
    if name in ("post", "unpost"):
        return attrs.evolve(moved, poster=person if name == "post" else None)
    return moved


def refusal(
    voucher: Voucher, name: str, person: str, office: Office | None = None
) -> Problem | None:
    """Why a move is not allowed; None when it is.

    Raises:
        UsageError: there is no such move.
    """
    if name not in MOVES:
        raise UsageError(NO_MOVE.at(Place(), name, known=", ".join(MOVES)))
    office = office or Office()
    said, states, _ = MOVES[name]
    label, state = _label(voucher), voucher.status or "draft"
    place = Place(voucher=label)
    period = (voucher.year, voucher.period)
    if voucher.date is not None and None in period:
        period = (voucher.date.year, voucher.date.month)
    if period in set(office.closed):
        return CLOSED.at(place, label, period=f"{period[0]}-{period[1]:02}", move=said)
    if name == "post" and not office.review_needed:
        states = ("draft", "reviewed")
    if state not in states or (name == "unpost" and not office.unpost_allowed):
        return WRONG_STATE.at(
            place, label, state=_STATES[state], move=said, undo=_before(name, state, office)
        )
    if name == "review" and person == voucher.preparer and not _may_review(person, office):
        return OWN_REVIEW.at(place, label, person=person)
    if name in ("review", "post") and voucher.off_by:
        return NOT_BALANCED.at(place, label, amount=voucher.off_by, move=said)
    return None


def _may_review(person: str, office: Office) -> bool:
    return office.own_review or person in office.own_reviewers


def _before(name: str, state: str, office: Office) -> str:
    """What has to be done before a move, in the words of accountants."""
    if state == "posted" and not office.unpost_allowed:
        return "红字冲销 (red copy)"
    if name == "post":
        steps = _FORWARD.get(state, _UNDO.get(state, ()))
    else:
        steps = _UNDO.get(state, ("review",))
    return ", ".join(f"{MOVES[step][0]} ({step})" for step in steps)


def _label(voucher: Voucher) -> str:
    number = "?" if voucher.number is None else voucher.number
    return f"{voucher.date or ''} {voucher.word or ''}-{number}".strip()

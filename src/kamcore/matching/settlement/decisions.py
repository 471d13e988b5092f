"""Saved decisions: a file of lines that replays to the identical result, and undo as a fact.

Each line is a JSON object with its ``kind``: ``matching`` once at the head (policy, version),
``automatic``, ``proposed``, ``accepted`` (a proposal a person agreed to), ``undecided`` and
``undone``.  Lines are only ever added.  Amounts are exact texts.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs

from kamcore.errors import BooksError, Fault, SourceError
from kamcore.matching.one_sided.columns import documents, opened
from kamcore.matching.one_sided.result import Decision, Matching, Settled
from kamcore.matching.policy import Answer, MatchPolicy
from kamcore.matching.settlement.applying import Undo
from kamcore.model.company_name import Aliases
from kamcore.place import Place

__all__ = ["Saved", "from_lines", "replay", "to_lines"]

NOT_A_DECISION = Fault(
    code="M6031",
    zh="第 {line} 行不是核销决定: {value}",
    en="line {line} is no decision: {value}",
    hint_zh="决定文件只由 kamcore match --save 写出, 逐行追加, 不要手改",
    hint_en="such a file is written by kamcore match --save, line after line; do not edit it",
)
CHANGED = Fault(
    code="M6032",
    zh="决定 {decision} 涉及的单据「{value}」已不存在或金额不足",
    en="decision {decision} settles {value!r}, which is gone or has less open",
    hint_zh="单据改变后请重新核销; 已保存的决定不会悄悄套用",
    hint_en="match again after documents changed; a saved decision is never applied silently",
)

_KINDS = ("automatic", "proposed", "accepted")


@attrs.frozen(kw_only=True)
class Saved:
    """What a decision file holds, in its own order."""

    automatic: tuple[Decision, ...] = ()
    proposed: tuple[Decision, ...] = ()
    accepted: tuple[Decision, ...] = ()
    undecided: tuple[str, ...] = ()
    undone: tuple[Undo, ...] = ()

    @property
    def settled(self) -> tuple[Decision, ...]:
        """Everything that was decided, taken back later or not."""
        return (*self.automatic, *self.accepted)

    @property
    def standing(self) -> tuple[Decision, ...]:
        """Everything that was decided and not taken back."""
        back = {undo.of for undo in self.undone}
        return tuple(one for one in self.settled if one.id not in back)


def to_lines(matching: Matching) -> list[str]:
    """A matching as lines of JSON, the head first."""
    head = {"kind": "matching", "policy": matching.policy.describe()}
    objects: list[dict[str, Any]] = [head]
    objects += [_as_json(one, "automatic") for one in matching.automatic]
    objects += [_as_json(one, "proposed") for one in matching.proposed]
    objects += [{"kind": "undecided", "receipt": name} for name in matching.undecided]
    return [json.dumps(one, ensure_ascii=False, default=str) for one in objects]


def accept_line(decision: Decision, person: str) -> str:
    """The line that says a person agreed to a proposal."""
    one = attrs.evolve(decision, person=person)
    return json.dumps(_as_json(one, "accepted"), ensure_ascii=False)


def undo_line(undo: Undo) -> str:
    """The line that takes a decision back."""
    said = {"kind": "undone", **attrs.asdict(undo), "date": undo.date.isoformat()}
    return json.dumps(said, ensure_ascii=False)


def _as_json(one: Decision, kind: str) -> dict[str, Any]:
    said = attrs.asdict(one, recurse=False)
    for side in ("receipts", "items"):
        said[side] = [[part.id, f"{part.amount:f}"] for part in said[side]]
    said["answer"], said["difference"] = str(one.answer), f"{one.difference:f}"
    return {"kind": kind, **said}


def from_lines(lines: Iterable[str], file: str = "") -> Saved:
    """Read lines of decisions.

    Raises:
        SourceError: a line is no decision.
    """
    found: dict[str, list[Any]] = {name: [] for name in (*_KINDS, "undecided", "undone")}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            kind = said.pop("kind")
            if kind != "matching":
                found[kind].append(_read(kind, said))
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
            place = Place(file=file, line=number)
            raise SourceError(NOT_A_DECISION.at(place, line, line=number)) from error
    return Saved(**{name: tuple(rows) for name, rows in found.items()})


def _read(kind: str, said: Mapping[str, Any]) -> Decision | Undo | str:
    if kind == "undecided":
        return str(said["receipt"])
    if kind == "undone":
        return Undo(**{**said, "date": dt.date.fromisoformat(said["date"])})
    more = {
        side: tuple(Settled(id=name, amount=Decimal(amount)) for name, amount in said[side])
        for side in ("receipts", "items")
    }
    return Decision(
        **{
            **said,
            **more,
            "reasons": tuple(said["reasons"]),
            "answer": Answer(said["answer"]),
            "difference": Decimal(said["difference"]),
        }
    )


def replay(  # noqa: PLR0913  the same choices as `match`
    saved: Saved,
    items: Any,
    receipts: Any,
    *,
    policy: MatchPolicy | None = None,
    aliases: Aliases | None = None,
    base_currency: str = "CNY",
) -> Matching:
    """The result of saved decisions over the same lists: nothing is searched, nothing differs.

    Proposals that were accepted stand among the automatic decisions, with who agreed; decisions
    that were taken back are left out, so that their documents are open again.  The lists may be
    frames of any engine, as in `kamcore.matching.one_sided.matching.match`.

    Raises:
        BooksError: a document is gone, or less of it is open than was decided; or a list has not
            the columns of lists.
        UsageError: a list is no frame of a known engine.
    """
    home = opened(items, "items")
    both = documents(home, receipts, aliases or Aliases(), base_currency)
    known = {(row[1], row[0]): row[2] for row in both.select("id", "is_item", "amount").rows()}
    agreed = {one.id for one in saved.settled}
    proposed = tuple(one for one in saved.proposed if one.id not in agreed)
    for one in (*saved.standing, *proposed):
        for is_item, parts in ((True, one.items), (False, one.receipts)):
            for part in parts:
                whole = known.get((is_item, part.id))
                if whole is None or abs(part.amount) > abs(whole):
                    raise BooksError(CHANGED.at(Place(), part.id, decision=one.id))
    return Matching(
        automatic=saved.standing,
        proposed=proposed,
        undecided=saved.undecided,
        policy=policy or MatchPolicy(),
        record=both,
        home=home.hand_back,
    )

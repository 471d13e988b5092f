"""The books that two companies make of one truth, with the mistakes people make."""

import datetime as dt
import random
from decimal import Decimal

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.model.entity import Entity
from kamcore.model.voucher import Line, Voucher
from matching.histories import AS_OF, ZERO, Fact, Noise, Truth


@attrs.frozen(kw_only=True)
class Cause:
    """Why the two balances of a party differ: what went wrong with which fact, on which side.

    `kind` is ``timing``, ``missing``, ``wrong_side``, ``transposed``, ``duplicate`` or
    ``deduction``; `amount` is what it adds to our balance less theirs.
    """

    kind: str
    side: str
    fact: str
    party: str
    amount: Decimal


@attrs.frozen(kw_only=True)
class TwoBooks:
    """Our books and those of each party, with what makes them differ.

    `vouchers` says under which ``voucher_id`` a fact stands: by side (``ours`` or a party) and
    fact.  A fact booked twice stands under two.
    """

    ours: Books
    theirs: dict[str, Books]
    causes: tuple[Cause, ...]
    vouchers: dict[tuple[str, str], tuple[int, ...]]


@attrs.frozen(kw_only=True)
class _Booked:
    """A fact as one side booked it; `amount` is what it adds to the receivable or payable."""

    fact: Fact
    day: dt.date
    amount: Decimal
    on_wrong_side: bool = False


def two_books(truth: Truth, us: str = "海门远山食品有限公司") -> TwoBooks:
    """Book the truth on both sides up to 2025-12-31, each fact with at most one mistake."""
    draw = random.Random(truth.seed + 1)
    sides: dict[str, list[_Booked]] = {"ours": [], **{name: [] for name in truth.parties}}
    causes = []
    for fact in truth.facts:
        kind, side = _mistake(draw, truth.noise), draw.choice(("ours", "theirs"))
        good = {"ours": [_right(fact)], "theirs": [_right(fact)]}
        if fact.deduction:
            full = fact.signed - fact.deduction
            good["theirs"] = [_Booked(fact=fact, day=fact.date, amount=full)]
            kind = "deduction"
        elif kind:
            good[side] = _mistaken(draw, fact, kind)
        effect = _sum(good["ours"]) - _sum(good["theirs"])
        if effect:
            side = "theirs" if kind == "deduction" else side
            found = Cause(kind=kind, side=side, fact=fact.id, party=fact.party, amount=effect)
            causes.append(found)
        sides["ours"] += good["ours"]
        sides[fact.party] += good["theirs"]
    vouchers: dict[tuple[str, str], tuple[int, ...]] = {}
    codes = {name: f"K{number:03d}" for number, name in enumerate(truth.parties, start=1)}
    ours = _our_books(sides.pop("ours"), codes, us, vouchers)
    theirs = {name: _their_books(booked, us, name, vouchers) for name, booked in sides.items()}
    return TwoBooks(ours=ours, theirs=theirs, causes=tuple(causes), vouchers=vouchers)


def _sum(booked: list[_Booked]) -> Decimal:
    return sum((one.amount for one in booked if one.day <= AS_OF), ZERO)


def _right(fact: Fact) -> _Booked:
    return _Booked(fact=fact, day=fact.date, amount=fact.signed)


def _mistake(draw: random.Random, noise: Noise) -> str | None:
    at = draw.random()
    for kind in ("late", "missing", "wrong_side", "transposed", "doubled"):
        at -= getattr(noise, kind)
        if at < 0:
            return {"late": "timing", "doubled": "duplicate"}.get(kind, kind)
    return None


def _mistaken(draw: random.Random, fact: Fact, kind: str) -> list[_Booked]:
    """What a side books instead of the fact."""
    right = _right(fact)
    if kind == "missing":
        return []
    if kind == "timing":
        later = dt.date(2026, 1, draw.randrange(2, 12))
        near = fact.date >= AS_OF - dt.timedelta(days=45)
        return [attrs.evolve(right, day=later)] if near else [right]
    if kind == "duplicate":
        return [right, attrs.evolve(right, day=min(AS_OF, fact.date + dt.timedelta(days=3)))]
    if kind == "wrong_side":
        return [attrs.evolve(right, amount=-right.amount, on_wrong_side=True)]
    digits = str(int(fact.amount * 100))
    spots = [
        i for i in range(len(digits) - 1) if digits[i] != digits[i + 1] and digits[i + 1] > "0"
    ]
    if not spots:
        return [right]
    at = draw.choice(spots)
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    amount = Decimal(swapped) / 100
    return [attrs.evolve(right, amount=amount if right.amount > 0 else -amount)]


def _our_books(
    booked: list[_Booked],
    codes: dict[str, str],
    us: str,
    vouchers: dict[tuple[str, str], tuple[int, ...]],
) -> Books:
    """Our books: 1122 by customer."""
    accounts = {"1002": "银行存款", "1122": "应收账款", "6001": "主营业务收入"}
    made = []
    for number, one in enumerate(_in_order(booked), start=1):
        fact = one.fact
        aux = {"customer": codes[fact.party]}
        counter = "1002" if fact.kind == "payment" else "6001"
        lines = _lines(one, "1122", counter, fact.text, aux)
        made.append(_voucher(one, number, lines))
        key = ("ours", fact.id)
        vouchers[key] = (*vouchers.get(key, ()), number)
    return _books(made, accounts, us, {"customer": {code: name for name, code in codes.items()}})


def _their_books(
    booked: list[_Booked], us: str, name: str, vouchers: dict[tuple[str, str], tuple[int, ...]]
) -> Books:
    """The books of a customer: 2202 by supplier, in its own words."""
    accounts = {"1002": "银行存款", "1405": "库存商品", "2202": "应付账款"}
    made = []
    for number, one in enumerate(_in_order(booked), start=1):
        fact = one.fact
        paid = fact.kind == "payment"
        words = {"invoice": "采购", "credit": "采购退货", "payment": "付货款"}[fact.kind]
        summary = f"{words} {fact.number or fact.text}".strip()
        mirrored = attrs.evolve(one, amount=-one.amount)
        lines = _lines(mirrored, "2202", "1002" if paid else "1405", summary, {"supplier": "G01"})
        made.append(_voucher(one, number, lines))
        key = (name, fact.id)
        vouchers[key] = (*vouchers.get(key, ()), number)
    return _books(made, accounts, name, {"supplier": {"G01": us}})


def _in_order(booked: list[_Booked]) -> list[_Booked]:
    kept = [one for one in booked if one.amount]
    return sorted(kept, key=lambda one: (one.day, one.fact.id))


def _lines(
    one: _Booked, account: str, counter: str, summary: str, aux: dict[str, str]
) -> tuple[Line, Line]:
    """A line and its counter line; credit notes are red, a payment stands on the other side.

    The amount is signed, debit positive.  A fact on the wrong side is positive there.
    """
    fact = one.fact
    on_debit = one.amount > 0
    if fact.kind == "credit" and not one.on_wrong_side:
        on_debit = not on_debit
    debit, credit = (one.amount, ZERO) if on_debit else (ZERO, -one.amount)
    more = {"due_date": fact.due, "invoice": fact.number, "contract": fact.contract}
    return (
        Line(account=account, summary=summary, debit=debit, credit=credit, aux=aux, **more),
        Line(account=counter, summary=summary, debit=credit, credit=debit),
    )


def _voucher(one: _Booked, number: int, lines: tuple[Line, ...]) -> Voucher:
    return Voucher(date=one.day, word="记", number=number, status="posted", lines=lines)


def _books(
    made: list[Voucher],
    accounts: dict[str, str],
    owner: str,
    members: dict[str, dict[str, str]],
) -> Books:
    """Books with chart, dimensions and members; vouchers are numbered anew in each month."""
    counts: dict[tuple[int, int], int] = {}
    numbered = []
    for number, voucher in enumerate(made, start=1):
        month = (voucher.date.year, voucher.date.month)
        counts[month] = counts.get(month, 0) + 1
        numbered.append(attrs.evolve(voucher, voucher_id=number, number=counts[month]))
    labels = {"customer": "客户", "supplier": "供应商"}
    rows = [(kind, code, name) for kind, known in members.items() for code, name in known.items()]
    tables = {
        "accounts": pl.DataFrame({"code": list(accounts), "name": list(accounts.values())}),
        "dimensions": pl.DataFrame([{"id": kind, "label": labels[kind]} for kind in members]),
        "members": pl.DataFrame(rows, schema=["dimension", "code", "name"], orient="row"),
    }
    return Books.from_vouchers(numbered, entity=Entity(name=owner), tables=tables)

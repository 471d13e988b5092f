"""Set-offs between the accounts of a party, or of two (应收应付对冲), as voucher drafts.

A set-off takes what stands on the debit of one kind of account against what stands on the credit
of another: the smaller of the two totals per party and currency (the rule of the Yonyou module;
accounting.md 3.3).  Each is a voucher of its own with the auxiliary items of both accounts.  In
a foreign currency both sides carry their own base amounts; what these differ by is a realised
exchange difference.  Nothing is booked here; `undo` gives the voucher that takes one back.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import narwhals as nw
import polars as pl

from kamcore.errors import Fault, UsageError
from kamcore.ledger.draft import money_text
from kamcore.ledger.engine import Frames, Source, open_frames
from kamcore.ledger.tree import AccountTree, account_tree
from kamcore.matching.offsets.set_off_writing import Kind, SetOff, SetOffWriter, undo
from kamcore.matching.parties.control_balances import lazy_control_balances
from kamcore.matching.parties.identifying import members_like, named_by
from kamcore.model.company_name import normalised
from kamcore.model.voucher import exact
from kamcore.place import Place

__all__ = ["KINDS", "TRANSFERS", "SetOff", "linked_parties", "set_off", "transfer", "undo"]

NOT_A_KIND = Fault(
    code="M2331",
    zh="没有「{value}」这种对冲",
    en="there is no set-off {value!r}",
    hint_zh="可用: {known}",
    hint_en="choose from {known}",
)
TOO_MUCH = Fault(
    code="M2332",
    zh="{party} 可转金额为 {most}, 不足 {value}",
    en="{party} has {most} to transfer, not {value}",
)
NO_ACCOUNT = Fault(
    code="M2333",
    zh="{value} 没有可转的往来余额",
    en="{value} has no balance to transfer",
)
SAME_PARTY = Fault(
    code="M2334",
    zh="转出和转入是同一个往来单位 {value}",
    en="{value} cannot be transferred to itself",
)

ZERO = Decimal(0)


_RECEIVABLE = ("customer", ("ar_trade", "ar_other"))
_PAYABLE = ("supplier", ("ap_trade", "ap_other"))
_ADVANCE = ("customer", ("advance_from_customer", "contract_liability"))
_PREPAID = ("supplier", ("prepaid_to_supplier",))

KINDS: Mapping[str, Kind] = {
    "advance-receivable": Kind(
        "预收冲应收", "advances against receivables", _RECEIVABLE, _ADVANCE
    ),
    "prepaid-payable": Kind("预付冲应付", "prepayments against payables", _PREPAID, _PAYABLE),
    "receivable-payable": Kind(
        "应收冲应付", "receivables against payables", _RECEIVABLE, _PAYABLE
    ),
    "payable-receivable": Kind(
        "应付冲应收", "payables against receivables", _RECEIVABLE, _PAYABLE
    ),
    "advance-prepaid": Kind("预收冲预付", "advances against prepayments", _PREPAID, _ADVANCE),
}
"""Set-offs of one party's balances, by name."""

TRANSFERS: Mapping[str, Kind] = {
    "receivable-transfer": Kind("应收转应收", "transfer of receivables", _RECEIVABLE, _RECEIVABLE),
    "payable-transfer": Kind("应付转应付", "transfer of payables", _PAYABLE, _PAYABLE),
}
"""Transfers of a balance to another party, by name."""


def linked_parties(
    source: Source, mapping: Mapping[str, str] | None = None
) -> Mapping[str, tuple[str, str]]:
    """Customers that are suppliers too (S55): customer code to supplier code and how it is known.

    By `mapping` first, then by credit code, then by one folded name on either side.
    """
    members = _members(open_frames(source), ("customer", "supplier"))
    both = {
        kind: list(members.filter(dimension=kind).iter_rows(named=True))
        for kind in ("customer", "supplier")
    }
    found = {code: (there, "mapping") for code, there in (mapping or {}).items()}
    for how in ("credit_code", "name"):
        index: dict[str, list[str]] = {}
        own: dict[str, list[str]] = {}
        for kind, into in (("customer", own), ("supplier", index)):
            for row in both[kind]:
                if value := _identity(row, how):
                    into.setdefault(value, []).append(row["code"])
        taken = {there for there, _ in found.values()}
        for value, codes in own.items():
            there = [code for code in index.get(value, []) if code not in taken]
            if len(codes) == 1 and len(there) == 1 and codes[0] not in found:
                found[codes[0]] = (there[0], how)
    return found


def _members(frames: Frames, dimensions: tuple[str, ...]) -> pl.DataFrame:
    """The listed members of some dimensions with what names them, sorted by code."""
    facts = ("name", "short_name", "credit_code")
    names = ("dimension", "code", *facts)
    if not frames.has("members"):
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    rows = frames.table("members", names[:2], facts)
    found = frames.fetch(rows.filter(nw.col("dimension").is_in(dimensions)))
    return found.sort(names, nulls_last=True).collect()


def _identity(row: Mapping[str, Any], how: str) -> str | None:
    value: str | None = row[how]
    return normalised(value) if value and how == "name" else value


def set_off(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    source: Source,
    kind: str,
    *,
    as_of: dt.date,
    party: str | None = None,
    amount: Decimal | None = None,
    mapping: Mapping[str, str] | None = None,
) -> tuple[SetOff, ...]:
    """Set off what every party (or one) has on both sides, as of a day.

    `amount` limits the set-off of each party and currency; `mapping` links customers with
    suppliers that are the same company.

    Raises:
        UsageError: there is no such kind, or the party is not found.
    """
    if kind not in KINDS:
        raise UsageError(NOT_A_KIND.at(Place(), kind, known=", ".join((*KINDS, *TRANSFERS))))
    chosen = KINDS[kind]
    most = None if amount is None else exact(amount)
    frames = open_frames(source)
    tree = account_tree(frames)
    rows = _balances(frames, as_of, tree, (chosen.debit[0], chosen.credit[0]))
    links = linked_parties(frames, mapping)
    by_supplier = {there: code for code, (there, _) in links.items()}
    legs = [
        _leg(rows, leg, on_debit=on_debit)
        for leg, on_debit in ((chosen.debit, True), (chosen.credit, False))
    ]
    if chosen.debit[0] != chosen.credit[0]:
        legs = [
            leg.with_columns(party=_linked(by_supplier))
            if dimension == "supplier"
            else leg.filter(pl.col("member").is_in(list(links)))
            for leg, dimension in zip(legs, (chosen.debit[0], chosen.credit[0]), strict=True)
        ]
    if party is not None:
        named = named_by(_named(rows, (chosen.debit[0], chosen.credit[0])), party)
        codes = [by_supplier.get(code, code) for code in named["member"]]
        legs = [leg.filter(pl.col("party").is_in(codes)) for leg in legs]
    writer = SetOffWriter(frames.entity.base_currency, tree, (kind, chosen), as_of)
    return tuple(found for found in _each(writer, legs, most))


def _balances(
    frames: Frames, as_of: dt.date, tree: AccountTree, dimensions: tuple[str, ...]
) -> pl.DataFrame:
    """What parties of some dimensions stand at, computed; sorted."""
    rows = lazy_control_balances(frames, as_of, tree)
    found = frames.fetch(rows.filter(nw.col("dimension").is_in(dimensions)))
    order = ("dimension", "member", "currency", "account")
    return found.sort(order, nulls_last=True).collect()


def _leg(rows: pl.DataFrame, leg: tuple[str, tuple[str, ...]], *, on_debit: bool) -> pl.DataFrame:
    dimension, roles = leg
    sign = pl.col("fx") > 0 if on_debit else pl.col("fx") < 0
    found = rows.filter((pl.col("dimension") == dimension) & pl.col("role").is_in(roles) & sign)
    return found.drop_nulls("member").with_columns(party=pl.col("member"))


def _linked(customers: Mapping[str, str]) -> pl.Expr:
    return pl.col("member").replace_strict(dict(customers), default=None, return_dtype=pl.String)


def _named(rows: pl.DataFrame, dimensions: tuple[str, str]) -> pl.DataFrame:
    kept = rows.filter(pl.col("dimension").is_in(dimensions)).drop_nulls("member")
    kept = kept.unique(["dimension", "member"], keep="first", maintain_order=True)
    short = pl.lit(None, dtype=pl.String)
    return kept.with_columns(short_name=short, lines=pl.lit(0))


def _each(writer: SetOffWriter, legs: list[pl.DataFrame], most: Decimal | None) -> list[SetOff]:
    found = []
    keys = ["party", "currency"]
    both = [leg.drop_nulls("party").partition_by(keys, as_dict=True) for leg in legs]
    for key in sorted(both[0].keys() & both[1].keys()):
        debit, credit = (frames[key].sort("account", "member").to_dicts() for frames in both)
        totals = [abs(sum(row["fx"] for row in leg)) for leg in (debit, credit)]
        amount = min(*totals, most if most is not None else totals[0])
        if amount > 0:
            amounts = (Decimal(amount), Decimal(totals[0]), Decimal(totals[1]))
            found.append(writer.set_off(debit, credit, amounts))
    return found


def transfer(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    source: Source,
    kind: str,
    *,
    as_of: dt.date,
    party: str,
    into: str,
    amount: Decimal | None = None,
    currency: str | None = None,
) -> tuple[SetOff, ...]:
    """Move what one party owes, or is owed, to another: a draft per currency.

    Without `amount` the whole balance moves, account by account.

    Raises:
        UsageError: there is no such kind or party, nothing to move, or less than asked for.
    """
    if kind not in TRANSFERS:
        raise UsageError(NOT_A_KIND.at(Place(), kind, known=", ".join(TRANSFERS)))
    chosen = TRANSFERS[kind]
    frames = open_frames(source)
    tree = account_tree(frames)
    dimension = chosen.debit[0]
    rows = _balances(frames, as_of, tree, (dimension,))
    leg = _leg(rows, chosen.debit, on_debit=dimension == "customer")
    giver = named_by(_named(rows, (dimension, dimension)), party)["member"][0]
    taker = _taker(frames, dimension, into)
    if giver == taker:
        raise UsageError(SAME_PARTY.at(Place(), giver))
    leg = leg.filter(pl.col("member") == giver)
    if currency is not None:
        leg = leg.filter(pl.col("currency") == currency)
    if leg.is_empty():
        raise UsageError(NO_ACCOUNT.at(Place(), party))
    writer = SetOffWriter(frames.entity.base_currency, tree, (kind, chosen), as_of)
    found = []
    for part in leg.sort("currency", "account").partition_by("currency", maintain_order=True):
        given = part.to_dicts()
        total = abs(sum(row["fx"] for row in given))
        moved = total if amount is None else exact(amount)
        if moved > total:
            facts = {"party": giver, "most": money_text(Decimal(total))}
            raise UsageError(TOO_MUCH.at(Place(), money_text(moved), **facts))
        found.append(writer.transfer(given, taker, (Decimal(moved), Decimal(total))))
    return tuple(found)


def _taker(frames: Frames, dimension: str, text: str) -> str:
    """The code of the party that takes over: a known member, else the text itself as its code."""
    known = _members(frames, (dimension,)).rename({"code": "member"}).with_columns(lines=pl.lit(0))
    found = members_like(known, text)
    return str(named_by(known, text)["member"][0]) if found.height else text

"""Vouchers for receipts that are only on the bank statement, and books with them booked.

A receipt that settles something is booked on its own day: the bank account against the control
account of what it settles, with the party; the part beyond stays on that account, open.  What
the settlement itself leaves (short payments, realised exchange differences) stands in the same
voucher where its day is the same.  A payment to a supplier is the same the other way round.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books, schema
from kamcore.errors import Fault, Problem, Severity, UsageError
from kamcore.ledger.draft import ZERO, DraftLine, rounded, sides
from kamcore.ledger.engine import open_frames
from kamcore.ledger.tree import account_tree
from kamcore.matching.one_sided.columns import conform_documents
from kamcore.matching.one_sided.result import Decision
from kamcore.matching.settlement.applying import Shares, Side, by_side, spread
from kamcore.matching.settlement.booking import with_names
from kamcore.matching.settlement.settled import settled_books
from kamcore.matching.settlement.settling import NO_CONTROL, DraftApplication, SettlementDraft
from kamcore.place import Place

__all__ = ["Bank", "ReceiptDraft", "bank_of", "receipt_books", "receipt_drafts"]

NO_BANK = Fault(
    code="M6044",
    zh="「{value}」不是账套中的末级科目",
    en="{value!r} is no last-level account of the books",
    hint_zh="可用的银行科目: {known}",
    hint_en="bank accounts they have: {known}",
)
NO_MEMBER = Fault(
    code="M6045",
    zh="科目 {value} 按 {dimension} 核算, 须指明是哪一个",
    en="account {value} is kept by {dimension}; say which",
    hint_zh="{dimension} 有: {known}",
    hint_en="{dimension} has: {known}",
)
NO_DAY = Fault(
    code="M6046",
    severity=Severity.WARNING,
    zh="收付款「{value}」没有日期, 未制凭证, 其核销也未记入",
    en="receipt {value!r} has no date: no voucher, and its settlement is not booked",
    hint_zh="在清单中补上日期",
    hint_en="give it a date in the list",
)

NO_RATE = Fault(
    code="M6047",
    severity=Severity.WARNING,
    zh="外币收付款「{value}」没有本位币金额, 按所核销单据的汇率制证, 未计汇兑损益",
    en="receipt {value!r} in foreign currency says no base amount: booked at the rate of what it "
    "settles, without exchange difference",
    hint_zh="在清单中加一列「本位币金额」, 或用 --rate 给出汇率",
    hint_en="give the list a column 本位币金额, or the rate by --rate",
)

_BANK_ROLES = ("bank", "cash")


@attrs.frozen(kw_only=True)
class Bank:
    """The account money came to or went from, with its auxiliary items."""

    account: str
    aux: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class ReceiptDraft(SettlementDraft):
    """A voucher that books receipts; `receipts` are their ids and the lines they stand on."""

    receipts: tuple[tuple[str, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The keys every draft has under ``--json``, ``applications`` and ``receipts``."""
        named = [{"id": name, "line_no": line_no} for name, line_no in self.receipts]
        return {**super().to_json(), "receipts": named}


def bank_of(books: Books | None, account: str, members: Mapping[str, str] | None = None) -> Bank:
    """The bank account of a code, with the auxiliary items its lines are kept by.

    Where all lines name one member it is taken; where they name several, `members` says which.

    Raises:
        UsageError: the books have no such last-level account, or it is not said which member.
    """
    given = dict(members or {})
    if books is None:
        return Bank(account=account, aux=given)
    tree = account_tree(open_frames(books))
    leaves = tree.leaves()
    # Exports of documents alone know no accounts but those of their documents.
    if account not in leaves and (books.lines.height or books.accounts.height):
        known = [code for code in sorted(leaves) if tree.role(code) in _BANK_ROLES]
        raise UsageError(NO_BANK.at(Place(), account, known=", ".join(known) or "-"))
    lines = books.lines.filter(pl.col("account") == account)
    aux = {}
    for column in schema.dimension_columns(lines):
        name = column.removeprefix(schema.AUX)
        used = sorted(lines[column].drop_nulls().unique().to_list())
        if name in given or not used or lines[column].null_count():
            continue
        if len(used) > 1:
            facts = {"dimension": name, "known": ", ".join(used)}
            raise UsageError(NO_MEMBER.at(Place(), account, **facts))
        aux[name] = used[0]
    return Bank(account=account, aux={**aux, **given})


def receipt_drafts(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    decisions: Iterable[Decision],
    documents: Any,
    listed: Collection[str],
    bank: Bank,
    *,
    settlements: Iterable[SettlementDraft] = (),
    base_currency: str = "CNY",
) -> tuple[tuple[SettlementDraft, ...], tuple[Problem, ...]]:
    """Draft the vouchers of receipts that the books do not hold, with what they leave to book.

    Args:
        decisions: what was decided.
        documents: both lists as one frame of any engine, as `Matching.documents` has them.
        listed: ids of the receipts that are not booked; the others need no voucher.
        bank: where the money came or went.
        settlements: `kamcore.matching.settlement_drafts` of the same decisions; each joins
            the voucher of its receipts where the day is the same.
        base_currency: that of the books.

    A decision with a receipt that has no date is left out and told.
    """
    known = by_side(conform_documents(documents))
    share = Shares(known)
    rest = {one.rule.removeprefix("settlement "): one for one in settlements}
    made: list[SettlementDraft] = []
    problems: list[Problem] = []
    for decision in decisions:
        mine = [part.id for part in decision.receipts if part.id in listed]
        undated = [name for name in mine if known[False, name]["date"] is None]
        problems += [NO_DAY.at(Place(), name) for name in undated]
        settlement = rest.get(decision.id)
        bare = [
            name for name in mine if not any(known[True, x.id]["account"] for x in decision.items)
        ]
        problems += [NO_CONTROL.at(Place(), name) for name in bare]
        if undated or bare:
            continue
        unrated = [name for name in mine if _says_no_base(known[False, name], base_currency)]
        problems += [NO_RATE.at(Place(), name) for name in unrated]
        drafts = _booked(decision, mine, known, share, (bank, base_currency))
        if settlement is not None:
            if drafts and drafts[-1].date == settlement.date:
                drafts[-1] = _joined(drafts[-1], settlement)
            else:
                drafts.append(settlement)
        made += drafts
    return tuple(sorted(made, key=lambda one: one.date)), tuple(problems)


def _says_no_base(document: Mapping[str, Any], base_currency: str) -> bool:
    return document["base"] is None and document["currency"] not in (None, base_currency)


def _booked(
    decision: Decision,
    mine: list[str],
    known: Mapping[Side, Mapping[str, Any]],
    share: Shares,
    where: tuple[Bank, str],
) -> list[SettlementDraft]:
    """The vouchers of one decision, a day each."""
    applied: dict[str, dict[Any, list[Decimal]]] = {}
    # Two receipts that meet stand on the account of the items.
    usual = next((_control_of(known[True, part.id]) for part in decision.items), None)
    for (item, receipt, amount), base in spread(decision, known, share).applied:
        for one, other in ((receipt, item), (item, receipt)):
            if not one[0] and one[1] in mine:
                control = _control_of(known[other]) if known[other]["account"] else usual
                sums = applied.setdefault(one[1], {}).setdefault(control, [])
                sums += [amount, base]
    by_day: dict[dt.date, list[str]] = {}
    for name in sorted(mine):
        by_day.setdefault(known[False, name]["date"], []).append(name)
    drafts: list[SettlementDraft] = []
    for day in sorted(by_day):
        lines: list[DraftLine] = []
        receipts = []
        for name in by_day[day]:
            first, *others = _lines(known[False, name], applied.get(name, {}), where)
            lines.append(first)
            for line in others:
                lines.append(line)
                receipts.append((name, len(lines)))
        drafts.append(
            ReceiptDraft(
                date=day,
                lines=tuple(lines),
                reason=decision.reason("zh"),
                rule=f"receipt {decision.id}",
                receipts=tuple(receipts),
            )
        )
    return drafts


def _control_of(document: Mapping[str, Any]) -> tuple[Any, ...]:
    return (document["account"], document["role"], document["party"], document["party_name"])


def _lines(
    document: Mapping[str, Any],
    applied: Mapping[Any, list[Decimal]],
    where: tuple[Bank, str],
) -> list[DraftLine]:
    """The line of the bank, and one for each control account and party."""
    bank, base_currency = where
    whole = abs(document["amount"])
    foreign = document["currency"] not in (None, base_currency)
    parts = [(control, sum(sums[::2], ZERO)) for control, sums in applied.items()]
    parts.sort(key=lambda part: (-part[1], str(part[0])))
    paid = sum((amount for _, amount in parts), ZERO)
    base = whole if document["base"] is None else abs(document["base"])
    if foreign and document["base"] is None:
        settled = sum((sum(sums[1::2], ZERO) for sums in applied.values()), ZERO)
        base = settled if paid == whole else rounded(settled * whole / paid, base_currency)
    # What is beyond stays on the account of the largest part.
    parts[0] = (parts[0][0], parts[0][1] + whole - paid)
    more = _foreign(document, whole, base) if foreign else {}
    name = parts[0][0][3] or parts[0][0][2] or document["party"] or ""
    pays = document["role"] == "supplier" or parts[0][0][1] == "supplier"
    said = " ".join(filter(None, ("付款" if pays else "收款", name, document["text"])))
    came = (document["amount"] > 0) != pays
    debit, credit = sides(base if came else -base)
    lines = [
        DraftLine(
            account=bank.account, summary=said, debit=debit, credit=credit, aux=bank.aux, **more
        )
    ]
    left = base
    for at, ((account, role, party, _), amount) in enumerate(parts, start=1):
        share = left if at == len(parts) else rounded(base * amount / whole, base_currency)
        left -= share
        debit, credit = sides(-share if came else share)
        lines.append(
            DraftLine(
                account=account,
                summary=said,
                debit=debit,
                credit=credit,
                aux={role: party} if role and party else {},
                **(_foreign(document, amount, share) if foreign else {}),
            )
        )
    return lines


def _foreign(document: Mapping[str, Any], amount: Decimal, base: Decimal) -> dict[str, Any]:
    rate = (base / amount).quantize(Decimal("1e-10")) if amount else None
    return {"currency": document["currency"], "fx_amount": amount, "rate": rate}


def _joined(receipt: SettlementDraft, settlement: SettlementDraft) -> SettlementDraft:
    """One voucher of both; what the second settles is found some lines further down."""
    before = len(receipt.lines)
    moved: list[DraftApplication] = [
        attrs.evolve(one, line_no=one.line_no + before) for one in settlement.applications
    ]
    return attrs.evolve(
        receipt, lines=(*receipt.lines, *settlement.lines), applications=tuple(moved)
    )


def receipt_books(
    books: Books, drafts: Iterable[SettlementDraft], added: Books, documents: Any
) -> Books:
    """The books with the drafts booked, and their lines in place of the receipts of the list.

    `books` have the applications of the decisions, which name receipts as the list does; `added`
    are the drafts as books of their own, voucher after voucher in the same order.
    """
    every = tuple(drafts)
    first = max(books.vouchers["voucher_id"].to_list(), default=0)
    stands: dict[str, list[tuple[str, DraftLine]]] = {}
    for voucher, draft in enumerate(every, start=first + 1):
        if isinstance(draft, ReceiptDraft):
            for name, line_no in draft.receipts:
                line = draft.lines[line_no - 1]
                stands.setdefault(name, []).append((f"{voucher}/{line_no}/1", line))
    known = {row["id"]: row for row in conform_documents(documents).iter_rows(named=True)}
    made: Books = with_names(settled_books(books, every, added), added)
    made = made.replace(applications=_renamed(made.applications, stands, known))
    if books.open_items.is_empty():
        return made
    rows = [
        _receipt(name, line, known[receipt])
        for receipt, lines in stands.items()
        for name, line in lines
    ]
    types = {one.name: one.dtype for one in schema.RECEIPTS.columns}
    more = pl.DataFrame(rows, schema=types)
    return made.replace(receipts=pl.concat([made.receipts, more], how="diagonal"))


def _renamed(
    applications: pl.DataFrame,
    stands: Mapping[str, list[tuple[str, DraftLine]]],
    known: Mapping[str, Mapping[str, Any]],
) -> pl.DataFrame:
    """Applications that name the lines that stand for receipts."""
    for one, other in (("receipt", "item"), ("item", "receipt")):
        pairs = applications.select(one, other).filter(pl.col(one).is_in(list(stands))).unique()
        names = [
            (name, met, _line_for(stands[name], known.get(met))) for name, met in pairs.iter_rows()
        ]
        types = {one: schema.TEXT, other: schema.TEXT, "_line": schema.TEXT}
        found = pl.DataFrame(names, schema=types, orient="row")
        applications = (
            applications.join(found, on=[one, other], how="left", maintain_order="left")
            .with_columns(pl.coalesce("_line", one).alias(one))
            .drop("_line")
        )
    return applications


def _line_for(lines: list[tuple[str, DraftLine]], document: Mapping[str, Any] | None) -> str:
    """The line on the account and party of the other document; the first where none fits."""
    for name, line in lines:
        if document and line.account == document["account"]:
            aux = {document["role"]: document["party"]} if document["role"] else {}
            if dict(line.aux) == aux:
                return name
    return lines[0][0]


def _receipt(name: str, line: DraftLine, document: Mapping[str, Any]) -> dict[str, Any]:
    role, party = next(iter(line.aux.items()), (document["role"], document["party"]))
    sign = -1 if document["amount"] < 0 else 1
    amount = line.debit or line.credit
    voucher, line_no, _ = name.split("/")
    return {
        "id": name,
        "party_role": role or "customer",
        "party": party or "",
        "account": line.account,
        "date": document["date"],
        "summary": line.summary,
        "currency": line.currency,
        "rate": line.rate,
        "amount": sign * amount,
        "fx_amount": sign * (amount if line.fx_amount is None else line.fx_amount),
        "voucher_id": int(voucher),
        "line_no": int(line_no),
    }

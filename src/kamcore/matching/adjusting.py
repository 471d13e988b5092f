"""Vouchers that settle what a reconciliation found, and the proof that they do (S164).

A mistake is taken back in red on the accounts it was booked on and booked as it should be
(会计基础工作规范 art. 51(5)); what a side has not booked at all is booked against the account that
side's own vouchers use for such lines.  Timing differences are booked by nobody: they clear when
the other side books them.  A difference at the opening belongs to the last reconciliation.
Vouchers for the other company's books are proposals to put into the letter.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books, schema
from kamcore.ledger.draft import Draft, DraftLine, rounded
from kamcore.ledger.tree import AccountTree, account_tree
from kamcore.matching.party_view import Finding, LineRef, PartyView, views
from kamcore.matching.policy import reason_of
from kamcore.matching.reconciling import Reconciliation, reconciled_with
from kamcore.model.role import standard_accounts

__all__ = ["Adjustments", "Proof", "adjustments", "posted", "proof_of_zero"]

ZERO = Decimal(0)
WAITING = ("timing", "opening")
"""Causes for which no voucher is drafted."""


@attrs.frozen(kw_only=True)
class Adjustments:
    """Drafts for our books, and proposals for theirs, each in its own codes."""

    ours: tuple[Draft, ...] = ()
    theirs: tuple[Draft, ...] = ()


@attrs.frozen(kw_only=True)
class Proof:
    """What the balances differ by before and after the drafts, over all parties.

    `waiting` is what timing and openings account for; `zero` is true when nothing else is left.
    """

    before: Decimal
    after: Decimal
    waiting: Decimal

    @property
    def zero(self) -> bool:
        """True when every difference is settled but those that only time settles."""
        return self.after == self.waiting


def adjustments(result: Reconciliation, chosen: Iterable[PartyView] | None = None) -> Adjustments:
    """Draft the vouchers for the chosen parties, by default for all that differ.

    Each draft names the finding in its reason and the cause in its rule; auxiliary items are
    those of the party.  Where the own books give no counter account, it is bank for money, and
    income or purchases for the rest: look at these before posting.
    """
    if chosen is None:
        differing = result.workings.differences.select("party", "currency").unique(
            maintain_order=True
        )
        chosen = views(result, differing.unique(maintain_order=True).iter_rows())
    writers = {
        "ours": _Writer(result, "ours"),
        "theirs": _Writer(result, "theirs"),
    }
    found: dict[str, list[Draft]] = {"ours": [], "theirs": []}
    for view in chosen:
        for finding in view.differences:
            if finding.cause not in WAITING:
                side = finding.corrects
                found[side].append(writers[side].draft(view, finding))
    return Adjustments(ours=tuple(found["ours"]), theirs=tuple(found["theirs"]))


def posted(books: Books, drafts: Iterable[Draft]) -> Books:
    """The books with the drafts in them, as vouchers of their own."""
    first = max(books.vouchers["voucher_id"].to_list(), default=0) + 1
    vouchers = [
        attrs.evolve(draft.to_voucher(), voucher_id=first + at) for at, draft in enumerate(drafts)
    ]
    added = Books.from_vouchers(vouchers, entity=books.entity)
    lines = pl.concat([books.lines, added.lines], how="diagonal")
    return books.replace(lines=lines, vouchers=pl.concat([books.vouchers, added.vouchers]))


def proof_of_zero(result: Reconciliation, made: Adjustments) -> Proof:
    """Reconcile again with the drafts posted on both sides: nothing may be left but time.

    The span and the parties are the same; both sides' drafts count as booked on the day.
    """
    papers = result.workings
    after = reconciled_with(
        result, _as_books(made.ours, papers.ours), _as_books(made.theirs, papers.theirs)
    )
    rest = result.workings.differences.filter(pl.col("cause").is_in(WAITING))["amount"].sum()
    return Proof(before=result.difference, after=after.difference, waiting=Decimal(rest or 0))


def _as_books(drafts: Iterable[Draft], lines: pl.DataFrame) -> Books:
    """The drafts as books of their own, numbered after the lines that were reconciled."""
    first = max(lines["voucher_id"].to_list(), default=0) + 1
    return Books.from_vouchers(
        attrs.evolve(draft.to_voucher(), voucher_id=first + at) for at, draft in enumerate(drafts)
    )


@attrs.frozen(kw_only=True)
class _Move:
    """An amount on a control account, red where negative, with its counter account."""

    account: str
    counter: str
    counter_aux: Mapping[str, str]
    on_debit: bool
    amount: Decimal


class _Writer:
    """Writes drafts for one side, in that side's accounts and codes."""

    def __init__(self, result: Reconciliation, side: str) -> None:
        mine = side == "ours"
        self.result, self.side = result, side
        part = result.sides[0 if mine else 1]
        self.entity = part.frames.entity
        columns = part.frames.columns("lines")
        self.booked = part.frames.fetch(part.frames.table("lines", columns)).collect()
        self.lines = result.workings.ours if mine else result.workings.theirs
        self.links = result.links.of_ours() if mine else result.links.of_theirs()
        self.tree: AccountTree = account_tree(part.frames)
        self.control = part.accounts

    def draft(self, view: PartyView, finding: Finding) -> Draft:
        """The voucher that mends one finding."""
        own, other = finding.ours, finding.theirs
        if self.side == "theirs":
            own, other = other, own
        # Both signs turn for their books, so what our debit falls by is what their debit does.
        move = -finding.amount
        if finding.cause == "wrong_side" and own:
            moves = self._turned(own[0], move)
        elif own:
            moves = [self._corrected(own[0], move, finding.reason)]
        else:
            moves = [self._missing(view, other[0], move)]
        lines = [part for one in moves for part in self._lines_of(view, one, finding)]
        return Draft(
            date=view.as_of,
            lines=tuple(lines),
            reason=f"{view.name}: {finding.title('zh')}; {finding.proof[0]}",
            rule=f"reconciliation {finding.cause} {finding.number}",
        )

    def _corrected(self, line: LineRef, move: Decimal, reason: str | None) -> _Move:
        """Correct a line on its own side: red where it was too much."""
        named = self._account_of(reason)
        if named:
            # A deduction is a fact of its own, not a mistake in what was booked.
            return _Move(
                account=line.account,
                counter=named,
                counter_aux={},
                on_debit=move > 0,
                amount=abs(move),
            )
        counter, aux = self._counter(line)
        amount = move if line.on_debit else -move
        return _Move(
            account=line.account,
            counter=counter,
            counter_aux=aux,
            on_debit=line.on_debit,
            amount=amount,
        )

    def _turned(self, line: LineRef, move: Decimal) -> list[_Move]:
        """Take a line back in red and book it on the other side."""
        counter, aux = self._counter(line)
        half = abs(move) / 2
        back = _Move(
            account=line.account,
            counter=counter,
            counter_aux=aux,
            on_debit=line.on_debit,
            amount=-half,
        )
        return [back, attrs.evolve(back, on_debit=not line.on_debit, amount=half)]

    def _missing(self, view: PartyView, other: LineRef, move: Decimal) -> _Move:
        """Book what only the other side has, as this side books such lines."""
        # What stands on their credit stands on our debit; a red line stays red.
        on_debit = not other.on_debit
        alike = self.lines.filter(
            (pl.col("party") == view.party)
            & (pl.col("currency") == view.currency)
            & (pl.col("on_debit") == on_debit)
        )
        if alike.is_empty():
            alike = self.lines.filter(pl.col("on_debit") == on_debit)
        account = self._trade()
        counter: str = ""
        aux: Mapping[str, str] = {}
        if alike.height:
            row = alike.sort("date", "id").row(-1, named=True)
            account = row["account"]
            counter, aux = self._counter_of(row["voucher_id"], on_debit=on_debit)
        return _Move(
            account=account,
            counter=counter or self._usual(on_debit=on_debit),
            counter_aux=aux,
            on_debit=on_debit,
            amount=move if on_debit else -move,
        )

    def _trade(self) -> str:
        """The control account to book on where the party has no line yet."""
        rows = self.control.sort("account")
        first = rows.filter(pl.col("role").is_in(["ar_trade", "ap_trade"]))
        leaves = self.tree.leaves()
        codes = [code for code in (first if first.height else rows)["account"] if code in leaves]
        return str(codes[0] if codes else rows["account"][0])

    def _counter(self, line: LineRef) -> tuple[str, Mapping[str, str]]:
        """The counter account of a line's own voucher, with its auxiliary items."""
        code, aux = self._counter_of(line.voucher_id, on_debit=line.on_debit)
        return (code, aux) if code else (self._usual(on_debit=line.on_debit), {})

    def _counter_of(self, voucher: int, *, on_debit: bool) -> tuple[str, Mapping[str, str]]:
        size = pl.col("credit" if on_debit else "debit").abs()
        rows = self.booked.filter(pl.col("voucher_id") == voucher)
        rows = rows.join(self.control, on="account", how="anti").filter(size > 0)
        if rows.is_empty():
            return "", {}
        row = rows.sort(size, "line_no").row(-1, named=True)
        aux = {
            name.removeprefix(schema.AUX): row[name]
            for name in schema.dimension_columns(rows)
            if row[name] is not None
        }
        return row["account"], aux

    def _usual(self, *, on_debit: bool) -> str:
        """Bank for money; income or stock for the rest."""
        family = self.tree.family or "ASBE"
        by_customer = "customer" in self.control["dimension"].to_list()
        paid = on_debit != by_customer
        if paid:
            return standard_accounts("bank", family)[0]
        return standard_accounts("revenue", family)[0] if by_customer else _STOCK[family]

    def _account_of(self, reason: str | None) -> str | None:
        """The account a named short payment leads to; that of the books if one is named so."""
        known = reason_of(reason) if reason else None
        if known is None:
            return None
        first = known.standard.get(self.tree.family or "ASBE", "")
        named = [
            code
            for code, name in self.tree.names.items()
            if code.startswith(first) and any(word in name for word in known.sub)
        ]
        return named[0] if named else first or None

    def _lines_of(self, view: PartyView, move: _Move, finding: Finding) -> list[DraftLine]:
        """The two lines of a move, the debit first."""
        amount, more = self._in_base(view, move.amount)
        first = (*finding.ours, *finding.theirs)[0]
        day = f"{first.date:%m-%d} " if first.date else ""
        said = f"对账调整 {finding.title('zh')} {day}{first.voucher} {first.text}".strip()
        on_debit = move.on_debit
        if self._is_contrary(move.counter, on_debit=not on_debit):
            # Income stays on the credit side and expense on the debit side: less is red (S147).
            on_debit, amount = not on_debit, -amount
            more = {name: -v if name == "fx_amount" else v for name, v in more.items()}
        debit, credit = (amount, ZERO) if on_debit else (ZERO, amount)
        control = DraftLine(
            account=move.account,
            summary=said,
            aux=self._aux(view, move.account),
            debit=debit,
            credit=credit,
            **more,
        )
        counter = DraftLine(
            account=move.counter, summary=said, aux=move.counter_aux, debit=credit, credit=debit
        )
        return [control, counter] if on_debit else [counter, control]

    def _is_contrary(self, account: str, *, on_debit: bool) -> bool:
        """Whether an income or expense account would stand on the side it is not kept on."""
        if self.tree.category(account) != "损益":
            return False
        return (self.tree.side(account) == "debit") != on_debit

    def _in_base(self, view: PartyView, amount: Decimal) -> tuple[Decimal, dict[str, Any]]:
        """An amount in base currency, and what says it in the party's."""
        base = self.entity.base_currency
        if view.currency == base:
            return amount, {}
        rows = self.booked.filter(
            (pl.col("currency") == view.currency) & pl.col("rate").is_not_null()
        ).sort("date", "voucher_id", "line_no")
        rate = rows["rate"][-1] if rows.height else Decimal(1)
        more = {"currency": view.currency, "fx_amount": amount, "rate": rate}
        return rounded(amount * rate, base), more

    def _aux(self, view: PartyView, account: str) -> dict[str, str]:
        """The party, in the dimension the account is kept by."""
        kept = dict(self.control.select("account", "dimension").iter_rows())
        rows = self.links.filter(
            (pl.col("party") == view.party) & (pl.col("dimension") == kept.get(account))
        )
        codes = rows["member"].drop_nulls()
        return {kept[account]: codes[0]} if codes.len() else {}


_STOCK = {"ASBE": "1405", "ASBE-NEW": "1405", "ASSBE": "1405", "EAS2001": "1243"}

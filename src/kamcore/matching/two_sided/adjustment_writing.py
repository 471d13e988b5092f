"""Writing the vouchers that mend findings, for one side, in that side's accounts and codes.

All findings are looked at together: the vouchers they are about, and for lines a side has not
booked those it has booked alike, are fetched from its tables once.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from kamcore.ledger.draft import Draft, DraftLine, rounded
from kamcore.ledger.tree import AccountTree, account_tree
from kamcore.matching.policy import reason_of
from kamcore.matching.two_sided.counter_lines import (
    BookedLine,
    CounterLine,
    Pattern,
    booked_in,
    is_tax,
    pattern_of,
)
from kamcore.matching.two_sided.line_kind import kind_of_text
from kamcore.matching.two_sided.lines_alike import ASKED, Alike, lines_alike
from kamcore.matching.two_sided.party_view import Finding, LineRef, PartyView
from kamcore.matching.two_sided.reconciling import Reconciliation
from kamcore.model.role import standard_accounts

__all__ = ["written"]

ZERO = Decimal(0)
_STOCK = {"ASBE": "1405", "ASBE-NEW": "1405", "ASSBE": "1405", "EAS2001": "1243"}
_UNSPLIT = "本方凭证没有可循的价税拆分, 按价税合计入账, 税额须人工拆分"
_DEDUCTED = "按价税合计冲减收入; 开具红字发票的, 税额须人工拆分"


def written(
    result: Reconciliation, side: str, findings: Sequence[tuple[PartyView, Finding]]
) -> tuple[Draft, ...]:
    """The drafts of one side (``ours`` or ``theirs``), one per finding, in their order."""
    if not findings:
        return ()
    writer = _Writer(result, side, findings)
    return tuple(writer.draft(*one) for one in findings)


@attrs.frozen(kw_only=True)
class _Move:
    """An amount on a control account, red where negative, with what stands against it.

    `of` is the line it corrects, if it does; `note` says that tax may be in it that no voucher
    says how to split.
    """

    account: str
    against: Pattern
    on_debit: bool
    amount: Decimal
    of: BookedLine | None = None
    note: str = ""


class _Writer:
    """Writes the drafts of one side."""

    def __init__(
        self, result: Reconciliation, side: str, findings: Sequence[tuple[PartyView, Finding]]
    ) -> None:
        mine = side == "ours"
        self.side = side
        self.part = result.sides[0 if mine else 1]
        self.base = self.part.frames.entity.base_currency
        self.lines = result.workings.ours if mine else result.workings.theirs
        self.tree: AccountTree = account_tree(self.part.frames)
        self.kept: dict[str, str] = dict(
            self.part.accounts.select("account", "dimension").iter_rows()
        )
        self.by_customer = "customer" in self.kept.values()
        links = result.links.of_ours() if mine else result.links.of_theirs()
        self.codes = {
            (row["party"], row["dimension"]): row["member"]
            for row in links.drop_nulls("member").reverse().iter_rows(named=True)
        }
        missing = [(view, one) for view, one in findings if not self._own(one)]
        settled = result.workings.members.filter(side=side).join(
            result.workings.matches, on="finding", how="semi"
        )
        self.alike = self._alike_of(missing, settled.select("id"))
        self.kinds = _kinds({one.number: self._other(one).text for _, one in missing})
        self.patterns: dict[tuple[int, int], Pattern | None] = {}
        self.rates: dict[str, Decimal] = {}
        own = [line.voucher_id for _, one in findings for line in self._own(one)[:1]]
        alike = [one.voucher_id for found in self.alike.values() for one in found]
        self.booked = booked_in(self.part, [*own, *alike])

    def _own(self, finding: Finding) -> tuple[LineRef, ...]:
        return finding.ours if self.side == "ours" else finding.theirs

    def _other(self, finding: Finding) -> LineRef:
        return (finding.theirs if self.side == "ours" else finding.ours)[0]

    def _alike_of(
        self, missing: Sequence[tuple[PartyView, Finding]], settled: pl.DataFrame
    ) -> dict[int, list[Alike]]:
        """For each line only the other side has: what this side booked alike, the best first."""
        # What stands on their credit stands on our debit; a red line stays red.
        rows = [
            (one.number, view.party, view.currency, not other.on_debit, other.date)
            for view, one in missing
            for other in (self._other(one),)
        ]
        asked = pl.DataFrame(rows, schema=ASKED, orient="row")
        return lines_alike(self.part, self.lines, settled, asked)

    def draft(self, view: PartyView, finding: Finding) -> Draft:
        """The voucher that mends one finding."""
        own = self._own(finding)
        # Both signs turn for their books, so what our debit falls by is what their debit does.
        move = -finding.amount
        if finding.cause == "wrong_side" and own:
            moves = self._turned(own[0], move)
        elif own:
            moves = [self._corrected(own[0], move, finding.reason)]
        else:
            moves = [self._missing(view, finding, move)]
        lines = [part for one in moves for part in self._lines_of(view, one, finding)]
        said = [f"{view.name}: {finding.title('zh')}", finding.proof[0]]
        said += dict.fromkeys(one.note for one in moves if one.note)
        return Draft(
            date=view.as_of,
            lines=tuple(lines),
            reason="; ".join(said),
            rule=f"reconciliation {finding.cause} {finding.number}",
        )

    def _corrected(self, line: LineRef, move: Decimal, reason: str | None) -> _Move:
        """Correct a line on its own side: red where it was too much."""
        named = self._account_of(reason)
        if named:
            # A deduction is a fact of its own, not a mistake in what was booked.
            income = standard_accounts("revenue", self.tree.family or "ASBE")
            return _Move(
                account=line.account,
                against=_single(named),
                on_debit=move > 0,
                amount=abs(move),
                of=self._line(line),
                note=_DEDUCTED if named.startswith(income) else "",
            )
        against, note = self._against(line)
        return _Move(
            account=line.account,
            against=against,
            on_debit=line.on_debit,
            amount=move if line.on_debit else -move,
            of=self._line(line),
            note=note,
        )

    def _turned(self, line: LineRef, move: Decimal) -> list[_Move]:
        """Take a line back in red and book it on the other side."""
        back = self._corrected(line, move / 2, None)
        return [back, attrs.evolve(back, on_debit=not line.on_debit, amount=-back.amount)]

    def _against(self, line: LineRef) -> tuple[Pattern, str]:
        """The counter lines of a line's own voucher, and a note where its tax is left unsplit."""
        found = self._pattern(line.voucher_id, line.line_no)
        if found is not None:
            return found, ""
        voucher = self.booked.get(line.voucher_id, ())
        facing = [one for one in voucher if one.account not in self.kept]
        facing = [one for one in facing if one.on(debit=not line.on_debit)]
        taxed = any(is_tax(one.account, self.tree) for one in facing)
        largest = max(facing, key=_size, default=None)
        if largest is None:
            return _single(self._usual(paid=line.on_debit != self.by_customer)), ""
        return _single(largest.account, largest.aux), _UNSPLIT if taxed else ""

    def _line(self, line: LineRef) -> BookedLine | None:
        """A line as its voucher books it."""
        same = (
            one
            for one in self.booked.get(line.voucher_id, ())
            if (one.line_no, one.account) == (line.line_no, line.account)
        )
        return next(same, None)

    def _pattern(self, voucher: int, line_no: int) -> Pattern | None:
        key = voucher, line_no
        if key not in self.patterns:
            lines = self.booked.get(voucher, ())
            self.patterns[key] = pattern_of(lines, line_no, frozenset(self.kept), self.tree)
        return self.patterns[key]

    def _missing(self, view: PartyView, finding: Finding, move: Decimal) -> _Move:
        """Book what only the other side has, as this side books such lines."""
        other = self._other(finding)
        on_debit = not other.on_debit
        paid = self._is_paid(self.kinds.get(finding.number), on_debit=on_debit)
        amount = move if on_debit else -move
        candidates = self.alike.get(finding.number, [])
        for one in candidates:
            found = self._pattern(one.voucher_id, one.line_no)
            if found is None or (paid is not None and found.is_money != paid):
                continue
            against = attrs.evolve(
                found,
                lines=tuple(
                    attrs.evolve(line, aux=self._of_party(line.aux, one, view.party))
                    for line in found.lines
                ),
            )
            return _Move(account=one.account, against=against, on_debit=on_debit, amount=amount)
        money = paid if paid is not None else on_debit != self.by_customer
        account = candidates[0].account if candidates else self._trade()
        against = _single(self._usual(paid=money))
        return _Move(
            account=account,
            against=against,
            on_debit=on_debit,
            amount=amount,
            note="" if money else _UNSPLIT,
        )

    def _is_paid(self, kind: str | None, *, on_debit: bool) -> bool | None:
        """Whether a line of the other side is money, by side and text; None where they differ.

        A return may stand on the side of the payments.
        """
        by_side = on_debit != self.by_customer
        if kind is None or (kind == "payment") == by_side:
            return by_side
        return False if kind == "return" else None

    def _of_party(self, aux: Mapping[str, str], of: Alike, party: str) -> dict[str, str]:
        """The auxiliary items of a line, the one it is about replaced by the party."""
        found = dict(aux)
        if found.get(of.dimension) == of.member:
            del found[of.dimension]
            code = self.codes.get((party, of.dimension))
            found |= {} if code is None else {of.dimension: code}
        return found

    def _trade(self) -> str:
        """The control account to book on where the party has no line yet."""
        rows = self.part.accounts.sort("account")
        first = rows.filter(pl.col("role").is_in(["ar_trade", "ap_trade"]))
        leaves = self.tree.leaves()
        codes = [code for code in (first if first.height else rows)["account"] if code in leaves]
        return str(codes[0] if codes else rows["account"][0])

    def _usual(self, *, paid: bool) -> str:
        """Bank for money; income or stock for the rest."""
        family = self.tree.family or "ASBE"
        if paid:
            return self._leaf(standard_accounts("bank", family)[0])
        if self.by_customer:
            return self._leaf(standard_accounts("revenue", family)[0])
        return self._leaf(_STOCK[family])

    def _leaf(self, code: str) -> str:
        """The first account vouchers may use at a code or below it."""
        leaves = self.tree.leaves()
        below = sorted(one for one in leaves if one.startswith(code))
        return below[0] if below and code not in leaves else code

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
        """The lines of a move, the debit side first."""
        amount, more = self._in_base(view, move)
        first = (*finding.ours, *finding.theirs)[0]
        day = f"{first.date:%m-%d} " if first.date else ""
        said = f"对账调整 {finding.title('zh')} {day}{first.voucher} {first.text}".strip()
        counters = move.against.split(amount, self.base)
        on_debit = move.on_debit
        if self._is_contrary(counters, on_debit=not on_debit):
            # Income stays on the credit side and expense on the debit side: less is red (S147).
            on_debit, amount = not on_debit, -amount
            counters = tuple(attrs.evolve(one, amount=-one.amount) for one in counters)
            more = {name: -v if name == "fx_amount" else v for name, v in more.items()}
        control = DraftLine(
            account=move.account,
            summary=said,
            aux=self._aux(view, move.account),
            **_columns(amount, on_debit=on_debit),
            **more,
        )
        against = [
            DraftLine(
                account=one.account,
                summary=said,
                aux=one.aux,
                **_columns(one.amount, on_debit=not on_debit),
            )
            for one in counters
        ]
        return [control, *against] if on_debit else [*against, control]

    def _is_contrary(self, counters: Iterable[CounterLine], *, on_debit: bool) -> bool:
        """Whether the largest of the lines kept on one side would stand on the other."""
        for one in sorted(counters, key=lambda line: -abs(line.amount)):
            kept = self._kept_on(one.account)
            if kept is not None:
                return (kept == "debit") != on_debit
        return False

    def _kept_on(self, account: str) -> str | None:
        """The side of an income, expense or tax account; None where both sides are used."""
        role = self.tree.role(account)
        if role in ("vat_output", "vat_input"):
            return "credit" if role == "vat_output" else "debit"
        return self.tree.side(account) if self.tree.category(account) == "损益" else None

    def _in_base(self, view: PartyView, move: _Move) -> tuple[Decimal, dict[str, Any]]:
        """An amount in base currency, and what says it in the party's.

        A correction is at the rate of what it corrects, and takes all of it back to the cent.
        """
        if view.currency == self.base:
            return move.amount, {}
        of = move.of
        rate = of.rate if of is not None and of.rate else self._last_rate(view.currency)
        base = rounded(move.amount * rate, self.base)
        if of is not None and of.fx and abs(of.fx) == abs(move.amount):
            booked = abs(of.debit or of.credit)
            base = booked if move.amount > 0 else -booked
        return base, {"currency": view.currency, "fx_amount": move.amount, "rate": rate}

    def _last_rate(self, currency: str) -> Decimal:
        if currency in self.rates:
            return self.rates[currency]
        frames = self.part.frames
        order = ["date", "voucher_id", "line_no"]
        rows = frames.table("lines", ("voucher_id", "line_no"), ("date", "currency", "rate"))
        rows = rows.filter((nw.col("currency") == currency) & ~nw.col("rate").is_null())
        last = frames.fetch(rows.sort(*order, descending=True, nulls_last=True).head(1)).collect()
        self.rates[currency] = Decimal(last["rate"][0]) if last.height else Decimal(1)
        return self.rates[currency]

    def _aux(self, view: PartyView, account: str) -> dict[str, str]:
        """The party, in the dimension the account is kept by."""
        dimension = self.kept.get(account, "")
        code = self.codes.get((view.party, dimension))
        return {} if code is None else {dimension: code}


def _kinds(texts: Mapping[int, str]) -> dict[int, str | None]:
    """What each text says its line is, all at once."""
    frame = pl.DataFrame({"text": list(texts.values())}, schema={"text": pl.String})
    return dict(zip(texts, frame.select(kind=kind_of_text())["kind"], strict=True))


def _single(account: str, aux: Mapping[str, str] | None = None) -> Pattern:
    return Pattern(lines=(CounterLine(account, aux or {}, Decimal(1)),))


def _size(line: BookedLine) -> Decimal:
    return max(abs(line.debit), abs(line.credit))


def _columns(amount: Decimal, *, on_debit: bool) -> dict[str, Any]:
    return {"debit": amount, "credit": ZERO} if on_debit else {"debit": ZERO, "credit": amount}

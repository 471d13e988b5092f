"""What a side's own vouchers book against a control account, and an amount split alike.

The counter lines of a voucher are the pattern for a correction of it and for another line like
it: income with output tax, stock with input tax, each with its auxiliary items.  A new amount
follows the tax rate of the pattern where its figures show one of the rates in use, else the
shares of its amounts; the parts always sum to the amount, to the cent.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.ledger.draft import rounded
from kamcore.ledger.tree import AccountTree
from kamcore.matching.parties.sides import Side
from kamcore.model.scheme import strip

__all__ = [
    "VAT_RATES",
    "BookedLine",
    "CounterLine",
    "Pattern",
    "booked_in",
    "is_tax",
    "pattern_of",
]

VAT_RATES = tuple(Decimal(rate) / 100 for rate in (13, 9, 6, 5, 3, 1, 17, 16, 11, 10, 4))
"""Rates of value-added tax in use and those before 2019-04-01, simplified levies included."""

ZERO, CENT = Decimal(0), Decimal("0.01")
_TAXES = {"EAS2001": "2171"}
_MONEY = {"cash", "bank", "ar_notes", "ap_notes"}
_OTHER_MONEY = ("1012", "1009")
_MOST = 12
"""Counter lines of which every selection is tried."""


@attrs.frozen
class BookedLine:
    """A line of a voucher: both amounts in base currency, `fx` and `rate` where it says them."""

    line_no: int
    account: str
    debit: Decimal
    credit: Decimal
    aux: Mapping[str, str]
    fx: Decimal | None = None
    rate: Decimal | None = None

    def on(self, *, debit: bool) -> Decimal:
        """Its amount as one of that side, red where it stands on the other."""
        return self.debit - self.credit if debit else self.credit - self.debit


@attrs.frozen
class CounterLine:
    """What a pattern books on one account with one set of auxiliary items."""

    account: str
    aux: Mapping[str, str]
    amount: Decimal


@attrs.frozen(kw_only=True)
class Pattern:
    """The counter lines of one line of a control account; their amounts sum to its own.

    Amounts are of the side the control line does not stand on, red where negative.  `tax` are
    the accounts among them that hold value-added tax; `is_money` says that the largest is cash,
    bank or a note.
    """

    lines: tuple[CounterLine, ...]
    tax: frozenset[str] = frozenset()
    is_money: bool = False

    @property
    def main(self) -> CounterLine:
        """The line with the largest amount."""
        return max(self.lines, key=lambda line: abs(line.amount))

    def split(self, amount: Decimal, currency: str) -> tuple[CounterLine, ...]:
        """An amount over the lines, each to the decimals of the currency; they sum to it.

        What is received or paid goes to the account of the money as a whole.
        """
        total = sum((line.amount for line in self.lines), ZERO)
        if abs(amount) == abs(total):
            sign = 1 if amount == total else -1
            return tuple(attrs.evolve(line, amount=sign * line.amount) for line in self.lines)
        if self.is_money:
            return (attrs.evolve(self.main, amount=amount),)
        taxed = [line for line in self.lines if line.account in self.tax]
        net = [line for line in self.lines if line.account not in self.tax]
        tax = self._tax_in(amount, currency) if taxed and net else None
        if tax is None:
            return tuple(_shared(self.lines, amount, currency))
        return (*_shared(net, amount - tax, currency), *_shared(taxed, tax, currency))

    def _tax_in(self, amount: Decimal, currency: str) -> Decimal:
        """The tax in an amount that includes it, at the rate or in the share of the pattern."""
        tax = sum((line.amount for line in self.lines if line.account in self.tax), ZERO)
        net = sum((line.amount for line in self.lines), ZERO) - tax
        if not net:
            return amount
        near = max(CENT * len(self.lines), abs(net) / 2000)
        off, rate = min((abs(tax - net * rate), rate) for rate in VAT_RATES)
        if off > near:
            return rounded(amount * tax / (tax + net), currency)
        return amount - rounded(amount / (1 + rate), currency)


def _shared(lines: Sequence[CounterLine], amount: Decimal, currency: str) -> Iterator[CounterLine]:
    """An amount in the shares of the lines; the largest takes what rounding leaves."""
    total = sum((line.amount for line in lines), ZERO)
    largest = max(range(len(lines)), key=lambda at: abs(lines[at].amount))
    parts = [rounded(amount * line.amount / total, currency) for line in lines]
    parts[largest] += amount - sum(parts)
    for line, part in zip(lines, parts, strict=True):
        if part:
            yield attrs.evolve(line, amount=part)


def booked_in(side: Side, vouchers: Iterable[int]) -> dict[int, tuple[BookedLine, ...]]:
    """The lines of some vouchers, fetched at once, by voucher and in their order."""
    frames = side.frames
    columns = frames.columns("lines")
    dims = [name for name in columns if name.startswith(schema.AUX)]
    must = ("voucher_id", "line_no", "account", "debit", "credit")
    wanted = pl.DataFrame({"voucher_id": sorted(set(vouchers))}, schema={"voucher_id": pl.Int64})
    lines = frames.table("lines", must, ("split_no", "fx_debit", "fx_credit", "rate", *dims))
    rows = lines.join(frames.bring(wanted), on="voucher_id", how="semi")
    ordered = frames.fetch(rows).sort("voucher_id", "line_no", "split_no").collect()
    found: dict[int, list[BookedLine]] = {}
    for row in ordered.iter_rows(named=True):
        aux = {name.removeprefix(schema.AUX): row[name] for name in dims if row[name]}
        line = BookedLine(
            line_no=row["line_no"],
            account=row["account"] or "",
            debit=row["debit"] or ZERO,
            credit=row["credit"] or ZERO,
            aux=aux,
            fx=row["fx_debit"] or row["fx_credit"],
            rate=row["rate"],
        )
        found.setdefault(row["voucher_id"], []).append(line)
    return {voucher: tuple(lines) for voucher, lines in found.items()}


def pattern_of(
    voucher: Sequence[BookedLine], line_no: int, control: frozenset[str], tree: AccountTree
) -> Pattern | None:
    """The counter lines of a control-account line; None where the voucher does not tell them.

    They are the only selection that sums to it, else the lines right beside it that do, else all
    of the voucher where it books nothing but such lines.
    """
    own = [line for line in voucher if line.line_no == line_no and line.account in control]
    on_debit = any(line.debit for line in own)
    amount = sum((line.on(debit=on_debit) for line in own), ZERO)
    facing = [
        (at, CounterLine(line.account, line.aux, -line.on(debit=on_debit)))
        for at, line in enumerate(voucher)
        if line.account not in control and line.on(debit=on_debit) * amount < 0
    ]
    if not facing:
        return None
    place = next(at for at, line in enumerate(voucher) if line is own[0])
    chosen = _only(facing, amount) or _beside(facing, amount, place)
    if not chosen:
        alike = [line.on(debit=on_debit) for line in voucher if line.account in control]
        owed = sum((one for one in alike if one * amount > 0), ZERO)
        every = [line for _, line in facing]
        if sum((line.amount for line in every), ZERO) != owed:
            return None
        chosen = every
    return _pattern(chosen, tree)


def _beside(
    facing: Sequence[tuple[int, CounterLine]], amount: Decimal, place: int
) -> list[CounterLine]:
    """The run of counter lines that sums to the amount, right after the line or before it."""
    following = [one for one in facing if one[0] > place]
    before = [one for one in reversed(facing) if one[0] < place]
    for run, first, step in ((following, place + 1, 1), (before, place - 1, -1)):
        total, taken = ZERO, list[CounterLine]()
        for at, line in run:
            if at != first + step * len(taken):
                break
            total += line.amount
            taken.append(line)
            if total == amount:
                return taken
    return []


def _only(facing: Sequence[tuple[int, CounterLine]], amount: Decimal) -> list[CounterLine]:
    """The selection of counter lines that sums to the amount, if there is just one."""
    if len(facing) > _MOST:
        return []
    lines = [line for _, line in facing]
    found = [
        some
        for many in range(1, len(lines) + 1)
        for some in itertools.combinations(lines, many)
        if sum((line.amount for line in some), ZERO) == amount
    ]
    return list(found[0]) if len(found) == 1 else []


def _pattern(lines: Iterable[CounterLine], tree: AccountTree) -> Pattern:
    sums: dict[tuple[str, tuple[tuple[str, str], ...]], Decimal] = {}
    for line in lines:
        key = line.account, tuple(sorted(line.aux.items()))
        sums[key] = sums.get(key, ZERO) + line.amount
    together = tuple(
        CounterLine(account, dict(aux), total) for (account, aux), total in sums.items()
    )
    pattern = Pattern(lines=together)
    code = pattern.main.account
    return attrs.evolve(
        pattern,
        tax=frozenset(line.account for line in together if is_tax(line.account, tree)),
        is_money=tree.role(code) in _MONEY or strip(code).startswith(_OTHER_MONEY),
    )


def is_tax(account: str, tree: AccountTree) -> bool:
    """Whether an account holds value-added tax: 应交税费 and what is below it."""
    if tree.role(account) in ("vat_output", "vat_input"):
        return True
    return strip(account).startswith(_TAXES.get(tree.family or "ASBE", "2221"))

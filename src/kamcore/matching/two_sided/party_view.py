"""One party's reconciliation as values a person reads: figures, findings, their lines.

The frames of a `Reconciliation` hold all parties; these objects are made for those that are asked
for.  A finding says which side's figure it corrects, so that the table of reconciliation
(`kamcore.matching.two_sided.reconciliation_table`) and the drafts follow from it.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.errors import Fault, UsageError
from kamcore.ledger.draft import money_text
from kamcore.matching.policy import reason_of
from kamcore.matching.two_sided.explaining import CAUSES
from kamcore.matching.two_sided.reconciling import Reconciliation
from kamcore.place import Place

__all__ = ["RULES", "Figures", "Finding", "LineRef", "PartyView", "view", "views"]

NOT_RECONCILED = Fault(
    code="M2321",
    zh="对账结果中没有往来单位「{value}」",
    en="the reconciliation has no party {value!r}",
)

RULES = {
    "reference": ("单号与金额相同", "same number and amount"),
    "amount": ("金额相同, 日期相近", "same amount, near in time"),
    "reference_sum": ("同一单号合计相同", "sums of one number agree"),
    "voucher_sum": ("同一凭证合计相同", "sums of one voucher agree"),
    "taken_back": ("本方已冲销", "taken back in the same books"),
    "inside_voucher": ("同一凭证内转出转入", "moved within one voucher"),
    "sum": ("一笔等于对方多笔之和", "one line is the sum of several"),
    "opening": ("对方期初已含该笔", "the other opening holds the line"),
    "uncovered": ("一方账起始前已结清", "settled before the books of one side start"),
}
"""How lines agree, in Chinese and in English."""

ZERO = Decimal(0)
_LINE = (
    "finding", "side", "id", "voucher_id", "voucher", "line_no", "date", "amount", "text",
    "account", "on_debit", "phase",
)  # fmt: skip


@attrs.frozen(kw_only=True)
class LineRef:
    """A line of one side; `amount` is positive when it raises what they owe us."""

    side: str
    id: int
    voucher_id: int
    voucher: str
    line_no: int
    date: dt.date | None
    amount: Decimal
    text: str
    account: str
    on_debit: bool
    in_span: bool
    """False for a line from before the span or after its end."""

    def to_json(self, currency: str = "CNY") -> dict[str, Any]:
        """The keys of a ref under ``--json``."""
        return {
            "voucher": self.voucher,
            "line_no": self.line_no,
            "date": self.date.isoformat() if self.date else None,
            "amount": money_text(self.amount, currency),
            "text": self.text,
            "account": self.account,
        }


@attrs.frozen(kw_only=True)
class Figures:
    """Opening, movements and closing of one side, positive when they owe us."""

    opening: Decimal = ZERO
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    closing: Decimal = ZERO

    def to_json(self, currency: str = "CNY") -> dict[str, str]:
        """The keys of a side under ``--json``."""
        return {name: money_text(value, currency) for name, value in attrs.asdict(self).items()}


@attrs.frozen(kw_only=True)
class Finding:
    """What agrees or differs: lines of both sides, and what they add to our balance less theirs.

    `cause` is a key of `kamcore.matching.two_sided.explaining.CAUSES`, blank where the lines
    agree; `rule` says how they were found to belong together.  `corrects` is the side whose figure
    the table corrects; `fault` the side whose books are to be mended, blank where nobody's are.
    """

    number: int
    cause: str = ""
    rule: str = ""
    tier: str = ""
    amount: Decimal = ZERO
    fault: str = ""
    reason: str | None = None
    proof: tuple[str, str] = ("", "")
    ours: tuple[LineRef, ...] = ()
    theirs: tuple[LineRef, ...] = ()

    @property
    def corrects(self) -> str:
        """``ours`` or ``theirs``: the side that has still to book it, or booked it wrong."""
        if self.fault:
            return self.fault
        mine = any(line.in_span for line in self.ours)
        other = any(line.in_span for line in self.theirs)
        return "ours" if other and not mine else "theirs"

    def title(self, lang: str = "en") -> str:
        """The cause, or how the lines agree, in words."""
        zh, en = CAUSES.get(self.cause) or RULES.get(self.rule, (self.rule, self.rule))
        known = reason_of(self.reason) if self.reason else None
        if known is not None:
            zh, en = f"{zh}({known.zh})", f"{en} ({known.id})"
        return zh if lang == "zh" else en

    def to_json(self, lang: str, currency: str = "CNY") -> dict[str, Any]:
        """A match or a difference under ``--json``."""
        refs = {
            "ours": [line.to_json(currency) for line in self.ours],
            "theirs": [line.to_json(currency) for line in self.theirs],
            "amount": money_text(self.amount, currency),
        }
        if not self.cause:
            return {**refs, "rule": self.rule, "tier": self.tier}
        proof = self.proof[0 if lang == "zh" else 1]
        return {
            "cause": self.cause,
            **refs,
            "proof": proof,
            "fault": self.fault or None,
            "reason": self.reason,
            "title": self.title(lang),
        }


@attrs.frozen(kw_only=True)
class PartyView:
    """The reconciliation of one party in one currency, theirs mirrored."""

    party: str
    name: str
    how: str
    currency: str
    as_of: dt.date
    since: dt.date
    ours: Figures
    theirs: Figures
    matched: tuple[Finding, ...] = attrs.field(repr=False)
    differences: tuple[Finding, ...] = attrs.field(repr=False)

    @property
    def difference(self) -> Decimal:
        """Our closing balance less theirs."""
        return self.ours.closing - self.theirs.closing


def view(
    result: Reconciliation, party: str | None = None, currency: str | None = None
) -> PartyView:
    """The view of one party; the first where none is named.

    Raises:
        UsageError: the reconciliation has no such party.
    """
    rows = result.workings.parties
    if party is not None:
        rows = rows.filter((pl.col("party") == party) | (pl.col("name") == party))
    if currency is not None:
        rows = rows.filter(pl.col("currency") == currency)
    if rows.is_empty():
        raise UsageError(NOT_RECONCILED.at(Place(), party or ""))
    return next(views(result, [(rows["party"][0], rows["currency"][0])]))


def views(
    result: Reconciliation, chosen: Iterable[tuple[str, str]] | None = None
) -> Iterator[PartyView]:
    """The views of the chosen parties and currencies, or of all, in their order."""
    keys = ["party", "currency"]
    parties = result.workings.parties
    if chosen is not None:
        wanted = pl.DataFrame(list(chosen), schema=dict.fromkeys(keys, pl.String), orient="row")
        parties = parties.join(wanted, on=keys, how="semi", maintain_order="left")
    lines = _lines(result, parties.select(keys))
    split = [
        frame.join(parties, on=keys, how="semi", maintain_order="left").partition_by(
            keys, as_dict=True, maintain_order=True
        )
        for frame in (result.workings.matches, result.workings.differences, lines)
    ]
    for row in parties.iter_rows(named=True):
        key = (row["party"], row["currency"])
        matches, differences, of_party = (frames.get(key) for frames in split)
        by_finding = _by_finding(of_party)
        yield PartyView(
            party=row["party"],
            name=row["name"] or row["party"],
            how=row["how"],
            currency=row["currency"],
            as_of=result.as_of,
            since=result.since,
            ours=_figures(row, "ours"),
            theirs=_figures(row, "theirs"),
            matched=_findings(matches, by_finding),
            differences=_findings(differences, by_finding),
        )


def _lines(result: Reconciliation, keys: pl.DataFrame) -> pl.DataFrame:
    both = [
        frame.join(keys, on=keys.columns, how="semi").with_columns(side=pl.lit(side))
        for side, frame in (("ours", result.workings.ours), ("theirs", result.workings.theirs))
    ]
    named = result.workings.members.join(pl.concat(both), on=["side", "id"])
    return named.select(*keys.columns, *_LINE).sort(*keys.columns, "finding", "side", "id")


def _by_finding(lines: pl.DataFrame | None) -> dict[int, list[LineRef]]:
    found: dict[int, list[LineRef]] = {}
    if lines is None:
        return found
    for row in lines.select(_LINE).iter_rows(named=True):
        number, phase = row.pop("finding"), row.pop("phase")
        row["voucher"] = row["voucher"] or ""
        found.setdefault(number, []).append(LineRef(in_span=phase == 0, **row))
    return found


def _figures(row: Mapping[str, Any], side: str) -> Figures:
    names = ("opening", "debit", "credit", "closing")
    return Figures(**{name: row[f"{side}_{name}"] for name in names})


def _findings(
    rows: pl.DataFrame | None, lines: Mapping[int, list[LineRef]]
) -> tuple[Finding, ...]:
    if rows is None:
        return ()
    return tuple(_finding(row, lines) for row in rows.iter_rows(named=True))


def _finding(row: Mapping[str, Any], lines: Mapping[int, list[LineRef]]) -> Finding:
    mine = lines.get(row["finding"], [])
    return Finding(
        number=row["finding"],
        cause=row.get("cause") or "",
        rule=row.get("rule") or "",
        tier=row.get("tier") or "",
        amount=row["amount"],
        fault=row.get("fault") or "",
        reason=row.get("reason"),
        proof=(row.get("proof_zh") or "", row.get("proof_en") or ""),
        ours=tuple(line for line in mine if line.side == "ours"),
        theirs=tuple(line for line in mine if line.side == "theirs"),
    )

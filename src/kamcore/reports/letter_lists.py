"""Lists around letters: who is due for reconciliation, open disputes, statements line by line."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from kamcore.matching.parties.party_statement import Statement, kind_name
from kamcore.matching.two_sided.dispute import STATES as DISPUTED
from kamcore.matching.two_sided.dispute import DisputeState
from kamcore.matching.two_sided.explaining import CAUSES
from kamcore.model.confirmation import STATES, Due
from kamcore.reports.sheets import Column, Line, Listing, Sheet, Title

__all__ = ["dispute_sheet", "due_sheet", "statement_sheet"]

_MONEY = pl.Decimal(38, 4)
_WORDS = {
    "party": ("代码", "code"),
    "name": ("往来单位", "party"),
    "tier": ("等级", "tier"),
    "last": ("上次相符", "last agreed"),
    "state": ("状态", "state"),
    "due": ("应对账日", "due"),
    "volume": ("发生额", "volume"),
    "cycle": ("周期(天)", "cycle, days"),
    "late": ("逾期(天)", "days late"),
    "key": ("代号", "key"),
    "currency": ("币别", "currency"),
    "cause": ("原因", "cause"),
    "amount": ("差额", "difference"),
    "as_of": ("对账截止日", "as of"),
    "opened": ("提出日", "opened"),
    "days": ("已历(天)", "days"),
    "on": ("最近", "last"),
    "person": ("经办人", "person"),
    "note": ("说明", "note"),
    "date": ("日期", "date"),
    "voucher": ("凭证", "voucher"),
    "text": ("摘要", "text"),
    "kind": ("类别", "kind"),
    "debit": ("借方", "debit"),
    "credit": ("贷方", "credit"),
    "balance": ("余额", "balance"),
}
_TYPES: Mapping[str, Any] = {
    "last": pl.Date, "due": pl.Date, "as_of": pl.Date, "opened": pl.Date, "on": pl.Date,
    "date": pl.Date, "volume": _MONEY, "amount": _MONEY, "debit": _MONEY, "credit": _MONEY,
    "balance": _MONEY, "cycle": pl.Int64, "late": pl.Int64, "days": pl.Int64,
}  # fmt: skip


def due_sheet(rows: Sequence[Due], names: Mapping[str, str], lang: str, on: dt.date) -> Sheet:
    """When each party is to be reconciled next, the latest first."""
    at = 0 if lang == "zh" else 1
    said = [
        (
            row.party,
            names.get(row.party, row.party),
            row.tier,
            row.last,
            STATES.get(row.state or "", "") if lang == "zh" else row.state,
            row.due,
            row.volume,
            row.cycle,
            row.late or None,
        )
        for row in rows
    ]
    heads = ("party", "name", "tier", "last", "state", "due", "volume", "cycle", "late")
    return _sheet(("应对账清单", "Reconciliations due")[at], heads, said, (lang, on))


def dispute_sheet(
    states: Sequence[DisputeState], names: Mapping[str, str], lang: str, on: dt.date
) -> Sheet:
    """Where each dispute stands, in the order in which they were opened."""
    at = 0 if lang == "zh" else 1
    said = []
    for one in states:
        first, last = one.opened, one.last
        cause = CAUSES.get(first.cause, (first.cause, first.cause))[at]
        state = DISPUTED[last.state] if lang == "zh" else last.state
        said.append(
            (
                first.key, names.get(first.party, first.party), first.currency, cause,
                first.amount, first.as_of, state, first.on, one.days(on), last.on, last.person,
                last.note,
            )
        )  # fmt: skip
    heads = (
        "key", "name", "currency", "cause", "amount", "as_of", "state", "opened", "days", "on",
        "person", "note",
    )  # fmt: skip
    return _sheet(("争议记录", "Disputes")[at], heads, said, (lang, on))


def statement_sheet(found: Sequence[Statement], lang: str, on: dt.date) -> Sheet:
    """The records of statements one under another, with the balance after each."""
    at = 0 if lang == "zh" else 1
    opening = ("期初余额", "opening")[at]
    said: list[tuple[Any, ...]] = []
    for one in found:
        who = (one.party, one.name, one.currency)
        said.append((*who, one.since, None, opening, None, None, None, one.opening))
        said += [
            (
                *who, line.date, line.voucher, line.text,
                kind_name(line.kind, one.direction, lang), line.debit or None,
                line.credit or None, line.balance,
            )
            for line in one.lines
        ]  # fmt: skip
    heads = (
        "party", "name", "currency", "date", "voucher", "text", "kind", "debit", "credit",
        "balance",
    )  # fmt: skip
    return _sheet(("对账单", "Statements")[at], heads, said, (lang, on))


def _sheet(
    title: str, heads: Sequence[str], rows: Sequence[tuple[Any, ...]], told: tuple[str, dt.date]
) -> Sheet:
    lang, on = told
    at = 0 if lang == "zh" else 1
    shape = {name: _TYPES.get(name, pl.String) for name in heads}
    frame = pl.DataFrame(rows, schema=shape, orient="row")
    columns = tuple(Column(name, _WORDS[name][at]) for name in heads)
    small = Line(f"{('截至', 'as of')[at]} {on}")
    listing = Listing(columns=columns, frame=frame, keep=2)
    return Sheet(name=title, parts=(Title(title), small, listing))

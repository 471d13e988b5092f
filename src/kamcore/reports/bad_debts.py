"""The sheet of bad debts written off and collected after all, and how the allowance moved."""

from decimal import Decimal

import polars as pl

from kamcore.books import Books
from kamcore.books.schema import AUX
from kamcore.ledger.bad_debts import BadDebts
from kamcore.reports.naming import beside, heading, with_names
from kamcore.reports.sheets import SUM, Check, Column, Line, Listing, Part, Sheet, Title

__all__ = ["KINDS", "bad_debt_rows", "bad_debt_sheet"]

KINDS = {"write-off": ("核销", "written off"), "recovery": ("收回", "recovered")}
"""What each kind of row is called, in Chinese and English."""

_MONEY = pl.Decimal(38, 4)


def bad_debt_rows(books: Books, found: BadDebts, lang: str) -> pl.DataFrame:
    """A row per kind, party, account and currency, with names, the amount and the oldest date."""
    at = 0 if lang == "zh" else 1
    rows = found.rows
    party = {} if found.by == "account" else {AUX + found.by: [row.party for row in rows]}
    frame = pl.DataFrame(
        {
            "kind": [KINDS[row.kind][at] for row in rows],
            **party,
            "account": [row.account for row in rows],
            "currency": [row.currency for row in rows],
            "amount": [row.amount for row in rows],
            "fx_amount": [row.fx_amount for row in rows],
            "oldest": [min((one.date for one in row.items if one.date), default=None)
                       for row in rows],
        },
        schema_overrides={"amount": _MONEY, "fx_amount": _MONEY, "oldest": pl.Date()},
    )  # fmt: skip
    keys = [*party, "account"]
    order = ("kind", *beside(keys), "currency", "amount", "fx_amount", "oldest")
    return with_names(frame, keys, books).select(order)


def bad_debt_sheet(
    books: Books, found: BadDebts, charge: Decimal | None = None, lang: str = "zh"
) -> Sheet:
    """What is written off and what came back; the allowance before and after, with `charge`."""
    zh = lang == "zh"
    title = "坏账核销与收回" if zh else "Bad debts written off"
    frame = bad_debt_rows(books, found, lang)
    said = {
        "kind": ("事项", "what"),
        "amount": ("金额", "amount"),
        "fx_amount": ("原币金额", "own currency"),
        "oldest": ("最早发生", "oldest"),
    }
    columns = tuple(
        Column(
            name,
            said[name][0 if zh else 1] if name in said else heading(name, lang),
            kind="text" if frame.schema[name] == pl.String else "auto",
            total=SUM if name == "amount" else None,
        )
        for name in frame.columns
    )
    small = Line(
        f"{books.entity.name}  {'日期' if zh else 'date'} {found.as_of}".strip(),
        books.entity.base_currency,
    )
    listing = Listing(columns=columns, frame=frame, total="合计" if zh else "total")
    parts: list[Part] = [Title(title), small, listing]
    if found.before is not None and found.after is not None:
        off, back = found.total("write-off"), found.total("recovery")
        more = charge or Decimal(0)
        text = (
            f"坏账准备: 期初 {found.before:.2f} - 核销 {off:.2f} + 收回 {back:.2f}"
            f" + 计提 {more:.2f} = 期末"
            if zh
            else f"allowance: {found.before:.2f} before - {off:.2f} written off + {back:.2f} "
            f"recovered + {more:.2f} charged = after"
        )
        formula = f"({found.before})-({off})+({back})+({more})"
        parts.append(Check(text=text, formula=formula, value=found.after + more))
    return Sheet(name=title, parts=tuple(parts))

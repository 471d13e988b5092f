"""The sheet of the allowance for bad debts (坏账准备计提表)."""

from decimal import Decimal

import polars as pl

from kamcore.books import Books
from kamcore.books.schema import AUX
from kamcore.ledger.provisioning import Provisioning
from kamcore.model.provision_policy import ProvisionMethod
from kamcore.reports.naming import beside, heading, with_names
from kamcore.reports.sheets import SUM, Check, Column, Line, Listing, Part, Sheet, Title

__all__ = ["provision_report"]

_EXACT = Decimal("0.000001")
"""What a cell keeps of an unrounded product; sums are rounded once, at the end."""
_MONEY = pl.Decimal(38, 6)
_RATE = pl.Decimal(28, 10)


def provision_report(books: Books, found: Provisioning, lang: str = "zh") -> tuple[Sheet, ...]:
    """What each party requires, what is there, what is booked; the rates of the buckets after it.

    The sum of the unrounded products is rounded once; charge and sum are formulas.
    """
    zh = lang == "zh"
    title = "坏账准备计提表" if zh else "Allowance for bad debts"
    method = ProvisionMethod(found.provision.method)
    small = Line(
        f"{books.entity.name}  {'截至' if zh else 'as of'} {found.as_of}  "
        f"{'方法' if zh else 'method'}: {method.text(lang)}".strip(),
        books.entity.base_currency,
    )
    parts: list[Part] = [Title(title), small, _parties(books, found, lang)]
    provision = found.provision
    if method is ProvisionMethod.SALES:
        said = ("本期计提 (不扣已有余额)", "to charge, whatever is there")
        formula = "{required@total}"
    else:
        said = (
            f"本期计提 (负数为冲回) = 应有 - 已有 {provision.existing:.2f}",
            f"to charge (negative: to reverse) = required - existing {provision.existing:.2f}",
        )
        formula = f"{{required@total}}-({provision.existing})"
    parts.append(Check(text=said[0 if zh else 1], formula=formula, value=provision.charge))
    if found.buckets is not None:
        parts += [Line(""), _buckets(found, lang)]
    return (Sheet(name=title, parts=tuple(parts), landscape=False),)


def _parties(books: Books, found: Provisioning, lang: str) -> Listing:
    rows = found.provision.rows
    dims = sorted({name for row in rows for name in row.member})
    frame = pl.DataFrame(
        {
            **{AUX + name: [row.member.get(name) for row in rows] for name in dims},
            "base": [row.base for row in rows],
            "rate": [round(row.rate, 10) for row in rows],
            "required": [row.required.quantize(_EXACT) for row in rows],
        },
        schema={
            **{AUX + name: pl.String() for name in dims},
            "base": _MONEY,
            "rate": _RATE,
            "required": _MONEY,
        },
    )
    keys = [AUX + name for name in dims]
    zh = lang == "zh"
    columns = [Column(name, heading(name, lang), kind="text") for name in beside(keys)]
    columns += [
        Column("base", "计提基数" if zh else "base", total=SUM),
        Column("rate", "比例" if zh else "rate", kind="percent"),
        Column("required", "应计提" if zh else "required", total="ROUND(SUM({*@all}),2)"),
    ]
    sums = sum((row.required for row in rows), Decimal(0))
    provision = found.provision
    total = provision.required if provision.method != "sales" else provision.charge
    return Listing(
        columns=tuple(columns),
        frame=with_names(frame, keys, books),
        total="合计" if zh else "total",
        totals={"required": total if rows else sums},
        keep=len(beside(keys)),
    )


def _buckets(found: Provisioning, lang: str) -> Listing:
    """What stands in each bucket, its rate, and what it requires."""
    zh = lang == "zh"
    rows = found.bucket_rows(lang)
    labels = [label for label, _, _ in rows]
    amounts = [amount for _, amount, _ in rows]
    rates = [rate for _, _, rate in rows]
    required = [
        (amount * rate).quantize(_EXACT) for amount, rate in zip(amounts, rates, strict=True)
    ]
    frame = pl.DataFrame(
        {
            "bucket": labels,
            "amount": amounts,
            "rate": [round(r, 10) for r in rates],
            "part": required,
        },
        schema={"bucket": pl.String(), "amount": _MONEY, "rate": _RATE, "part": _MONEY},
    )
    return Listing(
        columns=(
            Column("bucket", "账龄" if zh else "age", kind="text"),
            Column("amount", "余额" if zh else "balance", total=SUM),
            Column("rate", "损失率" if zh else "rate", kind="percent"),
            Column("part", "应计提" if zh else "required", total="ROUND(SUM({*@all}),2)"),
        ),
        frame=frame,
        total="合计" if zh else "total",
        totals={"part": round(sum(required, Decimal(0)), 2)},
    )

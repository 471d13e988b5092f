"""Lists to match, written in few words."""

import datetime as dt
from decimal import Decimal

import polars as pl

from kamcore.books import schema

DAY = dt.date(2025, 3, 1)
TYPES = {
    "id": schema.TEXT,
    "amount": schema.AMOUNT,
    "party": schema.TEXT,
    "date": schema.DAY,
    "due": schema.DAY,
    "currency": schema.TEXT,
    "base": schema.AMOUNT,
    "reference": schema.TEXT,
    "text": schema.TEXT,
    "account": schema.TEXT,
    "role": schema.TEXT,
}


def rows(*given, **common):
    """A list: each row is an id, an amount, and what else there is of it."""
    made = []
    for name, amount, *more in given:
        told = {"party": "甲有限公司", "date": DAY, **common, **(more[0] if more else {})}
        for key in ("amount", "base"):
            if key in told:
                told[key] = Decimal(str(told[key]))
        made.append({"id": name, "amount": Decimal(str(amount)), **told})
    return pl.DataFrame(made, schema=TYPES)


def days(count):
    """A day after the usual one."""
    return DAY + dt.timedelta(days=count)


def said(decisions):
    """Decisions as rule, receipts and items."""
    return [
        (one.rule, {part.id for part in one.receipts}, {part.id for part in one.items})
        for one in decisions
    ]

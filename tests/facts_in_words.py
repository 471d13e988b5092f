"""Facts and purchases for tests, written in few words."""

import datetime as dt
from decimal import Decimal

import polars as pl

DAY = dt.date(2025, 6, 30)


def facts(**customers):
    """A frame of facts: a dict of measures per customer; what is left out is unknown."""
    names = sorted({name for one in customers.values() for name in one})
    rows = [
        {"customer": who, **{name: _exact(one.get(name)) for name in names}}
        for who, one in customers.items()
    ]
    schema = {"customer": pl.String, **dict.fromkeys(names, pl.Decimal(38, 10))}
    return pl.DataFrame(rows, schema=schema)


def purchases(*rows):
    """A frame of purchases from rows of customer, ISO day and amount."""
    made = [(who, dt.date.fromisoformat(day), Decimal(str(amount))) for who, day, amount in rows]
    names = {"customer": pl.String, "date": pl.Date, "amount": pl.Decimal(38, 4)}
    return pl.DataFrame(made, schema=names, orient="row")


def _exact(value):
    return None if value is None else Decimal(str(value))

"""Classes of customers worked out from facts: by time, stage, position, importance.

重要/特殊/一般, 主力/一般/零散, 老/新/未来客户, 曾经/正在/即将交易: the lists of
`kamcore.model.party_class`.  What the archive states of a customer counts before what is worked
out here; classes of nature, ownership or trade form only a person can give.
"""

import datetime as dt
from typing import Any

import attrs
import polars as pl

from kamcore.model.archive import Archive, months_after
from kamcore.tiering.facts import purchases_of

__all__ = ["ClassRules", "classes"]

_FIELDS = {
    "importance": "importance",
    "position": "position",
    "time_class": "time",
    "stage": "stage",
}


@attrs.frozen(kw_only=True)
class ClassRules:
    """From when a customer is old, main, current: months of dealing, months since it bought."""

    old_months: int = 12
    main_months: int = 24
    current_months: int = 6
    main_classes: tuple[str, ...] = ("A",)
    ordinary_classes: tuple[str, ...] = ("B",)


def classes(
    purchases: Any,
    abc_classes: pl.DataFrame,
    *,
    as_of: dt.date,
    archive: Archive | None = None,
    rules: ClassRules | None = None,
) -> pl.DataFrame:
    """The classes of every customer that bought, is classed A, B, C, or stands in the archive.

    `abc_classes` is what `abc` gives.  Columns: ``customer``, ``importance``, ``position``,
    ``time``, ``stage`` (codes of the lists).

    - time: future without a purchase, old with the first at least `old_months` ago, else new.
    - stage: upcoming without a purchase, current with one in `current_months`, else past.
    - position: main when long with us and of a main class, ordinary when of a main or an ordinary
      class, else scattered.
    - importance: important when of class A, else ordinary; special only where the archive says so.

    Raises:
        BooksError: a column is missing or a float.
    """
    rule = rules or ClassRules()
    bought = purchases_of(purchases).filter((pl.col("date") <= as_of) & (pl.col("amount") > 0))
    days = bought.group_by("customer").agg(first=pl.col("date").min(), last=pl.col("date").max())
    known = _stated(archive, as_of)
    rows = (
        abc_classes.select("customer", "class")
        .join(days, on="customer", how="full", coalesce=True)
        .join(known, on="customer", how="full", coalesce=True)
    )
    first, last = pl.col("first"), pl.col("last")
    main = pl.col("class").is_in(rule.main_classes).fill_null(value=False)
    some = main | pl.col("class").is_in(rule.ordinary_classes).fill_null(value=False)
    long = (first <= months_after(as_of, -rule.main_months)).fill_null(value=False)
    worked_out = {
        "importance": pl.when(main).then(pl.lit("important")).otherwise(pl.lit("ordinary")),
        "position": pl.when(main & long)
        .then(pl.lit("main"))
        .when(some)
        .then(pl.lit("ordinary"))
        .otherwise(pl.lit("scattered")),
        "time": pl.when(first.is_null())
        .then(pl.lit("future"))
        .when(first <= months_after(as_of, -rule.old_months))
        .then(pl.lit("old"))
        .otherwise(pl.lit("new")),
        "stage": pl.when(last.is_null())
        .then(pl.lit("upcoming"))
        .when(last > months_after(as_of, -rule.current_months))
        .then(pl.lit("current"))
        .otherwise(pl.lit("past")),
    }
    found = [pl.coalesce(f"_{name}", value).alias(name) for name, value in worked_out.items()]
    return rows.select("customer", *found).sort("customer")


def _stated(archive: Archive | None, as_of: dt.date) -> pl.DataFrame:
    """The classes the archive states, as codes where the lists know the word."""
    rows = []
    for party in archive.parties if archive is not None else ():
        now = party.as_of(as_of)
        said = {}
        for field, scheme in _FIELDS.items():
            text = getattr(now, field)
            one = archive.classes.find(scheme, text) if text and archive is not None else None
            said[f"_{scheme}"] = one.code if one is not None else text
        rows.append({"customer": party.code, **said})
    names = ("customer", *(f"_{scheme}" for scheme in _FIELDS.values()))
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))

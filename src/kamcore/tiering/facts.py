"""What is known of every customer on a day: the frames that tiers, credit and analysis take.

`FACTS`: a row per customer, a text column ``customer``, and a Decimal column per measure
(`kamcore.model.tier.MEASURES` names the usual ones).  Null is unknown and never zero; yes and no
are 1 and 0.  Where a measure comes from a person, a text column ``<measure>_evidence`` may say so.

`PURCHASES`: a row per purchase with ``customer``, ``date`` and ``amount`` (a return is negative),
and any further columns.  What `kamcore.pricing.booked_sales` gives is such a frame.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import narwhals as nw
import polars as pl

from kamcore.books import Books
from kamcore.errors import BooksError, Fault
from kamcore.ledger.ageing import age
from kamcore.ledger.engine import Source
from kamcore.ledger.overdue import overdue
from kamcore.model.archive import Archive, months_after
from kamcore.model.chart import detect_family
from kamcore.model.contract import Contract
from kamcore.model.role import accounts_with_role
from kamcore.model.tier import StatedFact
from kamcore.place import Place

__all__ = [
    "EVIDENCE",
    "FACTS",
    "MEASURE",
    "PURCHASES",
    "archive_facts",
    "contract_facts",
    "facts_of",
    "join_facts",
    "ledger_facts",
    "purchases_of",
    "ratio",
    "sales_facts",
    "stated_facts",
    "with_terms",
]

MISSING = Fault(
    code="R1001",
    zh="数据表缺少列「{value}」",
    en="the frame has no column {value!r}",
    hint_zh="现有列: {known}",
    hint_en="its columns are {known}",
)
FLOAT = Fault(
    code="R1002",
    zh="列「{value}」是浮点数, 金额和指标必须是 Decimal",
    en="column {value!r} is a float; amounts and measures are Decimal",
)
TWICE = Fault(
    code="R1003",
    zh="客户「{value}」在数据表中出现了不止一次",
    en="customer {value!r} stands in the frame more than once",
    hint_zh="每个客户一行; 先按客户汇总",
    hint_en="give one row per customer; sum by customer first",
)

MEASURE = pl.Decimal(38, 10)
"""The type of every measure."""
AMOUNT = pl.Decimal(38, 4)
FACTS: dict[str, pl.DataType] = {"customer": pl.String()}
PURCHASES: dict[str, pl.DataType] = {"customer": pl.String(), "date": pl.Date(), "amount": AMOUNT}
EVIDENCE = "_evidence"
"""Ending of the column that says on what ground a measure is stated."""


def _polars(frame: Any, wanted: Iterable[str]) -> pl.DataFrame:
    """The frame in Polars, checked: columns there, no float."""
    opened = nw.from_native(frame)
    eager = opened.collect("polars") if isinstance(opened, nw.LazyFrame) else opened
    found = eager.to_polars() if not isinstance(frame, pl.DataFrame) else frame
    for name in wanted:
        if name not in found.columns:
            raise BooksError(MISSING.at(Place(), name, known=", ".join(found.columns)))
    for name, kind in found.schema.items():
        if kind.is_float():
            raise BooksError(FLOAT.at(Place(), name))
    return found


def facts_of(frame: Any) -> pl.DataFrame:
    """A frame of facts, checked, its measures of one type, in the order of the customers' codes.

    Raises:
        BooksError: there is no ``customer``, a customer stands there twice, or a float.
    """
    found = _polars(frame, FACTS).filter(pl.col("customer").is_not_null())
    twice = found.filter(pl.col("customer").is_duplicated())["customer"]
    if len(twice):
        raise BooksError(TWICE.at(Place(), twice.min()))
    measures = [
        pl.col(name).cast(pl.Int8).cast(MEASURE)
        if kind == pl.Boolean
        else pl.col(name).cast(MEASURE)
        for name, kind in found.schema.items()
        if kind.is_numeric() or kind == pl.Boolean
    ]
    return found.with_columns(measures).sort("customer")


def purchases_of(frame: Any) -> pl.DataFrame:
    """A frame of purchases, checked, without rows of nobody.

    Raises:
        BooksError: a column is missing or a float.
    """
    found = _polars(frame, PURCHASES)
    casts = [pl.col(name).cast(kind) for name, kind in PURCHASES.items()]
    return found.with_columns(casts).filter(pl.col("customer").is_not_null())


def ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """A share with ten decimals; null where the whole is zero or unknown."""
    some = pl.when(whole != 0).then(whole)
    return part.cast(MEASURE) / some.cast(AMOUNT)


def sales_facts(purchases: Any, as_of: dt.date, months: int = 12) -> pl.DataFrame:
    """What purchases say: sales, growth, share, orders, length of dealing.

    ``sales`` are those of the `months` up to and with `as_of`, ``sales_before`` those of as many
    months before; ``growth`` is their change over the latter (null without sales then);
    ``share`` of all sales of the span; ``orders`` counts days with a purchase; ``length_months``
    whole months since the first purchase.
    """
    rows = purchases_of(purchases).filter(pl.col("date") <= as_of)
    since, before = months_after(as_of, -months), months_after(as_of, -2 * months)
    now = pl.col("date") > since
    earlier = (pl.col("date") > before) & ~now
    bought = now & (pl.col("amount") > 0)
    found = rows.group_by("customer").agg(
        sales=pl.col("amount").filter(now).sum(),
        sales_before=pl.col("amount").filter(earlier).sum(),
        orders=pl.col("date").filter(bought).n_unique().cast(pl.Int64),
        first=pl.col("date").filter(pl.col("amount") > 0).min(),
        last=pl.col("date").filter(pl.col("amount") > 0).max(),
    )
    found = found.with_columns(
        share=ratio(pl.col("sales"), pl.col("sales").sum()),
        growth=ratio(
            pl.col("sales") - pl.col("sales_before"),
            pl.when(pl.col("sales_before") > 0).then("sales_before"),
        ),
        length_months=_months_since(pl.col("first"), as_of),
    )
    return facts_of(found.drop("first", "last"))


def _months_since(first: pl.Expr, as_of: dt.date) -> pl.Expr:
    """Whole months from a day to another."""
    months = (as_of.year - first.dt.year()) * 12 + (as_of.month - first.dt.month())
    begun = (first.dt.day() > as_of.day).cast(pl.Int64)
    return months.cast(pl.Int64) - begun


def ledger_facts(
    source: Source, as_of: dt.date, account: str | Iterable[str] | None = None
) -> pl.DataFrame:
    """What the ledger says of every customer: ``balance``, ``overdue``, ``oldest_days``.

    `account` names the receivables; those of trade by the role of the accounts when None.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: the books have no customers.
    """
    if account is None and isinstance(source, Books):
        account = accounts_of_role(source, "ar_trade")
    held = age(source, as_of=as_of, account=account, by="customer", buckets=[30]).to_polars()
    balance = held.group_by("aux_customer").agg(pl.col("total").sum().alias("balance"))
    late = _polars(overdue(source, as_of=as_of, account=account, by="customer"), ())
    late = late.group_by("aux_customer").agg(pl.col("overdue").sum(), pl.col("oldest").min())
    found = balance.join(late, on="aux_customer", how="left").with_columns(
        overdue=pl.col("overdue").fill_null(0),
        oldest_days=(pl.lit(as_of) - pl.col("oldest")).dt.total_days().fill_null(0),
    )
    return facts_of(found.rename({"aux_customer": "customer"}).drop("oldest"))


def accounts_of_role(books: Books, role: str) -> tuple[str, ...]:
    """The accounts of books that serve a role, each standing for those below it."""
    chart = dict(books.accounts.select("code", "name").iter_rows())
    used = {code: chart.get(code) for code in books.lines["account"].drop_nulls().unique()}
    names = dict(sorted((chart | used).items()))
    codes = accounts_with_role(role, names, detect_family(names).family or "ASBE")
    above = [
        one for one in codes if not any(one != other and one.startswith(other) for other in codes)
    ]
    return tuple(above)


def with_terms(books: Books, contracts: Iterable[Contract]) -> Books:
    """The books with due dates of lines from the credit term in force; stated ones stay.

    Of two contracts of a customer the shorter term binds.
    """
    if "aux_customer" not in books.lines.columns:
        return books
    days = books.lines.filter(pl.col("due_date").is_null()).select("aux_customer", "date").unique()
    rows = []
    for contract in contracts:
        for customer, day in days.filter(aux_customer=contract.party).drop_nulls().iter_rows():
            due = contract.due(day)
            if due is not None:
                rows.append((customer, day, due.date))
    names = {"aux_customer": pl.String, "date": pl.Date, "_due": pl.Date}
    agreed = pl.DataFrame(rows, schema=names, orient="row")
    agreed = agreed.group_by("aux_customer", "date").agg(pl.col("_due").min())
    lines = books.lines.join(
        agreed, on=["aux_customer", "date"], how="left", maintain_order="left"
    )
    return books.replace(
        lines=lines.with_columns(due_date=pl.coalesce("due_date", "_due")).drop("_due")
    )


def contract_facts(contracts: Iterable[Contract], as_of: dt.date) -> pl.DataFrame:
    """``contract_months``, agreed months of the longest contract in force; ``contract_amount``.

    A contract that runs on without an end counts from its start to `as_of`.
    """
    months: dict[str, int] = {}
    amounts: dict[str, Decimal | None] = {}
    for contract in contracts:
        terms = contract.version_on(as_of)
        if terms is None or not contract.is_in_force(as_of):
            continue
        start = min(version.start for version in contract.versions)
        after = (terms.end or as_of) + dt.timedelta(days=1)
        found = (after.year - start.year) * 12 + after.month - start.month
        found -= after.day < start.day
        months[contract.party] = max(found, months.get(contract.party, 0))
        known = amounts.get(contract.party)
        amounts[contract.party] = (
            terms.amount if known is None else known + (terms.amount or Decimal(0))
        )
    rows = [(party, months[party], amounts[party]) for party in months]
    names: dict[str, Any] = {
        "customer": pl.String,
        "contract_months": pl.Int64,
        "contract_amount": AMOUNT,
    }
    return facts_of(pl.DataFrame(rows, schema=names, orient="row"))


def archive_facts(
    archive: Archive, as_of: dt.date, own: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """What the archive states as known on a day: capital, own sales, headcount.

    `own` maps the company's own fields to measures (``{"影响力": "influence"}``); a value that is
    no figure stays unknown.
    """
    named = {"registered_capital": AMOUNT, "annual_sales": AMOUNT, "headcount": pl.Int64()}
    wanted = own or {}
    rows = []
    for party in archive.parties:
        now = party.as_of(as_of)
        stated = [_figure(now.own.get(field, "")) for field in wanted]
        rows.append((party.code, *(getattr(now, name) for name in named), *stated))
    schema: dict[str, Any] = {
        "customer": pl.String(),
        **named,
        **dict.fromkeys(wanted.values(), MEASURE),
    }
    return facts_of(pl.DataFrame(rows, schema=schema, orient="row"))


def _figure(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip().replace(",", ""))
    except ArithmeticError:
        return None
    return found if found.is_finite() else None


def stated_facts(stated: Iterable[StatedFact], as_of: dt.date) -> pl.DataFrame:
    """What people state, as known on a day: the last of each measure, with its evidence."""
    live = [one for one in stated if one.on <= as_of and (one.until is None or as_of <= one.until)]
    live.sort(key=lambda one: (one.on, one.person, one.evidence, one.value))
    last = {(one.customer, one.measure): one for one in live}
    measures = sorted({measure for _, measure in last})
    rows: dict[str, dict[str, Any]] = {}
    for (customer, measure), one in last.items():
        row = rows.setdefault(customer, {"customer": customer})
        row[measure] = one.value
        said = [one.evidence, one.person, one.on.isoformat()]
        row[measure + EVIDENCE] = ", ".join(filter(None, said))
    schema: dict[str, pl.DataType] = dict(FACTS)
    for measure in measures:
        schema |= {measure: MEASURE, measure + EVIDENCE: pl.String()}
    return facts_of(pl.DataFrame(list(rows.values()), schema=schema))


def join_facts(frames: Sequence[Any]) -> pl.DataFrame:
    """The facts of several frames side by side, every customer of any of them.

    A measure that several frames know is taken from the first that knows it of the customer.
    """
    made = [facts_of(frame) for frame in frames]
    if not made:
        return pl.DataFrame(schema=FACTS)
    found = made[0]
    for other in made[1:]:
        both = [name for name in other.columns if name in found.columns and name != "customer"]
        found = found.join(other, on="customer", how="full", coalesce=True, suffix="_other")
        found = found.with_columns(pl.coalesce(name, f"{name}_other") for name in both)
        found = found.drop(f"{name}_other" for name in both)
    return found.sort("customer")

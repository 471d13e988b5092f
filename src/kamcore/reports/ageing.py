"""The table of ages (账龄分析表): customers down, buckets across, shares, a chart, the items."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.ledger.ageing import Ageing, age, open_items
from kamcore.ledger.buckets import Buckets
from kamcore.ledger.policy import AgeingPolicy
from kamcore.model.currency import decimals_of
from kamcore.reports.account_ledgers import voucher_text
from kamcore.reports.naming import beside, heading, keys_in_order, with_names
from kamcore.reports.sheets import (
    SUM,
    Chart,
    Column,
    Footer,
    Line,
    Listing,
    Part,
    Sheet,
    Title,
)

__all__ = ["AgeingQuestion", "ageing_report"]

LISTED = 100_000
"""How many open items a workbook lists; with more it says so and lists none."""

ZERO = Decimal(0)
_ITEM_WORDS = {
    "basis": ("账龄起算日", "ages from"),
    "due_date": ("到期日", "due"),
    "days": ("天数", "days"),
    "amount": ("原金额", "amount"),
    "open": ("未结清", "open"),
    "voucher": ("凭证", "voucher"),
    "id": ("单据", "document"),
}


@attrs.frozen(kw_only=True)
class AgeingQuestion:
    """What an ageing is asked: accounts, a date, dimensions, buckets and a policy."""

    account: tuple[str, ...]
    as_of: dt.date
    by: tuple[str, ...] = ()
    buckets: Buckets
    policy: AgeingPolicy = attrs.field(factory=AgeingPolicy)


def ageing_report(books: Books, asked: AgeingQuestion, lang: str = "zh") -> tuple[Sheet, ...]:
    """The table of ages and, on a second sheet, the open items it is made of, up to `LISTED`.

    The total of a row is the sum of its buckets, the total row sums the rows, the row below it
    says the share of each bucket; both sheets end in the same figure.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: a dimension or bound cannot be read.
    """
    facts: dict[str, Any] = {"as_of": asked.as_of, "account": asked.account, "by": asked.by}
    aged = age(books, **facts, buckets=asked.buckets, policy=asked.policy)
    keys = keys_in_order(aged.keys, asked.by)
    frame = with_names(aged.to_polars().sort(keys), keys, books)
    title = "账龄分析表" if lang == "zh" else "Ageing"
    base = books.entity.base_currency
    unit = base if asked.policy.measure == "base" else heading("currency", lang)
    small: list[Part] = [
        Line(f"{books.entity.name}  {_as_of(asked, lang)}".strip(), unit),
        Line(("口径: " if lang == "zh" else "policy: ") + asked.policy.text(lang)),
    ]
    table = _table(frame, keys, (aged, asked, decimals_of(base)), lang)
    name = "各账龄段合计" if lang == "zh" else "Totals of the buckets"
    chart = Chart(title=name, across=_parts(aged, frame))
    parts: list[Part] = [Title(title), *small, table]
    if table.total is not None and frame.height:
        parts.append(chart)
    count = int(frame["items"].sum())
    if count > LISTED:
        said = (
            f"未结清明细 {count:,} 笔, 未列出" if lang == "zh" else f"{count:,} items, not listed"
        )
        parts.append(Line(said))
        return (Sheet(name=title, parts=tuple(parts)),)
    whole = Sheet(name=title, parts=tuple(parts))
    if asked.policy.credits == "reclassify":
        # Net credits stand on another account there; the items still on their own.
        return (whole,)
    return (whole, _items(books, asked, keys, small, lang))


def _as_of(asked: AgeingQuestion, lang: str) -> str:
    codes = ", ".join(asked.account)
    if lang == "zh":
        return f"科目 {codes}, 截至 {asked.as_of}"
    return f"account {codes}, as of {asked.as_of}"


def _parts(aged: Ageing, frame: pl.DataFrame) -> tuple[str, ...]:
    """The columns a row is made of; without those at the end where nothing stands."""
    rest = [name for name in ("not_due", "credits") if (frame[name] != 0).any()]
    if rest == ["credits"]:
        rest = ["not_due", "credits"]
    return (*aged.labels, *rest)


def _table(
    frame: pl.DataFrame,
    keys: Sequence[str],
    how: tuple[Ageing, AgeingQuestion, int],
    lang: str,
) -> Listing:
    aged, asked, places = how
    mixed = asked.policy.measure == "fx" and frame["currency"].n_unique() > 1
    many = frame["currency"].n_unique() > 1
    shown = [key for key in keys if key != "currency" or many]
    labels = dict(zip(aged.labels, asked.buckets.labels(lang), strict=True))
    first, last = aged.labels[0], "credits"
    group = "账龄" if lang == "zh" else "age"
    columns = [Column(name, heading(name, lang), kind="text") for name in beside(shown)]
    columns += [
        Column(
            name,
            labels.get(name) or heading(name, lang),
            group=group if name in labels else "",
            total=None if mixed else SUM,
            decimals=places,
            blank_zero=name != "total",
            formula="formula" if name == "total" else None,
        )
        for name in aged.columns
    ]
    columns.append(Column("items", heading("items", lang), total=SUM))
    across = f"SUM({{{first}}}:{{{last}}})"
    totals = aged.totals()
    whole = totals["total"]
    shares = {name: amount / whole for name, amount in totals.items() if whole and not mixed}
    divided = "{*@total}/{total@total}"
    footer = Footer(
        text="占比" if lang == "zh" else "share",
        formula=divided,
        values={name: round(share, 6) for name, share in shares.items()},
        kind="percent",
    )
    return Listing(
        columns=tuple(columns),
        frame=frame.with_columns(formula=pl.lit(across)),
        total="合计" if lang == "zh" else "total",
        footers=(footer,) if shares else (),
        keep=len(beside(shown)),
    )


def _items(
    books: Books, asked: AgeingQuestion, keys: Sequence[str], small: list[Part], lang: str
) -> Sheet:
    """The open items, a row each, oldest first per member."""
    facts: dict[str, Any] = {"as_of": asked.as_of, "account": asked.account, "by": asked.by}
    items: pl.DataFrame = open_items(books, **facts, policy=asked.policy)
    named = "voucher" if "voucher_id" in items.columns else "id"
    if named == "voucher":
        heads = books.vouchers.select("voucher_id", voucher=voucher_text())
        items = items.join(heads, on="voucher_id", how="left", maintain_order="left")
    days = (pl.lit(asked.as_of) - pl.col("basis")).dt.total_days()
    items = with_names(items.with_columns(days=days), keys, books)
    many = items["currency"].n_unique() > 1
    mixed = asked.policy.measure == "fx" and many
    shown = [key for key in keys if key != "currency" or many]
    columns = [Column(name, heading(name, lang), kind="text") for name in beside(shown)]
    for name in (named, "basis", "due_date", "days", "amount", "open"):
        if name == "due_date" and items[name].null_count() == items.height:
            continue
        said = _ITEM_WORDS[name][0 if lang == "zh" else 1]
        columns.append(Column(name, said, total=SUM if name == "open" and not mixed else None))
    listing = Listing(
        columns=tuple(columns),
        frame=items,
        total="合计" if lang == "zh" else "total",
        keep=len(beside(shown)),
    )
    title = "未结清明细" if lang == "zh" else "Open items"
    return Sheet(name=title, parts=(Title(title), *small, listing))

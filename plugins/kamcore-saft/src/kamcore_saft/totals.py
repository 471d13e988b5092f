"""What an audit file says of itself: numbers of entries, totals, closing balances."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

import polars as pl

from kamcore.books import Books, schema
from kamcore.errors import Fault, Problem, Severity

__all__ = ["check_totals"]

OTHER_TOTAL = Fault(
    code="SF0004",
    zh="文件写明 {what} 为 {value}, 实际为 {found}",
    en="the file states {what} {value}; it is {found}",
    hint_zh="文件可能缺少一部分, 或被改动过",
    hint_en="a part may be missing, or the file was changed",
)
OTHER_CLOSING = Fault(
    code="SF0005",
    severity=Severity.WARNING,
    zh="科目 {account} 写明期末 {value}, 期初加发生额为 {found}",
    en="account {account} closes at {value}; its opening and lines give {found}",
    hint_zh="文件可能缺少一部分, 或期初有误",
    hint_en="a part may be missing, or the opening is wrong",
)


def check_totals(
    books: Books, outside: Mapping[str, str], closings: pl.DataFrame
) -> Iterator[Problem]:
    """A problem for every stated total or closing that the entries do not give."""
    lines, receipts = books.lines, books.receipts
    ledger: dict[str, object] = {
        "NumberOfEntries": books.vouchers.height,
        "TotalDebit": lines["debit"].sum(),
        "TotalCredit": lines["credit"].sum(),
    }
    for name, found in ledger.items():
        yield from _compared(books, outside, f"GeneralLedgerEntries/{name}", found)
    stated = outside.get("SourceDocuments/Payments/NumberOfEntries")
    if stated is not None:
        count = receipts["id"].str.replace(r"/\d+$", "").n_unique()
        yield from _compared(books, outside, "SourceDocuments/Payments/NumberOfEntries", count)
    yield from _closing(books, closings)


def _compared(
    books: Books, outside: Mapping[str, str], path: str, found: object
) -> Iterator[Problem]:
    stated = outside.get(path)
    if stated is None:
        return
    said = _number(stated)
    if said is None or said != found:
        place = books.origin.place(None)
        yield OTHER_TOTAL.at(place, stated.strip(), what=path, found=_plain(found))


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None


def _plain(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _closing(books: Books, closings: pl.DataFrame) -> Iterator[Problem]:
    net = (pl.col("debit") - pl.col("credit")).sum().cast(schema.AMOUNT)
    moved = books.lines.group_by("account").agg(moved=net)
    rows = closings.drop_nulls(["account", "closing"]).join(
        moved, on="account", how="left", maintain_order="left"
    )
    found = pl.col("opening").fill_null(0) + pl.col("moved").fill_null(0)
    wrong = rows.with_columns(found=found).filter(pl.col("found") != pl.col("closing"))
    for row in wrong.iter_rows(named=True):
        place = books.origin.place(row["source_row"])
        closing, given = _plain(row["closing"]), _plain(row["found"])
        yield OTHER_CLOSING.at(place, closing, account=row["account"], found=given)

"""Read vouchers, look at them, change them, write them: the library from end to end."""

import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

import kamcore as kc

SOURCE = Path(kc.__file__).parent / "cli" / "demo_data" / "vouchers_2025Q1.xls"


def read() -> kc.Books:
    """Any layout gives books; problems stand beside them and never interrupt."""
    reading = kc.read(SOURCE)
    print(reading.format, "because", reading.reason[1])
    print("problems:", [problem.text() for problem in reading.problems])
    return reading.books


def ask(books: kc.Books) -> None:
    """The tables are Polars frames; amounts are Decimal."""
    by_customer = (
        books.lines.filter(pl.col("account").str.starts_with("1122"))
        .group_by("aux_customer")
        .agg(balance=pl.col("debit").sum() - pl.col("credit").sum())
        .sort("balance", descending=True)
    )
    names = dict(books.members.filter(dimension="customer").select("code", "name").iter_rows())
    for code, balance in by_customer.head(3).iter_rows():
        print(f"{code} {names[code]}: {balance:,.2f}")


def write_by_hand(folder: Path) -> None:
    """Vouchers are plain values; an unbalanced one can be said, so it can be reported."""
    lines = (
        kc.Line(account="1002.01", summary="收到货款", debit=Decimal("500.00")),
        kc.Line(
            account="1122.01",
            summary="收到货款",
            credit=Decimal("499.00"),
            aux={"customer": "0004"},
        ),
    )
    voucher = kc.Voucher(date=date(2025, 4, 1), word="记", number=1, lines=lines)
    books = kc.Books.from_vouchers([voucher])
    for problem in kc.check(books):
        print(problem.text("zh"))
    report = kc.write(books, folder / "one.jsonl", "native")
    print("losses:", len(report))
    print("read back equal:", kc.read(folder / "one.jsonl").books == books)


def main() -> None:
    ask(read())
    with tempfile.TemporaryDirectory() as folder:
        write_by_hand(Path(folder))


if __name__ == "__main__":
    main()

"""Settle a bank statement against the books: what it pays, what is booked already, vouchers."""

import sys
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

import kamcore as kc
from kamcore.pipeline.drafting import draft_books

HERE = Path(__file__).parent
VOUCHERS = Path(kc.__file__).parent / "cli" / "demo_data" / "vouchers_2025Q1.xls"
AS_OF = date(2025, 3, 31)
LATER = date(2025, 4, 30)
DOMESTIC = ["1122.01"]


def rows_that_are_new(books: kc.Books) -> pl.DataFrame:
    """The rows of the statement that the books do not hold already."""
    lists = kc.read_lists(HERE / "流水.csv")
    for problem in lists.problems:
        print(problem.text())
    booked = kc.matching.booked_receipts(books, accounts=DOMESTIC)
    known = kc.matching.known_receipts(booked, lists.receipts)
    for receipt, line in known.iter_rows():
        print(f"{receipt} is booked already, line {line}")
    return lists.receipts.join(known, left_on="id", right_on="receipt", how="anti")


def settled(books: kc.Books) -> kc.Books:
    """Match, draft the vouchers of what the statement pays, and book them."""
    items, own = kc.matching.open_lists(books, AS_OF, accounts=DOMESTIC)
    new = rows_that_are_new(books)
    policy = kc.matching.MatchPolicy(tolerance=Decimal(20), person="样例会计")
    found = kc.matching.match(items, pl.concat([own, new]), policy)
    names = set(new["id"])
    # What the books received themselves takes part, but is not what is decided here.
    decided = [one for one in found.automatic if names & {part.id for part in one.receipts}]
    left = kc.matching.settlement_drafts(
        decided, found.documents, kc.matching.SettlementAccounts.of(books)
    )
    drafts, _ = kc.matching.receipt_drafts(
        decided,
        found.documents,
        names,
        kc.matching.bank_of(books, "1002.01"),
        settlements=left,
    )
    for draft in drafts:
        print(draft.date, draft.reason)
        for line in draft.lines:
            print(f"  {line.account:8} {line.debit:>12,.2f} {line.credit:>12,.2f}", line.summary)
    waiting = names - {part.id for one in decided for part in one.receipts}
    print("not settled:", ", ".join(sorted(waiting)))
    made = kc.matching.applications(decided, found.documents)
    held = books.replace(applications=pl.concat([books.applications, made], how="diagonal"))
    return kc.matching.receipt_books(held, drafts, draft_books(drafts, books), found.documents)


def main(folder: Path) -> None:
    books = kc.read(VOUCHERS).books
    after = settled(books)
    for name, one in (("before", books), ("after", after)):
        aged = kc.ledger.age(one, as_of=LATER, account=DOMESTIC, by=["customer"])
        rows = aged.to_polars().filter(pl.col("aux_customer") == "0001")
        print(f"{name}: 0001 owes {rows['total'].sum():,.2f}")
    kc.write(after, folder / "已收款.jsonl", "native")
    print("kept as it is:", kc.read(folder / "已收款.jsonl").books == after)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))

"""``kamcore provision --write-off, --recover``: bad debts taken off, and come back after all."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from kamcore.books import Books
from kamcore.cli.shell.drafts import Drafting
from kamcore.cli.shell.figures import Table, show_table
from kamcore.cli.shell.screen import Screen, money
from kamcore.cli.trade.trading import figure, wrong_value
from kamcore.ledger.bad_debt_books import bad_debt_books
from kamcore.ledger.bad_debts import BadDebt, BadDebts
from kamcore.ledger.draft import Draft, money_text
from kamcore.pipeline.drafting import draft_books
from kamcore.pipeline.writing import write
from kamcore.reports.bad_debts import bad_debt_rows

NATIVE = "native"


def asked_for(given: Iterable[str], parameter: str, *, whole: bool) -> tuple[BadDebt, ...]:
    """Parties with amounts as they were typed, ``0012=5000``, or without one where `whole`.

    Raises:
        UsageError: an amount is none, is not positive or is missing, or a party is named twice.
    """
    found: dict[str, BadDebt] = {}
    for text in given:
        party, equals, typed = text.partition("=")
        party = party.strip()
        amount = figure(typed, parameter) if equals else None
        lacking = amount is None and not whole
        if not party or lacking or party in found or (amount is not None and amount <= 0):
            raise wrong_value(text, parameter, " (0012=5000.00)")
        found[party] = BadDebt(party=party, amount=amount)
    return tuple(found.values())


def write_books(
    books: Books, found: BadDebts | None, drafts: Iterable[Draft], path: Path, asked: Drafting
) -> None:
    """Write the books with the drafts booked, in the native format.

    Raises:
        UsageError: the file exists and is not to be replaced, or cannot be written.
    """
    made = draft_books(drafts, books, preparer=asked.preparer)
    write(bad_debt_books(books, found, made), path, NATIVE, force=asked.force)


def as_json(found: BadDebts, charge: Decimal | None) -> dict[str, Any]:
    """The keys ``bad_debts`` and ``allowance`` of ``--json``."""
    said = found.to_json()
    if found.after is not None:
        more = charge or Decimal(0)
        said["allowance"] |= {
            "charge": money_text(more),
            "after": money_text(found.after + more),
        }
    return said


def table(screen: Screen, books: Books, found: BadDebts | None) -> Table:
    """What is written off and recovered, a row per party, account and currency."""
    if found is None:
        return Table(frame=pl.DataFrame())
    frame = bad_debt_rows(books, found, screen.lang)
    if frame["fx_amount"].null_count() == frame.height:
        frame = frame.drop("fx_amount")
    headings = {
        "kind": screen.say("事项", "what"),
        "amount": screen.say("金额", "amount"),
        "fx_amount": screen.say("原币金额", "own currency"),
        "oldest": screen.say("最早发生", "oldest"),
    }
    return Table(frame=frame.with_columns(pl.col("oldest").cast(pl.String)), headings=headings)


def show(screen: Screen, books: Books, found: BadDebts) -> None:
    """Print the table under a heading of its own."""
    screen.line()
    screen.line("  坏账核销与收回", "  bad debts written off and recovered", bold=True)
    show_table(screen, table(screen, books, found))


def show_allowance(screen: Screen, found: BadDebts, charge: Decimal | None) -> None:
    """Print how the allowance moves."""
    off, back = money(found.total("write-off")), money(found.total("recovery"))
    if found.before is None or found.after is None:
        screen.line(
            f"  没有坏账准备科目: 核销 {off} 记损失, 收回 {back} 记收入",
            f"  no allowance: {off} is an expense, {back} is income",
        )
        return
    more = charge or Decimal(0)
    screen.line(
        f"  坏账准备: 原有 {money(found.before)} - 核销 {off} + 收回 {back}"
        f" + 计提 {money(more)} = {money(found.after + more)}",
        f"  allowance: {money(found.before)} - {off} written off + {back} recovered"
        f" + {money(more)} charged = {money(found.after + more)}",
    )

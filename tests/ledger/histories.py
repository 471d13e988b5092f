"""Drawn and written histories, and the plain loops that answers are compared with."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

import attrs
import polars as pl
from hypothesis import strategies as st

from kamcore.books import Books, schema
from kamcore.model.voucher import Line, Voucher

START = dt.date(2023, 11, 5)
ZERO = Decimal(0)


@attrs.frozen
class Move:
    """One line on a receivable account, with its counter line."""

    day: dt.date
    account: str
    customer: str | None
    amount: Decimal
    side: str
    status: str = "posted"
    currency: str | None = None
    due: dt.date | None = None

    @property
    def debit(self) -> Decimal:
        return self.amount if self.side == "debit" else ZERO

    @property
    def credit(self) -> Decimal:
        return self.amount if self.side == "credit" else ZERO


def moves(most: int = 25) -> st.SearchStrategy[list[Move]]:
    """Histories over some 16 months: red lines, void vouchers, two currencies, blank members."""
    amount = st.integers(-50_000, 100_000).filter(bool).map(lambda cents: Decimal(cents) / 100)
    day = st.integers(0, 500).map(lambda days: START + dt.timedelta(days=days))
    move = st.builds(
        Move,
        day=day,
        account=st.sampled_from(["1122.01", "1122.02", "2203"]),
        customer=st.sampled_from(["0001", "0002", None]),
        amount=amount,
        side=st.sampled_from(["debit", "credit"]),
        status=st.sampled_from(["posted", "posted", "reviewed", "draft", "void"]),
        currency=st.sampled_from([None, "CNY", "USD"]),
        due=st.none() | day,
    )
    return st.lists(move, max_size=most)


def books_of(history: Iterable[Move], tables: dict | None = None) -> Books:
    """Vouchers of two lines each: the move, and its counter on bank."""
    vouchers = []
    for number, move in enumerate(history, start=1):
        aux = {} if move.customer is None else {"customer": move.customer}
        main = Line(
            account=move.account,
            debit=move.debit,
            credit=move.credit,
            currency=move.currency,
            due_date=move.due,
            aux=aux,
            summary=f"s{number}",
        )
        counter = Line(account="1002", debit=move.credit, credit=move.debit)
        vouchers.append(
            Voucher(
                date=move.day,
                word="记",
                number=number,
                status=move.status,
                lines=(main, counter),
            )
        )
    books = Books.from_vouchers(vouchers, tables=tables)
    if "aux_customer" not in books.lines.columns:
        blank = pl.lit(None, dtype=schema.TEXT).alias("aux_customer")
        books = books.replace(lines=books.lines.with_columns(blank))
    return books


def shuffled(books: Books, seed: int = 7) -> Books:
    """The same books with every table in another row order."""
    return Books(
        books.entity,
        {
            name: frame.sample(fraction=1.0, shuffle=True, seed=seed)
            for name, frame in books.tables.items()
        },
    )


def live(books: Books) -> list[dict]:
    """Lines of vouchers that are not void, as dictionaries."""
    void = set(books.vouchers.filter(pl.col("status") == "void")["voucher_id"])
    return [row for row in books.lines.iter_rows(named=True) if row["voucher_id"] not in void]


def looped_balances(books: Books) -> dict[tuple, list[Decimal]]:
    """Opening, debit, credit, ytd debit, ytd credit, closing per key and period, by a loop."""
    rows = live(books)
    periods = sorted({(row["year"], row["period"]) for row in rows})
    flows: dict[tuple, dict[tuple, list[Decimal]]] = defaultdict(
        lambda: defaultdict(lambda: [ZERO, ZERO])
    )
    for row in rows:
        key = (row["account"], row["aux_customer"], row["currency"] or "CNY")
        flow = flows[key][(row["year"], row["period"])]
        flow[0] += row["debit"]
        flow[1] += row["credit"]
    answer = {}
    for key, by_period in flows.items():
        running = ZERO
        ytd = {}
        for year, period in periods:
            if (year, period) < min(by_period):
                continue
            debit, credit = by_period.get((year, period), (ZERO, ZERO))
            sums = ytd.setdefault(year, [ZERO, ZERO])
            sums[0] += debit
            sums[1] += credit
            opening, running = running, running + debit - credit
            answer[(*key, year, period)] = [opening, debit, credit, *sums, running]
    return answer


def amount_frame(rows: dict[str, list], amounts: Iterable[str]) -> pl.DataFrame:
    """A frame whose `amounts` are money and whose other columns are inferred."""
    return pl.DataFrame(rows, schema_overrides=dict.fromkeys(amounts, schema.AMOUNT))

"""Balances never change by matching: of no document more is applied than it is, on no day.

Books are drawn with red items and refunds, payments in part, together and with a number, two
currencies at changing rates, and decisions that are taken back.  Both sides are looked at on every
day something is dated, in base and in transaction currency, in the engine that holds the tables.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamcore.ledger import age
from kamcore.ledger.engine import SUM
from kamcore.matching import MatchPolicy, Undo, applications, match, open_lists
from kamcore.matching.parties.control_balances import control_balances
from small_books import books, cr, dr, voucher

START = dt.date(2025, 1, 1)
LAST = 90
END = START + dt.timedelta(days=LAST)
TABLES = ("lines", "vouchers", "accounts", "members")
POLICY = MatchPolicy(tolerance_share=Decimal("0.05"))
RATES = {"CNY": ("1",), "USD": ("7.1000", "7.1530", "7.2")}


@st.composite
def histories(draw: Callable) -> tuple:
    """Books of documents and payments, which decisions are taken back when, days to look at."""
    documents = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["01", "02"]),
                st.sampled_from(["CNY", "USD"]),
                st.integers(1, 9).map(lambda n: Decimal(n * 50)),
                st.sampled_from([1, 1, 1, -1]),
                st.integers(0, LAST),
            ),
            min_size=2,
            max_size=7,
        )
    )
    made = [_booked(draw, number, one) for number, one in enumerate(documents)]
    for at in range(draw(st.integers(1, 5))):
        paid = draw(st.lists(st.sampled_from(documents), min_size=1, max_size=3))
        party, currency = paid[0][:2]
        both = [one for one in paid if one[:2] == (party, currency)]
        owed = sum(amount * red for _, _, amount, red, _ in both)
        share = draw(st.sampled_from(["1", "1", "0.98", "0.5", "1.1", "-1"]))
        named = documents.index(both[0]) if draw(st.booleans()) else None
        day = draw(st.integers(0, LAST))
        told = (party, currency, owed * Decimal(share) or Decimal(50), 1, day)
        made.append(_booked(draw, len(documents) + at, told, paid=True, named=named))
    back = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, LAST + 20)), max_size=3))
    return books(*made), back, [START + dt.timedelta(days=draw(st.integers(0, LAST))), END]


def _booked(
    draw: Callable, number: int, said: tuple, *, paid: bool = False, named: int | None = None
) -> Any:
    party, currency, amount, red, day = said
    amount *= red
    base = (amount * Decimal(draw(st.sampled_from(RATES[currency])))).quantize(Decimal("0.01"))
    fx = {f"fx_{'credit' if paid else 'debit'}": amount} if currency != "CNY" else {}
    more = {"aux": {"customer": party}, "currency": currency, **fx}
    date = START + dt.timedelta(days=day)
    if paid:
        text = "货款" if named is None else f"付发票号{90000000 + named}"
        lines = (dr("1002", base), cr("1122", base, summary=text, **more))
    else:
        text = "销售" if amount > 0 else "退货"
        invoice = f"{90000000 + number}"
        lines = (dr("1122", base, summary=text, invoice=invoice, **more), cr("6001", base))
    return voucher(number + 1, *lines, date=date)


def beyond(made: Any, both: Any) -> list[tuple]:
    """What is settled beyond what it is, or below nothing: day, id and the amount, on any day."""
    rows, documents = (nw.from_native(one).lazy() for one in (made, both))
    value = {name: nw.col(name) for name in ("amount", "fx_amount")}
    back = ~nw.col("reverses").is_null()
    rows = rows.with_columns(
        **{name: nw.when(back).then(one - one - one).otherwise(one) for name, one in value.items()}
    )
    parts = [
        rows.select("date", id=nw.col(side), nw_of=nw.lit(of), nw_part=nw.col(said).cast(SUM))
        for side in ("item", "receipt")
        for said, of in (("fx_amount", "amount"), ("amount", "base"))
    ]
    moved = nw.concat([part.with_columns(nw_side=nw.lit(at)) for at, part in enumerate(parts)])
    days = rows.select(nw_day=nw.col("date")).unique()
    keys = ("nw_day", "nw_side", "nw_of", "id")
    sums = moved.join(days, how="cross").filter(nw.col("date") <= nw.col("nw_day"))
    sums = sums.group_by(*keys).agg(nw.col("nw_part").sum())
    whole = [
        documents.select("id", nw_of=nw.lit(of), nw_whole=nw.col(of).abs().cast(SUM))
        for of in ("amount", "base")
    ]
    joined = sums.join(nw.concat(whole), on=["id", "nw_of"], how="left")
    fits = (nw.col("nw_part") >= 0) & (nw.col("nw_part") <= nw.col("nw_whole"))
    wrong = joined.filter(~fits | nw.col("nw_whole").is_null())
    return sorted(wrong.select(*keys, "nw_part", "nw_whole").collect("polars").rows())


def left(source: Any, day: dt.date) -> dict:
    """What parties owe on a day by the ageing, which takes applications off."""
    rows = age(source, as_of=day, account="1122", by="customer").to_polars()
    rows = rows.group_by("aux_customer").agg(pl.col("total").sum())
    return {party: total for party, total in rows.iter_rows() if total}


def owed(source: Any, day: dt.date) -> dict:
    """The same by the balances of the lines, which know nothing of applications."""
    frame = nw.from_native(control_balances(source, day)).lazy().collect("polars").to_native()
    rows = frame.group_by("member").agg(pl.col("base").sum())
    return {party: total for party, total in rows.iter_rows() if total}


def state(history: tuple, to: Callable) -> None:
    """State both laws for one history, its tables held by one engine."""
    drawn, back, days = history
    tables = {name: to(drawn.tables[name]) for name in TABLES}
    source = {**tables, "entity": drawn.entity}
    found = match(*open_lists(source, END), POLICY)
    undone = [
        Undo(of=found.automatic[at].id, date=START + dt.timedelta(days=day))
        for at, day in dict(back).items()
        if at < len(found.automatic)
    ]
    made = applications(found.automatic, found.documents, undone=undone)
    assert beyond(made, found.documents) == []
    for day in days:
        assert left({**source, "applications": made}, day) == owed(source, day)


def _duckdb() -> Callable:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    return lambda frame: connection.from_arrow(frame.to_arrow())


ENGINES = {"polars": lambda: lambda frame: frame, "duckdb": _duckdb}
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.mark.parametrize(("engine", "examples"), [("polars", 10), ("duckdb", 2)])
def test_nothing_is_settled_beyond_what_it_is(engine: str, examples: int) -> None:
    _run(engine, examples)


@pytest.mark.soak
@pytest.mark.parametrize(("engine", "examples"), [("polars", 500), ("duckdb", 50)])
def test_nothing_of_very_many_books_is_settled_beyond_what_it_is(
    engine: str, examples: int
) -> None:
    _run(engine, examples)


def _run(engine: str, examples: int) -> None:
    to = ENGINES[engine]()

    @settings(max_examples=examples, **QUIET)
    @given(histories())
    def law(history: tuple) -> None:
        state(history, to)

    law()

"""Ageing from an opening ageing and movements only."""

from decimal import Decimal

import polars as pl
import pytest
from histories import amount_frame
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.errors import BooksError
from kamcore.ledger.buckets import Buckets
from kamcore.ledger.roll_forward import roll_forward

D = Decimal
BOUNDS = ["12m", "24m", "36m"]
LABELS = Buckets.of(BOUNDS).labels()


def opening(rows: dict[str, list[int]]) -> pl.DataFrame:
    columns = {"party": list(rows)}
    for place, label in enumerate(LABELS):
        columns[label] = [D(amounts[place]) for amounts in rows.values()]
    return amount_frame(columns, LABELS)


def moved(rows: dict[str, tuple[int, int]]) -> pl.DataFrame:
    columns = {
        "party": list(rows),
        "debit": [D(debit) for debit, _ in rows.values()],
        "credit": [D(credit) for _, credit in rows.values()],
    }
    return amount_frame(columns, ("debit", "credit"))


def rolled(before: pl.DataFrame, movements: pl.DataFrame, **more) -> dict[str, list]:
    found = roll_forward(before, movements, keys=["party"], buckets=BOUNDS, **more)
    assert found.columns == ["party", *LABELS, "credits", "total"]
    return {row[0]: list(row[1:-1]) for row in found.rows()}


def test_one_year_on() -> None:
    """Case AG08: no invoices, opening ageing and a trial balance."""
    before = opening(
        {
            "A": [0, 3000, 0, 0],
            "B": [0, 1000, 0, 0],
            "C": [0, 5633, 0, 0],
            "D": [10446, 0, 0, 0],
            "E": [20233, 0, 0, 0],
        }
    )
    found = rolled(before, moved({"D": (10446, 0), "E": (35466, 40466)}))
    assert found == {
        "A": [0, 0, 3000, 0, 0],
        "B": [0, 0, 1000, 0, 0],
        "C": [0, 0, 5633, 0, 0],
        "D": [10446, 10446, 0, 0, 0],
        "E": [15233, 0, 0, 0, 0],
    }


def test_red_movements_and_credits() -> None:
    before = opening({"A": [100, 50, 0, 0], "B": [0, 0, 0, 0], "C": [100, 0, 0, 0]})
    found = rolled(before, moved({"A": (-60, 0), "B": (0, 30), "C": (10, -25), "N": (7, 0)}))
    assert found == {
        "A": [0, 90, 0, 0, 0],
        "B": [0, 0, 0, 0, -30],
        "C": [10, 100, 0, 0, 25],
        "N": [7, 0, 0, 0, 0],
    }
    again = opening({"B": [0, 0, 0, 0]}).with_columns(credits=pl.lit(D(-30)))
    assert rolled(again, moved({"B": (50, 0)})) == {"B": [20, 0, 0, 0, 0]}


def test_a_wide_bucket_moves_as_its_upper_bound() -> None:
    frame = amount_frame(
        {
            "k": ["A"],
            "0-3 months": [D(1)],
            "3-12 months": [D(2)],
            "1-3 years": [D(4)],
            ">3 years": [D(8)],
        },
        ["0-3 months", "3-12 months", "1-3 years", ">3 years"],
    ).rename({"3-12 months": "3 months-1 year"})
    none = amount_frame({"k": ["A"], "debit": [D(0)], "credit": [D(0)]}, ["debit", "credit"])
    found = roll_forward(frame, none, keys=["k"], buckets=["3m", "1y", "3y"], passed="1y")
    assert found.row(0)[1:5] == (0, 0, D(3), D(12))
    month = roll_forward(frame, none, keys=["k"], buckets=["3m", "1y", "3y"], passed="1m")
    assert month.row(0)[1:5] == (0, D(1), D(2), D(12))


amounts = st.lists(st.integers(0, 500), min_size=4, max_size=4)
flows = st.tuples(st.integers(-300, 500), st.integers(-300, 500))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(amounts, flows), min_size=1, max_size=5))
def test_nothing_is_made_or_lost_and_order_does_not_matter(rows: list) -> None:
    before = opening({f"P{n}": row[0] for n, row in enumerate(rows)})
    flow = moved({f"P{n}": row[1] for n, row in enumerate(rows)})
    found = roll_forward(before, flow, keys=["party"], buckets=BOUNDS)
    totals = [sum(a) + debit - credit for a, (debit, credit) in rows]
    assert found["total"].to_list() == totals
    assert found.select(pl.min_horizontal(LABELS).min()).item() >= 0
    turned = roll_forward(before.reverse(), flow.reverse(), keys=["party"], buckets=BOUNDS)
    assert turned.equals(found)


def test_a_float_is_never_money() -> None:
    with pytest.raises(BooksError, match="L1001"):
        rolled(
            opening({"A": [1, 0, 0, 0]}),
            pl.DataFrame({"party": ["A"], "debit": [1.0], "credit": [0.0]}),
        )

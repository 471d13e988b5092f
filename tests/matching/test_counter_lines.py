"""The counter lines of a control account's line, and an amount split as they are."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.ledger.engine import open_frames
from kamcore.ledger.tree import account_tree
from kamcore.matching.two_sided.counter_lines import BookedLine, CounterLine, Pattern, pattern_of
from small_books import books, voucher

D = Decimal
CENTS = st.integers(1, 10**9).map(lambda cents: D(cents) / 100)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(CENTS, min_size=1, max_size=4),
    st.sampled_from(["0", "0.06", "0.09", "0.13"]),
    CENTS,
    st.booleans(),
)
def test_parts_sum_to_the_amount_to_the_cent(nets, rate, amount, red):
    tax = (sum(nets) * D(rate)).quantize(D("0.01"))
    lines = [CounterLine(f"6001.{at}", {}, net) for at, net in enumerate(nets)]
    lines += [CounterLine("2221.01.05", {}, tax)] if tax else []
    pattern = Pattern(lines=tuple(lines), tax=frozenset({"2221.01.05"}))
    wanted = -amount if red else amount
    parts = pattern.split(wanted, "CNY")
    assert sum(part.amount for part in parts) == wanted
    assert all(part.amount == part.amount.quantize(D("0.01")) for part in parts)
    if tax >= 100:
        found = sum(part.amount for part in parts if part.account in pattern.tax)
        assert abs(found - (wanted - wanted / (1 + D(rate)))) <= D("0.01")


@pytest.mark.parametrize(
    ("amounts", "wanted"),
    [
        ((("6001", 100), ("2221", 13), ("1405", 70)), ["6001", "2221"]),
        ((("1405", 70), ("6001", 100), ("2221", 13)), ["6001", "2221"]),
        ((("6001", 100), ("1405", 70), ("2221", 13)), ["6001", "2221"]),
        ((("6001", 60), ("1405", 60), ("2221", 53)), None),
    ],
)
def test_the_counter_lines_of_one_line_among_others(amounts, wanted):
    tree = account_tree(open_frames(books(voucher())))
    facing = [
        BookedLine(at, account, D(0), D(amount), {})
        for at, (account, amount) in enumerate(amounts, start=2)
    ]
    lines = [BookedLine(1, "1122", D(113), D(0), {}), *facing]
    found = pattern_of(lines, 1, frozenset({"1122"}), tree)
    assert (found and [line.account for line in found.lines]) == wanted

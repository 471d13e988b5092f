"""Several receipts for several documents, and the search for common sums behind it."""

import itertools
import random

import pytest

from kamcore.matching.one_sided.matching import match
from kamcore.matching.one_sided.zero_sum import common_sums
from kamcore.matching.policy import Answer, MatchPolicy
from matching.histories import Noise, drawn
from matching.lists import days, rows, said
from matching.scores import Score, score

ITEMS = (("A", "12345.67"), ("B", "8765.43"), ("C", "3111.11"), ("D", 90000))
PAID = (("R", "11111.10"), ("S", 10000))


def by_hand(left, right, terms):
    """All minimal pairs, looked for one by one."""
    found = []
    sizes = itertools.product(range(1, terms + 1), repeat=2)
    for many, more in sorted(sizes, key=sum):
        for a in itertools.combinations(range(len(left)), many):
            for b in itertools.combinations(range(len(right)), more):
                same = sum(left[at] for at in a) == sum(right[at] for at in b)
                if same and not any({*x} <= {*a} and {*y} <= {*b} for x, y in found):
                    found.append((a, b))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_common_sums_are_those_found_by_hand(seed):
    draw = random.Random(seed)
    left, right = ([draw.randint(1, 30) for _ in range(draw.randint(1, 5))] for _ in range(2))
    if seed % 3 == 0:
        right[0] = -right[0]
    found = common_sums(left, right, terms=3)
    expected = by_hand(left, right, 3)
    assert sorted((pair.left, pair.right) for pair in found.pairs) == sorted(expected)
    for pair in found.pairs:
        others = [one for one in expected if one != (pair.left, pair.right)]
        alone = not any({*pair.left} & {*a} or {*pair.right} & {*b} for a, b in others)
        assert (pair.answer is Answer.UNIQUE) == alone


def test_several_receipts_settle_several_documents():
    found = match(rows(*ITEMS), rows(*PAID, date=days(20)))
    assert said(found.automatic) == [("many", {"R", "S"}, {"A", "B"})]
    assert found.automatic[0].answer is Answer.UNIQUE
    assert "2 笔收款" in found.automatic[0].reason("zh")


def test_two_ways_are_proposed_and_not_taken():
    more = (*ITEMS, ("E", "12345.68"), ("F", "8765.42"))
    found = match(rows(*more), rows(*PAID, date=days(20)))
    assert found.automatic == ()
    assert [(one.rule, one.answer) for one in found.proposed] == [("many", Answer.SEVERAL)]


def test_round_amounts_that_chance_makes_are_left_alone():
    items = rows(("A", 3000), ("B", 5000), ("C", 7000), ("D", 9000))
    found = match(items, rows(("R", 4000), ("S", 4000), ("T", 12500), date=days(20)))
    assert "many" not in [one.rule for one in (*found.automatic, *found.proposed)]


@pytest.mark.parametrize(
    "odd",
    [
        {"date": days(-30)},
        {"text": "货款 发票号10000003"},
        {"text": "预付货款"},
    ],
)
def test_a_receipt_too_early_or_for_something_else_spoils_the_group(odd):
    items = rows(*ITEMS[:2], ("C", "3111.11", {"reference": "10000003"}))
    receipts = rows(("R", "11111.10", odd), PAID[1], date=days(20))
    assert "many" not in [one.rule for one in match(items, receipts).automatic]


def test_past_its_bound_the_search_is_not_decided():
    found = match(rows(*ITEMS), rows(*PAID, date=days(20)), MatchPolicy(work=3))
    assert found.automatic == ()
    assert found.undecided == ("R", "S")
    assert not common_sums(range(1, 70), [1], terms=1).complete


def test_payments_in_parts_that_fit_no_invoice_are_found_again():
    found = Score()
    for seed in range(3200, 3205):
        found += score(drawn(seed, noise=Noise(crossed=0.4)))
    print(found)
    assert found.wrong == 0
    assert found.f1 >= 0.9

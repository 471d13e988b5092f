"""Group search against plain enumeration, and its bounds."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.matching import subset_sum
from kamcore.matching.policy import Answer
from kamcore.matching.subset_sum import chance, runs, subsets


def every(units, target, terms):
    """All subsets that add up, by enumeration."""
    return [
        picked
        for size in range(1, min(terms, len(units)) + 1)
        for picked in itertools.combinations(range(len(units)), size)
        if sum(units[at] for at in picked) == target
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(-9, 30), max_size=9),
    st.integers(-9, 90),
    st.integers(1, 4),
    st.booleans(),
)
def test_both_searches_agree_with_enumeration(units, target, terms, by_pairs):
    search = subset_sum._by_pairs if by_pairs and units else subsets
    found = (
        search(units, target, terms)
        if search is not subsets
        else subsets(units, target, terms=terms)
    )
    right = every(units, target, terms)
    assert found.is_none == (not right)
    assert (found.answer is Answer.SEVERAL) == (len(right) > 1)
    assert set(found.picks) <= set(right)
    if len(right) == 1:
        assert found.picks == tuple(right)


def test_an_invoice_list_with_one_answer():
    found = subsets([10, 22, 14, 35, 82], 139)
    assert (found.picks, found.answer) == (((1, 3, 4),), Answer.UNIQUE)


def test_past_its_bound_a_search_says_not_decided():
    units = list(range(1, 60))
    found = subsets(units, 500, work=1000)
    assert (found.picks, found.complete, found.answer) == ((), False, Answer.UNDECIDED)
    assert found.work <= 1000


@pytest.mark.parametrize(("count", "terms"), [(30, None), (200, 4), (36, None)])
def test_no_search_works_more_than_its_bound(count, terms):
    draw = random.Random(count)
    units = [draw.randrange(1, 10**7) for _ in range(count)]
    for bound in (10, 1000, 100_000, 1_000_000):
        assert subsets(units, sum(units[:4]), terms=terms, work=bound).work <= bound


def test_a_stopwatch_that_has_run_out_leaves_it_undecided():
    found = subsets([1, 2], 3, stopwatch=lambda: True)
    assert found.answer is Answer.UNDECIDED


def test_amounts_too_large_for_an_integer_are_not_decided():
    assert subsets([2**61, 2**61], 2**62).answer is Answer.UNDECIDED


def test_many_equal_amounts_are_several_and_end_soon():
    found = subsets([100] * 34, 1700)
    assert found.answer is Answer.SEVERAL


def test_neighbours_are_found_with_red_amounts_between():
    assert runs([5, -2, 4, 1, 2], 3) == [(0, 1), (1, 3), (3, 4)]


def test_round_amounts_are_hit_by_chance_far_more_often():
    cents = [1_234_567, 2_345_678, 3_456_789, 4_567_891]
    whole = [1_000_000, 2_000_000, 3_000_000, 4_000_000]
    by_cents = chance(cents, 3_580_245, cents[:2], 4)
    by_round = chance(whole, 3_000_000, whole[:2], 4)
    assert by_round > 1
    assert by_cents < 0.001

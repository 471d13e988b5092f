"""How alike two names are, alone and in bulk."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.matching.mapping.likeness import LIKELY, candidates, likeness

NAMES = st.text("华联东方商贸上海（）公司有限分", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("one", "other", "score"),
    [
        ("华联商厦有限公司", "华联商厦（有限责任公司）", 100),
        ("华联商厦有限公司", "華聯商厦有限责任公司", 100),
        ("上海华联商厦公司", "华联商厦（上海）有限公司", 95),
        ("华联商厦有限公司（原名：第一百货）", "第一百货", 85),
        ("华联商厦有限公司", "华联", 75),
        ("华联商厦有限公司", "华联商夏有限公司", 75),
        ("华联商厦有限公司", "华联商厦有限公司苏州分公司", 50),
        ("东方", "", 0),
        ("", "", 0),
    ],
)
def test_the_score_follows_its_formula(one, other, score):
    assert likeness(one, other) == likeness(other, one) == score


@given(NAMES, NAMES)
def test_a_score_is_symmetric_and_only_the_same_name_has_100(one, other):
    score = likeness(one, other)
    assert 0 <= score <= 100
    assert score == likeness(other, one)
    assert (score == 100) <= (likeness(one, one) == 100)


@settings(max_examples=30, deadline=None)
@given(st.lists(NAMES, max_size=8), st.lists(NAMES, max_size=8))
def test_candidates_are_scored_as_alone_and_leave_out_nothing_nearly_equal(left, right):
    found = candidates(left, right, best=8)
    pairs = {(i, j): score for i, j, score in found.iter_rows()}
    assert all(likeness(left[i], right[j]) == score >= LIKELY for (i, j), score in pairs.items())
    near = {
        (i, j)
        for i, one in enumerate(left)
        for j, other in enumerate(right)
        if likeness(one, other) >= 95
    }
    assert near <= set(pairs)


def test_the_best_stand_first_and_there_are_no_more_than_asked_for():
    found = candidates(["华联商厦有限公司"], ["华联", "华联商厦公司", "华联商夏", "东方"], best=2)
    assert found.rows() == [(0, 1, 95), (0, 0, 75)]

"""Hidden truths are found again: no automatic pair is wrong, and few pairs are missed.

Seeds below 500 and from 1000 to 1024 were read while the rules were written; those drawn here
were not.
"""

import pytest

from matching.histories import Noise, drawn
from matching.scores import Score, score


def total(seeds, **how):
    found = Score()
    for seed in seeds:
        found += score(drawn(seed, **how))
    return found


def test_truths_are_found_again():
    found = total(range(500, 512))
    print(found)
    assert found.wrong == 0
    assert found.f1 >= 0.985
    assert found.kept / found.loose >= 0.95


@pytest.mark.soak
def test_many_truths_are_found_again():
    found = total(range(2000, 2150))
    print(found)
    assert found.wrong == 0
    assert found.f1 >= 0.985
    assert found.kept / found.loose >= 0.95


@pytest.mark.soak
def test_nothing_automatic_is_wrong_where_people_write_little_and_badly():
    careless = Noise(
        unnamed=0.6, fixed=0.3, mistyped=0.1, advance=0.12, unpaid=0.25, short=0.15, parts=0.12
    )
    found = total(range(2000, 2040), noise=careless)
    print(found)
    assert found.wrong == 0
    assert found.kept / found.loose >= 0.95


@pytest.mark.soak
def test_nothing_automatic_is_wrong_in_long_histories():
    # Seen: F1 0.973 over 7,422 pairs; what is missed are equal amounts without a number.
    found = total(range(3500, 3510), parties=8, invoices=120)
    print(found)
    assert found.wrong == 0
    assert found.f1 >= 0.93
    assert found.kept / found.loose >= 0.95


def test_the_truth_itself_is_not_trivial():
    truth = drawn(500)
    unnamed = [fact for fact in truth.facts if fact.kind == "payment" and "款" in fact.text]
    assert len(truth.pairs()) > 80
    assert len(truth.loose()) > 20
    assert len(unnamed) > 20
